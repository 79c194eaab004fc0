//! The layers that settings are read from: files, the environment, and what an application sets in code.

use std::collections::BTreeMap;
use std::fmt;
use std::path::{Path, PathBuf};

use config::{Config, ConfigError, Environment, File, FileFormat, Map, Source, Value, ValueKind};

use super::reader::{ENVIRONMENT, Reader};
use super::{Problem, Profile, Settings, SettingsError, sections};

/// The table of an application's own files that has the library's settings.
const TABLE: &str = "identity_web";

/// Where the sections are in the files of the folder.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Place {
    /// At the top level: the files have nothing else.
    Root,
    /// In the table `[identity_web]`: the rest is the application's.
    Table,
}

/// All layers, merged, and Azure's environment variables, which are read only if a setting says so. `Debug` prints
/// nothing of them.
#[derive(Clone)]
pub(super) struct Layers {
    pub(super) profile: Profile,
    pub(super) root: Value,
    pub(super) azure: BTreeMap<String, String>,
}

impl fmt::Debug for Layers {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Layers")
    }
}

/// Returns the variables of this process.
pub(super) fn environment() -> impl Iterator<Item = (String, String)> {
    std::env::vars_os().filter_map(|(name, value)| Some((name.into_string().ok()?, value.into_string().ok()?)))
}

impl Layers {
    /// Merges the layers of a folder and of the environment.
    pub(super) fn read(
        folder: &Path,
        place: Place,
        variables: impl Iterator<Item = (String, String)>,
    ) -> Result<Self, SettingsError> {
        let mut variables: Map<String, String> = variables.collect();
        let azure = variables.iter().filter(|(name, _)| name.starts_with("AZURE_"));
        let azure = azure.map(|(name, value)| (name.clone(), value.clone())).collect();
        reject_duplicates(&mut variables)?;
        let profile = match variables.get("IDENTITY_WEB_PROFILE").map(String::as_str) {
            None | Some("" | "development") => Profile::Development,
            Some("production") => Profile::Production,
            Some(_) => return Err(single("IDENTITY_WEB_PROFILE", "must be development or production")),
        };
        let named = variables.get("IDENTITY_WEB_CONFIG").filter(|path| !path.is_empty()).cloned();
        let root = merge(folder, place, profile, named.as_deref(), variables)
            .map_err(|error| single(named.as_deref().unwrap_or("config"), &format!("cannot be read: {error}")))?;
        Ok(Self { profile, root, azure })
    }

    /// Sets a value over all layers, by its path, such as `client.client_id`.
    pub(super) fn set(&mut self, path: &str, value: Value) {
        set(&mut self.root, path, value);
    }

    /// Returns what reads the values.
    pub(super) fn reader(&self) -> Reader {
        Reader::new(self.root.clone()).with_azure(self.azure.clone())
    }

    /// Reads and checks all settings.
    pub(super) fn settings(self) -> Result<Settings, SettingsError> {
        let mut reader = self.reader();
        let settings = sections::read(&mut reader, self);
        let (problems, _) = reader.finish();
        match settings {
            Some(settings) if problems.is_empty() => Ok(settings),
            _ => Err(SettingsError { problems }),
        }
    }
}

fn set(table: &mut Value, path: &str, value: Value) {
    let (name, rest) = path.split_once('.').map_or((path, None), |(name, rest)| (name, Some(rest)));
    if !matches!(table.kind, ValueKind::Table(_)) {
        table.kind = ValueKind::Table(Map::new());
    }
    let ValueKind::Table(members) = &mut table.kind else { return };
    match rest {
        Some(rest) => set(members.entry(name.to_owned()).or_default(), rest, value),
        None => drop(members.insert(name.to_owned(), value)),
    }
}

fn single(path: &str, message: &str) -> SettingsError {
    let problem = Problem { path: path.to_owned(), source: None, message: message.to_owned() };
    SettingsError { problems: vec![problem] }
}

/// Rejects a variable for a value together with one for a member of it: the environment has no order that would decide
/// between them. An empty variable is removed instead.
fn reject_duplicates(variables: &mut Map<String, String>) -> Result<(), SettingsError> {
    let names: Vec<_> = variables.keys().filter(|name| name.starts_with(ENVIRONMENT)).cloned().collect();
    for name in &names {
        let Some(member) = names.iter().find(|other| other.starts_with(&format!("{name}__"))) else { continue };
        if variables.remove(name).is_some_and(|value| !value.is_empty()) {
            return Err(single(name, &format!("is set twice: here, and as a table by {member}; remove one of them")));
        }
    }
    Ok(())
}

pub(super) fn merge(
    folder: &Path,
    place: Place,
    profile: Profile,
    named: Option<&str>,
    variables: Map<String, String>,
) -> Result<Value, ConfigError> {
    let layer = |name: &str| OwnFile { path: folder.join(name), place };
    let mut builder = Config::builder()
        .add_source(layer("default.toml"))
        .add_source(layer(match profile {
            Profile::Development => "development.toml",
            Profile::Production => "production.toml",
        }))
        .add_source(layer("local.toml"));
    if let Some(path) = named {
        builder = builder.add_source(NamedFile(PathBuf::from(path)));
    }
    let prefix = ENVIRONMENT.trim_end_matches('_');
    let environment = Environment::with_prefix(prefix).prefix_separator("__").separator("__").source(Some(variables));
    Ok(builder.add_source(environment).build()?.cache)
}

/// A file of the folder, which may be missing.
#[derive(Clone, Debug)]
struct OwnFile {
    path: PathBuf,
    place: Place,
}

impl Source for OwnFile {
    fn clone_into_box(&self) -> Box<dyn Source + Send + Sync> {
        Box::new(self.clone())
    }

    fn collect(&self) -> Result<Map<String, Value>, ConfigError> {
        let mut sections = File::from(self.path.clone()).format(FileFormat::Toml).required(false).collect()?;
        match self.place {
            Place::Root => Ok(sections),
            Place::Table => sections.remove(TABLE).map_or_else(|| Ok(Map::new()), Value::into_table),
        }
    }
}

/// The file named by `IDENTITY_WEB_CONFIG`: TOML, or JSON such as the Python sample's `aad.config.json`. If it has a table
/// `identity_web`, only that is read.
#[derive(Clone, Debug)]
struct NamedFile(PathBuf);

impl Source for NamedFile {
    fn clone_into_box(&self) -> Box<dyn Source + Send + Sync> {
        Box::new(self.clone())
    }

    fn collect(&self) -> Result<Map<String, Value>, ConfigError> {
        let json = self.0.extension().is_some_and(|extension| extension.eq_ignore_ascii_case("json"));
        let format = if json { FileFormat::Json } else { FileFormat::Toml };
        let mut sections = File::from(self.0.clone()).format(format).collect()?;
        if let Some(table) = sections.remove(TABLE) {
            sections = table.into_table()?;
        }
        // The sample's sections for its frameworks: only the routes in Flask's are used.
        sections.remove("django");
        if let Some(ValueKind::Table(mut flask)) = sections.remove("flask").map(|flask| flask.kind)
            && let Some(endpoints) = flask.remove("auth_endpoints")
        {
            sections.entry("auth_endpoints".to_owned()).or_insert(endpoints);
        }
        if let Some(ValueKind::Table(client)) = sections.get_mut("client").map(|client| &mut client.kind)
            && let Some(ValueKind::Table(credential)) =
                client.get_mut("client_credential").map(|credential| &mut credential.kind)
            && let Some(certificate) = credential.remove("public_certificate")
        {
            // The form that MSAL for Python expects, which the sample uses. We compute the thumbprint.
            credential.remove("thumbprint");
            credential.entry("certificate".to_owned()).or_insert(certificate);
        }
        Ok(sections)
    }
}
