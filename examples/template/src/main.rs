//! A site with sign-in. The library's routes are under `/auth`.

use actix_web::middleware::from_fn;
use actix_web::web::{self, Json, ServiceConfig};
use actix_web::{App, HttpRequest, HttpResponse, HttpServer, Responder};
use identity_web::views::Views;
use identity_web::{Error, Identity, IdentityWeb, Settings, login_required};
use serde_json::json;

/// A page for everyone, in the layout of the library: `templates/page.html`.
async fn home(request: HttpRequest) -> Result<HttpResponse, Error> {
    Views::render(&request, "page.html", json!({"title": "Home"}))
}

/// A page for signed-in users.
async fn profile(user: Identity) -> impl Responder {
    let (issuer, subject) = user.key(); // Identify users by this key, never by a name or an e-mail address.
    Json(json!({"name": user.name(), "issuer": issuer, "subject": subject}))
}

fn routes(service: &mut ServiceConfig) {
    service.route("/", web::get().to(home)).service(
        web::scope("/profile")
            .wrap(from_fn(login_required))
            .route("", web::get().to(profile)),
    );
}

#[actix_web::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let settings = Settings::load()?;
    let address = settings.server.listen;
    let identity = IdentityWeb::from_settings(settings).await?;
    println!("Listening on {address}");
    HttpServer::new(move || {
        App::new()
            .wrap(identity.sessions())
            .configure(identity.routes())
            .configure(routes)
    })
    .bind(address)?
    .run()
    .await?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use actix_web::test::{TestRequest, call_and_read_body_json, call_service, init_service};
    use identity_web::{Credential, Provider};
    use serde_json::Value;

    use super::*;

    #[actix_web::test]
    async fn users_see_their_profile_and_others_are_sent_to_sign_in() {
        // No request reaches this provider.
        let provider = Provider::oidc(
            "https://provider.example",
            "client-id",
            Credential::secret("client-secret"),
        );
        let builder = IdentityWeb::builder()
            .public_url("https://app.example")
            .provider(provider);
        let identity = builder.sessions_in_memory().build().await.unwrap();
        let app = App::new()
            .wrap(identity.sessions())
            .configure(identity.routes())
            .configure(routes);
        let app = init_service(app).await;

        let navigation = || {
            TestRequest::get()
                .uri("/profile")
                .insert_header(("accept", "text/html"))
        };
        let answer = call_service(&app, navigation().to_request()).await;
        let location = answer.headers().get("location").unwrap();
        assert_eq!(location, "/auth/sign_in?post_sign_in_url=%2Fprofile");

        let cookie = identity
            .test_user("ada")
            .claim("name", "Ada")
            .sign_in()
            .await
            .unwrap();
        let profile: Value =
            call_and_read_body_json(&app, navigation().cookie(cookie).to_request()).await;
        assert_eq!(profile["name"], "Ada");
    }
}
