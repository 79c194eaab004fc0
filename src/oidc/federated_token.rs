//! Another issuer's token as the client's credential: workload identity federation in Microsoft Entra.

use std::fmt;
use std::path::{Path, PathBuf};
use std::sync::{Arc, PoisonError, RwLock};

use serde_json::{Map, Value};

use super::jws::Jws;
use super::secret::Secret;
use crate::clock::Timestamp;

/// A file in which a platform, such as Kubernetes, keeps a current token for this workload.
///
/// Clones share the last token read.
#[derive(Clone)]
pub struct FederatedToken {
    file: Secret,
    last: Arc<RwLock<Arc<str>>>,
}

impl FederatedToken {
    /// Reads the token from a file.
    ///
    /// # Errors
    /// The file cannot be read, or does not hold a signed JSON Web Token.
    pub fn from_file(path: PathBuf) -> Result<Self, std::io::Error> {
        let file = Secret::from_file(path)?;
        let token = Self { last: Arc::new(RwLock::new(file.expose())), file };
        token.reload()?;
        Ok(token)
    }

    /// Returns the file's path.
    pub fn file(&self) -> Option<&Path> {
        self.file.file()
    }

    /// Returns the token that is in the file now, or the last one if the file is missing or half-written.
    ///
    /// The file is small and is read each time: a token is valid for an hour at most.
    pub fn read(&self) -> Arc<str> {
        // Failures are reported by the watcher of the file.
        let _ = self.reload();
        self.last()
    }

    fn last(&self) -> Arc<str> {
        Arc::clone(&self.last.read().unwrap_or_else(PoisonError::into_inner))
    }

    /// Reloads the file. Returns whether the token changed.
    ///
    /// # Errors
    /// As [`FederatedToken::from_file`]; the last token is kept.
    pub fn reload(&self) -> Result<bool, std::io::Error> {
        let fresh = self.file.fresh()?;
        if Jws::parse(&fresh).is_err() {
            let message = "it does not hold a signed JSON Web Token";
            return Err(std::io::Error::new(std::io::ErrorKind::InvalidData, message));
        }
        let mut last = self.last.write().unwrap_or_else(PoisonError::into_inner);
        let changed = *last != fresh;
        *last = fresh;
        Ok(changed)
    }

    /// Returns its claims, unverified: to be shown, never to decide by.
    pub fn unverified_claims(&self) -> Map<String, Value> {
        Jws::parse(&self.last()).map(Jws::unverified_payload).unwrap_or_default()
    }

    /// Returns its own `exp`.
    pub fn expires_at(&self) -> Option<Timestamp> {
        self.unverified_claims().get("exp")?.as_i64().map(Timestamp)
    }
}

impl fmt::Debug for FederatedToken {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("FederatedToken").field(&self.file()).finish()
    }
}
