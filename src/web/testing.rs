//! For the tests of applications: a person who is signed in, without a provider.

use std::collections::BTreeMap;

use actix_web::cookie::{Cookie, CookieJar, Key};
use serde_json::{Map, Value};

use crate::flows::IdentityWeb;
use crate::oidc::claims::Claims;
use crate::oidc::token::{Granted, TokenSet};
use crate::session::current::StoreError;
use crate::session::record::{Record, SignedIn};

impl IdentityWeb {
    /// Signs a person in whom only `claims` describe, and gives the cookie that a test's requests bear. The tokens of
    /// the session are empty. For tests: nothing is verified.
    ///
    /// # Errors
    /// The session cannot be stored.
    pub async fn sign_in_for_tests(&self, claims: Map<String, Value>) -> Result<Cookie<'static>, StoreError> {
        let (services, now) = (self.services(), self.services().clock.now());
        let tokens = TokenSet { granted: Granted { obtained_at: now, ..Granted::default() }, ..TokenSet::default() };
        let claims = Claims::unverified_for_tests(claims);
        let signed_in = SignedIn { claims, tokens, at: now, asked_groups: Vec::new(), policy: None };
        let session_key = self.store().create(&Record::begin(Some(signed_in), BTreeMap::new(), now)).await?;
        let name = services.cookie.name.clone();
        let mut jar = CookieJar::new();
        if let Some(key) = services.ring.cookie_keys().first() {
            jar.signed_mut(&Key::from(key)).add(Cookie::new(name.clone(), session_key));
        }
        let signed = jar.get(&name).map(|cookie| cookie.encoded().stripped().to_string()).unwrap_or_default();
        Ok(Cookie::parse(signed).unwrap_or_else(|_| Cookie::new(name, "")))
    }
}
