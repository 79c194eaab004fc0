//! Your own application with sign-in: three of its lines add Identity Web.
//!
//! ```sh
//! IDENTITY_WEB__SERVER__PUBLIC_URL=http://127.0.0.1:5000 IDENTITY_WEB__TLS__MODE=off cargo run --example three_lines
//! ```
//!
//! Then browse to <http://127.0.0.1:5000/auth/sign_in>.

use actix_web::{App, HttpServer, Responder, web};
use identity_web::{Identity, IdentityWeb, Settings};

async fn page(user: Identity) -> impl Responder {
    format!("Hello {}", user.name()) // 3
}

#[actix_web::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let settings = Settings::load()?;
    let address = settings.server.listen;
    let identity = IdentityWeb::from_settings(settings).await?; // 1
    HttpServer::new(move || {
        App::new()
            .wrap(identity.sessions()) // 2
            .configure(identity.routes())
            .route("/", web::get().to(page))
    })
    .bind(address)?
    .run()
    .await?;
    Ok(())
}
