//! `GET /auth/verify`: forward authentication, for a proxy that asks before it lets a request through (nginx
//! `auth_request`, Traefik, Envoy, HAProxy).

use std::collections::BTreeMap;

use actix_web::http::header::{HeaderName, HeaderValue};
use actix_web::{HttpRequest, HttpResponse};

use super::error::Error;
use super::guards::{may_rule, texts};
use super::identity::{Identity, MaybeIdentity};
use super::sign_in::pairs;
use crate::oidc::claims::Claims;

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

/// 200 with who it is in `X-Auth-Request-*`; 401 for nobody, 403 where a rule of the query says no, 503 where it cannot
/// be told.
pub(super) async fn verify(request: HttpRequest, user: MaybeIdentity) -> Result<HttpResponse, Error> {
    let rules = Rules::parse(request.query_string())?;
    let user = user.identity().ok_or(Error::NotSignedIn)?;
    if !rules.allow(user.claims()) {
        return Err(Error::Forbidden);
    }
    let mut response = HttpResponse::Ok();
    headers(user).for_each(|header| {
        response.insert_header(header);
    });
    Ok(response.finish())
}

/// Claim rules: of each claim that is named, one of the values that are named.
struct Rules(BTreeMap<String, Vec<String>>);

impl Rules {
    fn parse(query: &str) -> Result<Self, Error> {
        let mut rules: BTreeMap<String, Vec<String>> = BTreeMap::new();
        for (claim, value) in pairs(query)? {
            if claim.is_empty() || value.is_empty() {
                return Err(Error::BadRequest("A rule is a claim and a value."));
            }
            if !may_rule(&claim) {
                return Err(Error::BadRequest(
                    "No rule goes by a claim that people can change, such as an e-mail address.",
                ));
            }
            rules.entry(claim).or_default().push(value);
        }
        Ok(Self(rules))
    }

    fn allow(&self, claims: &Claims) -> bool {
        self.0.iter().all(|(claim, allowed)| {
            let found = claims.get(claim).map(texts).unwrap_or_default();
            found.iter().any(|value| allowed.contains(value))
        })
    }
}

fn headers(user: &Identity) -> impl Iterator<Item = (HeaderName, HeaderValue)> {
    HEADERS.iter().filter_map(|(name, claim)| {
        let values = texts(user.claims().get(claim)?);
        let value = values.iter().map(|value| encoded(value)).collect::<Vec<_>>().join(",");
        Some((HeaderName::from_static(name), HeaderValue::from_str(&value).ok()?))
    })
}

/// A value as a header can carry it: what is not visible ASCII, and `%` and `,`, percent-encoded.
fn encoded(value: &str) -> String {
    let plain = |byte: &u8| byte.is_ascii_graphic() && !b"%,".contains(byte);
    let encode = |byte: u8| if plain(&byte) { char::from(byte).to_string() } else { format!("%{byte:02X}") };
    value.bytes().map(encode).collect::<Vec<_>>().concat()
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
        Rules::parse(query).ok().map(|rules| rules.allow(&claims))
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
            ("email=a%40b", None),
            ("roles=", None),
            ("=x", None),
            ("roles=%ff", None),
        ] {
            assert_eq!(allowed(query), expected, "{query}");
        }
    }

    #[test]
    fn a_header_carries_no_line_break_and_no_second_value() {
        assert_eq!(encoded("Zoë\r\nX-Evil: 1,2%"), "Zo%C3%AB%0D%0AX-Evil:%201%2C2%25");
        assert_eq!(encoded("ada@contoso.example"), "ada@contoso.example");
    }
}
