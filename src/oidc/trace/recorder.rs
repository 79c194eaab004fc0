//! What notes the steps of a sign-in.

use std::borrow::Cow;
use std::fmt::Display;
use std::sync::{Mutex, PoisonError};

use serde_json::{Map, Value};
use url::Url;

use super::{Abbreviated, Check, MAX_CHARS, Outcome, Parameter, SignInTrace, Step};
use crate::clock::{Clock, Moment};
use crate::oidc::excerpt::{code, excerpt_of};

/// The most parameters in each direction, and the most checks, of one step.
const MAX_NOTES: usize = 24;
/// Parameters that are only abbreviated: whoever knows one of them whole may be taken for this browser.
const ABBREVIATED: [&str; 3] = ["nonce", "session_state", "state"];
/// Parameters of an authorization request that may be a credential. It has all others in the browser's address bar.
const SECRET: [&str; 5] = ["assertion", "client_secret", "code_verifier", "id_token_hint", "request"];
/// Parameters of other messages whose values aren't secret. All others are.
const PUBLIC: [&str; 11] = [
    "client_assertion_type",
    "client_id",
    "error",
    "expires_in",
    "grant_type",
    "iss",
    "redirect_uri",
    "scope",
    "token_type",
    "ui_locales",
    "endpoint",
];

/// Records a sign-in under way.
#[derive(Debug)]
pub struct Recorder {
    clock: Clock,
    began_at: i64,
    /// When the recording began, and how long after the sign-in: another replica may have begun it.
    resumed: (Moment, u64),
    steps: Mutex<Vec<Step>>,
}

/// Where a step notes what happens; by default nowhere.
#[derive(Clone, Copy, Debug, Default)]
pub struct Tracer<'a>(Option<&'a Recorder>);

impl Recorder {
    /// Begins to record a sign-in that begins now.
    pub fn begin(clock: &Clock) -> Self {
        Self::resume(SignInTrace { began_at: clock.unix_millis(), steps: Vec::new() }, clock)
    }

    /// Goes on with a sign-in that was recorded until now. The time in between is by the wall clock, perhaps of two replicas.
    pub fn resume(trace: SignInTrace, clock: &Clock) -> Self {
        let SignInTrace { began_at, steps } = trace;
        let since = u64::try_from(clock.unix_millis().saturating_sub(began_at)).unwrap_or(0).saturating_mul(1000);
        Self { clock: clock.clone(), began_at, resumed: (clock.moment(), since), steps: Mutex::new(steps) }
    }

    /// Ends the last step, and returns what was recorded.
    pub fn finish(self) -> SignInTrace {
        let now = self.now();
        let mut steps = self.steps.into_inner().unwrap_or_else(PoisonError::into_inner);
        end_last(&mut steps, now);
        SignInTrace { began_at: self.began_at, steps }
    }

    /// The microseconds since the sign-in began.
    fn now(&self) -> u64 {
        let (moment, since) = self.resumed;
        let elapsed = self.clock.moment().since(moment).as_micros();
        since.saturating_add(u64::try_from(elapsed).unwrap_or(u64::MAX))
    }
}

/// Ends the last step, unless it has ended: the request's, when the response arrives.
fn end_last(steps: &mut [Step], now: u64) {
    if let Some(last) = steps.last_mut().filter(|last| last.took == 0) {
        last.took = now.saturating_sub(last.at).max(1);
    }
}

impl<'a> Tracer<'a> {
    /// Notes for this recorder, if there is one.
    pub fn of(recorder: Option<&'a Recorder>) -> Self {
        Self(recorder)
    }

    /// Begins a step, and ends the one before it.
    pub fn step(self, name: &'static str) {
        let Some(recorder) = self.0 else { return };
        let (now, none) = (recorder.now(), Vec::new);
        let mut steps = recorder.steps.lock().unwrap_or_else(PoisonError::into_inner);
        end_last(&mut steps, now);
        steps.push(Step { name: name.into(), at: now, took: 0, sent: none(), received: none(), checks: Vec::new() });
    }

    /// Notes a value that is public, by a name of ours.
    pub fn received(self, name: &'static str, value: impl Display) {
        self.note(|step| push(&mut step.received, name.into(), Some(value.to_string())));
    }

    /// Notes the header of a signed token.
    pub fn received_header(self, header: &Map<String, Value>) {
        self.note(|step| {
            for (name, value) in header {
                let value = value.as_str().map_or_else(|| value.to_string(), str::to_owned);
                push(&mut step.received, code(name).into(), Some(value));
            }
        });
    }

    /// Notes the parameters of a message that was received.
    pub fn received_all<'b>(self, parameters: impl Iterator<Item = (&'b str, &'b str)>) {
        self.note(|step| parameters.for_each(|(name, value)| push_masked(&mut step.received, name, value)));
    }

    /// Notes the parameters of a message that was sent, and where to.
    pub fn sent_all<'b>(self, endpoint: impl Display, parameters: impl Iterator<Item = (Cow<'b, str>, Cow<'b, str>)>) {
        self.note(|step| {
            push(&mut step.sent, "endpoint".into(), Some(endpoint.to_string()));
            parameters.for_each(|(name, value)| push_masked(&mut step.sent, &name, &value));
        });
    }

    /// Notes an authorization request, all of which the browser shows.
    pub fn sent_openly(self, request: &Url) {
        self.note(|step| {
            let mut endpoint = request.clone();
            endpoint.set_query(None);
            push(&mut step.sent, "endpoint".into(), Some(endpoint.to_string()));
            for (name, value) in request.query_pairs() {
                match &*name {
                    name if ABBREVIATED.contains(&name) || SECRET.contains(&name) => {
                        push_masked(&mut step.sent, name, &value);
                    }
                    name => push(&mut step.sent, code(name).into(), Some(value.into_owned())),
                }
            }
        });
    }

    /// Notes a check that passed, with what was found and what it was compared with; either may be empty.
    pub fn passed(self, name: &'static str, found: impl Display, expected: impl Display) {
        self.checked(name, Outcome::Passed, &found, &expected);
    }

    /// Notes that there was nothing to check.
    pub fn absent(self, name: &'static str) {
        self.checked(name, Outcome::Absent, &"", &"");
    }

    /// Notes a check that failed, and is made again in a later step.
    pub fn failed(self, name: &'static str) {
        self.checked(name, Outcome::Failed, &"", &"");
    }

    fn checked(self, name: &'static str, outcome: Outcome, found: &dyn Display, expected: &dyn Display) {
        let kept = |value: &dyn Display| Some(excerpt_of(&value.to_string(), MAX_CHARS[0])).filter(|it| !it.is_empty());
        self.note(|step| {
            if step.checks.len() < MAX_NOTES {
                let (found, expected) = (kept(found), kept(expected));
                let expected = expected.filter(|expected| found.as_ref() != Some(expected));
                step.checks.push(Check { name: name.into(), outcome, found, expected });
            }
        });
    }

    fn note(self, note: impl FnOnce(&mut Step)) {
        let Some(recorder) = self.0 else { return };
        if let Some(step) = recorder.steps.lock().unwrap_or_else(PoisonError::into_inner).last_mut() {
            note(step);
        }
    }
}

fn push(parameters: &mut Vec<Parameter>, name: Cow<'static, str>, value: Option<String>) {
    if parameters.len() < MAX_NOTES {
        let value = value.map(|value| excerpt_of(&value, MAX_CHARS[0]));
        parameters.push(Parameter { name, value });
    }
}

fn push_masked(parameters: &mut Vec<Parameter>, name: &str, value: &str) {
    let shown = match name {
        name if ABBREVIATED.contains(&name) => Some(Abbreviated(value).to_string()),
        name if PUBLIC.contains(&name) => Some(value.to_owned()),
        _ => None,
    };
    push(parameters, code(name).into(), shown);
}
