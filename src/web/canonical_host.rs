//! Sends browsers that came by another name of this machine, such as `localhost`, to `server.public_url`: the cookies of a
//! sign-in are for that host only, so a sign-in that began elsewhere couldn't be completed.
//!
//! Only on loopback, and only at the same port: elsewhere a proxy may have replaced the host that the browser asked for, and
//! the redirect would lead back here without end.

use actix_web::HttpResponse;
use actix_web::dev::ServiceRequest;
use actix_web::http::Method;
use actix_web::http::header::{CACHE_CONTROL, HOST, LOCATION};
use actix_web::http::uri::Authority;
use url::Url;

use super::fetch_context::FetchContext;
use super::proxies::TrustedProxies;
use crate::flows::{IdentityWeb, Site};
use crate::oidc::provider::is_loopback;

/// Of a proxy, which may have replaced the host that the browser asked for.
const OF_A_PROXY: [&str; 6] =
    ["forwarded", "via", "x-forwarded-for", "x-forwarded-host", "x-forwarded-proto", "x-real-ip"];

/// The name of this machine that browsers must use.
#[derive(Clone, Debug)]
pub struct CanonicalHost {
    site: Site,
    /// As almost every request names it.
    authority: String,
    /// What is not for a browser's window: proxies and providers call it by any host.
    channels: [String; 3],
}

impl CanonicalHost {
    /// Returns the host of `server.public_url`.
    pub fn of(identity: &IdentityWeb) -> Self {
        let site = identity.services().site.clone();
        let verify = format!("{}/verify", site.endpoints.prefix);
        let channels =
            [verify, site.endpoints.front_channel_logout.clone(), site.endpoints.back_channel_logout.clone()];
        Self { authority: site.public_url.authority().to_owned(), site, channels }
    }

    /// Redirects a browser's navigation that came directly, not by a proxy, and by another name of this machine.
    pub(super) fn redirect(&self, request: &ServiceRequest, proxies: &TrustedProxies) -> Option<HttpResponse> {
        let is_read = matches!(*request.method(), Method::GET | Method::HEAD);
        if !is_read || !self.is_other_name(request)? || !FetchContext::from(request).is_navigation() {
            return None;
        }
        let is_proxied =
            proxies.sent(request.request()) || OF_A_PROXY.iter().any(|name| request.headers().contains_key(*name));
        if is_proxied || self.channels.iter().any(|path| path == request.path()) {
            return None;
        }
        let path = request.uri().path_and_query().map_or("/", |path| path.as_str());
        let mut response = HttpResponse::TemporaryRedirect();
        response.insert_header((LOCATION, self.site.absolute(path))).insert_header((CACHE_CONTROL, "no-store"));
        Some(response.finish())
    }

    /// Returns whether a request is for another name of the machine that `public_url` names, at the same port. `None` if it
    /// has no valid host.
    fn is_other_name(&self, request: &ServiceRequest) -> Option<bool> {
        // Over HTTP/2 the URI has it.
        let of_uri = request.uri().authority().map(Authority::as_str);
        let host = of_uri.or_else(|| request.headers().get(HOST)?.to_str().ok())?;
        let own = &self.site.public_url;
        if host == self.authority || !is_loopback(own) {
            return Some(false);
        }
        let url = Url::parse(&format!("{}://{host}/", own.scheme())).ok()?;
        let is_same_port = url.port_or_known_default() == own.port_or_known_default();
        Some(is_same_port && is_loopback(&url) && url.host() != own.host())
    }
}
