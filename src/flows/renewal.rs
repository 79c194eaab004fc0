//! Access tokens: those that are held, and their renewal, by one of all replicas at a time.
//!
//! A renewal runs in a task of its own, so that no request that is given up loses a rotated refresh token. Requests of
//! this process wait for that task; other replicas wait for the lease, and then find the winner's tokens in the store.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::sync::watch;
use tokio::time::timeout;
use tracing::{info, warn};

use super::interaction::Interaction;
use super::{Error, IdentityWeb, Services};
use crate::clock::Stopwatch;
use crate::correlation::CorrelationId;
use crate::metrics;
use crate::oidc::callback::Refusal;
use crate::oidc::claims::Claims;
use crate::oidc::id_token::Verifier;
use crate::oidc::provider::{AuthorityKind, Metadata, Provider};
use crate::oidc::token::{Renewed, TokenError, refresh};
use crate::oidc::userinfo;
use crate::session::current::{Current, Loaded, StoreError};
use crate::session::lease::wait_for_other;
use crate::session::record::SignedIn;

/// How long a request waits for tokens that somebody else renews: longer than the lease of a replica that was killed.
const WAIT_TIMEOUT: Duration = Duration::from_secs(12);

/// The access token that a request wants.
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct TokenRequest {
    /// Its scopes; none means those of the sign-in.
    pub scopes: Vec<String>,
    /// A token that its resource has refused: another one is wanted.
    pub refused: Option<String>,
}

pub(super) type Outcome = Result<Arc<Loaded>, Error>;
type Key = (String, TokenRequest);

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
    /// An access token for the person of this session: held, or renewed.
    ///
    /// # Errors
    /// [`Error::Interaction`]: the person must be asked first. [`Error::RenewalRefused`]: the provider has ended it, and
    /// the session with it. Anything else leaves the session as it was.
    pub async fn access_token(&self, current: &Current, wanted: &TokenRequest) -> Result<String, Error> {
        let held = current.held()?.ok_or(StoreError::Ended)?;
        let now = || self.services().clock.now();
        if let Some(token) = find(&held, wanted, now()) {
            return Ok(token);
        }
        let session_key = current.session_key().ok_or(StoreError::Ended)?;
        let renewed = timeout(WAIT_TIMEOUT, self.renewed(session_key, wanted.clone())).await;
        let outcome = renewed.unwrap_or(Err(StoreError::Contended.into()));
        if matches!(outcome, Err(Error::RenewalRefused(_) | Error::Store(StoreError::Ended))) {
            current.update(None);
        }
        let held = outcome?;
        let token = find(&held, wanted, now());
        current.update(Some(held));
        token.ok_or_else(|| Error::Interaction(Interaction::consent(&wanted.scopes)))
    }

    /// Waits for the renewal of this session that is under way in this process, or begins it.
    async fn renewed(&self, session_key: String, wanted: TokenRequest) -> Outcome {
        let key = (session_key, wanted);
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
            let UnderWay(_, (session_key, wanted)) = &under_way;
            let outcome = identity.renew_by_one(session_key, wanted).await;
            let _ = sender.send(Some(outcome));
        };
        let correlation = CorrelationId::of_request().unwrap_or_else(CorrelationId::random);
        actix_web::rt::spawn(correlation.scope(work));
    }

    async fn renew_by_one(&self, session_key: &str, wanted: &TokenRequest) -> Outcome {
        let is_done = |held: &Loaded| find(held, wanted, self.services().clock.now()).is_some();
        let renew = async |held: &Loaded, signed_in| self.renew(session_key, held, signed_in, wanted).await;
        self.with_lease(session_key, is_done, renew).await
    }

    /// Does `work` on a session under its lease, or waits until whoever holds that has done it.
    pub(super) async fn with_lease(
        &self,
        session_key: &str,
        is_done: impl Fn(&Loaded) -> bool,
        work: impl AsyncFnOnce(&Loaded, SignedIn) -> Outcome,
    ) -> Outcome {
        let (store, stopwatch) = (self.store(), Stopwatch::start());
        for attempt in 0.. {
            let lease = store.lease(session_key).await?;
            // Read after the lease was taken: whoever held it before may have done it.
            let read = store.signed_in(session_key).await;
            let done = read.as_ref().map_or(true, |(held, _)| is_done(held));
            match (lease, read) {
                (Some(lease), read) if done => return lease.during(async { Ok(read?.0) }).await,
                (None, read) if done => return Ok(read?.0),
                (Some(lease), read) => {
                    let (held, signed_in) = read?;
                    return lease.during(work(&held, signed_in)).await;
                }
                (None, _) if stopwatch.elapsed() > WAIT_TIMEOUT => break,
                (None, _) => wait_for_other(attempt).await,
            }
        }
        Err(StoreError::Contended.into())
    }

    /// The renewal itself (OpenID Connect Core section 12).
    async fn renew(&self, session_key: &str, held: &Loaded, signed_in: SignedIn, wanted: &TokenRequest) -> Outcome {
        let Services { client, clock, .. } = self.services();
        let interaction = || Interaction::consent(&wanted.scopes);
        let Some(refresh_token) = &signed_in.tokens.refresh_token else {
            return Err(Error::Interaction(interaction()));
        };
        let provider = self.services().provider_for(signed_in.policy.as_deref());
        let metadata = provider.metadata().await?;
        let scopes = self.scopes_of_renewal(&signed_in, wanted);
        let answer = refresh(refresh_token, &scopes, client, &metadata, provider.http(), clock.now()).await;
        metrics::token_renewal(outcome_of(&answer));
        let renewed = match answer {
            Ok(renewed) => renewed,
            Err(TokenError::Refused(refusal)) if refusal.wants_interaction() => {
                return Err(Error::Interaction(interaction().with_claims(refusal.claims)));
            }
            Err(TokenError::Refused(refusal)) if refusal.code == "invalid_grant" => {
                return self.end_unless_renewed(session_key, held, refusal).await;
            }
            Err(error) => return Err(error.into()),
        };
        let claims = self.claims_of_renewal(&signed_in, &renewed, provider, &metadata).await;
        if let Err(Error::IdToken(error)) = &claims
            && !error.may_be_key_rotation()
        {
            warn!(cause = %error, "the provider renewed tokens with an ID token that is refused: the session ends");
            self.store().end(session_key, held).await?;
            return Err(error.clone().into());
        }
        let change = |latest: SignedIn| after_renewal(latest, wanted, &renewed, claims.as_ref().ok());
        let stored = self.store().keep_renewal(session_key, held, change).await?;
        claims.map(|_| stored)
    }

    /// The scopes to name: at Entra and B2C with those of the sign-in, which they grant no refresh token without.
    fn scopes_of_renewal(&self, signed_in: &SignedIn, wanted: &TokenRequest) -> Vec<String> {
        let mut scopes = signed_in.tokens.scopes_to_name(&wanted.scopes).to_vec();
        if !scopes.is_empty() && self.services().provider.settings().kind != AuthorityKind::Oidc {
            scopes.extend(["openid", "profile", "offline_access"].map(str::to_owned));
        }
        scopes
    }

    /// The claims after a renewal: those of its ID token, completed by userinfo, where it has one; else as they were.
    async fn claims_of_renewal(
        &self,
        signed_in: &SignedIn,
        renewed: &Renewed,
        provider: &Provider,
        metadata: &Metadata,
    ) -> Result<Claims, Error> {
        let Services { client, clock, .. } = self.services();
        let Some(id_token) = &renewed.id_token else { return Ok(signed_in.claims.clone()) };
        let rule = provider.settings().issuer_rule(metadata);
        let verifier = Verifier { issuer: &rule, client_id: &client.client_id, algorithm: client.algorithm };
        let access_token = &renewed.granted.access_token;
        let (mut claims, keys) = self
            .with_keys(provider, |keys| {
                verifier.verify_renewed(id_token, keys, &signed_in.claims, access_token, clock.now())
            })
            .await?;
        if let Some(endpoint) = metadata.userinfo_endpoint.as_ref().filter(|_| client.userinfo) {
            let (http, now) = (provider.http(), clock.now());
            userinfo::complete(&mut claims, endpoint, access_token, http, &verifier, &keys, now).await?;
        }
        Ok(claims)
    }

    async fn end_unless_renewed(&self, session_key: &str, held: &Loaded, refusal: Refusal) -> Outcome {
        if let Some(theirs) = self.store().end(session_key, held).await? {
            return Ok(theirs);
        }
        info!(cause = %refusal, "the provider renews this session no more: it has ended");
        Err(Error::RenewalRefused(refusal))
    }
}

/// The sign-in after a renewal. Where the answer could not be judged (`claims` is `None`), nothing of it is used but the
/// refresh token, which may be the only one left.
fn after_renewal(latest: SignedIn, wanted: &TokenRequest, renewed: &Renewed, claims: Option<&Claims>) -> SignedIn {
    let Some(claims) = claims else {
        let mut kept = latest;
        kept.tokens.refresh_token = renewed.refresh_token.clone().or(kept.tokens.refresh_token);
        return kept;
    };
    let tokens = latest.tokens.renewed(&wanted.scopes, renewed.clone());
    // A new ID token tells of other groups than the one before.
    let asked_groups = if renewed.id_token.is_some() { Vec::new() } else { latest.asked_groups };
    SignedIn { claims: claims.clone(), tokens, asked_groups, ..latest }
}

fn find(held: &Loaded, wanted: &TokenRequest, now: crate::clock::Timestamp) -> Option<String> {
    let tokens = &held.record.signed_in.as_ref()?.tokens;
    tokens.access_token(&wanted.scopes, wanted.refused.as_deref(), now).map(str::to_owned)
}

fn outcome_of(answer: &Result<Renewed, TokenError>) -> &'static str {
    match answer {
        Ok(_) => "renewed",
        Err(TokenError::Refused(refusal)) if refusal.wants_interaction() => "interaction",
        Err(TokenError::Refused(_)) => "refused",
        Err(_) => "failed",
    }
}
