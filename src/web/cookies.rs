//! A request's cookies, read by bytes: another application's cookie never hides ours.

use actix_web::cookie::{Cookie, SameSite, time::Duration as CookieDuration};
use actix_web::http::header::{COOKIE, HeaderMap, HeaderValue};

use crate::flows::{IdentityWeb, Site};
use crate::session::transaction::{CookieChange, LIFETIME};

/// Returns the name and the value of each cookie as they were sent, undecoded and in order; a name may repeat.
///
/// Every `Cookie` header is read, because HTTP/2 may split it (RFC 9113 section 8.2.3). Only a pair that isn't UTF-8 or
/// has no name is skipped, whereas [`actix_web::HttpRequest::cookies`] fails for all cookies if one byte isn't UTF-8.
pub fn pairs(headers: &HeaderMap) -> impl Iterator<Item = (&str, &str)> {
    let pairs = headers.get_all(COOKIE).flat_map(|header| header.as_bytes().split(|byte| *byte == b';'));
    pairs.filter_map(|pair| {
        let (name, value) = std::str::from_utf8(pair).ok()?.split_once('=')?;
        let name = name.trim_ascii();
        (!name.is_empty()).then_some((name, value.trim_ascii()))
    })
}

/// Returns the same cookies, with names and values percent-decoded as [`Cookie::encoded`] encodes them. A cookie that
/// decodes to something other than UTF-8 is skipped.
pub fn decoded(headers: &HeaderMap) -> impl Iterator<Item = Cookie<'static>> {
    pairs(headers).filter_map(|(name, value)| Cookie::parse_encoded(format!("{name}={value}")).ok())
}

/// Whether [`actix_web::HttpRequest::cookies`] can read them all.
pub(super) fn are_utf8(headers: &HeaderMap) -> bool {
    headers.get_all(COOKIE).all(|header| std::str::from_utf8(header.as_bytes()).is_ok())
}

/// Puts `cookie` in place of all of its name, and drops the pairs that [`pairs`] skips.
pub(super) fn replace(headers: &mut HeaderMap, cookie: &Cookie<'_>) {
    let others =
        pairs(headers).filter(|(name, _)| *name != cookie.name()).map(|(name, value)| format!("{name}={value}"));
    let all: Vec<_> = others.chain([cookie.encoded().stripped().to_string()]).collect();
    if let Ok(value) = HeaderValue::from_bytes(all.join("; ").as_bytes()) {
        headers.insert(COOKIE, value);
    }
}

/// Makes a cookie of ours; without a value, one that removes it.
pub(super) fn of_site(site: &Site, name: String, value: Option<String>) -> Cookie<'static> {
    let is_removal = value.is_none();
    let cookie = Cookie::build(name, value.unwrap_or_default());
    let mut cookie = cookie.path("/").http_only(true).secure(site.cookie.secure).same_site(SameSite::Lax).finish();
    if is_removal {
        cookie.make_removal();
    }
    cookie
}

/// Makes a transaction's cookie.
pub(super) fn of_transaction(identity: &IdentityWeb, change: CookieChange) -> Cookie<'static> {
    let services = identity.services();
    let is_kept = change.value.is_some();
    let mut cookie = of_site(&services.site, change.name, change.value);
    if is_kept {
        cookie.set_max_age(CookieDuration::try_from(LIFETIME).ok());
    }
    if services.providers.auth_request.form_post && services.site.cookie.secure {
        cookie.set_same_site(SameSite::None); // A cross-site POST carries no `Lax` cookie.
    }
    cookie
}

#[cfg(test)]
mod tests {
    use actix_web::test::TestRequest;

    use super::*;

    fn headers(lines: &[&[u8]]) -> HeaderMap {
        let mut headers = HeaderMap::new();
        for line in lines {
            headers.append(COOKIE, HeaderValue::from_bytes(line).unwrap());
        }
        headers
    }

    #[test]
    fn a_byte_outside_utf8_hides_its_own_cookie_only() {
        let headers = headers(&[b"a=1; theirs=\xff; __Host-identity=x%3D; more=\xc3\xa9", b"\xfe=2;b=3"]);
        let found: Vec<_> = pairs(&headers).collect();
        assert_eq!(found, [("a", "1"), ("__Host-identity", "x%3D"), ("more", "é"), ("b", "3")]);
        let session = decoded(&headers).find(|cookie| cookie.name() == "__Host-identity");
        assert_eq!(session.unwrap().value(), "x=");

        let mut request = TestRequest::default().to_srv_request();
        *request.headers_mut() = headers;
        assert!(request.request().cookies().is_err(), "this module has no purpose any more");
    }

    #[test]
    fn every_header_is_read_and_order_and_repeated_names_are_kept() {
        let headers = headers(&[b"a=1", b" a = 2 ;;\tc=; =d; e; f=g=h;", b""]);
        let found: Vec<_> = pairs(&headers).collect();
        assert_eq!(found, [("a", "1"), ("a", "2"), ("c", ""), ("f", "g=h")]);
    }

    #[test]
    fn a_cookie_is_replaced_and_the_others_are_kept() {
        let mut headers = headers(&[b"a=1; own=old; theirs=\xff", b"own=older; b=\xc3\xa9"]);
        assert!(!are_utf8(&headers));
        replace(&mut headers, &Cookie::new("own", "n=w"));
        assert!(are_utf8(&headers));
        let found: Vec<_> = pairs(&headers).collect();
        assert_eq!(found, [("a", "1"), ("b", "é"), ("own", "n%3Dw")]);
    }

    #[test]
    fn what_does_not_decode_is_skipped() {
        let headers = headers(&[b"a=%ff; b=%20; c=%"]);
        let found: Vec<_> = decoded(&headers).map(|cookie| cookie.value().to_owned()).collect();
        assert_eq!(found, [" ", "%"]);
    }
}
