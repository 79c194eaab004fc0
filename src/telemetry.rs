//! The log, and the recorder of the metrics.

use std::sync::OnceLock;

use metrics_exporter_prometheus::{BuildError, PrometheusBuilder, PrometheusHandle};
use tracing_subscriber::EnvFilter;
use tracing_subscriber::util::{SubscriberInitExt as _, TryInitError};

use crate::measure;
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

/// The process's metrics, in Prometheus' text format; recorded from the first call on.
///
/// # Errors
/// The application has a recorder of its own installed: then the metrics are there.
pub fn metrics() -> Result<PrometheusHandle, BuildError> {
    static HANDLE: OnceLock<PrometheusHandle> = OnceLock::new();
    if let Some(handle) = HANDLE.get() {
        return Ok(handle.clone());
    }
    let handle = PrometheusBuilder::new().set_buckets(&measure::BUCKETS)?.install_recorder()?;
    measure::describe();
    Ok(HANDLE.get_or_init(|| handle).clone())
}
