//! How the demo provider authenticates the client: by its secret, by a signed assertion, or by another issuer's token.
//! It checks each in full, and responds as Entra does.

use std::time::Duration;

use actix_web::HttpRequest;
use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use ring::digest::{SHA256, digest};
use ring::signature::{RSA_PKCS1_2048_8192_SHA256, RSA_PSS_2048_8192_SHA256, UnparsedPublicKey};
use serde_json::{Map, Value};
use url::form_urlencoded;
use x509_cert::Certificate;
use x509_cert::der::Decode as _;

use super::endpoints::Parameters;
use super::expiring::Expiring;
use super::{CAPACITY, DemoState, lock, note};
use crate::oidc::client_authentication::ASSERTION_TYPE;
use crate::oidc::json;
use crate::oidc::jws::{Algorithm, Jws};
use crate::oidc::keys::KeySet;

/// The clock skew that is tolerated.
const SKEW_SECONDS: i64 = 60;
/// The longest lifetime of an assertion: Entra recommends it, the demo provider enforces it.
const ASSERTION_SECONDS: i64 = 600;

/// The client's credentials besides its secret, and those it has used.
pub struct Registered {
    /// Its certificates, in DER.
    pub certificates: Vec<Vec<u8>>,
    /// The issuers whose tokens authenticate it.
    pub federated: Vec<FederatedCredential>,
    /// What was accepted, oldest first: a certificate's thumbprint (`x5t#S256`), or the `jti` of a federated token.
    pub accepted: Vec<String>,
    /// The `jti` of the assertions that were used.
    used: Expiring<()>,
}

impl Default for Registered {
    fn default() -> Self {
        // An assertion is accepted from SKEW_SECONDS before its nbf to SKEW_SECONDS after its exp.
        let lifetime = Duration::from_secs((ASSERTION_SECONDS + 2 * SKEW_SECONDS).unsigned_abs());
        let used = Expiring::new(lifetime, CAPACITY);
        Self { certificates: Vec::new(), federated: Vec::new(), accepted: Vec::new(), used }
    }
}

/// Whose tokens authenticate the client: Entra's federated identity credential. Each member must match exactly.
#[derive(Clone, Debug)]
pub struct FederatedCredential {
    /// `iss`.
    pub issuer: String,
    /// `sub`.
    pub subject: String,
    /// `aud`; at Entra `api://AzureADTokenExchange`.
    pub audience: String,
    /// The issuer's keys, as it publishes them.
    pub key_set: Value,
}

/// An error: Entra's code and its text.
pub(super) struct Refusal(pub(super) u32, pub(super) String);

fn refusal<T>(code: u32, text: &str) -> Result<T, Refusal> {
    Err(Refusal(code, text.to_owned()))
}

/// Authenticates the client of a token request.
pub(super) fn authenticate(state: &DemoState, form: &Parameters, request: &HttpRequest) -> Result<(), Refusal> {
    let basic = request.headers().get("authorization").and_then(|value| value.to_str().ok());
    match (form.get("client_assertion"), form.contains_key("client_secret") || basic.is_some()) {
        (Some(_), true) => refusal(7_000_218, "There is more than one of 'client_assertion' and 'client_secret'."),
        (Some(assertion), false) => Claimed::parse(assertion)?.check(state, form, request),
        (None, true) if has_secret(state, form, basic) => Ok(()),
        (None, true) => refusal(7_000_215, "Invalid client secret provided."),
        (None, false) => refusal(7_000_218, "The request body must contain 'client_assertion' or 'client_secret'."),
    }
}

fn has_secret(state: &DemoState, form: &Parameters, header: Option<&str>) -> bool {
    let expected = (state.settings.client_id.as_str(), state.settings.client_credential.as_str());
    let decode =
        |text: &str| form_urlencoded::parse(format!("v={text}").as_bytes()).next().map(|(_, v)| v.into_owned());
    if expected.1.is_empty() {
        return false;
    }
    if let Some(basic) = header.and_then(|value| value.strip_prefix("Basic ")) {
        let pair = STANDARD.decode(basic).ok().and_then(|bytes| String::from_utf8(bytes).ok());
        let pair = pair.as_deref().and_then(|pair| pair.split_once(':'));
        return pair.is_some_and(|(id, secret)| {
            decode(id).as_deref() == Some(expected.0) && decode(secret).as_deref() == Some(expected.1)
        });
    }
    let value = |name: &str| form.get(name).map_or("", String::as_str);
    (value("client_id"), value("client_secret")) == expected
}

/// An assertion, not verified yet.
struct Claimed<'a> {
    token: &'a str,
    header: Map<String, Value>,
    claims: Map<String, Value>,
    signature: Vec<u8>,
}

impl<'a> Claimed<'a> {
    fn parse(token: &'a str) -> Result<Self, Refusal> {
        let malformed = || Refusal(50027, "JWT token is invalid or malformed.".to_owned());
        let parts: Vec<_> = token.split('.').filter_map(|part| URL_SAFE_NO_PAD.decode(part).ok()).collect();
        let [header, claims, signature] = parts.try_into().map_err(|_| malformed())?;
        let object = |bytes: &[u8]| json::object(bytes).map_err(|_| malformed());
        Ok(Self { token, header: object(&header)?, claims: object(&claims)?, signature })
    }

    fn text(&self, name: &str) -> &str {
        self.claims.get(name).and_then(Value::as_str).unwrap_or_default()
    }

    fn check(&self, state: &DemoState, form: &Parameters, request: &HttpRequest) -> Result<(), Refusal> {
        let client_id = state.settings.client_id.as_str();
        let value = |name: &str| form.get(name).map_or("", String::as_str);
        if value("client_assertion_type") != ASSERTION_TYPE {
            return refusal(900_144, "The request body must contain the parameter 'client_assertion_type'.");
        }
        if value("client_id") != client_id {
            return refusal(700_016, "Application was not found in the directory.");
        }
        if self.text("iss") != client_id {
            return self.check_federated(state);
        }
        let tenant = request.match_info().get("tenant").unwrap_or_default();
        let token_endpoint = format!("{}/{tenant}/oauth2/v2.0/token", state.internal_url());
        self.check_signature(state)?;
        if self.text("sub") != client_id {
            return refusal(700_021, "Client assertion application identifier doesn't match 'client_id' parameter.");
        }
        if self.text("aud") != token_endpoint {
            return refusal(700_023, "Client assertion audience claim does not match Realm issuer.");
        }
        let (nbf, exp) = self.check_times(state)?;
        if exp - nbf > ASSERTION_SECONDS {
            return refusal(700_024, "Client assertion is not within its valid time range: it is valid for too long.");
        }
        self.use_up(state)
    }

    fn check_signature(&self, state: &DemoState) -> Result<(), Refusal> {
        let header = |name: &str| self.header.get(name).and_then(Value::as_str).unwrap_or_default();
        let algorithm: &dyn ring::signature::VerificationAlgorithm = match header("alg") {
            "PS256" => &RSA_PSS_2048_8192_SHA256,
            "RS256" => &RSA_PKCS1_2048_8192_SHA256,
            _ => return refusal(5_002_738, "Invalid JWT token. Supported signing algorithms are: 'PS256,RS256'"),
        };
        if header("typ") != "JWT" {
            return refusal(50027, "JWT token is invalid or malformed.");
        }
        let thumbprint = header("x5t#S256");
        let known = lock(&state.registered).certificates.clone();
        let Some(der) = known.into_iter().find(|der| URL_SAFE_NO_PAD.encode(digest(&SHA256, der)) == thumbprint) else {
            let reason = format!("[Reason - The key was not found., Thumbprint of key used by client: '{thumbprint}']");
            let text = "The certificate with identifier used to sign the client assertion is not registered";
            return refusal(700_027, &format!("{text} on application. {reason}"));
        };
        let invalid = |reason: &str| {
            Refusal(700_027, format!("Client assertion contains an invalid signature. [Reason - {reason}]"))
        };
        let certificate = Certificate::from_der(&der).map_err(|_| invalid("The key cannot be read."))?;
        let body = certificate.tbs_certificate();
        let seconds = |time: x509_cert::time::Time| time.to_unix_duration().as_secs().try_into().unwrap_or(i64::MAX);
        let now = state.clock.now().0;
        if now < seconds(body.validity().not_before) || now > seconds(body.validity().not_after) {
            return Err(invalid("The key used is expired."));
        }
        let signed = self.token.rsplit_once('.').map_or("", |(signed, _)| signed);
        UnparsedPublicKey::new(algorithm, body.subject_public_key_info().subject_public_key.raw_bytes())
            .verify(signed.as_bytes(), &self.signature)
            .map_err(|_| invalid("The signature is not the certificate's."))?;
        Ok(())
    }

    /// Returns `nbf` and `exp`.
    fn check_times(&self, state: &DemoState) -> Result<(i64, i64), Refusal> {
        let time = |name: &str| self.claims.get(name).and_then(Value::as_i64);
        let (now, nbf, exp) = (state.clock.now().0, time("nbf").or(time("iat")), time("exp"));
        match (nbf, exp) {
            (Some(nbf), Some(exp)) if nbf - SKEW_SECONDS <= now && now < exp + SKEW_SECONDS => Ok((nbf, exp)),
            _ => refusal(700_024, "Client assertion is not within its valid time range."),
        }
    }

    /// Accepts an assertion only once (RFC 7523 section 3).
    fn use_up(&self, state: &DemoState) -> Result<(), Refusal> {
        let (jti, now) = (self.text("jti"), state.clock.now());
        let mut registered = lock(&state.registered);
        if jti.is_empty() || registered.used.get(jti, now).is_some() {
            return refusal(50013, "Assertion is invalid: it has no jti, or was used before.");
        }
        registered.used.insert(jti.to_owned(), (), now);
        let thumbprint = self.header.get("x5t#S256").and_then(Value::as_str).unwrap_or_default();
        note(&mut registered.accepted, thumbprint);
        Ok(())
    }

    /// Workload identity federation: issuer, audience and subject must match exactly, then the issuer's signature.
    fn check_federated(&self, state: &DemoState) -> Result<(), Refusal> {
        let unmatched = |code: u32, what: &str, claim: &str| {
            let text = "No matching federated identity record found for presented assertion";
            Refusal(code, format!("{text} {what} '{}'.", self.text(claim)))
        };
        let mut known = lock(&state.registered).federated.clone();
        known.retain(|credential| credential.issuer == self.text("iss"));
        if known.is_empty() {
            return Err(unmatched(700_211, "issuer", "iss"));
        }
        let audiences = match self.claims.get("aud") {
            Some(Value::Array(audiences)) => audiences.iter().filter_map(Value::as_str).collect(),
            _ => vec![self.text("aud")],
        };
        known.retain(|credential| audiences.contains(&credential.audience.as_str()));
        if known.is_empty() {
            return Err(unmatched(700_212, "audience", "aud"));
        }
        let Some(credential) = known.iter().find(|credential| credential.subject == self.text("sub")) else {
            return Err(unmatched(700_213, "subject", "sub"));
        };
        let keys = KeySet::parse(credential.key_set.to_string().as_bytes()).unwrap_or_default();
        if Jws::parse(self.token).and_then(|jws| jws.verify(Algorithm::RS256, &keys).map(|_| ())).is_err() {
            return refusal(700_027, "Client assertion failed signature validation.");
        }
        self.check_times(state)?;
        note(&mut lock(&state.registered).accepted, self.text("jti"));
        Ok(())
    }
}
