//! The choices of a configuration that are values of their own, and the checked whole of them.

use crate::anti_csrf::AntiCsrf;
use crate::clock::{UnixMillis, hours};
use crate::cookies::CookieRules;
use crate::crypto::random;
use aws_lc_rs::signature::Ed25519KeyPair;
use std::time::Duration;
use zeroize::Zeroizing;

/// What happens when a refresh token that has been replaced comes back.
///
/// A browser with two tabs may send one refresh token twice, and a phone in a tunnel may never see
/// the answer. Neither is theft. So the token before the newest gives the *same* successor again,
/// byte for byte, for a while; older ones, and that one later, are theft.
///
/// ```
/// use sessionkit::Rotation;
/// use std::time::Duration;
///
/// let for_browsers = Rotation::grace(Duration::from_secs(30)); // the default
/// let for_phones = Rotation::until_used();
/// # assert_eq!(for_browsers, Rotation::default());
/// # assert_ne!(for_phones, for_browsers);
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Rotation {
    pub(crate) grace: Duration,
    pub(crate) until_used: bool,
}

impl Rotation {
    /// The token before the newest is good for so long after it was replaced. 30 seconds is the
    /// default, zero is strict.
    #[must_use]
    pub const fn grace(window: Duration) -> Self {
        Self {
            grace: window,
            until_used: false,
        }
    }

    /// Every replay is theft. Slow networks and second tabs will sign users out.
    #[must_use]
    pub const fn strict() -> Self {
        Self::grace(Duration::ZERO)
    }

    /// The token before the newest is good until the newest, or an access token that came with it,
    /// is first used, however long that takes; and for 30 seconds after that, for a second tab, see
    /// [`with_grace`](Self::with_grace).
    ///
    /// For clients that may lose an answer and be away for hours, such as phones. The price: the
    /// first verification after each refresh writes to the database (if the database is down, it
    /// is left for the next one), and a stolen token that nobody has replaced lives longer.
    #[must_use]
    pub const fn until_used() -> Self {
        Self {
            grace: Duration::from_secs(30),
            until_used: true,
        }
    }

    /// The same with another window, after which a replay is theft even if it comes from a second
    /// tab.
    #[must_use]
    pub const fn with_grace(self, window: Duration) -> Self {
        Self {
            grace: window,
            ..self
        }
    }
}

impl Default for Rotation {
    fn default() -> Self {
        Self::grace(Duration::from_secs(30))
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Algorithm {
    Ed25519,
    Hs256,
}

impl Algorithm {
    pub(crate) const ALL: [Self; 2] = [Self::Ed25519, Self::Hs256];

    pub(crate) fn jws(self) -> jsonwebtoken::Algorithm {
        match self {
            Self::Ed25519 => jsonwebtoken::Algorithm::EdDSA,
            Self::Hs256 => jsonwebtoken::Algorithm::HS256,
        }
    }

    /// The name in the header of a token and in the store.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Ed25519 => "EdDSA",
            Self::Hs256 => "HS256",
        }
    }

    pub(crate) fn new_private_key(self) -> Zeroizing<Vec<u8>> {
        match self {
            Self::Ed25519 => {
                let document =
                    Ed25519KeyPair::generate_pkcs8(&aws_lc_rs::rand::SystemRandom::new())
                        .expect("invariant: the system has a source of randomness");
                Zeroizing::new(document.as_ref().to_vec())
            }
            Self::Hs256 => Zeroizing::new(random::<32>().to_vec()),
        }
    }
}

/// How access tokens are signed, and how often the key changes.
///
/// ```
/// use sessionkit::{Signing, hours};
///
/// let signing = Signing::ed25519().rotate_every(hours(24)); // the default
/// # assert_eq!(signing, Signing::default());
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Signing {
    pub(crate) algorithm: Algorithm,
    pub(crate) rotate_every: Option<Duration>,
}

impl Signing {
    /// Ed25519 (JWS algorithm `EdDSA`), the default: whoever has the public key can verify.
    #[must_use]
    pub const fn ed25519() -> Self {
        Self {
            algorithm: Algorithm::Ed25519,
            rotate_every: Some(hours(24)),
        }
    }

    /// HMAC with SHA-256 (JWS algorithm `HS256`): faster to verify, and whoever can verify can sign.
    #[must_use]
    pub const fn hs256() -> Self {
        Self {
            algorithm: Algorithm::Hs256,
            rotate_every: Some(hours(24)),
        }
    }

    /// Signs with a new key after this time; the default is a day.
    #[must_use]
    pub const fn rotate_every(self, time: Duration) -> Self {
        Self {
            rotate_every: Some(time),
            ..self
        }
    }

    /// Keeps one key for ever. A key that leaks is then good for ever, too.
    #[must_use]
    pub const fn never_rotate(self) -> Self {
        Self {
            rotate_every: None,
            ..self
        }
    }

    pub(crate) fn sign_until(&self, created_at: UnixMillis) -> UnixMillis {
        match self.rotate_every {
            Some(time) => created_at.plus(time),
            None => UnixMillis(i64::MAX),
        }
    }

    /// A schedule that became shorter counts for keys made before.
    pub(crate) fn may_sign(
        &self,
        created_at: UnixMillis,
        sign_until: UnixMillis,
        now: UnixMillis,
    ) -> bool {
        now < sign_until.min(self.sign_until(created_at))
    }
}

impl Default for Signing {
    fn default() -> Self {
        Self::ed25519()
    }
}

/// A configuration that has been checked. Never changes.
pub(crate) struct Config {
    pub(crate) cookies: CookieRules,
    /// Never `Auto`.
    pub(crate) anti_csrf: AntiCsrf,
    pub(crate) access_token_lifetime: Duration,
    pub(crate) idle_timeout: Duration,
    pub(crate) absolute_timeout: Duration,
    pub(crate) rotation: Rotation,
    pub(crate) check_database: bool,
}

impl Config {
    /// Whether the core itself looks at an anti-CSRF token.
    pub(crate) fn needs_anti_csrf_token(&self, check: Option<bool>) -> bool {
        self.anti_csrf == AntiCsrf::ViaToken && check.unwrap_or(true)
    }
}
