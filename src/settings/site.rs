//! Section `site`.

use std::path::PathBuf;

use url::Url;

use super::reader::Reader;
use crate::web::views::SiteSettings;

pub(super) fn site(reader: &mut Reader) -> SiteSettings {
    let templates = reader.text("site.templates").map(PathBuf::from);
    if templates.as_ref().is_some_and(|folder| !folder.is_dir()) {
        reader.problem("site.templates", "is not a folder");
    }
    SiteSettings {
        name: reader.text("site.name"),
        logo: link(reader, "site.logo", &["https"]),
        templates,
        terms_url: link(reader, "site.terms_url", &["https", "http"]),
        privacy_url: link(reader, "site.privacy_url", &["https", "http"]),
        support_url: link(reader, "site.support_url", &["https", "http", "mailto"]),
    }
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
