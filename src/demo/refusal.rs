//! The demo provider's errors: Entra's, with its codes and the ids that its support asks for.

use actix_web::HttpResponse;
use actix_web::http::StatusCode;
use ring::rand::{SecureRandom as _, SystemRandom};
use serde_json::json;

use super::DemoState;
use super::endpoints::{Parameters, respond};

/// An error.
#[derive(Clone, Copy)]
pub(super) struct Refusal<'a> {
    /// `error`.
    pub(super) error: &'a str,
    /// Entra's own code.
    pub(super) code: u32,
    /// Its text.
    pub(super) text: &'a str,
    /// Entra's `suberror`.
    pub(super) suberror: Option<&'a str>,
}

impl Refusal<'_> {
    /// The token endpoint's response: 401 for `invalid_client` (RFC 6749 section 5.2), else 400.
    pub(super) fn answer(&self, state: &DemoState) -> HttpResponse {
        let (trace, correlation, timestamp) = (guid(), guid(), timestamp(state));
        let mut body = json!({
            "error": self.error, "error_description": self.description(&trace, &correlation, &timestamp),
            "error_codes": [self.code], "timestamp": timestamp, "trace_id": trace, "correlation_id": correlation,
            "error_uri": format!("{}/error?code={}", state.public_url, self.code),
        });
        if let Some(suberror) = self.suberror {
            body["suberror"] = suberror.into();
        }
        let status = if self.error == "invalid_client" { StatusCode::UNAUTHORIZED } else { StatusCode::BAD_REQUEST };
        HttpResponse::build(status).json(body)
    }

    /// The authorization response.
    pub(super) fn respond(&self, state: &DemoState, request: &Parameters) -> HttpResponse {
        let description = self.description(&guid(), &guid(), &timestamp(state));
        respond(state, request, vec![("error", self.error), ("error_description", &description)])
    }

    fn description(&self, trace: &str, correlation: &str, timestamp: &str) -> String {
        let Self { code, text, .. } = self;
        format!("AADSTS{code}: {text}\r\nTrace ID: {trace}\r\nCorrelation ID: {correlation}\r\nTimestamp: {timestamp}")
    }
}

fn timestamp(state: &DemoState) -> String {
    state.clock.now().to_string().replace(" UTC", "Z")
}

/// Returns the error with this code, of those that the account picker offers.
pub(super) fn chosen(code: &str) -> Option<&'static Refusal<'static>> {
    CHOICES.iter().find(|refusal| refusal.code.to_string() == code)
}

const fn choice(error: &'static str, code: u32, text: &'static str) -> Refusal<'static> {
    Refusal { error, code, text, suberror: None }
}

/// Errors that Entra returns by the browser or at its token endpoint. The account picker simulates all of them.
pub(super) const CHOICES: [Refusal<'static>; 34] = [
    choice("invalid_request", 50011, "The redirect URI does not match those configured for the application."),
    choice("invalid_request", 50020, "The user account from this identity provider does not exist in the tenant."),
    choice("invalid_request", 50034, "The user account does not exist in the directory."),
    choice("invalid_grant", 50053, "The account is locked: too many attempts with a wrong user ID or password."),
    choice("interaction_required", 50055, "The password is expired."),
    choice("invalid_grant", 50057, "The user account is disabled."),
    choice("login_required", 50058, "A silent sign-in request was sent but no user is signed in."),
    choice("interaction_required", 50072, "The user must enroll in multi-factor authentication."),
    choice("interaction_required", 50074, "Strong authentication is required."),
    choice("interaction_required", 50076, "The user must use multi-factor authentication to access the resource."),
    choice("interaction_required", 50079, "The user must enroll in multi-factor authentication."),
    choice("interaction_required", 50105, "The signed in user is not assigned to a role for the application."),
    choice("invalid_grant", 50126, "Error validating credentials due to invalid username or password."),
    choice("invalid_request", 50147, "The size of the code challenge parameter is missing or invalid."),
    choice("interaction_required", 50158, "An external security challenge was not satisfied."),
    choice("access_denied", 53000, "The device is not in the required device state."),
    choice("access_denied", 53001, "The device is not domain joined."),
    choice("access_denied", 53003, "Access has been blocked by Conditional Access policies."),
    choice("invalid_grant", 54005, "The authorization code was already redeemed."),
    choice("consent_required", 65001, "The user or administrator has not consented to use the application."),
    choice("access_denied", 65004, "The user declined to consent to access the app."),
    choice("invalid_grant", 70000, "The provided grant is invalid or malformed."),
    choice("invalid_grant", 70008, "The authorization code or refresh token has expired."),
    choice("invalid_request", 90002, "The tenant was not found."),
    choice("invalid_request", 90014, "A required field is missing from the request."),
    choice("invalid_request", 90072, "The user account from an external identity provider must be added as a guest."),
    choice("consent_required", 90094, "An administrator must consent."),
    choice("invalid_client", 500_112, "The reply address does not match the one in the authorization request."),
    choice("access_denied", 530_003, "The device must be managed to access this resource."),
    choice("unauthorized_client", 700_016, "The application was not found in the directory."),
    choice("invalid_client", 700_027, "The client assertion contains an invalid signature."),
    choice("invalid_request", 900_144, "The request body must contain a parameter that is missing."),
    choice("invalid_client", 7_000_215, "Invalid client secret provided."),
    choice("invalid_client", 7_000_222, "The provided client secret keys are expired."),
];

fn guid() -> String {
    let mut bytes = [0; 16];
    // Without randomness the ids are zero, which does no harm.
    let _ = SystemRandom::new().fill(&mut bytes);
    let hex = format!("{:032x}", u128::from_be_bytes(bytes));
    format!("{}-{}-{}-{}-{}", &hex[..8], &hex[8..12], &hex[12..16], &hex[16..20], &hex[20..])
}
