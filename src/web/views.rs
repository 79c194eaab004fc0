//! Pages: Tera templates, and errors said as pages or as problem JSON.

use std::path::Path;
use std::sync::Arc;

use actix_web::body::BoxBody;
use actix_web::dev::ServiceResponse;
use actix_web::http::StatusCode;
use actix_web::http::header::{CONTENT_TYPE, HeaderValue, RETRY_AFTER};
use actix_web::{HttpMessage as _, HttpRequest, HttpResponse, ResponseError as _};
use serde::Serialize;
use tera::{Context, Tera};
use tracing::{debug, error, warn};

use super::assets::Assets;
use super::error::Error;
use super::fetch_context::FetchContext;
use crate::correlation::CorrelationId;
use crate::entra::errors::Shows;
use crate::flows::IdentityWeb;
use crate::flows::target::Target;
use crate::metrics;
use crate::session::current::{Current, StoreError};
use crate::session::record::SignedIn;

const TEMPLATES: [(&str, &str); 8] = [
    ("base.html", include_str!("../../templates/base.html")),
    ("home.html", include_str!("../../templates/home.html")),
    ("token_details.html", include_str!("../../templates/token_details.html")),
    ("call_graph.html", include_str!("../../templates/call_graph.html")),
    ("admin.html", include_str!("../../templates/admin.html")),
    ("error.html", include_str!("../../templates/error.html")),
    ("sign_out.html", include_str!("../../templates/sign_out.html")),
    ("post_sign_out.html", include_str!("../../templates/post_sign_out.html")),
];
const RETRY_AFTER_SECONDS: &str = "5";

/// What every page shows around its own content.
#[derive(Clone, Debug, Serialize)]
struct Site {
    name: &'static str,
    home: &'static str,
    sign_in: String,
    sign_out: String,
    edit_profile: Option<String>,
    token_details: &'static str,
    call_graph: &'static str,
    admin: &'static str,
    stylesheet: Option<String>,
    icon: Option<String>,
    demo: bool,
}

#[derive(Serialize)]
struct User<'a> {
    name: &'a str,
    username: Option<&'a str>,
}

/// The pages.
pub struct Views {
    tera: Tera,
    site: Site,
    registration: Registration,
}

/// What the settings say of this application's registration at the provider.
struct Registration {
    redirect_uri: String,
    client_id: String,
    authority: String,
    scopes: String,
}

impl Registration {
    fn of(identity: &IdentityWeb) -> Self {
        let services = identity.services();
        Self {
            redirect_uri: services.auth_request.redirect_uri.to_string(),
            client_id: services.client.client_id.clone(),
            authority: services.provider.settings().authority.clone(),
            scopes: services.auth_request.scopes.join(" "),
        }
    }

    /// What an administrator needs, each with what it is called.
    fn to_copy(&self, shows: Shows) -> Vec<(&'static str, String)> {
        match shows {
            Shows::Nothing => Vec::new(),
            Shows::RedirectUri => vec![("Redirect URI", self.redirect_uri.clone())],
            Shows::Client => vec![("Client id", self.client_id.clone()), ("Authority", self.authority.clone())],
            Shows::Consent => {
                let tenant = self.authority.trim_end_matches('/').trim_end_matches("/v2.0");
                let page = format!("{tenant}/adminconsent?client_id={}", self.client_id);
                vec![("Permissions", self.scopes.clone()), ("Consent for everybody", page)]
            }
        }
    }
}

impl Views {
    /// The pages as they are built in, without a stylesheet: for an application that has its own.
    ///
    /// # Panics
    /// Where an embedded template is broken, which a test excludes.
    #[expect(clippy::expect_used, reason = "the templates are part of the program, and tested")]
    pub fn embedded(identity: &IdentityWeb) -> Self {
        let mut tera = Tera::default();
        tera.add_raw_templates(TEMPLATES).expect("the embedded templates are good");
        let endpoints = &identity.services().endpoints;
        let site = Site {
            name: "Identity Web",
            home: "/",
            sign_in: endpoints.sign_in.clone(),
            sign_out: endpoints.sign_out.clone(),
            edit_profile: identity.services().profile.is_some().then(|| endpoints.edit_profile.clone()),
            token_details: "/token_details",
            call_graph: "/call_graph",
            admin: "/admin",
            stylesheet: None,
            icon: None,
            demo: false,
        };
        Self { tera, site, registration: Registration::of(identity) }
    }

    /// The same pages, with templates of the same names from a folder over them.
    ///
    /// # Errors
    /// A template in the folder is broken.
    pub fn with_templates(mut self, folder: &Path) -> Result<Self, tera::Error> {
        for (name, _) in TEMPLATES {
            let file = folder.join(name);
            if file.is_file() {
                self.tera.add_template_file(file, Some(name))?;
            }
        }
        Ok(self)
    }

    /// The same pages, with our stylesheet and icon, and where `demo` is true with a banner that says so.
    #[must_use]
    pub fn with_assets(mut self, assets: &Assets, demo: bool) -> Self {
        self.site.stylesheet = assets.url("site.css");
        self.site.icon = assets.url("favicon.svg");
        self.site.demo = demo;
        self
    }

    /// The views of the request under way.
    pub(super) fn of(request: &HttpRequest) -> Option<Arc<Self>> {
        request.extensions().get::<Arc<Self>>().cloned()
    }

    /// A page as HTML.
    pub(super) fn page(
        &self,
        status: StatusCode,
        template: &str,
        title: &str,
        user: Option<&SignedIn>,
        mut context: Context,
    ) -> Result<HttpResponse, Error> {
        let user = user.map(|signed_in| User {
            name: signed_in.claims.display_name(),
            username: signed_in.claims.text("preferred_username").or_else(|| signed_in.claims.first_email()),
        });
        if !context.contains_key("account_unknown") {
            context.insert("account_unknown", &false);
        }
        context.insert("title", title);
        context.insert("site", &self.site);
        context.insert("user", &user);
        let html = self.tera.render(template, &context)?;
        Ok(HttpResponse::build(status).content_type("text/html; charset=utf-8").body(html))
    }

    /// Says an answer's error: a page for who wants HTML, problem JSON for who does not. Logs its cause, once.
    pub fn render_error(&self, answer: ServiceResponse<BoxBody>) -> ServiceResponse<BoxBody> {
        let Some(error) = answer.response().error().and_then(|error| error.as_error::<Error>()) else { return answer };
        let request = answer.request();
        let correlation_id = CorrelationId::of_request().unwrap_or_else(CorrelationId::random).to_string();
        log(error, &correlation_id, request);
        metrics::refusal(error.reason());
        let status = error.status_code();
        let sign_in_url = self.sign_in_url_after(error, request);
        let origin = FetchContext::from(request);
        let mut response = if origin.is_navigation() && origin.wants_html() {
            self.error_page(error, &correlation_id, &sign_in_url)
        } else {
            HttpResponse::build(status)
                .content_type("application/problem+json")
                .body(error.problem(&correlation_id, &sign_in_url).to_string())
        };
        if status == StatusCode::SERVICE_UNAVAILABLE || status == StatusCode::TOO_MANY_REQUESTS {
            response.headers_mut().insert(RETRY_AFTER, HeaderValue::from_static(RETRY_AFTER_SECONDS));
        }
        if let Some(cookie) = error.removal() {
            // A cookie that can't be removed now goes by itself after ten minutes.
            let _ = response.add_cookie(cookie);
        }
        let (request, given) = answer.into_parts();
        for (name, value) in given.headers() {
            if name != CONTENT_TYPE && !response.headers().contains_key(name) {
                response.headers_mut().append(name.clone(), value.clone());
            }
        }
        ServiceResponse::new(request, response)
    }

    fn error_page(&self, error: &Error, correlation_id: &str, sign_in_url: &str) -> HttpResponse {
        let (text, status) = (error.error_text(), error.status_code());
        let mut context = Context::new();
        context.insert("status", &status.as_u16());
        context.insert("heading", text.heading);
        context.insert("explanation", text.explanation);
        context.insert("actions", text.actions);
        context.insert("sign_in", &text.sign_in);
        context.insert("sign_in_url", sign_in_url);
        context.insert("sign_in_label", if matches!(error, Error::Interaction(_)) { "Continue" } else { "Sign in" });
        context.insert("correlation_id", correlation_id);
        context.insert("detail", &text.detail);
        context.insert("for_support", &text.for_support);
        context.insert("to_copy", &self.registration.to_copy(text.shows));
        let held = Current::of_request().and_then(|current| current.held());
        // Nobody is offered to sign in who may be signed in.
        context.insert("account_unknown", &matches!(held, Err(StoreError::Unavailable(_))));
        let held = held.ok().flatten();
        let user = held.as_ref().and_then(|held| held.record.signed_in.as_ref());
        let page = self.page(status, "error.html", text.heading, user, context);
        page.unwrap_or_else(|_| HttpResponse::build(status).body(text.heading))
    }

    fn sign_in_url_after(&self, error: &Error, request: &HttpRequest) -> String {
        let url = self.sign_in_url(request);
        let Error::Interaction(interaction) = error else { return url };
        format!("{url}{}interaction={interaction}", if url.contains('?') { '&' } else { '?' })
    }

    /// The sign-in that leads back to where the request was going: to the [`Target`] that its handler noted, else to its
    /// own path.
    pub(super) fn sign_in_url(&self, request: &HttpRequest) -> String {
        let extensions = request.extensions();
        let own = request.uri().path_and_query().map_or("/", |path| path.as_str());
        let wanted = extensions.get::<Target>().map_or(own, Target::as_str);
        if request.method() != actix_web::http::Method::GET || wanted == "/" || self.is_own_route(wanted) {
            return self.site.sign_in.clone();
        }
        let query =
            url::form_urlencoded::Serializer::new(String::new()).append_pair("post_sign_in_url", wanted).finish();
        format!("{}?{query}", self.site.sign_in)
    }

    fn is_own_route(&self, path: &str) -> bool {
        self.site.sign_in.rsplit_once('/').is_some_and(|(prefix, _)| path.starts_with(prefix))
    }
}

fn log(cause: &Error, correlation_id: &str, request: &HttpRequest) {
    let (status, method, path) = (cause.status_code().as_u16(), request.method().as_str(), request.path());
    match cause {
        Error::NotSignedIn | Error::Forbidden | Error::NotFound | Error::MethodNotAllowed => {
            debug!(correlation_id, status, method, path, cause = %cause, "request refused");
        }
        _ if status == 500 => error!(correlation_id, status, method, path, cause = %cause, "request failed"),
        _ => warn!(correlation_id, status, method, path, cause = %cause, "request refused"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_embedded_templates_are_good() {
        Tera::default().add_raw_templates(TEMPLATES).unwrap();
    }
}
