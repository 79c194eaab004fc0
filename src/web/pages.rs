//! The application's own pages.

use actix_web::HttpResponse;
use actix_web::http::StatusCode;
use actix_web::web::Data;
use serde::Serialize;
use tera::Context;

use super::error::Error;
use super::identity::{Identity, MaybeIdentity};
use super::last_sign_in;
use super::relative_time::RelativeTime;
use super::require;
use super::texts::Texts;
use super::views::Page;
use crate::entra::groups::{Groups, groups};
use crate::flows::{ClientRegistration, IdentityWeb};
use crate::session::actix::RequestSession;

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
    session: RequestSession,
    user: MaybeIdentity,
    page: Page,
) -> Result<HttpResponse, Error> {
    let (services, signed_in) = (identity.services(), user.identity().map(Identity::signed_in));
    let providers = &services.providers;
    let own = signed_in.map_or(Some(&providers.default), |signed_in| identity.provider_of(signed_in).ok());
    let mut context = Context::new();
    user.identity().map(|user| Dashboard::of(user, &identity, page.texts())).unwrap_or_default().add_to(&mut context);
    context.insert("redirect_uri", providers.default.auth_request.redirect_uri.as_str());
    // For whoever sets this up, which is before anyone has signed in.
    let to_register = signed_in.is_none().then_some(providers);
    let uris = to_register.map(|providers| providers.to_choose().map(Registered::of).collect::<Vec<_>>());
    context.insert("redirect_uris", &uris.unwrap_or_default());
    context.insert("portal_link", &to_register.and_then(|providers| portal_link(&providers.default)));
    context.insert("call_graph", &own.is_some_and(|own| own.provider.settings().is_entra()));
    context.insert("has_profile", &own.is_some_and(|own| providers.is_of_default(own)));
    context.insert("last_sign_in", &user.identity().and_then(|user| last_sign_in::path_for(&identity, user)));
    context.insert("session_over", &session.is_over());
    page.render(StatusCode::OK, "home.html", "home", user.identity().map(Identity::signed_in), context)
}

/// What the home page says about a signed-in user; of nobody else.
#[derive(Default)]
struct Dashboard<'a> {
    issuer: &'a str,
    tenant: Option<&'a str>,
    /// The date of `signed_in`, to the second.
    signed_in_at: Option<String>,
    signed_in: Option<RelativeTime>,
    session_ends: Option<RelativeTime>,
    roles: Vec<String>,
    /// How many groups the ID token names.
    group_count: usize,
    /// Whether there are too many groups for the ID token.
    groups_overage: bool,
    /// The scopes of the access token.
    scopes: Vec<&'a str>,
}

impl<'a> Dashboard<'a> {
    fn of(user: &'a Identity, identity: &IdentityWeb, texts: &Texts) -> Self {
        let (services, signed_in, claims) = (identity.services(), user.signed_in(), user.claims());
        let (now, limits) = (services.clock.now(), services.sessions.limits());
        let left = user.session().record.time_to_live(limits, now).unwrap_or_default();
        let (group_count, groups_overage) = match groups(claims) {
            Groups::All(all) => (all.len(), false),
            Groups::Overage => (0, true),
        };
        Self {
            issuer: claims.issuer(),
            tenant: claims.text("tid"),
            signed_in_at: Some(signed_in.at.to_string()),
            signed_in: Some(RelativeTime::ago(signed_in.at, now, texts)),
            session_ends: Some(RelativeTime::ahead(now.plus(left), now, texts)),
            roles: claims.get("roles").map(require::texts).unwrap_or_default(),
            group_count,
            groups_overage,
            scopes: signed_in.tokens.granted.scope.as_deref().unwrap_or_default().split_whitespace().collect(),
        }
    }

    /// Adds each as a variable: as one value, they would be copied once more.
    fn add_to(&self, context: &mut Context) {
        context.insert("issuer", self.issuer);
        context.insert("tenant", &self.tenant);
        context.insert("signed_in_at", &self.signed_in_at);
        context.insert("signed_in", &self.signed_in);
        context.insert("session_ends", &self.session_ends);
        context.insert("roles", &self.roles);
        context.insert("group_count", &self.group_count);
        context.insert("groups_overage", &self.groups_overage);
        context.insert("scopes", &self.scopes);
    }
}

/// `GET /admin`: a page that requires the app role `Admin`.
pub(super) async fn admin(user: Identity, page: Page) -> Result<HttpResponse, Error> {
    page.render(StatusCode::OK, "admin.html", "admin-title", Some(user.signed_in()), Context::new())
}

/// Returns where this client's redirect URIs are registered, at Microsoft Entra.
fn portal_link(registration: &ClientRegistration) -> Option<String> {
    let portal = "https://entra.microsoft.com/#view/Microsoft_AAD_RegisteredApps/ApplicationMenuBlade/~/Authentication";
    let is_entra = registration.provider.settings().is_entra();
    is_entra.then(|| format!("{portal}/appId/{}", registration.client.client_id))
}
