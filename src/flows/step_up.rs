//! Step-up: a rule needs a more recent or a stronger authentication than the session's, so the same user goes to the
//! provider again. A step-up whose answer still doesn't meet the rule isn't asked for again at once: no redirect loop.

use std::time::Duration;

use super::IdentityWeb;
use crate::oidc::claims::Claims;
use crate::oidc::step_up::{StepUp, has_acr, is_fresh};
use crate::session::record::SignedIn;

/// How long after a step-up the same one isn't asked for again.
const PAUSE: Duration = Duration::from_mins(1);
/// The most step-ups in a row, each within the pause of the one before. Their transaction's cookie must stay small.
const MAX_IN_A_ROW: usize = 4;

impl IdentityWeb {
    /// Returns whether the user of this session authenticated at most `max_age` ago; `None` if the provider doesn't say.
    pub(crate) fn is_fresh(&self, claims: &Claims, max_age: Duration) -> Option<bool> {
        is_fresh(claims, max_age, self.services().clock.now())
    }

    /// Returns whether the user of this session authenticated by one of these classes; `None` if the provider doesn't say.
    pub(crate) fn has_acr(&self, signed_in: &SignedIn, acr_values: &[String]) -> Option<bool> {
        let is_entra = self.provider_of(signed_in).ok()?.provider.settings().is_entra();
        has_acr(&signed_in.claims, acr_values, is_entra)
    }

    /// Returns whether this step-up may be asked for: not if this sign-in is its answer, less than a minute ago.
    pub(crate) fn may_step_up(&self, signed_in: &SignedIn, step_up: &StepUp) -> bool {
        let recent = self.recent_step_ups(signed_in);
        recent.len() < MAX_IN_A_ROW && !recent.contains(step_up)
    }

    /// The step-ups that a sign-in remembers: this one and those just before it.
    pub(super) fn step_ups_with(&self, asked_by: Option<&SignedIn>, step_up: &StepUp) -> Vec<StepUp> {
        if step_up.is_empty() {
            return Vec::new();
        }
        let before = asked_by.map(|signed_in| self.recent_step_ups(signed_in)).unwrap_or_default();
        before.iter().chain([step_up]).take(MAX_IN_A_ROW).cloned().collect()
    }

    fn recent_step_ups<'a>(&self, signed_in: &'a SignedIn) -> &'a [StepUp] {
        let is_recent = self.services().clock.now().since(signed_in.at) < PAUSE;
        if is_recent { &signed_in.step_ups } else { &[] }
    }
}
