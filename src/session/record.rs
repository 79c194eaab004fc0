//! The record of one session.
//!
//! Versions may differ between replicas during a rolling update. A replica keeps the fields that it doesn't know and
//! writes them back, so a newer replica loses nothing; only a record of a newer major version is refused. The first
//! version is written without its number, which replicas that know no versions would refuse.

use std::collections::BTreeMap;
use std::time::Duration;

use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;
use serde_json::{Map, Value};

use crate::clock::Timestamp;
use crate::oidc::claims::Claims;
use crate::oidc::step_up::StepUp;
use crate::oidc::token::TokenSet;

/// The major version of the records that this program writes, and the newest that it reads.
const MAJOR: u32 = 1;

/// Everything stored for one session.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Record {
    /// The version, `major.minor`; absent means `1.0`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) version: Option<String>,
    /// When this session began: the absolute timeout counts from here.
    pub began_at: Timestamp,
    /// When it was last used, to a tenth of the idle timeout.
    pub seen_at: Timestamp,
    /// The user who is signed in, if any.
    pub signed_in: Option<SignedIn>,
    /// The application's own values, as [`actix_session::Session`] holds them.
    pub values: BTreeMap<String, String>,
    /// Fields of a newer version, kept as they are.
    #[serde(flatten)]
    pub(super) unknown: Map<String, Value>,
}

/// The result of a sign-in.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct SignedIn {
    /// The user's verified claims.
    pub claims: Claims,
    /// The provider's tokens.
    pub tokens: TokenSet,
    /// When the sign-in was completed.
    pub at: Timestamp,
    /// Group memberships looked up in the directory, if the ID token can't list all of the user's groups.
    pub asked_groups: Vec<AskedGroup>,
    /// The provider of the sign-in, unless it is the default one: tokens are renewed, and the session is ended, at the same
    /// one. Stored under the name of the version before, which had several providers only as B2C's policies.
    #[serde(rename = "policy", default, skip_serializing_if = "Option::is_none")]
    pub provider: Option<String>,
    /// The step-ups that led to it, and to those within a minute before it: a rule that isn't met in spite of them doesn't
    /// ask for the same again at once.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub step_ups: Vec<StepUp>,
    /// The values that the application's hook for sign-ins added, apart from the claims.
    #[serde(default, skip_serializing_if = "Map::is_empty")]
    pub values: Map<String, Value>,
    /// How it went, as JSON that is read only to be shown; `None` if that isn't recorded.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub trace: Option<Box<RawValue>>,
    /// Fields of a newer version, kept as they are.
    #[serde(flatten)]
    unknown: Map<String, Value>,
}

/// Whether the user is a member of a group, as the directory said when the ID token was fresh.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct AskedGroup {
    /// Its object id.
    pub id: String,
    /// Whether the user is a member.
    pub is_member: bool,
}

/// How long a session lasts, and how large it may be.
#[derive(Clone, Copy, Debug)]
pub struct SessionLimits {
    /// `session.idle_timeout_seconds`: the longest time without a request.
    pub idle_timeout: Duration,
    /// `session.absolute_timeout_seconds`: the longest time after the sign-in.
    pub absolute_timeout: Duration,
    /// `limits.session_bytes`: the largest record.
    pub bytes: usize,
    /// `session.cache_bytes`, or none with `session.cache` off: the memory for sessions that were read.
    pub cache_bytes: usize,
}

impl SessionLimits {
    /// Whether sessions that were read stay in memory.
    pub fn has_cache(&self) -> bool {
        self.cache_bytes > 0
    }
}

/// Why the plain text of a record can't be read.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum RecordError {
    /// A newer major version wrote it.
    #[error("a newer version of this program wrote the session's record")]
    Newer,
    /// It isn't a record.
    #[error("the session's record can't be parsed")]
    Malformed,
}

impl SignedIn {
    /// A sign-in that was completed at `at`, at a `provider` unless it is the default one.
    pub fn new(claims: Claims, tokens: TokenSet, at: Timestamp, provider: Option<String>) -> Self {
        Self {
            claims,
            tokens,
            at,
            asked_groups: Vec::new(),
            provider,
            step_ups: Vec::new(),
            values: Map::new(),
            trace: None,
            unknown: Map::new(),
        }
    }
}

impl Record {
    /// A session that begins now.
    pub fn begin(signed_in: Option<SignedIn>, values: BTreeMap<String, String>, now: Timestamp) -> Self {
        Self { version: None, began_at: now, seen_at: now, signed_in, values, unknown: Map::new() }
    }

    /// Reads what [`Record::to_json`] wrote, in this version or another.
    ///
    /// # Errors
    /// Every [`RecordError`].
    pub fn from_json(plain: &[u8]) -> Result<Self, RecordError> {
        let plain = str::from_utf8(plain).map_err(|_| RecordError::Malformed)?;
        let record = serde_json::from_str::<Self>(plain);
        // A newer major version may have changed any other field, so its version is then read alone.
        let version = record.as_ref().map_or_else(|_| version_of(plain), |record| record.version.clone());
        if version.is_some_and(|version| is_newer(&version)) {
            return Err(RecordError::Newer);
        }
        record.map_err(|_| RecordError::Malformed)
    }

    /// The plain text that is sealed; `None` if it can't be serialized.
    pub fn to_json(&self) -> Option<Vec<u8>> {
        serde_json::to_vec(self).ok()
    }

    /// How much longer the session lives without another request; `None` once it has expired.
    pub fn time_to_live(&self, limits: &SessionLimits, now: Timestamp) -> Option<Duration> {
        let idle = limits.idle_timeout.checked_sub(now.since(self.seen_at))?;
        let absolute = limits.absolute_timeout.checked_sub(now.since(self.began_at))?;
        Some(idle.min(absolute)).filter(|left| !left.is_zero())
    }

    /// Whether `seen_at` is due to be written again: after a tenth of the idle timeout.
    pub fn needs_extension(&self, limits: &SessionLimits, now: Timestamp) -> bool {
        now.since(self.seen_at) >= limits.idle_timeout / 10
    }
}

fn is_newer(version: &str) -> bool {
    version.split('.').next().and_then(|major| major.parse::<u32>().ok()).is_none_or(|major| major > MAJOR)
}

fn version_of(plain: &str) -> Option<String> {
    #[derive(Deserialize)]
    struct Versioned {
        version: Option<String>,
    }
    serde_json::from_str::<Versioned>(plain).ok()?.version
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn stored() -> Value {
        json!({
            "began_at": 1000, "seen_at": 1001, "values": {"cart": "3"},
            "signed_in": {
                "claims": {"iss": "https://op.example", "sub": "ada"},
                "tokens": {
                    "granted": {"access_token": "a", "obtained_at": 1000, "expires_at": null, "scope": null},
                    "id_token": "i", "refresh_token": null, "further": [],
                },
                "at": 1000, "asked_groups": [],
            },
        })
    }

    fn read(stored: &Value) -> Result<Record, RecordError> {
        Record::from_json(stored.to_string().as_bytes())
    }

    #[test]
    fn a_record_is_written_as_the_version_before_reads_it() {
        let record = read(&stored()).unwrap();
        assert_eq!(serde_json::from_slice::<Value>(&record.to_json().unwrap()).unwrap(), stored());
    }

    #[test]
    fn what_a_newer_version_added_is_kept() {
        let mut newer = stored();
        newer["version"] = json!("1.7");
        newer["device"] = json!({"name": "phone", "seen": [1, 2.5]});
        newer["signed_in"]["authenticated_at"] = json!(999);
        newer["signed_in"]["tokens"]["session_state"] = json!("s");
        newer["signed_in"]["tokens"]["granted"]["token_type"] = json!("DPoP");
        let mut record = read(&newer).unwrap();
        record.seen_at = Timestamp(2000);
        newer["seen_at"] = json!(2000);
        assert_eq!(serde_json::from_slice::<Value>(&record.to_json().unwrap()).unwrap(), newer);
    }

    #[test]
    fn a_trace_is_kept_as_it_was_written() {
        let mut with_trace = stored();
        with_trace["signed_in"]["trace"] = json!({"steps": [{"new": 1.50}], "began_at": 1});
        let mut record = read(&with_trace).unwrap();
        record.seen_at = Timestamp(1001);
        assert_eq!(
            record.signed_in.as_ref().unwrap().trace.as_ref().unwrap().get(),
            with_trace["signed_in"]["trace"].to_string()
        );
        assert_eq!(serde_json::from_slice::<Value>(&record.to_json().unwrap()).unwrap(), with_trace);
    }

    #[test]
    fn only_a_newer_major_version_is_refused() {
        for (version, expected) in
            [("1.0", None), ("1.99", None), ("2.0", Some(RecordError::Newer)), ("x", Some(RecordError::Newer))]
        {
            let mut record = stored();
            record["version"] = json!(version);
            assert_eq!(read(&record).err(), expected, "{version}");
        }
        assert_eq!(read(&json!({"version": "2.0", "sessions": []})).err(), Some(RecordError::Newer));
        assert_eq!(read(&json!({"sessions": []})).err(), Some(RecordError::Malformed));
    }

    #[test]
    fn both_timeouts_are_kept_to_the_second() {
        let limits = SessionLimits {
            idle_timeout: Duration::from_secs(100),
            absolute_timeout: Duration::from_secs(250),
            bytes: 0,
            cache_bytes: 0,
        };
        let mut record = Record::begin(None, BTreeMap::new(), Timestamp(1000));
        let left = |record: &Record, now| record.time_to_live(&limits, Timestamp(now)).map(|left| left.as_secs());
        assert_eq!(left(&record, 1000), Some(100));
        assert_eq!(left(&record, 1099), Some(1));
        assert_eq!(left(&record, 1100), None, "idle");
        record.seen_at = Timestamp(1240);
        assert_eq!(left(&record, 1240), Some(10), "what is left of the absolute timeout");
        assert_eq!(left(&record, 1250), None, "absolute, though in use");
        assert_eq!(left(&record, 900), Some(100), "a clock set back gives no more than a whole timeout");
        assert!(!record.needs_extension(&limits, Timestamp(1249)));
        assert!(record.needs_extension(&limits, Timestamp(1250)));
    }
}
