//! Access to an API by the scopes and roles of the access token.

use std::borrow::Borrow;
use std::sync::Arc;

use actix_web::dev::ServiceRequest;

use super::bearer::Verified;
use super::error::Error;
use super::guard::{Guard, guard};
use super::token_refusal::Reason;
use crate::oidc::access_token::{has_role, scopes};
use crate::oidc::claims::Claims;

/// Requires an access token with a scope or a role: wrap a scope, a resource or a route in it. Requests without a valid token
/// are answered as by [`crate::Bearer`], tokens that lack it with 403 and `insufficient_scope`. To require any valid token,
/// [`crate::Bearer`] as a handler's argument is enough.
///
/// ```
/// use actix_web::web;
/// use identity_web::RequireToken;
///
/// // A user's program has a scope; at Entra, a program that acts for itself has an app role instead.
/// let may_read = RequireToken::scope("Tasks.Read").or(RequireToken::role("Tasks.Read.All"));
/// let tasks = web::scope("/tasks").wrap(may_read);
/// ```
#[derive(Clone, Debug)]
pub struct RequireToken(Arc<Rule>);

#[derive(Debug)]
enum Rule {
    Scope(String),
    Role(String),
    And(RequireToken, RequireToken),
    Or(RequireToken, RequireToken),
}

impl RequireToken {
    /// Requires this scope (`scope`; at Entra `scp`, where it is named without its API).
    pub fn scope(scope: &str) -> Self {
        Self(Arc::new(Rule::Scope(scope.to_owned())))
    }

    /// Requires this role (`roles`; at Entra an app role of the user or, if it acts for itself, of the client).
    pub fn role(role: &str) -> Self {
        Self(Arc::new(Rule::Role(role.to_owned())))
    }

    /// Requires both.
    #[must_use]
    pub fn and(&self, other: impl Borrow<Self>) -> Self {
        Self(Arc::new(Rule::And(self.clone(), other.borrow().clone())))
    }

    /// Requires either.
    #[must_use]
    pub fn or(&self, other: impl Borrow<Self>) -> Self {
        Self(Arc::new(Rule::Or(self.clone(), other.borrow().clone())))
    }

    fn admits(&self, claims: &Claims) -> bool {
        match &*self.0 {
            Rule::Scope(scope) => scopes(claims).any(|one| one == scope),
            Rule::Role(role) => has_role(claims, role),
            Rule::And(a, b) => a.admits(claims) && b.admits(claims),
            Rule::Or(a, b) => a.admits(claims) || b.admits(claims),
        }
    }

    /// Returns the scopes that it names, separated by spaces, for the challenge.
    fn scopes(&self) -> String {
        match &*self.0 {
            Rule::Scope(scope) => scope.clone(),
            Rule::Role(_) => String::new(),
            Rule::And(a, b) | Rule::Or(a, b) => format!("{} {}", a.scopes(), b.scopes()).trim().to_owned(),
        }
    }

    pub(super) fn admit(&self, token: &Verified) -> Result<(), Error> {
        if self.admits(&token.claims) {
            return Ok(());
        }
        Err(token.protected.refuse(Reason::InsufficientScope, &self.scopes()))
    }
}

impl Guard for RequireToken {
    async fn check(&self, request: &ServiceRequest) -> Result<(), Error> {
        let token = Verified::of(request.request(), &self.scopes()).await?;
        self.admit(&token)
    }
}

guard!(RequireToken);

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn rules_are_met_by_scopes_and_roles() {
        let admits = |rule: &RequireToken, claims: serde_json::Value| {
            rule.admits(&Claims::unverified_for_tests(claims.as_object().unwrap().clone()))
        };
        let read = RequireToken::scope("read");
        for (claims, admitted) in [
            (json!({"scope": "write read"}), true),
            (json!({"scp": "read"}), true),
            (json!({"scp": ["read"]}), true),
            (json!({"scope": "read.all"}), false),
            (json!({"scope": "Read"}), false),
            (json!({"roles": ["read"]}), false),
            (json!({}), false),
        ] {
            assert_eq!(admits(&read, claims.clone()), admitted, "{claims}");
        }
        let rule = read.or(RequireToken::role("All")).and(RequireToken::scope("openid"));
        assert!(admits(&rule, json!({"scope": "openid", "roles": ["All"]})));
        assert!(!admits(&rule, json!({"scope": "read", "roles": ["All"]})));
        assert_eq!(rule.scopes(), "read openid");
        assert_eq!(RequireToken::role("All").scopes(), "");
    }
}
