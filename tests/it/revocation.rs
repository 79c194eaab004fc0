//! A session that is ended anywhere is ended everywhere: by its user, by the provider, by an operator. Three replicas hold
//! it in memory.

use std::process::{Command, Stdio};
use std::time::Duration;

use identity_web::internals::clock::Stopwatch;
use identity_web::internals::demo::DEMO_CLIENT_ID;
use identity_web::internals::session::key::SessionKey;
use serde_json::json;
use url::form_urlencoded::Serializer;

use crate::helpers::{Browser, TestApp, say};

/// How many sessions are ended in each way.
const ENDS: usize = 200;
/// The longest that half of them may take. On a machine that does something else, a few take longer.
const MOST: Duration = Duration::from_millis(50);
const EVENT: &str = "http://schemas.openid.net/event/backchannel-logout";

/// A user who is signed in.
struct User {
    subject: String,
    session_id: String,
    browser: Browser,
    /// The key of the session.
    key: SessionKey,
}

struct Replicas {
    apps: [TestApp; 3],
    issuer: String,
}

impl Replicas {
    async fn start() -> Self {
        let app = TestApp::spawn().await;
        let issuer = app.identity.services().providers.default.provider.metadata().await.unwrap().issuer.clone();
        let (second, third) = (app.replica(), app.replica());
        Self { apps: [app, second, third], issuer }
    }

    async fn sign_in(&self, subject: &str) -> User {
        let (identity, session_id) = (&self.apps[0].identity, format!("sid-{}", rand::random::<u64>()));
        let user = identity.test_user(subject).claim("iss", &*self.issuer).claim("sid", &*session_id);
        let cookie = user.sign_in().await.unwrap();
        let (name, value) = (cookie.name().to_owned(), cookie.value().to_owned());
        let keys = identity.services().sessions.ring().keys();
        let key = SessionKey::from_cookie(&keys, &value).unwrap().key;
        let browser = Browser::new();
        browser.cookies.borrow_mut().insert(name, value);
        let user = User { subject: subject.to_owned(), session_id, browser, key };
        for app in &self.apps {
            assert_eq!(verify(app, &user.browser).await, 200);
        }
        user
    }

    /// Ends sessions at the first replica, and prints how long the two others go on accepting their cookies.
    async fn measure(&self, name: &str, end: impl AsyncFn(&TestApp, &User)) {
        let mut times = Vec::new();
        for number in 0..ENDS {
            let user = self.sign_in(&format!("{name}-{number}")).await;
            let others = [user.browser.stolen(), user.browser.stolen()];
            end(&self.apps[0], &user).await;
            let stopwatch = Stopwatch::start();
            let refused = async |app, browser| {
                while verify(app, browser).await != 401 {
                    assert!(stopwatch.elapsed() < Duration::from_secs(5), "{name}: the session goes on");
                }
                stopwatch.elapsed()
            };
            let (second, third) = tokio::join!(refused(&self.apps[1], &others[0]), refused(&self.apps[2], &others[1]));
            times.push(second.max(third));
        }
        times.sort_unstable();
        let at = |percent: usize| times[ENDS * percent / 100 - 1];
        let text = format!(
            "ended by {name}: refused by the other replicas after {:.1} ms (median), {:.1} ms (99th percentile)\n",
            at(50).as_secs_f32() * 1000.0,
            at(99).as_secs_f32() * 1000.0
        );
        say(&text);
        assert!(at(50) <= MOST && at(99) <= 20 * MOST, "{text}");
    }
}

async fn verify(app: &TestApp, browser: &Browser) -> u16 {
    browser.get(&format!("{}/auth/verify", app.url)).await.status
}

#[actix_web::test]
async fn a_session_ended_in_any_way_is_refused_by_every_replica_at_once() {
    let replicas = Replicas::start().await;
    let public_url = replicas.apps[0].identity.services().site.absolute("");
    replicas
        .measure("the button", async |app, user| {
            assert_eq!(user.browser.sign_out(app).await.status, 303);
        })
        .await;
    replicas
        .measure("/sessions", async |app, user| {
            let other = replicas.sign_in(&user.subject).await;
            let url = format!("{}/sessions/{}/end", app.url, user.key.hash());
            assert_eq!(other.browser.post(&url, &public_url, &[]).await.location(), "/sessions?ended=1");
        })
        .await;
    replicas
        .measure("back channel", async |app, user| {
            let now = app.clock.now().0;
            let claims = json!({
                "iss": replicas.issuer, "aud": DEMO_CLIENT_ID, "tid": identity_web::internals::demo::DEMO_TENANT, "iat": now,
                "exp": now + 120, "jti": user.key.hash(), "sid": user.session_id, "events": {EVENT: {}},
            });
            let form = [("logout_token".to_owned(), app.provider.logout_token(&claims).unwrap())];
            let url = format!("{}/auth/back_channel_logout", app.url);
            assert_eq!(Browser::new().post(&url, "https://op.example", &form).await.status, 200);
        })
        .await;
    replicas
        .measure("front channel", async |app, user| {
            let query = Serializer::new(String::new())
                .extend_pairs([("iss", &replicas.issuer), ("sid", &user.session_id)])
                .finish();
            let url = format!("{}/auth/front_channel_logout?{query}", app.url);
            assert_eq!(Browser::new().get(&url).await.status, 200);
        })
        .await;
    replicas
        .measure("the operator's command", async |app, user| {
            let mut command = Command::new(env!("CARGO_BIN_EXE_identity-web"));
            command.args(["sessions", "end", "--all", "--subject", &user.subject, "--issuer", &replicas.issuer]);
            command.envs(&app.variables).stdout(Stdio::null()).stderr(Stdio::null());
            let status = tokio::task::spawn_blocking(move || command.status().unwrap()).await.unwrap();
            assert!(status.success());
        })
        .await;
}

#[actix_web::test]
async fn whoever_waits_for_the_end_of_a_session_hears_of_it_from_another_replica() {
    let replicas = Replicas::start().await;
    let user = replicas.sign_in("waiting").await;
    let [first, second, _] = &replicas.apps;
    let sessions = &second.identity.services().sessions;
    let loaded = sessions.load(&user.key).await.unwrap().unwrap();
    let end = async {
        tokio::time::sleep(Duration::from_millis(300)).await;
        user.browser.sign_out(first).await;
        Stopwatch::start()
    };
    let wait = async {
        sessions.until_ended(&loaded).await;
        Stopwatch::start()
    };
    let (woken, ended) = tokio::join!(wait, end);
    let after = ended.elapsed().saturating_sub(woken.elapsed());
    assert!(after <= Duration::from_millis(100), "{after:?}");
    assert!(woken.elapsed() <= Duration::from_secs(1));
}
