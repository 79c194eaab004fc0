//! Why a use case did not come to its end.

use thiserror::Error;

use super::interaction::Interaction;
use crate::entra::graph::GraphError;
use crate::oidc::authorization::NoRandomness;
use crate::oidc::callback::{AuthorizationError, Refusal};
use crate::oidc::id_token::IdTokenError;
use crate::oidc::provider::ProviderError;
use crate::oidc::token::TokenError;
use crate::oidc::userinfo::UserinfoError;
use crate::session::backend::BackendError;
use crate::session::current::StoreError;
use crate::session::transaction::TransactionError;

/// Why a use case did not come to its end. The web layer says it to the browser, and logs it.
#[derive(Clone, Debug, Error)]
pub enum Error {
    /// Nothing is known of the provider.
    #[error(transparent)]
    Provider(#[from] ProviderError),
    /// The response has no transaction.
    #[error(transparent)]
    Transaction(#[from] TransactionError),
    /// The authorization response is refused.
    #[error(transparent)]
    Authorization(#[from] AuthorizationError),
    /// This transaction's code was spent before.
    #[error("this sign-in was brought to its end before")]
    AlreadySpent,
    /// No tokens.
    #[error(transparent)]
    Token(#[from] TokenError),
    /// The ID token is refused.
    #[error(transparent)]
    IdToken(#[from] IdTokenError),
    /// Userinfo is refused.
    #[error(transparent)]
    Userinfo(#[from] UserinfoError),
    /// The session cannot be read or written.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// A third party asks to sign in at another issuer (OpenID Connect Core section 4).
    #[error("a sign-in was asked for at an issuer that is not ours")]
    ForeignIssuer,
    /// The provider does not renew the tokens: the session has ended.
    #[error("the provider does not renew the session: {0}")]
    RenewalRefused(Refusal),
    /// Microsoft Graph does not do as it is asked.
    #[error(transparent)]
    Graph(#[from] GraphError),
    /// The person must be asked at the provider first.
    #[error("the provider must ask the person first")]
    Interaction(Interaction),
    /// The system gives no random bytes.
    #[error(transparent)]
    Randomness(#[from] NoRandomness),
    /// The settings name a redirect URI that is no URL.
    #[error("the redirect URI is not a URL")]
    RedirectUri(#[from] url::ParseError),
}

impl From<BackendError> for Error {
    fn from(error: BackendError) -> Self {
        Self::Store(error.into())
    }
}
