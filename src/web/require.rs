//! Access by role, group, scope or claim, in front of a scope, a resource or a route.

use std::future::{Ready, ready};
use std::pin::Pin;
use std::rc::Rc;
use std::sync::Arc;

use actix_web::Error as ActixError;
use actix_web::body::{EitherBody, MessageBody};
use actix_web::dev::{Service, ServiceRequest, ServiceResponse, Transform, forward_ready};
use actix_web::web::Data;
use serde_json::Value;

use super::access_token::{interaction_required, with_session};
use super::error::Error;
use super::identity::{Identity, to_sign_in};
use crate::flows::{Error as Cause, IdentityWeb};
use crate::oidc::claims::Claims;
use crate::session::error::StoreError;

/// Claims that users can change or that may be unverified: no rule can use them.
const NO_RULE: [&str; 8] =
    ["email", "family_name", "given_name", "name", "nickname", "preferred_username", "unique_name", "upn"];

/// Requires a role, a group, a scope or a claim: wrap a scope, a resource or a route in it. Users without it get 403;
/// signed-out users are redirected to sign in or get 401, as with [`super::identity::login_required`]. If it can't be
/// determined, the request fails.
///
/// ```
/// use actix_web::web;
/// use identity_web::Require;
///
/// // With several wraps, all must be met; with `or`, either.
/// let admin = web::scope("/admin").wrap(Require::role("Admin"));
/// let staff = web::resource("/staff").wrap(Require::role("Editor").or(&Require::group("3f0b…")));
/// ```
#[derive(Clone, Debug)]
pub struct Require(Arc<[Rule]>);

#[derive(Clone, Debug)]
enum Rule {
    Role(String),
    Group(String),
    Scope(String),
    Claim(String, String),
}

impl Require {
    fn of(rule: Rule) -> Self {
        Self(Arc::from([rule]))
    }

    /// Requires this app role (`roles`).
    pub fn role(role: &str) -> Self {
        Self::of(Rule::Role(role.to_owned()))
    }

    /// Requires membership of the group with this object ID, directly or through other groups. When a user's groups don't
    /// fit in the ID token, Microsoft Graph is queried for those that are required, once per session.
    pub fn group(object_id: &str) -> Self {
        Self::of(Rule::Group(object_id.to_owned()))
    }

    /// Requires that the user granted this scope to this application.
    pub fn scope(scope: &str) -> Self {
        Self::of(Rule::Scope(scope.to_owned()))
    }

    /// Requires that the claim is this value or an array that contains it. A claim that users can change, such as `email`
    /// or `name`, never meets the requirement.
    pub fn claim(name: &str, value: &str) -> Self {
        Self::of(Rule::Claim(name.to_owned(), value.to_owned()))
    }

    /// Requires either.
    #[must_use]
    pub fn or(&self, other: &Self) -> Self {
        Self(self.0.iter().chain(other.0.iter()).cloned().collect())
    }

    /// Returns whether the user of this request has access.
    ///
    /// # Errors
    /// It can't be determined: the directory or the session store is unavailable, or the user must consent first.
    pub async fn admits(&self, identity: &IdentityWeb, user: &Identity) -> Result<bool, Error> {
        if self.0.iter().any(|rule| rule.agrees(user)) {
            return Ok(true);
        }
        let groups: Vec<_> = self.0.iter().filter_map(Rule::group).collect();
        if groups.is_empty() {
            return Ok(false);
        }
        let answer = with_session(async |session| identity.is_in_any(session, &groups).await).await;
        answer.map_err(|error| match error {
            Cause::Interaction(interaction) => interaction_required(identity, interaction),
            error => error.into(),
        })
    }
}

impl Require {
    async fn check(&self, identity: Option<&IdentityWeb>) -> Result<(), Error> {
        let identity = identity.ok_or(StoreError::NotWrapped)?;
        let user = Identity::of_request()?.ok_or(Error::NotSignedIn)?;
        if self.admits(identity, &user).await? { Ok(()) } else { Err(Error::Forbidden) }
    }
}

impl Rule {
    /// Returns whether the session alone meets the rule.
    fn agrees(&self, user: &Identity) -> bool {
        match self {
            Self::Role(role) => has(user.claims(), "roles", role),
            Self::Claim(name, value) => has(user.claims(), name, value),
            Self::Scope(scope) => {
                let granted = user.signed_in().tokens.granted.scope.as_deref().unwrap_or_default();
                granted.split(' ').any(|one| one == scope)
            }
            Self::Group(_) => false,
        }
    }

    fn group(&self) -> Option<String> {
        if let Self::Group(id) = self { Some(id.clone()) } else { None }
    }
}

/// Returns whether a rule can use this claim: users can't change it, and it is verified.
pub(super) fn may_rule(claim: &str) -> bool {
    !NO_RULE.contains(&claim)
}

fn has(claims: &Claims, name: &str, value: &str) -> bool {
    may_rule(name) && claims.get(name).map(texts).is_some_and(|values| values.iter().any(|one| one == value))
}

/// Returns a claim's values as text: the elements of an array, and none of an object.
pub(super) fn texts(value: &Value) -> Vec<String> {
    match value {
        Value::String(text) => vec![text.clone()],
        Value::Bool(_) | Value::Number(_) => vec![value.to_string()],
        Value::Array(elements) => elements.iter().filter(|element| !element.is_array()).flat_map(texts).collect(),
        Value::Object(_) | Value::Null => Vec::new(),
    }
}

impl<S, B> Transform<S, ServiceRequest> for Require
where
    S: Service<ServiceRequest, Response = ServiceResponse<B>, Error = ActixError> + 'static,
    S::Future: 'static,
    B: MessageBody + 'static,
{
    type Response = ServiceResponse<EitherBody<B>>;
    type Error = ActixError;
    type Transform = RequireService<S>;
    type InitError = ();
    type Future = Ready<Result<Self::Transform, ()>>;

    fn new_transform(&self, service: S) -> Self::Future {
        ready(Ok(RequireService { service: Rc::new(service), require: self.clone() }))
    }
}

/// The service of [`Require`].
pub struct RequireService<S> {
    service: Rc<S>,
    require: Require,
}

impl<S, B> Service<ServiceRequest> for RequireService<S>
where
    S: Service<ServiceRequest, Response = ServiceResponse<B>, Error = ActixError> + 'static,
    S::Future: 'static,
    B: MessageBody + 'static,
{
    type Response = ServiceResponse<EitherBody<B>>;
    type Error = ActixError;
    type Future = Pin<Box<dyn Future<Output = Result<Self::Response, ActixError>>>>;

    forward_ready!(service);

    fn call(&self, request: ServiceRequest) -> Self::Future {
        let (service, require) = (Rc::clone(&self.service), self.require.clone());
        let identity = request.app_data::<Data<IdentityWeb>>().cloned();
        Box::pin(async move {
            let refusal = match require.check(identity.as_deref().map(Arc::as_ref)).await {
                Ok(()) => return Ok(service.call(request).await?.map_into_left_body()),
                Err(Error::NotSignedIn) => to_sign_in(request),
                Err(error) => request.error_response(error),
            };
            Ok(refusal.map_into_right_body())
        })
    }
}
