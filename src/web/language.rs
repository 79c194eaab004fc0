//! `POST {prefix}/language`: the user's choice of a language, kept in a cookie.

use actix_web::cookie::time::Duration;
use actix_web::http::header::{LOCATION, REFERER};
use actix_web::web::{Data, Payload};
use actix_web::{HttpRequest, HttpResponse};

use super::cookies;
use super::error::Error;
use super::fetch_context::FetchContext;
use super::form;
use super::sign_in::pairs;
use super::views::{Views, language_cookie_name};
use crate::flows::IdentityWeb;
use crate::flows::target::Target;

/// Its path, below the prefix of our routes.
pub(super) const LANGUAGE_PATH: &str = "/language";
const PARAMETER: &str = "language";
const KEPT: Duration = Duration::days(365);

/// Keeps the choice, and leads back to the page it was made on; from pages below our own prefix to the home page, because
/// loading one of those again may do something.
pub(super) async fn choose(
    request: HttpRequest,
    identity: Data<IdentityWeb>,
    body: Payload,
) -> Result<HttpResponse, Error> {
    let site = &identity.services().site;
    FetchContext::from(&request).require_same_origin(&site.public_url)?;
    let form = pairs(&form::read(&request, body).await?)?;
    let chosen = form.iter().find(|(name, _)| name == PARAMETER).map(|(_, tag)| tag.as_str());
    let views = Views::of(&request).unwrap_or_else(|| identity.views());
    let tag = chosen.and_then(|tag| views.offered(tag)).ok_or(Error::BadRequest("request-language"))?;
    let mut cookie = cookies::of_site(site, language_cookie_name(site), Some(tag.to_owned()));
    cookie.set_max_age(KEPT);
    let referer = request.headers().get(REFERER).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let target = Target::parse_absolute(referer, &site.public_url, &site.endpoints.prefix);
    let location = (LOCATION, site.path(target.as_str()));
    Ok(HttpResponse::SeeOther().insert_header(location).cookie(cookie).finish())
}
