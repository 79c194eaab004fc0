//! TLS for the public listener.

use std::path::Path;
use std::sync::Arc;

use rustls::ServerConfig;
use rustls::crypto::ring::Ticketer;
use rustls::pki_types::pem::PemObject as _;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use thiserror::Error;
use tracing::warn;
use url::{Host, Url};
use x509_cert::Certificate;
use x509_cert::der::Decode as _;

use crate::clock::Timestamp;
use crate::metrics;

/// Why a certificate can't be used.
#[derive(Debug, Error)]
pub enum TlsError {
    /// A PEM file can't be read.
    #[error("can't read {file}: {cause}")]
    File {
        /// The file.
        file: String,
        /// The cause.
        cause: rustls::pki_types::pem::Error,
    },
    /// The key doesn't match the certificate, or one of them has an unsupported type.
    #[error("can't use the certificate and its key: {0}")]
    Unusable(#[from] rustls::Error),
    /// No ad hoc certificate can be generated.
    #[error("can't generate an ad hoc certificate: {0}")]
    AdHoc(#[from] rcgen::Error),
}

/// Returns the TLS configuration with a certificate from PEM files.
///
/// # Errors
/// [`TlsError::File`] and [`TlsError::Unusable`].
pub fn from_files(certificate: &Path, private_key: &Path) -> Result<ServerConfig, TlsError> {
    let failed = |file: &Path| {
        let file = file.display().to_string();
        |cause| TlsError::File { file, cause }
    };
    let chain = CertificateDer::pem_file_iter(certificate)
        .and_then(Iterator::collect::<Result<Vec<_>, _>>)
        .map_err(failed(certificate))?;
    let key = PrivateKeyDer::from_pem_file(private_key).map_err(failed(private_key))?;
    server(chain, key)
}

/// Returns the TLS configuration with a self-signed certificate, generated now for the host of `public_url` and for this
/// machine. No browser trusts it.
///
/// # Errors
/// [`TlsError::AdHoc`] and [`TlsError::Unusable`].
pub fn ad_hoc(public_url: &Url) -> Result<ServerConfig, TlsError> {
    let mut names = vec!["localhost".to_owned(), "127.0.0.1".to_owned(), "::1".to_owned()];
    names.extend(match public_url.host() {
        Some(Host::Ipv6(address)) => Some(address.to_string()),
        host => host.map(|host| host.to_string()),
    });
    let certified = rcgen::generate_simple_self_signed(names)?;
    let key = PrivateKeyDer::try_from(certified.signing_key.serialize_der())
        .map_err(|message| rustls::Error::General(message.to_owned()))?;
    server(vec![certified.cert.der().clone()], key)
}

fn server(chain: Vec<CertificateDer<'static>>, key: PrivateKeyDer<'static>) -> Result<ServerConfig, TlsError> {
    match chain.first().map(|certificate| expiry(certificate)) {
        Some(Ok(at)) => metrics::credential_expires("TLS certificate", at),
        Some(Err(error)) => warn!(cause = %error, "can't determine when the certificate expires"),
        None => {}
    }
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let config = ServerConfig::builder_with_provider(provider).with_safe_default_protocol_versions()?;
    let mut config = config.with_no_client_auth().with_single_cert(chain, key)?;
    // Tickets (RFC 8446 section 2.2): sessions are resumed without memory for them here.
    config.ticketer = Ticketer::new()?;
    Ok(config)
}

/// Returns when a certificate expires (RFC 5280 section 4.1.2.5).
fn expiry(certificate: &CertificateDer<'_>) -> Result<Timestamp, x509_cert::der::Error> {
    let certificate = Certificate::from_der(certificate)?;
    Ok(Timestamp(0).plus(certificate.tbs_certificate().validity().not_after.to_unix_duration()))
}
