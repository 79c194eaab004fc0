//! Traces, exported over OTLP (HTTP with protobuf) to a collector.
//!
//! The export has its own thread, runtime and bounded queue: a slow or unavailable collector delays no request.

use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use async_trait::async_trait;
use opentelemetry::trace::{SpanId, TraceId, TracerProvider as _};
use opentelemetry::{Key, KeyValue};
use opentelemetry_http::{Bytes, HttpClient, HttpError, Request, Response};
use opentelemetry_otlp::{Protocol, SpanExporter, WithExportConfig as _, WithHttpConfig as _};
use opentelemetry_sdk::Resource;
use opentelemetry_sdk::trace::{IdGenerator, RandomIdGenerator, SdkTracer, SdkTracerProvider};
use tokio::runtime::{Builder, Runtime};
use tracing::{info, warn};
use url::Url;

use super::TelemetryError;
use crate::clock::Stopwatch;
use crate::correlation::CorrelationId;
use crate::oidc::http::Http;
use crate::tls;

/// How often a failing export is reported.
const REPORTED_EVERY: Duration = Duration::from_mins(10);
/// How long the end of the process may wait for the last export.
const LAST_EXPORT: Duration = Duration::from_secs(3);

/// The export of traces.
pub(super) struct Traces(SdkTracerProvider);

impl Traces {
    /// Returns traces to a collector: `{endpoint}/v1/traces`. OpenTelemetry's environment variables set the sampler, the
    /// batches, and additional headers and attributes.
    pub(super) fn to(endpoint: &Url) -> Result<Self, TelemetryError> {
        let exporter = SpanExporter::builder()
            .with_http()
            .with_http_client(Collector::new()?)
            .with_protocol(Protocol::HttpBinary)
            .with_endpoint(format!("{}/v1/traces", endpoint.as_str().trim_end_matches('/')))
            .build()?;
        let provider = SdkTracerProvider::builder().with_batch_exporter(exporter).with_id_generator(Ids);
        Ok(Self(provider.with_resource(resource()).build()))
    }

    pub(super) fn tracer(&self) -> SdkTracer {
        self.0.tracer("identity-web")
    }

    /// Exports the remaining traces.
    pub(super) fn finish(self) {
        if let Err(error) = self.0.shutdown_with_timeout(LAST_EXPORT) {
            warn!(cause = %error, "the last traces were not exported");
        }
    }
}

/// Returns the name and version of this service, unless `OTEL_SERVICE_NAME` and `OTEL_RESOURCE_ATTRIBUTES` set them.
fn resource() -> Resource {
    let configured = Resource::builder().build();
    let name = Key::from_static_str("service.name");
    let unknown = configured.get(&name).is_none_or(|name| name.as_str().starts_with("unknown_service"));
    let version = KeyValue::new("service.version", env!("CARGO_PKG_VERSION"));
    let resource = Resource::builder().with_attribute(version);
    if unknown { resource.with_service_name("identity-web").build() } else { resource.build() }
}

/// Uses the correlation ID of the request that begins a trace as the trace's ID.
#[derive(Debug)]
struct Ids;

impl IdGenerator for Ids {
    fn new_trace_id(&self) -> TraceId {
        let id = CorrelationId::of_request().and_then(|id| TraceId::from_hex(&id.to_string()).ok());
        id.unwrap_or_else(|| RandomIdGenerator::default().new_trace_id())
    }

    fn new_span_id(&self) -> SpanId {
        RandomIdGenerator::default().new_span_id()
    }
}

/// The HTTP client of the collector. Only the export's own thread uses it: it may block.
#[derive(Debug)]
struct Collector {
    http: Http,
    runtime: Runtime,
    /// When a failing export was last reported.
    reported: Mutex<Option<Stopwatch>>,
}

impl Collector {
    fn new() -> Result<Self, TelemetryError> {
        tls::install_crypto();
        let runtime = Builder::new_current_thread().enable_all().build()?;
        Ok(Self { http: Http::new(None)?, runtime, reported: Mutex::default() })
    }

    fn note(&self, failure: Option<String>) {
        let mut reported = self.reported.lock().unwrap_or_else(PoisonError::into_inner);
        match failure {
            Some(cause) if reported.is_none_or(|at| at.elapsed() >= REPORTED_EVERY) => {
                warn!(cause, "can't export traces, they are lost: check telemetry.otlp_endpoint");
                *reported = Some(Stopwatch::start());
            }
            None if reported.take().is_some() => info!("traces are exported again"),
            _ => {}
        }
    }
}

#[async_trait]
impl HttpClient for Collector {
    async fn send_bytes(&self, request: Request<Bytes>) -> Result<Response<Bytes>, HttpError> {
        let mut request = request.map(|body| body.to_vec());
        // The runtime is idle between two exports, so the end of a kept connection could go unnoticed.
        request.headers_mut().insert("connection", "close".parse()?);
        let answer = self.runtime.block_on(self.http.exchange(request));
        self.note(match &answer {
            Ok(answer) if answer.status().is_success() => None,
            Ok(answer) => Some(format!("the collector returned status {}", answer.status().as_u16())),
            Err(error) => Some(error.to_string()),
        });
        Ok(answer?.map(Bytes::from))
    }
}
