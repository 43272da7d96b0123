//! Timeouts: which of them moves, what each cuts short, and what becomes of what has expired.

use crate::memory::Memory;
use crate::stores::{Database, NOW, builder, clock, on_every_store};
use crate::watched::{outcome, refresh, token};
use serde_json::{Value, json};
use sessionkit::{
    ManualClock, Session, SessionRecord, SessionStore, Sessions, SessionsBuilder, UnixMillis,
    VerifySession, days, hours,
};
use std::sync::Arc;
use std::time::Duration;

on_every_store!(
    an_access_token_is_good_to_the_last_millisecond,
    idle_time_starts_again_at_a_refresh_and_at_nothing_else,
    absolute_time_starts_again_at_nothing,
    where_both_are_over_the_absolute_one_is_told,
    an_access_token_never_outlives_its_session,
    an_hour_back_puts_nobody_out,
    a_century_is_no_overflow,
    old_sessions_keep_their_ends_under_a_new_configuration,
    what_has_expired_is_neither_listed_nor_read_nor_counted,
    a_refresh_that_comes_too_late_clears_the_row_away,
    cleaning_up_takes_all_that_has_expired_and_nothing_else,
);

const MS: Duration = Duration::from_millis(1);

async fn server(
    database: &Database,
    clock: &Arc<ManualClock>,
    configure: impl FnOnce(SessionsBuilder) -> SessionsBuilder,
) -> Sessions {
    configure(database.builder(clock).await)
        .build()
        .await
        .unwrap()
}

async fn uses(sessions: &Sessions, session: &Session, check_database: bool) -> String {
    let input = VerifySession::new(session.access_token()).check_database(check_database);
    outcome(&sessions.get_session(input).await)
}

async fn tries(sessions: &Sessions, session: &Session) -> String {
    outcome(&refresh(sessions, &token(session)).await)
}

fn just_before(time: UnixMillis) -> UnixMillis {
    UnixMillis(time.0 - 1)
}

async fn an_access_token_is_good_to_the_last_millisecond(database: Database) {
    let clock = clock();
    let lifetime = Duration::from_secs(90);
    let sessions = server(&database, &clock, |b| b.access_token_lifetime(lifetime)).await;
    let session = sessions.create_new_session("alice").await.unwrap();
    let end = UnixMillis::from(session.expires_at());
    // A token counts in seconds: it may live a part of one longer, never shorter.
    assert!(end.since(NOW) >= lifetime && end.since(NOW) < lifetime + Duration::from_secs(1));
    for check_database in [false, true] {
        clock.set(just_before(end));
        assert_eq!(uses(&sessions, &session, check_database).await, "ok");
        clock.set(end);
        let word = uses(&sessions, &session, check_database).await;
        assert_eq!(word, "try_refresh_token: expired");
    }
    assert_eq!(tries(&sessions, &session).await, "ok");
}

async fn idle_time_starts_again_at_a_refresh_and_at_nothing_else(database: Database) {
    let clock = clock();
    let sessions = server(&database, &clock, |b| b.idle_timeout(hours(2))).await;
    let first = sessions.create_new_session("alice").await.unwrap();
    let mut session = first.clone();
    clock.advance(Duration::from_secs(1_800));
    assert_eq!(uses(&sessions, &session, true).await, "ok");
    session
        .update_access_token_payload(json!({"n": 1}))
        .await
        .unwrap();
    session.update_session_data(json!({"n": 1})).await.unwrap();
    session
        .modify_session_data(|_: &mut Value| ())
        .await
        .unwrap();
    session.regenerate_access_token().await.unwrap();
    let information = sessions
        .get_session_information(first.handle())
        .await
        .unwrap()
        .unwrap();
    assert_eq!(
        UnixMillis::from(information.idle_expires_at()),
        NOW.plus(hours(2))
    );

    clock.set(just_before(NOW.plus(hours(2))));
    let next = refresh(&sessions, &token(&first)).await.unwrap();
    let end = just_before(NOW.plus(hours(4)));
    assert_eq!(next.refresh_token_expires_at(), Some(end.to_system_time()));
    // A replay is no refresh.
    clock.advance(Duration::from_secs(10));
    let again = refresh(&sessions, &token(&first)).await.unwrap();
    assert_eq!(again.refresh_token_expires_at(), Some(end.to_system_time()));
    clock.set(just_before(end));
    assert!(
        sessions
            .get_session_information(first.handle())
            .await
            .unwrap()
            .is_some()
    );
    clock.set(end);
    assert_eq!(tries(&sessions, &next).await, "idle_timeout");
}

async fn absolute_time_starts_again_at_nothing(database: Database) {
    let clock = clock();
    let sessions = server(&database, &clock, |b| b.absolute_timeout(hours(5))).await;
    let mut newest = sessions.create_new_session("alice").await.unwrap();
    let end = NOW.plus(hours(5));
    for _ in 0..4 {
        clock.advance(hours(1));
        newest = refresh(&sessions, &token(&newest)).await.unwrap();
        assert_eq!(
            newest.refresh_token_expires_at(),
            Some(end.to_system_time())
        );
    }
    clock.set(just_before(end));
    newest = refresh(&sessions, &token(&newest)).await.unwrap();
    assert_eq!(uses(&sessions, &newest, true).await, "ok");
    clock.set(end);
    assert_eq!(uses(&sessions, &newest, true).await, "absolute_timeout");
    assert_eq!(tries(&sessions, &newest).await, "absolute_timeout");
}

async fn where_both_are_over_the_absolute_one_is_told(database: Database) {
    for (idle, absolute, word) in [
        (1, 2, "absolute_timeout"),
        (2, 2, "absolute_timeout"),
        (2, 1, "absolute_timeout"),
        (2, 3, "idle_timeout"),
    ] {
        let clock = clock();
        let configure = |b: SessionsBuilder| {
            let b = b
                .idle_timeout(hours(idle))
                .absolute_timeout(hours(absolute));
            b.access_token_lifetime(hours(24))
        };
        let sessions = server(&database, &clock, configure).await;
        let session = sessions.create_new_session("alice").await.unwrap();
        clock.advance(hours(2));
        let updating = sessions
            .update_session_data(session.handle(), json!({}))
            .await;
        assert_eq!(outcome(&updating), word, "{idle} {absolute}");
        assert_eq!(tries(&sessions, &session).await, word, "{idle} {absolute}");
    }
}

async fn an_access_token_never_outlives_its_session(database: Database) {
    let second = Duration::from_secs(1);
    for (idle, absolute) in [(20, 60), (60, 20)] {
        let clock = clock();
        let configure = |b: SessionsBuilder| {
            let b = b.idle_timeout(Duration::from_secs(idle));
            b.absolute_timeout(Duration::from_secs(absolute))
        };
        let sessions = server(&database, &clock, configure).await;
        let session = sessions.create_new_session("alice").await.unwrap();
        let lives = UnixMillis::from(session.expires_at()).since(NOW);
        assert!(lives >= second * 20 && lives < second * 21, "{lives:?}");
        // Asked, the database knows the end to the millisecond.
        clock.set(just_before(NOW.plus(second * 20)));
        assert_eq!(uses(&sessions, &session, true).await, "ok");
        let next = refresh(&sessions, &token(&session)).await.unwrap();
        let end =
            NOW.plus(second * idle.min(absolute) as u32 * if idle < absolute { 2 } else { 1 });
        assert!(UnixMillis::from(next.expires_at()).0 <= end.0 + 1_000);
        clock.set(NOW.plus(second * 20));
        let word = uses(&sessions, &next, true).await;
        assert_eq!(
            word,
            if idle < absolute {
                "ok"
            } else {
                "absolute_timeout"
            }
        );
    }
}

async fn an_hour_back_puts_nobody_out(database: Database) {
    let clock = clock();
    let sessions = database.sessions(&clock).await;
    let session = sessions.create_new_session("alice").await.unwrap();
    let stays = sessions.create_new_session("bob").await.unwrap();
    clock.set(UnixMillis(NOW.0 - 3_600_000));
    for check_database in [false, true] {
        assert_eq!(uses(&sessions, &session, check_database).await, "ok");
    }
    let next = refresh(&sessions, &token(&session)).await.unwrap();
    assert_eq!(uses(&sessions, &next, true).await, "ok");
    let made_then = sessions.create_new_session("carol").await.unwrap();
    clock.set(NOW);
    // The token made then is an hour old now, and that is its whole life.
    assert_eq!(uses(&sessions, &stays, true).await, "ok");
    for session in [&next, &made_then] {
        clock.set(NOW.plus(MS * 900));
        assert_eq!(
            uses(&sessions, session, true).await,
            "try_refresh_token: expired"
        );
        assert_eq!(tries(&sessions, session).await, "ok");
    }
}

async fn a_century_is_no_overflow(database: Database) {
    let century = days(36_525);
    let configure = |b: SessionsBuilder| {
        let b = b.idle_timeout(century).absolute_timeout(century);
        b.access_token_lifetime(century)
    };
    let clock = clock();
    let sessions = server(&database, &clock, configure).await;
    let session = sessions.create_new_session("alice").await.unwrap();
    clock.set(just_before(NOW.plus(century)));
    assert_eq!(uses(&sessions, &session, true).await, "ok");
    let next = refresh(&sessions, &token(&session)).await.unwrap();
    assert_eq!(uses(&sessions, &next, true).await, "ok");
    clock.advance(MS);
    assert_eq!(tries(&sessions, &next).await, "absolute_timeout");
    // More is a mistake in the unit, and less than a second is no time.
    for time in [
        century + MS,
        Duration::MAX,
        Duration::ZERO,
        Duration::from_millis(999),
    ] {
        let configure: [fn(SessionsBuilder, Duration) -> SessionsBuilder; 3] = [
            SessionsBuilder::idle_timeout,
            SessionsBuilder::absolute_timeout,
            SessionsBuilder::access_token_lifetime,
        ];
        for set in configure {
            let result = set(database.builder(&clock).await, time).build().await;
            assert_eq!(outcome(&result), "configuration", "{time:?}");
        }
    }
}

async fn old_sessions_keep_their_ends_under_a_new_configuration(database: Database) {
    let clock = clock();
    let old = |b: SessionsBuilder| b.idle_timeout(hours(10)).absolute_timeout(hours(20));
    let old = server(&database, &clock, old).await;
    let session = old.create_new_session("alice").await.unwrap();
    let ends = |session: &Session| UnixMillis::from(session.refresh_token_expires_at().unwrap());
    for (idle, absolute, expected) in [(5, 6, 6), (10, 100, 11), (50, 100, 20)] {
        let new = |b: SessionsBuilder| {
            let b = b
                .idle_timeout(hours(idle))
                .absolute_timeout(hours(absolute));
            b.access_token_lifetime(Duration::from_secs(60))
        };
        let new = server(&database, &clock, new).await;
        let store = database.store().await;
        let row = store.read_session(session.handle()).await.unwrap().unwrap();
        clock.set(NOW.plus(hours(1)));
        assert_eq!(
            row.idle_expires_at,
            NOW.plus(hours(10)),
            "until it is refreshed"
        );
        let next = refresh(&new, &token(&session)).await.unwrap();
        assert_eq!(
            ends(&next),
            NOW.plus(hours(expected)),
            "idle by now, absolute from then"
        );
        assert!(
            UnixMillis::from(next.expires_at()).since(NOW) < hours(1) + Duration::from_secs(62)
        );
        // Back to the first token, for the next configuration.
        let put_back =
            Box::new(move |_: &SessionRecord| sessionkit::Change::Replace(Box::new(row.clone())));
        assert!(
            store
                .update_session(session.handle(), put_back)
                .await
                .unwrap()
        );
        clock.set(NOW);
    }
}

async fn what_has_expired_is_neither_listed_nor_read_nor_counted(database: Database) {
    let clock = clock();
    let configure = |b: SessionsBuilder| {
        let b = b.idle_timeout(hours(2)).access_token_lifetime(hours(3));
        b.absolute_timeout(hours(9))
    };
    let sessions = server(&database, &clock, configure).await;
    let expires = sessions.create_new_session("alice").await.unwrap();
    clock.advance(hours(1));
    let lives = sessions.create_new_session("alice").await.unwrap();
    let listed = || {
        sessions
            .get_all_session_handles_for_user("alice")
            .page_size(1)
            .all()
    };
    assert_eq!(listed().await.unwrap().len(), 2);
    clock.set(NOW.plus(hours(2)));
    assert_eq!(listed().await.unwrap(), [lives.handle().clone()]);
    let handle = expires.handle();
    assert!(
        sessions
            .get_session_information(handle)
            .await
            .unwrap()
            .is_none()
    );
    assert_eq!(
        outcome(&sessions.get_session_data::<Value>(handle).await),
        "revoked"
    );
    assert_eq!(uses(&sessions, &expires, true).await, "idle_timeout");
    let both = [handle.clone(), lives.handle().clone(), handle.clone()];
    let row = database.store().await.read_session(handle).await.unwrap();
    assert!(row.is_some(), "it is there, and nobody is shown it");
    assert_eq!(sessions.revoke_multiple_sessions(&both).await.unwrap(), 1);

    let expires = sessions.create_new_session("alice").await.unwrap();
    clock.advance(hours(2));
    assert!(!sessions.revoke_session(expires.handle()).await.unwrap());
    let _ = sessions.create_new_session("alice").await.unwrap();
    let _ = sessions.create_new_session("alice").await.unwrap();
    clock.advance(hours(1));
    let _ = sessions.create_new_session("alice").await.unwrap();
    clock.advance(hours(1));
    assert_eq!(
        sessions
            .revoke_all_sessions_for_user("alice")
            .await
            .unwrap(),
        1
    );
}

async fn a_refresh_that_comes_too_late_clears_the_row_away(database: Database) {
    let clock = clock();
    let sessions = server(&database, &clock, |b| b.idle_timeout(hours(2))).await;
    let session = sessions.create_new_session("alice").await.unwrap();
    clock.advance(hours(2));
    assert_eq!(tries(&sessions, &session).await, "idle_timeout");
    let store = database.store().await;
    assert!(
        store
            .read_session(session.handle())
            .await
            .unwrap()
            .is_none()
    );
    assert_eq!(tries(&sessions, &session).await, "revoked");
}

async fn fill(store: &dyn SessionStore, template: &SessionRecord, numbers: std::ops::Range<u32>) {
    for number in numbers {
        let handle = format!("{number:022}").parse().unwrap();
        let row = SessionRecord {
            handle,
            ..template.clone()
        };
        store.create_session(row).await.unwrap();
    }
}

async fn cleaning_up_takes_all_that_has_expired_and_nothing_else(database: Database) {
    let clock = clock();
    let sessions = database.sessions(&clock).await;
    let session = sessions.create_new_session("alice").await.unwrap();
    let store = database.store().await;
    let live = store.read_session(session.handle()).await.unwrap().unwrap();
    let expired = |idle, absolute| SessionRecord {
        idle_expires_at: UnixMillis(NOW.0 + idle),
        absolute_expires_at: UnixMillis(NOW.0 + absolute),
        ..live.clone()
    };
    // More than two steps of the clean-up; ended one way, the other way, and just now.
    fill(&*store, &expired(-1, 1_000), 0..400).await;
    fill(&*store, &expired(1_000, -1), 400..800).await;
    fill(&*store, &expired(0, 0), 800..1_203).await;
    fill(&*store, &expired(1, 1), 2_000..2_010).await;
    assert_eq!(sessions.delete_expired_sessions().await.unwrap(), 1_203);
    assert_eq!(sessions.delete_expired_sessions().await.unwrap(), 0);
    let left = sessions
        .get_all_session_handles_for_user("alice")
        .all()
        .await
        .unwrap();
    assert_eq!(left.len(), 11);
    clock.advance(MS);
    assert_eq!(sessions.delete_expired_sessions().await.unwrap(), 10);
    assert_eq!(tries(&sessions, &session).await, "ok");
}

#[tokio::test(start_paused = true)]
async fn expired_rows_go_by_themselves_for_as_long_as_there_is_a_server() {
    let (clock, store) = (clock(), Arc::new(Memory::default()));
    let shared: Arc<dyn SessionStore> = store.clone();
    let building = builder(shared, &clock).clean_up_every(Duration::from_secs(300));
    let sessions = building.build().await.unwrap();
    let first = sessions.create_new_session("alice").await.unwrap();
    clock.advance(days(99));
    let second = sessions.create_new_session("alice").await.unwrap();
    tokio::time::sleep(Duration::from_secs(301)).await;
    assert!(
        store.row(first.handle()).is_some(),
        "it has not expired yet"
    );
    clock.advance(days(1));
    tokio::time::sleep(Duration::from_secs(200)).await;
    assert!(
        store.row(first.handle()).is_some(),
        "its time has not come yet"
    );
    tokio::time::sleep(Duration::from_secs(100)).await;
    assert!(store.row(first.handle()).is_none());
    assert!(store.row(second.handle()).is_some());
    // When the last server has gone, so has the clean-up, and with it the store.
    let handle = second.handle().clone();
    drop((sessions, first, second));
    clock.advance(days(100));
    tokio::time::sleep(Duration::from_secs(900)).await;
    assert!(store.row(&handle).is_some());
    assert_eq!(Arc::strong_count(&store), 1);
}
