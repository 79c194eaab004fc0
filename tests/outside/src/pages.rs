//! What users see.

use actix_session::Session;
use actix_web::web::{Data, Json};
use actix_web::{HttpRequest, HttpResponse, Responder};
use identity_web::views::{ErrorText, Views};
use identity_web::{AccessToken, ApiScopes, Error, Identity, IdentityWeb, MaybeIdentity};
use serde_json::{Value, json};

use crate::board::Board;

/// The page of an error, as plain text. Nothing in `ErrorText` is secret, but it isn't HTML.
pub fn error(_: &HttpRequest, error: &ErrorText) -> HttpResponse {
    let text = format!("{}\n{}\nReference: {}\n", error.title, error.explanation, error.correlation_id);
    HttpResponse::build(error.status).content_type("text/plain; charset=utf-8").body(text)
}

/// The home page, which works signed out too.
pub async fn home(user: MaybeIdentity) -> impl Responder {
    user.identity().map_or_else(|| "Please sign in".to_owned(), |user| format!("Hello {}", user.name()))
}

/// The board, in the application's own layout.
pub async fn board(request: HttpRequest, board: Data<Board>) -> Result<HttpResponse, Error> {
    Views::render(&request, "board.html", json!({"title": "Board", "tasks": board.all()}))
}

/// What the session says of the user.
pub async fn account(user: Identity) -> impl Responder {
    Json(json!({
        "name": user.name(),
        "provider": user.provider(),
        "account": user.value::<u32>("account"),
    }))
}

/// Clears the board: only for editors of the staff who have just signed in.
pub async fn archive(board: Data<Board>) -> impl Responder {
    board.clear();
    "archived"
}

/// Asks a rule in the handler.
pub async fn may_delete(user: Identity, identity: Data<IdentityWeb>) -> Result<impl Responder, Error> {
    Ok(crate::editors().admits(&identity, &user).await?.to_string())
}

pub async fn tasks(board: Data<Board>) -> impl Responder {
    Json(board.all())
}

pub async fn add(board: Data<Board>, Json(task): Json<String>) -> impl Responder {
    Json(board.add(task))
}

/// A value of the application's own in the session.
pub async fn draft(session: Session) -> actix_web::Result<Json<Value>> {
    Ok(Json(session.get("draft")?.unwrap_or_default()))
}

pub async fn set_draft(session: Session, Json(draft): Json<String>) -> actix_web::Result<HttpResponse> {
    session.insert("draft", draft)?;
    Ok(HttpResponse::NoContent().finish())
}

/// The calendar's API, which this application calls for its users.
pub enum Calendar {}

impl ApiScopes for Calendar {
    const SCOPES: &'static [&'static str] = &["api://calendar/Events.Read"];
}

/// Would call it.
pub async fn calendar(token: AccessToken<Calendar>) -> impl Responder {
    format!("a token of {} bytes", token.expose().len())
}

/// Responds when the session has ended, wherever that was.
pub async fn until_ended(user: Identity, identity: Data<IdentityWeb>) -> impl Responder {
    identity.sessions().until_ended(&user).await;
    "ended"
}
