//! Sessions in numbers, against a real redis-server: `cargo bench --bench sessions [-- SESSIONS]`. SESSIONS is 1,000,000 if
//! omitted. It takes about fifteen minutes then, most of them to let the sessions expire.
//!
//! Prints how often a session that is ended while it is read is served from memory afterwards; the cost of a read by number
//! of sessions, and what they take; what anonymous sign-ins leave in Redis; and how a replica takes logout tokens.

#![expect(clippy::unwrap_used, reason = "a benchmark fails as a test does")]
#![expect(clippy::cast_precision_loss, reason = "numbers to print")]

#[path = "../tests/it/helpers/core.rs"]
#[expect(dead_code, unreachable_pub, reason = "the tests use the rest")]
mod core;

use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::sync::Arc;
use std::time::Duration;

use actix_web::rt::net::TcpStream;
use actix_web::rt::time::{interval, sleep};
use actix_web::web::Data;
use futures_util::future::join_all;
use identity_web::internals::clock::{Clock, Stopwatch};
use identity_web::internals::demo::signer::Signer;
use identity_web::internals::demo::{
    DEMO_CLIENT_ID, DEMO_CREDENTIAL, DEMO_TENANT, DemoProvider, DemoSettings, DemoState,
};
use identity_web::internals::session::Sessions;
use identity_web::internals::session::device::Device;
use identity_web::internals::session::key_ring::KeyRing;
use identity_web::internals::startup::Application;
use identity_web::internals::tls;
use identity_web::{IdentityWeb, Settings};
use serde_json::json;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};

use self::core::{new_ring, race, record, redis_backend, sessions_over};

const PORT: u16 = 16_379;
const RACES: usize = 100_000;
const READS: usize = 50_000;
/// Of how many sessions, at most, each is read in turn.
const SAMPLE: usize = 20_000;
const ANONYMOUS: usize = 100_000;
const TOKENS_PER_SECOND: usize = 1_000;
const SECONDS: usize = 60;
const CONNECTIONS: usize = 8;

/// A redis-server that ends with the benchmark.
struct Redis(Child);

impl Redis {
    fn start() -> Self {
        let port = PORT.to_string();
        let mut command = Command::new("redis-server");
        command.args(["--port", &port, "--bind", "127.0.0.1", "--save", "", "--appendonly", "no"]);
        let redis = Self(command.stdout(Stdio::null()).spawn().unwrap());
        while Self::connection().is_err() {
            std::thread::sleep(Duration::from_millis(50));
        }
        redis
    }

    fn url() -> String {
        format!("redis://127.0.0.1:{PORT}/")
    }

    fn connection() -> redis::RedisResult<redis::Connection> {
        redis::Client::open(Self::url())?.get_connection()
    }

    fn keys() -> usize {
        redis::cmd("DBSIZE").query(&mut Self::connection().unwrap()).unwrap()
    }

    fn information(section: &str, name: &str) -> f64 {
        let text: String = redis::cmd("INFO").arg(section).query(&mut Self::connection().unwrap()).unwrap();
        let line = text.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix(':'));
        line.unwrap().trim().parse().unwrap()
    }

    fn cpu() -> f64 {
        Self::information("cpu", "used_cpu_user") + Self::information("cpu", "used_cpu_sys")
    }
}

impl Drop for Redis {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

/// The processor time of this process, in seconds.
fn own_cpu() -> f64 {
    let stat = std::fs::read_to_string("/proc/self/stat").unwrap();
    let fields: Vec<_> = stat.rsplit_once(')').unwrap().1.split_whitespace().collect();
    (fields[11].parse::<f64>().unwrap() + fields[12].parse::<f64>().unwrap()) / 100.0
}

fn resident_mib() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap();
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:")).unwrap();
    line.split_whitespace().next().unwrap().parse::<u64>().unwrap() / 1024
}

fn replica(ring: &Arc<KeyRing>) -> Sessions {
    let sessions = sessions_over(Arc::new(redis_backend(&Redis::url())), "bench:", ring, Clock::system());
    let following = sessions.clone();
    actix_web::rt::spawn(async move { following.follow().await });
    sessions
}

async fn races() {
    let ring = new_ring();
    let (reader, other) = (replica(&ring), replica(&ring));
    sleep(Duration::from_secs(1)).await;
    let (seen, stale) = race(&reader, &other, RACES).await;
    println!("sessions ended while they were read: {RACES}; read before their end: {seen}; stale afterwards: {stale}");
    assert_eq!(stale, 0);
}

/// The cost of a read, by number of sessions; what a session takes; that nothing is left when they have expired.
async fn numbers(app: &App, most: usize) {
    let (sessions, empty) = (&app.identity.services().sessions, Redis::information("memory", "used_memory"));
    let (mut opened, mut first) = (0, None);
    println!("{:>10}{:>22}{:>22}{:>12}", "sessions", "our CPU µs per read", "Redis' CPU µs", "ratio to 1");
    let mut requests = Vec::new();
    for count in [1, 1_000, most] {
        let step = count.div_ceil(SAMPLE);
        requests.clear();
        while opened < count {
            let open = |number: usize| sessions.open(record(&format!("user-{number}")), Device::default());
            let batch = opened..count.min(opened + 100);
            for (number, session) in batch.clone().zip(join_all(batch.clone().map(open)).await) {
                let cookie = session.unwrap().key().to_cookie(&sessions.ring().keys());
                if number % step == 0 {
                    requests.push(format!(
                        "GET /auth/verify HTTP/1.1\r\nhost: localhost\r\ncookie: identity={cookie}\r\n\r\n"
                    ));
                }
            }
            opened = batch.end;
        }
        let reads: Vec<_> = requests.iter().cycle().take(READS).cloned().collect();
        let (ours, theirs) = (own_cpu(), Redis::cpu());
        let statuses = send_all(app.address, &reads, None).await;
        assert_eq!(statuses, BTreeMap::from([(200, READS)]));
        let each = |seconds: f64| seconds / READS as f64 * 1e6;
        let (ours, theirs) = (each(own_cpu() - ours), each(Redis::cpu() - theirs));
        let one = *first.get_or_insert(ours + theirs);
        println!("{count:>10}{ours:>22.1}{theirs:>22.1}{:>12.2}", (ours + theirs) / one);
    }
    let bytes = (Redis::information("memory", "used_memory") - empty) / most as f64;
    println!("bytes in Redis for each session, with its index and summary: {bytes:.0} ({} keys)", Redis::keys());
    let (stopwatch, most) = (Stopwatch::start(), lifetime(most) + Duration::from_mins(5));
    while Redis::keys() > 0 && stopwatch.elapsed() < most {
        sleep(Duration::from_secs(5)).await;
    }
    println!("keys left after they have expired: {}", Redis::keys());
    assert_eq!(Redis::keys(), 0);
}

/// How long sessions last: longer than it takes to open so many.
fn lifetime(most: usize) -> Duration {
    Duration::from_secs(240 + most as u64 / 8_000)
}

/// Sends requests over one connection, each when the last was answered and `pace` allows it. Returns the statuses.
async fn send(address: SocketAddr, requests: &[String], pace: Option<Duration>) -> BTreeMap<u16, usize> {
    let mut stream = TcpStream::connect(address).await.unwrap();
    stream.set_nodelay(true).unwrap();
    let (mut statuses, mut buffer) = (BTreeMap::new(), vec![0; 65_536]);
    let mut ticks = interval(pace.unwrap_or(Duration::from_micros(1)));
    for request in requests {
        if pace.is_some() {
            ticks.tick().await;
        }
        stream.write_all(request.as_bytes()).await.unwrap();
        let mut read = 0;
        while !is_complete(&buffer[..read]) {
            let count = stream.read(&mut buffer[read..]).await.unwrap();
            assert!(count > 0, "the connection ended");
            read += count;
        }
        let status = std::str::from_utf8(&buffer[9..12]).unwrap().parse().unwrap();
        *statuses.entry(status).or_insert(0) += 1;
    }
    statuses
}

fn is_complete(response: &[u8]) -> bool {
    let Some(end) = response.windows(4).position(|bytes| bytes == b"\r\n\r\n") else { return false };
    let head = String::from_utf8_lossy(&response[..end]).to_ascii_lowercase();
    let length = head.lines().find_map(|line| line.strip_prefix("content-length: "));
    response.len() >= end + 4 + length.map_or(0, |length| length.parse().unwrap())
}

/// The same over several connections, to each its share.
async fn send_all(address: SocketAddr, requests: &[String], pace: Option<Duration>) -> BTreeMap<u16, usize> {
    let shares = requests.chunks(requests.len().div_ceil(CONNECTIONS)).map(|share| send(address, share, pace));
    let mut statuses = BTreeMap::new();
    for (status, count) in join_all(shares).await.into_iter().flatten() {
        *statuses.entry(status).or_insert(0) += count;
    }
    statuses
}

/// A replica that asks Redis for every read, and its provider.
struct App {
    address: SocketAddr,
    identity: IdentityWeb,
    provider: Data<DemoState>,
    issuer: String,
}

async fn start(most: usize) -> App {
    let settings = DemoSettings {
        client_id: DEMO_CLIENT_ID.to_owned(),
        client_credential: DEMO_CREDENTIAL.to_owned(),
        redirect_uris: vec!["http://127.0.0.1:5000/auth/redirect".to_owned()],
        any_loopback: false,
        public_url: None,
        internal_url: None,
    };
    let signer = Signer::generate().unwrap();
    let provider = DemoProvider::bind(([127, 0, 0, 1], 0).into(), settings, signer, Clock::system()).unwrap();
    let (provider_state, authority) = (provider.state.clone(), provider.authority());
    actix_web::rt::spawn(provider.run().unwrap());
    let variables = [
        ("CLIENT__CLIENT_ID", DEMO_CLIENT_ID.to_owned()),
        ("CLIENT__CLIENT_CREDENTIAL", DEMO_CREDENTIAL.to_owned()),
        ("CLIENT__AUTHORITY", authority),
        ("TYPE__AUTHORITY_TYPE", "SINGLE_TENANT".to_owned()),
        ("SERVER__LISTEN", "127.0.0.1:0".to_owned()),
        ("SERVER__OPERATIONS_LISTEN", "127.0.0.1:0".to_owned()),
        ("SERVER__PUBLIC_URL", "http://127.0.0.1:5000".to_owned()),
        ("SERVER__WORKERS", "1".to_owned()),
        ("TLS__MODE", "off".to_owned()),
        ("REDIS__URL", Redis::url()),
        ("LIMITS__SIGN_IN_REQUESTS_PER_MINUTE", "1000000".to_owned()),
        ("TELEMETRY__LOG", "off".to_owned()),
        ("SESSION__CACHE", "off".to_owned()),
        // So long that no read extends a session.
        ("SESSION__IDLE_TIMEOUT_SECONDS", (lifetime(most) * 10).as_secs().to_string()),
        ("SESSION__ABSOLUTE_TIMEOUT_SECONDS", lifetime(most).as_secs().to_string()),
    ];
    let variables = variables.into_iter().map(|(name, value)| (format!("IDENTITY_WEB__{name}"), value));
    let settings = Settings::from_environment(Path::new("/nowhere"), variables).unwrap();
    let application = Application::build(settings, Clock::system()).unwrap();
    let (address, identity) = (application.address(), application.identity().clone());
    actix_web::rt::spawn(application.run_until_stopped());
    let issuer = identity.services().providers.default.provider.metadata().await.unwrap().issuer.clone();
    App { address, identity, provider: provider_state, issuer }
}

/// What anonymous sign-ins leave in Redis, and how a replica takes logout tokens.
async fn requests(app: &App) {
    let address = app.address;
    let before = Redis::keys();
    let request = "GET /auth/sign_in HTTP/1.1\r\nhost: localhost\r\naccept: text/html\r\n\r\n".to_owned();
    let statuses = send_all(address, &vec![request; ANONYMOUS], None).await;
    println!(
        "anonymous sign-ins begun: {statuses:?} by status; keys in Redis before {before}, after {}",
        Redis::keys()
    );
    assert_eq!(Redis::keys(), before);

    let count = TOKENS_PER_SECOND * SECONDS;
    let now = Clock::system().now().0;
    let token = |number: usize| {
        let claims = json!({
            "iss": app.issuer, "aud": DEMO_CLIENT_ID, "tid": DEMO_TENANT, "iat": now, "exp": now + 1_800,
            "jti": format!("jti-{number}"), "sid": format!("sid-{number}"),
            "events": {"http://schemas.openid.net/event/backchannel-logout": {}},
        });
        let body = format!("logout_token={}", app.provider.logout_token(&claims).unwrap());
        format!(
            "POST /auth/back_channel_logout HTTP/1.1\r\nhost: localhost\r\ncontent-type: \
             application/x-www-form-urlencoded\r\ncontent-length: {}\r\n\r\n{body}",
            body.len()
        )
    };
    let tokens: Vec<_> = (0..count).map(token).collect();
    let warm = send_all(address, &vec![tokens[0].clone(); 1_000], None).await;
    assert_eq!(warm[&200], 1, "one of a thousand replays is accepted");
    let (resident, cpu, stopwatch) = (resident_mib(), own_cpu(), Stopwatch::start());
    let pace = Duration::from_secs(CONNECTIONS as u64) / u32::try_from(TOKENS_PER_SECOND).unwrap();
    let statuses = send_all(address, &tokens[1..], Some(pace)).await;
    let (took, cpu) = (stopwatch.elapsed().as_secs_f64(), own_cpu() - cpu);
    println!(
        "logout tokens: {statuses:?} by status in {took:.1} s ({:.0} a second), {:.0} µs of CPU each with its sender; \
         resident memory before {resident} MiB, after {} MiB",
        (count - 1) as f64 / took,
        cpu / count as f64 * 1e6,
        resident_mib()
    );
    assert_eq!(statuses.keys().collect::<Vec<_>>(), [&200]);
}

fn main() {
    tls::install_crypto();
    let most = std::env::args().skip(1).find_map(|argument| argument.parse().ok()).unwrap_or(1_000_000);
    let _redis = Redis::start();
    actix_web::rt::System::new().block_on(async {
        races().await;
        let app = start(most).await;
        requests(&app).await;
        redis::cmd("FLUSHALL").exec(&mut Redis::connection().unwrap()).unwrap();
        numbers(&app, most).await;
    });
}
