//! The operations listener: health and metrics, for operators and load balancers; never on the public listener.

use std::fmt::Display;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use actix_web::HttpResponse;
use actix_web::http::StatusCode;
use actix_web::http::header::CACHE_CONTROL;
use actix_web::web::{Data, ServiceConfig, get};
use metrics_exporter_prometheus::PrometheusHandle;
use serde_json::json;

use super::abridged::Abridged;
use crate::flows::IdentityWeb;
use crate::metrics;

/// Whether the application is shutting down. Clones share it.
#[derive(Clone, Debug, Default)]
pub struct Stopping(Arc<AtomicBool>);

impl Stopping {
    /// Begins the shutdown: from now on the application isn't ready.
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

/// Returns the metrics in Prometheus' text format.
async fn metrics(recorder: Option<Data<PrometheusHandle>>) -> HttpResponse {
    match recorder {
        Some(recorder) => {
            HttpResponse::Ok().content_type("text/plain; version=0.0.4; charset=utf-8").body(recorder.render())
        }
        None => HttpResponse::NotFound().finish(),
    }
}

/// Returns 200 as long as the process runs.
async fn live() -> HttpResponse {
    HttpResponse::Ok().insert_header((CACHE_CONTROL, "no-store")).json(json!({"status": "live"}))
}

/// Returns whether the process can serve: it isn't shutting down, the session store responds, and the provider's metadata
/// was fetched at least once. If the provider becomes unavailable later, the process stays ready: it still serves signed-in
/// users, and otherwise every replica would fail the check at once.
async fn ready(identity: Data<IdentityWeb>, stopping: Data<Stopping>) -> HttpResponse {
    let process = if stopping.has_begun() { Err("shutting down".to_owned()) } else { Ok(()) };
    let services = identity.services();
    let store = services.sessions.ping().await.map_err(shown);
    let provider = services.providers.sign_in.metadata().await.map(drop).map_err(shown);
    let ready = process.is_ok() && store.is_ok() && provider.is_ok();
    metrics::ready(ready);
    let outcome = |outcome: Result<(), String>| outcome.err().unwrap_or_else(|| "ok".to_owned());
    let status = if ready { StatusCode::OK } else { StatusCode::SERVICE_UNAVAILABLE };
    HttpResponse::build(status).insert_header((CACHE_CONTROL, "no-store")).json(json!({
        "status": if ready { "ready" } else { "not ready" },
        "process": outcome(process),
        "session_store": outcome(store),
        "identity_provider": outcome(provider),
    }))
}

fn shown(error: impl Display) -> String {
    Abridged(error).to_string()
}
