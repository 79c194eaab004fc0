//! `/auth/sign_out` and `/auth/post_sign_out`.

use std::sync::Arc;

use actix_session::Session;
use actix_web::http::StatusCode;
use actix_web::http::header::LOCATION;
use actix_web::web::{Data, ReqData};
use actix_web::{HttpRequest, HttpResponse};
use tera::Context;

use super::error::Error;
use super::fetch_context::FetchContext;
use super::identity::{Identity, MaybeIdentity};
use super::views::Views;
use crate::flows::IdentityWeb;

/// Asks; or does it at once for a person who followed a link on a page of ours.
pub(super) async fn confirm(
    request: HttpRequest,
    identity: Data<IdentityWeb>,
    session: Session,
    user: MaybeIdentity,
    views: ReqData<Arc<Views>>,
) -> Result<HttpResponse, Error> {
    if FetchContext::from(&request).is_own_link() {
        return sign_out(&identity, &session, user).await;
    }
    let signed_in = user.identity().map(Identity::signed_in);
    views.page(StatusCode::OK, "sign_out.html", "Sign out", signed_in, Context::new())
}

/// Signs out.
pub(super) async fn end(
    request: HttpRequest,
    identity: Data<IdentityWeb>,
    session: Session,
    user: MaybeIdentity,
) -> Result<HttpResponse, Error> {
    if !FetchContext::from(&request).is_same_origin(&identity.services().public_url) {
        return Err(Error::CrossSite);
    }
    sign_out(&identity, &session, user).await
}

/// Ends the session here, then at the provider. The middleware ends it in the store before this answer is sent, and
/// sends 503 in its place where it can't.
async fn sign_out(identity: &IdentityWeb, session: &Session, user: MaybeIdentity) -> Result<HttpResponse, Error> {
    session.purge();
    let at_provider = match user.identity() {
        Some(user) => identity.end(user.signed_in()).await,
        None => None,
    };
    let landing = || format!("{}?local", identity.services().endpoints.post_sign_out);
    let location = at_provider.map_or_else(landing, String::from);
    Ok(HttpResponse::SeeOther().insert_header((LOCATION, location)).finish())
}

/// Where the provider sends the browser afterwards. It takes any `state`: there is nothing left to protect.
pub(super) async fn landing(
    request: HttpRequest,
    user: Result<MaybeIdentity, Error>,
    views: ReqData<Arc<Views>>,
) -> Result<HttpResponse, Error> {
    let mut context = Context::new();
    context.insert("provider_signed_out", &(request.query_string() != "local"));
    let user = user.ok();
    let signed_in = user.as_ref().and_then(MaybeIdentity::identity).map(Identity::signed_in);
    views.page(StatusCode::OK, "post_sign_out.html", "Signed out", signed_in, context)
}
