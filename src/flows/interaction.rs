//! What the provider must ask the user before a request can go on: consent to more scopes, the answer to a claims
//! challenge, or a step-up. It goes through the browser as a sealed parameter of the sign-in route, so that only we can make one.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use ring::rand::SystemRandom;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use super::{Error, IdentityWeb};
use crate::clock::Timestamp;
use crate::oidc::authorization::RequestParameters;
use crate::oidc::step_up::StepUp;
use crate::session::seal::Purpose;
use crate::session::transaction::LIFETIME;

/// The name it is sealed under.
const SEAL_NAME: &str = "interaction";
/// The longest `claims` parameter, in bytes, so that it fits in a URL.
const MAX_CLAIMS_BYTES: usize = 2048;

/// What the provider must ask the user.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Interaction {
    /// Scopes beyond those of every sign-in.
    pub scopes: Vec<String>,
    /// `claims` (OpenID Connect Core section 5.5): at Entra, of a claims challenge.
    pub claims: Option<String>,
    /// The account that it is about.
    pub login_hint: Option<String>,
    /// What the sign-in must show of the authentication.
    #[serde(default, skip_serializing_if = "StepUp::is_empty")]
    pub step_up: StepUp,
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

    /// A step-up.
    pub fn step_up(step_up: StepUp) -> Self {
        Self { step_up, ..Self::default() }
    }

    /// Adds the `claims` of a challenge, if they are a JSON object that fits in a URL.
    #[must_use]
    pub fn with_claims(self, claims: Option<String>) -> Self {
        let is_object =
            |text: &String| text.len() <= MAX_CLAIMS_BYTES && serde_json::from_str::<Map<String, Value>>(text).is_ok();
        Self { claims: claims.filter(is_object), ..self }
    }

    /// Adds it to what an authorization request asks for.
    pub(super) fn add_to(self, parameters: &mut RequestParameters, is_entra: bool) {
        let Self { scopes, claims, login_hint, step_up } = self;
        if !scopes.is_empty() || claims.is_some() {
            // What the user consents to now is used later, without them.
            let all = scopes.into_iter().chain(["offline_access".to_owned()]);
            let new: Vec<_> = all.filter(|scope| !parameters.scopes.contains(scope)).collect();
            parameters.scopes.extend(new);
        }
        step_up.add_to(&mut parameters.extra, is_entra);
        let contexts = step_up.claims_at_entra().filter(|_| is_entra);
        for claims in [claims, contexts].into_iter().flatten() {
            let own = parameters.extra.remove("claims").unwrap_or_default();
            parameters.extra.insert("claims".to_owned(), united(&own, &claims));
        }
        if let Some(login_hint) = login_hint {
            parameters.extra.entry("login_hint".to_owned()).or_insert(login_hint);
        }
    }
}

/// Merges two `claims` parameters: the challenge's over the application's own.
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
    /// Seals an interaction as a parameter of the sign-in route, valid for ten minutes.
    ///
    /// # Errors
    /// There are no random bytes.
    pub(crate) fn seal_interaction(&self, interaction: &Interaction) -> Result<String, Error> {
        let (ring, clock) = (self.services().sessions.ring(), &self.services().clock);
        let plain = Sealed { interaction: interaction.clone(), made_at: clock.now() };
        let plain = serde_json::to_vec(&plain).unwrap_or_default();
        Ok(URL_SAFE_NO_PAD.encode(ring.seal(&SystemRandom::new(), Purpose::Interaction, b"", SEAL_NAME, &plain)?))
    }

    /// Opens a parameter of the sign-in route; `None` for anything that wasn't sealed here in the last ten minutes.
    pub(crate) fn open_interaction(&self, parameter: &str) -> Option<Interaction> {
        let (ring, clock) = (self.services().sessions.ring(), &self.services().clock);
        let sealed = URL_SAFE_NO_PAD.decode(parameter).ok()?;
        let plain = ring.open(Purpose::Interaction, b"", SEAL_NAME, &sealed).ok()?;
        let sealed: Sealed = serde_json::from_slice(&plain).ok()?;
        (clock.now().since(sealed.made_at) < LIFETIME).then_some(sealed.interaction)
    }
}
