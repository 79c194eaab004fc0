//! What an error page gives an administrator to copy.

use std::collections::BTreeMap;

use actix_web::HttpRequest;

use crate::entra::errors::Shows;
use crate::flows::{ClientRegistration, DEFAULT_PROVIDER, IdentityWeb};
use crate::session::actix::RequestSession;
use crate::web::provider_choice::PATH_PARAMETER;

/// The settings that must match this application's registration at a provider.
#[derive(Clone, Default)]
struct Registration {
    redirect_uri: String,
    client_id: String,
    authority: String,
    scopes: String,
}

/// The settings that must match this application's registrations, by the providers' names.
#[derive(Clone, Default)]
pub(super) struct Registrations(BTreeMap<String, Registration>);

impl Registrations {
    pub(super) fn of(identity: &IdentityWeb) -> Self {
        let providers = &identity.services().providers;
        Self(providers.to_choose().map(|one| (providers.name_of(one).to_owned(), Registration::of(one))).collect())
    }

    /// Returns what an administrator needs to copy: the messages of labels, and values, at the provider whose redirect URI the request came
    /// to, or else that of the signed-in user.
    pub(super) fn to_copy(&self, shows: Shows, request: &HttpRequest) -> Vec<(&'static str, String)> {
        let session = RequestSession::of_request().ok().and_then(|session| session.loaded().ok().flatten());
        let user = session.as_ref().and_then(|session| session.record.signed_in.as_ref());
        let name = request.match_info().get(PATH_PARAMETER).or_else(|| user?.provider.as_deref());
        let named = name.and_then(|name| self.0.get(name)).or_else(|| self.0.get(DEFAULT_PROVIDER));
        named.map(|registration| registration.to_copy(shows)).unwrap_or_default()
    }
}

impl Registration {
    fn of(registration: &ClientRegistration) -> Self {
        let ClientRegistration { provider, client, auth_request, .. } = registration;
        Self {
            redirect_uri: auth_request.redirect_uri.to_string(),
            client_id: client.client_id.clone(),
            authority: provider.settings().authority.clone(),
            scopes: auth_request.scopes.join(" "),
        }
    }

    fn to_copy(&self, shows: Shows) -> Vec<(&'static str, String)> {
        match shows {
            Shows::Nothing => Vec::new(),
            Shows::RedirectUri => vec![("error-redirect-uri", self.redirect_uri.clone())],
            Shows::Client => {
                vec![("error-client-id", self.client_id.clone()), ("error-authority", self.authority.clone())]
            }
            Shows::Consent => {
                let tenant = self.authority.trim_end_matches('/').trim_end_matches("/v2.0");
                let page = format!("{tenant}/adminconsent?client_id={}", self.client_id);
                vec![("error-permissions", self.scopes.clone()), ("error-consent-page", page)]
            }
        }
    }
}
