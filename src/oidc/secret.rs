//! Secrets: values that never show themselves.

use std::fmt;
use std::path::{Path, PathBuf};
use std::sync::{Arc, PoisonError, RwLock};

/// A secret value, given in the settings or held in a file that may change.
///
/// `Debug` prints nothing of it, and there is no `Display`. Clones share one value, so what [`Secret::reload`]
/// reads is seen by all of them.
#[derive(Clone)]
pub struct Secret {
    value: Arc<RwLock<Arc<str>>>,
    file: Option<Arc<Path>>,
}

impl Secret {
    /// A secret given as a value.
    pub fn new(value: &str) -> Self {
        Self { value: Arc::new(RwLock::new(Arc::from(value))), file: None }
    }

    /// A secret held in a file; a newline at its end is dropped.
    ///
    /// # Errors
    /// The file cannot be read, is not UTF-8 or is empty.
    pub fn from_file(path: PathBuf) -> Result<Self, std::io::Error> {
        let mut secret = Self::new(&read(&path)?);
        secret.file = Some(Arc::from(path));
        Ok(secret)
    }

    /// The value. Its only use is to be sent or derived from; never log it.
    pub fn expose(&self) -> Arc<str> {
        Arc::clone(&self.value.read().unwrap_or_else(PoisonError::into_inner))
    }

    /// The file that holds it, if one does.
    pub fn file(&self) -> Option<&Path> {
        self.file.as_deref()
    }

    /// The value as the file has it now, which is not kept; the value itself for a secret with no file.
    ///
    /// # Errors
    /// The file cannot be read, is not UTF-8 or is empty.
    pub fn fresh(&self) -> Result<Arc<str>, std::io::Error> {
        self.file.as_ref().map_or_else(|| Ok(self.expose()), |file| Ok(Arc::from(read(file)?)))
    }

    /// Reads the file again. Tells whether the value changed; always false for a secret with no file.
    ///
    /// # Errors
    /// The file cannot be read; the last value stays.
    pub fn reload(&self) -> Result<bool, std::io::Error> {
        let Some(file) = &self.file else { return Ok(false) };
        let fresh = read(file)?;
        let mut value = self.value.write().unwrap_or_else(PoisonError::into_inner);
        let changed = **value != *fresh;
        if changed {
            *value = Arc::from(fresh);
        }
        Ok(changed)
    }
}

fn read(path: &Path) -> Result<String, std::io::Error> {
    let text = std::fs::read_to_string(path)?;
    let value = text.strip_suffix('\n').map_or(text.as_str(), |line| line.strip_suffix('\r').unwrap_or(line));
    if value.is_empty() {
        return Err(std::io::Error::new(std::io::ErrorKind::InvalidData, "the file is empty"));
    }
    Ok(value.to_owned())
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Secret")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn debug_prints_nothing_of_it() {
        assert_eq!(format!("{:?}", Some(Secret::new("canary"))), "Some(Secret)");
    }

    #[test]
    fn a_secret_file_is_read_anew_and_keeps_its_last_value_when_it_goes() {
        let path = std::env::temp_dir().join(format!("identity-web-secret-{}", std::process::id()));
        std::fs::write(&path, "one\r\n").unwrap();
        let secret = Secret::from_file(path.clone()).unwrap();
        assert_eq!(&*secret.expose(), "one");
        assert!(!secret.reload().unwrap());
        std::fs::write(&path, "two\n").unwrap();
        assert!(secret.clone().reload().unwrap());
        assert_eq!(&*secret.expose(), "two");
        std::fs::remove_file(&path).unwrap();
        assert!(secret.reload().is_err());
        assert_eq!(&*secret.expose(), "two");
    }
}
