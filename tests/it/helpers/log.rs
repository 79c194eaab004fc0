//! The log of all tests, at every level, so that it can be searched for what must not be in it.

use std::io::{self, Write};
use std::sync::{Mutex, OnceLock};

use tracing_subscriber::EnvFilter;
use tracing_subscriber::util::SubscriberInitExt as _;

static LOG: Mutex<Vec<u8>> = Mutex::new(Vec::new());

struct Writer;

impl Write for Writer {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        LOG.lock().unwrap().extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// Starts the log, once for all tests, without the WebDriver client's traffic.
pub fn start() {
    static STARTED: OnceLock<()> = OnceLock::new();
    STARTED.get_or_init(|| {
        let filter = EnvFilter::new("trace,hyper=off,hyper_util=off,h2=off,fantoccini=off,mio=off");
        let log = tracing_subscriber::fmt().with_env_filter(filter).with_writer(|| Writer).with_ansi(false);
        log.finish().try_init().unwrap();
    });
}

/// Returns everything that all tests have logged so far.
pub fn text() -> String {
    String::from_utf8_lossy(&LOG.lock().unwrap()).into_owned()
}

/// Fails if a secret is in the log.
pub fn assert_silent_about<'a>(secrets: impl IntoIterator<Item = &'a str>) {
    let log = text();
    for secret in secrets {
        assert!(secret.len() >= 8, "too short to look for: {secret:?}");
        if let Some(at) = log.find(secret) {
            let (from, to) = (log[..at].rfind('\n').unwrap_or(0), log[at..].find('\n').map_or(log.len(), |n| at + n));
            panic!("the log has a secret: {}", &log[from..to]);
        }
    }
}
