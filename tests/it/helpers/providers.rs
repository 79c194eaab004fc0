//! An application with two providers: the demo provider of every test, and another one, `contoso`, with a client, a
//! secret and keys of its own.

use actix_web::web::Data;
use identity_web::internals::demo::{DemoProvider, DemoSettings, DemoState};
use url::Url;

use super::app::signer;
use super::{Answer, Browser, TestApp, free_port};

/// Our client at `contoso`.
pub const CONTOSO_CLIENT_ID: &str = "client-of-contoso";
const CONTOSO_SECRET: &str = "another secret, of more than thirty-two characters";

/// The application and its second provider. The first is [`TestApp::provider`].
pub struct TwoProviders {
    /// The application.
    pub app: TestApp,
    /// The second provider.
    pub contoso: Data<DemoState>,
    /// Its authority.
    pub authority: String,
}

impl TwoProviders {
    /// Starts them.
    pub async fn spawn() -> Self {
        Self::spawn_with(&[]).await
    }

    /// The same, with extra settings.
    pub async fn spawn_with(extra: &[(&str, &str)]) -> Self {
        let port = free_port();
        let (listen, url) = (format!("127.0.0.1:{port}"), format!("https://127.0.0.1:{port}"));
        let clock = identity_web::Clock::system();
        let registered = DemoSettings {
            client_id: CONTOSO_CLIENT_ID.to_owned(),
            client_credential: CONTOSO_SECRET.to_owned(),
            redirect_uris: ["redirect/contoso", "post_sign_out"].map(|path| format!("{url}/auth/{path}")).to_vec(),
            public_url: None,
            any_loopback: false,
            internal_url: None,
        };
        let provider = DemoProvider::bind(([127, 0, 0, 1], 0).into(), registered, signer(1), clock.clone()).unwrap();
        let (contoso, authority) = (provider.state.clone(), provider.authority());
        actix_web::rt::spawn(provider.run().unwrap());
        let settings = [
            ("server.listen", listen.as_str()),
            ("server.public_url", &url),
            ("client.display_name", "Fabrikam"),
            ("providers.contoso.authority_type", "SINGLE_TENANT"),
            ("providers.contoso.client_id", CONTOSO_CLIENT_ID),
            ("providers.contoso.client_credential", CONTOSO_SECRET),
            ("providers.contoso.authority", &authority),
            ("providers.contoso.display_name", "Contoso <Ltd>"),
            ("providers.contoso.domains", "contoso.example,Contoso.ORG"),
        ];
        let app = TestApp::spawn_with_clock(clock, &[&settings, extra].concat()).await;
        Self { app, contoso, authority }
    }

    /// Returns the issuers of both, the default one first.
    pub async fn issuers(&self) -> [String; 2] {
        let providers = &self.app.identity.services().providers;
        let contoso = providers.by_name("contoso").unwrap().provider.metadata().await.unwrap();
        [providers.default.provider.metadata().await.unwrap().issuer.clone(), contoso.issuer.clone()]
    }

    /// Begins a sign-in at a provider, and returns the URL there.
    pub async fn begin(&self, browser: &Browser, provider: &str) -> Url {
        browser.begin_with(&self.app, &format!("?provider={provider}")).await
    }

    /// Signs in at a provider up to the callback, and returns its URL.
    pub async fn callback_url(&self, browser: &Browser, provider: &str, person: &str) -> String {
        let url = self.begin(browser, provider).await;
        browser.pick(&url, person).await.location().to_owned()
    }

    /// Signs in at a provider, and returns the callback's response.
    pub async fn sign_in(&self, browser: &Browser, provider: &str, person: &str) -> Answer {
        browser.get(&self.callback_url(browser, provider, person).await).await
    }

    /// Returns a browser that is signed in at a provider.
    pub async fn signed_in(&self, provider: &str, person: &str) -> Browser {
        let browser = Browser::new();
        assert_eq!(self.sign_in(&browser, provider, person).await.location(), "/");
        browser
    }

    /// Returns how many token requests each provider has received, the default one first.
    pub fn token_requests(&self) -> [usize; 2] {
        [self.app.provider.token_requests(), self.contoso.token_requests()]
    }
}
