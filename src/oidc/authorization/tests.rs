use super::*;
use crate::oidc::callback::Refusal;

fn metadata(announces_issuer: bool) -> Metadata {
    serde_json::from_value(serde_json::json!({
        "issuer": "https://op.example",
        "authorization_endpoint": "https://op.example/authorize?p=susi&state=theirs&nonce=theirs&scope=theirs#top",
        "token_endpoint": "https://op.example/token",
        "jwks_uri": "https://op.example/jwks",
        "authorization_response_iss_parameter_supported": announces_issuer,
    }))
    .unwrap()
}

fn transaction() -> Transaction {
    let random = ring::rand::SystemRandom::new();
    Transaction::begin(&random, "https://app.example/auth/redirect", "/", Timestamp(0)).unwrap()
}

fn outcome(announces_issuer: bool, query: &str) -> Result<String, AuthorizationError> {
    let pairs: Vec<_> = url::form_urlencoded::parse(query.as_bytes()).collect();
    let callback = Callback::parse(pairs.iter().map(|(name, value)| (&**name, &**value)))?;
    let rule = IssuerRule::Exact("https://op.example".to_owned());
    let received_at = "https://app.example/auth/redirect";
    transaction()
        .accept(callback, received_at, &rule, &metadata(announces_issuer), Tracer::default())
        .map(|code| code.code)
}

#[test]
fn responses_are_judged_in_order() {
    use AuthorizationError as E;
    let refused = |code: &str| E::Refused(Refusal::new(code, None));
    assert_eq!(outcome(false, "code=c&state=s"), Ok("c".to_owned()));
    assert_eq!(outcome(false, "code=c&state=s&iss=https://op.example"), Ok("c".to_owned()));
    for (announced, query, error) in [
        (false, "code=c&iss=https://evil.example", E::WrongIssuer),
        (false, "code=c&iss=https://op.example/", E::WrongIssuer),
        (false, "error=access_denied&iss=https://evil.example", E::WrongIssuer),
        (true, "code=c", E::MissingIssuer),
        (true, "error=access_denied", E::MissingIssuer),
        (false, "error=access_denied", refused("access_denied")),
        (false, "error=%3Cscript%3E", refused("script")),
        (false, "code=c&error=access_denied", E::Ambiguous),
        (false, "", E::MissingCode),
        (false, "code=", E::MissingCode),
        (false, "code=a%00b", E::MissingCode),
        (false, "code=a%0d%0ab", E::MissingCode),
        (false, "code=c&code=d", E::DuplicateParameter),
        (false, "code=c&state=s&state=s", E::DuplicateParameter),
        (false, "code=c&x=1&x=2", E::DuplicateParameter),
    ] {
        assert_eq!(outcome(announced, query), Err(error), "{query}");
    }
    assert_eq!(outcome(false, &format!("code={}", "c".repeat(1_000_000))), Err(E::MissingCode));
}

#[test]
fn a_refusal_is_made_safe() {
    let refusal = Refusal::new("a\r\nb", Some(&format!("x\u{202e}\n<b>{}", "y".repeat(100_000))));
    assert_eq!(refusal.code, "ab");
    assert!(refusal.description.starts_with("x <b>y") && refusal.description.chars().count() == 500);
}

#[test]
fn the_request_has_state_nonce_and_pkce() {
    let transaction = transaction();
    let parameters = RequestParameters { scopes: vec!["openid".to_owned()], ..RequestParameters::default() };
    let url = transaction.url(&metadata(false), "client", &parameters).unwrap();
    let pairs: Vec<_> = url.query_pairs().into_owned().collect();
    let query: BTreeMap<_, _> = pairs.iter().cloned().collect();
    assert_eq!(query.len(), pairs.len(), "each parameter once: {url}");
    assert_eq!((query["p"].as_str(), url.fragment()), ("susi", None), "the endpoint's own query is kept");
    assert_eq!(query["scope"], "openid");
    assert_eq!(query["code_challenge_method"], "S256");
    assert_eq!(query["state"].len(), 43);
    assert_eq!(query["nonce"].len(), 43);
    assert_eq!(query["response_type"], "code");
    assert!(!url.as_str().contains(&transaction.pkce_verifier));
}
