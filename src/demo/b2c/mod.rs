//! Azure AD B2C at the demo provider: policies (user flows), each with metadata and keys of its own.
//!
//! Any name that begins with `b2c_1` is a policy. With `edit` or `profile` in its name it edits the profile, with
//! `password` or `reset` it resets the password, and with any other name it signs up or in.

mod pages;
mod tokens;

use std::collections::HashMap;
use std::fmt;
use std::str::FromStr;
use std::sync::Mutex;
use std::sync::atomic::Ordering;
use std::time::Duration;

use actix_web::HttpResponse;
use actix_web::web::{Data, Path, ServiceConfig, get, post};
use ring::rand::{SecureRandom as _, SystemRandom};
use serde_json::json;

use super::endpoints::{answer, faults, logout};
use super::expiring::Expiring;
use super::faults::apply;
use super::people::Person;
use super::signer::Signer;
use super::{CODE_LIFETIME, DEMO_TENANT, DemoState, expiring, lock};
use crate::clock::Timestamp;

/// The tenant's domain name; its authority is `{provider}/contoso.onmicrosoft.com`.
pub const B2C_DOMAIN: &str = "contoso.onmicrosoft.com";
/// How many policies have keys: any name that begins with `b2c_1` is a policy.
const MAX_SIGNERS: usize = 100;

/// The state that the policies share.
pub(super) struct B2c {
    signers: Mutex<Expiring<Signer>>,
    codes: Mutex<Expiring<Grant>>,
    refresh_tokens: Mutex<Expiring<Grant>>,
    /// The display names that people have entered, by person.
    names: Mutex<HashMap<&'static str, String>>,
}

impl Default for B2c {
    fn default() -> Self {
        Self {
            signers: Mutex::new(Expiring::new(Duration::MAX, MAX_SIGNERS)),
            codes: expiring(CODE_LIFETIME),
            refresh_tokens: expiring(Duration::from_secs(tokens::REFRESH_TOKEN_SECONDS)),
            names: Mutex::default(),
        }
    }
}

/// What a person has granted to the client, at one policy.
#[derive(Clone)]
struct Grant {
    person: &'static Person,
    policy: String,
    redirect_uri: String,
    scope: String,
    nonce: Option<String>,
    code_challenge: String,
    auth_time: Timestamp,
}

/// What a policy is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Journey {
    SignUpOrIn,
    EditProfile,
    ResetPassword,
}

/// A policy, parsed from its name in a path.
#[derive(Clone, Debug)]
struct Policy {
    /// Its name as in tokens. In a path, upper and lower case are the same.
    name: String,
    journey: Journey,
}

impl FromStr for Policy {
    type Err = ();

    fn from_str(path: &str) -> Result<Self, ()> {
        let lower = path.to_ascii_lowercase();
        let rest = lower.strip_prefix("b2c_1").ok_or(())?;
        let journey = match rest {
            _ if rest.contains("edit") || rest.contains("profile") => Journey::EditProfile,
            _ if rest.contains("password") || rest.contains("reset") => Journey::ResetPassword,
            _ => Journey::SignUpOrIn,
        };
        Ok(Self { name: format!("B2C_1{rest}"), journey })
    }
}

pub(super) fn routes(service: &mut ServiceConfig) {
    service
        .route("/{tenant}/{policy}/v2.0/.well-known/openid-configuration", get().to(discovery))
        .route("/{tenant}/{policy}/discovery/v2.0/keys", get().to(keys))
        .route("/{tenant}/{policy}/oauth2/v2.0/authorize", get().to(pages::authorize))
        .route("/{tenant}/{policy}/oauth2/v2.0/authorize", post().to(pages::step))
        .route("/{tenant}/{policy}/oauth2/v2.0/token", post().to(tokens::token))
        .route("/{tenant}/{policy}/oauth2/v2.0/logout", get().to(logout));
}

fn policy(tenant: &str, policy: &str) -> Option<Policy> {
    let ours = tenant.eq_ignore_ascii_case(B2C_DOMAIN) || tenant.eq_ignore_ascii_case(DEMO_TENANT);
    policy.parse().ok().filter(|_| ours)
}

fn issuer(state: &DemoState) -> String {
    format!("{}/{DEMO_TENANT}/v2.0/", state.public_url)
}

async fn discovery(state: Data<DemoState>, path: Path<(String, String)>) -> HttpResponse {
    let (tenant, name) = path.into_inner();
    if policy(&tenant, &name).is_none() {
        return HttpResponse::NotFound().finish();
    }
    let public = format!("{}/{tenant}/{name}", state.public_url);
    let internal = format!("{}/{tenant}/{name}", state.internal_url());
    let document = json!({
        "issuer": issuer(&state),
        "authorization_endpoint": format!("{public}/oauth2/v2.0/authorize"),
        "token_endpoint": format!("{internal}/oauth2/v2.0/token"),
        "end_session_endpoint": format!("{public}/oauth2/v2.0/logout"),
        "jwks_uri": format!("{internal}/discovery/v2.0/keys"),
        "response_modes_supported": ["query", "fragment", "form_post"],
        "response_types_supported": ["code", "code id_token", "code token", "code id_token token", "id_token",
            "id_token token", "token", "token id_token"],
        "scopes_supported": ["openid"],
        "subject_types_supported": ["pairwise"],
        "id_token_signing_alg_values_supported": ["RS256"],
        "token_endpoint_auth_methods_supported": ["client_secret_post", "client_secret_basic"],
        "claims_supported": ["name", "emails", "idp", "oid", "tfp", "sub", "iss", "iat", "exp", "aud", "acr", "nonce",
            "auth_time"],
    });
    let faults = faults(&state);
    answer(&faults, &apply(faults.discovery.as_ref(), document))
}

async fn keys(state: Data<DemoState>, path: Path<(String, String)>) -> HttpResponse {
    state.key_requests.fetch_add(1, Ordering::SeqCst);
    let (tenant, name) = path.into_inner();
    let Some(policy) = policy(&tenant, &name) else { return HttpResponse::NotFound().finish() };
    let Some(mut set) = with_signer(&state, &policy, |signer| signer.key_set("")) else {
        return HttpResponse::InternalServerError().finish();
    };
    // At B2C, keys do not name their issuer.
    for key in set["keys"].as_array_mut().into_iter().flatten().filter_map(|key| key.as_object_mut()) {
        key.remove("issuer");
    }
    let faults = faults(&state);
    answer(&faults, &apply(faults.key_set.as_ref(), set))
}

/// Calls `sign` with the policy's own signer, which is generated when first needed.
fn with_signer<T>(state: &DemoState, policy: &Policy, sign: impl FnOnce(&Signer) -> T) -> Option<T> {
    let (mut signers, now) = (lock(&state.b2c.signers), state.clock.now());
    if signers.get(&policy.name, now).is_none() {
        signers.insert(policy.name.clone(), Signer::generate().ok()?, now);
    }
    signers.get(&policy.name, now).map(sign)
}

/// Returns an `error_description` in B2C's format.
fn description(state: &DemoState, error: impl fmt::Display) -> String {
    let timestamp = state.clock.now().to_string().replace(" UTC", "Z");
    format!("{error}\r\nCorrelation ID: {}\r\nTimestamp: {timestamp}\r\n", random_guid())
}

fn random_guid() -> String {
    let mut bytes = [0; 16];
    // Without random bytes it is all zeros, which does no harm.
    let _ = SystemRandom::new().fill(&mut bytes);
    let hex = format!("{:032x}", u128::from_be_bytes(bytes));
    [&hex[..8], &hex[8..12], &hex[12..16], &hex[16..20], &hex[20..]].join("-")
}
