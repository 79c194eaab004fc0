//! Sessions in Actix Web: the session of the request under way, and our [`SessionStore`] for actix-session.
//!
//! actix-session holds the application's own values and saves them when the handler has answered. Who is signed in is
//! ours: [`RequestSession::sign_in`] and [`RequestSession::sign_out`] take effect before they return.

mod request_session;

use std::collections::HashMap;

use actix_session::storage::{LoadError, SaveError, SessionKey as ActixKey, SessionStore, UpdateError};
use actix_web::cookie::time::Duration as CookieDuration;

use super::error::StoreError;
use super::key::SessionKey;
pub use request_session::{Presented, RequestSession, SessionCookie};

/// Our [`SessionStore`]: it loads and saves the application's values in the session of the request under way.
pub struct SessionAdapter;

impl SessionStore for SessionAdapter {
    /// Never fails: if the session is unavailable, the request goes on without its values, so that pages that need none
    /// still work; [`RequestSession::loaded`] reports the error.
    async fn load(&self, key: &ActixKey) -> Result<Option<HashMap<String, String>>, LoadError> {
        let session = RequestSession::of_request().map_err(|error| LoadError::Other(error.into()))?;
        let Some(key) = SessionKey::parse(key.as_ref()) else { return Ok(None) };
        Ok(session.load(key).await.map(|values| values.into_iter().collect()))
    }

    /// For actix-session there was no session, or it has renewed it and deleted the old one.
    async fn save(&self, values: HashMap<String, String>, _: &CookieDuration) -> Result<ActixKey, SaveError> {
        let save = async || {
            let session = RequestSession::of_request()?;
            session.noted(session.save(values.into_iter().collect(), session.was_renewed_by_application()).await)?;
            let key = session.key().ok_or(StoreError::Ended)?;
            ActixKey::try_from(key.expose().to_owned()).map_err(|_| StoreError::Ended)
        };
        save().await.map_err(|error| SaveError::Other(error.into()))
    }

    async fn update(
        &self,
        key: ActixKey,
        values: HashMap<String, String>,
        _: &CookieDuration,
    ) -> Result<ActixKey, UpdateError> {
        let update = async || {
            let session = RequestSession::of_request()?;
            session.noted(session.save(values.into_iter().collect(), false).await)
        };
        update().await.map_err(|error| UpdateError::Other(error.into()))?;
        Ok(key)
    }

    /// Does nothing: loading a session extends it when that is due.
    async fn update_ttl(&self, _: &ActixKey, _: &CookieDuration) -> Result<(), anyhow::Error> {
        Ok(())
    }

    /// Ends the session that the application has purged. One that it has renewed moves when it is saved.
    async fn delete(&self, _: &ActixKey) -> Result<(), anyhow::Error> {
        let session = RequestSession::of_request()?;
        if session.was_renewed_by_application() {
            return Ok(());
        }
        Ok(session.noted(session.sign_out().await)?)
    }
}
