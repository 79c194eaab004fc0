//! A line of the log for programs: an object with the time, the level, the fields and the target.
//!
//! As tracing-subscriber's `json` with `flatten_event`, in a fraction of the time: every request writes one.

use std::fmt::Debug;

use tracing::Event;
use tracing::field::{Field, Visit};

use super::line::is_plain;
use super::log::{Time, push_time};

/// Adds an event.
pub(super) fn push(line: &mut String, time: Time, event: &Event<'_>) {
    let metadata = event.metadata();
    line.push_str("{\"timestamp\":\"");
    push_time(line, time);
    line.push_str("\",\"level\":\"");
    line.push_str(metadata.level().as_str());
    line.push('"');
    event.record(&mut Members(line));
    line.push_str(",\"target\":\"");
    line.push_str(metadata.target());
    line.push_str("\"}");
}

/// Adds each field as `,"name":value`.
struct Members<'a>(&'a mut String);

impl Members<'_> {
    fn name(&mut self, name: &str) {
        self.0.push_str(",\"");
        self.0.push_str(name);
        self.0.push_str("\":");
    }

    fn json(&mut self, name: &str, value: &str) {
        self.name(name);
        self.0.push_str(value);
    }

    fn text(&mut self, name: &str, value: &str) {
        if !is_plain(value) {
            return self.json(name, &serde_json::Value::from(value).to_string());
        }
        self.name(name);
        self.0.push('"');
        self.0.push_str(value);
        self.0.push('"');
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
    use super::super::log::Format;
    use super::super::log::tests::logged;

    #[test]
    fn a_line_is_an_object_with_its_members_in_order() {
        let line = logged(Format::Json, || {
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
        let line = logged(Format::Json, || tracing::info!(text = odd, shown = %odd, nan = f64::NAN, "{odd}"));
        assert_eq!(line.lines().count(), 1, "{line}");
        let read: serde_json::Value = serde_json::from_str(&line).unwrap();
        for name in ["message", "text", "shown"] {
            assert_eq!(read[name], odd, "{name}");
        }
        assert!(read["nan"].is_null());
    }
}
