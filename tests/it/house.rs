//! The house keeps its shape: which module may depend on which, and how long a file may be.

mod paths;

use std::fs;
use std::path::{Path, PathBuf};

use paths::{paths, words};

/// In order of dependence: a module depends only on those before it. The demo provider is for development and tests.
const ORDER: [&str; 18] = [
    "clock",
    "correlation",
    "metrics",
    "spans",
    "oidc",
    "entra",
    "session",
    "flows",
    "web",
    "demo",
    "settings",
    "tls",
    "telemetry",
    "startup",
    "check",
    "register",
    "sessions_command",
    "internals",
];
/// Unit tests count.
const MAX_LINES: usize = 300;

fn sources(folder: &Path) -> Vec<PathBuf> {
    let entries = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    let files = entries.flat_map(|path| if path.is_dir() { sources(&path) } else { vec![path] });
    files.filter(|path| path.extension().is_some_and(|extension| extension == "rs")).collect()
}

/// Returns the path of a file's module: `["web", "views"]`.
fn module(path: &Path) -> Vec<&str> {
    let relative = path.strip_prefix("src").unwrap();
    let names = relative.iter().map(|name| name.to_str().unwrap().trim_end_matches(".rs"));
    names.filter(|name| *name != "mod").collect()
}

#[test]
fn modules_know_only_those_before_them() {
    for path in sources(Path::new("src")) {
        let (module, text) = (module(&path), fs::read_to_string(&path).unwrap());
        let own = module[0];
        if ["lib", "main"].contains(&own) {
            continue;
        }
        let rank = |name: &str| ORDER.iter().position(|module| *module == name);
        let own_rank = rank(own).unwrap_or_else(|| panic!("{own} is not in ORDER"));
        for known in paths(&module, &text) {
            let (file, known_path) = (path.display(), known.join("::"));
            let Some(known_rank) = rank(&known[0]) else {
                panic!("{file} names {known_path}, which is in no module: name the module that has it");
            };
            assert!(known_rank <= own_rank, "{file} knows {known_path}, which comes after it");
            assert!(
                own != "demo" || ["clock", "oidc", "demo"].contains(&known[0].as_str()),
                "{file} knows {known_path}, but the demo provider knows the protocol alone"
            );
        }
    }
}

#[test]
fn the_protocol_knows_no_web_framework_and_no_store() {
    for path in sources(Path::new("src/oidc")) {
        let text = fs::read_to_string(&path).unwrap();
        for other in ["actix", "redis::", "config::"] {
            assert!(!text.contains(other), "{} has {other}", path.display());
        }
    }
}

/// Unit tests may, and the adapter of the sessions is for it.
#[test]
fn sessions_and_flows_know_no_web_framework() {
    let folders = ["src/session", "src/flows"].map(Path::new);
    for path in folders.into_iter().flat_map(sources) {
        let (module, text) = (module(&path), fs::read_to_string(&path).unwrap());
        if module.starts_with(&["session", "actix"]) || module.ends_with(&["tests"]) {
            continue;
        }
        let (code, file) = (text.split("#[cfg(test)]").next().unwrap(), path.display());
        let framework = words(code).into_iter().find(|word| word.starts_with("actix_"));
        assert_eq!(framework, None, "{file}");
        // The core does not lean on its adapter either; only its root names it, to publish it.
        let adapter = paths(&module, code).into_iter().find(|path| path.join("::").starts_with("session::actix"));
        assert!(adapter.is_none() || module == ["session"], "{file} names {adapter:?}");
    }
}

#[test]
fn no_file_is_longer_than_a_reader_keeps_in_mind() {
    for path in sources(Path::new("src")) {
        let lines = fs::read_to_string(&path).unwrap().lines().count();
        assert!(lines <= MAX_LINES, "{} has {lines} lines", path.display());
    }
}
