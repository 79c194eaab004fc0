//! The demo provider in the process of an application's tests.

use std::fmt;
use std::net::SocketAddr;

use actix_web::dev::ServerHandle;
use actix_web::rt::System;
use actix_web::web::Data;
use tokio::sync::oneshot;

use super::StartError;
use crate::clock::Clock;
use crate::demo::signer::Signer;
use crate::demo::{self, DEMO_CLIENT_ID, DemoSettings, DemoState};
use crate::oidc::authorization::random_text;
use crate::settings::provider::{Credential, Provider};

/// An OpenID Provider in this process, for end-to-end tests of an application: a demo of Microsoft Entra ID with three
/// people. It has a port and keys of its own, and stops when it is dropped.
///
/// Sign in as a browser does: request `/auth/sign_in` of your application, pass the `Location` to
/// [`sign_in`](Self::sign_in), and request what it returns, with the cookies.
///
/// ```no_run
/// use identity_web::IdentityWeb;
/// use identity_web::testing::DemoProvider;
///
/// # async fn test() -> Result<(), Box<dyn std::error::Error>> {
/// let demo = DemoProvider::start().await?;
/// let builder = IdentityWeb::builder().public_url("http://127.0.0.1:8080").provider(demo.provider());
/// let identity = builder.sessions_in_memory().build().await?;
/// # Ok(())
/// # }
/// ```
pub struct DemoProvider {
    state: Data<DemoState>,
    issuer: String,
    authority: String,
    secret: String,
    server: ServerHandle,
}

/// The demo provider refuses an authorization request, or has no such person.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the demo provider: {0}")]
pub struct DemoRefusal(String);

impl fmt::Debug for DemoProvider {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("DemoProvider").field("authority", &self.authority).finish_non_exhaustive()
    }
}

impl DemoProvider {
    /// Starts the provider at a free port of 127.0.0.1, in a thread of its own. Any redirect URI of this machine
    /// (`127.0.0.1`, `[::1]`, `localhost`) is registered.
    ///
    /// # Errors
    /// It can't listen, or there is no randomness for its keys.
    pub async fn start() -> Result<Self, StartError> {
        let secret = random_text(&ring::rand::SystemRandom::new())?;
        let settings = DemoSettings {
            client_id: DEMO_CLIENT_ID.to_owned(),
            client_credential: secret.clone(),
            redirect_uris: Vec::new(),
            any_loopback: true,
            public_url: None,
            internal_url: None,
        };
        let address = SocketAddr::from(([127, 0, 0, 1], 0));
        // Not RSA: without optimisation, generating a key takes many seconds.
        let provider = demo::DemoProvider::bind(address, settings, Signer::elliptic()?, Clock::system())
            .map_err(|cause| StartError::Listen { address, cause })?;
        let (state, authority) = (provider.state.clone(), provider.authority());
        let (started, server) = oneshot::channel();
        // The test's runtime may end, or have no local tasks.
        std::thread::spawn(move || {
            System::new().block_on(async {
                match provider.run() {
                    Ok(server) => {
                        let _ = started.send(Ok(server.handle()));
                        let _ = server.await;
                    }
                    Err(error) => {
                        let _ = started.send(Err(error));
                    }
                }
            });
        });
        let server = server.await.map_err(std::io::Error::other)??;
        let issuer = format!("{authority}/v2.0");
        Ok(Self { state, issuer, authority, secret, server })
    }

    /// Returns the provider, and the client that is registered there, for
    /// [`IdentityWebBuilder::provider`](crate::IdentityWebBuilder::provider).
    pub fn provider(&self) -> Provider {
        let provider = Provider::entra("demo", DEMO_CLIENT_ID, Credential::secret(self.secret.as_str()));
        provider.authority(self.authority.as_str()).setting("client.id_token_signed_response_alg", "ES256")
    }

    /// Returns the issuer of its tokens (`iss`).
    pub fn issuer(&self) -> &str {
        &self.issuer
    }

    /// Returns the authority, for `client.authority` with the type `SINGLE_TENANT`.
    pub fn authority(&self) -> &str {
        &self.authority
    }

    /// Returns the ID of the registered client.
    pub fn client_id(&self) -> &str {
        DEMO_CLIENT_ID
    }

    /// Returns the client's secret.
    pub fn client_secret(&self) -> &str {
        &self.secret
    }

    /// Signs a person in and consents to what is requested, as the person would do on the provider's page. Returns the URL
    /// to which the provider then redirects the browser: your application's callback.
    ///
    /// The people are `ada` (app roles `Admin` and `Editor`, member of 3 groups), `grace` (`Editor`, member of 250 groups,
    /// which is more than an ID token has room for) and `alan` (no role, no group). Each is another user.
    ///
    /// # Errors
    /// The provider refuses the request, or there is no such person.
    pub fn sign_in(&self, authorization_url: &str, person: &str) -> Result<String, DemoRefusal> {
        self.state.sign_in(authorization_url, person).map_err(DemoRefusal)
    }

    /// Issues a person's access token for an API, as Microsoft Entra does (version 2): `aud` is `audience`, and `scp` is
    /// `scopes`, separated by spaces. The demo provider signs with ES256, which your API has to accept:
    ///
    /// ```no_run
    /// use identity_web::IdentityWeb;
    /// use identity_web::testing::DemoProvider;
    ///
    /// # async fn test() -> Result<(), Box<dyn std::error::Error>> {
    /// let demo = DemoProvider::start().await?;
    /// let builder = IdentityWeb::builder().public_url("http://127.0.0.1:8080").provider(demo.provider());
    /// let builder = builder.api_audience(["api://tasks"]).setting("api.signing_algorithms", ["ES256"]);
    /// let identity = builder.sessions_in_memory().build().await?;
    /// let token = demo.access_token("ada", "api://tasks", "tasks.read tasks.write")?;
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    /// There is no such person.
    pub fn access_token(&self, person: &str, audience: &str, scopes: &str) -> Result<String, DemoRefusal> {
        self.state.access_token_of(person, audience, scopes).map_err(DemoRefusal)
    }
}

impl Drop for DemoProvider {
    fn drop(&mut self) {
        // The command is sent at once; the future would wait for the end.
        drop(self.server.stop(false));
    }
}
