//! The log, the traces and the metrics recorder.

mod json_line;
mod line;
mod log;
mod log_writer;
mod traces;

use std::io::{self, IsTerminal as _};
use std::sync::OnceLock;

use metrics_exporter_prometheus::{BuildError, PrometheusBuilder, PrometheusHandle};
use thiserror::Error;
use tracing::Subscriber;
use tracing_opentelemetry::OpenTelemetryLayer;
use tracing_subscriber::filter::{LevelFilter, Targets};
use tracing_subscriber::layer::SubscriberExt as _;
use tracing_subscriber::registry::LookupSpan;
use tracing_subscriber::util::{SubscriberInitExt as _, TryInitError};
use tracing_subscriber::{EnvFilter, Layer};

use crate::settings::TelemetrySettings;
use crate::{metrics, oidc, spans};
use log::{Format, Log};
use traces::Traces;

/// Why the log or the traces don't start.
#[derive(Debug, Error)]
pub enum TelemetryError {
    /// A log has been started already.
    #[error(transparent)]
    Log(#[from] TryInitError),
    /// `telemetry.otlp_endpoint` or OpenTelemetry's environment variables.
    #[error("telemetry.otlp_endpoint: {0}")]
    Exporter(#[from] opentelemetry_otlp::ExporterBuildError),
    /// TLS for the collector.
    #[error("telemetry.otlp_endpoint: {0}")]
    Tls(#[from] oidc::http::TlsError),
    /// No thread or socket is available.
    #[error(transparent)]
    Io(#[from] io::Error),
}

/// The running log and traces.
#[must_use = "when it is dropped, the last lines are written and the last traces exported"]
pub struct Telemetry {
    traces: Option<Traces>,
}

/// Exports the remaining traces, for at most three seconds, and writes the remaining lines.
impl Drop for Telemetry {
    fn drop(&mut self) {
        if let Some(traces) = self.traces.take() {
            traces.finish();
        }
        log_writer::flush();
    }
}

/// Starts the log on standard error and, if `telemetry.otlp_endpoint` is set, the export of traces.
///
/// # Errors
/// Every [`TelemetryError`].
pub fn start(settings: &TelemetrySettings) -> Result<Telemetry, TelemetryError> {
    let traces = settings.otlp_endpoint.as_ref().map(Traces::to).transpose()?;
    log_writer::start()?;
    let log = Log { format: format(settings), write: log_writer::write };
    let (registry, filter) = (tracing_subscriber::registry(), filter(settings));
    match &traces {
        Some(traces) => registry.with(log.with_filter(filter)).with(exported(traces)).try_init()?,
        // An Option as a layer would let every span be made, and a filter of the log's own costs more.
        None => registry.with(log).with(filter).try_init()?,
    }
    Ok(Telemetry { traces })
}

fn exported<S: Subscriber + for<'a> LookupSpan<'a>>(traces: &Traces) -> impl Layer<S> {
    let layer = OpenTelemetryLayer::new(traces.tracer());
    let layer = layer.with_location(false).with_threads(false).with_target(false);
    let layer = layer.with_tracked_inactivity(false).with_context_activation(false);
    layer.with_filter(Targets::new().with_target(spans::TARGET, LevelFilter::INFO))
}

fn filter(settings: &TelemetrySettings) -> EnvFilter {
    let filter = EnvFilter::try_new(&settings.log).unwrap_or_else(|_| EnvFilter::new("info"));
    // Spans are for traces: without an export they are never created.
    match format!("{}=off", spans::TARGET).parse() {
        Ok(directive) => filter.add_directive(directive),
        Err(_) => filter,
    }
}

fn format(settings: &TelemetrySettings) -> Format {
    if settings.json { Format::Json } else { Format::Pretty { colours: io::stderr().is_terminal() } }
}

/// Returns the process's metrics in Prometheus' text format, recorded from the first call on.
///
/// # Errors
/// The application has installed a recorder of its own, which has the metrics.
pub fn metrics() -> Result<PrometheusHandle, BuildError> {
    static HANDLE: OnceLock<PrometheusHandle> = OnceLock::new();
    if let Some(handle) = HANDLE.get() {
        return Ok(handle.clone());
    }
    let handle = PrometheusBuilder::new().set_buckets(&metrics::BUCKETS)?.install_recorder()?;
    metrics::describe();
    Ok(HANDLE.get_or_init(|| handle).clone())
}
