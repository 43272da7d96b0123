//! Reading and replacing what is kept with a session.

use super::create::PayloadRoom;
use super::{Core, over, revoked};
use crate::error::SessionError;
use crate::functions::{DataVersion, SessionInformation};
use crate::handle::SessionHandle;
use crate::json::{self, JsonObject};
use crate::store::{Change, SessionRecord};

pub(super) async fn information(
    core: &Core,
    handle: &SessionHandle,
) -> Result<Option<SessionInformation>, SessionError> {
    let record = core.store.read_session(handle).await?;
    let now = core.clock.now();
    Ok(record
        .filter(|record| record.is_live(now))
        .map(|record| SessionInformation {
            handle: record.handle,
            user_id: record.user_id,
            access_token_payload: record.access_token_payload,
            session_data: record.session_data,
            data_version: DataVersion(record.data_version),
            created_at: record.created_at,
            last_refreshed_at: record.last_refreshed_at,
            idle_expires_at: record.idle_expires_at,
            absolute_expires_at: record.absolute_expires_at,
        }))
}

/// Replaces the data; with a version, only if it is still the row's.
pub(super) async fn replace_data(
    core: &Core,
    handle: &SessionHandle,
    version: Option<DataVersion>,
    data: &JsonObject,
) -> Result<DataVersion, SessionError> {
    let now = core.clock.now();
    let data = json::to_text(data);
    let outcome = core
        .update(handle, move |record| {
            if !record.is_live(now) {
                return (Change::Keep, Err(over(record, now)));
            }
            if version.is_some_and(|version| version.0 != record.data_version) {
                return (Change::Keep, Err(SessionError::Conflict {}));
            }
            let next = SessionRecord {
                session_data: data.clone(),
                data_version: record.data_version + 1,
                ..record.clone()
            };
            let version = DataVersion(next.data_version);
            (Change::Replace(Box::new(next)), Ok(version))
        })
        .await?;
    outcome.ok_or_else(revoked)?
}

/// Replaces the payload, if it fits; gives the row as it is then.
pub(super) async fn replace_payload(
    core: &Core,
    handle: &SessionHandle,
    payload: &JsonObject,
) -> Result<SessionRecord, SessionError> {
    let now = core.clock.now();
    let payload = json::to_text(payload);
    let room = PayloadRoom::new(core, &core.keys.current());
    let outcome = core
        .update(handle, move |record| {
            if !record.is_live(now) {
                return (Change::Keep, Err(over(record, now)));
            }
            if let Err(too_large) = room.check(&record.user_id, &payload) {
                return (Change::Keep, Err(too_large));
            }
            let next = SessionRecord {
                access_token_payload: payload.clone(),
                ..record.clone()
            };
            (Change::Replace(Box::new(next.clone())), Ok(next))
        })
        .await?;
    outcome.ok_or_else(revoked)?
}
