//! A WebSocket that ends with its session: when the user signs out, here or anywhere, the connection is closed.
//!
//! ```sh
//! IDENTITY_WEB__SERVER__PUBLIC_URL=http://127.0.0.1:5000 IDENTITY_WEB__TLS__MODE=off cargo run --example websocket
//! ```
//!
//! Sign in at <http://127.0.0.1:5000/auth/sign_in>, then run `new WebSocket("/echo")` in the browser's console.

use actix_web::middleware::from_fn;
use actix_web::web::{self, Data, Payload};
use actix_web::{App, HttpRequest, HttpResponse, HttpServer, Responder};
use actix_ws::{CloseCode, CloseReason, Message};
use identity_web::{Identity, IdentityWeb, Settings, api_only, same_origin};

async fn page(user: Identity) -> impl Responder {
    format!("Hello {}", user.name())
}

/// Sends every text back. `Identity` is checked once, when the connection opens; `until_ended` is for the time after.
async fn echo(
    request: HttpRequest,
    body: Payload,
    user: Identity,
    identity: Data<IdentityWeb>,
) -> actix_web::Result<HttpResponse> {
    let (response, mut connection, mut messages) = actix_ws::handle(&request, body)?;
    let ended = identity.sessions().until_ended(&user);
    actix_web::rt::spawn(async move {
        tokio::pin!(ended);
        loop {
            let sent = tokio::select! {
                biased; // Nothing is answered once the session has ended.
                () = &mut ended => break,
                message = messages.recv() => match message {
                    Some(Ok(Message::Text(text))) => connection.text(text).await,
                    Some(Ok(Message::Ping(bytes))) => connection.pong(&bytes).await,
                    Some(Ok(Message::Close(_)) | Err(_)) | None => return,
                    Some(Ok(_)) => Ok(()),
                },
            };
            if sent.is_err() {
                return;
            }
        }
        let description = Some("Your session has ended".to_owned());
        // If this fails, the connection is closed already.
        let _ = connection.close(Some(CloseReason { code: CloseCode::Policy, description })).await;
    });
    Ok(response)
}

#[actix_web::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let settings = Settings::load()?;
    let address = settings.server.listen;
    let identity = IdentityWeb::from_settings(settings).await?;
    HttpServer::new(move || {
        let socket = web::resource("/echo").wrap(from_fn(same_origin)).wrap(from_fn(api_only));
        App::new()
            .wrap(identity.sessions())
            .configure(identity.routes())
            .service(socket.route(web::get().to(echo)))
            .route("/", web::get().to(page))
    })
    .bind(address)?
    .run()
    .await?;
    Ok(())
}
