//! Refreshing: rotation that answers a replay with the same successor, and reuse detection
//! (RFC 9700, 4.14.2).
//!
//! | the token is | and | answer |
//! |---|---|---|
//! | not ours | | `Unauthorised`, nothing touched |
//! | of the row's generation | its hash is the row's, and it is older than the window | the next token |
//! | of the row's generation | the same, made within the window | itself again: a second tab was late |
//! | of the generation before | its hash is the one before, in time | the *same* next token again |
//! | newer than the row | | `Unauthorised`: the database was put back to an older copy |
//! | anything else of ours | | theft: the session is revoked |

use super::create::session_with_tokens;
use super::{Core, Mint, over, revoked};
use crate::clock::UnixMillis;
use crate::config::{Config, Rotation};
use crate::crypto::random;
use crate::error::{SessionError, UnauthorisedReason};
use crate::event::SessionEvent;
use crate::functions::RefreshSession;
use crate::handle::SessionHandle;
use crate::keys::Keys;
use crate::session::Session;
use crate::store::{Change, SessionRecord};
use crate::token::access;
use crate::token::refresh::{RefreshToken, is_anti_csrf_token_of};
use std::sync::Arc;
use std::time::Duration;

pub(super) async fn refresh(
    core: &Arc<Core>,
    input: RefreshSession,
) -> Result<Session, SessionError> {
    // A key first: once the store has rotated, nothing may fail.
    let keys = core.keys.for_signing().await?;
    let token =
        RefreshToken::read(&input.refresh_token, &keys.refresh).ok_or_else(access::invalid)?;
    check_anti_csrf(core, &keys, &token, &input)?;

    let attempt = Attempt {
        token: token.clone(),
        nonce: random(),
        rotation: core.config.rotation,
        idle_timeout: core.config.idle_timeout,
    };
    // The time is that at which the row is held. The wait for a busy database may take longer than
    // the window, and would else be counted against whoever holds the same token.
    let clock = Arc::clone(&core.clock);
    let decided = core
        .update(&token.handle, move |record| {
            let now = clock.now();
            let (change, outcome) = attempt.decide(record, now);
            (change, (outcome, now))
        })
        .await?;
    let (outcome, now) = decided.ok_or_else(revoked)?;
    match outcome {
        Outcome::Rotated(record) => {
            let next = successor(&token, &record);
            core.emit(&event(&record, |handle, user_id| SessionEvent::Refreshed {
                handle,
                user_id,
            }));
            hand_out(core, &keys, &next, &record, now)
        }
        Outcome::Replayed(record) => {
            let next = successor(&token, &record);
            core.emit(&event(&record, |handle, user_id| {
                SessionEvent::RefreshReplayed { handle, user_id }
            }));
            hand_out(core, &keys, &next, &record, now)
        }
        Outcome::StillNew(record) => hand_out(core, &keys, &token, &record, now),
        Outcome::Over(record) => Err(over(&record, now)),
        Outcome::Unknown => Err(access::invalid()),
        Outcome::Theft { user_id } => {
            core.emit(&SessionEvent::TokenTheftDetected {
                handle: token.handle.clone(),
                user_id: user_id.clone(),
            });
            Err(SessionError::TokenTheftDetected {
                handle: token.handle.clone(),
                user_id,
            })
        }
    }
}

fn check_anti_csrf(
    core: &Core,
    keys: &Keys,
    token: &RefreshToken,
    input: &RefreshSession,
) -> Result<(), SessionError> {
    if !core.config.needs_anti_csrf_token(input.anti_csrf_check) {
        return Ok(());
    }
    let is_ours =
        |text: &String| is_anti_csrf_token_of(&keys.refresh, &token.handle, text.as_str());
    if input.anti_csrf_token.as_ref().is_some_and(is_ours) {
        return Ok(());
    }
    Err(SessionError::unauthorised(UnauthorisedReason::AntiCsrf))
}

/// One presentation of a refresh token, ready to be decided when the row is held.
struct Attempt {
    token: RefreshToken,
    nonce: [u8; 32],
    rotation: Rotation,
    idle_timeout: Duration,
}

enum Outcome {
    Rotated(Box<SessionRecord>),
    Replayed(Box<SessionRecord>),
    /// The newest token, and it has only just been made.
    StillNew(Box<SessionRecord>),
    Over(Box<SessionRecord>),
    /// Genuine, and of a generation that this database has not seen.
    Unknown,
    Theft {
        user_id: String,
    },
}

impl Attempt {
    fn decide(&self, record: &SessionRecord, now: UnixMillis) -> (Change, Outcome) {
        if !record.is_live(now) {
            return (Change::Delete, Outcome::Over(Box::new(record.clone())));
        }
        if self.is_newest(record) {
            if self.is_within_window(record.rotated_at, now) {
                return self.keep_new(record, now);
            }
            let next = self.rotate(record, now);
            return (
                Change::Replace(Box::new(next.clone())),
                Outcome::Rotated(Box::new(next)),
            );
        }
        if self.is_parent_in_time(record, now) {
            return (Change::Keep, Outcome::Replayed(Box::new(record.clone())));
        }
        if self.token.generation > record.generation {
            return (Change::Keep, Outcome::Unknown);
        }
        let user_id = record.user_id.clone();
        (Change::Delete, Outcome::Theft { user_id })
    }

    fn is_newest(&self, record: &SessionRecord) -> bool {
        self.token.generation == record.generation && self.token.has_hash(&record.refresh_hash)
    }

    /// Whether something happened so short a time ago that two tabs may not know of each other.
    fn is_within_window(&self, time: Option<UnixMillis>, now: UnixMillis) -> bool {
        // `since` is zero if the clock went back: that is no reason to call somebody a thief.
        time.is_some_and(|time| now.since(time) < self.rotation.grace)
    }

    /// A tab whose request was refused before another tab refreshed comes with the new token at
    /// once. Rotating again would make the old one, which may still be on its way from a third
    /// place, older than its window allows.
    fn keep_new(&self, record: &SessionRecord, now: UnixMillis) -> (Change, Outcome) {
        let mut kept = Box::new(record.clone());
        if !self.rotation.until_used || record.confirmed_at.is_some() {
            return (Change::Keep, Outcome::StillNew(kept));
        }
        kept.confirmed_at = Some(now); // this is its first use
        (Change::Replace(kept.clone()), Outcome::StillNew(kept))
    }

    fn is_parent_in_time(&self, record: &SessionRecord, now: UnixMillis) -> bool {
        let Some(hash) = &record.previous_refresh_hash else {
            return false;
        };
        let in_grace = self.is_within_window(record.rotated_at, now);
        // The second tab gets its time after the first use, however late that comes.
        let unused = self.rotation.until_used
            && (record.confirmed_at.is_none() || self.is_within_window(record.confirmed_at, now));
        self.token.generation + 1 == record.generation
            && self.token.has_hash(hash)
            && (in_grace || unused)
    }

    fn rotate(&self, record: &SessionRecord, now: UnixMillis) -> SessionRecord {
        let next = self.token.successor(&self.nonce);
        SessionRecord {
            generation: next.generation,
            refresh_hash: next.hash(),
            previous_refresh_hash: Some(record.refresh_hash),
            rotation_nonce: Some(self.nonce),
            rotated_at: Some(now),
            confirmed_at: None,
            last_refreshed_at: now,
            idle_expires_at: now.plus(self.idle_timeout),
            ..record.clone()
        }
    }
}

/// The newest token, worked out from the one before it.
fn successor(parent: &RefreshToken, record: &SessionRecord) -> RefreshToken {
    parent.successor(&record.rotation_nonce.unwrap_or_default())
}

fn event(
    record: &SessionRecord,
    make: impl FnOnce(SessionHandle, String) -> SessionEvent,
) -> SessionEvent {
    make(record.handle.clone(), record.user_id.clone())
}

/// The newest refresh token of a session and an access token to go with it.
fn hand_out(
    core: &Arc<Core>,
    keys: &Keys,
    newest: &RefreshToken,
    record: &SessionRecord,
    now: UnixMillis,
) -> Result<Session, SessionError> {
    let rotated_at = record.rotated_at.unwrap_or(now);
    let mint = Mint {
        id: newest.access_token_id(),
        // Soon after, a replay gets the same access token; later it needs one that lives.
        issued_at: if is_recent(&core.config, rotated_at, now) {
            rotated_at
        } else {
            now
        },
        generation: record.generation,
        confirmed: !core.config.rotation.until_used || record.confirmed_at.is_some(),
        expires: None,
    };
    let minted = core.mint(keys, record, mint)?;
    Ok(session_with_tokens(core, keys, record, minted, newest))
}

fn is_recent(config: &Config, rotated_at: UnixMillis, now: UnixMillis) -> bool {
    let recent = Duration::from_secs(60).min(config.access_token_lifetime / 2);
    now.since(rotated_at) < recent
}
