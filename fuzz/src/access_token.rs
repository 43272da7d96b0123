//! Access tokens: only the one that was given out is accepted, whatever is made of its parts.

use sessionkit::{AppInfo, SessionError, Sessions, SqliteStore, VerifySession};
use std::sync::LazyLock;
use tokio::runtime::{Builder, Runtime};

struct World {
    runtime: Runtime,
    sessions: Sessions,
    /// Header, claims, signature.
    parts: [String; 3],
}

static WORLD: LazyLock<World> = LazyLock::new(|| {
    let runtime = Builder::new_current_thread().build().expect("a runtime");
    let (sessions, token) = runtime
        .block_on(async {
            let sessions = Sessions::builder()
                .store(SqliteStore::in_memory().await?)
                .app_info(AppInfo::new("http://localhost", "http://localhost"))
                .never_clean_up()
                .build()
                .await?;
            let session = sessions.create_new_session("alice").await?;
            Ok::<_, SessionError>((sessions, session.access_token().to_owned()))
        })
        .expect("a session");
    let parts: Vec<_> = token.split('.').map(str::to_owned).collect();
    World {
        runtime,
        sessions,
        parts: parts.try_into().expect("three parts"),
    }
});

/// `H`, `C` and `S` in the text stand for header, claims and signature of a real token, so that a
/// fuzzer can build on them.
pub fn check(text: &str) {
    let World {
        runtime,
        sessions,
        parts: [header, claims, signature],
    } = &*WORLD;
    let real = format!("{header}.{claims}.{signature}");
    let mut token = String::new();
    for character in text.chars() {
        match character {
            'H' => token.push_str(header),
            'C' => token.push_str(claims),
            'S' => token.push_str(signature),
            other => token.push(other),
        }
    }
    for token in [text, &token] {
        let verified = runtime.block_on(sessions.get_session(VerifySession::new(token)));
        match verified {
            Ok(session) => {
                assert_eq!(token, real, "accepted");
                assert_eq!(session.user_id(), "alice");
            }
            Err(error) => {
                assert_ne!(token, real, "refused: {error}");
                // The database is never asked for more than keys, so nothing else can go wrong.
                assert_eq!(error.status(), 401);
            }
        }
    }
}
