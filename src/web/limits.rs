//! Limits on what one request may bear, and on how often one address may come.

use std::net::IpAddr;
use std::num::NonZeroU32;
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};

use actix_web::body::{BoxBody, MessageBody};
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::http::StatusCode;
use actix_web::http::header::{CONTENT_LENGTH, COOKIE};
use actix_web::middleware::Next;
use actix_web::{Error as ActixError, HttpResponse};
use governor::{DefaultKeyedRateLimiter, Quota, RateLimiter};

use super::error::Error;
use super::proxies::TrustedProxies;
use super::routes::VERIFY;
use super::views::Views;

/// After how many counted requests the addresses that have their whole budget again are forgotten.
const FORGET_EVERY: u32 = 10_000;

/// Section `limits`, but for the session's size.
#[derive(Clone, Debug)]
#[expect(missing_docs, reason = "documented in config/default.toml")]
pub struct LimitsSettings {
    pub sign_in_requests_per_minute: u32,
    pub body_bytes: usize,
    pub query_bytes: usize,
    pub cookie_bytes: usize,
    pub sign_ins_under_way: usize,
}

/// The limits of the public listener.
pub struct Limits {
    settings: LimitsSettings,
    proxies: TrustedProxies,
    counted_prefix: String,
    not_counted: String,
    budget: DefaultKeyedRateLimiter<IpAddr>,
    counted: AtomicU32,
}

impl Limits {
    /// Limits whose budget is for the routes under `counted_prefix`, but for the one that proxies ask at every request.
    pub fn new(settings: LimitsSettings, proxies: TrustedProxies, counted_prefix: &str) -> Self {
        let per_minute = NonZeroU32::new(settings.sign_in_requests_per_minute).unwrap_or(NonZeroU32::MIN);
        Self {
            settings,
            proxies,
            counted_prefix: format!("{counted_prefix}/"),
            not_counted: format!("{counted_prefix}{VERIFY}"),
            budget: RateLimiter::keyed(Quota::per_minute(per_minute)),
            counted: AtomicU32::new(0),
        }
    }

    /// Holds a request against the limits, for [`actix_web::middleware::from_fn`].
    ///
    /// # Errors
    /// Those of the service within.
    pub async fn enforce<B: MessageBody + 'static>(
        self: Arc<Self>,
        views: Arc<Views>,
        request: ServiceRequest,
        next: Next<B>,
    ) -> Result<ServiceResponse<BoxBody>, ActixError> {
        match self.check(&request) {
            Ok(()) => Ok(next.call(request).await?.map_into_boxed_body()),
            Err(error) => {
                let (request, _) = request.into_parts();
                Ok(views.render_error(ServiceResponse::new(request, HttpResponse::from_error(error))))
            }
        }
    }

    fn check(&self, request: &ServiceRequest) -> Result<(), Error> {
        let headers = request.headers();
        let cookies: usize = headers.get_all(COOKIE).map(actix_web::http::header::HeaderValue::len).sum();
        let length = headers.get(CONTENT_LENGTH).and_then(|value| value.to_str().ok()?.parse::<usize>().ok());
        for (size, most, status) in [
            (request.query_string().len(), self.settings.query_bytes, StatusCode::URI_TOO_LONG),
            (cookies, self.settings.cookie_bytes, StatusCode::REQUEST_HEADER_FIELDS_TOO_LARGE),
            (length.unwrap_or(0), self.settings.body_bytes, StatusCode::PAYLOAD_TOO_LARGE),
        ] {
            if size > most {
                return Err(Error::TooLarge(status));
            }
        }
        let path = request.path();
        if path.starts_with(&self.counted_prefix) && path != self.not_counted { self.count(request) } else { Ok(()) }
    }

    fn count(&self, request: &ServiceRequest) -> Result<(), Error> {
        let Some(address) = self.proxies.client_address(request.request()).map(network_of) else { return Ok(()) };
        if self.counted.fetch_add(1, Ordering::Relaxed) % FORGET_EVERY == FORGET_EVERY - 1 {
            self.budget.retain_recent();
        }
        self.budget.check_key(&address).map_err(|_| Error::TooManyRequests)
    }
}

/// One customer has a whole /64 of IPv6: it counts as one address.
fn network_of(address: IpAddr) -> IpAddr {
    match address {
        IpAddr::V4(_) => address,
        IpAddr::V6(v6) => IpAddr::V6((u128::from(v6) & !u128::from(u64::MAX)).into()),
    }
}

#[cfg(test)]
mod tests {
    use actix_web::test::TestRequest;

    use super::*;

    fn limits() -> Limits {
        let settings = LimitsSettings {
            sign_in_requests_per_minute: 2,
            body_bytes: 10,
            query_bytes: 10,
            cookie_bytes: 10,
            sign_ins_under_way: 5,
        };
        Limits::new(settings, TrustedProxies::default(), "/auth")
    }

    fn request(peer: &str) -> ServiceRequest {
        TestRequest::with_uri("/auth/sign_in").peer_addr(format!("{peer}:1").parse().unwrap()).to_srv_request()
    }

    #[test]
    fn an_address_has_a_budget_of_its_own() {
        let limits = limits();
        let check = |peer| limits.check(&request(peer));
        assert!(check("192.0.2.1").is_ok() && check("192.0.2.1").is_ok());
        assert!(matches!(check("192.0.2.1"), Err(Error::TooManyRequests)));
        assert!(check("192.0.2.2").is_ok());
    }

    #[test]
    fn a_request_has_a_size() {
        let long = "x".repeat(11);
        let query = TestRequest::with_uri(&format!("/?{long}")).to_srv_request();
        let cookie = TestRequest::default().insert_header((COOKIE, long)).to_srv_request();
        let body = TestRequest::default().insert_header((CONTENT_LENGTH, "11")).to_srv_request();
        for (request, status) in [(query, 414), (cookie, 431), (body, 413)] {
            assert!(matches!(limits().check(&request), Err(Error::TooLarge(found)) if found.as_u16() == status));
        }
    }
}
