//! `GET /auth/sign_in`, `GET /auth/edit_profile` and the callback.

use std::collections::BTreeMap;

use actix_web::http::header::{LOCATION, USER_AGENT};
use actix_web::web::{Data, Payload};
use actix_web::{HttpRequest, HttpResponse, HttpResponseBuilder};
use url::form_urlencoded;

use super::cookies;
use super::error::Error;
use super::fetch_context::FetchContext;
use super::form;
use super::identity::{Identity, MaybeIdentity, way_to_sign_in};
use super::provider_choice;
use super::views::Views;
use crate::flows::hook_events::{EndReason, SessionEnd};
use crate::flows::interaction::Interaction;
use crate::flows::target::Target;
use crate::flows::user_choice::UserChoice;
use crate::flows::{AuthorizationRedirect, CallbackFailure, Error as Cause, IdentityWeb, SignInRequest};
use crate::metrics;
use crate::oidc::step_up::parse_max_age;
use crate::session::actix::RequestSession;
use crate::session::device::Device;
use crate::session::transaction::{CookieChange, TransactionError};

/// What a request may pass on to the provider.
const PASSED_ON: [&str; 5] = ["acr_values", "domain_hint", "login_hint", "max_age", "prompt"];
const PROMPTS: [&str; 5] = ["login", "none", "consent", "select_account", "create"];
const MAX_HINT_BYTES: usize = 256;

pub(super) type Pairs = Vec<(String, String)>;

/// Sends the browser to the provider.
pub(super) async fn begin(
    request: HttpRequest,
    identity: Data<IdentityWeb>,
    user: Result<MaybeIdentity, Error>,
) -> Result<HttpResponse, Error> {
    if FetchContext::from(&request).is_prefetch() {
        return Ok(HttpResponse::NoContent().finish());
    }
    let query = unique(pairs(request.query_string())?)?;
    let (target, interaction) = (target(&identity, &query), interaction(&identity, &query)?);
    // Consent and step-up are for the signed-in user, and for no other.
    let asked_by = if interaction.is_some() { user?.into_inner() } else { None };
    let asked_by = asked_by.as_ref().map(Identity::signed_in);
    let registration = provider_choice::named(&identity, &query, asked_by).await?;
    let extra = passed_on(&query)?;
    let Some(registration) = registration else {
        let kept = provider_choice::kept(&identity.services().site, &extra, &target, &query);
        return provider_choice::page(&request, &identity, &kept);
    };
    let cookies = cookie_pairs(&request);
    let begun = identity.begin(SignInRequest {
        registration: Some(registration),
        extra,
        interaction: interaction.unwrap_or_default(),
        asked_by,
        ..SignInRequest::new(&target, &cookies, ui_locales(&request))
    });
    let redirect = begun.await?;
    metrics::sign_in("begun");
    Ok(to_provider(&identity, redirect).finish())
}

/// Sends a signed-in user to edit their profile, at B2C; anyone else to sign in.
pub(super) async fn edit_profile(
    request: HttpRequest,
    identity: Data<IdentityWeb>,
    user: Result<MaybeIdentity, Error>,
) -> Result<HttpResponse, Error> {
    if FetchContext::from(&request).is_prefetch() {
        return Ok(HttpResponse::NoContent().finish());
    }
    let Some(user) = user?.into_inner() else { return way_to_sign_in(&request) };
    if !identity.services().providers.is_of_default(identity.provider_of(user.signed_in())?) {
        return Err(Error::NotFound); // Another provider's user has no profile there.
    }
    let target = target(&identity, &unique(pairs(request.query_string())?)?);
    let cookies = cookie_pairs(&request);
    let begun = SignInRequest::new(&target, &cookies, ui_locales(&request));
    let begun = SignInRequest { asked_by: Some(user.signed_in()), ..begun };
    Ok(to_provider(&identity, identity.begin_profile(begun).await?).finish())
}

/// Sends a user to reset their password, at B2C.
#[cfg(feature = "program")]
pub(super) async fn reset_password(request: &HttpRequest, identity: &IdentityWeb) -> Result<HttpResponse, Error> {
    if FetchContext::from(request).is_prefetch() {
        return Ok(HttpResponse::NoContent().finish());
    }
    let cookies = cookie_pairs(request);
    let target = Target::home();
    let begun = SignInRequest::new(&target, &cookies, ui_locales(request));
    Ok(to_provider(identity, identity.begin_password(begun).await?).finish())
}

fn to_provider(identity: &IdentityWeb, redirect: AuthorizationRedirect) -> HttpResponseBuilder {
    let mut response = HttpResponse::SeeOther();
    response.insert_header((LOCATION, redirect.url.as_str()));
    for change in redirect.cookies {
        response.cookie(cookies::of_transaction(identity, change, redirect.form_post));
    }
    response
}

/// Sends the browser to a page of this site.
fn to_page(identity: &IdentityWeb, target: &Target) -> HttpResponseBuilder {
    let mut response = HttpResponse::SeeOther();
    response.insert_header((LOCATION, identity.services().site.path(target.as_str())));
    response
}

fn target(identity: &IdentityWeb, query: &BTreeMap<String, String>) -> Target {
    let site = &identity.services().site;
    let prefix = &site.endpoints.prefix;
    match (query.get("post_sign_in_url"), query.get("target_link_uri")) {
        (Some(path), _) => Target::parse_below(path, site.base(), prefix),
        (None, Some(url)) => Target::parse_absolute(url, &site.public_url, prefix),
        (None, None) => Target::home(),
    }
}

fn interaction(identity: &IdentityWeb, query: &BTreeMap<String, String>) -> Result<Option<Interaction>, Error> {
    let Some(parameter) = query.get("interaction") else { return Ok(None) };
    identity.open_interaction(parameter).map(Some).ok_or(Error::BadRequest("request-link-expired"))
}

fn passed_on(query: &BTreeMap<String, String>) -> Result<BTreeMap<String, String>, Error> {
    let ours = |(name, value): &(&String, &String)| PASSED_ON.contains(&name.as_str()) && !value.is_empty();
    let parameters: BTreeMap<_, _> =
        query.iter().filter(ours).map(|(name, value)| (name.clone(), value.clone())).collect();
    if parameters.get("prompt").is_some_and(|prompt| !PROMPTS.contains(&prompt.as_str())) {
        return Err(Error::BadRequest("request-unknown-prompt"));
    }
    if parameters.get("max_age").is_some_and(|max_age| parse_max_age(max_age).is_none()) {
        return Err(Error::BadRequest("request-max-age"));
    }
    if parameters.values().any(|value| value.len() > MAX_HINT_BYTES || value.chars().any(char::is_control)) {
        return Err(Error::BadRequest("request-parameter-too-long"));
    }
    Ok(parameters)
}

/// The callback by query.
pub(super) async fn complete_by_query(
    request: HttpRequest,
    identity: Data<IdentityWeb>,
    session: RequestSession,
    user: Result<MaybeIdentity, Error>,
) -> Result<HttpResponse, Error> {
    if FetchContext::from(&request).is_prefetch() {
        return Ok(HttpResponse::NoContent().finish());
    }
    let pairs = pairs(request.query_string())?;
    match complete(&request, &identity, &session, &pairs).await {
        // A callback that is loaded again after the sign-in, perhaps by the back button.
        Err(Error::Identity(cause, _))
            if matches!(*cause, Cause::Transaction(TransactionError::Unknown | TransactionError::Dropped))
                && matches!(&user, Ok(user) if user.identity().is_some()) =>
        {
            Ok(to_page(&identity, &Target::home()).finish())
        }
        outcome => outcome,
    }
}

/// The callback by `form_post` (OAuth 2.0 Form Post Response Mode).
pub(super) async fn complete_by_form(
    request: HttpRequest,
    identity: Data<IdentityWeb>,
    session: RequestSession,
    body: Payload,
) -> Result<HttpResponse, Error> {
    let form = form::read(&request, body).await?;
    // A parameter in the query and in the body is a duplicate too.
    let all = pairs(request.query_string())?.into_iter().chain(pairs(&form)?).collect();
    complete(&request, &identity, &session, &all).await
}

async fn complete(
    request: &HttpRequest,
    identity: &IdentityWeb,
    session: &RequestSession,
    pairs: &Pairs,
) -> Result<HttpResponse, Error> {
    let received_at = provider_choice::of_redirect_uri(request, identity)?;
    let pairs = pairs.iter().map(|(name, value)| (name.as_str(), value.as_str()));
    let completed = match identity.complete(received_at, pairs, &cookie_pairs(request)).await {
        Ok(completed) => completed,
        Err(CallbackFailure { choice: Some(choice), removal, .. }) => {
            return follow(choice, removal, request, identity, session).await;
        }
        Err(CallbackFailure { error, removal, .. }) => {
            metrics::sign_in("refused");
            identity.tell_refusal(&error, received_at).await;
            let removal = removal.map(|removal| Box::new(cookies::of_transaction(identity, removal, false)));
            return Err(Error::Identity(Box::new(error), removal));
        }
    };
    let removal = cookies::of_transaction(identity, completed.removal, false);
    let previous = session.loaded().ok().flatten();
    if let Err(error) = session.sign_in(completed.signed_in, device(request)).await {
        metrics::sign_in("refused");
        let error = Cause::from(error);
        identity.tell_refusal(&error, received_at).await;
        return Err(Error::Identity(Box::new(error), Some(Box::new(removal))));
    }
    if let Some(signed_in) = previous.as_ref().and_then(|previous| previous.record.signed_in.as_ref()) {
        identity.tell_session_end(SessionEnd::of(signed_in, EndReason::Replaced)).await;
    }
    metrics::sign_in("completed");
    Ok(to_page(identity, &completed.target).cookie(removal).finish())
}

/// Follows a user who chose something other than signing in. Users who cancel stay as they were; if they weren't signed
/// in, they have no page to go back to but home.
async fn follow(
    choice: UserChoice,
    removal: Option<CookieChange>,
    request: &HttpRequest,
    identity: &IdentityWeb,
    session: &RequestSession,
) -> Result<HttpResponse, Error> {
    metrics::sign_in("cancelled");
    let mut response = match choice {
        UserChoice::ResetPassword(target) => {
            let cookies = cookie_pairs(request);
            let begun = SignInRequest::new(&target, &cookies, ui_locales(request));
            to_provider(identity, identity.begin_password(begun).await?)
        }
        UserChoice::Back { target, editing } => {
            let session = session.loaded().ok().flatten();
            let is_signed_in = editing || session.is_some_and(|session| session.record.signed_in.is_some());
            to_page(identity, &if is_signed_in { target } else { Target::home() })
        }
    };
    if let Some(removal) = removal {
        response.cookie(cookies::of_transaction(identity, removal, false));
    }
    Ok(response.finish())
}

/// What the browser says of itself.
fn device(request: &HttpRequest) -> Device {
    let header = request.headers().get(USER_AGENT).and_then(|value| value.to_str().ok());
    header.map(Device::of_user_agent).unwrap_or_default()
}

/// The languages of the provider's pages.
fn ui_locales(request: &HttpRequest) -> String {
    Views::of(request).map(|views| views.ui_locales(request.headers())).unwrap_or_default()
}

fn cookie_pairs(request: &HttpRequest) -> Vec<(String, String)> {
    cookies::pairs(request.headers()).map(|(name, value)| (name.to_owned(), value.to_owned())).collect()
}

pub(super) fn pairs(encoded: &str) -> Result<Pairs, Error> {
    let pairs: Pairs = form_urlencoded::parse(encoded.as_bytes()).into_owned().collect();
    // What isn't UTF-8 decodes to the replacement character.
    let broken = |text: &String| text.contains('\u{fffd}');
    if pairs.iter().any(|(name, value)| broken(name) || broken(value)) {
        return Err(Error::BadRequest("request-not-utf-8"));
    }
    Ok(pairs)
}

fn unique(pairs: Pairs) -> Result<BTreeMap<String, String>, Error> {
    let count = pairs.len();
    let unique: BTreeMap<_, _> = pairs.into_iter().collect();
    if unique.len() == count { Ok(unique) } else { Err(Error::BadRequest("request-parameter-twice")) }
}
