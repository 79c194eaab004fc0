//! The language of a page: the user's choice, or else what the browser accepts, or else the site's.

use std::path::Path;
use std::sync::Arc;

use actix_web::http::header::{ACCEPT_LANGUAGE, HeaderMap};

use super::{SiteSettings, Views, ViewsError};
use crate::flows::Site;
use crate::web::cookies;
use crate::web::texts::{Texts, accepted};

/// The longest value of `ui_locales`, in bytes.
const MAX_UI_LOCALES_BYTES: usize = 100;

/// Returns the name of the cookie with the user's choice. Like the session's it is this site's alone, also on a host with
/// several sites.
pub(in crate::web) fn cookie_name(site: &Site) -> String {
    format!("{}-language", site.cookie.name)
}

fn accept_language(headers: &HeaderMap) -> &str {
    headers.get(ACCEPT_LANGUAGE).and_then(|value| value.to_str().ok()).unwrap_or_default()
}

impl Views {
    /// Adds the texts (`{language}.ftl`) of a folder: those of a language that is there replace its texts, others are
    /// languages of your own. Call it before [`Views::with_templates`], whose templates may name these texts.
    ///
    /// # Errors
    /// The folder can't be read, or a file in it isn't valid or names a variable that a text doesn't have.
    pub fn with_locales(mut self, folder: impl AsRef<Path>) -> Result<Self, ViewsError> {
        let languages = self.languages.with_folder(folder.as_ref()).map_err(ViewsError::of_locale)?;
        self.languages = Arc::new(languages);
        Ok(self)
    }

    /// Offers the languages of `site.languages`, and has the pages in `site.language` by default.
    pub(super) fn offer_languages(&mut self, settings: &SiteSettings) -> Result<(), ViewsError> {
        let unknown = |setting: &str, tag: &str| ViewsError::of_setting(setting, tag, &self.languages);
        let languages = self.languages.as_ref().clone().offering(&settings.languages);
        let languages = languages.map_err(|tag: String| unknown("site.languages", &tag))?;
        if let Some(tag) = &settings.language {
            self.default_language = languages.position(tag).ok_or_else(|| unknown("site.language", tag))?;
        }
        self.languages = Arc::new(languages);
        Ok(())
    }

    /// Returns the position of a request's language.
    pub(in crate::web) fn language_of(&self, headers: &HeaderMap) -> usize {
        let chosen = cookies::decoded_value(headers, &self.language_cookie);
        let chosen = chosen.and_then(|tag| self.languages.position(&tag));
        let accepted = || self.languages.negotiate(accept_language(headers));
        chosen.or_else(accepted).unwrap_or(self.default_language)
    }

    /// Returns the texts in a language.
    pub(in crate::web) fn texts(&self, language: usize) -> &Texts {
        &self.languages.all()[language]
    }

    /// Returns the tag of a language that users can choose, as its file has it.
    pub(in crate::web) fn offered(&self, tag: &str) -> Option<&str> {
        self.languages.position(tag).map(|language| self.texts(language).tag())
    }

    /// Returns a request's languages for the provider's pages (OpenID Connect Core section 3.1.2.1): that of our pages, then
    /// the others that the browser accepts.
    pub(in crate::web) fn ui_locales(&self, headers: &HeaderMap) -> String {
        let mut locales = self.texts(self.language_of(headers)).tag().to_owned();
        for tag in accepted(accept_language(headers)) {
            let is_known = locales.split(' ').any(|known| known.eq_ignore_ascii_case(tag));
            if !is_known && locales.len() + tag.len() < MAX_UI_LOCALES_BYTES {
                locales = format!("{locales} {tag}");
            }
        }
        locales
    }
}
