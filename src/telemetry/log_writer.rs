//! Writes the log from a thread of its own, many lines at once, so that no worker waits for it.

use std::io::{self, Write};
use std::mem;
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
    /// The lines that are being written. Whoever writes holds it all the while, so that they stay in order.
    written: Mutex<Vec<u8>>,
}

/// Takes one line.
pub(super) struct LineWriter<'a> {
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
                drop(waiting.is_some.wait_while(lock(&waiting.lines), |lines| lines.is_empty()));
                thread::sleep(GATHERED_FOR);
                waiting.write();
            }
        })?;
        Ok(writer)
    }

    /// Writes all lines.
    pub(super) fn flush(&self) {
        self.0.write();
    }
}

impl Waiting {
    fn write(&self) {
        let mut written = lock(&self.written);
        mem::swap(&mut *written, &mut *lock(&self.lines));
        // There is nowhere to report it.
        let _ = io::stderr().write_all(&written);
        written.clear();
    }
}

fn lock(lines: &Mutex<Vec<u8>>) -> MutexGuard<'_, Vec<u8>> {
    lines.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Write for LineWriter<'_> {
    fn write(&mut self, line: &[u8]) -> io::Result<usize> {
        let mut lines = lock(&self.waiting.lines);
        let (is_first, bytes) = (lines.is_empty(), lines.len() + line.len());
        lines.extend_from_slice(line);
        drop(lines);
        if self.is_urgent || bytes > MAX_BYTES {
            self.waiting.write();
        } else if is_first {
            self.waiting.is_some.notify_one();
        }
        Ok(line.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl<'a> MakeWriter<'a> for LogWriter {
    type Writer = LineWriter<'a>;

    fn make_writer(&'a self) -> LineWriter<'a> {
        LineWriter { waiting: &self.0, is_urgent: true }
    }

    fn make_writer_for(&'a self, metadata: &Metadata<'_>) -> LineWriter<'a> {
        LineWriter { waiting: &self.0, is_urgent: *metadata.level() <= Level::WARN }
    }
}
