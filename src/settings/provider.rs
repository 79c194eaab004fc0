//! An OpenID Provider and a client there, in code.

use std::fmt;
use std::path::{Path, PathBuf};

use serde_json::{Value, json};

/// An OpenID Provider, and this application's client there; for [`IdentityWeb::builder`](crate::IdentityWeb::builder).
///
/// ```
/// use identity_web::{Credential, Provider};
///
/// let secret = Credential::secret_file("/run/secrets/client");
/// let entra = Provider::entra("contoso.onmicrosoft.com", "00000000-0000-4000-8000-000000000000", secret);
///
/// let certificate = Credential::certificate_files("client.key", "client.pem");
/// let other = Provider::oidc("https://op.example", "tasks", certificate).named("partners").scopes(["openid", "email"]);
/// ```
#[derive(Clone)]
pub struct Provider {
    pub(super) name: Option<String>,
    /// Paths and values of the settings, but for the credential.
    settings: Vec<(String, Value)>,
    credential: Credential,
}

impl Provider {
    fn new(authority_type: &str, authority: String, client_id: String, credential: Credential) -> Self {
        let provider = Self { name: None, settings: Vec::new(), credential };
        let provider = provider.with("type.authority_type", authority_type);
        provider.with("client.authority", authority).with("client.client_id", client_id)
    }

    fn with(mut self, path: &str, value: impl Into<Value>) -> Self {
        self.settings.push((path.to_owned(), value.into()));
        self
    }

    /// A provider that is known by its issuer: an https URL, under which its metadata is (OpenID Connect Discovery 1.0).
    pub fn oidc(issuer: impl Into<String>, client_id: impl Into<String>, credential: Credential) -> Self {
        Self::new("OIDC", issuer.into(), client_id.into(), credential)
    }

    /// Microsoft Entra ID, for the users of one tenant. `tenant` is its ID or a domain name of it.
    pub fn entra(tenant: impl fmt::Display, client_id: impl Into<String>, credential: Credential) -> Self {
        let authority = format!("https://login.microsoftonline.com/{tenant}");
        Self::new("SINGLE_TENANT", authority, client_id.into(), credential)
    }

    /// Microsoft Entra ID, for the users of any tenant; [`Provider::allowed_tenants`] limits them.
    pub fn entra_multi_tenant(client_id: impl Into<String>, credential: Credential) -> Self {
        let authority = "https://login.microsoftonline.com/organizations".to_owned();
        Self::new("MULTI_TENANT", authority, client_id.into(), credential)
    }

    /// Azure AD B2C: the tenant's URL, such as `https://contoso.b2clogin.com/contoso.onmicrosoft.com`, and the user flow
    /// or policy for sign-up and sign-in, such as `b2c_1_susi`.
    pub fn b2c(
        authority: impl Into<String>,
        sign_in_policy: impl Into<String>,
        client_id: impl Into<String>,
        credential: Credential,
    ) -> Self {
        Self::new("B2C", authority.into(), client_id.into(), credential).with("b2c.susi", sign_in_policy.into())
    }

    /// Names a further provider: its redirect URI ends with the name, and `?provider=NAME` selects it. The provider
    /// without a name is the default one.
    #[must_use]
    pub fn named(self, name: impl Into<String>) -> Self {
        Self { name: Some(name.into()), ..self }
    }

    /// Sets what users choose it by, where there are several. By default the name, for Microsoft Entra ID without a name
    /// `Microsoft`, and otherwise the host of the issuer.
    #[must_use]
    pub fn display_name(self, display_name: impl Into<String>) -> Self {
        self.with("client.display_name", display_name.into())
    }

    /// Sets the e-mail domains that lead to it, where there are several: users enter their address instead of choosing.
    #[must_use]
    pub fn domains<T: Into<String>>(self, domains: impl IntoIterator<Item = T>) -> Self {
        self.with("client.domains", list(domains))
    }

    /// Sets another authority, such as that of a national cloud.
    #[must_use]
    pub fn authority(self, authority: impl Into<String>) -> Self {
        self.with("client.authority", authority.into())
    }

    /// Sets the URL of the metadata, if it isn't under the issuer. The issuer is still checked.
    #[must_use]
    pub fn metadata_url(self, url: impl Into<String>) -> Self {
        self.with("client.metadata_url", url.into())
    }

    /// Limits [`Provider::entra_multi_tenant`] to the users of these tenants. By default any may sign in.
    #[must_use]
    pub fn allowed_tenants<T: Into<String>>(self, tenants: impl IntoIterator<Item = T>) -> Self {
        self.with("client.allowed_tenants", list(tenants))
    }

    /// Sets the scopes of every sign-in. By default, and if they lack it: `openid`, and what [`Provider::entra`] needs.
    #[must_use]
    pub fn scopes<T: Into<String>>(self, scopes: impl IntoIterator<Item = T>) -> Self {
        self.with("auth_request.scopes", list(scopes))
    }

    /// Adds a parameter to every authorization request, such as `prompt` or `ui_locales`.
    #[must_use]
    pub fn parameter(self, name: &str, value: impl Into<String>) -> Self {
        let path = if name == "prompt" { name.to_owned() } else { format!("extra_parameters.{name}") };
        self.with(&format!("auth_request.{path}"), value.into())
    }

    /// Receives the authorization response by POST (OAuth 2.0 Form Post Response Mode) instead of in the URL.
    #[must_use]
    pub fn form_post(self) -> Self {
        self.with("auth_request.response_mode", "form_post")
    }

    /// Sets any other setting of the sections `client`, `auth_request` or `b2c`, by its path in `config/default.toml`.
    #[must_use]
    pub fn setting(self, path: &str, value: impl Into<Value>) -> Self {
        self.with(path, value)
    }

    /// Returns all its settings, by path.
    pub(super) fn into_settings(self) -> Vec<(String, Value)> {
        let credential = self.credential.into_settings();
        let all = self.settings.into_iter().chain(credential);
        let Some(name) = self.name else { return all.collect() };
        // The keys of several sections are one table there.
        let placed = |path: String| format!("providers.{name}.{}", path.split_once('.').map_or("", |(_, key)| key));
        all.map(|(path, value)| (placed(path), value)).collect()
    }
}

/// Displays everything but the credential.
impl fmt::Debug for Provider {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Provider").field("name", &self.name).field("settings", &self.settings).finish_non_exhaustive()
    }
}

fn list<T: Into<String>>(values: impl IntoIterator<Item = T>) -> Value {
    values.into_iter().map(Into::into).collect::<Vec<String>>().into()
}

/// How the client authenticates at the provider. `Debug` prints nothing of it.
#[derive(Clone)]
pub struct Credential(Vec<(&'static str, Value)>);

impl Credential {
    /// A client secret.
    pub fn secret(secret: impl Into<String>) -> Self {
        Self(vec![("", json!(secret.into()))])
    }

    /// A client secret in a file, without its trailing newline. It is read again when the file changes.
    pub fn secret_file(file: impl Into<PathBuf>) -> Self {
        Self(vec![("_file", text(&file.into()))])
    }

    /// A private key and its certificate, both PEM: the client signs assertions (`private_key_jwt`). The key is RSA, or at
    /// providers other than Microsoft Entra also P-256.
    pub fn certificate(private_key: impl Into<String>, certificate: impl Into<String>) -> Self {
        Self(vec![(".private_key", json!(private_key.into())), (".certificate", json!(certificate.into()))])
    }

    /// The same, in files, which are read again when they change.
    pub fn certificate_files(private_key: impl Into<PathBuf>, certificate: impl Into<PathBuf>) -> Self {
        Self(vec![(".private_key_file", text(&private_key.into())), (".certificate_file", text(&certificate.into()))])
    }

    /// A token of another issuer that the provider trusts (workload identity federation), in a file that is read for
    /// each request.
    pub fn federated_token_file(file: impl Into<PathBuf>) -> Self {
        Self(vec![(".federated_token_file", text(&file.into()))])
    }

    fn into_settings(self) -> impl Iterator<Item = (String, Value)> {
        let path = |form: &str| format!("client.client_credential{form}");
        // What a layer below has set is no second credential.
        let others = ["", "_file"].into_iter().map(move |form| (path(form), Value::Null));
        others.chain(self.0.into_iter().map(move |(form, value)| (path(form), value)))
    }
}

impl fmt::Debug for Credential {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Credential")
    }
}

fn text(file: &Path) -> Value {
    json!(file.to_string_lossy())
}
