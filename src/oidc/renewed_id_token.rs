//! ID tokens received with a renewal: OpenID Connect Core 1.0 section 12.2.

use super::claims::Claims;
use super::id_token::{IdTokenError, Verifier};
use super::keys::KeySet;
use crate::clock::Timestamp;

impl Verifier<'_> {
    /// Validates an ID token received with a renewal (section 12.2): like the first, and for the same issuer, user and
    /// sign-in as the session's claims (`current`). Its nonce, if it has one, must be theirs.
    ///
    /// # Errors
    /// The first check that fails.
    pub fn verify_renewed(
        &self,
        token: &str,
        keys: &KeySet,
        current: &Claims,
        access_token: &str,
        now: Timestamp,
    ) -> Result<Claims, IdTokenError> {
        let mut claims = self.validate(token, keys, access_token, now, |_| Ok(()))?;
        for name in ["iss", "sub", "tid", "oid"] {
            if current.get(name) != claims.get(name) {
                return Err(IdTokenError::WrongRenewal(name));
            }
        }
        for name in ["nonce", "auth_time"] {
            if claims.get(name).is_some_and(|value| current.get(name).is_some_and(|first| first != value)) {
                return Err(IdTokenError::WrongRenewal(name));
            }
        }
        claims.keep_authentication_of(current);
        Ok(claims)
    }
}
