//! The session of the request under way.

use std::cell::RefCell;
use std::rc::Rc;
use std::sync::Arc;

use thiserror::Error;

use super::backend::BackendError;
use super::record::{Record, SignedIn};
use crate::oidc::authorization::NoRandomness;

/// Why a session cannot be read or written.
#[derive(Clone, Debug, Error)]
pub enum StoreError {
    /// The backend does not answer. The cookie is kept: the session is there again when the backend is.
    #[error(transparent)]
    Unavailable(#[from] BackendError),
    /// The session was ended while the request was under way; it is not revived.
    #[error("the session was ended while this request was under way")]
    Ended,
    /// The record is larger than `limits.session_bytes`.
    #[error("the session would take {bytes} bytes, more than limits.session_bytes")]
    TooLarge {
        /// What it would take.
        bytes: usize,
    },
    /// Too many requests changed one session at the same time.
    #[error("the session is being changed by too many requests at once")]
    Contended,
    /// No random bytes for a new session key.
    #[error(transparent)]
    Randomness(#[from] NoRandomness),
    /// The application does not wrap `IdentityWeb::sessions()`.
    #[error("no session here: App::wrap(identity.sessions()) is missing")]
    NotWrapped,
}

/// The session of the request under way.
#[derive(Default)]
pub struct Current {
    pub(super) state: RefCell<State>,
    /// The opaque key from the cookie; never printed.
    pub(super) session_key: RefCell<Option<String>>,
    pub(super) sign_in: RefCell<Option<SignedIn>>,
    pub(super) failure: RefCell<Option<StoreError>>,
}

#[derive(Default)]
pub(super) enum State {
    #[default]
    None,
    Loaded(Arc<Loaded>),
    Removed {
        held: Arc<Loaded>,
        was_there: bool,
    },
    Unavailable(BackendError),
}

/// A record as it was loaded, with the sealed bytes it was loaded from.
pub struct Loaded {
    pub(super) sealed: Vec<u8>,
    /// The record.
    pub record: Record,
}

tokio::task_local! {
    static CURRENT: Rc<Current>;
}

impl Current {
    /// Runs a request's work with `self` as its session.
    pub async fn scope<F: Future>(self: Rc<Self>, work: F) -> F::Output {
        CURRENT.scope(self, work).await
    }

    /// The session of the request that this task works on.
    ///
    /// # Errors
    /// [`StoreError::NotWrapped`].
    pub fn of_request() -> Result<Rc<Self>, StoreError> {
        CURRENT.try_with(Rc::clone).map_err(|_| StoreError::NotWrapped)
    }

    /// The record that was loaded, if the request came with a session.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`]: whether there is a session is not known.
    pub fn held(&self) -> Result<Option<Arc<Loaded>>, StoreError> {
        match &*self.state.borrow() {
            State::Loaded(held) => Ok(Some(Arc::clone(held))),
            State::Unavailable(error) => Err(error.clone().into()),
            State::None | State::Removed { .. } => Ok(None),
        }
    }

    /// Puts a record that was written outside this request, such as by a renewal of tokens, in place of the one loaded;
    /// `None` where it was ended.
    pub fn update(&self, held: Option<Arc<Loaded>>) {
        *self.state.borrow_mut() = held.map_or(State::None, State::Loaded);
    }

    /// The key of the session that the request came with.
    pub fn session_key(&self) -> Option<String> {
        self.session_key.borrow().clone()
    }

    /// Makes the session that is saved at the end of this request that of a fresh sign-in.
    pub fn sign_in(&self, signed_in: SignedIn) {
        *self.sign_in.borrow_mut() = Some(signed_in);
    }

    /// What went wrong when the session was written.
    pub fn failure(&self) -> Option<StoreError> {
        self.failure.borrow().clone()
    }
}
