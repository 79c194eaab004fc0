//! The files that a registration writes: the settings, keeping everything else in them, and the secret.

use std::fs::{self, OpenOptions};
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};

use toml_edit::{DocumentMut, InlineTable, Item, Table, TableLike, Value};

/// Marks settings written by `register`, for `unregister` to remove.
const MARK: &str = "  # written by identity-web register";

/// A TOML file of settings, which may not exist yet.
pub(super) struct SettingsFile {
    path: PathBuf,
    existed: bool,
    document: DocumentMut,
}

impl SettingsFile {
    /// Reads a file.
    ///
    /// # Errors
    /// A message if the file can't be read or is not TOML.
    pub(super) fn open(path: &Path) -> Result<Self, String> {
        let error_text = |problem: &str| format!("{}: {problem}", path.display());
        if path.extension().is_some_and(|extension| extension.eq_ignore_ascii_case("json")) {
            return Err(error_text("is JSON, which can't be edited without losing its formatting; name a TOML file"));
        }
        let (text, existed) = match fs::read_to_string(path) {
            Ok(text) => (text, true),
            Err(error) if error.kind() == io::ErrorKind::NotFound => (String::new(), false),
            Err(error) => return Err(error_text(&error.to_string())),
        };
        let document = text.parse().map_err(|error: toml_edit::TomlError| error_text(&error.to_string()))?;
        // Follows a symbolic link, so that saving doesn't replace the link.
        let path = fs::canonicalize(path).unwrap_or_else(|_| path.to_owned());
        Ok(Self { path, existed, document })
    }

    /// Sets a key of a section, unless it already has that value.
    ///
    /// # Errors
    /// A message if the section is not a table.
    pub(super) fn set(&mut self, section: &str, key: &str, mut value: Value) -> Result<(), String> {
        let table = self.document.entry(section).or_insert_with(|| Item::Table(Table::new()));
        let Some(table) = table.as_table_like_mut() else {
            return Err(format!("{}: {section} is not a table", self.path.display()));
        };
        let current = table.get(key).and_then(Item::as_value);
        if current.is_some_and(|current| bare(current) == bare(&value)) {
            return Ok(());
        }
        value.decor_mut().set_suffix(MARK);
        table.insert(key, Item::Value(value));
        Ok(())
    }

    /// Removes a key, marked or not.
    pub(super) fn remove(&mut self, section: &str, key: &str) {
        if let Some(table) = self.document.get_mut(section).and_then(Item::as_table_like_mut) {
            table.remove(key);
        }
    }

    /// Removes the marked settings. Returns whether there were any.
    pub(super) fn remove_marked(&mut self) -> bool {
        let sections: Vec<_> = self.document.iter().map(|(name, _)| name.to_owned()).collect();
        let mut any = false;
        for section in sections {
            let Some(table) = self.document.get_mut(&section).and_then(Item::as_table_like_mut) else { continue };
            let marked = marked(table);
            for key in &marked {
                table.remove(key);
            }
            if !marked.is_empty() && table.is_empty() && !is_commented(self.document.get(&section)) {
                self.document.remove(&section);
            }
            any |= !marked.is_empty();
        }
        any
    }

    /// Writes the file, or removes it if it is empty.
    ///
    /// # Errors
    /// The file can't be written.
    pub(super) fn save(&self) -> io::Result<()> {
        let text = self.document.to_string();
        if text.trim().is_empty() {
            return if self.existed { fs::remove_file(&self.path) } else { Ok(()) };
        }
        let permissions = fs::metadata(&self.path).map(|metadata| metadata.permissions()).ok();
        replace(&self.path, text.as_bytes(), permissions)
    }
}

fn bare(value: &Value) -> String {
    let mut value = value.clone();
    value.decor_mut().clear();
    value.to_string()
}

fn marked(table: &dyn TableLike) -> Vec<String> {
    let is_marked = |item: &Item| {
        let suffix = item.as_value().and_then(|value| value.decor().suffix()).and_then(|suffix| suffix.as_str());
        suffix.is_some_and(|suffix| suffix.trim() == MARK.trim())
    };
    table.iter().filter(|(_, item)| is_marked(item)).map(|(key, _)| key.to_owned()).collect()
}

fn is_commented(section: Option<&Item>) -> bool {
    let prefix = section.and_then(Item::as_table).and_then(|table| table.decor().prefix());
    prefix.and_then(|prefix| prefix.as_str()).is_some_and(|prefix| !prefix.trim().is_empty())
}

/// Returns a table on one line.
pub(super) fn inline<'a>(members: impl IntoIterator<Item = (&'a str, String)>) -> Value {
    let mut table = InlineTable::new();
    table.extend(members.into_iter().map(|(key, value)| (key, Value::from(value))));
    Value::from(table)
}

/// Writes a file that only its owner can read, atomically.
pub(super) fn write_private(path: &Path, content: &[u8]) -> io::Result<()> {
    replace(path, content, None)
}

/// Replaces a file atomically. Only its owner can read the new one, unless `permissions` are given.
fn replace(path: &Path, content: &[u8], permissions: Option<fs::Permissions>) -> io::Result<()> {
    if let Some(folder) = path.parent().filter(|folder| !folder.as_os_str().is_empty()) {
        fs::create_dir_all(folder)?;
    }
    let mut name = path.file_name().unwrap_or_default().to_owned();
    name.push(format!(".{}", std::process::id()));
    let temporary = path.with_file_name(name);
    let mut options = OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let written = options.open(&temporary).and_then(|mut file| {
        permissions.map_or(Ok(()), |permissions| file.set_permissions(permissions))?;
        file.write_all(content)?;
        file.sync_all()?;
        fs::rename(&temporary, path)
    });
    if written.is_err() {
        let _ = fs::remove_file(&temporary);
    }
    written
}

#[cfg(test)]
mod tests {
    use super::*;

    fn file(name: &str, content: &str) -> PathBuf {
        let path = std::env::temp_dir().join(format!("identity-web-{name}-{}.toml", std::process::id()));
        fs::write(&path, content).unwrap();
        path
    }

    #[test]
    fn other_content_is_kept_when_settings_are_added_and_removed() {
        let content = "# mine\n[client] # me\nallowed_tenants = []\nauthority = \"a\"\n\n[server]\nworkers = 2 # two\n";
        let path = file("kept", content);
        let mut settings = SettingsFile::open(&path).unwrap();
        settings.set("client", "client_id", "c".into()).unwrap();
        settings.set("client", "authority", "a".into()).unwrap();
        settings.set("type", "authority_type", "SINGLE_TENANT".into()).unwrap();
        settings.save().unwrap();
        let written = fs::read_to_string(&path).unwrap();
        assert!(written.contains("# mine\n[client] # me\n") && written.contains("workers = 2 # two"), "{written}");
        assert!(written.contains("client_id = \"c\"  # written by identity-web register\n"), "{written}");
        let mut settings = SettingsFile::open(&path).unwrap();
        assert!(settings.remove_marked());
        settings.save().unwrap();
        assert_eq!(fs::read_to_string(&path).unwrap(), content);
        fs::remove_file(path).unwrap();
    }

    #[test]
    fn an_empty_file_is_removed() {
        let path = file("removed", "");
        let mut settings = SettingsFile::open(&path).unwrap();
        settings.set("client", "client_credential", inline([("certificate", "a.pem".to_owned())])).unwrap();
        settings.save().unwrap();
        let mut settings = SettingsFile::open(&path).unwrap();
        assert!(settings.remove_marked());
        settings.save().unwrap();
        assert!(!path.exists());
    }

    #[test]
    fn a_file_that_cannot_be_edited_is_rejected() {
        let path = file("refused", "client = 1\n");
        assert!(SettingsFile::open(&path).unwrap().set("client", "client_id", "c".into()).is_err());
        fs::write(&path, "client = ").unwrap();
        assert!(SettingsFile::open(&path).is_err());
        assert!(SettingsFile::open(Path::new("aad.config.json")).is_err());
        fs::remove_file(path).unwrap();
    }
}
