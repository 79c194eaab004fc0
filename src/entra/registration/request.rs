//! Requests to Microsoft Graph v1.0. They are built separately from sending, so that each can be printed and tested.

use oauth2::http::Method;
use serde::Serialize;
use serde_json::{Value, json};

use super::application::Body;
use super::credential::{Federation, KeyCredential};

/// The tag that lists a service principal under Enterprise applications in the portal.
const ENTERPRISE_TAG: &str = "WindowsAzureActiveDirectoryIntegratedApp";

/// A request that is not sent yet.
#[derive(Clone, Debug, PartialEq)]
pub struct Request {
    /// Its method.
    pub method: Method,
    /// The path after `/v1.0`, with the query.
    pub path: String,
    /// Its JSON body, if it has one.
    pub body: Option<Value>,
    /// Whether it creates a missing object (`Prefer: create-if-missing`).
    pub creates: bool,
    /// Whether it can be repeated safely if its outcome is unknown.
    pub repeatable: bool,
}

impl Request {
    fn new(method: Method, path: String) -> Self {
        Self { method, path, body: None, creates: false, repeatable: true }
    }

    fn get(path: impl Into<String>) -> Self {
        Self::new(Method::GET, path.into())
    }

    fn with(mut self, body: &impl Serialize) -> Self {
        self.body = Some(json!(body));
        self
    }

    fn upsert(path: String, body: &impl Serialize) -> Self {
        Self { creates: true, ..Self::new(Method::PATCH, path).with(body) }
    }

    /// Reads the signed-in user.
    pub fn me() -> Self {
        Self::get("/me?$select=id")
    }

    /// Reads the tenant that the token is for.
    pub fn organization() -> Self {
        Self::get("/organization?$select=id,verifiedDomains")
    }

    /// Reads the application with a client id.
    pub fn application(client_id: &str) -> Self {
        Self::get(format!("/applications(appId='{}')", quoted(client_id)))
    }

    /// Reads the application with a unique name.
    pub fn named_application(unique_name: &str) -> Self {
        Self::get(format!("/applications(uniqueName='{}')", quoted(unique_name)))
    }

    /// Creates the application with a unique name, or updates it if it exists.
    pub fn create_application(unique_name: &str, body: &Body) -> Self {
        Self::upsert(format!("/applications(uniqueName='{}')", quoted(unique_name)), body)
    }

    /// Updates the properties in the body.
    pub fn update_application(id: &str, body: &Body) -> Self {
        Self::new(Method::PATCH, format!("/applications/{id}")).with(body)
    }

    /// Deletes an application and its service principal. Both can be restored for 30 days.
    pub fn delete_application(id: &str) -> Self {
        Self::new(Method::DELETE, format!("/applications/{id}"))
    }

    /// Lists deleted objects that can be restored: `application` or `servicePrincipal`.
    pub fn deleted(kind: &str, client_id: &str) -> Self {
        let path = "/directory/deletedItems/microsoft.graph";
        Self::get(format!("{path}.{kind}?$filter=appId%20eq%20'{}'&$select=id", quoted(client_id)))
    }

    /// Deletes a deleted object permanently.
    pub fn purge(id: &str) -> Self {
        Self::new(Method::DELETE, format!("/directory/deletedItems/{id}"))
    }

    /// Reads the service principal of a client id.
    pub fn service_principal(client_id: &str) -> Self {
        Self::get(format!("/servicePrincipals(appId='{}')?$select=id", quoted(client_id)))
    }

    /// Creates the service principal of a client id if it is missing.
    pub fn create_service_principal(client_id: &str) -> Self {
        let body = json!({ "tags": [ENTERPRISE_TAG] });
        Self::upsert(format!("/servicePrincipals(appId='{}')", quoted(client_id)), &body)
    }

    /// Lists the owners of an application.
    pub fn owners(id: &str) -> Self {
        Self::get(format!("/applications/{id}/owners?$select=id"))
    }

    /// Adds an owner to an application; `graph` is Graph's origin.
    pub fn add_owner(id: &str, graph: &str, owner: &str) -> Self {
        let owner = format!("{}/v1.0/directoryObjects/{owner}", graph.trim_end_matches('/'));
        Self::new(Method::POST, format!("/applications/{id}/owners/$ref")).with(&json!({ "@odata.id": owner }))
    }

    /// Creates a secret, whose value is only in the response. Repeating the request creates another.
    pub fn add_password(id: &str, display_name: &str, end: &str) -> Self {
        let body = json!({ "passwordCredential": { "displayName": display_name, "endDateTime": end } });
        Self { repeatable: false, ..Self::new(Method::POST, format!("/applications/{id}/addPassword")).with(&body) }
    }

    /// Removes a secret.
    pub fn remove_password(id: &str, key_id: &str) -> Self {
        let body = json!({ "keyId": key_id });
        Self::new(Method::POST, format!("/applications/{id}/removePassword")).with(&body)
    }

    /// Reads the certificates of an application, with their content.
    pub fn key_credentials(id: &str) -> Self {
        Self::get(format!("/applications/{id}?$select=id,keyCredentials"))
    }

    /// Sets the certificates of an application. Others are removed.
    pub fn set_key_credentials(id: &str, keys: &[KeyCredential]) -> Self {
        let body = json!({ "keyCredentials": keys });
        Self::new(Method::PATCH, format!("/applications/{id}")).with(&body)
    }

    /// Lists the federated credentials of an application.
    pub fn federations(id: &str) -> Self {
        Self::get(format!("/applications/{id}/federatedIdentityCredentials"))
    }

    /// Creates or updates the federated credential of a name.
    pub fn set_federation(id: &str, name: &str, federation: &Federation) -> Self {
        let path = format!("/applications/{id}/federatedIdentityCredentials(name='{}')", quoted(name));
        Self::upsert(path, federation)
    }
}

/// Encodes a text within the quotes of a key (`OData` URL conventions 4.3.1): quotes in it are doubled.
fn quoted(text: &str) -> String {
    let doubled = text.replace('\'', "''");
    url::form_urlencoded::byte_serialize(doubled.as_bytes()).collect::<String>().replace('+', "%20")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_stands_within_quotes_cannot_end_them() {
        assert_eq!(Request::application("a'b) c/d").path, "/applications(appId='a%27%27b%29%20c%2Fd')");
    }

    #[test]
    fn only_a_second_secret_does_harm() {
        let secret = Request::add_password("id", "name", "2027-01-01T00:00:00Z");
        assert!(!secret.repeatable);
        assert_eq!(
            secret.body.unwrap().to_string(),
            r#"{"passwordCredential":{"displayName":"name","endDateTime":"2027-01-01T00:00:00Z"}}"#
        );
        assert!(Request::create_service_principal("c").repeatable && Request::add_owner("a", "g", "o").repeatable);
    }
}
