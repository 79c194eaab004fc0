//! Closes HTTP/1.1 connections whose next request doesn't arrive in time.
//!
//! actix-web has a timeout for the head of a connection's first request, and one for a connection without any traffic. A
//! client that sends a byte now and then, of a later head or of a body that no handler reads, would meet neither. HTTP/2
//! connections need no more than pings: they can't be answered within an incomplete head, and a body that no handler reads
//! is reset.

use std::any::Any;
use std::net::Shutdown;
use std::pin::Pin;
use std::rc::Rc;
use std::task::{Context, Poll};
use std::time::Duration;

use actix_tls::accept::rustls_0_23::TlsStream;
use actix_web::Error as ActixError;
use actix_web::body::{BodySize, BoxBody, MessageBody};
use actix_web::dev::{Extensions, ServiceRequest, ServiceResponse};
use actix_web::middleware::Next;
use actix_web::rt::net::TcpStream;
use actix_web::web::Bytes;
use tokio::sync::watch;
use tokio::time::timeout;

/// How many requests of a connection are in progress.
#[derive(Clone)]
struct Requests(Rc<watch::Sender<usize>>);

/// Closes a connection once it has had no request in progress for `idle_timeout`, for
/// [`actix_web::HttpServer::on_connect`]. It counts the requests that pass through [`track`].
pub(super) fn close_when_idle(stream: &dyn Any, data: &mut Extensions, idle_timeout: Duration) {
    let tls = || stream.downcast_ref::<TlsStream<TcpStream>>().map(|tls| tls.get_ref());
    let socket = match (stream.downcast_ref::<TcpStream>(), tls()) {
        (Some(socket), _) => Some(socket),
        (_, Some((socket, tls))) if tls.alpn_protocol() != Some(b"h2") => Some(socket),
        _ => None,
    };
    let Some(socket) = socket.and_then(duplicate) else { return };
    let (sender, mut requests) = watch::channel(0);
    data.insert(Requests(Rc::new(sender)));
    actix_web::rt::spawn(async move {
        loop {
            let is_idle = *requests.borrow_and_update() == 0;
            let ended = match timeout(idle_timeout, requests.changed()).await {
                // Also when the connection has ended: the duplicate must not keep the socket open.
                Ok(change) => change.is_err(),
                Err(_) => is_idle && socket.shutdown(Shutdown::Both).is_ok(),
            };
            if ended {
                break;
            }
        }
    });
}

/// Returns another handle of a socket.
#[cfg(unix)]
fn duplicate(socket: &TcpStream) -> Option<std::net::TcpStream> {
    use std::os::fd::AsFd as _;
    Some(socket.as_fd().try_clone_to_owned().ok()?.into())
}

#[cfg(not(unix))]
fn duplicate(_: &TcpStream) -> Option<std::net::TcpStream> {
    None
}

/// Counts a request as in progress until its response has been written, for [`actix_web::middleware::from_fn`].
///
/// # Errors
/// Those of the inner service.
pub(super) async fn track<B: MessageBody + 'static>(
    request: ServiceRequest,
    next: Next<B>,
) -> Result<ServiceResponse<impl MessageBody>, ActixError> {
    let in_progress = request.request().conn_data::<Requests>().cloned().map(InProgress::begin);
    let response = next.call(request).await?;
    Ok(response.map_body(|_, body| Tracked { body: body.boxed(), _in_progress: in_progress }))
}

/// A request in progress.
struct InProgress(Requests);

impl InProgress {
    fn begin(requests: Requests) -> Self {
        requests.0.send_modify(|count| *count += 1);
        Self(requests)
    }
}

impl Drop for InProgress {
    fn drop(&mut self) {
        self.0.0.send_modify(|count| *count -= 1);
    }
}

/// A response's body, dropped when it is written.
struct Tracked {
    body: BoxBody,
    _in_progress: Option<InProgress>,
}

impl MessageBody for Tracked {
    type Error = <BoxBody as MessageBody>::Error;

    fn size(&self) -> BodySize {
        self.body.size()
    }

    fn poll_next(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Result<Bytes, Self::Error>>> {
        Pin::new(&mut self.get_mut().body).poll_next(context)
    }
}
