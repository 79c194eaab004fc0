//! The settings that `register` needs. They can be read without a client ID and a credential, which are the results of
//! a registration.

use std::path::{Path, PathBuf};

use url::Url;

use super::layers::{Layers, Place, environment};
use super::reader::{PLACEHOLDER, Reader, UNKNOWN};
use super::sections;
use super::{Settings, SettingsError};
use crate::oidc::secret::Secret;

/// The sections whose problems prevent a registration.
const SECTIONS: [&str; 4] = ["type.", "auth_request.", "auth_endpoints.", "server."];

/// Whose accounts may sign in: `type.authority_type`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AuthorityType {
    /// Accounts of one organisation.
    SingleTenant,
    /// Accounts of any organisation.
    MultiTenant,
    /// Accounts of B2C user flows.
    B2c,
    /// Accounts of a provider other than Microsoft Entra; the default.
    Oidc,
}

impl AuthorityType {
    /// Returns the value that the settings use.
    pub fn name(self) -> &'static str {
        match self {
            Self::SingleTenant => "SINGLE_TENANT",
            Self::MultiTenant => "MULTI_TENANT",
            Self::B2c => "B2C",
            Self::Oidc => "OIDC",
        }
    }
}

/// The credential in the settings.
#[derive(Clone, Debug)]
pub enum NamedCredential {
    /// A secret, in the settings themselves.
    Secret(Secret),
    /// A secret in a file, which may not exist.
    File(PathBuf),
    /// A certificate or a federated token.
    Table,
}

/// The settings that `register` needs.
#[derive(Clone, Debug)]
pub struct RegistrationSettings {
    /// `type.authority_type`.
    pub authority_type: AuthorityType,
    /// `client.client_id`, and its source.
    pub client_id: Option<(String, String)>,
    /// `client.authority`.
    pub authority: Option<Url>,
    /// `client.client_credential`, in any form.
    pub credential: Option<NamedCredential>,
    /// `client.ca_certificate`: an additional PEM root.
    pub ca_certificate: Option<Vec<u8>>,
    /// `server.public_url`.
    pub public_url: Url,
    /// The URIs that the provider redirects users to after sign-in and after sign-out.
    pub redirect_uris: Vec<Url>,
    /// The URL that the provider calls when a user signs out there.
    pub front_channel_logout: Url,
}

impl Settings {
    /// Reads the settings for `register` from the same layers as [`Settings::load_for_program`].
    ///
    /// # Errors
    /// Contains the problems of the sections it needs, and all unknown keys.
    pub(crate) fn for_registration() -> Result<RegistrationSettings, SettingsError> {
        let layers = Layers::read(Path::new("config"), Place::Root, environment())?;
        let mut reader = Reader::new(layers.root.clone());
        sections::read(&mut reader, layers.clone());
        let (mut problems, _) = reader.finish();
        problems.retain(|problem| {
            SECTIONS.iter().any(|section| problem.path.starts_with(section)) || problem.message.starts_with(UNKNOWN)
        });
        match read(&mut Reader::new(layers.root)) {
            Some(settings) if problems.is_empty() => Ok(settings),
            _ => Err(SettingsError { problems }),
        }
    }
}

fn read(reader: &mut Reader) -> Option<RegistrationSettings> {
    let authority_types =
        [AuthorityType::SingleTenant, AuthorityType::MultiTenant, AuthorityType::B2c, AuthorityType::Oidc];
    let authority_type = reader.choice("type.authority_type", &authority_types.map(|one| (one.name(), one)));
    let endpoints = sections::endpoints(reader);
    let logout = reader.text_or("auth_endpoints.front_channel_logout", "/front_channel_logout");
    let server = sections::server(reader);
    let route = |path: &str| server.url_of(path);
    Some(RegistrationSettings {
        authority_type: authority_type.unwrap_or(AuthorityType::Oidc),
        client_id: entered(reader, "client.client_id").map(|id| (id, reader.source("client.client_id"))),
        authority: entered(reader, "client.authority").and_then(|authority| Url::parse(&authority).ok()),
        credential: credential(reader),
        ca_certificate: reader.file("client.ca_certificate"),
        redirect_uris: vec![route(&endpoints.redirect)?, route(&endpoints.post_sign_out)?],
        front_channel_logout: route(&format!("{}{logout}", endpoints.prefix))?,
        public_url: server.public_url.clone(),
    })
}

/// Reads a string, ignoring the samples' placeholders.
fn entered(reader: &mut Reader, path: &str) -> Option<String> {
    reader.text(path).filter(|text| !text.contains(PLACEHOLDER))
}

fn credential(reader: &mut Reader) -> Option<NamedCredential> {
    let path = "client.client_credential";
    if reader.has_members(path) {
        return Some(NamedCredential::Table);
    }
    if let Some(file) = reader.text(&format!("{path}_file")) {
        return Some(NamedCredential::File(PathBuf::from(file)));
    }
    entered(reader, path).map(|secret| NamedCredential::Secret(Secret::new(&secret)))
}
