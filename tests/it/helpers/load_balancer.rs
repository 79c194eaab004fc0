//! The load balancer of docker-compose.yml: a real HAProxy with that configuration file.

use std::net::SocketAddr;
use std::path::PathBuf;

use rcgen::{CertifiedKey, KeyPair};

use super::process::Process;
use super::{Folder, proxy};

/// The address from which it connects to the replicas.
pub const ADDRESS: &str = "127.0.0.2";

/// A replica behind it.
pub struct Server {
    /// The port of its public listener.
    pub port: u16,
    /// The port of its operations listener, for health checks.
    pub operations: u16,
}

/// A running load balancer, with a master process that can reload its file.
pub struct LoadBalancer {
    /// Where it listens.
    pub address: SocketAddr,
    /// Its certificate for browsers.
    pub certified: CertifiedKey<KeyPair>,
    file: PathBuf,
    master: Option<Process>,
    _folder: Folder,
}

impl LoadBalancer {
    /// Starts it at a port, in front of these replicas.
    pub async fn start(port: u16, servers: &[Server]) -> Self {
        let folder = Folder::new("load-balancer");
        let server = |(number, Server { port, operations }): (usize, &Server)| {
            format!("    server app{number} 127.0.0.1:{port} check port {operations} source {ADDRESS}\n")
        };
        let servers = servers.iter().enumerate().map(server).collect::<Vec<_>>().concat();
        let replaced = [
            ("bind :8443", format!("bind 127.0.0.1:{port}")),
            ("/certificates/", format!("{}/", folder.path().display())),
            ("    server-template app 10 app:5000\n", servers),
        ];
        let file = proxy::copy("haproxy/haproxy.cfg", &folder, &replaced);
        let certified = proxy::certificate(&folder);
        let address = ([127, 0, 0, 1], port).into();
        let mut balancer = Self { address, certified, file, master: None, _folder: folder };
        balancer.run().await;
        balancer
    }

    async fn run(&mut self) {
        let mut command = proxy::program("haproxy");
        self.master = Some(proxy::run(command.arg("-W").arg("-f").arg(&self.file), self.address.port()).await);
    }

    /// Reloads its file in new processes. The old ones finish the requests in progress.
    pub fn reload(&self) {
        self.master.as_ref().unwrap().signal("USR2");
    }

    /// Restarts it.
    pub async fn restart(&mut self) {
        self.master.take().unwrap().terminate();
        self.run().await;
    }
}

impl Drop for LoadBalancer {
    fn drop(&mut self) {
        // The master stops its workers.
        let _ = self.master.take().map(Process::terminate);
    }
}
