//! What a person must be asked at the provider before a request can go on: consent to further scopes, or the answer to a
//! claims challenge. It goes through the browser sealed, as a parameter of the sign-in route, so that nobody else can
//! make one up.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use ring::rand::SystemRandom;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use super::{Error, IdentityWeb, Services};
use crate::clock::Timestamp;
use crate::oidc::authorization::RequestParameters;
use crate::session::seal::Purpose;
use crate::session::transaction::LIFETIME;

/// Names the sealed value in its own seal.
const PLACE: &str = "interaction";
/// The longest `claims` parameter, in bytes: a URL has to hold it.
const MAX_CLAIMS_BYTES: usize = 2048;

/// What must be asked at the provider.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Interaction {
    /// Scopes beyond those of every sign-in.
    pub scopes: Vec<String>,
    /// `claims` (OpenID Connect Core section 5.5): at Entra what a claims challenge wants.
    pub claims: Option<String>,
    /// Which account it is about.
    pub login_hint: Option<String>,
}

#[derive(Serialize, Deserialize)]
struct Sealed {
    interaction: Interaction,
    made_at: Timestamp,
}

impl Interaction {
    /// Consent to these scopes.
    pub fn consent(scopes: &[String]) -> Self {
        Self { scopes: scopes.to_vec(), ..Self::default() }
    }

    /// With the `claims` of a challenge, where they are a JSON object of a bearable length.
    #[must_use]
    pub fn with_claims(self, claims: Option<String>) -> Self {
        let is_object =
            |text: &String| text.len() <= MAX_CLAIMS_BYTES && serde_json::from_str::<Map<String, Value>>(text).is_ok();
        Self { claims: claims.filter(is_object), ..self }
    }

    /// Adds it to what an authorization request asks for.
    pub(super) fn add_to(self, parameters: &mut RequestParameters) {
        let Self { scopes, claims, login_hint } = self;
        if !scopes.is_empty() || claims.is_some() {
            // What is agreed to now is used later, without the person.
            let all = scopes.into_iter().chain(["offline_access".to_owned()]);
            let new: Vec<_> = all.filter(|scope| !parameters.scopes.contains(scope)).collect();
            parameters.scopes.extend(new);
        }
        if let Some(claims) = claims {
            let own = parameters.extra.remove("claims").unwrap_or_default();
            parameters.extra.insert("claims".to_owned(), united(&own, &claims));
        }
        if let Some(login_hint) = login_hint {
            parameters.extra.entry("login_hint".to_owned()).or_insert(login_hint);
        }
    }
}

/// Two `claims` parameters as one: the challenge's over the application's own.
fn united(own: &str, challenge: &str) -> String {
    fn unite(own: &mut Map<String, Value>, challenge: Map<String, Value>) {
        for (name, value) in challenge {
            match (own.get_mut(&name), value) {
                (Some(Value::Object(own)), Value::Object(theirs)) => unite(own, theirs),
                (_, value) => drop(own.insert(name, value)),
            }
        }
    }
    let mut all: Map<String, Value> = serde_json::from_str(own).unwrap_or_default();
    unite(&mut all, serde_json::from_str(challenge).unwrap_or_default());
    Value::Object(all).to_string()
}

impl IdentityWeb {
    /// An interaction as a parameter of the sign-in route, good for ten minutes.
    ///
    /// # Errors
    /// The system gives no random bytes.
    pub fn seal_interaction(&self, interaction: &Interaction) -> Result<String, Error> {
        let Services { ring, clock, .. } = self.services();
        let plain = Sealed { interaction: interaction.clone(), made_at: clock.now() };
        let plain = serde_json::to_vec(&plain).unwrap_or_default();
        Ok(URL_SAFE_NO_PAD.encode(ring.seal(&SystemRandom::new(), Purpose::Interaction, b"", PLACE, &plain)?))
    }

    /// The interaction that a parameter of the sign-in route holds; `None` for anything that was not sealed here within
    /// ten minutes.
    pub fn open_interaction(&self, parameter: &str) -> Option<Interaction> {
        let Services { ring, clock, .. } = self.services();
        let sealed = URL_SAFE_NO_PAD.decode(parameter).ok()?;
        let plain = ring.open(Purpose::Interaction, b"", PLACE, &sealed).ok()?;
        let sealed: Sealed = serde_json::from_slice(&plain).ok()?;
        (clock.now().since(sealed.made_at) < LIFETIME).then_some(sealed.interaction)
    }
}
