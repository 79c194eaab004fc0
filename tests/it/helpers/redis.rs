//! A real redis-server on a free port, which ends with its test.

use std::io::Write as _;
use std::process::{Child, Command, Stdio};
use std::sync::OnceLock;
use std::time::Duration;

use super::{Folder, free_port};

/// A running redis-server.
pub struct Redis {
    /// Its port.
    pub port: u16,
    process: Option<Child>,
    folder: Folder,
    password: Option<&'static str>,
}

impl Redis {
    /// Starts one for the caller alone.
    pub fn start() -> Self {
        Self::start_with(None)
    }

    /// Starts one that needs a password, and writes its data to disk at once.
    pub fn start_with_password(password: &'static str) -> Self {
        Self::start_with(Some(password))
    }

    fn start_with(password: Option<&'static str>) -> Self {
        let mut redis = Self { port: free_port(), process: None, folder: Folder::new("redis"), password };
        redis.run();
        redis
    }

    /// Returns the one that most tests share, each with a key prefix of its own.
    pub fn shared() -> &'static Self {
        static SHARED: OnceLock<Redis> = OnceLock::new();
        SHARED.get_or_init(Self::start)
    }

    /// Starts it. After [`Redis::stop`] it has its data again.
    pub fn run(&mut self) {
        let port = self.port.to_string();
        // The shell outlives the tests just long enough to stop Redis when its standard input closes.
        let script = "redis-server --port $0 --bind 127.0.0.1 --save 900 1 --dir $1 \
            --requirepass \"$2\" --appendonly $3 --loglevel warning >/dev/null 2>&1 & \
            read -r how; if [ \"$how\" = save ]; then kill $!; else kill -9 $!; rm -rf $1; fi; wait";
        let (password, appendonly) = self.password.map_or(("", "no"), |password| (password, "yes"));
        let process = Command::new("sh")
            .args(["-c", script, &port, self.folder.path().to_str().unwrap(), password, appendonly])
            .stdin(Stdio::piped())
            .spawn()
            .unwrap();
        self.process = Some(process);
        for _ in 0..100 {
            if std::net::TcpStream::connect(("127.0.0.1", self.port)).is_ok() {
                return;
            }
            std::thread::sleep(Duration::from_millis(50));
        }
        panic!("redis-server does not start: is it installed? tests/run installs it");
    }

    /// Stops it (SIGTERM). It saves its data.
    pub fn stop(&mut self) {
        let mut process = self.process.take().unwrap();
        process.stdin.take().unwrap().write_all(b"save\n").unwrap();
        process.wait().unwrap();
    }

    /// Returns its URL.
    pub fn url(&self) -> String {
        let password = self.password.map(|password| format!(":{password}@")).unwrap_or_default();
        format!("redis://{password}127.0.0.1:{}/", self.port)
    }

    fn connection(&self) -> redis::Connection {
        redis::Client::open(self.url()).unwrap().get_connection().unwrap()
    }

    /// Returns every key with a prefix.
    pub fn keys(&self, prefix: &str) -> Vec<String> {
        let mut keys: Vec<String> = redis::cmd("KEYS").arg(format!("{prefix}*")).query(&mut self.connection()).unwrap();
        // Redis' own order changes while its table grows.
        keys.sort();
        keys
    }

    /// Every key and value under a prefix, as bytes; of a set its entries in a row.
    pub fn dump(&self, prefix: &str) -> Vec<(String, Vec<u8>)> {
        let mut connection = self.connection();
        let value = |key: String| {
            let kind: String = redis::cmd("TYPE").arg(&key).query(&mut connection).unwrap();
            let value = if kind == "zset" {
                let entries: Vec<Vec<u8>> =
                    redis::cmd("ZRANGE").arg(&key).arg(0).arg(-1).query(&mut connection).unwrap();
                entries.concat()
            } else {
                redis::cmd("GET").arg(&key).query(&mut connection).unwrap()
            };
            (key, value)
        };
        self.keys(prefix).into_iter().map(value).collect()
    }

    /// Sets a value, keeping its time to live.
    pub fn set(&self, key: &str, value: &[u8]) {
        redis::cmd("SET").arg(key).arg(value).arg("KEEPTTL").exec(&mut self.connection()).unwrap();
    }

    /// Returns how many commands it has run for sessions.
    pub fn commands(&self) -> u64 {
        let statistics: String = redis::cmd("INFO").arg("commandstats").query(&mut self.connection()).unwrap();
        let calls = |line: &str| -> Option<u64> {
            let (name, counts) = line.strip_prefix("cmdstat_")?.split_once(":calls=")?;
            let ours = ["get", "set", "del", "eval", "evalsha", "expire"].contains(&name);
            ours.then(|| counts.split(',').next()?.parse().ok()).flatten()
        };
        statistics.lines().filter_map(calls).sum()
    }
}

impl Drop for Redis {
    fn drop(&mut self) {
        if let Some(mut process) = self.process.take() {
            drop(process.stdin.take());
            let _ = process.wait();
        }
    }
}
