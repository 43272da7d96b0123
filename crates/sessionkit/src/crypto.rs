//! The few cryptographic steps that this crate takes itself, all of them calls into AWS-LC:
//! randomness, SHA-256, HMAC-SHA-256, comparison in constant time, and sealing keys at rest.

use aws_lc_rs::aead::{AES_256_GCM, Aad, NONCE_LEN, Nonce, RandomizedNonceKey};
use aws_lc_rs::{constant_time, digest, hmac, rand};
use data_encoding::BASE64URL_NOPAD;
use std::fmt;
use zeroize::Zeroizing;

/// So many random bytes from the operating system's generator.
pub(crate) fn random<const N: usize>() -> [u8; N] {
    let mut bytes = [0; N];
    rand::fill(&mut bytes).expect("invariant: the system has a source of randomness");
    bytes
}

pub(crate) fn sha256(bytes: &[u8]) -> [u8; 32] {
    let hash = digest::digest(&digest::SHA256, bytes);
    hash.as_ref()
        .try_into()
        .expect("invariant: SHA-256 has 32 bytes")
}

/// HMAC-SHA-256 over several parts. The caller makes sure that they cannot run into each other.
pub(crate) fn hmac(key: &[u8], parts: &[&[u8]]) -> [u8; 32] {
    let mut context = hmac::Context::with_key(&hmac::Key::new(hmac::HMAC_SHA256, key));
    for part in parts {
        context.update(part);
    }
    context
        .sign()
        .as_ref()
        .try_into()
        .expect("invariant: HMAC-SHA-256 has 32 bytes")
}

/// Whether two secrets are equal, in a time that does not depend on where they differ.
pub(crate) fn same(left: &[u8], right: &[u8]) -> bool {
    constant_time::verify_slices_are_equal(left, right).is_ok()
}

pub(crate) fn base64url(bytes: &[u8]) -> String {
    BASE64URL_NOPAD.encode(bytes)
}

/// Reads base64url without padding; bits that stand for nothing have to be zero, so that a value
/// has one spelling only.
pub(crate) fn from_base64url<const N: usize>(text: &str) -> Option<[u8; N]> {
    if text.len() != BASE64URL_NOPAD.encode_len(N) {
        return None;
    }
    BASE64URL_NOPAD
        .decode(text.as_bytes())
        .ok()?
        .try_into()
        .ok()
}

/// A secret that is kept outside the database and seals the private keys inside it.
///
/// With it, a copy of the database alone lets nobody sign a token. Keep it where you keep other
/// secrets, and the same on every server. Without it everybody has to sign in again.
///
/// ```no_run
/// # fn main() -> Result<(), Box<dyn std::error::Error>> {
/// use sessionkit::{SealingKey, Sessions};
///
/// let key = SealingKey::from_hex(&std::env::var("SEALING_KEY")?)?;
/// let builder = Sessions::builder().seal_keys_with(key);
/// # drop(builder);
/// # Ok(())
/// # }
/// ```
#[derive(Clone)]
pub struct SealingKey(Zeroizing<[u8; 32]>);

impl SealingKey {
    /// A key of 32 random bytes.
    #[must_use]
    pub fn new(bytes: [u8; 32]) -> Self {
        Self(Zeroizing::new(bytes))
    }

    /// Reads a key written as 64 hexadecimal digits, as `openssl rand -hex 32` prints it.
    ///
    /// # Errors
    ///
    /// [`SessionError::Configuration`](crate::SessionError::Configuration) if it is anything else.
    pub fn from_hex(text: &str) -> Result<Self, crate::SessionError> {
        let wrong =
            || crate::SessionError::configuration("a sealing key has to be 64 hexadecimal digits");
        let bytes = data_encoding::HEXLOWER_PERMISSIVE
            .decode(text.trim().as_bytes())
            .map_err(|_| wrong())?;
        Ok(Self::new(bytes.try_into().map_err(|_| wrong())?))
    }

    /// Seals a private key; `kid` is bound to it, so that two rows cannot be exchanged.
    pub(crate) fn seal(&self, kid: &str, private: &[u8]) -> Vec<u8> {
        let mut text = private.to_vec();
        let nonce = self
            .aead()
            .seal_in_place_append_tag(Aad::from(kid.as_bytes()), &mut text)
            .expect("invariant: a few hundred bytes can be sealed");
        let mut sealed = nonce.as_ref().to_vec();
        sealed.append(&mut text);
        sealed
    }

    /// Opens what [`seal`](Self::seal) made, or `None` if it was made with another key or `kid`.
    pub(crate) fn open(&self, kid: &str, sealed: &[u8]) -> Option<Zeroizing<Vec<u8>>> {
        let (nonce, text) = sealed.split_at_checked(NONCE_LEN)?;
        let nonce = Nonce::try_assume_unique_for_key(nonce).ok()?;
        let mut text = Zeroizing::new(text.to_vec());
        let plain = self
            .aead()
            .open_in_place(nonce, Aad::from(kid.as_bytes()), &mut text)
            .ok()?
            .len();
        text.truncate(plain);
        Some(text)
    }

    fn aead(&self) -> RandomizedNonceKey {
        RandomizedNonceKey::new(&AES_256_GCM, &*self.0)
            .expect("invariant: AES-256 takes a key of 32 bytes")
    }
}

impl fmt::Debug for SealingKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("SealingKey(..)")
    }
}
