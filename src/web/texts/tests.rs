use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

use super::languages::BUILT_IN;
use super::*;

fn built_in(tag: &str) -> LocaleFile {
    let (_, text) = BUILT_IN.iter().find(|(built_in, _)| *built_in == tag).unwrap();
    LocaleFile::parse(tag, (*text).to_owned()).unwrap()
}

fn texts(tag: &str) -> Arc<Texts> {
    let languages = Languages::built_in();
    Arc::clone(&languages.all()[languages.position(tag).unwrap()])
}

/// Returns the files of a folder that end so, with their text.
fn files(folder: &str, extension: &str) -> Vec<(PathBuf, String)> {
    let mut found = Vec::new();
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            found.extend(files(path.to_str().unwrap(), extension));
        } else if path.extension().is_some_and(|found| found == extension) {
            found.push((path.clone(), fs::read_to_string(path).unwrap()));
        }
    }
    found
}

/// Returns the code of the pages, without unit tests.
fn code() -> Vec<(PathBuf, String)> {
    let sources = files("src/web", "rs").into_iter().chain(files("src/entra", "rs"));
    let sources = sources.filter(|(path, _)| !path.starts_with("src/web/texts"));
    sources.map(|(path, text)| (path, text.split("#[cfg(test)]").next().unwrap().to_owned())).collect()
}

/// Returns the built-in templates but those of the demo identity provider, whose pages are in English.
fn templates() -> Vec<(PathBuf, String)> {
    let is_ours = |path: &Path| !path.file_name().unwrap().to_str().unwrap().starts_with("demo_");
    files("templates", "html").into_iter().filter(|(path, _)| is_ours(path)).collect()
}

#[test]
fn every_language_of_the_folder_is_built_in() {
    let folder: BTreeSet<_> = files("locales", "ftl").into_iter().map(|(path, _)| path).collect();
    let built_in: BTreeSet<_> = BUILT_IN.map(|(tag, _)| Path::new("locales").join(format!("{tag}.ftl"))).into();
    assert_eq!(folder, built_in);
}

#[test]
fn every_language_has_the_same_texts_with_the_same_variables() {
    let english = built_in(ENGLISH);
    let expected = english.variables();
    for (tag, text) in BUILT_IN {
        let file = built_in(tag);
        let found = file.variables();
        let keys = |of: &BTreeMap<String, _>| of.keys().cloned().collect::<BTreeSet<_>>();
        let (missing, unknown) = (&keys(&expected) - &keys(&found), &keys(&found) - &keys(&expected));
        assert!(
            missing.is_empty() && unknown.is_empty(),
            "{tag}.ftl lacks {missing:?} and has in addition {unknown:?}"
        );
        for (key, variables) in &expected {
            assert_eq!(&found[key], variables, "the variables of {key} in {tag}.ftl");
        }
        let ids: Vec<_> = text.lines().filter_map(|line| line.split_once(" =")).map(|(id, _)| id).collect();
        let unique = ids.iter().filter(|id| !id.starts_with(' ')).collect::<BTreeSet<_>>().len();
        assert_eq!(
            ids.iter().filter(|id| !id.starts_with(' ')).count(),
            unique,
            "a message of {tag}.ftl is there twice"
        );
    }
}

#[test]
fn every_text_is_used() {
    let sources: String = code().into_iter().chain(templates()).map(|(_, text)| text).collect();
    let english = BUILT_IN[0].1;
    for key in built_in(ENGLISH).variables().keys() {
        let id = key.split('.').next().unwrap();
        let is_named = sources.contains(&format!("\"{id}\"")) || english.contains(&format!("{{ {id} }}"));
        assert!(is_named || id == "language-name", "nothing names {id}");
    }
}

#[test]
fn every_text_that_the_code_names_exists() {
    let english = texts(ENGLISH);
    let file = built_in(ENGLISH);
    let ids = file.variables();
    let first_words: BTreeSet<_> = ids.keys().filter_map(|id| id.split_once('-')).map(|(word, _)| word).collect();
    // Words of routes, headers and parts of names.
    let others = ["claim-", "request-id", "client-request-id"];
    for (path, text) in code() {
        for literal in text.split('"').skip(1).step_by(2) {
            let is_id = literal.bytes().all(|b| b.is_ascii_alphanumeric() || b"-_".contains(&b));
            let is_ours = literal.split_once('-').is_some_and(|(word, _)| first_words.contains(word));
            if is_id && is_ours && !others.contains(&literal) {
                assert!(english.has(literal), "{} names {literal}, which isn't in locales/en.ftl", path.display());
            }
        }
    }
    for (path, text) in templates() {
        for key in crate::web::views::text_keys(&text) {
            assert!(english.has(key), "{} names {key}, which isn't in locales/en.ftl", path.display());
        }
    }
}

/// Returns a template without its tags, or only the attributes that users read or hear.
fn visible(template: &str) -> String {
    let mut rest = template.to_owned();
    for (start, end) in [("[#", "#]"), ("[[", "]]"), ("[%", "%]"), ("{{", "}}"), ("{%", "%}")] {
        while let Some(from) = rest.find(start) {
            let to = from + rest[from..].find(end).unwrap() + end.len();
            rest.replace_range(from..to, "");
        }
    }
    let mut text = String::new();
    for tag in rest.split('<').skip(1) {
        let (tag, after) = tag.split_once('>').unwrap();
        text.push_str(after);
        for attribute in ["alt=\"", "title=\"", "aria-label=\"", "placeholder=\""] {
            text.extend(tag.split_once(attribute).and_then(|(_, value)| value.split('"').next()));
        }
    }
    text
}

#[test]
fn no_template_and_no_script_has_texts_of_its_own() {
    for (path, template) in templates() {
        let text = visible(&template);
        let words: Vec<_> = text.split(|c: char| !c.is_alphabetic()).filter(|word| !word.is_empty()).collect();
        // The names of a role and of a part of a button.
        assert!(words.iter().all(|word| *word == "Admin"), "{} has {words:?}", path.display());
    }
    let script = include_str!("../../../static/site.js");
    let code: String = script.lines().filter(|line| !line.trim_start().starts_with("//")).collect();
    for literal in code.split(['"', '`']).skip(1).step_by(2) {
        let is_ours = literal.contains(' ') && !["use strict", "tbody tr", ": "].contains(&literal);
        assert!(!is_ours, "static/site.js has {literal:?}");
    }
}

#[test]
fn numbers_have_the_forms_of_each_language() {
    for (tag, key, count, expected) in [
        ("en", "time-hours-ago", 1, "1 hour ago"),
        ("en", "time-hours-ago", 2, "2 hours ago"),
        ("de", "time-in-days", 1, "in 1 Tag"),
        ("de", "time-in-days", 2, "in 2 Tagen"),
        ("fr", "duration-hours", 0, "0 heure"),
        ("fr", "duration-hours", 2, "2 heures"),
        ("es", "time-days-ago", 21, "hace 21 días"),
        ("ja", "time-minutes-ago", 1, "1 分前"),
        ("ar", "time-hours-ago", 1, "قبل ساعة"),
        ("ar", "time-hours-ago", 2, "قبل ساعتين"),
        ("ar", "time-hours-ago", 3, "قبل 3 ساعات"),
        ("ar", "time-hours-ago", 11, "قبل 11 ساعة"),
    ] {
        assert_eq!(texts(tag).with(key, "count", count), expected, "{tag} {key} {count}");
    }
}

#[test]
fn a_language_that_lacks_a_text_has_it_in_english() {
    let folder = std::env::temp_dir().join(format!("identity-web-locales-{}", std::process::id()));
    fs::create_dir_all(&folder).unwrap();
    fs::write(folder.join("it.ftl"), "language-name = Italiano\nhome = Inizio\nown = Mio\n").unwrap();
    fs::write(folder.join("de.ftl"), "home = Übersicht\n").unwrap();
    let languages = Languages::built_in().with_folder(&folder).unwrap();
    let texts = |tag: &str| &languages.all()[languages.position(tag).unwrap()];
    assert_eq!((texts("it").text("home"), texts("it").text("sign-out")), ("Inizio".into(), "Sign out".into()));
    assert_eq!((texts("de").text("home"), texts("de").text("sign-out")), ("Übersicht".into(), "Abmelden".into()));
    assert_eq!((texts("it").text("own"), texts("de").has("own")), ("Mio".into(), false));
    for (file, text, expected) in [
        ("it.ftl", "a = b\nhome = { $who }\n", "it.ftl:2: home has no variable $who"),
        ("it.ftl", "a = b\n\nhome { }\n", "it.ftl:3: "),
        ("not_a_language!.ftl", "a = b", "not_a_language!.ftl: must be named by a language tag"),
    ] {
        fs::write(folder.join(file), text).unwrap();
        let (path, error) = languages.with_folder(&folder).err().unwrap();
        let line = error.line.map(|line| format!(":{line}")).unwrap_or_default();
        let shown = format!("{}{line}: {}", path.file_name().unwrap().to_str().unwrap(), error.problem);
        assert!(shown.starts_with(expected), "{shown}");
        fs::remove_file(folder.join(file)).unwrap();
    }
    fs::remove_dir_all(folder).unwrap();
}

#[test]
fn the_first_accepted_language_that_is_there_is_found() {
    let languages = Languages::built_in();
    let found = |header: &str| languages.negotiate(header).map(|one| languages.all()[one].tag().to_owned());
    for (header, expected) in [
        ("de", Some("de")),
        ("de-AT, en;q=0.9", Some("de")),
        ("DE-at", Some("de")),
        ("ja-Jpan-JP", Some("ja")),
        ("en;q=0.1, fr;q=0.9", Some("fr")),
        ("fr;q=0.8, es;q=0.8", Some("fr")),
        ("it, nl;q=0.9, es;q=0.2", Some("es")),
        ("fr;q=0, en", Some("en")),
        ("fr;q=0.000, ar;q=0.001", Some("ar")),
        ("it", None),
        ("*", None),
        ("", None),
        ("fr;q=2, de;q=1.0", Some("de")),
        ("fr;q=0.1234, de;q=0.1", Some("de")),
        ("fr;q=, de;q=0.1", Some("de")),
        (";;;,,,=,é,\u{0},-", None),
    ] {
        assert_eq!(found(header).as_deref(), expected, "{header:?}");
    }
    assert_eq!(found(&"x,".repeat(100_000)), None);
    assert_eq!((texts("ar").direction(), texts("ja").direction()), ("rtl", "ltr"));
}
