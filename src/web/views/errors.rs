//! Errors, rendered as pages for browsers and as problem JSON for programs.

use std::borrow::Cow;
use std::sync::Arc;

use actix_web::body::BoxBody;
use actix_web::dev::ServiceResponse;
use actix_web::http::StatusCode;
use actix_web::http::header::{CONTENT_ENCODING, CONTENT_TYPE, HeaderValue, LOCATION, RETRY_AFTER};
use actix_web::{HttpRequest, HttpResponse, ResponseError as _};
use tera::Context;
use tracing::{debug, error, warn};

use super::Views;
use crate::correlation::CorrelationId;
use crate::metrics;
use crate::session::actix::RequestSession;
use crate::web::abridged::Abridged;
use crate::web::error::Error;
use crate::web::error_text;
use crate::web::fetch_context::FetchContext;
use crate::web::texts::Texts;

/// The label of what Microsoft's support asks for.
const FOR_SUPPORT: &str = "error-for-microsoft";

/// When to try again if something is unavailable.
pub(in crate::web) const RETRY_AFTER_SECONDS: &str = "5";

/// Marks a response whose error is rendered.
pub(in crate::web) struct Rendered;

impl Rendered {
    /// Marks a response: it is left as it is.
    pub(in crate::web) fn mark(mut response: HttpResponse) -> HttpResponse {
        response.extensions_mut().insert(Self);
        response
    }
}

/// Renders an error for a browser.
pub(super) type ErrorRenderer = Arc<dyn Fn(&HttpRequest, &ErrorText) -> HttpResponse + Send + Sync>;

/// An error as a browser shows it. Nothing in it is secret: the cause is in the log, under the correlation ID.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct ErrorText {
    /// The status of the response.
    pub status: StatusCode,
    /// What happened, in a few words.
    pub title: String,
    /// What happened and why, in a sentence or two.
    pub explanation: String,
    /// What the user can do, a sentence each.
    pub actions: Vec<String>,
    /// If a sign-in helps, its URL; it leads back to the page.
    pub sign_in_url: Option<String>,
    /// If the application refused the user (`on_sign_in`): where they sign out at the provider, if it offers that.
    pub provider_sign_out_url: Option<String>,
    /// The identity provider's error code, if it sent one.
    pub provider_code: Option<String>,
    /// What support or an administrator needs: names and values.
    pub details: Vec<(String, String)>,
    /// The ID under which the log has the cause.
    pub correlation_id: String,
}

impl Views {
    /// Renders a response that carries an [`Error`], and logs its cause. Others stay as they are: they belong to the
    /// application.
    pub(in crate::web) fn render_error(&self, response: ServiceResponse<BoxBody>) -> ServiceResponse<BoxBody> {
        let is_rendered = response.response().extensions().get::<Rendered>().is_some();
        match response.response().error().and_then(|error| error.as_error::<Error>()).filter(|_| !is_rendered) {
            Some(error) => {
                let rendered = self.rendered(error, response.request());
                with_headers_of(response, rendered)
            }
            None => response,
        }
    }

    /// Renders every response that is an error and isn't rendered yet, also those of the web framework, such as 404 for
    /// a static file or 406. For the edge of a site whose pages are all ours.
    #[cfg(feature = "program")]
    pub(in crate::web) fn render_every_error(&self, response: ServiceResponse<BoxBody>) -> ServiceResponse<BoxBody> {
        let (status, inner) = (response.status(), response.response());
        let failed = status.is_client_error() || status.is_server_error();
        if !failed || inner.extensions().get::<Rendered>().is_some() {
            return response;
        }
        let rendered = match inner.error().and_then(|error| error.as_error::<Error>()) {
            Some(error) => self.rendered(error, response.request()),
            None => self.rendered(&Error::from(status), response.request()),
        };
        with_headers_of(response, rendered)
    }

    fn rendered(&self, error: &Error, request: &HttpRequest) -> HttpResponse {
        let (text, context) = (text_of(error), FetchContext::from(request));
        let sign_in_url = self.sign_in_url_after(error, &text, request);
        if matches!(error, Error::StepUp(_)) && context.may_lead_away() {
            return Rendered::mark(HttpResponse::SeeOther().insert_header((LOCATION, sign_in_url)).finish());
        }
        let correlation_id = CorrelationId::of_request().unwrap_or_else(CorrelationId::random).to_string();
        log(error, &correlation_id, request);
        metrics::refusal(error.reason());
        let status = error.status_code();
        let mut response = if context.is_navigation() && context.wants_html() {
            match &self.error_renderer {
                Some(render) => self.by_application(render, error, text, &correlation_id, sign_in_url, request),
                None => self.error_page(error, &text, request, &correlation_id, &sign_in_url),
            }
        } else {
            HttpResponse::build(status)
                .content_type("application/problem+json")
                .body(error.problem(&correlation_id, &sign_in_url).to_string())
        };
        if status == StatusCode::SERVICE_UNAVAILABLE || status == StatusCode::TOO_MANY_REQUESTS {
            response.headers_mut().insert(RETRY_AFTER, HeaderValue::from_static(RETRY_AFTER_SECONDS));
        }
        if let Some(cookie) = error.removal() {
            // If it can't be removed now, it expires after ten minutes.
            let _ = response.add_cookie(cookie);
        }
        Rendered::mark(response)
    }

    /// Renders an error with the application's own function.
    fn by_application(
        &self,
        render: &ErrorRenderer,
        error: &Error,
        text: error_text::ErrorText,
        correlation_id: &str,
        sign_in_url: String,
        request: &HttpRequest,
    ) -> HttpResponse {
        let status = error.status_code();
        let texts = self.texts(self.language_of(request.headers()));
        let permissions = Some(text.permissions.join(" ")).filter(|permissions| !permissions.is_empty());
        let to_copy = permissions.map(|permissions| ("error-required", permissions));
        let to_copy = to_copy.into_iter().chain(self.registrations.to_copy(text.shows, request));
        let details = labelled(for_support(&text).chain(to_copy), texts);
        let text = ErrorText {
            status,
            title: text.heading(texts).into_owned(),
            explanation: text.explanation(texts).into_owned(),
            actions: text.actions(texts).into_iter().map(Cow::into_owned).collect(),
            sign_in_url: text.sign_in.then_some(sign_in_url),
            provider_sign_out_url: error.provider_sign_out_url().map(str::to_owned),
            provider_code: text.detail,
            details,
            correlation_id: correlation_id.to_owned(),
        };
        let mut response = render(request, &text);
        *response.status_mut() = status;
        response
    }

    fn error_page(
        &self,
        error: &Error,
        text: &error_text::ErrorText,
        request: &HttpRequest,
        correlation_id: &str,
        sign_in_url: &str,
    ) -> HttpResponse {
        let loaded = RequestSession::of_request().and_then(|session| session.loaded());
        // The page offers no sign-in to users who may be signed in, nor where it would fail again.
        let account_unknown = loaded.is_err() || matches!(error, Error::Identity(..)) && !text.sign_in;
        let language = self.language_of(request.headers());
        let texts = self.texts(language);
        let mut context = self.context_of(text, texts, correlation_id);
        context.insert("to_copy", &labelled(self.registrations.to_copy(text.shows, request).into_iter(), texts));
        context.insert("status", &error.status_code().as_u16());
        context.insert("is_error", &!matches!(error, Error::Interaction { .. } | Error::StepUp(_)));
        context.insert("sign_in_url", sign_in_url);
        context.insert("sign_in_label", &texts.text(label_of_sign_in(error, text)));
        context.insert("provider_sign_out_url", &error.provider_sign_out_url());
        context.insert("session_ended", &is_of_ended_session(error));
        context.insert("account_unknown", &account_unknown);
        let loaded = loaded.ok().flatten();
        let user = loaded.as_ref().and_then(|loaded| loaded.record.signed_in.as_ref());
        let heading = text.heading(texts);
        let page = self.page(language, error.status_code(), "error.html", &heading, user, context);
        page.unwrap_or_else(|_| HttpResponse::build(error.status_code()).body(heading.into_owned()))
    }

    fn context_of(&self, text: &error_text::ErrorText, texts: &Texts, correlation_id: &str) -> Context {
        let mut context = Context::new();
        context.insert("heading", &text.heading(texts));
        context.insert("explanation", &text.explanation(texts));
        context.insert("actions", &text.actions(texts));
        context.insert("permissions", &text.permissions);
        context.insert("sign_in", &text.sign_in);
        context.insert("correlation_id", correlation_id);
        context.insert("time", &self.clock.now().rfc3339());
        context.insert("provider_code", &text.detail);
        context.insert("for_support", &labelled(for_support(text), texts));
        context
    }

    fn sign_in_url_after(&self, error: &Error, text: &error_text::ErrorText, request: &HttpRequest) -> String {
        let url = self.sign_in_url(request);
        let parameter = match error {
            Error::Interaction { parameter, .. } | Error::StepUp(parameter) => format!("interaction={parameter}"),
            _ if text.other_account => "prompt=select_account".to_owned(),
            _ => return url,
        };
        format!("{url}{}{parameter}", if url.contains('?') { '&' } else { '?' })
    }
}

/// Returns whether a signed-out user had a session here.
fn is_of_ended_session(error: &Error) -> bool {
    let is_over = || RequestSession::of_request().is_ok_and(|session| session.is_over());
    matches!(error, Error::NotSignedIn) && is_over()
}

fn text_of(error: &Error) -> error_text::ErrorText {
    if is_of_ended_session(error) { error_text::text_session_over() } else { error.error_text() }
}

/// Returns what the provider's support asks for.
fn for_support(text: &error_text::ErrorText) -> impl Iterator<Item = (&'static str, String)> + use<> {
    text.for_support.clone().map(|ids| (FOR_SUPPORT, ids)).into_iter()
}

/// Returns values with the texts of their labels.
fn labelled(values: impl Iterator<Item = (&'static str, String)>, texts: &Texts) -> Vec<(String, String)> {
    values.map(|(label, value)| (texts.text(label).into_owned(), value)).collect()
}

/// Returns the message of the label of the page's sign-in.
fn label_of_sign_in(error: &Error, text: &error_text::ErrorText) -> &'static str {
    match error {
        Error::Interaction { .. } | Error::StepUp(_) => "continue",
        _ if text.other_account => "error-other-account",
        _ => "sign-in",
    }
}

/// Returns the rendered error in place of the response, with all of the response's headers that don't describe its body.
fn with_headers_of(response: ServiceResponse<BoxBody>, mut rendered: HttpResponse) -> ServiceResponse<BoxBody> {
    let (request, replaced) = response.into_parts();
    for (name, value) in replaced.headers() {
        let is_ours = *name == RETRY_AFTER && rendered.headers().contains_key(RETRY_AFTER);
        if *name != CONTENT_TYPE && *name != CONTENT_ENCODING && !is_ours {
            rendered.headers_mut().append(name.clone(), value.clone());
        }
    }
    ServiceResponse::new(request, rendered)
}

fn log(cause: &Error, correlation_id: &str, request: &HttpRequest) {
    let (status, method, path) = (cause.status_code().as_u16(), request.method().as_str(), Abridged(request.path()));
    let text = Abridged(cause);
    match cause {
        Error::NotSignedIn
        | Error::Forbidden
        | Error::Missing(_)
        | Error::StepUp(_)
        | Error::NotFound
        | Error::MethodNotAllowed => {
            debug!(correlation_id, status, method, %path, cause = %text, "request refused");
        }
        _ if status == 500 => error!(correlation_id, status, method, %path, cause = %text, "request failed"),
        _ => warn!(correlation_id, status, method, %path, cause = %text, "request refused"),
    }
}

#[cfg(test)]
mod tests {
    use actix_web::http::header::{SET_COOKIE, VARY};
    use actix_web::test::TestRequest;

    use super::*;

    #[test]
    fn every_value_of_a_header_is_kept() {
        let mut replaced = HttpResponse::build(StatusCode::SERVICE_UNAVAILABLE);
        replaced.append_header((SET_COOKIE, "a=1")).append_header((SET_COOKIE, "b=2")).append_header((VARY, "Cookie"));
        replaced.append_header((VARY, "Origin")).append_header((RETRY_AFTER, "60"));
        replaced.append_header((CONTENT_TYPE, "text/plain")).append_header((CONTENT_ENCODING, "gzip"));
        let mut rendered = HttpResponse::build(StatusCode::SERVICE_UNAVAILABLE);
        rendered.append_header((SET_COOKIE, "c=3")).append_header((RETRY_AFTER, RETRY_AFTER_SECONDS));
        rendered.append_header((CONTENT_TYPE, "text/html"));

        let response = ServiceResponse::new(TestRequest::default().to_http_request(), replaced.finish());
        let response = with_headers_of(response, rendered.finish());
        let values = |name| response.headers().get_all(name).map(|value| value.to_str().unwrap()).collect::<Vec<_>>();
        assert_eq!(values(SET_COOKIE), ["c=3", "a=1", "b=2"]);
        assert_eq!(values(VARY), ["Cookie", "Origin"]);
        assert_eq!((values(RETRY_AFTER), values(CONTENT_TYPE)), (vec![RETRY_AFTER_SECONDS], vec!["text/html"]));
        assert!(values(CONTENT_ENCODING).is_empty());
    }
}
