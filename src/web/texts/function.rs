//! The function `text` of the templates.

use std::borrow::Cow;
use std::sync::Arc;

use fluent_bundle::{FluentArgs, FluentValue};
use tera::{Error, Function, Kwargs, State, TeraResult, Value};

use super::Texts;

/// The name of the argument that names the text.
const KEY: &str = "key";
/// The first of the private characters that stand for arguments while the text around them is escaped.
const MARK: u32 = 0xe000;

/// `text(key="home-signed-in", name=…)`: a text in the page's language, with its variables.
#[derive(Clone)]
pub(in crate::web) struct TextFunction {
    texts: Arc<Texts>,
    /// Whether the result is a part of a template: only what the text itself says is escaped, and its arguments are parts
    /// of the template, too.
    is_template: bool,
}

impl TextFunction {
    /// The function for `{{ }}`: for each page.
    pub(in crate::web) fn of_pages(texts: &Arc<Texts>) -> Self {
        Self { texts: Arc::clone(texts), is_template: false }
    }

    /// The function for `[[ ]]`: once, at start.
    pub(in crate::web) fn of_templates(texts: &Arc<Texts>) -> Self {
        Self { texts: Arc::clone(texts), is_template: true }
    }

    fn as_template<'a>(&self, key: &str, given: impl Iterator<Item = (&'a str, &'a Value)>) -> TeraResult<String> {
        let mut arguments = FluentArgs::new();
        let mut parts = Vec::new();
        for ((name, value), mark) in given.zip((MARK..).filter_map(char::from_u32)) {
            arguments.set(name.to_owned(), mark.to_string());
            parts.push((mark, value.to_string()));
        }
        let text = escaped(&self.find(key, &arguments)?);
        Ok(parts.iter().fold(text, |text, (mark, part)| text.replace(*mark, part)))
    }

    fn of_page<'a>(&self, key: &str, given: impl Iterator<Item = (&'a str, &'a Value)>) -> TeraResult<String> {
        let mut arguments = FluentArgs::new();
        for (name, value) in given {
            let value = value.as_i64().map_or_else(|| value.to_string().into(), FluentValue::from);
            arguments.set(name.to_owned(), value);
        }
        Ok(self.find(key, &arguments)?.into_owned())
    }

    fn find(&self, key: &str, arguments: &FluentArgs) -> TeraResult<Cow<'_, str>> {
        let found = self.texts.find(key, Some(arguments));
        found.ok_or_else(|| Error::message(format!("there is no text {key} in locales")))
    }
}

impl Function<TeraResult<Value>> for TextFunction {
    fn call(&self, given: Kwargs, _: &State) -> TeraResult<Value> {
        let key: &str = given.must_get(KEY)?;
        let others = given.iter().filter_map(|(name, value)| Some((name.as_str()?, value)));
        let others = others.filter(|(name, _)| *name != KEY);
        if self.is_template {
            Ok(Value::safe_string(&self.as_template(key, others)?))
        } else {
            Ok(Value::from(self.of_page(key, others)?))
        }
    }
}

/// Returns a text that means itself in HTML and in a template.
fn escaped(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for character in text.chars() {
        match character {
            '&' => escaped.push_str("&amp;"),
            '<' => escaped.push_str("&lt;"),
            '>' => escaped.push_str("&gt;"),
            '"' => escaped.push_str("&quot;"),
            '\'' => escaped.push_str("&#39;"),
            '{' => escaped.push_str("&#123;"),
            '}' => escaped.push_str("&#125;"),
            other => escaped.push(other),
        }
    }
    escaped
}
