//! Verifying an access token, and replacing one that is still good.

use super::{Core, Mint, over, revoked};
use crate::clock::UnixMillis;
use crate::crypto::{base64url, random, same};
use crate::error::{SessionError, TryRefreshReason};
use crate::functions::{RegenerateAccessToken, VerifySession};
use crate::session::{Fresh, Session};
use crate::store::{Change, SessionRecord};
use crate::token::access::{self, Claims};
use crate::token::refresh::anti_csrf_hash;
use std::sync::Arc;

pub(super) async fn verify(
    core: &Arc<Core>,
    input: VerifySession,
) -> Result<Session, SessionError> {
    let claims = read_token(core, &input.access_token).await?;
    check_anti_csrf(core, &claims, &input)?;
    let asks = input.check_database.unwrap_or(core.config.check_database);
    if core.config.rotation.until_used && !claims.confirmed {
        return confirm(core, claims, input.access_token, asks).await;
    }
    if asks {
        let record = core.store.read_session(&claims.sid).await?;
        let record = record.ok_or_else(revoked)?;
        let now = core.clock.now();
        if !record.is_live(now) {
            return Err(over(&record, now));
        }
    }
    Ok(Session::new(core, claims, input.access_token, None))
}

async fn read_token(core: &Core, token: &str) -> Result<Claims, SessionError> {
    let key = core.keys.for_verifying(token).await?;
    access::read(token, &key, core.clock.now())
}

fn check_anti_csrf(
    core: &Core,
    claims: &Claims,
    input: &VerifySession,
) -> Result<(), SessionError> {
    if !core.config.needs_anti_csrf_token(input.anti_csrf_check) {
        return Ok(());
    }
    let is_right = |token: &String| same(anti_csrf_hash(token).as_bytes(), claims.csrf.as_bytes());
    if input.anti_csrf_token.as_ref().is_some_and(is_right) {
        return Ok(());
    }
    Err(SessionError::try_refresh(TryRefreshReason::AntiCsrf))
}

/// The first use of an access token after a refresh, where a parent is good until then: tells the
/// store, and gives a token that need not tell it again.
async fn confirm(
    core: &Arc<Core>,
    claims: Claims,
    access_token: String,
    database_has_to_answer: bool,
) -> Result<Session, SessionError> {
    let (generation, clock) = (claims.generation, Arc::clone(&core.clock));
    let confirmed = core
        .update(&claims.sid, move |record| {
            let now = clock.now(); // the time at which the row is held, as for a refresh
            let (change, record) = confirmed(record, generation, now);
            (change, (record, now))
        })
        .await;
    let (record, now) = match confirmed {
        Ok(confirmed) => confirmed.ok_or_else(revoked)?,
        // Left for the next request: verification works without the store.
        Err(_) if !database_has_to_answer => {
            return Ok(Session::new(core, claims, access_token, None));
        }
        Err(error) => return Err(error),
    };
    if !record.is_live(now) {
        return Err(over(&record, now));
    }
    match reissue(core, claims.clone(), &record, true).await {
        // No key to sign with can be made just now, and this token is good as it is.
        Err(SessionError::StoreUnavailable { .. }) if !database_has_to_answer => {
            Ok(Session::new(core, claims, access_token, None))
        }
        reissued => reissued,
    }
}

fn confirmed(record: &SessionRecord, generation: i64, now: UnixMillis) -> (Change, SessionRecord) {
    let mut next = record.clone();
    if record.generation != generation || record.confirmed_at.is_some() || !record.is_live(now) {
        return (Change::Keep, next);
    }
    next.confirmed_at = Some(now);
    (Change::Replace(Box::new(next.clone())), next)
}

/// A new access token in place of a verified one: same expiry, same generation, the row's payload.
async fn reissue(
    core: &Arc<Core>,
    claims: Claims,
    record: &SessionRecord,
    confirmed: bool,
) -> Result<Session, SessionError> {
    let keys = core.keys.for_signing().await?;
    let mint = Mint {
        id: base64url(&random::<16>()),
        issued_at: core.clock.now(),
        generation: claims.generation,
        confirmed,
        expires: Some(claims.exp),
    };
    let minted = core.mint(&keys, record, mint)?;
    let fresh = Fresh {
        refresh_token: None,
        anti_csrf_token: None, // the one that the browser has stays right
        cookies_expire_at: record.ends_at(),
    };
    Ok(Session::new(
        core,
        minted.claims,
        minted.access_token,
        Some(fresh),
    ))
}

pub(super) async fn regenerate(
    core: &Arc<Core>,
    input: RegenerateAccessToken,
) -> Result<Session, SessionError> {
    // Never from a token that was not verified, and never from one that has expired.
    let claims = read_token(core, &input.access_token).await?;
    let record = match &input.payload {
        Some(payload) => super::data::replace_payload(core, &claims.sid, payload).await?,
        None => {
            let record = core.store.read_session(&claims.sid).await?;
            record.ok_or_else(revoked)?
        }
    };
    let now = core.clock.now();
    if !record.is_live(now) {
        return Err(over(&record, now));
    }
    let confirmed = claims.confirmed;
    reissue(core, claims, &record, confirmed).await
}
