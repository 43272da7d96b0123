//! Code of your own around the functions of sessionkit: a hook, an audit log, a limit, a refusal.
//!
//! `cargo run -p override_functions` signs some people in, and prints what happened. Nothing
//! listens and nothing is kept: the sessions are in memory.

use serde_json::{Value, json};
use sessionkit::{
    AppInfo, HandlesOfUser, ManualClock, NewSession, Session,
    SessionError, SessionFunctions, SessionHandle, Sessions,
    SqliteStore, UnixMillis, hours,
};
use std::sync::Arc;

// region hook
/// Stands for a query of your own.
async fn role_of(user_id: &str) -> &'static str {
    if user_id == "alice" {
        "editor"
    } else {
        "reader"
    }
}

/// Sees every session before it is created, and may add to it.
async fn add_role(
    mut input: NewSession,
) -> Result<NewSession, SessionError> {
    let role = role_of(input.user_id()).await;
    input
        .access_token_payload_mut()
        .insert("role".to_owned(), role.into());
    Ok(input)
}
// endregion

// region refuse
/// Lets nobody in who has been locked out.
struct Bouncer {
    original: Arc<dyn SessionFunctions>,
}

#[sessionkit::async_trait]
impl SessionFunctions for Bouncer {
    fn original(&self) -> &dyn SessionFunctions {
        &*self.original
    }

    async fn create_new_session(
        &self,
        input: NewSession,
    ) -> Result<Session, SessionError> {
        if input.user_id() == "mallory" {
            // The status is for a browser. Without one it is 500.
            return Err(SessionError::custom_with_status(
                403,
                "this account is locked",
            ));
        }
        self.original.create_new_session(input).await
    }
}
// endregion

// region limit
/// Five sessions for each user; the sixth ends the oldest.
struct AtMostFive {
    original: Arc<dyn SessionFunctions>,
}

#[sessionkit::async_trait]
impl SessionFunctions for AtMostFive {
    fn original(&self) -> &dyn SessionFunctions {
        &*self.original
    }

    async fn create_new_session(
        &self,
        input: NewSession,
    ) -> Result<Session, SessionError> {
        let user_id = input.user_id().to_owned();
        // First create, then count: of two sign-ins at once both see
        // all sessions, and end the same ones.
        let session = self.original.create_new_session(input).await?;
        let oldest = self.all_but_the_newest_five(&user_id).await?;
        let ended =
            self.original.revoke_multiple_sessions(&oldest).await?;
        if ended > 0 {
            println!(
                "  limit: {user_id} had more than five sessions, \
                 the oldest has ended"
            );
        }
        Ok(session)
    }
}

impl AtMostFive {
    async fn all_but_the_newest_five(
        &self,
        user_id: &str,
    ) -> Result<Vec<SessionHandle>, SessionError> {
        let all = HandlesOfUser::new(user_id).at_most(1_000);
        let mut sessions = Vec::new();
        for handle in
            self.original.get_all_session_handles_for_user(all).await?
        {
            // `None` if it has ended since it was listed.
            if let Some(found) =
                self.original.get_session_information(&handle).await?
            {
                sessions.push((found.created_at(), handle));
            }
        }
        sessions.sort(); // handles are random, times are not
        let too_many = sessions.len().saturating_sub(5);
        Ok(sessions
            .into_iter()
            .take(too_many)
            .map(|(_, handle)| handle)
            .collect())
    }
}
// endregion

// region audit
/// Writes down who came in and who did not, without token or handle.
struct Audited {
    original: Arc<dyn SessionFunctions>,
}

#[sessionkit::async_trait]
impl SessionFunctions for Audited {
    fn original(&self) -> &dyn SessionFunctions {
        &*self.original
    }

    async fn create_new_session(
        &self,
        input: NewSession,
    ) -> Result<Session, SessionError> {
        let user_id = input.user_id().to_owned();
        let result = self.original.create_new_session(input).await;
        match &result {
            Ok(_) => println!("  audit: {user_id} signed in"),
            Err(error) => {
                println!("  audit: {user_id} was refused: {error}")
            }
        }
        result
    }
}
// endregion

// region main
#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), SessionError> {
    // Stands still until it is moved, so that this prints the same every time.
    let clock =
        Arc::new(ManualClock::new(UnixMillis(1_790_000_000_000)));
    // region build
    let sessions = Sessions::builder()
        .store(SqliteStore::in_memory().await?)
        .clock(Arc::clone(&clock))
        .app_info(AppInfo::new(
            "https://example.com",
            "https://example.com",
        ))
        .on_create_new_session(add_role)
        .override_functions(|original| Bouncer { original })
        .override_functions(|original| AtMostFive { original })
        // Added last, so it is the outermost and hears of everything.
        .override_functions(|original| Audited { original })
        .build()
        .await?;
    // endregion

    println!("A role for everybody:");
    for user_id in ["alice", "bob"] {
        let session = sessions.create_new_session(user_id).await?;
        let payload: Value = session.access_token_payload()?;
        println!("  {user_id} has the payload {payload}");
    }

    println!("Five more devices of Alice:");
    for device in ["phone", "tablet", "television", "car", "watch"] {
        clock.advance(hours(1));
        let data = json!({ "device": device });
        sessions
            .create_new_session("alice")
            .session_data(data)
            .await?;
    }
    let left = sessions.get_all_session_handles_for_user("alice");
    println!("  alice has {} sessions", left.all().await?.len());

    println!("Somebody who has been locked out:");
    if let Err(error) = sessions.create_new_session("mallory").await {
        println!("  a browser would get the status {}", error.status());
    }
    Ok(())
}
// endregion
