//! A user's sessions, for applications: `identity.sessions().list(..)`, `end(..)`, `end_all(..)` and `until_ended(..)`.

use std::sync::Arc;

use super::Sessions;
use crate::flows::hook_events::{EndReason, SessionEnd};
use crate::session::error::StoreError;
use crate::session::index::{ListedSession, SessionsOf};
use crate::web::identity::Identity;

impl<'a> From<&'a Identity> for SessionsOf<'a> {
    /// The sessions of the signed-in user.
    fn from(user: &'a Identity) -> Self {
        user.key().into()
    }
}

impl<'a> From<(&'a str, &'a str)> for SessionsOf<'a> {
    /// The sessions of the user with this issuer and subject, the key that [`Identity::key`] returns.
    fn from((issuer, subject): (&'a str, &'a str)) -> Self {
        Self::Subject { issuer, subject }
    }
}

/// The sessions of one user. `of` is the signed-in [`Identity`], or an issuer and a subject.
///
/// ```
/// use actix_web::Responder;
/// use actix_web::web::{Data, Path};
/// use identity_web::Error;
/// use identity_web::{Identity, IdentityWeb};
///
/// async fn list(user: Identity, identity: Data<IdentityWeb>) -> Result<impl Responder, Error> {
///     let sessions = identity.sessions().list(&user).await?;
///     let lines = sessions.iter().map(|session| format!("{} since {}\n", session.id, session.began_at));
///     Ok(lines.collect::<String>())
/// }
///
/// async fn end(user: Identity, identity: Data<IdentityWeb>, id: Path<String>) -> Result<impl Responder, Error> {
///     let ended = identity.sessions().end(&user, &id).await?;
///     Ok(if ended { "The session has ended." } else { "You have no such session." })
/// }
///
/// /// For an account that was closed, say.
/// async fn end_all(issuer: &str, subject: &str, identity: Data<IdentityWeb>) -> Result<usize, Error> {
///     Ok(identity.sessions().end_all((issuer, subject)).await?)
/// }
/// ```
impl Sessions {
    /// Lists a user's sessions, oldest first.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`].
    pub async fn list<'a>(&self, of: impl Into<SessionsOf<'a>>) -> Result<Vec<ListedSession>, StoreError> {
        self.identity.services().sessions.list(of.into()).await
    }

    /// Ends one of a user's sessions, for all replicas. Returns false if none of them has this id.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`]: the session may go on.
    pub async fn end<'a>(&self, of: impl Into<SessionsOf<'a>>, id: &str) -> Result<bool, StoreError> {
        let of = of.into();
        let ended = self.identity.services().sessions.end(of, id).await?;
        self.identity.tell_session_end(SessionEnd::of_sessions(of, EndReason::Operator, ended.into())).await;
        Ok(ended)
    }

    /// Ends all of a user's sessions, for all replicas. Returns how many there were.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`]: some of them may go on.
    pub async fn end_all<'a>(&self, of: impl Into<SessionsOf<'a>>) -> Result<usize, StoreError> {
        let of = of.into();
        let ended = self.identity.services().sessions.close_of(of, None).await?;
        self.identity.tell_session_end(SessionEnd::of_sessions(of, EndReason::Operator, ended)).await;
        Ok(ended)
    }

    /// Waits until this session of a user has ended: by a sign-out anywhere, by the provider, by an operator or by a
    /// timeout. For web sockets and event streams, which outlive the request that was checked; waiting doesn't count as use.
    /// With `session.cache` and Redis, it wakes within milliseconds; without, within 50 ms, and asks the store that often.
    ///
    /// ```
    /// use actix_web::Responder;
    /// use actix_web::web::Data;
    /// use identity_web::{Identity, IdentityWeb};
    ///
    /// async fn stream(user: Identity, identity: Data<IdentityWeb>) -> impl Responder {
    ///     let ended = identity.sessions().until_ended(&user);
    ///     actix_web::rt::spawn(async move {
    ///         ended.await;
    ///         // Close the connection.
    ///     });
    ///     "streaming"
    /// }
    /// ```
    pub fn until_ended(&self, user: &Identity) -> impl Future<Output = ()> + use<> {
        let (sessions, session) = (self.identity.services().sessions.clone(), Arc::clone(user.session()));
        async move { sessions.until_ended(&session).await }
    }
}
