//! What the tests of an application are given: users without a provider, and a provider in their process.

use actix_session::Session;
use actix_web::cookie::Key;
use actix_web::dev::ServiceResponse;
use actix_web::test::{TestRequest, call_and_read_body, call_service, init_service};
use actix_web::{App, HttpServer, Responder, web};
use identity_web::testing::{DemoProvider, TestUser};
use identity_web::{AccessToken, ApiScopes, Credential, Identity, IdentityWeb, Provider, Require, SignInScopes};

use crate::helpers::log;

struct Orders;

impl ApiScopes for Orders {
    const SCOPES: &'static [&'static str] = &["api://orders/read"];
}

async fn page(user: Identity) -> impl Responder {
    format!("{} {}", user.name(), user.key().0)
}

async fn orders(own: AccessToken<SignInScopes>, orders: AccessToken<Orders>, session: Session) -> impl Responder {
    format!("{} {} {:?}", own.expose(), orders.expose(), session.get::<u32>("cart").unwrap())
}

/// An application whose provider nothing reaches.
async fn identity() -> IdentityWeb {
    let provider = Provider::oidc("http://127.0.0.1:9/", "tasks", Credential::secret("a secret of sufficient length"));
    let builder = IdentityWeb::builder().public_url("https://tasks.example").provider(provider);
    builder.sessions_in_memory().build().await.unwrap()
}

fn routes(service: &mut web::ServiceConfig) {
    service
        .route("/", web::get().to(page))
        .route("/orders", web::get().to(orders))
        .service(web::resource("/admin").wrap(Require::role("Admin")).get(page))
        .service(web::resource("/staff").wrap(Require::group("3f0b")).get(page))
        .service(web::resource("/tasks").wrap(Require::scope("tasks.read")).get(page))
        .service(web::resource("/plan").wrap(Require::claim("plan", "gold")).get(page));
}

#[actix_web::test]
async fn the_cookie_works_with_actix_with_reqwest_and_as_a_header() {
    let identity = identity().await;
    // Many, because a signature has characters that only some encode.
    for number in 0..20 {
        let cookie = identity.test_user("ada").claim("name", "Ada").sign_in().await.unwrap();
        let app = App::new().wrap(identity.sessions()).configure(identity.routes()).configure(routes);
        let app = init_service(app).await;
        let header = format!("{}={}", cookie.name(), cookie.value());
        let encoded = cookie.encoded().to_string();
        for request in [
            TestRequest::get().cookie(cookie),
            TestRequest::get().insert_header(("cookie", header)),
            TestRequest::get().insert_header(("cookie", encoded)),
        ] {
            let body = call_and_read_body(&app, request.uri("/").to_request()).await;
            assert_eq!(body, "Ada http://127.0.0.1:9/", "{number}");
        }
    }
    let (served, cookie) = (identity.clone(), identity.test_user("ada").sign_in().await.unwrap());
    let server = HttpServer::new(move || App::new().wrap(served.sessions()).configure(routes));
    let server = server.workers(1).disable_signals().bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}/", server.addrs()[0]);
    actix_web::rt::spawn(server.run());
    let request = reqwest::Client::new().get(url).header("cookie", format!("{}={}", cookie.name(), cookie.value()));
    assert_eq!(request.send().await.unwrap().text().await.unwrap(), "ada http://127.0.0.1:9/");
}

#[actix_web::test]
async fn a_test_user_has_what_the_test_says_and_no_more() {
    let identity = identity().await;
    let app = init_service(App::new().wrap(identity.sessions()).configure(identity.routes()).configure(routes)).await;
    let status = async |user: TestUser, path: &str| {
        let cookie = user.sign_in().await.unwrap();
        call_service(&app, TestRequest::get().uri(path).cookie(cookie).to_request()).await.status().as_u16()
    };
    let user = || identity.test_user("ada");
    for (path, allowed, other) in [
        ("/admin", user().role("Editor").role("Admin"), user().role("Editor")),
        ("/staff", user().group("3f0b"), user().group("3f0c")),
        ("/tasks", user().scope("openid").scope("tasks.read"), user().scope("tasks.write")),
        ("/plan", user().claim("plan", "gold"), user()),
    ] {
        assert_eq!((status(allowed, path).await, status(other, path).await), (200, 403), "{path}");
    }
    let user = user().access_token::<SignInScopes>("own").access_token::<Orders>("orders-token").value("cart", 3);
    let cookie = user.sign_in().await.unwrap();
    let body = call_and_read_body(&app, TestRequest::get().uri("/orders").cookie(cookie).to_request()).await;
    assert_eq!(body, "own orders-token Some(3)");
}

/// A journey as an application's own test would do it, within Actix: no listener of the application.
#[actix_web::test]
async fn a_person_signs_in_at_the_provider_in_the_tests_process() {
    log::start();
    let (demo, other) = (DemoProvider::start().await.unwrap(), DemoProvider::start().await.unwrap());
    assert_ne!((demo.issuer(), demo.client_secret()), (other.issuer(), other.client_secret()));
    let builder = IdentityWeb::builder().public_url("http://127.0.0.1:8080").provider(demo.provider());
    let identity = builder.sessions_in_memory().build().await.unwrap();
    let app = init_service(App::new().wrap(identity.sessions()).configure(identity.routes()).configure(routes)).await;

    let begun = call_service(&app, TestRequest::get().uri("/auth/sign_in").to_request()).await;
    let location = |answer: &ServiceResponse| answer.headers().get("location").unwrap().to_str().unwrap().to_owned();
    let authorization_url = location(&begun);
    assert!(demo.sign_in(&authorization_url, "nobody").is_err());
    assert!(
        other
            .sign_in(&authorization_url.replace("redirect_uri=http", "redirect_uri=https%3A//evil.example/"), "ada")
            .is_err()
    );
    let callback = demo.sign_in(&authorization_url, "ada").unwrap();
    let path = callback.strip_prefix("http://127.0.0.1:8080").unwrap();
    let mut request = TestRequest::get().uri(path);
    for cookie in begun.response().cookies() {
        request = request.cookie(cookie.into_owned());
    }
    let signed_in = call_service(&app, request.to_request()).await;
    assert_eq!((signed_in.status().as_u16(), location(&signed_in).as_str()), (303, "/"));
    let session = signed_in.response().cookies().find(|cookie| cookie.name() == "identity").unwrap().into_owned();
    for (path, status) in [("/", 200), ("/admin", 200), ("/plan", 403)] {
        let answer = call_service(&app, TestRequest::get().uri(path).cookie(session.clone()).to_request()).await;
        assert_eq!(answer.status().as_u16(), status, "{path}");
    }
    let body = call_and_read_body(&app, TestRequest::get().uri("/").cookie(session).to_request()).await;
    assert_eq!(body, format!("Ada Lovelace {}", demo.issuer()));
    let address = demo.authority().split('/').nth(2).unwrap().to_owned();
    drop(demo);
    let gone = async || std::net::TcpStream::connect(&address).is_err().then_some(());
    crate::helpers::eventually("its port is free", gone).await;
}

#[test]
fn the_provider_does_not_need_the_runtime_of_actix() {
    let runtime = || tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let demo = runtime().block_on(DemoProvider::start()).unwrap();
    let metadata = format!("{}/v2.0/.well-known/openid-configuration", demo.authority());
    identity_web::internals::tls::install_crypto();
    let body = runtime().block_on(async { reqwest::get(metadata).await.unwrap().text().await.unwrap() });
    assert!(body.contains(demo.issuer()), "{body}");
}

#[actix_web::test]
async fn two_session_middlewares_around_each_other_are_refused() {
    log::start();
    let identity = identity().await;
    let cookie = identity.test_user("ada").sign_in().await.unwrap();
    let request =
        || TestRequest::get().uri("/").insert_header(("accept", "text/html")).cookie(cookie.clone()).to_request();

    let app = App::new().wrap(identity.sessions()).service(web::scope("").wrap(identity.sessions()).configure(routes));
    let app = init_service(app).await;
    for _ in 0..2 {
        assert_eq!(call_service(&app, request()).await.status(), 500);
    }

    let foreign = actix_session::SessionMiddleware::new(Nowhere, Key::generate());
    let app = init_service(App::new().wrap(identity.sessions()).wrap(foreign).configure(routes)).await;
    for _ in 0..2 {
        assert_eq!(call_service(&app, request()).await.status(), 500);
    }

    for advice in ["IdentityWeb::sessions() is around itself", "remove SessionMiddleware"] {
        assert_eq!(log::text().matches(advice).count(), 2, "{advice}");
    }

    let app = init_service(App::new().wrap(identity.sessions()).configure(routes)).await;
    for _ in 0..2 {
        let answer = call_service(&app, request()).await;
        assert_eq!(answer.status(), 200);
        assert!(answer.response().cookies().next().is_none(), "the check leaves nothing in the session");
    }
}

/// A store of actix-session that keeps nothing.
struct Nowhere;

impl actix_session::storage::SessionStore for Nowhere {
    async fn load(
        &self,
        _: &actix_session::storage::SessionKey,
    ) -> Result<Option<std::collections::HashMap<String, String>>, actix_session::storage::LoadError> {
        Ok(None)
    }

    async fn save(
        &self,
        _: std::collections::HashMap<String, String>,
        _: &actix_web::cookie::time::Duration,
    ) -> Result<actix_session::storage::SessionKey, actix_session::storage::SaveError> {
        Ok("key".to_owned().try_into().unwrap())
    }

    async fn update(
        &self,
        key: actix_session::storage::SessionKey,
        _: std::collections::HashMap<String, String>,
        _: &actix_web::cookie::time::Duration,
    ) -> Result<actix_session::storage::SessionKey, actix_session::storage::UpdateError> {
        Ok(key)
    }

    async fn update_ttl(
        &self,
        _: &actix_session::storage::SessionKey,
        _: &actix_web::cookie::time::Duration,
    ) -> anyhow::Result<()> {
        Ok(())
    }

    async fn delete(&self, _: &actix_session::storage::SessionKey) -> anyhow::Result<()> {
        Ok(())
    }
}
