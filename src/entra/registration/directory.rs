//! Sends requests to Microsoft Graph, or prints them.

use std::time::Duration;

use oauth2::http::Method;
use oauth2::{HttpRequest, HttpResponse};
use serde::de::DeserializeOwned;
use serde_json::Value;
use url::Url;

use super::refusal::{Refusal, RegistrationError};
use super::request::Request;
use crate::oidc::excerpt::excerpt;
use crate::oidc::http::{Http, HttpError};
use crate::oidc::secret::Secret;

/// How often a request is tried that gets no response, or a 5xx status.
const ATTEMPTS: u32 = 3;
/// How often a request is tried that needs a new object: for half a minute, as Microsoft's own tools do.
const ATTEMPTS_WHILE_REPLICATING: u32 = 7;
const FIRST_WAIT: Duration = Duration::from_millis(500);
const LONGEST_WAIT: Duration = Duration::from_secs(8);
/// The longest `Retry-After` that is followed, and how often.
const LONGEST_RETRY_AFTER: Duration = Duration::from_mins(2);
const THROTTLED_ATTEMPTS: u32 = 5;

/// The age of the object that a request is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Age {
    /// It was created long ago: if it is not found, it does not exist.
    Old,
    /// It was just created, and may not be replicated in the directory yet.
    New,
}

/// Microsoft Graph.
pub struct Directory {
    http: Http,
    origin: Url,
    token: Option<Secret>,
    dry_run: bool,
}

impl Directory {
    /// Returns Graph at an origin. In a dry run nothing is written: requests that write are printed. Without a token
    /// nothing is read either, and everything counts as missing.
    pub fn new(http: Http, origin: Url, token: Option<Secret>, dry_run: bool) -> Self {
        Self { http, origin, token, dry_run }
    }

    /// Returns its origin.
    pub fn origin(&self) -> &str {
        self.origin.as_str()
    }

    /// Returns whether this is a dry run.
    pub fn is_dry_run(&self) -> bool {
        self.dry_run
    }

    /// Reads an object. Returns `None` if it does not exist.
    ///
    /// # Errors
    /// Every [`RegistrationError`] but `Conflict`.
    pub async fn read<T: DeserializeOwned>(&self, request: &Request, age: Age) -> Result<Option<T>, RegistrationError> {
        // A dry run has no new objects: it would have to create them first.
        if self.token.is_none() || self.dry_run && age == Age::New {
            return Ok(None);
        }
        match self.exchange(request, age).await {
            Ok(body) => parse(request, &body).map(Some),
            Err(RegistrationError::Refused { refusal, .. }) if refusal.status == 404 => Ok(None),
            Err(error) => Err(error),
        }
    }

    /// Sends a request that writes. Returns the response's JSON, if any. A dry run prints the request and returns
    /// nothing.
    ///
    /// # Errors
    /// Every [`RegistrationError`] but `Conflict`.
    pub async fn write(&self, request: &Request, age: Age) -> Result<Option<Value>, RegistrationError> {
        if self.dry_run {
            self.print(request);
            return Ok(None);
        }
        let body = self.exchange(request, age).await?;
        if body.is_empty() { Ok(None) } else { parse(request, &body).map(Some) }
    }

    fn print(&self, request: &Request) {
        println!("\n{} {}", request.method, self.url(request));
        if request.creates {
            println!("Prefer: create-if-missing");
        }
        if let Some(body) = &request.body {
            println!("{body:#}");
        }
    }

    fn url(&self, request: &Request) -> String {
        format!("{}/v1.0{}", self.origin.as_str().trim_end_matches('/'), request.path)
    }

    async fn exchange(&self, request: &Request, age: Age) -> Result<Vec<u8>, RegistrationError> {
        let (mut failed, mut throttled, mut missing) = (0, 0, 0);
        loop {
            let answer = self.send(request).await;
            let wait = match &answer {
                Ok(response) if response.status().is_success() => return Ok(response.body().clone()),
                // A throttled request was not carried out.
                Ok(response) if response.status() == 429 || retry_after(response).is_some() => {
                    throttled += 1;
                    (throttled < THROTTLED_ATTEMPTS).then(|| retry_after(response).unwrap_or(backoff(throttled)))
                }
                Ok(response) if response.status().is_server_error() => {
                    failed += 1;
                    (request.repeatable && failed < ATTEMPTS).then(|| backoff(failed))
                }
                Ok(response) => {
                    missing += 1;
                    let again = age == Age::New && Refusal::read(response).is_not_there_yet();
                    (again && missing < ATTEMPTS_WHILE_REPLICATING).then(|| backoff(missing))
                }
                Err(_) => {
                    failed += 1;
                    (request.repeatable && failed < ATTEMPTS).then(|| backoff(failed))
                }
            };
            match (wait, answer) {
                (Some(wait), _) if wait <= LONGEST_RETRY_AFTER => tokio::time::sleep(wait).await,
                (_, Ok(response)) => {
                    return Err(RegistrationError::Refused {
                        request: label(request),
                        refusal: Refusal::read(&response),
                    });
                }
                (_, Err(cause)) => return Err(RegistrationError::Http { request: label(request), cause }),
            }
        }
    }

    async fn send(&self, request: &Request) -> Result<HttpResponse, HttpError> {
        let mut builder = oauth2::http::Request::builder()
            .method(request.method.clone())
            .uri(self.url(request))
            .header("accept", "application/json");
        if let Some(token) = &self.token {
            builder = builder.header("authorization", format!("Bearer {}", token.expose()));
        }
        if request.creates {
            builder = builder.header("prefer", "create-if-missing");
        }
        if request.body.is_some() {
            builder = builder.header("content-type", "application/json");
        } else if request.method != Method::GET {
            builder = builder.header("content-length", "0");
        }
        let body = request.body.as_ref().map(|body| body.to_string().into_bytes()).unwrap_or_default();
        let request: HttpRequest = builder.body(body).map_err(|error| HttpError::Unreachable {
            host: self.origin.host_str().unwrap_or_default().to_owned(),
            cause: error.to_string(),
        })?;
        self.http.send(request).await
    }
}

fn parse<T: DeserializeOwned>(request: &Request, body: &[u8]) -> Result<T, RegistrationError> {
    serde_json::from_slice(body)
        .map_err(|error| RegistrationError::Malformed { request: label(request), cause: excerpt(error) })
}

fn label(request: &Request) -> String {
    format!("{} {}", request.method, request.path)
}

/// 0.5 s, 1 s, 2 s … 8 s.
fn backoff(attempt: u32) -> Duration {
    FIRST_WAIT.saturating_mul(1 << attempt.saturating_sub(1).min(8)).min(LONGEST_WAIT)
}

fn retry_after(response: &HttpResponse) -> Option<Duration> {
    let seconds = response.headers().get("retry-after")?.to_str().ok()?.trim().parse().ok()?;
    Some(Duration::from_secs(seconds))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn waits_grow_and_are_bounded() {
        let waits: Vec<_> = (1..ATTEMPTS_WHILE_REPLICATING).map(|attempt| backoff(attempt).as_millis()).collect();
        assert_eq!(waits, [500, 1000, 2000, 4000, 8000, 8000]);
    }

    #[test]
    fn graph_says_how_long_to_wait() {
        let mut response = HttpResponse::new(Vec::new());
        assert_eq!(retry_after(&response), None);
        response.headers_mut().insert("retry-after", "7".parse().unwrap());
        assert_eq!(retry_after(&response), Some(Duration::from_secs(7)));
    }
}
