//! From the headers of a request to a session: reads the cookies, checks what anti-CSRF asks for,
//! and has the core verify the token.
//!
//! When the check happens. A request without a token has no session to protect, so it is
//! `NoToken`. Then, in the modes that look at headers, the check comes before the token is looked
//! at: a page on another site gets `TryRefreshToken`, costs us neither a signature nor a query,
//! and has no cookie cleared. A front end with an expired token that forgot the header gets the
//! same answer, which is right for it, too. In the mode `ViaToken` there is nothing to compare with
//! before the token is verified, so there the core does it, and an expired token says so.

use super::sent::Sent;
use super::set_cookie::{ANTI_CSRF, CUSTOM_HEADER};
use crate::anti_csrf::AntiCsrf;
use crate::config::Config;
use crate::error::{SessionError, TryRefreshReason, UnauthorisedReason};
use crate::functions::{RefreshSession, VerifySession};
use crate::session::Session;
use crate::sessions::Sessions;
use crate::token::refresh_token_generation;
use ::http::request::Parts;
use ::http::{HeaderMap, Method};

/// What a route asks for instead of what the configuration says.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct VerifyOptions {
    pub(super) anti_csrf_check: Option<bool>,
    pub(super) check_database: Option<bool>,
    /// Whether a request without a token may pass.
    pub(super) optional: bool,
}

/// What a session was held to when it was verified.
#[derive(Debug, Clone, Copy)]
struct Strictness {
    anti_csrf: bool,
    database: bool,
}

impl Strictness {
    fn asked(config: &Config, method: &Method, options: VerifyOptions) -> Self {
        Self {
            anti_csrf: options.anti_csrf_check.unwrap_or(!is_safe(method)),
            database: options.check_database.unwrap_or(config.check_database),
        }
    }

    fn covers(self, other: Self) -> bool {
        self.anti_csrf >= other.anti_csrf && self.database >= other.database
    }
}

/// Such requests must not change anything, and links and images cause them from everywhere.
fn is_safe(method: &Method) -> bool {
    matches!(
        *method,
        Method::GET | Method::HEAD | Method::OPTIONS | Method::TRACE
    )
}

/// A session that was verified before in this request, among the request's extensions.
#[derive(Clone)]
struct Verified {
    session: Session,
    strictness: Strictness,
}

/// The session of a request; `None` if it has no access token. Verifies once in a request, and
/// again only if more is asked for than before.
pub(super) async fn session_of(
    sessions: &Sessions,
    parts: &mut Parts,
    options: VerifyOptions,
) -> Result<Option<Session>, SessionError> {
    let strictness = Strictness::asked(sessions.config(), &parts.method, options);
    if let Some(before) = parts.extensions.get::<Verified>()
        && before.strictness.covers(strictness)
        // A program may have two kinds of sessions, and one is not good for the other.
        && std::ptr::eq(before.session.config(), sessions.config())
    {
        return Ok(Some(before.session.clone()));
    }
    let session = verify(sessions, &parts.headers, strictness).await?;
    if let Some(session) = &session {
        parts.extensions.insert(Verified {
            session: session.clone(),
            strictness,
        });
    }
    Ok(session)
}

async fn verify(
    sessions: &Sessions,
    headers: &HeaderMap,
    strictness: Strictness,
) -> Result<Option<Session>, SessionError> {
    let config = sessions.config();
    let sent = Sent::read(headers, &config.cookies);
    let tokens = sent.access.as_slice();
    if tokens.is_empty() {
        return Ok(None);
    }
    if strictness.anti_csrf && !may_come_from_us(config.anti_csrf, headers) {
        return Err(SessionError::try_refresh(TryRefreshReason::AntiCsrf));
    }
    let mut worst = None;
    for token in tokens {
        let mut input = VerifySession::new(*token)
            .anti_csrf_check(strictness.anti_csrf)
            .check_database(strictness.database);
        if let Some(token) = anti_csrf_token(headers) {
            input = input.anti_csrf_token(token);
        }
        match sessions.get_session(input).await {
            Ok(session) => return Ok(Some(session)),
            Err(error) if answers_for_all(&error) => return Err(error),
            Err(error) => worst = Some(clearer(worst, error)),
        }
    }
    Err(worst.unwrap_or_else(no_token))
}

/// Takes the refresh token of a request and refreshes.
///
/// Among several tokens of one session only the newest is presented: an older one is left over
/// from another cookie domain, and would look like theft.
pub(super) async fn refresh(
    sessions: &Sessions,
    headers: &HeaderMap,
) -> Result<Session, SessionError> {
    let config = sessions.config();
    let sent = Sent::read(headers, &config.cookies);
    if !sent.any() {
        return Err(no_token());
    }
    if !may_come_from_us(config.anti_csrf, headers) {
        return Err(SessionError::unauthorised(UnauthorisedReason::AntiCsrf));
    }
    let mut worst = None;
    for token in newest_of_each(sent.refresh.as_slice()) {
        let mut input = RefreshSession::new(token);
        if let Some(token) = anti_csrf_token(headers) {
            input = input.anti_csrf_token(token);
        }
        match sessions.refresh_session(input).await {
            Ok(session) => return Ok(session),
            Err(error) if answers_for_all(&error) => return Err(error),
            // Theft of one session is no reason to end another one in the same browser. It was
            // told to the listeners of events, and is the answer unless another token is good.
            Err(error) => worst = Some(clearer(worst, error)),
        }
    }
    Err(worst.unwrap_or_else(no_token))
}

/// One token of each session, the newest, in the order of the request; then what is no token.
fn newest_of_each<'a>(tokens: &[&'a str]) -> Vec<&'a str> {
    let mut newest: Vec<(_, i64, &str)> = Vec::new();
    let mut malformed = Vec::new();
    for token in tokens {
        let Some((handle, generation)) = refresh_token_generation(token) else {
            malformed.push(*token);
            continue;
        };
        match newest.iter_mut().find(|(known, ..)| *known == handle) {
            Some(known) if known.1 < generation => *known = (handle, generation, token),
            Some(_) => {}
            None => newest.push((handle, generation, token)),
        }
    }
    let tokens = newest.into_iter().map(|(.., token)| token);
    tokens.chain(malformed).collect()
}

/// Whether the headers say that the request comes from a page of ours, in a mode that looks at
/// headers.
pub(super) fn may_come_from_us(mode: AntiCsrf, headers: &HeaderMap) -> bool {
    match mode {
        AntiCsrf::ViaCustomHeader => headers.contains_key(CUSTOM_HEADER),
        AntiCsrf::FetchMetadata => {
            let mut sites = headers.get_all("sec-fetch-site").iter().peekable();
            sites.peek().is_some()
                && sites
                    .all(|site| matches!(site.as_bytes(), b"same-origin" | b"same-site" | b"none"))
        }
        AntiCsrf::Auto | AntiCsrf::None | AntiCsrf::ViaToken => true,
    }
}

fn anti_csrf_token(headers: &HeaderMap) -> Option<&str> {
    headers.get(ANTI_CSRF)?.to_str().ok()
}

fn no_token() -> SessionError {
    SessionError::unauthorised(UnauthorisedReason::NoToken)
}

/// Whether an error says nothing about the token, so that another token would fare no better.
fn answers_for_all(error: &SessionError) -> bool {
    !matches!(
        error,
        SessionError::Unauthorised { .. }
            | SessionError::TryRefreshToken { .. }
            | SessionError::TokenTheftDetected { .. }
    )
}

/// Of the errors of two tokens, the one that the browser should hear of: what a refresh can mend
/// before what it cannot, and a token that was once good before one that never was.
fn clearer(before: Option<SessionError>, error: SessionError) -> SessionError {
    fn rank(error: &SessionError) -> u8 {
        match error {
            SessionError::TokenTheftDetected { .. } => 4,
            SessionError::TryRefreshToken { .. } => 3,
            SessionError::Unauthorised { reason } => match reason {
                // Leaves the cookies alone, and so comes before those that do not.
                UnauthorisedReason::AntiCsrf => 2,
                UnauthorisedReason::InvalidToken => 0,
                _ => 1,
            },
            _ => 5,
        }
    }
    match before {
        Some(before) if rank(&before) >= rank(&error) => before,
        _ => error,
    }
}
