//! Step-up at the browser: the way to the provider.

use super::access_token::interaction_required;
use super::error::Error;
use super::identity::Identity;
use crate::flows::IdentityWeb;
use crate::flows::interaction::Interaction;
use crate::oidc::step_up::StepUp;

/// The user must authenticate again; unless that has just been done in vain.
pub(super) fn required(identity: &IdentityWeb, user: &Identity, step_up: StepUp) -> Error {
    if !identity.may_step_up(user.signed_in(), &step_up) {
        return Error::StepUpUnmet;
    }
    match interaction_required(identity, Interaction::step_up(step_up)) {
        Error::Interaction { parameter, .. } => Error::StepUp(parameter),
        error => error,
    }
}
