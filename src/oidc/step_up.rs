//! Step-up: how recently and how strongly the provider must have authenticated the user. A request asks for it by
//! `max_age` and `acr_values` (OpenID Connect Core section 3.1.2.1); `auth_time` and `acr` of the ID token say what was
//! done (section 3.1.3.7, steps 12 and 13). Microsoft Entra calls it an authentication context, which is requested by
//! `claims` and returned in `acrs`.

use std::collections::BTreeMap;
use std::time::Duration;

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::claims::Claims;
use super::id_token::IdTokenError;
use super::validity::CLOCK_LEEWAY;
use crate::clock::Timestamp;

/// The most digits of `max_age`: three hundred years.
const MAX_AGE_DIGITS: usize = 10;

/// What a sign-in must show beyond who the user is. By default nothing.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct StepUp {
    /// `max_age`, in seconds: how long ago the user may have authenticated when the request is made.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub max_age: Option<u64>,
    /// `acr_values`: one of these authentication context classes.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub acr_values: Vec<String>,
}

impl StepUp {
    /// Returns whether it asks for nothing.
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }

    /// Returns what these parameters of an authorization request ask for.
    pub fn of(parameters: &BTreeMap<String, String>) -> Self {
        let acr_values = parameters.get("acr_values").map_or("", String::as_str);
        Self {
            max_age: parameters.get("max_age").and_then(|text| parse_max_age(text)),
            acr_values: acr_values.split_ascii_whitespace().map(str::to_owned).collect(),
        }
    }

    /// Returns a step-up that asks for both. If both name authentication context classes, those that they share are asked
    /// for; if they share none, the first's, because one sign-in has only one.
    #[must_use]
    pub fn and(self, other: Self) -> Self {
        let max_age = [self.max_age, other.max_age].into_iter().flatten().min();
        let shared: Vec<_> = self.acr_values.iter().filter(|acr| other.acr_values.contains(acr)).cloned().collect();
        let acr_values = match (shared.is_empty(), self.acr_values.is_empty()) {
            (false, _) => shared,
            (true, false) => self.acr_values,
            (true, true) => other.acr_values,
        };
        Self { max_age, acr_values }
    }

    /// Adds it to the parameters of an authorization request. A smaller `max_age` that is already there stays.
    ///
    /// By the specification `max_age` alone makes the provider ask the user again; Microsoft Entra does so only with
    /// `prompt=login`. A `prompt=none` would forbid it, and is dropped.
    pub fn add_to(&self, parameters: &mut BTreeMap<String, String>, is_entra: bool) {
        if self.is_empty() {
            return;
        }
        if parameters.get("prompt").is_some_and(|prompt| prompt == "none") {
            parameters.remove("prompt");
        }
        let both = self.clone().and(Self { acr_values: Vec::new(), ..Self::of(parameters) });
        if let (Some(max_age), Some(_)) = (both.max_age, self.max_age) {
            parameters.insert("max_age".to_owned(), max_age.to_string());
            if is_entra {
                parameters.insert("prompt".to_owned(), "login".to_owned());
            }
        }
        if !self.acr_values.is_empty() {
            parameters.insert("acr_values".to_owned(), self.acr_values.join(" "));
        }
    }

    /// Returns the `claims` parameter that asks Microsoft Entra for the first of the authentication contexts.
    pub fn claims_at_entra(&self) -> Option<String> {
        let first = self.acr_values.first()?;
        Some(json!({"id_token": {"acrs": {"essential": true, "value": first}}}).to_string())
    }

    /// Checks the claims of the ID token that answers a request made at `requested_at` (steps 12 and 13).
    ///
    /// # Errors
    /// [`IdTokenError::WrongAcr`], [`IdTokenError::StaleAuthentication`], [`IdTokenError::NotYetValid`] if `auth_time` is
    /// in the future, and [`IdTokenError::Claim`] if it is missing, which section 2 requires after `max_age`.
    pub fn check(
        &self,
        claims: &Claims,
        is_entra: bool,
        requested_at: Timestamp,
        now: Timestamp,
    ) -> Result<(), IdTokenError> {
        if !self.acr_values.is_empty() && has_acr(claims, &self.acr_values, is_entra) != Some(true) {
            return Err(IdTokenError::WrongAcr); // (12)
        }
        let Some(max_age) = self.max_age else { return Ok(()) };
        let at = claims.authenticated_at().ok_or(IdTokenError::Claim("auth_time"))?;
        if at > now.plus(CLOCK_LEEWAY) {
            return Err(IdTokenError::NotYetValid);
        }
        let is_recent = is_recent(at, Duration::from_secs(max_age), requested_at);
        if is_recent { Ok(()) } else { Err(IdTokenError::StaleAuthentication) } // (13)
    }
}

/// Reads `max_age`: a number of seconds; `None` for anything else.
pub fn parse_max_age(text: &str) -> Option<u64> {
    let is_number = text.len() <= MAX_AGE_DIGITS && text.bytes().all(|byte| byte.is_ascii_digit());
    text.parse().ok().filter(|_| is_number)
}

fn is_recent(at: Timestamp, max_age: Duration, now: Timestamp) -> bool {
    at.plus(max_age).plus(CLOCK_LEEWAY) >= now
}

/// Returns whether the user authenticated at most `max_age` ago; `None` if the claims don't say when, or name a time in
/// the future.
pub fn is_fresh(claims: &Claims, max_age: Duration, now: Timestamp) -> Option<bool> {
    let at = claims.authenticated_at().filter(|at| *at <= now.plus(CLOCK_LEEWAY))?;
    Some(is_recent(at, max_age, now))
}

/// Returns whether the user authenticated by one of these authentication context classes; `None` if the claims name none.
pub fn has_acr(claims: &Claims, acr_values: &[String], is_entra: bool) -> Option<bool> {
    let acr = claims.text("acr");
    let contexts = claims.get("acrs").and_then(Value::as_array).filter(|_| is_entra);
    if acr.is_none() && contexts.is_none() {
        return None;
    }
    let mut all = acr.into_iter().chain(contexts.into_iter().flatten().filter_map(Value::as_str));
    Some(all.any(|one| acr_values.iter().any(|wanted| wanted == one)))
}

#[cfg(test)]
mod tests {
    use super::*;

    const REQUESTED_AT: Timestamp = Timestamp(1_800_000_000);
    const NOW: Timestamp = Timestamp(1_800_000_100);

    fn step_up(max_age: Option<u64>, acr_values: &str) -> StepUp {
        StepUp { max_age, acr_values: acr_values.split_whitespace().map(str::to_owned).collect() }
    }

    fn parameters(pairs: &[(&str, &str)]) -> BTreeMap<String, String> {
        pairs.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect()
    }

    #[test]
    fn the_id_token_must_show_what_was_asked() {
        use IdTokenError as E;
        let (entra, other) = (true, false);
        for (asked, claims, is_entra, expected) in [
            (step_up(None, ""), json!({}), other, None),
            (step_up(Some(60), ""), json!({"auth_time": 1_800_000_050}), other, None),
            (step_up(Some(60), ""), json!({"auth_time": 1_799_999_880}), other, None),
            (step_up(Some(60), ""), json!({"auth_time": 1_799_999_879}), other, Some(E::StaleAuthentication)),
            (step_up(Some(0), ""), json!({"auth_time": 1_799_999_940}), other, None),
            (step_up(Some(0), ""), json!({"auth_time": 1_799_999_939}), other, Some(E::StaleAuthentication)),
            (step_up(Some(60), ""), json!({"auth_time": 1_800_000_160}), other, None),
            (step_up(Some(60), ""), json!({"auth_time": 1_800_000_161}), other, Some(E::NotYetValid)),
            (step_up(Some(60), ""), json!({}), other, Some(E::Claim("auth_time"))),
            (step_up(Some(60), ""), json!({"auth_time": "1800000000"}), other, Some(E::Claim("auth_time"))),
            (step_up(Some(60), ""), json!({"auth_time": null}), other, Some(E::Claim("auth_time"))),
            (step_up(Some(u64::MAX), ""), json!({"auth_time": 0}), other, None),
            (step_up(None, "a b"), json!({"acr": "b"}), other, None),
            (step_up(None, "a b"), json!({"acr": "c"}), other, Some(E::WrongAcr)),
            (step_up(None, "a b"), json!({"acr": "a b"}), other, Some(E::WrongAcr)),
            (step_up(None, "a"), json!({"acr": ["a"]}), other, Some(E::WrongAcr)),
            (step_up(None, "a"), json!({}), other, Some(E::WrongAcr)),
            (step_up(None, "c1"), json!({"acrs": ["c0", "c1"]}), entra, None),
            (step_up(None, "c1"), json!({"acrs": ["c0", "c1"]}), other, Some(E::WrongAcr)),
            (step_up(None, "c1"), json!({"acr": "1", "acrs": ["c2"]}), entra, Some(E::WrongAcr)),
            (step_up(Some(60), "a"), json!({"acr": "a"}), other, Some(E::Claim("auth_time"))),
        ] {
            let held = Claims::unverified_for_tests(claims.as_object().unwrap().clone());
            assert_eq!(asked.check(&held, is_entra, REQUESTED_AT, NOW).err(), expected, "{asked:?} {claims}");
        }
    }

    #[test]
    fn what_both_ask_for_is_asked() {
        assert_eq!(step_up(Some(60), "a").and(step_up(Some(30), "")), step_up(Some(30), "a"));
        assert_eq!(step_up(None, "a b c").and(step_up(Some(30), "c b")), step_up(Some(30), "b c"));
        assert_eq!(step_up(None, "a").and(step_up(None, "b")), step_up(None, "a"));
        assert_eq!(step_up(None, "").and(step_up(None, "b")), step_up(None, "b"));
    }

    #[test]
    fn the_request_asks_for_it() {
        for (own, is_entra, expected) in [
            (&[][..], false, &[("acr_values", "a b"), ("max_age", "60")][..]),
            (&[("max_age", "30"), ("acr_values", "z")], false, &[("acr_values", "a b"), ("max_age", "30")]),
            (&[("max_age", "90"), ("prompt", "none")], false, &[("acr_values", "a b"), ("max_age", "60")]),
            (&[("prompt", "select_account")], true, &[("acr_values", "a b"), ("max_age", "60"), ("prompt", "login")]),
        ] {
            let mut sent = parameters(own);
            step_up(Some(60), "a b").add_to(&mut sent, is_entra);
            assert_eq!(sent, parameters(expected), "{own:?}");
        }
        let mut unchanged = parameters(&[("prompt", "none"), ("max_age", "90")]);
        StepUp::default().add_to(&mut unchanged, true);
        assert_eq!(unchanged, parameters(&[("prompt", "none"), ("max_age", "90")]));
    }

    #[test]
    fn max_age_is_a_number_of_seconds() {
        for (text, expected) in [("0", Some(0)), ("3600", Some(3600)), ("9999999999", Some(9_999_999_999))] {
            assert_eq!(parse_max_age(text), expected, "{text}");
        }
        for text in ["", "-1", "+1", "1.5", " 1", "1e3", "00000000001", "x"] {
            assert_eq!(parse_max_age(text), None, "{text}");
        }
    }
}
