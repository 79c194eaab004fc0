//! What the demo provider does for APIs: access tokens that an API can verify, introspection (RFC 7662), and their exchange
//! for other tokens (RFC 8693, Entra's on-behalf-of flow).

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Mutex, PoisonError};

use actix_web::web::{Data, Form};
use actix_web::{HttpRequest, HttpResponse};
use ring::rand::SystemRandom;
use serde_json::{Value, json};

use super::client_authentication::authenticate;
use super::endpoints::{Parameters, answer, faults};
use super::expiring::Expiring;
use super::faults::apply;
use super::people::{Person, find};
use super::refusal::Refusal;
use super::tokens::{refused, signed_as};
use super::{ACCESS_TOKEN_LIFETIME, DEMO_TENANT, DemoState, Grant, expiring, lock};
use crate::oidc::authorization::random_text;

const TOKEN_SECONDS: i64 = 3599;

/// The tokens for APIs, and how often they were asked about.
pub struct Apis {
    /// How many requests for introspection it has received.
    pub introspections: AtomicUsize,
    /// How many requests for an exchange it has received.
    pub exchanges: AtomicUsize,
    /// The claims of each token.
    tokens: Mutex<Expiring<Value>>,
}

impl Default for Apis {
    fn default() -> Self {
        let tokens = expiring(ACCESS_TOKEN_LIFETIME);
        Self { introspections: AtomicUsize::new(0), exchanges: AtomicUsize::new(0), tokens }
    }
}

impl DemoState {
    /// Issues a JWT with this `typ` and these claims, signed as the faults request. For tests.
    pub fn api_token(&self, typ: &str, claims: &Value) -> Option<String> {
        let signer = self.signer.read().unwrap_or_else(PoisonError::into_inner);
        let token = signed_as(self, &signer, typ, claims, &faults(self))?;
        lock(&self.apis.tokens).insert(token.clone(), claims.clone(), self.clock.now());
        Some(token)
    }

    /// Issues a person's access token for an API, as the other pages of the provider would. For tests.
    ///
    /// # Errors
    /// There is no such person.
    pub fn access_token_of(&self, person: &str, audience: &str, scopes: &str) -> Result<String, String> {
        let found = find(person).ok_or_else(|| format!("there is no person {person}"))?;
        let claims = entra_claims(self, found, DEMO_TENANT, audience, scopes);
        self.api_token("JWT", &claims).ok_or_else(|| "the token can't be signed".to_owned())
    }

    /// Issues an opaque token with these claims. For tests.
    pub fn opaque_token(&self, claims: &Value) -> Option<String> {
        let token = random_text(&SystemRandom::new()).ok()?;
        lock(&self.apis.tokens).insert(token.clone(), claims.clone(), self.clock.now());
        Some(token)
    }

    /// Revokes every token for APIs. For tests.
    pub fn revoke_api_tokens(&self) {
        lock(&self.apis.tokens).clear();
    }

    /// Returns the claims of an access token as RFC 9068 names them, and the tenant, which the keys are for. A client that acts
    /// for nobody is the subject itself.
    pub fn rfc9068_claims(&self, subject: &str, audience: &str, scope: &str) -> Value {
        let now = self.clock.now().0;
        json!({
            "iss": self.issuer(DEMO_TENANT), "tid": DEMO_TENANT, "sub": subject, "aud": audience, "client_id": self.settings.client_id,
            "jti": random_text(&SystemRandom::new()).unwrap_or_default(), "iat": now, "exp": now + TOKEN_SECONDS,
            "scope": scope,
        })
    }
}

/// Returns the access token that a grant is for: a JWT if the request names an API, by `resource` (RFC 8707) or as at Entra by
/// a scope such as `api://tasks/Tasks.Read`.
pub(super) fn access_token(state: &DemoState, grant: &Grant, form: &Parameters) -> Option<String> {
    if let Some(resource) = form.get("resource") {
        let claims = state.rfc9068_claims(grant.person.subject, resource, &grant.scope);
        return state.api_token("at+jwt", &claims);
    }
    let scopes = grant.scope.split(' ').filter_map(|scope| scope.rsplit_once('/'));
    let of_apis: Vec<_> = scopes.filter(|(api, _)| api.starts_with("api://")).collect();
    let Some((audience, _)) = of_apis.first() else { return random_text(&SystemRandom::new()).ok() };
    let names: Vec<_> = of_apis.iter().map(|(_, name)| *name).collect();
    state.api_token("JWT", &entra_claims(state, grant.person, &grant.tenant, audience, &names.join(" ")))
}

/// Returns the claims of an Entra access token, version 2.
fn entra_claims(state: &DemoState, person: &Person, tenant: &str, audience: &str, scopes: &str) -> Value {
    let now = state.clock.now().0;
    json!({
        "iss": state.issuer(tenant), "sub": person.subject, "aud": audience, "azp": state.settings.client_id,
        "azpacr": "1", "tid": tenant, "oid": person.object_id, "iat": now, "nbf": now, "exp": now + TOKEN_SECONDS,
        "scp": scopes, "roles": person.roles, "name": person.name, "preferred_username": person.username, "ver": "2.0",
    })
}

/// Introspects a token. Entra has no such endpoint, so the discovery document doesn't name it; tests make it do so.
pub(super) async fn introspect(
    state: Data<DemoState>,
    Form(form): Form<Parameters>,
    request: HttpRequest,
) -> HttpResponse {
    state.apis.introspections.fetch_add(1, Ordering::SeqCst);
    if let Err(refusal) = authenticate(&state, &form, &request) {
        return HttpResponse::Unauthorized().json(json!({"error": "invalid_client", "error_description": refusal.1}));
    }
    let (token, now) = (form.get("token").map_or("", String::as_str), state.clock.now());
    let claims = lock(&state.apis.tokens).get(token, now).cloned();
    let is_active = |claims: &Value| claims["exp"].as_i64().is_none_or(|at| at > now.0);
    let document = match claims.filter(is_active) {
        Some(mut claims) => {
            claims["active"] = true.into();
            claims["token_type"] = "Bearer".into();
            claims
        }
        None => json!({"active": false}),
    };
    let faults = faults(&state);
    answer(&faults, &apply(faults.introspection.as_ref(), document))
}

/// Responds to a token request that is for an API alone; `None` for any other.
pub(super) fn token(state: &DemoState, form: &Parameters) -> Option<HttpResponse> {
    let faults = faults(state);
    let outcome = match form.get("grant_type").map(String::as_str)? {
        "client_credentials" => of_client(state, form),
        "urn:ietf:params:oauth:grant-type:token-exchange" => exchanged(state, form, "subject_token"),
        "urn:ietf:params:oauth:grant-type:jwt-bearer" => exchanged(state, form, "assertion"),
        _ => return None,
    };
    Some(match (&faults.exchange, outcome) {
        (Some(error), _) => HttpResponse::BadRequest().json(error),
        (None, Ok(document)) => answer(&faults, &apply(faults.token_response.as_ref(), document)),
        (None, Err(refusal)) => refusal.answer(state),
    })
}

/// Issues a token to the client for itself (RFC 6749 section 4.4), for the API that `resource` names.
fn of_client(state: &DemoState, form: &Parameters) -> Result<Value, Refusal<'static>> {
    let Some(resource) = form.get("resource") else {
        return Err(refused("invalid_request", 900_144, "The request body must contain the parameter 'resource'."));
    };
    let scope = form.get("scope").map_or("", String::as_str);
    let token = state.api_token("at+jwt", &state.rfc9068_claims(&state.settings.client_id, resource, scope));
    Ok(json!({"access_token": token, "token_type": "Bearer", "expires_in": TOKEN_SECONDS, "scope": scope}))
}

/// Exchanges a token for an opaque one for another API.
fn exchanged(state: &DemoState, form: &Parameters, subject: &str) -> Result<Value, Refusal<'static>> {
    state.apis.exchanges.fetch_add(1, Ordering::SeqCst);
    let value = |name: &str| form.get(name).map_or("", String::as_str);
    let Some(claims) = lock(&state.apis.tokens).get(value(subject), state.clock.now()).cloned() else {
        return Err(refused("invalid_grant", 500_133, "Assertion is not within its valid time range."));
    };
    let audience = ["audience", "resource", "scope"].into_iter().map(value).find(|name| !name.is_empty());
    let subject = claims["sub"].as_str().unwrap_or_default();
    let claims = state.rfc9068_claims(subject, audience.unwrap_or_default(), value("scope"));
    Ok(json!({
        "access_token": state.opaque_token(&claims), "token_type": "Bearer", "expires_in": TOKEN_SECONDS,
        "scope": value("scope"), "issued_token_type": "urn:ietf:params:oauth:token-type:access_token",
    }))
}
