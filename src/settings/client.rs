//! Sections `type`, `client` and `auth_request`: the client, its provider, and its authorization requests.

use url::Url;

use super::b2c::check as check_b2c;
use super::credential::{credential, from_azure};
use super::reader::Reader;
use super::{DemoProviderSettings, Profile, ServerSettings};
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

pub(super) fn authority_kind(reader: &mut Reader) -> AuthorityKind {
    reader.choice("type.client_type", &[("CONFIDENTIAL", ())]);
    reader.ignore("type.framework");
    let choices = [
        ("SINGLE_TENANT", AuthorityKind::SingleTenant),
        ("MULTI_TENANT", AuthorityKind::MultiTenant),
        ("B2C", AuthorityKind::B2c),
        ("OIDC", AuthorityKind::Oidc),
    ];
    reader.choice("type.authority_type", &choices).unwrap_or(AuthorityKind::Oidc)
}

pub(super) fn client(
    reader: &mut Reader,
    profile: Profile,
    demo: &DemoProviderSettings,
    kind: AuthorityKind,
    policy: Option<String>,
) -> Option<(bool, ProviderSettings, ClientSettings)> {
    let (client_id, authority) = (reader.text("client.client_id"), reader.text("client.authority"));
    let (credential_given, credential) = credential(reader);
    let (client_id, authority) = from_azure(reader, kind, client_id, authority);
    let is_configured = client_id.is_some() || credential_given || authority.is_some();
    let is_demo = cfg!(feature = "demo") && profile == Profile::Development && !is_configured;
    let provider = ProviderSettings {
        kind: if is_demo && kind != AuthorityKind::B2c { AuthorityKind::SingleTenant } else { kind },
        authority: if is_demo {
            format!("{}/{DEMO_TENANT}", demo.public_url.as_str().trim_end_matches('/'))
        } else {
            authority.clone().unwrap_or_default()
        },
        policy,
        metadata_url: reader.url("client.metadata_url"),
        allowed_tenants: allowed_tenants(reader),
    };
    let client = ClientSettings {
        client_id: if is_demo { DEMO_CLIENT_ID.to_owned() } else { client_id.clone().unwrap_or_default() },
        authentication_method: authentication_method(reader, credential.as_ref()),
        algorithm: algorithm(reader, credential.as_ref()),
        credential: credential.unwrap_or(Credential::Secret(Secret::new(if is_demo { DEMO_CREDENTIAL } else { "" }))),
        userinfo: userinfo(reader, provider.kind),
    };
    if is_demo {
        return Some((true, provider, client));
    }
    if profile == Profile::Development && !is_configured {
        let message = "is unset; the demo identity provider, which would sign users in, needs the Cargo feature `demo`";
        reader.problem("client", message);
        return None;
    }
    let unset = [
        ("client.client_id", client_id.is_none()),
        ("client.client_credential", !credential_given),
        ("client.authority", authority.is_none()),
    ];
    for (path, _) in unset.iter().filter(|(_, unset)| *unset) {
        reader.problem(path, "is unset; the README explains how to register this application at a provider");
    }
    if authority.is_some() {
        check_authority(reader, &provider);
        check_b2c(reader, &provider);
    }
    unset.iter().all(|(_, unset)| !unset).then_some((false, provider, client))
}

fn check_authority(reader: &mut Reader, provider: &ProviderSettings) {
    let secure = |url: &Url| url.scheme() == "https" || is_loopback(url);
    match Url::parse(&provider.authority) {
        Ok(url) if url.has_host() && secure(&url) && url.query().is_none() && url.fragment().is_none() => {}
        Ok(url) if url.has_host() && !secure(&url) => reader.problem("client.authority", "must be an https URL"),
        _ => reader.problem("client.authority", "must be the provider's issuer, an https URL"),
    }
}

fn allowed_tenants(reader: &mut Reader) -> Vec<String> {
    let tenants = reader.list("client.allowed_tenants");
    if !tenants.iter().all(|tenant| is_guid(tenant)) {
        reader.problem("client.allowed_tenants", "must be a list of tenant IDs, each a GUID");
    }
    tenants
}

fn algorithm(reader: &mut Reader, credential: Option<&Credential>) -> Algorithm {
    let path = "client.id_token_signed_response_alg";
    let algorithm = reader.choice(path, &Algorithm::ALL).unwrap_or(Algorithm::RS256);
    if algorithm.is_symmetric() && credential.is_some_and(|credential| credential.secret().is_none()) {
        reader.problem(path, "requires client.client_credential to be a secret, which is its key");
    }
    algorithm
}

/// Reads the method: a secret has two, every other credential makes an assertion.
fn authentication_method(reader: &mut Reader, credential: Option<&Credential>) -> Option<AuthenticationMethod> {
    let path = "client.authentication_method";
    let expected = "client_secret_basic, client_secret_post or private_key_jwt";
    let method = reader.parsed(path, expected, |text| text.parse().ok())?;
    let secret = credential?.secret().is_some();
    match method {
        AuthenticationMethod::PrivateKeyJwt if secret => {
            let message = "private_key_jwt requires a certificate or a federated token in client.client_credential";
            reader.problem(path, message);
        }
        AuthenticationMethod::PrivateKeyJwt => {}
        _ if !secret => reader.problem(path, "must be private_key_jwt or unset: the credential is not a secret"),
        _ => {}
    }
    Some(method)
}

fn userinfo(reader: &mut Reader, kind: AuthorityKind) -> bool {
    let choices =
        [("auto", None), ("yes", Some(true)), ("no", Some(false)), ("true", Some(true)), ("false", Some(false))];
    reader.choice("client.userinfo", &choices).flatten().unwrap_or(kind == AuthorityKind::Oidc)
}

pub(super) fn auth_request(
    reader: &mut Reader,
    server: &ServerSettings,
    endpoints: &Endpoints,
) -> Option<AuthRequestSettings> {
    let default = server.public_url.join(&endpoints.redirect).ok();
    let redirect_uri = reader.url("auth_request.redirect_uri").or_else(|| default.clone());
    if redirect_uri != default {
        let expected = default.map(String::from).unwrap_or_default();
        let message = format!("must be {expected} (server.public_url with auth_endpoints.redirect), or unset");
        reader.problem("auth_request.redirect_uri", message);
    }
    reader.choice("auth_request.response_type", &[("code", ())]);
    let scopes = reader.list("auth_request.scopes");
    let mut extra = reader.table("auth_request.extra_parameters");
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
        let path = format!("auth_request.extra_parameters.{name}");
        reader.problem(&path, "is set by this application; remove it");
    }
    if extra.get("max_age").is_some_and(|max_age| parse_max_age(max_age).is_none()) {
        reader.problem("auth_request.extra_parameters.max_age", "must be a number of seconds");
    }
    if let Some(prompt) = reader.text("auth_request.prompt") {
        extra.insert("prompt".to_owned(), prompt);
    }
    Some(AuthRequestSettings {
        redirect_uri: redirect_uri?,
        scopes,
        form_post: reader
            .choice("auth_request.response_mode", &[("query", false), ("form_post", true)])
            .unwrap_or(false),
        extra,
    })
}
