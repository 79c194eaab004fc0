//! Programs that tests run, each killed when its test ends.

use std::io::{BufRead as _, BufReader, Read as _};
use std::process::{Child, Command, Stdio};

/// A running program; it is killed when dropped.
pub struct Process(Child);

impl Process {
    /// Starts a program.
    pub fn start(command: &mut Command) -> Self {
        let program = command.get_program().to_string_lossy().into_owned();
        let process = command.stdin(Stdio::piped()).spawn();
        Self(process.unwrap_or_else(|error| panic!("{program}: {error}; tests/run installs it")))
    }

    /// Starts a program, and reads its output until `wanted` returns something for a line.
    pub fn start_until<T>(command: &mut Command, wanted: impl Fn(&str) -> Option<T>) -> (Self, T) {
        let mut process = Self::start(command.stdout(Stdio::piped()));
        let mut output = BufReader::new(process.0.stdout.take().unwrap());
        let mut line = String::new();
        while output.read_line(&mut line).unwrap() > 0 {
            if let Some(found) = wanted(line.trim()) {
                // If nothing reads on, the program may block.
                std::thread::spawn(move || output.read_to_end(&mut Vec::new()));
                return (process, found);
            }
            line.clear();
        }
        panic!("it ended without saying what was waited for");
    }

    /// Returns its process id.
    pub fn id(&self) -> u32 {
        self.0.id()
    }

    /// Sends it a signal, by name.
    pub fn signal(&self, name: &str) {
        Command::new("kill").args(["-s", name, &self.id().to_string()]).status().unwrap();
    }

    /// Sends a signal, by name, to it and what it started, if it leads a process group.
    pub fn signal_group(&self, name: &str) {
        Command::new("kill")
            .args(["-s", name, "--", &format!("-{}", self.id())])
            .stderr(Stdio::null())
            .status()
            .unwrap();
    }

    /// Closes its standard input, and waits until it has ended.
    pub fn close(mut self) {
        drop(self.0.stdin.take());
        self.0.wait().unwrap();
    }

    /// Asks it to end (SIGTERM), and returns its exit code.
    pub fn terminate(mut self) -> Option<i32> {
        self.signal("TERM");
        self.0.wait().unwrap().code()
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}
