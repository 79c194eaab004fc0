//! `GET /call_graph`: the user's profile from Microsoft Graph.

use std::borrow::Cow;

use actix_web::http::StatusCode;
use actix_web::web::Data;
use actix_web::{FromRequest as _, HttpRequest, HttpResponse};
use serde_json::{Map, Value};
use tera::Context;

use super::access_token::{AccessToken, ApiScopes};
use super::error::Error;
use super::identity::Identity;
use super::texts::Texts;
use super::views::Page;
use crate::entra::graph::{Graph, GraphError};
use crate::flows::{Error as Cause, IdentityWeb};
use crate::oidc::provider::Provider;

/// The properties of a profile that the page shows, with the messages of their labels.
const SHOWN: [(&str, &str); 8] = [
    ("displayName", "graph-display-name"),
    ("jobTitle", "graph-job-title"),
    ("mail", "graph-mail"),
    ("userPrincipalName", "graph-user-principal-name"),
    ("mobilePhone", "graph-mobile-phone"),
    ("businessPhones", "graph-business-phones"),
    ("officeLocation", "graph-office-location"),
    ("preferredLanguage", "graph-preferred-language"),
];

/// Microsoft Graph, for the signed-in user's own profile.
pub enum Profile {}

impl ApiScopes for Profile {
    const SCOPES: &'static [&'static str] = &["User.Read"];
}

/// Shows the profile.
pub(super) async fn page(
    request: HttpRequest,
    identity: Data<IdentityWeb>,
    user: Identity,
    page: Page,
) -> Result<HttpResponse, Error> {
    let (provider, token) = token(&request, &identity, &user).await?;
    let (me, token) = ask(provider, token, async |graph| graph.me().await).await?;
    let (photo, _) = ask(provider, token, async |graph| graph.photo().await).await?;
    let mut context = Context::new();
    context.insert("profile", &rows(&me, page.texts()));
    context.insert("has_photo", &photo.is_some());
    page.render(StatusCode::OK, "call_graph.html", "graph-title", Some(user.signed_in()), context)
}

/// Returns the photo of the profile.
pub(super) async fn photo(
    request: HttpRequest,
    identity: Data<IdentityWeb>,
    user: Identity,
) -> Result<HttpResponse, Error> {
    let (provider, token) = token(&request, &identity, &user).await?;
    let (photo, _) = ask(provider, token, async |graph| graph.photo().await).await?;
    let (media_type, image) = photo.ok_or(Error::NotFound)?;
    Ok(HttpResponse::Ok().content_type(media_type).body(image))
}

/// Returns the provider that the user signed in at, and an access token there, at Microsoft Entra. Other providers don't have
/// this page, and no token is requested.
async fn token<'a>(
    request: &HttpRequest,
    identity: &'a IdentityWeb,
    user: &Identity,
) -> Result<(&'a Provider, AccessToken<Profile>), Error> {
    let provider = &identity.provider_of(user.signed_in())?.provider;
    if provider.settings().is_entra() {
        Ok((provider, AccessToken::extract(request).await?))
    } else {
        Err(Error::NotFound)
    }
}

/// Queries Microsoft Graph. If it rejects the token, retries once with another; if it returns a claims challenge, leads to
/// the provider.
async fn ask<T>(
    provider: &Provider,
    token: AccessToken<Profile>,
    question: impl AsyncFn(Graph<'_>) -> Result<T, GraphError>,
) -> Result<(T, AccessToken<Profile>), Error> {
    let base = provider.metadata().await.map_err(Cause::from)?.graph().ok_or(Error::NotFound)?;
    let graph = |access_token| Graph { base: &base, http: provider.http(), access_token };
    let first = question(graph(token.expose())).await;
    let second = match first {
        Ok(answer) => return Ok((answer, token)),
        Err(GraphError::Unauthorized { challenge }) => match token.challenged(&challenge) {
            Some(error) => return Err(error),
            None => token.refused().await?,
        },
        Err(error) => return Err(Cause::from(error).into()),
    };
    Ok((question(graph(second.expose())).await.map_err(Cause::from)?, second))
}

fn rows<'a>(me: &Map<String, Value>, texts: &'a Texts) -> Vec<(Cow<'a, str>, String)> {
    let text = |value: &Value| match value {
        Value::String(text) => text.clone(),
        Value::Array(all) => all.iter().filter_map(Value::as_str).collect::<Vec<_>>().join(", "),
        _ => String::new(),
    };
    let rows = SHOWN.iter().filter_map(|(name, label)| Some((texts.text(label), text(me.get(*name)?))));
    rows.filter(|(_, value)| !value.is_empty()).collect()
}
