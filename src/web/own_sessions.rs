//! `/sessions`: where a user is signed in, with a button to end each session.

use std::cmp::Reverse;

use actix_web::http::StatusCode;
use actix_web::http::header::LOCATION;
use actix_web::web::{Data, Payload};
use actix_web::{HttpRequest, HttpResponse};
use serde::Serialize;
use tera::Context;

use super::error::Error;
use super::fetch_context::FetchContext;
use super::form;
use super::identity::Identity;
use super::relative_time::RelativeTime;
use super::sign_in::pairs;
use super::sign_out::sign_out;
use super::texts::Texts;
use super::views::Page;
use crate::clock::Timestamp;
use crate::flows::IdentityWeb;
use crate::flows::hook_events::{EndReason, SessionEnd};
use crate::session::actix::RequestSession;
use crate::session::device::Device;
use crate::session::error::StoreError;
use crate::session::index::ListedSession;
use crate::session::record::SessionLimits;

/// How many other sessions the page shows.
const MAX_ROWS: usize = 100;

/// What a button has done, which the page says after the redirect.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Outcome {
    Ended,
    /// Also if the session is another user's: nothing tells whether it exists.
    Gone,
    OthersEnded,
}

impl Outcome {
    const ALL: [Self; 3] = [Self::Ended, Self::Gone, Self::OthersEnded];

    /// The value of the parameter `ended`.
    fn parameter(self) -> &'static str {
        match self {
            Self::Ended => "1",
            Self::Gone => "0",
            Self::OthersEnded => "others",
        }
    }

    /// Its message, in `locales`.
    fn message(self) -> &'static str {
        match self {
            Self::Ended => "sessions-outcome-ended",
            Self::Gone => "sessions-outcome-gone",
            Self::OthersEnded => "sessions-outcome-others-ended",
        }
    }

    fn of_query(query: &str) -> Option<Self> {
        let named = |outcome: &Self| query.strip_prefix("ended=") == Some(outcome.parameter());
        Self::ALL.into_iter().find(named)
    }

    fn redirect(self, identity: &IdentityWeb) -> HttpResponse {
        let path = identity.services().site.path("/sessions");
        let location = format!("{path}?ended={}", self.parameter());
        HttpResponse::SeeOther().insert_header((LOCATION, location)).finish()
    }
}

/// A session, for the template.
#[derive(Serialize)]
struct Row {
    id: String,
    device: String,
    kind: &'static str,
    /// Whether it is the session of this request.
    current: bool,
    signed_in: RelativeTime,
    used: RelativeTime,
    ends: RelativeTime,
    /// Whether using the session puts off its end.
    ends_unless_used: bool,
}

impl Row {
    fn of(session: ListedSession, current: &str, limits: &SessionLimits, now: Timestamp, texts: &Texts) -> Self {
        let (current, idle_end) = (session.id == current, session.used_at.plus(limits.idle_timeout));
        // This session is in use.
        let ends_unless_used = !current && idle_end < session.ends_at;
        Self {
            device: in_words(&session.device, texts),
            kind: kind(&session.device),
            current,
            signed_in: RelativeTime::ago(session.began_at, now, texts),
            used: RelativeTime::ago(session.used_at, now, texts),
            ends: RelativeTime::ahead(if ends_unless_used { idle_end } else { session.ends_at }, now, texts),
            ends_unless_used,
            id: session.id,
        }
    }
}

fn in_words(device: &Device, texts: &Texts) -> String {
    let unknown = || texts.text("sessions-unknown-browser").into_owned();
    let browser = device.browser.clone().unwrap_or_else(unknown);
    match &device.system {
        Some(system) => texts.with_both("sessions-device", ("browser", &browser), ("system", system)),
        None => browser,
    }
}

/// Returns which icon stands for a device.
fn kind(device: &Device) -> &'static str {
    match (device.system.as_deref(), &device.browser) {
        (Some("iOS" | "iPadOS" | "Android" | "HarmonyOS"), _) => "phone",
        (Some(_), _) => "computer",
        (None, Some(_)) => "program",
        (None, None) => "unknown",
    }
}

/// The session of this request, as a list shows it, but for its device. It is in use now.
fn current(session: &RequestSession, identity: &IdentityWeb) -> Result<ListedSession, Error> {
    let (loaded, services) = (session.loaded()?.ok_or(StoreError::Ended)?, identity.services());
    let record = &loaded.record;
    Ok(ListedSession {
        id: loaded.key().hash(),
        began_at: record.began_at,
        used_at: services.clock.now(),
        ends_at: record.began_at.plus(services.sessions.limits().absolute_timeout),
        device: Device::default(),
    })
}

/// The user's other sessions, the last used first. This one gets its device.
async fn others(
    identity: &IdentityWeb,
    user: &Identity,
    current: &mut ListedSession,
) -> Result<Vec<ListedSession>, Error> {
    let (device, mut others) = identity.services().sessions.list_beside(user.into(), &current.id).await?;
    current.device = device;
    others.sort_by_key(|session| Reverse(session.used_at));
    Ok(others)
}

/// `GET /sessions`: the user's sessions, this one first.
pub(super) async fn list(
    request: HttpRequest,
    identity: Data<IdentityWeb>,
    session: RequestSession,
    user: Identity,
    page: Page,
) -> Result<HttpResponse, Error> {
    let services = identity.services();
    let (limits, now) = (services.sessions.limits(), services.clock.now());
    let mut current = current(&session, &identity)?;
    let (id, others) = (current.id.clone(), others(&identity, &user, &mut current).await?);
    let hidden = others.len().saturating_sub(MAX_ROWS);
    let shown = std::iter::once(current).chain(others.into_iter().take(MAX_ROWS));
    let rows: Vec<_> = shown.map(|session| Row::of(session, &id, limits, now, page.texts())).collect();
    let outcome = Outcome::of_query(request.query_string()).map(|outcome| page.texts().text(outcome.message()));
    let mut context = Context::new();
    context.insert("outcome", &outcome);
    context.insert("sessions", &rows);
    context.insert("hidden", &hidden);
    // A screen reader reads the title first.
    let title = page.texts().text("your-sessions");
    let title = outcome.map_or_else(|| title.to_string(), |outcome| format!("{outcome} · {title}"));
    page.render(StatusCode::OK, "sessions.html", &title, Some(user.signed_in()), context)
}

/// `POST /sessions/{id}/end`: ends one of the user's sessions. Ending this one signs out.
pub(super) async fn end(
    request: HttpRequest,
    identity: Data<IdentityWeb>,
    session: RequestSession,
    user: Result<Identity, Error>,
) -> Result<HttpResponse, Error> {
    FetchContext::from(&request).require_same_origin(&identity.services().site.public_url)?;
    let user = user?;
    let id = request.match_info().get("id").unwrap_or_default();
    if id == current(&session, &identity)?.id {
        return sign_out(&identity, &session).await;
    }
    let ended = identity.services().sessions.end((&user).into(), id).await?;
    told(&identity, &user, ended.into()).await;
    Ok(if ended { Outcome::Ended } else { Outcome::Gone }.redirect(&identity))
}

/// `POST /sessions/end_all`: ends all of the user's sessions or, with `keep=this`, all but this one.
pub(super) async fn end_all(
    request: HttpRequest,
    identity: Data<IdentityWeb>,
    session: RequestSession,
    user: Result<Identity, Error>,
    body: Payload,
) -> Result<HttpResponse, Error> {
    FetchContext::from(&request).require_same_origin(&identity.services().site.public_url)?;
    let user = user?;
    let form = pairs(&form::read(&request, body).await?)?;
    if !form.iter().any(|(name, value)| name == "keep" && value == "this") {
        let ended = identity.services().sessions.close_of((&user).into(), None).await?;
        // The sign-out says that this one has ended.
        told(&identity, &user, ended.saturating_sub(1)).await;
        return sign_out(&identity, &session).await;
    }
    let mut current = current(&session, &identity)?;
    let mut ended = 0;
    for other in others(&identity, &user, &mut current).await? {
        ended += usize::from(identity.services().sessions.end((&user).into(), &other.id).await?);
    }
    told(&identity, &user, ended).await;
    Ok(Outcome::OthersEnded.redirect(&identity))
}

/// Tells the application that the user has ended sessions of theirs.
async fn told(identity: &IdentityWeb, user: &Identity, sessions: usize) {
    let (issuer, subject) = user.key();
    identity.tell_session_end(SessionEnd::of_user(issuer, subject, EndReason::User, sessions)).await;
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;
    use crate::web::texts::ENGLISH_TEXTS;

    #[test]
    fn a_row_says_what_ends_the_session_first() {
        let (idle_timeout, absolute_timeout) = (Duration::from_hours(1), Duration::from_hours(8));
        let limits = SessionLimits { idle_timeout, absolute_timeout, bytes: 0, cache_bytes: 0 };
        let row = |used_at, now, current| {
            let ends_at = Timestamp(0).plus(absolute_timeout);
            let (began_at, device) = (Timestamp(0), Device::default());
            let session = ListedSession { id: "a".to_owned(), began_at, used_at: Timestamp(used_at), ends_at, device };
            let row = Row::of(session, current, &limits, Timestamp(now), &ENGLISH_TEXTS);
            (row.ends.relative, row.ends_unless_used)
        };
        assert_eq!(row(600, 1200, "b"), ("in 50 minutes".to_owned(), true));
        assert_eq!(row(600, 1200, "a"), ("in 8 hours".to_owned(), false), "it is in use");
        assert_eq!(row(7 * 3600 + 60, 7 * 3600 + 120, "b"), ("in 58 minutes".to_owned(), false));
    }

    #[test]
    fn a_device_reads_well() {
        let device = |browser: &str, system: &str| {
            let known = |word: &str| Some(word.to_owned()).filter(|word| !word.is_empty());
            let device = Device { browser: known(browser), system: known(system) };
            (in_words(&device, &ENGLISH_TEXTS), kind(&device))
        };
        for (browser, system, words, icon) in [
            ("Firefox", "Windows", "Firefox on Windows", "computer"),
            ("Safari", "iOS", "Safari on iOS", "phone"),
            ("curl", "", "curl", "program"),
            ("", "Linux", "Unknown browser on Linux", "computer"),
            ("", "", "Unknown browser", "unknown"),
        ] {
            assert_eq!(device(browser, system), (words.to_owned(), icon));
        }
    }
}
