//! Access tokens: those of the session, and their renewal, by one of all replicas at a time.
//!
//! A renewal runs in a task of its own, so that a request that is dropped doesn't lose a rotated refresh token. Requests of
//! this process wait for that task; other replicas wait for the lease, and then find the new tokens in the store.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::sync::watch;
use tokio::time::timeout;
use tracing::{info, warn};

use super::hook_events::{EndReason, SessionEnd};
use super::interaction::Interaction;
use super::{ClientRegistration, Error, IdentityWeb};
use crate::clock::{Stopwatch, Timestamp};
use crate::correlation::CorrelationId;
use crate::metrics;
use crate::oidc::callback::Refusal;
use crate::oidc::claims::Claims;
use crate::oidc::id_token::Verifier;
use crate::oidc::keys::KeySet;
use crate::oidc::provider::{AuthorityKind, Metadata};
use crate::oidc::token::{Renewed, TokenError, refresh};
use crate::oidc::trace::Tracer;
use crate::session::Loaded;
use crate::session::error::StoreError;
use crate::session::key::SessionKey;
use crate::session::lease::wait_for_other;
use crate::session::record::SignedIn;

/// How long a request waits for tokens that another renews: longer than the lease of a replica that was killed.
const WAIT_TIMEOUT: Duration = Duration::from_secs(12);

/// A request for an access token.
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct TokenRequest {
    /// Its scopes; none means those of the sign-in.
    pub scopes: Vec<String>,
    /// A token that the API has refused, and that must not be returned again.
    pub refused: Option<String>,
}

pub(super) type Outcome = Result<Arc<Loaded>, Error>;
type Key = (SessionKey, TokenRequest);

/// The renewals that this process has under way.
#[derive(Clone, Default)]
pub struct Renewals(Arc<Mutex<HashMap<Key, watch::Receiver<Option<Outcome>>>>>);

impl Renewals {
    fn lock(&self) -> MutexGuard<'_, HashMap<Key, watch::Receiver<Option<Outcome>>>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Takes a renewal off the list, however it ends.
struct UnderWay(Renewals, Key);

impl Drop for UnderWay {
    fn drop(&mut self) {
        self.0.lock().remove(&self.1);
    }
}

impl IdentityWeb {
    /// Returns an access token for the user of this session: the one it has, or a renewed one; then the session as it is
    /// after that, too.
    ///
    /// # Errors
    /// [`Error::Interaction`]: the provider must ask the user first. [`Error::RenewalRefused`]: the provider has ended the
    /// session, and so have we. Any other error leaves the session as it was.
    #[doc(hidden)]
    pub async fn access_token(
        &self,
        session: &Loaded,
        request: &TokenRequest,
    ) -> Result<(String, Option<Arc<Loaded>>), Error> {
        let now = || self.services().clock.now();
        if let Some(access_token) = find(session, request, now()) {
            return Ok((access_token, None));
        }
        let renewed = timeout(WAIT_TIMEOUT, self.renewed(session.key().clone(), request.clone())).await;
        let renewed = renewed.unwrap_or(Err(StoreError::Contended.into()))?;
        let access_token =
            find(&renewed, request, now()).ok_or_else(|| Error::Interaction(Interaction::consent(&request.scopes)))?;
        Ok((access_token, Some(renewed)))
    }

    /// Waits for the renewal of this session that is under way in this process, or begins it.
    async fn renewed(&self, session_key: SessionKey, request: TokenRequest) -> Outcome {
        let key = (session_key, request);
        let mut receiver = {
            let mut under_way = self.services().renewals.lock();
            if let Some(receiver) = under_way.get(&key) {
                receiver.clone()
            } else {
                let (sender, receiver) = watch::channel(None);
                under_way.insert(key.clone(), receiver.clone());
                self.begin_renewal(key, sender);
                receiver
            }
        };
        let outcome = receiver.wait_for(Option::is_some).await;
        outcome.ok().and_then(|outcome| outcome.clone()).unwrap_or(Err(StoreError::Contended.into()))
    }

    fn begin_renewal(&self, key: Key, sender: watch::Sender<Option<Outcome>>) {
        let identity = self.clone();
        let under_way = UnderWay(self.services().renewals.clone(), key);
        let work = async move {
            let UnderWay(_, (session_key, request)) = &under_way;
            let outcome = identity.renew_with_lease(session_key, request).await;
            let _ = sender.send(Some(outcome));
        };
        let correlation = CorrelationId::of_request().unwrap_or_else(CorrelationId::random);
        tokio::task::spawn_local(correlation.scope(work));
    }

    async fn renew_with_lease(&self, session_key: &SessionKey, request: &TokenRequest) -> Outcome {
        let is_done = |session: &Loaded| find(session, request, self.services().clock.now()).is_some();
        self.with_lease(session_key, is_done, async |session: &Loaded| self.renew(session, request).await).await
    }

    /// Does `work` on a session under its lease, or waits until the holder of the lease has done it.
    pub(super) async fn with_lease(
        &self,
        session_key: &SessionKey,
        is_done: impl Fn(&Loaded) -> bool,
        work: impl AsyncFnOnce(&Loaded) -> Outcome,
    ) -> Outcome {
        let (sessions, stopwatch) = (&self.services().sessions, Stopwatch::start());
        let mut key = session_key.clone();
        for attempt in 0.. {
            let lease = sessions.lease(&key).await?;
            // Read after the lease was taken: its last holder may have done the work, or moved the session.
            let read = sessions.load_moved(&key).await;
            if let (Some(lease), Ok(moved)) = (&lease, &read)
                && *moved.key() != key
            {
                key = moved.key().clone();
                lease.give_back().await;
                continue;
            }
            let done = read.as_ref().map_or(true, |session| is_done(session));
            match (lease, read) {
                (Some(lease), read) if done => return lease.during(async { Ok(read?) }).await,
                (None, read) if done => return Ok(read?),
                (Some(lease), read) => return lease.during(work(&*read?)).await,
                (None, _) if stopwatch.elapsed() > WAIT_TIMEOUT => break,
                (None, _) => wait_for_other(attempt).await,
            }
        }
        Err(StoreError::Contended.into())
    }

    /// The renewal itself (OpenID Connect Core section 12).
    async fn renew(&self, session: &Loaded, request: &TokenRequest) -> Outcome {
        let sessions = &self.services().sessions;
        let signed_in = session.signed_in()?;
        let interaction = || Interaction::consent(&request.scopes);
        let Some(refresh_token) = &signed_in.tokens.refresh_token else {
            return Err(Error::Interaction(interaction()));
        };
        let registration = self.provider_of(signed_in)?;
        let ClientRegistration { provider, client, .. } = registration;
        let metadata = provider.metadata().await?;
        let (scopes, now) = (scopes_of_renewal(registration, signed_in, request), self.services().clock.now());
        let answer = refresh(refresh_token, &scopes, client, &metadata, provider.http(), now).await;
        metrics::token_renewal(outcome_of(&answer));
        let renewed = match answer {
            Ok(renewed) => renewed,
            Err(TokenError::Refused(refusal)) if refusal.wants_interaction() => {
                return Err(Error::Interaction(interaction().with_claims(refusal.claims)));
            }
            Err(TokenError::Refused(refusal)) if refusal.code == "invalid_grant" => {
                return self.close_unless_renewed(session, refusal).await;
            }
            Err(error) => return Err(error.into()),
        };
        let claims = self.claims_of_renewal(signed_in, &renewed, registration, &metadata).await;
        if let Err(Error::IdToken(error)) = &claims
            && !error.may_be_key_rotation()
        {
            warn!(cause = %error, "the session ends: the ID token of a renewal failed its checks");
            if sessions.close_unless_renewed(session).await?.is_none() {
                self.tell_session_end(SessionEnd::of(signed_in, EndReason::Provider)).await;
            }
            return Err(error.clone().into());
        }
        let change = |latest: &SignedIn| after_renewal(latest.clone(), request, &renewed, claims.as_ref().ok());
        let stored = sessions.store_renewal(session, change).await?;
        claims.map(|_| stored)
    }

    /// The claims after a renewal: those of its ID token, if it has one, completed by userinfo; else as they were.
    async fn claims_of_renewal(
        &self,
        signed_in: &SignedIn,
        renewed: &Renewed,
        registration: &ClientRegistration,
        metadata: &Metadata,
    ) -> Result<Claims, Error> {
        let Some(id_token) = &renewed.id_token else { return Ok(signed_in.claims.clone()) };
        let (access_token, clock) = (&renewed.granted.access_token, &self.services().clock);
        let verify = |verifier: &Verifier<'_>, keys: &KeySet| {
            verifier.verify_renewed(id_token, keys, &signed_in.claims, access_token, clock.now())
        };
        let rule = registration.provider.settings().issuer_rule(metadata);
        self.verified_claims(registration, metadata, &rule, access_token, Tracer::default(), verify).await
    }

    async fn close_unless_renewed(&self, session: &Loaded, refusal: Refusal) -> Outcome {
        if let Some(renewed) = self.services().sessions.close_unless_renewed(session).await? {
            return Ok(renewed);
        }
        info!(cause = %refusal, "the session ends: the provider refused to renew it");
        self.tell_session_end(SessionEnd::of(session.signed_in()?, EndReason::Provider)).await;
        Err(Error::RenewalRefused(refusal))
    }
}

/// The scopes to name: at Entra and B2C with those of the sign-in, without which they grant no refresh token.
fn scopes_of_renewal(registration: &ClientRegistration, signed_in: &SignedIn, request: &TokenRequest) -> Vec<String> {
    let mut scopes = signed_in.tokens.scopes_to_name(&request.scopes).to_vec();
    if !scopes.is_empty() && registration.provider.settings().kind != AuthorityKind::Oidc {
        scopes.extend(["openid", "profile", "offline_access"].map(str::to_owned));
    }
    scopes
}

/// The sign-in after a renewal. If its answer couldn't be validated (`claims` is `None`), only its refresh token is used,
/// which may be the only one left.
fn after_renewal(mut latest: SignedIn, request: &TokenRequest, renewed: &Renewed, claims: Option<&Claims>) -> SignedIn {
    let Some(claims) = claims else {
        latest.tokens.refresh_token = renewed.refresh_token.clone().or(latest.tokens.refresh_token);
        return latest;
    };
    latest.claims = claims.clone();
    latest.tokens = latest.tokens.renewed(&request.scopes, renewed.clone());
    if renewed.id_token.is_some() {
        latest.asked_groups.clear(); // A new ID token may list other groups than the previous one.
    }
    latest
}

fn find(session: &Loaded, request: &TokenRequest, now: Timestamp) -> Option<String> {
    let tokens = &session.record.signed_in.as_ref()?.tokens;
    tokens.access_token(&request.scopes, request.refused.as_deref(), now).map(str::to_owned)
}

fn outcome_of(answer: &Result<Renewed, TokenError>) -> &'static str {
    match answer {
        Ok(_) => "renewed",
        Err(TokenError::Refused(refusal)) if refusal.wants_interaction() => "interaction",
        Err(TokenError::Refused(_)) => "refused",
        Err(_) => "failed",
    }
}
