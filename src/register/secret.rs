//! The client secret: made once, written where only its owner reads it, and never said.

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

/// Where a new secret lies, beside the settings that name it.
fn default_file(output: &Path) -> PathBuf {
    output.with_extension("secret")
}

/// Where it is noted, under which name a secret is being made: should the run be cut off before the text is in its
/// file, the next one knows by that name which secret nobody has.
fn note(file: &Path) -> PathBuf {
    let mut name = file.file_name().unwrap_or_default().to_owned();
    name.push(".pending");
    file.with_file_name(name)
}

/// Makes a secret, unless there is one that works.
pub(super) async fn secret(
    run: &mut Run,
    options: &RegisterOptions,
    application: &Application,
    age: Age,
    clock: &Clock,
) -> Result<(), Failure> {
    let (held, file) = match &run.settings.credential {
        Some(NamedCredential::Secret(secret)) => (Some(secret.clone()), default_file(&run.output)),
        Some(NamedCredential::File(file)) => (read(file), file.clone()),
        Some(NamedCredential::Table) | None => (read(&default_file(&run.output)), default_file(&run.output)),
    };
    let text = held.as_ref().map(Secret::expose);
    let in_use = text.and_then(|text| secret_in_use(application, &text, clock.now()));
    if let Some(name) = cut_off(&file) {
        let key_id = in_use.map(|credential| credential.key_id.as_str());
        let lost = remove_lost_secrets(&run.directory, application, &name, key_id).await?;
        if lost > 0 {
            line("secret", run.done(true, "one that an earlier run could not write down was taken away"));
        }
    }
    match in_use {
        Some(credential) if !options.new_secret => said_of(credential, clock.now()),
        _ => make(run, options, application, age, clock, &file).await?,
    }
    // A secret that stands in the settings themselves, and works, stays there.
    let inline = matches!(run.settings.credential, Some(NamedCredential::Secret(_)));
    if !inline || in_use.is_none() || options.new_secret {
        run.write_secret_file(&file.display().to_string())?;
    }
    if !run.directory.is_dry_run() {
        let _ = fs::remove_file(note(&file));
    }
    Ok(())
}

async fn make(
    run: &Run,
    options: &RegisterOptions,
    application: &Application,
    age: Age,
    clock: &Clock,
    file: &Path,
) -> Result<(), Failure> {
    let unwritable = |error: std::io::Error| {
        Failure::Step(format!("{} cannot be written: {error}; no secret was kept, run it again", file.display()))
    };
    let mut bytes = [0; 4];
    SystemRandom::new().fill(&mut bytes).map_err(|_| Failure::Step("there is no randomness".to_owned()))?;
    let name = cut_off(file).unwrap_or_else(|| format!("identity-web register {:08x}", u32::from_be_bytes(bytes)));
    if !run.directory.is_dry_run() {
        write_private(&note(file), name.as_bytes()).map_err(unwritable)?;
    }
    let end = clock.now().plus(days(options.secret_lifetime_days));
    let Some(secret) = add_secret(&run.directory, application, &name, end, age).await? else {
        line("secret", &format!("to be made, as above, and written to {}", file.display()));
        return Ok(());
    };
    write_private(file, format!("{}\n", secret.expose()).as_bytes()).map_err(unwritable)?;
    line("secret", &format!("made, ends {end}; written to {}, for its owner only", file.display()));
    Ok(())
}

fn said_of(credential: &PasswordCredential, now: Timestamp) {
    let end = credential.end_date_time.as_deref().unwrap_or("never");
    let soon = crate::entra::registration::credential::ends_within(credential, now, days(30));
    let advice = if soon { "; soon: --new-secret makes another" } else { "" };
    line("secret", &format!("nothing to do; ends {end}{advice}"));
}

fn read(file: &Path) -> Option<Secret> {
    Secret::from_file(file.to_owned()).ok()
}

/// The name of a secret whose making was cut off.
fn cut_off(file: &Path) -> Option<String> {
    fs::read_to_string(note(file)).ok().filter(|name| !name.is_empty())
}

/// Removes the secret that was made.
pub(super) fn forget(output: &Path) -> Result<(), Failure> {
    let file = default_file(output);
    for path in [&note(&file), &file] {
        match fs::remove_file(path) {
            Ok(()) if path == &file => line("secret", &format!("{} is gone", file.display())),
            Err(error) if error.kind() != std::io::ErrorKind::NotFound => {
                return Err(Failure::Step(format!("{} cannot be removed: {error}", path.display())));
            }
            _ => {}
        }
    }
    Ok(())
}
