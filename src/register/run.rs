//! One run of `register` or `unregister`: the settings it starts from, Graph, and the file it writes.

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

/// What stands for a tenant in an authority that is for people of more than one.
const SHARED: [&str; 3] = ["organizations", "common", "consumers"];

/// Why it ended.
pub(super) enum Failure {
    /// It could not begin: the command line or the settings.
    Usage(String),
    /// A step failed. What was done stays, and running it again goes on from there.
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
    /// The tenant's id; a placeholder where a dry run does not know it.
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
                let authority = "client.authority names another provider than Microsoft Entra, or type.authority_type \
                                 is missing; --authority-type says which it is";
                return Err(Failure::Usage(authority.to_owned()));
            }
            (None, AuthorityType::Oidc) => AuthorityType::SingleTenant,
            (None, known) => known,
        };
        if run.authority_type == AuthorityType::B2c && run.settings.authority.is_none() {
            let needed = "client.authority is unset: https://NAME.b2clogin.com/NAME.onmicrosoft.com for B2C";
            return Err(Failure::Usage(needed.to_owned()));
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

    /// Gets a token, and learns which tenant it is for.
    pub(super) async fn connect(&mut self, connection: &Connection) -> Result<(), Failure> {
        let asked = connection.tenant.clone().or_else(|| self.own_tenant());
        let tenant = asked.as_deref().unwrap_or(SHARED[0]);
        let audience = TokenAudience { cloud: &self.cloud, tenant, client_id: &connection.device_client_id };
        let found = token::acquire(connection.token_from, &audience, &self.http, connection.dry_run).await;
        let found = found.map_err(|error| Failure::Step(error.to_string()))?;
        let (what, how) = match (&found, connection.dry_run) {
            (Some((_, source)), true) => {
                ("dry run", format!("with the token {source}; only reading requests are sent"))
            }
            (Some((_, source)), false) => ("token", (*source).to_owned()),
            (None, _) => ("dry run", "there is no token, so nothing is sent; a first run would send this".to_owned()),
        };
        line(what, &how);
        let token = found.map(|(token, _)| token);
        let has_token = token.is_some();
        self.directory = Directory::new(self.http.clone(), self.cloud.graph.clone(), token, connection.dry_run);
        if has_token {
            self.tenant = tenant_id(steps::organization(&self.directory).await?, asked.as_deref())?;
        }
        Ok(())
    }

    /// The tenant that `client.authority` names, where it names one.
    fn own_tenant(&self) -> Option<String> {
        segment(self.settings.authority.as_ref()?).filter(|tenant| !SHARED.contains(&tenant.as_str()))
    }

    /// The application that is meant, and what says so.
    pub(super) fn client_id(&self, connection: &Connection) -> Option<(String, String)> {
        let asked = connection.client_id.clone().map(|id| (id, "--client-id".to_owned()));
        asked.or_else(|| self.settings.client_id.clone())
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

    /// What `client.authority` is to be.
    fn authority(&self) -> String {
        let own = self.settings.authority.as_ref();
        let shared = own.and_then(segment).is_some_and(|tenant| SHARED.contains(&tenant.as_str()));
        match (self.authority_type, own) {
            (AuthorityType::B2c, Some(own)) => own.to_string(),
            (AuthorityType::MultiTenant, Some(own)) if shared => own.to_string(),
            (AuthorityType::MultiTenant, _) => self.cloud.authority(SHARED[0]),
            (_, Some(own)) if !shared && segment(own).is_some() => own.to_string(),
            _ => self.cloud.authority(&self.tenant),
        }
    }

    /// Writes who we are at the provider into the settings, as soon as it is known: by it the next run finds the
    /// application, should this one be cut off.
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

    /// Writes how we prove who we are into the settings.
    pub(super) fn write_credential(&mut self, value: Value) -> Result<(), Failure> {
        self.file.remove("client", "client_credential_file");
        self.file.set("client", "client_credential", value).map_err(Failure::Step)?;
        self.save()
    }

    /// Writes into the settings which file holds the secret.
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
                "{} cannot be written: {error}. What was registered stays; once it can be written, run it again. To be \
                 set there: type.authority_type = {:?}, client.authority = {authority:?}, and client.client_id",
                self.output.display(),
                self.authority_type.name(),
            ))
        })
    }

    /// Takes away the settings that were written, and the secret.
    pub(super) fn forget(&mut self) -> Result<(), Failure> {
        if self.directory.is_dry_run() {
            line("\ndry run", &format!("nothing was changed; {} would be cleared", self.output.display()));
            return Ok(());
        }
        if self.file.remove_marked() {
            self.save()?;
            line("settings", &format!("what was written is gone from {}", self.output.display()));
        }
        secret::forget(&self.output)
    }

    /// What is said of a step that was done now, or before.
    pub(super) fn done<'a>(&self, now: bool, how: &'a str) -> &'a str {
        match (now, self.directory.is_dry_run()) {
            (false, _) => "nothing to do",
            (true, true) => "to be done, as above",
            (true, false) => how,
        }
    }
}

/// The part of an authority that names the tenant.
fn segment(authority: &Url) -> Option<String> {
    authority.path_segments()?.find(|segment| !segment.is_empty()).map(str::to_owned)
}

/// The id of the tenant, which must be the one that was asked for.
fn tenant_id(found: Option<Organization>, asked: Option<&str>) -> Result<String, Failure> {
    let same = |a: &str, b: &str| a.eq_ignore_ascii_case(b);
    match (found, asked) {
        (Some(found), Some(asked))
            if !same(&found.id, asked) && !found.domains.iter().any(|domain| same(domain, asked)) =>
        {
            Err(Failure::Step(format!(
                "the token is for the tenant {}, not for {asked}; get one for that tenant (az login --tenant {asked}), or \
                 change client.authority",
                found.id
            )))
        }
        (Some(found), _) => Ok(found.id),
        (None, Some(asked)) if is_guid(asked) => Ok(asked.to_owned()),
        (None, _) => {
            Err(Failure::Step("the token may not read which tenant it is for; name it: --tenant ID".to_owned()))
        }
    }
}
