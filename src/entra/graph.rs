//! The parts of Microsoft Graph that sign-in needs. Building a request is separate from validating its response.

use oauth2::http::header::{CONTENT_TYPE, RETRY_AFTER, WWW_AUTHENTICATE};
use oauth2::{HttpRequest, HttpResponse};
use serde::Deserialize;
use serde_json::{Map, Value, json};
use thiserror::Error;
use url::Url;

use crate::oidc::excerpt;
use crate::oidc::http::{Http, HttpError};

/// The most groups that one request may ask about (`checkMemberGroups`).
const GROUPS_AT_ONCE: usize = 20;

/// Why a request to Graph fails.
#[derive(Clone, Debug, Error)]
pub enum GraphError {
    /// There is no usable response.
    #[error("Microsoft Graph: {0}")]
    Http(#[from] HttpError),
    /// Graph rejects the access token, perhaps with a challenge (`WWW-Authenticate`).
    #[error("Microsoft Graph rejected the access token")]
    Unauthorized {
        /// The challenge.
        challenge: String,
    },
    /// Graph throttles requests.
    #[error("Microsoft Graph throttles requests (Retry-After: {retry_after})")]
    Throttled {
        /// Seconds, as sent.
        retry_after: String,
    },
    /// Graph refuses the request.
    #[error("Microsoft Graph refused with status {status}: {code} (request {request_id})")]
    Refused {
        /// The HTTP status.
        status: u16,
        /// `error.code`, such as `Authorization_RequestDenied`.
        code: String,
        /// `error.innerError.request-id`, for Microsoft's support.
        request_id: String,
    },
    /// The response does not follow Graph's reference.
    #[error("Microsoft Graph's response is not valid")]
    Malformed,
    /// The provider is not Microsoft Entra: there is no Graph to look up groups that the ID token leaves out.
    #[error("the ID token leaves out groups, and the identity provider has no Microsoft Graph to look them up")]
    NotOffered,
}

/// Microsoft Graph, on behalf of one user.
pub struct Graph<'a> {
    /// Its address, such as `https://graph.microsoft.com/`.
    pub base: &'a Url,
    /// The client for requests to it.
    pub http: &'a Http,
    /// An access token of the user.
    pub access_token: &'a str,
}

impl Graph<'_> {
    /// Returns the user's profile: `GET /me`.
    ///
    /// # Errors
    /// Every [`GraphError`].
    pub async fn me(&self) -> Result<Map<String, Value>, GraphError> {
        let answer = self.send("me", None).await?;
        serde_json::from_slice(answer.body()).map_err(|_| GraphError::Malformed)
    }

    /// Returns the user's photo with its media type, if there is one: `GET /me/photo/$value`.
    ///
    /// # Errors
    /// Every [`GraphError`]; [`GraphError::Malformed`] if it is not a JPEG or PNG image.
    pub async fn photo(&self) -> Result<Option<(&'static str, Vec<u8>)>, GraphError> {
        let answer = match self.send("me/photo/$value", None).await {
            Err(GraphError::Refused { status: 404, .. }) => return Ok(None),
            answer => answer?,
        };
        let is = |media_type: &&&str| header(&answer, CONTENT_TYPE.as_str()).starts_with(**media_type);
        let media_type = ["image/jpeg", "image/png"].iter().find(is).copied().ok_or(GraphError::Malformed)?;
        Ok(Some((media_type, answer.into_body())))
    }

    /// Returns those of the groups (object ids) that the user is a member of, also through other groups: `POST
    /// /me/checkMemberGroups`, twenty at a time.
    ///
    /// # Errors
    /// Every [`GraphError`].
    pub async fn member_groups(&self, groups: &[String]) -> Result<Vec<String>, GraphError> {
        #[derive(Deserialize)]
        struct Answer {
            value: Vec<String>,
        }
        let mut all = Vec::new();
        for chunk in groups.chunks(GROUPS_AT_ONCE) {
            let answer = self.send("me/checkMemberGroups", Some(json!({"groupIds": chunk}))).await?;
            let answer: Answer = serde_json::from_slice(answer.body()).map_err(|_| GraphError::Malformed)?;
            all.extend(answer.value);
        }
        Ok(all)
    }

    async fn send(&self, path: &str, body: Option<Value>) -> Result<HttpResponse, GraphError> {
        validate(self.http.send(self.request(path, body)?).await?)
    }

    fn request(&self, path: &str, body: Option<Value>) -> Result<HttpRequest, GraphError> {
        let builder = oauth2::http::Request::builder()
            .uri(format!("{}v1.0/{path}", self.base))
            .header("authorization", format!("Bearer {}", self.access_token))
            .header("accept", "application/json, image/*");
        let request = match body {
            None => builder.method("GET").body(Vec::new()),
            Some(body) => {
                builder.method("POST").header(CONTENT_TYPE, "application/json").body(body.to_string().into_bytes())
            }
        };
        request.map_err(|_| GraphError::Malformed)
    }
}

fn header<'a>(answer: &'a HttpResponse, name: &str) -> &'a str {
    answer.headers().get(name).and_then(|value| value.to_str().ok()).unwrap_or_default()
}

/// Graph's errors are `{"error": {"code", "message", "innerError": {"request-id"}}}`. The message may name users, so it
/// is not kept.
fn validate(answer: HttpResponse) -> Result<HttpResponse, GraphError> {
    match answer.status().as_u16() {
        200 => Ok(answer),
        401 => Err(GraphError::Unauthorized { challenge: header(&answer, WWW_AUTHENTICATE.as_str()).to_owned() }),
        429 => {
            let seconds = header(&answer, RETRY_AFTER.as_str()).chars().filter(char::is_ascii_digit).take(6);
            Err(GraphError::Throttled { retry_after: seconds.collect() })
        }
        status => {
            let body: Value = serde_json::from_slice(answer.body()).unwrap_or_default();
            let text = |pointer: &str| excerpt::code(body.pointer(pointer).and_then(Value::as_str).unwrap_or_default());
            let (code, request_id) = (text("/error/code"), text("/error/innerError/request-id"));
            Err(GraphError::Refused { status, code, request_id })
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn judged(status: u16, body: &str) -> Result<HttpResponse, GraphError> {
        let answer = oauth2::http::Response::builder().status(status).header("retry-after", "7");
        validate(answer.body(body.as_bytes().to_vec()).unwrap())
    }

    #[test]
    fn errors_are_told_apart_and_made_safe() {
        assert!(judged(200, "{}").is_ok());
        assert!(matches!(judged(401, ""), Err(GraphError::Unauthorized { .. })));
        assert!(matches!(judged(429, ""), Err(GraphError::Throttled { retry_after }) if retry_after == "7"));
        let body = r#"{"error":{"code":"Authorization_RequestDenied\r\n","message":"Ada may not","innerError":{"request-id":"1-2"}}}"#;
        let error = judged(403, body).unwrap_err();
        assert_eq!(
            error.to_string(),
            "Microsoft Graph refused with status 403: Authorization_RequestDenied (request 1-2)"
        );
        assert!(matches!(judged(503, "<html>"), Err(GraphError::Refused { status: 503, .. })));
    }

    #[test]
    fn the_token_goes_in_the_header_alone() {
        let base = Url::parse("https://graph.example/").unwrap();
        let _ = rustls::crypto::ring::default_provider().install_default();
        let http = Http::new(None).unwrap();
        let graph = Graph { base: &base, http: &http, access_token: "secret" };
        let request = graph.request("me/photo/$value", None).unwrap();
        assert_eq!(request.uri(), "https://graph.example/v1.0/me/photo/$value");
        assert_eq!(request.headers()["authorization"], "Bearer secret");
    }
}
