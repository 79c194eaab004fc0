//! Reads values by key path and collects all problems.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::ops::RangeInclusive;
use std::path::PathBuf;

use config::{Value, ValueKind};
use url::Url;

use crate::oidc::secret::Secret;

/// The prefix of environment variables, with its separator.
pub(super) const ENVIRONMENT: &str = "IDENTITY_WEB__";
/// Part of the samples' placeholders.
pub(super) const PLACEHOLDER: &str = "enter-your-";
/// How the message about an unknown key begins.
pub(super) const UNKNOWN: &str = "unknown setting";

/// One problem with the settings.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Problem {
    /// The key's path, such as `client.client_id`.
    pub path: String,
    /// The value's source: a file or an environment variable; `None` if there is no value.
    pub source: Option<String>,
    /// What is wrong and how to fix it.
    pub message: String,
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.source {
            Some(source) => write!(f, "{} ({source}): {}", self.path, self.message),
            None => write!(f, "{}: {}", self.path, self.message),
        }
    }
}

/// The merged values of all layers, by key path.
#[derive(Default)]
pub(super) struct Reader {
    values: BTreeMap<String, Value>,
    known: BTreeSet<String>,
    tables: BTreeSet<String>,
    problems: Vec<Problem>,
    azure: BTreeMap<String, String>,
}

impl Reader {
    pub(super) fn new(root: Value) -> Self {
        let mut reader = Self::default();
        if let ValueKind::Table(sections) = root.kind {
            for (name, value) in sections {
                reader.flatten(name, value);
            }
        }
        reader
    }

    /// Adds Azure's environment variables, which are read only if a setting says so.
    pub(super) fn with_azure(self, azure: BTreeMap<String, String>) -> Self {
        Self { azure, ..self }
    }

    /// Returns one of Azure's environment variables.
    pub(super) fn azure(&self, name: &str) -> Option<&str> {
        self.azure.get(name).map(String::as_str).filter(|value| !value.is_empty())
    }

    fn flatten(&mut self, path: String, value: Value) {
        match value.kind {
            ValueKind::Table(members) if !members.is_empty() => {
                for (name, value) in members {
                    self.flatten(format!("{path}.{name}"), value);
                }
            }
            _ => {
                self.values.insert(path, value);
            }
        }
    }

    /// Adds a problem with a key.
    pub(super) fn problem(&mut self, path: &str, message: impl Into<String>) {
        let source = self.values.get(path).map(|value| source(path, value));
        self.problems.push(Problem { path: path.to_owned(), source, message: message.into() });
    }

    /// Returns a key's value, unless it is unset: missing, null or empty.
    fn value(&mut self, path: &str) -> Option<Value> {
        self.known.insert(path.to_owned());
        let value = self.values.get(path)?;
        let unset = match &value.kind {
            ValueKind::Nil => true,
            ValueKind::String(text) => text.is_empty(),
            ValueKind::Array(elements) => elements.is_empty(),
            ValueKind::Table(members) => members.is_empty(),
            _ => false,
        };
        (!unset).then(|| value.clone())
    }

    /// Returns whether a key has a value.
    pub(super) fn is_given(&mut self, path: &str) -> bool {
        self.value(path).is_some()
    }

    /// Reads a string; `None` if unset.
    pub(super) fn text(&mut self, path: &str) -> Option<String> {
        let value = self.value(path)?;
        match value.into_string() {
            Ok(text) if text.contains(PLACEHOLDER) => {
                self.problem(path, "is still the placeholder; enter your own value");
                Some(text)
            }
            Ok(text) => Some(text),
            Err(_) => {
                self.problem(path, "must be a string");
                None
            }
        }
    }

    /// Reads a string with a default.
    pub(super) fn text_or(&mut self, path: &str, default: &str) -> String {
        self.text(path).unwrap_or_else(|| default.to_owned())
    }

    /// Parses a string; `expected` describes its form.
    pub(super) fn parsed<T>(&mut self, path: &str, expected: &str, parse: impl Fn(&str) -> Option<T>) -> Option<T> {
        let text = self.text(path)?;
        let parsed = parse(&text);
        if parsed.is_none() {
            self.problem(path, format!("must be {expected}"));
        }
        parsed
    }

    /// Reads a URL.
    pub(super) fn url(&mut self, path: &str) -> Option<Url> {
        self.parsed(path, "an http or https URL", |text| {
            Url::parse(text).ok().filter(|url| matches!(url.scheme(), "http" | "https") && url.has_host())
        })
    }

    /// Reads one of several names.
    pub(super) fn choice<T: Copy>(&mut self, path: &str, choices: &[(&str, T)]) -> Option<T> {
        let names: Vec<_> = choices.iter().map(|(name, _)| *name).collect();
        let expected = format!("one of {}", names.join(", "));
        self.parsed(path, &expected, |text| {
            choices.iter().find(|(name, _)| name.eq_ignore_ascii_case(text)).map(|(_, choice)| *choice)
        })
    }

    /// Reads a whole number within a range.
    pub(super) fn number(&mut self, path: &str, default: u64, range: RangeInclusive<u64>) -> u64 {
        let Some(value) = self.value(path) else { return default };
        match value.into_uint() {
            Ok(number) if range.contains(&number) => number,
            _ => {
                self.problem(path, format!("must be a whole number from {} to {}", range.start(), range.end()));
                default
            }
        }
    }

    /// Reads a list: an array of strings, or one comma-separated string.
    pub(super) fn list(&mut self, path: &str) -> Vec<String> {
        let Some(value) = self.value(path) else { return Vec::new() };
        let elements = match value.kind {
            ValueKind::Array(elements) => elements.into_iter().map(|element| element.into_string().ok()).collect(),
            ValueKind::String(text) => Some(text.split(',').map(str::to_owned).collect::<Vec<_>>()),
            _ => None,
        };
        let Some(elements) = elements else {
            self.problem(path, "must be a list of strings");
            return Vec::new();
        };
        elements.iter().map(|element| element.trim().to_owned()).filter(|element| !element.is_empty()).collect()
    }

    /// Reads a table of strings with any names.
    pub(super) fn table(&mut self, path: &str) -> BTreeMap<String, String> {
        self.tables.insert(format!("{path}."));
        if self.value(path).is_some() {
            self.problem(path, "must be a table of name = value");
        }
        let prefix = format!("{path}.");
        let names: Vec<_> = self.values.keys().filter_map(|key| key.strip_prefix(&prefix)).map(str::to_owned).collect();
        names.into_iter().filter_map(|name| Some((name.clone(), self.text(&format!("{prefix}{name}"))?))).collect()
    }

    /// Reads PEM: the value itself, or the file that the value or `{path}_file` names.
    pub(super) fn pem(&mut self, path: &str) -> Option<Secret> {
        let secret = self.secret(path)?;
        let text = secret.expose();
        if secret.file().is_some() || text.contains("-----BEGIN") {
            return Some(secret);
        }
        // The message doesn't repeat the value, which may be a key that was pasted without its first line.
        let file = Secret::from_file(PathBuf::from(&*text));
        file.map_err(|error| self.problem(path, format!("is neither PEM nor a readable file: {error}"))).ok()
    }

    /// Returns the names of a table's members, each once.
    pub(super) fn members(&self, path: &str) -> BTreeSet<String> {
        let rest = self.values.keys().filter_map(|key| key.strip_prefix(path)?.strip_prefix('.'));
        rest.filter_map(|rest| rest.split('.').next()).map(str::to_owned).collect()
    }

    /// Returns whether a key is a table with members.
    #[cfg(feature = "program")]
    pub(super) fn has_members(&self, path: &str) -> bool {
        self.values.keys().any(|key| key.strip_prefix(path).is_some_and(|rest| rest.starts_with('.')))
    }

    /// Returns a key's source.
    #[cfg(feature = "program")]
    pub(super) fn source(&self, path: &str) -> String {
        self.values.get(path).map(|value| source(path, value)).unwrap_or_default()
    }

    /// Reads a secret: the value itself, or the file that `{path}_file` names.
    pub(super) fn secret(&mut self, path: &str) -> Option<Secret> {
        let file_path = format!("{path}_file");
        let given = match self.value(path).map(|value| value.kind) {
            // A key ring may be an array, but is one secret.
            Some(ValueKind::Array(_)) => Some(self.list(path).join(",")),
            _ => self.text(path),
        };
        let file = self.text(&file_path).map(PathBuf::from);
        match (given, file) {
            (Some(_), Some(_)) => {
                self.problem(path, format!("is set twice: here and by {file_path}; remove one of them"));
                None
            }
            (Some(value), None) => Some(Secret::new(&value)),
            (None, Some(file)) => match Secret::from_file(file.clone()) {
                Ok(secret) => Some(secret),
                Err(error) => {
                    self.problem(&file_path, format!("cannot read {}: {error}", file.display()));
                    None
                }
            },
            (None, None) => None,
        }
    }

    /// Reads the file that a key names.
    pub(super) fn file(&mut self, path: &str) -> Option<Vec<u8>> {
        let file = self.text(path)?;
        match std::fs::read(&file) {
            Ok(content) => Some(content),
            Err(error) => {
                self.problem(path, format!("cannot read {file}: {error}"));
                None
            }
        }
    }

    /// Accepts a key with any value.
    pub(super) fn ignore(&mut self, path: &str) {
        self.known.insert(path.to_owned());
    }

    /// Returns all problems, including unknown keys, and all known keys.
    pub(super) fn finish(mut self) -> (Vec<Problem>, BTreeSet<String>) {
        let unknown: Vec<_> = self.values.keys().filter(|path| !self.is_known(path)).cloned().collect();
        for path in unknown {
            let nearest = self.known.iter().max_by(|a, b| {
                let similarity = |known: &str| strsim::jaro_winkler(known, &path);
                similarity(a).total_cmp(&similarity(b))
            });
            let message = match nearest {
                Some(nearest) => format!("{UNKNOWN}; did you mean {nearest}?"),
                None => UNKNOWN.to_owned(),
            };
            self.problem(&path, message);
        }
        (self.problems, self.known)
    }

    fn is_known(&self, path: &str) -> bool {
        self.known.contains(path) || self.tables.iter().any(|table| path.starts_with(table))
    }
}

fn source(path: &str, value: &Value) -> String {
    match value.origin() {
        Some("the environment") | None => {
            format!("{ENVIRONMENT}{} in the environment", path.replace('.', "__").to_uppercase())
        }
        Some(file) => file.to_owned(),
    }
}
