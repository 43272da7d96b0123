//! Creating a session: the hooks, the checks, the row, and the first tokens.

use super::{Core, Mint, Minted};
use crate::cookies::COOKIE_LIMIT;
use crate::error::SessionError;
use crate::event::SessionEvent;
use crate::functions::NewSession;
use crate::handle::SessionHandle;
use crate::json;
use crate::keys::Keys;
use crate::session::{Fresh, Session};
use crate::store::SessionRecord;
use crate::token::access;
use crate::token::refresh::RefreshToken;
use std::sync::Arc;

/// Longer ids fit into no index of PostgreSQL, whose entries have to stay under 2,700 bytes, and
/// eat up the cookie.
const LONGEST_USER_ID: usize = 1_024;

pub(super) async fn create(
    core: &Arc<Core>,
    mut input: NewSession,
) -> Result<Session, SessionError> {
    for hook in &core.on_create {
        input = hook(input).await?;
    }
    check_user_id(&input.user_id)?;
    let payload = json::to_text(&input.access_token_payload);
    // Before anything is stored: a key, and room in the cookie.
    let keys = core.keys.for_signing().await?;
    PayloadRoom::new(core, &keys).check(&input.user_id, &payload)?;

    let token = RefreshToken::first(SessionHandle::random());
    let record = new_record(core, &input, &token, payload);
    core.store.create_session(record.clone()).await?;

    let mint = Mint {
        id: token.access_token_id(),
        issued_at: record.created_at,
        generation: 0,
        confirmed: true, // there is no parent to wait for
        expires: None,
    };
    let minted = core.mint(&keys, &record, mint)?;
    core.emit(&SessionEvent::Created {
        handle: record.handle.clone(),
        user_id: record.user_id.clone(),
    });
    Ok(session_with_tokens(core, &keys, &record, minted, &token))
}

/// A session that has both tokens to hand out.
pub(super) fn session_with_tokens(
    core: &Arc<Core>,
    keys: &Keys,
    record: &SessionRecord,
    minted: Minted,
    token: &RefreshToken,
) -> Session {
    let fresh = Fresh {
        refresh_token: Some(token.write(&keys.refresh)),
        anti_csrf_token: Some(minted.anti_csrf_token),
        cookies_expire_at: record.ends_at(),
    };
    Session::new(core, minted.claims, minted.access_token, Some(fresh))
}

fn new_record(
    core: &Core,
    input: &NewSession,
    token: &RefreshToken,
    access_token_payload: String,
) -> SessionRecord {
    let now = core.clock.now();
    SessionRecord {
        handle: token.handle.clone(),
        user_id: input.user_id.clone(),
        generation: token.generation,
        refresh_hash: token.hash(),
        previous_refresh_hash: None,
        rotation_nonce: None,
        rotated_at: None,
        confirmed_at: None,
        access_token_payload,
        session_data: json::to_text(&input.session_data),
        data_version: 0,
        created_at: now,
        last_refreshed_at: now,
        idle_expires_at: now.plus(core.config.idle_timeout),
        absolute_expires_at: now.plus(core.config.absolute_timeout),
    }
}

fn check_user_id(user_id: &str) -> Result<(), SessionError> {
    let problem = if user_id.is_empty() {
        "is empty"
    } else if user_id.len() > LONGEST_USER_ID {
        "is longer than 1,024 bytes"
    } else if user_id.contains('\0') {
        // PostgreSQL has no such text.
        "contains a NUL"
    } else {
        return Ok(());
    };
    Err(SessionError::InvalidUserId { problem })
}

/// Whether the cookie of the access token has room for a payload as long as the session lives.
/// Asked when a payload is set, so that a refresh can never fail on it.
#[derive(Clone, Copy)]
pub(super) struct PayloadRoom {
    /// Of the token's header.
    header: usize,
    /// Of the cookie without the token.
    cookie: usize,
}

impl PayloadRoom {
    pub(super) fn new(core: &Core, keys: &Keys) -> Self {
        Self {
            header: keys.signing().header_segment().len(),
            cookie: core.config.cookies.access_cookie_size(0),
        }
    }

    pub(super) fn check(self, user_id: &str, payload: &str) -> Result<(), SessionError> {
        let payload = json::to_raw(payload)?;
        let token = access::greatest_length(user_id, &payload, self.header);
        let actual = self.cookie + token;
        if actual <= COOKIE_LIMIT {
            return Ok(());
        }
        Err(SessionError::PayloadTooLarge {
            limit: COOKIE_LIMIT,
            actual,
        })
    }
}
