//! Signs people in: OpenID Connect for Actix Web, Microsoft Entra ID first, any OpenID Provider, with sessions in
//! Redis behind one opaque cookie.
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
//! The modules stand in order of dependence: each knows only those above it. ARCHITECTURE.md draws the house.

pub mod clock;
pub mod oidc;
// After oidc, for the claims and tokens that a record holds.
pub mod session;
// The use cases.
pub mod identity_web;
// HTTP.
pub mod web;
// The demo identity provider knows the protocol's types alone.
pub mod demo;
// What sums it all up, for startup and main.
pub mod check;
pub mod settings;
pub mod startup;
pub mod telemetry;
pub mod tls;

pub use identity_web::IdentityWeb;
pub use settings::Settings;
pub use web::identity::{Identity, MaybeIdentity, login_required};
