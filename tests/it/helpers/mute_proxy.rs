//! A TCP proxy that can go mute: it then discards what both sides send, and closes nothing. A client sees the same when
//! a server restarts behind an open connection, or when a firewall drops a connection's state.

use std::io::{Read as _, Write as _};
use std::net::{Shutdown, SocketAddr, TcpListener, TcpStream};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};

/// A running proxy; it stops accepting connections when dropped.
pub struct MuteProxy {
    /// Where it listens.
    pub address: SocketAddr,
    shared: Arc<Shared>,
}

struct Shared {
    target: SocketAddr,
    mute: AtomicBool,
    stopped: AtomicBool,
    /// For each connection so far, whether it is mute.
    connections: Mutex<Vec<Arc<AtomicBool>>>,
}

impl MuteProxy {
    /// Starts it in front of a server on this machine.
    pub fn start(target_port: u16) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap();
        let shared = Arc::new(Shared {
            target: ([127, 0, 0, 1], target_port).into(),
            mute: AtomicBool::new(false),
            stopped: AtomicBool::new(false),
            connections: Mutex::default(),
        });
        let accepting = Arc::clone(&shared);
        std::thread::spawn(move || {
            for client in listener.incoming().map_while(Result::ok) {
                if accepting.stopped.load(Ordering::SeqCst) {
                    return;
                }
                accepting.accept(client);
            }
        });
        Self { address, shared }
    }

    /// Makes every connection mute: existing ones for good, and new ones until [`MuteProxy::heal`].
    pub fn mute(&self) {
        let connections = self.shared.connections.lock().unwrap();
        self.shared.mute.store(true, Ordering::SeqCst);
        connections.iter().for_each(|is_mute| is_mute.store(true, Ordering::SeqCst));
    }

    /// Serves new connections again. Those that are mute stay mute.
    pub fn heal(&self) {
        self.shared.mute.store(false, Ordering::SeqCst);
    }

    /// Returns how many connections it has accepted.
    pub fn connections(&self) -> usize {
        self.shared.connections.lock().unwrap().len()
    }
}

impl Drop for MuteProxy {
    fn drop(&mut self) {
        self.shared.stopped.store(true, Ordering::SeqCst);
        // Wakes the thread that accepts.
        let _ = TcpStream::connect(self.address);
    }
}

impl Shared {
    fn accept(&self, client: TcpStream) {
        let mut connections = self.connections.lock().unwrap();
        let is_mute = Arc::new(AtomicBool::new(self.mute.load(Ordering::SeqCst)));
        connections.push(Arc::clone(&is_mute));
        drop(connections);
        // Without a server, the client's connection is closed.
        let Ok(server) = TcpStream::connect(self.target) else { return };
        for stream in [&client, &server] {
            stream.set_nodelay(true).unwrap();
        }
        let (client_too, server_too) = (client.try_clone().unwrap(), server.try_clone().unwrap());
        let is_mute_too = Arc::clone(&is_mute);
        std::thread::spawn(move || copy(client, &server, &is_mute, Side::Client));
        std::thread::spawn(move || copy(server_too, &client_too, &is_mute_too, Side::Server));
    }
}

#[derive(Clone, Copy, PartialEq)]
enum Side {
    Client,
    Server,
}

/// Forwards what one side sends until it closes. If the connection is mute, the client does not see the server close.
fn copy(mut from: TcpStream, mut to: &TcpStream, is_mute: &AtomicBool, side: Side) {
    let mut buffer = [0; 16 * 1024];
    while let Ok(length @ 1..) = from.read(&mut buffer) {
        if !is_mute.load(Ordering::SeqCst) && to.write_all(&buffer[..length]).is_err() {
            break;
        }
    }
    if side == Side::Client || !is_mute.load(Ordering::SeqCst) {
        let _ = to.shutdown(Shutdown::Both);
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    /// A server that sends back what it receives.
    fn echo() -> u16 {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let port = listener.local_addr().unwrap().port();
        std::thread::spawn(move || {
            for stream in listener.incoming().map_while(Result::ok) {
                std::thread::spawn(move || std::io::copy(&mut &stream, &mut &stream));
            }
        });
        port
    }

    fn connect(proxy: &MuteProxy) -> TcpStream {
        let stream = TcpStream::connect(proxy.address).unwrap();
        stream.set_read_timeout(Some(Duration::from_millis(200))).unwrap();
        stream
    }

    fn is_echoed(mut stream: &TcpStream) -> bool {
        stream.write_all(b"hello").unwrap();
        stream.read_exact(&mut [0; 5]).is_ok()
    }

    #[test]
    fn only_connections_made_after_it_healed_are_served_again() {
        let proxy = MuteProxy::start(echo());
        let before = connect(&proxy);
        assert!(is_echoed(&before));
        proxy.mute();
        let during = connect(&proxy);
        assert!(!is_echoed(&before) && !is_echoed(&during));
        proxy.heal();
        let after = connect(&proxy);
        assert!(is_echoed(&after));
        assert!(!is_echoed(&before) && !is_echoed(&during), "and they are still open: writing fails otherwise");
        assert_eq!(proxy.connections(), 3);
    }

    #[test]
    fn a_server_that_closes_is_seen_unless_the_connection_is_mute() {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let proxy = MuteProxy::start(listener.local_addr().unwrap().port());
        for is_mute in [false, true] {
            let mut client = connect(&proxy);
            let (server, _) = listener.accept().unwrap();
            if is_mute {
                proxy.mute();
            }
            drop(server);
            assert_eq!(client.read(&mut [0; 1]).is_err(), is_mute, "an error is the timeout");
        }
    }
}
