//! Replicas as in production: processes of the program, which can be killed.

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::Duration;

use identity_web::internals::clock::Stopwatch;

use super::load_balancer::Server;
use super::process::Process;
use super::{Browser, TestApp, eventually, free_port, say};

const PROGRAM: &str = env!("CARGO_BIN_EXE_identity-web");

/// A replica, which ends with its test.
pub struct Replica {
    program: PathBuf,
    port: u16,
    operations: u16,
    variables: Vec<(String, String)>,
    process: Option<Process>,
}

impl Replica {
    /// A replica with these settings (`section.key`, value), not started yet.
    pub fn new(settings: &[(&str, String)]) -> Self {
        Self::of(PROGRAM.into(), variables(settings))
    }

    /// A replica of `app` that runs the version before, not started yet. Returns `None`, and says so, without that
    /// version, which tests/run builds.
    pub fn before(app: &TestApp) -> Option<Self> {
        let Some(program) = std::env::var_os("IDENTITY_WEB_BEFORE") else {
            say("skipped: there is no version before, as IDENTITY_WEB_BEFORE is not set; tests/run sets it\n");
            return None;
        };
        Some(Self::of(program.into(), app.variables.clone().into_iter().collect()))
    }

    fn of(program: PathBuf, variables: Vec<(String, String)>) -> Self {
        Self { program, port: free_port(), operations: free_port(), variables, process: None }
    }

    /// Starts it, and returns how long it took until it was ready.
    pub async fn start(&mut self) -> Duration {
        let own = variables(&[
            ("server.listen", format!("127.0.0.1:{}", self.port)),
            ("server.operations_listen", format!("127.0.0.1:{}", self.operations)),
        ]);
        let started = Stopwatch::start();
        self.process = Some(run(&self.program, "serve", self.variables.iter().chain(&own)));
        let (operations, ready) = (self.operations, format!("http://127.0.0.1:{}/health/ready", self.operations));
        eventually("the replica", async || {
            std::net::TcpStream::connect(("127.0.0.1", operations)).ok()?;
            (Browser::new().get(&ready).await.status == 200).then_some(())
        })
        .await;
        started.elapsed()
    }

    /// Kills it (SIGKILL).
    pub fn kill(&mut self) {
        drop(self.process.take());
    }

    /// Asks it to end (SIGTERM), and waits until it has.
    pub async fn terminate(&mut self) {
        let process = self.process.take().unwrap();
        let code = actix_web::rt::task::spawn_blocking(move || process.terminate()).await.unwrap();
        assert_eq!(code, Some(0), "SIGTERM ends it in order");
    }

    /// Returns its resident memory in MiB.
    pub fn resident_mib(&self) -> u64 {
        let status = std::fs::read_to_string(format!("/proc/{}/status", self.process.as_ref().unwrap().id())).unwrap();
        let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:")).unwrap();
        line.split_whitespace().next().unwrap().parse::<u64>().unwrap() / 1024
    }

    /// Returns its URL, if it has TLS.
    pub fn url(&self) -> String {
        format!("https://127.0.0.1:{}", self.port)
    }

    /// Returns its ports, for the load balancer.
    pub fn server(&self) -> Server {
        Server { port: self.port, operations: self.operations }
    }
}

/// Starts the demo provider by itself.
pub fn demo_provider(settings: &[(&str, String)]) -> Process {
    run(Path::new(PROGRAM), "demo-provider", variables(settings).iter())
}

fn run<'a>(program: &Path, command: &str, variables: impl Iterator<Item = &'a (String, String)>) -> Process {
    let mut started = Command::new(program);
    started.arg(command).stdout(Stdio::null()).stderr(Stdio::null());
    if program != PROGRAM {
        // Its own pages and settings are next to it.
        started.current_dir(program.parent().unwrap());
    }
    Process::start(started.envs(variables.map(|(name, value)| (name, value))))
}

fn variables(settings: &[(&str, String)]) -> Vec<(String, String)> {
    let name = |key: &str| format!("IDENTITY_WEB__{}", key.replace('.', "__").to_uppercase());
    settings.iter().map(|(key, value)| (name(key), value.clone())).collect()
}
