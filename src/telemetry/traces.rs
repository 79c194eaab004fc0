//! Traces, exported over OTLP (HTTP with protobuf) to a collector.
//!
//! The export has a thread and a runtime of its own, and a queue that drops what is too much: a collector that is slow or
//! away costs no request anything.

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

/// How often it is said that traces cannot be exported.
const SAID_EVERY: Duration = Duration::from_mins(10);
/// How long the end of the process may wait for the last export.
const LAST_EXPORT: Duration = Duration::from_secs(3);

/// The export of traces.
pub(super) struct Traces(SdkTracerProvider);

impl Traces {
    /// Traces to a collector: `{endpoint}/v1/traces`. The sampler, the batches, further headers and attributes are those
    /// of OpenTelemetry's environment variables.
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

    /// Exports what is left.
    pub(super) fn finish(self) {
        if let Err(error) = self.0.shutdown_with_timeout(LAST_EXPORT) {
            warn!(cause = %error, "the last traces were not exported");
        }
    }
}

/// Who we are, unless `OTEL_SERVICE_NAME` and `OTEL_RESOURCE_ATTRIBUTES` say otherwise.
fn resource() -> Resource {
    let said = Resource::builder().build();
    let name = Key::from_static_str("service.name");
    let unknown = said.get(&name).is_none_or(|name| name.as_str().starts_with("unknown_service"));
    let version = KeyValue::new("service.version", env!("CARGO_PKG_VERSION"));
    let resource = Resource::builder().with_attribute(version);
    if unknown { resource.with_service_name("identity-web").build() } else { resource.build() }
}

/// A trace's id is the correlation id of the request that begins it.
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

/// The way to the collector. It is used from the export's own thread only, which it may block.
#[derive(Debug)]
struct Collector {
    http: Http,
    runtime: Runtime,
    /// Since when it has been said that the export fails.
    said: Mutex<Option<Stopwatch>>,
}

impl Collector {
    fn new() -> Result<Self, TelemetryError> {
        tls::install_crypto();
        let runtime = Builder::new_current_thread().enable_all().build()?;
        Ok(Self { http: Http::new(None)?, runtime, said: Mutex::default() })
    }

    fn note(&self, failure: Option<String>) {
        let mut said = self.said.lock().unwrap_or_else(PoisonError::into_inner);
        match failure {
            Some(cause) if said.is_none_or(|said| said.elapsed() >= SAID_EVERY) => {
                warn!(cause, "traces cannot be exported, and are lost; see telemetry.otlp_endpoint");
                *said = Some(Stopwatch::start());
            }
            None if said.take().is_some() => info!("traces are exported again"),
            _ => {}
        }
    }
}

#[async_trait]
impl HttpClient for Collector {
    async fn send_bytes(&self, request: Request<Bytes>) -> Result<Response<Bytes>, HttpError> {
        let mut request = request.map(|body| body.to_vec());
        // The runtime rests between two exports, so a connection that is kept could end unseen.
        request.headers_mut().insert("connection", "close".parse()?);
        let answer = self.runtime.block_on(self.http.exchange(request));
        self.note(match &answer {
            Ok(answer) if answer.status().is_success() => None,
            Ok(answer) => Some(format!("the collector answered with status {}", answer.status().as_u16())),
            Err(error) => Some(error.to_string()),
        });
        Ok(answer?.map(Bytes::from))
    }
}
