//! The application as Docker Compose runs it. tests/compose starts it, and names it by environment variables.

use std::process::{Command, Output};

use reqwest::Method;

use super::{Browser, SendResult};

/// A running project of Docker Compose.
pub struct Compose {
    /// Its URL for browsers, at the load balancer.
    pub url: String,
    command: Vec<String>,
}

/// A running container.
#[derive(Debug)]
pub struct Container {
    /// Its id.
    pub id: String,
    /// Its process id on the host.
    pub pid: u32,
    /// Its address on the network that it shares with the load balancer.
    pub address: String,
}

impl Compose {
    /// Returns the project that tests/compose has started.
    pub fn started() -> Self {
        let variable =
            |name: &str| std::env::var(name).unwrap_or_else(|_| panic!("{name} is unset: run tests/compose"));
        let command = variable("IDENTITY_WEB_COMPOSE").split(' ').map(str::to_owned).collect();
        Self { url: variable("IDENTITY_WEB_COMPOSE_URL"), command }
    }

    /// Runs a command of Compose, and returns its output.
    pub async fn run(&self, arguments: &[&str]) -> String {
        let mut command = Command::new(&self.command[0]);
        command.args(&self.command[1..]).args(arguments);
        output(command).await
    }

    /// Returns the running containers of a service.
    pub async fn containers(&self, service: &str) -> Vec<Container> {
        let ids = self.run(&["ps", "-q", service]).await;
        let format = "{{.Id}} {{.State.Pid}}{{range $name, $it := .NetworkSettings.Networks}} \
                      {{$name}}={{$it.IPAddress}}{{end}}";
        let arguments: Vec<_> = ["inspect", "--format", format].into_iter().chain(ids.split_whitespace()).collect();
        let inspected = docker(&arguments).await;
        let containers = inspected.lines().map(|line| {
            let mut words = line.split(' ');
            let (id, pid) = (words.next().unwrap().to_owned(), words.next().unwrap().parse().unwrap());
            let address = words.find_map(|network| network.split_once("_edge=")).unwrap_or_default().1.to_owned();
            Container { id, pid, address }
        });
        containers.collect()
    }

    /// Signs in at the demo provider, through the load balancer. Returns the last response: the callback's redirect
    /// unless something failed.
    ///
    /// # Errors
    /// The load balancer did not respond.
    pub async fn sign_in(&self, browser: &Browser, person: &str) -> SendResult {
        let began = browser.try_send(Method::GET, &format!("{}/auth/sign_in", self.url), &[], None).await?;
        if began.status != 303 {
            return Ok(began);
        }
        let picked = browser.pick(&began.location().parse().unwrap(), person).await;
        browser.try_send(Method::GET, picked.location(), &[], None).await
    }
}

impl Container {
    /// Counts the requests of a route in its log, by status.
    pub fn answered(&self, route: &str, status: u16) -> usize {
        let output = Command::new("docker").args(["logs", &self.id]).output().unwrap();
        let log = String::from_utf8_lossy(&output.stderr).into_owned();
        let lines = log.lines().filter_map(|line| serde_json::from_str::<serde_json::Value>(line).ok());
        lines.filter(|line| line["route"] == route && line["status"] == status).count()
    }

    /// Returns its resident memory in MiB.
    pub fn resident_mib(&self) -> f64 {
        let status = std::fs::read_to_string(format!("/proc/{}/status", self.pid)).unwrap();
        let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:")).unwrap();
        line.trim().trim_end_matches(" kB").parse::<f64>().unwrap() / 1024.0
    }

    /// Kills its process (SIGKILL), which to Docker is a crash.
    pub async fn crash(&self) {
        let mut command = Command::new("sh");
        command.args(["-c", "kill -9 $0 2>/dev/null || sudo -n kill -9 $0", &self.pid.to_string()]);
        output(command).await;
    }

    /// Returns whether it is ready.
    pub async fn is_ready(&self) -> bool {
        let url = format!("http://{}:5100/health/ready", self.address);
        let answer = Browser::new().try_send(Method::GET, &url, &[], None).await;
        answer.is_ok_and(|answer| answer.status == 200)
    }
}

/// Runs a command of Docker, and returns its output.
pub async fn docker(arguments: &[&str]) -> String {
    let mut command = Command::new("docker");
    command.args(arguments);
    output(command).await
}

/// Returns the output of a command, which must succeed. The test's other tasks go on meanwhile.
async fn output(mut command: Command) -> String {
    let said = move || {
        let Output { status, stdout, stderr } = command.output().unwrap();
        assert!(status.success(), "{command:?}: {}", String::from_utf8_lossy(&stderr));
        String::from_utf8(stdout).unwrap()
    };
    actix_web::web::block(said).await.unwrap()
}
