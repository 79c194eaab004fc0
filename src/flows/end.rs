//! The end of a session at the provider.

use std::time::Duration;

use ring::rand::SystemRandom;
use tokio::time::timeout;
use url::Url;

use super::IdentityWeb;
use crate::oidc::authorization::random_text;
use crate::oidc::logout::EndSession;
use crate::session::record::SignedIn;

/// How long a user who signs out waits for a provider that isn't known yet.
const METADATA_TIMEOUT: Duration = Duration::from_secs(2);

impl IdentityWeb {
    /// Where to send a browser whose session has ended here, so that it ends at the provider too. `None` if the provider
    /// has no `end_session_endpoint`, or is unavailable. `with_hints` adds what the provider's data makes long: the ID token
    /// and the user's name.
    pub async fn end_at_provider(&self, signed_in: &SignedIn, with_hints: bool) -> Option<Url> {
        let services = self.services();
        let client_id = &services.providers.client.client_id;
        let provider = services.providers.of_policy(signed_in.policy.as_deref());
        let metadata = timeout(METADATA_TIMEOUT, provider.metadata()).await.ok()?.ok()?;
        let claims = &signed_in.claims;
        let logout_hint = claims.text("login_hint").or_else(|| claims.text("preferred_username"));
        let request = EndSession {
            client_id,
            id_token_hint: with_hints.then_some(&signed_in.tokens.id_token),
            logout_hint: logout_hint.filter(|_| with_hints),
            post_logout_redirect_uri: &services.site.absolute(&services.site.endpoints.post_sign_out),
            state: &random_text(&SystemRandom::new()).ok()?,
        };
        metadata.end_session_endpoint.as_ref().map(|endpoint| request.url(endpoint))
    }
}
