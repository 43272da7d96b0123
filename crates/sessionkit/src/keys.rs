//! Signing keys: made, shared between servers through the store, replaced on a schedule, and kept
//! for verifying as long as a token signed with them can be alive.
//!
//! Signing uses the newest key, verifying any. A server that meets a key id it does not know asks
//! the store once; invented ids cannot make it ask again and again.

use crate::clock::{Clock, UnixMillis};
use crate::config::{Algorithm, Signing};
use crate::crypto::{SealingKey, base64url, random};
use crate::error::{SessionError, TryRefreshReason};
use crate::store::{SessionStore, SigningKeyRecord, StoreError};
use crate::token::access;
use crate::token::refresh::RefreshKey;
use aws_lc_rs::hmac;
use aws_lc_rs::signature::{Ed25519KeyPair, KeyPair as _};
use jsonwebtoken::{DecodingKey, Header};
use std::collections::HashMap;
use std::sync::{Arc, PoisonError, RwLock};
use std::time::Duration;
use zeroize::Zeroizing;

/// What stands in the store's `algorithm` for the key that marks refresh tokens.
const REFRESH: &str = "refresh";

/// Between two questions to the store because of key ids that nobody knows.
const ASK_AGAIN_AFTER: Duration = Duration::from_secs(1);

/// The public keys that are handed out are at most this old.
const PUBLISH_AFTER: Duration = Duration::from_secs(60);

/// The type of our tokens: an access token as RFC 9068 names it.
const TYPE: &str = "at+jwt";

/// One key that signs access tokens, ready for use.
pub(crate) struct SigningKey {
    kid: String,
    algorithm: Algorithm,
    /// The first part of every token that this key signs.
    header_segment: String,
    signer: Signer,
    decoding: DecodingKey,
    /// The public half, if there is one.
    public: Option<[u8; 32]>,
    created_at: UnixMillis,
    sign_until: UnixMillis,
    verify_until: UnixMillis,
}

/// A private key that has been read once: the JWT crate reads it again for every signature, which
/// takes as long as the signature.
enum Signer {
    Ed25519(Ed25519KeyPair),
    Hs256(Box<hmac::Key>),
}

impl SigningKey {
    fn new(
        record: &SigningKeyRecord,
        algorithm: Algorithm,
        private: &[u8],
    ) -> Result<Self, &'static str> {
        let (signer, decoding, public) = match algorithm {
            Algorithm::Ed25519 => ed25519(private)?,
            Algorithm::Hs256 => (
                Signer::Hs256(Box::new(hmac::Key::new(hmac::HMAC_SHA256, private))),
                DecodingKey::from_secret(private),
                None,
            ),
        };
        let mut header = Header::new(algorithm.jws());
        header.typ = Some(TYPE.to_owned());
        header.kid = Some(record.kid.clone());
        let header = serde_json::to_vec(&header).expect("invariant: a header is JSON");
        Ok(Self {
            kid: record.kid.clone(),
            algorithm,
            header_segment: base64url(&header),
            signer,
            decoding,
            public,
            created_at: record.created_at,
            sign_until: record.sign_until,
            verify_until: record.verify_until,
        })
    }

    pub(crate) fn header_segment(&self) -> &str {
        &self.header_segment
    }

    /// The signature of a message, in base64url.
    pub(crate) fn sign(&self, message: &str) -> String {
        match &self.signer {
            Signer::Ed25519(pair) => base64url(pair.sign(message.as_bytes()).as_ref()),
            Signer::Hs256(key) => base64url(hmac::sign(key, message.as_bytes()).as_ref()),
        }
    }

    /// Whether this key made a signature of a message.
    pub(crate) fn has_signed(&self, message: &str, signature: &str) -> bool {
        let (message, algorithm) = (message.as_bytes(), self.algorithm.jws());
        jsonwebtoken::crypto::verify(signature, message, &self.decoding, algorithm).unwrap_or(false)
    }

    fn public_json(&self) -> Option<serde_json::Value> {
        let public = self.public?;
        Some(serde_json::json!({
            "kty": "OKP",
            "crv": "Ed25519",
            "alg": "EdDSA",
            "use": "sig",
            "kid": self.kid,
            "x": base64url(&public),
        }))
    }
}

type KeyParts = (Signer, DecodingKey, Option<[u8; 32]>);

fn ed25519(private: &[u8]) -> Result<KeyParts, &'static str> {
    let pair = Ed25519KeyPair::from_pkcs8(private).map_err(|_| "is no Ed25519 key")?;
    let public = pair.public_key().as_ref();
    let public: [u8; 32] = public.try_into().map_err(|_| "has no public key")?;
    let decoding = DecodingKey::from_ed_der(&public);
    Ok((Signer::Ed25519(pair), decoding, Some(public)))
}

/// All keys as one server knows them. Replaced as a whole.
#[derive(Clone)]
pub(crate) struct Keys {
    signing: Arc<SigningKey>,
    /// By the header segment of the tokens that a key signs.
    verifying: HashMap<String, Arc<SigningKey>>,
    pub(crate) refresh: RefreshKey,
    loaded_at: UnixMillis,
    /// When the store was last asked, though it may not have answered.
    asked_at: UnixMillis,
}

impl Keys {
    pub(crate) fn signing(&self) -> &SigningKey {
        &self.signing
    }

    fn with_id(&self, kid: &str) -> Option<&SigningKey> {
        let mut keys = self.verifying.values();
        keys.find(|key| key.kid == kid).map(|key| &**key)
    }
}

/// The keys of one server.
pub(crate) struct KeyRing {
    store: Arc<dyn SessionStore>,
    clock: Arc<dyn Clock>,
    signing: Signing,
    sealing: Option<SealingKey>,
    access_token_lifetime: Duration,
    keys: RwLock<Arc<Keys>>,
    /// Held while the store is asked, so that many requests ask once.
    asking: tokio::sync::Mutex<()>,
}

impl KeyRing {
    /// Loads the keys, and makes those that are missing.
    pub(crate) async fn open(
        store: Arc<dyn SessionStore>,
        clock: Arc<dyn Clock>,
        signing: Signing,
        sealing: Option<SealingKey>,
        access_token_lifetime: Duration,
    ) -> Result<Self, SessionError> {
        install_crypto();
        let plan = Plan::new(
            &signing,
            sealing.as_ref(),
            access_token_lifetime,
            clock.now(),
        );
        let records = plan.carry_out(&*store).await?;
        let keys = load(&records, &signing, sealing.as_ref(), clock.now())?;
        Ok(Self {
            store,
            clock,
            signing,
            sealing,
            access_token_lifetime,
            keys: RwLock::new(Arc::new(keys)),
            asking: tokio::sync::Mutex::new(()),
        })
    }

    /// The keys as they are in memory.
    pub(crate) fn current(&self) -> Arc<Keys> {
        let keys = self.keys.read().unwrap_or_else(PoisonError::into_inner);
        Arc::clone(&keys)
    }

    /// The keys, with one that may sign now: makes a new one if the newest has had its time.
    pub(crate) async fn for_signing(&self) -> Result<Arc<Keys>, SessionError> {
        let keys = self.current();
        if self.may_sign(&keys) {
            return Ok(keys);
        }
        let _one_at_a_time = self.asking.lock().await;
        let keys = self.current();
        if self.may_sign(&keys) {
            return Ok(keys);
        }
        let plan = Plan::new(
            &self.signing,
            self.sealing.as_ref(),
            self.access_token_lifetime,
            self.clock.now(),
        );
        let records = plan.carry_out(&*self.store).await?;
        let keys = self.replace(&records)?;
        tracing::info!(kid = %keys.signing.kid, "a new signing key is in use");
        Ok(keys)
    }

    fn may_sign(&self, keys: &Keys) -> bool {
        self.signing.may_sign(
            keys.signing.created_at,
            keys.signing.sign_until,
            self.clock.now(),
        )
    }

    /// Finds the key of a token by the token's header.
    pub(crate) async fn for_verifying(&self, token: &str) -> Result<Arc<SigningKey>, SessionError> {
        let segment = access::header_segment(token).ok_or_else(access::invalid)?;
        let keys = self.current();
        if let Some(key) = self.find(&keys, segment) {
            return Ok(key);
        }
        // The slow way: a forged token, or a key that another server has made.
        let header = jsonwebtoken::decode_header(token).map_err(|_| access::invalid())?;
        let (Some(typ), Some(kid)) = (&header.typ, &header.kid) else {
            return Err(access::invalid());
        };
        if typ != TYPE || !Algorithm::ALL.iter().any(|one| one.jws() == header.alg) {
            return Err(access::invalid());
        }
        if let Some(key) = keys.with_id(kid) {
            return Err(if self.clock.now() < key.verify_until {
                access::invalid() // our key, and not the header that it signs
            } else {
                unknown_key() // the user was away for longer than the key was kept
            });
        }
        if header.alg != self.signing.algorithm.jws() {
            // From before a change of the algorithm, perhaps: refreshed, not thrown away.
            return Err(unknown_key());
        }
        let keys = self.ask_for_unknown_key(kid).await?;
        self.find(&keys, segment).ok_or_else(unknown_key)
    }

    fn find(&self, keys: &Keys, segment: &str) -> Option<Arc<SigningKey>> {
        let key = keys.verifying.get(segment)?;
        (self.clock.now() < key.verify_until).then(|| Arc::clone(key))
    }

    async fn ask_for_unknown_key(&self, kid: &str) -> Result<Arc<Keys>, SessionError> {
        let _one_at_a_time = self.asking.lock().await;
        let keys = self.current();
        // Somebody else may have asked while we waited.
        if keys.with_id(kid).is_some() || !self.was_long_ago(keys.asked_at, ASK_AGAIN_AFTER) {
            return Ok(keys);
        }
        self.reload().await
    }

    /// A clock that went back makes everything long ago.
    fn was_long_ago(&self, time: UnixMillis, age: Duration) -> bool {
        let now = self.clock.now();
        now < time || now.since(time) >= age
    }

    async fn reload(&self) -> Result<Arc<Keys>, SessionError> {
        // Noted before the answer: a store that is down is not asked again and again either.
        let asked = Keys {
            asked_at: self.clock.now(),
            ..Keys::clone(&self.current())
        };
        self.put(asked);
        let records = self.store.read_signing_keys().await?;
        self.replace(&records)
    }

    fn replace(&self, records: &[SigningKeyRecord]) -> Result<Arc<Keys>, SessionError> {
        let keys = load(
            records,
            &self.signing,
            self.sealing.as_ref(),
            self.clock.now(),
        );
        // A key that another server has sealed, for example: a fault of the configuration, but
        // one that a request meets, and that may be gone when it comes again.
        let keys = keys.map_err(|error| match error {
            SessionError::Configuration { .. } => {
                StoreError::new("loading the signing keys", error).into()
            }
            other => other,
        })?;
        Ok(self.put(keys))
    }

    fn put(&self, keys: Keys) -> Arc<Keys> {
        let keys = Arc::new(keys);
        *self.keys.write().unwrap_or_else(PoisonError::into_inner) = Arc::clone(&keys);
        keys
    }

    fn is_too_old_to_publish(&self, keys: &Keys) -> bool {
        self.was_long_ago(keys.loaded_at, PUBLISH_AFTER)
            && self.was_long_ago(keys.asked_at, ASK_AGAIN_AFTER)
    }

    /// The public keys as a JSON Web Key Set (RFC 7517), newest first. HS256 has none.
    pub(crate) async fn public_json(&self) -> String {
        let mut keys = self.current();
        if self.is_too_old_to_publish(&keys) {
            let _one_at_a_time = self.asking.lock().await;
            keys = self.current();
            if self.is_too_old_to_publish(&keys) {
                // Without the store, those in memory are the best answer.
                keys = self.reload().await.unwrap_or(keys);
            }
        }
        let now = self.clock.now();
        let mut live: Vec<_> = keys
            .verifying
            .values()
            .filter(|key| now < key.verify_until)
            .collect();
        live.sort_by(|a, b| (b.created_at, &b.kid).cmp(&(a.created_at, &a.kid)));
        let keys: Vec<_> = live.iter().filter_map(|key| key.public_json()).collect();
        serde_json::json!({ "keys": keys }).to_string()
    }
}

/// A program that uses the JWT crate too may have turned on its other backend as well. The crate
/// then wants to be told which to use, once per process; whoever came first is right.
fn install_crypto() {
    let _already_chosen = jsonwebtoken::crypto::aws_lc::DEFAULT_PROVIDER.install_default();
}

/// What has to become of the keys in the store. Made before the store is asked, so that the
/// decision itself is quick and can be repeated.
struct Plan {
    now: UnixMillis,
    signing: Signing,
    sealing: Option<SealingKey>,
    access_token_lifetime: Duration,
    /// Used only if there is no key that may sign.
    new_signing: SigningKeyRecord,
    /// Used only if there is none.
    new_refresh: SigningKeyRecord,
}

impl Plan {
    fn new(
        signing: &Signing,
        sealing: Option<&SealingKey>,
        access_token_lifetime: Duration,
        now: UnixMillis,
    ) -> Self {
        let sign_until = signing.sign_until(now);
        let never = UnixMillis(i64::MAX);
        let private = signing.algorithm.new_private_key();
        let record = |algorithm: &str, private: &[u8], sign_until, verify_until| {
            let kid = format!("k-{}", base64url(&random::<12>()));
            let record = SigningKeyRecord {
                key: private.to_vec(),
                sealed: false,
                kid,
                algorithm: algorithm.to_owned(),
                created_at: now,
                sign_until,
                verify_until,
            };
            sealed(record, sealing)
        };
        Self {
            now,
            signing: *signing,
            sealing: sealing.cloned(),
            access_token_lifetime,
            new_signing: record(
                signing.algorithm.name(),
                &private,
                sign_until,
                verify_until(sign_until, access_token_lifetime),
            ),
            new_refresh: record(REFRESH, &Zeroizing::new(random::<32>())[..], never, never),
        }
    }

    async fn carry_out(
        self,
        store: &dyn SessionStore,
    ) -> Result<Vec<SigningKeyRecord>, StoreError> {
        store
            .update_signing_keys(Box::new(move |records| self.apply(records)))
            .await
    }

    fn apply(&self, records: &[SigningKeyRecord]) -> Option<Vec<SigningKeyRecord>> {
        let mut list: Vec<_> = records
            .iter()
            .filter(|record| self.now < record.verify_until)
            .map(|record| self.adapt(record.clone()))
            .collect();
        if !list.iter().any(|record| record.algorithm == REFRESH) {
            list.push(self.new_refresh.clone());
        }
        let ours = |record: &&SigningKeyRecord| record.algorithm == self.new_signing.algorithm;
        // Only the newest counts: an older one may have been made for a longer schedule.
        if !list
            .iter()
            .rfind(ours)
            .is_some_and(|key| self.may_sign(key))
        {
            list.iter_mut().for_each(|record| self.retire(record));
            list.push(self.new_signing.clone());
        }
        (list != records).then_some(list)
    }

    fn may_sign(&self, record: &SigningKeyRecord) -> bool {
        self.signing
            .may_sign(record.created_at, record.sign_until, self.now)
    }

    /// A key that was to sign for longer, or for ever, does not once there is a newer one.
    fn retire(&self, record: &mut SigningKeyRecord) {
        let is_ours = record.algorithm == self.new_signing.algorithm;
        if is_ours && self.now < record.sign_until {
            record.sign_until = self.now;
            record.verify_until = verify_until(self.now, self.access_token_lifetime);
        }
    }

    /// A longer access token lifetime keeps old keys longer, and a sealing key seals what was open.
    fn adapt(&self, mut record: SigningKeyRecord) -> SigningKeyRecord {
        if record.algorithm != REFRESH {
            let needed = verify_until(record.sign_until, self.access_token_lifetime);
            record.verify_until = record.verify_until.max(needed);
        }
        sealed(record, self.sealing.as_ref())
    }
}

/// A token that was signed at the last moment has to be verified until its end, whose seconds are
/// rounded up.
fn verify_until(sign_until: UnixMillis, access_token_lifetime: Duration) -> UnixMillis {
    sign_until
        .plus(access_token_lifetime)
        .plus(Duration::from_secs(1))
}

fn sealed(mut record: SigningKeyRecord, sealing: Option<&SealingKey>) -> SigningKeyRecord {
    if let (false, Some(sealing)) = (record.sealed, sealing) {
        record.key = sealing.seal(&record.kid, &record.key);
        record.sealed = true;
    }
    record
}

fn load(
    records: &[SigningKeyRecord],
    signing: &Signing,
    sealing: Option<&SealingKey>,
    now: UnixMillis,
) -> Result<Keys, SessionError> {
    let mut refresh = None;
    let mut verifying = HashMap::new();
    let mut newest: Option<Arc<SigningKey>> = None;
    for record in records {
        if record.algorithm == REFRESH {
            let private = open(record, sealing)?;
            let bytes = <[u8; 32]>::try_from(&private[..])
                .map_err(|_| unusable(record, "has not 32 bytes"))?;
            // The first of them: two servers that start at once agree on it.
            refresh.get_or_insert(RefreshKey::new(bytes));
        } else if record.algorithm == signing.algorithm.name() {
            let private = open(record, sealing)?;
            let key = SigningKey::new(record, signing.algorithm, &private)
                .map_err(|problem| unusable(record, problem))?;
            let key = Arc::new(key);
            verifying.insert(key.header_segment.clone(), Arc::clone(&key));
            // Records come in the order of their making.
            newest = Some(key);
        }
    }
    let missing = |what: &str| {
        let problem = format!("the store gave no {what}");
        SessionError::from(StoreError::new("loading the signing keys", problem))
    };
    Ok(Keys {
        signing: newest.ok_or_else(|| missing("signing key"))?,
        verifying,
        refresh: refresh.ok_or_else(|| missing("key for refresh tokens"))?,
        loaded_at: now,
        asked_at: now,
    })
}

fn open(
    record: &SigningKeyRecord,
    sealing: Option<&SealingKey>,
) -> Result<Zeroizing<Vec<u8>>, SessionError> {
    if !record.sealed {
        return Ok(Zeroizing::new(record.key.clone()));
    }
    let Some(sealing) = sealing else {
        return Err(unusable(
            record,
            "is sealed: give the builder the same `seal_keys_with` as when it was made",
        ));
    };
    sealing
        .open(&record.kid, &record.key)
        .ok_or_else(|| unusable(record, "was sealed with another key"))
}

fn unknown_key() -> SessionError {
    SessionError::try_refresh(TryRefreshReason::UnknownKey)
}

fn unusable(record: &SigningKeyRecord, problem: &str) -> SessionError {
    SessionError::configuration(format!("the signing key {} {problem}", record.kid))
}
