//! A line of the log for people: the time, the level, the message and the fields.
//!
//! As tracing-subscriber's, in a fraction of the time: every request writes one.

use std::cell::RefCell;
use std::fmt::{self, Debug, Write};

use tracing::field::{Field, Visit};
use tracing::{Event, Level, Subscriber};
use tracing_subscriber::fmt::format::Writer;
use tracing_subscriber::fmt::{FmtContext, FormatEvent, FormatFields};
use tracing_subscriber::registry::LookupSpan;

use crate::clock::{self, Timestamp};

const DIM: &str = "\u{1b}[2m";
const RESET: &str = "\u{1b}[0m";

/// Formats events. The log has no spans.
pub(super) struct LineFormat {
    /// Whether the terminal shows colours.
    pub(super) colours: bool,
}

impl<S, N> FormatEvent<S, N> for LineFormat
where
    S: Subscriber + for<'a> LookupSpan<'a>,
    N: for<'a> FormatFields<'a> + 'static,
{
    fn format_event(&self, _: &FmtContext<'_, S, N>, mut writer: Writer<'_>, event: &Event<'_>) -> fmt::Result {
        let (level, colour) = match *event.metadata().level() {
            Level::ERROR => ("ERROR", "\u{1b}[31m"),
            Level::WARN => (" WARN", "\u{1b}[33m"),
            Level::INFO => (" INFO", "\u{1b}[32m"),
            Level::DEBUG => ("DEBUG", "\u{1b}[34m"),
            Level::TRACE => ("TRACE", "\u{1b}[35m"),
        };
        let (dim, colour, reset) = if self.colours { (DIM, colour, RESET) } else { ("", "", "") };
        written(&mut writer, |line| {
            line.push_str(dim);
            push_time(line);
            line.extend([reset, " ", colour, level, reset]);
            event.record(&mut Fields(line));
        })
    }
}

/// Writes a line at once: its parts are many, and short.
pub(super) fn written(writer: &mut Writer<'_>, push: impl FnOnce(&mut String)) -> fmt::Result {
    thread_local! {
        static LINE: RefCell<String> = RefCell::default();
    }
    // What is logged while a value is formatted gets a line of its own.
    let mut line = LINE.take();
    line.clear();
    push(&mut line);
    line.push('\n');
    let outcome = writer.write_str(&line);
    LINE.set(line);
    outcome
}

/// Adds the time as RFC 3339 has it, to the microsecond. Each thread formats the date once a second.
pub(super) fn push_time(line: &mut String) {
    thread_local! {
        static SECOND: RefCell<(Timestamp, String)> = RefCell::default();
    }
    let (second, microseconds) = clock::second_and_microseconds();
    SECOND.with_borrow_mut(|(formatted, text)| {
        if text.is_empty() || *formatted != second {
            (*formatted, *text) = (second, second.rfc3339());
        }
        // Six digits, with the zeros in front.
        let mut digits = itoa::Buffer::new();
        let digits = &digits.format(1_000_000 + microseconds)[1..];
        line.extend([text.trim_end_matches('Z'), ".", digits, "Z"]);
    });
}

/// Adds each field as ` name=value`, and the message without its name.
struct Fields<'a>(&'a mut String);

impl Fields<'_> {
    fn name(&mut self, field: &Field) {
        self.0.push(' ');
        if field.name() != "message" {
            self.0.extend([field.name(), "="]);
        }
    }
}

impl Visit for Fields<'_> {
    fn record_u64(&mut self, field: &Field, value: u64) {
        self.name(field);
        self.0.push_str(itoa::Buffer::new().format(value));
    }

    fn record_f64(&mut self, field: &Field, value: f64) {
        self.name(field);
        self.0.push_str(zmij::Buffer::new().format(value));
    }

    fn record_debug(&mut self, field: &Field, value: &dyn Debug) {
        self.name(field);
        // A string takes everything.
        let _ = write!(OnOneLine(self.0), "{value:?}");
    }

    /// Text is in quotes, except for correlation IDs.
    fn record_str(&mut self, field: &Field, value: &str) {
        self.name(field);
        match (field.name(), is_plain(value)) {
            ("message" | "correlation_id", true) => self.0.push_str(value),
            (_, true) => self.0.extend(["\"", value, "\""]),
            (_, false) => {
                let _ = write!(self.0, "{value:?}");
            }
        }
    }
}

/// Returns whether a text is the same in quotes, in Rust and in JSON.
pub(super) fn is_plain(text: &str) -> bool {
    text.bytes().all(|byte| is_printable_ascii(byte) && byte != b'"' && byte != b'\\')
}

fn is_printable_ascii(byte: u8) -> bool {
    (b' '..=b'~').contains(&byte)
}

/// Escapes control characters, so that no text looks like a line of its own or drives a terminal.
struct OnOneLine<'a>(&'a mut String);

impl Write for OnOneLine<'_> {
    fn write_str(&mut self, text: &str) -> fmt::Result {
        if text.bytes().all(is_printable_ascii) || !text.chars().any(char::is_control) {
            self.0.push_str(text);
            return Ok(());
        }
        for c in text.chars() {
            if c.is_control() { self.0.extend(c.escape_default()) } else { self.0.push(c) }
        }
        Ok(())
    }
}

#[cfg(test)]
pub(super) mod tests {
    use std::sync::{Arc, Mutex, PoisonError};

    use tracing_subscriber::Registry;
    use tracing_subscriber::fmt::format::DefaultFields;

    use super::*;

    fn logged(colours: bool, log: impl FnOnce()) -> String {
        logged_as(LineFormat { colours }, log)
    }

    /// What is logged of these events in a format.
    pub(in crate::telemetry) fn logged_as<F>(format: F, log: impl FnOnce()) -> String
    where
        F: FormatEvent<Registry, DefaultFields> + Send + Sync + 'static,
    {
        #[derive(Clone, Default)]
        struct Written(Arc<Mutex<Vec<u8>>>);
        impl std::io::Write for Written {
            fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
                self.0.lock().unwrap_or_else(PoisonError::into_inner).extend_from_slice(bytes);
                Ok(bytes.len())
            }
            fn flush(&mut self) -> std::io::Result<()> {
                Ok(())
            }
        }
        let written = Written::default();
        let writer = written.clone();
        let subscriber = tracing_subscriber::fmt().with_writer(move || writer.clone()).event_format(format);
        tracing::subscriber::with_default(subscriber.finish(), log);
        String::from_utf8(written.0.lock().unwrap().clone()).unwrap()
    }

    #[test]
    fn a_line_has_time_level_message_and_fields() {
        let line = logged(false, || tracing::info!(method = "GET", status = 200_u16, ms = 0.25, count = 3, "answered"));
        let (time, rest) = line.split_once(' ').unwrap();
        assert!(
            time.len() == "2026-11-29T14:08:02.123456Z".len() && time.ends_with('Z') && time.contains('T'),
            "{line}"
        );
        assert_eq!(rest, " INFO answered method=\"GET\" status=200 ms=0.25 count=3\n");
        let coloured = logged(true, || tracing::warn!("careful"));
        assert!(coloured.contains("\u{1b}[33m WARN\u{1b}[0m careful"), "{coloured:?}");
    }

    #[test]
    fn no_text_is_a_line_of_its_own() {
        let line = logged(false, || {
            let forged = "a\n2026-01-01T00:00:00Z  INFO \u{1b}[31m\"b\"";
            tracing::info!(text = forged, shown = %forged, "{forged}");
        });
        assert_eq!(line.lines().count(), 1, "{line}");
        assert!(!line.contains('\u{1b}'), "{line:?}");
        assert!(line.contains("text=\"a\\n2026"), "{line}");
    }
}
