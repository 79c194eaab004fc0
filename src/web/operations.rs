//! The operations listener: health and metrics, for operators and load balancers; never on the public listener.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use actix_web::HttpResponse;
use actix_web::http::StatusCode;
use actix_web::http::header::CACHE_CONTROL;
use actix_web::web::{Data, ServiceConfig, get};
use metrics_exporter_prometheus::PrometheusHandle;
use serde_json::json;

use crate::flows::IdentityWeb;
use crate::metrics;

/// Whether the application was told to stop. Clones share it.
#[derive(Clone, Debug, Default)]
pub struct Stopping(Arc<AtomicBool>);

impl Stopping {
    /// It was told to: from now on it is not ready.
    pub fn begin(&self) {
        self.0.store(true, Ordering::Release);
    }

    fn has_begun(&self) -> bool {
        self.0.load(Ordering::Acquire)
    }
}

/// The routes of the operations listener.
pub fn routes(service: &mut ServiceConfig) {
    service
        .route("/health/live", get().to(live))
        .route("/health/ready", get().to(ready))
        .route("/metrics", get().to(metrics));
}

/// The metrics, in Prometheus' text format.
async fn metrics(recorder: Option<Data<PrometheusHandle>>) -> HttpResponse {
    match recorder {
        Some(recorder) => {
            metrics::process();
            HttpResponse::Ok().content_type("text/plain; version=0.0.4; charset=utf-8").body(recorder.render())
        }
        None => HttpResponse::NotFound().finish(),
    }
}

/// The process runs.
async fn live() -> HttpResponse {
    HttpResponse::Ok().insert_header((CACHE_CONTROL, "no-store")).json(json!({"status": "live"}))
}

/// The process can serve: it was not told to stop, its store answers, and the provider has been found at least once.
/// A provider that goes away later turns nothing red: people who are signed in are served, and every replica would turn
/// red at once.
async fn ready(identity: Data<IdentityWeb>, stopping: Data<Stopping>) -> HttpResponse {
    let process = if stopping.has_begun() { Err("shutting down".to_owned()) } else { Ok(()) };
    let services = identity.services();
    let store = services.backend.ping(&format!("{}ping", services.key_prefix)).await.map_err(|error| error.to_string());
    let provider = services.provider.metadata().await.map(drop).map_err(|error| error.to_string());
    let ready = process.is_ok() && store.is_ok() && provider.is_ok();
    metrics::ready(ready);
    let said = |outcome: Result<(), String>| outcome.err().unwrap_or_else(|| "ok".to_owned());
    let status = if ready { StatusCode::OK } else { StatusCode::SERVICE_UNAVAILABLE };
    HttpResponse::build(status).insert_header((CACHE_CONTROL, "no-store")).json(json!({
        "status": if ready { "ready" } else { "not ready" },
        "process": said(process),
        "session_store": said(store),
        "identity_provider": said(provider),
    }))
}
