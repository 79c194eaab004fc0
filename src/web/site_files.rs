//! The small files that browsers and crawlers ask a site for.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use actix_web::http::header::{CACHE_CONTROL, LOCATION};
use actix_web::web::{Data, ServiceConfig, get};
use actix_web::{HttpRequest, HttpResponse, HttpResponseBuilder};
use serde_json::json;
use url::Url;

use super::assets::Assets;
use super::error::Error;
use super::sign_in;
use super::views::{DEFAULT_NAME, SiteSettings};
use crate::clock::Clock;
use crate::entra::account::change_password_page;
use crate::flows::IdentityWeb;

/// The colour of the header, in the light scheme.
const THEME_COLOR: &str = "#ffffff";
const BACKGROUND_COLOR: &str = "#f4f6fa";
const FAVICON: &[u8] = include_bytes!("../../static/favicon.ico");
const SECURITY_TEXT: &str = "/.well-known/security.txt";
/// Less than a year, as RFC 9116 section 2.5.5 recommends.
const SECURITY_TEXT_VALID: Duration = Duration::from_hours(364 * 24);
const A_DAY: &str = "public, max-age=86400";

/// What the small files say of the site.
#[derive(Clone)]
pub struct SiteFiles {
    manifest: Arc<str>,
    robots: Arc<str>,
    security: Option<Arc<SecurityText>>,
    change_password_url: Option<Url>,
}

/// What `/.well-known/security.txt` says (RFC 9116).
struct SecurityText {
    contact: Url,
    canonical: String,
    clock: Clock,
}

impl fmt::Display for SecurityText {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let expires = self.clock.now().plus(SECURITY_TEXT_VALID).rfc3339();
        write!(f, "Contact: {}\nExpires: {expires}\nCanonical: {}\n", self.contact, self.canonical)
    }
}

impl SiteFiles {
    /// Makes the files of a site with these settings and icons.
    pub(crate) fn new(identity: &IdentityWeb, settings: &SiteSettings, assets: &Assets) -> Self {
        let (site, name) = (&identity.services().site, settings.name.as_deref().unwrap_or(DEFAULT_NAME));
        let icon = |file: &str, sizes: &str, media_type: &str| {
            assets.url(file).map(|src| json!({"src": site.path(&src), "sizes": sizes, "type": media_type}))
        };
        let icons: Vec<_> =
            [icon("favicon.svg", "any", "image/svg+xml"), icon("apple-touch-icon.png", "180x180", "image/png")]
                .into_iter()
                .flatten()
                .collect();
        let manifest = json!({
            "name": name, "short_name": name, "start_url": site.path("/"), "scope": site.path("/"), "display": "minimal-ui",
            "theme_color": THEME_COLOR, "background_color": BACKGROUND_COLOR, "icons": icons,
        });
        // The routes of a sign-in aren't for crawlers.
        let robots = format!("User-agent: *\nDisallow: {}/\n", site.path(&site.endpoints.prefix));
        let security = settings.security_contact.clone().map(|contact| {
            let canonical = site.absolute(SECURITY_TEXT);
            Arc::new(SecurityText { contact, canonical, clock: identity.services().clock.clone() })
        });
        let change_password_url = settings.change_password_url.clone();
        Self { manifest: manifest.to_string().into(), robots: robots.into(), security, change_password_url }
    }

    /// Serves them.
    pub fn routes(&self) -> impl FnOnce(&mut ServiceConfig) + use<> {
        let files = Data::new(self.clone());
        move |service| {
            if files.security.is_some() {
                service.route(SECURITY_TEXT, get().to(security));
            }
            service
                .app_data(files)
                .route("/favicon.ico", get().to(favicon))
                .route("/robots.txt", get().to(robots))
                .route("/site.webmanifest", get().to(manifest));
        }
    }
}

fn cacheable() -> HttpResponseBuilder {
    let mut response = HttpResponse::Ok();
    response.insert_header((CACHE_CONTROL, A_DAY));
    response
}

async fn favicon() -> HttpResponse {
    cacheable().content_type("image/x-icon").body(FAVICON)
}

async fn robots(files: Data<SiteFiles>) -> HttpResponse {
    cacheable().content_type("text/plain; charset=utf-8").body(files.robots.to_string())
}

async fn security(files: Data<SiteFiles>) -> Option<HttpResponse> {
    let text = files.security.as_ref()?.to_string();
    Some(cacheable().content_type("text/plain; charset=utf-8").body(text))
}

async fn manifest(files: Data<SiteFiles>) -> HttpResponse {
    cacheable().content_type("application/manifest+json").body(files.manifest.to_string())
}

/// `GET /.well-known/change-password` (W3C): where users change their password: at the URL of the settings, or at the
/// provider. At B2C it begins the policy that resets it.
pub(super) async fn change_password(
    request: HttpRequest,
    identity: Data<IdentityWeb>,
    files: Data<SiteFiles>,
) -> Result<HttpResponse, Error> {
    let to = |page: &str| Ok(HttpResponse::SeeOther().insert_header((LOCATION, page)).finish());
    if let Some(page) = &files.change_password_url {
        return to(page.as_str());
    }
    let services = identity.services();
    if services.providers.password.is_some() {
        return sign_in::reset_password(&request, &identity).await;
    }
    let page =
        change_password_page(&services.providers.default.provider.settings().authority).ok_or(Error::NotFound)?;
    to(page)
}
