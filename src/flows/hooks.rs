//! What an application decides of a sign-in, and what it hears of sign-outs, sessions and refusals.

use std::any::Any;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::pin::{Pin, pin};
use std::sync::Arc;
use std::task::Poll;
use std::time::Duration;

use serde_json::{Map, Value};
use thiserror::Error;
use tokio::time::timeout;
use tracing::warn;

use super::hook_events::{SessionEnd, SignIn, SignInRefusal, SignOut};
use super::{ClientRegistration, Error, IdentityWeb};
use crate::session::record::SignedIn;

/// Why a hook failed. `?` makes it of any error, `.into()` of a text. The log has it; no browser sees it.
pub type HookError = Box<dyn std::error::Error + Send + Sync>;

/// What `on_sign_in` decides.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub enum Decision {
    /// The user is signed in.
    Allow,
    /// The user is signed in, and the session keeps these values, apart from the provider's claims:
    /// [`Identity::value`](crate::Identity::value) returns them.
    AllowWith(Map<String, Value>),
    /// The user isn't signed in, and sees this text.
    Refuse(String),
}

impl Decision {
    /// Allows the sign-in, with values for the session.
    ///
    /// ```
    /// use identity_web::Decision;
    ///
    /// let decision = Decision::allow_with([("plan", "pro".into()), ("member_id", 7.into())]);
    /// ```
    pub fn allow_with<N: Into<String>>(values: impl IntoIterator<Item = (N, Value)>) -> Self {
        Self::AllowWith(values.into_iter().map(|(name, value)| (name.into(), value)).collect())
    }

    /// Refuses the sign-in. The text is for the user, on a page with the status 403.
    pub fn refuse(text: impl Into<String>) -> Self {
        Self::Refuse(text.into())
    }
}

/// What a hook returns: the value itself, or a result. You needn't implement it.
pub trait IntoHookResult<T> {
    /// Returns it as a result.
    ///
    /// # Errors
    /// The hook failed.
    fn into_result(self) -> Result<T, HookError>;
}

impl IntoHookResult<Decision> for Decision {
    fn into_result(self) -> Result<Decision, HookError> {
        Ok(self)
    }
}

impl IntoHookResult<()> for () {
    fn into_result(self) -> Result<(), HookError> {
        Ok(())
    }
}

impl<T> IntoHookResult<T> for Result<T, HookError> {
    fn into_result(self) -> Self {
        self
    }
}

/// Why a hook gave no answer.
#[derive(Clone, Debug, Error, PartialEq, Eq)]
pub enum HookFailure {
    /// It returned an error.
    #[error("{0}")]
    Failed(String),
    /// It panicked.
    #[error("it panicked: {0}")]
    Panicked(String),
    /// It took too long.
    #[error("it didn’t return within {} s", .0.as_secs())]
    TimedOut(Duration),
}

type Answer<'a, T> = Pin<Box<dyn Future<Output = Result<T, HookError>> + 'a>>;

trait Hook<E, T>: Send + Sync {
    fn call<'a>(&'a self, event: &'a E) -> Answer<'a, T>;
}

impl<E, T, R, F> Hook<E, T> for F
where
    F: AsyncFn(&E) -> R + Send + Sync,
    R: IntoHookResult<T>,
{
    fn call<'a>(&'a self, event: &'a E) -> Answer<'a, T> {
        Box::pin(async move { self(event).await.into_result() })
    }
}

type Hooked<E, T> = Option<Arc<dyn Hook<E, T>>>;

/// The hooks of an application. Clones share them.
#[derive(Clone, Default)]
pub struct Hooks {
    sign_in: Hooked<SignIn, Decision>,
    sign_out: Hooked<SignOut, ()>,
    session_end: Hooked<SessionEnd, ()>,
    refusal: Hooked<SignInRefusal, ()>,
    timeout: Duration,
}

macro_rules! setters {
    ($($setter:ident: $field:ident($event:ty) -> $answer:ty),* $(,)?) => {
        $(
            pub(crate) fn $setter<R: IntoHookResult<$answer> + 'static>(
                &mut self,
                hook: impl AsyncFn(&$event) -> R + Send + Sync + 'static,
            ) {
                self.$field = Some(Arc::new(hook));
            }
        )*
    };
}

impl Hooks {
    setters! {
        on_sign_in: sign_in(SignIn) -> Decision,
        on_sign_out: sign_out(SignOut) -> (),
        on_session_end: session_end(SessionEnd) -> (),
        on_refusal: refusal(SignInRefusal) -> (),
    }

    /// Sets how long each may take: `limits.hook_timeout_seconds`.
    #[must_use]
    pub fn with_timeout(self, timeout: Duration) -> Self {
        Self { timeout, ..self }
    }

    /// Whether anyone listens to the end of sessions.
    pub fn hear_of_ends(&self) -> bool {
        self.session_end.is_some()
    }

    /// Tells a hook what happened. It has happened: if the hook fails, only the log says so.
    async fn tell<E>(&self, name: &str, hook: &Hooked<E, ()>, event: &E) {
        let Some(hook) = hook else { return };
        if let Err(failure) = within(self.timeout, hook.call(event)).await {
            warn!(hook = name, cause = %failure, "a hook failed");
        }
    }
}

impl IdentityWeb {
    /// Asks the application whether a user may sign in, after every check and before there is a session.
    ///
    /// # Errors
    /// [`Error::NotAdmitted`] and [`Error::Hook`]: the tokens are revoked, if the provider revokes any.
    pub(super) async fn admit(&self, mut sign_in: SignIn) -> Result<SignedIn, Error> {
        let hooks = &self.services().hooks;
        let Some(hook) = &hooks.sign_in else { return Ok(sign_in.signed_in) };
        let error = match within(hooks.timeout, hook.call(&sign_in)).await {
            Ok(Decision::Allow) => return Ok(sign_in.signed_in),
            Ok(Decision::AllowWith(values)) => {
                sign_in.signed_in.values = values;
                return Ok(sign_in.signed_in);
            }
            Ok(Decision::Refuse(text)) => {
                let sign_out = self.end_at_provider(&sign_in.signed_in, false).await;
                Error::NotAdmitted { text, sign_out }
            }
            Err(failure) => Error::Hook(failure),
        };
        self.revoke_tokens(&sign_in.signed_in);
        Err(error)
    }

    /// Tells the application that a user has signed out.
    pub(crate) async fn tell_sign_out(&self, signed_in: &SignedIn) {
        let hooks = &self.services().hooks;
        if hooks.sign_out.is_some() {
            hooks.tell("on_sign_out", &hooks.sign_out, &SignOut::of(signed_in)).await;
        }
    }

    /// Tells the application that sessions have ended.
    pub(crate) async fn tell_session_end(&self, end: SessionEnd) {
        let hooks = &self.services().hooks;
        if end.sessions > 0 {
            hooks.tell("on_session_end", &hooks.session_end, &end).await;
        }
    }

    /// Tells the application that a sign-in was refused. `received_at` is the provider whose redirect URI the response came
    /// to.
    pub(crate) async fn tell_refusal(&self, error: &Error, received_at: &ClientRegistration) {
        let (hooks, provider) = (&self.services().hooks, self.services().providers.own_name_of(received_at));
        if hooks.refusal.is_some() {
            hooks.tell("on_refusal", &hooks.refusal, &SignInRefusal::of(error, provider)).await;
        }
    }
}

/// Awaits a hook for this long. Then it is dropped.
async fn within<T>(limit: Duration, hook: Answer<'_, T>) -> Result<T, HookFailure> {
    match timeout(limit, unwinding(hook)).await {
        Ok(Ok(outcome)) => outcome.map_err(|error| HookFailure::Failed(error.to_string())),
        Ok(Err(panic)) => Err(HookFailure::Panicked(text_of(&*panic))),
        Err(_) => Err(HookFailure::TimedOut(limit)),
    }
}

/// Catches a panic of a hook. What it shares with others is behind its own locks, which are poisoned then.
async fn unwinding<F: Future>(hook: F) -> Result<F::Output, Box<dyn Any + Send>> {
    let mut hook = pin!(hook);
    std::future::poll_fn(|context| match catch_unwind(AssertUnwindSafe(|| hook.as_mut().poll(context))) {
        Ok(Poll::Pending) => Poll::Pending,
        Ok(Poll::Ready(output)) => Poll::Ready(Ok(output)),
        Err(panic) => Poll::Ready(Err(panic)),
    })
    .await
}

fn text_of(panic: &(dyn Any + Send)) -> String {
    let text = panic.downcast_ref::<&str>().map(|text| (*text).to_owned());
    text.or_else(|| panic.downcast_ref::<String>().cloned()).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    async fn outcome<R: IntoHookResult<Decision> + 'static>(
        hook: impl AsyncFn(&u8) -> R + Send + Sync,
    ) -> Result<Decision, HookFailure> {
        within(Duration::from_millis(50), hook.call(&7)).await
    }

    #[tokio::test]
    async fn a_hook_answers_fails_panics_or_takes_too_long() {
        assert_eq!(outcome(async |_| Decision::Allow).await, Ok(Decision::Allow));
        let values = Decision::allow_with([("n", 7.into())]);
        assert_eq!(outcome(async |n: &u8| Ok(Decision::allow_with([("n", (*n).into())]))).await, Ok(values));
        let failed = outcome(async |_| {
            let number: i32 = "x".parse()?;
            Ok(Decision::allow_with([("number", number.into())]))
        });
        assert_eq!(failed.await, Err(HookFailure::Failed("invalid digit found in string".to_owned())));
        let panicked = outcome(async |n: &u8| {
            tokio::task::yield_now().await;
            assert!(*n == 0, "n is {n}");
            Decision::Allow
        });
        assert_eq!(panicked.await, Err(HookFailure::Panicked("n is 7".to_owned())));
        let hanging = outcome(async |_| std::future::pending::<Decision>().await);
        assert_eq!(hanging.await, Err(HookFailure::TimedOut(Duration::from_millis(50))));
    }
}
