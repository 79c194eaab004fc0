//! The key of a session: what its cookie carries, and nothing else does.

use std::fmt;

use ring::rand::SecureRandom;

use super::key_ring::RingKeys;
use super::seal::hashed;
use crate::oidc::authorization::{NoRandomness, random_text};

/// The longest session key that is accepted, in bytes.
const MAX_BYTES: usize = 256;

/// An opaque random session key: `{id of the ring key it was made under}.{256 random bits}`, both in base64url.
///
/// Keys made before there were ids have none; they stay valid. `Debug` prints nothing of it.
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct SessionKey(String);

/// A session cookie whose signature was verified.
pub struct VerifiedCookie {
    /// The session key in it.
    pub key: SessionKey,
    /// The place in the ring of the key that signed it. Unless it is the first, the cookie is due to be signed again.
    pub signed_by: usize,
}

impl SessionKey {
    /// Makes a fresh key under the first key of the ring.
    ///
    /// # Errors
    /// [`NoRandomness`].
    pub fn random(ring: &RingKeys, random: &dyn SecureRandom) -> Result<Self, NoRandomness> {
        Ok(Self(format!("{}.{}", ring.first_id(), random_text(random)?)))
    }

    /// Reads a key; `None` if it can't be one.
    pub fn parse(text: &str) -> Option<Self> {
        let is_visible = |text: &str| text.bytes().all(|byte| byte.is_ascii_graphic());
        (!text.is_empty() && text.len() <= MAX_BYTES && is_visible(text)).then(|| Self(text.to_owned()))
    }

    /// The id of the ring key that it was made under; `None` for a key made before there were ids.
    pub fn ring_key_id(&self) -> Option<&str> {
        self.0.split_once('.').map(|(id, _)| id)
    }

    /// The key itself, for the cookie and for deriving from; never for a log.
    pub fn expose(&self) -> &str {
        &self.0
    }

    /// The hash that names its session in the store: it opens nothing.
    pub fn hash(&self) -> String {
        hashed("session key", &self.0)
    }

    /// The value of the cookie that carries it: the signature by the first key of the ring, then the key.
    pub fn to_cookie(&self, ring: &RingKeys) -> String {
        format!("{}{}", ring.sign(&self.0), self.0)
    }

    /// Reads the value of a session cookie that any key of the ring has signed.
    pub fn from_cookie(ring: &RingKeys, value: &str) -> Option<VerifiedCookie> {
        let (signature, key) = split(value)?;
        let key = Self::parse(key)?;
        let signed_by = ring.signed_by(key.expose(), signature)?;
        Some(VerifiedCookie { key, signed_by })
    }

    /// Reads the value of a session cookie without verifying its signature: good for ending that session only.
    pub fn from_unverified_cookie(value: &str) -> Option<Self> {
        split(value).and_then(|(_, key)| Self::parse(key))
    }
}

fn split(cookie: &str) -> Option<(&str, &str)> {
    cookie.split_at_checked(RingKeys::SIGNATURE_LEN)
}

impl fmt::Debug for SessionKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("SessionKey")
    }
}

#[cfg(test)]
mod tests {
    use ring::rand::SystemRandom;

    use super::*;
    use crate::oidc::secret::Secret;
    use crate::session::key_ring::{KeyRing, new_ring_key};

    fn ring(keys: &[&str]) -> RingKeys {
        KeyRing::new(Secret::new(&keys.join(","))).unwrap().keys()
    }

    #[test]
    fn a_cookie_is_verified_by_every_key_of_the_ring() {
        let random = SystemRandom::new();
        let (old, new) = (new_ring_key(&random).unwrap(), new_ring_key(&random).unwrap());
        let (before, during, after) = (ring(&[&old]), ring(&[&new, &old]), ring(&[&new]));
        let key = SessionKey::random(&before, &random).unwrap();
        assert_eq!(key.ring_key_id(), Some(before.first_id().as_str()));
        let cookie = key.to_cookie(&before);
        let verified = |ring: &RingKeys, cookie: &str| {
            SessionKey::from_cookie(ring, cookie).map(|cookie| (cookie.key.expose().to_owned(), cookie.signed_by))
        };
        let text = key.expose().to_owned();
        assert_eq!(verified(&before, &cookie), Some((text.clone(), 0)));
        assert_eq!(verified(&during, &cookie), Some((text.clone(), 1)));
        assert_eq!(verified(&after, &cookie), None);
        assert_eq!(verified(&after, &key.to_cookie(&during)), Some((text, 0)));
        for altered in [format!("{cookie}x"), cookie.replacen('.', "-", 1), String::new(), "short".to_owned()] {
            assert_eq!(verified(&before, &altered), None, "{altered}");
        }
    }

    #[test]
    fn the_cookie_stays_the_same_from_version_to_version() {
        let ring = ring(&["MDEyMzQ1Njc4OTAxMjM0NTY3ODkwMTIzNDU2Nzg5MDE="]);
        let key = SessionKey::parse("a-session-key").unwrap();
        assert_eq!(key.to_cookie(&ring), "fqPxfJwGO+EFBPmtuwO2WfunJoq7WYEBy5XMJGHntpY=a-session-key");
    }
}
