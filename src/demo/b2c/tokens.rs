//! The policies' token endpoints.

use std::sync::atomic::Ordering;

use actix_web::web::{Data, Form, Path};
use actix_web::{HttpRequest, HttpResponse};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use ring::digest::{SHA256, digest};
use ring::rand::SystemRandom;
use serde_json::{Value, json};

use super::super::client_authentication::authenticate;
use super::super::endpoints::{Parameters, answer, faults};
use super::super::faults::apply;
use super::super::tokens::signed;
use super::{Grant, Policy, description, issuer, pages, policy, with_signer};
use crate::demo::{DEMO_TENANT, DemoState, lock};
use crate::oidc::authorization::random_text;

const TOKEN_SECONDS: i64 = 3600;
pub(super) const REFRESH_TOKEN_SECONDS: u64 = 1_209_600;
const CODE_SECONDS: u64 = 600;

pub(super) async fn token(
    state: Data<DemoState>,
    path: Path<(String, String)>,
    Form(form): Form<Parameters>,
    request: HttpRequest,
) -> HttpResponse {
    state.token_requests.fetch_add(1, Ordering::SeqCst);
    let (tenant, name) = path.into_inner();
    let Some(policy) = policy(&tenant, &name) else { return HttpResponse::NotFound().finish() };
    let outcome = if authenticate(&state, &form, &request).is_ok() {
        redeem(&state, &policy, &form)
    } else {
        Err((
            "invalid_client",
            "AADB2C90081: The specified client_secret does not match the expected value for this \
            client. Please correct the client_secret and try again."
                .to_owned(),
        ))
    };
    match outcome {
        Ok(grant) => tokens(&state, &policy, &grant).unwrap_or_else(|| HttpResponse::InternalServerError().finish()),
        Err((error, text)) => {
            HttpResponse::BadRequest().json(json!({"error": error, "error_description": description(&state, text)}))
        }
    }
}

/// Returns the grant of a code or a refresh token.
fn redeem(state: &DemoState, policy: &Policy, form: &Parameters) -> Result<Grant, (&'static str, String)> {
    let value = |name: &str| form.get(name).map_or("", String::as_str);
    let refused = |text: &str| ("invalid_grant", text.to_owned());
    let is_refresh = value("grant_type") == "refresh_token";
    let now = state.clock.now();
    let grant = if is_refresh {
        lock(&state.b2c.refresh_tokens).remove(value("refresh_token"), now).map(|grant| Grant { nonce: None, ..grant })
    } else {
        lock(&state.b2c.codes).remove(value("code"), now)
    };
    let grant = grant.ok_or_else(|| {
        refused("AADB2C90129: The provided grant has been revoked. Please reauthenticate and try again.")
    })?;
    if grant.policy != policy.name {
        return Err(refused(&format!(
            "AADB2C90088: The provided grant has not been issued for this endpoint. Actual Value : {} and Expected Value : {}",
            policy.name, grant.policy
        )));
    }
    if is_refresh {
        return Ok(grant);
    }
    if URL_SAFE_NO_PAD.encode(digest(&SHA256, value("code_verifier").as_bytes())) != grant.code_challenge {
        return Err(refused("AADB2C90183: The supplied code_verifier is invalid"));
    }
    if value("redirect_uri") != grant.redirect_uri || now.since(grant.auth_time).as_secs() > CODE_SECONDS {
        return Err(refused("AADB2C90080: The provided grant has expired. Please re-authenticate and try again."));
    }
    Ok(grant)
}

/// Returns the token response. It has an access token only if the scopes include the client's id.
fn tokens(state: &DemoState, policy: &Policy, grant: &Grant) -> Option<HttpResponse> {
    let (faults, now) = (faults(state), state.clock.now().0);
    let claims = apply(faults.claims.as_ref(), claims(state, policy, grant));
    let id_token = with_signer(state, policy, |signer| signed(state, signer, &claims, &faults))??;
    let profile = json!({"ver": "1.0", "tid": DEMO_TENANT, "sub": null, "name": claims["name"],
        "preferred_username": null, "idp": "LocalAccount"});
    let mut response = json!({
        "id_token": id_token, "token_type": "Bearer", "not_before": now, "id_token_expires_in": TOKEN_SECONDS,
        "profile_info": URL_SAFE_NO_PAD.encode(profile.to_string()), "scope": grant.scope,
    });
    let asked = |wanted: &str| grant.scope.split(' ').any(|scope| scope == wanted);
    if asked(&state.settings.client_id) {
        response["access_token"] = random_text(&SystemRandom::new()).ok()?.into();
        response["expires_in"] = TOKEN_SECONDS.into();
        response["expires_on"] = (now + TOKEN_SECONDS).into();
    }
    if asked("offline_access") {
        let refresh_token = random_text(&SystemRandom::new()).ok()?;
        lock(&state.b2c.refresh_tokens).insert(refresh_token.clone(), grant.clone(), state.clock.now());
        response["refresh_token"] = refresh_token.into();
        response["refresh_token_expires_in"] = REFRESH_TOKEN_SECONDS.into();
    }
    Some(answer(&faults, &apply(faults.token_response.as_ref(), response)))
}

fn claims(state: &DemoState, policy: &Policy, grant: &Grant) -> Value {
    let (person, now) = (grant.person, state.clock.now().0);
    let mut claims = json!({
        "ver": "1.0", "iss": issuer(state), "sub": person.object_id, "aud": state.settings.client_id,
        "exp": now + TOKEN_SECONDS, "nbf": now, "iat": now, "auth_time": grant.auth_time.0, "idp": "LocalAccount",
        "oid": person.object_id, "name": pages::name(state, person), "given_name": person.given_name,
        "family_name": person.family_name, "emails": [person.username], "tfp": policy.name,
    });
    if let Some(nonce) = &grant.nonce {
        claims["nonce"] = nonce.as_str().into();
    }
    claims
}
