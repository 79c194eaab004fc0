//! Tables `providers.NAME`: further providers, each with the keys of `type`, `client`, `auth_request` and `b2c.susi`.

use std::collections::BTreeMap;

use url::Url;

use super::b2c::susi;
use super::client::{auth_request, authority_kind, client, complete_scopes};
use super::reader::Reader;
use super::{DemoProviderSettings, NamedProviderSettings, Profile, ServerSettings};
use crate::flows::{DEFAULT_PROVIDER, Endpoints};
use crate::oidc::provider::ProviderSettings;

/// Where the settings of a provider are.
#[derive(Clone, Copy)]
pub(super) enum Table<'a> {
    /// Sections `type`, `client`, `auth_request` and `b2c`.
    Default,
    /// Table `providers.NAME`.
    Named(&'a str),
}

impl Table<'_> {
    /// Returns the path of a key.
    pub(super) fn key(self, section: &str, key: &str) -> String {
        match self {
            Self::Default => format!("{section}.{key}"),
            Self::Named(name) => format!("providers.{name}.{key}"),
        }
    }
}

/// What all providers' tables are read with.
#[derive(Clone, Copy)]
pub(super) struct Around<'a> {
    pub(super) profile: Profile,
    pub(super) demo: &'a DemoProviderSettings,
    pub(super) server: &'a ServerSettings,
    pub(super) endpoints: &'a Endpoints,
}

/// Reads every table `providers.NAME`.
pub(super) fn providers(reader: &mut Reader, around: Around<'_>) -> Vec<NamedProviderSettings> {
    let names = reader.members("providers");
    names.iter().filter_map(|name| provider(reader, name, around)).collect()
}

fn provider(reader: &mut Reader, name: &str, around: Around<'_>) -> Option<NamedProviderSettings> {
    let table = Table::Named(name);
    if !is_name(name) {
        let message = "must have a name of lower-case letters, digits, - and single _, such as providers.contoso; \
                       the name default is taken by [client]";
        reader.problem(&format!("providers.{name}"), message);
    }
    let kind = authority_kind(reader, table);
    let auth_request = auth_request(reader, table, around.server, around.endpoints);
    let policy = susi(reader, table, kind);
    let ca_certificate = reader.file(&table.key("client", "ca_certificate"));
    let (display_name, domains) = (display_name(reader, table), domains(reader, table));
    let (_, provider, client) = client(reader, table, around, kind, policy)?;
    let mut auth_request = auth_request?;
    complete_scopes(&mut auth_request.scopes, &provider);
    let display_name = display_name.unwrap_or_else(|| name.to_owned());
    Some(NamedProviderSettings {
        name: name.to_owned(),
        display_name,
        domains,
        provider,
        client,
        ca_certificate,
        auth_request,
    })
}

/// A name is part of a path, of environment variables (whose separator is `__`) and of the sign-in route's query.
fn is_name(name: &str) -> bool {
    let is_plain = |b: u8| b.is_ascii_lowercase() || b.is_ascii_digit();
    let (first, last) = (name.bytes().next(), name.bytes().last());
    let is_bounded = [first, last].into_iter().all(|end| end.is_some_and(is_plain));
    is_bounded
        && name.bytes().all(|b| is_plain(b) || b"-_".contains(&b))
        && !name.contains("__")
        && name != DEFAULT_PROVIDER
}

/// Reads `display_name`.
pub(super) fn display_name(reader: &mut Reader, table: Table<'_>) -> Option<String> {
    reader.text(&table.key("client", "display_name"))
}

/// The display name of the default provider, if it is unset.
pub(super) fn default_display_name(provider: &ProviderSettings) -> String {
    let host = Url::parse(&provider.authority).ok().and_then(|url| url.host_str().map(str::to_owned));
    if provider.is_entra() { "Microsoft".to_owned() } else { host.unwrap_or_default() }
}

/// Reads `domains`.
pub(super) fn domains(reader: &mut Reader, table: Table<'_>) -> Vec<String> {
    let path = table.key("client", "domains");
    let domains: Vec<_> = reader.list(&path).iter().map(|domain| domain.to_ascii_lowercase()).collect();
    let is_domain = |domain: &String| {
        domain.contains('.') && domain.bytes().all(|b| b.is_ascii_alphanumeric() || b"-.".contains(&b))
    };
    if !domains.iter().all(is_domain) {
        reader.problem(&path, "must be a list of e-mail domains, such as contoso.com");
    }
    domains
}

/// Checks that the providers can be told apart from each other, from the default one (with its `domains`) and its policies.
pub(super) fn check(
    reader: &mut Reader,
    demo: bool,
    policies: &[&Option<String>],
    domains: &[String],
    providers: &[NamedProviderSettings],
) {
    if let Some(first) = providers.first().filter(|_| demo) {
        let message = "requires [client], the default provider: the demo identity provider is used alone";
        reader.problem(&format!("providers.{}", first.name), message);
    }
    let default = || (DEFAULT_PROVIDER, domains);
    let named = providers.iter().map(|provider| (provider.name.as_str(), provider.domains.as_slice()));
    let mut owners = BTreeMap::new();
    for (name, domain) in
        [default()].into_iter().chain(named).flat_map(|(name, all)| all.iter().map(move |d| (name, d)))
    {
        let owner = owners.entry(domain).or_insert(name);
        if *owner != name {
            let message = format!("has {domain}, which leads to the provider {owner} already");
            reader.problem(&format!("providers.{name}.domains"), message);
        }
    }
    let is_policy =
        |name: &str| policies.iter().any(|policy| policy.as_deref().is_some_and(|it| it.eq_ignore_ascii_case(name)));
    for provider in providers.iter().filter(|one| is_policy(&one.name)) {
        reader.problem(&format!("providers.{}", provider.name), "has the name of a policy of [b2c]; choose another");
    }
}

#[cfg(test)]
mod tests;
