//! One file of `locales`: `{language}.ftl`.

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::sync::{Arc, OnceLock};
use std::{fs, io};

use fluent_bundle::FluentResource;
use fluent_syntax::ast::{Entry, Expression, InlineExpression, Pattern, PatternElement};
use unic_langid::LanguageIdentifier;

/// A file of messages.
#[derive(Clone)]
pub(in crate::web) struct LocaleFile {
    pub(super) language: LanguageIdentifier,
    text: Cow<'static, str>,
    /// Clones share it.
    resource: Arc<OnceLock<Arc<FluentResource>>>,
}

/// Why a file of messages can't be used.
#[derive(Debug)]
pub(in crate::web) struct LocaleError {
    /// The line in it, if known, counted from 1.
    pub(in crate::web) line: Option<usize>,
    /// What is wrong.
    pub(in crate::web) problem: String,
}

impl From<String> for LocaleError {
    fn from(problem: String) -> Self {
        Self { line: None, problem }
    }
}

impl From<io::Error> for LocaleError {
    fn from(cause: io::Error) -> Self {
        format!("can't be read: {cause}").into()
    }
}

impl LocaleFile {
    /// Reads a file; its name says the language.
    ///
    /// # Errors
    /// It can't be read, its name is no language tag, or it isn't valid.
    pub(in crate::web) fn read(path: &Path) -> Result<Self, LocaleError> {
        let tag = path.file_stem().and_then(|name| name.to_str()).unwrap_or_default();
        Self::parse(tag, fs::read_to_string(path)?)
    }

    /// A built-in file, which is parsed when it is first used.
    pub(super) fn embedded(language: LanguageIdentifier, text: &'static str) -> Self {
        Self { language, text: text.into(), resource: Arc::default() }
    }

    /// Returns its messages.
    pub(super) fn resource(&self) -> &Arc<FluentResource> {
        // Whatever isn't valid is left out: only a built-in file is parsed here, and tests parse those.
        let parse = || FluentResource::try_new(self.text.clone().into_owned()).unwrap_or_else(|(valid, _)| valid);
        self.resource.get_or_init(|| Arc::new(parse()))
    }

    /// Returns a message of one line, without parsing the file.
    pub(super) fn line(&self, id: &str) -> Option<&str> {
        let messages = self.text.lines().filter_map(|line| line.split_once('='));
        let value = messages.filter(|(name, _)| name.trim_end() == id).map(|(_, value)| value.trim()).next();
        value.filter(|value| !value.is_empty())
    }

    /// Parses the messages of a language.
    ///
    /// # Errors
    /// The tag is none of BCP 47, or a message isn't valid.
    pub(super) fn parse(tag: &str, text: String) -> Result<Self, LocaleError> {
        let no_tag = || LocaleError::from("must be named by a language tag, such as it.ftl or pt-BR.ftl".to_owned());
        let language = tag.parse().map_err(|_| no_tag())?;
        let resource = FluentResource::try_new(text.clone()).map_err(|(resource, errors)| {
            let first = errors.first();
            let end = first.map(|error| error.pos.start);
            let before = end.and_then(|end| resource.source().get(..end));
            let problem = first.map_or_else(|| "isn't valid".to_owned(), ToString::to_string);
            LocaleError { line: before.map(|before| before.matches('\n').count() + 1), problem }
        })?;
        Ok(Self { language, text: text.into(), resource: Arc::new(Arc::new(resource).into()) })
    }

    /// Returns the variables of each message and attribute, by its key.
    pub(super) fn variables(&self) -> BTreeMap<String, BTreeSet<&str>> {
        let messages = self.resource().entries().filter_map(|entry| match entry {
            Entry::Message(message) => Some(message),
            _ => None,
        });
        let patterns = messages.flat_map(|message| {
            let attributes = message.attributes.iter();
            let attributes = attributes.map(|one| (format!("{}.{}", message.id.name, one.id.name), &one.value));
            message.value.iter().map(|value| (message.id.name.to_owned(), value)).chain(attributes)
        });
        patterns.map(|(key, pattern)| (key, of_pattern(pattern))).collect()
    }

    /// Returns this file if it can replace messages with the `known` variables: each has only those of the one it replaces.
    ///
    /// # Errors
    /// The first message with another variable.
    pub(super) fn checked_against(self, known: &BTreeMap<String, BTreeSet<&str>>) -> Result<Self, LocaleError> {
        for (key, variables) in self.variables() {
            let unknown = known.get(&key).and_then(|known| variables.difference(known).next());
            if let Some(unknown) = unknown {
                return Err(LocaleError {
                    line: self.line_of(&key),
                    problem: format!("{key} has no variable ${unknown}"),
                });
            }
        }
        Ok(self)
    }

    /// Returns the line where a message begins, counted from 1.
    fn line_of(&self, key: &str) -> Option<usize> {
        let id = key.split('.').next().unwrap_or_default();
        let begins = |line: &str| line.strip_prefix(id).is_some_and(|rest| rest.trim_start().starts_with('='));
        self.text.lines().position(begins).map(|index| index + 1)
    }
}

fn of_pattern<'a>(pattern: &Pattern<&'a str>) -> BTreeSet<&'a str> {
    let mut found = BTreeSet::new();
    for element in &pattern.elements {
        let PatternElement::Placeable { expression } = element else { continue };
        match expression {
            Expression::Inline(inline) => found.extend(of_inline(inline)),
            Expression::Select { selector, variants } => {
                found.extend(of_inline(selector));
                found.extend(variants.iter().flat_map(|variant| of_pattern(&variant.value)));
            }
        }
    }
    found
}

/// No message of ours nests placeables or passes variables to functions.
fn of_inline<'a>(expression: &InlineExpression<&'a str>) -> Option<&'a str> {
    if let InlineExpression::VariableReference { id } = expression { Some(id.name) } else { None }
}
