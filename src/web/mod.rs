//! HTTP only: a request becomes a use case, its outcome an answer.

pub mod abridged;
pub mod access_token;
#[cfg(feature = "program")]
pub mod assets;
mod authorization_header;
pub mod bearer;
mod built_in_files;
#[cfg(feature = "program")]
pub mod call_graph;
#[cfg(feature = "program")]
pub mod canonical_host;
#[cfg(feature = "program")]
pub mod claim_meanings;
pub mod cookies;
pub mod downstream;
#[cfg(feature = "program")]
pub mod edge;
pub mod error;
pub mod error_text;
pub mod fetch_context;
pub mod form;
pub mod forward_auth;
mod guard;
pub mod headers;
pub mod identity;
mod language;
#[cfg(feature = "program")]
mod last_sign_in;
pub mod limits;
pub mod middleware;
#[cfg(feature = "program")]
pub mod operations;
mod own_sessions;
#[cfg(feature = "program")]
pub mod pages;
mod provider_choice;
mod provider_logout;
pub mod proxies;
mod relative_time;
#[cfg(feature = "program")]
pub mod requests;
pub mod require;
pub mod require_token;
mod resource_metadata;
pub mod routes;
pub mod sessions;
pub mod sign_in;
pub mod sign_out;
#[cfg(feature = "program")]
pub mod site_files;
mod step_up;
pub mod testing;
mod texts;
#[cfg(feature = "program")]
mod token_details;
pub mod token_refusal;
pub mod views;

use actix_web::web::ServiceConfig;

use crate::flows::IdentityWeb;
use sessions::Sessions;

impl IdentityWeb {
    /// The middleware that an application wraps itself in: it loads and saves sessions, makes
    /// [`identity::Identity`] and [`actix_session::Session`] extractable, and says errors as pages or problem JSON.
    ///
    /// Its pages are those of the settings (`site`): see [`views`].
    pub fn sessions(&self) -> Sessions {
        Sessions::new(self.clone(), self.views())
    }

    /// The routes under `auth_endpoints.prefix`: sign-in, callback, sign-out.
    pub fn routes(&self) -> impl FnOnce(&mut ServiceConfig) + use<> {
        let identity = self.clone();
        move |service| routes::authentication(service, identity)
    }
}
