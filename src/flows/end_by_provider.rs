//! The end of a session that the provider asks for: OpenID Connect Back-Channel Logout 1.0 and Front-Channel Logout 1.0.

use std::collections::BTreeSet;
use std::sync::Arc;

use futures_util::future::join_all;
use serde_json::{Map, Value};
use url::Url;

use super::hook_events::{EndReason, SessionEnd};
use super::{ClientRegistration, Error, IdentityWeb};
use crate::oidc::id_token::Verifier;
use crate::oidc::jws::Jws;
use crate::oidc::logout_token::{LogoutToken, LogoutTokenError};
use crate::oidc::provider::Metadata;
use crate::oidc::trace::Tracer;
use crate::session::index::SessionsOf;
use crate::session::logout::Logout;
use crate::session::record::SignedIn;

impl IdentityWeb {
    /// Carries out a back-channel logout. Returns how many sessions ended: none is no error, for the session may have
    /// ended before (section 2.7).
    ///
    /// # Errors
    /// [`Error::LogoutToken`]: the token is invalid, and nothing has changed. [`Error::Provider`] and
    /// [`Error::Store`]: the provider may send it again.
    pub(crate) async fn back_channel_logout(&self, token: &str) -> Result<usize, Error> {
        let (claims, now) = (self.logout_claims(token).await?, self.services().clock.now());
        let token = LogoutToken::from_verified(&claims, now)?;
        let logout = Logout {
            of: sessions_of(&token),
            issuer: &token.issuer,
            id: &token.id,
            issued_at: token.issued_at,
            accepted_until: token.accepted_until,
        };
        let closed = self.services().sessions.log_out(&logout).await?.ok_or(LogoutTokenError::Replayed)?;
        self.tell_session_end(SessionEnd::of_sessions(logout.of, EndReason::Provider, closed)).await;
        Ok(closed)
    }

    /// Verifies a logout token with the keys and for the client of the provider that it names: by any of its registrations,
    /// of which each may have keys (B2C's policies) and a client of its own.
    async fn logout_claims(&self, token: &str) -> Result<Map<String, Value>, Error> {
        let mut outcome = None;
        for registration in self.issuers_of(token).await? {
            let verified = self.verify_logout(registration, token).await;
            if verified.is_ok() {
                return verified;
            }
            outcome.get_or_insert(verified);
        }
        outcome.unwrap_or(Err(Error::ForeignIssuer))
    }

    /// Returns the providers that may have issued a token, by its unverified `iss`; the default one if it names none of ours,
    /// whose checks then say what is wrong.
    async fn issuers_of(&self, token: &str) -> Result<Vec<&ClientRegistration>, Error> {
        let default = || Ok(vec![&self.services().providers.default]);
        let Ok(claims) = Jws::parse(token).map(Jws::unverified_payload) else { return default() };
        let Some(issuer) = claims.get("iss").and_then(Value::as_str) else { return default() };
        match self.providers_of(issuer).await {
            Err(Error::ForeignIssuer) => default(),
            found => found,
        }
    }

    async fn verify_logout(&self, registration: &ClientRegistration, token: &str) -> Result<Map<String, Value>, Error> {
        let ClientRegistration { provider, client, .. } = registration;
        let metadata = provider.metadata().await?;
        let (issuer, now) = (provider.settings().issuer_rule(&metadata), self.services().clock.now());
        let (client_id, algorithm, tracer) = (&client.client_id, client.algorithm, Tracer::default());
        let verifier = Verifier { issuer: &issuer, client_id, algorithm, tracer };
        let claims = self.with_keys(registration, tracer, |keys| verifier.logout_claims(token, keys, now)).await;
        claims.map(|(claims, _)| claims).map_err(|error| match error {
            Error::IdToken(error) => LogoutTokenError::from(error).into(),
            other => other,
        })
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
        let mut closed = 0;
        for issuer in self.issuers(issuer).await? {
            for session_id in session_ids {
                let of = SessionsOf::ProviderSession { issuer: &issuer, session_id };
                let ended = services.sessions.close_of(of, Some(services.clock.now())).await?;
                self.tell_session_end(SessionEnd::of_sessions(of, EndReason::Provider, ended)).await;
                closed += ended;
            }
        }
        Ok(closed)
    }

    /// Returns whose sessions a front-channel logout may mean: of the issuer that it names or, if it names none, of every
    /// provider that may omit its name.
    async fn issuers(&self, issuer: Option<&str>) -> Result<BTreeSet<String>, Error> {
        let senders = self.senders(issuer).await?;
        if let Some(issuer) = issuer {
            let is_known =
                senders.iter().any(|(one, metadata)| one.provider.settings().issuer_rule(metadata).matches(issuer));
            return if is_known { Ok(BTreeSet::from([issuer.to_owned()])) } else { Err(Error::ForeignIssuer) };
        }
        Ok(senders.into_iter().map(|(_, metadata)| metadata.issuer.clone()).collect())
    }

    /// Returns the providers that may have sent a front-channel logout: those of this issuer; if it names none, the default
    /// one, and those of Microsoft, which may omit it.
    async fn senders(&self, issuer: Option<&str>) -> Result<Vec<(&ClientRegistration, Arc<Metadata>)>, Error> {
        let providers = &self.services().providers;
        let registrations = match issuer {
            Some(issuer) => self.providers_of(issuer).await?,
            None => providers.to_choose().filter(|one| providers.may_omit_issuer(one)).collect(),
        };
        let known = registrations.into_iter().map(async |one| Ok((one, one.provider.metadata().await?)));
        let (known, unknown): (Vec<_>, Vec<_>) = join_all(known).await.into_iter().partition(Result::is_ok);
        match unknown.into_iter().find_map(Result::err) {
            Some(error) if known.is_empty() => Err(error),
            _ => Ok(known.into_iter().flatten().collect()),
        }
    }

    /// Returns whether a front-channel logout that names this issuer, or none, may mean the session of this user.
    ///
    /// # Errors
    /// As [`IdentityWeb::front_channel_logout`].
    pub(crate) async fn may_log_out(&self, issuer: Option<&str>, signed_in: &SignedIn) -> Result<bool, Error> {
        let Ok(registration) = self.provider_of(signed_in) else { return Ok(false) };
        let senders = self.senders(issuer).await?;
        let providers = &self.services().providers;
        Ok(senders.iter().any(|(sender, _)| providers.name_of(sender) == providers.name_of(registration)))
    }

    /// Returns the origins of the provider's pages, which may show the page of a front-channel logout in a frame. `issuer`
    /// is the one that the logout names.
    ///
    /// # Errors
    /// [`Error::ForeignIssuer`] and [`Error::Provider`].
    pub(crate) async fn provider_origins(&self, issuer: Option<&str>) -> Result<BTreeSet<String>, Error> {
        let mut origins = BTreeSet::new();
        for (_, metadata) in self.senders(issuer).await? {
            let issuer = Url::parse(&metadata.issuer).ok();
            let urls =
                [issuer.as_ref(), Some(&metadata.authorization_endpoint), metadata.end_session_endpoint.as_ref()];
            origins.extend(urls.into_iter().flatten().map(|url| url.origin().ascii_serialization()));
        }
        Ok(origins)
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
