//! The beginning of a sign-in: a transaction, its URL at the provider, its cookie.

use std::collections::BTreeMap;

use actix_web::cookie::Cookie;
use ring::rand::SystemRandom;
use url::Url;

use super::interaction::Interaction;
use super::target::Target;
use super::{Error, IdentityWeb, Services};
use crate::oidc::authorization::{RequestParameters, Transaction};
use crate::oidc::provider::Provider;

/// A sign-in that has begun.
pub struct AuthorizationRedirect {
    /// Where to send the browser.
    pub url: Url,
    /// What the browser is to remember.
    pub cookies: Vec<Cookie<'static>>,
}

impl IdentityWeb {
    /// Begins a sign-in. `extra` are this request's own parameters, over those of the settings; `interaction` is what
    /// it must ask beyond them.
    ///
    /// # Errors
    /// [`Error::Provider`]: nothing is known of the provider yet.
    pub async fn begin(
        &self,
        target: &Target,
        extra: BTreeMap<String, String>,
        interaction: Interaction,
        present: &[Cookie<'_>],
    ) -> Result<AuthorizationRedirect, Error> {
        self.begin_at(&self.0.provider, target, extra, interaction, present).await
    }

    async fn begin_at(
        &self,
        provider: &Provider,
        target: &Target,
        extra: BTreeMap<String, String>,
        interaction: Interaction,
        present: &[Cookie<'_>],
    ) -> Result<AuthorizationRedirect, Error> {
        let Services { client, auth_request, ring, transactions, clock, .. } = &*self.0;
        let metadata = provider.metadata().await?;
        let (random, now) = (SystemRandom::new(), clock.now());
        let mut transaction = Transaction::begin(&random, auth_request.redirect_uri.as_str(), target.as_str(), now)?;
        transaction.policy.clone_from(&provider.settings().policy);
        let mut parameters = RequestParameters {
            scopes: auth_request.scopes.clone(),
            response_mode: auth_request.form_post.then_some("form_post"),
            extra: auth_request.extra.clone(),
        };
        parameters.extra.extend(extra);
        interaction.add_to(&mut parameters);
        if provider.settings().is_entra() && parameters.extra.get("prompt").is_some_and(|it| it == "select_account") {
            parameters.extra.remove("login_hint"); // Entra answers both with an error.
        }
        let is_additional = |scope: &&String| !auth_request.scopes.contains(scope);
        transaction.additional_scopes = parameters.scopes.iter().filter(is_additional).cloned().collect();
        let url = transaction.url(&metadata, &client.client_id, &parameters)?;
        let cookies = transactions.remember(ring, &random, &transaction, present, now)?;
        Ok(AuthorizationRedirect { url, cookies })
    }

    /// Checks that a third party asks for a sign-in at our provider (OpenID Connect Core section 4).
    ///
    /// # Errors
    /// [`Error::ForeignIssuer`], and [`Error::Provider`] where the provider's issuer is not known yet.
    pub async fn check_initiating_issuer(&self, issuer: &str) -> Result<(), Error> {
        let metadata = self.0.provider.metadata().await?;
        let rule = self.0.provider.settings().issuer_rule(&metadata);
        let ours = issuer == metadata.issuer || rule.matches(issuer);
        if ours { Ok(()) } else { Err(Error::ForeignIssuer) }
    }

    /// Begins an editing of one's profile at `b2c.profile`; where that is unset, a sign-in.
    ///
    /// # Errors
    /// As [`IdentityWeb::begin`].
    pub async fn begin_profile(&self, target: &Target, present: &[Cookie<'_>]) -> Result<AuthorizationRedirect, Error> {
        let Services { profile, provider, .. } = &*self.0;
        self.begin_at(profile.as_ref().unwrap_or(provider), target, BTreeMap::new(), Interaction::default(), present)
            .await
    }

    /// Begins a reset of one's password at `b2c.password`; where that is unset, a sign-in.
    ///
    /// # Errors
    /// As [`IdentityWeb::begin`].
    pub async fn begin_password(
        &self,
        target: &Target,
        present: &[Cookie<'_>],
    ) -> Result<AuthorizationRedirect, Error> {
        let Services { password, provider, .. } = &*self.0;
        self.begin_at(password.as_ref().unwrap_or(provider), target, BTreeMap::new(), Interaction::default(), present)
            .await
    }
}
