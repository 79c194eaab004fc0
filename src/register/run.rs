//! One run of `register` or `unregister`: its settings, Microsoft Graph, and the file it writes.

use std::path::PathBuf;

use toml_edit::Value;
use url::Url;

use super::files::SettingsFile;
use super::options::{Connection, RegisterOptions};
use super::{line, secret};
use crate::entra::registration::Cloud;
use crate::entra::registration::application::Application;
use crate::entra::registration::desired::{Audience, DesiredApplication};
use crate::entra::registration::directory::Directory;
use crate::entra::registration::refusal::RegistrationError;
use crate::entra::registration::steps::{self, Organization};
use crate::entra::registration::token::{self, Audience as TokenAudience};
use crate::oidc::http::Http;
use crate::oidc::issuer::is_guid;
use crate::settings::Settings;
use crate::settings::registration::{AuthorityType, RegistrationSettings};

/// The names used instead of a tenant in authorities for users of more than one tenant.
const SHARED: [&str; 3] = ["organizations", "common", "consumers"];

/// Why a run failed.
pub(super) enum Failure {
    /// The command line or the settings are invalid.
    Usage(String),
    /// A step failed. Finished steps are kept, and running it again resumes there.
    Step(String),
}

impl From<RegistrationError> for Failure {
    fn from(error: RegistrationError) -> Self {
        Self::Step(error.to_string())
    }
}

/// One run.
pub(super) struct Run {
    pub(super) settings: RegistrationSettings,
    pub(super) directory: Directory,
    pub(super) output: PathBuf,
    authority_type: AuthorityType,
    cloud: Cloud,
    http: Http,
    /// The tenant's ID, or a placeholder if a dry run doesn't know it.
    tenant: String,
    file: SettingsFile,
}

impl Run {
    /// Reads the settings and the file to write, and gets a token.
    pub(super) async fn start(connection: &Connection, tenancy: Option<AuthorityType>) -> Result<Self, Failure> {
        let mut run = Self::idle(connection)?;
        run.authority_type = match (tenancy, run.settings.authority_type) {
            (Some(tenancy), _) => tenancy,
            (None, AuthorityType::Oidc) if run.settings.authority.is_some() => {
                let message = "client.authority is set, but type.authority_type is OIDC, the default; if the authority \
                               is Microsoft Entra, add --authority-type";
                return Err(Failure::Usage(message.to_owned()));
            }
            (None, AuthorityType::Oidc) => AuthorityType::SingleTenant,
            (None, known) => known,
        };
        if run.authority_type == AuthorityType::B2c && run.settings.authority.is_none() {
            let message = "client.authority is unset; for B2C set it to https://NAME.b2clogin.com/NAME.onmicrosoft.com";
            return Err(Failure::Usage(message.to_owned()));
        }
        run.connect(connection).await?;
        Ok(run)
    }

    /// Reads the settings and the file to write.
    pub(super) fn idle(connection: &Connection) -> Result<Self, Failure> {
        let settings = Settings::for_registration().map_err(|error| Failure::Usage(error.to_string()))?;
        let (login, graph) = (connection.login_url.as_ref(), connection.graph_url.as_ref());
        let cloud = Cloud::of(settings.authority.as_ref(), login, graph).map_err(Failure::Usage)?;
        let http = Http::new(settings.ca_certificate.as_deref()).map_err(|error| Failure::Usage(error.to_string()))?;
        Ok(Self {
            file: SettingsFile::open(&connection.output)
                .map_err(|problem| Failure::Usage(format!("--output {problem}")))?,
            output: connection.output.clone(),
            authority_type: settings.authority_type,
            directory: Directory::new(http.clone(), cloud.graph.clone(), None, connection.dry_run),
            tenant: "TENANT-ID".to_owned(),
            settings,
            cloud,
            http,
        })
    }

    /// Gets a token, and the tenant it is for.
    pub(super) async fn connect(&mut self, connection: &Connection) -> Result<(), Failure> {
        let requested = connection.tenant.clone().or_else(|| self.own_tenant());
        let tenant = requested.as_deref().unwrap_or(SHARED[0]);
        let audience = TokenAudience { cloud: &self.cloud, tenant, client_id: &connection.device_client_id };
        let found = token::acquire(connection.token_from, &audience, &self.http, connection.dry_run).await;
        let found = found.map_err(|error| Failure::Step(error.to_string()))?;
        let (what, how) = match (&found, connection.dry_run) {
            (Some((_, source)), true) => {
                ("dry run", format!("with the token {source}; only requests that read are sent"))
            }
            (Some((_, source)), false) => ("token", (*source).to_owned()),
            (None, _) => ("dry run", "without a token, so nothing is sent; a first run would send this".to_owned()),
        };
        line(what, &how);
        let token = found.map(|(token, _)| token);
        let has_token = token.is_some();
        self.directory = Directory::new(self.http.clone(), self.cloud.graph.clone(), token, connection.dry_run);
        if has_token {
            self.tenant = tenant_id(steps::organization(&self.directory).await?, requested.as_deref())?;
        }
        Ok(())
    }

    /// Returns the tenant that `client.authority` names, if any.
    fn own_tenant(&self) -> Option<String> {
        segment(self.settings.authority.as_ref()?).filter(|tenant| !SHARED.contains(&tenant.as_str()))
    }

    /// Returns the client ID and its source.
    pub(super) fn client_id(&self, connection: &Connection) -> Option<(String, String)> {
        let requested = connection.client_id.clone().map(|id| (id, "--client-id".to_owned()));
        requested.or_else(|| self.settings.client_id.clone())
    }

    /// Returns the desired application.
    pub(super) fn desired(&self, options: &RegisterOptions) -> DesiredApplication {
        let shared = self.settings.authority.as_ref().and_then(segment);
        DesiredApplication {
            display_name: options.name.clone(),
            audience: match (self.authority_type, shared.as_deref()) {
                (AuthorityType::B2c, _) => Audience::UserFlows,
                (AuthorityType::MultiTenant, Some("common")) => Audience::Everybody,
                (AuthorityType::MultiTenant, Some("consumers")) => Audience::Personal,
                (AuthorityType::MultiTenant, _) => Audience::AnyOrganization,
                (AuthorityType::SingleTenant | AuthorityType::Oidc, _) => Audience::OwnOrganization,
            },
            public_url: self.settings.public_url.clone(),
            redirect_uris: self.settings.redirect_uris.iter().map(Url::to_string).collect(),
            logout_url: self.settings.front_channel_logout.to_string(),
            app_roles: options.app_roles.clone(),
        }
    }

    /// Returns the value for `client.authority`.
    fn authority(&self) -> String {
        let current = self.settings.authority.as_ref();
        let shared = current.and_then(segment).is_some_and(|tenant| SHARED.contains(&tenant.as_str()));
        match (self.authority_type, current) {
            (AuthorityType::B2c, Some(current)) => current.to_string(),
            (AuthorityType::MultiTenant, Some(current)) if shared => current.to_string(),
            (AuthorityType::MultiTenant, _) => self.cloud.authority(SHARED[0]),
            (_, Some(current)) if !shared && segment(current).is_some() => current.to_string(),
            _ => self.cloud.authority(&self.tenant),
        }
    }

    /// Writes the client to the settings as soon as it is known: if this run is interrupted, the next one finds the
    /// application by it.
    pub(super) fn write_client(&mut self, application: &Application) -> Result<(), Failure> {
        let authority = self.authority();
        for (section, key, value) in [
            ("type", "authority_type", self.authority_type.name()),
            ("client", "client_id", &application.client_id),
            ("client", "authority", &authority),
        ] {
            self.file.set(section, key, value.into()).map_err(Failure::Step)?;
        }
        self.save()
    }

    /// Writes the credential to the settings.
    pub(super) fn write_credential(&mut self, value: Value) -> Result<(), Failure> {
        self.file.remove("client", "client_credential_file");
        self.file.set("client", "client_credential", value).map_err(Failure::Step)?;
        self.save()
    }

    /// Writes the name of the secret's file to the settings.
    pub(super) fn write_secret_file(&mut self, file: &str) -> Result<(), Failure> {
        self.file.remove("client", "client_credential");
        self.file.set("client", "client_credential_file", file.into()).map_err(Failure::Step)?;
        self.save()
    }

    fn save(&self) -> Result<(), Failure> {
        if self.directory.is_dry_run() {
            return Ok(());
        }
        self.file.save().map_err(|error| {
            let authority = self.authority();
            Failure::Step(format!(
                "cannot write {}: {error}. The registration is kept. Make the file writable and run it again, or set \
                 type.authority_type = {:?}, client.authority = {authority:?} and client.client_id there",
                self.output.display(),
                self.authority_type.name(),
            ))
        })
    }

    /// Removes the settings that were written, and the secret.
    pub(super) fn remove_settings(&mut self) -> Result<(), Failure> {
        let has_settings = self.file.remove_marked();
        if self.directory.is_dry_run() {
            let output = self.output.display();
            let settings =
                if has_settings { format!("would be removed from {output}") } else { "nothing to do".to_owned() };
            line("settings", &settings);
            line("\ndry run", "nothing was changed");
            return Ok(());
        }
        if has_settings {
            self.save()?;
            line("settings", &format!("removed from {}", self.output.display()));
        }
        secret::remove(&self.output)
    }

    /// Returns how to report a step; `changed` is whether it had to be done.
    pub(super) fn outcome<'a>(&self, changed: bool, how: &'a str) -> &'a str {
        match (changed, self.directory.is_dry_run()) {
            (false, _) => "nothing to do",
            (true, true) => "would send the request above",
            (true, false) => how,
        }
    }
}

/// Returns the part of an authority that names the tenant.
fn segment(authority: &Url) -> Option<String> {
    authority.path_segments()?.find(|segment| !segment.is_empty()).map(str::to_owned)
}

/// Returns the ID of the tenant, which must be the requested one.
fn tenant_id(found: Option<Organization>, requested: Option<&str>) -> Result<String, Failure> {
    let same = |a: &str, b: &str| a.eq_ignore_ascii_case(b);
    match (found, requested) {
        (Some(found), Some(requested))
            if !same(&found.id, requested) && !found.domains.iter().any(|domain| same(domain, requested)) =>
        {
            Err(Failure::Step(format!(
                "the token is for the tenant {}, not for {requested}; get a token for {requested} (az login --tenant \
                 {requested}), or change client.authority",
                found.id
            )))
        }
        (Some(found), _) => Ok(found.id),
        (None, Some(requested)) if is_guid(requested) => Ok(requested.to_owned()),
        (None, _) => Err(Failure::Step("the token is not allowed to read its tenant's ID; add --tenant ID".to_owned())),
    }
}
