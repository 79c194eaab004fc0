//! The demo provider's endpoints, at Entra's paths.

use std::collections::BTreeMap;
use std::sync::PoisonError;
use std::sync::atomic::Ordering;

use actix_web::cookie::Cookie;
use actix_web::http::header::{CACHE_CONTROL, LOCATION};
use actix_web::web::{Data, Form, Path, Query, ServiceConfig, get, post};
use actix_web::{HttpRequest, HttpResponse};
use ring::rand::SystemRandom;
use serde_json::{Value, json};
use tera::Context;
use url::{Url, form_urlencoded};

use super::authentication::{Authentication, contexts_of};
use super::b2c::B2C_DOMAIN;
use super::faults::{Faults, apply};
use super::people::{PEOPLE, find};
use super::tokens::{revoke, token, userinfo};
use super::{DEMO_TENANT, DemoState, Grant, OF_SIGN_IN, apis, graph, lock, refusal};
use crate::oidc::authorization::random_text;
use crate::oidc::issuer::{CONSUMERS_TENANT, TENANT_PLACEHOLDER};

/// The provider's session cookie. The application on the same host has others.
pub(super) const SESSION_COOKIE: &str = "demo-provider-session";

pub(super) type Parameters = BTreeMap<String, String>;

pub(super) fn routes(service: &mut ServiceConfig) {
    service
        .route("/site.css", get().to(stylesheet))
        .route("/{tenant}/v2.0/.well-known/openid-configuration", get().to(discovery))
        .route("/{tenant}/discovery/v2.0/keys", get().to(keys))
        .route("/{tenant}/oauth2/v2.0/authorize", get().to(authorize))
        .route("/{tenant}/oauth2/v2.0/authorize", post().to(choose))
        .route("/{tenant}/oauth2/v2.0/token", post().to(token))
        .route("/{tenant}/oauth2/v2.0/logout", get().to(logout))
        .route("/oidc/userinfo", get().to(userinfo))
        .route("/oidc/revoke", post().to(revoke))
        .route("/oidc/introspect", post().to(apis::introspect))
        .configure(graph::routes);
}

async fn stylesheet() -> HttpResponse {
    HttpResponse::Ok().content_type("text/css; charset=utf-8").body(include_str!("../../static/site.css"))
}

async fn discovery(state: Data<DemoState>, tenant: Path<String>) -> HttpResponse {
    let Some(id) = tenant_id(&tenant) else {
        let description = format!("AADSTS90002: Tenant '{tenant}' not found.");
        return HttpResponse::BadRequest().json(json!({"error": "invalid_tenant", "error_description": description}));
    };
    let public = format!("{}/{tenant}", state.public_url);
    let internal = format!("{}/{tenant}", state.internal_url());
    let document = json!({
        "issuer": state.issuer(id),
        "authorization_endpoint": format!("{public}/oauth2/v2.0/authorize"),
        "token_endpoint": format!("{internal}/oauth2/v2.0/token"),
        "end_session_endpoint": format!("{public}/oauth2/v2.0/logout"),
        "jwks_uri": format!("{internal}/discovery/v2.0/keys"),
        "userinfo_endpoint": format!("{}/oidc/userinfo", state.internal_url()),
        "token_endpoint_auth_methods_supported": ["client_secret_post", "private_key_jwt", "client_secret_basic"],
        "response_modes_supported": ["query", "fragment", "form_post"],
        "response_types_supported": ["code"],
        "subject_types_supported": ["pairwise"],
        "id_token_signing_alg_values_supported": ["RS256"],
        "scopes_supported": ["openid", "profile", "email", "offline_access"],
        "frontchannel_logout_supported": true,
        "msgraph_host": graph_host(&state),
    });
    let faults = faults(&state);
    answer(&faults, &apply(faults.discovery.as_ref(), document))
}

/// Returns the host of Microsoft Graph: that of the token endpoint.
fn graph_host(state: &DemoState) -> String {
    let url = state.internal_url();
    url.split_once("://").map_or(url, |(_, host)| host).to_owned()
}

async fn keys(state: Data<DemoState>) -> HttpResponse {
    state.key_requests.fetch_add(1, Ordering::SeqCst);
    let issuer = state.issuer(TENANT_PLACEHOLDER);
    let set = state.signer.read().unwrap_or_else(PoisonError::into_inner).key_set(&issuer);
    let faults = faults(&state);
    answer(&faults, &apply(faults.key_set.as_ref(), set))
}

/// Returns the id of an authority's tenant, or the placeholder if the authority is for many.
fn tenant_id(tenant: &str) -> Option<&'static str> {
    match tenant {
        DEMO_TENANT | B2C_DOMAIN => Some(DEMO_TENANT),
        "organizations" | "common" => Some(TENANT_PLACEHOLDER),
        "consumers" => Some(CONSUMERS_TENANT),
        _ => None,
    }
}

pub(super) fn faults(state: &DemoState) -> Faults {
    state.faults.read().unwrap_or_else(PoisonError::into_inner).clone()
}

pub(super) fn answer(faults: &Faults, document: &Value) -> HttpResponse {
    let status = faults.status.and_then(|code| actix_web::http::StatusCode::from_u16(code).ok()).unwrap_or_default();
    HttpResponse::build(status).insert_header((CACHE_CONTROL, "no-store")).json(document)
}

/// Shows the account picker, or redirects at once if the browser has a session and no prompt is requested.
async fn authorize(
    state: Data<DemoState>,
    tenant: Path<String>,
    Query(parameters): Query<Parameters>,
    request: HttpRequest,
) -> HttpResponse {
    if let Err(message) = check_request(&state, &parameters) {
        return page_of_message(&state, "This sign-in cannot go on", &message);
    }
    let scopes = parameters.get("scope").map_or("", String::as_str);
    let prompt = parameters.get("prompt").map_or("", String::as_str);
    let session = request.cookie(SESSION_COOKIE).map(|cookie| cookie.value().to_owned()).unwrap_or_default();
    let session_of = Authentication::of_browser(&state, &request);
    match (session_of.filter(|session| session.suffices(&parameters, state.clock.now())), prompt) {
        (Some(Authentication { person, .. }), "none") if !state.without_consent(person, scopes).is_empty() => {
            refuse(&state, &parameters, "65001")
        }
        (Some(known), "" | "none") if state.without_consent(known.person, scopes).is_empty() => {
            grant(&state, &tenant, &parameters, &known, session)
        }
        (None, "none") => refuse(&state, &parameters, "50058"),
        _ => page_of_accounts(&state, &tenant, &parameters),
    }
}

fn refuse(state: &DemoState, request: &Parameters, code: &str) -> HttpResponse {
    refusal::chosen(code).map_or_else(|| HttpResponse::BadRequest().finish(), |refusal| refusal.respond(state, request))
}

pub(super) fn check_request(state: &DemoState, parameters: &Parameters) -> Result<(), String> {
    let value = |name: &str| parameters.get(name).map_or("", String::as_str);
    if value("client_id") != state.settings.client_id {
        return Err("AADSTS700016: Application was not found in the directory: the client id is wrong.".to_owned());
    }
    if !state.settings.is_registered(value("redirect_uri")) {
        return Err(format!("AADSTS50011: The redirect URI {} is not registered.", value("redirect_uri")));
    }
    for (name, fits) in [
        ("response_type", value("response_type") == "code"),
        ("scope", value("scope").split(' ').any(|scope| scope == "openid")),
        ("code_challenge", value("code_challenge").len() == 43 && value("code_challenge_method") == "S256"),
        ("state", !value("state").is_empty()),
        ("nonce", !value("nonce").is_empty()),
    ] {
        if !fits {
            return Err(format!("AADSTS900144: The request must contain the parameter '{name}', and a usable one."));
        }
    }
    Ok(())
}

fn page_of_accounts(state: &DemoState, tenant: &str, parameters: &Parameters) -> HttpResponse {
    let people: Vec<_> = PEOPLE
        .iter()
        .map(|person| {
            json!({"id": person.id, "name": person.name, "username": person.username, "role": person.role,
                "initials": person.initials})
        })
        .collect();
    let mut context = Context::new();
    context.insert("stylesheet", "/site.css");
    context.insert("app_name", "Identity Web");
    let asked: Vec<_> = parameters.get("scope").map_or("", String::as_str).split_whitespace().collect();
    let asked: Vec<_> = asked.into_iter().filter(|scope| !OF_SIGN_IN.contains(scope)).collect();
    context.insert("asked", &asked.join(", "));
    context.insert("contexts", &contexts_of(parameters).join(", "));
    context.insert("people", &people);
    let refusals = refusal::CHOICES.iter().map(|refusal| json!({"code": refusal.code, "text": refusal.text}));
    context.insert("refusals", &refusals.collect::<Vec<_>>());
    context.insert("fields", &fields(parameters.iter()));
    context.insert("action", &format!("/{tenant}/oauth2/v2.0/authorize"));
    page(state, "demo_pick_account.html", &context)
}

/// Handles the account picker's form.
async fn choose(state: Data<DemoState>, tenant: Path<String>, Form(mut form): Form<Parameters>) -> HttpResponse {
    let chosen = form.remove("person").unwrap_or_default();
    if let Err(message) = check_request(&state, &form) {
        return page_of_message(&state, "This sign-in cannot go on", &message);
    }
    let (Some(person), Ok(session)) = (find(&chosen), random_text(&SystemRandom::new())) else {
        // Without an account: the user declines, or chooses another error.
        let refused = form.remove("refused").filter(|_| chosen == "refused");
        return refuse(&state, &form, refused.as_deref().unwrap_or("65004"));
    };
    let known = Authentication::begin(person, &form, state.clock.now());
    lock(&state.sessions).insert(session.clone(), known.clone(), state.clock.now());
    let mut response = grant(&state, &tenant, &form, &known, session.clone());
    let cookie = Cookie::build(SESSION_COOKIE, session).path("/").http_only(true).finish();
    // Without the cookie the browser has no session, which does no harm.
    let _ = response.add_cookie(&cookie);
    response
}

pub(super) fn grant(
    state: &DemoState,
    tenant: &str,
    parameters: &Parameters,
    known: &Authentication,
    session_id: String,
) -> HttpResponse {
    let Ok(code) = random_text(&SystemRandom::new()) else { return HttpResponse::InternalServerError().finish() };
    let value = |name: &str| parameters.get(name).cloned().unwrap_or_default();
    let grant = Grant {
        person: known.person,
        authentication: known.claims(parameters),
        tenant: tenant_id(tenant).filter(|id| *id != TENANT_PLACEHOLDER).unwrap_or(DEMO_TENANT).to_owned(),
        redirect_uri: value("redirect_uri"),
        scope: value("scope"),
        claims: parameters.get("claims").cloned(),
        nonce: parameters.get("nonce").cloned(),
        code_challenge: value("code_challenge"),
        session_id,
        at: state.clock.now(),
    };
    state.consent(known.person, &grant.scope);
    lock(&state.codes).insert(code.clone(), grant, state.clock.now());
    respond(state, parameters, vec![("code", &code)])
}

/// Sends the authorization response, by query or by form_post.
pub(super) fn respond(state: &DemoState, request: &Parameters, response: Vec<(&str, &str)>) -> HttpResponse {
    let mut parameters: Vec<_> =
        response.into_iter().map(|(name, value)| (name.to_owned(), value.to_owned())).collect();
    parameters.extend(request.get("state").map(|value| ("state".to_owned(), value.clone())));
    let faults = faults(state);
    if let Some(rewrite) = &faults.authorization_response {
        rewrite(&mut parameters);
    }
    let redirect_uri = request.get("redirect_uri").map_or("", String::as_str);
    if request.get("response_mode").is_some_and(|mode| mode == "form_post") {
        return form_post(state, redirect_uri, &parameters);
    }
    let query = form_urlencoded::Serializer::new(String::new()).extend_pairs(&parameters).finish();
    HttpResponse::Found().insert_header((LOCATION, format!("{redirect_uri}?{query}"))).finish()
}

/// OAuth 2.0 Form Post Response Mode: a page with a form that submits itself.
fn form_post(state: &DemoState, redirect_uri: &str, parameters: &[(String, String)]) -> HttpResponse {
    let mut context = Context::new();
    context.insert("action", redirect_uri);
    context.insert("fields", &fields(parameters.iter().map(|(name, value)| (name, value))));
    page(state, "demo_form_post.html", &context)
}

pub(super) fn fields<'a>(parameters: impl Iterator<Item = (&'a String, &'a String)>) -> Vec<Value> {
    parameters.map(|(name, value)| json!({"name": name, "value": value})).collect()
}

/// RP-initiated logout: redirects to the application if the URI is registered.
pub(super) async fn logout(
    state: Data<DemoState>,
    Query(query): Query<Parameters>,
    request: HttpRequest,
) -> HttpResponse {
    if let Some(cookie) = request.cookie(SESSION_COOKIE) {
        lock(&state.sessions).remove(cookie.value(), state.clock.now());
    }
    let registered = query
        .get("post_logout_redirect_uri")
        .filter(|uri| state.settings.is_registered(uri))
        .and_then(|uri| Url::parse(uri).ok());
    let Some(mut target) = registered else {
        return page_of_message(&state, "You signed out", "You may close this page.");
    };
    if let Some(value) = query.get("state") {
        target.query_pairs_mut().append_pair("state", value);
    }
    HttpResponse::Found().insert_header((LOCATION, target.as_str())).finish()
}

pub(super) fn page_of_message(state: &DemoState, heading: &str, text: &str) -> HttpResponse {
    let mut context = Context::new();
    context.insert("stylesheet", "/site.css");
    context.insert("heading", heading);
    context.insert("text", text);
    page(state, "demo_message.html", &context)
}

pub(super) fn page(state: &DemoState, template: &str, context: &Context) -> HttpResponse {
    match state.pages.render(template, context) {
        Ok(html) => HttpResponse::Ok()
            .content_type("text/html; charset=utf-8")
            .insert_header((CACHE_CONTROL, "no-store"))
            .body(html),
        Err(error) => HttpResponse::InternalServerError().body(error.to_string()),
    }
}
