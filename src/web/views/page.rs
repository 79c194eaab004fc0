//! A page, in the language of its request.

use std::future::{Ready, ready};
use std::sync::Arc;

use actix_web::dev::Payload;
use actix_web::http::StatusCode;
use actix_web::http::header::{CONTENT_LANGUAGE, CONTENT_SECURITY_POLICY, HeaderValue, VARY};
use actix_web::{FromRequest, HttpRequest, HttpResponse};
use memchr::memmem;
use serde::Serialize;
use tera::Context;

use super::stages::Language;
use super::{User, Views, ViewsError};
use crate::session::actix::RequestSession;
use crate::session::error::StoreError;
use crate::session::record::SignedIn;
use crate::web::error::Error;
use crate::web::texts::Texts;

/// No built-in page is longer, unless it has long lists.
const HTML_BYTES: usize = 8 * 1024;
/// How a form begins.
const FORM: &[u8] = b"<form";

/// The pages of a request's site, in the request's language.
pub(in crate::web) struct Page {
    views: Arc<Views>,
    /// The position of the language.
    language: usize,
}

impl FromRequest for Page {
    type Error = Error;
    type Future = Ready<Result<Self, Error>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        ready(Self::of(request))
    }
}

impl Page {
    /// Returns the pages for a request.
    ///
    /// # Errors
    /// The route isn't wrapped in [`crate::IdentityWeb::sessions`].
    pub(in crate::web) fn of(request: &HttpRequest) -> Result<Self, Error> {
        let views = Views::of(request).ok_or(StoreError::NotWrapped)?;
        Ok(Self { language: views.language_of(request.headers()), views })
    }

    /// Returns the texts of its language.
    pub(in crate::web) fn texts(&self) -> &Texts {
        self.views.texts(self.language)
    }

    /// Returns the URL of a sign-in that leads back to where the request was going.
    #[cfg(feature = "program")]
    pub(in crate::web) fn sign_in_url(&self, request: &HttpRequest) -> String {
        self.views.sign_in_url(request)
    }

    /// Renders a page as HTML, with a text as its title.
    pub(in crate::web) fn render(
        &self,
        status: StatusCode,
        template: &str,
        title: &str,
        user: Option<&SignedIn>,
        context: Context,
    ) -> Result<HttpResponse, Error> {
        self.views.page(self.language, status, template, &self.texts().text(title), user, context)
    }
}

impl Views {
    /// Renders a template of your own, from the folder of [`Views::with_templates`], as a page of this site: with status
    /// 200 and the variables of `base.html`, besides those in `context`, which is a struct or a map. Set `title` in it.
    ///
    /// ```no_run
    /// use actix_web::{HttpRequest, Responder};
    /// use identity_web::views::Views;
    /// use serde_json::json;
    ///
    /// async fn tasks(request: HttpRequest) -> impl Responder {
    ///     Views::render(&request, "tasks.html", json!({"title": "Tasks", "tasks": ["Write", "Test"]}))
    /// }
    /// ```
    ///
    /// # Errors
    /// There is no such template, it fails, or the route isn't wrapped in [`crate::IdentityWeb::sessions`].
    pub fn render(request: &HttpRequest, template: &str, context: impl Serialize) -> Result<HttpResponse, Error> {
        let page = Page::of(request)?;
        let mut context = Context::from_serialize(&context).map_err(|error| ViewsError::of_rendering(&error))?;
        let loaded = RequestSession::of_request()?.loaded();
        context.insert("account_unknown", &loaded.is_err());
        if !context.contains_key("title") {
            context.insert("title", "");
        }
        let loaded = loaded.ok().flatten();
        let user = loaded.as_ref().and_then(|loaded| loaded.record.signed_in.as_ref());
        page.views.html(page.language, StatusCode::OK, template, user, context)
    }

    /// Renders a page as HTML.
    pub(super) fn page(
        &self,
        language: usize,
        status: StatusCode,
        template: &str,
        title: &str,
        user: Option<&SignedIn>,
        mut context: Context,
    ) -> Result<HttpResponse, Error> {
        if !context.contains_key("account_unknown") {
            context.insert("account_unknown", &false);
        }
        context.insert("title", title);
        self.html(language, status, template, user, context)
    }

    fn html(
        &self,
        language: usize,
        status: StatusCode,
        template: &str,
        user: Option<&SignedIn>,
        mut context: Context,
    ) -> Result<HttpResponse, Error> {
        context.insert("user", &user.map(User::from));
        context.insert("page", template.trim_end_matches(".html"));
        let language = Language { languages: &self.languages, position: language };
        let tera = self.templates.prepared(&self.site, self.limits, language)?;
        let mut html = Vec::with_capacity(HTML_BYTES);
        tera.render_to(template, &context, &mut html).map_err(|error| ViewsError::of_rendering(&error))?;
        let mut response = HttpResponse::build(status);
        response.insert_header((CONTENT_LANGUAGE, language.texts().tag()));
        // The cookie, too, says which language it is in.
        response.append_header((VARY, HeaderValue::from_static("Accept-Language")));
        response.append_header((VARY, HeaderValue::from_static("Cookie")));
        if let Some(policy) = self.form_policy.as_ref().filter(|_| leads_away(&html)) {
            response.insert_header((CONTENT_SECURITY_POLICY, policy.clone()));
        }
        Ok(response.content_type("text/html; charset=utf-8").body(html))
    }
}

/// Returns whether a page has a form that may lead to a provider: any but the choice of a language.
fn leads_away(html: &[u8]) -> bool {
    memmem::find_iter(html, FORM).any(|form| !html[form + FORM.len()..].starts_with(b" class=\"choice\""))
}
