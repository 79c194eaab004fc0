//! What programs call with access tokens.

use actix_web::web::{Data, Json};
use actix_web::{Error, Responder};
use identity_web::{Bearer, BearerOrSession, DownstreamApi};
use serde::Deserialize;

use crate::board::Board;

/// The claims that this API needs. A token without them is refused.
#[derive(Deserialize)]
pub struct Caller {
    name: String,
}

pub async fn tasks(token: Bearer<Caller>, board: Data<Board>) -> impl Responder {
    Json((token.claims().name.clone(), board.all()))
}

pub async fn add(board: Data<Board>, Json(task): Json<String>) -> impl Responder {
    Json(board.add(task))
}

/// For programs and for the application's own pages.
pub async fn whoami(caller: BearerOrSession) -> impl Responder {
    let kind = match &caller {
        BearerOrSession::Bearer(_) => "token",
        BearerOrSession::Session(_) => "session",
        _ => "other",
    };
    format!("{kind} {}", caller.key().1)
}

/// Would call the calendar's API on behalf of the caller.
pub async fn calendar(token: Bearer, calendar: Data<DownstreamApi>) -> Result<impl Responder, Error> {
    let other = token.token_for(&calendar).await?;
    Ok(format!("a token of {} bytes", other.expose().len()))
}
