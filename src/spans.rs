//! The spans of a request's trace, for OpenTelemetry.
//!
//! Every layer opens them through the `tracing` facade. If nothing collects them (no `telemetry.otlp_endpoint`, and no layer
//! of the application) they are never created. The trace ID is the correlation ID. No span holds a query, a user, a token
//! or an address.

use opentelemetry::Context;
use opentelemetry::trace::{SpanContext, SpanId, TraceContextExt as _, TraceFlags, TraceId, TraceState};
use tracing::field::Empty;
use tracing::{Span, info_span};
use tracing_opentelemetry::OpenTelemetrySpanExt as _;

use crate::correlation::{CorrelationId, Parent};

/// The target of all these spans, for filters.
pub const TARGET: &str = "identity_web::trace";

/// Opens the span of a request that we serve, as a child of `parent`. Call it within the scope of its correlation ID.
pub fn request(method: &'static str, parent: Option<&Parent>) -> Span {
    let span = info_span!(
        target: TARGET, parent: None, "request", otel.kind = "server", otel.name = method, otel.status_code = Empty,
        http.request.method = method, http.route = Empty, http.response.status_code = Empty,
    );
    if !span.is_disabled()
        && let Some(remote) = parent.and_then(remote)
    {
        // Fails only if nothing collects the span.
        let _ = span.set_parent(Context::new().with_remote_span_context(remote));
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
        span.context().span().update_name(format!("{method} {route}"));
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
    let context = Span::current().context();
    let span = context.span().span_context().clone();
    if span.is_valid() {
        return Some(format!("00-{}-{}-{:02x}", span.trace_id(), span.span_id(), span.trace_flags()));
    }
    CorrelationId::of_request().map(|id| id.traceparent())
}

fn remote(parent: &Parent) -> Option<SpanContext> {
    let trace_id = TraceId::from_hex(&parent.trace.to_string()).ok()?;
    let flags = if parent.sampled { TraceFlags::SAMPLED } else { TraceFlags::default() };
    Some(SpanContext::new(trace_id, SpanId::from_hex(&parent.span).ok()?, flags, true, TraceState::NONE))
}

#[cfg(test)]
mod tests {
    use opentelemetry::trace::TracerProvider as _;
    use opentelemetry_sdk::trace::SdkTracerProvider;
    use tracing_subscriber::layer::SubscriberExt as _;

    use super::*;

    #[test]
    fn a_request_that_we_make_continues_the_trace_as_the_child_of_its_own_span() {
        let collected = tracing_opentelemetry::layer().with_tracer(SdkTracerProvider::builder().build().tracer("test"));
        let _guard = tracing::subscriber::set_default(tracing_subscriber::registry().with(collected));
        let (trace, sender) = ("4bf92f3577b34da6a3ce929d0e0e4736", "00f067aa0ba902b7");
        let sent_for = |flags: &str| {
            let parent = Parent::parse(&format!("00-{trace}-{sender}-{flags}"));
            let ours = request("GET", parent.as_ref());
            let of_request = ours.in_scope(traceparent).unwrap();
            let of_client = ours.in_scope(|| client("provider", "POST").in_scope(traceparent)).unwrap();
            let parents = [&of_request, &of_client].map(|sent| Parent::parse(sent).unwrap());
            assert!(parents.iter().all(|parent| parent.trace.to_string() == trace && parent.span != sender));
            assert_ne!(parents[0].span, parents[1].span);
            parents[1].sampled
        };
        assert!(sent_for("01"));
        assert!(!sent_for("00"), "a sender that doesn't record the trace stays unsampled");
    }

    #[test]
    fn without_a_request_no_span_is_made() {
        assert!(client("redis", "get").is_disabled());
        assert_eq!(traceparent(), None);
    }
}
