//! Background tasks: fetching the provider's keys until it succeeds, following the sessions, and reloading files that
//! change.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use tracing::{info, warn};

use crate::clock::{Clock, Timestamp};
use crate::flows::IdentityWeb;
use crate::flows::hook_events::{EndReason, SessionEnd};
use crate::metrics;
use crate::oidc::certificate::RENEWAL_DUE;
use crate::oidc::credential::Credential;
use crate::oidc::secret::Secret;
use crate::session::Loaded;
use crate::web::abridged::Abridged;

const FILES_READ_EVERY: Duration = Duration::from_secs(2);
/// How many sessions whose expiry was noticed wait for the hook.
const MAX_EXPIRIES: usize = 1000;
const PROVIDER_ASKED_EVERY: Duration = Duration::from_secs(5);
const EXPIRY_REPORTED_EVERY: Duration = Duration::from_hours(24);

/// Fetches every provider's keys, each until it succeeds.
pub(super) fn providers(identity: &IdentityWeb) {
    let ids = identity.services().providers.to_choose().map(|one| one.id.clone());
    for id in ids {
        let asking = identity.clone();
        actix_web::rt::spawn(async move {
            let providers = &asking.services().providers;
            let Some(registration) = providers.of(id.as_deref()) else { return };
            while let Err(error) = registration.provider.keys().await {
                let provider = providers.name_of(registration);
                warn!(provider, cause = %Abridged(error), "the identity provider is unavailable; retrying");
                actix_web::rt::time::sleep(PROVIDER_ASKED_EVERY).await;
            }
        });
    }
}

/// Follows what other replicas change of sessions, if sessions are kept in memory.
pub(super) fn sessions(identity: &IdentityWeb) {
    let sessions = identity.services().sessions.clone();
    if sessions.limits().has_cache() {
        actix_web::rt::spawn(async move { sessions.follow().await });
    }
}

/// Tells the application of sessions whose expiry is noticed here, if it listens.
pub(super) fn expiries(identity: &IdentityWeb) {
    if !identity.services().hooks.hear_of_ends() {
        return;
    }
    let (sender, mut expired) = tokio::sync::mpsc::channel::<Arc<Loaded>>(MAX_EXPIRIES);
    identity.services().sessions.on_expiry(move |session| {
        if sender.try_send(session).is_err() {
            warn!("more sessions expire at once than on_session_end is told");
        }
    });
    let identity = identity.clone();
    actix_web::rt::spawn(async move {
        while let Some(session) = expired.recv().await {
            if let Some(signed_in) = &session.record.signed_in {
                identity.tell_session_end(SessionEnd::of(signed_in, EndReason::Expired)).await;
            }
        }
    });
}

/// Reloads secrets and the client's credential when their files change, and warns before the credential expires.
pub(super) fn files(identity: &IdentityWeb, secrets: Vec<Secret>) {
    let clock = &identity.services().clock;
    let credentials: Vec<_> =
        identity.services().providers.to_choose().map(|one| one.client.credential.clone()).collect();
    let secrets = secrets.into_iter().map(Credential::Secret).chain(credentials.iter().cloned());
    let mut files: Vec<_> = secrets.filter(|secret| !secret.files().is_empty()).map(Watched::new).collect();
    let expiry = |credential| (Expiry { clock: clock.clone(), reported: None }, credential);
    let mut credentials: Vec<_> = credentials.into_iter().map(expiry).collect();
    actix_web::rt::spawn(async move {
        loop {
            report_expiry(credentials.iter().map(|(_, credential)| credential));
            for (expiry, credential) in &mut credentials {
                expiry.look(credential);
            }
            actix_web::rt::time::sleep(FILES_READ_EVERY).await;
            files.iter_mut().for_each(Watched::look);
        }
    });
}

/// A secret or credential in files.
struct Watched {
    secret: Credential,
    /// The problem when they were last read: it is reported once.
    problem: Option<String>,
}

impl Watched {
    fn new(secret: Credential) -> Self {
        Self { secret, problem: None }
    }

    fn look(&mut self) {
        let (files, kind) = (self.secret.files(), self.secret.kind());
        match self.secret.reload() {
            Ok(true) => info!(kind, ?files, "reloaded changed files"),
            Ok(false) => {}
            Err(error) => {
                let error = error.to_string();
                if self.problem.as_ref() != Some(&error) {
                    warn!(kind, ?files, cause = error, "can't use changed files; keeping the previous content");
                }
                self.problem = Some(error);
                return;
            }
        }
        self.problem = None;
    }
}

/// Records, for each kind of credential, when the first one expires.
fn report_expiry<'a>(credentials: impl Iterator<Item = &'a Credential>) {
    let mut first = BTreeMap::new();
    for (kind, at) in credentials.filter_map(|one| Some((one.kind(), one.expires_at()?))) {
        let first = first.entry(kind).or_insert(at);
        *first = at.min(*first);
    }
    for (kind, at) in first {
        metrics::credential_expires(kind, at);
    }
}

/// Warns before the credential expires.
struct Expiry {
    clock: Clock,
    reported: Option<Timestamp>,
}

impl Expiry {
    fn look(&mut self, credential: &Credential) {
        let (Some(at), now) = (credential.expires_at(), self.clock.now()) else { return };
        let due = match credential {
            Credential::Certificate(_) => at <= now.plus(RENEWAL_DUE),
            _ => at <= now,
        };
        if due && self.reported.is_none_or(|at| now.since(at) >= EXPIRY_REPORTED_EVERY) {
            self.reported = Some(now);
            warn!(kind = credential.kind(), expires = %at, "the client credential expires soon or has expired: renew it");
        }
        if !due {
            self.reported = None;
        }
    }
}
