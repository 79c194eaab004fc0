//! Two providers: staff and partners sign in at their own, and only the staff's provider makes users administrators.
//!
//! ```sh
//! IDENTITY_WEB__SERVER__PUBLIC_URL=http://127.0.0.1:5000 IDENTITY_WEB__TLS__MODE=off cargo run --example two_providers
//! ```
//!
//! Then browse to <http://127.0.0.1:5000/> and choose. <http://127.0.0.1:5000/auth/sign_in?provider=partners> leads to one of
//! them, and so does an e-mail address: <http://127.0.0.1:5000/auth/sign_in?login_hint=ada@partner.example>.

use actix_web::middleware::from_fn;
use actix_web::{App, HttpServer, Responder, web};
use identity_web::testing::DemoProvider;
use identity_web::{Identity, IdentityWeb, Require, Settings, login_required};

/// A user is known by issuer and subject: the same name or e-mail address at two providers may be two people.
async fn page(user: Identity) -> impl Responder {
    format!("Hello {} of {}", user.name(), user.provider().unwrap_or("the staff"))
}

/// Each provider says which roles its users have, so the rule names the provider too.
fn staff_admin() -> Require {
    Require::role("Admin").and(Require::when(|user| user.provider().is_none()))
}

#[actix_web::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    // In your application: Provider::entra(…) and Provider::oidc(…), or [client] and [providers.partners] in the settings.
    let (staff, partners) = (DemoProvider::start().await?, DemoProvider::start().await?);
    let settings = Settings::load()?;
    let address = settings.server.listen;
    let identity = IdentityWeb::builder()
        .settings(settings)
        .provider(staff.provider().display_name("Staff"))
        .provider(partners.provider().named("partners").display_name("Partner").domains(["partner.example"]))
        .build()
        .await?;
    HttpServer::new(move || {
        App::new()
            .wrap(identity.sessions())
            .configure(identity.routes())
            .service(web::resource("/admin").wrap(staff_admin()).get(page))
            .service(web::scope("").wrap(from_fn(login_required)).route("/", web::get().to(page)))
    })
    .bind(address)?
    .run()
    .await?;
    Ok(())
}
