//! The policies' pages: sign up or in, edit the profile, reset the password.

use actix_web::cookie::Cookie;
use actix_web::web::{Data, Form, Path, Query};
use actix_web::{HttpRequest, HttpResponse};
use ring::rand::SystemRandom;
use serde_json::json;
use tera::Context;

use super::super::authentication::Authentication;
use super::super::endpoints::{Parameters, SESSION_COOKIE, fields, page, page_of_message, respond};
use super::super::people::{PEOPLE, Person, find};
use super::{Grant, Journey, Policy, description, policy};
use crate::demo::{DemoState, lock};
use crate::oidc::authorization::random_text;

const FORGOT_PASSWORD: &str = "AADB2C90118: The user has forgotten their password.";
const CANCELLED: &str = "AADB2C90091: The user has cancelled entering self-asserted information.";
const NO_SESSION: &str =
    "AADB2C90077: User does not have an existing session and request prompt parameter has a value of 'None'.";
/// The longest display name, in characters.
const MAX_NAME: usize = 256;

/// Shows the policy's page, or redirects at once if the browser has a session and there is nothing to ask.
pub(super) async fn authorize(
    state: Data<DemoState>,
    path: Path<(String, String)>,
    Query(parameters): Query<Parameters>,
    request: HttpRequest,
) -> HttpResponse {
    let (tenant, name) = path.into_inner();
    let Some(policy) = policy(&tenant, &name) else { return HttpResponse::NotFound().finish() };
    if let Err(refusal) = check_request(&state, &parameters) {
        return *refusal;
    }
    let prompt = parameters.get("prompt").map_or("", String::as_str);
    match (Authentication::person_of_browser(&state, &request), policy.journey, prompt) {
        (None, _, "none") => refuse(&state, &parameters, "interaction_required", NO_SESSION),
        (Some(person), Journey::SignUpOrIn, "" | "none") => grant(&state, &policy, &parameters, person),
        (Some(person), Journey::EditProfile, _) => page_of(&state, &policy, &parameters, Some(person)),
        _ => page_of(&state, &policy, &parameters, None),
    }
}

/// Handles a page's form, by the button that was pressed.
pub(super) async fn step(
    state: Data<DemoState>,
    path: Path<(String, String)>,
    Form(mut form): Form<Parameters>,
    request: HttpRequest,
) -> HttpResponse {
    let (tenant, name) = path.into_inner();
    let Some(policy) = policy(&tenant, &name) else { return HttpResponse::NotFound().finish() };
    let [step, person, display_name] = ["step", "person", "display_name"].map(|name| form.remove(name));
    if let Err(refusal) = check_request(&state, &form) {
        return *refusal;
    }
    let chosen = person.as_deref().and_then(find);
    match (step.as_deref(), chosen, Authentication::person_of_browser(&state, &request)) {
        (Some("forgot_password"), ..) => refuse(&state, &form, "access_denied", FORGOT_PASSWORD),
        (Some("cancel"), ..) => refuse(&state, &form, "access_denied", CANCELLED),
        (Some("save"), _, Some(person)) => {
            let name = display_name.unwrap_or_default().trim().chars().take(MAX_NAME).collect::<String>();
            if !name.is_empty() {
                lock(&state.b2c.names).insert(person.id, name);
            }
            grant(&state, &policy, &form, person)
        }
        (_, Some(person), _) => remember(&state, &policy, &form, person),
        _ => page_of(&state, &policy, &form, None),
    }
}

/// Starts a session in the browser.
fn remember(state: &DemoState, policy: &Policy, form: &Parameters, person: &'static Person) -> HttpResponse {
    let Ok(session) = random_text(&SystemRandom::new()) else { return HttpResponse::InternalServerError().finish() };
    let known = Authentication::begin(person, form, state.clock.now());
    lock(&state.sessions).insert(session.clone(), known, state.clock.now());
    let mut response = match policy.journey {
        Journey::EditProfile => page_of(state, policy, form, Some(person)),
        Journey::SignUpOrIn | Journey::ResetPassword => grant(state, policy, form, person),
    };
    let cookie = Cookie::build(SESSION_COOKIE, session).path("/").http_only(true).finish();
    // Without the cookie the browser has no session, which does no harm.
    let _ = response.add_cookie(&cookie);
    response
}

fn refuse(state: &DemoState, request: &Parameters, error: &str, text: &str) -> HttpResponse {
    respond(state, request, vec![("error", error), ("error_description", &description(state, text))])
}

/// Checks an authorization request. Returns an error page if the redirect URI cannot be used; boxed, as it is rare.
fn check_request(state: &DemoState, parameters: &Parameters) -> Result<(), Box<HttpResponse>> {
    let value = |name: &str| parameters.get(name).map_or("", String::as_str);
    let (client_id, redirect_uri) = (value("client_id"), value("redirect_uri"));
    let error_page = |text: String| {
        Err(Box::new(page_of_message(
            state,
            "Sorry, but we’re having trouble signing you in",
            &description(state, text),
        )))
    };
    if client_id != state.settings.client_id {
        return error_page(format!(
            "AADB2C90018: The client id '{client_id}' specified in the request is not registered in tenant."
        ));
    }
    if !state.settings.is_registered(redirect_uri) {
        return error_page(format!(
            "AADB2C90006: The redirect URI '{redirect_uri}' provided in the request is not registered for the client id '{client_id}'."
        ));
    }
    for name in ["scope", "state", "nonce", "code_challenge", "response_type"] {
        if value(name).is_empty() {
            let text = format!("AADB2C90083: The request is missing required parameter: {name}.");
            return Err(Box::new(refuse(state, parameters, "invalid_request", &text)));
        }
    }
    let known =
        |scope: &&str| ["openid", "profile", "offline_access", client_id].contains(scope) || scope.contains("://");
    if let Some(scope) = value("scope").split(' ').find(|scope| !known(scope)) {
        let text = format!("AADB2C90117: The scope '{scope}' provided in the request is not supported.");
        return Err(Box::new(refuse(state, parameters, "invalid_request", &text)));
    }
    Ok(())
}

fn page_of(state: &DemoState, policy: &Policy, parameters: &Parameters, person: Option<&Person>) -> HttpResponse {
    let (heading, kind) = match (policy.journey, person) {
        (Journey::SignUpOrIn | Journey::EditProfile, None) => ("Sign in or sign up", "sign_in"),
        (Journey::ResetPassword, _) => ("Reset your password", "password"),
        (_, Some(_)) => ("Edit your profile", "profile"),
    };
    let people: Vec<_> = PEOPLE
        .iter()
        .map(|person| {
            json!({"id": person.id, "name": name(state, person), "username": person.username,
                "initials": person.initials})
        })
        .collect();
    let mut context = Context::new();
    context.insert("stylesheet", "/site.css");
    context.insert("heading", heading);
    context.insert("kind", kind);
    context.insert("policy", &policy.name);
    context.insert("people", &people);
    context.insert("display_name", &person.map(|person| name(state, person)));
    context.insert("fields", &fields(parameters.iter()));
    page(state, "demo_b2c.html", &context)
}

/// Returns a person's display name.
pub(super) fn name(state: &DemoState, person: &Person) -> String {
    lock(&state.b2c.names).get(person.id).cloned().unwrap_or_else(|| person.name.to_owned())
}

fn grant(state: &DemoState, policy: &Policy, parameters: &Parameters, person: &'static Person) -> HttpResponse {
    let Ok(code) = random_text(&SystemRandom::new()) else { return HttpResponse::InternalServerError().finish() };
    let value = |name: &str| parameters.get(name).cloned().unwrap_or_default();
    let grant = Grant {
        person,
        policy: policy.name.clone(),
        redirect_uri: value("redirect_uri"),
        scope: value("scope"),
        nonce: parameters.get("nonce").cloned(),
        code_challenge: value("code_challenge"),
        auth_time: state.clock.now(),
    };
    lock(&state.b2c.codes).insert(code.clone(), grant, state.clock.now());
    respond(state, parameters, vec![("code", &code)])
}
