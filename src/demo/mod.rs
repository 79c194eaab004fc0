//! The demo identity provider: a small OpenID Provider that looks like Microsoft Entra, with three fictional people.
//!
//! With it, `cargo run` can sign users in without an account anywhere. It is also the tests' provider, which misbehaves
//! on request in every way that a good one does not ([`faults`]). It never starts in the production profile.

pub mod apis;
mod authentication;
pub mod b2c;
pub mod client_authentication;
mod direct;
mod endpoints;
mod expiring;
pub mod faults;
pub mod graph;
pub mod people;
mod refusal;
pub mod signer;
mod tokens;

use std::collections::{BTreeSet, HashMap};
use std::net::{SocketAddr, TcpListener};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError, RwLock};
use std::time::Duration;

use actix_web::dev::Server;
use actix_web::{App, HttpServer, web};
use serde_json::{Map, Value};
use tera::Tera;

use crate::clock::{Clock, Timestamp};
use crate::oidc::provider::is_loopback;
use apis::Apis;
use authentication::Authentication;
use b2c::{B2C_DOMAIN, B2c};
use client_authentication::Registered;
use expiring::Expiring;
use faults::Faults;
use people::Person;
use signer::Signer;

/// The client that is registered at the demo provider.
pub const DEMO_CLIENT_ID: &str = "5f3a6d1c-0b8e-4c57-9a51-0de300c11e47";
/// Its credential: it protects three fictional people.
pub const DEMO_CREDENTIAL: &str = "demo-credential";
/// The tenant of the people.
pub const DEMO_TENANT: &str = "c0ffee00-de30-4000-8000-c0de00000001";

/// How many codes, tokens and so on are kept, of each kind.
const CAPACITY: usize = 10_000;
/// Longer than a code can be redeemed, so that the error for an expired one says so.
const CODE_LIFETIME: Duration = Duration::from_mins(20);
const ACCESS_TOKEN_LIFETIME: Duration = Duration::from_hours(1);
/// As at Entra.
const REFRESH_TOKEN_LIFETIME: Duration = Duration::from_hours(90 * 24);
const SESSION_LIFETIME: Duration = Duration::from_hours(24);
/// How many scopes are kept for each person.
const MAX_CONSENTS: usize = 1_000;
/// Longer than the client keeps idle connections (90 s). If the provider closed one just when the client sends a token
/// request, the sign-in would fail.
const KEEP_ALIVE: Duration = Duration::from_mins(2);

/// The registered client, and the provider's URLs.
#[derive(Clone, Debug)]
pub struct DemoSettings {
    /// The client's id.
    pub client_id: String,
    /// The client's secret; empty if it has none.
    pub client_credential: String,
    /// Where users may be redirected after sign-in and after sign-out.
    pub redirect_uris: Vec<String>,
    /// Whether they may also be redirected to any URL of this machine, for tests.
    pub any_loopback: bool,
    /// The URL for browsers. The default is the listener's.
    pub public_url: Option<String>,
    /// The URL for the client, if it differs.
    pub internal_url: Option<String>,
}

impl DemoSettings {
    /// Returns whether users may be redirected to this URI.
    fn is_registered(&self, uri: &str) -> bool {
        let is_here = || url::Url::parse(uri).is_ok_and(|url| is_loopback(&url));
        self.redirect_uris.iter().any(|registered| registered == uri) || (self.any_loopback && is_here())
    }
}

/// The demo provider's state. Tests read and change it.
pub struct DemoState {
    settings: DemoSettings,
    public_url: String,
    clock: Clock,
    pages: Tera,
    /// Its keys.
    pub signer: RwLock<Signer>,
    /// Its misbehaviour; by default none.
    pub faults: RwLock<Faults>,
    /// The client's credentials besides its secret.
    pub registered: Mutex<Registered>,
    /// How many requests the token endpoint has received.
    pub token_requests: AtomicUsize,
    /// How many of them were renewals.
    pub renewals: AtomicUsize,
    /// How many requests for keys it has received.
    pub key_requests: AtomicUsize,
    /// The paths of the requests to Microsoft Graph, oldest first.
    pub graph_requests: Mutex<Vec<String>>,
    codes: Mutex<Expiring<Grant>>,
    access_tokens: Mutex<Expiring<Grant>>,
    refresh_tokens: Mutex<Expiring<Grant>>,
    /// The scopes that each person has consented to.
    consents: Mutex<HashMap<&'static str, BTreeSet<String>>>,
    sessions: Mutex<Expiring<Authentication>>,
    b2c: B2c,
    /// The tokens for APIs.
    pub apis: Apis,
}

/// What a person has granted to the client.
#[derive(Clone)]
struct Grant {
    person: &'static Person,
    tenant: String,
    redirect_uri: String,
    scope: String,
    claims: Option<String>,
    nonce: Option<String>,
    code_challenge: String,
    /// What the ID token says of the authentication.
    authentication: Map<String, Value>,
    session_id: String,
    at: Timestamp,
}

/// The scopes of sign-in itself, which need no consent.
const OF_SIGN_IN: [&str; 4] = ["openid", "profile", "email", "offline_access"];

impl DemoState {
    /// Returns those of the scopes that the person has not consented to yet.
    fn without_consent<'a>(&self, person: &Person, scopes: &'a str) -> Vec<&'a str> {
        let consents = lock(&self.consents);
        let agreed = consents.get(person.id);
        let is_new =
            |scope: &&str| !OF_SIGN_IN.contains(scope) && !agreed.is_some_and(|agreed| agreed.contains(*scope));
        scopes.split_whitespace().filter(is_new).collect()
    }

    fn consent(&self, person: &Person, scopes: &str) {
        let mut consents = lock(&self.consents);
        let agreed = consents.entry(person.id).or_default();
        for scope in scopes.split_whitespace() {
            if agreed.len() >= MAX_CONSENTS {
                agreed.pop_first();
            }
            agreed.insert(scope.to_owned());
        }
    }

    /// Revokes every access token, and with `refresh_tokens` every refresh token too. For tests.
    pub fn revoke(&self, refresh_tokens: bool) {
        lock(&self.access_tokens).clear();
        if refresh_tokens {
            lock(&self.refresh_tokens).clear();
        }
    }
}

/// A demo provider that is bound to its address.
pub struct DemoProvider {
    /// Its state.
    pub state: web::Data<DemoState>,
    listener: TcpListener,
    address: SocketAddr,
}

/// The page templates of the demo provider.
const PAGES: [(&str, &str); 4] = [
    ("demo_b2c.html", include_str!("../../templates/demo_b2c.html")),
    ("demo_pick_account.html", include_str!("../../templates/demo_pick_account.html")),
    ("demo_form_post.html", include_str!("../../templates/demo_form_post.html")),
    ("demo_message.html", include_str!("../../templates/demo_message.html")),
];

impl DemoProvider {
    /// Listens at `address`. Port 0 means any free port.
    ///
    /// # Errors
    /// The address is in use.
    pub fn bind(address: SocketAddr, settings: DemoSettings, signer: Signer, clock: Clock) -> std::io::Result<Self> {
        let listener = TcpListener::bind(address)?;
        let address = listener.local_addr()?;
        let mut pages = Tera::default();
        pages.add_raw_templates(PAGES).map_err(std::io::Error::other)?;
        let public_url = settings.public_url.clone().unwrap_or_else(|| format!("http://{address}"));
        let state = web::Data::new(DemoState {
            public_url: public_url.trim_end_matches('/').to_owned(),
            settings,
            clock,
            pages,
            signer: RwLock::new(signer),
            faults: RwLock::default(),
            registered: Mutex::default(),
            token_requests: AtomicUsize::new(0),
            renewals: AtomicUsize::new(0),
            key_requests: AtomicUsize::new(0),
            graph_requests: Mutex::default(),
            codes: expiring(CODE_LIFETIME),
            access_tokens: expiring(ACCESS_TOKEN_LIFETIME),
            refresh_tokens: expiring(REFRESH_TOKEN_LIFETIME),
            consents: Mutex::default(),
            sessions: expiring(SESSION_LIFETIME),
            b2c: B2c::default(),
            apis: Apis::default(),
        });
        Ok(Self { state, listener, address })
    }

    /// Returns the address of the listener.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// Returns the authority of the people's tenant.
    pub fn authority(&self) -> String {
        format!("{}/{DEMO_TENANT}", self.state.public_url)
    }

    /// Returns the authority of the same tenant at B2C.
    pub fn b2c_authority(&self) -> String {
        format!("{}/{B2C_DOMAIN}", self.state.public_url)
    }

    /// Serves until the server is stopped.
    ///
    /// # Errors
    /// The listener cannot be used.
    pub fn run(self) -> std::io::Result<Server> {
        let state = self.state;
        let server = HttpServer::new(move || {
            App::new().app_data(state.clone()).configure(endpoints::routes).configure(b2c::routes)
        });
        // Browsers open connections early. If such a connection times out with 408, they show that instead of the page.
        let server = server.client_request_timeout(Duration::ZERO).keep_alive(KEEP_ALIVE);
        Ok(server.workers(1).disable_signals().tcp_nodelay(true).listen(self.listener)?.run())
    }
}

impl DemoState {
    /// Returns the URL for the client.
    pub fn internal_url(&self) -> &str {
        self.settings.internal_url.as_deref().unwrap_or(&self.public_url).trim_end_matches('/')
    }

    /// Returns the issuer of a tenant, given by its GUID or the placeholder. At External ID (a host `{name}.ciamlogin.…`)
    /// each tenant has a host of its own.
    fn issuer(&self, tenant: &str) -> String {
        let host =
            match self.public_url.split_once("://").map(|(scheme, host)| (scheme, host.split_once(".ciamlogin."))) {
                Some((scheme, Some((_, parent)))) => format!("{scheme}://{tenant}.ciamlogin.{parent}"),
                _ => self.public_url.clone(),
            };
        format!("{host}/{tenant}/v2.0")
    }

    /// Returns how many requests the token endpoint has received.
    pub fn token_requests(&self) -> usize {
        self.token_requests.load(Ordering::SeqCst)
    }
}

fn expiring<V>(lifetime: Duration) -> Mutex<Expiring<V>> {
    Mutex::new(Expiring::new(lifetime, CAPACITY))
}

/// Appends an entry to a history, and drops the oldest if it is full.
fn note(history: &mut Vec<String>, entry: &str) {
    if history.len() >= CAPACITY {
        history.drain(..=history.len() - CAPACITY);
    }
    history.push(entry.to_owned());
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
