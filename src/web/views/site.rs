//! What the pages say about the site.

use std::path::PathBuf;

use serde::Serialize;
use url::Url;

use super::Accent;
use crate::flows;
use crate::web::language::LANGUAGE_PATH;

/// `site.name`, if unset.
pub const DEFAULT_NAME: &str = "Identity Web";

/// Section `site`: how the pages look, and where they link to.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct SiteSettings {
    /// `site.name`: the site's name, in the title and the header of each page. Default `Identity Web`.
    pub name: Option<String>,
    /// `site.logo`: the URL of an image in place of the built-in logo.
    pub logo: Option<String>,
    /// `site.accent`: the colour of buttons, links and tints.
    pub accent: Option<Accent>,
    /// `site.templates`: a folder of templates over the built-in ones.
    pub templates: Option<PathBuf>,
    /// `site.language`: the language of the pages for browsers that accept none of these. Default: the first one, `en`.
    pub language: Option<String>,
    /// `site.languages`: the languages that users can choose; empty for all.
    pub languages: Vec<String>,
    /// `site.locales`: a folder of texts over the built-in ones.
    pub locales: Option<PathBuf>,
    /// `site.terms_url`: the terms of use.
    pub terms_url: Option<String>,
    /// `site.privacy_url`: the privacy statement.
    pub privacy_url: Option<String>,
    /// `site.support_url`: where users get support. May be a `mailto:` URL.
    pub support_url: Option<String>,
    /// `site.security_contact`: where to report a vulnerability (RFC 9116 section 2.5.3), for `/.well-known/security.txt`.
    pub security_contact: Option<Url>,
    /// `site.change_password_url`: where users change their password, for `/.well-known/change-password`.
    pub change_password_url: Option<Url>,
    /// `site.last_sign_in_role`: the app role of those who may see how their sign-in went, on `/last_sign_in`.
    pub last_sign_in_role: Option<String>,
}

/// The content of every page's header and footer: the variable `site` of the templates.
#[derive(Clone, Debug, Serialize)]
pub(super) struct Site {
    pub(super) name: String,
    pub(super) logo: Option<String>,
    pub(super) terms_url: Option<String>,
    pub(super) privacy_url: Option<String>,
    pub(super) support_url: Option<String>,
    pub(super) home: String,
    pub(super) sign_in: String,
    pub(super) sign_out: String,
    pub(super) edit_profile: Option<String>,
    pub(super) token_details: String,
    pub(super) sessions: String,
    pub(super) call_graph: String,
    pub(super) admin: String,
    pub(super) language: String,
    pub(super) stylesheet: Option<String>,
    pub(super) icon: Option<String>,
    pub(super) touch_icon: Option<String>,
    pub(super) manifest: Option<String>,
    pub(super) script: Option<String>,
    pub(super) script_integrity: Option<String>,
    pub(super) version: Option<&'static str>,
    /// Whether the header links to the claims and the sessions, which an application may not have.
    pub(super) navigation: bool,
    pub(super) demo: bool,
}

impl Default for Site {
    fn default() -> Self {
        Self {
            name: DEFAULT_NAME.to_owned(),
            logo: None,
            terms_url: None,
            privacy_url: None,
            support_url: None,
            home: String::new(),
            sign_in: String::new(),
            sign_out: String::new(),
            edit_profile: None,
            token_details: String::new(),
            sessions: String::new(),
            call_graph: String::new(),
            admin: String::new(),
            language: String::new(),
            stylesheet: None,
            icon: None,
            touch_icon: None,
            manifest: None,
            script: None,
            script_integrity: None,
            version: None,
            navigation: false,
            demo: false,
        }
    }
}

impl Site {
    /// Returns the site with the URLs of its pages.
    pub(super) fn at(self, site: &flows::Site, has_profile: bool) -> Self {
        let (endpoints, path) = (&site.endpoints, |path: &str| site.path(path));
        Self {
            home: path("/"),
            sign_in: path(&endpoints.sign_in),
            sign_out: path(&endpoints.sign_out),
            edit_profile: has_profile.then(|| path(&endpoints.edit_profile)),
            token_details: path("/token_details"),
            sessions: path("/sessions"),
            call_graph: path("/call_graph"),
            admin: path("/admin"),
            language: path(&format!("{}{LANGUAGE_PATH}", endpoints.prefix)),
            ..self
        }
    }

    /// Returns the site with the name, the logo and the links of the settings.
    pub(super) fn of(self, settings: &SiteSettings) -> Self {
        let SiteSettings { name, logo, terms_url, privacy_url, support_url, .. } = settings.clone();
        let name = name.unwrap_or_else(|| DEFAULT_NAME.to_owned());
        Self { name, logo, terms_url, privacy_url, support_url, ..self }
    }
}
