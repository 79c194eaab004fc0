//! What is measured: the names of the metrics, in one place.
//!
//! Every layer records through the `metrics` facade; without a recorder (an application that uses the library may have
//! none) nothing is kept. No label holds a person, a token or an address.

use std::time::Duration;

use metrics::{counter, describe_counter, describe_gauge, describe_histogram, gauge, histogram};

const REQUEST: &str = "http_server_request_duration_seconds";
const PROVIDER: &str = "identity_web_provider_request_duration_seconds";
const STORE: &str = "identity_web_store_command_duration_seconds";
const SIGN_INS: &str = "identity_web_sign_ins_total";
const REFUSALS: &str = "identity_web_refusals_total";
const RENEWALS: &str = "identity_web_token_renewals_total";
const OPENED: &str = "identity_web_sessions_opened_total";
const ENDED: &str = "identity_web_sessions_ended_total";
const CREDENTIAL_EXPIRES: &str = "identity_web_credential_expires_timestamp_seconds";
const KEYS_FETCHED: &str = "identity_web_provider_keys_fetched_timestamp_seconds";

/// The histograms' buckets, in seconds.
pub const BUCKETS: [f64; 12] = [0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 5.0];

/// Says what each metric means, for who reads them.
pub fn describe() {
    describe_histogram!(REQUEST, "Time to answer a request, by method, route and status.");
    describe_histogram!(PROVIDER, "Time of a request to the identity provider, by outcome.");
    describe_histogram!(STORE, "Time of a command to the session store, by command and outcome.");
    describe_counter!(SIGN_INS, "Sign-ins, by outcome: begun, completed, refused, cancelled (by the person, at B2C).");
    describe_counter!(REFUSALS, "Requests that were refused, by reason.");
    describe_counter!(RENEWALS, "Renewals of tokens, by outcome: renewed, refused, interaction, failed.");
    describe_counter!(OPENED, "Sessions that began.");
    describe_counter!(ENDED, "Sessions that were ended by signing out or renewing; those that expire are not counted.");
    describe_gauge!(CREDENTIAL_EXPIRES, "When the client credential expires, in seconds since 1970, by its kind.");
    describe_gauge!(KEYS_FETCHED, "When the identity provider's keys were last fetched, in seconds since 1970.");
}

/// When the credential with which we prove who we are expires: a certificate, or a federated token.
pub fn credential_expires(kind: &'static str, at_seconds: i64) {
    #[expect(clippy::cast_precision_loss, reason = "a time fits 52 bits")]
    gauge!(CREDENTIAL_EXPIRES, "kind" => kind).set(at_seconds as f64);
}

/// A request was answered.
pub fn request(method: &'static str, route: String, status: u16, took: Duration) {
    let labels = [
        ("http_request_method", method.to_owned()),
        ("http_route", route),
        ("http_response_status_code", status.to_string()),
    ];
    histogram!(REQUEST, &labels).record(took);
}

/// The identity provider was asked.
pub fn provider_request(answered: bool, took: Duration) {
    histogram!(PROVIDER, "outcome" => outcome(answered)).record(took);
}

/// The session store was asked.
pub fn store_command(command: &'static str, answered: bool, took: Duration) {
    histogram!(STORE, "command" => command, "outcome" => outcome(answered)).record(took);
}

fn outcome(answered: bool) -> &'static str {
    if answered { "ok" } else { "error" }
}

/// A sign-in began, was completed, refused or cancelled.
pub fn sign_in(outcome: &'static str) {
    counter!(SIGN_INS, "outcome" => outcome).increment(1);
}

/// A request was refused.
pub fn refusal(reason: &'static str) {
    counter!(REFUSALS, "reason" => reason).increment(1);
}

/// Tokens were renewed, or not.
pub fn token_renewal(outcome: &'static str) {
    counter!(RENEWALS, "outcome" => outcome).increment(1);
}

/// A session began.
pub fn session_opened() {
    counter!(OPENED).increment(1);
}

/// A session was ended.
pub fn session_ended() {
    counter!(ENDED).increment(1);
}

/// The provider's keys were fetched.
pub fn keys_fetched(at_seconds: i64) {
    #[expect(clippy::cast_precision_loss, reason = "a time fits 52 bits")]
    gauge!(KEYS_FETCHED).set(at_seconds as f64);
}
