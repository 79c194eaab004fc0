//! How the application proves who it is: with a certificate, or with another issuer's token. The demo provider checks
//! each assertion as Entra does; both kinds are replaced under load without a failed sign-in.

use std::cell::{Cell, RefCell};
use std::collections::BTreeMap;
use std::rc::Rc;
use std::sync::Arc;

use actix_web::rt::time::sleep;
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use identity_web::internals::demo::client_authentication::FederatedCredential;
use identity_web::internals::demo::faults::{Faults, Rewrite};
use serde_json::{Value, json};

use crate::helpers::app::signer;
use crate::helpers::certificates::{Certified, replace};
use crate::helpers::{Browser, Folder, TestApp, eventually, log};

const KEY: &str = "client.client_credential.private_key_file";
const CERTIFICATE: &str = "client.client_credential.certificate_file";
const TOKEN: &str = "client.client_credential.federated_token_file";
const YEAR: [i64; 2] = [-1, 365];

/// An application with a certificate in files, which is registered at the provider.
async fn app_with(certified: &Certified) -> (TestApp, Folder) {
    let folder = Folder::new("credential");
    let key = replace(&folder, "app.key", &certified.key);
    let certificate = replace(&folder, "app.crt", &certified.certificate);
    let (key, certificate) = (key.to_str().unwrap(), certificate.to_str().unwrap());
    let app = TestApp::spawn_with(&[("client.client_credential", ""), (KEY, key), (CERTIFICATE, certificate)]).await;
    register(&app, certified);
    (app, folder)
}

fn register(app: &TestApp, certified: &Certified) {
    app.provider.registered.lock().unwrap().certificates.push(certified.pair().certificate);
}

/// What the provider accepted so far.
fn accepted(app: &TestApp) -> Vec<String> {
    app.provider.registered.lock().unwrap().accepted.clone()
}

async fn refused_with(app: &TestApp, code: &str, words: &str) {
    let (browser, keys) = (Browser::new(), app.keys_but_spent());
    let answer = browser.sign_in(app, "ada").await;
    assert_eq!(answer.status, 502, "{}", answer.body);
    for text in [code, words, "Correlation ID"] {
        assert!(answer.body.contains(text), "{text:?} is not on the page: {}", answer.body);
    }
    assert_eq!(browser.session_cookie(), None, "no session");
    assert_eq!(app.keys_but_spent(), keys, "nothing more in Redis");
}

#[actix_web::test]
async fn a_certificate_proves_the_client() {
    let certified = Certified::new(0, "app", YEAR);
    let (app, _folder) = app_with(&certified).await;
    let browser = Browser::new();
    browser.sign_in(&app, "ada").await;
    assert!(browser.is_signed_in(&app).await);
    assert_eq!(accepted(&app), [certified.thumbprint()]);

    let header = json!({"alg": "PS256", "typ": "JWT", "x5t#S256": certified.thumbprint()});
    log::assert_silent_about([URL_SAFE_NO_PAD.encode(header.to_string()).as_str(), &certified.key[40..80]]);

    let expires = certified.pair().not_after.0;
    eventually("the metric", async || {
        let metrics = Browser::new().get(&format!("http://{}/metrics", app.operations)).await.body;
        let name = "identity_web_credential_expires_timestamp_seconds{kind=\"certificate\"}";
        let line = metrics.lines().find(|line| line.starts_with(name))?.to_owned();
        line.ends_with(&format!(" {expires}")).then_some(())
    })
    .await;
}

#[actix_web::test]
async fn a_certificate_that_is_not_registered_or_has_expired_is_explained() {
    let (app, _folder) = app_with(&Certified::new(0, "app", YEAR)).await;
    app.provider.registered.lock().unwrap().certificates = vec![Certified::new(1, "other", YEAR).pair().certificate];
    refused_with(&app, "AADSTS700027", "certificate is not registered").await;

    // It starts all the same: whoever is signed in goes on, and the certificate can be replaced.
    let (app, _folder) = app_with(&Certified::new(0, "old", [-30, -1])).await;
    refused_with(&app, "AADSTS700027", "certificate is not registered").await;

    // Entra knows keys of RSA alone, and so does its double.
    let (app, _folder) = app_with(&Certified::of_p256("app")).await;
    refused_with(&app, "AADSTS", "refused the sign-in").await;
}

/// Changes the header and the claims of an assertion.
type Change<'a> = &'a dyn Fn(&mut Value, &mut Value);

/// An assertion as it should be, changed, signed and sent to the token endpoint; gives the error's code.
async fn code_of(app: &TestApp, certified: &Certified, jti: &str, change: Change<'_>, more: &str) -> Value {
    let (now, client_id) = (app.clock.now().0, identity_web::internals::demo::DEMO_CLIENT_ID);
    let token_endpoint =
        app.identity.services().providers.default.provider.metadata().await.unwrap().token_endpoint.clone();
    let mut header = json!({"alg": "PS256", "typ": "JWT", "x5t#S256": certified.thumbprint()});
    let mut claims = json!({"iss": client_id, "sub": client_id, "aud": token_endpoint, "jti": jti,
        "nbf": now, "exp": now + 600});
    change(&mut header, &mut claims);
    let encode = |part: &Value| URL_SAFE_NO_PAD.encode(part.to_string());
    let input = format!("{}.{}", encode(&header), encode(&claims));
    let signature = certified.pair().sign(&ring::rand::SystemRandom::new(), input.as_bytes()).unwrap();
    let form = format!(
        "grant_type=authorization_code&code=c&client_id={client_id}&client_assertion={input}.{}{more}",
        URL_SAFE_NO_PAD.encode(signature)
    );
    let headers = [("content-type", "application/x-www-form-urlencoded")];
    let answer = Browser::new().send(reqwest::Method::POST, token_endpoint.as_str(), &headers, Some(form)).await;
    let document: Value = serde_json::from_str(&answer.body).unwrap_or_else(|_| panic!("{}", answer.body));
    if document["error"] == "invalid_client" {
        assert_eq!(answer.status, 401);
        for name in ["trace_id", "correlation_id", "timestamp", "error_uri"] {
            assert!(document[name].is_string(), "{name} is not in {document}");
        }
        return document["error_codes"][0].clone();
    }
    document["error"].clone()
}

#[actix_web::test]
async fn the_demo_provider_checks_every_part_of_an_assertion() {
    let certified = Certified::new(0, "app", YEAR);
    let (app, _folder) = app_with(&certified).await;
    let kind = "&client_assertion_type=urn:ietf:params:oauth:client-assertion-type:jwt-bearer";
    let as_it_is: Change = &|_, _| ();
    let passed = json!("invalid_grant");
    assert_eq!(code_of(&app, &certified, "one", as_it_is, kind).await, passed, "so only the code is wrong");
    assert_eq!(code_of(&app, &certified, "one", as_it_is, kind).await, 50013, "a jti that was used");
    assert_eq!(code_of(&app, &certified, "two", as_it_is, "").await, 900_144);
    assert_eq!(code_of(&app, &certified, "two", as_it_is, &format!("{kind}&client_secret=s")).await, 7_000_218);

    let changes: [(&str, Change, u32); 15] = [
        ("no jti", &|_, claims| claims["jti"] = Value::Null, 50013),
        ("alg none", &|header, _| header["alg"] = "none".into(), 5_002_738),
        ("alg HS256", &|header, _| header["alg"] = "HS256".into(), 5_002_738),
        ("another padding than alg says", &|header, _| header["alg"] = "RS256".into(), 700_027),
        ("another typ", &|header, _| header["typ"] = "at+jwt".into(), 50027),
        ("no thumbprint", &|header, _| header["x5t#S256"] = Value::Null, 700_027),
        ("another thumbprint", &|header, _| header["x5t#S256"] = "AAAA".into(), 700_027),
        ("another issuer", &|_, claims| claims["iss"] = "other".into(), 700_211),
        ("another subject", &|_, claims| claims["sub"] = "other".into(), 700_021),
        ("another audience", &|_, claims| claims["aud"] = "https://evil.example/token".into(), 700_023),
        ("no exp", &|_, claims| claims["exp"] = Value::Null, 700_024),
        ("expired", &|_, claims| claims["exp"] = (claims["nbf"].as_i64().unwrap() - 61).into(), 700_024),
        ("not yet valid", &|_, claims| claims["nbf"] = (claims["nbf"].as_i64().unwrap() + 120).into(), 700_024),
        ("valid for too long", &|_, claims| claims["exp"] = (claims["nbf"].as_i64().unwrap() + 601).into(), 700_024),
        ("no times", &|_, claims| claims["nbf"] = Value::Null, 700_024),
    ];
    for (what, change, code) in changes {
        assert_eq!(code_of(&app, &certified, what, change, kind).await, code, "{what}");
    }
    let other = Certified::new(1, "other", YEAR);
    let forge: Change = &|header, _| header["x5t#S256"] = certified.thumbprint().into();
    assert_eq!(code_of(&app, &other, "three", forge, kind).await, 700_027, "another key's signature");
    assert_eq!(code_of(&app, &certified, "four", as_it_is, kind).await, passed);
}

/// Signs people in, some at a time, until `stop`; counts, and fails with the first that fails.
async fn under_load(app: &Rc<TestApp>, meanwhile: impl AsyncFnOnce()) -> usize {
    let (stop, count) = (Rc::new(Cell::new(false)), Rc::new(Cell::new(0)));
    let failed = Rc::new(RefCell::new(None));
    let tasks: Vec<_> = (0..4)
        .map(|_| {
            let (app, stop, count, failed) = (Rc::clone(app), Rc::clone(&stop), Rc::clone(&count), Rc::clone(&failed));
            actix_web::rt::spawn(async move {
                while !stop.get() {
                    let answer = Browser::new().sign_in(&app, "grace").await;
                    count.set(count.get() + 1);
                    if answer.status != 303 {
                        failed.borrow_mut().get_or_insert(answer.body);
                    }
                }
            })
        })
        .collect();
    meanwhile().await;
    stop.set(true);
    for task in tasks {
        task.await.unwrap();
    }
    assert_eq!(*failed.borrow(), None, "of {} sign-ins", count.get());
    count.get()
}

/// Waits until the provider has accepted this ten times.
async fn accepts(app: &TestApp, what: &str) {
    eventually(what, async || (accepted(app).iter().filter(|one| *one == what).count() >= 10).then_some(())).await;
}

#[actix_web::test]
async fn a_certificate_is_replaced_under_load_in_either_order() {
    let [first, second, third] =
        [(0, "first"), (1, "second"), (0, "third")].map(|(key, name)| Certified::new(key, name, YEAR));
    let (app, folder) = app_with(&first).await;
    let app = Rc::new(app);
    // As Entra's documentation has it: the new one is registered before it is used.
    register(&app, &second);
    register(&app, &third);
    let count = under_load(&app, async || {
        accepts(&app, &first.thumbprint()).await;
        replace(&folder, "app.key", &second.key);
        replace(&folder, "app.crt", &second.certificate);
        accepts(&app, &second.thumbprint()).await;

        // The other way round, and with so much time between that the application looks at half of it, twice.
        replace(&folder, "app.crt", &third.certificate);
        let before = log::text().matches("the private key does not belong to the certificate").count();
        sleep(std::time::Duration::from_secs(5)).await;
        let said = log::text().matches("the private key does not belong to the certificate").count() - before;
        assert_eq!(said, 1, "said once");
        replace(&folder, "app.key", &third.key);
        accepts(&app, &third.thumbprint()).await;
    })
    .await;
    let mut order = accepted(&app);
    assert_eq!(order.len(), count, "one assertion for each sign-in");
    order.dedup();
    // Two that are under way at once may meet where the pair changes.
    assert!(order.len() <= 3 + 4, "no going back: {order:?}");
    assert_eq!(order.last(), Some(&third.thumbprint()));
    println!("{count} sign-ins while the certificate was replaced twice: none failed");
}

const ISSUER: &str = "https://cluster.example/issuer";
const SUBJECT: &str = "system:serviceaccount:default:identity-web";
const AUDIENCE: &str = "api://AzureADTokenExchange";

/// A service account's token, as a cluster makes it.
fn service_account_token(app: &TestApp, name: &str, subject: &str, seconds: i64) -> String {
    let (signer, now) = (signer(1), app.clock.now().0);
    let header = json!({"alg": "RS256", "kid": signer.kid()});
    let claims = json!({"iss": ISSUER, "sub": subject, "aud": [AUDIENCE], "jti": name, "iat": now, "nbf": now,
        "exp": now + seconds});
    signer.sign(&header, &claims).unwrap()
}

/// An application with a federated token that the provider trusts, and the folder of its file.
async fn app_with_token() -> (TestApp, Folder) {
    let folder = Folder::new("federated");
    // A token is needed to start; the first that counts is made with the application's clock.
    let token = signer(1).sign(&json!({"alg": "RS256"}), &json!({"exp": 0})).unwrap();
    let file = replace(&folder, "token", &token);
    let app = TestApp::spawn_with(&[("client.client_credential", ""), (TOKEN, file.to_str().unwrap())]).await;
    let (issuer, subject, audience) = (ISSUER.to_owned(), SUBJECT.to_owned(), AUDIENCE.to_owned());
    let credential = FederatedCredential { issuer, subject, audience, key_set: signer(1).key_set("") };
    app.provider.registered.lock().unwrap().federated.push(credential);
    replace(&folder, "token", &service_account_token(&app, "first", SUBJECT, 3600));
    (app, folder)
}

#[actix_web::test]
async fn a_federated_token_proves_the_client_and_one_that_does_not_fit_is_explained() {
    let (app, folder) = app_with_token().await;
    let browser = Browser::new();
    browser.sign_in(&app, "ada").await;
    assert!(browser.is_signed_in(&app).await);
    assert_eq!(accepted(&app), ["first"]);
    let token = std::fs::read_to_string(folder.path().join("token")).unwrap();
    log::assert_silent_about([token.as_str()]);
    browser.sign_out(&app).await;

    replace(&folder, "token", &service_account_token(&app, "x", "system:serviceaccount:default:other", 3600));
    refused_with(&app, "AADSTS700213", "token is not trusted").await;
    replace(&folder, "token", &service_account_token(&app, "x", &SUBJECT.to_uppercase(), 3600));
    refused_with(&app, "AADSTS700213", "token is not trusted").await;
    replace(&folder, "token", &service_account_token(&app, "x", SUBJECT, -61));
    refused_with(&app, "AADSTS700024", "credential is not valid now").await;
    let forged = signer(0).sign(&json!({"alg": "RS256"}), &json!({"iss": ISSUER, "sub": SUBJECT, "aud": AUDIENCE}));
    replace(&folder, "token", &forged.unwrap());
    refused_with(&app, "AADSTS700027", "certificate is not registered").await;
    app.provider.registered.lock().unwrap().federated[0].audience = "api://other".to_owned();
    refused_with(&app, "AADSTS700212", "token is not trusted").await;
    app.provider.registered.lock().unwrap().federated.clear();
    refused_with(&app, "AADSTS700211", "token is not trusted").await;
}

#[actix_web::test]
async fn a_federated_token_is_replaced_under_load() {
    let (app, folder) = app_with_token().await;
    let app = Rc::new(app);
    let count = under_load(&app, async || {
        accepts(&app, "first").await;
        for name in ["second", "third"] {
            // A moment in which the file is not there does no harm.
            std::fs::remove_file(folder.path().join("token")).unwrap();
            sleep(std::time::Duration::from_millis(200)).await;
            replace(&folder, "token", &service_account_token(&app, name, SUBJECT, 3600));
            accepts(&app, name).await;
        }
    })
    .await;
    let mut order = accepted(&app);
    assert_eq!(order.len(), count);
    order.dedup();
    assert_eq!(order.last().map(String::as_str), Some("third"));
    println!("{count} sign-ins while the federated token was replaced twice: none failed");
}

/// What `identity-web check` says, and how it exits.
async fn check(arguments: &[&str], variables: BTreeMap<String, String>) -> (String, Option<i32>) {
    let mut command = std::process::Command::new(env!("CARGO_BIN_EXE_identity-web"));
    command.arg("check").args(arguments).envs(variables);
    let output = actix_web::rt::task::spawn_blocking(move || command.output()).await.unwrap().unwrap();
    (String::from_utf8_lossy(&output.stdout).into_owned(), output.status.code())
}

async fn check_offline(settings: &[(&str, &str)]) -> (String, Option<i32>) {
    let variable = |key: &str| format!("IDENTITY_WEB__{}", key.replace('.', "__").to_uppercase());
    let variables = settings.iter().map(|(key, value)| (variable(key), (*value).to_owned()));
    check(&["--offline"], variables.collect()).await
}

#[actix_web::test]
async fn check_says_until_when_the_credential_holds() {
    let folder = Folder::new("check");
    let [key, certificate, token] = ["key", "certificate", "token"].map(|name| folder.path().join(name));
    let (key, certificate, token) = (key.to_str().unwrap(), certificate.to_str().unwrap(), token.to_str().unwrap());
    let client = [("client.client_id", "c"), ("client.authority", "https://op.example")];
    let entra = [("type.authority_type", "SINGLE_TENANT")];
    for (certified, kind, code, words) in [
        (
            Certified::new(0, "app", YEAR),
            &entra[..],
            0,
            "pass  client credential: the certificate of CN=app and its key",
        ),
        (Certified::new(0, "app", [-1, 20]), &[], 0, "warn  client credential: the certificate of CN=app"),
        (Certified::new(0, "app", [-30, -1]), &[], 1, "FAIL  client credential: the certificate of CN=app"),
        (Certified::new(0, "app", [2, 30]), &[], 1, "it is not valid before"),
        (Certified::of_p256("app"), &[], 0, "pass  client credential"),
        (Certified::of_p256("app"), &entra, 1, "Microsoft Entra supports only RSA keys"),
    ] {
        std::fs::write(key, &certified.key).unwrap();
        std::fs::write(certificate, &certified.certificate).unwrap();
        let settings = [&client, kind, &[(KEY, key), (CERTIFICATE, certificate)]].concat();
        let (report, exit) = check_offline(&settings).await;
        assert_eq!(exit, Some(code), "{report}");
        assert!(report.contains(words), "{words:?} is not in {report}");
        assert!(report.contains(&certified.pair().fingerprints().1) && !report.contains("PRIVATE"), "{report}");
    }
    let now = identity_web::internals::clock::Clock::system().now().0;
    for (claims, code, words) in [
        (json!({"iss": ISSUER, "sub": SUBJECT, "aud": AUDIENCE, "exp": now + 3600}), 0, "pass  client credential"),
        (json!({"iss": ISSUER, "sub": SUBJECT, "aud": "https://api", "exp": now + 3600}), 0, "warn  federated token"),
        (
            json!({"iss": ISSUER, "sub": SUBJECT, "aud": AUDIENCE, "exp": now - 1}),
            1,
            "find out why the file is no longer updated",
        ),
        (json!({"iss": ISSUER, "sub": SUBJECT, "aud": AUDIENCE}), 1, "without exp"),
    ] {
        let content = signer(0).sign(&json!({"alg": "RS256"}), &claims).unwrap();
        std::fs::write(token, &content).unwrap();
        let (report, exit) = check_offline(&[&client, &entra[..], &[(TOKEN, token)]].concat()).await;
        assert_eq!(exit, Some(code), "{report}");
        for text in [words, ISSUER, SUBJECT, token] {
            assert!(report.contains(text), "{text:?} is not in {report}");
        }
        assert!(!report.contains(&content), "the token itself is never shown");
    }
}

#[actix_web::test]
async fn check_says_whether_the_provider_announces_the_method() {
    let certified = Certified::new(0, "app", YEAR);
    let (app, _folder) = app_with(&certified).await;
    let (report, code) = check(&[], app.variables.clone()).await;
    assert!(report.contains("pass  client authentication: private_key_jwt") && code == Some(0), "{report}");
    let discovery: Rewrite = Arc::new(|document| document["token_endpoint_auth_methods_supported"] = json!(["x"]));
    app.with_faults(Faults { discovery: Some(discovery), ..Faults::default() });
    let (report, code) = check(&[], app.variables.clone()).await;
    assert!(report.contains("warn  client authentication") && code == Some(0), "{report}");
}
