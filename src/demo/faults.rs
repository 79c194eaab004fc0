//! Misbehaviour on demand: what a hostile or broken provider might send.

use std::sync::Arc;
use std::time::Duration;

use serde_json::Value;

/// Rewrites a document before it is sent.
pub type Rewrite = Arc<dyn Fn(&mut Value) + Send + Sync>;
/// Rewrites the parameters of an authorization response.
pub type RewriteParameters = Arc<dyn Fn(&mut Vec<(String, String)>) + Send + Sync>;

/// How a token is signed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Signature {
    /// With the published key.
    #[default]
    Own,
    /// With another key under the published one's `kid`.
    Foreign,
    /// With the client's secret: HS256.
    ClientSecret,
    /// Not at all: `alg` is `none`.
    None,
}

/// What goes wrong. By default nothing does.
#[derive(Clone, Default)]
pub struct Faults {
    /// The discovery document.
    pub discovery: Option<Rewrite>,
    /// The key set.
    pub key_set: Option<Rewrite>,
    /// The ID token's header.
    pub header: Option<Rewrite>,
    /// The ID token's claims.
    pub claims: Option<Rewrite>,
    /// The ID token's signature.
    pub signature: Signature,
    /// The token response.
    pub token_response: Option<Rewrite>,
    /// How long a renewal takes after the refresh token was used.
    pub renewal_takes: Duration,
    /// A refresh token can be used only once.
    pub strict_rotation: bool,
    /// The status and body of every response of Microsoft Graph.
    pub graph: Option<(u16, Value)>,
    /// What Microsoft Graph requires of an access token: the JSON of a claims challenge.
    pub graph_challenge: Option<String>,
    /// The userinfo response.
    pub userinfo: Option<Rewrite>,
    /// The response of the introspection endpoint.
    pub introspection: Option<Rewrite>,
    /// The error response to an exchange of tokens.
    pub exchange: Option<Value>,
    /// The authorization response.
    pub authorization_response: Option<RewriteParameters>,
    /// Whether new keys are generated between the authorization response and the ID token.
    pub rotate_before_signing: bool,
    /// The status of every response except pages. The default is 200.
    pub status: Option<u16>,
}

pub(super) fn apply(rewrite: Option<&Rewrite>, mut document: Value) -> Value {
    if let Some(rewrite) = rewrite {
        rewrite(&mut document);
    }
    document
}
