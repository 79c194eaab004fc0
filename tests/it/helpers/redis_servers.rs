//! Redis servers in the topologies of production: Sentinel, Cluster, TLS. Each is a process that ends with its test.

use std::path::PathBuf;
use std::process::{Command, Stdio};
use std::time::Duration;

use actix_web::rt::time::sleep;
use rcgen::{BasicConstraints, CertificateParams, DnType, IsCa, Issuer, KeyPair};

use super::process::Process;
use super::{Folder, eventually, free_port};

/// The password of every server.
pub const PASSWORD: &str = "canary-password-4711";

/// A server.
pub struct Server {
    /// Its port.
    pub port: u16,
    arguments: Vec<String>,
    process: Option<Process>,
    folder: Folder,
}

impl Server {
    /// Starts one with these arguments of redis-server.
    pub fn start(arguments: &[&str]) -> Self {
        let port = free_port();
        let mut own: Vec<_> = ["--port", &port.to_string()].map(str::to_owned).into();
        own.extend(arguments.iter().map(|&argument| argument.to_owned()));
        let mut server = Self { port, arguments: own, process: None, folder: Folder::new("redis-server") };
        server.run();
        server
    }

    /// Starts a Sentinel that watches `mymaster` at this port.
    fn sentinel(master: u16) -> Self {
        let port = free_port();
        let folder = Folder::new("redis-sentinel");
        let file = folder.path().join("sentinel.conf");
        let configuration = format!(
            "port {port}\nbind 127.0.0.1\ndir {}\nsentinel monitor mymaster 127.0.0.1 {master} 2\n\
             sentinel auth-pass mymaster {PASSWORD}\nsentinel down-after-milliseconds mymaster 1000\n\
             sentinel failover-timeout mymaster 4000\nrequirepass sentinel-secret\n",
            folder.path().display()
        );
        std::fs::write(&file, configuration).unwrap();
        let arguments = vec![file.to_str().unwrap().to_owned(), "--sentinel".to_owned()];
        let mut server = Self { port, arguments, process: None, folder };
        server.run();
        server
    }

    /// Starts it, again after [`Server::kill`].
    pub fn run(&mut self) {
        // The shell outlives the tests just long enough to kill the server when its standard input closes.
        let script = "redis-server \"$@\" >/dev/null 2>&1 & read -r _; kill -9 $!; wait";
        let mut command = Command::new("sh");
        command.args(["-c", script, "sh"]).args(&self.arguments).current_dir(self.folder.path());
        self.process = Some(Process::start(command.stdout(Stdio::null())));
    }

    /// Kills it (SIGKILL).
    pub fn kill(&mut self) {
        if let Some(process) = self.process.take() {
            process.close();
        }
    }

    /// Runs a command on it, and returns the answer; `None` if there is none.
    pub fn ask(&self, command: &[&str]) -> Option<String> {
        cli(self.port, PASSWORD, command)
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.kill();
    }
}

/// Runs redis-cli.
pub fn cli(port: u16, password: &str, arguments: &[&str]) -> Option<String> {
    let mut command = Command::new("redis-cli");
    command.args(["-h", "127.0.0.1", "-p", &port.to_string(), "--no-auth-warning", "-a", password]).args(arguments);
    let output = command.stderr(Stdio::null()).output().unwrap();
    let answer = String::from_utf8_lossy(&output.stdout).trim().to_owned();
    (output.status.success() && !answer.is_empty() && !answer.starts_with("ERR")).then_some(answer)
}

const COMMON: [&str; 10] =
    ["--bind", "127.0.0.1", "--save", "", "--appendonly", "no", "--requirepass", PASSWORD, "--masterauth", PASSWORD];

/// A master and two replicas that three Sentinels watch.
pub struct Sentinels {
    servers: Vec<Server>,
    sentinels: Vec<Server>,
}

impl Sentinels {
    pub async fn start() -> Self {
        let replication = ["--repl-diskless-sync-delay", "0", "--repl-ping-replica-period", "1"];
        let master = Server::start(&[&COMMON[..], &replication].concat());
        let port = master.port.to_string();
        let replica = [&COMMON[..], &replication, &["--replicaof", "127.0.0.1", &port]].concat();
        let servers = vec![Server::start(&replica), Server::start(&replica), master];
        let sentinels: Vec<_> = (0..3).map(|_| Server::sentinel(servers[2].port)).collect();
        let started = Self { servers, sentinels };
        eventually("the Sentinels know each other and the replicas", async || {
            started.sentinels.iter().all(Self::is_ready).then_some(())
        })
        .await;
        started
    }

    fn is_ready(sentinel: &Server) -> bool {
        let answer = cli(sentinel.port, "sentinel-secret", &["SENTINEL", "MASTER", "mymaster"]).unwrap_or_default();
        let lines: Vec<_> = answer.lines().collect();
        let value = |name| lines.iter().position(|line| *line == name).map(|at| lines[at + 1]);
        value("num-slaves") == Some("2") && value("num-other-sentinels") == Some("2")
    }

    /// Returns the URL for the application.
    pub fn url(&self) -> String {
        let hosts: Vec<_> = self.sentinels.iter().map(|sentinel| format!("127.0.0.1:{}", sentinel.port)).collect();
        format!("redis+sentinel://:{PASSWORD}@{}/mymaster?sentinel_password=sentinel-secret", hosts.join(","))
    }

    /// Returns the only master, if it takes writes and the Sentinels know it.
    pub fn master(&self) -> Option<&Server> {
        let is_master = |server: &&Server| server.ask(&["ROLE"]).is_some_and(|role| role.starts_with("master"));
        let masters: Vec<_> = self.servers.iter().filter(is_master).collect();
        let [master] = masters.as_slice() else { return None };
        let is_known = |sentinel: &Server| Self::port_of_master(sentinel) == Some(master.port);
        let takes_writes = master.ask(&["SET", "probe", "1"]).as_deref() == Some("OK");
        (takes_writes && self.sentinels.iter().all(is_known)).then_some(master)
    }

    /// Returns the port that a Sentinel gives for the master.
    fn port_of_master(sentinel: &Server) -> Option<u16> {
        let address = cli(sentinel.port, "sentinel-secret", &["SENTINEL", "GET-MASTER-ADDR-BY-NAME", "mymaster"])?;
        address.lines().last()?.parse().ok()
    }

    /// Returns whether the master has this key. On a busy machine the Sentinels may have replaced it once more, and the one
    /// before doesn't know yet.
    pub fn has(&self, key: &str) -> bool {
        let port = Self::port_of_master(&self.sentinels[0]).unwrap();
        let master = self.servers.iter().find(|server| server.port == port).unwrap();
        master.ask(&["EXISTS", key]).as_deref() == Some("1")
    }

    /// Asks for a failover, and waits until another master takes writes.
    pub async fn fail_over(&self) {
        let before = self.master().unwrap().port;
        cli(self.sentinels[0].port, "sentinel-secret", &["SENTINEL", "FAILOVER", "mymaster"]).unwrap();
        self.until_other_master(before).await;
    }

    /// Kills the master, and waits until another one takes writes.
    pub async fn kill_master(&mut self) {
        let before = self.master().unwrap().port;
        self.servers.iter_mut().find(|server| server.port == before).unwrap().kill();
        self.until_other_master(before).await;
    }

    async fn until_other_master(&self, before: u16) {
        for _ in 0..300 {
            if self.master().is_some_and(|master| master.port != before) {
                return;
            }
            sleep(Duration::from_millis(50)).await;
        }
        panic!("no failover in 15 seconds");
    }
}

/// Three masters with a replica each.
pub struct Cluster {
    servers: Vec<Server>,
}

impl Cluster {
    pub async fn start() -> Self {
        let start = || {
            let bus = free_port().to_string();
            let cluster = ["--cluster-enabled", "yes", "--cluster-node-timeout", "1000", "--cluster-port", &bus];
            let replication = ["--repl-diskless-sync-delay", "0", "--repl-ping-replica-period", "1"];
            Server::start(&[&COMMON[..], &cluster, &replication].concat())
        };
        let servers: Vec<_> = (0..6).map(|_| start()).collect();
        eventually("the servers", async || servers.iter().all(|server| server.ask(&["PING"]).is_some()).then_some(()))
            .await;
        let addresses: Vec<_> = servers.iter().map(|server| format!("127.0.0.1:{}", server.port)).collect();
        let mut create = vec!["--cluster", "create"];
        create.extend(addresses.iter().map(String::as_str));
        create.extend(["--cluster-replicas", "1", "--cluster-yes"]);
        let port = servers[0].port;
        let created = create.into_iter().map(str::to_owned).collect::<Vec<_>>();
        actix_web::rt::task::spawn_blocking(move || {
            cli(port, PASSWORD, &created.iter().map(String::as_str).collect::<Vec<_>>()).unwrap()
        })
        .await
        .unwrap();
        let cluster = Self { servers };
        eventually("the Cluster", async || cluster.is_whole().then_some(())).await;
        cluster
    }

    /// Returns the URL for the application.
    pub fn url(&self) -> String {
        let hosts: Vec<_> = self.servers.iter().map(|server| format!("127.0.0.1:{}", server.port)).collect();
        format!("redis+cluster://:{PASSWORD}@{}", hosts[..3].join(","))
    }

    /// Whether every server that is up says that all slots are served.
    fn is_whole(&self) -> bool {
        let live = self.servers.iter().filter(|server| server.process.is_some());
        let mut states = live.map(|server| server.ask(&["CLUSTER", "INFO"]).unwrap_or_default());
        states.all(|state| state.contains("cluster_state:ok") && state.contains("cluster_slots_ok:16384"))
    }

    /// Moves slots from one master to another, with the keys in them.
    pub async fn move_slots(&self) {
        let id = |server: &Server| server.ask(&["CLUSTER", "MYID"]).unwrap();
        let (from, to, port) = (id(&self.servers[0]), id(&self.servers[1]), self.servers[0].port);
        actix_web::rt::task::spawn_blocking(move || {
            let address = format!("127.0.0.1:{port}");
            let reshard = ["--cluster", "reshard", &address, "--cluster-from", &from, "--cluster-to", &to];
            cli(port, PASSWORD, &[&reshard[..], &["--cluster-slots", "1500", "--cluster-yes"]].concat()).unwrap();
        })
        .await
        .unwrap();
        eventually("the Cluster", async || self.is_whole().then_some(())).await;
    }

    /// Kills a master, and waits until its replica has taken over.
    pub async fn kill_master(&mut self) {
        self.servers[2].kill();
        let is_master = |server: &&Server| server.ask(&["ROLE"]).is_some_and(|role| role.starts_with("master"));
        let masters = || self.servers.iter().filter(|server| server.process.is_some()).filter(is_master).count();
        eventually("the Cluster", async || (masters() == 3 && self.is_whole()).then_some(())).await;
    }

    /// Returns whether any master has this key.
    pub fn has(&self, key: &str) -> bool {
        let live = self.servers.iter().filter(|server| server.process.is_some());
        live.into_iter().any(|server| cli(server.port, PASSWORD, &["-c", "EXISTS", key]).as_deref() == Some("1"))
    }
}

/// A server with TLS, a private CA, and certificates that its clients must have, too.
pub struct Secured {
    server: Server,
    certificates: Folder,
}

impl Secured {
    pub async fn start() -> Self {
        let certificates = Folder::new("redis-tls");
        write_certificates(&certificates);
        let path = |name: &str| certificates.path().join(name).to_str().unwrap().to_owned();
        let port = free_port().to_string();
        let mut server = Server::start(&[
            "--bind",
            "127.0.0.1",
            "--save",
            "900",
            "1",
            "--requirepass",
            PASSWORD,
            "--tls-port",
            &port,
            "--port",
            "0",
            "--tls-ca-cert-file",
            &path("ca.pem"),
            "--tls-cert-file",
            &path("server.pem"),
            "--tls-key-file",
            &path("server.key"),
            "--tls-auth-clients",
            "yes",
            "--appendonly",
            "yes",
        ]);
        server.port = port.parse().unwrap();
        let secured = Self { server, certificates };
        secured.until_up().await;
        secured
    }

    pub fn path(&self, name: &str) -> PathBuf {
        self.certificates.path().join(name)
    }

    pub fn url(&self) -> String {
        format!("rediss://:{PASSWORD}@127.0.0.1:{}/", self.server.port)
    }

    /// Kills it, and starts it again after a second. It has what it had.
    pub async fn restart(&mut self) {
        self.server.kill();
        sleep(Duration::from_secs(1)).await;
        self.server.run();
        self.until_up().await;
    }

    async fn until_up(&self) {
        eventually("Redis", async || self.ask(&["PING"]).map(drop)).await;
    }

    pub fn ask(&self, command: &[&str]) -> Option<String> {
        let path = |name: &str| self.path(name).to_str().unwrap().to_owned();
        let (ca, certificate, key) = (path("ca.pem"), path("client.pem"), path("client.key"));
        let tls = ["--tls", "--cacert", &ca, "--cert", &certificate, "--key", &key];
        cli(self.server.port, PASSWORD, &[&tls[..], command].concat())
    }
}

fn write_certificates(folder: &Folder) {
    let write = |name: &str, text: String| std::fs::write(folder.path().join(name), text).unwrap();
    let key = KeyPair::generate().unwrap();
    let mut params = CertificateParams::new(Vec::new()).unwrap();
    params.distinguished_name.push(DnType::CommonName, "A private CA");
    params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    write("ca.pem", params.self_signed(&key).unwrap().pem());
    let ca = Issuer::new(params, key);
    for name in ["server", "client"] {
        let key = KeyPair::generate().unwrap();
        let params = CertificateParams::new(vec!["127.0.0.1".to_owned()]).unwrap();
        write(&format!("{name}.pem"), params.signed_by(&key, &ca).unwrap().pem());
        write(&format!("{name}.key"), key.serialize_pem());
    }
}
