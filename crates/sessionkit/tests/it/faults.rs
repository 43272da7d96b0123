//! A store that does not answer, or whose answer is lost: verifying goes on, everything else says
//! so, and afterwards nothing is missing. Databases that really fail are in `outages`.

use crate::faulty::{Call, Fails, FaultyStore};
use crate::stores::{Database, builder, clock, on_every_store};
use serde_json::{Value, json};
use sessionkit::{
    RegenerateAccessToken, Rotation, Session, SessionError, Sessions, UnauthorisedReason,
    VerifySession, hours,
};
use std::error::Error as _;
use std::sync::Arc;
use std::time::Duration;

on_every_store!(
    without_a_store_only_verifying_works_and_nothing_is_lost,
    a_lost_answer_to_a_refresh_is_given_again,
    a_lost_answer_to_a_creation_leaves_no_token_behind,
    a_lost_answer_to_a_revocation_revokes,
    a_lost_answer_to_a_change_of_data_changes_it_once,
    a_store_that_is_down_at_the_start_stops_the_start,
    a_confirmation_that_fails_leaves_verifying_working,
    a_confirmation_is_answered_though_no_key_can_be_made,
);

/// A server whose store can fail, and one session of a user who has a basket.
struct Shop {
    store: Arc<FaultyStore>,
    sessions: Sessions,
    session: Session,
}

impl Shop {
    async fn open(database: &Database) -> Self {
        let store = FaultyStore::around(database.store().await);
        let sessions = builder(store.clone(), &clock()).build().await.unwrap();
        let session = sessions
            .create_new_session("alice")
            .access_token_payload(json!({ "role": "editor" }))
            .session_data(json!({ "basket": ["tea"] }))
            .await
            .unwrap();
        Self {
            store,
            sessions,
            session,
        }
    }

    async fn verify(&self) -> Result<Session, SessionError> {
        let request = VerifySession::new(self.session.access_token());
        self.sessions.get_session(request).await
    }

    async fn verify_asking_the_store(&self) -> Result<Session, SessionError> {
        let request = VerifySession::new(self.session.access_token()).check_database(true);
        self.sessions.get_session(request).await
    }

    async fn refresh(&self) -> Result<Session, SessionError> {
        let token = self.session.refresh_token().expect("it is new");
        self.sessions.refresh_session(token).await
    }

    async fn data(&self) -> Result<Value, SessionError> {
        self.sessions.get_session_data(self.session.handle()).await
    }

    /// How many live sessions the user has.
    async fn count(&self) -> usize {
        let all = self.sessions.get_all_session_handles_for_user("alice");
        all.all().await.unwrap().len()
    }
}

#[track_caller]
pub fn assert_unavailable<T>(outcome: Result<T, SessionError>) {
    let Err(error) = outcome else {
        panic!("the store is down, and nobody noticed");
    };
    assert!(
        matches!(error, SessionError::StoreUnavailable { .. }),
        "{error:?}"
    );
    assert_eq!(error.status(), 503);
    assert!(!error.ends_session(), "no cookie goes because of it");
    let chain = error.source().expect("it says why").to_string();
    assert!(!chain.is_empty());
}

async fn without_a_store_only_verifying_works_and_nothing_is_lost(database: Database) {
    let shop = Shop::open(&database).await;
    let before = format!("{:?}", shop.data().await.unwrap());
    shop.store.fail_everywhere(Fails::Before);

    let session = shop.verify().await.unwrap();
    assert_eq!(session.user_id(), "alice");
    assert_eq!(
        session.access_token_payload::<Value>().unwrap()["role"],
        "editor"
    );
    assert!(shop.sessions.public_keys_json().await.contains("Ed25519"));
    assert_everything_else_is_unavailable(&shop).await;

    shop.store.mend();
    assert_eq!(format!("{:?}", shop.data().await.unwrap()), before);
    assert_eq!(shop.count().await, 1);
    assert!(shop.verify_asking_the_store().await.is_ok());
    let refreshed = shop.refresh().await.unwrap();
    assert_eq!(
        refreshed.access_token_payload::<Value>().unwrap(),
        json!({ "role": "editor" })
    );
}

async fn assert_everything_else_is_unavailable(shop: &Shop) {
    let (sessions, handle) = (&shop.sessions, shop.session.handle());
    let token = shop.session.access_token();
    assert_unavailable(shop.verify_asking_the_store().await);
    assert_unavailable(sessions.create_new_session("alice").await);
    assert_unavailable(shop.refresh().await);
    let again = RegenerateAccessToken::new(token);
    assert_unavailable(sessions.regenerate_access_token(again.clone()).await);
    let other = again.payload(sessionkit::JsonObject::new());
    assert_unavailable(sessions.regenerate_access_token(other).await);
    assert_unavailable(sessions.revoke_session(handle).await);
    let handles = [handle.clone()];
    assert_unavailable(sessions.revoke_multiple_sessions(&handles).await);
    assert_unavailable(sessions.revoke_all_sessions_for_user("alice").await);
    let mut pages = sessions.get_all_session_handles_for_user("alice");
    assert_unavailable(pages.next_page().await);
    assert_unavailable(pages.all().await);
    assert_unavailable(sessions.get_session_information(handle).await);
    assert_unavailable(sessions.delete_expired_sessions().await);

    assert_unavailable(sessions.get_session_data::<Value>(handle).await);
    let with_version = sessions.get_session_data_with_version::<Value>(handle);
    assert_unavailable(with_version.await);
    assert_unavailable(sessions.update_session_data(handle, json!({})).await);
    let modified = sessions.modify_session_data(handle, |data: &mut Value| *data = json!({}));
    assert_unavailable(modified.await);
    let payload = sessions.update_access_token_payload(handle, json!({}));
    assert_unavailable(payload.await);

    let mut session = shop.session.clone();
    assert_unavailable(session.update_access_token_payload(json!({})).await);
    assert_unavailable(session.regenerate_access_token().await);
    assert_unavailable(session.get_session_data::<Value>().await);
    assert_unavailable(session.update_session_data(json!({})).await);
    assert_unavailable(session.revoke().await);
    assert_eq!(session.access_token(), token, "it stays as it was");
    assert!(session.refresh_token().is_some());
}

async fn a_lost_answer_to_a_refresh_is_given_again(database: Database) {
    let shop = Shop::open(&database).await;
    shop.store.fail(Call::Update, Fails::After);
    assert_unavailable(shop.refresh().await);
    assert_unavailable(shop.refresh().await);
    shop.store.mend();
    let first = shop.refresh().await.unwrap();
    let second = shop.refresh().await.unwrap();
    assert_eq!(first.refresh_token(), second.refresh_token());
    let next = shop
        .sessions
        .refresh_session(first.refresh_token().unwrap())
        .await
        .unwrap();
    let information = shop
        .sessions
        .get_session_information(next.handle())
        .await
        .unwrap();
    assert!(information.is_some());
}

async fn a_lost_answer_to_a_creation_leaves_no_token_behind(database: Database) {
    let shop = Shop::open(&database).await;
    shop.store.fail(Call::Create, Fails::After);
    assert_unavailable(shop.sessions.create_new_session("alice").await);
    shop.store.mend();
    // The row that is there now belongs to nobody; "sign out everywhere" reaches it, too.
    let ended = shop.sessions.revoke_all_sessions_for_user("alice").await;
    assert_eq!(ended.unwrap(), 2);
}

async fn a_lost_answer_to_a_revocation_revokes(database: Database) {
    let shop = Shop::open(&database).await;
    shop.store.fail(Call::Delete, Fails::After);
    assert_unavailable(shop.session.revoke().await);
    shop.store.mend();
    assert!(!shop.session.revoke().await.unwrap(), "it is over already");
    let over = shop.verify_asking_the_store().await.unwrap_err();
    assert!(matches!(
        over,
        SessionError::Unauthorised {
            reason: UnauthorisedReason::Revoked,
            ..
        }
    ));
}

async fn a_lost_answer_to_a_change_of_data_changes_it_once(database: Database) {
    let shop = Shop::open(&database).await;
    shop.store.fail(Call::Update, Fails::After);
    let handle = shop.session.handle();
    let add = |data: &mut Value| data["basket"].as_array_mut().unwrap().push(json!("milk"));
    assert_unavailable(shop.sessions.modify_session_data(handle, add).await);
    shop.store.mend();
    assert_eq!(
        shop.data().await.unwrap(),
        json!({ "basket": ["tea", "milk"] })
    );
}

async fn a_store_that_is_down_at_the_start_stops_the_start(database: Database) {
    let store = FaultyStore::around(database.store().await);
    for fails in [Fails::Before, Fails::After] {
        store.fail_everywhere(fails);
        let refused = builder(store.clone(), &clock()).build().await;
        assert!(format!("{:?}", refused.as_ref().unwrap_err()).contains("the cable was pulled"));
        assert_unavailable(refused);
    }
    store.mend();
    let sessions = builder(store.clone(), &clock()).build().await.unwrap();
    let _ = sessions.create_new_session("alice").await.unwrap();
    let keys = database.store().await.read_signing_keys().await.unwrap();
    assert_eq!(keys.len(), 2, "those of the start whose answer was lost");
}

/// A session that was refreshed, in the mode where the first use has to be told to the store.
async fn unconfirmed(store: &Arc<FaultyStore>, ahead: Duration) -> (Sessions, Session) {
    let clock = clock();
    let sessions = builder(store.clone(), &clock)
        .rotation(Rotation::until_used())
        .build()
        .await
        .unwrap();
    clock.advance(ahead);
    let created = sessions.create_new_session("alice").await.unwrap();
    let token = created.refresh_token().unwrap();
    let refreshed = sessions.refresh_session(token).await.unwrap();
    clock.advance(Duration::from_secs(60));
    (sessions, refreshed)
}

async fn a_confirmation_that_fails_leaves_verifying_working(database: Database) {
    for fails in [Fails::Before, Fails::After] {
        let store = FaultyStore::around(database.store().await);
        let (sessions, session) = unconfirmed(&store, Duration::ZERO).await;
        let request = VerifySession::new(session.access_token());

        store.fail_everywhere(fails);
        let verified = sessions.get_session(request.clone()).await.unwrap();
        assert_eq!(verified.access_token(), session.access_token());
        assert!(verified.new_access_token().is_none());
        // Whoever wants the store's word does not get by without it.
        assert_unavailable(
            sessions
                .get_session(request.clone().check_database(true))
                .await,
        );

        store.mend();
        let verified = sessions.get_session(request).await.unwrap();
        let newer = verified.new_access_token().expect("confirmed at last");
        let calls = store.all_calls();
        let verified = sessions.get_session(VerifySession::new(newer)).await;
        assert!(verified.unwrap().new_access_token().is_none());
        assert_eq!(store.all_calls(), calls, "told once");
    }
}

async fn a_confirmation_is_answered_though_no_key_can_be_made(database: Database) {
    let store = FaultyStore::around(database.store().await);
    // Refreshed half a minute before the signing key has had its time, used half a minute later.
    let almost = hours(24) - Duration::from_secs(30);
    let (sessions, session) = unconfirmed(&store, almost).await;
    let request = VerifySession::new(session.access_token());
    store.fail(Call::UpdateKeys, Fails::Before);
    let verified = sessions.get_session(request.clone()).await.unwrap();
    assert_eq!(verified.access_token(), session.access_token());
    assert_unavailable(
        sessions
            .get_session(request.clone().check_database(true))
            .await,
    );
    store.mend();
    let verified = sessions.get_session(request).await.unwrap();
    assert!(verified.new_access_token().is_some());
}
