//! Faults under load: what people see while replicas, Redis and the load balancer come and go. All of it runs as it does
//! in production, as processes: three replicas, Redis with a password, HAProxy from deploy/haproxy, the demo provider.

use std::cell::{Cell, RefCell};
use std::collections::BTreeMap;
use std::rc::Rc;
use std::time::Duration;

use actix_web::rt::time::sleep;
use identity_web::internals::clock::Stopwatch;
use identity_web::internals::demo::DEMO_TENANT;
use reqwest::StatusCode;

use crate::helpers::load_balancer::{self, LoadBalancer};
use crate::helpers::process::Process;
use crate::helpers::redis::Redis;
use crate::helpers::replica::{Replica, demo_provider};
use crate::helpers::{Browser, eventually, free_port, say};

const PASSWORD: &str = "canary-password-4711";
const PEOPLE: [&str; 3] = ["ada", "grace", "alan"];
/// Sessions of each person, each with a client of its own that sends one request after the other.
const SESSIONS: usize = 2;
const PAUSE: Duration = Duration::from_millis(20);
/// How long after a fault all must be as before.
const RECOVERY: Duration = Duration::from_secs(2);

struct House {
    url: String,
    replicas: Vec<Replica>,
    redis: Redis,
    balancer: LoadBalancer,
    ready_after: Vec<Duration>,
    _provider: Process,
}

impl House {
    async fn start() -> Self {
        let (port, demo) = (free_port(), free_port());
        let url = format!("https://127.0.0.1:{port}");
        let redis = Redis::start_with_password(PASSWORD);
        let settings = [
            ("type.authority_type", "SINGLE_TENANT".to_owned()),
            ("client.client_id", "faults".to_owned()),
            ("client.client_credential", "a secret of more than thirty-two characters".to_owned()),
            ("client.authority", format!("http://127.0.0.1:{demo}/{DEMO_TENANT}")),
            ("demo_provider.listen", format!("127.0.0.1:{demo}")),
            ("server.public_url", url.clone()),
            ("server.trusted_proxies", load_balancer::ADDRESS.to_owned()),
            ("tls.mode", "off".to_owned()),
            ("session.keys", "MDEyMzQ1Njc4OTAxMjM0NTY3ODkwMTIzNDU2Nzg5MDE=".to_owned()),
            ("redis.url", redis.url()),
        ];
        let provider = demo_provider(&settings);
        eventually("the demo provider", async || std::net::TcpStream::connect(("127.0.0.1", demo)).ok()).await;
        let mut replicas: Vec<_> = (0..3).map(|_| Replica::new(&settings)).collect();
        let mut ready_after = Vec::new();
        for replica in &mut replicas {
            ready_after.push(replica.start().await);
        }
        let servers: Vec<_> = replicas.iter().map(Replica::server).collect();
        let balancer = LoadBalancer::start(port, &servers).await;
        Self { url, replicas, redis, balancer, ready_after, _provider: provider }
    }

    async fn restart_each_replica(&mut self) {
        for replica in &mut self.replicas {
            replica.terminate().await;
            replica.start().await;
        }
    }

    async fn restart_redis(&mut self) {
        self.redis.stop();
        sleep(Duration::from_secs(1)).await;
        self.redis.run();
    }
}

/// What became of the requests that began in a phase: how many of each status, 0 for those without an answer.
#[derive(Default)]
struct Phase {
    name: &'static str,
    answers: BTreeMap<u16, usize>,
    slowest: Duration,
}

impl Phase {
    fn count(&mut self, status: u16, took: Duration) {
        *self.answers.entry(status).or_default() += 1;
        self.slowest = self.slowest.max(took);
    }

    fn only(&self, statuses: &[u16]) {
        assert!(self.answers.keys().all(|status| statuses.contains(status)), "{}: {:?}", self.name, self.answers);
        assert!(self.answers.contains_key(&200), "{}: {:?}", self.name, self.answers);
    }
}

/// The load: clients of people who are signed in, each of which looks who it is taken for.
#[derive(Clone, Default)]
struct Load {
    phases: Rc<RefCell<Vec<Phase>>>,
    wrong: Rc<RefCell<Vec<String>>>,
    over: Rc<Cell<bool>>,
}

impl Load {
    fn begin(&self, name: &'static str) {
        self.phases.borrow_mut().push(Phase { name, ..Phase::default() });
    }

    /// Sends requests of one person's session, one after the other, by turns a page and a proxy's question.
    async fn send(self, url: String, cookies: String, person: &'static str) {
        let client = reqwest::Client::builder()
            .danger_accept_invalid_certs(true)
            .redirect(reqwest::redirect::Policy::none())
            .timeout(Duration::from_secs(10))
            .build()
            .unwrap();
        for path in ["/token_details", "/auth/verify"].iter().cycle() {
            if self.over.get() {
                return;
            }
            let (phase, began) = (self.phases.borrow().len() - 1, Stopwatch::start());
            let request = client.get(format!("{url}{path}")).header("cookie", &cookies).header("accept", "text/html");
            let answer = match request.send().await {
                Ok(answer) => read(answer).await,
                Err(_) => None,
            };
            let status = answer.as_ref().map_or(0, |(status, _)| status.as_u16());
            if let Some((StatusCode::OK, said)) = answer {
                let found: Vec<_> =
                    PEOPLE.iter().filter(|other| said.contains(&format!("{other}@contoso.example"))).collect();
                if found != [&person] {
                    self.wrong.borrow_mut().push(format!("{person} at {path} was taken for {found:?}"));
                }
            }
            self.phases.borrow_mut()[phase].count(status, began.elapsed());
            sleep(PAUSE).await;
        }
    }

    /// A fault, and the time after it: gives what became of the requests during it, and of those afterwards.
    async fn during(&self, name: &'static str, fault: impl Future<Output = ()>) {
        self.begin(name);
        sleep(Duration::from_millis(200)).await;
        fault.await;
        sleep(RECOVERY).await;
        self.begin("  afterwards");
        sleep(Duration::from_millis(700)).await;
    }

    fn print(&self) {
        say(&format!("{:<40}{:>7}{:>7}{:>7}{:>12}{:>12}\n", "phase", "200", "503", "other", "no answer", "slowest ms"));
        for Phase { name, answers, slowest } in self.phases.borrow().iter() {
            let count = |status| answers.get(&status).copied().unwrap_or(0);
            let (ok, away, none) = (count(200), count(503), count(0));
            let other = answers.values().sum::<usize>() - ok - away - none;
            say(&format!("{name:<40}{ok:>7}{away:>7}{other:>7}{none:>12}{:>12}\n", slowest.as_millis()));
        }
    }
}

/// What an answer says: its page, or the header for the application behind a proxy.
async fn read(answer: reqwest::Response) -> Option<(StatusCode, String)> {
    let (status, email) = (answer.status(), answer.headers().get("x-auth-request-email").cloned());
    let page = answer.text().await.ok()?;
    Some((status, email.map_or(page, |email| email.to_str().unwrap().to_owned())))
}

async fn sign_in(url: &str, person: &str) -> String {
    let browser = Browser::new();
    let authorization = browser.get(&format!("{url}/auth/sign_in")).await.location().parse().unwrap();
    let callback = browser.pick(&authorization, person).await.location().to_owned();
    assert_eq!(browser.get(&callback).await.status, 303);
    browser.cookie_header()
}

#[actix_web::test]
async fn faults_under_load_lose_no_session_and_mistake_nobody() {
    let mut house = House::start().await;
    let load = Load::default();
    load.begin("steady");
    for person in PEOPLE.into_iter().cycle().take(PEOPLE.len() * SESSIONS) {
        let cookies = sign_in(&house.url, person).await;
        actix_web::rt::spawn(load.clone().send(house.url.clone(), cookies, person));
    }
    sleep(Duration::from_secs(2)).await;

    load.during("kill -9 of a replica", async { house.replicas[1].kill() }).await;
    load.begin("that replica started again");
    let again = house.replicas[1].start().await;
    load.during("Redis restarted, a second between", house.restart_redis()).await;
    load.during("all replicas restarted, one by one", house.restart_each_replica()).await;
    load.during("load balancer reloaded", async { house.balancer.reload() }).await;
    load.during("load balancer restarted", house.balancer.restart()).await;
    load.over.set(true);

    load.print();
    let ready: Vec<_> =
        house.ready_after.iter().chain([&again]).map(|took| format!("{} ms", took.as_millis())).collect();
    let memory: Vec<_> = house.replicas.iter().map(|replica| format!("{} MiB", replica.resident_mib())).collect();
    say(&format!("ready after {}; resident memory after the load {}\n", ready.join(", "), memory.join(", ")));

    assert_eq!(*load.wrong.borrow(), [""; 0], "nobody is taken for somebody else");
    for phase in load.phases.borrow().iter() {
        match phase.name {
            "Redis restarted, a second between" => phase.only(&[200, 503]),
            "load balancer restarted" => phase.only(&[200, 0]),
            _ => phase.only(&[200]),
        }
    }
}
