//! What `sessions list` prints.

use std::fmt::Write as _;

use serde::Serialize;

use crate::session::index::ListedSession;

const HEADINGS: [&str; 6] = ["SESSION", "SIGNED IN", "LAST USED", "ENDS AT THE LATEST", "BROWSER", "SYSTEM"];

/// A session, as programs read it.
#[derive(Serialize)]
struct Row<'a> {
    id: &'a str,
    signed_in_at: String,
    last_used_at: String,
    ends_at: String,
    browser: Option<&'a str>,
    system: Option<&'a str>,
}

/// Returns the sessions as a JSON array. Times are in RFC 3339.
pub(super) fn json(sessions: &[ListedSession]) -> String {
    let rows: Vec<_> = sessions
        .iter()
        .map(|session| Row {
            id: &session.id,
            signed_in_at: session.began_at.rfc3339(),
            last_used_at: session.used_at.rfc3339(),
            ends_at: session.ends_at.rfc3339(),
            browser: session.device.browser.as_deref(),
            system: session.device.system.as_deref(),
        })
        .collect();
    serde_json::to_string_pretty(&rows).unwrap_or_default()
}

/// Returns the sessions as a table.
pub(super) fn text(sessions: &[ListedSession]) -> String {
    let mut rows = vec![HEADINGS.map(str::to_owned)];
    rows.extend(sessions.iter().map(|session| {
        let known = |word: &Option<String>| word.clone().unwrap_or_else(|| "unknown".to_owned());
        let times = [session.began_at, session.used_at, session.ends_at].map(|time| time.to_string());
        let ([began, used, ends], device) = (times, &session.device);
        [session.id.clone(), began, used, ends, known(&device.browser), known(&device.system)]
    }));
    let width = |column: usize| rows.iter().map(|row| row[column].len()).max().unwrap_or(0);
    let mut table = String::new();
    for row in &rows {
        let mut line = String::new();
        for (column, cell) in row.iter().enumerate() {
            // Writing to a string can't fail.
            let _ = write!(line, "{cell:<0$}  ", width(column));
        }
        let _ = writeln!(table, "{}", line.trim_end());
    }
    table
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;
    use crate::clock::Timestamp;
    use crate::session::device::Device;

    fn sessions() -> [ListedSession; 2] {
        let session = |id: &str, device| ListedSession {
            id: id.to_owned(),
            began_at: Timestamp(1_580_000_000),
            used_at: Timestamp(1_580_000_060),
            ends_at: Timestamp(1_580_028_800),
            device,
        };
        let phone = Device { browser: Some("Safari".to_owned()), system: Some("iOS".to_owned()) };
        [session("a", phone), session("longer", Device::default())]
    }

    #[test]
    fn a_table_has_its_columns_under_each_other() {
        let expected = "\
SESSION  SIGNED IN                LAST USED                ENDS AT THE LATEST       BROWSER  SYSTEM
a        2020-01-26 00:53:20 UTC  2020-01-26 00:54:20 UTC  2020-01-26 08:53:20 UTC  Safari   iOS
longer   2020-01-26 00:53:20 UTC  2020-01-26 00:54:20 UTC  2020-01-26 08:53:20 UTC  unknown  unknown
";
        assert_eq!(text(&sessions()), expected);
    }

    #[test]
    fn programs_get_times_in_rfc_3339() {
        let rows: Value = serde_json::from_str(&super::json(&sessions())).unwrap();
        let first = json!({
            "id": "a", "signed_in_at": "2020-01-26T00:53:20Z", "last_used_at": "2020-01-26T00:54:20Z",
            "ends_at": "2020-01-26T08:53:20Z", "browser": "Safari", "system": "iOS",
        });
        assert_eq!((&rows[0], &rows[1]["browser"]), (&first, &Value::Null));
    }
}
