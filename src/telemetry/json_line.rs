//! A line of the log for programs: an object with the time, the level, the fields and the target.
//!
//! As tracing-subscriber's `json` with `flatten_event`, in a fraction of the time: every request writes one.

use std::fmt::{self, Debug};

use tracing::field::{Field, Visit};
use tracing::{Event, Subscriber};
use tracing_subscriber::fmt::format::Writer;
use tracing_subscriber::fmt::{FmtContext, FormatEvent, FormatFields};
use tracing_subscriber::registry::LookupSpan;

use super::line::{is_plain, push_time, written};

/// Formats events as JSON. The log has no spans.
pub(super) struct JsonFormat;

impl<S, N> FormatEvent<S, N> for JsonFormat
where
    S: Subscriber + for<'a> LookupSpan<'a>,
    N: for<'a> FormatFields<'a> + 'static,
{
    fn format_event(&self, _: &FmtContext<'_, S, N>, mut writer: Writer<'_>, event: &Event<'_>) -> fmt::Result {
        written(&mut writer, |line| {
            line.push_str("{\"timestamp\":\"");
            push_time(line);
            line.push('"');
            let (mut members, metadata) = (Members(line), event.metadata());
            members.text("level", metadata.level().as_str());
            event.record(&mut members);
            members.text("target", metadata.target());
            line.push('}');
        })
    }
}

/// Adds each field as `,"name":value`.
struct Members<'a>(&'a mut String);

impl Members<'_> {
    fn json(&mut self, name: &str, value: &str) {
        self.0.extend([",\"", name, "\":", value]);
    }

    fn text(&mut self, name: &str, value: &str) {
        if is_plain(value) {
            self.0.extend([",\"", name, "\":\"", value, "\""]);
        } else {
            self.json(name, &serde_json::Value::from(value).to_string());
        }
    }
}

impl Visit for Members<'_> {
    fn record_f64(&mut self, field: &Field, value: f64) {
        let mut digits = zmij::Buffer::new();
        self.json(field.name(), if value.is_finite() { digits.format(value) } else { "null" });
    }

    fn record_i64(&mut self, field: &Field, value: i64) {
        self.json(field.name(), itoa::Buffer::new().format(value));
    }

    fn record_u64(&mut self, field: &Field, value: u64) {
        self.json(field.name(), itoa::Buffer::new().format(value));
    }

    fn record_bool(&mut self, field: &Field, value: bool) {
        self.json(field.name(), if value { "true" } else { "false" });
    }

    fn record_str(&mut self, field: &Field, value: &str) {
        self.text(field.name(), value);
    }

    fn record_debug(&mut self, field: &Field, value: &dyn Debug) {
        self.text(field.name(), &format!("{value:?}"));
    }
}

#[cfg(test)]
mod tests {
    use super::super::line::tests::logged_as;
    use super::*;

    #[test]
    fn a_line_is_an_object_with_its_members_in_order() {
        let line = logged_as(JsonFormat, || {
            tracing::info!(method = "GET", status = 200_u16, ms = 0.25, less = -3, is_new = true, shown = %'x', "answered");
        });
        let (time, rest) = line.split_once(",\"level\"").unwrap();
        assert!(time.starts_with("{\"timestamp\":\"2") && time.ends_with("Z\""), "{line}");
        let target = module_path!();
        assert_eq!(
            rest,
            format!(
                ":\"INFO\",\"message\":\"answered\",\"method\":\"GET\",\"status\":200,\"ms\":0.25,\"less\":-3,\
                 \"is_new\":true,\"shown\":\"x\",\"target\":\"{target}\"}}\n"
            )
        );
    }

    #[test]
    fn every_text_is_escaped() {
        let odd = "a\n\"b\" \\ \u{1b}[31m \u{7f} é 李 \u{2028}";
        let line = logged_as(JsonFormat, || tracing::info!(text = odd, shown = %odd, nan = f64::NAN, "{odd}"));
        assert_eq!(line.lines().count(), 1, "{line}");
        let read: serde_json::Value = serde_json::from_str(&line).unwrap();
        for name in ["message", "text", "shown"] {
            assert_eq!(read[name], odd, "{name}");
        }
        assert!(read["nan"].is_null());
    }
}
