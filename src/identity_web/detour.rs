//! A refusal that is a person's choice, which B2C's policies offer: it leads on, and not to an error page.

use super::IdentityWeb;
use super::target::Target;
use crate::entra::b2c::{Choice, choice};
use crate::oidc::authorization::Transaction;
use crate::oidc::callback::AuthorizationError;

/// Where a person goes who chose something else than to sign in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Detour {
    /// To the policy that resets passwords, and from there to the target.
    ResetPassword(Target),
    /// Back to where they were, still as they were.
    Back(Target),
}

/// What is still wanted of a transaction once its response is judged.
pub(super) struct Origin {
    policy: Option<String>,
    target: Target,
}

impl Origin {
    pub(super) fn of(transaction: &Transaction, own_prefix: &str) -> Self {
        Self { policy: transaction.policy.clone(), target: Target::parse(&transaction.target, own_prefix) }
    }
}

impl IdentityWeb {
    /// Where a refusal leads that is a person's choice. The policy that resets passwords leads to itself never, so
    /// nobody goes in circles.
    pub(super) fn detour(&self, error: &AuthorizationError, origin: Origin) -> Option<Detour> {
        let (AuthorizationError::Refused(refusal), Some(policy)) = (error, origin.policy) else { return None };
        match choice(refusal)? {
            Choice::Cancel => Some(Detour::Back(origin.target)),
            Choice::ForgotPassword => {
                let password = self.parts().password.as_ref()?.settings().policy.as_ref();
                (password != Some(&policy)).then_some(Detour::ResetPassword(origin.target))
            }
        }
    }
}
