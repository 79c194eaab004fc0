//! The log.

use tracing_subscriber::EnvFilter;
use tracing_subscriber::util::{SubscriberInitExt as _, TryInitError};

use crate::settings::TelemetrySettings;

/// Starts the log, on standard error.
///
/// # Errors
/// A log is started already.
pub fn start(settings: &TelemetrySettings) -> Result<(), TryInitError> {
    let filter = EnvFilter::try_new(&settings.log).unwrap_or_else(|_| EnvFilter::new("info"));
    let log = tracing_subscriber::fmt().with_env_filter(filter).with_writer(std::io::stderr);
    if settings.json {
        log.json().flatten_event(true).finish().try_init()
    } else {
        let colours = std::io::IsTerminal::is_terminal(&std::io::stderr());
        log.with_ansi(colours).with_target(false).finish().try_init()
    }
}
