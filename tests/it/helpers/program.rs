//! The program, as an operator runs it: with the demo provider, on free ports.

use std::fs::File;
use std::process::Command;

use url::Url;

use super::process::Process;
use super::{Answer, Browser, Folder, eventually, free_port};

/// A running program.
pub struct Program {
    /// Its URL for browsers.
    pub url: String,
    /// The URL of its operations listener.
    pub operations: String,
    process: Process,
    folder: Folder,
}

impl Program {
    /// Starts it in the repository's folder with extra variables, and waits until it is ready.
    pub async fn start(extra: &[(&str, &str)]) -> Self {
        let (public, operations, demo) = (free_port(), free_port(), free_port());
        let folder = Folder::new("program");
        let mut command = Command::new(env!("CARGO_BIN_EXE_identity-web"));
        command
            .env("IDENTITY_WEB__SERVER__LISTEN", format!("127.0.0.1:{public}"))
            .env("IDENTITY_WEB__SERVER__PUBLIC_URL", format!("https://127.0.0.1:{public}"))
            .env("IDENTITY_WEB__SERVER__OPERATIONS_LISTEN", format!("127.0.0.1:{operations}"))
            .env("IDENTITY_WEB__DEMO_PROVIDER__LISTEN", format!("127.0.0.1:{demo}"))
            .envs(extra.iter().copied())
            .stderr(File::create(folder.path().join("log")).unwrap());
        let process = Process::start(&mut command);
        let url = format!("https://127.0.0.1:{public}");
        let program = Self { url, operations: format!("http://127.0.0.1:{operations}"), process, folder };
        eventually("the program", async || {
            std::net::TcpStream::connect(("127.0.0.1", operations)).ok()?;
            (program.ask("/health/ready").await.status == 200).then_some(())
        })
        .await;
        program
    }

    /// Sends a request to the operations listener.
    pub async fn ask(&self, path: &str) -> Answer {
        Browser::new().get(&format!("{}{path}", self.operations)).await
    }

    /// Signs in, and returns the callback's URL and its response.
    pub async fn sign_in(&self, browser: &Browser, person: &str, headers: &[(&str, &str)]) -> (String, Answer) {
        let begun = browser.get(&format!("{}/auth/sign_in", self.url)).await;
        let provider_says = browser.pick(&Url::parse(begun.location()).unwrap(), person).await;
        let callback = provider_says.location().to_owned();
        let answer = browser.send(reqwest::Method::GET, &callback, headers, None).await;
        (callback, answer)
    }

    /// Asks it to end (SIGTERM), without waiting.
    pub fn tell_to_end(&self) {
        self.process.signal("TERM");
    }

    /// Asks it to end (SIGTERM), and returns its exit code and its whole log.
    pub fn terminate(self) -> (Option<i32>, String) {
        let code = self.process.terminate();
        (code, std::fs::read_to_string(self.folder.path().join("log")).unwrap())
    }
}
