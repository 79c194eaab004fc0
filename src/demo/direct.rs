//! A sign-in at the demo provider without its page, for the tests of applications.

use actix_web::http::header::LOCATION;
use ring::rand::SystemRandom;
use url::Url;

use super::DemoState;
use super::authentication::Authentication;
use super::endpoints::{Parameters, check_request, grant};
use super::people::find;
use crate::oidc::authorization::random_text;

impl DemoState {
    /// Answers an authorization request at once, as this person would on the page, and returns where the browser is
    /// redirected.
    ///
    /// # Errors
    /// Why it is refused.
    pub fn sign_in(&self, authorization_url: &str, person: &str) -> Result<String, String> {
        let url = Url::parse(authorization_url).map_err(|error| format!("{authorization_url}: {error}"))?;
        let parameters: Parameters = url.query_pairs().into_owned().collect();
        check_request(self, &parameters)?;
        let person = find(person).ok_or_else(|| format!("there is no person {person}"))?;
        let known = Authentication::begin(person, &parameters, self.clock.now());
        let session = random_text(&SystemRandom::new()).map_err(|error| error.to_string())?;
        let tenant = url.path_segments().and_then(|mut segments| segments.next()).unwrap_or_default();
        let response = grant(self, tenant, &parameters, &known, session);
        let location = response.headers().get(LOCATION).and_then(|location| location.to_str().ok());
        location.map(str::to_owned).ok_or_else(|| "only response_mode=query redirects".to_owned())
    }
}
