//! Many hands on one session: equal refreshes at once, refresh against revoke and against theft,
//! and two servers on one database.

use crate::stores::{Database, builder, clock, on_every_store};
use crate::watched::{Events, Watched, outcome, refresh, token, tokens};
use sessionkit::{AntiCsrf, ManualClock, Rotation, Session, SessionStore, Sessions, VerifySession};
use std::collections::HashSet;
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::Barrier;
use tokio::task::JoinSet;

on_every_store!(
    fifty_refreshes_of_one_token_give_one_answer,
    fifty_refreshes_on_two_servers_give_one_answer,
    fifty_strict_refreshes_leave_no_session,
    a_chain_of_refreshes_may_change_servers,
    no_session_lives_after_a_revoke,
    no_session_lives_after_revoking_all,
    theft_beats_every_refresh,
    first_uses_at_once_are_written_once,
);

/// A server on the database.
async fn server(
    database: &Database,
    clock: &Arc<ManualClock>,
    rotation: Rotation,
    events: &Events,
) -> Sessions {
    let builder = database.builder(clock).await;
    builder
        .rotation(rotation)
        .anti_csrf(AntiCsrf::ViaToken)
        .on_event(events.listener())
        .build()
        .await
        .unwrap()
}

/// Presents a token so many times at once, in turn to each of the servers.
async fn at_once(
    servers: &[Sessions],
    token: &str,
    times: usize,
) -> Vec<Result<Session, sessionkit::SessionError>> {
    let start = Arc::new(Barrier::new(times));
    let mut tasks = JoinSet::new();
    for turn in 0..times {
        let (sessions, token) = (servers[turn % servers.len()].clone(), token.to_owned());
        let start = Arc::clone(&start);
        tasks.spawn(async move {
            start.wait().await;
            refresh(&sessions, &token).await
        });
    }
    tasks.join_all().await
}

async fn gives_one_answer(servers: &[Sessions], clock: &ManualClock, events: &Events) {
    let first = servers[0].create_new_session("alice").await.unwrap();
    let mut newest = token(&first);
    for generation in 1..=3 {
        events.take();
        clock.advance(Duration::from_secs(30));
        let answers = at_once(servers, &newest, 50).await;
        let answers: Vec<_> = answers
            .into_iter()
            .map(|answer| tokens(&answer.unwrap()))
            .collect();
        let different: HashSet<_> = answers.iter().cloned().collect();
        assert_eq!((answers.len(), different.len()), (50, 1));
        newest = answers[0][0].clone();
        assert_eq!(newest.split('.').nth(2), Some(&*format!("{generation}")));
        assert_eq!(events.count("refreshed"), 1);
        assert_eq!(events.count("refresh_replayed"), 49);
    }
}

async fn fifty_refreshes_of_one_token_give_one_answer(database: Database) {
    for rotation in [Rotation::default(), Rotation::until_used()] {
        let (clock, events) = (clock(), Events::default());
        let servers = [server(&database, &clock, rotation, &events).await];
        gives_one_answer(&servers, &clock, &events).await;
    }
}

async fn fifty_refreshes_on_two_servers_give_one_answer(database: Database) {
    let (clock, events) = (clock(), Events::default());
    let servers = [
        server(&database, &clock, Rotation::default(), &events).await,
        server(&database, &clock, Rotation::default(), &events).await,
    ];
    gives_one_answer(&servers, &clock, &events).await;
}

async fn fifty_strict_refreshes_leave_no_session(database: Database) {
    let (clock, events) = (clock(), Events::default());
    let servers = [server(&database, &clock, Rotation::strict(), &events).await];
    let first = servers[0].create_new_session("alice").await.unwrap();
    let answers = at_once(&servers, &token(&first), 50).await;
    let count = |word: &str| answers.iter().filter(|a| outcome(a) == word).count();
    assert_eq!(
        [count("ok"), count("token_theft_detected"), count("revoked")],
        [1, 1, 48]
    );
    assert_eq!(events.count("token_theft_detected"), 1);
    let winner = answers.into_iter().find_map(Result::ok).unwrap();
    assert_eq!(
        outcome(&refresh(&servers[0], &token(&winner)).await),
        "revoked"
    );
}

async fn a_chain_of_refreshes_may_change_servers(database: Database) {
    let (clock, events) = (clock(), Events::default());
    let one = server(&database, &clock, Rotation::default(), &events).await;
    let mut newest = one.create_new_session("alice").await.unwrap();
    let other = server(&database, &clock, Rotation::default(), &events).await;
    for turn in 0..6 {
        let (here, there) = if turn % 2 == 0 {
            (&other, &one)
        } else {
            (&one, &other)
        };
        let next = refresh(here, &token(&newest)).await.unwrap();
        let again = refresh(there, &token(&newest)).await.unwrap();
        assert_eq!(tokens(&again), tokens(&next));
        let input = VerifySession::new(next.access_token());
        let input = input.anti_csrf_token(tokens(&next)[2].clone());
        assert_eq!(outcome(&there.get_session(input).await), "ok");
        newest = next;
        clock.advance(Duration::from_secs(3_600));
    }
    one.revoke_session(newest.handle()).await.unwrap();
    assert_eq!(outcome(&refresh(&other, &token(&newest)).await), "revoked");
}

/// Refreshes as fast as it can until it is out, and gives the newest token it ever had.
async fn refresh_until_out(sessions: Sessions, first: String, start: Arc<Barrier>) -> String {
    let mut newest = first;
    start.wait().await;
    loop {
        match refresh(&sessions, &newest).await {
            Ok(next) => newest = token(&next),
            Err(error) => {
                assert_eq!(outcome::<()>(&Err(error)), "revoked");
                return newest;
            }
        }
    }
}

async fn no_session_lives_after_a_revoke(database: Database) {
    let (clock, events) = (clock(), Events::default());
    let one = server(&database, &clock, Rotation::default(), &events).await;
    let other = server(&database, &clock, Rotation::default(), &events).await;
    for round in 0..20 {
        let first = one.create_new_session("alice").await.unwrap();
        let start = Arc::new(Barrier::new(2));
        let refreshing = refresh_until_out(one.clone(), token(&first), Arc::clone(&start));
        let refreshing = tokio::spawn(refreshing);
        start.wait().await;
        for _ in 0..round {
            tokio::task::yield_now().await;
        }
        assert!(other.revoke_session(first.handle()).await.unwrap());
        assert_eq!(outcome(&refresh(&other, &token(&first)).await), "revoked");
        let newest = refreshing.await.unwrap();
        assert_eq!(outcome(&refresh(&one, &newest).await), "revoked");
        assert!(!one.revoke_session(first.handle()).await.unwrap());
    }
    assert_eq!(events.count("token_theft_detected"), 0);
}

async fn no_session_lives_after_revoking_all(database: Database) {
    let (clock, events) = (clock(), Events::default());
    let one = server(&database, &clock, Rotation::default(), &events).await;
    let start = Arc::new(Barrier::new(9));
    let mut tasks = JoinSet::new();
    for _ in 0..8 {
        let first = one.create_new_session("alice").await.unwrap();
        tasks.spawn(refresh_until_out(
            one.clone(),
            token(&first),
            Arc::clone(&start),
        ));
    }
    start.wait().await;
    assert_eq!(one.revoke_all_sessions_for_user("alice").await.unwrap(), 8);
    for newest in tasks.join_all().await {
        assert_eq!(outcome(&refresh(&one, &newest).await), "revoked");
    }
    let left = one
        .get_all_session_handles_for_user("alice")
        .all()
        .await
        .unwrap();
    assert_eq!(left, []);
}

async fn theft_beats_every_refresh(database: Database) {
    let (clock, events) = (clock(), Events::default());
    let servers = [
        server(&database, &clock, Rotation::default(), &events).await,
        server(&database, &clock, Rotation::default(), &events).await,
    ];
    for _ in 0..10 {
        let first = servers[0].create_new_session("alice").await.unwrap();
        let child = refresh(&servers[0], &token(&first)).await.unwrap();
        clock.advance(Duration::from_secs(30));
        events.take();
        // The thief has the first token, the user the second, and both come at once.
        let (stale, good) = (token(&first), token(&child));
        let thief = at_once(&servers, &stale, 4);
        let user = at_once(&servers, &good, 4);
        let (thief, user) = tokio::join!(thief, user);
        let words: Vec<_> = thief.iter().map(outcome).collect();
        assert_eq!(
            words
                .iter()
                .filter(|word| *word == "token_theft_detected")
                .count(),
            1
        );
        assert_eq!(words.iter().filter(|word| *word == "revoked").count(), 3);
        assert_eq!(events.count("token_theft_detected"), 1);
        // Whatever the user was given before the thief came is worth nothing now.
        for session in user.into_iter().filter_map(Result::ok) {
            assert_eq!(
                outcome(&refresh(&servers[1], &token(&session)).await),
                "revoked"
            );
        }
    }
}

async fn first_uses_at_once_are_written_once(database: Database) {
    let store = Watched::new(database.store().await);
    let rotation = Rotation::until_used().with_grace(Duration::ZERO);
    let builder = builder(store.clone(), &clock()).rotation(rotation);
    let one = builder.build().await.unwrap();
    let first = one.create_new_session("alice").await.unwrap();
    let child = refresh(&one, &token(&first)).await.unwrap();
    let mut tasks = JoinSet::new();
    for _ in 0..20 {
        let (one, access) = (one.clone(), child.access_token().to_owned());
        tasks.spawn(async move {
            let input = VerifySession::new(access).anti_csrf_check(false);
            one.get_session(input)
                .await
                .unwrap()
                .access_token()
                .to_owned()
        });
    }
    let newer = tasks.join_all().await;
    let row = store.read_session(first.handle()).await.unwrap().unwrap();
    assert!(row.confirmed_at.is_some());
    assert_eq!(store.replaced(), 2, "one rotation and one first use");
    // Each got a token of its own that is good; whichever answer comes last does no harm.
    for access in newer {
        let input = VerifySession::new(access).anti_csrf_check(false);
        let session = one.get_session(input).await.unwrap();
        assert_eq!(session.new_access_token(), None);
    }
    assert_eq!(outcome(&refresh(&one, &token(&child)).await), "ok");
}
