//! Limits on the size of a request, and on how often one address may send sign-in requests.

use std::collections::HashMap;
use std::net::IpAddr;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use actix_web::Error as ActixError;
use actix_web::body::MessageBody;
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::http::StatusCode;
use actix_web::http::header::{CONTENT_ENCODING, CONTENT_LENGTH, COOKIE, HeaderMap, HeaderValue};
use actix_web::middleware::Next;
use actix_web::web::Data;

use super::error::Error;
use super::form::FormLimits;
use super::proxies::TrustedProxies;
use crate::clock::Stopwatch;
use crate::flows::IdentityWeb;

/// With how many addresses those whose budget is full again are forgotten.
const FORGET_AT: usize = 10_000;
const MINUTE: Duration = Duration::from_mins(1);

/// Section `limits`, except for the session's size.
#[derive(Clone, Copy, Debug)]
#[expect(missing_docs, reason = "documented in config/default.toml")]
pub struct LimitsSettings {
    pub sign_in_requests_per_minute: u32,
    pub request_timeout: Duration,
    pub hook_timeout: Duration,
    pub body_bytes: usize,
    pub query_bytes: usize,
    pub cookie_bytes: usize,
    pub sign_ins_under_way: usize,
}

impl LimitsSettings {
    /// Returns the limits of a form.
    pub fn form(self) -> FormLimits {
        FormLimits { bytes: self.body_bytes, timeout: self.request_timeout }
    }

    /// Checks the size of a request by its head.
    ///
    /// # Errors
    /// [`Error::TooLarge`].
    pub fn check(self, request: &ServiceRequest) -> Result<(), Error> {
        let headers = request.headers();
        let cookies: usize = headers.get_all(COOKIE).map(HeaderValue::len).sum();
        let length = headers.get(CONTENT_LENGTH).and_then(|value| value.to_str().ok()?.parse::<usize>().ok());
        for (size, most, status) in [
            (request.query_string().len(), self.query_bytes, StatusCode::URI_TOO_LONG),
            (cookies, self.cookie_bytes, StatusCode::REQUEST_HEADER_FIELDS_TOO_LARGE),
            (length.unwrap_or(0), self.body_bytes, StatusCode::PAYLOAD_TOO_LARGE),
        ] {
            if size > most {
                return Err(Error::TooLarge(status));
            }
        }
        Ok(())
    }
}

/// Rejects a compressed body unread, for [`actix_web::middleware::from_fn`]: it could unpack to any size.
pub(super) async fn refuse_compressed<B: MessageBody + 'static>(
    request: ServiceRequest,
    next: Next<B>,
) -> Result<ServiceResponse<impl MessageBody>, ActixError> {
    let outcome = if is_compressed(request.headers()) { Err(Error::UnsupportedEncoding) } else { Ok(()) };
    pass(outcome, request, next).await
}

fn is_compressed(headers: &HeaderMap) -> bool {
    headers.get_all(CONTENT_ENCODING).any(|value| !value.as_bytes().eq_ignore_ascii_case(b"identity"))
}

/// How many requests one address may send to the routes of the sign-in, all workers together. The next ones get 429.
///
/// ```no_run
/// use actix_web::web::Data;
/// use actix_web::{App, HttpServer};
/// use identity_web::IdentityWeb;
///
/// # fn serve(identity: IdentityWeb) {
/// let budget = Data::new(identity.sign_in_budget(600));
/// HttpServer::new(move || {
///     App::new().app_data(budget.clone()).wrap(identity.sessions()).configure(identity.routes())
/// });
/// # }
/// ```
pub struct SignInBudget {
    proxies: TrustedProxies,
    /// In this time one more request is allowed.
    interval: Duration,
    started: Stopwatch,
    addresses: Mutex<Addresses>,
}

#[derive(Default)]
struct Addresses {
    /// When the budget of an address is full again, as the time since the start.
    full_at: HashMap<IpAddr, Duration>,
    /// How many there were after the last ones were forgotten.
    kept: usize,
}

impl IdentityWeb {
    /// Returns a budget that no address has used yet: `per_minute` requests at once, and as many in each minute. Behind the
    /// proxies of `server.trusted_proxies`, the address is the one that they forward.
    pub fn sign_in_budget(&self, per_minute: u32) -> SignInBudget {
        SignInBudget::new(per_minute, TrustedProxies(self.services().site.trusted_proxies.clone()))
    }
}

impl SignInBudget {
    #[doc(hidden)]
    pub fn new(per_minute: u32, proxies: TrustedProxies) -> Self {
        let interval = MINUTE / per_minute.max(1);
        Self { proxies, interval, started: Stopwatch::start(), addresses: Mutex::default() }
    }

    fn spend(&self, request: &ServiceRequest) -> Result<(), Error> {
        let Some(address) = self.proxies.client_address(request.request()).map(network_of) else { return Ok(()) };
        let now = self.started.elapsed();
        let mut addresses = self.addresses.lock().unwrap_or_else(PoisonError::into_inner);
        // The virtual scheduling of the generic cell rate algorithm (ITU-T I.371).
        let full_at = addresses.full_at.get(&address).copied().unwrap_or_default().max(now) + self.interval;
        if full_at > now + MINUTE {
            return Err(Error::TooManyRequests);
        }
        addresses.full_at.insert(address, full_at);
        addresses.forget(now);
        Ok(())
    }
}

impl Addresses {
    /// Forgets the addresses whose budget is full again, each time their number has grown by [`FORGET_AT`].
    fn forget(&mut self, now: Duration) {
        if self.full_at.len() >= self.kept + FORGET_AT {
            self.full_at.retain(|_, full_at| *full_at > now);
            self.kept = self.full_at.len();
        }
    }
}

/// Counts a request against the budget of its address, if the application has one; for
/// [`actix_web::middleware::from_fn`]. It belongs around a route, because only the router knows which path matches.
pub(super) async fn count<B: MessageBody + 'static>(
    request: ServiceRequest,
    next: Next<B>,
) -> Result<ServiceResponse<impl MessageBody>, ActixError> {
    let outcome = request.app_data::<Data<SignInBudget>>().map_or(Ok(()), |budget| budget.spend(&request));
    pass(outcome, request, next).await
}

async fn pass<B: MessageBody + 'static>(
    outcome: Result<(), Error>,
    request: ServiceRequest,
    next: Next<B>,
) -> Result<ServiceResponse<impl MessageBody>, ActixError> {
    match outcome {
        Ok(()) => Ok(next.call(request).await?.map_into_left_body()),
        Err(error) => Ok(request.error_response(error).map_into_right_body()),
    }
}

/// Returns the network that counts as one address: one customer has a whole /64 of IPv6.
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

    #[test]
    fn an_address_has_a_budget_of_its_own() {
        let budget = SignInBudget::new(2, TrustedProxies::default());
        let spend = |peer: &str| {
            let request = TestRequest::default().peer_addr(format!("{peer}:1").parse().unwrap());
            budget.spend(&request.to_srv_request())
        };
        assert!(spend("192.0.2.1").is_ok() && spend("192.0.2.1").is_ok());
        assert!(matches!(spend("192.0.2.1"), Err(Error::TooManyRequests)));
        assert!(spend("192.0.2.2").is_ok());
    }

    #[test]
    fn a_spent_budget_fills_up_again() {
        let budget = SignInBudget::new(6000, TrustedProxies::default());
        let request = TestRequest::default().peer_addr("192.0.2.1:1".parse().unwrap()).to_srv_request();
        while budget.spend(&request).is_ok() {}
        std::thread::sleep(Duration::from_millis(20));
        assert!(budget.spend(&request).is_ok(), "one request each 10 ms");
        while budget.spend(&request).is_ok() {}
        assert!(budget.spend(&request).is_err(), "no more than that");
    }

    #[test]
    fn addresses_with_a_full_budget_are_forgotten() {
        let mut addresses = Addresses::default();
        for number in 1..=FORGET_AT {
            let full_at = Duration::from_secs(number as u64);
            addresses.full_at.insert(IpAddr::V6((number as u128).into()), full_at);
            addresses.forget(Duration::from_mins(150));
        }
        assert_eq!((addresses.full_at.len(), addresses.kept), (FORGET_AT - 9000, FORGET_AT - 9000));
    }

    #[test]
    fn a_request_has_a_size() {
        let limits = LimitsSettings {
            sign_in_requests_per_minute: 2,
            request_timeout: Duration::from_secs(1),
            hook_timeout: Duration::from_secs(1),
            body_bytes: 10,
            query_bytes: 10,
            cookie_bytes: 10,
            sign_ins_under_way: 5,
        };
        let long = "x".repeat(11);
        let query = TestRequest::with_uri(&format!("/?{long}")).to_srv_request();
        let cookie = TestRequest::default().insert_header((COOKIE, long)).to_srv_request();
        let body = TestRequest::default().insert_header((CONTENT_LENGTH, "11")).to_srv_request();
        for (request, status) in [(query, 414), (cookie, 431), (body, 413)] {
            assert!(matches!(limits.check(&request), Err(Error::TooLarge(found)) if found.as_u16() == status));
        }
    }

    #[test]
    fn only_identity_is_no_compression() {
        for (encodings, expected) in [
            (&[][..], false),
            (&["identity"], false),
            (&["Identity"], false),
            (&["gzip"], true),
            (&["identity, gzip"], true),
            (&["identity", "br"], true),
            (&["unknown"], true),
        ] {
            let request = encodings
                .iter()
                .fold(TestRequest::default(), |request, encoding| request.append_header((CONTENT_ENCODING, *encoding)));
            assert_eq!(is_compressed(request.to_srv_request().headers()), expected, "{encodings:?}");
        }
    }
}
