//! A line of the log for people: the time, the level, the message and the fields.
//!
//! As tracing-subscriber's, in a fraction of the time: every request writes one.

use std::fmt::{self, Debug, Write};

use tracing::field::{Field, Visit};
use tracing::{Event, Level};

use super::log::{Time, push_time};

const DIM: &str = "\u{1b}[2m";
const RESET: &str = "\u{1b}[0m";

/// Adds an event, in colours if the terminal shows them.
pub(super) fn push(line: &mut String, time: Time, event: &Event<'_>, colours: bool) {
    let (level, colour) = match *event.metadata().level() {
        Level::ERROR => ("ERROR", "\u{1b}[31m"),
        Level::WARN => (" WARN", "\u{1b}[33m"),
        Level::INFO => (" INFO", "\u{1b}[32m"),
        Level::DEBUG => ("DEBUG", "\u{1b}[34m"),
        Level::TRACE => ("TRACE", "\u{1b}[35m"),
    };
    let (dim, colour, reset) = if colours { (DIM, colour, RESET) } else { ("", "", "") };
    line.push_str(dim);
    push_time(line, time);
    line.extend([reset, " ", colour, level, reset]);
    event.record(&mut Fields(line));
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

    /// Text is in quotes, except for addresses and correlation IDs.
    fn record_str(&mut self, field: &Field, value: &str) {
        self.name(field);
        match (field.name(), is_plain(value)) {
            ("message" | "client_address" | "correlation_id", true) => self.0.push_str(value),
            (_, true) => self.0.extend(["\"", value, "\""]),
            (_, false) => {
                let _ = write!(self.0, "{value:?}");
            }
        }
    }
}

/// Returns whether a text is the same in quotes, in Rust and in JSON.
pub(super) fn is_plain(text: &str) -> bool {
    text.bytes().all(|byte| PLAIN[usize::from(byte)])
}

const fn is_printable_ascii(byte: u8) -> bool {
    byte >= b' ' && byte <= b'~'
}

/// By byte: a look here costs half as much as the comparisons.
const PLAIN: [bool; 256] = {
    let (mut plain, mut byte) = ([false; 256], 0_u8);
    while byte < 128 {
        plain[byte as usize] = is_printable_ascii(byte) && byte != b'"' && byte != b'\\';
        byte += 1;
    }
    plain
};

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
mod tests {
    use super::super::log::Format;
    use super::super::log::tests::logged;

    const PRETTY: Format = Format::Pretty { colours: false };

    #[test]
    fn a_line_has_time_level_message_and_fields() {
        let line =
            logged(PRETTY, || tracing::info!(method = "GET", status = 200_u16, ms = 0.25, count = 3, "answered"));
        let (time, rest) = line.split_once(' ').unwrap();
        assert!(
            time.len() == "2026-11-29T14:08:02.123456Z".len() && time.ends_with('Z') && time.contains('T'),
            "{line}"
        );
        assert_eq!(rest, " INFO answered method=\"GET\" status=200 ms=0.25 count=3\n");
        let coloured = logged(Format::Pretty { colours: true }, || tracing::warn!("careful"));
        assert!(coloured.contains("\u{1b}[33m WARN\u{1b}[0m careful"), "{coloured:?}");
    }

    #[test]
    fn no_text_is_a_line_of_its_own() {
        let line = logged(PRETTY, || {
            let forged = "a\n2026-01-01T00:00:00Z  INFO \u{1b}[31m\"b\"";
            tracing::info!(text = forged, shown = %forged, "{forged}");
        });
        assert_eq!(line.lines().count(), 1, "{line}");
        assert!(!line.contains('\u{1b}'), "{line:?}");
        assert!(line.contains("text=\"a\\n2026"), "{line}");
    }
}
