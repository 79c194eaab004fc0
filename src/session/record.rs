//! The record of one session.

use std::collections::BTreeMap;
use std::time::Duration;

use serde::{Deserialize, Serialize};

use crate::clock::Timestamp;
use crate::oidc::claims::Claims;
use crate::oidc::token::TokenSet;

/// All that is remembered of one browser.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Record {
    /// When this session began: the absolute timeout counts from here.
    pub began_at: Timestamp,
    /// When it was last known to be in use, to a tenth of the idle timeout.
    pub seen_at: Timestamp,
    /// Who is signed in, if anyone.
    pub signed_in: Option<SignedIn>,
    /// The application's own values, as [`actix_session::Session`] holds them.
    pub values: BTreeMap<String, String>,
}

/// What a sign-in left behind.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SignedIn {
    /// Who it is.
    pub claims: Claims,
    /// The provider's tokens.
    pub tokens: TokenSet,
    /// When the sign-in was completed.
    pub at: Timestamp,
    /// Groups that the directory was asked about, because the ID token has not room for all of the person's.
    pub asked_groups: Vec<AskedGroup>,
    /// The B2C policy that the person signed in by: tokens are renewed, and the session ended, at the same one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub policy: Option<String>,
}

/// Whether the person is in a group, as the directory said when the ID token was fresh.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct AskedGroup {
    /// Its object id.
    pub id: String,
    /// Whether the person is in it.
    pub is_member: bool,
}

/// How long a session lasts, and how large it may be.
#[derive(Clone, Copy, Debug)]
pub struct SessionLimits {
    /// `session.idle_timeout_seconds`: the longest time without a request.
    pub idle_timeout: Duration,
    /// `session.absolute_timeout_seconds`: the longest time after the sign-in.
    pub absolute_timeout: Duration,
    /// `limits.session_bytes`: the most that one record may take.
    pub bytes: usize,
}

impl Record {
    /// A session that begins now.
    pub fn begin(signed_in: Option<SignedIn>, values: BTreeMap<String, String>, now: Timestamp) -> Self {
        Self { began_at: now, seen_at: now, signed_in, values }
    }

    /// How long it has still to live without another request; `None` when it is over.
    pub fn time_to_live(&self, limits: &SessionLimits, now: Timestamp) -> Option<Duration> {
        let idle = limits.idle_timeout.checked_sub(now.since(self.seen_at))?;
        let absolute = limits.absolute_timeout.checked_sub(now.since(self.began_at))?;
        Some(idle.min(absolute)).filter(|left| !left.is_zero())
    }

    /// Whether `seen_at` is so long ago that it should be written anew: a tenth of the idle timeout.
    pub fn wants_extension(&self, limits: &SessionLimits, now: Timestamp) -> bool {
        now.since(self.seen_at) >= limits.idle_timeout / 10
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_timeouts_are_kept_to_the_second() {
        let limits = SessionLimits {
            idle_timeout: Duration::from_secs(100),
            absolute_timeout: Duration::from_secs(250),
            bytes: 0,
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
        assert!(!record.wants_extension(&limits, Timestamp(1249)));
        assert!(record.wants_extension(&limits, Timestamp(1250)));
    }
}
