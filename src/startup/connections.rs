//! Closes HTTP/1.1 connections whose next request doesn't arrive in time.
//!
//! actix-web has a timeout for the head of a connection's first request, and one for a connection without any traffic. A
//! client that sends a byte now and then, of a later head or of a body that no handler reads, would meet neither. HTTP/2
//! connections need no more than pings: they can't be answered within an incomplete head, and a body that no handler reads
//! is reset.

use std::any::Any;
use std::cell::Cell;
use std::net::Shutdown;
use std::pin::Pin;
use std::rc::Rc;
use std::task::{Context, Poll};
use std::time::Duration;

use actix_tls::accept::rustls_0_23::TlsStream;
use actix_web::body::{BodySize, BoxBody, MessageBody};
use actix_web::dev::{Extensions, ServiceRequest, ServiceResponse};
use actix_web::rt::net::TcpStream;
use actix_web::web::Bytes;
use tokio::sync::oneshot;
use tokio::time::timeout;

use crate::clock::Stopwatch;

/// The requests of a connection.
#[derive(Clone)]
struct Requests(Rc<Activity>);

struct Activity {
    in_progress: Cell<usize>,
    /// Since the last one ended.
    idle: Cell<Stopwatch>,
    /// Dropped with the connection.
    _open: oneshot::Sender<()>,
}

/// Closes a connection once it has had no request in progress for `idle_timeout`, for
/// [`actix_web::HttpServer::on_connect`]. It counts the requests that [`InProgress`] says are.
pub(super) fn close_when_idle(stream: &dyn Any, data: &mut Extensions, idle_timeout: Duration) {
    let tls = || stream.downcast_ref::<TlsStream<TcpStream>>().map(|tls| tls.get_ref());
    let socket = match (stream.downcast_ref::<TcpStream>(), tls()) {
        (Some(socket), _) => Some(socket),
        (_, Some((socket, tls))) if tls.alpn_protocol() != Some(b"h2") => Some(socket),
        _ => None,
    };
    let Some(socket) = socket.and_then(duplicate) else { return };
    let (open, mut closed) = oneshot::channel();
    let activity = Activity { in_progress: Cell::new(0), idle: Cell::new(Stopwatch::start()), _open: open };
    let requests = Rc::new(activity);
    let watched = Rc::downgrade(&requests);
    data.insert(Requests(requests));
    actix_web::rt::spawn(async move {
        let mut wait = idle_timeout;
        // When the connection has ended, so does this: the duplicate must not keep the socket open.
        while timeout(wait, &mut closed).await.is_err()
            && let Some(requests) = watched.upgrade()
        {
            let left = idle_timeout.saturating_sub(requests.idle.get().elapsed());
            let is_idle = requests.in_progress.get() == 0;
            if is_idle && left.is_zero() && socket.shutdown(Shutdown::Both).is_ok() {
                break;
            }
            wait = if is_idle && !left.is_zero() { left } else { idle_timeout };
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

/// A request in progress, until its response has been written.
pub(super) struct InProgress(Option<Requests>);

impl InProgress {
    /// Counts a request of a connection.
    pub(super) fn begin(request: &ServiceRequest) -> Self {
        let requests = request.request().conn_data::<Requests>().cloned();
        if let Some(Requests(activity)) = &requests {
            activity.in_progress.set(activity.in_progress.get() + 1);
        }
        Self(requests)
    }

    /// Counts it until this response is written.
    pub(super) fn until_written(self, response: ServiceResponse<BoxBody>) -> ServiceResponse<impl MessageBody> {
        response.map_body(|_, body| Tracked { body, _in_progress: self })
    }
}

impl Drop for InProgress {
    fn drop(&mut self) {
        if let Some(Requests(activity)) = &self.0 {
            activity.in_progress.set(activity.in_progress.get() - 1);
            activity.idle.set(Stopwatch::start());
        }
    }
}

/// A response's body, dropped when it is written.
struct Tracked {
    body: BoxBody,
    _in_progress: InProgress,
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
