//! Where a request's access token is: RFC 6750 section 2.

use actix_web::HttpRequest;
use actix_web::http::header::AUTHORIZATION;
use url::form_urlencoded;

/// Returns the token of the `Authorization` header (RFC 6750 section 2.1), the only place that is supported: URLs end up in
/// logs (section 2.3). Other schemes don't count.
///
/// # Errors
/// What is wrong with the request.
pub(super) fn access_token(request: &HttpRequest) -> Result<Option<&str>, &'static str> {
    if form_urlencoded::parse(request.query_string().as_bytes()).any(|(name, _)| name == "access_token") {
        return Err("Send the access token in the Authorization header, not in the query.");
    }
    let mut headers = request.headers().get_all(AUTHORIZATION);
    let Some(header) = headers.next() else { return Ok(None) };
    if headers.next().is_some() {
        return Err("There must be only one Authorization header.");
    }
    let header = header.to_str().map_err(|_| MALFORMED)?;
    let (scheme, token) = header.split_once(' ').unwrap_or((header, ""));
    if !scheme.eq_ignore_ascii_case("bearer") {
        return Ok(None);
    }
    let token = token.trim_start_matches(' ');
    if is_token68(token) { Ok(Some(token)) } else { Err(MALFORMED) }
}

const MALFORMED: &str = "The Authorization header must be Bearer, a space and the access token.";

/// Returns whether a text is what RFC 6750 calls `b64token` (RFC 9110 section 11.2).
fn is_token68(text: &str) -> bool {
    let body = text.trim_end_matches('=');
    !body.is_empty() && body.bytes().all(|b| b.is_ascii_alphanumeric() || b"-._~+/".contains(&b))
}

#[cfg(test)]
mod tests {
    use actix_web::test::TestRequest;

    use super::*;

    #[test]
    fn a_token_is_in_one_authorization_header() {
        let sent = |query: &str, headers: &[&str]| {
            let request = TestRequest::with_uri(&format!("/?{query}"));
            let request = headers.iter().fold(request, |request, value| request.append_header((AUTHORIZATION, *value)));
            access_token(&request.to_http_request()).map(|token| token.map(str::to_owned)).ok()
        };
        let token = |token: &str| Some(Some(token.to_owned()));
        assert_eq!(sent("", &["Bearer abc.DEF-_~+/12=="]), token("abc.DEF-_~+/12=="));
        assert_eq!(sent("a=access_token", &["bEARER   x"]), token("x"));
        for absent in [&[][..], &["Basic YTpi"], &["Bearerx"], &["DPoP abc"], &[""]] {
            assert_eq!(sent("", absent), Some(None), "{absent:?}");
        }
        for malformed in [
            &["Bearer"][..],
            &["Bearer "],
            &["Bearer ="],
            &["Bearer a b"],
            &["Bearer a,b"],
            &["Bearer a=b"],
            &["Bearer \"a\""],
            &["Bearer a", "Bearer a"],
            &["Bearer a", "Basic YTpi"],
            &["Basic YTpi", "Bearer a"],
        ] {
            assert_eq!(sent("", malformed), None, "{malformed:?}");
        }
        for query in ["access_token=x", "a=b&access_token", "%61ccess_token=x"] {
            assert_eq!(sent(query, &[]), None, "{query}");
            assert_eq!(sent(query, &["Bearer x"]), None, "{query}");
        }
    }
}
