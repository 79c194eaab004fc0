//! `/auth/back_channel_logout` and `/auth/front_channel_logout`: the provider ends a session.

use std::collections::BTreeSet;

use actix_web::http::header::{CACHE_CONTROL, CONTENT_SECURITY_POLICY, ContentType};
use actix_web::web::{Data, Payload};
use actix_web::{HttpRequest, HttpResponse, ResponseError as _};
use tracing::info;
use url::form_urlencoded;

use super::error::Error;
use super::fetch_context::FetchContext;
use super::form;
use crate::flows::IdentityWeb;
use crate::flows::hook_events::{EndReason, SessionEnd};
use crate::metrics;
use crate::session::actix::RequestSession;

/// The longest `sid` that is looked for, in bytes.
const MAX_SESSION_ID_BYTES: usize = 512;
const POLICY: &str = "default-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors";
const SIGNED_OUT: &str = "<!doctype html><html lang=\"en\"><title>Signed out</title><p>Signed out.</p></html>";

/// Ends sessions by a logout token: 200 if it is valid, also if no session is left to end; 400 if it is invalid; 503 if
/// the provider should try again (Back-Channel Logout section 2.8).
pub(super) async fn back_channel(
    request: HttpRequest,
    identity: Data<IdentityWeb>,
    body: Payload,
) -> Result<HttpResponse, Error> {
    let token = counted("back", logout_token(&request, body).await)?;
    let closed = counted("back", identity.back_channel_logout(&token).await.map_err(Error::from))?;
    info!(sessions = closed, "back-channel logout");
    metrics::provider_logout("back", "completed");
    Ok(HttpResponse::Ok().insert_header((CACHE_CONTROL, "no-store")).finish())
}

/// Counts a logout that failed.
fn counted<T>(channel: &'static str, outcome: Result<T, Error>) -> Result<T, Error> {
    outcome.inspect_err(|error| {
        let is_refused = error.status_code().is_client_error();
        metrics::provider_logout(channel, if is_refused { "refused" } else { "unavailable" });
    })
}

/// The one `logout_token` of the form; other parameters are ignored.
async fn logout_token(request: &HttpRequest, body: Payload) -> Result<String, Error> {
    let form = form::read(request, body).await?;
    let mut tokens = form_urlencoded::parse(form.as_bytes()).filter(|(name, _)| name == "logout_token");
    match (tokens.next(), tokens.next()) {
        (Some((_, token)), None) => Ok(token.into_owned()),
        _ => Err(Error::BadRequest("request-logout-token")),
    }
}

/// Ends the session that the provider names, in a frame on the provider's page. It needs no cookie, which browsers don't
/// send there; if one came along, it is removed.
pub(super) async fn front_channel(
    request: HttpRequest,
    identity: Data<IdentityWeb>,
    session: RequestSession,
) -> Result<HttpResponse, Error> {
    if FetchContext::from(&request).is_prefetch() {
        return Ok(HttpResponse::NoContent().finish());
    }
    let (issuer, session_ids) = read(request.query_string())?;
    let origins = identity.provider_origins(issuer.as_deref()).await?;
    let closed = identity.front_channel_logout(issuer.as_deref(), &session_ids).await.map_err(Error::from);
    let closed = counted("front", closed)?;
    let is_meant = closed == 0
        && FetchContext::from(&request).is_frame()
        && is_meant(&identity, &session, issuer.as_deref(), &session_ids).await?;
    if is_meant || is_gone(&identity, &session).await? {
        let ended = session.loaded()?.filter(|_| is_meant);
        session.sign_out().await?;
        if let Some(signed_in) = ended.as_ref().and_then(|ended| ended.record.signed_in.as_ref()) {
            identity.tell_session_end(SessionEnd::of(signed_in, EndReason::Provider)).await;
        }
    }
    info!(sessions = closed, "front-channel logout");
    metrics::provider_logout("front", "completed");
    let ancestors = origins.into_iter().collect::<Vec<_>>().join(" ");
    Ok(HttpResponse::Ok()
        .insert_header((CACHE_CONTROL, "no-store"))
        .insert_header((CONTENT_SECURITY_POLICY, format!("{POLICY} {ancestors}")))
        .content_type(ContentType::html())
        .body(SIGNED_OUT))
}

/// Whether the cookie says which session is meant: by a provider on our own site that sends no sid, or one that is cut off
/// at a character which it didn't encode.
async fn is_meant(
    identity: &IdentityWeb,
    session: &RequestSession,
    issuer: Option<&str>,
    session_ids: &BTreeSet<String>,
) -> Result<bool, Error> {
    let Some(loaded) = session.loaded()? else { return Ok(false) };
    let Some(signed_in) = &loaded.record.signed_in else { return Ok(false) };
    let own = signed_in.claims.session_id().unwrap_or_default();
    let is_named = session_ids.is_empty() || session_ids.iter().any(|id| own.starts_with(id.as_str()));
    Ok(is_named && identity.may_log_out(issuer, signed_in).await?)
}

/// Whether the session of the cookie that came along has just ended.
async fn is_gone(identity: &IdentityWeb, session: &RequestSession) -> Result<bool, Error> {
    let Some(loaded) = session.loaded()? else { return Ok(false) };
    Ok(identity.services().sessions.load_fresh(loaded.key()).await?.is_none())
}

/// Reads `iss` and `sid`. Some providers send `sid` without encoding, or escape the query as HTML: each reading of it is
/// tried.
fn read(query: &str) -> Result<(Option<String>, BTreeSet<String>), Error> {
    let (mut issuers, mut session_ids) = (Vec::new(), BTreeSet::new());
    let decoded = |pair: &str| form_urlencoded::parse(pair.as_bytes()).next().map(|(_, value)| value.into_owned());
    for pair in query.split('&') {
        let (name, raw) = pair.split_once('=').unwrap_or((pair, ""));
        match name.strip_prefix("amp;").unwrap_or(name) {
            "iss" => issuers.extend(decoded(pair)),
            "sid" => {
                let with_plus = decoded(&pair.replace('+', "%2B"));
                session_ids.extend([decoded(pair), with_plus, Some(raw.to_owned())].into_iter().flatten());
            }
            _ => {}
        }
    }
    session_ids.retain(|id| !id.is_empty());
    let is_too_long = |id: &String| id.len() > MAX_SESSION_ID_BYTES;
    if issuers.len() > 1 || session_ids.len() > 3 || session_ids.iter().any(is_too_long) {
        return Err(Error::BadRequest("request-logout-session"));
    }
    Ok((issuers.pop(), session_ids))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_reading_of_a_session_id_is_tried() {
        let ids = |query: &str| read(query).unwrap().1.into_iter().collect::<Vec<_>>();
        assert_eq!(ids("iss=https%3A%2F%2Fop.example&sid=plain"), ["plain"]);
        assert_eq!(ids("sid=a%20b"), ["a b", "a%20b"]);
        assert_eq!(ids("sid=a+b"), ["a b", "a+b"]);
        assert_eq!(ids("iss=x&amp;sid=50%"), ["50%"]);
        assert_eq!(ids("sid="), Vec::<String>::new());
        assert_eq!(ids(""), Vec::<String>::new());
        assert_eq!(read("iss=a%2Fb&sid=s").unwrap().0.as_deref(), Some("a/b"));
        for refused in ["iss=a&iss=b&sid=s", "sid=a&sid=b&sid=c&sid=d", &format!("sid={}", "x".repeat(513))] {
            assert!(read(refused).is_err(), "{refused}");
        }
    }
}
