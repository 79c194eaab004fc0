//! How the demo provider authenticates: when, and by which authentication context classes. Picking an account confirms
//! whatever the request asks for; a session is enough only if it shows the same.

use std::time::Duration;

use actix_web::HttpRequest;
use serde_json::{Map, Value, json};

use super::endpoints::{Parameters, SESSION_COOKIE};
use super::people::Person;
use super::{DemoState, lock};
use crate::clock::Timestamp;
use crate::oidc::step_up::parse_max_age;

/// A browser's session.
#[derive(Clone)]
pub(super) struct Authentication {
    pub(super) person: &'static Person,
    at: Timestamp,
    /// The classes that were confirmed.
    contexts: Vec<String>,
}

impl Authentication {
    /// A person who picks their account now.
    pub(super) fn begin(person: &'static Person, request: &Parameters, now: Timestamp) -> Self {
        Self { person, at: now, contexts: contexts_of(request) }
    }

    pub(super) fn of_browser(state: &DemoState, request: &HttpRequest) -> Option<Self> {
        lock(&state.sessions).get(request.cookie(SESSION_COOKIE)?.value(), state.clock.now()).cloned()
    }

    pub(super) fn person_of_browser(state: &DemoState, request: &HttpRequest) -> Option<&'static Person> {
        Self::of_browser(state, request).map(|known| known.person)
    }

    /// Returns whether the session is as recent and as strong as the request wants.
    pub(super) fn suffices(&self, request: &Parameters, now: Timestamp) -> bool {
        let max_age = max_age_of(request).map(Duration::from_secs);
        let is_recent = max_age.is_none_or(|max_age| !max_age.is_zero() && now.since(self.at) <= max_age);
        let contexts = contexts_of(request);
        is_recent && (contexts.is_empty() || contexts.iter().any(|context| self.contexts.contains(context)))
    }

    /// Returns the claims for the ID token: `auth_time` after `max_age` (OpenID Connect Core section 2), `acr` after
    /// `acr_values`, and Entra's `acrs` if `claims` asks for it.
    pub(super) fn claims(&self, request: &Parameters) -> Map<String, Value> {
        let mut claims = Map::new();
        if request.contains_key("max_age") {
            claims.insert("auth_time".to_owned(), self.at.0.into());
        }
        let confirmed = acr_values_of(request).into_iter().find(|acr| self.contexts.contains(acr));
        claims.extend(confirmed.map(|acr| ("acr".to_owned(), acr.into())));
        if !acrs_of(request).is_empty() {
            claims.insert("acrs".to_owned(), json!(self.contexts));
        }
        claims
    }
}

fn max_age_of(request: &Parameters) -> Option<u64> {
    request.get("max_age").and_then(|max_age| parse_max_age(max_age))
}

/// Returns the authentication context classes that a request asks for.
pub(super) fn contexts_of(request: &Parameters) -> Vec<String> {
    let mut all = [acr_values_of(request), acrs_of(request)].concat();
    all.sort();
    all.dedup();
    all
}

fn acr_values_of(request: &Parameters) -> Vec<String> {
    let values = request.get("acr_values").map_or("", String::as_str);
    values.split_whitespace().map(str::to_owned).collect()
}

/// Entra's authentication contexts, in `claims`.
fn acrs_of(request: &Parameters) -> Vec<String> {
    let claims: Value = request.get("claims").and_then(|text| serde_json::from_str(text).ok()).unwrap_or_default();
    let acrs = &claims["id_token"]["acrs"];
    let values = acrs["values"].as_array().into_iter().flatten().chain([&acrs["value"]]);
    values.filter_map(Value::as_str).map(str::to_owned).collect()
}
