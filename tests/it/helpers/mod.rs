//! What the tests share: the application on free ports, a browser with cookies, a real Redis, the log.

pub mod app;
pub mod browser;
pub mod chromium;
pub mod log;
pub mod process;
pub mod redis;

pub use app::TestApp;
pub use browser::{Answer, Browser};

use std::collections::BTreeSet;
use std::net::TcpListener;
use std::sync::Mutex;

/// A port that is free now, and that no other test was given.
pub fn free_port() -> u16 {
    static GIVEN: Mutex<BTreeSet<u16>> = Mutex::new(BTreeSet::new());
    loop {
        let port = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
        if GIVEN.lock().unwrap().insert(port) {
            return port;
        }
    }
}

/// Waits until `done` gives something, for ten seconds at most.
pub async fn eventually<T>(what: &str, mut done: impl AsyncFnMut() -> Option<T>) -> T {
    for _ in 0..200 {
        if let Some(found) = done().await {
            return found;
        }
        actix_web::rt::time::sleep(std::time::Duration::from_millis(50)).await;
    }
    panic!("{what}: not within ten seconds");
}
