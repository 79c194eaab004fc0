//! The client secret: created once, written to a file that only its owner can read, and never printed.

use std::fs;
use std::path::{Path, PathBuf};

use ring::rand::{SecureRandom as _, SystemRandom};

use super::files::write_private;
use super::line;
use super::options::RegisterOptions;
use super::run::{Failure, Run};
use crate::clock::{Clock, Timestamp};
use crate::entra::registration::application::{Application, PasswordCredential};
use crate::entra::registration::credential::{add_secret, days, remove_lost_secrets, secret_in_use};
use crate::entra::registration::directory::Age;
use crate::oidc::secret::Secret;
use crate::settings::registration::NamedCredential;

/// Returns the file of a new secret, next to the settings that name it.
fn default_file(output: &Path) -> PathBuf {
    output.with_extension("secret")
}

/// Returns the file that has the display name of a secret while it is created. If the run is interrupted before the
/// secret is written, the next run finds the lost secret by that name.
fn pending_file(file: &Path) -> PathBuf {
    let mut name = file.file_name().unwrap_or_default().to_owned();
    name.push(".pending");
    file.with_file_name(name)
}

/// Creates a secret, unless there is a valid one.
pub(super) async fn secret(
    run: &mut Run,
    options: &RegisterOptions,
    application: &Application,
    age: Age,
    clock: &Clock,
) -> Result<(), Failure> {
    let (current, file) = match &run.settings.credential {
        Some(NamedCredential::Secret(secret)) => (Some(secret.clone()), default_file(&run.output)),
        Some(NamedCredential::File(file)) => (read(file), file.clone()),
        Some(NamedCredential::Table) | None => (read(&default_file(&run.output)), default_file(&run.output)),
    };
    let text = current.as_ref().map(Secret::expose);
    let in_use = text.and_then(|text| secret_in_use(application, &text, clock.now()));
    if let Some(name) = pending_name(&file) {
        let key_id = in_use.map(|credential| credential.key_id.as_str());
        let lost = remove_lost_secrets(&run.directory, application, &name, key_id).await?;
        if lost > 0 {
            line("secret", run.outcome(true, "removed one that an earlier run could not write to its file"));
        }
    }
    match in_use {
        Some(credential) if !options.new_secret => report_in_use(credential, clock.now()),
        _ => create(run, options, application, age, clock, &file).await?,
    }
    // A valid secret in the settings themselves stays there.
    let inline = matches!(run.settings.credential, Some(NamedCredential::Secret(_)));
    if !inline || in_use.is_none() || options.new_secret {
        run.write_secret_file(&file.display().to_string())?;
    }
    if !run.directory.is_dry_run() {
        let _ = fs::remove_file(pending_file(&file));
    }
    Ok(())
}

async fn create(
    run: &Run,
    options: &RegisterOptions,
    application: &Application,
    age: Age,
    clock: &Clock,
    file: &Path,
) -> Result<(), Failure> {
    let unwritable = |error: std::io::Error| {
        Failure::Step(format!("cannot write {}: {error}; no secret was kept, run it again", file.display()))
    };
    let mut bytes = [0; 4];
    SystemRandom::new().fill(&mut bytes).map_err(|_| Failure::Step("no random bytes are available".to_owned()))?;
    let name = pending_name(file).unwrap_or_else(|| format!("identity-web register {:08x}", u32::from_be_bytes(bytes)));
    if !run.directory.is_dry_run() {
        write_private(&pending_file(file), name.as_bytes()).map_err(unwritable)?;
    }
    let end = clock.now().plus(days(options.secret_lifetime_days));
    let Some(secret) = add_secret(&run.directory, application, &name, end, age).await? else {
        line("secret", &format!("would be created by the request above, and written to {}", file.display()));
        return Ok(());
    };
    write_private(file, format!("{}\n", secret.expose()).as_bytes()).map_err(unwritable)?;
    line("secret", &format!("created, expires {end}; written to {}, which only its owner can read", file.display()));
    Ok(())
}

fn report_in_use(credential: &PasswordCredential, now: Timestamp) {
    let end = credential.end_date_time.as_ref();
    let expiry = end.map_or_else(|| "never expires".to_owned(), |end| format!("expires {end}"));
    let soon = crate::entra::registration::credential::ends_within(credential, now, days(30));
    let advice = if soon { "; --new-secret creates another" } else { "" };
    line("secret", &format!("nothing to do; {expiry}{advice}"));
}

fn read(file: &Path) -> Option<Secret> {
    Secret::from_file(file.to_owned()).ok()
}

/// Returns the display name of a secret whose creation was interrupted.
fn pending_name(file: &Path) -> Option<String> {
    fs::read_to_string(pending_file(file)).ok().filter(|name| !name.is_empty())
}

/// Removes the secret's file.
pub(super) fn remove(output: &Path) -> Result<(), Failure> {
    let file = default_file(output);
    for path in [&pending_file(&file), &file] {
        match fs::remove_file(path) {
            Ok(()) if path == &file => line("secret", &format!("removed {}", file.display())),
            Err(error) if error.kind() != std::io::ErrorKind::NotFound => {
                return Err(Failure::Step(format!("cannot remove {}: {error}", path.display())));
            }
            _ => {}
        }
    }
    Ok(())
}
