//! The OpenTelemetry context of a span, if a layer of tracing-opentelemetry collects it.

use opentelemetry::Context;
use opentelemetry::trace::{SpanContext, SpanId, TraceContextExt as _, TraceFlags, TraceId, TraceState};
use tracing::Span;
use tracing_opentelemetry::OpenTelemetrySpanExt as _;

use crate::correlation::Parent;

/// Makes a span the child of one of another process.
pub(super) fn set_parent(span: &Span, parent: &Parent) {
    if let Some(remote) = remote(parent) {
        // Fails only if nothing collects the span.
        let _ = span.set_parent(Context::new().with_remote_span_context(remote));
    }
}

/// Changes the name of a span.
pub(super) fn rename(span: &Span, name: String) {
    span.context().span().update_name(name);
}

/// Returns `traceparent` of the current span (Trace Context section 3.2).
pub(super) fn traceparent() -> Option<String> {
    let context = Span::current().context();
    let span = context.span().span_context().clone();
    span.is_valid().then(|| format!("00-{}-{}-{:02x}", span.trace_id(), span.span_id(), span.trace_flags()))
}

fn remote(parent: &Parent) -> Option<SpanContext> {
    let trace_id = TraceId::from_hex(&parent.trace.to_string()).ok()?;
    let flags = if parent.sampled { TraceFlags::SAMPLED } else { TraceFlags::default() };
    Some(SpanContext::new(trace_id, SpanId::from_hex(&parent.span).ok()?, flags, true, TraceState::NONE))
}

// The program has what collects spans.
#[cfg(test)]
#[cfg(feature = "program")]
mod tests {
    use opentelemetry::trace::TracerProvider as _;
    use opentelemetry_sdk::trace::SdkTracerProvider;
    use tracing_subscriber::layer::SubscriberExt as _;

    use super::super::{client, request, traceparent};
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
}
