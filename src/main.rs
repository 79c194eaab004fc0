//! The command line: parse, dispatch.

use std::process::ExitCode;

use clap::{Parser, Subcommand};
use identity_web::internals::check;
use identity_web::internals::clock::Clock;
use identity_web::internals::register::{self, RegisterOptions, UnregisterOptions};
use identity_web::internals::session::key_ring::new_ring_key;
use identity_web::internals::sessions_command::{self, SessionsCommand};
use identity_web::internals::settings::{Profile, Settings};
use identity_web::internals::startup::{self, Application};
use identity_web::internals::telemetry;

/// It gives memory back after a burst of connections: see benches/RESULTS.md. `.cargo/config.toml` has its settings.
#[cfg(not(target_env = "msvc"))]
#[global_allocator]
static ALLOCATOR: tikv_jemallocator::Jemalloc = tikv_jemallocator::Jemalloc;

/// The exit code for invalid usage or settings.
const EXIT_USAGE: u8 = 2;

/// Sign-in for web applications: OpenID Connect for Actix Web, with sessions in Redis.
#[derive(Parser)]
#[command(version, after_help = "Without a command, it runs the application. config/default.toml lists all settings.")]
struct CommandLine {
    #[command(subcommand)]
    command: Option<Command>,
}

#[derive(Subcommand)]
enum Command {
    /// Run the application
    Serve,
    /// Test the settings: the provider, its keys and clock, the client credential, Redis, TLS, the redirect URI
    Check {
        /// Skip what needs the network
        #[arg(long)]
        offline: bool,
        /// Only check that the running application with these settings is alive; for containers
        #[arg(long, conflicts_with = "offline")]
        live: bool,
    },
    /// Run only the demo identity provider
    DemoProvider,
    /// Register this application in Microsoft Entra, or update its registration, and write the settings
    Register(Box<RegisterOptions>),
    /// Remove the application from Microsoft Entra, and the settings that `register` wrote
    Unregister(Box<UnregisterOptions>),
    /// List or end a user's sessions in Redis, for operators
    #[command(subcommand)]
    Sessions(SessionsCommand),
    /// Print a new key for session.keys
    NewKey,
}

#[actix_web::main]
async fn main() -> ExitCode {
    let command = CommandLine::parse().command.unwrap_or(Command::Serve);
    match &command {
        Command::NewKey => return new_key(),
        Command::Register(options) => return register::register(options).await,
        Command::Unregister(options) => return register::unregister(options).await,
        _ => {}
    }
    let settings = match Settings::load_for_program() {
        Ok(settings) => settings,
        Err(error) => return failed(EXIT_USAGE, &error),
    };
    match command {
        Command::Serve => serve(settings).await,
        Command::Check { live: true, .. } => check::live(&settings).await,
        Command::Check { offline, .. } => check::run(&settings, offline).await,
        Command::DemoProvider => demo_provider(&settings).await,
        Command::Sessions(command) => sessions_command::run(&settings, command).await,
        Command::Register(_) | Command::Unregister(_) | Command::NewKey => ExitCode::SUCCESS,
    }
}

fn new_key() -> ExitCode {
    match new_ring_key(&ring::rand::SystemRandom::new()) {
        Ok(key) => {
            println!("{key}");
            ExitCode::SUCCESS
        }
        Err(error) => failed(1, &error),
    }
}

async fn serve(settings: Settings) -> ExitCode {
    let _telemetry = match telemetry::start(&settings.telemetry) {
        Ok(telemetry) => telemetry,
        Err(error) => return failed(1, &error),
    };
    let public_url = settings.server.public_url.clone();
    let application = match Application::build(settings, Clock::system()) {
        Ok(application) => application,
        Err(error) => return failed(1, &error),
    };
    tracing::info!(
        listen = %application.address(),
        operations = %application.operations_address(),
        "ready: browse to {public_url}",
    );
    let served = application.run_until_stopped().await;
    match served {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => failed(1, &error),
    }
}

async fn demo_provider(settings: &Settings) -> ExitCode {
    if settings.profile == Profile::Production {
        return failed(EXIT_USAGE, &"the demo identity provider never starts in the production profile");
    }
    let _telemetry = match telemetry::start(&settings.telemetry) {
        Ok(telemetry) => telemetry,
        Err(error) => return failed(1, &error),
    };
    let demo = match startup::demo::build(settings, Clock::system()) {
        Ok(demo) => demo,
        Err(error) => return failed(1, &error),
    };
    tracing::info!(listen = %demo.address(), authority = %demo.authority(), "the demo identity provider is ready");
    match startup::demo::serve_until_told(demo).await {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => failed(1, &error),
    }
}

fn failed(code: u8, error: &dyn std::fmt::Display) -> ExitCode {
    eprintln!("identity-web: {error}");
    ExitCode::from(code)
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory as _;

    use super::*;

    #[test]
    fn the_command_line_is_consistent() {
        CommandLine::command().debug_assert();
    }
}
