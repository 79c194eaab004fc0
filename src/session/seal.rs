//! Sealing: what leaves this process for a cookie or a store, only this application can read or make.
//!
//! AES-256-GCM under a key that HKDF-SHA-256 (RFC 5869) derives from a key of the ring, the purpose, and for a
//! session the session key too; so a value of one purpose never opens as another's, and neither the store's content
//! nor that with the ring opens a session. The name under which a value lies is authenticated with it, so two values
//! cannot be swapped.

use std::fmt;
use std::sync::{Arc, PoisonError, RwLock};

use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use ring::aead::{AES_256_GCM, Aad, LessSafeKey, NONCE_LEN, Nonce, UnboundKey};
use ring::digest::{SHA256, digest};
use ring::hkdf::{HKDF_SHA256, Salt};
use ring::rand::SecureRandom;
use thiserror::Error;

use crate::oidc::authorization::NoRandomness;
use crate::oidc::secret::Secret;

/// The layout of sealed values: `[format][ring key id][nonce][sealed]`. Any other number is refused.
const FORMAT: u8 = 1;
const KEY_ID_LEN: usize = 4;
const HEADER_LEN: usize = 1 + KEY_ID_LEN + NONCE_LEN;

/// What a sealed value is for.
#[derive(Clone, Copy, Debug)]
pub enum Purpose {
    /// The record of a session, in the store.
    Session,
    /// A sign-in under way, in a cookie.
    Transaction,
    /// What a person must be asked at the provider, in a URL of ours.
    Interaction,
    /// Not sealing: the signature of the session cookie.
    CookieSignature,
}

impl Purpose {
    fn label(self) -> &'static [u8] {
        match self {
            Self::Session => b"identity-web session record v1",
            Self::Transaction => b"identity-web transaction cookie v1",
            Self::Interaction => b"identity-web interaction v1",
            Self::CookieSignature => b"identity-web session cookie signature v1",
        }
    }
}

/// Why a sealed value does not open.
#[derive(Clone, Copy, Debug, Error, PartialEq, Eq)]
pub enum OpenError {
    /// Its layout is unknown: it is newer, or no sealed value.
    #[error("unknown format")]
    UnknownFormat,
    /// The key it was sealed with is not on the ring.
    #[error("sealed with a key that is not on the ring")]
    UnknownKey,
    /// It was altered, or belongs elsewhere.
    #[error("not sealed for this place")]
    Altered,
}

/// A ring entry that is no key, or a ring with none.
#[derive(Clone, Debug, Error)]
#[error("{0}")]
pub struct RingError(pub String);

/// The key ring (`session.keys`): the first key seals, all open. Re-derived when its secret changes.
pub struct KeyRing {
    secret: Secret,
    parsed: RwLock<(Arc<str>, Arc<[RingKey]>)>,
}

struct RingKey {
    id: [u8; KEY_ID_LEN],
    salt: Salt,
}

impl fmt::Debug for KeyRing {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("KeyRing")
    }
}

/// A fresh key for the ring, in base64.
///
/// # Errors
/// [`NoRandomness`].
pub fn new_ring_key(random: &dyn SecureRandom) -> Result<String, NoRandomness> {
    let mut key = [0; 32];
    random.fill(&mut key).map_err(|_| NoRandomness)?;
    Ok(STANDARD.encode(key))
}

fn parse(ring: &str) -> Result<Arc<[RingKey]>, RingError> {
    let entries = ring.split([',', '\n', ' ']).map(str::trim).filter(|entry| !entry.is_empty());
    let keys: Arc<[RingKey]> = entries
        .map(|entry| match STANDARD.decode(entry) {
            Ok(key) if key.len() == 32 => {
                let mut id = [0; KEY_ID_LEN];
                id.copy_from_slice(&digest(&SHA256, &key).as_ref()[..KEY_ID_LEN]);
                Ok(RingKey { id, salt: Salt::new(HKDF_SHA256, &key) })
            }
            _ => Err(RingError("a key is not 32 bytes in base64; `identity-web new-key` prints one".to_owned())),
        })
        .collect::<Result<_, _>>()?;
    if keys.is_empty() { Err(RingError("it holds no key".to_owned())) } else { Ok(keys) }
}

impl KeyRing {
    /// A ring of the keys in `secret`, separated by commas or white space.
    ///
    /// # Errors
    /// An entry is not 32 bytes in base64, or there is none.
    pub fn new(secret: Secret) -> Result<Self, RingError> {
        let text = secret.expose();
        let keys = parse(&text)?;
        Ok(Self { secret, parsed: RwLock::new((text, keys)) })
    }

    /// The keys as the secret holds them now; where it was made unusable, those of before.
    fn keys(&self) -> Arc<[RingKey]> {
        let text = self.secret.expose();
        let parsed = self.parsed.read().unwrap_or_else(PoisonError::into_inner).clone();
        if parsed.0 == text {
            return parsed.1;
        }
        let keys = parse(&text).unwrap_or(parsed.1);
        *self.parsed.write().unwrap_or_else(PoisonError::into_inner) = (text, Arc::clone(&keys));
        keys
    }

    /// Seals a value for a purpose and a place (`name`). `own` is a secret that opening it takes besides the ring.
    ///
    /// # Errors
    /// [`NoRandomness`].
    pub fn seal(
        &self,
        random: &dyn SecureRandom,
        purpose: Purpose,
        own: &[u8],
        name: &str,
        value: &[u8],
    ) -> Result<Vec<u8>, NoRandomness> {
        let keys = self.keys();
        let first = keys.first().ok_or(NoRandomness)?;
        let mut nonce = [0; NONCE_LEN];
        random.fill(&mut nonce).map_err(|_| NoRandomness)?;
        let mut sealed = Vec::with_capacity(HEADER_LEN + value.len() + AES_256_GCM.tag_len());
        sealed.push(FORMAT);
        sealed.extend_from_slice(&first.id);
        sealed.extend_from_slice(&nonce);
        let aad = Aad::from(associated(&sealed, name));
        let mut body = value.to_vec();
        first
            .sealing_key(purpose, own)
            .seal_in_place_append_tag(Nonce::assume_unique_for_key(nonce), aad, &mut body)
            .map_err(|_| NoRandomness)?;
        sealed.append(&mut body);
        Ok(sealed)
    }

    /// Opens what [`KeyRing::seal`] made with the same purpose, `own` and `name`.
    ///
    /// # Errors
    /// Every [`OpenError`].
    pub fn open(&self, purpose: Purpose, own: &[u8], name: &str, sealed: &[u8]) -> Result<Vec<u8>, OpenError> {
        if sealed.first() != Some(&FORMAT) || sealed.len() < HEADER_LEN {
            return Err(OpenError::UnknownFormat);
        }
        let (header, body) = sealed.split_at(HEADER_LEN);
        let (id, nonce) = header[1..].split_at(KEY_ID_LEN);
        let keys = self.keys();
        let key = keys.iter().find(|key| key.id == id).ok_or(OpenError::UnknownKey)?;
        let nonce = Nonce::try_assume_unique_for_key(nonce).map_err(|_| OpenError::UnknownFormat)?;
        let mut body = body.to_vec();
        let opened = key
            .sealing_key(purpose, own)
            .open_in_place(nonce, Aad::from(associated(header, name)), &mut body)
            .map_err(|_| OpenError::Altered)?;
        Ok(opened.to_vec())
    }

    /// The 64-byte keys that sign the session cookie, one for each key of the ring.
    pub fn cookie_keys(&self) -> Vec<[u8; 64]> {
        let derive = |key: &RingKey| {
            let mut bytes = [0; 64];
            let (first, second) = bytes.split_at_mut(32);
            key.derive(Purpose::CookieSignature, b"1", first);
            key.derive(Purpose::CookieSignature, b"2", second);
            bytes
        };
        self.keys().iter().map(derive).collect()
    }
}

impl RingKey {
    fn derive(&self, purpose: Purpose, own: &[u8], out: &mut [u8]) {
        let filled = self.salt.extract(own).expand(&[purpose.label()], HKDF_SHA256).and_then(|okm| okm.fill(out));
        debug_assert!(filled.is_ok(), "32 bytes is a length that HKDF-SHA-256 gives");
    }

    fn sealing_key(&self, purpose: Purpose, own: &[u8]) -> LessSafeKey {
        let mut bytes = [0; 32];
        self.derive(purpose, own, &mut bytes);
        #[expect(clippy::expect_used, reason = "32 bytes is the length of an AES-256 key")]
        LessSafeKey::new(UnboundKey::new(&AES_256_GCM, &bytes).expect("the length is right"))
    }
}

fn associated(header: &[u8], name: &str) -> Vec<u8> {
    [header, name.as_bytes()].concat()
}

/// The hash of a secret under which something lies in a store or a cookie's name: it leads no way back.
pub fn hashed(label: &str, secret: &str) -> String {
    URL_SAFE_NO_PAD.encode(digest(&SHA256, format!("identity-web {label}\0{secret}").as_bytes()))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use ring::rand::SystemRandom;

    use super::*;

    fn key() -> String {
        new_ring_key(&SystemRandom::new()).unwrap()
    }

    fn ring(keys: &[&str]) -> KeyRing {
        KeyRing::new(Secret::new(&keys.join(","))).unwrap()
    }

    fn seal(ring: &KeyRing, value: &[u8]) -> Vec<u8> {
        ring.seal(&SystemRandom::new(), Purpose::Session, b"own", "name", value).unwrap()
    }

    #[test]
    fn a_value_opens_only_in_its_place() {
        let ring = ring(&[&key()]);
        let sealed = seal(&ring, b"value");
        assert_eq!(ring.open(Purpose::Session, b"own", "name", &sealed).unwrap(), b"value");
        assert_eq!(ring.open(Purpose::Transaction, b"own", "name", &sealed), Err(OpenError::Altered));
        assert_eq!(ring.open(Purpose::Session, b"other", "name", &sealed), Err(OpenError::Altered));
        assert_eq!(ring.open(Purpose::Session, b"own", "other", &sealed), Err(OpenError::Altered));
    }

    #[test]
    fn a_ring_turns_without_losing_what_older_keys_sealed() {
        let (old, new) = (key(), key());
        let sealed = seal(&ring(&[&old]), b"value");
        assert_eq!(ring(&[&new, &old]).open(Purpose::Session, b"own", "name", &sealed).unwrap(), b"value");
        assert_eq!(ring(&[&new]).open(Purpose::Session, b"own", "name", &sealed), Err(OpenError::UnknownKey));
        let both = ring(&[&new, &old]);
        assert_eq!(ring(&[&new]).open(Purpose::Session, b"own", "name", &seal(&both, b"v")).unwrap(), b"v");
    }

    #[test]
    fn a_newer_format_is_refused() {
        let ring = ring(&[&key()]);
        let mut sealed = seal(&ring, b"value");
        sealed[0] = FORMAT + 1;
        assert_eq!(ring.open(Purpose::Session, b"own", "name", &sealed), Err(OpenError::UnknownFormat));
    }

    #[test]
    fn what_is_no_ring_is_refused() {
        for text in ["", " , ", "short", "not base64!", "AAAA"] {
            assert!(KeyRing::new(Secret::new(text)).is_err(), "{text:?}");
        }
    }

    proptest! {
        #[test]
        fn no_alteration_opens(at in 0usize..60, bit in 0u8..8, cut in 0usize..60) {
            let ring = ring(&[&key()]);
            let mut sealed = seal(&ring, &[7; 40]);
            prop_assert!(ring.open(Purpose::Session, b"own", "name", &sealed[..cut]).is_err());
            sealed[at] ^= 1 << bit;
            prop_assert!(ring.open(Purpose::Session, b"own", "name", &sealed).is_err());
        }
    }
}
