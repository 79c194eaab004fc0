//! HTTP requests to the provider: bounded in size and time, without following redirects.

use std::time::Duration;

use oauth2::http::header::{CACHE_CONTROL, CONTENT_TYPE, DATE, HeaderValue};
use oauth2::{HttpRequest, HttpResponse};
use thiserror::Error;
use tracing::Instrument as _;
use url::Url;

use super::excerpt::excerpt;
use crate::clock::Stopwatch;
use crate::{metrics, spans};

/// The longest response body that is read.
pub const MAX_RESPONSE_BYTES: usize = 1024 * 1024;
const CONNECT_TIMEOUT: Duration = Duration::from_secs(3);
/// How long an idle connection is kept: less than the five seconds after which many servers close theirs, perhaps just as
/// a token request is sent.
const IDLE_TIMEOUT: Duration = Duration::from_secs(4);
const REQUEST_TIMEOUT: Duration = Duration::from_secs(10);

/// Why there is no usable response.
#[derive(Clone, Debug, Error)]
pub enum HttpError {
    /// There is no connection, the certificate is not trusted, or there is no response in time.
    #[error("{host} does not respond: {cause}")]
    Unreachable {
        /// The host and port of the request.
        host: String,
        /// The innermost cause, without the URL's path and query.
        cause: String,
    },
    /// The response is longer than [`MAX_RESPONSE_BYTES`].
    #[error("{host} sent more than {MAX_RESPONSE_BYTES} bytes")]
    TooLarge {
        /// The host and port of the request.
        host: String,
    },
    /// The status is not 200.
    #[error("{host} responded with status {status}")]
    Status {
        /// The host and port of the request.
        host: String,
        /// The HTTP status.
        status: u16,
    },
}

/// The additional root certificate is not PEM, or the system has no root certificates.
#[derive(Debug, Error)]
#[error("cannot set up TLS for requests to the provider: {0}")]
pub struct TlsError(#[from] reqwest::Error);

/// A response with status 200.
pub struct Response {
    /// Its media type, without parameters, in lower case. Empty if there is none.
    pub media_type: String,
    /// How long it may be cached, if it says so (`Cache-Control: max-age`).
    pub max_age: Option<Duration>,
    /// The sender's clock (`Date`).
    pub date: Option<String>,
    /// Its body.
    pub body: Vec<u8>,
}

/// The HTTP client for requests to the provider.
#[derive(Clone, Debug)]
pub struct Http {
    client: reqwest::Client,
}

impl Http {
    /// Returns a client that trusts the system's root certificates and those in `extra_roots` (PEM).
    ///
    /// # Errors
    /// `extra_roots` is not a list of PEM certificates, or the system has no root certificates.
    pub fn new(extra_roots: Option<&[u8]>) -> Result<Self, TlsError> {
        let mut builder = reqwest::Client::builder()
            .redirect(reqwest::redirect::Policy::none())
            .connect_timeout(CONNECT_TIMEOUT)
            .pool_idle_timeout(IDLE_TIMEOUT)
            .timeout(REQUEST_TIMEOUT)
            .user_agent(concat!("identity-web/", env!("CARGO_PKG_VERSION")));
        if let Some(pem) = extra_roots {
            builder = builder.tls_certs_merge(reqwest::Certificate::from_pem_bundle(pem)?);
        }
        Ok(Self { client: builder.build()? })
    }

    /// Sends a request to the provider and reads the whole response, whatever its status.
    ///
    /// # Errors
    /// [`HttpError::Unreachable`] and [`HttpError::TooLarge`].
    pub async fn send(&self, request: HttpRequest) -> Result<HttpResponse, HttpError> {
        let stopwatch = Stopwatch::start();
        let span = spans::client("provider", request.method().as_str());
        let response = self.exchange(request).instrument(span.clone()).await;
        metrics::provider_request(response.is_ok(), stopwatch.elapsed());
        if !response.as_ref().is_ok_and(|response| response.status().as_u16() < 400) {
            spans::failed(&span);
        }
        response
    }

    /// Like [`Http::send`], but a status of 500 or more is an error.
    ///
    /// # Errors
    /// Every [`HttpError`].
    pub async fn send_unless_failing(&self, request: HttpRequest) -> Result<HttpResponse, HttpError> {
        let host = authority(request.uri().host(), request.uri().port_u16());
        let response = self.send(request).await?;
        let status = response.status();
        if status.is_server_error() { Err(HttpError::Status { host, status: status.as_u16() }) } else { Ok(response) }
    }

    /// Like [`Http::send`], for any server: not in the metrics, and without a span of its own.
    ///
    /// # Errors
    /// As [`Http::send`].
    pub async fn exchange(&self, mut request: HttpRequest) -> Result<HttpResponse, HttpError> {
        if let Some(Ok(parent)) = spans::traceparent().map(HeaderValue::try_from) {
            request.headers_mut().insert("traceparent", parent);
        }
        let host = authority(request.uri().host(), request.uri().port_u16());
        let unreachable =
            |error: reqwest::Error| HttpError::Unreachable { host: host.clone(), cause: innermost(&error) };
        let request = reqwest::Request::try_from(request).map_err(unreachable)?;
        let mut received = self.client.execute(request).await.map_err(unreachable)?;
        let mut response = HttpResponse::new(Vec::new());
        *response.status_mut() = received.status();
        std::mem::swap(response.headers_mut(), received.headers_mut());
        while let Some(chunk) = received.chunk().await.map_err(unreachable)? {
            if response.body().len() + chunk.len() > MAX_RESPONSE_BYTES {
                return Err(HttpError::TooLarge { host });
            }
            response.body_mut().extend_from_slice(&chunk);
        }
        Ok(response)
    }

    /// Fetches a document, with a bearer token if one is given (RFC 6750 section 2.1).
    ///
    /// # Errors
    /// Every [`HttpError`].
    pub async fn get(&self, url: &Url, bearer: Option<&str>) -> Result<Response, HttpError> {
        let host = authority(url.host_str(), url.port());
        let mut request = oauth2::http::Request::get(url.as_str()).header("accept", "application/json");
        if let Some(token) = bearer {
            request = request.header("authorization", format!("Bearer {token}"));
        }
        let request = request
            .body(Vec::new())
            .map_err(|error| HttpError::Unreachable { host: host.clone(), cause: error.to_string() })?;
        let response = self.send(request).await?;
        if response.status() != 200 {
            return Err(HttpError::Status { host, status: response.status().as_u16() });
        }
        let header = |name| response.headers().get(name).and_then(|value: &HeaderValue| value.to_str().ok());
        let media_type = header(CONTENT_TYPE).unwrap_or_default().split(';').next().unwrap_or_default();
        Ok(Response {
            media_type: media_type.trim().to_ascii_lowercase(),
            max_age: header(CACHE_CONTROL).and_then(max_age),
            date: header(DATE).map(excerpt),
            body: response.into_body(),
        })
    }
}

fn authority(host: Option<&str>, port: Option<u16>) -> String {
    let host = excerpt(host.unwrap_or_default());
    port.map_or_else(|| host.clone(), |port| format!("{host}:{port}"))
}

/// Outer errors of reqwest contain the URL, which may carry a code; inner ones say what went wrong.
fn innermost(error: &reqwest::Error) -> String {
    if error.is_timeout() {
        return "no response in time".to_owned();
    }
    let Some(mut cause) = std::error::Error::source(error) else { return "the request failed".to_owned() };
    while let Some(source) = cause.source() {
        cause = source;
    }
    excerpt(cause)
}

fn max_age(cache_control: &str) -> Option<Duration> {
    cache_control.split(',').find_map(|directive| {
        let (name, value) = directive.split_once('=').unwrap_or((directive, ""));
        match name.trim().to_ascii_lowercase().as_str() {
            "max-age" => value.trim().trim_matches('"').parse().ok().map(Duration::from_secs),
            "no-store" | "no-cache" => Some(Duration::ZERO),
            _ => None,
        }
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::correlation::CorrelationId;
    use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
    use tokio::net::TcpListener;

    /// What a server is asked, and what comes of its response.
    async fn asked(response: &'static str) -> (String, Result<Response, HttpError>) {
        let _ = rustls::crypto::ring::default_provider().install_default();
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = Url::parse(&format!("http://{}/keys", listener.local_addr().unwrap())).unwrap();
        let serve = async {
            let (mut connection, _) = listener.accept().await.unwrap();
            let mut request = vec![0; 4096];
            let length = connection.read(&mut request).await.unwrap();
            connection.write_all(response.as_bytes()).await.unwrap();
            String::from_utf8_lossy(&request[..length]).into_owned()
        };
        let http = Http::new(None).unwrap();
        tokio::join!(serve, http.get(&url, Some("token")))
    }

    #[tokio::test]
    async fn a_redirect_is_not_followed() {
        let (_, response) =
            asked("HTTP/1.1 302 Found\r\nlocation: http://127.0.0.1:1/\r\ncontent-length: 0\r\n\r\n").await;
        assert!(matches!(response, Err(HttpError::Status { status: 302, .. })));
    }

    #[tokio::test]
    async fn a_request_bears_the_token_and_the_trace_of_the_request_it_is_made_for() {
        let id = CorrelationId::random();
        let response = "HTTP/1.1 200 OK\r\ncontent-length: 2\r\ncontent-type: Application/JSON; a=b\r\n\r\n{}";
        let (request, response) = id.scope(asked(response)).await;
        assert!(request.contains(&format!("traceparent: 00-{id}-")), "{request}");
        assert!(request.contains("authorization: Bearer token"), "{request}");
        assert_eq!(response.unwrap().media_type, "application/json");
    }

    #[test]
    fn a_lifetime_is_read_from_cache_control() {
        assert_eq!(max_age("public, max-age=86400"), Some(Duration::from_hours(24)));
        assert_eq!(max_age("no-store"), Some(Duration::ZERO));
        assert_eq!(max_age("private"), None);
        assert_eq!(max_age("max-age=-1"), None);
    }
}
