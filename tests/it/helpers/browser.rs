//! A browser for tests: it keeps cookies, follows no redirect by itself, and can fill in the account picker.

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::error::Error;
use std::sync::Arc;

use actix_web::cookie::Cookie;
use identity_web::internals::session::Loaded;
use identity_web::internals::session::key::SessionKey;
use reqwest::Method;
use reqwest::header::{HeaderMap, LOCATION, SET_COOKIE};
use url::Url;
use url::form_urlencoded::Serializer;

use super::{TestApp, http2};

/// Other hosts of the provider. Like a real browser, this one resolves `*.localhost` to this machine.
pub const HOSTS: [&str; 2] = ["contoso.ciamlogin.localhost", "login.sovereign.localhost"];

/// A browser.
pub struct Browser {
    client: reqwest::Client,
    speaks_http2: bool,
    /// Its cookies, by name. As in a real browser, ports share them.
    pub cookies: RefCell<BTreeMap<String, String>>,
    /// Cookies of other applications of the same host, each `name=value`.
    other_cookies: RefCell<Vec<Vec<u8>>>,
}

/// A response, or why there was none.
pub type SendResult = Result<Answer, Box<dyn Error>>;

/// A complete response.
pub struct Answer {
    /// Its status.
    pub status: u16,
    /// Its headers.
    pub headers: HeaderMap,
    /// Its body.
    pub body: String,
}

impl Answer {
    /// Returns a header's value, or the empty string without that header.
    pub fn header(&self, name: &str) -> &str {
        self.headers.get(name).map_or("", |value| value.to_str().unwrap())
    }

    /// Returns where it redirects to.
    pub fn location(&self) -> &str {
        assert!((300..400).contains(&self.status), "no redirect but {}: {}", self.status, self.body);
        self.headers[LOCATION].to_str().unwrap()
    }

    /// Returns the hidden fields of its form.
    pub fn fields(&self) -> Vec<(String, String)> {
        let attribute = |input: &str, name: &str| {
            let value = input.split(&format!("{name}=\"")).nth(1).unwrap().split('"').next().unwrap();
            value.replace("&#x2F;", "/").replace("&amp;", "&")
        };
        let inputs = self.body.split("<input ").skip(1);
        inputs.map(|input| (attribute(input, "name"), attribute(input, "value"))).collect()
    }

    /// Returns the parameters of the authorization response that it is, by query or by form_post.
    pub fn parameters(&self) -> Vec<(String, String)> {
        match self.status {
            302 => Url::parse(self.location()).unwrap().query_pairs().into_owned().collect(),
            _ => self.fields(),
        }
    }

    /// Returns every cookie that it sets.
    pub fn set_cookies(&self) -> Vec<Cookie<'static>> {
        let headers = self.headers.get_all(SET_COOKIE).iter();
        headers.map(|header| Cookie::parse(header.to_str().unwrap().to_owned()).unwrap()).collect()
    }
}

impl Browser {
    /// A browser with no cookies, which speaks HTTP/1.1.
    pub fn new() -> Self {
        identity_web::internals::tls::install_crypto();
        let here = std::net::SocketAddr::from(([127, 0, 0, 1], 0));
        let client = HOSTS
            .iter()
            .fold(reqwest::Client::builder(), |builder, host| builder.resolve(host, here))
            .danger_accept_invalid_certs(true)
            .redirect(reqwest::redirect::Policy::none())
            .build()
            .unwrap();
        Self { client, speaks_http2: false, cookies: RefCell::default(), other_cookies: RefCell::default() }
    }

    /// A browser with no cookies, which speaks HTTP/2 with servers that have TLS. Like Chromium, it then sends each
    /// cookie in a header of its own (RFC 9113 section 8.2.3).
    pub fn http2() -> Self {
        Self { speaks_http2: true, ..Self::new() }
    }

    /// Another browser that has stolen this one's cookies.
    pub fn stolen(&self) -> Self {
        let (cookies, other_cookies) = (self.cookies.clone(), self.other_cookies.clone());
        Self { client: self.client.clone(), speaks_http2: self.speaks_http2, cookies, other_cookies }
    }

    /// Adds a cookie, `name=value`, of another application of the same host. It may hold any bytes that a header may.
    /// The first is sent before the application's own cookies, the others after them.
    pub fn add_other_cookie(&self, pair: impl Into<Vec<u8>>) {
        self.other_cookies.borrow_mut().push(pair.into());
    }

    /// Returns whether there is any response.
    pub async fn is_answered(&self, url: &str) -> bool {
        self.try_send(Method::GET, url, &[], None).await.is_ok()
    }

    /// Sends a request with its cookies, and keeps those of the response.
    pub async fn send(&self, method: Method, url: &str, headers: &[(&str, &str)], body: Option<String>) -> Answer {
        self.try_send(method, url, headers, body).await.unwrap()
    }

    /// The same, if there may be no response.
    pub async fn try_send(
        &self,
        method: Method,
        url: &str,
        headers: &[(&str, &str)],
        body: Option<String>,
    ) -> SendResult {
        let is_http2 = self.speaks_http2 && url.starts_with("https:");
        let has = |wanted: &str| headers.iter().any(|(name, _)| *name == wanted);
        let mut lines: Vec<_> =
            headers.iter().map(|(name, value)| ((*name).to_owned(), value.as_bytes().to_vec())).collect();
        if !has("accept") {
            lines.push(("accept".to_owned(), b"text/html,*/*;q=0.8".to_vec()));
        }
        if !has("cookie") {
            let pairs = self.cookie_pairs();
            let values = if is_http2 || pairs.is_empty() { pairs } else { vec![pairs.join(&b"; "[..])] };
            lines.extend(values.into_iter().map(|value| ("cookie".to_owned(), value)));
        }
        let answer = if is_http2 {
            Box::pin(http2::send(&method, url, &lines, body)).await?
        } else {
            self.send_http1(method, url, lines, body).await?
        };
        for cookie in answer.set_cookies() {
            let mut cookies = self.cookies.borrow_mut();
            if cookie.max_age().is_some_and(actix_web::cookie::time::Duration::is_zero) || cookie.value().is_empty() {
                cookies.remove(cookie.name());
            } else {
                cookies.insert(cookie.name().to_owned(), cookie.value().to_owned());
            }
        }
        Ok(answer)
    }

    async fn send_http1(
        &self,
        method: Method,
        url: &str,
        headers: Vec<(String, Vec<u8>)>,
        body: Option<String>,
    ) -> reqwest::Result<Answer> {
        let request = self.client.request(method, url);
        let mut request = headers.into_iter().fold(request, |request, (name, value)| request.header(name, value));
        if let Some(body) = body {
            request = request.body(body);
        }
        let response = request.send().await?;
        let (status, headers) = (response.status().as_u16(), response.headers().clone());
        Ok(Answer { status, headers, body: response.text().await? })
    }

    /// Every cookie as `name=value`, in the order in which they are sent.
    fn cookie_pairs(&self) -> Vec<Vec<u8>> {
        let (cookies, others) = (self.cookies.borrow(), self.other_cookies.borrow());
        let own = cookies.iter().map(|(name, value)| format!("{name}={value}").into_bytes());
        others.iter().take(1).cloned().chain(own).chain(others.iter().skip(1).cloned()).collect()
    }

    /// The application's own cookies, as it sends them over HTTP/1.1.
    pub fn cookie_header(&self) -> String {
        let cookies = self.cookies.borrow();
        cookies.iter().map(|(name, value)| format!("{name}={value}")).collect::<Vec<_>>().join("; ")
    }

    /// Loads a page.
    pub async fn get(&self, url: &str) -> Answer {
        self.send(Method::GET, url, &[], None).await
    }

    /// Submits a form of a page of `origin`.
    pub async fn post(&self, url: &str, origin: &str, fields: &[(String, String)]) -> Answer {
        let form = Serializer::new(String::new()).extend_pairs(fields).finish();
        let headers = [("content-type", "application/x-www-form-urlencoded"), ("origin", origin)];
        self.send(Method::POST, url, &headers, Some(form)).await
    }

    /// Begins a sign-in, and returns the URL at the provider.
    pub async fn begin(&self, app: &TestApp) -> Url {
        self.begin_with(app, "").await
    }

    /// The same, with a query.
    pub async fn begin_with(&self, app: &TestApp, query: &str) -> Url {
        let answer = self.get(&format!("{}/auth/sign_in{query}", app.url)).await;
        Url::parse(answer.location()).unwrap()
    }

    /// Picks an account at the provider, and returns its response, which leads back.
    pub async fn pick(&self, authorization_url: &Url, person: &str) -> Answer {
        self.press(authorization_url, &[("person", person)]).await
    }

    /// Presses a button of the provider's page, with what else was entered, and returns the response.
    pub async fn press(&self, authorization_url: &Url, entered: &[(&str, &str)]) -> Answer {
        let mut fields: Vec<_> = authorization_url.query_pairs().into_owned().collect();
        fields.extend(entered.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())));
        let mut url = authorization_url.clone();
        url.set_query(None);
        self.post(url.as_str(), "null", &fields).await
    }

    /// Signs in up to the callback, and returns its URL.
    pub async fn callback_url(&self, app: &TestApp, person: &str) -> String {
        let url = self.begin(app).await;
        self.pick(&url, person).await.location().to_owned()
    }

    /// Returns to the application with the provider's response, by query or by form_post. Again, it reloads the page.
    pub async fn come_back(&self, app: &TestApp, provider_says: &Answer) -> Answer {
        if provider_says.status == 302 {
            return self.get(provider_says.location()).await;
        }
        let callback = format!("{}/auth/redirect", app.url);
        self.post(&callback, "https://provider.example", &provider_says.fields()).await
    }

    /// Signs in, and returns the callback's response.
    pub async fn sign_in(&self, app: &TestApp, person: &str) -> Answer {
        let callback = self.callback_url(app, person).await;
        self.get(&callback).await
    }

    /// Returns whether the user is signed in.
    pub async fn is_signed_in(&self, app: &TestApp) -> bool {
        match self.get(&format!("{}/token_details", app.url)).await.status {
            200 => true,
            401 => false,
            other => panic!("/token_details answers {other}"),
        }
    }

    /// Signs out with the button, and returns the response.
    pub async fn sign_out(&self, app: &TestApp) -> Answer {
        let public_url = app.identity.services().site.absolute("");
        self.post(&format!("{}/auth/sign_out", app.url), &public_url, &[]).await
    }

    /// Returns its session, as the store has it.
    pub async fn session(&self, app: &TestApp) -> Arc<Loaded> {
        let sessions = &app.identity.services().sessions;
        sessions.load_fresh(&self.session_key(app).unwrap()).await.unwrap().unwrap()
    }

    /// Returns the key of its session.
    pub fn session_key(&self, app: &TestApp) -> Option<SessionKey> {
        let keys = app.identity.services().sessions.ring().keys();
        Some(SessionKey::from_cookie(&keys, &self.session_cookie()?)?.key)
    }

    /// Returns the value of the session's cookie.
    pub fn session_cookie(&self) -> Option<String> {
        self.cookies.borrow().get("__Host-identity").cloned()
    }
}
