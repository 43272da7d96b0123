//! Rules about listing the sessions of a user, page by page.

use super::deletions::around;
use super::records::{NOW, create_all, expired, expiring, handle, list, numbered, session};
use super::{Checked, SharedStore, all, ensure, ensure_eq};
use crate::handle::SessionHandle;
use crate::store::SessionRecord;
use std::sync::Arc;

/// All of the user's sessions, read in pages of `limit`.
async fn pages(store: &SharedStore, user_id: &str, limit: u32) -> Checked<Vec<SessionHandle>> {
    let mut listed: Vec<SessionHandle> = Vec::new();
    loop {
        let page = store
            .list_sessions_of_user(user_id, NOW, listed.last(), limit)
            .await?;
        let most = usize::try_from(limit).unwrap_or(usize::MAX);
        ensure!(page.len() <= most, "a page of {limit} has {}", page.len());
        let Some(first) = page.first() else {
            return Ok(listed);
        };
        let goes_on = listed.last().is_none_or(|last| last < first);
        ensure!(
            goes_on && page.is_sorted(),
            "handles are not in the order of their bytes"
        );
        listed.extend(page);
    }
}

pub(super) async fn lists_are_in_the_order_of_bytes(store: SharedStore) -> Checked {
    // To many a collation `a` comes before `B`, and `-` does not count.
    let mut records = Vec::new();
    for last in "zZaA09-_bB".chars() {
        for first in "-_aZ".chars() {
            let text = format!("{first}{}{last}", "m".repeat(20));
            records.push(SessionRecord {
                handle: handle(&text),
                ..session("alice")
            });
        }
    }
    create_all(&store, &records).await?;
    create_all(&store, &[session("bob"), session("alice2")]).await?;
    let mut expected: Vec<_> = records.iter().map(|record| record.handle.clone()).collect();
    expected.sort();
    for limit in [1, 3, 39, 40, 41, 1_000] {
        let listed = pages(&store, "alice", limit).await?;
        ensure!(
            listed == expected,
            "pages of {limit} give {} of {} sessions",
            listed.len(),
            expected.len()
        );
    }
    Ok(())
}

pub(super) async fn lists_have_no_expired_sessions(store: SharedStore) -> Checked {
    let mut expected = Vec::new();
    for (idle, absolute, live) in around(NOW.0) {
        let record = expiring(session("alice"), idle, absolute);
        if live {
            expected.push(record.handle.clone());
        }
        store.create_session(record).await?;
    }
    expected.sort();
    let listed = list(&store, "alice").await?;
    ensure!(
        listed == expected,
        "{} are listed where {} are live",
        listed.len(),
        expected.len()
    );
    Ok(())
}

pub(super) async fn lists_are_filled_up_to_the_limit(store: SharedStore) -> Checked {
    for number in 0..60 {
        let record = numbered("alice", number);
        let record = if number < 50 { expired(record) } else { record };
        store.create_session(record).await?;
    }
    let page = store.list_sessions_of_user("alice", NOW, None, 4).await?;
    ensure_eq!(page.len(), 4, "live sessions on a page, after expired ones");
    ensure!(
        page.first() == Some(&numbered("alice", 50).handle),
        "the page does not begin with the first live session"
    );
    Ok(())
}

pub(super) async fn lists_go_on_after_a_session_that_is_gone(store: SharedStore) -> Checked {
    for number in 0..9 {
        store.create_session(numbered("alice", number)).await?;
    }
    let last = numbered("alice", 4).handle;
    store
        .delete_sessions(std::slice::from_ref(&last), NOW)
        .await?;
    let page = store
        .list_sessions_of_user("alice", NOW, Some(&last), 2)
        .await?;
    let expected = [5, 6].map(|number| numbered("alice", number).handle);
    ensure!(
        page == expected,
        "the page after a deleted session is another one"
    );
    Ok(())
}

pub(super) async fn lists_have_no_gaps_while_others_come_and_go(store: SharedStore) -> Checked {
    let stays = |number: u32| number.is_multiple_of(3);
    let mut expected = Vec::new();
    for number in 0..150 {
        let record = numbered("alice", number);
        if stays(number) {
            expected.push(record.handle.clone());
        }
        store.create_session(record).await?;
    }
    let traffic = {
        let store = Arc::clone(&store);
        tokio::spawn(async move {
            for number in (0..150).filter(|number| !stays(*number)) {
                let record = numbered("alice", number);
                let handles = [record.handle.clone()];
                store.delete_sessions(&handles, NOW).await?;
                store.create_session(record).await?;
            }
            Ok(())
        })
    };
    let mut rounds = 0;
    while rounds < 20 || !traffic.is_finished() {
        rounds += 1;
        // A store that never waits would not let the other task begin.
        tokio::task::yield_now().await;
        let listed = pages(&store, "alice", 7).await?;
        let steady = |handle: &&SessionHandle| expected.binary_search(*handle).is_ok();
        ensure_eq!(
            listed.iter().filter(steady).count(),
            expected.len(),
            "sessions listed that were there all the time"
        );
    }
    all(vec![traffic]).await.map(drop)
}
