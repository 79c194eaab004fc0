//! An application in Graph: the properties of the resource type `application` that are read or written here.

use serde::{Deserialize, Serialize};

use super::desired::UNIQUE_NAME_PREFIX;

/// An application.
#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Application {
    /// The object's id in the directory, which most requests need.
    pub id: String,
    /// The application (client) id.
    #[serde(rename = "appId")]
    pub client_id: String,
    /// The name by which `register` finds an application that it created.
    pub unique_name: Option<String>,
    /// Its secrets, without their values.
    #[serde(default)]
    pub password_credentials: Vec<PasswordCredential>,
    /// The properties that can be changed.
    #[serde(flatten)]
    pub body: Body,
}

impl Application {
    /// Returns whether `register` created it.
    pub fn is_ours(&self) -> bool {
        self.unique_name.as_deref().is_some_and(|name| name.starts_with(UNIQUE_NAME_PREFIX))
    }
}

/// A secret of an application, without its value.
#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct PasswordCredential {
    /// Its id.
    pub key_id: String,
    /// Its name.
    pub display_name: Option<String>,
    /// Its first three characters.
    pub hint: Option<String>,
    /// When it expires: ISO 8601, UTC.
    pub end_date_time: Option<String>,
}

/// The properties of an application that are written here. `None` leaves a property unchanged.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[expect(missing_docs, reason = "named and documented by Graph's resource type application")]
pub struct Body {
    #[serde(skip_serializing_if = "Option::is_none")]
    pub display_name: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub sign_in_audience: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub web: Option<Web>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub required_resource_access: Option<Vec<ResourceAccess>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub optional_claims: Option<OptionalClaims>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub app_roles: Option<Vec<AppRole>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub api: Option<Api>,
}

/// `webApplication`.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[expect(missing_docs, reason = "named and documented by Graph's resource type webApplication")]
pub struct Web {
    pub home_page_url: Option<String>,
    pub logout_url: Option<String>,
    #[serde(default)]
    pub redirect_uris: Vec<String>,
    pub implicit_grant_settings: Option<ImplicitGrant>,
}

/// `implicitGrantSettings`.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[expect(missing_docs, reason = "named and documented by Graph's resource type implicitGrantSettings")]
pub struct ImplicitGrant {
    pub enable_id_token_issuance: Option<bool>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub enable_access_token_issuance: Option<bool>,
}

/// `requiredResourceAccess`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[expect(missing_docs, reason = "named and documented by Graph's resource type requiredResourceAccess")]
pub struct ResourceAccess {
    pub resource_app_id: String,
    pub resource_access: Vec<Permission>,
}

/// `resourceAccess`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[expect(missing_docs, reason = "named and documented by Graph's resource type resourceAccess")]
pub struct Permission {
    pub id: String,
    pub r#type: String,
}

/// `optionalClaims`.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[expect(missing_docs, reason = "named and documented by Graph's resource type optionalClaims")]
pub struct OptionalClaims {
    pub id_token: Option<Vec<OptionalClaim>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub access_token: Option<Vec<OptionalClaim>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub saml2_token: Option<Vec<OptionalClaim>>,
}

/// `optionalClaim`.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[expect(missing_docs, reason = "named and documented by Graph's resource type optionalClaim")]
pub struct OptionalClaim {
    pub name: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub source: Option<String>,
    #[serde(default)]
    pub essential: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub additional_properties: Option<Vec<String>>,
}

/// `appRole`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[expect(missing_docs, reason = "named and documented by Graph's resource type appRole")]
pub struct AppRole {
    pub id: String,
    pub allowed_member_types: Vec<String>,
    pub display_name: Option<String>,
    pub description: Option<String>,
    pub is_enabled: bool,
    pub value: Option<String>,
}

/// `apiApplication`.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[expect(missing_docs, reason = "named and documented by Graph's resource type apiApplication")]
pub struct Api {
    pub requested_access_token_version: Option<i32>,
}
