//! Points in time as pages show them: `2 hours ago`, with the date for programs and for those who want it exactly.

use serde::Serialize;

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
    pub(super) fn ago(then: Timestamp, now: Timestamp) -> Self {
        let seconds = now.since(then).as_secs();
        let relative = if seconds < 30 { "just now".to_owned() } else { format!("{} ago", in_words(seconds)) };
        Self::new(relative, then)
    }

    /// Describes a time to come.
    pub(super) fn ahead(then: Timestamp, now: Timestamp) -> Self {
        Self::new(format!("in {}", in_words(then.since(now).as_secs())), then)
    }

    fn new(relative: String, at: Timestamp) -> Self {
        let absolute = at.to_string();
        // To the minute.
        let absolute = absolute.rsplit_once(':').map_or(absolute.clone(), |(minute, _)| format!("{minute} UTC"));
        Self { relative, absolute, machine: at.rfc3339() }
    }
}

/// Returns a length of time, rounded to its largest unit.
fn in_words(seconds: u64) -> String {
    let rounded = |unit: u64| (seconds + unit / 2) / unit;
    let (count, unit) = match (rounded(60), rounded(3600)) {
        (0, _) => return "less than a minute".to_owned(),
        (minutes @ ..60, _) => (minutes, "minute"),
        (_, hours @ ..48) => (hours, "hour"),
        _ => (rounded(86_400), "day"),
    };
    format!("{count} {unit}{}", if count == 1 { "" } else { "s" })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_read_well() {
        let ago = |seconds: i64| RelativeTime::ago(Timestamp(1_000_000 - seconds), Timestamp(1_000_000)).relative;
        let ahead = |seconds: i64| RelativeTime::ahead(Timestamp(1_000_000 + seconds), Timestamp(1_000_000)).relative;
        assert_eq!([ago(-5), ago(0), ago(29)], ["just now"; 3], "also if the clocks of two replicas differ");
        assert_eq!([ago(30), ago(89), ago(90)], ["1 minute ago", "1 minute ago", "2 minutes ago"]);
        assert_eq!([ago(3569), ago(3570), ago(5400)], ["59 minutes ago", "1 hour ago", "2 hours ago"]);
        assert_eq!([ago(170_999), ago(171_000)], ["47 hours ago", "2 days ago"]);
        assert_eq!([ahead(-5), ahead(29)], ["in less than a minute"; 2]);
        assert_eq!([ahead(60), ahead(28_799)], ["in 1 minute", "in 8 hours"]);
        let time = RelativeTime::ago(Timestamp(1_580_000_000), Timestamp(1_580_000_000));
        assert_eq!((&*time.absolute, &*time.machine), ("2020-01-26 00:53 UTC", "2020-01-26T00:53:20Z"));
    }
}
