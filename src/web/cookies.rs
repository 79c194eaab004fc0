//! A request's cookies, read by bytes: another application's cookie never hides ours.

use std::borrow::Cow;
use std::iter;

use actix_web::cookie::{Cookie, SameSite, time::Duration as CookieDuration};
use actix_web::http::header::{COOKIE, HeaderMap};
use memchr::memchr;
use percent_encoding::percent_decode;

use crate::flows::{IdentityWeb, Site};
use crate::session::transaction::{CookieChange, LIFETIME};

/// Returns the name and the value of each cookie as they were sent, undecoded and in order; a name may repeat.
///
/// Every `Cookie` header is read, because HTTP/2 may split it (RFC 9113 section 8.2.3). Only a pair that isn't UTF-8 or
/// has no name is skipped, whereas [`actix_web::HttpRequest::cookies`] fails for all cookies if one byte isn't UTF-8.
pub fn pairs(headers: &HeaderMap) -> impl Iterator<Item = (&str, &str)> {
    byte_pairs(headers).filter_map(|(name, value)| Some((str::from_utf8(name).ok()?, str::from_utf8(value).ok()?)))
}

fn byte_pairs(headers: &HeaderMap) -> impl Iterator<Item = (&[u8], &[u8])> {
    let pairs = headers.get_all(COOKIE).flat_map(|header| {
        let mut rest = Some(header.as_bytes());
        iter::from_fn(move || {
            let (pair, after) = split(b';', rest?);
            rest = after;
            Some(pair)
        })
    });
    pairs.filter_map(|pair| {
        let (name, value) = split(b'=', pair);
        let (name, value) = (name.trim_ascii(), value?.trim_ascii());
        (!name.is_empty()).then_some((name, value))
    })
}

/// Returns what is before and after a byte; nothing after, if it isn't there.
fn split(at: u8, bytes: &[u8]) -> (&[u8], Option<&[u8]>) {
    memchr(at, bytes).map_or((bytes, None), |place| (&bytes[..place], Some(&bytes[place + 1..])))
}

/// Returns the value of the first cookie of this name, percent-decoded as [`Cookie::encoded`] encodes it. A value that
/// decodes to something other than UTF-8 is skipped.
pub fn decoded_value<'a>(headers: &'a HeaderMap, name: &str) -> Option<Cow<'a, str>> {
    let mut values = byte_pairs(headers).filter(|(found, _)| *found == name.as_bytes()).map(|(_, value)| value);
    values.find_map(|value| match memchr(b'%', value) {
        Some(_) => percent_decode(value).decode_utf8().ok(),
        None => str::from_utf8(value).ok().map(Cow::Borrowed),
    })
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

/// Makes a transaction's cookie. `form_post`: the provider responds with a cross-site POST, which must carry it.
pub(super) fn of_transaction(identity: &IdentityWeb, change: CookieChange, form_post: bool) -> Cookie<'static> {
    let (site, is_kept) = (&identity.services().site, change.value.is_some());
    let mut cookie = of_site(site, change.name, change.value);
    if is_kept {
        cookie.set_max_age(CookieDuration::try_from(LIFETIME).ok());
    }
    if form_post && site.cookie.secure {
        cookie.set_same_site(SameSite::None); // A cross-site POST carries no `Lax` cookie.
    }
    cookie
}

#[cfg(test)]
mod tests {
    use actix_web::http::header::HeaderValue;
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
        assert_eq!(decoded_value(&headers, "__Host-identity").unwrap(), "x=");

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
    fn the_first_value_that_decodes_is_found() {
        let headers = headers(&[b"a=%ff; b=%20; c=%; a=1; b=2"]);
        let found = ["a", "b", "c", "d"].map(|name| decoded_value(&headers, name));
        assert_eq!(found.each_ref().map(Option::as_deref), [Some("1"), Some(" "), Some("%"), None]);
    }
}
