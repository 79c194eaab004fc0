//! The desired application, and how an existing one differs.

use ring::digest::{SHA256, digest};
use url::{Position, Url};

use super::application::{Api, AppRole, Body, OptionalClaim, OptionalClaims, Permission, ResourceAccess, Web};
use crate::oidc::provider::is_loopback;

/// The application id of Microsoft Graph, as a resource with permissions.
const GRAPH: &str = "00000003-0000-0000-c000-000000000000";
/// Its delegated permission `User.Read` (Microsoft Graph permissions reference).
const USER_READ: &str = "e1fe6dd8-ba31-4d61-89e7-88639da4683d";
/// Its delegated permissions `openid` and `offline_access`: users of B2C user flows cannot be asked for others, and
/// only administrators grant them.
const OPENID: [&str; 2] = ["37f7f235-527c-4136-accd-4a02d197296e", "7427e0e9-2fba-42fe-b0c0-848c9e6a8182"];
/// The optional claims that sign-out needs: the user, and the session.
const CLAIMS: [&str; 2] = ["login_hint", "sid"];
/// The prefix of the unique names of applications that `register` creates.
pub const UNIQUE_NAME_PREFIX: &str = "identity-web-";
/// How many unique names are tried: a deleted application keeps its name while it can be restored.
const UNIQUE_NAMES: usize = 9;

/// The accounts that may sign in: `signInAudience`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Audience {
    /// Accounts of this organisation.
    OwnOrganization,
    /// Accounts of any organisation.
    AnyOrganization,
    /// Accounts of any organisation, and personal ones.
    Everybody,
    /// Accounts of B2C user flows.
    UserFlows,
    /// Personal accounts.
    Personal,
}

impl Audience {
    fn name(self) -> &'static str {
        match self {
            Self::OwnOrganization => "AzureADMyOrg",
            Self::AnyOrganization => "AzureADMultipleOrgs",
            Self::Everybody | Self::UserFlows => "AzureADandPersonalMicrosoftAccount",
            Self::Personal => "PersonalMicrosoftAccount",
        }
    }

    fn permissions(self) -> &'static [&'static str] {
        if self == Self::UserFlows { &OPENID } else { &[USER_READ] }
    }
}

/// The desired application.
#[derive(Clone, Debug)]
pub struct DesiredApplication {
    /// The name that users see. `None` keeps that of an existing application; a new one is named after its address.
    pub display_name: Option<String>,
    /// The accounts that may sign in: `signInAudience`.
    pub audience: Audience,
    /// `server.public_url`.
    pub public_url: Url,
    /// The redirect URIs, after sign-in and after sign-out.
    pub redirect_uris: Vec<String>,
    /// The front-channel logout address. Entra accepts only https.
    pub logout_url: String,
    /// The values of the app roles that users can be assigned to.
    pub app_roles: Vec<String>,
}

impl DesiredApplication {
    /// Returns the unique names under which the application may be registered, in the order in which they are tried.
    /// Everyone can use a loopback address: there each user (`user`, their id) has an application of their own.
    pub fn unique_names(&self, user: Option<&str>) -> impl Iterator<Item = String> {
        let owner = user.filter(|_| is_loopback(&self.public_url)).unwrap_or_default();
        let origin = self.public_url.origin().ascii_serialization();
        let hash = hex(&digest(&SHA256, format!("{origin}\n{owner}").as_bytes()).as_ref()[..8]);
        let host: String = self.public_url.host_str().unwrap_or_default().chars().take(60).collect();
        let host = host.replace(|c: char| !c.is_ascii_alphanumeric(), "-");
        let name = format!("{UNIQUE_NAME_PREFIX}{}-{hash}", host.trim_matches('-'));
        (1..=UNIQUE_NAMES).map(move |n| if n == 1 { name.clone() } else { format!("{name}-{n}") })
    }

    /// Returns the application to create.
    pub fn new_application(&self) -> Body {
        let mut body = self.over(&Body::default());
        let host = &self.public_url[Position::BeforeHost..Position::AfterPort];
        body.display_name.get_or_insert_with(|| format!("Identity Web ({host})"));
        body
    }

    /// Returns the changes to an existing application, if there are any.
    pub fn changes(&self, current: &Body) -> Option<Body> {
        let desired = self.over(current);
        let changes = Body {
            display_name: changed(current.display_name.as_ref(), desired.display_name),
            sign_in_audience: changed(current.sign_in_audience.as_ref(), desired.sign_in_audience),
            web: changed(current.web.as_ref(), desired.web),
            required_resource_access: changed(
                current.required_resource_access.as_ref(),
                desired.required_resource_access,
            ),
            optional_claims: changed(current.optional_claims.as_ref(), desired.optional_claims),
            app_roles: changed(current.app_roles.as_ref(), desired.app_roles),
            api: changed(current.api.as_ref(), desired.api),
        };
        (changes != Body::default()).then_some(changes)
    }

    /// Returns the desired properties together with those that others have set, which are never removed.
    fn over(&self, current: &Body) -> Body {
        let roles = current.app_roles.clone().unwrap_or_default();
        Body {
            display_name: self.display_name.clone(),
            sign_in_audience: Some(self.audience.name().to_owned()),
            web: Some(self.web(current.web.clone().unwrap_or_default())),
            required_resource_access: Some(with_permissions(
                current.required_resource_access.clone().unwrap_or_default(),
                self.audience.permissions(),
            )),
            optional_claims: Some(with_claims(current.optional_claims.clone().unwrap_or_default())),
            app_roles: (!self.app_roles.is_empty()).then(|| self.with_roles(roles)),
            // Entra requires this version of applications that accept personal accounts.
            api: matches!(self.audience, Audience::Everybody | Audience::UserFlows | Audience::Personal)
                .then_some(Api { requested_access_token_version: Some(2) }),
        }
    }

    fn web(&self, mut web: Web) -> Web {
        web.home_page_url = Some(self.public_url.to_string());
        if self.logout_url.starts_with("https:") {
            web.logout_url = Some(self.logout_url.clone());
        }
        for uri in &self.redirect_uris {
            if !web.redirect_uris.contains(uri) {
                web.redirect_uris.push(uri.clone());
            }
        }
        web.implicit_grant_settings.get_or_insert_default().enable_id_token_issuance = Some(false);
        web
    }

    fn with_roles(&self, mut roles: Vec<AppRole>) -> Vec<AppRole> {
        for value in &self.app_roles {
            if roles.iter().all(|role| role.value.as_ref() != Some(value)) {
                roles.push(AppRole {
                    id: role_id(&self.public_url, value),
                    allowed_member_types: vec!["User".to_owned()],
                    display_name: Some(value.clone()),
                    description: Some(format!("People with the role {value}")),
                    is_enabled: true,
                    value: Some(value.clone()),
                });
            }
        }
        roles
    }
}

fn changed<T: PartialEq>(current: Option<&T>, desired: Option<T>) -> Option<T> {
    desired.filter(|desired| current != Some(desired))
}

fn with_permissions(mut all: Vec<ResourceAccess>, ids: &[&str]) -> Vec<ResourceAccess> {
    let at = all.iter().position(|access| access.resource_app_id == GRAPH).unwrap_or_else(|| {
        all.push(ResourceAccess { resource_app_id: GRAPH.to_owned(), resource_access: Vec::new() });
        all.len() - 1
    });
    for id in ids {
        let permission = Permission { id: (*id).to_owned(), r#type: "Scope".to_owned() };
        if !all[at].resource_access.contains(&permission) {
            all[at].resource_access.push(permission);
        }
    }
    all
}

fn with_claims(mut claims: OptionalClaims) -> OptionalClaims {
    let of_id_token = claims.id_token.get_or_insert_default();
    for name in CLAIMS {
        if of_id_token.iter().all(|claim| claim.name != name) {
            of_id_token.push(OptionalClaim { name: name.to_owned(), ..OptionalClaim::default() });
        }
    }
    claims
}

/// Returns a GUID (RFC 9562 version 8) that is always the same for a role.
fn role_id(public_url: &Url, value: &str) -> String {
    let mut bytes = [0; 16];
    bytes.copy_from_slice(&digest(&SHA256, format!("{public_url}\n{value}").as_bytes()).as_ref()[..16]);
    bytes[6] = bytes[6] & 0x0f | 0x80;
    bytes[8] = bytes[8] & 0x3f | 0x80;
    let hex = hex(&bytes);
    format!("{}-{}-{}-{}-{}", &hex[..8], &hex[8..12], &hex[12..16], &hex[16..20], &hex[20..])
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().fold(String::new(), |text, byte| text + &format!("{byte:02x}"))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn desired() -> DesiredApplication {
        let uri = |name: &str| format!("https://app.example/auth/{name}");
        DesiredApplication {
            display_name: None,
            audience: Audience::OwnOrganization,
            public_url: Url::parse("https://app.example").unwrap(),
            redirect_uris: vec![uri("redirect"), uri("post_sign_out")],
            logout_url: uri("front_channel_logout"),
            app_roles: vec!["Admin".to_owned()],
        }
    }

    #[test]
    fn an_application_without_differences_is_not_changed() {
        assert_eq!(desired().changes(&desired().new_application()), None);
    }

    #[test]
    fn what_others_put_there_stays() {
        let current: Body = serde_json::from_value(json!({
            "displayName": "Theirs",
            "signInAudience": "AzureADMyOrg",
            "web": { "redirectUris": ["https://staging.example/cb"],
                     "implicitGrantSettings": { "enableIdTokenIssuance": true, "enableAccessTokenIssuance": true } },
            "requiredResourceAccess": [{ "resourceAppId": GRAPH, "resourceAccess": [{ "id": "x", "type": "Role" }] }],
            "optionalClaims": { "idToken": [{ "name": "sid", "source": null, "essential": true }], "accessToken": null },
            "appRoles": [{ "id": "r", "allowedMemberTypes": ["User"], "isEnabled": true, "value": "Reader" }],
            "api": { "requestedAccessTokenVersion": null },
        }))
        .unwrap();
        let changes = json!(desired().changes(&current).unwrap());
        assert!(changes.get("displayName").is_none() && changes.get("signInAudience").is_none(), "{changes}");
        assert_eq!(changes["web"]["redirectUris"].as_array().unwrap().len(), 3);
        assert_eq!(changes["web"]["implicitGrantSettings"]["enableIdTokenIssuance"], false);
        assert_eq!(changes["web"]["implicitGrantSettings"]["enableAccessTokenIssuance"], true);
        assert_eq!(changes["requiredResourceAccess"][0]["resourceAccess"].as_array().unwrap().len(), 2);
        assert_eq!(changes["optionalClaims"]["idToken"][0], json!({ "name": "sid", "essential": true }));
        assert_eq!(changes["optionalClaims"]["idToken"][1]["name"], "login_hint");
        assert_eq!(changes["appRoles"][1]["value"], "Admin");
    }

    #[test]
    fn on_loopback_each_person_has_an_application_of_their_own() {
        let names = |desired: &DesiredApplication, user| desired.unique_names(user).collect::<Vec<_>>();
        let public = desired();
        assert_eq!(names(&public, Some("ada")), names(&public, Some("bob")));
        let mut own = desired();
        own.public_url = Url::parse("https://127.0.0.1:5000").unwrap();
        assert_ne!(names(&own, Some("ada")), names(&own, Some("bob")));
        assert!(names(&own, None)[1].starts_with("identity-web-127-0-0-1-") && names(&own, None)[1].ends_with("-2"));
        assert_eq!(own.new_application().display_name.unwrap(), "Identity Web (127.0.0.1:5000)");
    }

    #[test]
    fn people_of_b2c_user_flows_are_asked_for_what_they_can_be_asked_for() {
        let body = json!(DesiredApplication { audience: Audience::UserFlows, ..desired() }.new_application());
        assert_eq!(body["signInAudience"], "AzureADandPersonalMicrosoftAccount");
        assert_eq!(body["api"]["requestedAccessTokenVersion"], 2);
        assert_eq!(body["requiredResourceAccess"][0]["resourceAccess"][0]["id"], OPENID[0]);
        assert!(!body.to_string().contains(USER_READ));
    }

    #[test]
    fn a_role_has_a_guid_that_lasts() {
        let id = role_id(&desired().public_url, "Admin");
        assert!(crate::oidc::issuer::is_guid(&id) && id == role_id(&desired().public_url, "Admin"), "{id}");
    }
}
