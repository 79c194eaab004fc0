//! One ID for everything that belongs to a request: in the log, on the error page and at the provider.
//!
//! It is the trace ID of W3C Trace Context, which also the logs of proxies, other replicas and the provider contain.

use std::fmt;

/// The ID of a request: 32 hexadecimal digits.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct CorrelationId(u128);

tokio::task_local! {
    static CURRENT: CorrelationId;
}

impl CorrelationId {
    /// Returns a random ID. It is no secret, and can be guessed.
    pub fn random() -> Self {
        Self(fastrand::u128(..))
    }

    /// Returns its digits, in ASCII.
    pub fn digits(self) -> [u8; 32] {
        let mut digits = [0; 32];
        for (pair, byte) in digits.chunks_exact_mut(2).zip(self.0.to_be_bytes()) {
            pair.copy_from_slice(&[byte >> 4, byte & 15].map(|digit| b"0123456789abcdef"[usize::from(digit)]));
        }
        digits
    }

    /// Returns `traceparent` for a request that we make for this one.
    pub fn traceparent(&self) -> String {
        format!("00-{self}-{:016x}-00", fastrand::u64(..))
    }

    /// Runs a request's work under this ID.
    pub fn scope<F: Future>(self, work: F) -> impl Future<Output = F::Output> {
        CURRENT.scope(self, work)
    }

    /// Returns the ID of the request that this task works on, if any.
    pub fn of_request() -> Option<Self> {
        CURRENT.try_with(|id| *id).ok()
    }
}

/// The span of a sender's trace that a request continues.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Parent {
    /// The trace.
    pub trace: CorrelationId,
    /// The sender's span: 16 hexadecimal digits.
    pub span: String,
    /// Whether the sender records this trace.
    pub sampled: bool,
}

impl Parent {
    /// Reads `traceparent`, version 00 (Trace Context section 3.2).
    pub fn parse(header: &str) -> Option<Self> {
        let mut parts = header.split('-');
        let (version, trace, span, flags) = (parts.next()?, parts.next()?, parts.next()?, parts.next()?);
        let hex = |part: &str, len: usize| {
            part.len() == len && part.bytes().all(|b| b.is_ascii_digit() || (b'a'..=b'f').contains(&b))
        };
        let well_formed = version == "00" && hex(trace, 32) && hex(span, 16) && hex(flags, 2) && parts.next().is_none();
        let nonzero = |part: &str| part.bytes().any(|b| b != b'0');
        let sampled = u8::from_str_radix(flags, 16).is_ok_and(|flags| flags & 1 == 1);
        let id = CorrelationId(u128::from_str_radix(trace, 16).ok()?);
        (well_formed && nonzero(trace) && nonzero(span)).then(|| Self { trace: id, span: span.to_owned(), sampled })
    }
}

impl fmt::Display for CorrelationId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(std::str::from_utf8(&self.digits()).unwrap_or_default())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_trace_is_continued_where_its_parent_is_well_formed() {
        let trace = "4bf92f3577b34da6a3ce929d0e0e4736";
        let good = format!("00-{trace}-00f067aa0ba902b7-01");
        let parent = Parent::parse(&good).unwrap();
        assert_eq!((parent.trace.to_string().as_str(), parent.span.as_str()), (trace, "00f067aa0ba902b7"));
        assert!(parent.sampled && !Parent::parse(&good.replace("-01", "-02")).unwrap().sampled);
        for bad in [
            "",
            "00",
            &good.to_uppercase(),
            &format!("{good}-more"),
            &good.replace("00-", "ff-"),
            &format!("00-{}-00f067aa0ba902b7-01", "0".repeat(32)),
            &format!("00-{trace}-0000000000000000-01"),
            &format!("00-{}\n-00f067aa0ba902b7-01", &trace[1..]),
        ] {
            assert_eq!(Parent::parse(bad), None, "{bad:?}");
        }
        assert_eq!(CorrelationId(0x1f).to_string(), format!("{}1f", "0".repeat(30)));
        let sent = CorrelationId::random().traceparent();
        assert!(Parent::parse(&sent).is_some(), "{sent}");
    }
}
