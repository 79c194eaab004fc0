//! Rules: who may use a scope, a resource or a route, and how they must have authenticated.

mod rule;

use std::borrow::Borrow;
use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::web::Data;
use serde_json::Value;

use self::rule::{Answer, Facts, Rule};
use super::access_token::{interaction_required, with_session};
use super::error::Error;
use super::guard::{Guard, guard};
use super::identity::{Identity, to_sign_in};
use super::step_up;
use crate::flows::{Error as Cause, IdentityWeb};
use crate::oidc::step_up::StepUp;
use crate::session::error::StoreError;

/// Claims that users can change or that may be unverified: no rule can use them.
const NO_RULE: [&str; 8] =
    ["email", "family_name", "given_name", "name", "nickname", "preferred_username", "unique_name", "upn"];

/// A rule: wrap a scope, a resource or a route in it. Users who don't meet it get 403; signed-out users are redirected to
/// sign in or get 401, as with [`super::identity::login_required`]. If it can't be determined, the request fails.
///
/// ```
/// use std::time::Duration;
///
/// use actix_web::web;
/// use identity_web::Require;
///
/// // With several wraps, all must be met.
/// let admin = web::scope("/admin").wrap(Require::role("Admin"));
/// let staff = web::resource("/staff").wrap(Require::role("Editor").or(Require::group("3f0b…")));
/// let own_tenant = Require::claim("tid", "c0ff…").and(Require::role("Guest").not());
/// let payment = web::resource("/pay").wrap(own_tenant.and(Require::fresh(Duration::from_mins(5))));
/// ```
///
/// What can't be determined admits nobody, also if it is negated: `Require::claim("acct", "1").not()` refuses users
/// without the claim `acct`.
#[derive(Clone, Debug)]
pub struct Require {
    rule: Arc<Rule>,
    is_explained: bool,
}

impl Require {
    fn of(rule: Rule) -> Self {
        Self { rule: Arc::new(rule), is_explained: false }
    }

    /// Requires this app role (`roles`). Users without the claim have no role.
    pub fn role(role: &str) -> Self {
        Self::of(Rule::Role(role.to_owned()))
    }

    /// Requires membership of the group with this object ID, directly or through other groups. When a user's groups don't
    /// fit in the ID token, Microsoft Graph is queried for those that are required, once per session, and only if the other
    /// rules leave it open. Without the claim `groups`, membership can't be determined.
    pub fn group(object_id: &str) -> Self {
        Self::of(Rule::Group(object_id.to_owned()))
    }

    /// Requires that the user granted this scope to this application.
    pub fn scope(scope: &str) -> Self {
        Self::of(Rule::Scope(scope.to_owned()))
    }

    /// Requires that the claim is this value or an array that contains it. A claim that users can change, such as `email`
    /// or `name`, never meets the requirement.
    pub fn claim(name: &str, value: &str) -> Self {
        Self::of(Rule::Claim(name.to_owned(), value.to_owned()))
    }

    /// Requires what this function says of the user. It may be called several times for a request.
    pub fn when(condition: impl Fn(&Identity) -> bool + Send + Sync + 'static) -> Self {
        Self::of(Rule::When(Arc::new(condition)))
    }

    /// Requires that the user authenticated at most `max_age` ago (`auth_time`, with a leeway of a minute for clocks that
    /// differ). Otherwise a navigation leads to the provider, which asks the user again (`max_age`), and back; other
    /// requests get 401 with a `login_url`. Only the same user may answer.
    ///
    /// Microsoft Entra sends `auth_time` only if it is among the application's optional claims.
    pub fn fresh(max_age: Duration) -> Self {
        Self::of(Rule::Fresh(max_age))
    }

    /// Requires that the user authenticated by one of these authentication context classes (`acr`). Otherwise the provider
    /// is asked for it (`acr_values`), as with [`Require::fresh`].
    ///
    /// At Microsoft Entra these are the IDs of authentication contexts, such as `c1`. The first is requested (`claims`), and
    /// any is accepted (`acrs`, which must be among the application's optional claims).
    ///
    /// ```
    /// use identity_web::Require;
    ///
    /// let strong = Require::acr(["phr", "phrh"]);
    /// let context = Require::acr(["c1"]);
    /// ```
    pub fn acr<'a>(acr_values: impl IntoIterator<Item = &'a str>) -> Self {
        Self::of(Rule::Acr(acr_values.into_iter().map(str::to_owned).collect()))
    }

    /// Requires both.
    #[must_use]
    pub fn and(&self, other: impl Borrow<Self>) -> Self {
        self.joined(other.borrow(), Rule::All)
    }

    /// Requires either.
    #[must_use]
    pub fn or(&self, other: impl Borrow<Self>) -> Self {
        self.joined(other.borrow(), Rule::Any)
    }

    /// Requires the opposite. If it can't be determined, it isn't met.
    #[must_use]
    pub fn not(&self) -> Self {
        Self { rule: Arc::new(Rule::Not(Arc::clone(&self.rule))), ..*self }
    }

    fn joined(&self, other: &Self, join: impl FnOnce(Arc<Rule>, Arc<Rule>) -> Rule) -> Self {
        let rule = join(Arc::clone(&self.rule), Arc::clone(&other.rule));
        Self { rule: Arc::new(rule), is_explained: self.is_explained || other.is_explained }
    }

    /// Says in the 403 which rule wasn't met. By default the page says only that the user lacks access.
    #[must_use]
    pub fn explained(self) -> Self {
        Self { is_explained: true, ..self }
    }

    /// Returns the error that says which rule isn't met.
    pub(super) fn missing(&self) -> Error {
        Error::Missing(self.rule.to_string())
    }

    /// Returns whether the user of this request has access.
    ///
    /// # Errors
    /// It can't be determined: the directory or the session store is unavailable, or the user must consent first. Or the user
    /// must authenticate again first: returned by the handler, that error leads to the provider and back.
    pub async fn admits(&self, identity: &IdentityWeb, user: &Identity) -> Result<bool, Error> {
        match self.verdict(identity, user).await? {
            Verdict::Admitted => Ok(true),
            Verdict::Refused => Ok(false),
            Verdict::StepUp(step_up) => Err(step_up::required(identity, user, step_up)),
        }
    }

    async fn verdict(&self, identity: &IdentityWeb, user: &Identity) -> Result<Verdict, Error> {
        let mut facts = Facts { identity, user, asked: BTreeMap::new(), stepped_up: false };
        loop {
            let now = self.rule.answer(false, &facts);
            if now == Answer::Yes {
                return Ok(Verdict::Admitted);
            }
            // Who isn't admitted even then is not sent to the provider.
            let after = self.rule.answer(false, &Facts { stepped_up: true, ..facts.clone() });
            let is_enough = after == Answer::Yes;
            let groups = [now.groups(), after.groups()].concat();
            if groups.is_empty() {
                let step_up = is_enough.then(|| self.rule.step_up(false, &facts));
                return Ok(step_up.map_or(Verdict::Refused, Verdict::StepUp));
            }
            let answers = ask(identity, &groups).await?;
            facts.asked.extend(groups.into_iter().zip(answers));
        }
    }
}

/// What a rule means for a user.
enum Verdict {
    Admitted,
    Refused,
    /// The user is admitted after this step-up.
    StepUp(StepUp),
}

/// Asks the directory whether the user is a member of these groups.
async fn ask(identity: &IdentityWeb, groups: &[String]) -> Result<Vec<bool>, Error> {
    let answers = with_session(async |session| identity.memberships(session, groups).await).await;
    answers.map_err(|error| match error {
        Cause::Interaction(interaction) => interaction_required(identity, interaction),
        error => error.into(),
    })
}

/// Returns whether a rule can use this claim: users can't change it, and it is verified.
pub(super) fn may_rule(claim: &str) -> bool {
    !NO_RULE.contains(&claim)
}

/// Returns a claim's values as text: the elements of an array, and none of an object.
pub(super) fn texts(value: &Value) -> Vec<String> {
    match value {
        Value::String(text) => vec![text.clone()],
        Value::Bool(_) | Value::Number(_) => vec![value.to_string()],
        Value::Array(elements) => elements.iter().filter(|element| !element.is_array()).flat_map(texts).collect(),
        Value::Object(_) | Value::Null => Vec::new(),
    }
}

impl Guard for Require {
    async fn check(&self, request: &ServiceRequest) -> Result<(), Error> {
        let identity = request.app_data::<Data<IdentityWeb>>().ok_or(StoreError::NotWrapped)?;
        let user = Identity::of_request()?.ok_or(Error::NotSignedIn)?;
        match self.admits(identity, &user).await? {
            true => Ok(()),
            false if self.is_explained => Err(self.missing()),
            false => Err(Error::Forbidden),
        }
    }

    fn refuse(request: ServiceRequest, error: Error) -> ServiceResponse {
        match error {
            Error::NotSignedIn => to_sign_in(request),
            error => request.error_response(error),
        }
    }
}

guard!(Require);
