//! Very many sessions of one user: more than any database takes parameters in a statement.

use crate::stores::{Database, builder, clock, on_every_store};
use crate::watched::{Watched, outcome, refresh, token};
use sessionkit::{SessionHandle, SessionRecord, SessionStore};
use std::collections::HashSet;
use std::sync::Arc;
use std::time::Duration;
use tokio::task::JoinSet;

on_every_store!(
    a_user_with_very_many_sessions_can_list_them_and_end_them,
    very_many_handles_can_be_revoked_at_once,
);

/// PostgreSQL takes 65,535 parameters, SQLite 32,766.
const MANY: u32 = 70_000;

/// Characters that every handle may have, in an order that is not that of the bytes.
fn handle(number: u32) -> SessionHandle {
    let spread = number.wrapping_mul(0x9E37_79B1);
    let letters = b"zZ-_09aAmM5bQxYk";
    let start: String = (0..8)
        .map(|at| char::from(letters[(spread >> (at * 4)) as usize & 15]))
        .collect();
    format!("{start}{number:014}").parse().unwrap()
}

async fn fill(store: &Arc<dyn SessionStore>, template: &SessionRecord, count: u32) {
    const TASKS: u32 = 64;
    let mut tasks = JoinSet::new();
    for task in 0..TASKS {
        let (store, template) = (Arc::clone(store), template.clone());
        tasks.spawn(async move {
            for number in (task..count).step_by(TASKS as usize) {
                let row = SessionRecord {
                    handle: handle(number),
                    ..template.clone()
                };
                store.create_session(row).await.unwrap();
            }
        });
    }
    tasks.join_all().await;
}

async fn a_user_with_very_many_sessions_can_list_them_and_end_them(database: Database) {
    let inner = database.store().await;
    let store = Watched::new(Arc::clone(&inner));
    let clock = clock();
    let sessions = builder(store.clone(), &clock).build().await.unwrap();
    let bystander = sessions.create_new_session("bob").await.unwrap();
    let first = sessions.create_new_session("alice").await.unwrap();
    let template = inner.read_session(first.handle()).await.unwrap().unwrap();
    fill(&inner, &template, MANY).await;

    let mut pages = sessions
        .get_all_session_handles_for_user("alice")
        .page_size(777);
    let mut all = Vec::new();
    while let Some(page) = pages.next_page().await.unwrap() {
        assert!(!page.is_empty() && page.len() <= 777);
        assert_eq!(page.len() == 777, all.len() + 777 <= MANY as usize + 1);
        all.extend(page);
    }
    assert!(pages.next_page().await.unwrap().is_none());
    assert!(all.is_sorted_by(|a, b| a.as_str().as_bytes() < b.as_str().as_bytes()));
    let mut expected: HashSet<_> = (0..MANY).map(handle).collect();
    expected.insert(first.handle().clone());
    assert!(all.into_iter().collect::<HashSet<_>>() == expected);

    // The user signs in while all is being revoked, as after a change of the password.
    let revoking = tokio::spawn({
        let sessions = sessions.clone();
        async move {
            sessions
                .revoke_all_sessions_for_user("alice")
                .await
                .unwrap()
        }
    });
    while store.batches() == 0 {
        tokio::task::yield_now().await;
    }
    clock.advance(Duration::from_millis(1));
    let mut signed_in = Vec::new();
    while !revoking.is_finished() || signed_in.is_empty() {
        signed_in.push(sessions.create_new_session("alice").await.unwrap());
    }
    assert_eq!(revoking.await.unwrap(), u64::from(MANY) + 1);
    assert!(store.batches() > MANY / 1_000);
    let left = sessions
        .get_all_session_handles_for_user("alice")
        .page_size(1_000)
        .all()
        .await;
    let left: HashSet<_> = left.unwrap().into_iter().collect();
    assert!(
        left == signed_in
            .iter()
            .map(|session| session.handle().clone())
            .collect()
    );
    for session in [&signed_in[0], &bystander] {
        assert_eq!(outcome(&refresh(&sessions, &token(session)).await), "ok");
    }
    assert_eq!(
        outcome(&refresh(&sessions, &token(&first)).await),
        "revoked"
    );
}

async fn very_many_handles_can_be_revoked_at_once(database: Database) {
    const THERE: u32 = 3_000;
    let store = database.store().await;
    let sessions = builder(Arc::clone(&store), &clock()).build().await.unwrap();
    let first = sessions.create_new_session("alice").await.unwrap();
    let template = store.read_session(first.handle()).await.unwrap().unwrap();
    fill(&store, &template, THERE).await;
    // Most never were, and some come twice.
    let mut handles: Vec<_> = (0..MANY).rev().map(handle).collect();
    handles.extend((0..500).map(handle));
    let revoked = sessions.revoke_multiple_sessions(&handles).await;
    assert_eq!(revoked.unwrap(), u64::from(THERE));
    let left = sessions
        .get_all_session_handles_for_user("alice")
        .all()
        .await;
    assert_eq!(left.unwrap(), [first.handle().clone()]);
    let revoked = sessions.revoke_multiple_sessions(&handles).await;
    assert_eq!(revoked.unwrap(), 0);
    assert_eq!(sessions.revoke_multiple_sessions(&[]).await.unwrap(), 0);
}
