//! Writes the log from a thread of its own, many lines at once, so that no worker waits for it.

use std::io::{self, Write};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::thread;
use std::time::Duration;

use tracing::{Level, Metadata};
use tracing_subscriber::fmt::MakeWriter;

/// How long lines wait for more.
const GATHERED_FOR: Duration = Duration::from_millis(10);
/// How much may wait; then whoever logs writes it.
const MAX_BYTES: usize = 256 * 1024;

/// Writes to standard error. Clones share the lines that wait. Warnings and errors, with all lines before them, are written
/// at once, so that a crash doesn't lose them.
#[derive(Clone)]
pub(super) struct LogWriter(Arc<Waiting>);

#[derive(Default)]
struct Waiting {
    lines: Mutex<Vec<u8>>,
    is_some: Condvar,
}

/// One line.
pub(super) struct Line<'a> {
    waiting: &'a Waiting,
    is_urgent: bool,
}

impl LogWriter {
    /// Starts the thread.
    ///
    /// # Errors
    /// There is no thread.
    pub(super) fn start() -> Result<Self, io::Error> {
        let writer = Self(Arc::default());
        let waiting = Arc::clone(&writer.0);
        thread::Builder::new().name("log".to_owned()).spawn(move || {
            loop {
                let lines = waiting.lock();
                drop(waiting.is_some.wait_while(lines, |lines| lines.is_empty()));
                thread::sleep(GATHERED_FOR);
                write(&mut waiting.lock());
            }
        })?;
        Ok(writer)
    }

    /// Writes all lines.
    pub(super) fn flush(&self) {
        write(&mut self.0.lock());
    }
}

impl Waiting {
    fn lock(&self) -> MutexGuard<'_, Vec<u8>> {
        self.lines.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Writes the lines under their lock, so that they stay in order.
fn write(lines: &mut Vec<u8>) {
    // There is nowhere to report it.
    let _ = io::stderr().write_all(lines);
    lines.clear();
}

impl Write for Line<'_> {
    fn write(&mut self, line: &[u8]) -> io::Result<usize> {
        let mut lines = self.waiting.lock();
        if lines.is_empty() {
            self.waiting.is_some.notify_one();
        }
        lines.extend_from_slice(line);
        if self.is_urgent || lines.len() > MAX_BYTES {
            write(&mut lines);
        }
        Ok(line.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl<'a> MakeWriter<'a> for LogWriter {
    type Writer = Line<'a>;

    fn make_writer(&'a self) -> Line<'a> {
        Line { waiting: &self.0, is_urgent: true }
    }

    fn make_writer_for(&'a self, metadata: &Metadata<'_>) -> Line<'a> {
        Line { waiting: &self.0, is_urgent: *metadata.level() <= Level::WARN }
    }
}
