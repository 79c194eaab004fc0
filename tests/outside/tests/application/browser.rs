//! A browser without a network: the application is called within Actix, behind a proxy that strips the base path.

use std::collections::BTreeMap;

use actix_web::body::to_bytes;
use actix_web::cookie::Cookie;
use actix_web::dev::{Service, ServiceResponse};
use actix_web::test::{TestRequest, call_service, init_service};
use actix_web::{App, Error};
use identity_web::testing::DemoProvider;
use identity_web::{Clock, Credential, IdentityWeb, Provider};
use serde_json::Value;
use team_tasks::TeamTasks;

/// Where browsers find the application.
pub const PUBLIC_URL: &str = "http://127.0.0.1:8080/team";

/// The application as Actix serves it.
pub trait Served: Service<actix_http::Request, Response = ServiceResponse, Error = Error> {}
impl<S: Service<actix_http::Request, Response = ServiceResponse, Error = Error>> Served for S {}

/// A response.
pub struct Answer {
    pub status: u16,
    pub location: String,
    pub content_type: String,
    pub challenge: String,
    pub body: String,
}

impl Answer {
    /// The body as JSON.
    pub fn json(&self) -> Value {
        serde_json::from_str(&self.body).unwrap_or_else(|error| panic!("{error}: {}", self.body))
    }
}

/// A browser, or with [`Browser::with_token`] a program.
#[derive(Clone, Default)]
pub struct Browser {
    cookies: BTreeMap<String, String>,
    headers: Vec<(String, String)>,
}

impl Browser {
    /// A browser that has this cookie.
    pub fn with(cookie: Cookie<'static>) -> Self {
        let cookies = BTreeMap::from([(cookie.name().to_owned(), cookie.value().to_owned())]);
        Self { cookies, headers: Vec::new() }
    }

    /// A program that has this access token.
    pub fn with_token(token: &str) -> Self {
        Self { headers: vec![("authorization".to_owned(), format!("Bearer {token}"))], ..Self::default() }
    }

    /// The names of its cookies.
    pub fn cookie_names(&self) -> Vec<&str> {
        self.cookies.keys().map(String::as_str).collect()
    }

    /// Sends a request to a path, as browsers see it or below the base path.
    pub async fn send(&mut self, app: &impl Served, request: TestRequest, path: &str) -> Answer {
        let stripped = path.strip_prefix(PUBLIC_URL).or_else(|| path.strip_prefix("/team")).unwrap_or(path);
        let mut request = request.uri(if stripped.is_empty() { "/" } else { stripped });
        for (name, value) in &self.cookies {
            request = request.cookie(Cookie::new(name.clone(), value.clone()));
        }
        for (name, value) in &self.headers {
            request = request.insert_header((name.clone(), value.clone()));
        }
        let response = call_service(app, request.to_request()).await;
        for cookie in response.response().cookies() {
            if cookie.value().is_empty() {
                self.cookies.remove(cookie.name());
            } else {
                self.cookies.insert(cookie.name().to_owned(), cookie.value().to_owned());
            }
        }
        let header = |name| response.headers().get(name).map(|value| value.to_str().unwrap().to_owned());
        let [location, content_type, challenge] =
            ["location", "content-type", "www-authenticate"].map(|name| header(name).unwrap_or_default());
        let status = response.status().as_u16();
        let body = to_bytes(response.into_body()).await.unwrap_or_default();
        Answer { status, location, content_type, challenge, body: String::from_utf8_lossy(&body).into_owned() }
    }

    /// Opens a page, as a navigation.
    pub async fn get(&mut self, app: &impl Served, path: &str) -> Answer {
        self.send(app, TestRequest::get().insert_header(("accept", "text/html")), path).await
    }

    /// Sends JSON from one of the application's own pages.
    pub async fn send_json(&mut self, app: &impl Served, request: TestRequest, path: &str, json: &str) -> Answer {
        let request = request.insert_header(("origin", "http://127.0.0.1:8080"));
        let request = request.insert_header(("content-type", "application/json")).set_payload(json.to_owned());
        self.send(app, request, path).await
    }

    /// Opens a page that leads to a provider; returns the URL there.
    pub async fn begin(&mut self, app: &impl Served, path: &str) -> String {
        let mut answer = self.get(app, path).await;
        while answer.location.starts_with("/team/") {
            answer = self.get(app, &answer.location).await;
        }
        assert_eq!(answer.status, 303, "{path}: {}", answer.body);
        answer.location
    }

    /// Signs a person in at a provider, from a page that leads there; returns the callback's response.
    pub async fn sign_in(&mut self, app: &impl Served, demo: &DemoProvider, begin: &str, person: &str) -> Answer {
        let url = self.begin(app, begin).await;
        let callback = demo.sign_in(&url, person).expect("the provider accepts the request");
        self.get(app, &callback).await
    }
}

/// The application with two providers of the tests, and sessions in memory.
pub struct Deployment {
    pub tasks: TeamTasks,
    pub clock: Clock,
    pub staff: DemoProvider,
    pub partners: DemoProvider,
}

impl Deployment {
    pub async fn start() -> Self {
        let (staff, partners) = (DemoProvider::start().await.unwrap(), DemoProvider::start().await.unwrap());
        let clock = Clock::system();
        let builder = IdentityWeb::builder().sessions_in_memory().clock(clock.clone());
        let builder = builder.setting("api.signing_algorithms", ["ES256"]);
        let tasks = TeamTasks::new(builder, PUBLIC_URL, staff.provider(), partners.provider()).await.unwrap();
        Self { tasks, clock, staff, partners }
    }
}

/// The application without any provider that responds.
pub async fn offline() -> TeamTasks {
    let provider = |name| Provider::oidc(format!("https://{name}.example"), "client-id", Credential::secret("secret"));
    let builder = IdentityWeb::builder().sessions_in_memory();
    TeamTasks::new(builder, PUBLIC_URL, provider("staff"), provider("partner")).await.unwrap()
}

/// Serves it.
pub async fn served(tasks: &TeamTasks) -> impl Served + use<> {
    init_service(App::new().wrap(tasks.identity.sessions()).configure(tasks.routes())).await
}
