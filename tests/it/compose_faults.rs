//! `docker compose up` under steady load, while its parts fail: what is answered, to whom, and whether a session is lost.

use std::cell::{Cell, RefCell};
use std::collections::BTreeMap;
use std::fmt;
use std::future::Future;
use std::rc::Rc;
use std::time::Duration;

use actix_web::rt;
use actix_web::rt::time::sleep;
use identity_web::internals::clock::Stopwatch;
use reqwest::Method;

use crate::helpers::compose::{Compose, Container, docker};
use crate::helpers::{Answer, Browser, SendResult, eventually};

/// People who stay signed in and load their claims again and again.
const STAYING: usize = 16;
/// Between two loads of one of them.
const PAUSE: Duration = Duration::from_millis(50);
/// Between two sign-ins of those who come and go.
const COMING: Duration = Duration::from_millis(400);
/// How long errors may outlast a fault.
const GRACE: Duration = Duration::from_secs(2);
/// How long nothing fails, before the first fault and after each.
const CALM: Duration = Duration::from_secs(5);
const PEOPLE: [(&str, &str); 3] =
    [("ada", "ada@contoso.example"), ("grace", "grace@contoso.example"), ("alan", "alan@contoso.example")];
/// What a replica may have resident, in MiB.
const MEMORY: f64 = 30.0;

/// What was answered during a phase.
#[derive(Default)]
struct Tally {
    /// To those who stay, by status.
    pages: BTreeMap<String, u32>,
    /// To those who come and go: `done`, or the first status that was not the one that belongs there.
    visits: BTreeMap<String, u32>,
    wrong_users: u32,
    lost_sessions: u32,
    /// Sessions that were served after their end.
    revived_sessions: u32,
    slowest: Duration,
}

impl fmt::Display for Tally {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let counts = |of: &BTreeMap<String, u32>| {
            of.iter().map(|(what, times)| format!("{what} × {times}")).collect::<Vec<_>>().join(", ")
        };
        write!(f, "pages {}; visits {}; ", counts(&self.pages), counts(&self.visits))?;
        write!(f, "wrong users {}, sessions lost {}, ", self.wrong_users, self.lost_sessions)?;
        write!(f, "revived {}; slowest page {} ms", self.revived_sessions, self.slowest.as_millis())
    }
}

/// The load, and what it has met.
struct Load {
    compose: Compose,
    tally: RefCell<Tally>,
    /// How many of those who stay are signed in.
    signed_in: Cell<usize>,
    going: Cell<bool>,
    failures: RefCell<Vec<String>>,
}

/// Whether an answer has the status that belongs there; else what it has.
fn expect(status: u16, answer: SendResult) -> Result<Answer, String> {
    match answer {
        Ok(answer) if answer.status == status => Ok(answer),
        Ok(answer) => Err(answer.status.to_string()),
        Err(_) => Err("no answer".to_owned()),
    }
}

impl Load {
    async fn claims(&self, browser: &Browser) -> SendResult {
        browser.try_send(Method::GET, &format!("{}/token_details", self.compose.url), &[], None).await
    }

    /// Somebody signs in and stays: each page must be this session's own, by the claim that no other has.
    async fn stay(self: Rc<Self>, person: &'static str) {
        let browser = Browser::new();
        expect(303, self.compose.sign_in(&browser, person).await).unwrap();
        let own = sid(&expect(200, self.claims(&browser).await).unwrap().body);
        self.signed_in.set(self.signed_in.get() + 1);
        // An answer may take the cookie away: that too is a session lost.
        let cookies = browser.cookies.borrow().clone();
        while self.going.get() {
            let stopwatch = Stopwatch::start();
            let answer = self.claims(&browser).await;
            self.count(&answer, stopwatch.elapsed(), &own);
            if answer.is_ok_and(|answer| answer.status == 401) || *browser.cookies.borrow() != cookies {
                self.tally.borrow_mut().lost_sessions += 1;
                return;
            }
            sleep(PAUSE).await;
        }
    }

    fn count(&self, answer: &SendResult, took: Duration, own: &str) {
        let mut tally = self.tally.borrow_mut();
        tally.slowest = tally.slowest.max(took);
        let status = answer.as_ref().map_or_else(|_| "no answer".to_owned(), |answer| answer.status.to_string());
        *tally.pages.entry(status).or_default() += 1;
        let is_wrong = |answer: &Answer| answer.status == 200 && sid(&answer.body) != own;
        tally.wrong_users += u32::from(answer.as_ref().is_ok_and(is_wrong));
    }

    /// People sign in, look at their claims, sign out, and their old cookie comes back.
    async fn come_and_go(self: Rc<Self>) {
        let browser = Browser::new();
        for (person, username) in PEOPLE.into_iter().cycle() {
            if !self.going.get() {
                return;
            }
            browser.cookies.borrow_mut().clear();
            let outcome = self.visit(&browser, person, username).await.err().unwrap_or_else(|| "done".to_owned());
            *self.tally.borrow_mut().visits.entry(outcome).or_default() += 1;
            sleep(COMING).await;
        }
    }

    async fn visit(&self, browser: &Browser, person: &str, username: &str) -> Result<(), String> {
        let on = |step: &'static str| move |status: String| format!("{status} on {step}");
        expect(303, self.compose.sign_in(browser, person).await).map_err(on("sign-in"))?;
        let page = expect(200, self.claims(browser).await).map_err(on("claims"))?;
        self.tally.borrow_mut().wrong_users += u32::from(!page.body.contains(username));
        let stolen = browser.stolen();
        let (url, origin) = (format!("{}/auth/sign_out", self.compose.url), [("origin", self.compose.url.as_str())]);
        expect(303, browser.try_send(Method::POST, &url, &origin, None).await).map_err(on("sign-out"))?;
        let replayed = self.claims(&stolen).await;
        self.tally.borrow_mut().revived_sessions += u32::from(replayed.as_ref().is_ok_and(|page| page.status == 200));
        expect(401, replayed).map_err(on("replay"))?;
        Ok(())
    }

    /// Counts what is answered while something happens, and until what it broke must be whole. Only these statuses may
    /// be among the answers.
    async fn phase(&self, name: &str, allowed: &[&str], happening: impl Future<Output = ()>) {
        self.tally.take();
        let stopwatch = Stopwatch::start();
        happening.await;
        let tally = self.tally.take();
        println!("{name} ({} s): {tally}", stopwatch.elapsed().as_secs());
        let mut failures = self.failures.borrow_mut();
        if tally.wrong_users + tally.lost_sessions + tally.revived_sessions > 0 {
            failures.push(format!("{name}: somebody was taken for another, signed out, or not signed out"));
        }
        if !tally.pages.contains_key("200") || !tally.visits.contains_key("done") {
            failures.push(format!("{name}: nobody was served"));
        }
        let outcomes = tally.pages.keys().chain(tally.visits.keys());
        for outcome in outcomes.filter(|outcome| *outcome != "200" && *outcome != "done") {
            if !allowed.iter().any(|allowed| outcome.starts_with(allowed)) {
                failures.push(format!("{name}: {outcome}"));
            }
        }
    }

    /// A fault, with the errors that are allowed while it lasts, and then calm, with none.
    async fn fault(&self, name: &str, allowed: &[&str], fault: impl Future<Output = ()>) {
        self.phase(name, allowed, async {
            fault.await;
            sleep(GRACE).await;
        })
        .await;
        self.phase("  and then", &[], sleep(CALM)).await;
    }

    /// Waits until every replica is ready.
    async fn all_ready(&self) {
        for replica in self.compose.containers("app").await {
            ready(&replica).await;
        }
    }
}

/// The claim `sid` on the claims page: each browser has its own session at the provider.
fn sid(page: &str) -> String {
    let value = page.split(">sid</th>").nth(1).and_then(|rest| rest.split("<span data-copy>").nth(1));
    value.and_then(|rest| rest.split('<').next()).expect("the page has the claim sid").to_owned()
}

async fn ready(replica: &Container) {
    let stopwatch = Stopwatch::start();
    while !replica.is_ready().await {
        assert!(stopwatch.elapsed() < Duration::from_mins(1), "{replica:?} does not become ready");
        sleep(Duration::from_millis(100)).await;
    }
}

/// Restarts a container as an operator does: with SIGTERM, and time for what is under way.
async fn restart(container: &Container) {
    docker(&["restart", "-t", "30", &container.id]).await;
}

#[actix_web::test]
#[ignore = "needs docker compose up: tests/compose runs it"]
async fn faults_under_load_mix_up_nobody_and_lose_no_session() {
    let load = Rc::new(Load {
        compose: Compose::started(),
        tally: RefCell::default(),
        signed_in: Cell::default(),
        going: Cell::new(true),
        failures: RefCell::default(),
    });
    let mut people: Vec<_> = (0..STAYING).map(|n| rt::spawn(Rc::clone(&load).stay(PEOPLE[n % 3].0))).collect();
    people.push(rt::spawn(Rc::clone(&load).come_and_go()));
    eventually("everybody signed in", async || (load.signed_in.get() == STAYING).then_some(())).await;
    println!("{STAYING} people stay signed in and load a page every {} ms; others come and go", PAUSE.as_millis());

    load.phase("steady load", &[], sleep(2 * CALM)).await;
    let replicas = load.compose.containers("app").await;
    for replica in &replicas {
        let memory = replica.resident_mib();
        println!("resident memory of a replica under load: {memory:.1} MiB");
        assert!(memory < MEMORY, "{memory:.1} MiB");
    }

    // What it was about to answer: a POST is not sent to another, and a callback whose code it had spent is refused there.
    let cut_off = ["503", "502 on sign-out", "no answer on sign-out", "400 on sign-in"];
    load.fault("a replica killed (SIGKILL)", &cut_off, async {
        let (id, pid) = (&replicas[0].id, replicas[0].pid);
        replicas[0].crash().await;
        let stopwatch = Stopwatch::start();
        let is_back = |replica: &Container| replica.id == *id && replica.pid != pid && replica.pid != 0;
        while !load.compose.containers("app").await.iter().any(is_back) {
            assert!(stopwatch.elapsed() < Duration::from_secs(30), "Docker does not start it again");
            sleep(Duration::from_millis(100)).await;
        }
        load.all_ready().await;
    })
    .await;

    load.fault("Redis restarted", &["503"], async {
        restart(&load.compose.containers("redis").await[0]).await;
        load.all_ready().await;
    })
    .await;

    load.fault("all replicas restarted, one by one", &[], async {
        for replica in load.compose.containers("app").await {
            restart(&replica).await;
            load.all_ready().await;
            // So long does the load balancer take to see that it is back.
            sleep(GRACE).await;
        }
    })
    .await;

    load.fault("the load balancer restarted", &["503", "no answer"], async {
        restart(&load.compose.containers("lb").await[0]).await;
    })
    .await;

    load.going.set(false);
    for person in people {
        person.await.unwrap();
    }
    assert!(load.failures.borrow().is_empty(), "{}", load.failures.borrow().join("\n"));
}
