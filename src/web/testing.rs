//! For the tests of applications: a signed-in user, without a provider.

use std::collections::BTreeMap;

use actix_web::cookie::Cookie;
use serde_json::{Map, Value};

use crate::flows::IdentityWeb;
use crate::oidc::claims::Claims;
use crate::oidc::token::{Granted, TokenSet};
use crate::session::device::Device;
use crate::session::error::StoreError;
use crate::session::record::{Record, SignedIn};

impl IdentityWeb {
    /// Signs in a user whom only `claims` describe, and returns the cookie that a test's requests must carry. The tokens
    /// of the session are empty. For tests: nothing is verified.
    ///
    /// # Errors
    /// The session can't be stored.
    pub async fn sign_in_for_tests(&self, claims: Map<String, Value>) -> Result<Cookie<'static>, StoreError> {
        let (services, now) = (self.services(), self.services().clock.now());
        let tokens = TokenSet { granted: Granted { obtained_at: now, ..Granted::default() }, ..TokenSet::default() };
        let signed_in = SignedIn::new(Claims::unverified_for_tests(claims), tokens, now, None);
        let session =
            services.sessions.open(Record::begin(Some(signed_in), BTreeMap::new(), now), Device::default()).await?;
        let value = session.key().to_cookie(&services.sessions.ring().keys());
        let encoded = Cookie::new(services.site.cookie.name.clone(), value).encoded().to_string();
        Ok(Cookie::parse(encoded).unwrap_or_else(|_| Cookie::new(services.site.cookie.name.clone(), "")))
    }
}
