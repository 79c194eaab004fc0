//! The steps of a registration. Each checks what is there first, so that all can be repeated after a failure, and
//! change nothing the second time.

use serde::Deserialize;
use serde_json::Value;

use super::application::{Application, Body};
use super::desired::DesiredApplication;
use super::directory::{Age, Directory};
use super::refusal::RegistrationError;
use super::request::Request;
use crate::oidc::excerpt::{self, excerpt};

/// The placeholder in a dry run for an id that only Graph can assign.
const OBJECT_ID: &str = "OBJECT-ID";
/// As [`OBJECT_ID`].
const CLIENT_ID: &str = "CLIENT-ID";
/// The kinds of deleted objects, in the order in which they are deleted permanently.
const DELETED: [&str; 2] = ["servicePrincipal", "application"];

/// The tenant that a token is for.
#[derive(Clone, Debug)]
pub struct Organization {
    /// Its id.
    pub id: String,
    /// Its domain names.
    pub domains: Vec<String>,
}

#[derive(Deserialize)]
struct Collection {
    value: Vec<Value>,
}

fn text(object: &Value, name: &str) -> Option<String> {
    object.get(name).and_then(Value::as_str).map(str::to_owned)
}

/// Returns the tenant that the token is for. Returns `None` if the token may not read it, or in a dry run without a
/// token.
///
/// # Errors
/// Every [`RegistrationError`].
pub async fn organization(directory: &Directory) -> Result<Option<Organization>, RegistrationError> {
    let found = match directory.read::<Collection>(&Request::organization(), Age::Old).await {
        Err(RegistrationError::Refused { refusal, .. }) if refusal.status == 403 => return Ok(None),
        found => found?,
    };
    Ok(found.and_then(|found| found.value.into_iter().next()).and_then(|organization| {
        let domains = organization.get("verifiedDomains").and_then(Value::as_array);
        let domains = domains.into_iter().flatten().filter_map(|domain| text(domain, "name")).collect();
        Some(Organization { id: text(&organization, "id")?, domains })
    }))
}

/// Returns the signed-in user's id. Returns `None` if the token is an application's own.
///
/// # Errors
/// Every [`RegistrationError`].
pub async fn me(directory: &Directory) -> Result<Option<String>, RegistrationError> {
    match directory.read::<Value>(&Request::me(), Age::Old).await {
        Err(RegistrationError::Refused { refusal, .. }) if matches!(refusal.status, 400 | 403) => Ok(None),
        found => Ok(found?.and_then(|me| text(&me, "id"))),
    }
}

/// Returns the application with a client id.
///
/// # Errors
/// Every [`RegistrationError`].
pub async fn find(directory: &Directory, client_id: &str, age: Age) -> Result<Option<Application>, RegistrationError> {
    directory.read(&Request::application(client_id), age).await
}

/// Returns the application under one of its unique names, or creates it. Returns which of the two.
///
/// # Errors
/// Every [`RegistrationError`]. `Conflict` if others own the application, or every name is taken.
pub async fn find_or_create(
    directory: &Directory,
    desired: &DesiredApplication,
    me: Option<&str>,
) -> Result<(Application, Age), RegistrationError> {
    for name in desired.unique_names(me) {
        if let Some(found) = directory.read::<Application>(&Request::named_application(&name), Age::Old).await? {
            return adopt(directory, found, me).await.map(|found| (found, Age::Old));
        }
        match create(directory, desired, &name).await {
            Err(RegistrationError::Refused { refusal, .. }) if refusal.is_name_taken() => {}
            created => return created.map(|created| (created, Age::New)),
        }
    }
    Err(RegistrationError::Conflict(
        "every unique name for this address belongs to a deleted application that can still be restored; \
         restore one in the portal (App registrations, Deleted applications) and put its client id into \
         client.client_id, or delete them there permanently"
            .to_owned(),
    ))
}

async fn create(
    directory: &Directory,
    desired: &DesiredApplication,
    name: &str,
) -> Result<Application, RegistrationError> {
    let body = desired.new_application();
    let request = Request::create_application(name, &body);
    if directory.is_dry_run() {
        directory.write(&request, Age::Old).await?;
        return Ok(placeholder(body));
    }
    let malformed = |cause: String| RegistrationError::Malformed { request: request.path.clone(), cause };
    if let Some(made) = directory.write(&request, Age::Old).await? {
        return serde_json::from_value(made).map_err(|error| malformed(excerpt(error)));
    }
    // It existed after all: a run that was interrupted a moment ago created it.
    let found = directory.read(&Request::named_application(name), Age::New).await?;
    found.ok_or_else(|| malformed("it was created, but is not found".to_owned()))
}

fn placeholder(body: Body) -> Application {
    let (id, client_id) = (OBJECT_ID.to_owned(), CLIENT_ID.to_owned());
    Application { id, client_id, unique_name: None, password_credentials: Vec::new(), body }
}

/// Anyone who owns an application can sign in as it. So it must not be one that others put there to be found.
async fn adopt(directory: &Directory, found: Application, me: Option<&str>) -> Result<Application, RegistrationError> {
    let owners = owners(directory, &found, Age::Old).await?;
    if owners.iter().all(|owner| Some(owner.as_str()) == me) {
        return Ok(found);
    }
    let client_id = excerpt::code(&found.client_id);
    Err(RegistrationError::Conflict(format!(
        "an application for this address is already registered, and other accounts than the token's own it: \
         client id {}, object {}. If it is yours too, add --client-id {}",
        client_id,
        excerpt::code(&found.id),
        client_id
    )))
}

async fn owners(directory: &Directory, application: &Application, age: Age) -> Result<Vec<String>, RegistrationError> {
    let found: Option<Collection> = directory.read(&Request::owners(&application.id), age).await?;
    Ok(found.map(|found| found.value.iter().filter_map(|owner| text(owner, "id")).collect()).unwrap_or_default())
}

/// Updates what differs in an application. Returns the names of the properties.
///
/// # Errors
/// Every [`RegistrationError`].
pub async fn update(
    directory: &Directory,
    application: &Application,
    desired: &DesiredApplication,
    age: Age,
) -> Result<Vec<String>, RegistrationError> {
    let Some(changes) = desired.changes(&application.body) else { return Ok(Vec::new()) };
    let request = Request::update_application(&application.id, &changes);
    directory.write(&request, age).await?;
    let names = request.body.as_ref().and_then(Value::as_object).map(|body| body.keys().cloned().collect());
    Ok(names.unwrap_or_default())
}

/// Creates the service principal, the application's presence in the tenant. Returns whether it was missing.
///
/// # Errors
/// Every [`RegistrationError`].
pub async fn service_principal(
    directory: &Directory,
    application: &Application,
    age: Age,
) -> Result<bool, RegistrationError> {
    let client_id = &application.client_id;
    if age == Age::Old && directory.read::<Value>(&Request::service_principal(client_id), age).await?.is_some() {
        return Ok(false);
    }
    directory.write(&Request::create_service_principal(client_id), age).await?;
    Ok(true)
}

/// Adds an owner. Returns whether they were none before.
///
/// # Errors
/// Every [`RegistrationError`].
pub async fn owner(
    directory: &Directory,
    application: &Application,
    me: &str,
    age: Age,
) -> Result<bool, RegistrationError> {
    if owners(directory, application, age).await?.iter().any(|owner| owner == me) {
        return Ok(false);
    }
    match directory.write(&Request::add_owner(&application.id, directory.origin(), me), age).await {
        // Graph makes the creator of an application its owner, but may list them only a moment later.
        Err(RegistrationError::Refused { refusal, .. }) if refusal.message.contains("already exist") => Ok(false),
        answer => answer.map(|_| true),
    }
}

/// Deletes an application and its service principal, with `permanently` for good. Returns whether there was one.
///
/// # Errors
/// Every [`RegistrationError`].
pub async fn remove(directory: &Directory, client_id: &str, permanently: bool) -> Result<bool, RegistrationError> {
    let principal = directory.read::<Value>(&Request::service_principal(client_id), Age::Old).await?;
    let principal = principal.and_then(|principal| text(&principal, "id"));
    let found = find(directory, client_id, Age::Old).await?;
    if let Some(application) = &found {
        ignore_missing(directory.write(&Request::delete_application(&application.id), Age::Old).await)?;
    }
    if !permanently {
        return Ok(found.is_some());
    }
    let mut purged = found.is_some();
    let known = [principal, found.map(|application| application.id)];
    for (kind, known) in DELETED.into_iter().zip(known) {
        let listed: Option<Collection> = directory.read(&Request::deleted(kind, client_id), Age::Old).await?;
        let listed = listed.map(|listed| listed.value).unwrap_or_default();
        let ids: std::collections::BTreeSet<_> =
            listed.iter().filter_map(|object| text(object, "id")).chain(known).collect();
        for id in ids {
            // A new deletion may not be replicated yet.
            let age = if kind == "application" { Age::New } else { Age::Old };
            ignore_missing(directory.write(&Request::purge(&id), age).await)?;
            purged = true;
        }
    }
    Ok(purged)
}

fn ignore_missing(answer: Result<Option<Value>, RegistrationError>) -> Result<(), RegistrationError> {
    match answer {
        Err(RegistrationError::Refused { refusal, .. }) if refusal.status == 404 => Ok(()),
        answer => answer.map(|_| ()),
    }
}
