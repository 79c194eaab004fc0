//! The two stages of a template. It is rendered twice: once by Tera with the delimiters `[[ ]]`, `[% %]` and `[# #]`, with
//! what is the same on every page of a site in a language; and the result of that, for each page, with `{{ }}`.

use std::io::{self, Write};
use std::sync::Arc;

use serde::Serialize;
use tera::{Context, Delimiters, Tera, TeraResult, escape_html};

use super::templates::Sources;
use crate::session::record::SessionLimits;
use crate::web::relative_time::duration;
use crate::web::texts::{Languages, TextFunction, Texts};

/// The variables of the first stage.
pub(super) const VARIABLES: [&str; 4] = ["site", "lang", "dir", "languages"];
/// The function for texts, in both stages.
const TEXT: &str = "text";

/// One of the site's languages.
#[derive(Clone, Copy)]
pub(super) struct Language<'a> {
    pub(super) languages: &'a Languages,
    /// Which of them.
    pub(super) position: usize,
}

impl<'a> Language<'a> {
    pub(super) fn texts(self) -> &'a Arc<Texts> {
        &self.languages.all()[self.position]
    }

    /// Returns all languages, for the list that users choose from.
    fn choices(self) -> Vec<Choice<'a>> {
        let choice = |(position, texts): (usize, &'a Arc<Texts>)| Choice {
            tag: texts.tag(),
            name: texts.name().into_owned(),
            current: position == self.position,
        };
        self.languages.all().iter().enumerate().map(choice).collect()
    }
}

/// A language that users can choose: an element of the variable `languages`.
#[derive(Serialize)]
struct Choice<'a> {
    tag: &'a str,
    name: String,
    current: bool,
}

/// Returns what renders the templates once.
pub(super) fn first(sources: &Sources, language: Language<'_>) -> TeraResult<Tera> {
    let mut first = Tera::default();
    let [block_start, block_end] = ["[%", "%]"].map(Into::into);
    let [variable_start, variable_end] = ["[[", "]]"].map(Into::into);
    let [comment_start, comment_end] = ["[#", "#]"].map(Into::into);
    first.set_delimiters(Delimiters {
        block_start,
        block_end,
        variable_start,
        variable_end,
        comment_start,
        comment_end,
    })?;
    first.set_escape_fn(escape);
    first.register_function(TEXT, TextFunction::of_templates(language.texts()));
    first.add_raw_templates(sources.iter())?;
    Ok(first)
}

/// Returns what renders the pages of a site in a language. How long its sessions last is a variable of the second stage.
pub(super) fn prepared(
    sources: &Sources,
    site: &impl Serialize,
    limits: Option<SessionLimits>,
    language: Language<'_>,
) -> TeraResult<Tera> {
    let (first, mut context) = (first(sources, language)?, Context::new());
    context.insert("site", site);
    context.insert("lang", language.texts().tag());
    context.insert("dir", language.texts().direction());
    context.insert("languages", &language.choices());
    let texts = sources.keys().map(|name| Ok((name, first.render(name, &context)?)));
    let mut second = Tera::default();
    second.register_function(TEXT, TextFunction::of_pages(language.texts()));
    second.add_raw_templates(texts.collect::<TeraResult<Vec<_>>>()?)?;
    if let Some(limits) = limits {
        context.insert("idle_timeout", &duration(limits.idle_timeout, language.texts()));
        context.insert("absolute_timeout", &duration(limits.absolute_timeout, language.texts()));
    }
    *second.global_context() = context;
    Ok(second)
}

/// Escapes a value so that it is neither HTML nor part of a template.
fn escape(value: &str, output: &mut dyn Write) -> io::Result<()> {
    let mut html = Vec::with_capacity(value.len());
    escape_html(value, &mut html)?;
    output.write_all(String::from_utf8_lossy(&html).replace('{', "&#123;").as_bytes())
}

/// Returns the names of texts in a line of a template: `text(key="home")`.
pub(in crate::web) fn text_keys(line: &str) -> impl Iterator<Item = &str> {
    line.split("text(").skip(1).filter_map(|call| {
        let value = call.split_once("key=")?.1;
        let quote = value.chars().next().filter(|quote| "\"'`".contains(*quote))?;
        value[1..].split(quote).next()
    })
}

#[cfg(test)]
mod tests {
    use super::super::{contract, templates};
    use super::*;

    #[test]
    fn what_the_site_says_is_no_template_and_no_html() {
        let mut site = contract::sample("base.html", false)["site"].clone();
        site["name"] = "{{ 7 * 7 }}<b>{% if %}[[ site.home ]]".into();
        let sources = templates::BUILT_IN.map(|(name, text)| (name.into(), text.into())).into();
        let language = Language { languages: Languages::built_in(), position: 0 };
        let tera = prepared(&sources, &site, None, language).unwrap();
        let page = tera.render("admin.html", &Context::from_serialize(&contract::sample("admin.html", true)).unwrap());
        let name = "<span>&#123;&#123; 7 * 7 }}&lt;b&gt;&#123;% if %}[[ site.home ]]</span>";
        assert!(page.as_ref().is_ok_and(|page| page.contains(name)), "{page:?}");
    }
}
