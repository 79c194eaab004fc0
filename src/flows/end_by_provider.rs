//! The end of a session that the provider asks for: OpenID Connect Back-Channel Logout 1.0 and Front-Channel Logout 1.0.

use std::collections::BTreeSet;

use url::Url;

use super::hook_events::{EndReason, SessionEnd};
use super::{Error, IdentityWeb};
use crate::oidc::id_token::Verifier;
use crate::oidc::logout_token::{LogoutToken, LogoutTokenError};
use crate::session::index::SessionsOf;
use crate::session::logout::Logout;

impl IdentityWeb {
    /// Carries out a back-channel logout. Returns how many sessions ended: none is no error, for the session may have
    /// ended before (section 2.7).
    ///
    /// # Errors
    /// [`Error::LogoutToken`]: the token is invalid, and nothing has changed. [`Error::Provider`] and
    /// [`Error::Store`]: the provider may send it again.
    pub(crate) async fn back_channel_logout(&self, token: &str) -> Result<usize, Error> {
        let services = self.services();
        let (provider, client) = (&services.providers.sign_in, &services.providers.client);
        let metadata = provider.metadata().await?;
        let (issuer, now) = (provider.settings().issuer_rule(&metadata), services.clock.now());
        let verifier = Verifier { issuer: &issuer, client_id: &client.client_id, algorithm: client.algorithm };
        let claims = self.with_keys(provider, |keys| verifier.logout_claims(token, keys, now)).await;
        let (claims, _) = claims.map_err(|error| match error {
            Error::IdToken(error) => LogoutTokenError::from(error).into(),
            other => other,
        })?;
        let token = LogoutToken::from_verified(&claims, now)?;
        let logout = Logout {
            of: sessions_of(&token),
            issuer: &token.issuer,
            id: &token.id,
            issued_at: token.issued_at,
            accepted_until: token.accepted_until,
        };
        let closed = services.sessions.log_out(&logout).await?.ok_or(LogoutTokenError::Replayed)?;
        self.tell_session_end(SessionEnd::of_sessions(logout.of, EndReason::Provider, closed)).await;
        Ok(closed)
    }

    /// Carries out a front-channel logout. `session_ids` are the readings of `sid`, which some providers send without
    /// encoding. Entra may omit `iss`. Returns how many sessions ended.
    ///
    /// # Errors
    /// [`Error::ForeignIssuer`]: nothing has changed. [`Error::Provider`] and [`Error::Store`].
    pub(crate) async fn front_channel_logout(
        &self,
        issuer: Option<&str>,
        session_ids: &BTreeSet<String>,
    ) -> Result<usize, Error> {
        let services = self.services();
        let provider = &services.providers.sign_in;
        let metadata = provider.metadata().await?;
        if issuer.is_some_and(|issuer| !provider.settings().issuer_rule(&metadata).matches(issuer)) {
            return Err(Error::ForeignIssuer);
        }
        let (issuer, mut closed) = (issuer.unwrap_or(&metadata.issuer), 0);
        for session_id in session_ids {
            let of = SessionsOf::ProviderSession { issuer, session_id };
            let ended = services.sessions.close_of(of, Some(services.clock.now())).await?;
            self.tell_session_end(SessionEnd::of_sessions(of, EndReason::Provider, ended)).await;
            closed += ended;
        }
        Ok(closed)
    }

    /// Returns the origins of the provider's pages, which may show the page of a front-channel logout in a frame.
    ///
    /// # Errors
    /// [`Error::Provider`].
    pub(crate) async fn provider_origins(&self) -> Result<BTreeSet<String>, Error> {
        let metadata = self.services().providers.sign_in.metadata().await?;
        let issuer = Url::parse(&metadata.issuer).ok();
        let urls = [issuer.as_ref(), Some(&metadata.authorization_endpoint), metadata.end_session_endpoint.as_ref()];
        Ok(urls.into_iter().flatten().map(|url| url.origin().ascii_serialization()).collect())
    }
}

/// Whose sessions end: that of the session at the provider, if the token names one; otherwise all of the user's.
fn sessions_of(token: &LogoutToken) -> SessionsOf<'_> {
    let issuer = &token.issuer;
    match (&token.session_id, &token.subject) {
        (Some(session_id), _) => SessionsOf::ProviderSession { issuer, session_id },
        (None, subject) => SessionsOf::Subject { issuer, subject: subject.as_deref().unwrap_or_default() },
    }
}
