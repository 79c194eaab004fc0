//! The log: each event becomes a line.
//!
//! As tracing-subscriber's `fmt`, in a fraction of the time: every request writes a line.

use std::cell::RefCell;

use tracing::{Event, Level, Subscriber};
use tracing_subscriber::Layer;
use tracing_subscriber::layer::Context;

use super::{json_line, line};
use crate::clock::{self, Timestamp};

/// The second, and the microseconds in it.
pub(super) type Time = (Timestamp, u32);

/// How an event is written.
#[derive(Clone, Copy)]
pub(super) enum Format {
    /// For programs.
    Json,
    /// For people, in colours if the terminal shows them.
    Pretty { colours: bool },
}

/// Passes on each event as a line, with its time and level. The log has no spans.
pub(super) struct Log<W> {
    pub(super) format: Format,
    pub(super) write: W,
}

impl<S: Subscriber, W: Fn(Time, Level, &str) + 'static> Layer<S> for Log<W> {
    fn on_event(&self, event: &Event<'_>, _: Context<'_, S>) {
        thread_local! {
            static LINE: RefCell<String> = RefCell::default();
        }
        // What is logged while a value is formatted gets a line of its own.
        let (mut line, time) = (LINE.take(), clock::second_and_microseconds());
        line.clear();
        match self.format {
            Format::Json => json_line::push(&mut line, time, event),
            Format::Pretty { colours } => line::push(&mut line, time, event, colours),
        }
        line.push('\n');
        (self.write)(time, *event.metadata().level(), &line);
        LINE.set(line);
    }
}

/// Adds the time as RFC 3339 has it, to the microsecond. Each thread formats the date once a second.
pub(super) fn push_time(line: &mut String, (second, microseconds): Time) {
    thread_local! {
        static SECOND: RefCell<(Timestamp, String)> = RefCell::default();
    }
    SECOND.with_borrow_mut(|(formatted, text)| {
        if text.is_empty() || *formatted != second {
            (*formatted, *text) = (second, second.rfc3339().replace('Z', "."));
        }
        line.push_str(text);
    });
    // Six digits, with the zeros in front.
    line.push_str(&itoa::Buffer::new().format(1_000_000 + microseconds)[1..]);
    line.push('Z');
}

#[cfg(test)]
pub(super) mod tests {
    use std::sync::{Arc, Mutex};

    use tracing_subscriber::Registry;
    use tracing_subscriber::layer::SubscriberExt as _;

    use super::*;

    /// What is logged of these events in a format.
    pub(in crate::telemetry) fn logged(format: Format, log: impl FnOnce()) -> String {
        let written = Arc::new(Mutex::new(String::new()));
        let lines = Arc::clone(&written);
        let write = move |_, _, line: &str| lines.lock().unwrap().push_str(line);
        tracing::subscriber::with_default(Registry::default().with(Log { format, write }), log);
        written.lock().unwrap().clone()
    }
}
