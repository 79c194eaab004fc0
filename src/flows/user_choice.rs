//! A refusal that is a person's choice, which B2C's policies offer: it leads on, and not to an error page.

use super::IdentityWeb;
use super::target::Target;
use crate::entra::b2c::{Choice, choice};
use crate::oidc::authorization::Transaction;
use crate::oidc::callback::AuthorizationError;
use crate::oidc::provider::Provider;

/// Where a person goes who chose something else than to sign in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum UserChoice {
    /// To the policy that resets passwords, and from there to the target.
    ResetPassword(Target),
    /// Back to where they were, still as they were.
    Back {
        /// Where they wanted to go.
        target: Target,
        /// Whether they were editing their profile, so were signed in, though a cross-site POST may not show it.
        editing: bool,
    },
}

/// What is still wanted of a transaction once its response is judged.
pub(super) struct FlowOrigin {
    policy: Option<String>,
    target: Target,
}

impl FlowOrigin {
    pub(super) fn of(transaction: &Transaction, own_prefix: &str) -> Self {
        Self { policy: transaction.policy.clone(), target: Target::parse(&transaction.target, own_prefix) }
    }
}

impl IdentityWeb {
    /// Where a refusal leads that is a person's choice. The policy that resets passwords leads to itself never, so
    /// nobody goes in circles.
    pub(super) fn detour(&self, error: &AuthorizationError, origin: FlowOrigin) -> Option<UserChoice> {
        let (AuthorizationError::Refused(refusal), Some(policy)) = (error, origin.policy) else { return None };
        let is = |provider: &Provider| provider.settings().policy.as_ref() == Some(&policy);
        match choice(refusal)? {
            Choice::Cancel => {
                let editing = self.services().profile.as_ref().is_some_and(is);
                Some(UserChoice::Back { target: origin.target, editing })
            }
            Choice::ForgotPassword => {
                let circles = self.services().password.as_ref().is_none_or(is);
                (!circles).then_some(UserChoice::ResetPassword(origin.target))
            }
        }
    }
}
