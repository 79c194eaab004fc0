//! Access tokens for APIs, as a handler sees them.

use std::future::Future;
use std::marker::PhantomData;
use std::pin::Pin;
use std::sync::Arc;

use actix_web::dev::Payload;
use actix_web::web::Data;
use actix_web::{FromRequest, HttpRequest};
use base64::Engine as _;
use base64::alphabet::{STANDARD, URL_SAFE};
use base64::engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig};

use super::error::Error;
use super::identity::Identity;
use crate::flows::interaction::Interaction;
use crate::flows::renew::TokenRequest;
use crate::flows::{Error as Cause, IdentityWeb};
use crate::session::Loaded;
use crate::session::actix::RequestSession;
use crate::session::error::StoreError;

/// The scopes that this application needs at an API.
///
/// At Microsoft Entra all scopes of one token belong to one API.
pub trait ApiScopes: 'static {
    /// The scopes, such as `User.Read`, or `api://…/Orders.Read`.
    const SCOPES: &'static [&'static str];
}

/// The scopes of the sign-in itself (`auth_request.scopes`).
pub enum SignInScopes {}

impl ApiScopes for SignInScopes {
    const SCOPES: &'static [&'static str] = &[];
}

/// An access token of the signed-in user for the API `R`, renewed if it had expired, by one request of all replicas. As a
/// handler's argument it returns 401 to signed-out users, and if consent is missing a page that leads to the provider and
/// back.
///
/// ```
/// use actix_web::Responder;
/// use identity_web::{AccessToken, ApiScopes};
///
/// enum Orders {}
/// impl ApiScopes for Orders {
///     const SCOPES: &'static [&'static str] = &["api://orders/Orders.Read"];
/// }
///
/// async fn orders(token: AccessToken<Orders>) -> impl Responder {
///     let authorization = format!("Bearer {}", token.expose());
///     // … call the API, over https.
/// #   drop(authorization);
///     "orders"
/// }
/// ```
pub struct AccessToken<R: ApiScopes = SignInScopes> {
    secret: String,
    identity: IdentityWeb,
    resource: PhantomData<R>,
}

impl<R: ApiScopes> AccessToken<R> {
    /// The token, for the `Authorization` header of a request to its API; never for a log or a page.
    pub fn expose(&self) -> &str {
        &self.secret
    }

    /// Gets another token in place of this one, which the API has refused with 401 although it should be valid.
    ///
    /// # Errors
    /// As for the token itself.
    pub async fn refused(&self) -> Result<Self, Error> {
        Self::of_request(self.identity.clone(), Some(self.secret.clone())).await
    }

    /// Answers a claims challenge of the API (continuous access evaluation, conditional access): an error that, returned by
    /// the handler, leads to the provider with the challenge's `claims` and back. `None` if the API's `WWW-Authenticate`
    /// is no such challenge.
    pub fn challenged(&self, www_authenticate: &str) -> Option<Error> {
        let claims = challenge(www_authenticate)?;
        let interaction = Interaction::consent(&scopes::<R>()).with_claims(Some(claims));
        Some(interaction_required(&self.identity, interaction))
    }

    async fn of_request(identity: IdentityWeb, refused: Option<String>) -> Result<Self, Error> {
        let request = TokenRequest { scopes: scopes::<R>(), refused };
        let secret = with_session(async |session| identity.access_token(session, &request).await).await;
        let secret = secret.map_err(|error| match error {
            Cause::Interaction(interaction) => interaction_required(&identity, interaction),
            error => error.into(),
        })?;
        Ok(Self { secret, identity, resource: PhantomData })
    }
}

/// Does something with the session of the request under way that may change it or find that it has ended, and notes that.
pub(super) async fn with_session<T>(
    work: impl AsyncFnOnce(&Arc<Loaded>) -> Result<(T, Option<Arc<Loaded>>), Cause>,
) -> Result<T, Cause> {
    let session = RequestSession::of_request()?;
    let loaded = session.loaded()?.ok_or(StoreError::Ended)?;
    // Boxed: it is large and seldom, and every request would carry its size.
    match Box::pin(work(&loaded)).await {
        Ok((outcome, changed)) => {
            if let Some(changed) = changed {
                session.update(changed);
            }
            Ok(outcome)
        }
        Err(error) => {
            match &error {
                Cause::RenewalRefused(_) => session.ended(),
                Cause::Store(StoreError::Ended) => session.lost(),
                _ => {}
            }
            Err(error)
        }
    }
}

impl<R: ApiScopes> FromRequest for AccessToken<R> {
    type Error = Error;
    type Future = Pin<Box<dyn Future<Output = Result<Self, Error>>>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        let identity = request.app_data::<Data<IdentityWeb>>().map(|identity| identity.get_ref().clone());
        Box::pin(async move {
            Identity::of_request()?.ok_or(Error::NotSignedIn)?;
            Self::of_request(identity.ok_or(StoreError::NotWrapped)?, None).await
        })
    }
}

pub(super) fn scopes<R: ApiScopes>() -> Vec<String> {
    R::SCOPES.iter().map(|&scope| scope.to_owned()).collect()
}

/// The provider must ask the user first: at the account that is signed in.
pub(super) fn interaction_required(identity: &IdentityWeb, interaction: Interaction) -> Error {
    let user = Identity::of_request().ok().flatten();
    let hint = |user: &Identity| {
        ["login_hint", "preferred_username"].iter().find_map(|name| user.claims().text(name).map(str::to_owned))
    };
    let interaction = Interaction { login_hint: user.as_ref().and_then(hint), ..interaction };
    let (scopes, is_challenge) = (interaction.scopes.clone(), interaction.claims.is_some());
    let required = |parameter| Error::Interaction { parameter, scopes, is_challenge };
    identity.seal_interaction(&interaction).map_or_else(Error::from, required)
}

/// The `claims` of a challenge: `Bearer … error="insufficient_claims", claims="<base64 of JSON>"`.
pub(super) fn challenge(www_authenticate: &str) -> Option<String> {
    let value = |name: &str| {
        let (_, rest) = www_authenticate.split_once(&format!("{name}=\""))?;
        rest.split_once('"').map(|(value, _)| value)
    };
    if value("error") != Some("insufficient_claims") {
        return None;
    }
    let lenient = GeneralPurposeConfig::new().with_decode_padding_mode(DecodePaddingMode::Indifferent);
    let encoded = value("claims")?;
    let decode = |alphabet| GeneralPurpose::new(alphabet, lenient).decode(encoded).ok();
    String::from_utf8(decode(&URL_SAFE).or_else(|| decode(&STANDARD))?).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_claims_challenge_is_read() {
        let claims = r#"{"access_token":{"nbf":{"essential":true,"value":"1604106651"}}}"#;
        for (header, found) in [
            (
                r#"Bearer realm="", authorization_uri="https://login.example/authorize", error="insufficient_claims", claims="eyJhY2Nlc3NfdG9rZW4iOnsibmJmIjp7ImVzc2VudGlhbCI6dHJ1ZSwidmFsdWUiOiIxNjA0MTA2NjUxIn19fQ==""#,
                true,
            ),
            (
                r#"Bearer error="insufficient_claims", claims="eyJhY2Nlc3NfdG9rZW4iOnsibmJmIjp7ImVzc2VudGlhbCI6dHJ1ZSwidmFsdWUiOiIxNjA0MTA2NjUxIn19fQ""#,
                true,
            ),
            (r#"Bearer error="invalid_token", claims="eyJhIjoxfQ""#, false),
            (r#"Bearer error="insufficient_claims""#, false),
            (r#"Bearer error="insufficient_claims", claims="%%%""#, false),
            ("", false),
        ] {
            assert_eq!(challenge(header).as_deref(), found.then_some(claims), "{header}");
        }
    }
}
