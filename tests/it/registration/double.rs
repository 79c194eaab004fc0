//! The double of Microsoft Graph, and the program run against it in a folder of its own.

use std::ffi::OsString;
use std::io::{Read as _, Write as _};
use std::net::TcpStream;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use serde_json::Value;

use crate::helpers::Folder;
use crate::helpers::process::Process;

/// The token that the double takes.
pub const TOKEN: &str = "canary-graph-token";
/// Who it is of.
pub const ADA: &str = "aaaaaaaa-0000-4000-8000-00000000ada0";
/// Where that person is.
pub const TENANT: &str = "11111111-2222-4333-8444-555555555555";

/// The double, and a folder in which the program runs.
pub struct Double {
    pub origin: String,
    pub folder: Folder,
    _server: Process,
}

/// How the program ended, and what it said.
pub struct Outcome {
    pub code: i32,
    pub said: String,
}

/// What the double holds.
pub struct State(pub Value);

impl State {
    pub fn applications(&self) -> Vec<Value> {
        self.0["applications"].as_array().unwrap().clone()
    }

    pub fn requests(&self) -> &Vec<Value> {
        self.0["requests"].as_array().unwrap()
    }

    /// The requests from one on that were to change something.
    pub fn writes(&self, from: usize) -> Vec<String> {
        let writes = self.requests()[from..].iter().filter(|request| request["method"] != "GET");
        writes.map(ToString::to_string).collect()
    }

    /// The text of the one secret there is.
    pub fn secret(&self) -> String {
        let credentials = self.applications()[0]["passwordCredentials"].as_array().unwrap().clone();
        assert_eq!(credentials.len(), 1, "{credentials:?}");
        self.0["secrets"][credentials[0]["keyId"].as_str().unwrap()].as_str().unwrap().to_owned()
    }
}

impl Double {
    pub fn start(faults: &Value) -> Self {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/graph");
        let mut command = Command::new("node");
        command.arg("server.mjs").arg(faults.to_string()).current_dir(folder).stderr(Stdio::null());
        let (server, origin) =
            Process::start_until(&mut command, |line| line.strip_prefix("ready ").map(str::to_owned));
        Self { origin, folder: Folder::new("registration"), _server: server }
    }

    fn exchange(&self, request: &str, body: &str) -> String {
        let mut connection = TcpStream::connect(self.origin.trim_start_matches("http://")).unwrap();
        let head = format!("{request} HTTP/1.0\r\nhost: double\r\ncontent-length: {}\r\n\r\n{body}", body.len());
        connection.write_all(head.as_bytes()).unwrap();
        let mut answer = String::new();
        connection.read_to_string(&mut answer).unwrap();
        answer.split_once("\r\n\r\n").unwrap().1.to_owned()
    }

    pub fn state(&self) -> State {
        State(serde_json::from_str(&self.exchange("GET /-/state", "")).unwrap())
    }

    pub fn faults(&self, faults: &Value) {
        self.exchange("POST /-/faults", &faults.to_string());
    }

    /// The arguments of a run at the double.
    pub fn arguments(&self, command: &str, further: &[&str]) -> Vec<String> {
        let own = [command, "--login-url", &self.origin, "--graph-url", &self.origin];
        let mut all: Vec<_> = own.iter().map(|argument| (*argument).to_owned()).collect();
        // What is given twice is an error of clap's.
        for name in further.iter().filter(|name| name.starts_with("--")) {
            if let Some(at) = all.iter().position(|argument| argument == name) {
                all.drain(at..=at + 1);
            }
        }
        all.extend(further.iter().map(|argument| (*argument).to_owned()));
        all
    }

    /// Runs `register` or `unregister` with a token from the environment.
    pub fn run(&self, command: &str, further: &[&str]) -> Outcome {
        self.command_with(&[("IDENTITY_WEB_GRAPH_TOKEN", TOKEN.into())], &self.arguments(command, further))
    }

    /// Runs the program.
    pub fn command(&self, arguments: &[&str]) -> Outcome {
        let arguments: Vec<_> = arguments.iter().map(|argument| (*argument).to_owned()).collect();
        self.command_with(&[], &arguments)
    }

    /// Runs the program with an environment of its own: no `az` is on its path. The token is never said.
    pub fn command_with(&self, variables: &[(&str, OsString)], arguments: &[String]) -> Outcome {
        let mut command = Command::new(env!("CARGO_BIN_EXE_identity-web"));
        command.env_clear().env("PATH", "/nowhere").envs(variables.iter().map(|(name, value)| (name, value)));
        let output = command.args(arguments).current_dir(self.folder.path()).output().unwrap();
        let said = String::from_utf8(output.stdout).unwrap() + &String::from_utf8(output.stderr).unwrap();
        assert!(!said.contains(TOKEN), "it says the token: {said}");
        for secret in self.state().0["secrets"].as_object().unwrap().values() {
            assert!(!said.contains(secret.as_str().unwrap()), "it says the secret: {said}");
        }
        Outcome { code: output.status.code().unwrap(), said }
    }

    fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join("config").join(name)
    }

    pub fn settings(&self) -> String {
        std::fs::read_to_string(self.path("local.toml")).unwrap()
    }

    pub fn write_settings(&self, text: &str) {
        std::fs::create_dir_all(self.folder.path().join("config")).unwrap();
        std::fs::write(self.path("local.toml"), text).unwrap();
    }

    /// The secret in its file, which only its owner can read.
    pub fn secret(&self) -> String {
        let path = self.path("local.secret");
        #[cfg(unix)]
        {
            use std::os::unix::fs::PermissionsExt as _;
            assert_eq!(std::fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o600);
        }
        std::fs::read_to_string(path).unwrap().trim_end().to_owned()
    }

    /// What lies in the folder of the settings.
    pub fn files(&self) -> Vec<String> {
        let entries = std::fs::read_dir(self.folder.path().join("config")).into_iter().flatten();
        let mut names: Vec<_> = entries.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
        names.sort();
        names
    }
}
