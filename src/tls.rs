//! TLS: its cryptography and, for the program, the configuration of the public listener.

#[cfg(feature = "program")]
mod server;

#[cfg(feature = "program")]
pub use server::{TlsError, ad_hoc, from_files};

/// Installs ring as the process's cryptography for TLS.
pub fn install_crypto() {
    // Fails only if the application has installed one already.
    let _ = rustls::crypto::ring::default_provider().install_default();
}
