//! Access token validation by a resource server: JWT access tokens (RFC 9068 section 4), Microsoft Entra's, which came
//! before that specification, and the claims of introspected tokens (RFC 7662 section 2.2).

use std::borrow::Cow;

use serde_json::{Map, Value};
use thiserror::Error;

use super::claims::Claims;
use super::id_token::MAX_SUBJECT;
use super::issuer::{IssuerMismatch, IssuerRule, TENANT_PLACEHOLDER, is_guid, key_may_sign};
use super::jws::{Algorithm, Jws, JwsError};
use super::keys::KeySet;
use super::provider::AuthorityKind;
use super::validity::{self, TimeError};
use crate::clock::Timestamp;

/// The hosts of Entra's clouds: in v2 issuers, and in those of v1 tokens, which Entra issues for an API whose registration
/// doesn't ask for v2 (`requestedAccessTokenVersion`).
const V1_ISSUERS: [(&str, &str); 3] = [
    ("https://login.microsoftonline.com", "https://sts.windows.net"),
    ("https://login.microsoftonline.us", "https://sts.windows.net"),
    ("https://login.partner.microsoftonline.cn", "https://sts.chinacloudapi.cn"),
];

/// Why an access token is rejected.
#[derive(Clone, Debug, Error, PartialEq, Eq)]
pub enum AccessTokenError {
    /// It is not a JWT, or not signed by the provider.
    #[error("the access token: {0}")]
    Signature(#[from] JwsError),
    /// A required claim is missing, or a claim has the wrong type.
    #[error("the access token's claim {0} is missing or malformed")]
    Claim(&'static str),
    /// It was not issued by the configured provider.
    #[error("the access token was not issued by the provider")]
    WrongIssuer,
    /// It is from a tenant that is not allowed.
    #[error("the tenant of the access token is not allowed")]
    TenantNotAllowed,
    /// It was issued by another B2C policy.
    #[error("the access token was issued by another policy")]
    WrongPolicy,
    /// It is signed with a key that is published for another issuer.
    #[error("the access token's key belongs to another issuer")]
    WrongKeyIssuer,
    /// It was issued for another API.
    #[error("the access token is for another audience than api.audience")]
    WrongAudience,
    /// It has expired.
    #[error("the access token has expired")]
    Expired,
    /// It was issued, or becomes valid, in the future.
    #[error("the access token is not valid yet")]
    NotYetValid,
    /// It is an ID token.
    #[error("it is an ID token, not an access token")]
    IdToken,
    /// It is bound to a key of its client (`cnf`), which a bearer of it doesn't prove to have.
    #[error("the access token is bound to a key (cnf), so it can't be used as a bearer token")]
    SenderConstrained,
    /// The provider says that it is not active (RFC 7662 section 2.2).
    #[error("the provider says that the access token is not active")]
    Inactive,
    /// The claims don't fit the application's own type.
    #[error("the access token's claims don't fit the application's type: {0}")]
    Unfit(String),
}

impl From<TimeError> for AccessTokenError {
    fn from(error: TimeError) -> Self {
        match error {
            TimeError::Expired => Self::Expired,
            TimeError::NotYetValid => Self::NotYetValid,
            TimeError::Malformed(claim) => Self::Claim(claim),
        }
    }
}

impl AccessTokenError {
    /// Returns whether newer keys of the provider might verify it.
    pub fn may_be_key_rotation(&self) -> bool {
        matches!(self, Self::Signature(JwsError::UnknownKey | JwsError::WrongSignature))
    }
}

/// What every access token for this API is checked against.
#[derive(Clone, Copy, Debug)]
pub struct AccessTokenVerifier<'a> {
    /// How the provider names its issuers.
    pub kind: AuthorityKind,
    /// The rule for its issuer.
    pub issuer: &'a IssuerRule,
    /// This API's names, of which a token must have one as its audience.
    pub audiences: &'a [String],
    /// The only signature algorithms that are accepted.
    pub algorithms: &'a [Algorithm],
}

impl AccessTokenVerifier<'_> {
    /// Validates a JWT access token (RFC 9068 section 4).
    ///
    /// # Errors
    /// The first check that fails.
    pub fn verify(&self, token: &str, keys: &KeySet, now: Timestamp) -> Result<Claims, AccessTokenError> {
        let token = Jws::parse(token)?;
        self.check_type(&token)?;
        let algorithm = self.algorithm_of(&token)?;
        let (claims, key) = token.verify(algorithm, keys)?;
        self.check_issuer(&claims, key.issuer.as_deref())?;
        self.check_audience(&claims)?;
        for required in self.required() {
            claims.get(*required).ok_or(AccessTokenError::Claim(required))?;
        }
        validity::check(&claims, now)?;
        self.check_kind(&claims)?;
        check_subject(&claims)?;
        check_unbound(&claims)?;
        Ok(Claims::verified(claims))
    }

    /// Validates the claims of an active token (RFC 7662 section 2.2), most of which are optional there. The audience is
    /// not: a token for another API of the same provider is active too.
    ///
    /// # Errors
    /// The first check that fails.
    pub fn verify_introspected(
        &self,
        mut claims: Map<String, Value>,
        now: Timestamp,
    ) -> Result<Claims, AccessTokenError> {
        match (self.issuer, claims.get("iss")) {
            (IssuerRule::Exact(issuer), None) => drop(claims.insert("iss".to_owned(), issuer.as_str().into())),
            _ => self.check_issuer(&claims, None)?,
        }
        self.check_audience(&claims)?;
        validity::check(&claims, now)?;
        let is_bearer = |kind: &Value| kind.as_str().is_some_and(|kind| kind.eq_ignore_ascii_case("bearer"));
        if !claims.get("token_type").is_none_or(is_bearer) {
            return Err(AccessTokenError::SenderConstrained);
        }
        if claims.contains_key("sub") {
            check_subject(&claims)?;
        }
        check_unbound(&claims)?;
        Ok(Claims::verified(claims))
    }

    /// Checks that `typ` says what it is (RFC 9068 section 2.1). Microsoft's tokens are `JWT`, so other checks tell ID tokens
    /// from access tokens there: [`Self::check_kind`].
    fn check_type(&self, token: &Jws<'_>) -> Result<(), AccessTokenError> {
        let own = if self.kind == AuthorityKind::Oidc { "at+jwt" } else { "jwt" };
        let typ = token.header("typ").and_then(Value::as_str).map(str::to_ascii_lowercase);
        match typ.as_deref().map(|typ| typ.strip_prefix("application/").unwrap_or(typ)) {
            Some(typ) if typ == own || typ == "at+jwt" => Ok(()),
            _ => Err(JwsError::WrongType.into()),
        }
    }

    fn algorithm_of(&self, token: &Jws<'_>) -> Result<Algorithm, AccessTokenError> {
        let named = token.header("alg").and_then(Value::as_str).and_then(|name| name.parse().ok());
        Ok(named.filter(|named| self.algorithms.contains(named)).ok_or(JwsError::WrongAlgorithm)?)
    }

    /// Returns the claims that every token has: at Microsoft those of its documentation, elsewhere those of RFC 9068 section
    /// 2.2.
    fn required(&self) -> &'static [&'static str] {
        match self.kind {
            AuthorityKind::Oidc => &["exp", "iat", "sub", "client_id", "jti"],
            _ => &["exp", "iat", "sub"],
        }
    }

    fn check_issuer(&self, claims: &Map<String, Value>, key_issuer: Option<&str>) -> Result<(), AccessTokenError> {
        let tenant = claims.get("tid").and_then(Value::as_str);
        let issuer = self.v2_issuer(text(claims, "iss")?, tenant);
        let policy = ["tfp", "acr"].iter().find_map(|name| claims.get(*name)).and_then(Value::as_str);
        self.issuer.check(&issuer, tenant, policy).map_err(|mismatch| match mismatch {
            IssuerMismatch::Issuer => AccessTokenError::WrongIssuer,
            IssuerMismatch::NoTenant => AccessTokenError::Claim("tid"),
            IssuerMismatch::TenantNotAllowed => AccessTokenError::TenantNotAllowed,
            IssuerMismatch::Policy => AccessTokenError::WrongPolicy,
        })?;
        if key_may_sign(key_issuer, &issuer, tenant) { Ok(()) } else { Err(AccessTokenError::WrongKeyIssuer) }
    }

    /// Returns the issuer, or for one of an Entra v1 token that of a v2 token from the same tenant: both are signed with the
    /// same keys, which are published for the v2 issuer.
    fn v2_issuer<'t>(&self, issuer: &'t str, tenant: Option<&str>) -> Cow<'t, str> {
        let v2 = || {
            let IssuerRule::Tenants { template, .. } = self.issuer else { return None };
            let tenant = tenant.filter(|tenant| is_guid(tenant))?;
            let (_, v1) = V1_ISSUERS.iter().find(|(host, _)| template.starts_with(&format!("{host}/")))?;
            (issuer == format!("{v1}/{tenant}/")).then(|| template.replace(TENANT_PLACEHOLDER, tenant))
        };
        v2().map_or(Cow::Borrowed(issuer), Cow::Owned)
    }

    /// Checks that one of the audiences is this API.
    fn check_audience(&self, claims: &Map<String, Value>) -> Result<(), AccessTokenError> {
        let audiences = match claims.get("aud") {
            Some(Value::Array(audiences)) => audiences.as_slice(),
            Some(audience) => std::slice::from_ref(audience),
            None => &[],
        };
        let audiences: Option<Vec<_>> = audiences.iter().map(Value::as_str).collect();
        let audiences = audiences.filter(|all| !all.is_empty()).ok_or(AccessTokenError::Claim("aud"))?;
        let is_own = |audience: &&str| self.audiences.iter().any(|own| own == audience);
        if audiences.iter().any(is_own) { Ok(()) } else { Err(AccessTokenError::WrongAudience) }
    }

    /// Tells Microsoft's access tokens from its ID tokens, whose audience may be the same: only access tokens name the client
    /// that they were issued to (`azp`, in v1 `appid`) and what it may do (`scp`, `roles`). `nonce` is in Entra's ID tokens
    /// alone, but B2C copies it.
    fn check_kind(&self, claims: &Map<String, Value>) -> Result<(), AccessTokenError> {
        let has = |name: &&str| claims.contains_key(*name);
        let (is_entra, is_b2c) = match self.kind {
            AuthorityKind::Oidc => return Ok(()),
            kind => (kind != AuthorityKind::B2c, kind == AuthorityKind::B2c),
        };
        let is_access_token = ["azp", "appid"].iter().any(has)
            && (has(&"scp") || is_entra && has(&"roles"))
            && !["at_hash", "c_hash"].iter().any(has)
            && (is_b2c || !has(&"nonce"));
        if is_access_token { Ok(()) } else { Err(AccessTokenError::IdToken) }
    }
}

fn check_subject(claims: &Map<String, Value>) -> Result<(), AccessTokenError> {
    let subject = text(claims, "sub")?;
    if subject.is_empty() || subject.len() > MAX_SUBJECT { Err(AccessTokenError::Claim("sub")) } else { Ok(()) }
}

/// Checks that it is not bound to a key (RFC 7800 section 3.1): a stolen one must not be of use here.
fn check_unbound(claims: &Map<String, Value>) -> Result<(), AccessTokenError> {
    if claims.contains_key("cnf") { Err(AccessTokenError::SenderConstrained) } else { Ok(()) }
}

fn text<'a>(claims: &'a Map<String, Value>, name: &'static str) -> Result<&'a str, AccessTokenError> {
    claims.get(name).and_then(Value::as_str).ok_or(AccessTokenError::Claim(name))
}

/// Returns whether a token looks like a JWT: then the provider's keys verify it. Any other is opaque.
pub fn is_jwt(token: &str) -> bool {
    Jws::parse(token).is_ok()
}

/// Returns the scopes of an access token: `scope` (RFC 9068 section 2.2.3) and `scp` (Entra).
pub fn scopes(claims: &Claims) -> impl Iterator<Item = &str> {
    ["scope", "scp"].into_iter().flat_map(|name| texts(claims, name)).flat_map(|text| text.split(' '))
}

/// Returns whether an access token has a role (`roles`: RFC 9068 section 2.2.3.1; app roles at Entra).
pub fn has_role(claims: &Claims, role: &str) -> bool {
    texts(claims, "roles").any(|one| one == role)
}

/// Returns a claim's texts: itself, or its elements.
fn texts<'a>(claims: &'a Claims, name: &str) -> impl Iterator<Item = &'a str> {
    let values = match claims.get(name) {
        Some(Value::Array(values)) => values.as_slice(),
        Some(value) => std::slice::from_ref(value),
        None => &[],
    };
    values.iter().filter_map(Value::as_str).filter(|text| !text.is_empty())
}

#[cfg(test)]
mod tests;
