//! What the tests share: the application on free ports, a browser with cookies, a real Redis, the log.

pub mod app;
pub mod browser;
pub mod log;
pub mod redis;

pub use app::TestApp;
pub use browser::{Answer, Browser};

use std::net::TcpListener;

/// A port that is free now.
pub fn free_port() -> u16 {
    TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port()
}
