//! The URLs of sites: this one's, which may have a base path, and the demo provider's.

use url::Url;

use super::reader::Reader;
use crate::oidc::provider::is_loopback;

/// Reads the URL of a site: only a scheme, a host and an optional port.
pub(super) fn site(reader: &mut Reader, path: &str, default: &str) -> Option<Url> {
    let url = reader.url(path).or_else(|| Url::parse(default).ok())?;
    if url.path() != "/" {
        reader.problem(path, "must have no path");
    }
    check_site(reader, path, &url);
    Some(url)
}

/// Reads the URL of this site: it may have a path, which a proxy strips.
pub(super) fn public_url(reader: &mut Reader) -> Option<Url> {
    let path = "server.public_url";
    let url = reader.url(path).or_else(|| Url::parse("https://127.0.0.1:5000").ok())?;
    let base = url.path().trim_end_matches('/');
    let plain =
        |segment: &str| !segment.is_empty() && segment.bytes().all(|b| b.is_ascii_alphanumeric() || b"-_".contains(&b));
    if !base.split('/').skip(1).all(plain) || url.path().ends_with("//") {
        reader.problem(path, "must have no path, or one such as /tasks, made of letters, digits, - and _");
    }
    check_site(reader, path, &url);
    Some(url)
}

fn check_site(reader: &mut Reader, path: &str, url: &Url) {
    if url.query().is_some() || url.fragment().is_some() || !url.username().is_empty() || url.password().is_some() {
        reader.problem(path, "must have no query, fragment or user name");
    }
    if url.scheme() == "http" && !is_loopback(url) {
        reader.problem(path, "must be https, because it is not on loopback");
    }
}
