//! The hooks of an application: what it decides of a sign-in, and what it hears.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use actix_web::HttpResponse;
use identity_web::internals::clock::Stopwatch;
use identity_web::internals::demo::DEMO_CLIENT_ID;
use identity_web::internals::demo::faults::Faults;
use identity_web::testing::DemoProvider;
use identity_web::views::Views;
use identity_web::{
    Credential, Decision, EndReason, HookError, IdentityWebBuilder, Provider, RefusalReason, SessionEnd, SignIn,
    SignInRefusal, SignOut,
};
use reqwest::Method;
use serde_json::json;
use url::form_urlencoded::Serializer;

use crate::helpers::host::Host;
use crate::helpers::{Browser, eventually, log};

/// What hooks have heard.
type Heard<T> = Arc<Mutex<Vec<T>>>;

fn take<T>(heard: &Heard<T>) -> Vec<T> {
    std::mem::take(&mut *heard.lock().unwrap())
}

fn hearing_ends(builder: IdentityWebBuilder, heard: &Heard<(EndReason, usize)>) -> IdentityWebBuilder {
    let heard = Arc::clone(heard);
    builder.on_session_end(async move |end: &SessionEnd| {
        assert!(end.subject.is_some() || end.provider_session_id.is_some());
        heard.lock().unwrap().push((end.reason, end.sessions));
    })
}

/// Returns the names of the cookies that the application has set.
fn own_cookies(browser: &Browser) -> Vec<String> {
    let cookies = browser.cookies.borrow();
    cookies.keys().filter(|name| !name.starts_with("demo-provider")).cloned().collect()
}

/// Returns the refresh token that the provider sends next.
fn watch_refresh_tokens(host: &Host) -> Heard<String> {
    let tokens = Heard::<String>::default();
    let sent = Arc::clone(&tokens);
    let mut faults: Faults = host.provider.faults.read().unwrap().clone();
    faults.token_response = Some(Arc::new(move |response| {
        sent.lock().unwrap().push(response["refresh_token"].as_str().unwrap().to_owned());
    }));
    *host.provider.faults.write().unwrap() = faults;
    tokens
}

#[actix_web::test]
async fn a_sign_in_is_allowed_with_values_apart_from_the_claims() {
    let host = Host::start(|builder| {
        builder.on_sign_in(async |sign_in: &SignIn| {
            tokio::time::sleep(Duration::from_millis(5)).await;
            assert!(sign_in.claims().issuer().starts_with("http://") && sign_in.access_token().is_some());
            assert_eq!((sign_in.target(), sign_in.is_step_up()), ("/", false));
            let plan = format!("of {}", sign_in.claims().display_name());
            Ok::<_, HookError>(Decision::allow_with([("plan", plan.into()), ("sub", "forged".into())]))
        })
    });
    let (host, browser) = (host.await, Browser::new());
    assert_eq!(host.sign_in(&browser, "ada").await.status, 303);
    assert_eq!(
        browser.get(&format!("{}/value", host.url)).await.body,
        r#"Some("of Ada Lovelace") None None None false"#
    );
    assert_eq!(browser.get(&host.url).await.body, "Hello Ada Lovelace");
}

#[actix_web::test]
async fn a_user_who_is_refused_sees_why_and_nothing_stays() {
    let refusals = Heard::default();
    let heard = Arc::clone(&refusals);
    let host = Host::start(|builder| {
        let builder = builder.on_sign_in(async |sign_in: &SignIn| {
            if sign_in.claims().display_name().starts_with("Ada") {
                return Decision::refuse("Only <b>members</b> may enter.");
            }
            Decision::Allow
        });
        builder.on_refusal(async move |refusal: &SignInRefusal| heard.lock().unwrap().push(refusal.reason))
    });
    let (host, browser) = (host.await, Browser::new());
    let tokens = watch_refresh_tokens(&host);
    let callback = host.callback(&browser, "ada").await;
    let answer = browser.get(&callback).await;
    assert_eq!(answer.status, 403);
    assert!(answer.body.contains("Only &lt;b&gt;members&lt;/b&gt; may enter."), "{}", answer.body);
    assert!(answer.body.contains("Use another account") && answer.body.contains("prompt=select_account"));
    assert!(answer.body.contains("Sign out at your identity provider") && !answer.body.contains("id_token_hint"));
    assert_eq!((own_cookies(&browser), host.keys()), (vec![], vec![]));
    let token = take(&tokens).remove(0);
    eventually("the revocation", async || (!host.provider.accepts_refresh_token(&token)).then_some(())).await;
    assert_eq!(take(&refusals), [RefusalReason::NotAdmitted]);
    assert_eq!(browser.get(&callback).await.status, 400, "the code is spent");
    assert_eq!(take(&refusals), [RefusalReason::NotUnderWay]);
    assert_eq!(host.sign_in(&browser, "grace").await.status, 303, "another account");
    log::assert_silent_about([token.as_str()]);
}

/// The application's own renderer escapes the text itself.
#[actix_web::test]
async fn a_refusal_in_an_application_s_own_page_has_the_same_parts() {
    let views = Views::new().with_error_renderer(|_, error| {
        let at_provider = error.provider_sign_out_url.as_deref().unwrap_or("none");
        HttpResponse::Ok().body(format!("{} {at_provider}", error.explanation))
    });
    let host = Host::start(|builder| {
        builder.views(views).on_sign_in(async |_: &SignIn| Decision::refuse("Only <b>members</b> may enter."))
    });
    let (host, browser) = (host.await, Browser::new());
    let answer = host.sign_in(&browser, "ada").await;
    assert_eq!(answer.status, 403);
    assert!(answer.body.starts_with("Only <b>members</b> may enter. http://127.0.0.1:"), "{}", answer.body);
    assert_eq!((own_cookies(&browser), host.keys()), (vec![], vec![]));
}

#[actix_web::test]
async fn the_provider_of_a_sign_in_is_heard() {
    let (sign_ins, refusals) = (Heard::default(), Heard::default());
    let (told, refused) = (Arc::clone(&sign_ins), Arc::clone(&refusals));
    let partners = DemoProvider::start().await.unwrap();
    let host = Host::start(|builder| {
        let builder = builder.provider(partners.provider().named("partners"));
        let builder = builder.on_sign_in(async move |sign_in: &SignIn| {
            told.lock().unwrap().push(sign_in.provider().map(str::to_owned));
            Decision::Allow
        });
        builder.on_refusal(async move |refusal: &SignInRefusal| {
            refused.lock().unwrap().push((refusal.reason, refusal.provider().map(str::to_owned)));
        })
    });
    let (host, browser) = (host.await, Browser::new());
    let begin = async |provider: &str| {
        let begun = browser.get(&format!("{}/login/sign_in?provider={provider}", host.url)).await;
        begun.location().to_owned()
    };
    let callback = partners.sign_in(&begin("partners").await, "ada").unwrap();
    assert_eq!(browser.get(&callback).await.status, 303);
    assert_eq!((take(&sign_ins), take(&refusals)), (vec![Some("partners".to_owned())], vec![]));
    assert_eq!(Browser::new().get(&callback).await.status, 400);
    assert_eq!(take(&refusals), [(RefusalReason::NotUnderWay, Some("partners".to_owned()))]);

    let callback = browser.pick(&begin("default").await.parse().unwrap(), "ada").await.location().to_owned();
    assert_eq!(browser.get(&callback).await.status, 303);
    assert_eq!((take(&sign_ins), take(&refusals)), (vec![None], vec![]));
    assert_eq!(Browser::new().get(&callback).await.status, 400);
    assert_eq!(take(&refusals), [(RefusalReason::NotUnderWay, None)]);
}

/// B2C's policies have names in sessions, but none that an application gave them.
#[actix_web::test]
async fn a_policy_is_the_default_provider() {
    let sign_ins = Heard::default();
    let heard = Arc::clone(&sign_ins);
    let demo = DemoProvider::start().await.unwrap();
    let authority = format!("{}/contoso.onmicrosoft.com", demo.authority().rsplit_once('/').unwrap().0);
    let secret = Credential::secret(demo.client_secret());
    let b2c = Provider::b2c(authority, "b2c_1_susi", demo.client_id(), secret);
    let host = Host::start(|builder| {
        let builder = builder.provider(b2c);
        builder.on_sign_in(async move |sign_in: &SignIn| {
            heard.lock().unwrap().push(sign_in.provider().map(str::to_owned));
            Decision::Allow
        })
    });
    let (host, browser) = (host.await, Browser::new());
    assert_eq!(host.sign_in(&browser, "ada").await.status, 303);
    assert_eq!(take(&sign_ins), [None]);
}

#[actix_web::test]
async fn a_hook_that_fails_panics_or_hangs_ends_the_sign_in_and_nothing_stays() {
    for (how, cause) in [
        ("fail", "the database hook-4711 is down"),
        ("panic", "it panicked: hook-4712"),
        ("hang", "it didn’t return within 1 s"),
    ] {
        let host = Host::start(|builder| {
            builder.setting("limits.hook_timeout_seconds", 1).on_sign_in(async move |_: &SignIn| {
                match how {
                    "fail" => return Err("the database hook-4711 is down".into()),
                    "panic" => panic!("hook-4712"),
                    _ => std::future::pending().await,
                }
                Ok(Decision::Allow)
            })
        });
        let (host, browser) = (host.await, Browser::new());
        let tokens = watch_refresh_tokens(&host);
        let stopwatch = Stopwatch::start();
        let answer = host.sign_in(&browser, "ada").await;
        assert!(stopwatch.elapsed() < Duration::from_secs(4), "{how}: {:?}", stopwatch.elapsed());
        assert_eq!((answer.status, answer.header("retry-after")), (503, "5"), "{how}");
        assert!(!answer.body.contains("hook-471"), "{how}");
        assert_eq!((own_cookies(&browser), host.keys()), (vec![], vec![]), "{how}");
        let token = take(&tokens).remove(0);
        eventually("the revocation", async || (!host.provider.accepts_refresh_token(&token)).then_some(())).await;
        let id = answer.body.split("Correlation ID</dt><dd><code>").nth(1).unwrap().split('<').next().unwrap();
        let log = log::text();
        let lines: Vec<_> = log.lines().filter(|line| line.contains(cause) && line.contains(id)).collect();
        assert_eq!(lines.len(), 1, "{how}: {lines:?}");
        log::assert_silent_about([token.as_str()]);
    }
}

#[actix_web::test]
async fn a_session_that_exists_stays_when_a_further_sign_in_is_refused() {
    let calls = Heard::default();
    let heard = Arc::clone(&calls);
    let host = Host::start(|builder| {
        builder.on_sign_in(async move |_: &SignIn| {
            heard.lock().unwrap().push(());
            if heard.lock().unwrap().len() == 2 { Decision::refuse("No.") } else { Decision::Allow }
        })
    });
    let (host, browser) = (host.await, Browser::new());
    host.sign_in(&browser, "ada").await;
    assert_eq!(host.sign_in(&browser, "grace").await.status, 403);
    assert_eq!(browser.get(&host.url).await.body, "Hello Ada Lovelace");
}

#[actix_web::test]
async fn the_end_of_a_session_is_heard_with_its_reason() {
    let (ends, sign_outs) = (Heard::default(), Heard::default());
    let heard = Arc::clone(&sign_outs);
    let host = Host::start(|builder| {
        let builder = builder.on_sign_out(async move |sign_out: &SignOut| {
            heard.lock().unwrap().push(sign_out.claims().display_name().to_owned());
        });
        hearing_ends(builder, &ends)
    });
    let (host, browser, other) = (host.await, Browser::new(), Browser::new());

    host.sign_in(&browser, "ada").await;
    assert_eq!(take(&ends), []);
    host.sign_in(&browser, "ada").await;
    assert_eq!(take(&ends), [(EndReason::Replaced, 1)]);

    host.post(&browser, "/login/sign_out", &[]).await;
    assert_eq!((take(&sign_outs), take(&ends)), (vec!["Ada Lovelace".to_owned()], vec![(EndReason::User, 1)]));
    host.post(&browser, "/login/sign_out", &[]).await;
    assert_eq!((take(&sign_outs), take(&ends)), (vec![], vec![]), "there is none any more");

    host.sign_in(&browser, "ada").await;
    host.sign_in(&other, "ada").await;
    host.post(&browser, "/sessions/end_all", &[("keep".to_owned(), "this".to_owned())]).await;
    assert_eq!((take(&sign_outs), take(&ends)), (vec![], vec![(EndReason::User, 1)]));
    host.sign_in(&other, "ada").await;
    host.post(&browser, "/sessions/end_all", &[]).await;
    assert_eq!(take(&ends), [(EndReason::User, 1), (EndReason::User, 1)]);
    assert_eq!(take(&sign_outs).len(), 1);

    host.identity.test_user("ada").claim("iss", "https://op.example").sign_in().await.unwrap();
    assert_eq!(host.identity.sessions().end_all(("https://op.example", "ada")).await.unwrap(), 1);
    assert_eq!(take(&ends), [(EndReason::Operator, 1)]);
    host.identity.sessions().end_all(("https://op.example", "ada")).await.unwrap();
    assert_eq!(take(&ends), []);

    host.identity.test_user("ada").claim("iss", "https://op.example").sign_in().await.unwrap();
    let user = ("https://op.example", "ada");
    let listed = host.identity.sessions().list(user).await.unwrap();
    assert!(host.identity.sessions().end(user, &listed[0].id).await.unwrap());
    assert_eq!(take(&ends), [(EndReason::Operator, 1)]);
    assert!(!host.identity.sessions().end(user, &listed[0].id).await.unwrap());
    assert_eq!(take(&ends), []);
}

#[actix_web::test]
async fn the_provider_s_logout_is_heard() {
    let ends = Heard::default();
    let host = Host::start(|builder| hearing_ends(builder, &ends)).await;
    let browsers = [Browser::new(), Browser::new()];
    for browser in &browsers {
        host.sign_in(browser, "ada").await;
    }
    let metadata = host.identity.services().providers.default.provider.metadata().await.unwrap();
    let subject = "ada-Zk3vX0mQ8w1rT5uYpL7nB2cD4fG6hJ9k";
    let (now, event) = (host.clock.now().0, "http://schemas.openid.net/event/backchannel-logout");
    let claims = json!({
        "iss": metadata.issuer, "sub": subject, "aud": DEMO_CLIENT_ID, "iat": now, "exp": now + 120, "jti": "hooks",
        "tid": identity_web::internals::demo::DEMO_TENANT, "events": {event: {}},
    });
    let token = host.provider.logout_token(&claims).unwrap();
    let fields = [("logout_token".to_owned(), token)];
    let answer = host.post(&Browser::new(), "/login/back_channel_logout", &fields).await;
    assert_eq!((answer.status, take(&ends)), (200, vec![(EndReason::Provider, 2)]), "{}", answer.body);
}

#[actix_web::test]
async fn a_session_that_cannot_be_stored_is_a_refusal() {
    let refusals = Heard::default();
    let heard = Arc::clone(&refusals);
    let host = Host::start(|builder| {
        let too_much = async |_: &SignIn| Decision::allow_with([("text", "x".repeat(100_000).into())]);
        let builder = builder.on_sign_in(too_much);
        builder.on_refusal(async move |refusal: &SignInRefusal| heard.lock().unwrap().push(refusal.reason))
    });
    let (host, browser) = (host.await, Browser::new());
    let answer = host.sign_in(&browser, "ada").await;
    assert_eq!(answer.status, 413, "{}", answer.body);
    assert_eq!((own_cookies(&browser), host.keys()), (vec![], vec![]));
    assert_eq!(take(&refusals).len(), 1);
}

/// A front-channel logout, one of the user's other sessions, and a renewal that the provider refuses.
#[actix_web::test]
async fn other_ends_are_heard_with_their_reasons() {
    let (ends, session_ids) = (Heard::default(), Heard::<String>::default());
    let seen = Arc::clone(&session_ids);
    let host = Host::start(|builder| {
        let builder = hearing_ends(builder, &ends).idle_timeout(Duration::from_hours(2));
        builder.on_sign_in(async move |sign_in: &SignIn| {
            seen.lock().unwrap().push(sign_in.claims().session_id().unwrap().to_owned());
            Decision::Allow
        })
    });
    let (host, browser, other) = (host.await, Browser::new(), Browser::new());
    let metadata = host.identity.services().providers.default.provider.metadata().await.unwrap();
    let logout = |session_id: &str| {
        let query =
            Serializer::new(String::new()).extend_pairs([("iss", &*metadata.issuer), ("sid", session_id)]).finish();
        format!("{}/login/front_channel_logout?{query}", host.url)
    };
    host.sign_in(&browser, "ada").await;
    let session_id = take(&session_ids).remove(0);
    assert_eq!(Browser::new().get(&logout(&session_id)).await.status, 200);
    assert_eq!(take(&ends), [(EndReason::Provider, 1)]);
    assert_eq!(Browser::new().get(&logout(&session_id)).await.status, 200);
    assert_eq!(take(&ends), [], "there is none any more");

    host.sign_in(&other, "ada").await;
    let user = (metadata.issuer.as_str(), "ada-Zk3vX0mQ8w1rT5uYpL7nB2cD4fG6hJ9k");
    let listed = host.identity.sessions().list(user).await.unwrap();
    host.sign_in(&browser, "ada").await;
    host.post(&browser, &format!("/sessions/{}/end", listed[0].id), &[]).await;
    assert_eq!(other.get(&host.url).await.status, 401);
    assert_eq!(take(&ends), [(EndReason::User, 1)]);

    host.provider.revoke(true);
    host.clock.advance_seconds(3700);
    assert_eq!(browser.get(&format!("{}/token", host.url)).await.status, 401);
    assert_eq!(take(&ends), [(EndReason::Provider, 1)], "the provider refuses to renew");

    host.sign_in(&browser, "ada").await;
    let mut faults = host.provider.faults.read().unwrap().clone();
    faults.claims = Some(Arc::new(|claims| claims["sub"] = "another".into()));
    *host.provider.faults.write().unwrap() = faults;
    host.clock.advance_seconds(3700);
    assert_ne!(browser.get(&format!("{}/token", host.url)).await.status, 200);
    assert_eq!(take(&ends), [(EndReason::Provider, 1)], "the renewal names another user");
    host.provider.faults.write().unwrap().claims = None;

    // By the cookie, on the provider's page.
    host.sign_in(&browser, "ada").await;
    let query = Serializer::new(String::new()).append_pair("iss", &metadata.issuer).finish();
    let framed = [("sec-fetch-dest", "iframe"), ("sec-fetch-site", "same-site")];
    let url = format!("{}/login/front_channel_logout?{query}", host.url);
    assert_eq!(browser.send(Method::GET, &url, &framed, None).await.status, 200);
    assert_eq!(take(&ends), [(EndReason::Provider, 1)]);
}

#[actix_web::test]
async fn an_expiry_is_heard_once_where_the_session_is_in_memory() {
    let ends = Heard::default();
    let host = Host::start(|builder| hearing_ends(builder, &ends).idle_timeout(Duration::from_mins(10))).await;
    let browser = Browser::new();
    host.sign_in(&browser, "ada").await;
    // Until Redis has confirmed that it reports changes.
    for _ in 0..30 {
        tokio::time::sleep(Duration::from_millis(50)).await;
        browser.get(&host.url).await;
    }
    host.clock.advance_seconds(601);
    assert_eq!(browser.get(&host.url).await.status, 401);
    let heard = async || Some(take(&ends)).filter(|ends| !ends.is_empty());
    assert_eq!(eventually("the expiry", heard).await, [(EndReason::Expired, 1)]);
    assert_eq!(browser.get(&host.url).await.status, 401);
    tokio::time::sleep(Duration::from_millis(100)).await;
    assert_eq!(take(&ends), []);
}

#[actix_web::test]
async fn a_hook_that_hangs_or_fails_holds_up_no_sign_out() {
    for how in ["fail", "hang"] {
        let host = Host::start(|builder| {
            builder.setting("limits.hook_timeout_seconds", 1).on_sign_out(async move |_: &SignOut| {
                if how == "hang" {
                    std::future::pending::<()>().await;
                }
                Err::<(), HookError>(format!("sign-out-hook-{how}").into())
            })
        });
        let (host, browser) = (host.await, Browser::new());
        host.sign_in(&browser, "ada").await;
        let stolen = browser.stolen();
        let stopwatch = Stopwatch::start();
        assert_eq!(host.post(&browser, "/login/sign_out", &[]).await.status, 303);
        assert!(stopwatch.elapsed() < Duration::from_secs(3), "{how}: {:?}", stopwatch.elapsed());
        assert_eq!(stolen.get(&host.url).await.status, 401, "{how}");
    }
    assert_eq!(log::text().matches("sign-out-hook-fail").count(), 1);
}
