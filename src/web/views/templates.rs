//! The templates: built in, and those of a folder over them, checked when they are loaded.

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::{Arc, OnceLock};

use serde::Serialize;
use tera::{Context, ErrorKind, Tera};

use super::contract;
use super::stages::{self, Language};
use crate::session::record::SessionLimits;
use crate::web::texts::{Languages, LocaleError};

pub(super) const BUILT_IN: [(&str, &str); 11] = [
    ("base.html", include_str!("../../../templates/base.html")),
    ("home.html", include_str!("../../../templates/home.html")),
    ("token_details.html", include_str!("../../../templates/token_details.html")),
    ("last_sign_in.html", include_str!("../../../templates/last_sign_in.html")),
    ("sessions.html", include_str!("../../../templates/sessions.html")),
    ("call_graph.html", include_str!("../../../templates/call_graph.html")),
    ("admin.html", include_str!("../../../templates/admin.html")),
    ("error.html", include_str!("../../../templates/error.html")),
    ("sign_out.html", include_str!("../../../templates/sign_out.html")),
    ("choose_provider.html", include_str!("../../../templates/choose_provider.html")),
    ("post_sign_out.html", include_str!("../../../templates/post_sign_out.html")),
];

/// The templates of the demo provider, which renders them itself.
const OF_THE_DEMO: [&str; 4] = ["demo_b2c.html", "demo_form_post.html", "demo_message.html", "demo_pick_account.html"];

/// Templates, prepared for a site and a language when its first page in that language is rendered.
#[derive(Clone)]
pub(super) struct Templates {
    sources: Arc<Sources>,
    /// By the position of the language.
    prepared: Arc<[OnceLock<Result<Tera, ViewsError>>]>,
}

/// The text of each template, by its name.
pub(super) type Sources = BTreeMap<Cow<'static, str>, Cow<'static, str>>;

impl Templates {
    /// Returns the built-in templates.
    pub(super) fn new() -> Self {
        Self::of(Arc::new(BUILT_IN.map(|(name, text)| (name.into(), text.into())).into()), 0)
    }

    fn of(sources: Arc<Sources>, languages: usize) -> Self {
        Self { sources, prepared: (0..languages).map(|_| OnceLock::new()).collect() }
    }

    /// Returns these templates, to be prepared for a site in these languages: whatever names a site does that last.
    pub(super) fn unprepared(&self, languages: &Languages) -> Self {
        Self::of(Arc::clone(&self.sources), languages.all().len())
    }

    /// Returns what renders the pages of a site in a language; the first call prepares it.
    pub(super) fn prepared(
        &self,
        site: &impl Serialize,
        limits: Option<SessionLimits>,
        language: Language<'_>,
    ) -> Result<&Tera, ViewsError> {
        let prepared = || stages::prepared(&self.sources, site, limits, language);
        let prepare = || prepared().map_err(|error| ViewsError::of_rendering(&error));
        self.prepared[language.position].get_or_init(prepare).as_ref().map_err(Clone::clone)
    }

    /// Returns the templates with those of a folder in place of, or in addition to, those that are there.
    ///
    /// # Errors
    /// One of the folder's templates can't be used.
    pub(super) fn with_folder(&self, folder: &Path, languages: &Languages) -> Result<Self, ViewsError> {
        let mut files = Vec::new();
        read(folder, "", &mut files)?;
        // In a folder of ours are the built-in templates, which are checked by tests, and the demo provider's.
        let is_ours = |(name, text): &(String, String)| {
            OF_THE_DEMO.contains(&name.as_str()) || self.sources.get(name.as_str()).is_some_and(|own| own == text)
        };
        files.retain(|file| !is_ours(file));
        if files.is_empty() {
            return Ok(self.clone());
        }
        let mut sources = self.sources.as_ref().clone();
        sources.extend(files.iter().map(|(name, text)| (name.clone().into(), text.clone().into())));
        check(&sources, &files, folder, languages)?;
        Ok(Self::of(Arc::new(sources), 0))
    }
}

/// Why a template can't be used: it can't be read, isn't valid, or names a variable that its page doesn't have.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct ViewsError {
    /// The template's file; or the folder, if the problem is with no single file.
    pub file: PathBuf,
    /// The line in it, if known, counted from 1.
    pub line: Option<usize>,
    /// What is wrong.
    pub problem: String,
}

impl std::error::Error for ViewsError {}

impl fmt::Display for ViewsError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.file.display())?;
        if let Some(line) = self.line {
            write!(f, ":{line}")?;
        }
        write!(f, ": {}", self.problem)
    }
}

impl ViewsError {
    /// Finds the template of an error. A template's name is its path under `folder`.
    fn of(error: &tera::Error, folder: &Path) -> Self {
        let (name, line, problem) = match error.kind() {
            ErrorKind::SyntaxError(report) | ErrorKind::RenderingError(report) => {
                (report.filename(), Some(report.span().start_line), report.message().to_owned())
            }
            ErrorKind::MissingParent { current, parent } => {
                (current.as_str(), None, format!("extends {parent}, which doesn't exist"))
            }
            ErrorKind::CircularExtend { tpl, .. } => (tpl.as_str(), None, "extends itself".to_owned()),
            ErrorKind::CircularInclude { tpl, .. } => (tpl.as_str(), None, "includes itself".to_owned()),
            ErrorKind::Msg(report) => first_of(report).unwrap_or(("", None, report.clone())),
            _ => ("", None, error.to_string()),
        };
        // Joining an empty name would end the path with a slash.
        let file = if name.is_empty() { folder.to_owned() } else { folder.join(name) };
        Self { file, line, problem }
    }

    /// As [`ViewsError::of`], for a folder that was just loaded: a built-in template fails because of the folder's layout.
    fn of_loading(error: &tera::Error, folder: &Path) -> Self {
        let error = Self::of(error, folder);
        if error.file.exists() {
            return error;
        }
        let layout = folder.join("base.html");
        Self { file: if layout.exists() { layout } else { folder.to_owned() }, line: None, ..error }
    }

    /// An error of a page that is being rendered.
    pub(in crate::web) fn of_rendering(error: &tera::Error) -> Self {
        Self::of(error, Path::new("templates"))
    }

    /// A setting that names a language that there isn't.
    pub(super) fn of_setting(setting: &str, tag: &str, languages: &Languages) -> Self {
        let known: Vec<_> = languages.all().iter().map(|texts| texts.tag()).collect();
        let problem = format!("there is no language {tag}; there are {}", known.join(", "));
        Self { file: setting.into(), line: None, problem }
    }

    /// An error of a file of texts.
    pub(super) fn of_locale((file, LocaleError { line, problem }): (PathBuf, LocaleError)) -> Self {
        Self { file, line, problem }
    }

    fn unreadable(file: &Path, cause: &io::Error) -> Self {
        Self { file: file.to_owned(), line: None, problem: format!("can't be read: {cause}") }
    }
}

/// Checks the templates with everything in the contract, and with only what is always there.
fn check(
    sources: &Sources,
    files: &[(String, String)],
    folder: &Path,
    languages: &Languages,
) -> Result<(), ViewsError> {
    let of_loading = |error: tera::Error| ViewsError::of_loading(&error, folder);
    for (name, text) in files {
        check_texts(name, text, folder, languages)?;
    }
    let language = Language { languages, position: 0 };
    let first = stages::first(sources, language).map_err(of_loading)?;
    for name in sources.keys() {
        check_names(&first, name, &stages::VARIABLES.map(str::to_owned).into(), files, folder)?;
    }
    for is_bare in [false, true] {
        let site = &contract::sample("base.html", is_bare)["site"];
        let tera = stages::prepared(sources, site, None, language).map_err(of_loading)?;
        // All of them, because a page may extend a template of the folder.
        for name in BUILT_IN.map(|(name, _)| name) {
            check_names(&tera, name, &contract::variables(name), files, folder)?;
            let context = Context::from_serialize(&contract::sample(name, is_bare)).map_err(of_loading)?;
            tera.render(name, &context).map_err(of_loading)?;
        }
    }
    Ok(())
}

/// Reads every `.html` file under a folder, with its name: the path there, separated by `/`.
fn read(folder: &Path, prefix: &str, files: &mut Vec<(String, String)>) -> Result<(), ViewsError> {
    let entries = fs::read_dir(folder).map_err(|cause| ViewsError::unreadable(folder, &cause))?;
    for entry in entries {
        let path = entry.map_err(|cause| ViewsError::unreadable(folder, &cause))?.path();
        let Some(name) = path.file_name().and_then(|name| name.to_str()) else { continue };
        let name = format!("{prefix}{name}");
        if path.is_dir() {
            read(&path, &format!("{name}/"), files)?;
        } else if path.extension().is_some_and(|extension| extension == "html") {
            let text = fs::read_to_string(&path).map_err(|cause| ViewsError::unreadable(&path, &cause))?;
            files.push((name, text));
        }
    }
    Ok(())
}

/// Checks that a template names only texts that there are, also where a condition hides them.
fn check_texts(name: &str, template: &str, folder: &Path, languages: &Languages) -> Result<(), ViewsError> {
    for (index, line) in template.lines().enumerate() {
        for key in stages::text_keys(line) {
            if !languages.english().has(key) {
                let problem = format!("there is no text {key} in English, which all languages fall back to");
                return Err(ViewsError { file: folder.join(name), line: Some(index + 1), problem });
            }
        }
    }
    Ok(())
}

/// Checks that a page's template names only variables that the page has. What a condition hides isn't rendered with any
/// sample, but named all the same.
fn check_names(
    tera: &Tera,
    page: &str,
    known: &BTreeSet<String>,
    files: &[(String, String)],
    folder: &Path,
) -> Result<(), ViewsError> {
    let named = tera.get_template_variables(page).map_err(|error| ViewsError::of_loading(&error, folder))?;
    let unknown = |name: &&str| !known.contains(*name) && !name.starts_with("__");
    let Some(unknown) = named.into_iter().filter(unknown).min() else { return Ok(()) };
    let own = files.iter().filter(|(name, _)| name == page);
    let mut candidates = own.chain(files.iter().filter(|(name, _)| name != page));
    let place = candidates.find_map(|(name, text)| Some((name, line_of(text, unknown)?)));
    let (file, line) = place.map_or((folder.to_owned(), None), |(name, line)| (folder.join(name), Some(line)));
    let nearest = known.iter().max_by(|a, b| {
        let similarity = |known: &str| strsim::jaro_winkler(known, unknown);
        similarity(a).total_cmp(&similarity(b))
    });
    let nearest = nearest.map(String::as_str).unwrap_or_default();
    let problem = format!("{page} has no variable {unknown}; did you mean {nearest}?");
    Err(ViewsError { file, line, problem })
}

/// Reads the first of several reports, as Tera writes them: `error: {message}`, then `--> {name}:{line}:{column}`.
fn first_of(report: &str) -> Option<(&str, Option<usize>, String)> {
    let message = report.lines().next()?.trim_start_matches("error: ").to_owned();
    let place = report.lines().find_map(|line| line.trim_start().strip_prefix("--> "))?;
    let mut parts = place.rsplitn(3, ':').skip(1);
    let (line, name) = (parts.next()?.parse().ok(), parts.next()?);
    Some((name, line, message))
}

/// Returns the first line, counted from 1, that names a variable.
fn line_of(text: &str, variable: &str) -> Option<usize> {
    let is_word = |c: char| c.is_ascii_alphanumeric() || c == '_';
    let mut lines = text.lines().enumerate();
    let (index, _) = lines.find(|(_, line)| line.split(|c| !is_word(c)).any(|word| word == variable))?;
    Some(index + 1)
}
