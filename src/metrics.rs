//! The names of all metrics.
//!
//! Every layer records through the `metrics` facade. Without a recorder (an application that uses the library may have
//! none) nothing is kept. Names and labels follow the conventions of Prometheus and OpenTelemetry, in base units. No label
//! holds a user, a token or an address.

use std::cell::RefCell;
use std::collections::HashMap;
use std::time::Duration;

use metrics::{
    Gauge, Histogram, Unit, counter, describe_counter, describe_gauge, describe_histogram, gauge, histogram,
};

use crate::clock::Timestamp;

const REQUEST: &str = "http_server_request_duration_seconds";
const ACTIVE_REQUESTS: &str = "http_server_active_requests";
const PROVIDER: &str = "identity_web_provider_request_duration_seconds";
const PROVIDER_CACHE: &str = "identity_web_provider_cache_requests_total";
const KEYS_FETCHED: &str = "identity_web_provider_keys_fetched_timestamp_seconds";
const STORE: &str = "identity_web_store_command_duration_seconds";
const SIGN_INS: &str = "identity_web_sign_ins_total";
const REFUSALS: &str = "identity_web_refusals_total";
const HEADERS_OMITTED: &str = "identity_web_response_headers_omitted_total";
const RENEWALS: &str = "identity_web_token_renewals_total";
const OPENED: &str = "identity_web_sessions_opened_total";
const PROVIDER_LOGOUTS: &str = "identity_web_provider_logouts_total";
const REVOCATIONS: &str = "identity_web_token_revocations_total";
const SESSION_CACHE: &str = "identity_web_session_cache_total";
const ENDED: &str = "identity_web_sessions_ended_total";
const CREDENTIAL_EXPIRES: &str = "identity_web_credential_expires_timestamp_seconds";
const ACCESS_TOKENS: &str = "identity_web_api_access_tokens_total";
const INTROSPECTIONS: &str = "identity_web_api_introspections_total";
const EXCHANGES: &str = "identity_web_api_token_exchanges_total";
const READY: &str = "identity_web_ready";
const BUILD: &str = "identity_web_build_info";

/// The histograms' buckets, in seconds. The last one is the timeout of a request to the provider.
pub const BUCKETS: [f64; 14] = [0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0];

/// Describes each metric, and starts the counters at zero: a rate needs a first value.
pub fn describe() {
    let seconds = Unit::Seconds;
    describe_histogram!(REQUEST, seconds, "Time to respond to a request, by method, route and status.");
    describe_histogram!(PROVIDER, seconds, "Time of a request to the identity provider, by outcome: ok, error.");
    describe_histogram!(STORE, seconds, "Time of a command to the session store, by command and outcome: ok, error.");
    describe_gauge!(KEYS_FETCHED, seconds, "When the identity provider's keys were last fetched, since 1970.");
    describe_gauge!(CREDENTIAL_EXPIRES, seconds, "When a credential of ours expires, since 1970, by its kind.");
    let count = Unit::Count;
    describe_gauge!(ACTIVE_REQUESTS, count, "Requests in progress.");
    describe_counter!(
        PROVIDER_CACHE,
        count,
        "Uses of the provider's metadata and keys, by outcome: hit; stale, past their lifetime; miss, after a request."
    );
    describe_counter!(
        SIGN_INS,
        count,
        "Sign-ins, by outcome: begun, completed, refused, cancelled (by the user, at B2C)."
    );
    describe_counter!(
        PROVIDER_LOGOUTS,
        count,
        "Logouts by the provider, by channel (front, back) and outcome: completed, refused, unavailable."
    );
    describe_counter!(REVOCATIONS, count, "Revocations of tokens after a sign-out, by outcome: ok, error.");
    describe_counter!(
        SESSION_CACHE,
        count,
        "Reads of sessions from memory: hit, miss or, if Redis doesn't report changes, untrusted."
    );
    describe_counter!(REFUSALS, count, "Requests that failed, by reason.");
    describe_counter!(
        HEADERS_OMITTED,
        count,
        "Response headers omitted because the provider's data in them doesn't fit, by header."
    );
    describe_counter!(RENEWALS, count, "Renewals of tokens, by outcome: renewed, refused, interaction, failed.");
    describe_counter!(OPENED, count, "Sessions that were opened.");
    describe_counter!(ENDED, count, "Sessions that were ended, by anyone; expired ones aren't counted.");
    describe_counter!(ACCESS_TOKENS, count, "Access tokens sent to the API, by outcome: accepted, refused, failed.");
    describe_counter!(INTROSPECTIONS, count, "Requests to the introspection endpoint, by outcome: ok, error.");
    describe_counter!(EXCHANGES, count, "Exchanges of access tokens for other APIs, by outcome: ok, error.");
    describe_gauge!(READY, count, "Whether the last readiness check found that this process can serve: 1 or 0.");
    describe_gauge!(BUILD, count, "1; the version is a label.");
    #[cfg(all(feature = "program", target_os = "linux"))]
    metrics_process::Collector::default().describe();

    gauge!(BUILD, "version" => env!("CARGO_PKG_VERSION")).set(1.0);
    gauge!(ACTIVE_REQUESTS).set(0.0);
    for outcome in ["begun", "completed", "refused", "cancelled"] {
        counter!(SIGN_INS, "outcome" => outcome).absolute(0);
    }
    for outcome in ["renewed", "refused", "interaction", "failed"] {
        counter!(RENEWALS, "outcome" => outcome).absolute(0);
    }
    for (channel, outcome) in [("back", "completed"), ("back", "refused"), ("front", "completed"), ("front", "refused")]
    {
        counter!(PROVIDER_LOGOUTS, "channel" => channel, "outcome" => outcome).absolute(0);
    }
    for outcome in ["ok", "error"] {
        counter!(REVOCATIONS, "outcome" => outcome).absolute(0);
    }
    for outcome in ["hit", "miss", "untrusted"] {
        counter!(SESSION_CACHE, "outcome" => outcome).absolute(0);
    }
    counter!(OPENED).absolute(0);
    counter!(ENDED).absolute(0);
    for answered in [true, false] {
        let _ = histogram!(PROVIDER, "outcome" => outcome(answered));
    }
}

/// Records the process's memory, processor time and open files.
pub fn process() {
    #[cfg(all(feature = "program", target_os = "linux"))]
    metrics_process::Collector::default().collect();
}

/// Records a response.
pub fn request(method: &'static str, route: String, status: u16, took: Duration) {
    thread_local! {
        /// There is one for each combination that our routes respond with.
        static RECORDED: RefCell<HashMap<(&'static str, String, u16), Histogram>> = RefCell::default();
    }
    let histogram = |(method, route, status): &(&'static str, String, u16)| {
        let labels = [
            ("http_request_method", (*method).to_owned()),
            ("http_route", route.clone()),
            ("http_response_status_code", status.to_string()),
        ];
        histogram!(REQUEST, &labels)
    };
    RECORDED.with_borrow_mut(|all| all.entry((method, route, status)).or_insert_with_key(histogram).record(took));
}

/// A request in progress. Drop it when the response is ready or the client has disconnected.
pub struct ActiveRequest(Gauge);

impl ActiveRequest {
    /// Records the start of a request.
    pub fn begin() -> Self {
        thread_local! {
            static REQUESTS: Gauge = gauge!(ACTIVE_REQUESTS);
        }
        let requests = REQUESTS.with(Gauge::clone);
        requests.increment(1.0);
        Self(requests)
    }
}

impl Drop for ActiveRequest {
    fn drop(&mut self) {
        self.0.decrement(1.0);
    }
}

/// Records a request to the identity provider.
pub fn provider_request(answered: bool, took: Duration) {
    histogram!(PROVIDER, "outcome" => outcome(answered)).record(took);
}

/// Records a use of one of the provider's documents.
pub fn provider_cache(document: &'static str, outcome: &'static str) {
    counter!(PROVIDER_CACHE, "document" => document, "outcome" => outcome).increment(1);
}

/// Records when the provider's keys were fetched.
pub fn keys_fetched(at: Timestamp) {
    set_time(&gauge!(KEYS_FETCHED), at);
}

/// Records a command to the session store.
pub fn store_command(command: &'static str, answered: bool, took: Duration) {
    thread_local! {
        static RECORDED: RefCell<HashMap<(&'static str, bool), Histogram>> = RefCell::default();
    }
    let histogram = |&(command, answered): &(&'static str, bool)| {
        let labels = [("command", command), ("outcome", outcome(answered))];
        histogram!(STORE, &labels)
    };
    RECORDED.with_borrow_mut(|all| all.entry((command, answered)).or_insert_with_key(histogram).record(took));
}

fn outcome(answered: bool) -> &'static str {
    if answered { "ok" } else { "error" }
}

/// Counts a sign-in: begun, completed, refused or cancelled.
pub fn sign_in(outcome: &'static str) {
    counter!(SIGN_INS, "outcome" => outcome).increment(1);
}

/// Counts a request that failed.
pub fn refusal(reason: &'static str) {
    counter!(REFUSALS, "reason" => reason).increment(1);
}

/// Counts a logout by the provider: completed, refused or unavailable.
pub fn provider_logout(channel: &'static str, outcome: &'static str) {
    counter!(PROVIDER_LOGOUTS, "channel" => channel, "outcome" => outcome).increment(1);
}

/// Counts a revocation of tokens at the provider.
pub fn token_revocation(succeeded: bool) {
    counter!(REVOCATIONS, "outcome" => outcome(succeeded)).increment(1);
}

/// Counts a response header that was omitted because it doesn't fit.
pub fn header_omitted(header: &'static str) {
    counter!(HEADERS_OMITTED, "header" => header).increment(1);
}

/// Counts a renewal of tokens.
pub fn token_renewal(outcome: &'static str) {
    counter!(RENEWALS, "outcome" => outcome).increment(1);
}

/// Counts reads of sessions from memory: hit, miss or, if the store doesn't report changes, untrusted.
pub fn session_cache(outcome: &'static str, reads: u64) {
    counter!(SESSION_CACHE, "outcome" => outcome).increment(reads);
}

/// Counts a session that was opened.
pub fn session_opened() {
    counter!(OPENED).increment(1);
}

/// Counts a session that was ended.
pub fn session_ended() {
    counter!(ENDED).increment(1);
}

/// Counts an access token that the API was sent: accepted, refused, or failed if it couldn't be determined.
pub fn access_token(outcome: &'static str) {
    counter!(ACCESS_TOKENS, "outcome" => outcome).increment(1);
}

/// Counts a request to the introspection endpoint.
pub fn introspection(answered: bool) {
    counter!(INTROSPECTIONS, "outcome" => outcome(answered)).increment(1);
}

/// Counts an exchange of an access token.
pub fn token_exchange(succeeded: bool) {
    counter!(EXCHANGES, "outcome" => outcome(succeeded)).increment(1);
}

/// Records when a credential of ours expires: `TLS certificate` is the one for browsers; every other kind authenticates this
/// client to the provider.
pub fn credential_expires(kind: &'static str, at: Timestamp) {
    set_time(&gauge!(CREDENTIAL_EXPIRES, "kind" => kind), at);
}

/// Records the outcome of a readiness check.
pub fn ready(ready: bool) {
    gauge!(READY).set(if ready { 1.0 } else { 0.0 });
}

#[expect(clippy::cast_precision_loss, reason = "a time fits 52 bits")]
fn set_time(gauge: &Gauge, at: Timestamp) {
    gauge.set(at.0 as f64);
}
