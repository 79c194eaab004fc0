//! The demo provider, next to the application or on its own.

use std::sync::PoisonError;

use tracing::info;

use super::StartError;
#[cfg(feature = "program")]
use super::application::shutdown_signal;
use crate::clock::Clock;
use crate::demo::signer::Signer;
use crate::demo::{DEMO_CLIENT_ID, DEMO_CREDENTIAL, DemoProvider, DemoSettings};
use crate::oidc::credential::Credential;
use crate::oidc::provider::AuthorityKind;
use crate::settings::Settings;

/// Starts the demo provider in a task of this runtime; returns its authority.
pub(super) fn start(settings: &Settings, clock: Clock) -> Result<String, StartError> {
    let demo = build(settings, clock)?;
    let b2c = settings.provider.kind == AuthorityKind::B2c;
    let authority = if b2c { demo.b2c_authority() } else { demo.authority() };
    info!(%authority, "no client is configured: signing users in with the demo identity provider");
    actix_web::rt::spawn(demo.run()?);
    Ok(authority)
}

/// The demo provider that the settings describe, listening.
///
/// # Errors
/// Its address is in use, or no key can be generated.
pub fn build(settings: &Settings, clock: Clock) -> Result<DemoProvider, StartError> {
    let url = |path: &str| format!("{}{path}", settings.server.public_url.as_str().trim_end_matches('/'));
    let demo = &settings.demo_provider;
    let (client_id, client_credential) = if settings.demo {
        (DEMO_CLIENT_ID.to_owned(), DEMO_CREDENTIAL.to_owned())
    } else {
        let secret = settings.client.credential.secret().map(|secret| secret.expose().to_string());
        (settings.client.client_id.clone(), secret.unwrap_or_default())
    };
    let registration = DemoSettings {
        client_id,
        client_credential,
        redirect_uris: vec![settings.auth_request.redirect_uri.to_string(), url(&settings.endpoints.post_sign_out)],
        any_loopback: false,
        public_url: (demo.listen.port() != 0).then(|| demo.public_url.to_string()),
        internal_url: demo.internal_url.as_ref().map(ToString::to_string),
    };
    let signer = Signer::generate()?;
    let provider = DemoProvider::bind(demo.listen, registration, signer, clock)
        .map_err(|cause| StartError::Listen { address: demo.listen, cause })?;
    register(&provider, &settings.client.credential)?;
    Ok(provider)
}

/// Registers the client's certificate at the demo provider.
fn register(provider: &DemoProvider, credential: &Credential) -> Result<(), StartError> {
    match credential {
        Credential::Secret(_) => Ok(()),
        Credential::Certificate(certificate) => {
            let mut registered = provider.state.registered.lock().unwrap_or_else(PoisonError::into_inner);
            registered.certificates.push(certificate.key().certificate.clone());
            Ok(())
        }
        Credential::FederatedToken(_) => Err(StartError::DemoFederation),
    }
}

/// Serves a demo provider until the process receives SIGTERM or SIGINT.
///
/// # Errors
/// Its server failed.
#[cfg(feature = "program")]
pub async fn serve_until_told(demo: DemoProvider) -> Result<(), StartError> {
    let server = demo.run()?;
    let handle = server.handle();
    actix_web::rt::spawn(async move {
        shutdown_signal().await;
        handle.stop(true).await;
    });
    Ok(server.await?)
}
