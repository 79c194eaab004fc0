//! The small files that browsers and crawlers ask a site for.

use std::sync::Arc;

use actix_web::http::header::{CACHE_CONTROL, LOCATION};
use actix_web::web::{Data, ServiceConfig, get};
use actix_web::{HttpRequest, HttpResponse, HttpResponseBuilder};
use serde_json::json;

use super::assets::Assets;
use super::error::Error;
use super::sign_in;
use crate::entra::account::change_password_page;
use crate::flows::IdentityWeb;

/// The colour of the header, in the light scheme.
const THEME_COLOR: &str = "#ffffff";
const BACKGROUND_COLOR: &str = "#f4f6fa";
const FAVICON: &[u8] = include_bytes!("../../static/favicon.ico");
const A_DAY: &str = "public, max-age=86400";

/// What the small files say of the site.
#[derive(Clone)]
pub struct SiteFiles {
    manifest: Arc<str>,
    robots: Arc<str>,
}

impl SiteFiles {
    /// Makes the files of a site with this name and these icons.
    pub(crate) fn new(identity: &IdentityWeb, name: &str, assets: &Assets) -> Self {
        let site = &identity.services().site;
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
        Self { manifest: manifest.to_string().into(), robots: robots.into() }
    }

    /// Serves them.
    pub fn routes(&self) -> impl FnOnce(&mut ServiceConfig) + use<> {
        let files = Data::new(self.clone());
        move |service| {
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

async fn manifest(files: Data<SiteFiles>) -> HttpResponse {
    cacheable().content_type("application/manifest+json").body(files.manifest.to_string())
}

/// `GET /.well-known/change-password` (W3C): where users change their password, at the provider. At B2C it begins the
/// policy that resets it.
pub(super) async fn change_password(request: HttpRequest, identity: Data<IdentityWeb>) -> Result<HttpResponse, Error> {
    let services = identity.services();
    if services.providers.password.is_some() {
        return sign_in::reset_password(&request, &identity).await;
    }
    let page =
        change_password_page(&services.providers.default.provider.settings().authority).ok_or(Error::NotFound)?;
    Ok(HttpResponse::SeeOther().insert_header((LOCATION, page)).finish())
}
