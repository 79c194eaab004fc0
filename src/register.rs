//! `identity-web register` and `identity-web unregister`: the command-line part of `entra::registration`.

mod files;
mod options;
mod run;
mod secret;

use std::process::ExitCode;

pub use options::{Connection, CredentialKind, RegisterOptions, Tenancy, UnregisterOptions};
use run::{Failure, Run};

use crate::clock::Clock;
use crate::entra::registration::application::Application;
use crate::entra::registration::credential::{self, Federation, KeyCredential};
use crate::entra::registration::directory::Age;
use crate::entra::registration::refusal::RegistrationError;
use crate::entra::registration::steps;
use crate::settings::Settings;
use crate::settings::registration::{AuthorityType, NamedCredential};
use crate::tls;

/// Creates or updates the application in Microsoft Entra, and writes the settings. Exits with 0, with 1 if a step
/// failed, or with 2 if the command line or the settings are invalid.
pub async fn register(options: &RegisterOptions) -> ExitCode {
    tls::install_crypto();
    exit(do_register(options, &Clock::system()).await)
}

/// Removes the application from Microsoft Entra, and the settings that `register` wrote. Has the exit codes of
/// [`register`].
pub async fn unregister(options: &UnregisterOptions) -> ExitCode {
    tls::install_crypto();
    exit(do_unregister(options).await)
}

fn exit(outcome: Result<(), Failure>) -> ExitCode {
    let (code, error) = match outcome {
        Ok(()) => return ExitCode::SUCCESS,
        Err(Failure::Usage(error)) => (2, error),
        Err(Failure::Step(error)) => (1, error),
    };
    eprintln!("identity-web: {error}");
    ExitCode::from(code)
}

/// Prints the outcome of a step.
fn line(what: &str, how: &str) {
    println!("{what}: {how}");
}

async fn do_register(options: &RegisterOptions, clock: &Clock) -> Result<(), Failure> {
    let files = options.certificate.as_deref().zip(options.private_key.as_deref());
    let certificate =
        files.map(|(certificate, key)| KeyCredential::from_pem_files(certificate, key, clock.now())).transpose();
    let certificate = certificate.map_err(Failure::Usage)?;
    let mut run = Run::start(&options.connection, options.authority_type.map(AuthorityType::from)).await?;
    let me = steps::me(&run.directory).await?;
    let (application, age) = find_or_create(&run, options, me.as_deref()).await?;
    run.write_client(&application)?;
    let changed = steps::update(&run.directory, &application, &run.desired(options), age).await?;
    if age == Age::Old {
        let how = if changed.is_empty() { "up to date".to_owned() } else { format!("changed {}", changed.join(", ")) };
        line("application", &format!("{how}; client ID {}", application.client_id));
    }
    add_service_principal_and_owner(&run, &application, me.as_deref(), age).await?;
    match options.credential.unwrap_or_else(|| default_credential(&run)) {
        CredentialKind::Secret => secret::secret(&mut run, options, &application, age, clock).await?,
        CredentialKind::Certificate => add_certificate(&mut run, options, &application, age, certificate).await?,
        CredentialKind::Federated => add_federation(&mut run, options, &application, age).await?,
        CredentialKind::None => line("credential", "left unchanged"),
    }
    finish(&run, &application);
    Ok(())
}

async fn find_or_create(run: &Run, options: &RegisterOptions, me: Option<&str>) -> Result<(Application, Age), Failure> {
    let Some((client_id, source)) = run.client_id(&options.connection) else {
        let (application, age) = steps::find_or_create(&run.directory, &run.desired(options), me).await?;
        if age == Age::New && !run.directory.is_dry_run() {
            line("application", &format!("created; client ID {}", application.client_id));
        }
        return Ok((application, age));
    };
    // An interrupted run may have written the settings a moment ago.
    let age = if options.connection.client_id.is_some() { Age::Old } else { Age::New };
    match steps::find(&run.directory, &client_id, age).await? {
        Some(application) => Ok((application, Age::Old)),
        None => Err(Failure::Step(format!(
            "this tenant has no application with the client ID {client_id} (from {source}); choose another tenant with \
             --tenant, or remove client.client_id to register a new application"
        ))),
    }
}

/// Returns the credential to set up by default. An existing certificate or federated token is not replaced.
fn default_credential(run: &Run) -> CredentialKind {
    match run.settings.credential {
        Some(NamedCredential::Table) => CredentialKind::None,
        _ => CredentialKind::Secret,
    }
}

/// Adds the service principal and the owner. Failing to doesn't stop the registration: the first sign-in creates the
/// service principal, and the owner only matters in the portal.
async fn add_service_principal_and_owner(
    run: &Run,
    application: &Application,
    me: Option<&str>,
    age: Age,
) -> Result<(), Failure> {
    match steps::service_principal(&run.directory, application, age).await {
        Ok(created) => line("service principal", run.outcome(created, "created")),
        Err(RegistrationError::Refused { refusal, .. }) if refusal.status == 403 => {
            line("service principal", &format!("not created; the first sign-in creates it. {refusal}"));
        }
        Err(error) => return Err(error.into()),
    }
    match me {
        Some(me) => line("owner", run.outcome(steps::owner(&run.directory, application, me, age).await?, "added")),
        None if run.directory.is_dry_run() => line("owner", "the signed-in user"),
        None => line("owner", "none added: the token is not a user's"),
    }
    Ok(())
}

async fn add_certificate(
    run: &mut Run,
    options: &RegisterOptions,
    application: &Application,
    age: Age,
    certificate: Option<KeyCredential>,
) -> Result<(), Failure> {
    let (Some(credential), Some(file), Some(key)) = (certificate, &options.certificate, &options.private_key) else {
        return Err(Failure::Usage("--credential certificate requires --certificate and --private-key".to_owned()));
    };
    let added = credential::add_certificate(&run.directory, application, &credential, age).await?;
    let end = credential.end_date_time.unwrap_or_default();
    line("certificate", &format!("{}; expires {end}", run.outcome(added, "added")));
    let path = |path: &std::path::Path| path.display().to_string();
    run.write_credential(files::inline([("private_key", path(key)), ("certificate", path(file))]))
}

async fn add_federation(
    run: &mut Run,
    options: &RegisterOptions,
    application: &Application,
    age: Age,
) -> Result<(), Failure> {
    let (Some(issuer), Some(subject)) = (&options.federated_issuer, &options.federated_subject) else {
        let message = "--credential federated requires --federated-issuer and --federated-subject";
        return Err(Failure::Usage(message.to_owned()));
    };
    let federation = Federation::new(issuer.clone(), subject.clone());
    let added = credential::add_federation(&run.directory, application, &federation, age).await?;
    line("federated credential", run.outcome(added, "added"));
    run.write_credential(files::inline([("federated_token_file", options.federated_token_file.clone())]))
}

/// Prints what to do next.
fn finish(run: &Run, application: &Application) {
    let output = run.output.display();
    if run.directory.is_dry_run() {
        return line("\ndry run", &format!("nothing was changed; the application would be written to {output}"));
    }
    line("settings", &format!("the application is in {output}"));
    match Settings::load_for_program() {
        Ok(settings) if settings.client.client_id == application.client_id => line("next", "identity-web check"),
        Ok(_) => line(
            "note",
            &format!(
                "the current settings have another client ID; to read {output}, use it as config/local.toml or set \
                 IDENTITY_WEB_CONFIG={output}"
            ),
        ),
        Err(error) => line("note", &error.to_string()),
    }
}

async fn do_unregister(options: &UnregisterOptions) -> Result<(), Failure> {
    let mut run = match Run::idle(&options.connection)? {
        run if run.client_id(&options.connection).is_some() => run,
        mut run => {
            line("application", "none is registered: client.client_id is unset");
            return run.remove_settings();
        }
    };
    run.connect(&options.connection).await?;
    let Some((client_id, _)) = run.client_id(&options.connection) else { return Ok(()) };
    let found = steps::find(&run.directory, &client_id, Age::Old).await?;
    if found.is_some_and(|found| !found.is_ours()) && options.connection.client_id.is_none() {
        return Err(Failure::Step(format!(
            "the application {client_id} was not created by `register`; to delete it anyway, add --client-id {client_id}"
        )));
    }
    let removed = steps::remove(&run.directory, &client_id, options.permanently).await?;
    let how =
        if options.permanently { "deleted permanently" } else { "deleted; the portal can restore it for 30 days" };
    line("application", run.outcome(removed, how));
    run.remove_settings()
}
