//! Sign-out at the provider: OpenID Connect RP-Initiated Logout 1.0 section 2.

use url::Url;

/// A request to the provider's `end_session_endpoint`.
#[derive(Debug)]
pub struct EndSession<'a> {
    /// Our client id.
    pub client_id: &'a str,
    /// The ID token of the session that ends.
    pub id_token_hint: &'a str,
    /// Who signs out, as the provider names it (the claim `login_hint`, else `preferred_username`).
    pub logout_hint: Option<&'a str>,
    /// Where the provider sends the browser afterwards; registered there.
    pub post_logout_redirect_uri: &'a str,
    /// A value that the provider hands back; it proves nothing, so any is accepted on return.
    pub state: &'a str,
}

impl EndSession<'_> {
    /// The URL to send the browser to.
    pub fn url(&self, end_session_endpoint: &Url) -> Url {
        let mut url = end_session_endpoint.clone();
        let mut query = url.query_pairs_mut();
        query
            .append_pair("id_token_hint", self.id_token_hint)
            .append_pair("client_id", self.client_id)
            .append_pair("post_logout_redirect_uri", self.post_logout_redirect_uri)
            .append_pair("state", self.state);
        if let Some(hint) = self.logout_hint {
            query.append_pair("logout_hint", hint);
        }
        drop(query);
        url
    }
}
