//! A single-page application: a page with a script, and an API that the script calls with the session's cookie.
//!
//! ```sh
//! IDENTITY_WEB__SERVER__PUBLIC_URL=http://127.0.0.1:5000 IDENTITY_WEB__TLS__MODE=off cargo run --example single_page
//! ```
//!
//! Then browse to <http://127.0.0.1:5000/>.
//!
//! - `api_only`: signed-out requests get 401 as problem JSON with a `login_url`, never a redirect.
//! - `same_origin`: only this site's own pages change anything.
//! - No CORS headers: page and API share an origin. Browsers don't let other sites read the answers, and they don't send the
//!   session's cookie with requests of other sites (`SameSite=Lax`). An API for other origins takes bearer tokens instead.

use actix_session::Session;
use actix_web::middleware::from_fn;
use actix_web::web::{self, Json, ServiceConfig};
use actix_web::{App, HttpResponse, HttpServer, Responder};
use identity_web::{Identity, IdentityWeb, Settings, api_only, login_required, same_origin};
use serde_json::{Value, json};

async fn page() -> impl Responder {
    HttpResponse::Ok()
        .content_type("text/html; charset=utf-8")
        .insert_header(("content-security-policy", "default-src 'self'; base-uri 'none'; frame-ancestors 'none'"))
        .body(include_str!("app.html"))
}

async fn script() -> impl Responder {
    HttpResponse::Ok().content_type("text/javascript; charset=utf-8").body(include_str!("app.js"))
}

async fn me(user: Identity) -> impl Responder {
    Json(json!({"name": user.name()}))
}

async fn tasks(session: Session) -> actix_web::Result<Json<Value>> {
    Ok(Json(json!(session.get::<Vec<String>>("tasks")?.unwrap_or_default())))
}

async fn add(session: Session, Json(task): Json<String>) -> actix_web::Result<Json<Value>> {
    let mut tasks = session.get::<Vec<String>>("tasks")?.unwrap_or_default();
    tasks.push(task);
    session.insert("tasks", &tasks)?;
    Ok(Json(json!(tasks)))
}

fn api(service: &mut ServiceConfig) {
    // The last wrap is the outermost.
    let scope = web::scope("/api").wrap(from_fn(login_required)).wrap(from_fn(same_origin)).wrap(from_fn(api_only));
    service.service(
        scope
            .route("/me", web::get().to(me))
            .service(web::resource("/tasks").route(web::get().to(tasks)).route(web::post().to(add))),
    );
}

#[actix_web::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let settings = Settings::load()?;
    let address = settings.server.listen;
    let identity = IdentityWeb::from_settings(settings).await?;
    HttpServer::new(move || {
        App::new()
            .wrap(identity.sessions())
            .configure(identity.routes())
            .configure(api)
            .route("/", web::get().to(page))
            .route("/app.js", web::get().to(script))
    })
    .bind(address)?
    .run()
    .await?;
    Ok(())
}
