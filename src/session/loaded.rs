//! A session in memory.

use std::any::Any;
use std::sync::{Arc, OnceLock};

use super::key::SessionKey;
use super::record::Record;

/// A session as it was read or written.
pub struct Loaded {
    pub(super) key: SessionKey,
    pub(super) sealed: Vec<u8>,
    /// Its record.
    pub record: Record,
    derived: OnceLock<Box<dyn Any + Send + Sync>>,
}

impl Loaded {
    pub(super) fn new(key: SessionKey, sealed: Vec<u8>, record: Record) -> Arc<Self> {
        Arc::new(Self { key, sealed, record, derived: OnceLock::new() })
    }

    /// Returns what `derive` makes of the record. It is kept as long as the record is, so it is made once for many
    /// requests; of one type only.
    pub fn derived<T: Send + Sync + 'static>(&self, derive: impl Fn(&Record) -> T) -> Option<&T> {
        self.derived.get_or_init(|| Box::new(derive(&self.record))).downcast_ref()
    }

    /// The session's key.
    pub fn key(&self) -> &SessionKey {
        &self.key
    }
}
