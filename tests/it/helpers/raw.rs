//! Requests byte by byte, as no well-behaved client sends them: names in any spelling, paths as they are written.

use std::io::{Read, Write};
use std::net::{IpAddr, SocketAddr, TcpStream};
use std::sync::Arc;
use std::time::Duration;

use rustls::pki_types::ServerName;
use rustls::{ClientConfig, ClientConnection, RootCertStore, StreamOwned};
use tokio::net::TcpSocket;

/// An answer, as it came.
#[derive(Debug)]
pub struct RawAnswer {
    /// Its status; 0 where the connection ended without one.
    pub status: u16,
    /// Its head and body, as text.
    pub text: String,
}

impl RawAnswer {
    /// A header's value, empty where it is not there.
    pub fn header(&self, name: &str) -> &str {
        let head = self.text.split("\r\n\r\n").next().unwrap();
        let pair = |line| str::split_once(line, ':').filter(|(found, _)| found.eq_ignore_ascii_case(name));
        head.lines().find_map(pair).map_or("", |(_, value)| value.trim())
    }
}

/// A client at an address of the loopback network.
pub struct RawClient {
    from: IpAddr,
    tls: Option<Arc<ClientConfig>>,
}

impl RawClient {
    /// One that speaks plain HTTP.
    pub fn plain(from: &str) -> Self {
        Self { from: from.parse().unwrap(), tls: None }
    }

    /// One that speaks TLS, and trusts this certificate alone.
    pub fn tls(from: &str, certificate: &rcgen::Certificate) -> Self {
        identity_web::tls::install_crypto();
        let mut roots = RootCertStore::empty();
        roots.add(certificate.der().clone()).unwrap();
        let config = ClientConfig::builder().with_root_certificates(roots).with_no_client_auth();
        Self { tls: Some(Arc::new(config)), ..Self::plain(from) }
    }

    /// Sends `GET path` with these header lines, and reads the answer to its end.
    pub async fn get(&self, to: SocketAddr, path: &str, lines: &[String]) -> RawAnswer {
        let host = format!("Host: {to}");
        let own = (!lines.iter().any(|line| line.to_ascii_lowercase().starts_with("host:"))).then_some(&host);
        let lines = lines.iter().chain(own).map(String::as_str).collect::<Vec<_>>().join("\r\n");
        let request = format!("GET {path} HTTP/1.1\r\n{lines}\r\nConnection: close\r\n\r\n");
        let socket = TcpSocket::new_v4().unwrap();
        socket.bind((self.from, 0).into()).unwrap();
        let stream = socket.connect(to).await.unwrap().into_std().unwrap();
        let tls = self.tls.clone();
        actix_web::rt::task::spawn_blocking(move || exchange(stream, tls, to.ip(), &request)).await.unwrap()
    }
}

fn exchange(stream: TcpStream, tls: Option<Arc<ClientConfig>>, host: IpAddr, request: &str) -> RawAnswer {
    stream.set_nonblocking(false).unwrap();
    stream.set_read_timeout(Some(Duration::from_secs(10))).unwrap();
    let bytes = match tls {
        None => read(stream, request),
        Some(config) => {
            let connection = ClientConnection::new(config, ServerName::IpAddress(host.into())).unwrap();
            read(StreamOwned::new(connection, stream), request)
        }
    };
    let text = String::from_utf8_lossy(&bytes).into_owned();
    let status = text.split(' ').nth(1).and_then(|status| status.parse().ok()).unwrap_or(0);
    RawAnswer { status, text }
}

fn read(mut stream: impl Read + Write, request: &str) -> Vec<u8> {
    let mut answer = Vec::new();
    // The end may come without TLS' own word for it.
    let _ = stream.write_all(request.as_bytes()).and_then(|()| stream.read_to_end(&mut answer));
    answer
}
