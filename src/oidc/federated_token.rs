//! A token of another issuer that proves who we are: Microsoft Entra's workload identity federation.

use std::fmt;
use std::path::{Path, PathBuf};
use std::sync::{Arc, PoisonError, RwLock};

use serde_json::{Map, Value};

use super::jws::Jws;
use super::secret::Secret;
use crate::clock::Timestamp;

/// The file in which a platform, such as Kubernetes, keeps a fresh token of this workload.
///
/// Clones share what was read last.
#[derive(Clone)]
pub struct FederatedToken {
    file: Secret,
    held: Arc<RwLock<Arc<str>>>,
}

impl FederatedToken {
    /// The token in this file.
    ///
    /// # Errors
    /// The file cannot be read, or holds something else than a signed JSON Web Token.
    pub fn from_file(path: PathBuf) -> Result<Self, std::io::Error> {
        let file = Secret::from_file(path)?;
        let token = Self { held: Arc::new(RwLock::new(file.expose())), file };
        token.reload()?;
        Ok(token)
    }

    /// Where it lies.
    pub fn file(&self) -> Option<&Path> {
        self.file.file()
    }

    /// The token as the file has it now; where the file is away or half-written, as it was last.
    ///
    /// The file is small, and read on the spot: a token is valid for an hour at most, so none is kept in between.
    pub fn read(&self) -> Arc<str> {
        // A failure is said by who watches the file.
        let _ = self.reload();
        self.held()
    }

    fn held(&self) -> Arc<str> {
        Arc::clone(&self.held.read().unwrap_or_else(PoisonError::into_inner))
    }

    /// Reads the file again. Tells whether the token changed.
    ///
    /// # Errors
    /// As [`FederatedToken::from_file`]; the last token stays.
    pub fn reload(&self) -> Result<bool, std::io::Error> {
        let fresh = self.file.fresh()?;
        if Jws::parse(&fresh).is_err() {
            let message = "it does not hold a signed JSON Web Token";
            return Err(std::io::Error::new(std::io::ErrorKind::InvalidData, message));
        }
        let mut held = self.held.write().unwrap_or_else(PoisonError::into_inner);
        let changed = *held != fresh;
        *held = fresh;
        Ok(changed)
    }

    /// Its claims, unverified: for people to look at, never to decide by.
    pub fn unverified_claims(&self) -> Map<String, Value> {
        Jws::parse(&self.held()).map(Jws::unverified_payload).unwrap_or_default()
    }

    /// When it expires, as it says itself.
    pub fn expires_at(&self) -> Option<Timestamp> {
        self.unverified_claims().get("exp")?.as_i64().map(Timestamp)
    }
}

impl fmt::Debug for FederatedToken {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("FederatedToken").field(&self.file()).finish()
    }
}
