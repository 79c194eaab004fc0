//! The body of a form, read within bounds of size and time.

use std::time::Duration;

use actix_web::HttpRequest;
use actix_web::http::StatusCode;
use actix_web::http::header::CONTENT_TYPE;
use actix_web::rt::time::timeout;
use actix_web::web::Payload;

use super::error::Error;

/// How large a form may be, and how long its body may take. Register it as app data to change the defaults: 64 KiB in
/// 10 seconds.
#[derive(Clone, Copy, Debug)]
pub struct FormLimits {
    /// The largest body, in bytes.
    pub bytes: usize,
    /// How long the client may take to send it.
    pub timeout: Duration,
}

impl Default for FormLimits {
    fn default() -> Self {
        Self { bytes: 64 * 1024, timeout: Duration::from_secs(10) }
    }
}

/// Reads the form that a request carries, as text. It is taken as sent: a `Content-Encoding` was refused before.
///
/// # Errors
/// [`Error::BadRequest`] if it is no form, [`Error::TooLarge`], [`Error::BodyTimeout`] and [`Error::BodyIncomplete`].
pub(super) async fn read(request: &HttpRequest, body: Payload) -> Result<String, Error> {
    let media_type = request.headers().get(CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let essence = media_type.split(';').next().unwrap_or_default().trim();
    if !essence.eq_ignore_ascii_case("application/x-www-form-urlencoded") {
        return Err(Error::BadRequest("request-no-form"));
    }
    let limits = request.app_data::<FormLimits>().copied().unwrap_or_default();
    let body = timeout(limits.timeout, body.to_bytes_limited(limits.bytes)).await.map_err(|_| Error::BodyTimeout)?;
    let body = body.map_err(|_| Error::TooLarge(StatusCode::PAYLOAD_TOO_LARGE))?;
    let body = body.map_err(|_| Error::BodyIncomplete)?;
    String::from_utf8(body.into()).map_err(|_| Error::BadRequest("request-form-not-utf-8"))
}
