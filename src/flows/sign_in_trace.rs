//! How a session's sign-in went, for those who may see it.

use serde_json::value::RawValue;

use super::IdentityWeb;
use crate::oidc::authorization::Transaction;
use crate::oidc::claims::Claims;
use crate::oidc::step_up::StepUp;
use crate::oidc::trace::{Abbreviated, Listed, Recorder, SignInTrace, Tracer};
use crate::session::record::SignedIn;

/// The largest trace in a session's record, in bytes of JSON.
const MAX_BYTES: usize = 4096;
/// The largest in a cookie of a sign-in under way. Browsers limit a cookie to 4096 bytes.
const MAX_COOKIE_BYTES: usize = 1200;

/// Who may see how their sign-in went. Of nobody else it is recorded.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum TraceAccess {
    /// Nobody: no sign-in is recorded.
    #[default]
    Nobody,
    /// Every signed-in user.
    SignedIn,
    /// Users with this app role (`roles`).
    Role(String),
}

impl TraceAccess {
    /// Returns whether a user with these claims may see it.
    pub fn admits(&self, claims: &Claims) -> bool {
        match self {
            Self::Nobody => false,
            Self::SignedIn => true,
            Self::Role(role) => match claims.get("roles") {
                Some(serde_json::Value::Array(roles)) => roles.iter().any(|one| one == role),
                roles => roles.is_some_and(|one| one == role),
            },
        }
    }
}

impl IdentityWeb {
    /// Begins to record a sign-in, if any is recorded.
    pub(super) fn begin_trace(&self) -> Option<Recorder> {
        let services = self.services();
        let recorder = (services.trace_access != TraceAccess::Nobody).then(|| Recorder::begin(&services.clock))?;
        Tracer::of(Some(&recorder)).step("authorization_request");
        Some(recorder)
    }

    /// Goes on to record a sign-in whose response has arrived, if any is recorded.
    pub(super) fn resume_trace<'a>(
        &self,
        transaction: &mut Transaction,
        response: impl Iterator<Item = (&'a str, &'a str)>,
    ) -> Option<Recorder> {
        let (access, clock) = (&self.services().trace_access, &self.services().clock);
        let begun = transaction.trace.take();
        if *access == TraceAccess::Nobody {
            return None;
        }
        // One that began at a replica that records none begins here.
        let recorder = begun.map_or_else(|| Recorder::begin(clock), |trace| Recorder::resume(trace, clock));
        let tracer = Tracer::of(Some(&recorder));
        tracer.step("callback");
        tracer.received_all(response);
        tracer.passed("state", Abbreviated(&transaction.state), "");
        Some(recorder)
    }

    /// Returns what the record of this user's session has of the sign-in: at most what leaves a quarter of the largest record
    /// free, so that no session is refused because of its trace.
    pub(super) fn finish_trace(&self, recorder: Option<Recorder>, signed_in: &SignedIn) -> Option<Box<RawValue>> {
        let services = self.services();
        let recorder = recorder.filter(|_| services.trace_access.admits(&signed_in.claims))?;
        let own_bytes = serde_json::to_vec(signed_in).ok()?.len();
        let room = (services.sessions.limits().bytes / 4 * 3).checked_sub(own_bytes)?;
        RawValue::from_string(recorder.finish().to_json(room.min(MAX_BYTES))?).ok()
    }
}

/// Returns what the cookie of a sign-in under way has of it.
pub(super) fn in_cookie(recorder: Recorder) -> Option<SignInTrace> {
    serde_json::from_str(&recorder.finish().to_json(MAX_COOKIE_BYTES)?).ok()
}

/// Notes that the ID token shows what was demanded of the authentication.
pub(super) fn note_step_up(demanded: &StepUp, claims: &Claims, tracer: Tracer<'_>) {
    if let (Some(max_age), Some(at)) = (demanded.max_age, claims.authenticated_at()) {
        tracer.passed("auth_time", at, max_age);
    }
    if !demanded.acr_values.is_empty() {
        let found = claims.text("acr").or_else(|| claims.get("acrs").map(|_| "acrs"));
        tracer.passed("acr", found.unwrap_or_default(), Listed(&demanded.acr_values));
    }
}
