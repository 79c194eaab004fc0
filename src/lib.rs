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
//! The modules are in order of dependence: each uses only those above it. ARCHITECTURE.md describes them.

// The blank lines prevent rustfmt from sorting the modules.
pub mod clock;

pub mod correlation;
pub mod metrics;
pub mod spans;

pub mod oidc;

pub mod entra;

pub mod session;

pub mod flows;

pub mod web;

pub mod demo;

pub mod settings;

pub mod telemetry;
pub mod tls;

pub mod startup;

pub mod check;
pub mod register;
pub mod sessions_command;

pub use flows::IdentityWeb;
pub use settings::Settings;
pub use web::access_token::{AccessToken, ApiScopes};
pub use web::identity::{Identity, MaybeIdentity, login_required};
pub use web::require::Require;
