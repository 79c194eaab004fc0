//! `GET /last_sign_in`: how this session's sign-in went, step by step.

use actix_web::http::StatusCode;
use actix_web::web::Data;
use actix_web::{HttpRequest, HttpResponse};
use serde::Serialize;
use tera::Context;

use super::error::Error;
use super::identity::{Identity, MaybeIdentity};
use super::require::Require;
use super::views::Page;
use crate::clock::Timestamp;
use crate::flows::{IdentityWeb, TraceAccess};
use crate::oidc::trace::{Check, Outcome, Parameter, SignInTrace, Step};

/// A step as the page shows it.
#[derive(Serialize)]
struct Row<'a> {
    name: &'a str,
    at: String,
    took: String,
    messages: Vec<Message<'a>>,
    checks: Vec<CheckRow<'a>>,
}

/// The parameters in one direction.
#[derive(Serialize)]
struct Message<'a> {
    is_sent: bool,
    parameters: Vec<ParameterRow<'a>>,
}

#[derive(Serialize)]
struct ParameterRow<'a> {
    name: &'a str,
    value: Option<&'a str>,
}

#[derive(Serialize)]
struct CheckRow<'a> {
    name: &'a str,
    outcome: Outcome,
    found: Option<&'a str>,
    expected: Option<&'a str>,
}

impl<'a> From<&'a Step> for Row<'a> {
    fn from(step: &'a Step) -> Self {
        let messages = [(true, &step.sent), (false, &step.received)].into_iter();
        let messages = messages.filter(|(_, parameters)| !parameters.is_empty());
        Self {
            name: &step.name,
            at: milliseconds(step.at),
            took: milliseconds(step.took),
            messages: messages.map(|(is_sent, parameters)| Message::of(is_sent, parameters)).collect(),
            checks: step.checks.iter().map(CheckRow::from).collect(),
        }
    }
}

impl<'a> Message<'a> {
    fn of(is_sent: bool, parameters: &'a [Parameter]) -> Self {
        let row = |parameter: &'a Parameter| ParameterRow { name: &parameter.name, value: parameter.value.as_deref() };
        Self { is_sent, parameters: parameters.iter().map(row).collect() }
    }
}

impl<'a> From<&'a Check> for CheckRow<'a> {
    fn from(check: &'a Check) -> Self {
        let Check { name, outcome, found, expected } = check;
        Self { name, outcome: *outcome, found: found.as_deref(), expected: expected.as_deref() }
    }
}

/// Shows the steps to those who may see them. For all others there is no such page, unless a role could give it to them.
pub(super) async fn page(
    request: HttpRequest,
    identity: Data<IdentityWeb>,
    user: Result<MaybeIdentity, Error>,
    page: Page,
) -> Result<HttpResponse, Error> {
    let access = &identity.services().trace_access;
    if *access == TraceAccess::Nobody {
        return Err(Error::NotFound);
    }
    let user = user?.into_inner().ok_or(Error::NotSignedIn)?;
    if let TraceAccess::Role(role) = access
        && !access.admits(user.claims())
    {
        return Err(Require::role(role).missing());
    }
    let trace = user.signed_in().trace.as_ref().and_then(|trace| serde_json::from_str(trace.get()).ok());
    let mut context = context(trace.as_ref());
    context.insert("sign_in_url", &page.sign_in_url(&request));
    page.render(StatusCode::OK, "last_sign_in.html", "trace-title", Some(user.signed_in()), context)
}

/// Returns the path of the page if this user may see it.
pub(super) fn path_for(identity: &IdentityWeb, user: &Identity) -> Option<String> {
    let services = identity.services();
    services.trace_access.admits(user.claims()).then(|| services.site.path("/last_sign_in"))
}

fn context(trace: Option<&SignInTrace>) -> Context {
    let mut context = Context::new();
    let steps = trace.map_or(&[][..], |trace| &trace.steps);
    let began_at = trace.map(|trace| Timestamp(trace.began_at.div_euclid(1000)));
    let checks = steps.iter().flat_map(|step| &step.checks);
    context.insert("steps", &steps.iter().map(Row::from).collect::<Vec<_>>());
    context.insert("began_at", &began_at.map(|time| time.to_string()));
    context.insert("began_at_machine", &began_at.map(Timestamp::rfc3339));
    context.insert("took", &steps.last().map(|last| milliseconds(last.at + last.took)));
    context.insert("passed", &checks.filter(|check| check.outcome.is_passed()).count());
    context
}

/// Writes microseconds as milliseconds: short ones with a decimal.
fn milliseconds(micros: u64) -> String {
    let tenths = micros.saturating_add(50) / 100;
    if tenths < 100 {
        format!("{}.{}", tenths / 10, tenths % 10)
    } else {
        ((micros.saturating_add(500)) / 1000).to_string()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn milliseconds_read_well() {
        for (micros, text) in [(0, "0.0"), (49, "0.0"), (50, "0.1"), (9_949, "9.9"), (9_950, "10"), (1_234_567, "1235")]
        {
            assert_eq!(milliseconds(micros), text, "{micros}");
        }
    }
}
