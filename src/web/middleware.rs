//! Middleware for the application's own scopes: who may call them, and how they answer.

use actix_web::body::MessageBody;
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::http::Method;
use actix_web::http::header::UPGRADE;
use actix_web::middleware::Next;
use actix_web::web::Data;
use actix_web::{Error as ActixError, HttpMessage as _};

use super::error::Error;
use super::fetch_context::{FetchContext, ForPrograms};
use crate::flows::IdentityWeb;
use crate::session::error::StoreError;

/// Accepts requests that change state, and WebSocket upgrades, only from pages of this site (`server.public_url`), as the
/// sign-out button does. Others get 403. GET, HEAD and OPTIONS pass: they must not change anything.
///
/// The browser says where a request comes from, by `Sec-Fetch-Site` and `Origin`. A client that sends neither isn't a
/// browser, and is refused too: it belongs on a route without the session's cookie.
///
/// ```
/// use actix_web::{middleware::from_fn, web};
/// use identity_web::same_origin;
///
/// let orders = web::scope("/orders").wrap(from_fn(same_origin));
/// ```
///
/// # Errors
/// Those of the inner service.
pub async fn same_origin<B: MessageBody + 'static>(
    request: ServiceRequest,
    next: Next<B>,
) -> Result<ServiceResponse<impl MessageBody>, ActixError> {
    match check_origin(&request) {
        Ok(()) => Ok(next.call(request).await?.map_into_left_body()),
        Err(error) => Ok(request.error_response(error).map_into_right_body()),
    }
}

fn check_origin(request: &ServiceRequest) -> Result<(), Error> {
    let identity = request.app_data::<Data<IdentityWeb>>().ok_or(StoreError::NotWrapped)?;
    let (context, public_url) = (FetchContext::from(request), &identity.services().site.public_url);
    if is_web_socket(request) {
        return context.require_own_web_socket(public_url);
    }
    let only_reads = [Method::GET, Method::HEAD, Method::OPTIONS].contains(request.method());
    if only_reads { Ok(()) } else { context.require_same_origin(public_url) }
}

fn is_web_socket(request: &ServiceRequest) -> bool {
    let upgrades = request.headers().get_all(UPGRADE).filter_map(|value| value.to_str().ok());
    upgrades.flat_map(|value| value.split(',')).any(|protocol| protocol.trim().eq_ignore_ascii_case("websocket"))
}

/// Makes a scope for programs: it never redirects to the sign-in, and its errors are problem JSON (RFC 9457), also for a
/// browser that navigates to it. Wrap the scope in it last, so that it comes before the rules.
///
/// ```
/// use actix_web::{middleware::from_fn, web};
/// use identity_web::{Require, api_only};
///
/// let api = web::scope("/api").wrap(Require::role("Editor")).wrap(from_fn(api_only));
/// ```
///
/// # Errors
/// Those of the inner service.
pub async fn api_only<B: MessageBody + 'static>(
    request: ServiceRequest,
    next: Next<B>,
) -> Result<ServiceResponse<B>, ActixError> {
    request.extensions_mut().insert(ForPrograms);
    next.call(request).await
}
