//! Real proxies, with the configuration files of deploy/ and the tests' addresses in them.

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use actix_web::web::{self, Bytes, Data};
use actix_web::{App, HttpRequest, HttpResponse, HttpServer};
use rcgen::{CertifiedKey, KeyPair, generate_simple_self_signed};

use super::process::Process;
use super::{Folder, eventually};

/// Copies a file of deploy/ into a folder, with these texts replaced.
pub fn copy(file: &str, folder: &Folder, replaced: &[(&str, String)]) -> PathBuf {
    let source = Path::new(env!("CARGO_MANIFEST_DIR")).join("deploy").join(file);
    let mut text = std::fs::read_to_string(&source).unwrap();
    for (stands, comes) in replaced {
        assert!(text.contains(stands), "{file} has no {stands:?}");
        text = text.replace(stands, comes);
    }
    let copy = folder.path().join(source.file_name().unwrap());
    std::fs::write(&copy, text).unwrap();
    copy
}

/// Generates a certificate for 127.0.0.1, and writes it with its key into one file, as the proxies need it.
pub fn certificate(folder: &Folder) -> CertifiedKey<KeyPair> {
    let certified = generate_simple_self_signed(vec!["127.0.0.1".to_owned()]).unwrap();
    let pem = certified.cert.pem() + &certified.signing_key.serialize_pem();
    std::fs::write(folder.path().join("certificate.pem"), pem).unwrap();
    certified
}

/// Returns a command for a program, which may be where only Debian or tests/run puts it.
pub fn program(name: &str) -> Command {
    let cache =
        std::env::var("XDG_CACHE_HOME").unwrap_or_else(|_| std::env::var("HOME").unwrap_or_default() + "/.cache");
    let proxies = format!("{cache}/identity-web/proxies");
    let path = std::env::var("PATH").unwrap_or_default();
    let mut command = Command::new(name);
    command.env("PATH", format!("{path}:/usr/sbin:/usr/local/sbin:{proxies}/envoy/_bin:{proxies}/bin"));
    command.stdout(Stdio::null()).stderr(Stdio::null());
    command
}

/// Runs a program that listens on a port.
pub async fn run(command: &mut Command, port: u16) -> Process {
    let process = Process::start(command);
    let name = command.get_program().to_string_lossy().into_owned();
    eventually(&name, async || std::net::TcpStream::connect(("127.0.0.1", port)).ok()).await;
    process
}

/// An application without any sign-in: it responds with the request that it received.
pub struct Application {
    /// Its port.
    pub port: u16,
    reached: Arc<AtomicUsize>,
}

impl Application {
    /// Starts it.
    pub fn start() -> Self {
        let reached = Arc::new(AtomicUsize::new(0));
        let count = Data::from(Arc::clone(&reached));
        let app = move || App::new().app_data(count.clone()).default_service(web::to(echo));
        let server = HttpServer::new(app).workers(1).disable_signals().bind("127.0.0.1:0").unwrap();
        let port = server.addrs()[0].port();
        actix_web::rt::spawn(server.run());
        Self { port, reached }
    }

    /// Returns how many requests it has received.
    pub fn reached(&self) -> usize {
        self.reached.load(Ordering::SeqCst)
    }
}

async fn echo(request: HttpRequest, body: Bytes, reached: Data<AtomicUsize>) -> HttpResponse {
    reached.fetch_add(1, Ordering::SeqCst);
    let line =
        |(name, value): (_, &actix_web::http::header::HeaderValue)| format!("{name}: {}", value.to_str().unwrap());
    let mut lines: Vec<_> = request.headers().iter().map(|(name, value)| line((name.as_str(), value))).collect();
    lines.sort();
    let (method, uri, body) = (request.method(), request.uri(), String::from_utf8_lossy(&body).into_owned());
    HttpResponse::Ok().body(format!("{method} {uri}\n{}\n\n{body}", lines.join("\n")))
}
