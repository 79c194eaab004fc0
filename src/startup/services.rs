//! From settings to the services that the use cases work with.

use std::sync::{Arc, OnceLock};

use ring::rand::SystemRandom;
use tokio::sync::Semaphore;
use tracing::warn;

use super::StartError;
use crate::clock::Clock;
use crate::flows::bearer::Api;
use crate::flows::hooks::Hooks;
use crate::flows::renew::Renewals;
use crate::flows::{ClientRegistration, MAX_REVOCATIONS, Providers, Services, Site, TraceAccess};
use crate::oidc::http::Http;
use crate::oidc::provider::{Provider, ProviderSettings};
use crate::oidc::secret::Secret;
use crate::session::Sessions;
use crate::session::backend::Backend;
use crate::session::backend::memory::MemoryBackend;
use crate::session::backend::redis::RedisBackend;
use crate::session::key_ring::{KeyRing, new_ring_key};
use crate::session::transaction::Transactions;
use crate::settings::{NamedProviderSettings, Settings, StoreKind};

/// Creates the store of sessions that the settings describe.
///
/// # Errors
/// `redis.url` or `redis.ca_certificate` can't be used.
pub fn backend(settings: &Settings, clock: &Clock) -> Result<Arc<dyn Backend>, StartError> {
    Ok(match settings.session.store {
        StoreKind::Memory => Arc::new(MemoryBackend::new(clock.clone())),
        StoreKind::Redis => {
            if settings.session.keys.is_none() {
                warn!(
                    "session.keys is unset: sessions in Redis end with this process, and other replicas can't read them"
                );
            }
            Arc::new(RedisBackend::new(settings.redis.clone())?)
        }
    })
}

/// Creates the services that the settings describe, over this store of sessions.
///
/// # Errors
/// Something that the settings name can't be used.
pub fn services(settings: &Settings, backend: Arc<dyn Backend>, clock: Clock) -> Result<Services, StartError> {
    let keys = match &settings.session.keys {
        Some(keys) => keys.clone(),
        None => Secret::new(&new_ring_key(&SystemRandom::new())?),
    };
    let (ring, key_prefix) = (Arc::new(KeyRing::new(keys)?), settings.redis.key_prefix.as_str());
    let limits = settings.session.limits;
    Ok(Services {
        sessions: Sessions::new(Arc::clone(&backend), key_prefix, Arc::clone(&ring), limits, clock.clone()),
        transactions: Transactions {
            name_prefix: settings.server.cookie_name("sign-in", '-'),
            max: settings.limits.sign_ins_under_way,
            ring,
            backend,
            key_prefix: key_prefix.to_owned(),
            clock: clock.clone(),
        },
        providers: providers(settings, &clock)?,
        api: Api::new(settings.api.clone()),
        site: Site {
            public_url: settings.server.public_url.clone(),
            trusted_proxies: settings.server.trusted_proxies.clone(),
            endpoints: settings.endpoints.clone(),
            cookie: settings.session.cookie.clone(),
        },
        hooks: Hooks::default(),
        renewals: Renewals::default(),
        revocations: Arc::new(Semaphore::new(MAX_REVOCATIONS)),
        pages: OnceLock::new(),
        trace_access: TraceAccess::Nobody,
        clock,
    })
}

/// The providers: the default one, its policies at B2C, and the named ones.
fn providers(settings: &Settings, clock: &Clock) -> Result<Providers, StartError> {
    let http = Http::new(settings.ca_certificate.as_deref())?;
    let of_default = |provider: ProviderSettings| ClientRegistration {
        id: provider.policy.clone(),
        display_name: settings.display_name.clone(),
        domains: settings.domains.clone(),
        provider: Provider::new(provider, http.clone(), clock.clone()),
        client: settings.client.clone(),
        auth_request: settings.auth_request.clone(),
    };
    let policy = |policy: &Option<String>| {
        Some(of_default(ProviderSettings { policy: Some(policy.clone()?), ..settings.provider.clone() }))
    };
    Ok(Providers {
        default: of_default(settings.provider.clone()),
        profile: policy(&settings.b2c.profile),
        password: policy(&settings.b2c.password),
        named: settings.providers.iter().map(|named| registration(named, clock)).collect::<Result<_, _>>()?,
    })
}

fn registration(named: &NamedProviderSettings, clock: &Clock) -> Result<ClientRegistration, StartError> {
    let http = Http::new(named.ca_certificate.as_deref())?;
    Ok(ClientRegistration {
        id: Some(named.name.clone()),
        display_name: named.display_name.clone(),
        domains: named.domains.clone(),
        provider: Provider::new(named.provider.clone(), http, clock.clone()),
        client: named.client.clone(),
        auth_request: named.auth_request.clone(),
    })
}
