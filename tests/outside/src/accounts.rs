//! Accounts: one for each user who has signed in, and what has happened to their sessions.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};

use identity_web::{Decision, EndReason, HookError, RefusalReason, SessionEnd, SignIn, SignInRefusal, SignOut};

/// What decides over accounts, for tests and operators.
#[derive(Default)]
pub struct Accounts(Mutex<State>);

#[derive(Default)]
struct State {
    /// By issuer and subject: the only key that a provider doesn't reassign.
    accounts: HashMap<(String, String), u32>,
    closed: Vec<String>,
    unavailable: bool,
    signed_out: Vec<String>,
    ended: Vec<EndReason>,
    refused: Vec<RefusalReason>,
}

impl Accounts {
    fn with<T>(&self, work: impl FnOnce(&mut State) -> T) -> T {
        work(&mut self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }

    /// Closes the account of everyone with this user name.
    pub fn close(&self, username: &str) {
        self.with(|state| state.closed.push(username.to_owned()));
    }

    /// Simulates a database that is down.
    pub fn set_unavailable(&self, unavailable: bool) {
        self.with(|state| state.unavailable = unavailable);
    }

    /// How many accounts there are.
    pub fn count(&self) -> usize {
        self.with(|state| state.accounts.len())
    }

    /// Who has signed out, the latest last.
    pub fn who_signed_out(&self) -> Vec<String> {
        self.with(|state| state.signed_out.clone())
    }

    /// Why sessions have ended, the latest last.
    pub fn ended(&self) -> Vec<EndReason> {
        self.with(|state| state.ended.clone())
    }

    /// Why sign-ins have failed, the latest last.
    pub fn refused(&self) -> Vec<RefusalReason> {
        self.with(|state| state.refused.clone())
    }

    /// Finds or creates the account. It is called before there is a session.
    pub async fn admit(&self, sign_in: &SignIn) -> Result<Decision, HookError> {
        let (issuer, subject) = sign_in.key();
        let username = sign_in.claims().text("preferred_username").unwrap_or_default();
        self.with(|state| {
            if state.unavailable {
                return Err("the database is down".into());
            }
            if state.closed.iter().any(|closed| closed == username) {
                return Ok(Decision::refuse("Your account is closed."));
            }
            let next = u32::try_from(state.accounts.len())? + 1;
            let number = *state.accounts.entry((issuer.to_owned(), subject.to_owned())).or_insert(next);
            Ok(Decision::allow_with([("account", number.into())]))
        })
    }

    /// Notes who signed out.
    pub async fn signed_out(&self, sign_out: &SignOut) {
        self.with(|state| state.signed_out.push(sign_out.claims().display_name().to_owned()));
    }

    /// Notes why sessions ended.
    pub async fn session_ended(&self, end: &SessionEnd) {
        self.with(|state| state.ended.extend(std::iter::repeat_n(end.reason, end.sessions)));
    }

    /// Notes why a sign-in failed.
    pub async fn sign_in_refused(&self, refusal: &SignInRefusal) {
        self.with(|state| state.refused.push(refusal.reason));
    }
}
