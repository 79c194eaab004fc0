//! Who is signed in, as a handler sees it.

use std::future::{Ready, ready};
use std::sync::Arc;

use actix_web::body::MessageBody;
use actix_web::dev::{Payload, ServiceRequest, ServiceResponse};
use actix_web::http::header::LOCATION;
use actix_web::middleware::Next;
use actix_web::{Error as ActixError, FromRequest, HttpRequest, HttpResponse};

use super::error::Error;
use super::fetch_context::FetchContext;
use super::views::Views;
use crate::oidc::claims::Claims;
use crate::session::current::{Current, Loaded, StoreError};
use crate::session::record::SignedIn;

/// The person who is signed in. As a handler's argument: nobody signed in is 401, a store that is away 503.
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

/// Perhaps a person who is signed in. As a handler's argument: a store that is away is 503, never "signed out".
#[derive(Clone)]
pub struct MaybeIdentity(Option<Identity>);

impl Identity {
    pub(super) fn of_request() -> Result<Option<Self>, StoreError> {
        let held = Current::of_request()?.held()?;
        Ok(held.filter(|held| held.record.signed_in.is_some()).map(Self))
    }

    /// What the sign-in left behind: claims, tokens, when it was.
    ///
    /// # Panics
    /// Never: it is only made of a session that somebody is signed in to.
    pub fn signed_in(&self) -> &SignedIn {
        self.0.record.signed_in.as_ref().unwrap_or_else(|| unreachable!("made of a session with a sign-in"))
    }

    /// The verified claims.
    pub fn claims(&self) -> &Claims {
        &self.signed_in().claims
    }

    /// A name to greet by; never a key, and never for authorization.
    pub fn name(&self) -> &str {
        self.claims().display_name()
    }

    /// The person's stable key: issuer and subject (`iss`, `sub`).
    pub fn key(&self) -> (&str, &str) {
        (self.claims().issuer(), self.claims().subject())
    }

    /// At Microsoft Entra, the person's key that all applications share: tenant and object id (`tid`, `oid`).
    pub fn entra_key(&self) -> Option<(&str, &str)> {
        Some((self.claims().text("tid")?, self.claims().text("oid")?))
    }
}

impl MaybeIdentity {
    /// The person, if one is signed in.
    pub fn identity(&self) -> Option<&Identity> {
        self.0.as_ref()
    }

    /// The person, if one is signed in.
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

/// Lets only people who are signed in into a scope: a browser on its way to a page is sent to sign in and comes back
/// there, anything else gets 401.
///
/// ```
/// use actix_web::{middleware::from_fn, web};
/// use identity_web::login_required;
///
/// let members = web::scope("/members").wrap(from_fn(login_required));
/// ```
///
/// # Errors
/// Nobody is signed in, or the store is away: that is never taken for "signed out".
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

/// The answer to nobody: on its way to a page it is sent to sign in, anything else gets 401.
pub(super) fn to_sign_in(request: ServiceRequest) -> ServiceResponse {
    let (request, _) = request.into_parts();
    let response = way_to_sign_in(&request).unwrap_or_else(HttpResponse::from_error);
    ServiceResponse::new(request, response)
}

/// Sends a browser that is on its way to a page to sign in, and back there.
///
/// # Errors
/// [`Error::NotSignedIn`]: it is not a browser's navigation.
pub(super) fn way_to_sign_in(request: &HttpRequest) -> Result<HttpResponse, Error> {
    let origin = FetchContext::from(request);
    let may_redirect = origin.is_navigation() && !origin.is_prefetch();
    let views = Views::of(request).filter(|_| may_redirect).ok_or(Error::NotSignedIn)?;
    Ok(HttpResponse::SeeOther().insert_header((LOCATION, views.sign_in_url(request))).finish())
}
