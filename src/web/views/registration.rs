//! What an error page gives an administrator to copy.

use crate::entra::errors::Shows;
use crate::flows::IdentityWeb;

/// The settings that must match this application's registration at the provider.
#[derive(Clone, Default)]
pub(super) struct Registration {
    redirect_uri: String,
    client_id: String,
    authority: String,
    scopes: String,
}

impl Registration {
    pub(super) fn of(identity: &IdentityWeb) -> Self {
        let services = identity.services();
        Self {
            redirect_uri: services.providers.auth_request.redirect_uri.to_string(),
            client_id: services.providers.client.client_id.clone(),
            authority: services.providers.sign_in.settings().authority.clone(),
            scopes: services.providers.auth_request.scopes.join(" "),
        }
    }

    /// Returns what an administrator needs to copy: labels and values.
    pub(super) fn to_copy(&self, shows: Shows) -> Vec<(&'static str, String)> {
        match shows {
            Shows::Nothing => Vec::new(),
            Shows::RedirectUri => vec![("Redirect URI", self.redirect_uri.clone())],
            Shows::Client => vec![("Client id", self.client_id.clone()), ("Authority", self.authority.clone())],
            Shows::Consent => {
                let tenant = self.authority.trim_end_matches('/').trim_end_matches("/v2.0");
                let page = format!("{tenant}/adminconsent?client_id={}", self.client_id);
                vec![("Permissions", self.scopes.clone()), ("Consent for all users", page)]
            }
        }
    }
}
