//! `GET /auth/verify`: forward authentication, for a proxy that authorizes each request before it passes it on (nginx
//! `auth_request`, Traefik, Envoy, HAProxy).

use std::collections::BTreeMap;
use std::slice;

use actix_web::http::StatusCode;
use actix_web::http::header::{HeaderName, HeaderValue, LOCATION};
use actix_web::web::Data;
use actix_web::{HttpMessage as _, HttpRequest, HttpResponse};
use percent_encoding::{AsciiSet, CONTROLS, utf8_percent_encode};
use serde_json::Value;
use tracing::warn;

use super::access_token::with_session;
use super::error::Error;
use super::fetch_context::FetchContext;
use super::headers::{PROVIDER_DATA_BYTES, fitting};
use super::identity::{Identity, MaybeIdentity};
use super::proxies::TrustedProxies;
use super::require::{may_rule, texts};
use super::sign_in::{Pairs, pairs};
use super::views::Views;
use crate::entra::groups::{Groups, groups};
use crate::flows::{Error as Cause, IdentityWeb};
use crate::metrics;
use crate::oidc::claims::Claims;

/// The query parameter that isn't a claim rule: the response to signed-out users, `401` (the default) or `redirect`.
const UNAUTHENTICATED: &str = "unauthenticated";
/// The longest value of one header, in bytes.
const MAX_VALUE_BYTES: usize = 2048;
/// The header that carries each claim to the application behind the proxy.
const HEADERS: [(&str, &str); 9] = [
    ("x-auth-request-user", "sub"),
    ("x-auth-request-issuer", "iss"),
    ("x-auth-request-tenant", "tid"),
    ("x-auth-request-object-id", "oid"),
    ("x-auth-request-name", "name"),
    ("x-auth-request-preferred-username", "preferred_username"),
    ("x-auth-request-email", "email"),
    ("x-auth-request-roles", "roles"),
    ("x-auth-request-groups", "groups"),
];
/// What a header's value has percent-encoded: everything that isn't visible ASCII, and `%` and `,`.
const ENCODED: &AsciiSet = &CONTROLS.add(b' ').add(b'%').add(b',');

/// Returns 200 with the user in `X-Auth-Request-*` headers; for signed-out users 401 or, if the query asks for it, a
/// redirect to sign in; 403 if a rule of the query fails; 503 if that can't be determined.
pub(super) async fn verify(
    request: HttpRequest,
    identity: Data<IdentityWeb>,
    user: MaybeIdentity,
) -> Result<HttpResponse, Error> {
    let (rules, redirect) = parse(request.query_string())?;
    let Some(user) = user.identity() else { return sign_in(&request, &identity, redirect) };
    if !rules.admit(&identity, user).await? {
        return Err(Error::Forbidden);
    }
    let mut response = HttpResponse::new(StatusCode::OK);
    let sent = user.session().derived(|_| headers(user.claims()));
    for Header { name, value } in sent.into_iter().flatten() {
        match value {
            Some(value) => drop(response.headers_mut().insert(HeaderName::from_static(name), value.clone())),
            None => metrics::header_omitted(name),
        }
    }
    Ok(response)
}

/// Responds to signed-out users: a navigation to a page of this site leads to the sign-in and back if `redirect` is true.
/// Anything else gets 401 with the URL of the sign-in.
fn sign_in(request: &HttpRequest, identity: &IdentityWeb, redirect: bool) -> Result<HttpResponse, Error> {
    let site = &identity.services().site;
    let original = TrustedProxies(site.trusted_proxies.clone()).original(request);
    request.extensions_mut().insert(original.target(&site.public_url, &site.endpoints.prefix));
    let origin = FetchContext::from(request).with_method(&original.method);
    let to_a_page = origin.is_navigation() && !origin.is_prefetch() && original.is_of(&site.public_url);
    match Views::of(request).filter(|_| redirect && to_a_page) {
        // Absolute: Traefik resolves a path against the URL of this route.
        Some(views) => {
            let location = site.at_origin(&views.sign_in_url(request));
            Ok(HttpResponse::SeeOther().insert_header((LOCATION, location)).finish())
        }
        None => Err(Error::NotSignedIn),
    }
}

/// Claim rules: each claim named must have one of the values named.
struct Rules(BTreeMap<String, Vec<String>>);

/// Reads the query: the rules, and whether signed-out users are redirected.
fn parse(query: &str) -> Result<(Rules, bool), Error> {
    let (ours, rules): (Vec<_>, Vec<_>) = pairs(query)?.into_iter().partition(|(name, _)| name == UNAUTHENTICATED);
    let redirect = match ours.iter().map(|(_, value)| value.as_str()).collect::<Vec<_>>()[..] {
        [] | ["401"] => false,
        ["redirect"] => true,
        _ => return Err(Error::BadRequest("request-unauthenticated")),
    };
    Ok((Rules::of(rules)?, redirect))
}

impl Rules {
    fn of(pairs: Pairs) -> Result<Self, Error> {
        let mut rules: BTreeMap<String, Vec<String>> = BTreeMap::new();
        for (claim, value) in pairs {
            if claim.is_empty() || value.is_empty() {
                return Err(Error::BadRequest("request-rule"));
            }
            if !may_rule(&claim) {
                return Err(Error::BadRequest("request-rule-claim"));
            }
            rules.entry(claim).or_default().push(value);
        }
        Ok(Self(rules))
    }

    /// Returns whether every rule holds. Queries Microsoft Graph if the user's groups don't fit in the ID token.
    async fn admit(&self, identity: &IdentityWeb, user: &Identity) -> Result<bool, Error> {
        if self.0.is_empty() {
            return Ok(true);
        }
        let overage = groups(user.claims()) == Groups::Overage;
        let (asked, known): (Vec<_>, Vec<_>) = self.0.iter().partition(|(claim, _)| overage && *claim == "groups");
        if !known.into_iter().all(|(claim, allowed)| agrees(user.claims(), claim, allowed)) {
            return Ok(false);
        }
        let Some((_, allowed)) = asked.first() else { return Ok(true) };
        match with_session(async |session| identity.is_in_any(session, allowed).await).await {
            // A 401 would lead to a sign-in that doesn't ask for the permission, and back here, in a loop.
            Err(Cause::Interaction(_)) => {
                warn!("can't look up groups without User.Read: add it to auth_request.scopes");
                Ok(false)
            }
            answer => Ok(answer?),
        }
    }
}

fn agrees(claims: &Claims, claim: &str, allowed: &[String]) -> bool {
    let found = claims.get(claim).map(texts).unwrap_or_default();
    found.iter().any(|value| allowed.contains(value))
}

/// A header of the response; without a value if that doesn't fit.
struct Header {
    name: &'static str,
    value: Option<HeaderValue>,
}

/// Returns the headers in the order of [`HEADERS`]: what identifies the user comes first, long lists last. Those that don't
/// fit are omitted.
fn headers(claims: &Claims) -> Vec<Header> {
    let (mut room, mut text) = (PROVIDER_DATA_BYTES, String::new());
    let header = |(name, claim): (&'static str, &str)| {
        text.clear();
        encode(claims.get(claim)?, &mut text);
        let line = name.len() + ": \r\n".len();
        let value = fitting(&text, MAX_VALUE_BYTES.min(room.saturating_sub(line)));
        room -= value.as_ref().map_or(0, |value| line + value.len());
        Some(Header { name, value })
    };
    HEADERS.into_iter().filter_map(header).collect()
}

/// Percent-encodes a claim's values, with commas between them; no more than what shows that they don't fit.
fn encode(claim: &Value, into: &mut String) {
    if let Value::String(text) = claim {
        return into.extend(utf8_percent_encode(text, ENCODED));
    }
    let values = claim.as_array().map_or(slice::from_ref(claim), Vec::as_slice);
    for (place, value) in values.iter().filter(|value| !value.is_array()).flat_map(texts).enumerate() {
        if into.len() > MAX_VALUE_BYTES {
            return;
        }
        into.push_str(if place == 0 { "" } else { "," });
        into.extend(utf8_percent_encode(&value, ENCODED));
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn allowed(query: &str) -> Option<bool> {
        let claims = json!({
            "roles": ["Admin", "Editor"], "tid": "t", "acct": 0, "email": "a@b", "groups": [], "deep": [["x"], {"a": "x"}],
        });
        let claims = Claims::unverified_for_tests(claims.as_object().unwrap().clone());
        let (rules, _) = parse(query).ok()?;
        Some(rules.0.iter().all(|(claim, allowed)| agrees(&claims, claim, allowed)))
    }

    #[test]
    fn rules_are_all_kept_each_by_one_of_its_values() {
        for (query, expected) in [
            ("", Some(true)),
            ("roles=Admin", Some(true)),
            ("roles=Reader&roles=Editor", Some(true)),
            ("roles=Admin&tid=t", Some(true)),
            ("acct=0", Some(true)),
            ("roles=Reader", Some(false)),
            ("roles=Admin&tid=other", Some(false)),
            ("roles=admin", Some(false)),
            ("roles=Admin%2CEditor", Some(false)),
            ("groups=x", Some(false)),
            ("deep=x", Some(false)),
            ("absent=x", Some(false)),
            ("unauthenticated=redirect", Some(true)),
            ("unauthenticated=401&roles=Reader", Some(false)),
            ("unauthenticated=yes", None),
            ("unauthenticated=redirect&unauthenticated=401", None),
            ("email=a%40b", None),
            ("roles=", None),
            ("=x", None),
            ("roles=%ff", None),
        ] {
            assert_eq!(allowed(query), expected, "{query}");
        }
    }

    #[test]
    fn headers_that_do_not_fit_are_omitted_and_the_first_ones_are_kept() {
        let sent = |claims: serde_json::Value| {
            let claims = Claims::unverified_for_tests(claims.as_object().unwrap().clone());
            let sent = headers(&claims).into_iter();
            sent.filter_map(|header| Some((header.name, header.value?.len()))).collect::<Vec<_>>()
        };
        let text = |bytes: usize| "x".repeat(bytes);
        let long = json!({"sub": "s", "name": text(2049), "email": "e"});
        assert_eq!(sent(long), [("x-auth-request-user", 1), ("x-auth-request-email", 1)]);
        let fits = json!({"sub": text(2048), "name": text(900), "roles": text(100), "groups": "g"});
        let kept = [("x-auth-request-user", 2048), ("x-auth-request-name", 900), ("x-auth-request-groups", 1)];
        assert_eq!(sent(fits), kept, "the roles don't fit together with the rest");
        let groups: Vec<_> = (0..200).map(|group| format!("00000000-0000-4000-8000-{group:012}")).collect();
        assert_eq!(sent(json!({"sub": "s", "groups": groups})), [("x-auth-request-user", 1)]);
    }

    #[test]
    fn a_header_carries_no_line_break_and_no_second_value() {
        for (claim, expected) in [
            (json!("Zoë\r\nX-Evil: 1,2%\u{7f}"), "Zo%C3%AB%0D%0AX-Evil:%201%2C2%25%7F"),
            (json!("ada@contoso.example"), "ada@contoso.example"),
            (json!(["a,b", "c d"]), "a%2Cb,c%20d"),
        ] {
            let mut encoded = String::new();
            encode(&claim, &mut encoded);
            assert_eq!(encoded, expected);
        }
    }
}
