//! Writes the log from a thread of its own, many lines at once, so that no worker waits for it, nor for another worker.

use std::io::{self, Write};
use std::mem;
use std::sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError};
use std::thread::{self, Thread};
use std::time::Duration;

use memchr::{memchr, memchr_iter};
use tracing::{Level, Metadata};
use tracing_subscriber::fmt::MakeWriter;

/// How long lines wait for more.
const GATHERED_FOR: Duration = Duration::from_millis(10);
/// How much of a thread's may wait; then it writes the lines of all.
const MAX_BYTES: usize = 256 * 1024;

/// The lines that wait. Each thread has its own: what two of them write to moves between their processors, which took as
/// long as the line itself.
static WAITING: Waiting =
    Waiting { threads: Mutex::new(Vec::new()), gathered: Mutex::new(Vec::new()), writer: OnceLock::new() };

thread_local! {
    static OWN: Lines = WAITING.register();
}

type Lines = Arc<Mutex<Vec<u8>>>;

struct Waiting {
    threads: Mutex<Vec<Lines>>,
    /// What is being written. Whoever writes holds it all the while, so that the lines stay in order.
    gathered: Mutex<Vec<u8>>,
    /// Is parked while no lines wait.
    writer: OnceLock<Thread>,
}

/// Writes to standard error. Warnings and errors, with all lines before them, are written at once, so that a crash doesn't
/// lose them.
#[derive(Clone, Copy)]
pub(super) struct LogWriter;

/// Takes one line.
pub(super) struct LineWriter {
    is_urgent: bool,
}

impl LogWriter {
    /// Starts the thread.
    ///
    /// # Errors
    /// There is no thread.
    pub(super) fn start() -> Result<Self, io::Error> {
        let writer = thread::Builder::new().name("log".to_owned()).spawn(|| {
            loop {
                thread::park();
                thread::sleep(GATHERED_FOR);
                WAITING.write();
            }
        })?;
        WAITING.writer.get_or_init(|| writer.thread().clone());
        Ok(Self)
    }

    /// Writes all lines.
    pub(super) fn flush() {
        WAITING.write();
    }
}

impl Waiting {
    fn register(&self) -> Lines {
        let lines = Lines::default();
        lock(&self.threads).push(Arc::clone(&lines));
        lines
    }

    fn write(&self) {
        self.write_to(&mut io::stderr());
    }

    fn write_to(&self, output: &mut impl Write) {
        let (mut gathered, mut from) = (lock(&self.gathered), 0);
        lock(&self.threads).retain(|thread| {
            // Before its lines are taken: after that, it could still have written its last one.
            let has_ended = Arc::strong_count(thread) == 1;
            let mut lines = lock(thread);
            from += usize::from(!lines.is_empty());
            gathered.append(&mut lines);
            !has_ended
        });
        // There is nowhere to report it.
        let _ = if from > 1 { output.write_all(&in_order(&gathered)) } else { output.write_all(&gathered) };
        gathered.clear();
    }
}

/// Puts the lines of several threads into the order of their times.
fn in_order(gathered: &[u8]) -> Vec<u8> {
    let mut begin = 0;
    let mut lines: Vec<_> =
        memchr_iter(b'\n', gathered).map(|end| &gathered[mem::replace(&mut begin, end + 1)..=end]).collect();
    // In every format the first Z ends the time, and what is before the time is the same.
    lines.sort_by_key(|line| &line[..memchr(b'Z', line).unwrap_or_default()]);
    lines.concat()
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Write for LineWriter {
    fn write(&mut self, line: &[u8]) -> io::Result<usize> {
        let bytes = OWN.try_with(|own| {
            let mut lines = lock(own);
            lines.extend_from_slice(line);
            lines.len()
        });
        match bytes {
            // The thread is ending.
            Err(_) => return io::stderr().write(line),
            Ok(bytes) if self.is_urgent || bytes > MAX_BYTES => WAITING.write(),
            Ok(bytes) if bytes == line.len() => WAITING.writer.get().into_iter().for_each(Thread::unpark),
            Ok(_) => {}
        }
        Ok(line.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl MakeWriter<'_> for LogWriter {
    type Writer = LineWriter;

    fn make_writer(&self) -> LineWriter {
        LineWriter { is_urgent: true }
    }

    fn make_writer_for(&self, metadata: &Metadata<'_>) -> LineWriter {
        LineWriter { is_urgent: *metadata.level() <= Level::WARN }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_lines_of_several_threads_are_in_order() {
        let time = |n: u32| format!("2026-11-29T14:08:02.00000{n}Z");
        let (a, b) = (time(1) + " a\n" + &time(3) + " z\n" + &time(3) + " c\n", time(2) + " Z b\n");
        let expected =
            ["1Z a", "2Z Z b", "3Z z", "3Z c"].map(|end| format!("2026-11-29T14:08:02.00000{end}\n")).concat();
        assert_eq!(String::from_utf8(in_order((a + &b).as_bytes())).unwrap(), expected);
    }

    #[test]
    fn the_lines_of_a_thread_that_has_ended_are_written_and_its_place_is_freed() {
        let waiting = Waiting { threads: Mutex::default(), gathered: Mutex::default(), writer: OnceLock::new() };
        let lines = waiting.register();
        lock(&lines).extend_from_slice(b"the last line\n");
        drop(lines);
        let mut written = Vec::new();
        waiting.write_to(&mut written);
        waiting.write_to(&mut written);
        assert_eq!(written, b"the last line\n");
        assert!(lock(&waiting.threads).is_empty());
    }
}
