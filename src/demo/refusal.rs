//! How the token endpoint refuses: as Entra does, with the ids that its support asks for.

use actix_web::HttpResponse;
use actix_web::http::StatusCode;
use ring::rand::{SecureRandom as _, SystemRandom};
use serde_json::json;

use super::DemoState;

/// A refusal of the token endpoint.
pub(super) struct Refusal<'a> {
    /// `error`.
    pub(super) error: &'a str,
    /// Entra's own code.
    pub(super) code: u32,
    /// What it says.
    pub(super) text: &'a str,
    /// Entra's `suberror`.
    pub(super) suberror: Option<&'a str>,
}

impl Refusal<'_> {
    /// The answer: 401 for `invalid_client` (RFC 6749 section 5.2), else 400.
    pub(super) fn answer(&self, state: &DemoState) -> HttpResponse {
        let (Self { error, code, text, suberror }, trace, correlation) = (self, guid(), guid());
        let timestamp = state.clock.now().to_string().replace(" UTC", "Z");
        let ids = format!("Trace ID: {trace} Correlation ID: {correlation} Timestamp: {timestamp}");
        let mut body = json!({
            "error": error, "error_description": format!("AADSTS{code}: {text} {ids}"),
            "error_codes": [code], "timestamp": timestamp, "trace_id": trace, "correlation_id": correlation,
            "error_uri": format!("{}/error?code={code}", state.public_url),
        });
        if let Some(suberror) = suberror {
            body["suberror"] = (*suberror).into();
        }
        let status = if *error == "invalid_client" { StatusCode::UNAUTHORIZED } else { StatusCode::BAD_REQUEST };
        HttpResponse::build(status).json(body)
    }
}

fn guid() -> String {
    let mut bytes = [0; 16];
    // Without randomness the ids are zero, which harms nobody.
    let _ = SystemRandom::new().fill(&mut bytes);
    let hex = format!("{:032x}", u128::from_be_bytes(bytes));
    format!("{}-{}-{}-{}-{}", &hex[..8], &hex[8..12], &hex[12..16], &hex[16..20], &hex[20..])
}
