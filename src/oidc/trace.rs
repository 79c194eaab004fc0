//! How a sign-in went, step by step: what was sent, received and checked, and when. The steps note it as they pass, and
//! only if there is a [`Recorder`]. Of a secret they note that there was one, and never its value.

mod recorder;

use std::borrow::Cow;
use std::fmt::{self, Display};

use serde::{Deserialize, Serialize};

use super::excerpt::excerpt_of;
pub use recorder::{Recorder, Tracer};

/// The longest value, in characters; the shorter ones are for a trace that is too large.
const MAX_CHARS: [usize; 4] = [120, 60, 24, 8];
/// How much of an identifier is shown, in characters: enough to recognise it, too little to use it.
const ABBREVIATED_CHARS: usize = 6;

/// The steps of a sign-in, as far as it went.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SignInTrace {
    /// When it began, in milliseconds since 1970 by the wall clock.
    pub began_at: i64,
    /// The steps, in their order.
    pub steps: Vec<Step>,
}

/// One step.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Step {
    /// Its name.
    pub name: Cow<'static, str>,
    /// When it began, in microseconds after the sign-in did.
    pub at: u64,
    /// How long it took, in microseconds.
    pub took: u64,
    /// What was sent.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub sent: Vec<Parameter>,
    /// What was received.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub received: Vec<Parameter>,
    /// What was checked.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub checks: Vec<Check>,
}

/// A parameter, stored as a pair.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(from = "(Cow<'static, str>, Option<String>)", into = "(Cow<'static, str>, Option<String>)")]
pub struct Parameter {
    /// Its name.
    pub name: Cow<'static, str>,
    /// Its value, perhaps cut; `None` if it is a secret.
    pub value: Option<String>,
}

/// A check.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Check {
    /// What was checked.
    pub name: Cow<'static, str>,
    /// What came of it.
    #[serde(default, skip_serializing_if = "Outcome::is_passed")]
    pub outcome: Outcome,
    /// What was found.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub found: Option<String>,
    /// What it was compared with, if that is another text.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub expected: Option<String>,
}

/// What came of a check.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Outcome {
    /// It passed.
    #[default]
    Passed,
    /// There was nothing to check: the provider sent no such value, and need not.
    Absent,
    /// It failed, and was repeated in a later step.
    Failed,
}

impl Outcome {
    /// Returns whether it is [`Outcome::Passed`].
    pub fn is_passed(&self) -> bool {
        *self == Self::Passed
    }
}

impl From<(Cow<'static, str>, Option<String>)> for Parameter {
    fn from((name, value): (Cow<'static, str>, Option<String>)) -> Self {
        Self { name, value }
    }
}

impl From<Parameter> for (Cow<'static, str>, Option<String>) {
    fn from(Parameter { name, value }: Parameter) -> Self {
        (name, value)
    }
}

/// An identifier, as far as it is shown.
pub struct Abbreviated<'a>(pub &'a str);

impl Display for Abbreviated<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut chars = self.0.chars();
        let shown = self.0.chars().count().min(ABBREVIATED_CHARS * 4) / 4;
        chars.by_ref().take(shown).try_for_each(|c| write!(f, "{c}"))?;
        f.write_str("…")
    }
}

/// Names, one after the other.
pub struct Listed<I>(pub I);

impl<I: IntoIterator<Item: Display> + Clone> Display for Listed<I> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (index, name) in self.0.clone().into_iter().enumerate() {
            write!(f, "{}{name}", if index == 0 { "" } else { ", " })?;
        }
        Ok(())
    }
}

impl SignInTrace {
    /// Returns it as JSON of at most `max_bytes`: with shorter values if it must be, or not at all.
    pub fn to_json(mut self, max_bytes: usize) -> Option<String> {
        for max_chars in MAX_CHARS {
            self.steps.iter_mut().flat_map(Step::values).for_each(|value| *value = excerpt_of(value, max_chars));
            let json = serde_json::to_string(&self).ok()?;
            if json.len() <= max_bytes {
                return Some(json);
            }
        }
        None
    }
}

impl Step {
    fn values(&mut self) -> impl Iterator<Item = &mut String> {
        let parameters = self.sent.iter_mut().chain(&mut self.received).map(|parameter| &mut parameter.value);
        let checks = self.checks.iter_mut().flat_map(|check| [&mut check.found, &mut check.expected]);
        parameters.chain(checks).flatten()
    }
}

#[cfg(test)]
mod tests {
    use url::Url;

    use super::*;
    use crate::clock::{Clock, Timestamp};

    fn recorded(note: impl FnOnce(Tracer<'_>)) -> SignInTrace {
        let recorder = Recorder::begin(&Clock::fixed(Timestamp(1)));
        note(Tracer::of(Some(&recorder)));
        recorder.finish()
    }

    fn values(parameters: &[Parameter]) -> Vec<(&str, Option<&str>)> {
        parameters.iter().map(|one| (&*one.name, one.value.as_deref())).collect()
    }

    #[test]
    fn only_what_is_known_to_be_public_is_noted() {
        let request = "https://op.example/a?p=x&state=0123456789012345678901234567890123456789&id_token_hint=secret";
        let response = [("code", "secret"), ("iss", "https://op.example"), ("state", "012345678"), ("new", "secret")];
        let form = [("client_id", "client"), ("client_secret", "secret"), ("code_verifier", "secret")];
        let trace = recorded(|tracer| {
            tracer.received("before the first step", "nothing");
            tracer.step("a");
            tracer.sent_openly(&Url::parse(request).unwrap());
            tracer.step("b");
            tracer.received_all(response.into_iter());
            tracer.sent_all("e", form.into_iter().map(|(name, value)| (name.into(), value.into())));
        });
        let [a, b] = &trace.steps[..] else { panic!("{trace:?}") };
        let shown = [("endpoint", Some("https://op.example/a")), ("p", Some("x")), ("state", Some("012345…"))];
        assert_eq!(values(&a.sent), [&shown[..], &[("id_token_hint", None)]].concat());
        let shown = [("code", None), ("iss", Some("https://op.example")), ("state", Some("01…")), ("new", None)];
        assert_eq!(values(&b.received), shown);
        let shown = [("endpoint", Some("e")), ("client_id", Some("client")), ("client_secret", None)];
        assert_eq!(values(&b.sent), [&shown[..], &[("code_verifier", None)]].concat());
    }

    #[test]
    fn a_trace_is_small_whatever_a_provider_sends() {
        let trace = recorded(|tracer| {
            for step in ["a", "b", "c"] {
                tracer.step(step);
                let header = (0..1000).map(|n| (format!("{n:0>90}"), "é".repeat(1000).into())).collect();
                tracer.received_header(&header);
                tracer.passed("iss", "x".repeat(100_000), "");
            }
        });
        assert!(trace.clone().to_json(40_000).unwrap().contains(&"é".repeat(119)));
        let json = trace.clone().to_json(9000).unwrap();
        assert_eq!(serde_json::from_str::<SignInTrace>(&json).unwrap().steps.len(), 3, "with shorter values");
        assert_eq!(trace.to_json(4096), None);
    }

    #[test]
    fn a_sign_in_goes_on_at_another_replica() {
        let clock = Clock::fixed(Timestamp(1_800_000_000));
        let first = Recorder::begin(&clock);
        Tracer::of(Some(&first)).step("authorization_request");
        let begun = first.finish();
        clock.advance_seconds(5);
        let second = Recorder::resume(begun.clone(), &clock);
        Tracer::of(Some(&second)).step("callback");
        let trace = second.finish();
        assert_eq!((trace.began_at, &trace.steps[0]), (1_800_000_000_000, &begun.steps[0]));
        assert!((5_000_000..6_000_000).contains(&trace.steps[1].at), "{trace:?}");
        clock.advance_seconds(-3600);
        assert!(Recorder::resume(begun, &clock).finish().steps[0].took < 1_000_000, "a clock that was set back");
    }
}
