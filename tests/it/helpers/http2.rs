//! HTTP/2 over TLS (ALPN `h2`), which no client that the tests have otherwise speaks.

use std::error::Error;
use std::sync::Arc;

use actix_web::web::Bytes;
use reqwest::Method;
use reqwest::header::{HeaderMap, HeaderName, HeaderValue};
use rustls::client::danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier};
use rustls::crypto::ring::default_provider;
use rustls::pki_types::{CertificateDer, ServerName, UnixTime};
use rustls::{ClientConfig, DigitallySignedStruct, SignatureScheme};
use tokio::net::TcpStream;
use tokio_rustls::TlsConnector;
use url::Url;

use super::Answer;

/// Accepts every certificate: the application under test generates its own at startup.
#[derive(Debug)]
pub struct AnyCertificate;

impl ServerCertVerifier for AnyCertificate {
    fn verify_server_cert(
        &self,
        _: &CertificateDer<'_>,
        _: &[CertificateDer<'_>],
        _: &ServerName<'_>,
        _: &[u8],
        _: UnixTime,
    ) -> Result<ServerCertVerified, rustls::Error> {
        Ok(ServerCertVerified::assertion())
    }

    fn verify_tls12_signature(
        &self,
        _: &[u8],
        _: &CertificateDer<'_>,
        _: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        Ok(HandshakeSignatureValid::assertion())
    }

    fn verify_tls13_signature(
        &self,
        _: &[u8],
        _: &CertificateDer<'_>,
        _: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        Ok(HandshakeSignatureValid::assertion())
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        default_provider().signature_verification_algorithms.supported_schemes()
    }
}

/// Sends one request over a connection of its own, each header as given, and reads the whole response.
///
/// # Errors
/// The connection fails, or the server resets the stream before the response is complete.
pub async fn send(
    method: &Method,
    url: &str,
    headers: &[(String, Vec<u8>)],
    body: Option<String>,
) -> Result<Answer, Box<dyn Error>> {
    let mut request = http::Request::builder().method(method.as_str()).uri(url).version(http::Version::HTTP_2);
    for (name, value) in headers {
        request = request.header(name, value.as_slice());
    }
    let request = request.body(())?;

    let (mut sender, connection) = h2::client::handshake(connect(&Url::parse(url)?).await?).await?;
    actix_web::rt::spawn(async move {
        // A failure also reaches those who wait for a response.
        let _ = connection.await;
    });
    let (response, mut sending) = sender.send_request(request, body.is_none())?;
    if let Some(body) = body {
        sending.send_data(Bytes::from(body), true)?;
    }
    let (head, mut receiving) = response.await?.into_parts();
    let mut bytes = Vec::new();
    while let Some(chunk) = receiving.data().await {
        let chunk = chunk?;
        receiving.flow_control().release_capacity(chunk.len())?;
        bytes.extend_from_slice(&chunk);
    }
    // h2 has the header types of the http crate before 1.0.
    let mut headers = HeaderMap::new();
    for (name, value) in &head.headers {
        let name = HeaderName::from_bytes(name.as_ref())?;
        headers.append(name, HeaderValue::from_bytes(value.as_bytes())?);
    }
    Ok(Answer { status: head.status.as_u16(), headers, body: String::from_utf8_lossy(&bytes).into_owned() })
}

async fn connect(url: &Url) -> Result<tokio_rustls::client::TlsStream<TcpStream>, Box<dyn Error>> {
    let (host, port) = (url.host_str().unwrap_or_default(), url.port_or_known_default().unwrap_or(443));
    let verifier = Arc::new(AnyCertificate);
    let mut config =
        ClientConfig::builder().dangerous().with_custom_certificate_verifier(verifier).with_no_client_auth();
    config.alpn_protocols = vec![b"h2".to_vec()];
    let stream = TcpStream::connect((host, port)).await?;
    let connector = TlsConnector::from(Arc::new(config));
    let stream = connector.connect(ServerName::try_from(host.to_owned())?, stream).await?;
    assert_eq!(stream.get_ref().1.alpn_protocol(), Some(&b"h2"[..]), "{url} does not speak HTTP/2");
    Ok(stream)
}
