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

/// Creates or updates the application in Microsoft Entra, and writes the settings; exit 0, 1 where a step failed, or 2
/// where it cannot begin.
pub async fn register(options: &RegisterOptions) -> ExitCode {
    tls::install_crypto();
    exit(do_register(options, &Clock::system()).await)
}

/// Removes the application from Microsoft Entra, and the settings that `register` wrote; exit as [`register`].
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

/// One line for each thing that is done, or was done already.
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
        let how =
            if changed.is_empty() { "as it should be".to_owned() } else { format!("changed {}", changed.join(", ")) };
        line("application", &format!("{how}; client id {}", application.client_id));
    }
    make_present(&run, &application, me.as_deref(), age).await?;
    match options.credential.unwrap_or_else(|| default_credential(&run)) {
        CredentialKind::Secret => secret::secret(&mut run, options, &application, age, clock).await?,
        CredentialKind::Certificate => add_certificate(&mut run, options, &application, age, certificate).await?,
        CredentialKind::Federated => add_federation(&mut run, options, &application, age).await?,
        CredentialKind::None => line("credential", "left as it is"),
    }
    finish(&run, &application);
    Ok(())
}

async fn find_or_create(run: &Run, options: &RegisterOptions, me: Option<&str>) -> Result<(Application, Age), Failure> {
    let Some((client_id, source)) = run.client_id(&options.connection) else {
        let (application, age) = steps::find_or_create(&run.directory, &run.desired(options), me).await?;
        if age == Age::New && !run.directory.is_dry_run() {
            line("application", &format!("made; client id {}", application.client_id));
        }
        return Ok((application, age));
    };
    // The settings may have been written a moment ago, by a run that was cut off.
    let age = if options.connection.client_id.is_some() { Age::Old } else { Age::New };
    match steps::find(&run.directory, &client_id, age).await? {
        Some(application) => Ok((application, Age::Old)),
        None => Err(Failure::Step(format!(
            "there is no application with the client id {client_id} in this tenant, and {source} names it; choose \
             its tenant with --tenant, or take client.client_id away to register a new one"
        ))),
    }
}

/// A certificate or a token's file that is set already is not replaced unasked.
fn default_credential(run: &Run) -> CredentialKind {
    match run.settings.credential {
        Some(NamedCredential::Table) => CredentialKind::None,
        _ => CredentialKind::Secret,
    }
}

/// The service principal and the owner. Neither stops the registration: the first sign-in makes the one, and the other
/// is for the portal.
async fn make_present(run: &Run, application: &Application, me: Option<&str>, age: Age) -> Result<(), Failure> {
    match steps::service_principal(&run.directory, application, age).await {
        Ok(made) => line("service principal", run.done(made, "made")),
        Err(RegistrationError::Refused { refusal, .. }) if refusal.status == 403 => {
            line("service principal", &format!("not made; the first sign-in makes it. {refusal}"));
        }
        Err(error) => return Err(error.into()),
    }
    match me {
        Some(me) => line("owner", run.done(steps::owner(&run.directory, application, me, age).await?, "added")),
        None if run.directory.is_dry_run() => line("owner", "who is signed in"),
        None => line("owner", "none added: the token is not a person's"),
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
        return Err(Failure::Usage("--credential certificate needs --certificate and --private-key".to_owned()));
    };
    let added = credential::add_certificate(&run.directory, application, &credential, age).await?;
    let end = credential.end_date_time.unwrap_or_default();
    line("certificate", &format!("{}; ends {end}", run.done(added, "added")));
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
        let needed = "--credential federated needs --federated-issuer and --federated-subject";
        return Err(Failure::Usage(needed.to_owned()));
    };
    let federation = Federation::new(issuer.clone(), subject.clone());
    let added = credential::add_federation(&run.directory, application, &federation, age).await?;
    line("federated credential", run.done(added, "added"));
    run.write_credential(files::inline([("federated_token_file", options.federated_token_file.clone())]))
}

/// Says what else there is to do.
fn finish(run: &Run, application: &Application) {
    let output = run.output.display();
    if run.directory.is_dry_run() {
        return line("\ndry run", &format!("nothing was changed; {output} would name this application"));
    }
    line("settings", &format!("{output} names this application"));
    match Settings::load() {
        Ok(settings) if settings.client.client_id == application.client_id => line("next", "identity-web check"),
        Ok(_) => line(
            "note",
            &format!(
                "the settings that are read now name another client id; {output} is read as config/local.toml, or with IDENTITY_WEB_CONFIG={output}"
            ),
        ),
        Err(error) => line("note", &error.to_string()),
    }
}

async fn do_unregister(options: &UnregisterOptions) -> Result<(), Failure> {
    let mut run = match Run::idle(&options.connection)? {
        run if run.client_id(&options.connection).is_some() => run,
        mut run => {
            run.forget()?;
            line("application", "none is registered: client.client_id is unset");
            return Ok(());
        }
    };
    run.connect(&options.connection).await?;
    let Some((client_id, _)) = run.client_id(&options.connection) else { return Ok(()) };
    let found = steps::find(&run.directory, &client_id, Age::Old).await?;
    if found.is_some_and(|found| !found.is_ours()) && options.connection.client_id.is_none() {
        return Err(Failure::Step(format!(
            "`register` did not make the application {client_id}; to delete it all the same, say so with \
             --client-id {client_id}"
        )));
    }
    let removed = steps::remove(&run.directory, &client_id, options.permanently).await?;
    let how = if options.permanently { "deleted for good" } else { "deleted; the portal can restore it for 30 days" };
    line("application", run.done(removed, how));
    run.forget()
}
