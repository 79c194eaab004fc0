//! The only place that reads the time.

use std::fmt;
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, AtomicU64, Ordering};
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use serde::{Deserialize, Serialize};
use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;

/// A point in time, in whole seconds since 1970-01-01T00:00:00Z, as in JWTs (RFC 7519 section 2).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Timestamp(pub i64);

impl Timestamp {
    /// Returns the time from `earlier` to here, or zero if `earlier` is later.
    pub fn since(self, earlier: Self) -> Duration {
        Duration::from_secs(u64::try_from(self.0.saturating_sub(earlier.0)).unwrap_or(0))
    }

    /// Returns this time, later by `duration`.
    #[must_use]
    pub fn plus(self, duration: Duration) -> Self {
        Self(self.0.saturating_add(i64::try_from(duration.as_secs()).unwrap_or(i64::MAX)))
    }

    /// Returns this time as programs write it (RFC 3339), or its seconds if it is too far away for that.
    pub fn rfc3339(self) -> String {
        let time = OffsetDateTime::from_unix_timestamp(self.0).ok();
        time.and_then(|time| time.format(&Rfc3339).ok()).unwrap_or_else(|| format!("{} s", self.0))
    }
}

impl fmt::Display for Timestamp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let text = self.rfc3339();
        match text.strip_suffix('Z').and_then(|text| text.split_once('T')) {
            Some((date, time)) => write!(f, "{date} {time} UTC"),
            None => f.write_str(&text),
        }
    }
}

/// A point in monotonic time: later ones are later, whatever sets the wall clock. For everything that waits.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Moment(Instant);

impl Moment {
    /// Returns the time from `earlier` to here, or zero if `earlier` is later.
    pub fn since(self, earlier: Self) -> Duration {
        self.0.saturating_duration_since(earlier.0)
    }

    /// Returns this moment, later by `duration`.
    #[must_use]
    pub fn plus(self, duration: Duration) -> Self {
        Self(self.0 + duration)
    }
}

/// The clock: the system's, which tests can move.
///
/// ```
/// use identity_web::{Clock, Timestamp};
///
/// let clock = Clock::fixed(Timestamp(1_580_000_000));
/// assert_eq!(clock.now().to_string(), "2020-01-26 00:53:20 UTC");
/// clock.advance_seconds(60);
/// assert_eq!(clock.now(), Timestamp(1_580_000_060));
/// ```
#[derive(Clone, Debug, Default)]
pub struct Clock {
    /// The wall clock's time before the offset; the system's if unset.
    fixed: Option<Timestamp>,
    wall_offset_seconds: Arc<AtomicI64>,
    monotonic_offset_seconds: Arc<AtomicU64>,
}

impl Clock {
    /// Returns the system's clock.
    pub fn system() -> Self {
        Self::default()
    }

    /// Returns a clock for tests, whose wall clock stands still but for [`Clock::advance_seconds`]. What waits, such as a
    /// deadline, waits for the system's time, and a provider that reads the system's time rejects another one.
    pub fn fixed(at: Timestamp) -> Self {
        Self { fixed: Some(at), ..Self::default() }
    }

    /// Returns the wall clock's time. It may jump, also backwards.
    pub fn now(&self) -> Timestamp {
        let Timestamp(seconds) = self.fixed.unwrap_or_else(system_time);
        Timestamp(seconds + self.wall_offset_seconds.load(Ordering::Relaxed))
    }

    /// Returns the wall clock's time in milliseconds since 1970.
    pub(crate) fn unix_millis(&self) -> i64 {
        let millis = self.fixed.map_or_else(system_millis, |Timestamp(seconds)| seconds * 1000);
        millis + self.wall_offset_seconds.load(Ordering::Relaxed) * 1000
    }

    /// Returns the monotonic clock's time.
    #[doc(hidden)]
    #[expect(clippy::disallowed_methods, reason = "this is the place")]
    pub fn moment(&self) -> Moment {
        Moment(Instant::now() + Duration::from_secs(self.monotonic_offset_seconds.load(Ordering::Relaxed)))
    }

    /// Lets time pass on this clock and all its clones. A negative number sets the wall clock back; monotonic time stays.
    /// For tests.
    pub fn advance_seconds(&self, seconds: i64) {
        self.wall_offset_seconds.fetch_add(seconds, Ordering::Relaxed);
        self.monotonic_offset_seconds.fetch_add(u64::try_from(seconds).unwrap_or(0), Ordering::Relaxed);
    }
}

#[expect(clippy::disallowed_methods, reason = "this is the place")]
fn since_1970() -> Duration {
    SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default()
}

fn system_time() -> Timestamp {
    second_of(since_1970())
}

fn second_of(time: Duration) -> Timestamp {
    Timestamp(i64::try_from(time.as_secs()).unwrap_or(i64::MAX))
}

/// Returns the system's time: the second, and the microseconds in it.
#[cfg(feature = "program")]
pub(crate) fn second_and_microseconds() -> (Timestamp, u32) {
    let now = since_1970();
    (second_of(now), now.subsec_micros())
}

fn system_millis() -> i64 {
    i64::try_from(since_1970().as_millis()).unwrap_or(i64::MAX)
}

/// Measures how long something takes, whatever sets the wall clock.
#[derive(Clone, Copy, Debug)]
pub struct Stopwatch(Instant);

impl Stopwatch {
    /// Starts measuring.
    #[expect(clippy::disallowed_methods, reason = "this is the place")]
    pub fn start() -> Self {
        Self(Instant::now())
    }

    /// Returns the time since the start.
    pub fn elapsed(&self) -> Duration {
        self.0.elapsed()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_timestamp_reads_as_a_date() {
        assert_eq!(Timestamp(1_580_000_000).to_string(), "2020-01-26 00:53:20 UTC");
        assert_eq!(Timestamp(1_580_000_000).rfc3339(), "2020-01-26T00:53:20Z");
        assert_eq!(Timestamp(i64::MAX).to_string(), "9223372036854775807 s");
    }

    #[test]
    fn the_time_since_a_later_time_is_zero() {
        assert_eq!(Timestamp(1).since(Timestamp(9)), Duration::ZERO);
    }

    #[test]
    fn monotonic_time_does_not_go_back_with_the_wall_clock() {
        let clock = Clock::system();
        let (wall, moment) = (clock.now(), clock.moment());
        clock.advance_seconds(60);
        assert!(clock.now().since(wall) >= Duration::from_mins(1));
        assert!(clock.moment().since(moment) >= Duration::from_mins(1));
        clock.advance_seconds(-3600);
        assert!(clock.now() < wall);
        assert!(clock.moment().since(moment) >= Duration::from_mins(1));
        assert_eq!(moment.since(moment.plus(Duration::from_secs(1))), Duration::ZERO);
    }
}
