//! Around every request of the public listener: its correlation id, its line in the log, its metric.

use actix_web::Error as ActixError;
use actix_web::body::MessageBody;
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::http::Method;
use actix_web::middleware::Next;
use tracing::info;

use super::proxies::TrustedProxies;
use crate::clock::Stopwatch;
use crate::correlation::CorrelationId;
use crate::measure;

/// Watches a request, for [`actix_web::middleware::from_fn`]. Its correlation id is the trace id that a trusted proxy
/// sent (`traceparent`), else a fresh one. The log has the address that the request came from, and the route, never the
/// query: a callback's has the code in it.
///
/// # Errors
/// Those of the service within.
pub async fn watch<B: MessageBody>(
    proxies: TrustedProxies,
    request: ServiceRequest,
    next: Next<B>,
) -> Result<ServiceResponse<B>, ActixError> {
    let parent = request.headers().get("traceparent").filter(|_| proxies.sent(request.request()));
    let id = parent.and_then(|value| CorrelationId::from_traceparent(value.to_str().ok()?));
    let id = id.unwrap_or_else(CorrelationId::random);
    let client_address = proxies.client_address(request.request()).map(tracing::field::display);
    let stopwatch = Stopwatch::start();
    let _active = measure::ActiveRequest::begin();
    let answer = id.clone().scope(next.call(request)).await?;
    let (request, status, took) = (answer.request(), answer.status().as_u16(), stopwatch.elapsed());
    let method = match *request.method() {
        Method::GET => "GET",
        Method::HEAD => "HEAD",
        Method::POST => "POST",
        _ => "_OTHER",
    };
    let route = request.match_pattern().unwrap_or_else(|| "none".to_owned());
    let duration_ms = took.as_secs_f64() * 1000.0;
    info!(method, route, status, duration_ms, client_address, correlation_id = %id, "request answered");
    measure::request(method, route, status, took);
    Ok(answer)
}
