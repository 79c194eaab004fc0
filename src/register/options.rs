//! What the command line says of a registration.

use std::path::PathBuf;

use clap::{Args, ValueEnum};
use url::Url;

use crate::entra::registration::token::{AZURE_CLI, TokenSource};
use crate::settings::registration::AuthorityType;

/// How Microsoft Graph is reached, and which application is meant.
#[derive(Args)]
pub struct Connection {
    /// Print each request that would change something, with its body, instead of sending it. Requests that only read
    /// are sent where a token is at hand without signing in; else nothing is
    #[arg(long)]
    pub dry_run: bool,
    /// Where the token for Microsoft Graph comes from: `IDENTITY_WEB_GRAPH_TOKEN`, then `az`, then a sign-in
    #[arg(long, value_enum, default_value_t)]
    pub token_from: TokenSource,
    /// The tenant: its id or a domain name of it. By default that of `client.authority`, else that of the account
    #[arg(long)]
    pub tenant: Option<String>,
    /// The application (client) id of an application that is there. By default `client.client_id`
    #[arg(long)]
    pub client_id: Option<String>,
    /// The settings file to write
    #[arg(long, default_value = "config/local.toml")]
    pub output: PathBuf,
    /// Where people sign in. By default by `client.authority`
    #[arg(long)]
    pub login_url: Option<Url>,
    /// Where Microsoft Graph is. By default by `client.authority`
    #[arg(long)]
    pub graph_url: Option<Url>,
    /// Which public client asks for the token when somebody signs in; by default that of Azure's command line
    #[arg(long, default_value = AZURE_CLI)]
    pub device_client_id: String,
}

/// `identity-web register`.
#[derive(Args)]
#[expect(missing_docs, reason = "the help text is the documentation")]
pub struct RegisterOptions {
    #[command(flatten)]
    pub connection: Connection,
    /// What people see when they sign in. By default that of the application, or one made from `server.public_url`
    #[arg(long)]
    pub name: Option<String>,
    /// Whose accounts may sign in. By default `type.authority_type`, and `SINGLE_TENANT` where nothing is set
    #[arg(long, value_enum)]
    pub authority_type: Option<Tenancy>,
    /// An app role that people can be assigned to; may be given more than once
    #[arg(long = "app-role", value_name = "VALUE")]
    pub app_roles: Vec<String>,
    /// How this application proves who it is; by default with a secret, unless the settings name something else
    #[arg(long, value_enum)]
    pub credential: Option<CredentialKind>,
    /// How long a new secret lasts
    #[arg(long, value_name = "DAYS", default_value_t = 180, value_parser = clap::value_parser!(u16).range(1..=730))]
    pub secret_lifetime_days: u16,
    /// Make a new secret though there is one; the old one stays valid until it ends
    #[arg(long)]
    pub new_secret: bool,
    /// For `--credential certificate`: the certificate, PEM. A private key in it stays here
    #[arg(long, value_name = "FILE", required_if_eq("credential", "certificate"))]
    pub certificate: Option<PathBuf>,
    /// For `--credential certificate`: its private key, PEM, which stays here; the settings name the file
    #[arg(long, value_name = "FILE", required_if_eq("credential", "certificate"))]
    pub private_key: Option<PathBuf>,
    /// For `--credential federated`: whose tokens are trusted
    #[arg(long, value_name = "URL", required_if_eq("credential", "federated"))]
    pub federated_issuer: Option<String>,
    /// For `--credential federated`: for which subject
    #[arg(long, value_name = "SUBJECT", required_if_eq("credential", "federated"))]
    pub federated_subject: Option<String>,
    /// For `--credential federated`: where the token lies; `azure` for where Azure's workload identity puts it
    #[arg(long, value_name = "FILE", default_value = "azure")]
    pub federated_token_file: String,
}

/// `identity-web unregister`.
#[derive(Args)]
#[expect(missing_docs, reason = "the help text is the documentation")]
pub struct UnregisterOptions {
    #[command(flatten)]
    pub connection: Connection,
    /// Delete for good what could otherwise be restored for 30 days
    #[arg(long)]
    pub permanently: bool,
}

/// Whose accounts may sign in.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
#[value(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum Tenancy {
    /// Those of one organisation
    SingleTenant,
    /// Those of any
    MultiTenant,
}

impl From<Tenancy> for AuthorityType {
    fn from(tenancy: Tenancy) -> Self {
        match tenancy {
            Tenancy::SingleTenant => Self::SingleTenant,
            Tenancy::MultiTenant => Self::MultiTenant,
        }
    }
}

/// How the application proves who it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum CredentialKind {
    /// A client secret, which Entra makes; it is written to a file beside the settings
    Secret,
    /// A certificate
    Certificate,
    /// Tokens of another issuer, such as a Kubernetes cluster: nothing secret is kept
    Federated,
    /// Nothing is done about it
    None,
}
