//! The spans of a request's trace, for OpenTelemetry.
//!
//! Every layer opens them through the `tracing` facade. If nothing collects them (no `telemetry.otlp_endpoint`, and no layer
//! of the application) they are never created. The trace ID is the correlation ID. No span holds a query, a user, a token
//! or an address.

#[cfg(feature = "opentelemetry")]
mod context;
/// Without OpenTelemetry nothing continues a trace.
#[cfg(not(feature = "opentelemetry"))]
mod context {
    pub(super) fn set_parent(_: &super::Span, _: &super::Parent) {}

    pub(super) fn rename(_: &super::Span, _: String) {}

    pub(super) fn traceparent() -> Option<String> {
        None
    }
}

use tracing::field::Empty;
use tracing::{Span, info_span};

use crate::correlation::{CorrelationId, Parent};

/// The target of all these spans, for filters.
pub const TARGET: &str = "identity_web::trace";

/// Opens the span of a request that we serve, as a child of `parent`. Call it within the scope of its correlation ID.
pub fn request(method: &'static str, parent: Option<&Parent>) -> Span {
    let span = info_span!(
        target: TARGET, parent: None, "request", otel.kind = "server", otel.name = method, otel.status_code = Empty,
        http.request.method = method, http.route = Empty, http.response.status_code = Empty,
    );
    if let Some(parent) = parent.filter(|_| !span.is_disabled()) {
        context::set_parent(&span, parent);
    }
    span
}

/// Records the response to the request.
pub fn answered(span: &Span, method: &'static str, route: Option<&str>, status: u16) {
    if span.is_disabled() {
        return;
    }
    span.record("http.response.status_code", status);
    if let Some(route) = route {
        span.record("http.route", route);
        // The field otel.name is only read when a span is created.
        context::rename(span, format!("{method} {route}"));
    }
    if status >= 500 {
        failed(span);
    }
}

/// Opens the span of a request that we make for the one that we serve; none if we serve none.
pub fn client(system: &'static str, operation: &str) -> Span {
    if Span::current().is_none() {
        return Span::none();
    }
    info_span!(
        target: TARGET, "client", otel.kind = "client", otel.name = %format_args!("{system} {operation}"),
        otel.status_code = Empty,
    )
}

/// Marks a span as failed.
pub fn failed(span: &Span) {
    span.record("otel.status_code", "error");
}

/// Returns `traceparent` for a request that we make now (Trace Context section 3.2): its span's, or else one with the
/// correlation ID.
pub fn traceparent() -> Option<String> {
    context::traceparent().or_else(|| CorrelationId::of_request().map(|id| id.traceparent()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn without_a_request_no_span_is_made() {
        assert!(client("redis", "get").is_disabled());
        assert_eq!(traceparent(), None);
    }
}
