//! `GET /auth/sign_in`, `GET /auth/edit_profile` and the callback.

use std::collections::BTreeMap;

use actix_session::Session;
use actix_web::cookie::Cookie;
use actix_web::http::header::LOCATION;
use actix_web::web::{Data, Payload};
use actix_web::{HttpMessage as _, HttpRequest, HttpResponse, HttpResponseBuilder};
use serde_json::Value;
use url::form_urlencoded;

use super::error::Error;
use super::fetch_context::FetchContext;
use super::form;
use super::identity::{MaybeIdentity, way_to_sign_in};
use super::sessions::CarriedOver;
use crate::flows::interaction::Interaction;
use crate::flows::target::Target;
use crate::flows::user_choice::UserChoice;
use crate::flows::{AuthorizationRedirect, CallbackFailure, Completed, Error as Cause, IdentityWeb};
use crate::metrics;
use crate::session::current::Current;
use crate::session::transaction::TransactionError;

/// What a request may pass on to the provider.
const PASSED_ON: [&str; 3] = ["login_hint", "domain_hint", "prompt"];
const PROMPTS: [&str; 5] = ["login", "none", "consent", "select_account", "create"];
const MAX_HINT_BYTES: usize = 256;
/// The one value of a signed-in session that actix-session sees: it stores no session without any.
const SIGNED_IN: &str = "signed_in";

pub(super) type Pairs = Vec<(String, String)>;

/// Sends the browser to the provider.
pub(super) async fn begin(request: HttpRequest, identity: Data<IdentityWeb>) -> Result<HttpResponse, Error> {
    if FetchContext::from(&request).is_prefetch() {
        return Ok(HttpResponse::NoContent().finish());
    }
    let query = unique(pairs(request.query_string())?)?;
    if let Some(issuer) = query.get("iss") {
        identity.check_initiating_issuer(issuer).await?; // OpenID Connect Core section 4
    }
    let target = target(&identity, &query);
    let interaction = interaction(&identity, &query)?;
    let begun = identity.begin(&target, passed_on(query)?, interaction, &cookies(&request)).await?;
    metrics::sign_in("begun");
    Ok(to_provider(begun).finish())
}

/// Sends a person who is signed in to edit their profile, at B2C; anyone else to sign in.
pub(super) async fn edit_profile(
    request: HttpRequest,
    identity: Data<IdentityWeb>,
    user: Result<MaybeIdentity, Error>,
) -> Result<HttpResponse, Error> {
    if FetchContext::from(&request).is_prefetch() {
        return Ok(HttpResponse::NoContent().finish());
    }
    if user?.identity().is_none() {
        return way_to_sign_in(&request);
    }
    let target = target(&identity, &unique(pairs(request.query_string())?)?);
    let begun = identity.begin_profile(&target, &cookies(&request)).await?;
    Ok(to_provider(begun).finish())
}

fn to_provider(begun: AuthorizationRedirect) -> HttpResponseBuilder {
    let mut response = HttpResponse::SeeOther();
    response.insert_header((LOCATION, begun.url.as_str()));
    begun.cookies.into_iter().for_each(|cookie| {
        response.cookie(cookie);
    });
    response
}

fn target(identity: &IdentityWeb, query: &BTreeMap<String, String>) -> Target {
    let prefix = &identity.services().endpoints.prefix;
    match (query.get("post_sign_in_url"), query.get("target_link_uri")) {
        (Some(path), _) => Target::parse(path, prefix),
        (None, Some(url)) => Target::parse_absolute(url, &identity.services().public_url, prefix),
        (None, None) => Target::home(),
    }
}

fn interaction(identity: &IdentityWeb, query: &BTreeMap<String, String>) -> Result<Interaction, Error> {
    let Some(parameter) = query.get("interaction") else { return Ok(Interaction::default()) };
    let expired =
        "This link was made more than ten minutes ago. Go back to the page that needs it, and load that again.";
    identity.open_interaction(parameter).ok_or(Error::BadRequest(expired))
}

fn passed_on(query: BTreeMap<String, String>) -> Result<BTreeMap<String, String>, Error> {
    let ours = |(name, value): &(String, String)| PASSED_ON.contains(&name.as_str()) && !value.is_empty();
    let parameters: BTreeMap<_, _> = query.into_iter().filter(ours).collect();
    if parameters.get("prompt").is_some_and(|prompt| !PROMPTS.contains(&prompt.as_str())) {
        return Err(Error::BadRequest("The parameter prompt has a value that is not known."));
    }
    if parameters.values().any(|value| value.len() > MAX_HINT_BYTES || value.chars().any(char::is_control)) {
        return Err(Error::BadRequest("A parameter of the sign-in is too long, or has control characters."));
    }
    Ok(parameters)
}

/// The callback by query.
pub(super) async fn complete_by_query(
    request: HttpRequest,
    identity: Data<IdentityWeb>,
    session: Session,
    user: Result<MaybeIdentity, Error>,
) -> Result<HttpResponse, Error> {
    if FetchContext::from(&request).is_prefetch() {
        return Ok(HttpResponse::NoContent().finish());
    }
    let pairs = pairs(request.query_string())?;
    match complete(&request, &identity, &session, &pairs).await {
        // A callback that is loaded again, perhaps by the back button, when all is done.
        Err(Error::Identity(cause, _))
            if matches!(*cause, Cause::Transaction(TransactionError::Unknown))
                && matches!(&user, Ok(user) if user.identity().is_some()) =>
        {
            Ok(HttpResponse::SeeOther().insert_header((LOCATION, Target::home().as_str())).finish())
        }
        outcome => outcome,
    }
}

/// The callback by `form_post` (OAuth 2.0 Form Post Response Mode).
pub(super) async fn complete_by_form(
    request: HttpRequest,
    identity: Data<IdentityWeb>,
    session: Session,
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
    session: &Session,
    pairs: &Pairs,
) -> Result<HttpResponse, Error> {
    let pairs = pairs.iter().map(|(name, value)| (name.as_str(), value.as_str()));
    let Completed { signed_in, target, removal } = match identity.complete(pairs, &cookies(request)).await {
        Ok(completed) => completed,
        Err(CallbackFailure { detour: Some(detour), removal, .. }) => {
            return follow(detour, removal, request, identity).await;
        }
        Err(refused) => {
            metrics::sign_in("refused");
            return Err(refused.into());
        }
    };
    metrics::sign_in("completed");
    begin_session(request, session)?;
    Current::of_request()?.sign_in(signed_in);
    Ok(HttpResponse::SeeOther().insert_header((LOCATION, target.as_str())).cookie(removal).finish())
}

/// Follows a person who chose something else than to sign in. Whoever cancels stays as they were; who was not signed in
/// has no page to go back to but home.
async fn follow(
    detour: UserChoice,
    removal: Option<Cookie<'static>>,
    request: &HttpRequest,
    identity: &IdentityWeb,
) -> Result<HttpResponse, Error> {
    metrics::sign_in("cancelled");
    let mut response = match detour {
        UserChoice::ResetPassword(target) => to_provider(identity.begin_password(&target, &cookies(request)).await?),
        UserChoice::Back { target, editing } => {
            let held = Current::of_request()?.held().ok().flatten();
            let signed_in = editing || held.is_some_and(|held| held.record.signed_in.is_some());
            let target = if signed_in { target } else { Target::home() };
            let mut response = HttpResponse::SeeOther();
            response.insert_header((LOCATION, target.as_str()));
            response
        }
    };
    if let Some(cookie) = removal {
        response.cookie(cookie);
    }
    Ok(response.finish())
}

/// A new session under a new key. What was stored before does not carry over, but for what the application names.
fn begin_session(request: &HttpRequest, session: &Session) -> Result<(), Error> {
    let names = request.extensions().get::<CarriedOver>().copied().unwrap_or_default().0;
    let kept: Vec<_> = names.iter().filter_map(|&name| Some((name, session.get::<Value>(name).ok()??))).collect();
    session.clear();
    session.renew();
    let all = kept.into_iter().chain([(SIGNED_IN, Value::Bool(true))]);
    for (name, value) in all {
        session.insert(name, value).map_err(|_| Error::BadRequest("The session cannot be written."))?;
    }
    Ok(())
}

fn cookies(request: &HttpRequest) -> Vec<Cookie<'static>> {
    request.cookies().map(|cookies| cookies.clone()).unwrap_or_default()
}

pub(super) fn pairs(encoded: &str) -> Result<Pairs, Error> {
    let pairs: Pairs = form_urlencoded::parse(encoded.as_bytes()).into_owned().collect();
    // What is not UTF-8 decodes to the replacement character.
    let broken = |text: &String| text.contains('\u{fffd}');
    if pairs.iter().any(|(name, value)| broken(name) || broken(value)) {
        return Err(Error::BadRequest("A parameter is not UTF-8."));
    }
    Ok(pairs)
}

fn unique(pairs: Pairs) -> Result<BTreeMap<String, String>, Error> {
    let count = pairs.len();
    let unique: BTreeMap<_, _> = pairs.into_iter().collect();
    if unique.len() == count { Ok(unique) } else { Err(Error::BadRequest("A parameter stands twice.")) }
}
