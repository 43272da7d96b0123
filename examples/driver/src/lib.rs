//! Starts the examples, talks to them like a browser, and reads what their pages promise.
//!
//! In: the path of a program, addresses, the text of `examples/README.md` or of a page in `docs`.
//! Out: a running program that ends with the test, answers with status and body, and the commands
//! of a page with what they should print. For the tests, and for the client of `two_servers`.

use std::fs;
use std::io::{self, BufRead as _, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use ureq::http::header::LOCATION;
use ureq::{Agent, Body, Error};

/// A server that was started, and is killed when this is dropped.
#[derive(Debug)]
pub struct Program {
    child: Child,
    address: String,
}

impl Program {
    /// Starts a command, and waits until it says `listening on http://..`.
    ///
    /// # Errors
    ///
    /// If it cannot be started, or ends before it says that.
    pub fn start(command: &mut Command) -> io::Result<Self> {
        let mut child = command
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()?;
        let stdout =
            child.stdout.take().expect("invariant: it is piped");
        let mut program = Self {
            child,
            address: String::new(),
        };
        for line in BufReader::new(stdout).lines() {
            if let Some(address) = line?.strip_prefix("listening on ") {
                program.address.push_str(address);
                return Ok(program);
            }
        }
        Err(io::Error::other("the program ended before it listened"))
    }

    /// Where it listens: `http://127.0.0.1:3000`.
    #[must_use]
    pub fn address(&self) -> &str {
        &self.address
    }
}

impl Drop for Program {
    fn drop(&mut self) {
        // It may have ended by itself.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// Sends requests, keeps cookies as a browser does, and follows no redirects by itself.
#[derive(Debug)]
pub struct Browser(Agent);

/// The answer to a request.
#[derive(Debug, PartialEq, Eq)]
pub struct Answer {
    /// The HTTP status.
    pub status: u16,
    /// Where the answer redirects to.
    pub location: Option<String>,
    /// The whole body.
    pub body: String,
}

impl Browser {
    /// A browser without cookies that calls itself `user_agent`.
    #[must_use]
    pub fn new(user_agent: &str) -> Self {
        let config = Agent::config_builder()
            .user_agent(user_agent)
            .http_status_as_error(false)
            .max_redirects(0)
            .max_redirects_will_error(false)
            .build();
        Self(config.into())
    }

    /// Loads a page.
    ///
    /// # Panics
    ///
    /// If there is no answer.
    #[must_use]
    pub fn get(&self, url: &str) -> Answer {
        read(self.0.get(url).call())
    }

    /// Loads a page for one of its headers.
    ///
    /// # Panics
    ///
    /// If there is no answer.
    #[must_use]
    pub fn header(&self, url: &str, name: &str) -> Option<String> {
        let answer =
            self.0.get(url).call().expect("the server answers");
        Some(answer.headers().get(name)?.to_str().ok()?.to_owned())
    }

    /// Sends a `POST` without a body.
    ///
    /// # Panics
    ///
    /// If there is no answer.
    pub fn post(&self, url: &str) -> Answer {
        read(self.0.post(url).send_empty())
    }

    /// Sends a `POST` without a body, with this cookie besides those that are kept.
    ///
    /// # Panics
    ///
    /// If there is no answer.
    pub fn post_with_cookie(
        &self,
        url: &str,
        name: &str,
        value: &str,
    ) -> Answer {
        let request = self
            .0
            .post(url)
            .header("cookie", format!("{name}={value}"));
        read(request.send_empty())
    }

    /// Sends JSON.
    ///
    /// # Panics
    ///
    /// If there is no answer.
    pub fn post_json(&self, url: &str, json: &str) -> Answer {
        let request = self.0.post(url).content_type("application/json");
        read(request.send(json))
    }

    /// Sends a form, as a button on a page does.
    ///
    /// # Panics
    ///
    /// If there is no answer.
    pub fn post_form(
        &self,
        url: &str,
        fields: &[(&str, &str)],
    ) -> Answer {
        read(self.0.post(url).send_form(fields.iter().copied()))
    }

    /// Sends a form from a page on another site, as far as a browser says so. It brings cookies
    /// all the same, so it stands for a browser that does not know `SameSite`.
    ///
    /// # Panics
    ///
    /// If there is no answer.
    pub fn post_form_from_elsewhere(
        &self,
        url: &str,
        fields: &[(&str, &str)],
    ) -> Answer {
        let request =
            self.0.post(url).header("sec-fetch-site", "cross-site");
        read(request.send_form(fields.iter().copied()))
    }

    /// The value of a cookie, whatever its path.
    #[must_use]
    pub fn cookie(&self, name: &str) -> Option<String> {
        let jar = self.0.cookie_jar_lock();
        let mut cookies = jar.iter();
        let cookie = cookies.find(|cookie| cookie.name() == name)?;
        Some(cookie.value().to_owned())
    }
}

fn read(answer: Result<ureq::http::Response<Body>, Error>) -> Answer {
    let mut answer = answer.expect("the server answers");
    let location = answer.headers().get(LOCATION);
    let location = location
        .and_then(|location| Some(location.to_str().ok()?.to_owned()));
    Answer {
        status: answer.status().as_u16(),
        location,
        body: answer
            .body_mut()
            .read_to_string()
            .expect("the body is text"),
    }
}

/// A command of a page, and what the page says that it prints.
#[derive(Debug, PartialEq, Eq)]
pub struct Shown {
    /// What stands after `$ `; may go over several lines that end in `\`.
    pub command: String,
    /// The lines up to the next command, without the last line end.
    pub output: String,
}

/// The commands in the `console` blocks of one section (`## quickstart`) of `examples/README.md`.
///
/// # Panics
///
/// If there is no such section.
#[must_use]
pub fn shown_in_readme(section: &str) -> Vec<Shown> {
    shown_in("examples/README.md", section)
}

/// The same of any Markdown file, whose path starts at the root of the repository.
///
/// # Panics
///
/// If there is no such file or section.
#[must_use]
pub fn shown_in(page: &str, section: &str) -> Vec<Shown> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("../..")
        .join(page);
    let text = fs::read_to_string(path).expect("the page can be read");
    let shown = commands(&text, section);
    assert!(!shown.is_empty(), "no command in {page}, {section:?}");
    shown
}

fn commands(readme: &str, section: &str) -> Vec<Shown> {
    let mut shown: Vec<Shown> = Vec::new();
    let (mut in_section, mut in_block) = (false, false);
    for line in readme.lines() {
        if let Some(title) = line.strip_prefix("## ") {
            in_section = title == section;
        } else if line.starts_with("```") {
            in_block = in_section && line == "```console";
        } else if in_block {
            take_line(&mut shown, line);
        }
    }
    shown
}

fn take_line(shown: &mut Vec<Shown>, line: &str) {
    if let Some(command) = line.strip_prefix("$ ") {
        shown.push(Shown {
            command: command.to_owned(),
            output: String::new(),
        });
        return;
    }
    let Some(last) = shown.last_mut() else { return };
    let text = if last.command.ends_with('\\') {
        &mut last.command
    } else {
        &mut last.output
    };
    if !text.is_empty() {
        text.push('\n');
    }
    text.push_str(line);
}

/// An empty folder for one test, below the `CARGO_TARGET_TMPDIR` of that test.
///
/// # Panics
///
/// If it cannot be made.
#[must_use]
pub fn empty_folder(target: &str, name: &str) -> PathBuf {
    let folder = Path::new(target).join(name);
    // What an earlier run left, if there was one.
    let _ = fs::remove_dir_all(&folder);
    fs::create_dir_all(&folder)
        .expect("a folder for the test can be made");
    folder
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_commands_with_their_output() {
        let readme = "## one\n```console\n$ a\n```\n\n## two\n```bash\n$ b\n```\n\
                      ```console\n$ c \\\n  -d\nx\ny\n$ e\n```\n## three\n";
        let shown = |command: &str, output: &str| Shown {
            command: command.to_owned(),
            output: output.to_owned(),
        };
        assert_eq!(commands(readme, "one"), [shown("a", "")]);
        assert_eq!(
            commands(readme, "two"),
            [shown("c \\\n  -d", "x\ny"), shown("e", "")]
        );
    }
}
