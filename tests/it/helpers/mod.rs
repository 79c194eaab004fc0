//! What the tests share: the application on free ports, a browser with cookies, a real Redis, the log.

pub mod api;
pub mod app;
pub mod browser;
pub mod certificates;
pub mod chromium;
pub mod compose;
pub mod core;
pub mod host;
pub mod http2;
pub mod load_balancer;
pub mod log;
pub mod mute_proxy;
pub mod process;
pub mod program;
pub mod providers;
pub mod proxy;
pub mod raw;
pub mod redis;
pub mod redis_servers;
pub mod relay;
pub mod replica;
pub mod site;

pub use app::TestApp;
pub use browser::{Answer, Browser, SendResult};
pub use program::Program;

use std::net::TcpListener;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU32, Ordering};

/// Returns a free port that no other test has been given. It is below the range of outgoing connections, so none of
/// them takes it before a server listens there.
pub fn free_port() -> u16 {
    static NEXT: AtomicU32 = AtomicU32::new(0);
    let own = std::process::id() * 199;
    loop {
        let offset = (own + NEXT.fetch_add(1, Ordering::Relaxed)) % 20_000;
        let port = u16::try_from(12_000 + offset).unwrap();
        if TcpListener::bind(("127.0.0.1", port)).is_ok() {
            return port;
        }
    }
}

/// A test's own folder. It is removed when dropped.
pub struct Folder(PathBuf);

impl Folder {
    /// Creates a folder. `name` is for its purpose.
    pub fn new(name: &str) -> Self {
        let folder = std::env::temp_dir().join(format!("identity-web-{name}-{}-{}", std::process::id(), free_port()));
        std::fs::create_dir_all(&folder).unwrap();
        Self(folder)
    }

    /// Returns its path.
    pub fn path(&self) -> &Path {
        &self.0
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.0);
    }
}

/// Writes where tests that pass are heard too.
pub fn say(text: &str) {
    std::io::Write::write_all(&mut std::io::stderr(), text.as_bytes()).unwrap();
}

/// Waits until `done` returns something, for at most ten seconds.
pub async fn eventually<T>(what: &str, mut done: impl AsyncFnMut() -> Option<T>) -> T {
    for _ in 0..200 {
        if let Some(found) = done().await {
            return found;
        }
        actix_web::rt::time::sleep(std::time::Duration::from_millis(50)).await;
    }
    panic!("{what}: not within ten seconds");
}
