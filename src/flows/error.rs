//! Why a use case failed.

use thiserror::Error;
use url::Url;

use super::hooks::HookFailure;
use super::interaction::Interaction;
use crate::entra::graph::GraphError;
use crate::oidc::access_token::AccessTokenError;
use crate::oidc::authorization::NoRandomness;
use crate::oidc::callback::{AuthorizationError, Refusal};
use crate::oidc::id_token::IdTokenError;
use crate::oidc::introspection::IntrospectionError;
use crate::oidc::logout_token::LogoutTokenError;
use crate::oidc::provider::ProviderError;
use crate::oidc::token::TokenError;
use crate::oidc::userinfo::UserinfoError;
use crate::session::backend::BackendError;
use crate::session::error::StoreError;
use crate::session::transaction::TransactionError;

/// Why a use case failed. The web layer explains it to the browser, and logs it.
#[derive(Clone, Debug, Error)]
pub enum Error {
    /// Nothing is known about the provider.
    #[error(transparent)]
    Provider(#[from] ProviderError),
    /// The response has no transaction.
    #[error(transparent)]
    Transaction(#[from] TransactionError),
    /// The authorization response failed a check, or is an error.
    #[error(transparent)]
    Authorization(#[from] AuthorizationError),
    /// This transaction's code was spent before.
    #[error("this sign-in was completed before")]
    AlreadySpent,
    /// The application doesn't admit the user, who sees this text, and may sign out at the provider.
    #[error("the application refused the sign-in: {text}")]
    NotAdmitted {
        /// The application's text.
        text: String,
        /// Where the user signs out at the provider, if it offers that.
        sign_out: Option<Url>,
    },
    /// The application's hook for sign-ins gave no answer.
    #[error("the hook on_sign_in failed: {0}")]
    Hook(HookFailure),
    /// A signed-in user asked for this sign-in, and another one answered it.
    #[error("another user answered this sign-in than the one who asked for it")]
    OtherUser,
    /// No tokens.
    #[error(transparent)]
    Token(#[from] TokenError),
    /// The ID token failed a check.
    #[error(transparent)]
    IdToken(#[from] IdTokenError),
    /// An API's access token failed a check.
    #[error(transparent)]
    AccessToken(#[from] AccessTokenError),
    /// The provider couldn't be asked about an API's access token.
    #[error(transparent)]
    Introspection(#[from] IntrospectionError),
    /// The settings say that the provider is asked about access tokens, but it offers no way to.
    #[error("api.introspection is always, but the identity provider's metadata has no introspection_endpoint")]
    NoIntrospection,
    /// The settings don't say which access tokens are for this API.
    #[error(
        "api.audience is unset, so no access token is accepted; set it to the value that aud has in tokens for this API"
    )]
    NoAudience,
    /// The logout token failed a check, beyond those of every token.
    #[error(transparent)]
    LogoutToken(#[from] LogoutTokenError),
    /// The userinfo response failed a check.
    #[error(transparent)]
    Userinfo(#[from] UserinfoError),
    /// The session can't be read or written.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// A third party asks to sign in (OpenID Connect Core section 4) or to sign out at another issuer.
    #[error("a third party named an issuer that isn't ours")]
    ForeignIssuer,
    /// The provider of the session is no longer in the settings, so nothing can be asked of it.
    #[error("the provider of this session is no longer in the settings")]
    ProviderRemoved,
    /// The provider refused to renew the tokens: the session has ended.
    #[error("the provider refused to renew the session: {0}")]
    RenewalRefused(Refusal),
    /// Microsoft Graph is unavailable, or refuses.
    #[error(transparent)]
    Graph(#[from] GraphError),
    /// The provider must ask the user first.
    #[error("the provider must ask the user first")]
    Interaction(Interaction),
    /// There are no random bytes.
    #[error(transparent)]
    Randomness(#[from] NoRandomness),
    /// The redirect URI in the settings isn't a URL.
    #[error("the redirect URI isn't a URL")]
    RedirectUri(#[from] url::ParseError),
}

impl From<BackendError> for Error {
    fn from(error: BackendError) -> Self {
        Self::Store(error.into())
    }
}
