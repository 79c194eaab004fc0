//! The built-in stylesheet and script, for the pages of applications that have none of their own.

use std::sync::Arc;

use actix_web::http::header::{CACHE_CONTROL, CONTENT_TYPE, ETAG, EntityTag, IfNoneMatch};
use actix_web::web::{Bytes, Data};
use actix_web::{HttpMessage as _, HttpRequest, HttpResponse};
use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use ring::digest::{Digest, SHA256, digest};

use super::views::{Accent, Views};
use crate::flows::{IdentityWeb, Site};

const STYLESHEET: &str = "site.css";
/// Their paths, below the prefix of our routes.
pub(super) const STYLESHEET_PATH: &str = "/site.css";
pub(super) const SCRIPT_PATH: &str = "/site.js";
const ICON: &str = "favicon.svg";
/// The icon's ground, in `static/favicon.svg`.
const ICON_FILL: &str = "#3567d6";
/// The URL has the version.
const FOREVER: &str = "public, max-age=31536000, immutable";

/// Returns a file of the site with the site's colour, where it has it.
pub(super) fn with_accent(name: &str, mut content: Vec<u8>, accent: Option<Accent>) -> Vec<u8> {
    match (name, accent) {
        (STYLESHEET, Some(accent)) => content.extend_from_slice(accent.rule().as_bytes()),
        (ICON, Some(accent)) => {
            content = String::from_utf8_lossy(&content).replace(ICON_FILL, &accent.to_string()).into_bytes();
        }
        _ => {}
    }
    content
}

/// The hash of a file's content.
pub(super) struct ContentHash(Digest);

impl ContentHash {
    pub(super) fn of(content: &[u8]) -> Self {
        Self(digest(&SHA256, content))
    }

    /// Returns what a URL that is cached forever has of it.
    pub(super) fn version(&self) -> String {
        URL_SAFE_NO_PAD.encode(&self.0.as_ref()[..9])
    }

    /// Returns the value of the attribute `integrity` (Subresource Integrity section 3.5), also a source of `script-src`.
    pub(super) fn integrity(&self) -> String {
        format!("sha256-{}", STANDARD.encode(self.0))
    }
}

/// The stylesheet and the script.
#[derive(Clone)]
pub(super) struct BuiltInFiles([File; 2]);

#[derive(Clone)]
struct File {
    /// Below the prefix of our routes.
    path: &'static str,
    content_type: &'static str,
    content: Bytes,
    version: Arc<str>,
    integrity: Arc<str>,
}

impl File {
    fn new(
        name: &'static str,
        path: &'static str,
        content_type: &'static str,
        text: &str,
        accent: Option<Accent>,
    ) -> Self {
        let content = with_accent(name, text.into(), accent);
        let hash = ContentHash::of(&content);
        let (version, integrity) = (hash.version().into(), hash.integrity().into());
        Self { path, content_type, content: content.into(), version, integrity }
    }

    fn url(&self, site: &Site) -> String {
        format!("{}{}{}?v={}", site.base(), site.endpoints.prefix, self.path, self.version)
    }

    fn respond(&self, request: &HttpRequest) -> HttpResponse {
        let etag = EntityTag::new_strong(self.version.to_string());
        let is_known = match request.get_header::<IfNoneMatch>() {
            Some(IfNoneMatch::Items(tags)) => tags.iter().any(|tag| tag.weak_eq(&etag)),
            Some(IfNoneMatch::Any) => true,
            None => false,
        };
        let mut response = if is_known { HttpResponse::NotModified() } else { HttpResponse::Ok() };
        let is_current = request.query_string().strip_prefix("v=") == Some(&self.version);
        response.insert_header((CACHE_CONTROL, if is_current { FOREVER } else { "no-cache" }));
        response.insert_header((ETAG, etag)).insert_header((CONTENT_TYPE, self.content_type));
        if is_known { response.finish() } else { response.body(self.content.clone()) }
    }
}

impl BuiltInFiles {
    /// Returns the files, in the site's colour.
    pub(super) fn new(accent: Option<Accent>) -> Self {
        let (css, js) = (include_str!("../../static/site.css"), include_str!("../../static/site.js"));
        Self([
            File::new(STYLESHEET, STYLESHEET_PATH, "text/css; charset=utf-8", css, accent),
            File::new("site.js", SCRIPT_PATH, "text/javascript; charset=utf-8", js, accent),
        ])
    }

    /// Returns the stylesheet's URL, with the version that makes it cacheable forever.
    pub(super) fn stylesheet_url(&self, site: &Site) -> String {
        self.0[0].url(site)
    }

    /// Returns the script's URL, likewise.
    pub(super) fn script_url(&self, site: &Site) -> String {
        self.0[1].url(site)
    }

    /// Returns the value of the script's attribute `integrity`.
    pub(super) fn script_integrity(&self) -> String {
        self.0[1].integrity.to_string()
    }
}

/// `GET {prefix}/site.css`.
pub(super) async fn stylesheet(request: HttpRequest, identity: Data<IdentityWeb>) -> HttpResponse {
    views(&request, &identity).files().0[0].respond(&request)
}

/// `GET {prefix}/site.js`.
pub(super) async fn script(request: HttpRequest, identity: Data<IdentityWeb>) -> HttpResponse {
    views(&request, &identity).files().0[1].respond(&request)
}

/// Returns the pages that name the file.
fn views(request: &HttpRequest, identity: &IdentityWeb) -> Arc<Views> {
    Views::of(request).unwrap_or_else(|| identity.views())
}
