//! Whose forwarded headers are believed.

use std::net::IpAddr;

use actix_web::dev::ServiceRequest;
use ipnet::IpNet;

/// The proxies before this application (`server.trusted_proxies`); by default none.
#[derive(Clone, Debug, Default)]
pub struct TrustedProxies(pub Vec<IpNet>);

impl TrustedProxies {
    fn trust(&self, address: IpAddr) -> bool {
        self.0.iter().any(|network| network.contains(&address))
    }

    /// Whether a request comes from one of them.
    pub fn sent(&self, request: &ServiceRequest) -> bool {
        request.peer_addr().is_some_and(|peer| self.trust(peer.ip().to_canonical()))
    }

    /// The address a request came from: the peer's, or where that is one of them, the last of `X-Forwarded-For` that is
    /// not.
    pub fn client_address(&self, request: &ServiceRequest) -> Option<IpAddr> {
        let peer = request.peer_addr()?.ip().to_canonical();
        if !self.trust(peer) {
            return Some(peer);
        }
        let forwarded = request.headers().get_all("x-forwarded-for").filter_map(|value| value.to_str().ok());
        let hops: Vec<_> = forwarded.flat_map(|value| value.split(',')).map(str::trim).collect();
        let addresses = hops.iter().rev().map_while(|hop| hop.parse::<IpAddr>().ok());
        Some(addresses.map(|address| address.to_canonical()).find(|hop| !self.trust(*hop)).unwrap_or(peer))
    }
}

#[cfg(test)]
mod tests {
    use actix_web::test::TestRequest;

    use super::*;

    #[test]
    fn forwarded_addresses_are_believed_of_trusted_proxies_only() {
        let address = |proxies: &[&str], peer: &str, forwarded: &str| {
            let request = TestRequest::default().peer_addr(format!("{peer}:1").parse().unwrap());
            let request = request.insert_header(("x-forwarded-for", forwarded)).to_srv_request();
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
}
