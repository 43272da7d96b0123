//! Rotation: who gets the next token, who gets the same one again, and who is a thief.

use crate::stores::{Database, NOW, builder, clock, on_every_store};
use crate::watched::{Events, Next, Watched, outcome, refresh, token, tokens};
use sessionkit::{
    AntiCsrf, Change, ManualClock, Rotation, Session, SessionHandle, SessionRecord, SessionStore,
    Sessions, UnixMillis, VerifySession,
};
use std::sync::Arc;
use std::time::{Duration, UNIX_EPOCH};

on_every_store!(
    the_newest_token_rotates,
    a_token_that_has_just_been_made_is_handed_back,
    the_previous_token_gives_the_same_successor_inside_the_window,
    the_previous_token_at_the_edge_of_the_window_is_theft,
    the_window_is_as_long_as_configured,
    a_clock_that_went_back_makes_nobody_a_thief,
    the_grandparent_is_theft_even_inside_the_window,
    strict_takes_no_token_twice,
    until_used_keeps_the_parent_until_the_child_is_refreshed,
    until_used_keeps_the_parent_until_the_access_token_is_used,
    until_used_still_has_a_window_after_the_use,
    a_late_replay_gets_an_access_token_that_lives,
    the_first_use_is_written_once_and_not_per_request,
    the_first_use_is_left_for_later_if_the_database_is_down,
    a_token_that_was_tampered_with_revokes_nothing,
    tokens_put_together_from_two_sessions_revoke_nothing,
    a_token_from_the_future_revokes_nothing,
    theft_is_told_only_when_the_row_is_gone,
    after_theft_both_parties_are_out,
    each_event_comes_exactly_once,
    payload_and_data_survive_rotation,
    a_retry_after_a_lost_answer_gets_the_successor,
    a_refresh_that_never_reached_the_database_can_be_repeated,
);

const WINDOW: Duration = Duration::from_secs(30);
const MS: Duration = Duration::from_millis(1);

fn later(by: Duration) -> UnixMillis {
    NOW.plus(by)
}

/// A server, its clock, its events, and a session's first token.
struct Scene {
    clock: Arc<ManualClock>,
    store: Arc<Watched>,
    events: Events,
    sessions: Sessions,
    first: Session,
}

impl Scene {
    async fn new(database: &Database, rotation: Rotation) -> Self {
        let (clock, events) = (clock(), Events::default());
        let store = Watched::new(database.store().await);
        let sessions = builder(store.clone(), &clock)
            .rotation(rotation)
            .anti_csrf(AntiCsrf::ViaToken)
            .on_event(events.listener())
            .build()
            .await
            .unwrap();
        let first = sessions.create_new_session("alice").await.unwrap();
        events.take();
        Self {
            clock,
            store,
            events,
            sessions,
            first,
        }
    }

    async fn refresh(&self, token: &str) -> Session {
        refresh(&self.sessions, token).await.unwrap()
    }

    async fn tries(&self, token: &str) -> String {
        outcome(&refresh(&self.sessions, token).await)
    }

    async fn verifies(&self, session: &Session) -> String {
        let input = VerifySession::new(session.access_token()).anti_csrf_check(false);
        outcome(&self.sessions.get_session(input.check_database(true)).await)
    }

    async fn row(&self) -> Option<SessionRecord> {
        self.store.read_session(self.first.handle()).await.unwrap()
    }
}

async fn the_newest_token_rotates(database: Database) {
    let scene = Scene::new(&database, Rotation::default()).await;
    let mut newest = scene.first.clone();
    for generation in 1..=5 {
        scene.clock.advance(WINDOW);
        let next = scene.refresh(&token(&newest)).await;
        let (old, new) = (tokens(&newest), tokens(&next));
        assert!(old.iter().zip(&new).all(|(old, new)| old != new));
        assert_eq!(next.handle(), newest.handle());
        assert_eq!(next.user_id(), "alice");
        assert_eq!(next.created_at(), newest.created_at());
        assert_eq!(scene.row().await.unwrap().generation, generation);
        assert_eq!(scene.verifies(&next).await, "ok");
        newest = next;
    }
}

async fn a_token_that_has_just_been_made_is_handed_back(database: Database) {
    let scene = Scene::new(&database, Rotation::default()).await;
    let child = scene.refresh(&token(&scene.first)).await;
    let row = scene.row().await;
    for after in [Duration::ZERO, MS, WINDOW - MS] {
        scene.clock.set(later(after));
        let again = scene.refresh(&token(&child)).await;
        assert_eq!(tokens(&again), tokens(&child), "{after:?}");
        assert!(scene.row().await == row, "nothing is written");
    }
    scene.clock.set(later(WINDOW));
    let next = scene.refresh(&token(&child)).await;
    assert_ne!(token(&next), token(&child));

    // With `until_used` it is a first use, and that is written once.
    let scene = Scene::new(&database, Rotation::until_used()).await;
    let child = scene.refresh(&token(&scene.first)).await;
    let again = scene.refresh(&token(&child)).await;
    assert_eq!(token(&again), token(&child));
    let row = scene.row().await.unwrap();
    assert_eq!(row.confirmed_at, Some(NOW));
    scene.refresh(&token(&child)).await;
    assert!(scene.row().await.unwrap() == row);

    // Without a window there is nothing to wait for.
    let scene = Scene::new(&database, Rotation::strict()).await;
    let child = scene.refresh(&token(&scene.first)).await;
    let next = scene.refresh(&token(&child)).await;
    assert_ne!(token(&next), token(&child));
}

async fn the_previous_token_gives_the_same_successor_inside_the_window(database: Database) {
    let scene = Scene::new(&database, Rotation::default()).await;
    let child = scene.refresh(&token(&scene.first)).await;
    let row = scene.row().await;
    for after in [Duration::ZERO, MS, WINDOW / 2, WINDOW - MS] {
        scene.clock.set(later(after));
        let again = scene.refresh(&token(&scene.first)).await;
        assert_eq!(tokens(&again), tokens(&child), "{after:?}");
        assert_eq!(again.expires_at(), child.expires_at());
        assert!(scene.row().await == row, "a replay writes nothing");
    }
    assert!(
        !tokens(&child)[2].is_empty(),
        "there was an anti-CSRF token to compare"
    );
}

async fn the_previous_token_at_the_edge_of_the_window_is_theft(database: Database) {
    for after in [WINDOW, WINDOW + MS] {
        let scene = Scene::new(&database, Rotation::default()).await;
        let child = scene.refresh(&token(&scene.first)).await;
        scene.clock.set(later(after));
        assert_eq!(
            scene.tries(&token(&scene.first)).await,
            "token_theft_detected"
        );
        assert_eq!(scene.tries(&token(&child)).await, "revoked");
    }
}

async fn the_window_is_as_long_as_configured(database: Database) {
    let rotation = Rotation::grace(Duration::from_secs(2));
    let scene = Scene::new(&database, rotation).await;
    assert_eq!(scene.tries(&token(&scene.first)).await, "ok");
    scene.clock.set(later(Duration::from_millis(1_999)));
    assert_eq!(scene.tries(&token(&scene.first)).await, "ok");
    scene.clock.set(later(Duration::from_millis(2_000)));
    assert_eq!(
        scene.tries(&token(&scene.first)).await,
        "token_theft_detected"
    );
}

async fn a_clock_that_went_back_makes_nobody_a_thief(database: Database) {
    let scene = Scene::new(&database, Rotation::default()).await;
    let child = scene.refresh(&token(&scene.first)).await;
    scene.clock.set(UnixMillis(NOW.0 - 3_600_000));
    let again = scene.refresh(&token(&scene.first)).await;
    assert_eq!(token(&again), token(&child));
    assert_eq!(scene.verifies(&child).await, "ok");
    assert_eq!(scene.tries(&token(&child)).await, "ok");
}

async fn the_grandparent_is_theft_even_inside_the_window(database: Database) {
    for rotation in [Rotation::default(), Rotation::until_used()] {
        let scene = Scene::new(&database, rotation).await;
        let child = scene.refresh(&token(&scene.first)).await;
        scene.clock.advance(WINDOW);
        let grandchild = scene.refresh(&token(&child)).await;
        assert_eq!(
            scene.tries(&token(&scene.first)).await,
            "token_theft_detected"
        );
        assert_eq!(scene.tries(&token(&grandchild)).await, "revoked");
    }
}

async fn strict_takes_no_token_twice(database: Database) {
    let scene = Scene::new(&database, Rotation::strict()).await;
    let child = scene.refresh(&token(&scene.first)).await;
    assert_eq!(
        scene.tries(&token(&scene.first)).await,
        "token_theft_detected"
    );
    assert_eq!(scene.tries(&token(&child)).await, "revoked");
    // Nor does a clock that went back open a window.
    let scene = Scene::new(&database, Rotation::strict()).await;
    assert_eq!(scene.tries(&token(&scene.first)).await, "ok");
    scene.clock.set(UnixMillis(NOW.0 - 1_000));
    assert_eq!(
        scene.tries(&token(&scene.first)).await,
        "token_theft_detected"
    );
}

const UNTIL_USED: Rotation = Rotation::until_used().with_grace(Duration::ZERO);

async fn until_used_keeps_the_parent_until_the_child_is_refreshed(database: Database) {
    for rotation in [UNTIL_USED, Rotation::until_used()] {
        let scene = Scene::new(&database, rotation).await;
        let child = scene.refresh(&token(&scene.first)).await;
        // Days without an answer, and still the same child.
        scene.clock.advance(Duration::from_secs(40 * 86_400));
        let again = scene.refresh(&token(&scene.first)).await;
        assert_eq!(token(&again), token(&child));
        let grandchild = scene.refresh(&token(&again)).await;
        assert_eq!(
            scene.tries(&token(&scene.first)).await,
            "token_theft_detected"
        );
        assert_eq!(scene.tries(&token(&grandchild)).await, "revoked");
    }
}

async fn until_used_keeps_the_parent_until_the_access_token_is_used(database: Database) {
    for check_database in [false, true] {
        let scene = Scene::new(&database, UNTIL_USED).await;
        let child = scene.refresh(&token(&scene.first)).await;
        scene.clock.advance(WINDOW);
        assert_eq!(scene.tries(&token(&scene.first)).await, "ok");
        assert_eq!(scene.row().await.unwrap().confirmed_at, None);
        let input = VerifySession::new(child.access_token())
            .anti_csrf_check(false)
            .check_database(check_database);
        let used = scene.sessions.get_session(input).await.unwrap();
        assert!(
            used.new_access_token().is_some(),
            "one that need not be written again"
        );
        assert_eq!(used.refresh_token(), None);
        assert_eq!(used.expires_at(), child.expires_at());
        assert_eq!(
            scene.tries(&token(&scene.first)).await,
            "token_theft_detected"
        );
        assert_eq!(scene.tries(&token(&child)).await, "revoked");
    }
}

async fn until_used_still_has_a_window_after_the_use(database: Database) {
    let scene = Scene::new(&database, Rotation::until_used()).await;
    let child = scene.refresh(&token(&scene.first)).await;
    assert_eq!(scene.verifies(&child).await, "ok");
    scene.clock.set(later(WINDOW - MS));
    let again = scene.refresh(&token(&scene.first)).await;
    assert_eq!(token(&again), token(&child));
    scene.clock.set(later(WINDOW));
    assert_eq!(
        scene.tries(&token(&scene.first)).await,
        "token_theft_detected"
    );
}

async fn a_late_replay_gets_an_access_token_that_lives(database: Database) {
    let scene = Scene::new(&database, UNTIL_USED).await;
    let child = scene.refresh(&token(&scene.first)).await;
    scene.clock.set(later(Duration::from_millis(59_999)));
    let soon = scene.refresh(&token(&scene.first)).await;
    assert_eq!(tokens(&soon), tokens(&child));

    scene.clock.set(later(Duration::from_secs(90 * 60)));
    assert_eq!(scene.verifies(&child).await, "try_refresh_token: expired");
    let late = scene.refresh(&token(&scene.first)).await;
    assert_eq!(token(&late), token(&child));
    assert_eq!(
        tokens(&late)[2],
        tokens(&child)[2],
        "the anti-CSRF token stays"
    );
    let lives_for = UnixMillis::from(late.expires_at()).since(later(Duration::from_secs(90 * 60)));
    assert!(lives_for >= Duration::from_secs(3_600), "{lives_for:?}");
    assert_eq!(scene.verifies(&late).await, "ok");
}

async fn the_first_use_is_written_once_and_not_per_request(database: Database) {
    let scene = Scene::new(&database, UNTIL_USED).await;
    assert_eq!(scene.verifies(&scene.first).await, "ok");
    assert_eq!(
        scene.store.replaced(),
        0,
        "a new session has no parent to retire"
    );
    let child = scene.refresh(&token(&scene.first)).await;
    assert_eq!(scene.store.replaced(), 1);
    let used_at = later(Duration::from_secs(7));
    scene.clock.set(used_at);
    let mut newest = child.clone();
    for _ in 0..5 {
        // Both the token that the refresh gave and the one that its first use gave.
        for session in [&child, &newest.clone()] {
            let input = VerifySession::new(session.access_token()).anti_csrf_check(false);
            let used = scene.sessions.get_session(input).await.unwrap();
            if used.new_access_token().is_some() {
                newest = used;
            }
        }
        scene.clock.advance(MS);
    }
    assert_eq!(scene.store.replaced(), 2);
    assert_eq!(scene.row().await.unwrap().confirmed_at, Some(used_at));
    // The newer token asks the database for nothing.
    scene.store.next_update(Next::FailsBefore);
    let input = VerifySession::new(newest.access_token()).anti_csrf_check(false);
    let again = scene.sessions.get_session(input).await.unwrap();
    assert_eq!(again.new_access_token(), None);
    assert_eq!(scene.tries(&token(&child)).await, "store_unavailable");
    // And with a window instead, nothing is ever written.
    let scene = Scene::new(&database, Rotation::default()).await;
    let child = scene.refresh(&token(&scene.first)).await;
    assert_eq!(scene.verifies(&child).await, "ok");
    assert_eq!(scene.store.replaced(), 1);
}

async fn the_first_use_is_left_for_later_if_the_database_is_down(database: Database) {
    let scene = Scene::new(&database, UNTIL_USED).await;
    let child = scene.refresh(&token(&scene.first)).await;
    let input = VerifySession::new(child.access_token()).anti_csrf_check(false);
    scene.store.next_update(Next::FailsBefore);
    let used = scene.sessions.get_session(input.clone()).await.unwrap();
    assert_eq!(used.new_access_token(), None);
    assert_eq!(scene.row().await.unwrap().confirmed_at, None);
    // Where the database has to be asked, it has to answer.
    scene.store.next_update(Next::FailsBefore);
    let asked = input.clone().check_database(true);
    assert_eq!(
        outcome(&scene.sessions.get_session(asked).await),
        "store_unavailable"
    );
    let used = scene.sessions.get_session(input).await.unwrap();
    assert!(used.new_access_token().is_some());
    assert_eq!(scene.row().await.unwrap().confirmed_at, Some(NOW));
}

/// Every text that differs from the token in one place, by one bit or by one character.
fn variants(token: &str) -> Vec<String> {
    let mut variants: Vec<_> = ["", ".", " ", "\0", "r1", "r1....", "é", "\u{1F36A}"]
        .map(str::to_owned)
        .into();
    for at in 0..token.len() {
        for bit in 0..7 {
            let mut bytes = token.as_bytes().to_vec();
            bytes[at] ^= 1 << bit;
            variants.push(String::from_utf8(bytes).unwrap());
        }
        variants.push(token[..at].to_owned());
        variants.push(format!("{}{}", &token[..at], &token[at + 1..]));
        variants.push(format!("{}0{}", &token[..at], &token[at..]));
    }
    variants.extend(["0", ".", "=", "==", " ", "\n", ".0"].map(|end| format!("{token}{end}")));
    variants.push(format!(" {token}"));
    variants.push(token.to_uppercase());
    variants.push(format!("{token}{token}"));
    variants
}

async fn a_token_that_was_tampered_with_revokes_nothing(database: Database) {
    let scene = Scene::new(&database, Rotation::default()).await;
    let child = scene.refresh(&token(&scene.first)).await;
    let row = scene.row().await;
    scene.events.take();
    for genuine in [token(&scene.first), token(&child)] {
        for variant in variants(&genuine) {
            assert_eq!(scene.tries(&variant).await, "invalid_token", "{variant:?}");
        }
    }
    assert!(scene.row().await == row, "nothing was touched");
    assert_eq!(scene.events.take(), [""; 0]);
    assert_eq!(scene.tries(&token(&child)).await, "ok");
}

async fn tokens_put_together_from_two_sessions_revoke_nothing(database: Database) {
    let scene = Scene::new(&database, Rotation::default()).await;
    let other = scene.sessions.create_new_session("mallory").await.unwrap();
    let other = scene.refresh(&token(&other)).await;
    let (ours, theirs) = (token(&scene.first), token(&other));
    let (ours, theirs): (Vec<_>, Vec<_>) = (ours.split('.').collect(), theirs.split('.').collect());
    for choice in 1..0b1_1111_u8 {
        let parts: Vec<_> = (0..5)
            .map(|part| {
                if choice >> part & 1 == 1 {
                    theirs[part]
                } else {
                    ours[part]
                }
            })
            .collect();
        let mixed = parts.join(".");
        if mixed == ours.join(".") || mixed == theirs.join(".") {
            continue;
        }
        assert_eq!(scene.tries(&mixed).await, "invalid_token", "{choice:b}");
    }
    // A server with another key has never made these, even if it has the very same row.
    let elsewhere = Database::sqlite();
    let stranger = elsewhere.sessions(&scene.clock).await;
    let row = scene.row().await.unwrap();
    elsewhere.store().await.create_session(row).await.unwrap();
    let result = refresh(&stranger, &ours.join(".")).await;
    assert_eq!(outcome(&result), "invalid_token");
    assert_eq!(scene.tries(&ours.join(".")).await, "ok");
    assert_eq!(scene.tries(&theirs.join(".")).await, "ok");
}

async fn put_back(store: &dyn SessionStore, handle: &SessionHandle, old: SessionRecord) {
    let decide = Box::new(move |_: &SessionRecord| Change::Replace(Box::new(old.clone())));
    assert!(store.update_session(handle, decide).await.unwrap());
}

async fn a_token_from_the_future_revokes_nothing(database: Database) {
    let scene = Scene::new(&database, Rotation::default()).await;
    let backup = scene.row().await.unwrap();
    let child = scene.refresh(&token(&scene.first)).await;
    let grandchild = scene.refresh(&token(&child)).await;
    put_back(&*scene.store, scene.first.handle(), backup.clone()).await;
    scene.events.take();
    for newer in [&child, &grandchild] {
        assert_eq!(scene.tries(&token(newer)).await, "invalid_token");
    }
    assert!(scene.row().await == Some(backup));
    assert_eq!(scene.events.take(), [""; 0]);
    // Whoever still has the token of the copy goes on.
    let other_child = scene.refresh(&token(&scene.first)).await;
    assert_ne!(token(&other_child), token(&child));
    // Now there were two children of one generation, and the one that this database did not make is
    // told from it.
    assert_eq!(scene.tries(&token(&child)).await, "token_theft_detected");
}

async fn theft_is_told_only_when_the_row_is_gone(database: Database) {
    let scene = Scene::new(&database, Rotation::strict()).await;
    let child = scene.refresh(&token(&scene.first)).await;
    scene.events.take();
    scene.store.next_update(Next::FailsBefore);
    assert_eq!(scene.tries(&token(&scene.first)).await, "store_unavailable");
    assert!(scene.row().await.is_some());
    assert_eq!(scene.events.take(), [""; 0], "nothing has been revoked yet");
    assert_eq!(
        scene.tries(&token(&scene.first)).await,
        "token_theft_detected"
    );
    // Asked through a connection of its own: the row is gone for everybody.
    let another = database.store().await;
    assert!(
        another
            .read_session(child.handle())
            .await
            .unwrap()
            .is_none()
    );
}

async fn after_theft_both_parties_are_out(database: Database) {
    let scene = Scene::new(&database, Rotation::default()).await;
    let bystander = scene.sessions.create_new_session("alice").await.unwrap();
    let child = scene.refresh(&token(&scene.first)).await;
    scene.clock.advance(WINDOW);
    let grandchild = scene.refresh(&token(&child)).await;
    let error = refresh(&scene.sessions, &token(&scene.first))
        .await
        .unwrap_err();
    let sessionkit::SessionError::TokenTheftDetected {
        handle, user_id, ..
    } = error
    else {
        panic!("{error:?}");
    };
    assert_eq!((&handle, &*user_id), (scene.first.handle(), "alice"));
    for session in [&scene.first, &child, &grandchild] {
        assert_eq!(scene.tries(&token(session)).await, "revoked");
        assert_eq!(scene.verifies(session).await, "revoked");
    }
    assert!(
        !scene.sessions.revoke_session(&handle).await.unwrap(),
        "it is over already"
    );
    assert!(
        scene
            .sessions
            .get_session_information(&handle)
            .await
            .unwrap()
            .is_none()
    );
    // Another session of that user has nothing to do with it.
    assert_eq!(scene.tries(&token(&bystander)).await, "ok");
}

async fn each_event_comes_exactly_once(database: Database) {
    let scene = Scene::new(&database, Rotation::default()).await;
    let (sessions, events) = (&scene.sessions, &scene.events);
    let first = sessions.create_new_session("bob").await.unwrap();
    assert_eq!(events.take(), ["created"]);
    let child = scene.refresh(&token(&first)).await;
    assert_eq!(events.take(), ["refreshed"]);
    assert_eq!(scene.tries(&token(&first)).await, "ok");
    assert_eq!(scene.tries(&token(&first)).await, "ok");
    assert_eq!(events.take(), ["refresh_replayed", "refresh_replayed"]);
    assert_eq!(scene.verifies(&child).await, "ok");
    assert_eq!(scene.tries(&token(&child)).await, "ok");
    assert_eq!(events.take(), [""; 0], "it had only just been made");
    scene.clock.advance(WINDOW);
    assert_eq!(scene.tries(&token(&child)).await, "ok");
    assert_eq!(events.take(), ["refreshed"]);
    scene.tries(&token(&first)).await;
    assert_eq!(events.take(), ["token_theft_detected"]);
    scene.tries(&token(&first)).await;
    scene.tries("nonsense").await;
    sessions.create_new_session("").await.unwrap_err();
    sessions.revoke_session(scene.first.handle()).await.unwrap();
    assert_eq!(events.take(), [""; 0]);
}

async fn payload_and_data_survive_rotation(database: Database) {
    let scene = Scene::new(&database, Rotation::default()).await;
    let (payload, data) = (
        serde_json::json!({"role": "admin", "π": [1, null, "\u{0}\"\\"]}),
        serde_json::json!({"basket": [{"id": u64::MAX, "n": -1.5e-9}]}),
    );
    let creating = scene.sessions.create_new_session("alice");
    let creating = creating.access_token_payload(&payload).session_data(&data);
    let mut newest = creating.await.unwrap();
    for _ in 0..3 {
        newest = scene.refresh(&token(&newest)).await;
        let found: serde_json::Value = newest.access_token_payload().unwrap();
        assert_eq!(found, payload);
        let found: serde_json::Value = newest.get_session_data().await.unwrap();
        assert_eq!(found, data);
    }
    // What changes between two refreshes is not undone by the second.
    newest
        .update_session_data(serde_json::json!({"n": 1}))
        .await
        .unwrap();
    assert_eq!(scene.tries(&token(&newest)).await, "ok");
    let found: serde_json::Value = newest.get_session_data().await.unwrap();
    assert_eq!(found, serde_json::json!({"n": 1}));
}

async fn a_retry_after_a_lost_answer_gets_the_successor(database: Database) {
    let scene = Scene::new(&database, Rotation::default()).await;
    scene.store.next_update(Next::FailsAfter);
    assert_eq!(scene.tries(&token(&scene.first)).await, "store_unavailable");
    let row = scene.row().await.unwrap();
    assert_eq!(row.generation, 1, "it had been committed");
    scene.clock.advance(WINDOW - MS);
    let child = scene.refresh(&token(&scene.first)).await;
    assert!(scene.row().await == Some(row), "and is not done again");
    assert_eq!(scene.events.take(), ["refresh_replayed"]);
    assert_eq!(scene.verifies(&child).await, "ok");
    assert_eq!(scene.tries(&token(&child)).await, "ok");
    // The same where the parent is good until its child is used, a day later.
    let scene = Scene::new(&database, UNTIL_USED).await;
    scene.store.next_update(Next::FailsAfter);
    scene.tries(&token(&scene.first)).await;
    scene.clock.advance(Duration::from_secs(86_400));
    let child = scene.refresh(&token(&scene.first)).await;
    assert_eq!(scene.tries(&token(&child)).await, "ok");
    // And a theft whose answer was lost is a theft that happened.
    let scene = Scene::new(&database, Rotation::strict()).await;
    assert_eq!(scene.tries(&token(&scene.first)).await, "ok");
    scene.store.next_update(Next::FailsAfter);
    assert_eq!(scene.tries(&token(&scene.first)).await, "store_unavailable");
    assert_eq!(scene.tries(&token(&scene.first)).await, "revoked");
}

async fn a_refresh_that_never_reached_the_database_can_be_repeated(database: Database) {
    let scene = Scene::new(&database, Rotation::strict()).await;
    let row = scene.row().await;
    scene.store.next_update(Next::FailsBefore);
    assert_eq!(scene.tries(&token(&scene.first)).await, "store_unavailable");
    assert!(scene.row().await == row);
    assert_eq!(scene.tries(&token(&scene.first)).await, "ok");
    assert!(
        scene
            .row()
            .await
            .unwrap()
            .rotated_at
            .unwrap()
            .to_system_time()
            > UNIX_EPOCH
    );
}
