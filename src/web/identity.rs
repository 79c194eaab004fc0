//! The signed-in user, as a handler's argument.

use std::future::{Ready, ready};
use std::sync::Arc;

use actix_web::body::MessageBody;
use actix_web::dev::{Payload, ServiceRequest, ServiceResponse};
use actix_web::http::header::LOCATION;
use actix_web::middleware::Next;
use actix_web::{Error as ActixError, FromRequest, HttpRequest, HttpResponse};
use serde::de::DeserializeOwned;

use super::error::Error;
use super::fetch_context::FetchContext;
use super::views::Views;
use crate::oidc::claims::Claims;
use crate::session::Loaded;
use crate::session::actix::RequestSession;
use crate::session::error::StoreError;
use crate::session::record::SignedIn;

/// The signed-in user. As a handler's argument it returns 401 to signed-out users, and 503 if the session store is
/// unavailable.
///
/// ```
/// use actix_web::Responder;
/// use identity_web::Identity;
///
/// async fn page(user: Identity) -> impl Responder {
///     format!("Hello {}", user.name())
/// }
/// ```
#[derive(Clone)]
pub struct Identity(Arc<Loaded>);

/// The signed-in user, if any. As a handler's argument it returns 503 if the session store is unavailable: users are never
/// taken for signed out.
#[derive(Clone)]
pub struct MaybeIdentity(Option<Identity>);

impl Identity {
    pub(super) fn of_request() -> Result<Option<Self>, StoreError> {
        let session = RequestSession::of_request()?.loaded()?;
        Ok(session.filter(|session| session.record.signed_in.is_some()).map(Self))
    }

    /// Returns what the sign-in stored: claims, tokens and its time.
    ///
    /// # Panics
    /// Never: it is only created from a session with a sign-in.
    pub(crate) fn signed_in(&self) -> &SignedIn {
        self.0.record.signed_in.as_ref().unwrap_or_else(|| unreachable!("created from a session with a sign-in"))
    }

    pub(super) fn session(&self) -> &Arc<Loaded> {
        &self.0
    }

    /// Returns the verified claims.
    pub fn claims(&self) -> &Claims {
        &self.signed_in().claims
    }

    /// Returns the name to show. It can change: don't use it as a key or for authorization.
    pub fn name(&self) -> &str {
        self.claims().display_name()
    }

    /// Returns a value that the hook `on_sign_in` gave the session ([`Decision::AllowWith`](crate::Decision::AllowWith));
    /// `None` if there is none of this name and type. Your values never mix with the provider's claims.
    ///
    /// ```
    /// # use identity_web::Identity;
    /// # fn page(user: Identity) {
    /// let plan: Option<String> = user.value("plan");
    /// # }
    /// ```
    pub fn value<T: DeserializeOwned>(&self, name: &str) -> Option<T> {
        T::deserialize(self.signed_in().values.get(name)?).ok()
    }

    /// Returns the user's stable key: issuer and subject (`iss`, `sub`).
    pub fn key(&self) -> (&str, &str) {
        self.claims().key()
    }

    /// Returns the provider that the user signed in at: NAME of `providers.NAME`, or at B2C the policy. `None` means the
    /// provider of `[client]`.
    pub fn provider(&self) -> Option<&str> {
        self.signed_in().provider.as_deref()
    }

    /// Returns the key that a user has in all applications of Microsoft Entra: tenant and object ID (`tid`, `oid`).
    pub fn entra_key(&self) -> Option<(&str, &str)> {
        self.claims().entra_key()
    }
}

impl MaybeIdentity {
    /// Returns the signed-in user, if any.
    pub fn identity(&self) -> Option<&Identity> {
        self.0.as_ref()
    }

    /// Returns the signed-in user, if any.
    pub fn into_inner(self) -> Option<Identity> {
        self.0
    }
}

impl FromRequest for Identity {
    type Error = Error;
    type Future = Ready<Result<Self, Error>>;

    fn from_request(_: &HttpRequest, _: &mut Payload) -> Self::Future {
        let identity = Self::of_request().map_err(Error::from);
        ready(identity.and_then(|identity| identity.ok_or(Error::NotSignedIn)))
    }
}

impl FromRequest for MaybeIdentity {
    type Error = Error;
    type Future = Ready<Result<Self, Error>>;

    fn from_request(_: &HttpRequest, _: &mut Payload) -> Self::Future {
        ready(Identity::of_request().map(Self).map_err(Error::from))
    }
}

/// Requires that users are signed in. Navigations are redirected to the sign-in, which leads back; other requests get 401.
/// A request is a navigation if `Sec-Fetch-Mode` says so or, without that header, if `Accept` contains `text/html`.
///
/// ```
/// use actix_web::{middleware::from_fn, web};
/// use identity_web::login_required;
///
/// let members = web::scope("/members").wrap(from_fn(login_required));
/// ```
///
/// # Errors
/// Those of the inner service.
pub async fn login_required<B: MessageBody + 'static>(
    request: ServiceRequest,
    next: Next<B>,
) -> Result<ServiceResponse<impl MessageBody>, ActixError> {
    let refusal = match Identity::of_request() {
        Ok(Some(_)) => return Ok(next.call(request).await?.map_into_left_body()),
        Ok(None) => to_sign_in(request),
        Err(error) => request.error_response(Error::from(error)),
    };
    Ok(refusal.map_into_right_body())
}

/// Responds to signed-out users: redirects a navigation to the sign-in, and returns 401 to other requests.
pub(super) fn to_sign_in(request: ServiceRequest) -> ServiceResponse {
    let (request, _) = request.into_parts();
    let response = way_to_sign_in(&request).unwrap_or_else(HttpResponse::from_error);
    ServiceResponse::new(request, response)
}

/// Redirects a navigation to the sign-in, which leads back.
///
/// # Errors
/// [`Error::NotSignedIn`] if the request is no navigation.
pub(super) fn way_to_sign_in(request: &HttpRequest) -> Result<HttpResponse, Error> {
    let context = FetchContext::from(request);
    let may_redirect = context.is_navigation() && !context.is_prefetch();
    let views = Views::of(request).filter(|_| may_redirect).ok_or(Error::NotSignedIn)?;
    Ok(HttpResponse::SeeOther().insert_header((LOCATION, views.sign_in_url(request))).finish())
}
