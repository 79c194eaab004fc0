//! A rule as a tree. What can't be determined admits nobody, neither as it is nor negated.

use std::collections::BTreeMap;
use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use crate::entra::groups::{Groups, groups};
use crate::flows::{IdentityWeb, is_member};
use crate::oidc::claims::Claims;
use crate::oidc::step_up::StepUp;
use crate::web::identity::Identity;

use super::{may_rule, texts};

type Condition = Arc<dyn Fn(&Identity) -> bool + Send + Sync>;

/// A rule.
#[derive(Clone)]
pub(super) enum Rule {
    Role(String),
    Group(String),
    Scope(String),
    Claim(String, String),
    When(Condition),
    Fresh(Duration),
    Acr(Vec<String>),
    All(Arc<Rule>, Arc<Rule>),
    Any(Arc<Rule>, Arc<Rule>),
    Not(Arc<Rule>),
}

/// Whether a rule admits a user.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Answer {
    Yes,
    No,
    /// It depends on these groups, which the directory must be asked about.
    Ask(Vec<String>),
}

/// What a rule is judged by.
#[derive(Clone)]
pub(super) struct Facts<'a> {
    pub(super) identity: &'a IdentityWeb,
    pub(super) user: &'a Identity,
    /// The groups that the directory was asked about, and whether the user is a member.
    pub(super) asked: BTreeMap<String, bool>,
    /// Whether the user is taken to have authenticated as every rule wants.
    pub(super) stepped_up: bool,
}

impl Rule {
    /// Returns whether the rule, or with `negated` its opposite, admits the user.
    pub(super) fn answer(&self, negated: bool, facts: &Facts<'_>) -> Answer {
        match self {
            Self::Not(rule) => rule.answer(!negated, facts),
            Self::All(a, b) if negated => a.answer(negated, facts).or(|| b.answer(negated, facts)),
            Self::Any(a, b) if negated => a.answer(negated, facts).and(|| b.answer(negated, facts)),
            Self::All(a, b) => a.answer(negated, facts).and(|| b.answer(negated, facts)),
            Self::Any(a, b) => a.answer(negated, facts).or(|| b.answer(negated, facts)),
            Self::Group(id) if facts.must_ask(id) => Answer::Ask(vec![id.clone()]),
            leaf => Answer::of(leaf.is_met(facts) == Some(!negated)),
        }
    }

    /// Returns whether a rule without parts is met; `None` if that can't be determined.
    fn is_met(&self, facts: &Facts<'_>) -> Option<bool> {
        let (user, identity) = (facts.user, facts.identity);
        match self {
            // Without app roles, Entra omits the claim.
            Self::Role(role) => Some(has(user.claims(), "roles", role).unwrap_or_default()),
            Self::Group(id) => facts.is_in(id),
            Self::Scope(scope) => {
                let granted = user.signed_in().tokens.granted.scope.as_deref()?;
                Some(granted.split(' ').any(|one| one == scope))
            }
            Self::Claim(name, value) => has(user.claims(), name, value),
            Self::When(condition) => Some(condition(user)),
            Self::Fresh(_) | Self::Acr(_) if facts.stepped_up => Some(true),
            Self::Fresh(max_age) => identity.is_fresh(user.claims(), *max_age),
            Self::Acr(acr_values) => identity.has_acr(user.signed_in(), acr_values),
            Self::All(..) | Self::Any(..) | Self::Not(_) => None,
        }
    }

    /// Returns the step-up after which the rule, or its opposite, admits the user, if any does; empty if it does now.
    pub(super) fn step_up(&self, negated: bool, facts: &Facts<'_>) -> StepUp {
        let after = Facts { stepped_up: true, ..facts.clone() };
        if self.answer(negated, facts) == Answer::Yes || self.answer(negated, &after) != Answer::Yes {
            return StepUp::default();
        }
        match self {
            Self::Fresh(max_age) => StepUp { max_age: Some(max_age.as_secs()), ..StepUp::default() },
            Self::Acr(acr_values) => StepUp { acr_values: acr_values.clone(), ..StepUp::default() },
            Self::Not(rule) => rule.step_up(!negated, facts),
            Self::All(a, b) | Self::Any(a, b) if matches!(self, Self::All(..)) != negated => {
                a.step_up(negated, facts).and(b.step_up(negated, facts))
            }
            // Of two ways the first that leads there.
            Self::All(a, b) | Self::Any(a, b) if a.answer(negated, &after) != Answer::Yes => b.step_up(negated, facts),
            Self::All(a, _) | Self::Any(a, _) => a.step_up(negated, facts),
            _ => StepUp::default(),
        }
    }
}

impl Answer {
    fn of(is_yes: bool) -> Self {
        if is_yes { Self::Yes } else { Self::No }
    }

    fn and(self, other: impl FnOnce() -> Self) -> Self {
        match self {
            Self::No => Self::No,
            Self::Yes => other(),
            Self::Ask(groups) => match other() {
                Self::No => Self::No,
                other => Self::Ask(groups).with(other),
            },
        }
    }

    fn or(self, other: impl FnOnce() -> Self) -> Self {
        match self {
            Self::Yes => Self::Yes,
            Self::No => other(),
            Self::Ask(groups) => match other() {
                Self::Yes => Self::Yes,
                other => Self::Ask(groups).with(other),
            },
        }
    }

    /// Asks about the groups of both.
    fn with(self, other: Self) -> Self {
        let mut all: Vec<_> = [self, other].into_iter().flat_map(Self::groups).collect();
        all.sort();
        all.dedup();
        Self::Ask(all)
    }

    pub(super) fn groups(self) -> Vec<String> {
        if let Self::Ask(groups) = self { groups } else { Vec::new() }
    }
}

impl Facts<'_> {
    fn must_ask(&self, id: &str) -> bool {
        !self.asked.contains_key(id) && is_member(self.user.signed_in(), id).is_none()
    }

    /// Without the claim, an identity provider may have been told to send no groups.
    fn is_in(&self, id: &str) -> Option<bool> {
        let claims = self.user.claims();
        let is_stated =
            groups(claims) == Groups::Overage || claims.get("groups").is_some_and(serde_json::Value::is_array);
        let is_member = self.asked.get(id).copied().or_else(|| is_member(self.user.signed_in(), id));
        is_member.filter(|_| is_stated)
    }
}

/// Returns whether a claim has this value; `None` if the claim is missing, or is one that no rule can use.
fn has(claims: &Claims, name: &str, value: &str) -> Option<bool> {
    let claim = claims.get(name).filter(|_| may_rule(name))?;
    Some(texts(claim).iter().any(|one| one == value))
}

/// Displays what users need, for those that may know.
impl fmt::Display for Rule {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Role(role) => write!(f, "the role {role}"),
            Self::Group(id) => write!(f, "the group {id}"),
            Self::Scope(scope) => write!(f, "the permission {scope}"),
            Self::Claim(name, value) => write!(f, "{name} = {value}"),
            Self::When(_) => f.write_str("a condition of this application"),
            Self::Fresh(max_age) => write!(f, "a sign-in within the last {} seconds", max_age.as_secs()),
            Self::Acr(acr_values) => write!(f, "a sign-in by {}", acr_values.join(" or ")),
            Self::All(a, b) => write!(f, "({a} and {b})"),
            Self::Any(a, b) => write!(f, "({a} or {b})"),
            Self::Not(rule) => write!(f, "not {rule}"),
        }
    }
}

impl fmt::Debug for Rule {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}
