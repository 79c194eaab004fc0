//! Our [`SessionStore`] for actix-session: it keeps the sealed [`Record`] of each session in a [`Backend`].
//!
//! actix-session holds the application's own values as a map; who is signed in stands beside them in the record. The
//! two meet in [`Current`], the session of the request under way, which [`Current::scope`] gives to a task.

use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

use actix_session::storage::{LoadError, SaveError, SessionKey, SessionStore, UpdateError};
use actix_web::cookie::time::Duration as CookieDuration;
use ring::rand::SystemRandom;
use tracing::{debug, warn};

use super::backend::{Backend, BackendError};
use super::current::{Current, Loaded, State, StoreError};
use super::record::{Record, SessionLimits};
use super::seal::{KeyRing, Purpose, hashed};
use crate::clock::Clock;
use crate::metrics;
use crate::oidc::authorization::random_text;

/// How often a write that met another one is merged anew.
pub(super) const MERGES: usize = 8;

/// The store: records, sealed, in a backend.
#[derive(Clone)]
pub struct RecordStore {
    pub(super) backend: Arc<dyn Backend>,
    key_prefix: Arc<str>,
    ring: Arc<KeyRing>,
    limits: SessionLimits,
    clock: Clock,
}

impl RecordStore {
    /// A store over `backend`, whose keys all begin with `key_prefix`.
    pub fn new(
        backend: Arc<dyn Backend>,
        key_prefix: &str,
        ring: Arc<KeyRing>,
        limits: SessionLimits,
        clock: Clock,
    ) -> Self {
        Self { backend, key_prefix: Arc::from(key_prefix), ring, limits, clock }
    }

    pub(super) fn place(&self, session_key: &str) -> String {
        format!("{}session:{}", self.key_prefix, hashed("session key", session_key))
    }

    fn open(&self, session_key: &str, place: &str, sealed: Vec<u8>) -> Option<Loaded> {
        let opened = self.ring.open(Purpose::Session, session_key.as_bytes(), place, &sealed);
        let opened = opened.inspect_err(|error| warn!(%error, "a session's record does not open")).ok()?;
        let record = serde_json::from_slice(&opened);
        let record = record.inspect_err(|_| warn!("a session's record is of another version")).ok()?;
        Some(Loaded { sealed, record })
    }

    fn seal(&self, session_key: &str, place: &str, record: &Record) -> Result<Vec<u8>, StoreError> {
        let plain = serde_json::to_vec(record).map_err(|_| StoreError::TooLarge { bytes: usize::MAX })?;
        if plain.len() > self.limits.bytes {
            return Err(StoreError::TooLarge { bytes: plain.len() });
        }
        Ok(self.ring.seal(&SystemRandom::new(), Purpose::Session, session_key.as_bytes(), place, &plain)?)
    }

    /// Reads a session, and notes where it is time to that it is in use.
    pub(super) async fn read(&self, session_key: &str) -> Result<Option<Loaded>, StoreError> {
        let place = self.place(session_key);
        for _ in 0..MERGES {
            let Some(sealed) = self.backend.get(&place).await? else { return Ok(None) };
            let Some(held) = self.open(session_key, &place, sealed) else { return Ok(None) };
            let now = self.clock.now();
            if held.record.time_to_live(&self.limits, now).is_none() {
                self.backend.remove(&place).await?;
                return Ok(None);
            }
            if !held.record.wants_extension(&self.limits, now) {
                return Ok(Some(held));
            }
            let seen = Record { seen_at: now, ..held.record.clone() };
            if let Some(held) = self.exchange(session_key, &place, &held, seen).await? {
                return Ok(Some(held));
            }
        }
        Err(StoreError::Contended)
    }

    /// Stores `record` in place of `held`; `None` where the store holds another one, or none, by now.
    pub(super) async fn exchange(
        &self,
        session_key: &str,
        place: &str,
        held: &Loaded,
        record: Record,
    ) -> Result<Option<Loaded>, StoreError> {
        let Some(ttl) = record.time_to_live(&self.limits, self.clock.now()) else { return Err(StoreError::Ended) };
        let sealed = self.seal(session_key, place, &record)?;
        let stored = self.backend.replace(place, &held.sealed, &sealed, ttl).await?;
        Ok(stored.then_some(Loaded { sealed, record }))
    }

    /// Stores a record under a fresh session key, and gives that.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`] and [`StoreError::TooLarge`].
    pub async fn create(&self, record: &Record) -> Result<String, StoreError> {
        let session_key = random_text(&SystemRandom::new())?;
        let place = self.place(&session_key);
        let sealed = self.seal(&session_key, &place, record)?;
        let ttl = record.time_to_live(&self.limits, self.clock.now()).ok_or(StoreError::Ended)?;
        let fresh = self.backend.insert(&place, &sealed, ttl).await?;
        if !fresh {
            return Err(StoreError::Contended);
        }
        metrics::session_opened();
        Ok(session_key)
    }

    /// Writes the application's values, and what other requests wrote meanwhile beside them.
    async fn write(&self, session_key: &str, mine: BTreeMap<String, String>) -> Result<(), StoreError> {
        let current = Current::of_request()?;
        let base = current.held()?.ok_or(StoreError::Ended)?;
        let place = self.place(session_key);
        let (mut theirs, mut values) = (Arc::clone(&base), mine.clone());
        for _ in 0..MERGES {
            let record = Record { values, seen_at: self.clock.now(), ..theirs.record.clone() };
            if let Some(held) = self.exchange(session_key, &place, &theirs, record).await? {
                *current.state.borrow_mut() = State::Loaded(Arc::new(held));
                return Ok(());
            }
            let sealed = self.backend.get(&place).await?.ok_or(StoreError::Ended)?;
            theirs = Arc::new(self.open(session_key, &place, sealed).ok_or(StoreError::Ended)?);
            values = merged(&base.record.values, &mine, &theirs.record.values);
        }
        Err(StoreError::Contended)
    }

    async fn save_current(&self, values: BTreeMap<String, String>) -> Result<String, StoreError> {
        let current = Current::of_request()?;
        let now = self.clock.now();
        let sign_in = current.sign_in.borrow_mut().take();
        let record = match (sign_in, &*current.state.borrow()) {
            (Some(signed_in), _) => Record::begin(Some(signed_in), values, now),
            // Renewed by the application: the same session under a new key, unless it was ended meanwhile.
            (None, State::Removed { held, was_there: true }) => Record { values, seen_at: now, ..held.record.clone() },
            (None, State::Removed { was_there: false, .. }) => return Err(StoreError::Ended),
            (None, State::Unavailable(error)) => return Err(error.clone().into()),
            (None, State::None | State::Loaded(_)) => Record::begin(None, values, now),
        };
        self.create(&record).await
    }

    async fn remove_current(&self, session_key: &str) -> Result<(), StoreError> {
        let current = Current::of_request()?;
        let was_there = self.backend.remove(&self.place(session_key)).await?;
        if was_there {
            metrics::session_ended();
        }
        if let Some(held) = current.held()? {
            *current.state.borrow_mut() = State::Removed { held, was_there };
        }
        Ok(())
    }

    /// Notes a failure where the middleware finds it again: actix-session hides it behind a bare 500.
    fn noted<T>(outcome: Result<T, StoreError>) -> Result<T, StoreError> {
        if let (Err(error), Ok(current)) = (&outcome, Current::of_request()) {
            *current.failure.borrow_mut() = Some(error.clone());
        }
        outcome
    }
}

/// A three-way merge by key: what I changed since `base` is as I have it, the rest as they have it.
fn merged(
    base: &BTreeMap<String, String>,
    mine: &BTreeMap<String, String>,
    theirs: &BTreeMap<String, String>,
) -> BTreeMap<String, String> {
    let keys = mine.keys().chain(theirs.keys());
    keys.filter_map(|key| {
        let chosen = if mine.get(key) == base.get(key) { theirs.get(key) } else { mine.get(key) };
        chosen.map(|value| (key.clone(), value.clone()))
    })
    .collect()
}

impl SessionStore for RecordStore {
    /// Never fails: where the backend is away the request goes on without its session's content, so that pages that
    /// need none still work, and whoever asks [`Current::held`] learns of it.
    async fn load(&self, session_key: &SessionKey) -> Result<Option<HashMap<String, String>>, LoadError> {
        let current = Current::of_request().map_err(|error| LoadError::Other(error.into()))?;
        *current.session_key.borrow_mut() = Some(session_key.as_ref().to_owned());
        let (state, values) = match self.read(session_key.as_ref()).await {
            Ok(None) => return Ok(None),
            Ok(Some(held)) => {
                let values = held.record.values.clone().into_iter().collect();
                (State::Loaded(Arc::new(held)), values)
            }
            Err(error) => {
                debug!(%error, "no session for this request");
                (State::Unavailable(BackendError(error.to_string())), HashMap::new())
            }
        };
        *current.state.borrow_mut() = state;
        Ok(Some(values))
    }

    async fn save(&self, values: HashMap<String, String>, _: &CookieDuration) -> Result<SessionKey, SaveError> {
        let outcome = Self::noted(self.save_current(values.into_iter().collect()).await);
        let session_key = outcome.map_err(|error| SaveError::Other(error.into()))?;
        SessionKey::try_from(session_key).map_err(|error| SaveError::Other(error.into()))
    }

    async fn update(
        &self,
        session_key: SessionKey,
        values: HashMap<String, String>,
        _: &CookieDuration,
    ) -> Result<SessionKey, UpdateError> {
        let outcome = self.write(session_key.as_ref(), values.into_iter().collect()).await;
        Self::noted(outcome).map_err(|error| UpdateError::Other(error.into()))?;
        Ok(session_key)
    }

    /// Nothing: reading a session extends it, seldom.
    async fn update_ttl(&self, _: &SessionKey, _: &CookieDuration) -> Result<(), anyhow::Error> {
        Ok(())
    }

    async fn delete(&self, session_key: &SessionKey) -> Result<(), anyhow::Error> {
        Ok(Self::noted(self.remove_current(session_key.as_ref()).await)?)
    }
}
