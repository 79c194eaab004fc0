//! Pages: their templates, their site, and errors rendered as pages or as problem JSON.

mod accent;
mod branding;
mod contract;
mod errors;
mod language;
mod page;
mod registration;
mod site;
mod stages;
mod templates;
mod user;

pub(super) use errors::{RETRY_AFTER_SECONDS, Rendered};
pub(super) use language::cookie_name as language_cookie_name;
pub(super) use page::Page;
#[cfg(test)]
pub(super) use stages::text_keys;

use std::path::Path;
use std::sync::Arc;

use actix_web::http::Method;
use actix_web::http::header::HeaderValue;
use actix_web::{HttpMessage as _, HttpRequest, HttpResponse};
use url::form_urlencoded;

#[cfg(feature = "program")]
use super::assets::Assets;
use super::built_in_files::BuiltInFiles;
use super::texts::Languages;
use crate::clock::Clock;
use crate::flows::IdentityWeb;
use crate::flows::target::Target;
use crate::session::record::SessionLimits;
pub use accent::{Accent, AccentError};
use errors::ErrorRenderer;
pub use errors::ErrorText;
use registration::Registrations;
use site::Site;
pub use site::{DEFAULT_NAME, SiteSettings};
use templates::Templates;
pub use templates::ViewsError;
use user::User;

/// The pages: their templates, the site that they name, and who renders errors.
///
/// ```no_run
/// use identity_web::views::{Views, ViewsError};
/// use identity_web::{IdentityWeb, IdentityWebBuilder};
///
/// fn builder() -> Result<IdentityWebBuilder, ViewsError> {
///     let views = Views::new().with_name("Tasks").with_support_url("mailto:help@tasks.example");
///     Ok(IdentityWeb::builder().views(views.with_templates("templates")?))
/// }
/// ```
#[derive(Clone)]
pub struct Views {
    templates: Templates,
    languages: Arc<Languages>,
    /// Which language a browser gets that accepts none of them.
    default_language: usize,
    /// The cookie of the user's choice of a language.
    language_cookie: String,
    /// Of the sessions; unset until there is an application.
    limits: Option<SessionLimits>,
    settings: SiteSettings,
    site: Site,
    files: BuiltInFiles,
    registrations: Registrations,
    clock: Clock,
    /// Our own routes are below it: no sign-in leads back to them.
    own_prefix: String,
    /// The base path of the site.
    base: String,
    error_renderer: Option<ErrorRenderer>,
    /// The content security policy of pages with a form, if it differs from that of the others.
    form_policy: Option<HeaderValue>,
}

impl Default for Views {
    fn default() -> Self {
        Self::new()
    }
}

impl Views {
    /// Returns the built-in pages.
    pub fn new() -> Self {
        Self {
            templates: Templates::new(),
            languages: Arc::new(Languages::built_in().clone()),
            default_language: 0,
            language_cookie: String::new(),
            limits: None,
            settings: SiteSettings::default(),
            site: Site::default(),
            files: BuiltInFiles::new(None),
            registrations: Registrations::default(),
            clock: Clock::system(),
            own_prefix: String::new(),
            base: String::new(),
            error_renderer: None,
            form_policy: None,
        }
    }

    /// Returns these pages with what the settings say of the site where they say nothing, and the texts and templates of
    /// `site.locales` and `site.templates` over them.
    ///
    /// # Errors
    /// A file in `site.locales` or `site.templates` can't be used, or there is no language of `site.languages`.
    pub(crate) fn completed_by(mut self, settings: &SiteSettings) -> Result<Self, ViewsError> {
        self.settings_completed_by(settings);
        let mut this = match &settings.locales {
            Some(folder) => self.with_locales(folder)?,
            None => self,
        };
        this.offer_languages(settings)?;
        match &settings.templates {
            Some(folder) => this.with_templates(folder),
            None => Ok(this),
        }
    }

    /// Links every page to this stylesheet, instead of to the built-in one at `{prefix}/site.css` and its script.
    #[must_use]
    pub fn with_stylesheet(mut self, url: impl Into<String>) -> Self {
        self.site.stylesheet = Some(url.into());
        self
    }

    /// Adds the templates (`.html`) of a folder; those with the name of a built-in template replace it.
    ///
    /// # Errors
    /// The folder can't be read, or a template in it isn't valid, or names a variable that its page doesn't have or a text
    /// that there isn't.
    pub fn with_templates(mut self, folder: impl AsRef<Path>) -> Result<Self, ViewsError> {
        self.templates = self.templates.with_folder(folder.as_ref(), &self.languages)?;
        Ok(self)
    }

    /// Renders errors by a function instead of the template `error.html`. It is called for browsers; programs still get
    /// problem JSON. The response gets the error's status.
    ///
    /// ```
    /// use actix_web::HttpResponse;
    /// use identity_web::views::Views;
    ///
    /// let views = Views::new().with_error_renderer(|_request, error| {
    ///     HttpResponse::Ok().body(format!("{}. {} Reference: {}", error.title, error.explanation, error.correlation_id))
    /// });
    /// ```
    #[must_use]
    pub fn with_error_renderer(
        mut self,
        render: impl Fn(&HttpRequest, &ErrorText) -> HttpResponse + Send + Sync + 'static,
    ) -> Self {
        self.error_renderer = Some(Arc::new(render));
        self
    }

    /// Returns these pages with the routes and the registration of an application.
    pub(crate) fn bound_to(&self, identity: &IdentityWeb) -> Self {
        let services = identity.services();
        let mut views = self.clone();
        views.site = views.site.of(&self.settings).at(&services.site, services.providers.profile.is_some());
        views.files = BuiltInFiles::new(self.settings.accent);
        if views.site.stylesheet.is_none() {
            views.site.stylesheet = Some(views.files.stylesheet_url(&services.site));
            views.site.script = Some(views.files.script_url(&services.site));
            views.site.script_integrity = Some(views.files.script_integrity());
        }
        views.registrations = Registrations::of(identity);
        views.clock = services.clock.clone();
        views.limits = Some(*services.sessions.limits());
        views.own_prefix.clone_from(&services.site.endpoints.prefix);
        services.site.base().clone_into(&mut views.base);
        views.language_cookie = language::cookie_name(&services.site);
        views.templates = views.templates.unprepared(&views.languages);
        views
    }

    /// Returns the stylesheet and the script for pages without their own.
    pub(super) fn files(&self) -> &BuiltInFiles {
        &self.files
    }

    /// Adds our stylesheet, script and icons, links to our pages and, if `demo` is true, a banner that says so.
    #[cfg(feature = "program")]
    pub(crate) fn with_assets(mut self, assets: &Assets, demo: bool) -> Self {
        let url = |name| assets.url(name).map(|url| format!("{}{url}", self.base));
        (self.site.icon, self.site.touch_icon) = (url("favicon.svg"), url("apple-touch-icon.png"));
        self.site.stylesheet = url("site.css").or(self.site.stylesheet);
        if let Some(integrity) = assets.integrity("site.js") {
            (self.site.script, self.site.script_integrity) = (url("site.js"), Some(integrity.to_owned()));
        }
        self.site.manifest = Some(format!("{}/site.webmanifest", self.base));
        self.site.version = Some(env!("CARGO_PKG_VERSION"));
        self.site.navigation = true;
        self.site.demo = demo;
        self.templates = self.templates.unprepared(&self.languages);
        self
    }

    /// Gives pages with a form their own content security policy, if it differs from that of the others.
    #[cfg(feature = "program")]
    pub(crate) fn with_form_policy(mut self, policy: Option<HeaderValue>) -> Self {
        self.form_policy = policy;
        self
    }

    /// Returns the views that render the request's pages.
    pub(super) fn of(request: &HttpRequest) -> Option<Arc<Self>> {
        request.extensions().get::<Arc<Self>>().cloned()
    }

    /// Returns the URL of a sign-in that leads back to where the request was going: to the [`Target`] that its handler
    /// noted, or else to its own path.
    pub(super) fn sign_in_url(&self, request: &HttpRequest) -> String {
        let noted = request.extensions().get::<Target>().cloned();
        // Not the whole URI: over HTTP/2 it is absolute.
        let own = || request.uri().path_and_query().map(|own| Target::parse(own.as_str(), &self.own_prefix));
        let target = noted.or_else(own).unwrap_or_else(Target::home);
        if request.method() != Method::GET || target == Target::home() {
            return self.site.sign_in.clone();
        }
        let target = format!("{}{}", self.base, target.as_str());
        let query = form_urlencoded::Serializer::new(String::new()).append_pair("post_sign_in_url", &target).finish();
        format!("{}?{query}", self.site.sign_in)
    }
}

impl IdentityWeb {
    /// Returns the pages of this application.
    pub(crate) fn views(&self) -> Arc<Views> {
        let pages = self.services().pages.get().and_then(|pages| Arc::clone(pages).downcast::<Views>().ok());
        pages.unwrap_or_else(|| Arc::new(Views::new().bound_to(self)))
    }

    /// Sets the pages of this application, once.
    pub(crate) fn set_views(&self, views: &Views) {
        let _ = self.services().pages.set(Arc::new(views.bound_to(self)));
    }
}
