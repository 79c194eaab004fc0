//! For the tests of applications: signed-in users, without a provider.

use std::collections::BTreeMap;

use actix_web::cookie::Cookie;
use serde::Serialize;
use serde_json::{Map, Value, json};

use super::access_token::{ApiScopes, scopes};
use crate::flows::IdentityWeb;
use crate::oidc::claims::Claims;
use crate::oidc::token::{Granted, TokenSet};
use crate::session::device::Device;
use crate::session::error::StoreError;
use crate::session::record::{Record, SignedIn};

/// A user for the tests of an application; made by [`IdentityWeb::test_user`].
#[must_use = "nobody is signed in until `sign_in` is awaited"]
pub struct TestUser {
    identity: IdentityWeb,
    /// What the session names the provider by; `None` for that of `[client]`.
    provider: Option<String>,
    claims: Map<String, Value>,
    tokens: TokenSet,
    values: BTreeMap<String, String>,
}

impl IdentityWeb {
    /// Returns a user for the tests of an application, who is signed in without a provider. Nothing is verified.
    ///
    /// ```
    /// use actix_web::test::{TestRequest, call_service, init_service};
    /// use actix_web::{App, Responder, web};
    /// use identity_web::{Credential, Identity, IdentityWeb, Provider};
    ///
    /// async fn page(user: Identity) -> impl Responder {
    ///     format!("Hello {}", user.name())
    /// }
    ///
    /// # #[actix_web::main]
    /// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// // No request reaches this provider.
    /// let provider = Provider::oidc("https://provider.example", "client-id", Credential::secret("client-secret"));
    /// let builder = IdentityWeb::builder().public_url("https://app.example").provider(provider);
    /// let identity = builder.sessions_in_memory().build().await?;
    /// let app = App::new().wrap(identity.sessions()).route("/", web::get().to(page));
    /// let app = init_service(app).await;
    ///
    /// let cookie = identity.test_user("ada").claim("name", "Ada").role("Admin").sign_in().await?;
    /// let answer = call_service(&app, TestRequest::get().uri("/").cookie(cookie).to_request()).await;
    /// assert_eq!(answer.status(), 200);
    /// # Ok(())
    /// # }
    /// ```
    pub fn test_user(&self, subject: &str) -> TestUser {
        let (services, now) = (self.services(), self.services().clock.now());
        let issuer = services.providers.default.provider.settings().authority.as_str();
        let claims =
            [("iss", json!(issuer)), ("sub", json!(subject)), ("iat", json!(now.0)), ("auth_time", json!(now.0))];
        let tokens = TokenSet { granted: Granted { obtained_at: now, ..Granted::default() }, ..TokenSet::default() };
        let claims = claims.into_iter().map(|(name, value)| (name.to_owned(), value)).collect();
        let provider = services.providers.default.id.clone();
        TestUser { identity: self.clone(), provider, claims, tokens, values: BTreeMap::new() }
    }
}

impl TestUser {
    /// Sets a claim of the ID token. By default `iss` is the provider's authority, and `iat` and `auth_time` are now.
    pub fn claim(mut self, name: &str, value: impl Into<Value>) -> Self {
        self.claims.insert(name.to_owned(), value.into());
        self
    }

    /// Sets several claims.
    pub fn claims(mut self, claims: impl IntoIterator<Item = (String, Value)>) -> Self {
        self.claims.extend(claims);
        self
    }

    /// Signs the user in at the provider `providers.NAME`. Sets `iss` to its authority.
    pub fn provider(mut self, name: &str) -> Self {
        let issuer =
            self.identity.services().providers.named(name).map(|one| one.provider.settings().authority.clone());
        self.claims.extend(issuer.map(|issuer| ("iss".to_owned(), issuer.into())));
        self.provider = Some(name.to_owned());
        self
    }

    /// Adds an app role (`roles`).
    pub fn role(self, role: &str) -> Self {
        self.element("roles", role)
    }

    /// Adds a group, by its object ID (`groups`).
    pub fn group(self, object_id: &str) -> Self {
        self.element("groups", object_id)
    }

    /// Adds a granted scope, as in the token response.
    pub fn scope(mut self, scope: &str) -> Self {
        let granted = &mut self.tokens.granted.scope;
        *granted = Some(granted.take().map_or_else(|| scope.to_owned(), |scopes| format!("{scopes} {scope}")));
        self
    }

    /// Adds an access token for an API, which doesn't expire: [`AccessToken<R>`](crate::AccessToken) has this secret.
    pub fn access_token<R: ApiScopes>(mut self, secret: &str) -> Self {
        let (scopes, obtained_at) = (scopes::<R>(), self.tokens.granted.obtained_at);
        if scopes.is_empty() {
            secret.clone_into(&mut self.tokens.granted.access_token);
        } else {
            let (access_token, scope) = (secret.to_owned(), Some(scopes.join(" ")));
            let granted = Granted { access_token, obtained_at, scope, ..Granted::default() };
            self.tokens.additional.push((scopes, granted));
        }
        self
    }

    /// Stores a value of the application's own in the session, as [`actix_session::Session::insert`] does.
    pub fn value(mut self, name: &str, value: impl Serialize) -> Self {
        self.values.insert(name.to_owned(), json!(value).to_string());
        self
    }

    /// Signs the user in, and returns the session cookie for [`actix_web::test::TestRequest::cookie`] or, as
    /// `{name}={value}`, for a `Cookie` header.
    ///
    /// # Errors
    /// The session can't be stored.
    pub async fn sign_in(self) -> Result<Cookie<'static>, StoreError> {
        let Self { identity, provider, claims, tokens, values } = self;
        let (services, now) = (identity.services(), identity.services().clock.now());
        let signed_in = SignedIn::new(Claims::unverified_for_tests(claims), tokens, now, provider);
        let session = services.sessions.open(Record::begin(Some(signed_in), values, now), Device::default()).await?;
        // Not encoded: every character of it may stand in a `Cookie` header, and whoever encodes it is understood too.
        let value = session.key().to_cookie(&services.sessions.ring().keys());
        Ok(Cookie::new(services.site.cookie.name.clone(), value))
    }

    fn element(mut self, claim: &str, element: &str) -> Self {
        let list = self.claims.entry(claim).or_insert_with(|| json!([]));
        if let Value::Array(elements) = list {
            elements.push(element.into());
        }
        self
    }
}
