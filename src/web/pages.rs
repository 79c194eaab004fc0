//! The application's own pages.

use std::sync::Arc;
use std::time::Duration;

use actix_web::HttpResponse;
use actix_web::http::StatusCode;
use actix_web::web::{Data, ReqData};
use serde::Serialize;
use serde_json::Value;
use tera::Context;

use super::claim_meanings::{is_of_the_protocol, is_time, meaning};
use super::error::Error;
use super::identity::{Identity, MaybeIdentity};
use super::views::Views;
use crate::clock::Timestamp;
use crate::flows::{ClientRegistration, IdentityWeb};

/// The redirect URI to register at a provider.
#[derive(Serialize)]
struct Registered<'a> {
    display_name: &'a str,
    redirect_uri: &'a str,
}

impl<'a> Registered<'a> {
    fn of(registration: &'a ClientRegistration) -> Self {
        let ClientRegistration { display_name, auth_request, .. } = registration;
        Self { display_name, redirect_uri: auth_request.redirect_uri.as_str() }
    }
}

/// `GET /`: the home page, for signed-in and signed-out users.
pub(super) async fn home(
    identity: Data<IdentityWeb>,
    user: MaybeIdentity,
    views: ReqData<Arc<Views>>,
) -> Result<HttpResponse, Error> {
    let (services, signed_in) = (identity.services(), user.identity().map(Identity::signed_in));
    let providers = &services.providers;
    let own = signed_in.map_or(Some(&providers.default), |signed_in| identity.provider_of(signed_in).ok());
    let mut context = Context::new();
    context.insert("redirect_uri", providers.default.auth_request.redirect_uri.as_str());
    context.insert("redirect_uris", &providers.to_choose().map(Registered::of).collect::<Vec<_>>());
    context.insert("portal_link", &portal_link(&providers.default));
    context.insert("call_graph", &own.is_some_and(|own| own.provider.settings().is_entra()));
    context.insert("has_profile", &own.is_some_and(|own| providers.is_of_default(own)));
    context.insert("idle_timeout", &in_words(services.sessions.limits().idle_timeout));
    context.insert("absolute_timeout", &in_words(services.sessions.limits().absolute_timeout));
    context.insert("signed_in_at", &signed_in.map(|signed_in| signed_in.at.to_string()));
    views.page(StatusCode::OK, "home.html", "Home", signed_in, context)
}

/// `GET /admin`: a page that requires the app role `Admin`.
pub(super) async fn admin(user: Identity, views: ReqData<Arc<Views>>) -> Result<HttpResponse, Error> {
    views.page(StatusCode::OK, "admin.html", "For administrators", Some(user.signed_in()), Context::new())
}

/// Returns where this client's redirect URIs are registered, at Microsoft Entra.
fn portal_link(registration: &ClientRegistration) -> Option<String> {
    let portal = "https://entra.microsoft.com/#view/Microsoft_AAD_RegisteredApps/ApplicationMenuBlade/~/Authentication";
    let is_entra = registration.provider.settings().is_entra();
    is_entra.then(|| format!("{portal}/appId/{}", registration.client.client_id))
}

fn in_words(duration: Duration) -> String {
    let seconds = duration.as_secs();
    let (count, unit) = match seconds {
        s if s % 3600 == 0 => (s / 3600, "hour"),
        s if s % 60 == 0 => (s / 60, "minute"),
        s => (s, "second"),
    };
    format!("{count} {unit}{}", if count == 1 { "" } else { "s" })
}

#[derive(Serialize)]
struct ClaimRow<'a> {
    name: &'a str,
    value: String,
    meaning: &'static str,
}

/// `GET /token_details`: the user's claims.
pub(super) async fn token_details(user: Identity, views: ReqData<Arc<Views>>) -> Result<HttpResponse, Error> {
    let about_the_user = user.claims().iter().filter(|(name, _)| !is_of_the_protocol(name));
    let rows: Vec<_> = about_the_user
        .map(|(name, value)| ClaimRow { name, value: shown(name, value), meaning: meaning(name) })
        .collect();
    let mut context = Context::new();
    context.insert("claims", &rows);
    views.page(StatusCode::OK, "token_details.html", "Your claims", Some(user.signed_in()), context)
}

fn shown(name: &str, value: &Value) -> String {
    match value {
        Value::String(text) => text.clone(),
        Value::Array(elements) => elements.iter().map(|element| shown("", element)).collect::<Vec<_>>().join(", "),
        Value::Number(number) if is_time(name) => {
            number.as_i64().map_or_else(|| number.to_string(), |seconds| Timestamp(seconds).to_string())
        }
        other => other.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn durations_and_claims_read_well() {
        assert_eq!(in_words(Duration::from_hours(8)), "8 hours");
        assert_eq!(in_words(Duration::from_mins(1)), "1 minute");
        assert_eq!(in_words(Duration::from_secs(90)), "90 seconds");
        assert_eq!(shown("exp", &1_580_000_000.into()), "2020-01-26 00:53:20 UTC");
        assert_eq!(shown("roles", &serde_json::json!(["Admin", "Editor"])), "Admin, Editor");
        assert_eq!(shown("address", &serde_json::json!({"country": "NZ"})), r#"{"country":"NZ"}"#);
    }
}
