//! Sections `type`, `client` and `auth_request`: the client, its provider, and its authorization requests.

use url::Url;

use super::b2c::check as check_b2c;
use super::credential::{credential, from_azure};
use super::providers::{Around, Table};
use super::reader::Reader;
use super::{Profile, ServerSettings};
#[cfg(feature = "demo")]
use crate::demo::{DEMO_CLIENT_ID, DEMO_CREDENTIAL, DEMO_TENANT};
use crate::flows::{AuthRequestSettings, Endpoints};
use crate::oidc::client_authentication::AuthenticationMethod;
use crate::oidc::credential::Credential;
use crate::oidc::issuer::is_guid;
use crate::oidc::jws::Algorithm;
use crate::oidc::provider::{AuthorityKind, ProviderSettings, is_loopback};
use crate::oidc::secret::Secret;
use crate::oidc::step_up::parse_max_age;
use crate::oidc::token::ClientSettings;

/// Without the demo provider, these aren't used.
#[cfg(not(feature = "demo"))]
const DEMO_CLIENT_ID: &str = "";
#[cfg(not(feature = "demo"))]
const DEMO_CREDENTIAL: &str = "";
#[cfg(not(feature = "demo"))]
const DEMO_TENANT: &str = "";

pub(super) fn authority_kind(reader: &mut Reader, table: Table<'_>) -> AuthorityKind {
    reader.choice(&table.key("type", "client_type"), &[("CONFIDENTIAL", ())]);
    reader.ignore(&table.key("type", "framework"));
    let choices = [
        ("SINGLE_TENANT", AuthorityKind::SingleTenant),
        ("MULTI_TENANT", AuthorityKind::MultiTenant),
        ("B2C", AuthorityKind::B2c),
        ("OIDC", AuthorityKind::Oidc),
    ];
    reader.choice(&table.key("type", "authority_type"), &choices).unwrap_or(AuthorityKind::Oidc)
}

pub(super) fn client(
    reader: &mut Reader,
    table: Table<'_>,
    around: Around<'_>,
    kind: AuthorityKind,
    policy: Option<String>,
) -> Option<(bool, ProviderSettings, ClientSettings)> {
    let key = |key: &str| table.key("client", key);
    let (client_id, authority) = (reader.text(&key("client_id")), reader.text(&key("authority")));
    let (credential_given, credential) = credential(reader, table);
    let (client_id, authority) = from_azure(reader, table, kind, client_id, authority);
    let is_configured = client_id.is_some() || credential_given || authority.is_some();
    let may_be_demo = around.profile == Profile::Development && matches!(table, Table::Default) && !is_configured;
    let is_demo = cfg!(feature = "demo") && may_be_demo;
    let provider = ProviderSettings {
        kind: if is_demo && kind != AuthorityKind::B2c { AuthorityKind::SingleTenant } else { kind },
        authority: if is_demo {
            format!("{}/{DEMO_TENANT}", around.demo.public_url.as_str().trim_end_matches('/'))
        } else {
            authority.clone().unwrap_or_default()
        },
        policy,
        metadata_url: reader.url(&key("metadata_url")),
        allowed_tenants: allowed_tenants(reader, &key("allowed_tenants")),
    };
    let client = ClientSettings {
        client_id: if is_demo { DEMO_CLIENT_ID.to_owned() } else { client_id.clone().unwrap_or_default() },
        authentication_method: authentication_method(reader, table, credential.as_ref()),
        algorithm: algorithm(reader, table, credential.as_ref()),
        credential: credential.unwrap_or(Credential::Secret(Secret::new(if is_demo { DEMO_CREDENTIAL } else { "" }))),
        userinfo: userinfo(reader, &key("userinfo"), provider.kind),
    };
    if is_demo {
        return Some((true, provider, client));
    }
    if may_be_demo {
        let message = "is unset; the demo identity provider, which would sign users in, needs the Cargo feature `demo`";
        reader.problem("client", message);
        return None;
    }
    let unset = [
        ("client_id", client_id.is_none()),
        ("client_credential", !credential_given),
        ("authority", authority.is_none()),
    ];
    for (name, _) in unset.iter().filter(|(_, unset)| *unset) {
        reader.problem(&key(name), "is unset; the README explains how to register this application at a provider");
    }
    if authority.is_some() {
        check_authority(reader, &key("authority"), &provider);
        check_b2c(reader, table, &provider);
    }
    unset.iter().all(|(_, unset)| !unset).then_some((false, provider, client))
}

fn check_authority(reader: &mut Reader, path: &str, provider: &ProviderSettings) {
    let secure = |url: &Url| url.scheme() == "https" || is_loopback(url);
    match Url::parse(&provider.authority) {
        Ok(url) if url.has_host() && secure(&url) && url.query().is_none() && url.fragment().is_none() => {}
        Ok(url) if url.has_host() && !secure(&url) => reader.problem(path, "must be an https URL"),
        _ => reader.problem(path, "must be the provider's issuer, an https URL"),
    }
}

fn allowed_tenants(reader: &mut Reader, path: &str) -> Vec<String> {
    let tenants = reader.list(path);
    if !tenants.iter().all(|tenant| is_guid(tenant)) {
        reader.problem(path, "must be a list of tenant IDs, each a GUID");
    }
    tenants
}

fn algorithm(reader: &mut Reader, table: Table<'_>, credential: Option<&Credential>) -> Algorithm {
    let path = table.key("client", "id_token_signed_response_alg");
    let algorithm = reader.choice(&path, &Algorithm::ALL).unwrap_or(Algorithm::RS256);
    if algorithm.is_symmetric() && credential.is_some_and(|credential| credential.secret().is_none()) {
        reader.problem(
            &path,
            format!("requires {} to be a secret, which is its key", table.key("client", "client_credential")),
        );
    }
    algorithm
}

/// Reads the method: a secret has two, every other credential makes an assertion.
fn authentication_method(
    reader: &mut Reader,
    table: Table<'_>,
    credential: Option<&Credential>,
) -> Option<AuthenticationMethod> {
    let path = &table.key("client", "authentication_method");
    let expected = "client_secret_basic, client_secret_post or private_key_jwt";
    let method = reader.parsed(path, expected, |text| text.parse().ok())?;
    let secret = credential?.secret().is_some();
    match method {
        AuthenticationMethod::PrivateKeyJwt if secret => {
            let credential = table.key("client", "client_credential");
            let message = format!("private_key_jwt requires a certificate or a federated token in {credential}");
            reader.problem(path, message);
        }
        AuthenticationMethod::PrivateKeyJwt => {}
        _ if !secret => reader.problem(path, "must be private_key_jwt or unset: the credential is not a secret"),
        _ => {}
    }
    Some(method)
}

fn userinfo(reader: &mut Reader, path: &str, kind: AuthorityKind) -> bool {
    let choices =
        [("auto", None), ("yes", Some(true)), ("no", Some(false)), ("true", Some(true)), ("false", Some(false))];
    reader.choice(path, &choices).flatten().unwrap_or(kind == AuthorityKind::Oidc)
}

pub(super) fn auth_request(
    reader: &mut Reader,
    table: Table<'_>,
    server: &ServerSettings,
    endpoints: &Endpoints,
) -> Option<AuthRequestSettings> {
    let key = |key: &str| table.key("auth_request", key);
    // Each provider has a redirect URI of its own, so that one can't answer for another (RFC 9700 section 4.4.2.2).
    let default = server.url_of(&match table {
        Table::Default => endpoints.redirect.clone(),
        Table::Named(name) => format!("{}/{name}", endpoints.redirect),
    });
    let redirect_uri = reader.url(&key("redirect_uri")).or_else(|| default.clone());
    if redirect_uri != default {
        let expected = default.map(String::from).unwrap_or_default();
        let message = format!("must be {expected} (server.public_url with auth_endpoints.redirect), or unset");
        reader.problem(&key("redirect_uri"), message);
    }
    reader.choice(&key("response_type"), &[("code", ())]);
    let scopes = reader.list(&key("scopes"));
    let mut extra = reader.table(&key("extra_parameters"));
    let reserved = [
        "client_id",
        "response_type",
        "redirect_uri",
        "scope",
        "state",
        "nonce",
        "code_challenge",
        "code_challenge_method",
        "response_mode",
        "prompt",
    ];
    if let Some(name) = extra.keys().find(|name| reserved.contains(&name.as_str())).cloned() {
        let path = format!("{}.{name}", key("extra_parameters"));
        reader.problem(&path, "is set by this application; remove it");
    }
    if extra.get("max_age").is_some_and(|max_age| parse_max_age(max_age).is_none()) {
        let path = format!("{}.max_age", key("extra_parameters"));
        reader.problem(&path, "must be a number of seconds");
    }
    if let Some(prompt) = reader.text(&key("prompt")) {
        extra.insert("prompt".to_owned(), prompt);
    }
    Some(AuthRequestSettings {
        redirect_uri: redirect_uri?,
        scopes,
        form_post: reader.choice(&key("response_mode"), &[("query", false), ("form_post", true)]).unwrap_or(false),
        extra,
    })
}

/// Adds the scopes that every sign-in needs. For Entra these include `profile` (for `oid`) and `offline_access` (to renew
/// tokens for Graph), as in Microsoft's own libraries. B2C has no `email` scope, and ignores `profile`.
pub(super) fn complete_scopes(scopes: &mut Vec<String>, provider: &ProviderSettings) {
    let required: &[&str] = match (provider.kind, scopes.is_empty()) {
        (AuthorityKind::Oidc, true) => &["openid", "profile", "email"],
        (AuthorityKind::Oidc, false) => &["openid"],
        (AuthorityKind::SingleTenant | AuthorityKind::MultiTenant, true) => {
            &["openid", "profile", "email", "offline_access"]
        }
        _ => &["openid", "profile", "offline_access"],
    };
    let missing: Vec<_> = required.iter().filter(|one| !scopes.iter().any(|scope| scope == *one)).collect();
    scopes.splice(0..0, missing.into_iter().map(|&scope| scope.to_owned()));
}
