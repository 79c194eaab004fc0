//! The texts of the pages in a language: Fluent messages, from `locales`.

mod file;
mod function;
mod languages;
#[cfg(test)]
mod tests;

use std::borrow::Cow;
use std::sync::{Arc, LazyLock, OnceLock};

use fluent_bundle::concurrent::FluentBundle;
use fluent_bundle::{FluentArgs, FluentResource, FluentValue};
use fluent_syntax::ast::Pattern;
use unic_langid::{CharacterDirection, LanguageIdentifier};

#[cfg(feature = "program")]
use super::claim_meanings::ClaimTexts;
pub(super) use file::LocaleError;
use file::LocaleFile;
pub(super) use function::TextFunction;
pub(super) use languages::{Languages, accepted};

/// The language that every text has, which others fall back to.
pub(super) const ENGLISH: &str = "en";

/// The built-in texts in English, for the log and for programs: whatever the pages say, these are the same.
pub(super) static ENGLISH_TEXTS: LazyLock<Arc<Texts>> = LazyLock::new(|| Arc::clone(Languages::built_in().english()));

/// The texts in one language.
pub(super) struct Texts {
    /// The language's tag (BCP 47).
    tag: String,
    is_right_to_left: bool,
    /// In this language, then in English.
    messages: Vec<Arc<Messages>>,
    #[cfg(feature = "program")]
    of_claims: OnceLock<ClaimTexts>,
}

type Bundle = FluentBundle<Arc<FluentResource>>;

/// The messages of files in one language; a later file's replace those of an earlier one.
struct Messages {
    language: LanguageIdentifier,
    files: Vec<LocaleFile>,
    /// Made when a text is first needed: few sites are read in all languages.
    bundle: OnceLock<Bundle>,
}

impl Messages {
    fn new(language: &LanguageIdentifier, files: Vec<LocaleFile>) -> Self {
        Self { language: language.clone(), files, bundle: OnceLock::new() }
    }

    fn bundle(&self) -> &Bundle {
        self.bundle.get_or_init(|| {
            let mut bundle = FluentBundle::new_concurrent(vec![self.language.clone()]);
            // Markup isolates what is inserted (<bdi>): marks would be copied along, and be in attributes and titles.
            bundle.set_use_isolating(false);
            for file in &self.files {
                bundle.add_resource_overriding(Arc::clone(file.resource()));
            }
            bundle
        })
    }
}

impl Texts {
    fn new(language: &LanguageIdentifier, messages: Vec<Arc<Messages>>) -> Self {
        let is_right_to_left = language.character_direction() == CharacterDirection::RTL;
        Self {
            tag: language.to_string(),
            is_right_to_left,
            messages,
            #[cfg(feature = "program")]
            of_claims: OnceLock::new(),
        }
    }

    /// Returns the language's name in the language itself.
    pub(super) fn name(&self) -> Cow<'_, str> {
        const KEY: &str = "language-name";
        let mut files = self.messages.iter().flat_map(|messages| messages.files.iter().rev());
        files.find_map(|file| file.line(KEY)).map_or_else(|| self.text(KEY), Cow::Borrowed)
    }

    /// Returns the language's tag (BCP 47), for `lang`.
    pub(super) fn tag(&self) -> &str {
        &self.tag
    }

    /// Returns the direction of its script, for `dir`.
    pub(super) fn direction(&self) -> &'static str {
        if self.is_right_to_left { "rtl" } else { "ltr" }
    }

    /// Returns what the page of claims says of them.
    #[cfg(feature = "program")]
    pub(super) fn of_claims(&self) -> &ClaimTexts {
        self.of_claims.get_or_init(|| ClaimTexts::new(self))
    }

    /// Returns the text of a message (`error-forbidden`) or of its attribute (`error-forbidden.explanation`), if it exists.
    pub(super) fn find(&self, key: &str, arguments: Option<&FluentArgs>) -> Option<Cow<'_, str>> {
        let (bundle, pattern) = self.pattern(key)?;
        // A variable that is missing shows its name; tests compare the variables of all languages.
        Some(bundle.format_pattern(pattern, arguments, &mut Vec::new()))
    }

    /// Returns whether a text exists.
    pub(super) fn has(&self, key: &str) -> bool {
        self.pattern(key).is_some()
    }

    fn pattern(&self, key: &str) -> Option<(&Bundle, &Pattern<&str>)> {
        let (id, attribute) = key.split_once('.').map_or((key, None), |(id, attribute)| (id, Some(attribute)));
        self.messages.iter().map(|messages| messages.bundle()).find_map(|bundle| {
            let message = bundle.get_message(id)?;
            let pattern = match attribute {
                Some(attribute) => message.get_attribute(attribute)?.value(),
                None => message.value()?,
            };
            Some((bundle, pattern))
        })
    }

    /// Returns a text without variables; an unknown key is its own text.
    pub(super) fn text<'a>(&'a self, key: &'a str) -> Cow<'a, str> {
        self.find(key, None).unwrap_or(Cow::Borrowed(key))
    }

    /// Returns a text with the value of its variable.
    pub(super) fn with<'a>(
        &'a self,
        key: &'a str,
        variable: &'static str,
        value: impl Into<FluentValue<'a>>,
    ) -> Cow<'a, str> {
        let mut arguments = FluentArgs::new();
        arguments.set(variable, value);
        self.find(key, Some(&arguments)).unwrap_or(Cow::Borrowed(key))
    }

    /// Returns a text with the values of its two variables.
    pub(super) fn with_both(&self, key: &str, first: (&'static str, &str), second: (&'static str, &str)) -> String {
        let mut arguments = FluentArgs::new();
        for (variable, value) in [first, second] {
            arguments.set(variable, value);
        }
        self.find(key, Some(&arguments)).unwrap_or(Cow::Borrowed(key)).into_owned()
    }

    /// Returns the texts of a message's attributes `.action-1`, `.action-2` and so on.
    pub(super) fn actions(&self, key: &str) -> Vec<Cow<'_, str>> {
        (1..).map_while(|number| self.find(&format!("{key}.action-{number}"), None)).collect()
    }
}
