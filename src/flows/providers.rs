//! The providers that users may sign in at, each with our client there.

use std::collections::BTreeMap;

use futures_util::future::join_all;
use url::Url;

use super::{Error, IdentityWeb};
use crate::oidc::authority::AuthorityKind;
use crate::oidc::provider::{Metadata, Provider};
use crate::oidc::token::ClientSettings;
use crate::session::record::SignedIn;

/// The name that stands for the provider of `[client]`, in the sign-in route's parameter `provider`.
pub const DEFAULT_PROVIDER: &str = "default";

/// A provider, our client there, and what we ask of it.
pub struct ClientRegistration {
    /// What transactions and sessions name it by: NAME of `providers.NAME`, or B2C's policy. `None` for the provider of
    /// `[client]`, unless it is B2C.
    pub id: Option<String>,
    /// What users choose it by.
    pub display_name: String,
    /// The e-mail domains that lead to it, in lower case.
    pub domains: Vec<String>,
    /// The provider.
    pub provider: Provider,
    /// The client.
    pub client: ClientSettings,
    /// What every authorization request asks for.
    pub auth_request: AuthRequestSettings,
}

/// The providers.
pub struct Providers {
    /// The one of `[client]`; at B2C its sign-in policy.
    pub default: ClientRegistration,
    /// B2C's policy for editing one's profile (`b2c.profile`): the default provider's client and redirect URI.
    pub profile: Option<ClientRegistration>,
    /// B2C's policy for resetting one's password (`b2c.password`): the default provider's client and redirect URI.
    pub password: Option<ClientRegistration>,
    /// Those of `providers.NAME`.
    pub named: Vec<ClientRegistration>,
}

/// What every authorization request of this client asks for.
#[derive(Clone, Debug)]
pub struct AuthRequestSettings {
    /// `auth_request.redirect_uri`.
    pub redirect_uri: Url,
    /// `auth_request.scopes`.
    pub scopes: Vec<String>,
    /// Whether `auth_request.response_mode` is `form_post`.
    pub form_post: bool,
    /// `auth_request.prompt` and `auth_request.extra_parameters`.
    pub extra: BTreeMap<String, String>,
}

impl ClientRegistration {
    /// Returns whether the provider is Azure AD B2C.
    pub fn is_b2c(&self) -> bool {
        self.provider.settings().kind == AuthorityKind::B2c
    }
}

impl Providers {
    /// Returns the provider that a transaction or a session names. `None` if it is no longer in the settings: what it
    /// issued must not go to another one.
    pub fn of(&self, id: Option<&str>) -> Option<&ClientRegistration> {
        match id {
            None => Some(&self.default),
            Some(id) => self.all().find(|one| one.id.as_deref() == Some(id)),
        }
    }

    /// Returns the provider of this NAME (`providers.NAME`), or of `[client]` by the name [`DEFAULT_PROVIDER`].
    pub fn by_name(&self, name: &str) -> Option<&ClientRegistration> {
        if name == DEFAULT_PROVIDER { Some(&self.default) } else { self.named(name) }
    }

    /// Returns the provider of this NAME (`providers.NAME`).
    pub fn named(&self, name: &str) -> Option<&ClientRegistration> {
        self.named.iter().find(|one| one.id.as_deref() == Some(name))
    }

    /// Returns the provider that a user's e-mail address, or its domain, leads to.
    pub fn of_address(&self, address: &str) -> Option<&ClientRegistration> {
        let domain = address.rsplit('@').next().unwrap_or(address).to_ascii_lowercase();
        self.to_choose().find(|one| one.domains.contains(&domain))
    }

    /// Every provider, with B2C's policies.
    pub fn all(&self) -> impl Iterator<Item = &ClientRegistration> {
        let policies = [self.profile.as_ref(), self.password.as_ref()].into_iter().flatten();
        [&self.default].into_iter().chain(policies).chain(&self.named)
    }

    /// The providers that users choose from.
    pub fn to_choose(&self) -> impl Iterator<Item = &ClientRegistration> {
        [&self.default].into_iter().chain(&self.named)
    }

    /// Returns the NAME of a provider, or [`DEFAULT_PROVIDER`] for the default one and its policies.
    pub fn name_of<'a>(&self, registration: &'a ClientRegistration) -> &'a str {
        self.own_name_of(registration).unwrap_or(DEFAULT_PROVIDER)
    }

    /// Returns the NAME of a provider; `None` for the default one and its policies.
    pub(super) fn own_name_of<'a>(&self, registration: &'a ClientRegistration) -> Option<&'a str> {
        registration.id.as_deref().filter(|_| !self.is_of_default(registration))
    }

    /// Returns whether a front-channel logout of this provider may lack `iss`: those of Microsoft, and of the default one as
    /// long as it is the only one.
    pub(super) fn may_omit_issuer(&self, registration: &ClientRegistration) -> bool {
        self.named.is_empty() || registration.provider.settings().kind != AuthorityKind::Oidc
    }

    /// Returns whether it is the default provider or one of its policies, which share its client and redirect URI.
    pub fn is_of_default(&self, registration: &ClientRegistration) -> bool {
        registration.auth_request.redirect_uri == self.default.auth_request.redirect_uri
    }
}

impl IdentityWeb {
    /// Returns the provider that a user signed in at.
    ///
    /// # Errors
    /// [`Error::ProviderRemoved`].
    pub(crate) fn provider_of(&self, signed_in: &SignedIn) -> Result<&ClientRegistration, Error> {
        self.services().providers.of(signed_in.provider.as_deref()).ok_or(Error::ProviderRemoved)
    }

    /// Returns the providers whose tokens may have this issuer: at B2C all policies share one.
    ///
    /// # Errors
    /// [`Error::ForeignIssuer`]: none has. [`Error::Provider`]: one may have, but isn't known yet.
    pub(super) async fn providers_of(&self, issuer: &str) -> Result<Vec<&ClientRegistration>, Error> {
        let is_of = |one: &ClientRegistration, metadata: &Metadata| {
            issuer == metadata.issuer || one.provider.settings().issuer_rule(metadata).matches(issuer)
        };
        // Those that the settings rule out aren't asked, nor any if a known one matches: others may be unavailable.
        let is_fixed_to_other = |one: &&ClientRegistration| {
            one.provider.settings().fixed_issuer().is_some_and(|fixed| !fixed.eq_ignore_ascii_case(issuer))
        };
        let candidates = || self.services().providers.all().filter(|one| !is_fixed_to_other(one));
        let is_known =
            |one: &&ClientRegistration| one.provider.known_metadata().is_some_and(|known| is_of(one, &known));
        let known: Vec<_> = candidates().filter(is_known).collect();
        if !known.is_empty() {
            return Ok(known);
        }
        let asked = candidates().map(async |one| (one, one.provider.metadata().await));
        let (mut found, mut unknown) = (Vec::new(), Error::ForeignIssuer);
        for (registration, metadata) in join_all(asked).await {
            match metadata {
                Ok(metadata) if is_of(registration, &metadata) => found.push(registration),
                Ok(_) => {}
                Err(error) => unknown = error.into(),
            }
        }
        if found.is_empty() { Err(unknown) } else { Ok(found) }
    }
}
