//! The site's name, its look and its links, in code.

use super::{Accent, SiteSettings, Views};

impl Views {
    /// Returns these settings with what `given` says where they say nothing.
    pub(super) fn settings_completed_by(&mut self, given: &SiteSettings) {
        let (own, given) = (std::mem::take(&mut self.settings), given.clone());
        self.settings = SiteSettings {
            name: own.name.or(given.name),
            logo: own.logo.or(given.logo),
            accent: own.accent.or(given.accent),
            terms_url: own.terms_url.or(given.terms_url),
            privacy_url: own.privacy_url.or(given.privacy_url),
            support_url: own.support_url.or(given.support_url),
            ..given
        };
    }

    /// Names the site, in the title and the header of each page. Default `Identity Web`.
    #[must_use]
    pub fn with_name(mut self, name: impl Into<String>) -> Self {
        self.settings.name = Some(name.into());
        self
    }

    /// Shows this image instead of the built-in logo, by its URL.
    #[must_use]
    pub fn with_logo(mut self, url: impl Into<String>) -> Self {
        self.settings.logo = Some(url.into());
        self
    }

    /// Links every page to the terms of use.
    #[must_use]
    pub fn with_terms_url(mut self, url: impl Into<String>) -> Self {
        self.settings.terms_url = Some(url.into());
        self
    }

    /// Links every page to the privacy statement.
    #[must_use]
    pub fn with_privacy_url(mut self, url: impl Into<String>) -> Self {
        self.settings.privacy_url = Some(url.into());
        self
    }

    /// Links every page to where users get support. May be a `mailto:` URL.
    #[must_use]
    pub fn with_support_url(mut self, url: impl Into<String>) -> Self {
        self.settings.support_url = Some(url.into());
        self
    }

    /// Gives the built-in stylesheet this colour: the ground of buttons, and tones of it for links and tints.
    ///
    /// ```
    /// use identity_web::views::{AccentError, Views};
    ///
    /// let views = Views::new().with_name("Tasks").with_accent("#0b6e4f".parse()?);
    /// # Ok::<(), AccentError>(())
    /// ```
    #[must_use]
    pub fn with_accent(mut self, accent: Accent) -> Self {
        self.settings.accent = Some(accent);
        self
    }
}
