//! A refusal that is the user's choice, which B2C's policies offer: it leads on, and not to an error page.

use super::target::Target;
use super::{ClientRegistration, IdentityWeb};
use crate::entra::b2c::{Choice, choice};
use crate::oidc::authorization::Transaction;
use crate::oidc::callback::AuthorizationError;

/// Where a user goes who chose something other than signing in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum UserChoice {
    /// To the policy that resets passwords, and from there to the target.
    ResetPassword(Target),
    /// Back to where they were, with their session unchanged.
    Back {
        /// Where they wanted to go.
        target: Target,
        /// Whether they were editing their profile: they were signed in then, though a cross-site POST may not show it.
        editing: bool,
    },
}

/// What is needed of a transaction once its response is validated.
pub(super) struct FlowOrigin {
    provider: Option<String>,
    target: Target,
}

impl FlowOrigin {
    pub(super) fn of(transaction: &Transaction, own_prefix: &str) -> Self {
        Self { provider: transaction.provider.clone(), target: Target::parse(&transaction.target, own_prefix) }
    }
}

impl IdentityWeb {
    /// Where a refusal leads that is the user's choice. The policy that resets passwords never leads to itself.
    pub(super) fn user_choice(&self, error: &AuthorizationError, origin: FlowOrigin) -> Option<UserChoice> {
        let AuthorizationError::Refused(refusal) = error else { return None };
        let providers = &self.services().providers;
        let registration = providers.of(origin.provider.as_deref()).filter(|one| one.is_b2c())?;
        let is = |one: &ClientRegistration| one.id == registration.id;
        match choice(refusal)? {
            Choice::Cancel => {
                let editing = providers.profile.as_ref().is_some_and(is);
                Some(UserChoice::Back { target: origin.target, editing })
            }
            Choice::ForgotPassword => {
                let is_circular = providers.password.as_ref().is_none_or(is);
                (!is_circular && providers.is_of_default(registration))
                    .then_some(UserChoice::ResetPassword(origin.target))
            }
        }
    }
}
