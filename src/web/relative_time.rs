//! Points in time as pages show them: `2 hours ago`, with the date for programs and for those who want it exactly.

use std::borrow::Cow;
use std::time::Duration;

use serde::Serialize;

use super::texts::Texts;
use crate::clock::Timestamp;

/// A point in time, for a template.
#[derive(Debug, Serialize)]
pub(super) struct RelativeTime {
    /// The time from now, such as `2 hours ago` or `in 6 hours`.
    pub(super) relative: String,
    /// The date and time.
    pub(super) absolute: String,
    /// The value of `<time datetime>`.
    pub(super) machine: String,
}

impl RelativeTime {
    /// Describes a time that has passed.
    pub(super) fn ago(then: Timestamp, now: Timestamp, texts: &Texts) -> Self {
        let seconds = now.since(then).as_secs();
        let relative = match rounded(seconds) {
            _ if seconds < 30 => texts.text("time-just-now"),
            Rounded::Minutes(count) => texts.with("time-minutes-ago", "count", count),
            Rounded::Hours(count) => texts.with("time-hours-ago", "count", count),
            Rounded::Days(count) => texts.with("time-days-ago", "count", count),
        };
        Self::new(relative.into_owned(), then)
    }

    /// Describes a time to come.
    pub(super) fn ahead(then: Timestamp, now: Timestamp, texts: &Texts) -> Self {
        let relative = match rounded(then.since(now).as_secs()) {
            Rounded::Minutes(0) => texts.text("time-in-under-a-minute"),
            Rounded::Minutes(count) => texts.with("time-in-minutes", "count", count),
            Rounded::Hours(count) => texts.with("time-in-hours", "count", count),
            Rounded::Days(count) => texts.with("time-in-days", "count", count),
        };
        Self::new(relative.into_owned(), then)
    }

    fn new(relative: String, at: Timestamp) -> Self {
        let absolute = at.to_string();
        // To the minute.
        let absolute = absolute.rsplit_once(':').map_or(absolute.clone(), |(minute, _)| format!("{minute} UTC"));
        Self { relative, absolute, machine: at.rfc3339() }
    }
}

/// A length of time, rounded to its largest unit.
enum Rounded {
    Minutes(u64),
    Hours(u64),
    Days(u64),
}

fn rounded(seconds: u64) -> Rounded {
    let rounded = |unit: u64| (seconds + unit / 2) / unit;
    match (rounded(60), rounded(3600)) {
        (minutes @ ..60, _) => Rounded::Minutes(minutes),
        (_, hours @ ..48) => Rounded::Hours(hours),
        _ => Rounded::Days(rounded(86_400)),
    }
}

/// Returns a length of time in words, such as `8 hours`: in the largest unit that it is a multiple of.
pub(super) fn duration(duration: Duration, texts: &Texts) -> Cow<'_, str> {
    match duration.as_secs() {
        seconds if seconds % 3600 == 0 => texts.with("duration-hours", "count", seconds / 3600),
        seconds if seconds % 60 == 0 => texts.with("duration-minutes", "count", seconds / 60),
        seconds => texts.with("duration-seconds", "count", seconds),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::web::texts::ENGLISH_TEXTS;

    #[test]
    fn times_read_well() {
        let ago = |seconds: i64| {
            RelativeTime::ago(Timestamp(1_000_000 - seconds), Timestamp(1_000_000), &ENGLISH_TEXTS).relative
        };
        let ahead = |seconds: i64| {
            RelativeTime::ahead(Timestamp(1_000_000 + seconds), Timestamp(1_000_000), &ENGLISH_TEXTS).relative
        };
        assert_eq!([ago(-5), ago(0), ago(29)], ["just now"; 3], "also if the clocks of two replicas differ");
        assert_eq!([ago(30), ago(89), ago(90)], ["1 minute ago", "1 minute ago", "2 minutes ago"]);
        assert_eq!([ago(3569), ago(3570), ago(5400)], ["59 minutes ago", "1 hour ago", "2 hours ago"]);
        assert_eq!([ago(170_999), ago(171_000)], ["47 hours ago", "2 days ago"]);
        assert_eq!([ahead(-5), ahead(29)], ["in less than a minute"; 2]);
        assert_eq!([ahead(60), ahead(28_799)], ["in 1 minute", "in 8 hours"]);
        let time = RelativeTime::ago(Timestamp(1_580_000_000), Timestamp(1_580_000_000), &ENGLISH_TEXTS);
        assert_eq!((&*time.absolute, &*time.machine), ("2020-01-26 00:53 UTC", "2020-01-26T00:53:20Z"));
    }
    #[test]
    fn durations_read_well() {
        assert_eq!(duration(Duration::from_hours(8), &ENGLISH_TEXTS), "8 hours");
        assert_eq!(duration(Duration::from_mins(1), &ENGLISH_TEXTS), "1 minute");
        assert_eq!(duration(Duration::from_secs(90), &ENGLISH_TEXTS), "90 seconds");
    }
}
