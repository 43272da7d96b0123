//! A running server and a client that writes its requests byte by byte.

use std::collections::BTreeMap;
use std::fs;
use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::TcpStream;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use serde_json::Value;

/// How long anything may take before a test gives up. Machines here are slow at times.
const LIMIT: Duration = Duration::from_secs(30);

/// A site in a temporary folder.
pub fn site(files: &[(&str, &str)]) -> tempfile::TempDir {
    let site = tempfile::tempdir().unwrap();
    for (path, text) in files {
        let path = site.path().join(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    }
    site
}

/// Replaces a file at once, as most editors do: of one that is written in place a busy machine may show the half.
pub fn save(path: impl AsRef<Path>, text: impl AsRef<[u8]>) {
    let path = path.as_ref();
    let name = path.file_name().unwrap().to_string_lossy();
    let new = path.with_file_name(format!(".{name}.new"));
    fs::write(&new, text).unwrap();
    fs::rename(&new, path).unwrap();
}

/// A running `docproof serve`.
pub struct Serve {
    child: Child,
    pub port: u16,
    pub url: String,
    said: Arc<Mutex<String>>,
}

impl Serve {
    /// Starts it on any free port, unless the arguments name one, and waits until it serves.
    pub fn start(site: &Path, args: &[&str]) -> Self {
        let port: &[&str] = if args.contains(&"--port") {
            &[]
        } else {
            &["--port", "0"]
        };
        let mut child = Command::new(env!("CARGO_BIN_EXE_docproof"))
            .arg("serve")
            .args(port)
            .args(args)
            .arg("--site")
            .arg(site)
            .env_remove("VISUAL")
            .env_remove("EDITOR")
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        let said = Arc::new(Mutex::new(String::new()));
        let (heard, stderr) = (said.clone(), child.stderr.take().unwrap());
        std::thread::spawn(move || {
            for line in BufReader::new(stderr).lines().map_while(Result::ok) {
                let mut said = heard.lock().unwrap();
                said.push_str(&line);
                said.push('\n');
            }
        });
        let mut serve = Self {
            child,
            port: 0,
            url: String::new(),
            said,
        };
        serve.until_said("serving http://");
        let said = serve.said();
        let url = said
            .split("serving ")
            .nth(1)
            .unwrap()
            .split(' ')
            .next()
            .unwrap();
        serve.url = url.to_owned();
        let host = url.trim_start_matches("http://").split('/').next().unwrap();
        serve.port = host.rsplit(':').next().unwrap().parse().unwrap();
        serve
    }

    /// What it has printed so far.
    pub fn said(&self) -> String {
        self.said.lock().unwrap().clone()
    }

    pub fn until_said(&self, words: &str) {
        let start = Instant::now();
        while !self.said().contains(words) {
            assert!(
                start.elapsed() < LIMIT,
                "it never said `{words}`:\n{}",
                self.said()
            );
            std::thread::sleep(Duration::from_millis(5));
        }
    }

    /// Waits for something to be true.
    pub fn until(&self, is_so: impl Fn(&Self) -> bool) {
        let start = Instant::now();
        while !is_so(self) {
            assert!(
                start.elapsed() < LIMIT,
                "it never came to that:\n{}",
                self.said()
            );
            std::thread::sleep(Duration::from_millis(20));
        }
    }

    /// The answer to a GET.
    pub fn get(&self, path: &str) -> String {
        ask(self.port, &request(path))
    }

    /// The answer to a request as it stands.
    pub fn raw(&self, request: &str) -> String {
        ask(self.port, request)
    }

    /// The stream of events.
    pub fn events(&self) -> Events {
        let mut stream = TcpStream::connect(("127.0.0.1", self.port)).unwrap();
        stream.set_read_timeout(Some(LIMIT)).unwrap();
        let request = "GET /~docproof/events HTTP/1.1\r\nHost: localhost\r\n\r\n";
        stream.write_all(request.as_bytes()).unwrap();
        Events(BufReader::new(stream))
    }

    pub fn signal(&mut self, name: &str) {
        let id = self.child.id().to_string();
        assert!(
            Command::new("kill")
                .args([&format!("-{name}"), &id])
                .status()
                .unwrap()
                .success()
        );
    }

    /// Waits for its end.
    pub fn exit_code(&mut self) -> Option<i32> {
        self.child.wait().unwrap().code()
    }
}

impl Drop for Serve {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// Events as they come.
pub struct Events(BufReader<TcpStream>);

impl Events {
    pub fn next(&mut self) -> Value {
        let start = Instant::now();
        loop {
            // The stream says now and then that it is alive, so no read takes too long.
            assert!(start.elapsed() < 2 * LIMIT, "nothing is told");
            let mut line = String::new();
            assert!(
                self.0.read_line(&mut line).unwrap() > 0,
                "the stream has ended"
            );
            if let Some(data) = line.strip_prefix("data: ") {
                return serde_json::from_str(data.trim()).unwrap();
            }
        }
    }
}

pub fn request(path: &str) -> String {
    format!("GET {path} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n")
}

/// What a server answers to a request, to the end of the connection.
pub fn ask(port: u16, request: &str) -> String {
    let mut stream = TcpStream::connect(("127.0.0.1", port)).unwrap();
    stream.set_read_timeout(Some(LIMIT)).unwrap();
    stream.write_all(request.as_bytes()).unwrap();
    let mut answer = Vec::new();
    stream.read_to_end(&mut answer).unwrap();
    String::from_utf8_lossy(&answer).into_owned()
}

pub fn status(answer: &str) -> u16 {
    answer
        .split(' ')
        .nth(1)
        .and_then(|code| code.parse().ok())
        .unwrap_or(0)
}

pub fn body(answer: &str) -> &str {
    answer.split_once("\r\n\r\n").map_or("", |(_, body)| body)
}

/// A page without what the server adds to it.
pub fn without_script(page: &[u8]) -> Vec<u8> {
    let text = String::from_utf8_lossy(page);
    let Some(start) = text.find("<script src=\"/~docproof/") else {
        return page.to_vec();
    };
    let end = start + text[start..].find("</script>").unwrap() + "</script>".len();
    [&text[..start], &text[end..]].concat().into_bytes()
}

/// The files under a folder, by path from `root`.
pub fn files(root: &Path, folder: &Path, found: &mut BTreeMap<String, Vec<u8>>) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            files(root, &path, found);
        } else if !path.file_name().unwrap().to_string_lossy().starts_with('.') {
            let name = path
                .strip_prefix(root)
                .unwrap()
                .to_string_lossy()
                .into_owned();
            found.insert(name, fs::read(&path).unwrap());
        }
    }
}
