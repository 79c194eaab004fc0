use openidconnect::PrivateSigningKey as _;
use openidconnect::core::{CoreHmacKey, CoreJwsSigningAlgorithm};
use serde_json::json;

use super::*;
use crate::clock::Clock;
use crate::oidc::trace::{Check, Outcome, Recorder};

const NOW: i64 = 1_800_000_000;
const SECRET: &str = "a secret of thirty-two characters";

fn good() -> Value {
    json!({
        "iss": "https://op.example", "sub": "s", "aud": "client", "nonce": "n",
        "iat": NOW, "exp": NOW + 300, "at_hash": at_hash("access"),
    })
}

fn at_hash(token: &str) -> String {
    let hash = ring::digest::digest(&ring::digest::SHA256, token.as_bytes());
    URL_SAFE_NO_PAD.encode(&hash.as_ref()[..16])
}

fn verify(claims: &Value) -> Result<Claims, IdTokenError> {
    verify_noting(claims, Tracer::default())
}

fn verify_noting(claims: &Value, tracer: Tracer<'_>) -> Result<Claims, IdTokenError> {
    let header = URL_SAFE_NO_PAD.encode(r#"{"alg":"HS256"}"#);
    let input = format!("{header}.{}", URL_SAFE_NO_PAD.encode(claims.to_string()));
    let signature = CoreHmacKey::new(SECRET).sign(&CoreJwsSigningAlgorithm::HmacSha256, input.as_bytes()).unwrap();
    let issuer = IssuerRule::Exact("https://op.example".to_owned());
    let verifier = Verifier { issuer: &issuer, client_id: "client", algorithm: Algorithm::HS256, tracer };
    let keys = KeySet::of_client_secret(SECRET);
    let token = format!("{input}.{}", URL_SAFE_NO_PAD.encode(signature));
    verifier.verify(&token, &keys, "n", "access", Timestamp(NOW))
}

#[test]
fn each_claim_is_judged() {
    use IdTokenError as E;
    let cases: &[(&str, Value, Option<E>)] = &[
        ("iss", json!("https://op.example1"), Some(E::WrongIssuer)),
        ("iss", json!("https://OP.example"), Some(E::WrongIssuer)),
        ("iss", json!(["https://op.example"]), Some(E::Claim("iss"))),
        ("sub", json!(""), Some(E::Claim("sub"))),
        ("sub", json!(7), Some(E::Claim("sub"))),
        ("sub", json!("s".repeat(255)), None),
        ("sub", json!("s".repeat(256)), Some(E::Claim("sub"))),
        ("aud", json!("client1"), Some(E::WrongAudience)),
        ("aud", json!([]), Some(E::Claim("aud"))),
        ("aud", json!(["client"]), None),
        ("aud", json!(["client", "other"]), Some(E::ExtraAudience)),
        ("aud", json!(["client", 7]), Some(E::Claim("aud"))),
        ("azp", json!("client"), None),
        ("azp", json!("other"), Some(E::WrongAuthorizedParty)),
        ("azp", json!(["client"]), Some(E::WrongAuthorizedParty)),
        ("nonce", json!("n1"), Some(E::WrongNonce)),
        ("nonce", json!(null), Some(E::Claim("nonce"))),
        ("exp", json!(NOW - 59), None),
        ("exp", json!(NOW - 60), Some(E::Expired)),
        ("exp", json!(-1), Some(E::Expired)),
        ("exp", json!(1_800_000_300.5), None),
        ("exp", json!((NOW + 300).to_string()), Some(E::Claim("exp"))),
        ("iat", json!(NOW + 60), None),
        ("iat", json!(NOW + 61), Some(E::NotYetValid)),
        ("nbf", json!(NOW + 61), Some(E::NotYetValid)),
        ("nbf", json!("soon"), Some(E::Claim("nbf"))),
        ("at_hash", json!(at_hash("other")), Some(E::WrongAccessTokenHash)),
        ("at_hash", json!(null), Some(E::WrongAccessTokenHash)),
    ];
    for (name, value, expected) in cases {
        let mut claims = good();
        claims[*name] = value.clone();
        assert_eq!(verify(&claims).err(), *expected, "{name} = {value}");
    }
}

#[test]
fn each_required_claim_is_required() {
    for name in ["iss", "sub", "aud", "nonce", "exp", "iat"] {
        let mut claims = good();
        claims.as_object_mut().unwrap().remove(name);
        assert_eq!(verify(&claims).err(), Some(IdTokenError::Claim(name)));
    }
    let mut claims = good();
    claims.as_object_mut().unwrap().remove("at_hash");
    assert!(verify(&claims).is_ok(), "Entra sends no at_hash");
}

#[test]
fn each_check_is_noted_when_it_has_passed() {
    let noted = |claims: &Value| {
        let recorder = Recorder::begin(&Clock::fixed(Timestamp(NOW)));
        let tracer = Tracer::of(Some(&recorder));
        tracer.step("id_token");
        let _ = verify_noting(claims, tracer);
        let checks = recorder.finish().steps.remove(0).checks;
        let is_passed = |check: Check| (check.outcome == Outcome::Passed).then(|| check.name.into_owned());
        checks.into_iter().filter_map(is_passed).collect::<Vec<_>>()
    };
    let mut claims = good();
    let all = ["alg", "signature", "iss", "aud", "exp", "iat", "nonce", "sub", "at_hash"];
    assert_eq!(noted(&claims), all);
    for (name, passed) in [("at_hash", 8), ("sub", 7), ("nonce", 6), ("exp", 4), ("aud", 3), ("iss", 2)] {
        claims[name] = json!(7);
        assert_eq!(noted(&claims), all[..passed], "{name}");
    }
}
