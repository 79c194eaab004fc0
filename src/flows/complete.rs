//! The end of a sign-in: from the authorization response to a user, in the order of its checks.

use std::sync::Arc;

use super::hook_events::SignIn;
use super::sign_in_trace::note_step_up;
use super::target::Target;
use super::user_choice::{FlowOrigin, UserChoice};
use super::{ClientRegistration, Error, IdentityWeb};
use crate::oidc::authorization::Code;
use crate::oidc::callback::{AuthorizationError, Callback};
use crate::oidc::claims::Claims;
use crate::oidc::http::HttpError;
use crate::oidc::id_token::{IdTokenError, Verifier};
use crate::oidc::issuer::IssuerRule;
use crate::oidc::keys::KeySet;
use crate::oidc::provider::{Metadata, Provider};
use crate::oidc::token::{TokenError, redeem};
use crate::oidc::trace::{Recorder, Tracer};
use crate::oidc::userinfo;
use crate::session::record::SignedIn;
use crate::session::seal::hashed;
use crate::session::transaction::{CookieChange, TransactionError};

/// A completed sign-in.
pub struct Completed {
    /// Who signed in.
    pub signed_in: SignedIn,
    /// Where to send the browser.
    pub target: Target,
    /// Removes the transaction's cookie.
    pub removal: CookieChange,
}

/// A callback that led to no sign-in.
pub struct CallbackFailure {
    /// Why.
    pub error: Error,
    /// Removes the transaction's cookie; `None` if the same response may come again.
    pub removal: Option<CookieChange>,
    /// What the user chose instead of signing in, if that is why.
    pub choice: Option<UserChoice>,
}

impl<E: Into<Error>> From<E> for CallbackFailure {
    fn from(error: E) -> Self {
        Self { error: error.into(), removal: None, choice: None }
    }
}

impl IdentityWeb {
    /// Completes a sign-in from the parameters of the authorization response and the request's cookies, both by name and
    /// value. `received_at` is the provider whose redirect URI it came to. Checks, in this order: one value per parameter;
    /// the transaction; the redirect URI; `iss`; the provider's error; the code, spent once across all replicas; the
    /// tokens; userinfo; the user, if only one may answer; the application's own.
    ///
    /// # Errors
    /// The first check that fails. If the same response may come again (the store or the provider was unavailable before
    /// the code reached it), the transaction's cookie stays.
    pub(crate) async fn complete<'a>(
        &self,
        received_at: &ClientRegistration,
        parameters: impl Iterator<Item = (&'a str, &'a str)> + Clone,
        cookies: &[(String, String)],
    ) -> Result<Completed, CallbackFailure> {
        let services = self.services();
        let (transactions, prefix) = (&services.transactions, &services.site.endpoints.prefix);
        let callback = Callback::parse(parameters.clone())?;
        let state = callback.state.clone().ok_or(AuthorizationError::MissingState)?;
        let removal = transactions.end(&state);
        let ended = |error: Error| CallbackFailure { error, removal: Some(removal.clone()), choice: None };
        let mut transaction = transactions.find(&state, cookies).map_err(|error| ended(error.into()))?;
        let recorder = self.resume_trace(&mut transaction, parameters);
        let tracer = Tracer::of(recorder.as_ref());

        let registration = services.providers.of(transaction.provider.as_deref());
        let registration = registration.ok_or_else(|| ended(TransactionError::ProviderRemoved.into()))?;
        let metadata = registration.provider.metadata().await?;
        let rule = registration.provider.settings().issuer_rule(&metadata);
        let received_at = received_at.auth_request.redirect_uri.as_str();
        let (origin, user) = (FlowOrigin::of(&transaction, prefix), transaction.user.clone());
        let code = transaction.accept(callback, received_at, &rule, &metadata, tracer).map_err(|error| {
            let choice = self.user_choice(&error, origin);
            CallbackFailure { choice, ..ended(error.into()) }
        })?;

        if !transactions.spend(&state).await? {
            return Err(ended(Error::AlreadySpent));
        }
        tracer.passed("code", "", "");
        match self.claim(&code, registration, &metadata, &rule, recorder).await {
            Ok(signed_in)
                if user.as_ref().is_some_and(|user| *user != self.user_hash(registration, &signed_in.claims)) =>
            {
                Err(ended(Error::OtherUser))
            }
            Ok(signed_in) => {
                let target = Target::parse(code.target(), prefix);
                let provider = services.providers.own_name_of(registration);
                let sign_in = SignIn::new(signed_in, provider, target.clone(), user.is_some());
                let signed_in = self.admit(sign_in).await.map_err(ended)?;
                Ok(Completed { signed_in, target, removal })
            }
            Err(error) if is_unanswered(&error) => {
                // The code may be good yet. If this fails, the mark expires.
                let _ = transactions.unspend(&state).await;
                Err(error.into())
            }
            Err(error) => Err(ended(error)),
        }
    }

    /// From a spent code to a user: the token request, the ID token's checks, userinfo.
    async fn claim(
        &self,
        code: &Code,
        registration: &ClientRegistration,
        metadata: &Metadata,
        rule: &IssuerRule,
        recorder: Option<Recorder>,
    ) -> Result<SignedIn, Error> {
        let ClientRegistration { id, provider, client, auth_request, .. } = registration;
        let (clock, scopes) = (&self.services().clock, code.requested_scopes(&auth_request.scopes));
        let tracer = Tracer::of(recorder.as_ref());
        tracer.step("token_request");
        let tokens = redeem(code, &scopes, client, metadata, provider.http(), clock.now(), tracer).await?;
        let access_token = &tokens.granted.access_token;
        let verify = |verifier: &Verifier<'_>, keys: &KeySet| {
            let claims = verifier.verify(&tokens.id_token, keys, code.nonce(), access_token, clock.now())?;
            let (is_entra, asked) = (provider.settings().is_entra(), code.transaction());
            asked.step_up.check(&claims, is_entra, asked.started_at, clock.now())?;
            note_step_up(&asked.step_up, &claims, tracer);
            Ok(claims)
        };
        let claims = self.verified_claims(registration, metadata, rule, access_token, tracer, verify).await?;
        let mut signed_in = SignedIn::new(claims, tokens, clock.now(), id.clone());
        signed_in.step_ups.clone_from(&code.transaction().step_ups);
        signed_in.trace = self.finish_trace(recorder, &signed_in);
        Ok(signed_in)
    }

    /// The claims of an ID token that passes `verify`, completed by userinfo, if that is used.
    pub(super) async fn verified_claims(
        &self,
        registration: &ClientRegistration,
        metadata: &Metadata,
        issuer: &IssuerRule,
        access_token: &str,
        tracer: Tracer<'_>,
        verify: impl Fn(&Verifier<'_>, &KeySet) -> Result<Claims, IdTokenError>,
    ) -> Result<Claims, Error> {
        let (client, clock) = (&registration.client, &self.services().clock);
        let verifier = Verifier { issuer, client_id: &client.client_id, algorithm: client.algorithm, tracer };
        let (mut claims, keys) = self.with_keys(registration, tracer, |keys| verify(&verifier, keys)).await?;
        if let Some(endpoint) = metadata.userinfo_endpoint.as_ref().filter(|_| client.userinfo) {
            let (http, now) = (registration.provider.http(), clock.now());
            tracer.step("userinfo");
            userinfo::complete(&mut claims, endpoint, access_token, http, &verifier, &keys, now).await?;
        }
        Ok(claims)
    }

    /// Validates a token with the provider's keys, and once more with newer ones if those may have been rotated.
    pub(super) async fn with_keys<T>(
        &self,
        registration: &ClientRegistration,
        tracer: Tracer<'_>,
        validate: impl Fn(&KeySet) -> Result<T, IdTokenError>,
    ) -> Result<(T, Arc<KeySet>), Error> {
        let ClientRegistration { client, provider, .. } = registration;
        let validate = |keys: &KeySet| {
            tracer.received("keys", keys.count());
            tracer.step("id_token");
            validate(keys)
        };
        tracer.step("keys");
        if client.algorithm.is_symmetric() {
            let secret = client.credential.secret();
            let keys = Arc::new(secret.map(|secret| KeySet::of_client_secret(&secret.expose())).unwrap_or_default());
            return Ok((validate(&keys)?, keys));
        }
        let known = provider.known_keys();
        let keys = provider.keys().await?;
        note_keys(provider, known.is_some_and(|known| Arc::ptr_eq(&known, &keys)), tracer);
        match validate(&keys) {
            Err(error) if error.may_be_key_rotation() => {
                tracer.failed("signature");
                tracer.step("newer_keys");
                let newer = provider.keys_newer_than(&keys).await?.ok_or(error)?;
                note_keys(provider, false, tracer);
                Ok((validate(&newer)?, newer))
            }
            outcome => Ok((outcome?, keys)),
        }
    }

    /// Names a user of this provider in a transaction without disclosing them. At B2C each policy may have an issuer of its
    /// own.
    pub(super) fn user_hash(&self, registration: &ClientRegistration, claims: &Claims) -> String {
        let has_policies = registration.is_b2c() && self.services().providers.is_of_default(registration);
        let issuer = if has_policies { "" } else { claims.issuer() };
        hashed("user", &format!("{issuer}\0{}", claims.subject()))
    }
}

fn note_keys(provider: &Provider, is_cached: bool, tracer: Tracer<'_>) {
    tracer.received("source", if is_cached { "cache" } else { "provider" });
    if let Some(metadata) = provider.known_metadata() {
        tracer.received("jwks_uri", &metadata.jwks_uri);
    }
}

/// Whether the token request never reached the provider, or its answer never us.
fn is_unanswered(error: &Error) -> bool {
    matches!(error, Error::Token(TokenError::Http(HttpError::Unreachable { .. }) | TokenError::Authentication(_)))
}
