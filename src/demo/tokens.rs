//! The demo provider's token and userinfo endpoints.

use std::sync::PoisonError;
use std::sync::atomic::Ordering;

use actix_web::web::{Data, Form};
use actix_web::{HttpRequest, HttpResponse};
use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use ring::digest::{SHA256, digest};
use ring::rand::SystemRandom;
use serde_json::json;
use url::form_urlencoded;

use super::endpoints::{Parameters, answer, faults};
use super::faults::{Faults, Signature, apply};
use super::signer::{Signer, sign_hs256, unsigned};
use super::{DemoState, Grant, lock};
use crate::oidc::authorization::random_text;

const ID_TOKEN_SECONDS: i64 = 65 * 60;
const CODE_SECONDS: u64 = 600;

pub(super) async fn token(state: Data<DemoState>, Form(form): Form<Parameters>, request: HttpRequest) -> HttpResponse {
    state.token_requests.fetch_add(1, Ordering::SeqCst);
    let refuse = |error: &str, description: &str| {
        HttpResponse::BadRequest().json(json!({"error": error, "error_description": description}))
    };
    let value = |name: &str| form.get(name).map_or("", String::as_str);
    if !authenticates(&state, &form, &request) {
        return refuse("invalid_client", "AADSTS7000215: Invalid client secret provided.");
    }
    let Some(grant) = lock(&state.codes).remove(value("code")) else {
        return refuse("invalid_grant", "AADSTS54005: OAuth2 Authorization code was already redeemed.");
    };
    let challenge = URL_SAFE_NO_PAD.encode(digest(&SHA256, value("code_verifier").as_bytes()));
    if challenge != grant.code_challenge {
        return refuse("invalid_grant", "AADSTS50147: The size of the code challenge or verifier is wrong.");
    }
    if value("grant_type") != "authorization_code" || value("redirect_uri") != grant.redirect_uri {
        return refuse("invalid_grant", "AADSTS500112: The reply address does not match.");
    }
    if state.clock.now().since(grant.at).as_secs() > CODE_SECONDS {
        return refuse("invalid_grant", "AADSTS70008: The authorization code has expired.");
    }
    tokens(&state, &grant).unwrap_or_else(|| HttpResponse::InternalServerError().finish())
}

fn authenticates(state: &DemoState, form: &Parameters, request: &HttpRequest) -> bool {
    let expected = (state.settings.client_id.as_str(), state.settings.client_credential.as_str());
    let decode =
        |text: &str| form_urlencoded::parse(format!("v={text}").as_bytes()).next().map(|(_, v)| v.into_owned());
    let header = request.headers().get("authorization").and_then(|value| value.to_str().ok());
    if let Some(basic) = header.and_then(|value| value.strip_prefix("Basic ")) {
        let pair = STANDARD.decode(basic).ok().and_then(|bytes| String::from_utf8(bytes).ok());
        let pair = pair.as_deref().and_then(|pair| pair.split_once(':'));
        return pair.is_some_and(|(id, secret)| {
            decode(id).as_deref() == Some(expected.0) && decode(secret).as_deref() == Some(expected.1)
        });
    }
    let value = |name: &str| form.get(name).map_or("", String::as_str);
    (value("client_id"), value("client_secret")) == expected
}

fn tokens(state: &DemoState, grant: &Grant) -> Option<HttpResponse> {
    let faults = faults(state);
    if faults.rotate_before_signing {
        *state.signer.write().unwrap_or_else(PoisonError::into_inner) = Signer::generate().ok()?;
    }
    let access_token = random_text(&SystemRandom::new()).ok()?;
    let id_token = id_token(state, grant, &faults)?;
    lock(&state.access_tokens).insert(access_token.clone(), grant.clone());
    let mut response = json!({
        "token_type": "Bearer", "scope": grant.scope, "expires_in": 3599, "access_token": access_token,
        "id_token": id_token,
    });
    if grant.scope.split(' ').any(|scope| scope == "offline_access") {
        response["refresh_token"] = random_text(&SystemRandom::new()).ok()?.into();
    }
    Some(answer(&faults, &apply(faults.token_response.as_ref(), response)))
}

/// The claims of an Entra ID token, version 2; like Entra's from the token endpoint it has no `at_hash`.
fn id_token(state: &DemoState, grant: &Grant, faults: &Faults) -> Option<String> {
    let (person, now) = (grant.person, state.clock.now().0);
    let mut claims = json!({
        "aud": state.settings.client_id,
        "iss": format!("{}/{}/v2.0", state.public_url, grant.tenant),
        "iat": now, "nbf": now, "exp": now + ID_TOKEN_SECONDS,
        "name": person.name, "oid": person.object_id, "preferred_username": person.username,
        "email": person.username, "login_hint": format!("O.{}", person.id), "sid": grant.session_id,
        "sub": person.subject, "tid": grant.tenant, "uti": random_text(&SystemRandom::new()).ok()?, "ver": "2.0",
        "nonce": grant.nonce,
    });
    if !person.roles.is_empty() {
        claims["roles"] = json!(person.roles);
    }
    let claims = apply(faults.claims.as_ref(), claims);
    let signer = state.signer.read().unwrap_or_else(PoisonError::into_inner);
    let header = |algorithm: &str| {
        let header = json!({"typ": "JWT", "alg": algorithm, "kid": signer.kid()});
        apply(faults.header.as_ref(), header)
    };
    match faults.signature {
        Signature::Own => signer.sign(&header(signer.algorithm), &claims).ok(),
        Signature::Foreign => {
            let mut foreign = Signer::generate().ok()?;
            foreign.algorithm = signer.algorithm;
            foreign.sign(&header(signer.algorithm), &claims).ok()
        }
        Signature::ClientSecret => Some(sign_hs256(&state.settings.client_credential, &header("HS256"), &claims)),
        Signature::None => Some(unsigned(&header("none"), &claims)),
    }
}

pub(super) async fn userinfo(state: Data<DemoState>, request: HttpRequest) -> HttpResponse {
    let header = request.headers().get("authorization").and_then(|value| value.to_str().ok());
    let token = header.and_then(|value| value.strip_prefix("Bearer ")).unwrap_or_default();
    let Some(person) = lock(&state.access_tokens).get(token).map(|grant| grant.person) else {
        return HttpResponse::Unauthorized().insert_header(("www-authenticate", "Bearer")).finish();
    };
    let claims = json!({
        "sub": person.subject, "name": person.name, "given_name": person.given_name,
        "family_name": person.family_name, "email": person.username,
    });
    let faults = faults(&state);
    answer(&faults, &apply(faults.userinfo.as_ref(), claims))
}
