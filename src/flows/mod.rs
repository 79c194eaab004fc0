//! The use cases, without HTTP: begin a sign-in, complete it, renew its tokens, end it at the provider; verify an API's
//! access tokens.

pub mod bearer;
mod begin;
mod complete;
mod end;
mod end_by_provider;
mod error;
pub mod hook_events;
pub mod hooks;
pub mod interaction;
mod membership;
mod providers;
pub mod renew;
mod services;
mod sign_in_trace;
mod step_up;
pub mod target;
mod token_cache;
pub mod user_choice;

use std::sync::Arc;

pub use begin::{AuthorizationRedirect, SignInRequest};
pub use complete::{CallbackFailure, Completed};
pub use end::MAX_REVOCATIONS;
pub use error::Error;
pub use membership::is_member;
pub use providers::{AuthRequestSettings, ClientRegistration, DEFAULT_PROVIDER, Providers};
pub use services::{CookieSettings, Endpoints, Services, Site};
pub use sign_in_trace::TraceAccess;

/// Signs users in. Clones share everything.
#[derive(Clone)]
pub struct IdentityWeb(Arc<Services>);

impl IdentityWeb {
    /// The use cases over these services.
    pub(crate) fn new(services: Services) -> Self {
        Self(Arc::new(services))
    }

    /// What it works with.
    #[doc(hidden)]
    pub fn services(&self) -> &Services {
        &self.0
    }
}
