//! The house keeps its shape: who may know whom, and how long a file may be.

use std::fs;
use std::path::{Path, PathBuf};

/// In order of dependence: a module knows those before it only. The demo provider is for development and tests.
const ORDER: [&str; 16] = [
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
];
/// Unit tests count.
const MAX_LINES: usize = 300;

fn sources(folder: &Path) -> Vec<PathBuf> {
    let entries = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    let files = entries.flat_map(|path| if path.is_dir() { sources(&path) } else { vec![path] });
    files.filter(|path| path.extension().is_some_and(|extension| extension == "rs")).collect()
}

fn module(path: &Path) -> String {
    let relative = path.strip_prefix("src").unwrap();
    relative.components().next().unwrap().as_os_str().to_str().unwrap().trim_end_matches(".rs").to_owned()
}

#[test]
fn modules_know_only_those_before_them() {
    for path in sources(Path::new("src")) {
        let (own, text) = (module(&path), fs::read_to_string(&path).unwrap());
        let Some(rank) = ORDER.iter().position(|module| *module == own) else { continue };
        for line in text.lines() {
            let Some(known) = line.split("crate::").nth(1).map(|rest| rest.split([':', ';']).next().unwrap()) else {
                continue;
            };
            if let Some(other) = ORDER.iter().position(|module| *module == known) {
                assert!(other <= rank, "{} knows {known}, which comes after it: {line}", path.display());
            }
            assert!(
                own != "demo" || ["clock", "oidc", "demo"].contains(&known),
                "the demo provider knows the protocol alone: {line}"
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

#[test]
fn no_file_is_longer_than_a_reader_keeps_in_mind() {
    for path in sources(Path::new("src")) {
        let lines = fs::read_to_string(&path).unwrap().lines().count();
        assert!(lines <= MAX_LINES, "{} has {lines} lines", path.display());
    }
}
