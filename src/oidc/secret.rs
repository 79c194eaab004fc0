//! Secrets: values that are never printed.

use std::fmt;
use std::path::{Path, PathBuf};
use std::sync::{Arc, PoisonError, RwLock};

/// A secret from the settings, or from a file that may change.
///
/// `Debug` does not print it, and there is no `Display`. Clones share one value: all of them see what
/// [`Secret::reload`] reads.
#[derive(Clone)]
pub struct Secret {
    value: Arc<RwLock<Arc<str>>>,
    file: Option<Arc<Path>>,
}

impl Secret {
    /// Wraps a secret value.
    pub fn new(value: &str) -> Self {
        Self { value: Arc::new(RwLock::new(Arc::from(value))), file: None }
    }

    /// Reads a secret from a file. A trailing newline is dropped.
    ///
    /// # Errors
    /// The file cannot be read, is not UTF-8 or is empty.
    pub fn from_file(path: PathBuf) -> Result<Self, std::io::Error> {
        let mut secret = Self::new(&read(&path)?);
        secret.file = Some(Arc::from(path));
        Ok(secret)
    }

    /// Returns the value, to send it or derive from it. Never log it.
    pub fn expose(&self) -> Arc<str> {
        Arc::clone(&self.value.read().unwrap_or_else(PoisonError::into_inner))
    }

    /// Returns whether `exposed` is still the value. For what [`Secret::expose`] returned: it takes no constant time.
    pub fn is(&self, exposed: &Arc<str>) -> bool {
        let value = self.value.read().unwrap_or_else(PoisonError::into_inner);
        Arc::ptr_eq(&value, exposed)
    }

    /// Returns the path of its file, if it has one.
    pub fn file(&self) -> Option<&Path> {
        self.file.as_deref()
    }

    /// Returns the value that is in the file now, without keeping it. For a secret without a file it is the value
    /// itself.
    ///
    /// # Errors
    /// The file cannot be read, is not UTF-8 or is empty.
    pub fn fresh(&self) -> Result<Arc<str>, std::io::Error> {
        self.file.as_ref().map_or_else(|| Ok(self.expose()), |file| Ok(Arc::from(read(file)?)))
    }

    /// Reloads the file. Returns whether the value changed; without a file, always false.
    ///
    /// # Errors
    /// The file cannot be read; the last value is kept.
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
