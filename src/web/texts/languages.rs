//! The languages of the site, and which of them a browser gets.

use std::cmp::Reverse;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::{Arc, LazyLock};

use unic_langid::LanguageIdentifier;

use super::file::{LocaleError, LocaleFile};
use super::{ENGLISH, Messages, Texts};

/// The languages of the folder `locales`, in the order of the list that users choose from.
pub(super) const BUILT_IN: [(&str, &str); 6] = [
    (ENGLISH, include_str!("../../../locales/en.ftl")),
    ("de", include_str!("../../../locales/de.ftl")),
    ("fr", include_str!("../../../locales/fr.ftl")),
    ("es", include_str!("../../../locales/es.ftl")),
    ("ja", include_str!("../../../locales/ja.ftl")),
    ("ar", include_str!("../../../locales/ar.ftl")),
];

/// The built-in languages.
static EMBEDDED: LazyLock<Languages> = LazyLock::new(|| {
    #[expect(clippy::expect_used, reason = "the tags are part of the program, and tested")]
    let file = |(tag, text): (&str, &'static str)| LocaleFile::embedded(tag.parse().expect("a language tag"), text);
    Languages::of(BUILT_IN.map(file).to_vec())
});

/// The most languages of `Accept-Language` that are looked at.
const MAX_ACCEPTED: usize = 16;

/// The languages of the site.
#[derive(Clone)]
pub(in crate::web) struct Languages {
    files: Vec<LocaleFile>,
    /// Those that users can choose, in the order of the list.
    all: Vec<Arc<Texts>>,
    english: Arc<Texts>,
}

impl Languages {
    /// Returns the built-in languages.
    pub(in crate::web) fn built_in() -> &'static Self {
        &EMBEDDED
    }

    /// Returns the languages of files; a later file's messages replace those of an earlier one in the same language.
    fn of(files: Vec<LocaleFile>) -> Self {
        let mut tags: Vec<&LanguageIdentifier> = Vec::new();
        for file in &files {
            if !tags.contains(&&file.language) {
                tags.push(&file.language);
            }
        }
        let messages = |tag: &LanguageIdentifier| {
            Arc::new(Messages::new(tag, files.iter().filter(|file| file.language == *tag).cloned().collect()))
        };
        let messages: Vec<(_, Arc<Messages>)> = tags.into_iter().map(|tag| (tag, messages(tag))).collect();
        // The first file is the English one.
        let english = &messages[0].1;
        let texts = |(tag, own): &(&LanguageIdentifier, Arc<Messages>)| {
            let fallback = Some(english).filter(|english| !Arc::ptr_eq(english, own));
            Arc::new(Texts::new(tag, std::iter::once(own).chain(fallback).map(Arc::clone).collect()))
        };
        let all: Vec<_> = messages.iter().map(texts).collect();
        Self { english: Arc::clone(&all[0]), all, files }
    }

    /// Returns these languages with the files of a folder (`{language}.ftl`) over them.
    ///
    /// # Errors
    /// The folder or a file can't be used.
    pub(in crate::web) fn with_folder(&self, folder: &Path) -> Result<Self, (PathBuf, LocaleError)> {
        let unreadable = |cause| (folder.to_owned(), LocaleError::from(cause));
        let entries = fs::read_dir(folder).and_then(Iterator::collect::<Result<Vec<_>, _>>).map_err(unreadable)?;
        let mut paths: Vec<_> = entries.iter().map(fs::DirEntry::path).collect();
        paths.retain(|path| path.extension().is_some_and(|extension| extension == "ftl"));
        paths.sort();
        let known = self.files.iter().flat_map(LocaleFile::variables).collect();
        let mut files = self.files.clone();
        for path in paths {
            let file = LocaleFile::read(&path).and_then(|file| file.checked_against(&known));
            files.push(file.map_err(|error| (path, error))?);
        }
        Ok(Self::of(files))
    }

    /// Keeps only these, in this order, of those that users can choose.
    ///
    /// # Errors
    /// The first that isn't there.
    pub(in crate::web) fn offering(self, tags: &[String]) -> Result<Self, String> {
        let found = tags.iter().map(|tag| self.position(tag).map(|one| Arc::clone(&self.all[one])).ok_or(tag.clone()));
        let all = found.collect::<Result<Vec<_>, _>>()?;
        Ok(if all.is_empty() { self } else { Self { all, ..self } })
    }

    /// Returns those that users can choose, in the order of the list that users choose from.
    pub(in crate::web) fn all(&self) -> &[Arc<Texts>] {
        &self.all
    }

    /// Returns the texts in English, which are always there.
    pub(in crate::web) fn english(&self) -> &Arc<Texts> {
        &self.english
    }

    /// Returns the position of a language among [`Languages::all`].
    pub(in crate::web) fn position(&self, tag: &str) -> Option<usize> {
        self.all.iter().position(|texts| texts.tag.eq_ignore_ascii_case(tag))
    }

    /// Returns the position of the language that fits best: the first accepted one that is there, by the rules of lookup
    /// (RFC 4647 section 3.4: `de-AT`, then `de`), or else in another region (`pt-BR` for `pt`).
    pub(in crate::web) fn negotiate(&self, accept_language: &str) -> Option<usize> {
        accepted(accept_language).into_iter().find_map(|range| self.look_up(range))
    }

    fn look_up(&self, range: &str) -> Option<usize> {
        let mut shorter = Some(range);
        while let Some(tag) = shorter {
            if let Some(found) = self.position(tag) {
                return Some(found);
            }
            shorter = tag.rsplit_once('-').map(|(shorter, _)| shorter);
        }
        let primary = |tag: &str| tag.split('-').next().unwrap_or_default().to_ascii_lowercase();
        self.all.iter().position(|texts| primary(&texts.tag) == primary(range))
    }
}

/// Returns the languages that a header `Accept-Language` names (RFC 9110 section 12.5.4), the preferred ones first.
pub(in crate::web) fn accepted(header: &str) -> Vec<&str> {
    let mut ranges: Vec<_> = header.split(',').take(MAX_ACCEPTED).filter_map(range).collect();
    ranges.sort_by_key(|(_, quality)| Reverse(*quality));
    ranges.into_iter().map(|(range, _)| range).collect()
}

/// Reads `de-AT;q=0.8`: the language with its quality in thousandths. `*` and what isn't accepted (`q=0`) are left out.
fn range(item: &str) -> Option<(&str, u16)> {
    let mut parts = item.split(';').map(str::trim);
    let range = parts.next()?;
    let is_tag =
        range.split('-').all(|part| (1..=8).contains(&part.len()) && part.bytes().all(|b| b.is_ascii_alphanumeric()));
    let quality = parts.find_map(|part| part.strip_prefix("q=").or_else(|| part.strip_prefix("Q=")));
    let quality = quality.map_or(Some(1000), thousandths)?;
    (is_tag && quality > 0).then_some((range, quality))
}

/// Reads a `qvalue`: `1`, `0.8`, `0.125`.
fn thousandths(quality: &str) -> Option<u16> {
    let (whole, fraction) = quality.split_once('.').unwrap_or((quality, ""));
    let digits = fraction.len() <= 3 && fraction.bytes().all(|digit| digit.is_ascii_digit());
    let value = format!("{whole}{fraction:0<3}").parse().ok().filter(|value| *value <= 1000);
    value.filter(|_| digits && whole.len() == 1)
}
