//! Sessions in Actix Web: the session of the request under way.
//!
//! [`actix_session::Session`] holds the application's own values, which [`RequestSession::finish`] saves when the handler
//! has answered. Who is signed in is ours: [`RequestSession::sign_in`] and [`RequestSession::sign_out`] take effect before
//! they return.

use std::cell::RefCell;
use std::rc::Rc;
use std::sync::Arc;

use actix_session::{Session, SessionStatus};
use serde_json::value::RawValue;
use tracing::debug;

use crate::session::device::Device;
use crate::session::error::StoreError;
use crate::session::key::{SessionKey, VerifiedCookie};
use crate::session::record::{Record, SignedIn};
use crate::session::values::{Values, merged};
use crate::session::{Loaded, Sessions};

/// The session of the request under way. Clones share it.
#[derive(Clone)]
pub struct RequestSession(Rc<Inner>);

struct Inner {
    sessions: Rc<Sessions>,
    carried_over: &'static [&'static str],
    presented: Presented,
    state: RefCell<State>,
    /// The application's values as they were loaded: the base of every merge, whatever else of the record changes.
    base: RefCell<Values>,
    values: Session,
}

/// The session cookie that the request came with.
pub enum Presented {
    /// There was none.
    Nothing,
    /// One that a key of the ring has signed.
    Verified(VerifiedCookie),
    /// One that no key of the ring has signed, with the session key in it, if it has one.
    Unverified(Option<SessionKey>),
}

#[derive(Clone)]
enum State {
    None,
    /// The key is the one for the cookie: a session that was moved meanwhile has another.
    Loaded(SessionKey, Arc<Loaded>),
    /// Ended by this request.
    Ended,
    /// Ended by another.
    Lost,
    Unavailable(StoreError),
}

/// What becomes of the session cookie.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum SessionCookie {
    /// The browser keeps what it has.
    Keep,
    /// It gets this key, signed by the first key of the ring.
    Set(SessionKey),
    /// It is removed.
    Remove,
}

tokio::task_local! {
    static CURRENT: RequestSession;
}

impl RequestSession {
    /// Makes the session of a request whose handler sees the application's values in `values`. `carried_over` names those
    /// that a sign-in keeps.
    pub fn new(
        sessions: Rc<Sessions>,
        presented: Presented,
        carried_over: &'static [&'static str],
        values: Session,
    ) -> Self {
        let (state, base) = (RefCell::new(State::None), RefCell::default());
        Self(Rc::new(Inner { sessions, carried_over, presented, state, base, values }))
    }

    /// Does a request's work with this session.
    pub fn scope<F: Future>(self, work: F) -> impl Future<Output = F::Output> {
        CURRENT.scope(self, work)
    }

    /// Returns the session of the request that this task works on.
    ///
    /// # Errors
    /// [`StoreError::NotWrapped`].
    pub fn of_request() -> Result<Self, StoreError> {
        CURRENT.try_with(Self::clone).map_err(|_| StoreError::NotWrapped)
    }

    /// Loads the session that the request came with. If it is unavailable, the request goes on without it, so that pages
    /// that need none still work; [`RequestSession::loaded`] reports the error.
    pub async fn load(&self) {
        let Presented::Verified(cookie) = &self.0.presented else { return };
        let state = match self.0.sessions.load(&cookie.key).await {
            Ok(None) => return,
            Ok(Some(loaded)) => {
                self.hold(loaded.record.values.clone());
                State::Loaded(cookie.key.clone(), loaded)
            }
            Err(error) => {
                debug!(%error, "this request's session is unavailable");
                State::Unavailable(error)
            }
        };
        self.0.state.replace(state);
    }

    /// Returns the session, if there is one.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`] or [`StoreError::Newer`]: whether there is one is unknown.
    pub fn loaded(&self) -> Result<Option<Arc<Loaded>>, StoreError> {
        match &*self.0.state.borrow() {
            State::Loaded(_, loaded) => Ok(Some(Arc::clone(loaded))),
            State::Unavailable(error) => Err(error.clone()),
            State::None | State::Ended | State::Lost => Ok(None),
        }
    }

    /// Returns whether the request's cookie is of a session of ours that is no more: it has expired, or was ended elsewhere.
    pub fn is_over(&self) -> bool {
        let is_gone = matches!(*self.0.state.borrow(), State::None | State::Lost);
        is_gone && matches!(self.0.presented, Presented::Verified(_))
    }

    /// Opens a session for this user, in this browser, under a new key, and ends the one that the request came with. Of the
    /// application's values only those carried over are kept.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`] and [`StoreError::TooLarge`]: nothing has changed for the browser.
    pub async fn sign_in(&self, signed_in: SignedIn, device: Device) -> Result<(), StoreError> {
        let (sessions, values) = (&self.0.sessions, self.carried_over());
        let opened =
            sessions.open(Record::begin(Some(signed_in), values.clone(), sessions.clock.now()), device).await?;
        if let Some(previous) = self.key()
            && let Err(error) = sessions.close(&previous).await
        {
            // If this fails too, a record remains whose key no browser has; it expires.
            let _ = sessions.close(opened.key()).await;
            return Err(error);
        }
        self.hold(values);
        self.0.state.replace(State::Loaded(opened.key().clone(), opened));
        Ok(())
    }

    /// Ends the session that the request came with, whatever its record is.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`]: the session may go on, and the browser keeps its cookie.
    pub async fn sign_out(&self) -> Result<(), StoreError> {
        if let Some(key) = self.key() {
            self.0.sessions.close(&key).await?;
        }
        self.ended();
        Ok(())
    }

    /// Notes a session that was written outside this request, such as by a renewal of tokens.
    pub fn update(&self, loaded: Arc<Loaded>) {
        if let State::Loaded(_, latest) = &mut *self.0.state.borrow_mut() {
            *latest = loaded;
        }
    }

    /// Notes that there is no session any more, for a reason unknown here. The browser keeps its cookie: a response to
    /// another request may just have replaced it.
    pub fn lost(&self) {
        self.0.state.replace(State::Lost);
    }

    /// Notes that this request has ended the session.
    pub fn ended(&self) {
        self.0.state.replace(State::Ended);
        self.0.base.take();
        self.0.values.purge();
    }

    /// What becomes of the session cookie.
    pub fn cookie(&self) -> SessionCookie {
        match (&*self.0.state.borrow(), &self.0.presented) {
            (State::Loaded(key, _), Presented::Verified(cookie)) if cookie.key == *key && cookie.signed_by == 0 => {
                SessionCookie::Keep
            }
            (State::Loaded(key, _), _) => SessionCookie::Set(key.clone()),
            (State::Ended, Presented::Verified(_) | Presented::Unverified(_)) => SessionCookie::Remove,
            _ => SessionCookie::Keep,
        }
    }

    /// The key of the session: the current one, else the one that the request came with.
    fn key(&self) -> Option<SessionKey> {
        match (&*self.0.state.borrow(), &self.0.presented) {
            (State::Loaded(key, _), _) => Some(key.clone()),
            (State::Ended | State::Lost, _) | (_, Presented::Nothing) => None,
            (_, Presented::Verified(cookie)) => Some(cookie.key.clone()),
            (_, Presented::Unverified(key)) => key.clone(),
        }
    }

    fn carried_over(&self) -> Values {
        let entries = self.0.values.entries();
        let kept = self.0.carried_over.iter().filter_map(|&name| Some((name.to_owned(), entries.get(name)?.clone())));
        kept.collect()
    }

    /// Makes the application see these values, and no change of them.
    fn hold(&self, base: Values) {
        let values = &self.0.values;
        if !values.entries().is_empty() {
            values.clear();
        }
        for (name, json) in &base {
            if let Ok(json) = RawValue::from_string(json.clone()) {
                // What was parsed as JSON can be serialized.
                let _ = values.insert(name.as_str(), json);
            }
        }
        self.0.base.replace(base);
    }

    /// Does what the application wants of its values since the session was loaded: saves them, together with what other
    /// requests have changed of them, renews the session, or ends it.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`], [`StoreError::TooLarge`] and [`StoreError::Ended`]: it isn't done.
    pub async fn finish(&self) -> Result<(), StoreError> {
        let status = self.0.values.status();
        if status == SessionStatus::Unchanged {
            return Ok(());
        }
        let state = self.0.state.borrow().clone();
        if status == SessionStatus::Purged {
            let is_over = matches!(state, State::None | State::Ended);
            return if is_over { Ok(()) } else { Box::pin(self.sign_out()).await };
        }
        let values: Values = self.0.values.entries().clone().into_iter().collect();
        let is_renewed = status == SessionStatus::Renewed && !matches!(state, State::None);
        if values == *self.0.base.borrow() && !is_renewed {
            return Ok(());
        }
        Box::pin(self.save(state, values, is_renewed)).await
    }

    async fn save(&self, state: State, values: Values, rekey: bool) -> Result<(), StoreError> {
        let (sessions, now) = (&self.0.sessions, self.0.sessions.clock.now());
        let base = self.0.base.borrow().clone();
        let saved = |record: &Record| {
            let is_due = record.needs_extension(sessions.limits(), now);
            let seen_at = if is_due { now } else { record.seen_at };
            Record { values: merged(&base, &values, &record.values), seen_at, ..record.clone() }
        };
        let (key, loaded) = match state {
            State::Unavailable(error) => return Err(error),
            State::Ended | State::Lost => return Err(StoreError::Ended),
            State::None => {
                let opened = sessions.open(Record::begin(None, values.clone(), now), Device::default()).await?;
                (opened.key().clone(), opened)
            }
            State::Loaded(key, _) if rekey => {
                let moved = sessions.rekey(&key, saved).await?;
                (moved.key().clone(), moved)
            }
            State::Loaded(key, _) => {
                let changed = sessions.change(&key, |record| Some(saved(record))).await?;
                (key, changed)
            }
        };
        self.0.state.replace(State::Loaded(key, loaded));
        self.0.base.replace(values);
        Ok(())
    }
}
