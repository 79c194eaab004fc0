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
use super::people::group;
use super::signer::{Signer, sign_hs256, unsigned};
use super::{DemoState, Grant, lock};
use crate::oidc::authorization::random_text;

/// With more groups than this an ID token names none.
const OVERAGE: usize = 200;
const ID_TOKEN_SECONDS: i64 = 65 * 60;
const CODE_SECONDS: u64 = 600;
const DEMO_TRACE_ID: &str = "0000aaaa-11bb-cccc-dd22-eeeeee333333";
const DEMO_CORRELATION_ID: &str = "aaaa0000-bb11-2222-33cc-444444dddddd";

pub(super) async fn token(state: Data<DemoState>, Form(form): Form<Parameters>, request: HttpRequest) -> HttpResponse {
    state.token_requests.fetch_add(1, Ordering::SeqCst);
    if !authenticates(&state, &form, &request) {
        return refused("invalid_client", "AADSTS7000215: Invalid client secret provided.");
    }
    let granted = match form.get("grant_type").map(String::as_str) {
        Some("authorization_code") => redeemed(&state, &form),
        Some("refresh_token") => renewed(&state, &form).await,
        _ => Err(refused("unsupported_grant_type", "AADSTS70003: The grant type is not supported.")),
    };
    match granted {
        Ok(grant) => tokens(&state, &grant).unwrap_or_else(|| HttpResponse::InternalServerError().finish()),
        Err(refusal) => refusal,
    }
}

/// An error response as Entra makes them, with the ids that its support asks for.
fn refused(error: &str, description: &str) -> HttpResponse {
    refused_with(error, description, None)
}

fn refused_with(error: &str, description: &str, suberror: Option<&str>) -> HttpResponse {
    let (trace_id, correlation_id) = (DEMO_TRACE_ID, DEMO_CORRELATION_ID);
    let code: u32 = description.chars().filter(char::is_ascii_digit).take(9).collect::<String>().parse().unwrap_or(0);
    let description = format!("{description} Trace ID: {trace_id} Correlation ID: {correlation_id}");
    let mut body = json!({
        "error": error, "error_description": description, "error_codes": [code],
        "trace_id": trace_id, "correlation_id": correlation_id,
    });
    if let Some(suberror) = suberror {
        body["suberror"] = suberror.into();
    }
    HttpResponse::BadRequest().json(body)
}

#[expect(clippy::result_large_err, reason = "the answer is what the caller sends")]
fn redeemed(state: &DemoState, form: &Parameters) -> Result<Grant, HttpResponse> {
    let value = |name: &str| form.get(name).map_or("", String::as_str);
    let Some(grant) = lock(&state.codes).remove(value("code")) else {
        return Err(refused("invalid_grant", "AADSTS54005: OAuth2 Authorization code was already redeemed."));
    };
    let challenge = URL_SAFE_NO_PAD.encode(digest(&SHA256, value("code_verifier").as_bytes()));
    if challenge != grant.code_challenge {
        return Err(refused("invalid_grant", "AADSTS50147: The size of the code challenge or verifier is wrong."));
    }
    if value("redirect_uri") != grant.redirect_uri {
        return Err(refused("invalid_grant", "AADSTS500112: The reply address does not match."));
    }
    if state.clock.now().since(grant.at).as_secs() > CODE_SECONDS {
        return Err(refused("invalid_grant", "AADSTS70008: The authorization code has expired."));
    }
    Ok(grant)
}

fn used(state: &DemoState, refresh_token: &str) -> Option<Grant> {
    let is_last_use = faults(state).strict_rotation;
    let mut held = lock(&state.refresh_tokens);
    if is_last_use { held.remove(refresh_token) } else { held.get(refresh_token).cloned() }
}

/// A renewal: the refresh token rotates; that before it stays good, as at Entra.
async fn renewed(state: &DemoState, form: &Parameters) -> Result<Grant, HttpResponse> {
    state.renewals.fetch_add(1, Ordering::SeqCst);
    let pause = faults(state).renewal_takes;
    let token = form.get("refresh_token").map_or("", String::as_str);
    let known = used(state, token);
    actix_web::rt::time::sleep(pause).await;
    let Some(grant) = known else {
        let description = "AADSTS700082: The refresh token has expired due to inactivity, or was revoked.";
        return Err(refused_with("invalid_grant", description, Some("bad_token")));
    };
    let scope = form.get("scope").cloned().unwrap_or_else(|| grant.scope.clone());
    if !state.without_consent(grant.person, &scope).is_empty() {
        let description = "AADSTS65001: The user or administrator has not consented to use the application.";
        return Err(refused_with("invalid_grant", description, Some("consent_required")));
    }
    Ok(Grant { scope, claims: form.get("claims").cloned().or(grant.claims), ..grant })
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
        // With characters that a form must encode.
        let refresh_token = format!("0.A+{}/=&", random_text(&SystemRandom::new()).ok()?);
        lock(&state.refresh_tokens).insert(refresh_token.clone(), grant.clone());
        response["refresh_token"] = refresh_token.into();
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
    if person.groups > OVERAGE {
        // Graph's address is not told, only that there is one; what stands here is of a retired service.
        claims["_claim_names"] = json!({"groups": "src1"});
        let endpoint =
            format!("https://graph.windows.net/{}/users/{}/getMemberObjects", grant.tenant, person.object_id);
        claims["_claim_sources"] = json!({"src1": {"endpoint": endpoint}});
    } else if person.groups > 0 {
        claims["groups"] = (0..person.groups).map(group).collect();
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
