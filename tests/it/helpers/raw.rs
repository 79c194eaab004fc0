//! Requests byte by byte, as no well-behaved client sends them: names in any spelling, paths as they are written.

use std::io::{Read, Write};
use std::net::{IpAddr, SocketAddr, TcpStream};
use std::sync::Arc;
use std::time::Duration;

use rustls::pki_types::ServerName;
use rustls::{ClientConfig, ClientConnection, RootCertStore, StreamOwned};
use tokio::net::TcpSocket;

use super::http2::AnyCertificate;

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
        identity_web::internals::tls::install_crypto();
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

/// A connection that a test writes to at its own pace. It blocks: use it in [`blocking`].
pub struct RawConnection(StreamOwned<ClientConnection, TcpStream>);

impl RawConnection {
    /// A connection to the application at an `https` URL, which may have any certificate, that speaks `protocol`.
    pub fn tls(url: &str, protocol: &str) -> Self {
        identity_web::internals::tls::install_crypto();
        let mut config = ClientConfig::builder()
            .dangerous()
            .with_custom_certificate_verifier(Arc::new(AnyCertificate))
            .with_no_client_auth();
        config.alpn_protocols = vec![protocol.as_bytes().to_vec()];
        let name = ServerName::IpAddress(IpAddr::from([127, 0, 0, 1]).into());
        let connection = ClientConnection::new(Arc::new(config), name).unwrap();
        Self(StreamOwned::new(connection, connect(url)))
    }

    /// Sends bytes; returns whether the other side still takes them.
    pub fn send(&mut self, bytes: impl AsRef<[u8]>) -> bool {
        self.0.write_all(bytes.as_ref()).and_then(|()| self.0.flush()).is_ok()
    }

    /// Sends no more.
    pub fn end(&mut self) {
        self.0.conn.send_close_notify();
        self.0.flush().unwrap();
    }

    /// Reads until the text contains `needle`, or to the end.
    pub fn read_until(&mut self, needle: &str) -> String {
        let (mut bytes, mut buffer) = (Vec::new(), [0; 16_384]);
        loop {
            let text = String::from_utf8_lossy(&bytes).into_owned();
            if text.contains(needle) {
                return text;
            }
            match self.0.read(&mut buffer) {
                Ok(0) | Err(_) => return text,
                Ok(count) => bytes.extend_from_slice(&buffer[..count]),
            }
        }
    }
}

fn connect(url: &str) -> TcpStream {
    let socket = TcpStream::connect(url.split_once("://").unwrap().1).unwrap();
    socket.set_read_timeout(Some(Duration::from_secs(10))).unwrap();
    socket
}

/// Runs what blocks beside the runtime.
pub async fn blocking<T: Send + 'static>(work: impl FnOnce() -> T + Send + 'static) -> T {
    actix_web::rt::task::spawn_blocking(work).await.unwrap()
}

/// The beginning of an HTTP/2 connection (RFC 9113 section 3.4), and a request as its first stream, without a body yet.
pub fn http2_post(path: &str, headers: &[(&str, &str)]) -> Vec<u8> {
    let pseudo = [(":method", "POST"), (":scheme", "https"), (":authority", "localhost"), (":path", path)];
    let mut block = Vec::new();
    for (name, value) in pseudo.iter().chain(headers) {
        // A literal without indexing (RFC 7541 section 6.2.2).
        block.push(0);
        for text in [name, value] {
            block.push(u8::try_from(text.len()).unwrap());
            block.extend_from_slice(text.as_bytes());
        }
    }
    let settings = http2_frame(4, 0, 0, b"");
    [&b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"[..], &settings, &http2_frame(1, 4, 1, &block)].concat()
}

/// A part of that request's body.
pub fn http2_data(data: &[u8]) -> Vec<u8> {
    http2_frame(0, 0, 1, data)
}

fn http2_frame(kind: u8, flags: u8, stream: u32, payload: &[u8]) -> Vec<u8> {
    let length = u32::try_from(payload.len()).unwrap().to_be_bytes();
    [&length[1..], &[kind, flags], &stream.to_be_bytes(), payload].concat()
}
