//! The middleware around every page that has a session.

mod listed;
mod nested;

use std::cell::Cell;
use std::future::{Ready, ready};
use std::pin::Pin;
use std::rc::Rc;
use std::sync::Arc;

use actix_session::SessionExt as _;
use actix_web::body::{BoxBody, MessageBody};
use actix_web::dev::{Payload, Service, ServiceRequest, ServiceResponse, Transform, forward_ready};
use actix_web::http::header::{CACHE_CONTROL, HeaderMap, HeaderValue, VARY};
use actix_web::{Error as ActixError, FromRequest, HttpMessage as _, HttpRequest};

use super::cookies;
use super::error::Error;
use super::views::Views;
use crate::flows::IdentityWeb;
use crate::session::actix::{Presented, RequestSession, SessionCookie};
use crate::session::key::SessionKey;
use crate::session::{self, key_ring::RingKeys};

/// Loads and saves sessions; made by [`IdentityWeb::sessions`].
///
/// It takes the place of actix-session's own middleware, whose [`actix_session::Session`] it provides: it accepts a cookie
/// signed with any key of the ring, distinguishes an unavailable store from a signed-out user, renders errors as pages or as
/// problem JSON, and keeps every response that may depend on the session out of shared caches.
#[derive(Clone)]
pub struct Sessions {
    identity: IdentityWeb,
    views: Arc<Views>,
    carried_over: &'static [&'static str],
}

impl Sessions {
    pub(super) fn new(identity: IdentityWeb, views: Arc<Views>) -> Self {
        Self { identity, views, carried_over: &[] }
    }

    /// Keeps these values of [`actix_session::Session`] at a sign-in, such as a cart; by default none is kept, since they
    /// may be another user's.
    #[must_use]
    pub fn carry_over(self, names: &'static [&'static str]) -> Self {
        Self { carried_over: names, ..self }
    }

    /// Renders pages with these views instead of those of the settings.
    #[must_use]
    pub fn with_views(self, views: &Views) -> Self {
        let views = Arc::new(views.bound_to(&self.identity));
        Self { views, ..self }
    }

    /// Renders pages with views that are bound already, and shared with the site's edge.
    #[cfg(feature = "program")]
    pub(crate) fn with_bound_views(self, views: Arc<Views>) -> Self {
        Self { views, ..self }
    }

    fn keys(&self) -> RingKeys {
        self.identity.services().sessions.ring().keys()
    }

    /// The session cookie of a request: the first one that can be decoded.
    fn presented(&self, headers: &HeaderMap) -> Presented {
        let name = &self.identity.services().site.cookie.name;
        let Some(value) = cookies::decoded_value(headers, name) else { return Presented::Nothing };
        match SessionKey::from_cookie(&self.keys(), &value) {
            Some(verified) => Presented::Verified(verified),
            None => Presented::Unverified(SessionKey::from_unverified_cookie(&value)),
        }
    }

    /// Puts what has become of the session cookie into the response.
    fn set_cookie(&self, response: &mut ServiceResponse<BoxBody>, cookie: SessionCookie) {
        let site = &self.identity.services().site;
        let value = match cookie {
            SessionCookie::Keep => return,
            SessionCookie::Set(key) => Some(key.to_cookie(&self.keys())),
            SessionCookie::Remove => None,
        };
        let cookie = cookies::of_site(site, site.cookie.name.clone(), value);
        // It fails only for what can't be in a header, which neither a name nor a key is.
        let _ = response.response_mut().add_cookie(&cookie);
    }
}

type Answer = Pin<Box<dyn Future<Output = Result<ServiceResponse<BoxBody>, ActixError>>>>;

impl<S, B> Transform<S, ServiceRequest> for Sessions
where
    S: Service<ServiceRequest, Response = ServiceResponse<B>, Error = ActixError> + 'static,
    S::Future: 'static,
    B: MessageBody + 'static,
{
    type Response = ServiceResponse<BoxBody>;
    type Error = ActixError;
    type Transform = SessionsService<S>;
    type InitError = ();
    type Future = Ready<Result<Self::Transform, ()>>;

    fn new_transform(&self, service: S) -> Self::Future {
        let core = Rc::new(self.identity.services().sessions.clone());
        let (service, sessions, is_checked) = (Rc::new(service), Rc::new(self.clone()), Cell::new(false));
        ready(Ok(SessionsService { service, sessions, core, is_checked }))
    }
}

/// The service of [`Sessions`].
pub struct SessionsService<S> {
    service: Rc<S>,
    sessions: Rc<Sessions>,
    core: Rc<session::Sessions>,
    /// Whether a request has shown that no other session middleware is around this one.
    is_checked: Cell<bool>,
}

impl<S, B> Service<ServiceRequest> for SessionsService<S>
where
    S: Service<ServiceRequest, Response = ServiceResponse<B>, Error = ActixError> + 'static,
    S::Future: 'static,
    B: MessageBody + 'static,
{
    type Response = ServiceResponse<BoxBody>;
    type Error = ActixError;
    type Future = Answer;

    forward_ready!(service);

    fn call(&self, request: ServiceRequest) -> Answer {
        let (service, sessions) = (Rc::clone(&self.service), Rc::clone(&self.sessions));
        if let Err(error) = nested::check(&request, &self.is_checked) {
            return Box::pin(ready(Ok(sessions.views.render_error(request.error_response(error)))));
        }
        let presented = sessions.presented(request.headers());
        let session =
            RequestSession::new(Rc::clone(&self.core), presented, sessions.carried_over, request.get_session());
        request.extensions_mut().insert(Arc::clone(&sessions.views));
        Box::pin(session.clone().scope(async move {
            session.load().await;
            let mut answer = service.call(request).await?.map_into_boxed_body();
            if let Err(error) = session.finish().await {
                answer = ServiceResponse::from_err(Error::from(error), answer.into_parts().0);
            }
            let mut answer = sessions.views.render_error(answer);
            sessions.set_cookie(&mut answer, session.cookie());
            let headers = answer.headers_mut();
            if !headers.contains_key(CACHE_CONTROL) {
                headers.insert(CACHE_CONTROL, HeaderValue::from_static("private, no-store"));
            }
            // Pages have it already.
            if !headers.get_all(VARY).any(|value| value == "Cookie") {
                headers.append(VARY, HeaderValue::from_static("Cookie"));
            }
            Ok(answer)
        }))
    }
}

impl FromRequest for RequestSession {
    type Error = Error;
    type Future = Ready<Result<Self, Error>>;

    fn from_request(_: &HttpRequest, _: &mut Payload) -> Self::Future {
        ready(Self::of_request().map_err(Error::from))
    }
}
