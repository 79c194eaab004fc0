//! The security headers of every answer.

use actix_web::Error as ActixError;
use actix_web::body::MessageBody;
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::http::header::{HeaderName, HeaderValue, InvalidHeaderValue};
use actix_web::middleware::Next;
use url::Url;

/// Headers by name, for [`SecurityHeaders::set`].
#[derive(Clone, Debug)]
pub struct SecurityHeaders(Vec<(HeaderName, HeaderValue)>);

impl SecurityHeaders {
    /// The headers of a site at `public_url` whose sign-out leads to `authority`.
    ///
    /// # Errors
    /// The authority cannot stand in a header.
    pub fn new(public_url: &Url, authority: &str) -> Result<Self, InvalidHeaderValue> {
        // Browsers hold form-action against every redirect of a form: the sign-out's go on to the provider, and where
        // that is a broker to hosts that only it knows.
        let insecure_provider = match Url::parse(authority) {
            Ok(url) if url.scheme() == "http" => format!(" {}", url.origin().ascii_serialization()),
            _ => String::new(),
        };
        let policy = format!(
            "default-src 'none'; style-src 'self'; img-src 'self'; form-action 'self' https:{insecure_provider}; \
             base-uri 'none'; frame-ancestors 'none'"
        );
        let mut headers = vec![
            (HeaderName::from_static("content-security-policy"), HeaderValue::from_str(&policy)?),
            header("x-content-type-options", "nosniff"),
            // Not no-referrer: a form's POST would then bear "FetchContext: null".
            header("referrer-policy", "same-origin"),
            header("cross-origin-opener-policy", "same-origin"),
            header("cross-origin-resource-policy", "same-origin"),
            header("permissions-policy", "camera=(), geolocation=(), microphone=(), payment=(), usb=()"),
        ];
        if public_url.scheme() == "https" {
            headers.push(header("strict-transport-security", "max-age=31536000"));
        }
        Ok(Self(headers))
    }

    /// Sets the headers on an answer, for [`actix_web::middleware::from_fn`].
    ///
    /// # Errors
    /// Those of the service within.
    pub async fn set<B: MessageBody>(
        self,
        request: ServiceRequest,
        next: Next<B>,
    ) -> Result<ServiceResponse<B>, ActixError> {
        let mut answer = next.call(request).await?;
        for (name, value) in self.0 {
            answer.headers_mut().insert(name, value);
        }
        Ok(answer)
    }
}

fn header(name: &'static str, value: &'static str) -> (HeaderName, HeaderValue) {
    (HeaderName::from_static(name), HeaderValue::from_static(value))
}
