//! Why a session can't be read or written.

use thiserror::Error;

use super::backend::BackendError;
use crate::oidc::authorization::NoRandomness;

/// Why a session can't be read or written.
#[derive(Clone, Debug, Error)]
#[non_exhaustive]
pub enum StoreError {
    /// The backend is unavailable. The cookie is kept, and the session is back when the backend is.
    #[error(transparent)]
    Unavailable(#[from] BackendError),
    /// The session has ended; it is not revived.
    #[error("the session has ended")]
    Ended,
    /// The record is larger than `limits.session_bytes`.
    #[error("the session would take {bytes} bytes, more than limits.session_bytes")]
    TooLarge {
        /// Its size.
        bytes: usize,
    },
    /// Too many requests changed one session at the same time.
    #[error("too many requests are changing the session at the same time")]
    Contended,
    /// A newer major version of this program wrote the record: another replica can read it.
    #[error("a newer version of this program wrote the session's record")]
    Newer,
    /// There are no random bytes for a new session key.
    #[doc(hidden)]
    #[error(transparent)]
    Randomness(#[from] NoRandomness),
    /// The application isn't wrapped in `IdentityWeb::sessions()`.
    #[error("there are no sessions here: App::wrap(identity.sessions()) is missing")]
    NotWrapped,
}
