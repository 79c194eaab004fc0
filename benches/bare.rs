//! Bare Actix Web, the floor that `benches/run` compares with: `bare ADDRESS [CERTIFICATE PRIVATE_KEY]`.
//!
//! `/` returns an empty response, `/N` N bytes of HTML. Two workers, as every server that `benches/run` measures; the
//! system's allocator and no middleware, as most users of Actix have it.

#![expect(clippy::unwrap_used, reason = "a benchmark fails as a test does")]

use actix_web::http::header::ContentType;
use actix_web::web::{Bytes, Data, Path, get};
use actix_web::{App, HttpResponse, HttpServer};
use rustls::ServerConfig;
use rustls::pki_types::pem::PemObject as _;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};

const MAX_BODY_BYTES: usize = 1024 * 1024;

async fn empty() -> HttpResponse {
    HttpResponse::Ok().finish()
}

/// Returns the first bytes of a body that is shared by all responses.
async fn body(bytes: Path<usize>, longest: Data<Bytes>) -> HttpResponse {
    let body = longest.slice(..bytes.into_inner().min(MAX_BODY_BYTES));
    HttpResponse::Ok().content_type(ContentType::html()).body(body)
}

fn tls(certificate: &str, private_key: &str) -> ServerConfig {
    rustls::crypto::ring::default_provider().install_default().unwrap();
    let certificates = CertificateDer::pem_file_iter(certificate).unwrap().map(Result::unwrap).collect();
    let private_key = PrivateKeyDer::from_pem_file(private_key).unwrap();
    ServerConfig::builder().with_no_client_auth().with_single_cert(certificates, private_key).unwrap()
}

#[actix_web::main]
async fn main() -> std::io::Result<()> {
    let arguments: Vec<_> = std::env::args().skip(1).collect();
    let longest = Data::new(Bytes::from(vec![b'x'; MAX_BODY_BYTES]));
    let server = HttpServer::new(move || {
        App::new().app_data(longest.clone()).route("/", get().to(empty)).route("/{bytes}", get().to(body))
    });
    let server = server.workers(2).tcp_nodelay(true);
    let server = match &arguments[..] {
        [address] => server.bind(address)?,
        [address, certificate, private_key] => server.bind_rustls_0_23(address, tls(certificate, private_key))?,
        _ => panic!("usage: bare ADDRESS [CERTIFICATE PRIVATE_KEY]"),
    };
    server.run().await
}
