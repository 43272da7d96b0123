//! Finds leaks: a log of everything at the finest level, and a search for secrets in every
//! spelling. What is searched is in `silence`.

use sessionkit::{Session, SessionError, SessionHandle, SessionStore};
use std::error::Error;
use std::fmt::{self, Write as _};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Mutex, MutexGuard, OnceLock, PoisonError};
use tracing::field::{Field, Visit};
use tracing::span::{Attributes, Id, Record};
use tracing::subscriber::Interest;
use tracing::{Event, Metadata, Subscriber};

// ---- the log -------------------------------------------------------------------------------------

/// Writes down everything, of every thread, while somebody listens.
struct Everything;

static LISTENING: Mutex<()> = Mutex::new(());
static LOG: Mutex<Option<String>> = Mutex::new(None);

/// Until it is dropped, the log is written.
pub struct Listening {
    _turn: MutexGuard<'static, ()>,
}

impl Listening {
    pub fn begin() -> Self {
        static INSTALLED: OnceLock<()> = OnceLock::new();
        INSTALLED.get_or_init(|| {
            tracing::subscriber::set_global_default(Everything).expect("nobody else was first");
        });
        let turn = LISTENING.lock().unwrap_or_else(PoisonError::into_inner);
        *LOG.lock().unwrap() = Some(String::new());
        Self { _turn: turn }
    }

    pub fn text(&self) -> String {
        LOG.lock().unwrap().clone().expect("we are listening")
    }
}

impl Drop for Listening {
    fn drop(&mut self) {
        *LOG.lock().unwrap() = None;
    }
}

fn write_down(metadata: &Metadata<'_>, record: impl FnOnce(&mut Line<'_>)) {
    let mut log = LOG.lock().unwrap();
    if let Some(text) = &mut *log {
        let _ = write!(text, "\n{} {}", metadata.target(), metadata.name());
        record(&mut Line(text));
    }
}

struct Line<'a>(&'a mut String);

impl Visit for Line<'_> {
    fn record_debug(&mut self, field: &Field, value: &dyn fmt::Debug) {
        let _ = write!(self.0, " {field}={value:?}");
    }

    fn record_error(&mut self, field: &Field, value: &(dyn Error + 'static)) {
        let _ = write!(self.0, " {field}={value:?} {}", chain(value));
    }
}

impl Subscriber for Everything {
    fn register_callsite(&self, _: &'static Metadata<'static>) -> Interest {
        Interest::sometimes()
    }

    fn enabled(&self, _: &Metadata<'_>) -> bool {
        LOG.lock().unwrap().is_some()
    }

    fn new_span(&self, span: &Attributes<'_>) -> Id {
        static SPANS: AtomicU64 = AtomicU64::new(1);
        write_down(span.metadata(), |line| span.record(line));
        Id::from_u64(SPANS.fetch_add(1, Ordering::Relaxed))
    }

    fn record(&self, _: &Id, values: &Record<'_>) {
        if let Some(text) = &mut *LOG.lock().unwrap() {
            values.record(&mut Line(text));
        }
    }

    fn record_follows_from(&self, _: &Id, _: &Id) {}

    fn event(&self, event: &Event<'_>) {
        write_down(event.metadata(), |line| event.record(line));
    }

    fn enter(&self, _: &Id) {}

    fn exit(&self, _: &Id) {}
}

/// An error and all its sources, as a log would show them.
pub fn chain(error: &dyn Error) -> String {
    let mut text = format!("{error} {error:?} {error:#?}");
    let mut next = error.source();
    while let Some(source) = next {
        let _ = write!(text, ": {source} {source:?}");
        next = source.source();
    }
    text
}

// ---- the secrets ---------------------------------------------------------------------------------

/// What must not be found, each with what it is.
#[derive(Default)]
pub struct Secrets(Vec<(&'static str, String)>);

impl Secrets {
    pub fn text(&mut self, what: &'static str, text: &str) {
        assert!(text.len() >= 8, "{what} is too short to be looked for");
        self.0.push((what, text.to_owned()));
    }

    /// Every part of a token, and so the token; and every piece of a part that is long enough to be
    /// a secret.
    pub fn token(&mut self, what: &'static str, token: &str) {
        // The header of an access token and the first words of the others are no secrets.
        for part in token.split('.').filter(|part| part.len() >= 16) {
            let is_header = part.starts_with("eyJ0eXAi") || part.starts_with("eyJhbGci");
            for from in (0..part.len() - 11).step_by(6).filter(|_| !is_header) {
                self.text(what, &part[from..from + 12]);
            }
        }
    }

    /// Some bytes as they are, and in the spellings that a program would choose.
    pub fn bytes(&mut self, what: &'static str, bytes: &[u8]) {
        if bytes.iter().all(|byte| *byte == 0) {
            return; // there is none yet
        }
        // Three neighbours: base64 has three ways to cut the same bytes. And some of the middle,
        // since keys begin with their kind.
        for from in [0, 1, 2, 16, 17, 18] {
            let Some(part) = bytes.get(from..from + 12) else {
                continue;
            };
            let list = format!("{part:?}");
            self.text(what, list.trim_matches(['[', ']']));
            self.text(what, &data_encoding::HEXLOWER.encode(part));
            self.text(what, &data_encoding::HEXUPPER.encode(part));
            self.text(what, &data_encoding::BASE64.encode(part));
            self.text(what, &data_encoding::BASE64URL.encode(part));
            self.text(what, &part.escape_ascii().to_string());
            if let Ok(plain) = std::str::from_utf8(part) {
                self.text(what, plain);
            }
        }
    }

    pub fn session(&mut self, session: &Session) {
        self.token("an access token", session.access_token());
        self.text("a handle", session.handle().as_str());
        for (what, token) in [
            ("a refresh token", session.refresh_token()),
            ("an anti-CSRF token", session.anti_csrf_token()),
        ] {
            if let Some(token) = token {
                self.token(what, token);
            }
        }
    }

    /// What the database has: hashes and keys.
    pub async fn store(&mut self, store: &dyn SessionStore, handles: &[SessionHandle]) {
        for handle in handles {
            if let Some(row) = store.read_session(handle).await.unwrap() {
                self.bytes("a hash", &row.refresh_hash);
                self.bytes("a hash", &row.previous_refresh_hash.unwrap_or_default());
                self.bytes("a nonce", &row.rotation_nonce.unwrap_or_default());
            }
        }
        for key in store.read_signing_keys().await.unwrap() {
            self.bytes("a key", &key.key);
        }
    }

    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// Which of them stand in a text, if any.
    pub fn found_in(&self, text: &str) -> Vec<&'static str> {
        let found = self.0.iter().filter(|(_, secret)| text.contains(secret));
        found.map(|(what, _)| *what).collect()
    }
}

#[test]
fn the_search_finds_every_spelling() {
    let key: Vec<u8> = (0..48).map(|n| n * 5 + 3).collect();
    let mut secrets = Secrets::default();
    secrets.bytes("a key", &key);
    secrets.token(
        "a token",
        "r1.AAAAAAAAAAAAAAAAAAAAAA.7.secretsecretsecret.macmacmacmacmacmac",
    );
    let base64 = |from: usize| data_encoding::BASE64_NOPAD.encode(&key[from..]);
    for text in [
        format!("{key:?}"),
        format!("{:?}", &key[1..]),
        data_encoding::HEXLOWER.encode(&key),
        format!("x{}x", data_encoding::HEXUPPER.encode(&key)),
        data_encoding::BASE64URL_NOPAD.encode(&key),
        base64(0),
        base64(1),
        base64(2),
        format!("b\"{}\"", key.escape_ascii()),
        "token=secretsecretsecret".to_owned(),
        "/sessions/AAAAAAAAAAAAAAAAAAAAAA".to_owned(),
    ] {
        assert!(!secrets.found_in(&text).is_empty(), "{text}");
    }
    assert!(secrets.found_in("r1 7 [3, 8, 13, 18] alice").is_empty());
}

#[test]
fn the_log_has_every_crate_and_every_level() {
    let log = Listening::begin();
    let error = SessionError::custom("a source");
    tracing::trace!(target: "elsewhere", number = 7, error = &error as &dyn Error, "a message");
    let span = tracing::debug_span!("a span", field = tracing::field::Empty);
    span.record("field", "later");
    let text = log.text();
    for part in [
        "elsewhere",
        "number=7",
        "a source",
        "a message",
        "a span",
        "later",
    ] {
        assert!(text.contains(part), "{part}: {text}");
    }
}
