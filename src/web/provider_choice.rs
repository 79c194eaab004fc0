//! Which provider a sign-in begins at: by the request's parameters, or by the user's choice on a page.

use std::collections::BTreeMap;

use actix_web::http::StatusCode;
use actix_web::http::header::{CACHE_CONTROL, HeaderValue};
use actix_web::{HttpRequest, HttpResponse};
use serde::Serialize;
use tera::Context;
use url::form_urlencoded::Serializer;

use super::error::Error;
use super::views::Page;
use crate::flows::target::Target;
use crate::flows::{ClientRegistration, IdentityWeb, Site};
use crate::session::record::SignedIn;

/// The part of the callback's path that names the provider. An application's own pattern around our routes hardly has it.
pub(super) const PATH_PARAMETER: &str = "identity_web_provider";

/// Returns the provider that a request for a sign-in names: by `iss` (OpenID Connect Core section 4) or `provider`, or by the
/// e-mail domain in `login_hint` or `domain_hint`. `asked_by` is the signed-in user who is asked something more. `None` if
/// the user must choose.
///
/// # Errors
/// It names no provider of ours, or the issuers of ours aren't known yet.
pub(super) async fn named<'a>(
    identity: &'a IdentityWeb,
    query: &BTreeMap<String, String>,
    asked_by: Option<&SignedIn>,
) -> Result<Option<&'a ClientRegistration>, Error> {
    let providers = &identity.services().providers;
    let unknown = Error::BadRequest("request-unknown-provider");
    let named = query.get("provider").map(|name| providers.by_name(name).ok_or(unknown)).transpose()?;
    if let Some(issuer) = query.get("iss") {
        return Ok(Some(identity.initiating_provider(issuer, named).await?));
    }
    if let Some(signed_in) = asked_by {
        let own = identity.provider_of(signed_in)?;
        return Ok(Some(if providers.is_of_default(own) { &providers.default } else { own }));
    }
    let mut hints = ["login_hint", "domain_hint"].into_iter().filter_map(|name| query.get(name));
    let by_domain = || hints.find_map(|hint| providers.of_address(hint));
    let only = Some(&providers.default).filter(|_| providers.named.is_empty());
    Ok(named.or_else(by_domain).or(only))
}

/// Returns the provider whose redirect URI a request came to.
///
/// # Errors
/// [`Error::NotFound`].
pub(super) fn of_redirect_uri<'a>(
    request: &HttpRequest,
    identity: &'a IdentityWeb,
) -> Result<&'a ClientRegistration, Error> {
    let providers = &identity.services().providers;
    match request.match_info().get(PATH_PARAMETER) {
        Some(name) => providers.named(name).ok_or(Error::NotFound),
        None => Ok(&providers.default),
    }
}

#[derive(Serialize)]
struct Choice<'a> {
    display_name: &'a str,
    url: String,
}

/// A hidden field of the page's form.
#[derive(Serialize)]
struct Field<'a> {
    name: &'a str,
    value: &'a str,
}

/// Returns the parameters of a request for a sign-in that the user's choice must keep.
pub(super) fn kept(
    site: &Site,
    passed_on: &BTreeMap<String, String>,
    target: &Target,
    query: &BTreeMap<String, String>,
) -> BTreeMap<String, String> {
    let mut kept = passed_on.clone();
    kept.insert("post_sign_in_url".to_owned(), site.path(target.as_str()));
    kept.extend(query.get("interaction").map(|sealed| ("interaction".to_owned(), sealed.clone())));
    kept
}

/// Shows the page on which users choose a provider, with the parameters that are kept.
pub(super) fn page(
    request: &HttpRequest,
    identity: &IdentityWeb,
    kept: &BTreeMap<String, String>,
) -> Result<HttpResponse, Error> {
    let (providers, site) = (&identity.services().providers, &identity.services().site);
    let sign_in = site.path(&site.endpoints.sign_in);
    let choice = |registration| {
        let mut query = Serializer::new(String::new());
        query.append_pair("provider", providers.name_of(registration)).extend_pairs(kept);
        Choice { display_name: &registration.display_name, url: format!("{sign_in}?{}", query.finish()) }
    };
    let mut context = Context::new();
    context.insert("choices", &providers.to_choose().map(choice).collect::<Vec<_>>());
    context.insert("asks_for_address", &providers.to_choose().any(|one| !one.domains.is_empty()));
    context.insert("address", kept.get("login_hint").map_or("", String::as_str));
    let fields = kept.iter().filter(|(name, _)| *name != "login_hint").map(|(name, value)| Field { name, value });
    context.insert("fields", &fields.collect::<Vec<_>>());
    context.insert("account_unknown", &true); // The page offers to sign in already.
    let mut page = Page::of(request)?.render(StatusCode::OK, "choose_provider.html", "sign-in", None, context)?;
    page.headers_mut().insert(CACHE_CONTROL, HeaderValue::from_static("private, no-store"));
    Ok(page)
}
