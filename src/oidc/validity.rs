//! The time claims of a JWT: `exp`, `nbf` and `iat` (RFC 7519 section 4.1).

use std::time::Duration;

use serde_json::{Map, Value};

use crate::clock::Timestamp;

/// How far our clock and the provider's may differ.
pub(super) const CLOCK_LEEWAY: Duration = Duration::from_mins(1);

/// Why a token is not valid at a time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum TimeError {
    /// It has expired.
    Expired,
    /// It was issued, or becomes valid, in the future.
    NotYetValid,
    /// The claim is not a time.
    Malformed(&'static str),
}

/// Checks those time claims that are there, with [`CLOCK_LEEWAY`].
pub(super) fn check(claims: &Map<String, Value>, now: Timestamp) -> Result<(), TimeError> {
    if time(claims, "exp")?.is_some_and(|exp| exp.plus(CLOCK_LEEWAY) <= now) {
        return Err(TimeError::Expired);
    }
    for name in ["iat", "nbf"] {
        if time(claims, name)?.is_some_and(|time| time > now.plus(CLOCK_LEEWAY)) {
            return Err(TimeError::NotYetValid);
        }
    }
    Ok(())
}

/// Reads a NumericDate (RFC 7519 section 2): a JSON number, perhaps with a fraction.
pub(super) fn time(claims: &Map<String, Value>, name: &'static str) -> Result<Option<Timestamp>, TimeError> {
    let Some(number) = claims.get(name) else { return Ok(None) };
    #[expect(clippy::cast_possible_truncation, reason = "a float is cut to the nearest representable second")]
    let seconds = number.as_i64().or_else(|| number.as_f64().map(|seconds| seconds as i64));
    seconds.map(|seconds| Some(Timestamp(seconds))).ok_or(TimeError::Malformed(name))
}
