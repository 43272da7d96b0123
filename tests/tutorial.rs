//! The tutorial of the guide, tried word by word: commands are run and files written as the page has them, in an empty
//! folder, and what is printed is compared with what the page shows. Nothing may be known here that its reader does not
//! know. Only numbers that differ from machine to machine, and lines replaced by `...`, are not compared.

#![cfg(unix)]
#![expect(
    clippy::unwrap_used,
    reason = "a test that cannot set up its folder should stop"
)]

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

/// A fenced block of the page.
struct Fence {
    line: usize,
    language: String,
    title: Option<String>,
    body: String,
}

/// The reader's desk: a folder, and where the shell stands in it.
struct Desk {
    folder: tempfile::TempDir,
    at: PathBuf,
}

#[test]
fn word_by_word() {
    let page = Path::new(env!("CARGO_MANIFEST_DIR")).join("guide/docs/tutorial.md");
    let fences = fences(&fs::read_to_string(page).unwrap());
    let folder = tempfile::tempdir().unwrap();
    let mut desk = Desk {
        at: folder.path().to_owned(),
        folder,
    };
    let (mut commands, mut compared) = (0, 0);
    let mut rest = fences.as_slice();
    while let [fence, after @ ..] = rest {
        rest = after;
        match (fence.language.as_str(), fence.title.as_deref()) {
            ("bash", None) => {
                let shown = after
                    .first()
                    .filter(|next| next.language == "text" && is_output(next));
                let fails = shown.is_some_and(|next| next.title.is_some());
                let (code, said) = desk.type_in(&fence.body);
                assert_eq!(
                    code != 0,
                    fails,
                    "line {}: exit code {code}\n{said}",
                    fence.line
                );
                commands += 1;
                if let Some(shown) = shown {
                    compare(shown, &said);
                    compared += 1;
                }
            }
            // Needs an account. The workflow is tried below.
            ("bash", Some(_)) | ("text", _) => {}
            (_, Some(path)) => desk.save(path, fence),
            (language, None) => panic!("line {}: what to do with this `{language}`?", fence.line),
        }
    }
    assert!(
        commands >= 11 && compared >= 9,
        "{commands} commands, {compared} compared"
    );
    desk.push(&fences);
}

/// Only what stands alone is the output of a command: `It fails` is no name of a file.
fn is_output(fence: &Fence) -> bool {
    fence
        .title
        .as_deref()
        .is_none_or(|title| title == "It fails")
}

impl Desk {
    /// Runs commands where the ones before ended: the exit code, and what was printed.
    fn type_in(&mut self, commands: &str) -> (i32, String) {
        let end = self.folder.path().join(".end");
        let program = Path::new(env!("CARGO_BIN_EXE_docproof"));
        let path = std::env::var("PATH").unwrap();
        let output = Command::new("bash")
            .args([
                "-e",
                "-c",
                &format!("exec 2>&1\n{commands}\npwd > '{}'", end.display()),
            ])
            .current_dir(&self.at)
            .env(
                "PATH",
                format!("{}:{path}", program.parent().unwrap().display()),
            )
            .envs([
                ("GIT_AUTHOR_NAME", "Alice"),
                ("GIT_AUTHOR_EMAIL", "alice@example.com"),
            ])
            .envs([
                ("GIT_COMMITTER_NAME", "Alice"),
                ("GIT_COMMITTER_EMAIL", "alice@example.com"),
            ])
            .output()
            .unwrap();
        if let Ok(at) = fs::read_to_string(&end) {
            self.at = PathBuf::from(at.trim_end());
        }
        let code = output.status.code().unwrap_or(-1);
        (code, String::from_utf8_lossy(&output.stdout).into_owned())
    }

    /// Saves a file as its reader sees it.
    fn save(&self, path: &str, fence: &Fence) {
        let hidden =
            |line: &str| fence.language == "rust" && (line.starts_with("# ") || line == "#");
        let text: Vec<&str> = fence.body.lines().filter(|line| !hidden(line)).collect();
        let path = self.at.join(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text.join("\n") + "\n").unwrap();
    }

    /// What the workflow does after a push: a fresh clone has to pass its steps.
    fn push(&mut self, fences: &[Fence]) {
        let workflow = fences
            .iter()
            .find(|fence| {
                fence
                    .title
                    .as_deref()
                    .is_some_and(|title| title.ends_with("docs.yml"))
            })
            .expect("a workflow");
        let steps: Vec<&str> = workflow
            .body
            .lines()
            .filter_map(|line| line.trim_start().strip_prefix("- run: docproof "))
            .collect();
        assert_eq!(steps, ["verify --format github", "build --verified"]);
        let (code, said) = self.type_in("git clone --quiet . ../clone && cd ../clone");
        assert_eq!(code, 0, "{said}");
        for step in steps {
            let (code, said) = self.type_in(&format!("docproof {step}"));
            assert_eq!(code, 0, "{step}: {said}");
        }
        let built = fs::read_to_string(self.at.join("build/docs/prices.html")).unwrap();
        assert!(
            built.contains("href=\"/parcel/docs/introduction\""),
            "{built}"
        );
        assert!(built.contains("verified with parcel 0.1.0"), "{built}");
    }
}

/// Lines have to be equal, but for what differs between machines; `...` stands for any number of lines.
fn compare(shown: &Fence, said: &str) {
    let want: Vec<String> = shown.body.trim_end().lines().map(settle).collect();
    let got: Vec<String> = said.trim_end().lines().map(settle).collect();
    assert!(
        fits(&want, &got),
        "line {}\nshown:\n{}\nprinted:\n{said}",
        shown.line,
        shown.body
    );
}

fn fits(want: &[String], got: &[String]) -> bool {
    match want {
        [] => got.is_empty(),
        [dots, rest @ ..] if dots == "..." => (0..=got.len()).any(|from| fits(rest, &got[from..])),
        [first, rest @ ..] => got.first() == Some(first) && fits(rest, &got[1..]),
    }
}

/// A line without times, sizes, numbers of files and the version of rustc, and with single blanks.
fn settle(line: &str) -> String {
    let words: Vec<&str> = line.split_whitespace().collect();
    let is_unit = |word: &str| {
        let word = word.trim_end_matches([')', ',']);
        ["ms", "s", "kB", "files"].contains(&word)
    };
    let mut settled = Vec::new();
    for (at, word) in words.iter().enumerate() {
        let measured = words.get(at + 1).is_some_and(|next| is_unit(next));
        let rustc = at > 0 && words[at - 1] == "rustc";
        let number = word
            .trim_start_matches('(')
            .starts_with(|c: char| c.is_ascii_digit());
        settled.push(if number && (measured || rustc) {
            "N"
        } else {
            word
        });
    }
    settled.join(" ")
}

/// The fenced blocks of a page, in order.
fn fences(page: &str) -> Vec<Fence> {
    let mut fences = Vec::new();
    let mut lines = page.lines().enumerate();
    while let Some((at, line)) = lines.next() {
        let info = line.trim_start_matches('`');
        let mark = &line[..line.len() - info.len()];
        if mark.len() < 3 {
            continue;
        }
        let mut body = String::new();
        for (_, line) in lines
            .by_ref()
            .take_while(|(_, line)| line.trim_end() != mark)
        {
            body.push_str(line);
            body.push('\n');
        }
        let title = info
            .split_once("title=\"")
            .and_then(|(_, rest)| rest.split_once('"'));
        fences.push(Fence {
            line: at + 1,
            language: info.split([' ', ',']).next().unwrap_or_default().to_owned(),
            title: title.map(|(title, _)| title.to_owned()),
            body,
        });
    }
    fences
}
