//! Pages and rules of your own: templates, a name, a function that renders errors, and hooks that look up an account at each
//! sign-in and count the ends of sessions.
//!
//! ```sh
//! IDENTITY_WEB__SERVER__PUBLIC_URL=http://127.0.0.1:5000 IDENTITY_WEB__TLS__MODE=off \
//!     cargo run --example own_pages_and_hooks
//! ```
//!
//! Then browse to <http://127.0.0.1:5000/> and sign in as Ada or Grace. Alan's account is closed.

use std::path::Path;
use std::sync::atomic::{AtomicUsize, Ordering};

use actix_web::web::{self, Json};
use actix_web::{App, HttpRequest, HttpResponse, HttpServer, Responder};
use identity_web::views::{ErrorText, Views};
use identity_web::{Decision, Identity, IdentityWeb, SessionEnd, Settings, SignIn};
use serde_json::json;

static ENDED: AtomicUsize = AtomicUsize::new(0);

/// An account of this application. A real one is a row in a database, under the user's key: issuer and subject.
struct Account {
    number: u32,
    is_closed: bool,
}

fn account_of(sign_in: &SignIn) -> Account {
    let (_issuer, subject) = sign_in.key();
    Account { number: 7, is_closed: subject.starts_with("alan") }
}

/// Runs after every check of the sign-in, and before there is a session.
async fn admit(sign_in: &SignIn) -> Decision {
    let account = account_of(sign_in);
    if account.is_closed {
        return Decision::refuse("Your account is closed.");
    }
    Decision::allow_with([("account", account.number.into())])
}

async fn count(end: &SessionEnd) {
    ENDED.fetch_add(end.sessions, Ordering::Relaxed);
}

/// A page of your own, in the layout of your own.
async fn home(request: HttpRequest) -> impl Responder {
    Views::render(&request, "tasks.html", json!({"title": "Tasks", "tasks": ["Write", "Test"]}))
}

async fn account(user: Identity) -> impl Responder {
    let account = user.value::<u32>("account");
    Json(json!({"name": user.name(), "account": account, "ended": ENDED.load(Ordering::Relaxed)}))
}

/// Everything in [`ErrorText`] is safe to show, but it isn't HTML.
fn render_error(_request: &HttpRequest, error: &ErrorText) -> HttpResponse {
    let text = format!("{}. {}\n\nReference: {}\n", error.title, error.explanation, error.correlation_id);
    HttpResponse::Ok().content_type("text/plain; charset=utf-8").body(text)
}

#[actix_web::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let templates = Path::new(env!("CARGO_MANIFEST_DIR")).join("examples/own_pages_and_hooks/templates");
    let views = Views::new().with_name("Tasks").with_error_renderer(render_error).with_templates(templates)?;
    let settings = Settings::load()?;
    let address = settings.server.listen;
    let builder = IdentityWeb::builder().settings(settings).views(views);
    let identity = builder.on_sign_in(admit).on_session_end(count).build().await?;
    HttpServer::new(move || {
        App::new()
            .wrap(identity.sessions())
            .configure(identity.routes())
            .route("/", web::get().to(home))
            .route("/account", web::get().to(account))
    })
    .bind(address)?
    .run()
    .await?;
    Ok(())
}
