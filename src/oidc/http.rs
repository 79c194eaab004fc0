//! Talking to the provider: bounded in size and time, redirects not followed.

use std::time::Duration;

use oauth2::http::header::{CACHE_CONTROL, CONTENT_TYPE, DATE, HeaderValue};
use oauth2::{HttpRequest, HttpResponse};
use thiserror::Error;
use tracing::Instrument as _;
use url::Url;

use super::excerpt::excerpt;
use crate::clock::Stopwatch;
use crate::{metrics, spans};

/// The longest answer that is read.
pub const MAX_ANSWER_BYTES: usize = 1024 * 1024;
const CONNECT_TIMEOUT: Duration = Duration::from_secs(3);
const REQUEST_TIMEOUT: Duration = Duration::from_secs(10);

/// Why there is no usable answer.
#[derive(Clone, Debug, Error)]
pub enum HttpError {
    /// No connection, no trust in its certificate, or no answer in time.
    #[error("{host} does not answer: {cause}")]
    Unreachable {
        /// The host and port that was asked.
        host: String,
        /// The innermost causes, without the URL's path and query.
        cause: String,
    },
    /// The answer is longer than [`MAX_ANSWER_BYTES`].
    #[error("{host} sent more than {MAX_ANSWER_BYTES} bytes")]
    TooLarge {
        /// The host and port that was asked.
        host: String,
    },
    /// Another status than 200.
    #[error("{host} answered with status {status}")]
    Status {
        /// The host and port that was asked.
        host: String,
        /// The HTTP status.
        status: u16,
    },
}

/// The certificate that is to be trusted is not a PEM certificate, or there is no trust store.
#[derive(Debug, Error)]
#[error("cannot set up TLS towards the provider: {0}")]
pub struct TlsError(#[from] reqwest::Error);

/// An answer with status 200.
pub struct Answer {
    /// Its media type, without parameters, in lower case; empty where none was sent.
    pub media_type: String,
    /// How long it may be kept, where the answer says so (`Cache-Control: max-age`).
    pub max_age: Option<Duration>,
    /// The sender's clock (`Date`), as sent.
    pub date: Option<String>,
    /// Its body.
    pub body: Vec<u8>,
}

/// The HTTP client that asks the provider.
#[derive(Clone, Debug)]
pub struct Http {
    client: reqwest::Client,
}

impl Http {
    /// A client that trusts the system's root certificates and those in `extra_roots` (PEM).
    ///
    /// # Errors
    /// `extra_roots` is not a list of PEM certificates, or the system has no root certificates.
    pub fn new(extra_roots: Option<&[u8]>) -> Result<Self, TlsError> {
        let mut builder = reqwest::Client::builder()
            .redirect(reqwest::redirect::Policy::none())
            .connect_timeout(CONNECT_TIMEOUT)
            .timeout(REQUEST_TIMEOUT)
            .user_agent(concat!("identity-web/", env!("CARGO_PKG_VERSION")));
        if let Some(pem) = extra_roots {
            builder = builder.tls_certs_merge(reqwest::Certificate::from_pem_bundle(pem)?);
        }
        Ok(Self { client: builder.build()? })
    }

    /// Sends a request to the provider and reads the whole answer, whatever its status.
    ///
    /// # Errors
    /// [`HttpError::Unreachable`] and [`HttpError::TooLarge`].
    pub async fn send(&self, request: HttpRequest) -> Result<HttpResponse, HttpError> {
        let stopwatch = Stopwatch::start();
        let span = spans::client("provider", request.method().as_str());
        let answer = self.exchange(request).instrument(span.clone()).await;
        metrics::provider_request(answer.is_ok(), stopwatch.elapsed());
        if !answer.as_ref().is_ok_and(|answer| answer.status().as_u16() < 400) {
            spans::failed(&span);
        }
        answer
    }

    /// The same, with a status of 500 or more for an error: the server has a fault of its own, whatever it says.
    ///
    /// # Errors
    /// Every [`HttpError`].
    pub async fn send_unless_failing(&self, request: HttpRequest) -> Result<HttpResponse, HttpError> {
        let host = authority(request.uri().host(), request.uri().port_u16());
        let answer = self.send(request).await?;
        let status = answer.status();
        if status.is_server_error() { Err(HttpError::Status { host, status: status.as_u16() }) } else { Ok(answer) }
    }

    /// As [`Http::send`], to whomever: neither measured nor a span of its own.
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
        let mut response = self.client.execute(request).await.map_err(unreachable)?;
        let mut answer = HttpResponse::new(Vec::new());
        *answer.status_mut() = response.status();
        std::mem::swap(answer.headers_mut(), response.headers_mut());
        while let Some(chunk) = response.chunk().await.map_err(unreachable)? {
            if answer.body().len() + chunk.len() > MAX_ANSWER_BYTES {
                return Err(HttpError::TooLarge { host });
            }
            answer.body_mut().extend_from_slice(&chunk);
        }
        Ok(answer)
    }

    /// Gets a document, with a bearer token where one is given (RFC 6750 section 2.1).
    ///
    /// # Errors
    /// Every [`HttpError`].
    pub async fn get(&self, url: &Url, bearer: Option<&str>) -> Result<Answer, HttpError> {
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
        Ok(Answer {
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

/// reqwest's outer errors name the URL, which may bear a code; its inner ones say what went wrong.
fn innermost(error: &reqwest::Error) -> String {
    if error.is_timeout() {
        return "no answer in time".to_owned();
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

    /// What a server is asked, and what comes of its answer.
    async fn asked(answer: &'static str) -> (String, Result<Answer, HttpError>) {
        let _ = rustls::crypto::ring::default_provider().install_default();
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = Url::parse(&format!("http://{}/keys", listener.local_addr().unwrap())).unwrap();
        let serve = async {
            let (mut connection, _) = listener.accept().await.unwrap();
            let mut request = vec![0; 4096];
            let length = connection.read(&mut request).await.unwrap();
            connection.write_all(answer.as_bytes()).await.unwrap();
            String::from_utf8_lossy(&request[..length]).into_owned()
        };
        let http = Http::new(None).unwrap();
        tokio::join!(serve, http.get(&url, Some("token")))
    }

    #[tokio::test]
    async fn a_redirect_is_not_followed() {
        let (_, answer) =
            asked("HTTP/1.1 302 Found\r\nlocation: http://127.0.0.1:1/\r\ncontent-length: 0\r\n\r\n").await;
        assert!(matches!(answer, Err(HttpError::Status { status: 302, .. })));
    }

    #[tokio::test]
    async fn a_request_bears_the_token_and_the_trace_of_the_request_it_is_made_for() {
        let id = CorrelationId::random();
        let answer = "HTTP/1.1 200 OK\r\ncontent-length: 2\r\ncontent-type: Application/JSON; a=b\r\n\r\n{}";
        let (request, answer) = id.clone().scope(asked(answer)).await;
        assert!(request.contains(&format!("traceparent: 00-{id}-")), "{request}");
        assert!(request.contains("authorization: Bearer token"), "{request}");
        assert_eq!(answer.unwrap().media_type, "application/json");
    }

    #[test]
    fn a_lifetime_is_read_from_cache_control() {
        assert_eq!(max_age("public, max-age=86400"), Some(Duration::from_hours(24)));
        assert_eq!(max_age("no-store"), Some(Duration::ZERO));
        assert_eq!(max_age("private"), None);
        assert_eq!(max_age("max-age=-1"), None);
    }
}
