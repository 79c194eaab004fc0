//! The files that a registration writes: the settings, with what else is in them kept, and the secret.

use std::fs::{self, OpenOptions};
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};

use toml_edit::{DocumentMut, InlineTable, Item, Table, TableLike, Value};

/// What marks a setting that was written here, so that it can be taken away again.
const MARK: &str = "  # written by identity-web register";

/// A TOML file of settings, which may not be there yet.
pub(super) struct SettingsFile {
    path: PathBuf,
    was_there: bool,
    document: DocumentMut,
}

impl SettingsFile {
    /// Reads a file.
    ///
    /// # Errors
    /// In words: it cannot be read, or is not TOML.
    pub(super) fn open(path: &Path) -> Result<Self, String> {
        let said = |problem: &str| format!("{}: {problem}", path.display());
        if path.extension().is_some_and(|extension| extension.eq_ignore_ascii_case("json")) {
            return Err(said("is JSON, which cannot be changed without losing its form; name a TOML file"));
        }
        let (text, was_there) = match fs::read_to_string(path) {
            Ok(text) => (text, true),
            Err(error) if error.kind() == io::ErrorKind::NotFound => (String::new(), false),
            Err(error) => return Err(said(&error.to_string())),
        };
        let document = text.parse().map_err(|error: toml_edit::TomlError| said(&error.to_string()))?;
        // Through a link, what it leads to is written.
        let path = fs::canonicalize(path).unwrap_or_else(|_| path.to_owned());
        Ok(Self { path, was_there, document })
    }

    /// Sets a key of a section, unless it has that value already.
    ///
    /// # Errors
    /// In words: the section is no table.
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

    /// Takes a key away, whoever wrote it.
    pub(super) fn remove(&mut self, section: &str, key: &str) {
        if let Some(table) = self.document.get_mut(section).and_then(Item::as_table_like_mut) {
            table.remove(key);
        }
    }

    /// Takes away what was written here; tells whether there was something.
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

    /// Writes the file; where nothing is left in it, removes it.
    ///
    /// # Errors
    /// It cannot be written.
    pub(super) fn save(&self) -> io::Result<()> {
        let text = self.document.to_string();
        if text.trim().is_empty() {
            return if self.was_there { fs::remove_file(&self.path) } else { Ok(()) };
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

/// A table on one line.
pub(super) fn inline<'a>(members: impl IntoIterator<Item = (&'a str, String)>) -> Value {
    let mut table = InlineTable::new();
    table.extend(members.into_iter().map(|(key, value)| (key, Value::from(value))));
    Value::from(table)
}

/// Writes a file that only its owner can read, whole or not at all.
pub(super) fn write_private(path: &Path, content: &[u8]) -> io::Result<()> {
    replace(path, content, None)
}

/// Writes beside a file, then puts it in its place; readable by its owner only, unless permissions are given.
fn replace(path: &Path, content: &[u8], permissions: Option<fs::Permissions>) -> io::Result<()> {
    if let Some(folder) = path.parent().filter(|folder| !folder.as_os_str().is_empty()) {
        fs::create_dir_all(folder)?;
    }
    let mut name = path.file_name().unwrap_or_default().to_owned();
    name.push(format!(".{}", std::process::id()));
    let beside = path.with_file_name(name);
    let mut options = OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let written = options.open(&beside).and_then(|mut file| {
        permissions.map_or(Ok(()), |permissions| file.set_permissions(permissions))?;
        file.write_all(content)?;
        file.sync_all()?;
        fs::rename(&beside, path)
    });
    if written.is_err() {
        let _ = fs::remove_file(&beside);
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
    fn what_else_is_in_the_file_stays_when_settings_come_and_go() {
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
    fn a_file_with_nothing_left_in_it_goes() {
        let path = file("gone", "");
        let mut settings = SettingsFile::open(&path).unwrap();
        settings.set("client", "client_credential", inline([("certificate", "a.pem".to_owned())])).unwrap();
        settings.save().unwrap();
        let mut settings = SettingsFile::open(&path).unwrap();
        assert!(settings.remove_marked());
        settings.save().unwrap();
        assert!(!path.exists());
    }

    #[test]
    fn what_cannot_be_kept_is_refused() {
        let path = file("refused", "client = 1\n");
        assert!(SettingsFile::open(&path).unwrap().set("client", "client_id", "c".into()).is_err());
        fs::write(&path, "client = ").unwrap();
        assert!(SettingsFile::open(&path).is_err());
        assert!(SettingsFile::open(Path::new("aad.config.json")).is_err());
        fs::remove_file(path).unwrap();
    }
}
