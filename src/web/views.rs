//! Pages: Tera templates, and errors rendered as pages or as problem JSON.

mod errors;

use std::path::Path;
use std::sync::{Arc, LazyLock};

use actix_web::http::{Method, StatusCode};
use actix_web::{HttpMessage as _, HttpRequest, HttpResponse};
use serde::Serialize;
use tera::{Context, Tera};
use url::form_urlencoded;

use super::assets::Assets;
use super::error::Error;
use crate::entra::errors::Shows;
use crate::flows::IdentityWeb;
use crate::flows::target::Target;
use crate::session::record::SignedIn;

const TEMPLATES: [(&str, &str); 9] = [
    ("base.html", include_str!("../../templates/base.html")),
    ("home.html", include_str!("../../templates/home.html")),
    ("token_details.html", include_str!("../../templates/token_details.html")),
    ("sessions.html", include_str!("../../templates/sessions.html")),
    ("call_graph.html", include_str!("../../templates/call_graph.html")),
    ("admin.html", include_str!("../../templates/admin.html")),
    ("error.html", include_str!("../../templates/error.html")),
    ("sign_out.html", include_str!("../../templates/sign_out.html")),
    ("post_sign_out.html", include_str!("../../templates/post_sign_out.html")),
];

/// The built-in templates, parsed once.
#[expect(clippy::expect_used, reason = "the templates are part of the program, and tested")]
static EMBEDDED: LazyLock<Arc<Tera>> = LazyLock::new(|| {
    let mut tera = Tera::default();
    tera.add_raw_templates(TEMPLATES).expect("the embedded templates are valid");
    Arc::new(tera)
});

/// The content of every page's header.
#[derive(Clone, Debug, Serialize)]
struct Site {
    name: &'static str,
    home: &'static str,
    sign_in: String,
    sign_out: String,
    edit_profile: Option<String>,
    token_details: &'static str,
    sessions: &'static str,
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
    tera: Arc<Tera>,
    site: Site,
    registration: Registration,
    /// Our own routes are below it: no sign-in leads back to them.
    own_prefix: String,
}

/// The settings that must match this application's registration at the provider.
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
            redirect_uri: services.providers.auth_request.redirect_uri.to_string(),
            client_id: services.providers.client.client_id.clone(),
            authority: services.providers.sign_in.settings().authority.clone(),
            scopes: services.providers.auth_request.scopes.join(" "),
        }
    }

    /// Returns what an administrator needs to copy: labels and values.
    fn to_copy(&self, shows: Shows) -> Vec<(&'static str, String)> {
        match shows {
            Shows::Nothing => Vec::new(),
            Shows::RedirectUri => vec![("Redirect URI", self.redirect_uri.clone())],
            Shows::Client => vec![("Client id", self.client_id.clone()), ("Authority", self.authority.clone())],
            Shows::Consent => {
                let tenant = self.authority.trim_end_matches('/').trim_end_matches("/v2.0");
                let page = format!("{tenant}/adminconsent?client_id={}", self.client_id);
                vec![("Permissions", self.scopes.clone()), ("Consent for all users", page)]
            }
        }
    }
}

impl Views {
    /// Returns the built-in pages without a stylesheet, for an application that has its own.
    ///
    /// # Panics
    /// If an embedded template is invalid, which a test rules out.
    pub fn embedded(identity: &IdentityWeb) -> Self {
        let endpoints = &identity.services().site.endpoints;
        let site = Site {
            name: "Identity Web",
            home: "/",
            sign_in: endpoints.sign_in.clone(),
            sign_out: endpoints.sign_out.clone(),
            edit_profile: identity.services().providers.profile.is_some().then(|| endpoints.edit_profile.clone()),
            token_details: "/token_details",
            sessions: "/sessions",
            call_graph: "/call_graph",
            admin: "/admin",
            stylesheet: None,
            icon: None,
            demo: false,
        };
        let (registration, own_prefix) = (Registration::of(identity), endpoints.prefix.clone());
        Self { tera: Arc::clone(&EMBEDDED), site, registration, own_prefix }.with_site()
    }

    /// Gives the site to the templates: once, not for every page.
    fn with_site(mut self) -> Self {
        Arc::make_mut(&mut self.tera).global_context().insert("site", &self.site);
        self
    }

    /// Replaces templates by those of the same names in a folder.
    ///
    /// # Errors
    /// A template in the folder is invalid.
    pub fn with_templates(mut self, folder: &Path) -> Result<Self, tera::Error> {
        for (name, _) in TEMPLATES {
            let file = folder.join(name);
            if file.is_file() {
                Arc::make_mut(&mut self.tera).add_template_file(file, Some(name))?;
            }
        }
        Ok(self)
    }

    /// Adds our stylesheet and icon and, if `demo` is true, a banner that says so.
    #[must_use]
    pub fn with_assets(mut self, assets: &Assets, demo: bool) -> Self {
        self.site.stylesheet = assets.url("site.css");
        self.site.icon = assets.url("favicon.svg");
        self.site.demo = demo;
        self.with_site()
    }

    /// Returns the views that render the request's pages.
    pub(super) fn of(request: &HttpRequest) -> Option<Arc<Self>> {
        request.extensions().get::<Arc<Self>>().cloned()
    }

    /// Renders a page as HTML.
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
        context.insert("user", &user);
        let html = self.tera.render(template, &context)?;
        Ok(HttpResponse::build(status).content_type("text/html; charset=utf-8").body(html))
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
        let query =
            form_urlencoded::Serializer::new(String::new()).append_pair("post_sign_in_url", target.as_str()).finish();
        format!("{}?{query}", self.site.sign_in)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_embedded_templates_are_valid() {
        Tera::default().add_raw_templates(TEMPLATES).unwrap();
    }
}
