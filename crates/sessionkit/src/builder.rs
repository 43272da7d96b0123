//! The builder of `Sessions`: every choice with its default, and the checks of the whole.

use crate::anti_csrf::AntiCsrf;
use crate::app_info::AppInfo;
use crate::clock::{Clock, SystemClock, days, hours};
use crate::config::{Config, Rotation, Signing};
use crate::cookies::{CookieOptions, CookieRules, SameSite};
use crate::core::{Core, DataLocks, OnCreate, Original, revoke};
use crate::crypto::SealingKey;
use crate::error::SessionError;
use crate::event::{OnEvent, SessionEvent};
use crate::front_token::FrontTokens;
use crate::functions::{NewSession, SessionFunctions};
use crate::keys::KeyRing;
use crate::sessions::{Inner, Sessions};
use crate::store::SessionStore;
use std::fmt;
use std::sync::Arc;
use std::time::Duration;

type Override =
    Box<dyn FnOnce(Arc<dyn SessionFunctions>) -> Arc<dyn SessionFunctions> + Send + Sync>;

/// A configuration on its way; [`build`](Self::build) checks it.
///
/// Only the store and the addresses are required.
///
/// ```
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
/// use sessionkit::{AntiCsrf, AppInfo, Rotation, Sessions, Signing, SqliteStore, days, hours};
/// use std::time::Duration;
///
/// let sessions = Sessions::builder()
///     .store(SqliteStore::in_memory().await?)
///     .app_info(AppInfo::new("https://api.example.com", "https://www.example.com"))
///     .access_token_lifetime(Duration::from_secs(15 * 60))
///     .idle_timeout(days(30))
///     .absolute_timeout(days(180))
///     .rotation(Rotation::grace(Duration::from_secs(10)))
///     .signing(Signing::ed25519().rotate_every(hours(12)))
///     .anti_csrf(AntiCsrf::Auto)
///     .cookie_domain(".example.com")
///     .check_database(false)
///     .on_create_new_session(|mut input| async move {
///         let role = if input.user_id() == "alice" { "editor" } else { "reader" };
///         input.access_token_payload_mut().insert("role".to_owned(), role.into());
///         Ok(input)
///     })
///     .on_event(|event| println!("{}", event.name()))
///     .build()
///     .await?;
/// # let _ = sessions;
/// # Ok(())
/// # }
/// ```
#[must_use = "nothing happens until `build` is called"]
pub struct SessionsBuilder {
    store: Option<Arc<dyn SessionStore>>,
    app_info: Option<AppInfo>,
    access_token_lifetime: Duration,
    idle_timeout: Duration,
    absolute_timeout: Duration,
    rotation: Rotation,
    signing: Signing,
    sealing: Option<SealingKey>,
    check_database: bool,
    anti_csrf: AntiCsrf,
    cookies: CookieOptions,
    clean_up_every: Option<Duration>,
    clock: Arc<dyn Clock>,
    on_create: Vec<OnCreate>,
    on_event: Vec<OnEvent>,
    overrides: Vec<Override>,
    #[cfg(feature = "axum")]
    pub(crate) http: crate::http::HttpOptions,
}

impl SessionsBuilder {
    pub(crate) fn new() -> Self {
        Self {
            store: None,
            app_info: None,
            access_token_lifetime: hours(1),
            idle_timeout: days(100),
            absolute_timeout: days(365),
            rotation: Rotation::default(),
            signing: Signing::default(),
            sealing: None,
            check_database: false,
            anti_csrf: AntiCsrf::default(),
            cookies: CookieOptions::default(),
            clean_up_every: Some(Duration::from_secs(5 * 60)),
            clock: Arc::new(SystemClock),
            on_create: Vec::new(),
            on_event: Vec::new(),
            overrides: Vec::new(),
            #[cfg(feature = "axum")]
            http: crate::http::HttpOptions::default(),
        }
    }

    /// Where sessions are kept. Required.
    pub fn store(mut self, store: impl SessionStore) -> Self {
        self.store = Some(Arc::new(store));
        self
    }

    /// A store that others use, too.
    pub fn shared_store(mut self, store: Arc<dyn SessionStore>) -> Self {
        self.store = Some(store);
        self
    }

    /// The addresses of the server and of the website. Required: the cookies' attributes follow
    /// from them.
    pub fn app_info(mut self, app_info: AppInfo) -> Self {
        self.app_info = Some(app_info);
        self
    }

    /// How long an access token is good: one hour by default, at least one second. A revoked
    /// session works for so long, except where the database is checked.
    pub fn access_token_lifetime(mut self, lifetime: Duration) -> Self {
        self.access_token_lifetime = lifetime;
        self
    }

    /// A session ends when it has not been refreshed for so long: 100 days by default.
    pub fn idle_timeout(mut self, timeout: Duration) -> Self {
        self.idle_timeout = timeout;
        self
    }

    /// A session ends so long after it was created, whatever happens: 365 days by default.
    pub fn absolute_timeout(mut self, timeout: Duration) -> Self {
        self.absolute_timeout = timeout;
        self
    }

    /// What happens when a refresh token that has been replaced comes back: a grace window of 30
    /// seconds by default.
    pub fn rotation(mut self, rotation: Rotation) -> Self {
        self.rotation = rotation;
        self
    }

    /// How access tokens are signed: Ed25519, with a new key every day, by default.
    pub fn signing(mut self, signing: Signing) -> Self {
        self.signing = signing;
        self
    }

    /// Seals the private keys in the database with a key that is kept elsewhere. Keys that are
    /// there unsealed are sealed now.
    pub fn seal_keys_with(mut self, key: SealingKey) -> Self {
        self.sealing = Some(key);
        self
    }

    /// Whether every verification asks the database if the session still exists (also known as
    /// access token blacklisting). Off by default; a route or a call can decide for itself.
    pub fn check_database(mut self, check: bool) -> Self {
        self.check_database = check;
        self
    }

    /// What a request has to carry so that it cannot come from a page on another site.
    pub fn anti_csrf(mut self, mode: AntiCsrf) -> Self {
        self.anti_csrf = mode;
        self
    }

    /// The domain of the cookies, to share them between hosts: `.example.com`. By default they go
    /// back only to the host that set them.
    pub fn cookie_domain(mut self, domain: impl Into<String>) -> Self {
        self.cookies.domain = Some(domain.into());
        self
    }

    /// The `SameSite` attribute, instead of the one that follows from the two addresses.
    pub fn cookie_same_site(mut self, same_site: SameSite) -> Self {
        self.cookies.same_site = Some(same_site);
        self
    }

    /// What the names of the cookies start with: `sk` by default, as in `sk_access`.
    pub fn cookie_name_prefix(mut self, prefix: impl Into<String>) -> Self {
        self.cookies.name_prefix = prefix.into();
        self
    }

    /// Where the routes for refreshing, signing out and public keys are: `/session` by default.
    pub fn routes_path(mut self, path: impl Into<String>) -> Self {
        self.cookies.routes_path = path.into();
        self
    }

    /// How a page learns user id, expiry and payload: in a header and in a cookie by default.
    pub fn front_token(mut self, how: FrontTokens) -> Self {
        self.cookies.front_token = how;
        self
    }

    /// How often the rows of expired sessions are deleted, in the background: every five minutes
    /// by default. See also [`never_clean_up`](Self::never_clean_up).
    pub fn clean_up_every(mut self, interval: Duration) -> Self {
        self.clean_up_every = Some(interval);
        self
    }

    /// Leaves expired rows to [`Sessions::delete_expired_sessions`]. They are never read or listed
    /// in any case.
    pub fn never_clean_up(mut self) -> Self {
        self.clean_up_every = None;
        self
    }

    /// Another clock than the system's, for tests.
    pub fn clock(mut self, clock: impl Clock) -> Self {
        self.clock = Arc::new(clock);
        self
    }

    /// Sees every session before it is created, and may change what goes in. An error stops the
    /// creation. Several hooks run in the order in which they were added.
    pub fn on_create_new_session<F, Fut>(mut self, hook: F) -> Self
    where
        F: Fn(NewSession) -> Fut + Send + Sync + 'static,
        Fut: Future<Output = Result<NewSession, SessionError>> + Send + 'static,
    {
        self.on_create
            .push(Box::new(move |input| Box::pin(hook(input))));
        self
    }

    /// Is told of every event. Called in the request, so let it be quick.
    pub fn on_event(mut self, listener: impl Fn(&SessionEvent) + Send + Sync + 'static) -> Self {
        let listener: OnEvent = Box::new(listener);
        self.on_event.push(listener);
        self
    }

    /// Puts functions of yours around those of this crate. The last one added is the outermost.
    pub fn override_functions<F, O>(mut self, make: F) -> Self
    where
        F: FnOnce(Arc<dyn SessionFunctions>) -> O + Send + Sync + 'static,
        O: SessionFunctions,
    {
        self.overrides
            .push(Box::new(move |original| Arc::new(make(original))));
        self
    }

    /// Checks the configuration, loads the signing keys, and makes the first.
    ///
    /// # Errors
    ///
    /// [`SessionError::Configuration`] says what does not go together,
    /// [`SessionError::StoreUnavailable`] what the database said.
    pub async fn build(self) -> Result<Sessions, SessionError> {
        let missing = |what: &str, call: &str| {
            SessionError::configuration(format!("{what} is missing: call `.{call}` before `build`"))
        };
        let store = self
            .store
            .ok_or_else(|| missing("the store", "store(..)"))?;
        let app_info = self
            .app_info
            .ok_or_else(|| missing("the app info", "app_info(AppInfo::new(api, website))"))?;
        check_times(&[
            ("access_token_lifetime", self.access_token_lifetime),
            ("idle_timeout", self.idle_timeout),
            ("absolute_timeout", self.absolute_timeout),
            (
                "rotate_every",
                self.signing.rotate_every.unwrap_or(Duration::from_secs(1)),
            ),
            (
                "clean_up_every",
                self.clean_up_every.unwrap_or(Duration::from_secs(1)),
            ),
        ])?;
        let addresses = app_info.resolve()?;
        let cookies = CookieRules::new(&addresses, &self.cookies)?;
        let config = Config {
            anti_csrf: self.anti_csrf.resolve(&addresses, &cookies)?,
            cookies,
            access_token_lifetime: self.access_token_lifetime,
            idle_timeout: self.idle_timeout,
            absolute_timeout: self.absolute_timeout,
            rotation: self.rotation,
            check_database: self.check_database,
        };
        #[cfg(feature = "axum")]
        let http = crate::http::Http::new(self.http, &config)?;
        let keys = KeyRing::open(
            Arc::clone(&store),
            Arc::clone(&self.clock),
            self.signing,
            self.sealing,
            self.access_token_lifetime,
        )
        .await?;
        let core = Arc::new(Core {
            config,
            store,
            keys,
            clock: self.clock,
            on_create: self.on_create,
            on_event: self.on_event,
            data_locks: DataLocks::new(),
        });
        if let Some(interval) = self.clean_up_every {
            revoke::start_clean_up(&core, interval);
        }
        let original: Arc<dyn SessionFunctions> = Arc::new(Original(Arc::clone(&core)));
        let functions = self
            .overrides
            .into_iter()
            .fold(original, |functions, put_around| put_around(functions));
        Ok(Sessions::new(Inner {
            core,
            functions,
            #[cfg(feature = "axum")]
            http,
        }))
    }
}

/// Less than a second cannot be told in a token, and more than a century is a mistake in the unit.
fn check_times(times: &[(&str, Duration)]) -> Result<(), SessionError> {
    const CENTURY: Duration = days(36_525);
    for (name, time) in times {
        let problem = if *time < Duration::from_secs(1) {
            "shorter than a second"
        } else if *time > CENTURY {
            "longer than a century"
        } else {
            continue;
        };
        return Err(SessionError::configuration(format!(
            "`{name}` is {problem}: {time:?}"
        )));
    }
    Ok(())
}

impl fmt::Debug for SessionsBuilder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SessionsBuilder").finish_non_exhaustive()
    }
}
