//! How long one client on one HTTP/1.1 connection waits for a response, by route: `cargo bench --bench latency`.
//!
//! Prints the median and the 99th percentile in milliseconds, and fails if a median exceeds 0.3 ms.

#![expect(clippy::unwrap_used, reason = "a benchmark fails as a test does")]

use std::io::{Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::sync::Arc;
use std::time::Duration;

use identity_web::Settings;
use identity_web::internals::clock::{Clock, Stopwatch};
use identity_web::internals::startup::Application;
use identity_web::internals::tls;
use rustls::pki_types::ServerName;
use rustls::{ClientConfig, ClientConnection, RootCertStore, StreamOwned};
use serde_json::json;

const REQUESTS: usize = 2000;
const BOUND: Duration = Duration::from_micros(300);
const PAGES: [&str; 10] = [
    "/",
    "/token_details",
    "/nope",
    "/static/site.css",
    "/static/nope.css",
    "/auth/sign_in",
    "/auth/sign_out",
    "/auth/post_sign_out",
    "/auth/verify",
    "/auth/redirect",
];
const OPERATIONS: [&str; 3] = ["/health/live", "/health/ready", "/metrics"];

/// A connection that gives the times of requests for a path.
struct Client<S> {
    stream: S,
    cookie: String,
}

impl<S: Read + Write> Client<S> {
    /// Returns the times of `REQUESTS` requests, sorted.
    fn times(&mut self, path: &str, encoding: &str) -> Vec<Duration> {
        let request = format!(
            "GET {path} HTTP/1.1\r\nhost: localhost\r\naccept: text/html\r\naccept-encoding: {encoding}\r\ncookie: {}\r\n\r\n",
            self.cookie
        );
        let mut times: Vec<_> = (0..REQUESTS + 100)
            .map(|_| {
                let stopwatch = Stopwatch::start();
                self.stream.write_all(request.as_bytes()).and_then(|()| self.stream.flush()).unwrap();
                self.read_response();
                stopwatch.elapsed()
            })
            .skip(100)
            .collect();
        times.sort_unstable();
        times
    }

    fn read_response(&mut self) {
        let (mut response, mut buffer) = (Vec::new(), [0; 16_384]);
        while !is_complete(&response) {
            let count = self.stream.read(&mut buffer).unwrap();
            assert_ne!(count, 0, "the connection ended");
            response.extend_from_slice(&buffer[..count]);
        }
    }
}

fn is_complete(response: &[u8]) -> bool {
    let Some(end) = response.windows(4).position(|bytes| bytes == b"\r\n\r\n") else { return false };
    let head = String::from_utf8_lossy(&response[..end]).to_ascii_lowercase();
    let length = head.lines().find_map(|line| line.strip_prefix("content-length: "));
    match length.map(|length| length.parse::<usize>().unwrap()) {
        Some(length) => response.len() >= end + 4 + length,
        None => response.ends_with(b"\r\n0\r\n\r\n"),
    }
}

fn tls_client(address: SocketAddr, certificate: &rcgen::Certificate) -> StreamOwned<ClientConnection, TcpStream> {
    let mut roots = RootCertStore::empty();
    roots.add(certificate.der().clone()).unwrap();
    let config = ClientConfig::builder().with_root_certificates(roots).with_no_client_auth();
    let connection = ClientConnection::new(Arc::new(config), ServerName::IpAddress(address.ip().into())).unwrap();
    StreamOwned::new(connection, connect(address))
}

fn connect(address: SocketAddr) -> TcpStream {
    let stream = TcpStream::connect(address).unwrap();
    stream.set_nodelay(true).unwrap();
    stream
}

/// Prints a line for each path and encoding; returns whether all medians are within the bound.
fn measure<S: Read + Write>(name: &str, paths: &[&str], mut client: Client<S>) -> bool {
    let mut within = true;
    for path in paths {
        for encoding in ["identity", "gzip"] {
            let times = client.times(path, encoding);
            let (median, p99) = (times[REQUESTS / 2], times[REQUESTS * 99 / 100]);
            let milliseconds = |time: Duration| time.as_secs_f64() * 1000.0;
            let fits = median <= BOUND;
            let mark = if fits { "" } else { "  over 0.3 ms" };
            println!("{name:<6}{path:<22}{encoding:<10}{:>7.3}{:>9.3}{mark}", milliseconds(median), milliseconds(p99));
            within &= fits;
        }
    }
    within
}

fn settings(tls_files: Option<(&Path, &Path)>) -> Settings {
    let mut variables = vec![
        ("SERVER__LISTEN", "127.0.0.1:0".to_owned()),
        ("SERVER__OPERATIONS_LISTEN", "127.0.0.1:0".to_owned()),
        ("SERVER__PUBLIC_URL", "http://127.0.0.1:5000".to_owned()),
        ("SERVER__WORKERS", "1".to_owned()),
        ("TLS__MODE", "off".to_owned()),
        ("DEMO_PROVIDER__LISTEN", "127.0.0.1:0".to_owned()),
        ("LIMITS__SIGN_IN_REQUESTS_PER_MINUTE", "1000000".to_owned()),
        ("TELEMETRY__LOG", "off".to_owned()),
    ];
    if let Some((certificate, key)) = tls_files {
        variables.extend([
            ("SERVER__PUBLIC_URL", "https://127.0.0.1:5000".to_owned()),
            ("TLS__MODE", "files".to_owned()),
            ("TLS__CERTIFICATE", certificate.display().to_string()),
            ("TLS__PRIVATE_KEY", key.display().to_string()),
        ]);
    }
    let variables = variables.into_iter().map(|(name, value)| (format!("IDENTITY_WEB__{name}"), value));
    Settings::from_environment(Path::new("/nowhere"), variables).unwrap_or_else(|error| panic!("{error}"))
}

/// A certificate in files, for the server, and to be trusted by the client.
struct Certificate {
    certificate: rcgen::Certificate,
    files: [PathBuf; 2],
}

impl Certificate {
    fn generate() -> Self {
        let generated = rcgen::generate_simple_self_signed(["127.0.0.1".to_owned()]).unwrap();
        let file = |name: &str| std::env::temp_dir().join(format!("latency-{}-{name}.pem", std::process::id()));
        let files = [file("certificate"), file("key")];
        std::fs::write(&files[0], generated.cert.pem()).unwrap();
        std::fs::write(&files[1], generated.signing_key.serialize_pem()).unwrap();
        Self { certificate: generated.cert, files }
    }
}

impl Drop for Certificate {
    fn drop(&mut self) {
        for file in &self.files {
            let _ = std::fs::remove_file(file);
        }
    }
}

/// Measures an application with or without TLS; returns whether all medians are within the bound.
async fn run(certificate: Option<Certificate>) -> bool {
    let files = certificate.as_ref().map(|certificate| (&*certificate.files[0], &*certificate.files[1]));
    let application = Application::build(settings(files), Clock::system()).unwrap();
    let (address, operations) = (application.address(), application.operations_address());
    let (identity, handle) = (application.identity().clone(), application.handle());
    actix_web::rt::spawn(application.run_until_stopped());
    identity.services().providers.default.provider.keys().await.unwrap();
    let session = identity.test_user("ada").claim("name", "Ada Lovelace").sign_in().await.unwrap();
    let cookie = format!("{}={}", session.name(), session.value());
    let measured = actix_web::rt::task::spawn_blocking(move || {
        if let Some(certificate) = certificate {
            let stream = tls_client(address, &certificate.certificate);
            return measure("https", &PAGES, Client { stream, cookie });
        }
        let client = |address| Client { stream: connect(address), cookie: cookie.clone() };
        let pages = measure("http", &PAGES, client(address));
        measure("http", &OPERATIONS, client(operations)) && pages
    });
    let within = measured.await.unwrap();
    handle.stop(false).await;
    within
}

fn main() -> ExitCode {
    tls::install_crypto();
    println!("{:<6}{:<22}{:<10}{:>7}{:>9}", "", "path", "accepts", "p50 ms", "p99 ms");
    let within = actix_web::rt::System::new().block_on(async {
        let plain = run(None).await;
        run(Some(Certificate::generate())).await && plain
    });
    if within { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}
