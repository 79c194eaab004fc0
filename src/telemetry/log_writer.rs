//! Writes the log from a thread of its own, many lines at once, so that no worker waits for it, nor for another worker.

use std::io::{self, Write};
use std::mem;
use std::ops::Range;
use std::sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError};
use std::thread::{self, Thread};
use std::time::Duration;

use tracing::Level;

use super::log::Time;

/// How long lines wait for more.
const GATHERED_FOR: Duration = Duration::from_millis(10);
/// How much of a thread's may wait; then it writes the lines of all.
const MAX_BYTES: usize = 256 * 1024;

/// The lines that wait. Each thread has its own: what two of them write to moves between their processors, which took as
/// long as the line itself.
static WAITING: Mutex<Waiting> = Mutex::new(Waiting::new());
/// Writes them; parked while there are none.
static WRITER: OnceLock<Thread> = OnceLock::new();

thread_local! {
    static OWN: Arc<Mutex<Lines>> = lock(&WAITING).register();
}

/// Whoever writes holds it all the while, so that the lines stay in order. Its parts keep their memory from one time to the
/// next.
struct Waiting {
    threads: Vec<Place>,
    /// The time of each line, the place of its thread, and where in its text the line is.
    order: Vec<(Time, usize, Range<usize>)>,
    text: String,
}

/// What waits of one thread.
struct Place {
    waiting: Arc<Mutex<Lines>>,
    /// What is being written. It changes places with what waits, so that both keep their memory.
    taken: Lines,
    has_ended: bool,
}

/// Lines of one thread.
#[derive(Default)]
struct Lines {
    text: String,
    /// The time of each, and where it ends.
    ends: Vec<(Time, usize)>,
}

/// Starts the thread.
///
/// # Errors
/// There is no thread.
pub(super) fn start() -> Result<(), io::Error> {
    let writer = thread::Builder::new().name("log".to_owned()).spawn(|| {
        loop {
            thread::park();
            thread::sleep(GATHERED_FOR);
            flush();
        }
    })?;
    WRITER.get_or_init(|| writer.thread().clone());
    Ok(())
}

/// Writes all lines to standard error.
pub(super) fn flush() {
    lock(&WAITING).write_to(&mut io::stderr());
}

/// Takes a line. Warnings and errors, with all lines before them, are written at once, so that a crash doesn't lose them.
pub(super) fn write(time: Time, level: Level, line: &str) {
    let waiting = OWN.try_with(|own| {
        let mut lines = lock(own);
        lines.add(time, line);
        (lines.ends.len(), lines.text.len())
    });
    match waiting {
        // The thread is ending. There is nowhere to report it if that fails.
        Err(_) => drop(io::stderr().write_all(line.as_bytes())),
        Ok((_, bytes)) if level <= Level::WARN || bytes > MAX_BYTES => flush(),
        Ok((1, _)) => WRITER.get().into_iter().for_each(Thread::unpark),
        Ok(_) => {}
    }
}

impl Lines {
    fn add(&mut self, time: Time, line: &str) {
        self.text.push_str(line);
        self.ends.push((time, self.text.len()));
    }

    fn clear(&mut self) {
        self.text.clear();
        self.ends.clear();
    }
}

impl Waiting {
    const fn new() -> Self {
        Self { threads: Vec::new(), order: Vec::new(), text: String::new() }
    }

    fn register(&mut self) -> Arc<Mutex<Lines>> {
        let waiting = Arc::default();
        self.threads.push(Place { waiting: Arc::clone(&waiting), taken: Lines::default(), has_ended: false });
        waiting
    }

    fn write_to(&mut self, output: &mut impl Write) {
        self.take();
        // There is nowhere to report it.
        let _ = output.write_all(self.in_order().as_bytes());
        self.threads.retain(|thread| !thread.has_ended);
    }

    fn take(&mut self) {
        for thread in &mut self.threads {
            // Before its lines are taken: after that, it could still have written its last one.
            thread.has_ended = Arc::strong_count(&thread.waiting) == 1;
            thread.taken.clear();
            mem::swap(&mut thread.taken, &mut *lock(&thread.waiting));
        }
    }

    /// Returns the lines of all threads by their times.
    fn in_order(&mut self) -> &str {
        let Self { threads, order, text } = self;
        order.clear();
        for (place, thread) in threads.iter().enumerate() {
            let mut begin = 0;
            order
                .extend(thread.taken.ends.iter().map(|&(time, end)| (time, place, mem::replace(&mut begin, end)..end)));
        }
        order.sort_by_key(|(time, ..)| *time);
        text.clear();
        text.extend(order.iter().map(|(_, place, line)| &threads[*place].taken.text[line.clone()]));
        text
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::clock::Timestamp;

    fn written(waiting: &mut Waiting) -> String {
        let mut written = Vec::new();
        waiting.write_to(&mut written);
        String::from_utf8(written).unwrap()
    }

    #[test]
    fn the_lines_of_several_threads_are_in_order() {
        let mut waiting = Waiting::new();
        let [a, b] = [waiting.register(), waiting.register()];
        for round in 0..3 {
            for (lines, time, line) in
                [(&a, 1, "1\n"), (&a, 3, "3z\n"), (&a, 3, "3a\n"), (&b, 2, "2\n"), (&b, 4, "4\n")]
            {
                lock(lines).add((Timestamp(round), time), line);
            }
            assert_eq!(written(&mut waiting), "1\n2\n3z\n3a\n4\n");
        }
    }

    #[test]
    fn the_lines_of_a_thread_that_has_ended_are_written_and_its_place_is_freed() {
        let mut waiting = Waiting::new();
        let lines = waiting.register();
        lock(&lines).add((Timestamp(0), 0), "the last line\n");
        drop(lines);
        assert_eq!(written(&mut waiting), "the last line\n");
        assert_eq!(written(&mut waiting), "");
        assert!(waiting.threads.is_empty());
    }
}
