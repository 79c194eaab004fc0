//! Which proxies' forwarded headers are trusted.

use std::net::IpAddr;

use actix_web::HttpRequest;
use actix_web::http::Method;
use ipnet::IpNet;
use url::{Host, Position, Url};

use crate::flows::target::Target;

/// The headers by which proxies describe the request that they authorize: Traefik and Caddy, then ingress-nginx and others.
const METHOD: [&str; 2] = ["x-forwarded-method", "x-original-method"];
const URI: [&str; 3] = ["x-forwarded-uri", "x-original-uri", "x-original-url"];
const HOST: &str = "x-forwarded-host";

/// The proxies in front of this application (`server.trusted_proxies`); none by default.
#[derive(Clone, Debug, Default)]
pub struct TrustedProxies(pub Vec<IpNet>);

impl TrustedProxies {
    fn trust(&self, address: IpAddr) -> bool {
        self.0.iter().any(|network| network.contains(&address))
    }

    /// Returns whether a request comes from one of them.
    pub fn sent(&self, request: &HttpRequest) -> bool {
        request.peer_addr().is_some_and(|peer| self.trust(peer.ip().to_canonical()))
    }

    /// Returns the client's address: the peer's or, if the peer is one of them, the last one of `X-Forwarded-For` that
    /// isn't.
    pub fn client_address(&self, request: &HttpRequest) -> Option<IpAddr> {
        let peer = request.peer_addr()?.ip().to_canonical();
        if !self.trust(peer) {
            return Some(peer);
        }
        let forwarded = request.headers().get_all("x-forwarded-for").filter_map(|value| value.to_str().ok());
        let hops: Vec<_> = forwarded.flat_map(|value| value.split(',')).map(str::trim).collect();
        let addresses = hops.iter().rev().map_while(|hop| hop.parse::<IpAddr>().ok());
        Some(addresses.map(|address| address.to_canonical()).find(|hop| !self.trust(*hop)).unwrap_or(peer))
    }

    /// Returns the request that one of them authorizes. From any other client it is the request itself.
    pub fn original(&self, request: &HttpRequest) -> Original {
        let header = |name: &&str| {
            let mut values = request.headers().get_all(*name);
            let value = values.next().filter(|_| values.next().is_none() && self.sent(request))?;
            value.to_str().ok().filter(|value| !value.is_empty()).map(str::to_owned)
        };
        let method = METHOD.iter().find_map(header).and_then(|method| method.parse().ok());
        Original {
            method: method.unwrap_or_else(|| request.method().clone()),
            host: header(&HOST),
            uri: URI.iter().find_map(header),
        }
    }
}

/// A request that a proxy holds back until it is authorized.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Original {
    /// Its method.
    pub method: Method,
    host: Option<String>,
    uri: Option<String>,
}

impl Original {
    /// Returns whether it is for this site's host, as far as the headers say. A session's cookie is for that host only.
    pub fn is_of(&self, public_url: &Url) -> bool {
        let host = |url: &str| Url::parse(url).ok()?.host().map(|host| host.to_owned());
        let named =
            |found: Option<Host<String>>| found.as_ref().map(Host::to_string).as_deref() == public_url.host_str();
        let absolute = self.uri.as_deref().filter(|uri| !uri.starts_with('/'));
        self.host.as_deref().is_none_or(|name| named(host(&format!("https://{name}/"))))
            && absolute.is_none_or(|url| named(host(url)))
    }

    /// Returns where the sign-in leads back to: the page if it is a GET of this site, or else the home page.
    pub fn target(&self, public_url: &Url, own_prefix: &str) -> Target {
        let uri = self.uri.as_deref().filter(|_| self.method == Method::GET && self.is_of(public_url));
        let Some(uri) = uri else { return Target::home() };
        let base = public_url.path().trim_end_matches('/');
        match Url::parse(uri) {
            Ok(absolute) => Target::parse_below(&absolute[Position::BeforePath..], base, own_prefix),
            Err(_) => Target::parse_below(uri, base, own_prefix),
        }
    }
}

#[cfg(test)]
mod tests {
    use actix_web::test::TestRequest;

    use super::*;

    #[test]
    fn forwarded_addresses_are_trusted_from_trusted_proxies_only() {
        let address = |proxies: &[&str], peer: &str, forwarded: &str| {
            let request = TestRequest::default().peer_addr(format!("{peer}:1").parse().unwrap());
            let request = request.insert_header(("x-forwarded-for", forwarded)).to_http_request();
            let proxies = TrustedProxies(proxies.iter().map(|network| network.parse().unwrap()).collect());
            proxies.client_address(&request).unwrap().to_string()
        };
        assert_eq!(address(&[], "192.0.2.1", "198.51.100.7"), "192.0.2.1");
        assert_eq!(address(&["10.0.0.0/8"], "10.0.0.1", "198.51.100.7"), "198.51.100.7");
        assert_eq!(address(&["10.0.0.0/8"], "10.0.0.1", "forged, 198.51.100.7, 10.0.0.2"), "198.51.100.7");
        assert_eq!(address(&["10.0.0.0/8"], "10.0.0.1", ""), "10.0.0.1");
        assert_eq!(address(&["10.0.0.0/8"], "10.0.0.1", "not an address"), "10.0.0.1");
        assert_eq!(address(&["10.0.0.0/8"], "[::ffff:10.0.0.1]", "198.51.100.7"), "198.51.100.7");
    }

    #[test]
    fn a_page_is_trusted_from_a_trusted_proxy_and_never_leads_elsewhere() {
        let site = Url::parse("https://app.example:8443/").unwrap();
        let target = |headers: &[(&'static str, &str)], peer: &str| {
            let request = TestRequest::default().peer_addr(format!("{peer}:1").parse().unwrap());
            let request = headers.iter().fold(request, |request, header| request.append_header(*header));
            let original = TrustedProxies(vec!["10.0.0.0/8".parse().unwrap()]).original(&request.to_http_request());
            (original.is_of(&site), original.target(&site, "/auth").as_str().to_owned())
        };
        for (headers, of_this_site, place) in [
            (&[("x-forwarded-uri", "/a?b=c&d")][..], true, "/a?b=c&d"),
            (&[("x-forwarded-uri", "/a"), ("x-forwarded-host", "APP.example")], true, "/a"),
            (&[("x-forwarded-uri", "/a"), ("x-forwarded-host", "app.example:8443")], true, "/a"),
            (&[("x-forwarded-uri", "/a"), ("x-forwarded-host", "other.example")], false, "/"),
            (&[("x-forwarded-uri", "/a"), ("x-forwarded-host", "app.example, other.example")], false, "/"),
            (&[("x-forwarded-uri", "/a"), ("x-forwarded-method", "POST")], true, "/"),
            (&[("x-forwarded-uri", "/a"), ("x-forwarded-uri", "/b")], true, "/"),
            (&[("x-original-uri", "/a")], true, "/a"),
            (&[("x-original-url", "https://app.example:8443/a?b")], true, "/a?b"),
            (&[("x-original-url", "https://app.example/a?b")], true, "/a?b"),
            (&[("x-original-url", "https://app.example//evil")], true, "/"),
            (&[("x-original-url", "https://other.example/a")], false, "/"),
            (&[("x-forwarded-uri", "//evil")], true, "/"),
            (&[("x-forwarded-uri", "/%5cevil")], true, "/"),
            (&[("x-forwarded-uri", "/auth/sign_in")], true, "/"),
            (&[("x-forwarded-uri", "javascript:alert(1)")], false, "/"),
            (&[], true, "/"),
        ] {
            assert_eq!(target(headers, "10.0.0.1"), (of_this_site, place.to_owned()), "{headers:?}");
            assert_eq!(target(headers, "192.0.2.1"), (true, "/".to_owned()), "from any other client: {headers:?}");
        }
    }
}
