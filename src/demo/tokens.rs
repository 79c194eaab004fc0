//! The demo provider's token and userinfo endpoints.

use std::sync::PoisonError;
use std::sync::atomic::Ordering;

use actix_web::web::{Data, Form};
use actix_web::{HttpRequest, HttpResponse};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use ring::digest::{SHA256, digest};
use ring::rand::SystemRandom;
use serde_json::{Value, json};

use super::client_authentication::authenticate;
use super::endpoints::{Parameters, answer, faults};
use super::faults::{Faults, Signature, apply};
use super::people::group;
use super::refusal::Refusal;
use super::signer::{Signer, sign_hs256, unsigned};
use super::{DemoState, Grant, apis, lock};
use crate::oidc::authorization::random_text;

/// With more groups than this, an ID token has none of them.
const OVERAGE: usize = 200;
const ID_TOKEN_SECONDS: i64 = 65 * 60;
const CODE_SECONDS: u64 = 600;

pub(super) async fn token(state: Data<DemoState>, Form(form): Form<Parameters>, request: HttpRequest) -> HttpResponse {
    state.token_requests.fetch_add(1, Ordering::SeqCst);
    if let Err(refusal) = authenticate(&state, &form, &request) {
        return Refusal { error: "invalid_client", code: refusal.0, text: &refusal.1, suberror: None }.answer(&state);
    }
    if let Some(response) = apis::token(&state, &form) {
        return response;
    }
    let granted = match form.get("grant_type").map(String::as_str) {
        Some("authorization_code") => redeemed(&state, &form),
        Some("refresh_token") => renewed(&state, &form).await,
        _ => Err(refused("unsupported_grant_type", 70003, "The grant type is not supported.")),
    };
    match granted {
        Ok(grant) => tokens(&state, &grant, &form).unwrap_or_else(|| HttpResponse::InternalServerError().finish()),
        Err(refusal) => refusal.answer(&state),
    }
}

pub(super) fn refused(error: &'static str, code: u32, text: &'static str) -> Refusal<'static> {
    Refusal { error, code, text, suberror: None }
}

fn redeemed(state: &DemoState, form: &Parameters) -> Result<Grant, Refusal<'static>> {
    let value = |name: &str| form.get(name).map_or("", String::as_str);
    let Some(grant) = lock(&state.codes).remove(value("code"), state.clock.now()) else {
        return Err(refused("invalid_grant", 54005, "OAuth2 Authorization code was already redeemed."));
    };
    let challenge = URL_SAFE_NO_PAD.encode(digest(&SHA256, value("code_verifier").as_bytes()));
    if challenge != grant.code_challenge {
        return Err(refused("invalid_grant", 50147, "The size of the code challenge or verifier is wrong."));
    }
    if value("redirect_uri") != grant.redirect_uri {
        return Err(refused("invalid_grant", 500_112, "The reply address does not match."));
    }
    if state.clock.now().since(grant.at).as_secs() > CODE_SECONDS {
        return Err(refused("invalid_grant", 70008, "The authorization code has expired."));
    }
    Ok(grant)
}

fn used(state: &DemoState, refresh_token: &str) -> Option<Grant> {
    let is_last_use = faults(state).strict_rotation;
    let (mut known, now) = (lock(&state.refresh_tokens), state.clock.now());
    if is_last_use { known.remove(refresh_token, now) } else { known.get(refresh_token, now).cloned() }
}

/// Renews tokens. The refresh token is rotated, and as at Entra the one before can still be used.
async fn renewed(state: &DemoState, form: &Parameters) -> Result<Grant, Refusal<'static>> {
    state.renewals.fetch_add(1, Ordering::SeqCst);
    let pause = faults(state).renewal_takes;
    let token = form.get("refresh_token").map_or("", String::as_str);
    let known = used(state, token);
    actix_web::rt::time::sleep(pause).await;
    let Some(grant) = known else {
        return Err(Refusal {
            suberror: Some("bad_token"),
            ..refused("invalid_grant", 700_082, "The refresh token has expired due to inactivity, or was revoked.")
        });
    };
    let scope = form.get("scope").cloned().unwrap_or_else(|| grant.scope.clone());
    if !state.without_consent(grant.person, &scope).is_empty() {
        return Err(Refusal {
            suberror: Some("consent_required"),
            ..refused("invalid_grant", 65001, "The user or administrator has not consented to use the application.")
        });
    }
    Ok(Grant { scope, claims: form.get("claims").cloned().or(grant.claims), ..grant })
}

fn tokens(state: &DemoState, grant: &Grant, form: &Parameters) -> Option<HttpResponse> {
    let faults = faults(state);
    if faults.rotate_before_signing {
        *state.signer.write().unwrap_or_else(PoisonError::into_inner) = Signer::generate().ok()?;
    }
    let access_token = apis::access_token(state, grant, form)?;
    let id_token = id_token(state, grant, &faults)?;
    lock(&state.access_tokens).insert(access_token.clone(), grant.clone(), state.clock.now());
    let mut response = json!({
        "token_type": "Bearer", "scope": grant.scope, "expires_in": 3599, "access_token": access_token,
        "id_token": id_token,
    });
    if grant.scope.split(' ').any(|scope| scope == "offline_access") {
        // With characters that a form must encode.
        let refresh_token = format!("0.A+{}/=&", random_text(&SystemRandom::new()).ok()?);
        lock(&state.refresh_tokens).insert(refresh_token.clone(), grant.clone(), state.clock.now());
        response["refresh_token"] = refresh_token.into();
    }
    Some(answer(&faults, &apply(faults.token_response.as_ref(), response)))
}

/// Returns an Entra ID token, version 2. Like Entra's from the token endpoint, it has no `at_hash`.
fn id_token(state: &DemoState, grant: &Grant, faults: &Faults) -> Option<String> {
    let (person, now) = (grant.person, state.clock.now().0);
    let mut claims = json!({
        "aud": state.settings.client_id,
        "iss": state.issuer(&grant.tenant),
        "iat": now, "nbf": now, "exp": now + ID_TOKEN_SECONDS,
        "name": person.name, "oid": person.object_id, "preferred_username": person.username,
        "email": person.username, "login_hint": format!("O.{}", person.id), "sid": grant.session_id,
        "sub": person.subject, "tid": grant.tenant, "uti": random_text(&SystemRandom::new()).ok()?, "ver": "2.0",
        "nonce": grant.nonce,
    });
    if !person.roles.is_empty() {
        claims["roles"] = json!(person.roles);
    }
    if person.groups > OVERAGE {
        // As at Entra, the endpoint is that of a retired service, so it only says that there are groups.
        claims["_claim_names"] = json!({"groups": "src1"});
        let endpoint =
            format!("https://graph.windows.net/{}/users/{}/getMemberObjects", grant.tenant, person.object_id);
        claims["_claim_sources"] = json!({"src1": {"endpoint": endpoint}});
    } else if person.groups > 0 {
        claims["groups"] = (0..person.groups).map(group).collect();
    }
    for (name, value) in &grant.authentication {
        claims[name] = value.clone();
    }
    let claims = apply(faults.claims.as_ref(), claims);
    let signer = state.signer.read().unwrap_or_else(PoisonError::into_inner);
    signed(state, &signer, &claims, faults)
}

impl DemoState {
    /// Returns whether a refresh token can still be used. For tests.
    pub fn accepts_refresh_token(&self, token: &str) -> bool {
        lock(&self.refresh_tokens).get(token, self.clock.now()).is_some()
    }

    /// Returns a logout token with these claims, signed as the faults request. For tests.
    pub fn logout_token(&self, claims: &Value) -> Option<String> {
        let signer = self.signer.read().unwrap_or_else(PoisonError::into_inner);
        signed(self, &signer, claims, &faults(self))
    }
}

/// Revokes a token (RFC 7009). Entra has no such endpoint, so the discovery document doesn't name it; tests make it do so.
pub(super) async fn revoke(state: Data<DemoState>, Form(form): Form<Parameters>, request: HttpRequest) -> HttpResponse {
    if let Err(refusal) = authenticate(&state, &form, &request) {
        return Refusal { error: "invalid_client", code: refusal.0, text: &refusal.1, suberror: None }.answer(&state);
    }
    let token = form.get("token").map_or("", String::as_str);
    lock(&state.refresh_tokens).remove(token, state.clock.now());
    lock(&state.access_tokens).remove(token, state.clock.now());
    answer(&faults(&state), &json!({}))
}

/// Signs claims as the faults request.
pub(super) fn signed(state: &DemoState, signer: &Signer, claims: &Value, faults: &Faults) -> Option<String> {
    signed_as(state, signer, "JWT", claims, faults)
}

/// The same, with this `typ`.
pub(super) fn signed_as(
    state: &DemoState,
    signer: &Signer,
    typ: &str,
    claims: &Value,
    faults: &Faults,
) -> Option<String> {
    let header = |algorithm: &str| {
        let header = json!({"typ": typ, "alg": algorithm, "kid": signer.kid()});
        apply(faults.header.as_ref(), header)
    };
    match faults.signature {
        Signature::Own => signer.sign(&header(signer.algorithm), claims).ok(),
        Signature::Foreign => {
            let mut foreign = Signer::generate().ok()?;
            foreign.algorithm = signer.algorithm;
            foreign.sign(&header(signer.algorithm), claims).ok()
        }
        Signature::ClientSecret => Some(sign_hs256(&state.settings.client_credential, &header("HS256"), claims)),
        Signature::None => Some(unsigned(&header("none"), claims)),
    }
}

pub(super) async fn userinfo(state: Data<DemoState>, request: HttpRequest) -> HttpResponse {
    let header = request.headers().get("authorization").and_then(|value| value.to_str().ok());
    let token = header.and_then(|value| value.strip_prefix("Bearer ")).unwrap_or_default();
    let Some(person) = lock(&state.access_tokens).get(token, state.clock.now()).map(|grant| grant.person) else {
        return HttpResponse::Unauthorized().insert_header(("www-authenticate", "Bearer")).finish();
    };
    let claims = json!({
        "sub": person.subject, "name": person.name, "given_name": person.given_name,
        "family_name": person.family_name, "email": person.username,
    });
    let faults = faults(&state);
    answer(&faults, &apply(faults.userinfo.as_ref(), claims))
}
