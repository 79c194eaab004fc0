//! Sign-in for Actix Web applications: OpenID Connect with Microsoft Entra ID or any other OpenID Provider, and
//! sessions in Redis behind one opaque cookie.
//!
//! Three lines add it to an application:
//!
//! ```no_run
//! use actix_web::{App, HttpServer, Responder, web};
//! use identity_web::{Identity, IdentityWeb, Settings};
//!
//! async fn page(user: Identity) -> impl Responder {
//!     format!("Hello {}", user.name())
//! }
//!
//! #[actix_web::main]
//! async fn main() -> Result<(), Box<dyn std::error::Error>> {
//!     let identity = IdentityWeb::from_settings(Settings::load()?).await?;
//!     HttpServer::new(move || {
//!         App::new().wrap(identity.sessions()).configure(identity.routes()).route("/", web::get().to(page))
//!     })
//!     .bind("127.0.0.1:8080")?
//!     .run()
//!     .await?;
//!     Ok(())
//! }
//! ```
//!
//! # Cargo features
//!
//! An application depends on `identity-web` with `default-features = false`, and adds:
//!
//! | Feature | What it adds |
//! |---|---|
//! | `demo` | The demo identity provider, which signs users in if no client is configured: for development and end-to-end tests |
//! | `opentelemetry` | Spans continue the caller's trace and are sent on in `traceparent`, if the application collects them with `tracing-opentelemetry` |
//! | `program` (default) | Everything that the program `identity-web` needs: its command line, listeners, log, metrics, traces and static files. It includes the other two |
//!
//! The library records metrics through the facade [`metrics`](https://docs.rs/metrics) and logs through
//! [`tracing`](https://docs.rs/tracing); an application chooses where they go.
//!
//! The [guide] goes through everything, from these three lines to the tests and the deployment of an application.
//! ARCHITECTURE.md in the repository describes how the library is built.

#![cfg_attr(docsrs, feature(doc_cfg))]

// In order of dependence: each module uses only those above it. The blank lines prevent rustfmt from sorting them.
mod clock;

mod correlation;
mod metrics;
mod spans;

mod oidc;

mod entra;

mod session;

mod flows;

mod web;

#[cfg(feature = "demo")]
mod demo;

mod settings;

#[cfg(feature = "program")]
mod telemetry;
mod tls;

mod startup;

#[cfg(feature = "program")]
mod check;
#[cfg(feature = "program")]
mod register;
#[cfg(feature = "program")]
mod sessions_command;

#[doc(hidden)]
pub mod internals;

pub use clock::{Clock, Timestamp};
pub use flows::IdentityWeb;
pub use flows::hook_events::{EndReason, RefusalReason, SessionEnd, SignIn, SignInRefusal, SignOut};
pub use flows::hooks::{Decision, HookError, IntoHookResult};
pub use oidc::claims::Claims;
pub use session::device::Device;
pub use session::error::StoreError;
pub use session::index::{ListedSession, SessionsOf};
pub use settings::provider::{Credential, Provider};
pub use settings::{Settings, SettingsError};
pub use startup::StartError;
pub use startup::builder::IdentityWebBuilder;
pub use web::access_token::{AccessToken, ApiScopes, SignInScopes};
pub use web::bearer::{Bearer, BearerOrSession};
pub use web::downstream::{DownstreamApi, DownstreamToken};
pub use web::error::Error;
pub use web::identity::{Identity, MaybeIdentity, login_required};
pub use web::limits::SignInBudget;
pub use web::middleware::{api_only, same_origin};
pub use web::require::Require;
pub use web::require_token::RequireToken;
pub use web::routes::sessions as sessions_page;
pub use web::sessions::Sessions;

/// Stores of sessions: bring your own by implementing [`Backend`](store::Backend).
pub mod store {
    pub use async_trait::async_trait;

    pub use crate::clock::Stopwatch;
    pub use crate::session::backend::memory::MemoryBackend;
    pub use crate::session::backend::{Backend, BackendError, Observer, Taken, acceptance_suite};
}

pub mod views {
    #![doc = include_str!("web/views/templates.md")]

    pub use crate::web::views::{Accent, AccentError, ErrorText, Views, ViewsError};
}

/// For the tests of applications: signed-in users, and a provider in the process of the tests.
pub mod testing {
    #[cfg(feature = "demo")]
    pub use crate::startup::test_provider::{DemoProvider, DemoRefusal};
    pub use crate::web::testing::TestUser;
}

pub mod guide {
    #![doc = include_str!("guide/begin.md")]
    #![doc = include_str!("guide/apis.md")]
    #![doc = include_str!("guide/pages.md")]
    #![doc = include_str!("guide/operations.md")]
}
