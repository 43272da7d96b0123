//! The 1.0 line as its users know it: every call, every type code, and the file that they have.

#![expect(
    clippy::unwrap_used,
    reason = "a test may stop at what is not as expected"
)]

use serde_json::{Value, json};
use sessionkit::{AppInfo, Clock as _, ManualClock, SqliteStore, SystemClock, hours};
use sessionkit_1_0::{CreatedSession, ErrorType, Sessions};
use std::sync::Arc;
use std::time::Duration;
use tempfile::TempDir;

async fn open() -> (Sessions, TempDir) {
    let folder = tempfile::tempdir().unwrap();
    let sessions = Sessions::open(folder.path().join("app.db")).await.unwrap();
    (sessions, folder)
}

async fn alice(sessions: &Sessions) -> CreatedSession {
    sessions
        .create_new_session("alice", json!({ "role": "editor" }), json!({ "step": 1 }))
        .await
        .unwrap()
}

#[tokio::test]
async fn a_session_from_sign_in_to_sign_out() {
    let (sessions, _folder) = open().await;
    let created = alice(&sessions).await;
    assert_eq!(created.session.user_id, "alice");

    let verified = sessions
        .get_session(&created.access_token, Some(&created.anti_csrf_token))
        .await
        .unwrap();
    assert!(verified.session == created.session);
    assert_eq!(verified.session.payload, json!({ "role": "editor" }));
    assert_eq!(verified.new_access_token, None);

    let handle = &created.session.handle;
    assert!(sessions.revoke_session(handle).await.unwrap());
    assert!(!sessions.revoke_session(handle).await.unwrap());
    let error = sessions.get_session_data(handle).await.unwrap_err();
    assert_eq!(error.error_type(), ErrorType::Unauthorised);
    let error = sessions.refresh_session(&created.refresh_token).await.err();
    assert_eq!(error.unwrap().error_type(), ErrorType::Unauthorised);
}

#[tokio::test]
async fn the_anti_csrf_token_counts_unless_it_is_left_out() {
    let (sessions, _folder) = open().await;
    let created = alice(&sessions).await;
    let wrong = sessions
        .get_session(&created.access_token, Some("c1.0.AAAA"))
        .await;
    let error = wrong.err().unwrap();
    assert_eq!(error.error_type(), ErrorType::TryRefreshToken);
    assert!(
        sessions
            .get_session(&created.access_token, None)
            .await
            .is_ok()
    );
}

#[tokio::test]
async fn after_a_refresh_the_first_call_gives_a_new_access_token() {
    let (sessions, _folder) = open().await;
    let created = alice(&sessions).await;
    let refreshed = sessions
        .refresh_session(&created.refresh_token)
        .await
        .unwrap();
    assert_ne!(refreshed.refresh_token, created.refresh_token);
    assert!(refreshed.session == created.session);

    // The answer may get lost: until the new tokens are used, the old one gives them again.
    let again = sessions
        .refresh_session(&created.refresh_token)
        .await
        .unwrap();
    assert_eq!(again.refresh_token, refreshed.refresh_token);

    let first = sessions
        .get_session(&refreshed.access_token, Some(&refreshed.anti_csrf_token))
        .await
        .unwrap();
    let newer = first.new_access_token.unwrap();
    let second = sessions
        .get_session(&newer, Some(&refreshed.anti_csrf_token))
        .await
        .unwrap();
    assert_eq!(second.new_access_token, None);
    assert_eq!(second.session.payload, json!({ "role": "editor" }));
}

#[tokio::test]
async fn a_refresh_token_of_long_ago_is_theft() {
    let (sessions, folder) = open().await;
    let created = alice(&sessions).await;
    // Two refreshes far enough from each other; the current line can be given a clock.
    let clock = Arc::new(ManualClock::new(SystemClock.now()));
    let later = sessionkit::Sessions::builder()
        .store(
            SqliteStore::open(folder.path().join("app.db"))
                .await
                .unwrap(),
        )
        .app_info(AppInfo::new("http://localhost", "http://localhost"))
        .clock(Arc::clone(&clock))
        .build()
        .await
        .unwrap();
    let mut newest = created.refresh_token.clone();
    for _ in 0..2 {
        clock.advance(hours(1));
        let next = later.refresh_session(newest.as_str()).await.unwrap();
        next.refresh_token().unwrap().clone_into(&mut newest);
    }
    let error = sessions.refresh_session(&created.refresh_token).await;
    let error = error.err().unwrap();
    assert_eq!(error.error_type(), ErrorType::TokenTheftDetected);
    let error = sessions.refresh_session(&newest).await.err();
    assert_eq!(error.unwrap().error_type(), ErrorType::Unauthorised);
}

#[tokio::test]
async fn session_data_is_replaced_as_a_whole() {
    let (sessions, _folder) = open().await;
    let handle = alice(&sessions).await.session.handle;
    assert_eq!(
        sessions.get_session_data(&handle).await.unwrap(),
        json!({ "step": 1 })
    );
    sessions
        .update_session_data(&handle, json!({ "other": [1, 2] }))
        .await
        .unwrap();
    assert_eq!(
        sessions.get_session_data(&handle).await.unwrap(),
        json!({ "other": [1, 2] })
    );
}

#[tokio::test]
async fn what_cannot_be_stored_is_a_general_error() {
    let (sessions, _folder) = open().await;
    let too_long = json!({ "x": "y".repeat(5_000) });
    let cases: [(&str, Value, Value); 4] = [
        ("", json!({}), json!({})),
        ("alice", json!([1]), json!({})),
        ("alice", json!({}), json!("text")),
        ("alice", too_long, json!({})),
    ];
    for (user_id, payload, data) in cases {
        let error = sessions.create_new_session(user_id, payload, data).await;
        assert_eq!(error.err().unwrap().error_type(), ErrorType::GeneralError);
    }
    let all = sessions.get_all_session_handles_for_user("alice").await;
    assert!(all.unwrap().is_empty());
}

#[tokio::test]
async fn handles_that_are_none_belong_to_no_session() {
    let (sessions, _folder) = open().await;
    for handle in ["", "x", "'; DROP TABLE session_info; --", "\0"] {
        assert!(!sessions.revoke_session(handle).await.unwrap());
        let error = sessions.get_session_data(handle).await.unwrap_err();
        assert_eq!(error.error_type(), ErrorType::Unauthorised);
        assert_eq!(
            error.to_string(),
            "unauthorised: there is no session with this handle"
        );
    }
}

#[tokio::test]
async fn revoking_several_and_all() {
    let (sessions, _folder) = open().await;
    let mut handles = Vec::new();
    for _ in 0..3 {
        handles.push(alice(&sessions).await.session.handle);
    }
    let ended = sessions
        .revoke_multiple_sessions(&[&handles[0], "none", &handles[0]])
        .await
        .unwrap();
    assert_eq!(ended, [handles[0].clone()]);
    let mut ended = sessions
        .revoke_all_sessions_for_user("alice")
        .await
        .unwrap();
    ended.sort();
    let mut rest = handles[1..].to_vec();
    rest.sort();
    assert_eq!(ended, rest);
}

#[tokio::test]
async fn another_start_of_the_program_knows_the_sessions() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("app.db");
    let created = alice(&Sessions::open(&path).await.unwrap()).await;
    let sessions = Sessions::options(&path)
        .access_token_lifetime(Duration::from_secs(60))
        .refresh_token_lifetime(Duration::from_secs(3_600))
        .open()
        .await
        .unwrap();
    assert!(
        sessions
            .get_session(&created.access_token, None)
            .await
            .is_ok()
    );
    assert!(
        sessions
            .refresh_session(&created.refresh_token)
            .await
            .is_ok()
    );
}

#[tokio::test]
async fn a_file_that_cannot_be_opened_is_a_general_error() {
    let error = Sessions::open("/nowhere/at/all/app.db").await.unwrap_err();
    assert_eq!(error.error_type(), ErrorType::GeneralError);
}

#[tokio::test]
async fn nothing_secret_is_printed() {
    let (sessions, _folder) = open().await;
    let created = alice(&sessions).await;
    let verified = sessions.get_session(&created.access_token, None).await;
    let printed = format!("{created:?} {:?} {sessions:?}", verified.unwrap());
    for secret in [
        &created.access_token,
        &created.refresh_token,
        &created.anti_csrf_token,
        &created.session.handle,
    ] {
        assert!(!printed.contains(secret.as_str()), "{printed}");
    }
}
