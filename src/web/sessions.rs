//! The middleware around every page that has a session.

mod listed;

use std::cell::RefCell;
use std::future::{Ready, ready};
use std::pin::Pin;
use std::rc::Rc;
use std::sync::Arc;

use actix_session::config::{BrowserSession, CookieContentSecurity, TtlExtensionPolicy};
use actix_session::{SessionExt as _, SessionMiddleware};
use actix_web::body::{BoxBody, MessageBody};
use actix_web::cookie::Key;
use actix_web::dev::{Payload, Service, ServiceRequest, ServiceResponse, Transform, forward_ready};
use actix_web::http::header::{CACHE_CONTROL, HeaderValue, SET_COOKIE, VARY};
use actix_web::{Error as ActixError, FromRequest, HttpMessage as _, HttpRequest};

use super::cookies;
use super::error::Error;
use super::views::Views;
use crate::flows::{CookieSettings, IdentityWeb};
use crate::session::actix::{Presented, RequestSession, SessionAdapter, SessionCookie};
use crate::session::key::SessionKey;
use crate::session::key_ring::RingKeys;

/// Loads and saves sessions; made by [`IdentityWeb::sessions`].
///
/// Around actix-session's own middleware it accepts a cookie signed with any key of the ring, distinguishes an unavailable
/// store from a signed-out user, renders errors as pages or as problem JSON, and keeps every response that may depend on
/// the session out of shared caches.
#[derive(Clone)]
pub struct Sessions {
    identity: IdentityWeb,
    views: Arc<Views>,
    carried_over: &'static [&'static str],
}

impl Sessions {
    pub(super) fn new(identity: IdentityWeb, views: Views) -> Self {
        Self { identity, views: Arc::new(views), carried_over: &[] }
    }

    /// Keeps these values of [`actix_session::Session`] at a sign-in, such as a cart; by default none is kept, since they
    /// may be another user's.
    #[must_use]
    pub fn carry_over(self, names: &'static [&'static str]) -> Self {
        Self { carried_over: names, ..self }
    }

    /// Renders pages with these views instead of the built-in ones.
    #[must_use]
    pub fn with_views(self, views: Arc<Views>) -> Self {
        Self { views, ..self }
    }

    fn cookie(&self) -> &CookieSettings {
        &self.identity.services().site.cookie
    }

    fn keys(&self) -> RingKeys {
        self.identity.services().sessions.ring().keys()
    }

    /// actix-session's middleware for cookies that this key of the ring has signed.
    fn middleware(&self, key: &[u8; 64]) -> SessionMiddleware<SessionAdapter> {
        let lifecycle = BrowserSession::default().state_ttl_extension_policy(TtlExtensionPolicy::OnStateChanges);
        SessionMiddleware::builder(SessionAdapter, Key::from(key))
            .cookie_name(self.cookie().name.clone())
            .cookie_secure(self.cookie().secure)
            .cookie_content_security(CookieContentSecurity::Signed)
            .session_lifecycle(lifecycle)
            .build()
    }

    /// The session cookie of a request. If actix-session would not find the same one, the request's cookies are
    /// rewritten.
    fn presented(&self, request: &mut ServiceRequest, keys: &RingKeys) -> Presented {
        let name = self.cookie().name.as_str();
        let Some(cookie) = cookies::decoded(request.headers()).find(|cookie| cookie.name() == name) else {
            return Presented::Nothing;
        };
        let Some(verified) = SessionKey::from_cookie(keys, cookie.value()) else {
            return Presented::Unverified(SessionKey::from_unverified_cookie(cookie.value()));
        };
        if !cookies::are_utf8(request.headers()) {
            cookies::replace(request.headers_mut(), &cookie);
        }
        Presented::Verified(verified)
    }

    /// Puts what has become of the session cookie into the response, in place of what actix-session makes of it.
    fn set_cookie(&self, response: &mut ServiceResponse<BoxBody>, cookie: SessionCookie) {
        let (site, response) = (&self.identity.services().site, response.response_mut());
        if response.headers().contains_key(SET_COOKIE) {
            response.del_cookie(&site.cookie.name);
        }
        let value = match cookie {
            SessionCookie::Keep => return,
            SessionCookie::Set(key) => Some(key.to_cookie(&self.keys())),
            SessionCookie::Remove => None,
        };
        let cookie = cookies::of_site(site, site.cookie.name.clone(), value);
        // It fails only for what can't be in a header, which neither a name nor a key is.
        let _ = response.add_cookie(&cookie);
    }
}

type Layer<S> = <SessionMiddleware<SessionAdapter> as Transform<WithSession<S>, ServiceRequest>>::Transform;
type Answer = Pin<Box<dyn Future<Output = Result<ServiceResponse<BoxBody>, ActixError>>>>;

impl<S, B> Transform<S, ServiceRequest> for Sessions
where
    S: Service<ServiceRequest, Response = ServiceResponse<B>, Error = ActixError> + 'static,
    S::Future: 'static,
    B: MessageBody + 'static,
{
    type Response = ServiceResponse<BoxBody>;
    type Error = ActixError;
    type Transform = SessionsService<S, Layer<S>>;
    type InitError = ();
    type Future = Ready<Result<Self::Transform, ()>>;

    fn new_transform(&self, service: S) -> Self::Future {
        let service = Rc::new(service);
        let layers = SessionsService::layers_of(self, &service).map(RefCell::new);
        ready(layers.map(|layers| SessionsService { service, layers, sessions: Rc::new(self.clone()) }))
    }
}

/// The service of [`Sessions`].
pub struct SessionsService<S, L> {
    service: Rc<S>,
    layers: RefCell<Rc<Layers<L>>>,
    sessions: Rc<Sessions>,
}

/// actix-session's middleware knows one key, so there is one of it for each key of the ring.
struct Layers<L> {
    keys: RingKeys,
    of_keys: Vec<L>,
}

impl<S, B> SessionsService<S, Layer<S>>
where
    S: Service<ServiceRequest, Response = ServiceResponse<B>, Error = ActixError> + 'static,
    S::Future: 'static,
    B: MessageBody + 'static,
{
    fn layers_of(sessions: &Sessions, service: &Rc<S>) -> Result<Rc<Layers<Layer<S>>>, ()> {
        let keys = sessions.keys();
        let layer =
            |key| sessions.middleware(key).new_transform(WithSession { service: Rc::clone(service) }).into_inner();
        let of_keys = keys.cookie_keys().map(layer).collect::<Result<_, _>>()?;
        Ok(Rc::new(Layers { keys, of_keys }))
    }

    /// The layers for the ring as it is now: its file may have changed.
    fn layers(&self) -> Rc<Layers<Layer<S>>> {
        let mut layers = self.layers.borrow_mut();
        if layers.keys != self.sessions.keys()
            && let Ok(fresh) = Self::layers_of(&self.sessions, &self.service)
        {
            *layers = fresh;
        }
        Rc::clone(&layers)
    }
}

impl<S, B> Service<ServiceRequest> for SessionsService<S, Layer<S>>
where
    S: Service<ServiceRequest, Response = ServiceResponse<B>, Error = ActixError> + 'static,
    S::Future: 'static,
    B: MessageBody + 'static,
{
    type Response = ServiceResponse<BoxBody>;
    type Error = ActixError;
    type Future = Answer;

    forward_ready!(service);

    fn call(&self, mut request: ServiceRequest) -> Answer {
        let (layers, sessions) = (self.layers(), Rc::clone(&self.sessions));
        let presented = sessions.presented(&mut request, &layers.keys);
        let signed_by = if let Presented::Verified(cookie) = &presented { cookie.signed_by } else { 0 };
        let core = sessions.identity.services().sessions.clone();
        let session = RequestSession::new(core, presented, sessions.carried_over);
        request.extensions_mut().insert(Arc::clone(&sessions.views));
        let work = layers.of_keys[signed_by].call(request);
        Box::pin(session.clone().scope(async move {
            let answer = match (work.await, session.take_answered(), session.failure()) {
                (Ok(answer), ..) => answer.map_into_boxed_body(),
                // The handler answered, then the application's values couldn't be saved.
                (Err(_), Some(request), Some(failure)) => ServiceResponse::from_err(Error::from(failure), request),
                (Err(error), ..) => return Err(error),
            };
            let mut answer = sessions.views.render_error(answer);
            sessions.set_cookie(&mut answer, session.cookie());
            let headers = answer.headers_mut();
            if !headers.contains_key(CACHE_CONTROL) {
                headers.insert(CACHE_CONTROL, HeaderValue::from_static("private, no-store"));
            }
            headers.append(VARY, HeaderValue::from_static("Cookie"));
            Ok(answer)
        }))
    }
}

/// Innermost: gives actix-session's values to the request's session, and notes each answered request. Neither can be done
/// before: actix-session makes the values, and routing wants the request unshared.
pub struct WithSession<S> {
    service: Rc<S>,
}

impl<S, B> Service<ServiceRequest> for WithSession<S>
where
    S: Service<ServiceRequest, Response = ServiceResponse<B>, Error = ActixError> + 'static,
    S::Future: 'static,
{
    type Response = S::Response;
    type Error = ActixError;
    type Future = Pin<Box<dyn Future<Output = Result<S::Response, ActixError>>>>;

    forward_ready!(service);

    fn call(&self, request: ServiceRequest) -> Self::Future {
        let session = RequestSession::of_request();
        if let Ok(session) = &session {
            session.set_session(request.get_session());
        }
        let work = self.service.call(request);
        Box::pin(async move {
            let answer = work.await?;
            if let Ok(session) = session {
                session.set_answered(answer.request().clone());
            }
            Ok(answer)
        })
    }
}

impl FromRequest for RequestSession {
    type Error = Error;
    type Future = Ready<Result<Self, Error>>;

    fn from_request(_: &HttpRequest, _: &mut Payload) -> Self::Future {
        ready(Self::of_request().map_err(Error::from))
    }
}
