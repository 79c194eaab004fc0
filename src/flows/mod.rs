//! The use cases: begin a sign-in, complete it, end a session.

mod begin;
mod error;
pub mod interaction;
mod membership;
pub mod renewal;
mod services;
pub mod target;
pub mod user_choice;

use std::sync::Arc;

use actix_web::cookie::Cookie;
use ring::rand::SystemRandom;
use thiserror::Error;
use url::Url;

use crate::oidc::authorization::{Code, random_text};
use crate::oidc::callback::{AuthorizationError, Callback};
use crate::oidc::claims::Claims;
use crate::oidc::id_token::{IdTokenError, Verifier};
use crate::oidc::issuer::IssuerRule;
use crate::oidc::keys::KeySet;
use crate::oidc::logout::EndSession;
use crate::oidc::provider::{Metadata, Provider};
use crate::oidc::token::{TokenSet, redeem};
use crate::oidc::userinfo::{self};
use crate::session::record::SignedIn;
use crate::session::seal::hashed;
use crate::session::store::RecordStore;
use crate::session::transaction::{self};
pub use begin::AuthorizationRedirect;
pub use error::Error;
pub use services::{AuthRequestSettings, CookieSettings, Endpoints, Services};
use target::Target;
use user_choice::{FlowOrigin, UserChoice};

/// Signs people in. Clones share everything.
#[derive(Clone)]
pub struct IdentityWeb(Arc<Services>);

/// A sign-in that has come to its end.
pub struct Completed {
    /// Who signed in.
    pub signed_in: SignedIn,
    /// Where to send the browser.
    pub target: Target,
    /// Takes the transaction's cookie away.
    pub removal: Cookie<'static>,
}

/// A callback that led to no sign-in.
pub struct CallbackFailure {
    /// Why.
    pub error: Error,
    /// Takes the transaction's cookie away; `None` where the same response may come again.
    pub removal: Option<Cookie<'static>>,
    /// Where to send the browser in place of an error page.
    pub detour: Option<UserChoice>,
}

impl From<Error> for CallbackFailure {
    fn from(error: Error) -> Self {
        Self { error, removal: None, detour: None }
    }
}

impl IdentityWeb {
    /// The use cases over these services.
    pub fn new(services: Services) -> Self {
        Self(Arc::new(services))
    }

    /// What it works with.
    pub fn services(&self) -> &Services {
        &self.0
    }

    /// The store of sessions.
    pub fn store(&self) -> RecordStore {
        let services = &*self.0;
        let (backend, ring) = (Arc::clone(&services.backend), Arc::clone(&services.ring));
        RecordStore::new(backend, &services.key_prefix, ring, services.session_limits, services.clock.clone())
    }

    /// Completes a sign-in from the authorization response, checked in this order: one value per parameter; the
    /// transaction; `iss`; the provider's error; the code, spent once across all replicas; the tokens; userinfo.
    ///
    /// # Errors
    /// The first check that fails. Where the response may be tried again unchanged (a store or a provider that is
    /// away before the code was spent), the transaction's cookie stays.
    pub async fn complete<'a>(
        &self,
        pairs: impl Iterator<Item = (&'a str, &'a str)>,
        present: &[Cookie<'_>],
    ) -> Result<Completed, CallbackFailure> {
        let Services { ring, transactions, endpoints, clock, .. } = &*self.0;
        let callback = Callback::parse(pairs).map_err(Error::from)?;
        let state = callback.state.clone().ok_or(AuthorizationError::MissingState).map_err(Error::from)?;
        let removal = transactions.end(&state);
        let ended = |error: Error| CallbackFailure { error, removal: Some(removal.clone()), detour: None };
        let transaction = transactions.find(ring, &state, present, clock.now()).map_err(|error| ended(error.into()))?;

        let provider = self.0.provider_for(transaction.policy.as_deref());
        let metadata = provider.metadata().await.map_err(Error::from)?;
        let rule = provider.settings().issuer_rule(&metadata);
        let origin = FlowOrigin::of(&transaction, &endpoints.prefix);
        let code = transaction.accept(callback, &rule, &metadata).map_err(|error| {
            let detour = self.detour(&error, origin);
            CallbackFailure { detour, ..ended(error.into()) }
        })?;

        self.spend(&code).await.map_err(|error| match error {
            Error::AlreadySpent => ended(error),
            error => error.into(),
        })?;
        match self.claim(&code, provider, &metadata, &rule).await {
            Ok(signed_in) => {
                let target = Target::parse(code.target(), &endpoints.prefix);
                Ok(Completed { signed_in, target, removal })
            }
            Err(error) => {
                // Nothing is left of a refused sign-in. If this fails too, the mark goes by itself.
                let _ = self.0.backend.remove(&self.spent_mark(&code)).await;
                Err(ended(error))
            }
        }
    }

    /// From a spent code to a person: the token request, the ID token's checks, userinfo.
    async fn claim(
        &self,
        code: &Code,
        provider: &Provider,
        metadata: &Metadata,
        rule: &IssuerRule,
    ) -> Result<SignedIn, Error> {
        let Services { auth_request, client, clock, .. } = &*self.0;
        let scopes = code.requested_scopes(&auth_request.scopes);
        let tokens = redeem(code, &scopes, client, metadata, provider.http(), clock.now()).await?;
        let verifier = Verifier { issuer: rule, client_id: &client.client_id, algorithm: client.algorithm };
        let (mut claims, keys) = self.verify(provider, &verifier, &tokens, code.nonce()).await?;
        if let Some(endpoint) = metadata.userinfo_endpoint.as_ref().filter(|_| client.userinfo) {
            let (token, http) = (&tokens.granted.access_token, provider.http());
            userinfo::complete(&mut claims, endpoint, token, http, &verifier, &keys, clock.now()).await?;
        }
        let policy = provider.settings().policy.clone();
        Ok(SignedIn { claims, tokens, at: clock.now(), asked_groups: Vec::new(), policy })
    }

    /// Verifies the ID token of a sign-in.
    async fn verify(
        &self,
        provider: &Provider,
        verifier: &Verifier<'_>,
        tokens: &TokenSet,
        nonce: &str,
    ) -> Result<(Claims, Arc<KeySet>), Error> {
        let (now, access_token) = (self.0.clock.now(), &tokens.granted.access_token);
        self.with_keys(provider, |keys| verifier.verify(&tokens.id_token, keys, nonce, access_token, now)).await
    }

    /// Judges an ID token with the provider's keys, and with newer ones once where those held may be rotated away.
    async fn with_keys(
        &self,
        provider: &Provider,
        validate: impl Fn(&KeySet) -> Result<Claims, IdTokenError>,
    ) -> Result<(Claims, Arc<KeySet>), Error> {
        let Services { client, .. } = &*self.0;
        if client.algorithm.is_symmetric() {
            let secret = client.credential.secret();
            let keys = Arc::new(secret.map(|secret| KeySet::of_client_secret(&secret.expose())).unwrap_or_default());
            return Ok((validate(&keys)?, keys));
        }
        let keys = provider.keys().await?;
        match validate(&keys) {
            Err(error) if error.may_be_key_rotation() => match provider.keys_newer_than(&keys).await? {
                Some(newer) => Ok((validate(&newer)?, newer)),
                None => Err(error.into()),
            },
            outcome => Ok((outcome?, keys)),
        }
    }

    /// Marks a code as spent, for as long as its transaction's cookie could bring it again.
    async fn spend(&self, code: &Code) -> Result<(), Error> {
        let mine = random_text(&SystemRandom::new())?;
        let first = self.0.backend.insert(&self.spent_mark(code), mine.as_bytes(), transaction::LIFETIME).await?;
        if first { Ok(()) } else { Err(Error::AlreadySpent) }
    }

    fn spent_mark(&self, code: &Code) -> String {
        format!("{}spent:{}", self.0.key_prefix, hashed("spent state", code.state()))
    }

    /// Where to send a browser whose session has ended here, so that it ends at the provider too; `None` where the
    /// provider has no such place, or nothing is known of the provider.
    pub async fn end(&self, signed_in: &SignedIn) -> Option<Url> {
        let client = &self.0.client;
        let metadata = self.0.provider_for(signed_in.policy.as_deref()).metadata().await.ok()?;
        let claims = &signed_in.claims;
        let request = EndSession {
            client_id: &client.client_id,
            id_token_hint: &signed_in.tokens.id_token,
            logout_hint: claims.text("login_hint").or_else(|| claims.text("preferred_username")),
            post_logout_redirect_uri: &self.absolute(&self.0.endpoints.post_sign_out),
            state: &random_text(&SystemRandom::new()).ok()?,
        };
        metadata.end_session_endpoint.as_ref().map(|endpoint| request.url(endpoint))
    }

    /// A path of this site as a URL.
    pub fn absolute(&self, path: &str) -> String {
        format!("{}{path}", self.0.public_url.as_str().trim_end_matches('/'))
    }
}
