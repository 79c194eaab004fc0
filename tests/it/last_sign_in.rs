//! The page that shows how a sign-in went: its steps, and none of its secrets.

use serde_json::Value;

use crate::helpers::app::{SECRET, signer};
use crate::helpers::{Answer, Browser, TestApp};

/// What must be nowhere: every secret of a sign-in, by its name.
type Secrets = Vec<(&'static str, String)>;

async fn page(app: &TestApp, browser: &Browser) -> Answer {
    browser.get(&format!("{}/last_sign_in", app.url)).await
}

/// Returns what the session's record has of the sign-in.
async fn stored(app: &TestApp, browser: &Browser) -> Option<String> {
    let session = browser.session(app).await;
    session.record.signed_in.as_ref().unwrap().trace.as_ref().map(|trace| trace.get().to_owned())
}

/// Returns a sign-in under way, as its cookie has it.
fn under_way(app: &TestApp, browser: &Browser, state: &str) -> Value {
    let cookies: Vec<_> = browser.cookies.borrow().clone().into_iter().collect();
    let transaction = app.identity.services().transactions.find(state, &cookies).unwrap();
    serde_json::to_value(&transaction).unwrap()
}

/// Signs in, and returns the secrets of it.
async fn signed_in(app: &TestApp, browser: &Browser, query: &str) -> Secrets {
    let url = browser.begin_with(app, query).await;
    let value = |name: &str| url.query_pairs().find(|(other, _)| other == name).unwrap().1.into_owned();
    let (state, nonce) = (value("state"), value("nonce"));
    let cookies: Vec<_> = browser.cookies.borrow().values().cloned().collect();
    let transaction = under_way(app, browser, &state);
    let verifier = transaction["pkce_verifier"].as_str().unwrap().to_owned();
    let callback = browser.pick(&url, "ada").await.location().to_owned();
    let code = callback.split("code=").nth(1).unwrap().split('&').next().unwrap().to_owned();
    assert_eq!(browser.get(&callback).await.status, 303);
    let session = browser.session(app).await;
    let tokens = &session.record.signed_in.as_ref().unwrap().tokens;
    let mut secrets = vec![
        ("state", state),
        ("nonce", nonce),
        ("code_verifier", verifier),
        ("code", code),
        ("access token", tokens.granted.access_token.clone()),
        ("ID token", tokens.id_token.clone()),
        ("refresh token", tokens.refresh_token.clone().unwrap()),
        ("client secret", SECRET.to_owned()),
        ("session cookie", browser.session_cookie().unwrap()),
    ];
    secrets.extend(cookies.into_iter().map(|value| ("cookie", value)));
    assert_silent_about(&secrets, &transaction["trace"].to_string());
    secrets
}

/// Looks for secrets whole, and for the half of each that is hardest to guess.
fn assert_silent_about(secrets: &Secrets, text: &str) {
    for (name, secret) in secrets {
        let half = &secret[secret.len() / 2..];
        assert!(!text.contains(half), "{name} {secret} is in {text}");
        assert!(secret.len() > 20, "{name} {secret} is too short to look for");
    }
}

#[actix_web::test]
async fn the_steps_are_shown_in_order_with_their_values_and_without_secrets() {
    let app = TestApp::spawn().await;
    let browser = Browser::new();
    assert_eq!(page(&app, &browser).await.status, 401);
    let secrets = signed_in(&app, &browser, "").await;
    let (answer, stored) = (page(&app, &browser).await, stored(&app, &browser).await.unwrap());
    assert_eq!((answer.status, answer.header("cache-control")), (200, "private, no-store"));
    let body = answer.body.replace("&#x2F;", "/");
    assert_silent_about(&secrets, &body);
    assert_silent_about(&secrets, &stored);
    assert!(stored.len() < 2800, "room for a provider with longer values: {}", stored.len());

    let steps = ["Authorization request", "Callback", "Token request", "Keys", "ID token"];
    let places = steps.map(|step| body.find(&format!("<h2>{step}")).unwrap_or_else(|| panic!("{step}: {body}")));
    assert!(places.is_sorted(), "{places:?}: {body}");
    assert!(!body.contains("<h2>Userinfo"), "Entra's isn't used");
    let metadata = app.identity.services().providers.default.provider.known_metadata().unwrap();
    let (kid, redirect_uri) = (signer(0).kid().to_owned(), format!("{}/auth/redirect", app.url));
    let state = format!("<code dir=\"auto\">{}…</code>", &secrets[0].1[..6]);
    for value in [&metadata.issuer, metadata.token_endpoint.as_str(), &kid, &redirect_uri, &state, "S256", "RS256"] {
        assert!(body.contains(value), "{value}: {body}");
    }
    for (name, words) in [("nonce", "Passed"), ("aud", "Passed"), ("azp", "Not sent, and not required")] {
        let check = body.split(&format!("<dt><code>{name}</code></dt>")).nth(1).unwrap();
        assert!(check.split("</dd>").next().unwrap().contains(words), "{name}: {body}");
    }
    assert_eq!(body.matches("<span class=\"none\">Hidden: a secret").count(), 7, "codes, tokens, credentials: {body}");
    assert!(browser.get(&app.url).await.body.contains("last_sign_in\">"), "home leads there");
}

#[actix_web::test]
async fn each_sign_in_replaces_the_one_before_it() {
    let app = TestApp::spawn_with(&[("auth_request.scopes", "openid,profile,offline_access")]).await;
    let browser = Browser::new();
    signed_in(&app, &browser, "").await;
    assert!(!page(&app, &browser).await.body.contains("max_age"));
    // Keys that the provider has just rotated, and a sign-in that demands more.
    *app.provider.signer.write().unwrap() = signer(1);
    let secrets = signed_in(&app, &browser, "?max_age=600&login_hint=ada%40contoso.example").await;
    let body = page(&app, &browser).await.body;
    assert_silent_about(&secrets, &body);
    for text in ["<code dir=\"auto\">600</code>", "<code>auth_time</code>", "ada@contoso.example", signer(1).kid()] {
        assert!(body.contains(text), "{text}: {body}");
    }
    // A page that needs consent leads to the next one.
    let asked = browser.get(&format!("{}/call_graph", app.url)).await.body.replace("&#x2F;", "/").replace("&amp;", "&");
    let query = asked.split("/auth/sign_in").find(|link| link.contains("interaction=")).unwrap();
    signed_in(&app, &browser, query.split('"').next().unwrap()).await;
    let after = page(&app, &browser).await.body;
    assert!(after.contains("User.Read") && !after.contains("max_age"), "{after}");
    let places =
        ["<h2>Keys", "Failed, and repeated", "<h2>Newer keys", "<code>nonce</code>"].map(|text| body.find(text));
    assert!(places.is_sorted() && places[0].is_some(), "{places:?}: {body}");
}

#[actix_web::test]
async fn in_production_nothing_is_recorded_but_for_a_role() {
    let app = TestApp::spawn_with(&[("profile", "production")]).await;
    let role = |role: &str| app.replica_with("IDENTITY_WEB__SITE__LAST_SIGN_IN_ROLE", role);
    let (admins, others) = (role("Admin"), role("Other"));
    let browser = Browser::new();
    for (app, status) in [(&app, 404), (&admins, 401)] {
        assert_eq!(page(app, &browser).await.status, status, "signed out");
    }
    for (at, status, text) in
        [(&app, 404, "Page not found"), (&others, 403, "the role Other"), (&admins, 200, "<h2>Token request")]
    {
        let callback = browser.callback_url(&app, "ada").await.replace(&app.url, &at.url);
        let state = callback.split("state=").nth(1).unwrap().split('&').next().unwrap();
        assert_eq!(under_way(&app, &browser, state)["trace"], Value::Null);
        assert_eq!(browser.get(&callback).await.status, 303);
        let answer = page(at, &browser).await;
        assert_eq!(answer.status, status);
        assert!(answer.body.contains(text), "{text}: {}", answer.body);
        assert_eq!(stored(&app, &browser).await.is_some(), status == 200, "{text}");
        assert_eq!(browser.get(&at.url).await.body.contains("last_sign_in"), status == 200, "{text}");
    }
    assert_eq!(page(&app, &browser).await.status, 404, "a replica without the setting ignores the trace");
    assert_eq!(page(&others, &browser).await.status, 403);
}

#[actix_web::test]
async fn a_large_session_is_not_refused_because_of_it() {
    let app = TestApp::spawn_with(&[("limits.session_bytes", "3400")]).await;
    let browser = Browser::new();
    signed_in(&app, &browser, "").await;
    let record = browser.session(&app).await.record.to_json().unwrap().len();
    assert!((1700..3400).contains(&record), "{record}");
    assert_eq!(stored(&app, &browser).await, None);
    let body = page(&app, &browser).await.body;
    assert!(
        body.contains("This sign-in wasn’t recorded") && body.contains("post_sign_in_url=%2Flast_sign_in"),
        "{body}"
    );
}
