//! `identity-web sessions`: lists and ends a user's sessions, for operators.
//!
//! It reads and writes the store of the running application, so it needs the same settings, but neither the application
//! nor the provider.

mod operator;
mod table;

use std::process::ExitCode;

use clap::{Args, Subcommand};
use tracing::info;

use crate::clock::Clock;
use crate::session::Sessions;
use crate::session::index::SessionsOf;
use crate::settings::{Settings, StoreKind, TelemetrySettings};
use crate::startup::services::{backend, services};
use crate::telemetry::{self, Telemetry};
use crate::tls;

/// The target of the log lines that say who did what to whom.
const AUDIT: &str = "audit";

/// `identity-web sessions`.
#[derive(Subcommand)]
pub enum SessionsCommand {
    /// List a user's sessions
    List {
        /// Whose sessions
        #[command(flatten)]
        user: User,
        /// Print JSON instead of a table
        #[arg(long)]
        json: bool,
    },
    /// End one of a user's sessions or all of them, at all replicas, and write an audit line to the log (standard error)
    End {
        /// Whose sessions
        #[command(flatten)]
        user: User,
        /// Which of them
        #[command(flatten)]
        which: Which,
    },
}

/// A user, by their stable key.
#[derive(Args)]
pub struct User {
    /// The claim `sub` of the user's ID token. Microsoft Entra has a different one for each application and user
    #[arg(long, value_name = "SUB", allow_hyphen_values = true)]
    pub subject: String,
    /// The claim `iss` of the user's ID token. By default the issuer of the configured provider. Required if the tenant is
    /// not configured by its ID, as in a multi-tenant application, and for External ID and B2C
    #[arg(long, value_name = "ISS")]
    pub issuer: Option<String>,
}

/// Which of a user's sessions.
#[derive(Args)]
#[group(required = true, multiple = false)]
pub struct Which {
    /// End this session, by its ID as `sessions list` prints it
    #[arg(long, value_name = "ID", allow_hyphen_values = true)]
    pub session: Option<String>,
    /// End all of the user's sessions
    #[arg(long)]
    pub all: bool,
}

/// Why the command fails.
enum Failure {
    /// Its usage or the settings.
    Usage(String),
    /// The store, or there is nothing to end.
    Run(String),
}

/// Runs the command. Exits with 0, with 1 if it failed, or with 2 if the command line or the settings are invalid.
pub async fn run(settings: &Settings, command: SessionsCommand) -> ExitCode {
    tls::install_crypto();
    let (code, error) = match do_run(settings, command).await {
        Ok(()) => return ExitCode::SUCCESS,
        Err(Failure::Usage(error)) => (2, error),
        Err(Failure::Run(error)) => (1, error),
    };
    eprintln!("identity-web: {error}");
    ExitCode::from(code)
}

async fn do_run(settings: &Settings, command: SessionsCommand) -> Result<(), Failure> {
    let sessions = open(settings)?;
    match command {
        SessionsCommand::List { user, json } => list(&sessions, &user.key(settings)?, json).await,
        SessionsCommand::End { user, which } => {
            let _log = start_log(&settings.telemetry)?;
            end(&sessions, &user.key(settings)?, which.session.as_deref()).await
        }
    }
}

/// Opens the store of the running application.
fn open(settings: &Settings) -> Result<Sessions, Failure> {
    if settings.session.store == StoreKind::Memory {
        let why = "session.store is memory: the sessions are in the memory of the running application, which no other \
                   process can reach. Restart it to end all sessions, or set redis.url";
        return Err(Failure::Usage(why.to_owned()));
    }
    if settings.session.keys.is_none() {
        let why = "session.keys is unset: the running application seals its sessions with a key that only it knows. Set \
                   the same session.keys for both";
        return Err(Failure::Usage(why.to_owned()));
    }
    let clock = Clock::system();
    let services = backend(settings, &clock).and_then(|backend| services(settings, backend, clock));
    services.map(|services| services.sessions).map_err(|error| Failure::Run(error.to_string()))
}

/// Starts the log, with the audit lines whatever the level is.
fn start_log(settings: &TelemetrySettings) -> Result<Telemetry, Failure> {
    let log = format!("{},{AUDIT}=info", settings.log);
    let settings = TelemetrySettings { log, otlp_endpoint: None, ..settings.clone() };
    telemetry::start(&settings).map_err(|error| Failure::Run(error.to_string()))
}

/// A user's stable key.
struct UserKey {
    issuer: String,
    subject: String,
}

impl User {
    fn key(self, settings: &Settings) -> Result<UserKey, Failure> {
        let issuer = self.issuer.or_else(|| settings.provider.fixed_issuer().filter(|_| settings.providers.is_empty())).ok_or_else(|| {
            let why = "--issuer is missing: with these settings the issuer depends on the user's tenant or provider, or only the \
                       provider knows it. It is the claim iss of the user's ID token, for example \
                       https://login.microsoftonline.com/{tenant ID}/v2.0";
            Failure::Usage(why.to_owned())
        })?;
        Ok(UserKey { issuer, subject: self.subject })
    }
}

impl UserKey {
    fn sessions(&self) -> SessionsOf<'_> {
        SessionsOf::Subject { issuer: &self.issuer, subject: &self.subject }
    }
}

async fn list(sessions: &Sessions, user: &UserKey, json: bool) -> Result<(), Failure> {
    let listed = sessions.list(user.sessions()).await.map_err(|error| Failure::Run(error.to_string()))?;
    if json {
        println!("{}", table::json(&listed));
    } else if listed.is_empty() {
        println!("No sessions of {} at {}.", user.subject, user.issuer);
    } else {
        print!("{}", table::text(&listed));
    }
    Ok(())
}

async fn end(sessions: &Sessions, user: &UserKey, id: Option<&str>) -> Result<(), Failure> {
    let ended = match id {
        Some(id) => sessions.end(user.sessions(), id).await.map(usize::from),
        None => sessions.close_of(user.sessions(), None).await,
    };
    info!(
        target: AUDIT,
        action = "sessions.end",
        operator = operator::operator(),
        issuer = user.issuer,
        subject = user.subject,
        session = id.unwrap_or("all"),
        ended = ended.as_ref().ok(),
        outcome = if ended.is_ok() { "done" } else { "failed" },
        "audit: an operator ended sessions",
    );
    let (UserKey { issuer, subject }, count) = (user, ended.map_err(|error| Failure::Run(error.to_string()))?);
    if id.is_some() && count == 0 {
        return Err(Failure::Run(format!("{subject} at {issuer} has no such session; it may have ended already")));
    }
    println!("Ended {count} session{} of {subject} at {issuer}.", if count == 1 { "" } else { "s" });
    Ok(())
}
