//! Sessions in a SQLite file, for one machine: they survive a restart, without a server to run.

use std::path::Path;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use identity_web::store::{Backend, BackendError, Taken, async_trait};
use rusqlite::{Connection, OptionalExtension as _, TransactionBehavior, params};

const SCHEMA: &str = "
    PRAGMA journal_mode = WAL;
    PRAGMA synchronous = NORMAL;
    CREATE TABLE IF NOT EXISTS record (key TEXT PRIMARY KEY, value BLOB NOT NULL, ends_at REAL NOT NULL);
    CREATE TABLE IF NOT EXISTS member (key TEXT, entry BLOB, ends_at REAL NOT NULL, PRIMARY KEY (key, entry));
    CREATE INDEX IF NOT EXISTS record_ends_at ON record (ends_at);
    CREATE INDEX IF NOT EXISTS member_ends_at ON member (ends_at);";

/// A statement takes some microseconds, so each runs where it is asked for.
pub struct Sqlite(Mutex<Connection>);

fn failed(error: rusqlite::Error) -> BackendError {
    BackendError(error.to_string())
}

impl Sqlite {
    pub fn open(file: &Path) -> rusqlite::Result<Self> {
        let connection = Connection::open(file)?;
        connection.busy_timeout(Duration::from_secs(1))?;
        connection.execute_batch(SCHEMA)?;
        Ok(Self(Mutex::new(connection)))
    }

    fn lock(&self) -> MutexGuard<'_, Connection> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Runs a statement, and returns whether it changed a row.
    fn run(&self, sql: &str, parameters: impl rusqlite::Params) -> Result<bool, BackendError> {
        let sql = sql.replace("now()", "unixepoch('subsec')");
        Ok(self.lock().prepare_cached(&sql).and_then(|mut statement| statement.execute(parameters)).map_err(failed)?
            > 0)
    }
}

#[async_trait]
impl Backend for Sqlite {
    async fn get(&self, key: &str) -> Result<Option<Vec<u8>>, BackendError> {
        let sql = "SELECT value FROM record WHERE key = ?1 AND ends_at > unixepoch('subsec')";
        self.lock().query_row(sql, [key], |row| row.get(0)).optional().map_err(failed)
    }

    async fn insert(&self, key: &str, value: &[u8], ttl: Duration) -> Result<bool, BackendError> {
        self.run("DELETE FROM record WHERE ends_at <= now()", [])?;
        self.run("INSERT OR IGNORE INTO record VALUES (?1, ?2, now() + ?3)", params![key, value, ttl.as_secs_f64()])
    }

    async fn put(&self, key: &str, value: &[u8], ttl: Duration) -> Result<(), BackendError> {
        self.run("INSERT OR REPLACE INTO record VALUES (?1, ?2, now() + ?3)", params![key, value, ttl.as_secs_f64()])?;
        Ok(())
    }

    async fn replace(&self, key: &str, expected: &[u8], value: &[u8], ttl: Duration) -> Result<bool, BackendError> {
        let sql = "UPDATE record SET value = ?3, ends_at = now() + ?4
            WHERE key = ?1 AND value = ?2 AND ends_at > now()";
        self.run(sql, params![key, expected, value, ttl.as_secs_f64()])
    }

    async fn take(&self, key: &str, kept: Option<u8>) -> Result<Taken, BackendError> {
        taken(&mut self.lock(), key, kept.map(|byte| vec![byte])).map_err(failed)
    }

    async fn add_entry(&self, key: &str, entry: &[u8], ttl: Duration) -> Result<(), BackendError> {
        self.run("DELETE FROM member WHERE ends_at <= now()", [])?;
        self.run("INSERT OR REPLACE INTO member VALUES (?1, ?2, now() + ?3)", params![key, entry, ttl.as_secs_f64()])?;
        Ok(())
    }

    async fn remove_entry(&self, key: &str, entry: &[u8]) -> Result<(), BackendError> {
        self.run("DELETE FROM member WHERE key = ?1 AND entry = ?2", params![key, entry])?;
        Ok(())
    }

    async fn entries(&self, key: &str) -> Result<Vec<Vec<u8>>, BackendError> {
        let connection = self.lock();
        let sql = "SELECT entry FROM member WHERE key = ?1 AND ends_at > unixepoch('subsec')";
        let mut statement = connection.prepare_cached(sql).map_err(failed)?;
        let entries = statement.query_map([key], |row| row.get(0)).map_err(failed)?;
        entries.collect::<Result<_, _>>().map_err(failed)
    }

    async fn ping(&self, key: &str) -> Result<(), BackendError> {
        self.put(key, b"", Duration::from_secs(1)).await
    }
}

/// Reads and removes in one transaction, because another process may use the file too.
fn taken(connection: &mut Connection, key: &str, kept: Option<Vec<u8>>) -> rusqlite::Result<Taken> {
    let transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
    let sql = "SELECT value FROM record WHERE key = ?1 AND ends_at > unixepoch('subsec')";
    let found = transaction.query_row(sql, [key], |row| row.get(0)).optional()?;
    let sql = "DELETE FROM record WHERE key = ?1 AND (?2 IS NULL OR substr(value, 1, 1) IS NOT ?2)";
    transaction.execute(sql, params![key, kept])?;
    transaction.commit()?;
    Ok(found.map_or(Taken::Nothing, Taken::Value))
}
