//! Makes the rows that the rules work with.

use super::{Checked, SharedStore, ensure};
use crate::clock::UnixMillis;
use crate::handle::SessionHandle;
use crate::store::{Change, Decide, SessionRecord, SigningKeyRecord};

/// When most of the rules take place.
pub(super) const NOW: UnixMillis = UnixMillis(1_800_000_000_000);

/// A session that is live at [`NOW`], with a different value in every field.
pub(super) fn session(user_id: &str) -> SessionRecord {
    SessionRecord {
        handle: SessionHandle::random(),
        user_id: user_id.to_owned(),
        generation: 3,
        refresh_hash: [11; 32],
        previous_refresh_hash: Some([12; 32]),
        rotation_nonce: Some([13; 32]),
        rotated_at: Some(UnixMillis(NOW.0 - 4)),
        confirmed_at: Some(UnixMillis(NOW.0 - 3)),
        access_token_payload: r#"{"role":"admin"}"#.to_owned(),
        session_data: r#"{"theme":"dark"}"#.to_owned(),
        data_version: 5,
        created_at: UnixMillis(NOW.0 - 10_000),
        last_refreshed_at: UnixMillis(NOW.0 - 5),
        idle_expires_at: UnixMillis(NOW.0 + 1_000),
        absolute_expires_at: UnixMillis(NOW.0 + 2_000),
    }
}

/// A session with a handle that sorts as the number does.
pub(super) fn numbered(user_id: &str, number: u32) -> SessionRecord {
    SessionRecord {
        handle: handle(&format!("{number:022}")),
        ..session(user_id)
    }
}

/// The session, with other timeouts.
pub(super) fn expiring(record: SessionRecord, idle: i64, absolute: i64) -> SessionRecord {
    SessionRecord {
        idle_expires_at: UnixMillis(idle),
        absolute_expires_at: UnixMillis(absolute),
        ..record
    }
}

/// The session, over at [`NOW`].
pub(super) fn expired(record: SessionRecord) -> SessionRecord {
    expiring(record, NOW.0 - 1, NOW.0 + 5)
}

pub(super) fn handle(text: &str) -> SessionHandle {
    text.parse().expect("invariant: a handle of 22 characters")
}

/// A key that is made at `created_at`.
pub(super) fn key(kid: &str, created_at: i64) -> SigningKeyRecord {
    SigningKeyRecord {
        kid: kid.to_owned(),
        algorithm: "EdDSA".to_owned(),
        key: vec![1, 2, 3],
        sealed: false,
        created_at: UnixMillis(created_at),
        sign_until: UnixMillis(created_at.saturating_add(10)),
        verify_until: UnixMillis(created_at.saturating_add(20)),
    }
}

/// Raises the generation by one.
pub(super) fn count_up() -> Decide {
    Box::new(|old| {
        let mut new = old.clone();
        new.generation += 1;
        Change::Replace(Box::new(new))
    })
}

pub(super) async fn create_all(store: &SharedStore, records: &[SessionRecord]) -> Checked {
    for record in records {
        store.create_session(record.clone()).await?;
    }
    Ok(())
}

/// Fails unless the store has this session as it is.
pub(super) async fn ensure_stored(store: &SharedStore, expected: &SessionRecord) -> Checked {
    let Some(found) = store.read_session(&expected.handle).await? else {
        return Err(super::Broken("a session is gone".into()));
    };
    let different = different_fields(&found, expected);
    ensure!(
        different.is_empty(),
        "fields that are not as written: {different:?}"
    );
    Ok(())
}

pub(super) async fn ensure_gone(store: &SharedStore, handle: &SessionHandle) -> Checked {
    let found = store.read_session(handle).await?;
    ensure!(found.is_none(), "a deleted session is still there");
    Ok(())
}

/// All of the user's sessions that are live at [`NOW`].
pub(super) async fn list(store: &SharedStore, user_id: &str) -> Checked<Vec<SessionHandle>> {
    Ok(store
        .list_sessions_of_user(user_id, NOW, None, 1_000)
        .await?)
}

/// The names, as the values may be hashes or a megabyte long.
fn different_fields(left: &SessionRecord, right: &SessionRecord) -> Vec<&'static str> {
    macro_rules! compare {
        ($($field:ident)*) => {
            [$((stringify!($field), left.$field == right.$field)),*]
        };
    }
    let fields = compare!(
        handle user_id generation refresh_hash previous_refresh_hash rotation_nonce rotated_at
        confirmed_at access_token_payload session_data data_version created_at last_refreshed_at
        idle_expires_at absolute_expires_at
    );
    let different = fields.iter().filter(|(_, same)| !same);
    different.map(|(name, _)| *name).collect()
}
