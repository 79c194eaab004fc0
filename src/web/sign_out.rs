//! `/auth/sign_out` and `/auth/post_sign_out`.

use actix_web::http::StatusCode;
use actix_web::http::header::LOCATION;
use actix_web::web::Data;
use actix_web::{HttpRequest, HttpResponse};
use tera::Context;
use url::form_urlencoded;

use super::error::Error;
use super::fetch_context::FetchContext;
use super::headers::{PROVIDER_DATA_BYTES, provider_data};
use super::identity::{Identity, MaybeIdentity};
use super::views::Page;
use crate::flows::IdentityWeb;
use crate::flows::hook_events::{EndReason, SessionEnd};
use crate::session::actix::RequestSession;
use crate::session::record::SignedIn;

/// Asks for confirmation; or signs out at once if the user followed a link on a page of ours.
pub(super) async fn confirm(
    request: HttpRequest,
    identity: Data<IdentityWeb>,
    session: RequestSession,
    user: Result<MaybeIdentity, Error>,
    page: Page,
) -> Result<HttpResponse, Error> {
    if FetchContext::from(&request).is_own_link() {
        return sign_out(&identity, &session).await;
    }
    let user = user?;
    let signed_in = user.identity().map(Identity::signed_in);
    page.render(StatusCode::OK, "sign_out.html", "sign-out", signed_in, Context::new())
}

/// Signs out.
pub(super) async fn end(
    request: HttpRequest,
    identity: Data<IdentityWeb>,
    session: RequestSession,
) -> Result<HttpResponse, Error> {
    FetchContext::from(&request).require_same_origin(&identity.services().site.public_url)?;
    sign_out(&identity, &session).await
}

/// Ends the session here, whatever is stored of it, and then sends the browser to end it at the provider.
pub(super) async fn sign_out(identity: &IdentityWeb, session: &RequestSession) -> Result<HttpResponse, Error> {
    let ended = session.loaded().ok().flatten();
    session.sign_out().await?;
    let location = match ended.as_ref().and_then(|ended| ended.record.signed_in.as_ref()) {
        Some(signed_in) => {
            identity.revoke_tokens(signed_in);
            identity.tell_sign_out(signed_in).await;
            identity.tell_session_end(SessionEnd::of(signed_in, EndReason::User)).await;
            at_provider(identity, signed_in).await
        }
        None => None,
    };
    let site = &identity.services().site;
    let landing = || format!("{}?local", site.path(&site.endpoints.post_sign_out));
    Ok(HttpResponse::SeeOther().insert_header((LOCATION, location.unwrap_or_else(landing))).finish())
}

/// Where to end the session at the provider. A URL that is too long for a header is made without hints.
async fn at_provider(identity: &IdentityWeb, signed_in: &SignedIn) -> Option<String> {
    let url = identity.end_at_provider(signed_in, true).await?;
    let fits = provider_data("location", url.as_str(), PROVIDER_DATA_BYTES).is_some();
    let url = if fits { url } else { identity.end_at_provider(signed_in, false).await? };
    Some(url.into())
}

/// Where the provider sends the browser afterwards. Any `state` is accepted: there is nothing left to protect.
pub(super) async fn landing(
    request: HttpRequest,
    user: Result<MaybeIdentity, Error>,
    page: Page,
) -> Result<HttpResponse, Error> {
    let query = request.query_string();
    // The provider returns the state that we sent it. Without one, nothing is known of how the browser came here.
    let returned = form_urlencoded::parse(query.as_bytes()).any(|(name, _)| name == "state");
    let mut context = Context::new();
    context.insert("provider_signed_out", &returned);
    context.insert("signed_out_here", &(returned || query == "local"));
    let user = user.ok();
    let signed_in = user.as_ref().and_then(MaybeIdentity::identity).map(Identity::signed_in);
    page.render(StatusCode::OK, "post_sign_out.html", "signed-out", signed_in, context)
}
