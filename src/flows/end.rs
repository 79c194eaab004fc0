//! The end of a session at the provider.

use std::sync::Arc;
use std::time::Duration;

use ring::rand::SystemRandom;
use tokio::time::timeout;
use tracing::warn;
use url::Url;

use super::{ClientRegistration, IdentityWeb};
use crate::metrics;
use crate::oidc::authorization::random_text;
use crate::oidc::logout::EndSession;
use crate::oidc::revocation::revoke;
use crate::session::record::SignedIn;

/// How long a user who signs out waits for a provider that isn't known yet.
const METADATA_TIMEOUT: Duration = Duration::from_secs(2);
/// How many sign-outs may have their tokens revoked at the same time; those of others expire.
pub const MAX_REVOCATIONS: usize = 100;

impl IdentityWeb {
    /// Revokes the tokens of a session that has ended, if the provider lets them be revoked: in a task of its own, so that
    /// nobody waits. If that fails, they expire.
    pub(crate) fn revoke_tokens(&self, signed_in: &SignedIn) {
        let Ok(permit) = Arc::clone(&self.services().revocations).try_acquire_owned() else {
            return metrics::token_revocation(false);
        };
        let (identity, tokens, id) = (self.clone(), signed_in.tokens.clone(), signed_in.provider.clone());
        tokio::task::spawn_local(async move {
            let _permit = permit;
            let services = identity.services();
            let Some(registration) = services.providers.of(id.as_deref()) else { return };
            let ClientRegistration { provider, client, .. } = registration;
            let Ok(metadata) = provider.metadata().await else { return };
            let Some(endpoint) = &metadata.revocation_endpoint else { return };
            let outcome = revoke(&tokens, endpoint, client, &metadata, provider.http(), services.clock.now()).await;
            metrics::token_revocation(outcome.is_ok());
            if let Err(error) = outcome {
                warn!(cause = %error, "the tokens of a session that ended couldn't be revoked; they expire");
            }
        });
    }

    /// Where to send a browser whose session has ended here, so that it ends at the provider too. `None` if the provider
    /// has no `end_session_endpoint`, is unavailable, or is no longer in the settings. `with_hints` adds what the provider's data makes long: the ID token
    /// and the user's name.
    pub(crate) async fn end_at_provider(&self, signed_in: &SignedIn, with_hints: bool) -> Option<Url> {
        let services = self.services();
        let ClientRegistration { provider, client, .. } = self.provider_of(signed_in).ok()?;
        let metadata = timeout(METADATA_TIMEOUT, provider.metadata()).await.ok()?.ok()?;
        let claims = &signed_in.claims;
        let logout_hint = claims.text("login_hint").or_else(|| claims.text("preferred_username"));
        let request = EndSession {
            client_id: &client.client_id,
            id_token_hint: with_hints.then_some(&signed_in.tokens.id_token),
            logout_hint: logout_hint.filter(|_| with_hints),
            post_logout_redirect_uri: &services.site.absolute(&services.site.endpoints.post_sign_out),
            state: &random_text(&SystemRandom::new()).ok()?,
        };
        metadata.end_session_endpoint.as_ref().map(|endpoint| request.url(endpoint))
    }
}
