//! The middleware around every page that has a session.

use std::cell::RefCell;
use std::future::{Ready, ready};
use std::pin::Pin;
use std::rc::Rc;
use std::sync::Arc;

use actix_session::SessionMiddleware;
use actix_session::config::{BrowserSession, CookieContentSecurity, TtlExtensionPolicy};
use actix_web::body::{BoxBody, MessageBody};
use actix_web::cookie::{Cookie, CookieJar, Key, SameSite};
use actix_web::dev::{Service, ServiceRequest, ServiceResponse, Transform, forward_ready};
use actix_web::http::header::{CACHE_CONTROL, COOKIE, HeaderValue, VARY};
use actix_web::{Error as ActixError, HttpMessage as _, HttpRequest};

use super::error::Error;
use super::views::Views;
use crate::flows::IdentityWeb;
use crate::session::current::Current;
use crate::session::store::RecordStore;

/// Loads and saves sessions; made by [`IdentityWeb::sessions`].
///
/// Around actix-session's own middleware it accepts a cookie signed with any key of the ring, tells a store that is
/// away from a visitor who is signed out, says errors as pages or as problem JSON, and keeps every answer that may
/// depend on the session out of shared caches.
#[derive(Clone)]
pub struct Sessions {
    identity: IdentityWeb,
    views: Arc<Views>,
    carried_over: CarriedOver,
}

/// The application's own values that a new sign-in does not drop, by name.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct CarriedOver(pub(super) &'static [&'static str]);

type Inner<S> = <SessionMiddleware<RecordStore> as Transform<Remember<S>, ServiceRequest>>::Transform;
type Answer = Pin<Box<dyn Future<Output = Result<ServiceResponse<BoxBody>, ActixError>>>>;

impl Sessions {
    pub(super) fn new(identity: IdentityWeb, views: Views) -> Self {
        Self { identity, views: Arc::new(views), carried_over: CarriedOver::default() }
    }

    /// Keeps these values of [`actix_session::Session`] at a sign-in, such as a cart; by default none is kept, for
    /// they may be another person's.
    #[must_use]
    pub fn carry_over(self, names: &'static [&'static str]) -> Self {
        Self { carried_over: CarriedOver(names), ..self }
    }

    /// Renders pages with these views instead of the embedded ones.
    #[must_use]
    pub fn with_views(self, views: Arc<Views>) -> Self {
        Self { views, ..self }
    }
}

impl<S, B> Transform<S, ServiceRequest> for Sessions
where
    S: Service<ServiceRequest, Response = ServiceResponse<B>, Error = ActixError> + 'static,
    S::Future: 'static,
    B: MessageBody + 'static,
{
    type Response = ServiceResponse<BoxBody>;
    type Error = ActixError;
    type Transform = SessionsService<Inner<S>>;
    type InitError = ();
    type Future = Ready<Result<Self::Transform, ()>>;

    fn new_transform(&self, service: S) -> Self::Future {
        let settings = &self.identity.services().cookie;
        let keys: Vec<_> = self.identity.services().ring.cookie_keys().iter().map(|key| Key::from(key)).collect();
        let Some(own) = keys.first().cloned() else { return ready(Err(())) };
        let middleware = SessionMiddleware::builder(self.identity.store(), own)
            .cookie_name(settings.name.clone())
            .cookie_secure(settings.secure)
            .cookie_http_only(true)
            .cookie_same_site(SameSite::Lax)
            .cookie_path("/".to_owned())
            .cookie_content_security(CookieContentSecurity::Signed)
            .session_lifecycle(BrowserSession::default().state_ttl_extension_policy(TtlExtensionPolicy::OnStateChanges))
            .build();
        let inner = middleware.new_transform(Remember { service }).into_inner();
        ready(inner.map(|inner| SessionsService { inner, sessions: self.clone(), keys: keys.into() }))
    }
}

/// The service of [`Sessions`].
pub struct SessionsService<S> {
    inner: S,
    sessions: Sessions,
    keys: Rc<[Key]>,
}

impl<S, B> Service<ServiceRequest> for SessionsService<S>
where
    S: Service<ServiceRequest, Response = ServiceResponse<B>, Error = ActixError>,
    S::Future: 'static,
    B: MessageBody + 'static,
{
    type Response = ServiceResponse<BoxBody>;
    type Error = ActixError;
    type Future = Answer;

    forward_ready!(inner);

    fn call(&self, mut request: ServiceRequest) -> Answer {
        accept_older_key(&mut request, &self.sessions.identity.services().cookie.name, &self.keys);
        let current = Rc::new(Current::default());
        let views = Arc::clone(&self.sessions.views);
        request.extensions_mut().insert(Arc::clone(&views));
        request.extensions_mut().insert(self.sessions.carried_over);
        let work = self.inner.call(request);
        Box::pin(ANSWERED.scope(
            RefCell::default(),
            Rc::clone(&current).scope(async move {
                let answer = match (work.await, ANSWERED.with(RefCell::take), current.failure()) {
                    (Ok(answer), ..) => answer.map_into_boxed_body(),
                    // The handler answered, then its session could not be written.
                    (Err(_), Some(request), Some(failure)) => ServiceResponse::from_err(Error::from(failure), request),
                    (Err(error), ..) => return Err(error),
                };
                let mut answer = views.render_error(answer);
                let headers = answer.headers_mut();
                if !headers.contains_key(CACHE_CONTROL) {
                    headers.insert(CACHE_CONTROL, HeaderValue::from_static("private, no-store"));
                }
                headers.append(VARY, HeaderValue::from_static("Cookie"));
                Ok(answer)
            }),
        ))
    }
}

/// Re-signs a cookie that an older key of the ring signed, for actix-session knows one key only.
fn accept_older_key(request: &mut ServiceRequest, name: &str, keys: &[Key]) {
    let [own, older @ ..] = keys else { return };
    if older.is_empty() {
        return;
    }
    let Some(header) = request.headers().get(COOKIE).and_then(|value| value.to_str().ok()) else { return };
    let resigned = header.split(';').map(|pair| match Cookie::parse_encoded(pair.trim()) {
        Ok(cookie) if cookie.name() == name => resigned(cookie, own, older).unwrap_or_else(|| pair.to_owned()),
        _ => pair.to_owned(),
    });
    if let Ok(value) = HeaderValue::from_str(&resigned.collect::<Vec<_>>().join(";")) {
        request.headers_mut().insert(COOKIE, value);
    }
}

fn resigned(cookie: Cookie<'_>, own: &Key, older: &[Key]) -> Option<String> {
    let name = cookie.name().to_owned();
    let mut jar = CookieJar::new();
    jar.add_original(cookie.into_owned());
    let verified = older.iter().find_map(|key| jar.signed(key).get(&name))?;
    jar.signed_mut(own).add(Cookie::new(name.clone(), verified.value().to_owned()));
    Some(jar.get(&name)?.stripped().encoded().to_string())
}

tokio::task_local! {
    /// The request of an answer that a handler has given: what is needed to give another in its place.
    static ANSWERED: RefCell<Option<HttpRequest>>;
}

/// Innermost: notes each answered request. It can't be noted before: routing wants it unshared.
pub struct Remember<S> {
    service: S,
}

impl<S, B> Service<ServiceRequest> for Remember<S>
where
    S: Service<ServiceRequest, Response = ServiceResponse<B>, Error = ActixError>,
    S::Future: 'static,
{
    type Response = S::Response;
    type Error = ActixError;
    type Future = Pin<Box<dyn Future<Output = Result<S::Response, ActixError>>>>;

    forward_ready!(service);

    fn call(&self, request: ServiceRequest) -> Self::Future {
        let work = self.service.call(request);
        Box::pin(async move {
            let answer = work.await?;
            let _ = ANSWERED.try_with(|answered| answered.replace(Some(answer.request().clone())));
            Ok(answer)
        })
    }
}
