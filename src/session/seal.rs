//! Sealing: only this application can read or make what it puts into a cookie or a store.
//!
//! AES-256-GCM with a key that HKDF-SHA-256 (RFC 5869) derives from a key of the ring, the purpose and, for a session,
//! the session key. A value of one purpose never opens as another's, and the store's content opens no session, not even
//! together with the ring. The storage key of a value is authenticated with it, so two values can't be swapped.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use ring::aead::{AES_256_GCM, Aad, LessSafeKey, NONCE_LEN, Nonce, UnboundKey};
use ring::digest::{Context, SHA256};
use ring::rand::SecureRandom;
use thiserror::Error;

use super::key_ring::{KEY_ID_LEN, KeyRing, RingKey};
use crate::oidc::authorization::NoRandomness;

/// The layout of sealed values: `[format][ring key id][nonce][sealed]`. Any other number is refused.
const FORMAT: u8 = 1;
const HEADER_LEN: usize = 1 + KEY_ID_LEN + NONCE_LEN;

/// What a sealed value is for.
#[derive(Clone, Copy, Debug)]
pub enum Purpose {
    /// The record of a session, in the store.
    Session,
    /// Where a session has moved to, in the store under its old key.
    MovedSession,
    /// The summary of a session, in an index.
    Summary,
    /// A sign-in under way, in a cookie.
    Transaction,
    /// What the provider must ask the user, in a URL of ours.
    Interaction,
    /// Not sealing: the signature of the session cookie.
    CookieSignature,
}

impl Purpose {
    pub(super) fn label(self) -> &'static [u8] {
        match self {
            Self::Session => b"identity-web session record v1",
            Self::MovedSession => b"identity-web moved session v1",
            Self::Summary => b"identity-web session summary v1",
            Self::Transaction => b"identity-web transaction cookie v1",
            Self::Interaction => b"identity-web interaction v1",
            Self::CookieSignature => b"identity-web session cookie signature v1",
        }
    }
}

/// Why a sealed value can't be opened.
#[derive(Clone, Copy, Debug, Error, PartialEq, Eq)]
pub enum OpenError {
    /// Its layout is unknown: a newer version made it, or it is no sealed value.
    #[error("unknown format")]
    UnknownFormat,
    /// The key it was sealed with is not on the ring.
    #[error("sealed with a key that is not on the ring")]
    UnknownKey,
    /// It was altered, or it was sealed for another purpose, name or session.
    #[error("altered, or not sealed for this purpose and name")]
    Altered,
}

impl KeyRing {
    /// Seals a value for a purpose and a name. `own` is a secret that opening it requires in addition to the ring.
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
        let key = keys.find(id).ok_or(OpenError::UnknownKey)?;
        let nonce = Nonce::try_assume_unique_for_key(nonce).map_err(|_| OpenError::UnknownFormat)?;
        let mut body = body.to_vec();
        let opened = key
            .sealing_key(purpose, own)
            .open_in_place(nonce, Aad::from(associated(header, name)), &mut body)
            .map_err(|_| OpenError::Altered)?
            .len();
        body.truncate(opened);
        Ok(body)
    }
}

impl RingKey {
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

/// Hashes a secret, so that it can name something in a store or a cookie without being disclosed.
pub fn hashed(label: &str, secret: &str) -> String {
    let mut context = Context::new(&SHA256);
    for part in ["identity-web ", label, "\0", secret] {
        context.update(part.as_bytes());
    }
    URL_SAFE_NO_PAD.encode(context.finish())
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use ring::rand::SystemRandom;

    use super::*;
    use crate::oidc::secret::Secret;
    use crate::session::key_ring::new_ring_key;

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
    fn a_rotated_ring_opens_what_older_keys_sealed() {
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
