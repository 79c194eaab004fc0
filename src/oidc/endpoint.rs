//! The provider's endpoints: which URLs are accepted, and how parameters are added to them.

use std::net::{Ipv4Addr, Ipv6Addr};

use url::{Host, Url, form_urlencoded};

/// The longest endpoint that is accepted, in bytes: some stand in headers of ours.
const MAX_BYTES: usize = 2048;

/// Checks an endpoint that the metadata of `issuer` names (Discovery section 3): it must be https. Plain http is for an
/// issuer that uses it itself, and loopback for an issuer on loopback: no other issuer sends us to our own machine.
///
/// # Errors
/// What is wrong, to follow the endpoint's name.
pub(super) fn check(issuer: &Url, endpoint: &Url) -> Result<(), &'static str> {
    match endpoint.scheme() {
        "https" => {}
        "http" if issuer.scheme() == "http" => {}
        _ => return Err("is not an https URL"),
    }
    if endpoint.as_str().len() > MAX_BYTES {
        return Err("is too long");
    }
    if is_loopback(endpoint) && !is_loopback(issuer) {
        return Err("is on this machine, but its issuer is not");
    }
    Ok(())
}

/// Returns whether a URL's host is this machine, in any spelling: `localhost` and names under it, loopback addresses,
/// and the unspecified address, which connects to loopback.
pub fn is_loopback(url: &Url) -> bool {
    match url.host() {
        Some(Host::Domain(name)) => {
            let name = name.trim_end_matches('.');
            name == "localhost" || name.ends_with(".localhost")
        }
        Some(Host::Ipv4(address)) => is_own_ipv4(address),
        Some(Host::Ipv6(address)) => is_own_ipv6(address),
        None => false,
    }
}

fn is_own_ipv4(address: Ipv4Addr) -> bool {
    address.is_loopback() || address.is_unspecified()
}

/// `::ffff:127.0.0.1` is mapped to IPv4, and the deprecated `::127.0.0.1` is compatible with it (RFC 4291 section 2.5.5).
fn is_own_ipv6(address: Ipv6Addr) -> bool {
    address.is_loopback() || address.to_ipv4().is_some_and(is_own_ipv4)
}

/// Returns the endpoint with these parameters. They replace parameters of the same names in the endpoint's own query;
/// its other parameters are kept as written, and its fragment is dropped (RFC 6749 section 3.1).
pub(super) fn with_parameters(endpoint: &Url, parameters: &[(String, String)]) -> Url {
    let is_ours = |name: &str| parameters.iter().any(|(ours, _)| ours == name);
    let kept: Vec<_> = endpoint
        .query()
        .unwrap_or_default()
        .split('&')
        .filter(|pair| form_urlencoded::parse(pair.as_bytes()).next().is_some_and(|(name, _)| !is_ours(&name)))
        .collect();
    let mut url = endpoint.clone();
    url.set_fragment(None);
    url.set_query(Some(kept.join("&").as_str()).filter(|query| !query.is_empty()));
    url.query_pairs_mut().extend_pairs(parameters);
    url
}

#[cfg(test)]
mod tests {
    use super::*;

    fn url(text: &str) -> Url {
        Url::parse(text).unwrap()
    }

    #[test]
    fn this_machine_is_recognised_in_every_spelling() {
        for host in [
            "localhost",
            "LocalHost",
            "localhost.",
            "app.localhost",
            "app.localhost.",
            "127.0.0.1",
            "127.1.2.3",
            "127.1",
            "2130706433",
            "0x7f.0.0.1",
            "0177.0.0.1",
            "127.0.0.1.",
            "0.0.0.0",
            "0",
            "[::1]",
            "[::]",
            "[0:0:0:0:0:0:0:1]",
            "[::ffff:127.0.0.1]",
            "[::ffff:7f00:1]",
            "[::ffff:0.0.0.0]",
            "[::127.0.0.1]",
        ] {
            assert!(is_loopback(&url(&format!("https://{host}:8443/token"))), "{host}");
        }
        for host in [
            "localhost.example",
            "notlocalhost",
            "127.0.0.1.example",
            "128.0.0.1",
            "10.0.0.1",
            "[::2]",
            "[fe80::1]",
            "[::ffff:128.0.0.1]",
            "[2001:db8::1]",
        ] {
            assert!(!is_loopback(&url(&format!("https://{host}:8443/token"))), "{host}");
        }
    }

    #[test]
    fn endpoints_are_https_and_not_on_this_machine() {
        for (issuer, endpoint, accepted) in [
            ("https://op.example", "https://op.example/token", true),
            ("https://op.example", "https://other.example/token", true),
            ("https://op.example", "http://op.example/token", false),
            ("https://op.example", "file:///etc/passwd", false),
            ("https://op.example", "javascript:alert(1)", false),
            ("https://op.example", "https://[::ffff:127.0.0.1]/token", false),
            ("https://op.example", "https://[::]/token", false),
            ("https://op.example", "https://localhost./token", false),
            ("http://localhost:5001", "http://127.0.0.1:5001/token", true),
            ("https://127.0.0.1:5001", "https://[::1]:5001/token", true),
        ] {
            assert_eq!(check(&url(issuer), &url(endpoint)).is_ok(), accepted, "{endpoint} of {issuer}");
        }
        let long = |bytes: usize| url(&format!("https://op.example/{}", "a".repeat(bytes - 19)));
        assert!(check(&url("https://op.example"), &long(MAX_BYTES)).is_ok());
        assert!(check(&url("https://op.example"), &long(MAX_BYTES + 1)).is_err());
    }

    #[test]
    fn our_parameters_replace_those_of_the_endpoint() {
        let ours = [("state", "ours"), ("scope", "a b")].map(|(name, value)| (name.to_owned(), value.to_owned()));
        for (endpoint, expected) in [
            ("https://op.example/a", "https://op.example/a?state=ours&scope=a+b"),
            ("https://op.example/a?", "https://op.example/a?state=ours&scope=a+b"),
            ("https://op.example/a?p=x%20y&q", "https://op.example/a?p=x%20y&q&state=ours&scope=a+b"),
            ("https://op.example/a?state=theirs&p=x&%73cope=z#f", "https://op.example/a?p=x&state=ours&scope=a+b"),
            ("https://op.example/a?State=theirs#", "https://op.example/a?State=theirs&state=ours&scope=a+b"),
        ] {
            assert_eq!(with_parameters(&url(endpoint), &ours).as_str(), expected, "{endpoint}");
        }
    }
}
