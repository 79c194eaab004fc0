//! Notices two session middlewares around each other: they would share one [`actix_session::Session`], and each would save
//! it as its own.

use std::cell::Cell;
use std::mem;

use actix_session::SessionExt as _;
use actix_web::HttpMessage as _;
use actix_web::dev::ServiceRequest;

use super::Error;
use crate::session::actix::RequestSession;

const TWICE: &str =
    "IdentityWeb::sessions() is around itself: wrap the application in it once, and no scope or resource too";
const ANOTHER: &str = "actix_session::SessionMiddleware and IdentityWeb::sessions() are around each other: remove \
                       SessionMiddleware, because sessions() provides actix_session::Session too";

/// Checks a request before its session is loaded. What is around a service never changes, so one good request is enough.
pub(super) fn check(request: &ServiceRequest, is_checked: &Cell<bool>) -> Result<(), Error> {
    if is_checked.get() {
        return Ok(());
    }
    if RequestSession::of_request().is_ok() {
        return Err(Error::NestedSessions(TWICE));
    }
    if has_session(request) {
        return Err(Error::NestedSessions(ANOTHER));
    }
    is_checked.set(true);
    Ok(())
}

/// Returns whether another middleware has given the request its [`actix_session::Session`]. Its type is private there, so
/// whether it exists can't be asked: it replaces a marked one, or not.
fn has_session(request: &ServiceRequest) -> bool {
    const MARK: &str = "identity-web";
    let others = mem::take(&mut *request.extensions_mut());
    let marked = request.get_session();
    // A bool can be serialized.
    let _ = marked.insert(MARK, true);
    request.extensions_mut().extend(others);
    let is_replaced = !request.get_session().contains_key(MARK);
    marked.remove(MARK);
    is_replaced
}
