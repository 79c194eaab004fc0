//! An application whose sessions are in a store of its own: SQLite. `sqlite.rs` is the store.
//!
//! ```sh
//! cargo run --manifest-path examples/own_backend/Cargo.toml
//! ```
//!
//! Then browse to <http://127.0.0.1:8080/auth/sign_in>. After a restart you are still signed in.

mod sqlite;

use std::path::Path;
use std::sync::Arc;

use actix_web::{App, HttpServer, Responder, web};
use identity_web::testing::DemoProvider;
use identity_web::{Identity, IdentityWeb, IdentityWebBuilder};
use sqlite::Sqlite;

async fn page(user: Identity) -> impl Responder {
    format!("Hello {}", user.name())
}

/// The application's settings. Records are sealed, so the file opens no session without these keys.
fn builder(database: &Path, key: &str) -> rusqlite::Result<IdentityWebBuilder> {
    let builder = IdentityWeb::builder().public_url("http://127.0.0.1:8080").session_keys([key]);
    Ok(builder.sessions_in_memory().backend(Arc::new(Sqlite::open(database)?)))
}

#[actix_web::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let demo = DemoProvider::start().await?; // In your application: Provider::entra(…) or Provider::oidc(…).
    let key = "ZGVtbyBrZXk6IHJ1biBpZGVudGl0eS13ZWIgbmV3LWs="; // Yours: `identity-web new-key`, kept secret.
    let identity = builder(Path::new("sessions.sqlite"), key)?.provider(demo.provider()).build().await?;
    let server = HttpServer::new(move || {
        App::new().wrap(identity.sessions()).configure(identity.routes()).route("/", web::get().to(page))
    });
    server.bind("127.0.0.1:8080")?.run().await?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use actix_web::test::{TestRequest, call_and_read_body, init_service};
    use identity_web::store::acceptance_suite;
    use identity_web::{Credential, Provider};

    use super::*;

    fn database(name: &str) -> std::path::PathBuf {
        let file = std::env::temp_dir().join(format!("own-backend-{name}-{}.sqlite", std::process::id()));
        let _ = std::fs::remove_file(&file);
        file
    }

    #[actix_web::test]
    async fn the_store_does_what_sessions_rely_on() {
        acceptance_suite(&Sqlite::open(&database("suite")).unwrap(), tokio::time::sleep).await;
    }

    #[actix_web::test]
    async fn a_session_survives_a_restart() {
        let (file, key) = (database("restart"), "MDEyMzQ1Njc4OTAxMjM0NTY3ODkwMTIzNDU2Nzg5MDE=");
        let provider = || Provider::oidc("https://provider.example", "client-id", Credential::secret("client-secret"));
        let start = async || builder(&file, key).unwrap().provider(provider()).build().await.unwrap();
        let cookie = start().await.test_user("ada").claim("name", "Ada").sign_in().await.unwrap();
        let identity = start().await;
        let app = init_service(App::new().wrap(identity.sessions()).route("/", web::get().to(page))).await;
        let body = call_and_read_body(&app, TestRequest::get().uri("/").cookie(cookie).to_request()).await;
        assert_eq!(body, "Hello Ada");
    }
}
