//! Each check, by one claim or header that is wrong.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use ring::hmac;
use serde_json::json;

use super::*;

const NOW: i64 = 1_800_000_000;
const SECRET: &str = "a secret of thirty-two characters";
const TENANT: &str = "c0ffee00-de30-4000-8000-c0de00000001";
const OTHER_TENANT: &str = "11111111-2222-4333-8444-555555555555";

fn signed(header: &Value, claims: &Value) -> String {
    let encode = |part: &Value| URL_SAFE_NO_PAD.encode(part.to_string());
    let input = format!("{}.{}", encode(header), encode(claims));
    let signature = hmac::sign(&hmac::Key::new(hmac::HMAC_SHA256, SECRET.as_bytes()), input.as_bytes());
    format!("{input}.{}", URL_SAFE_NO_PAD.encode(signature))
}

fn verify(
    kind: AuthorityKind,
    issuer: &IssuerRule,
    header: &Value,
    claims: &Value,
) -> Result<Claims, AccessTokenError> {
    let audiences = ["https://api.example".to_owned(), "api://tasks".to_owned()];
    let verifier = AccessTokenVerifier { kind, issuer, audiences: &audiences, algorithms: &[Algorithm::HS256] };
    verifier.verify(&signed(header, claims), &KeySet::of_client_secret(SECRET), Timestamp(NOW))
}

fn rfc9068() -> Value {
    json!({
        "iss": "https://op.example", "sub": "s", "aud": "https://api.example", "client_id": "c", "jti": "j",
        "iat": NOW, "exp": NOW + 300, "scope": "tasks.read tasks.write",
    })
}

fn entra() -> Value {
    json!({
        "iss": format!("https://login.microsoftonline.com/{TENANT}/v2.0"), "sub": "s", "aud": "api://tasks",
        "azp": "c", "tid": TENANT, "oid": "o", "iat": NOW, "nbf": NOW, "exp": NOW + 300, "scp": "Tasks.Read",
        "ver": "2.0",
    })
}

fn with(claims: Value, name: &str, value: &Value) -> Value {
    let mut claims = claims;
    if value.is_null() {
        claims.as_object_mut().unwrap().remove(name);
    } else {
        claims[name] = value.clone();
    }
    claims
}

fn of_provider(header: &Value, claims: &Value) -> Option<AccessTokenError> {
    let issuer = IssuerRule::Exact("https://op.example".to_owned());
    verify(AuthorityKind::Oidc, &issuer, header, claims).err()
}

fn of_entra(header: &Value, claims: &Value) -> Option<AccessTokenError> {
    let template = "https://login.microsoftonline.com/{tenantid}/v2.0".to_owned();
    let issuer = IssuerRule::Tenants { template, allowed: vec![TENANT.to_owned()] };
    verify(AuthorityKind::MultiTenant, &issuer, header, claims).err()
}

#[test]
fn the_header_says_that_it_is_an_access_token() {
    use JwsError as E;
    for (typ, at_provider, at_entra) in [
        (json!("at+jwt"), None, None),
        (json!("AT+JWT"), None, None),
        (json!("application/at+jwt"), None, None),
        (json!("JWT"), Some(E::WrongType), None),
        (json!(null), Some(E::WrongType), Some(E::WrongType)),
        (json!("dpop+jwt"), Some(E::WrongType), Some(E::WrongType)),
        (json!("logout+jwt"), Some(E::WrongType), Some(E::WrongType)),
        (json!(["at+jwt"]), Some(E::WrongType), Some(E::WrongType)),
    ] {
        let header = with(json!({"alg": "HS256", "typ": "at+jwt"}), "typ", &typ);
        assert_eq!(of_provider(&header, &rfc9068()), at_provider.map(AccessTokenError::from), "{typ}");
        assert_eq!(of_entra(&header, &entra()), at_entra.map(AccessTokenError::from), "{typ} at Entra");
    }
    for alg in ["none", "None", "RS256", "HS512", "hs256", ""] {
        let header = json!({"alg": alg, "typ": "at+jwt"});
        assert_eq!(of_provider(&header, &rfc9068()), Some(E::WrongAlgorithm.into()), "{alg}");
    }
}

#[test]
fn each_claim_of_rfc_9068_is_judged() {
    use AccessTokenError as E;
    let cases = [
        ("iss", json!("https://op.example/"), Some(E::WrongIssuer)),
        ("iss", json!(null), Some(E::Claim("iss"))),
        ("aud", json!("https://api.example/"), Some(E::WrongAudience)),
        ("aud", json!("client"), Some(E::WrongAudience)),
        ("aud", json!(["other", "api://tasks"]), None),
        ("aud", json!(["https://api.example", 7]), Some(E::Claim("aud"))),
        ("aud", json!([]), Some(E::Claim("aud"))),
        ("aud", json!(null), Some(E::Claim("aud"))),
        ("exp", json!(null), Some(E::Claim("exp"))),
        ("exp", json!(NOW - 59), None),
        ("exp", json!(NOW - 60), Some(E::Expired)),
        ("exp", json!("1800000300"), Some(E::Claim("exp"))),
        ("iat", json!(null), Some(E::Claim("iat"))),
        ("iat", json!(NOW + 61), Some(E::NotYetValid)),
        ("nbf", json!(NOW + 61), Some(E::NotYetValid)),
        ("sub", json!(null), Some(E::Claim("sub"))),
        ("sub", json!(""), Some(E::Claim("sub"))),
        ("sub", json!("s".repeat(256)), Some(E::Claim("sub"))),
        ("client_id", json!(null), Some(E::Claim("client_id"))),
        ("jti", json!(null), Some(E::Claim("jti"))),
        ("cnf", json!({"jkt": "x"}), Some(E::SenderConstrained)),
        ("scope", json!(null), None),
    ];
    for (name, value, expected) in cases {
        let header = json!({"alg": "HS256", "typ": "at+jwt"});
        assert_eq!(of_provider(&header, &with(rfc9068(), name, &value)), expected, "{name} = {value}");
    }
}

#[test]
fn each_claim_of_entra_is_judged() {
    use AccessTokenError as E;
    let v1 = |tenant: &str| json!(format!("https://sts.windows.net/{tenant}/"));
    let cases = [
        ("iss", v1(TENANT), None),
        ("iss", v1(OTHER_TENANT), Some(E::WrongIssuer)),
        ("iss", json!(format!("https://sts.windows.net/{TENANT}")), Some(E::WrongIssuer)),
        ("iss", json!(format!("https://sts.chinacloudapi.cn/{TENANT}/")), Some(E::WrongIssuer)),
        ("tid", json!(null), Some(E::Claim("tid"))),
        ("tid", json!(OTHER_TENANT), Some(E::WrongIssuer)),
        ("azp", json!(null), Some(E::IdToken)),
        ("scp", json!(null), Some(E::IdToken)),
        ("nonce", json!("n"), Some(E::IdToken)),
        ("at_hash", json!("h"), Some(E::IdToken)),
        ("exp", json!(NOW - 60), Some(E::Expired)),
        ("cnf", json!({"kid": "x"}), Some(E::SenderConstrained)),
    ];
    let header = json!({"alg": "HS256", "typ": "JWT"});
    for (name, value, expected) in cases {
        assert_eq!(of_entra(&header, &with(entra(), name, &value)), expected, "{name} = {value}");
    }
    let other = with(entra(), "iss", &json!(format!("https://login.microsoftonline.com/{OTHER_TENANT}/v2.0")));
    assert_eq!(of_entra(&header, &with(other, "tid", &json!(OTHER_TENANT))), Some(E::TenantNotAllowed));
    let of_application = with(with(entra(), "scp", &json!(null)), "roles", &json!(["Tasks.Read.All"]));
    assert_eq!(of_entra(&header, &of_application), None);
    let v1 = with(with(with(entra(), "azp", &json!(null)), "appid", &json!("c")), "iss", &v1(TENANT));
    assert_eq!(of_entra(&header, &v1), None);
}

#[test]
fn an_introspected_token_is_for_this_api() {
    use AccessTokenError as E;
    let issuer = IssuerRule::Exact("https://op.example".to_owned());
    let (audiences, kind) = (["https://api.example".to_owned()], AuthorityKind::Oidc);
    let verifier = AccessTokenVerifier { kind, issuer: &issuer, audiences: &audiences, algorithms: &[] };
    let good =
        json!({"active": true, "aud": ["https://api.example"], "sub": "s", "exp": NOW + 9, "token_type": "Bearer"});
    for (name, value, expected) in [
        ("sub", json!(null), None),
        ("exp", json!(null), None),
        ("exp", json!(NOW - 60), Some(E::Expired)),
        ("nbf", json!(NOW + 61), Some(E::NotYetValid)),
        ("aud", json!(null), Some(E::Claim("aud"))),
        ("aud", json!("https://other.example"), Some(E::WrongAudience)),
        ("iss", json!("https://op.example"), None),
        ("iss", json!("https://evil.example"), Some(E::WrongIssuer)),
        ("token_type", json!("DPoP"), Some(E::SenderConstrained)),
        ("cnf", json!({}), Some(E::SenderConstrained)),
    ] {
        let claims = with(good.clone(), name, &value).as_object().unwrap().clone();
        assert_eq!(verifier.verify_introspected(claims, Timestamp(NOW)).err(), expected, "{name} = {value}");
    }
    let claims = verifier.verify_introspected(good.as_object().unwrap().clone(), Timestamp(NOW)).unwrap();
    assert_eq!(claims.issuer(), "https://op.example", "users are identified by issuer and subject");
}

#[test]
fn scopes_and_roles_are_texts_or_lists() {
    let claims = |value: Value| Claims::verified(value.as_object().unwrap().clone());
    let found = |value: Value| scopes(&claims(value)).map(str::to_owned).collect::<Vec<_>>();
    assert_eq!(found(json!({"scope": "a b"})), ["a", "b"]);
    assert_eq!(found(json!({"scp": "a", "scope": ["b", 7]})), ["b", "a"]);
    assert_eq!(found(json!({"scope": 7, "scp": ""})), [""; 0]);
    assert!(has_role(&claims(json!({"roles": ["a", "b"]})), "b") && has_role(&claims(json!({"roles": "a"})), "a"));
    assert!(!has_role(&claims(json!({"roles": "a b", "scope": "a"})), "a"));
}
