//! The key ring (`session.keys`): its first key seals and signs, all of them open and verify.

use std::fmt;
use std::sync::{Arc, PoisonError, RwLock};

use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use ring::digest::{SHA256, digest};
use ring::hkdf::{HKDF_SHA256, Salt};
use ring::hmac;
use ring::rand::SecureRandom;
use thiserror::Error;
use tracing::warn;

use super::seal::Purpose;
use crate::oidc::authorization::NoRandomness;
use crate::oidc::secret::Secret;

pub(super) const KEY_ID_LEN: usize = 4;

/// A ring with an entry that isn't a key, or with no entry.
#[derive(Clone, Debug, Error)]
#[error("{0}")]
pub struct RingError(pub String);

/// The key ring. Clones of its secret share a value, so a reloaded file takes effect at once, in every worker.
pub struct KeyRing {
    secret: Secret,
    parsed: RwLock<(Arc<str>, RingKeys)>,
}

/// The keys of the ring at one moment; there is at least one. Clones, and they alone, are equal.
#[derive(Clone)]
pub struct RingKeys(Arc<[RingKey]>);

pub(super) struct RingKey {
    pub(super) id: [u8; KEY_ID_LEN],
    salt: Salt,
    signing_key: hmac::Key,
}

impl fmt::Debug for KeyRing {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("KeyRing")
    }
}

/// Makes a fresh key for the ring, in base64.
///
/// # Errors
/// [`NoRandomness`].
pub fn new_ring_key(random: &dyn SecureRandom) -> Result<String, NoRandomness> {
    let mut key = [0; 32];
    random.fill(&mut key).map_err(|_| NoRandomness)?;
    Ok(STANDARD.encode(key))
}

fn parse(ring: &str) -> Result<RingKeys, RingError> {
    let entries = ring.split([',', '\n', ' ']).map(str::trim).filter(|entry| !entry.is_empty());
    let keys: Arc<[RingKey]> = entries
        .map(|entry| match STANDARD.decode(entry) {
            Ok(key) if key.len() == 32 => {
                let mut id = [0; KEY_ID_LEN];
                id.copy_from_slice(&digest(&SHA256, &key).as_ref()[..KEY_ID_LEN]);
                Ok(RingKey::new(id, Salt::new(HKDF_SHA256, &key)))
            }
            _ => Err(RingError("a key is not 32 bytes in base64; `identity-web new-key` prints one".to_owned())),
        })
        .collect::<Result<_, _>>()?;
    if keys.is_empty() { Err(RingError("it holds no key".to_owned())) } else { Ok(RingKeys(keys)) }
}

impl KeyRing {
    /// Reads the keys in `secret`, separated by commas or white space.
    ///
    /// # Errors
    /// An entry is not 32 bytes in base64, or there is none.
    pub fn new(secret: Secret) -> Result<Self, RingError> {
        let text = secret.expose();
        let keys = parse(&text)?;
        Ok(Self { secret, parsed: RwLock::new((text, keys)) })
    }

    /// The keys as the secret holds them now; if it has become unusable, the previous ones.
    pub fn keys(&self) -> RingKeys {
        let parsed = self.parsed.read().unwrap_or_else(PoisonError::into_inner);
        let (previous, is_current) = (parsed.1.clone(), self.secret.is(&parsed.0));
        drop(parsed);
        if is_current {
            return previous;
        }
        let text = self.secret.expose();
        let keys = parse(&text).unwrap_or_else(|error| {
            warn!(cause = %error, "session.keys can't be used; the previous keys stay in use");
            previous
        });
        *self.parsed.write().unwrap_or_else(PoisonError::into_inner) = (text, keys.clone());
        keys
    }
}

impl RingKeys {
    pub(super) fn first(&self) -> Option<&RingKey> {
        self.0.first()
    }

    pub(super) fn find(&self, id: &[u8]) -> Option<&RingKey> {
        self.0.iter().find(|key| key.id == id)
    }

    /// Whether the first key sealed this.
    pub fn is_current(&self, sealed: &[u8]) -> bool {
        self.first().is_some_and(|first| sealed.get(1..=KEY_ID_LEN) == Some(&first.id))
    }

    /// Whether a key of the ring sealed this.
    pub fn can_open(&self, sealed: &[u8]) -> bool {
        sealed.get(1..=KEY_ID_LEN).is_some_and(|id| self.find(id).is_some())
    }

    /// The id of the first key, in base64url.
    pub fn first_id(&self) -> String {
        self.first().map(|first| URL_SAFE_NO_PAD.encode(first.id)).unwrap_or_default()
    }

    /// The length of what [`RingKeys::sign`] returns.
    pub const SIGNATURE_LEN: usize = 44;

    /// Signs a cookie's value with the first key, as the `cookie` crate does: HMAC-SHA-256 in base64.
    pub fn sign(&self, value: &str) -> String {
        let signed = |key: &RingKey| STANDARD.encode(hmac::sign(&key.signing_key, value.as_bytes()));
        self.first().map(signed).unwrap_or_default()
    }

    /// The place in the ring of the key that made this signature; `None` if none did.
    pub fn signed_by(&self, value: &str, signature: &str) -> Option<usize> {
        let mut bytes = [0; Self::SIGNATURE_LEN];
        let decoded = STANDARD.decode_slice(signature, &mut bytes).ok()?;
        self.0.iter().position(|key| hmac::verify(&key.signing_key, value.as_bytes(), &bytes[..decoded]).is_ok())
    }
}

impl PartialEq for RingKeys {
    fn eq(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.0, &other.0)
    }
}

impl RingKey {
    fn new(id: [u8; KEY_ID_LEN], salt: Salt) -> Self {
        let mut bytes = [0; 32];
        derive(&salt, Purpose::CookieSignature, b"1", &mut bytes);
        Self { id, salt, signing_key: hmac::Key::new(hmac::HMAC_SHA256, &bytes) }
    }

    pub(super) fn derive(&self, purpose: Purpose, own: &[u8], out: &mut [u8; 32]) {
        derive(&self.salt, purpose, own, out);
    }
}

fn derive(salt: &Salt, purpose: Purpose, own: &[u8], out: &mut [u8; 32]) {
    let filled = salt.extract(own).expand(&[purpose.label()], HKDF_SHA256).and_then(|okm| okm.fill(out));
    debug_assert!(filled.is_ok(), "32 bytes is a length that HKDF-SHA-256 gives");
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_no_ring_is_refused() {
        for text in ["", " , ", "short", "not base64!", "AAAA"] {
            assert!(KeyRing::new(Secret::new(text)).is_err(), "{text:?}");
        }
    }
}
