//! The operations listener: health and metrics, for operators and load balancers; never on the public listener.

use std::collections::BTreeMap;
use std::fmt::Display;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use actix_web::HttpResponse;
use actix_web::http::StatusCode;
use actix_web::http::header::CACHE_CONTROL;
use actix_web::web::{Data, ServiceConfig, get};
use futures_util::future::join_all;
use metrics_exporter_prometheus::PrometheusHandle;
use serde_json::json;
use tokio::time::timeout;

use super::abridged::Abridged;
use crate::flows::{DEFAULT_PROVIDER, IdentityWeb};
use crate::metrics;

/// How long `/health/ready` waits for a provider that isn't known.
const PROVIDER_TIMEOUT: Duration = Duration::from_millis(500);
/// What the outcome of a check that passes says.
const OK: &str = "ok";

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

/// Returns whether the process can serve: it isn't shutting down, the session store responds, and the metadata of at least
/// one provider was fetched at least once. If a provider becomes unavailable later, the process stays ready: it still serves signed-in
/// users, and otherwise every replica would fail the check at once.
async fn ready(identity: Data<IdentityWeb>, stopping: Data<Stopping>) -> HttpResponse {
    let process = if stopping.has_begun() { Err("shutting down".to_owned()) } else { Ok(()) };
    let services = identity.services();
    let store = services.sessions.ping().await.map_err(shown);
    let providers = known_providers(&identity).await;
    let is_any_known = providers.values().any(|outcome| outcome == OK);
    let ready = process.is_ok() && store.is_ok() && is_any_known;
    metrics::ready(ready);
    let outcome = |outcome: Result<(), String>| outcome.err().unwrap_or_else(|| OK.to_owned());
    let status = if ready { StatusCode::OK } else { StatusCode::SERVICE_UNAVAILABLE };
    let mut body = json!({
        "status": if ready { "ready" } else { "not ready" },
        "process": outcome(process),
        "session_store": outcome(store),
        "identity_provider": providers.get(DEFAULT_PROVIDER),
    });
    if providers.len() > 1 {
        body["identity_providers"] = json!(providers);
    }
    HttpResponse::build(status).insert_header((CACHE_CONTROL, "no-store")).json(body)
}

/// Returns what is known of each provider that users choose from, by its name: [`OK`], or why nothing is known of it.
async fn known_providers(identity: &IdentityWeb) -> BTreeMap<&str, String> {
    let providers = &identity.services().providers;
    let asked = providers.to_choose().map(async |one| {
        // One that is mute must not make the others' users wait for this answer.
        let outcome = match one.provider.known_metadata() {
            Some(_) => OK.to_owned(),
            None => match timeout(PROVIDER_TIMEOUT, one.provider.metadata()).await {
                Ok(outcome) => outcome.map_or_else(shown, |_| OK.to_owned()),
                Err(_) => "the identity provider hasn't responded yet".to_owned(),
            },
        };
        (providers.name_of(one), outcome)
    });
    join_all(asked).await.into_iter().collect()
}

fn shown(error: impl Display) -> String {
    Abridged(error).to_string()
}
