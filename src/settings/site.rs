//! Section `site`.

use std::path::PathBuf;

use url::Url;

use super::reader::Reader;
use crate::web::views::{Accent, AccentError, SiteSettings};

pub(super) fn site(reader: &mut Reader) -> SiteSettings {
    let templates = reader.text("site.templates").map(PathBuf::from);
    if templates.as_ref().is_some_and(|folder| !folder.is_dir()) {
        reader.problem("site.templates", "is not a folder");
    }
    let locales = reader.text("site.locales").map(PathBuf::from);
    if locales.as_ref().is_some_and(|folder| !folder.is_dir()) {
        reader.problem("site.locales", "is not a folder");
    }
    SiteSettings {
        name: reader.text("site.name"),
        logo: link(reader, "site.logo", &["https"]),
        accent: accent(reader),
        templates,
        language: reader.text("site.language"),
        languages: reader.list("site.languages"),
        locales,
        terms_url: link(reader, "site.terms_url", &["https", "http"]),
        privacy_url: link(reader, "site.privacy_url", &["https", "http"]),
        support_url: link(reader, "site.support_url", &["https", "http", "mailto"]),
        security_contact: url(reader, "site.security_contact", &["mailto", "https"]),
        last_sign_in_role: reader.text("site.last_sign_in_role"),
        change_password_url: url(reader, "site.change_password_url", &["https"]),
    }
}

fn accent(reader: &mut Reader) -> Option<Accent> {
    let text = reader.text("site.accent")?;
    text.parse().map_err(|error: AccentError| reader.problem("site.accent", format!("{text} {error}"))).ok()
}

/// Reads a URL with one of these schemes.
fn url(reader: &mut Reader, path: &str, schemes: &[&str]) -> Option<Url> {
    let names: Vec<_> = schemes.iter().map(|scheme| format!("{scheme}:")).collect();
    let expected = format!("a URL that begins with {}", names.join(" or "));
    reader.parsed(path, &expected, |text| Url::parse(text).ok().filter(|url| schemes.contains(&url.scheme())))
}

/// Reads a link: a path of this site, or a URL with one of these schemes.
fn link(reader: &mut Reader, path: &str, schemes: &[&str]) -> Option<String> {
    let names: Vec<_> = schemes.iter().map(|scheme| format!("{scheme}:")).collect();
    let expected = format!("a path such as /about, or a URL that begins with {}", names.join(" or "));
    reader.parsed(path, &expected, |text| {
        let is_path = text.starts_with('/') && !text.starts_with("//") && !text.contains('\\');
        let is_url = || Url::parse(text).is_ok_and(|url| schemes.contains(&url.scheme()));
        (is_path || is_url()).then(|| text.to_owned())
    })
}
