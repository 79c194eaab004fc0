//! Sign-out at the provider: OpenID Connect RP-Initiated Logout 1.0 section 2.

use url::Url;

use super::endpoint;

/// A request to the provider's `end_session_endpoint`.
#[derive(Debug)]
pub struct EndSession<'a> {
    /// Our client id.
    pub client_id: &'a str,
    /// The ID token of the session that ends; without it, some providers ask the user to confirm.
    pub id_token_hint: Option<&'a str>,
    /// The user, as the provider knows them (the claim `login_hint`, or `preferred_username`).
    pub logout_hint: Option<&'a str>,
    /// Where the provider sends the browser afterwards. It must be registered there.
    pub post_logout_redirect_uri: &'a str,
    /// A value that the provider returns. It proves nothing: any is accepted.
    pub state: &'a str,
}

impl EndSession<'_> {
    /// Returns the URL to send the browser to.
    pub fn url(&self, end_session_endpoint: &Url) -> Url {
        let mut parameters: Vec<_> = self.id_token_hint.map(|hint| ("id_token_hint", hint)).into_iter().collect();
        parameters.extend([
            ("client_id", self.client_id),
            ("post_logout_redirect_uri", self.post_logout_redirect_uri),
            ("state", self.state),
        ]);
        parameters.extend(self.logout_hint.map(|hint| ("logout_hint", hint)));
        let parameters: Vec<_> =
            parameters.into_iter().map(|(name, value)| (name.to_owned(), value.to_owned())).collect();
        endpoint::with_parameters(end_session_endpoint, &parameters)
    }
}
