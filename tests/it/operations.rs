//! What an operator has: readiness while shutting down, metrics, and the rules and the dashboard that read them.

use std::collections::BTreeSet;
use std::io::{Read as _, Write as _};
use std::net::TcpStream;
use std::process::{Command, Stdio};

use serde_json::Value;
use url::Url;

use crate::helpers::process::Process;
use crate::helpers::redis::Redis;
use crate::helpers::{Browser, Folder, Program, eventually, free_port};

#[actix_web::test]
async fn while_it_shuts_down_it_is_not_ready_and_alive_and_finishes_what_is_under_way() {
    let port = free_port();
    let url = format!("http://127.0.0.1:{port}");
    let program = Program::start(&[
        ("IDENTITY_WEB__SERVER__LISTEN", &format!("127.0.0.1:{port}")),
        ("IDENTITY_WEB__SERVER__PUBLIC_URL", &url),
        ("IDENTITY_WEB__TLS__MODE", "off"),
    ])
    .await;
    // A request whose body has not all come yet.
    let mut request = TcpStream::connect(("127.0.0.1", port)).unwrap();
    request
        .write_all(
            b"POST /auth/redirect HTTP/1.1\r\nhost: localhost\r\ncontent-type: application/x-www-form-urlencoded\r\n\
            content-length: 7\r\n\r\nstate",
        )
        .unwrap();
    eventually("the request", async || {
        program.ask("/metrics").await.body.contains("http_server_active_requests 1").then_some(())
    })
    .await;
    program.tell_to_end();
    let answer = eventually("not ready", async || {
        let answer = program.ask("/health/ready").await;
        (answer.status == 503).then_some(answer)
    })
    .await;
    assert!(answer.body.contains(r#""process":"shutting down""#) && answer.body.contains(r#""session_store":"ok""#));
    assert_eq!(program.ask("/health/live").await.status, 200);
    assert!(program.ask("/metrics").await.body.contains("identity_web_ready 0"));
    eventually("no more connections", async || TcpStream::connect(("127.0.0.1", port)).err()).await;

    request.write_all(b"=x").unwrap();
    let mut said = String::new();
    request.read_to_string(&mut said).unwrap();
    assert!(said.starts_with("HTTP/1.1 400") && said.contains("correlation_id"), "{said}");
    assert_eq!(program.terminate().0, Some(0));
}

/// A program where somebody signed in and out, and somebody failed to.
async fn journey() -> Program {
    let program = Program::start(&[
        ("IDENTITY_WEB__REDIS__URL", &Redis::shared().url()),
        ("IDENTITY_WEB__REDIS__KEY_PREFIX", &format!("test-{}:", free_port())),
    ])
    .await;
    let ada = Browser::new();
    program.sign_in(&ada, "ada", &[]).await;
    assert_eq!(ada.get(&format!("{}/token_details", program.url)).await.status, 200);
    ada.post(&format!("{}/auth/sign_out", program.url), &program.url, &[]).await;
    assert_eq!(ada.get(&format!("{}/auth/redirect?state=a", program.url)).await.status, 400);
    program
}

/// The metrics that a query names: words that begin as ours do, but for those in labels and texts.
fn metrics_of(expression: &str) -> BTreeSet<String> {
    let mut bare = String::new();
    let (mut in_text, mut in_braces) = (false, false);
    for c in expression.chars() {
        match c {
            '"' => in_text = !in_text,
            '{' if !in_text => in_braces = true,
            '}' if !in_text => in_braces = false,
            _ if !in_text && !in_braces => bare.push(c),
            _ => {}
        }
    }
    let begins = ["identity_web_", "http_server_", "process_"];
    let words = bare.split(|c: char| !c.is_ascii_alphanumeric() && c != '_');
    words.filter(|word| begins.iter().any(|begin| word.starts_with(begin))).map(str::to_owned).collect()
}

/// Every query of the dashboard, without Grafana's variables.
fn dashboard_queries() -> Vec<String> {
    let dashboard: Value =
        serde_json::from_str(&std::fs::read_to_string("deploy/grafana/dashboard.json").unwrap()).unwrap();
    let panels = dashboard["panels"].as_array().unwrap();
    let of_panel = |panel: &Value| panel["targets"].as_array().cloned().unwrap_or_default();
    let targets = panels.iter().flat_map(of_panel);
    let expressions = targets.map(|target| target["expr"].as_str().unwrap().to_owned());
    expressions.map(|query| query.replace("$__rate_interval", "1m").replace("$instance", ".*")).collect()
}

fn rules() -> Vec<String> {
    let text = std::fs::read_to_string("deploy/prometheus/rules.yml").unwrap();
    let expression = |alert: &str| {
        let after = alert.split_once("expr:").unwrap().1;
        after.split("\n        for:").next().unwrap().split("\n        labels:").next().unwrap().to_owned()
    };
    text.split("- alert:").skip(1).map(expression).collect()
}

fn promtool(arguments: &[&str], input: &str) {
    let mut tool = Command::new("promtool")
        .args(arguments)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap_or_else(|error| panic!("promtool: {error}; tests/run installs it"));
    tool.stdin.take().unwrap().write_all(input.as_bytes()).unwrap();
    let output = tool.wait_with_output().unwrap();
    let said = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    assert!(output.status.success(), "{arguments:?}: {}{}", said(&output.stdout), said(&output.stderr));
}

#[actix_web::test]
async fn the_metrics_are_well_formed_and_all_that_is_asked_of_them_is_there() {
    let metrics = journey().await.ask("/metrics").await.body;
    promtool(&["check", "metrics"], &metrics);
    let helped = |name: &str| metrics.contains(&format!("# HELP {name} "));
    let families: Vec<_> = metrics.lines().filter_map(|line| line.strip_prefix("# TYPE ")?.split_once(' ')).collect();
    for (name, _) in &families {
        assert!(helped(name), "{name} says not what it means");
    }
    let exists = |wanted: &str| {
        families.iter().any(|(name, kind)| match wanted.strip_prefix(name) {
            Some("") => *kind != "histogram",
            Some("_bucket" | "_sum" | "_count") => *kind == "histogram",
            _ => false,
        })
    };
    let (rules, queries) = (rules(), dashboard_queries());
    assert!(rules.len() >= 10 && queries.len() >= 25, "{} rules, {} queries", rules.len(), queries.len());
    let names: BTreeSet<_> = rules.iter().chain(&queries).flat_map(|query| metrics_of(query)).collect();
    for name in &names {
        assert!(exists(name), "{name} is asked for, and not measured");
    }
    for (name, _) in families.iter().filter(|(name, _)| name.starts_with("identity_web_")) {
        assert!(names.iter().any(|wanted| wanted.starts_with(name)), "{name} is measured, and on no panel");
    }
}

#[test]
fn prometheus_takes_the_rules_and_they_fire_on_what_they_are_for() {
    promtool(&["check", "config", "deploy/prometheus/prometheus.yml"], "");
    promtool(&["check", "rules", "deploy/prometheus/rules.yml"], "");
    promtool(&["test", "rules", "deploy/prometheus/rules_test.yml"], "");
    // Each alert is told what to do, and tried in rules_test.yml.
    let rules = std::fs::read_to_string("deploy/prometheus/rules.yml").unwrap();
    let tests = std::fs::read_to_string("deploy/prometheus/rules_test.yml").unwrap();
    for alert in rules.split("- alert: ").skip(1) {
        let name = alert.lines().next().unwrap();
        assert!(alert.contains("summary: ") && alert.contains("runbook: "), "{name}");
        assert!(tests.contains(&format!("alertname=\"{name}\"")), "{name} is not tried");
    }
}

/// A real Prometheus that reads a program, by our configuration with shorter times; gives its URL.
fn prometheus(program: &Program, folder: &Folder) -> (Process, String) {
    let configuration = std::fs::read_to_string("deploy/prometheus/prometheus.yml").unwrap();
    let rules = std::fs::canonicalize("deploy/prometheus/rules.yml").unwrap();
    let configuration = configuration
        .replace("127.0.0.1:5100", program.operations.trim_start_matches("http://"))
        .replace("interval: 15s", "interval: 200ms")
        .replace("- rules.yml", &format!("- {}", rules.display()));
    let file = folder.path().join("prometheus.yml");
    std::fs::write(&file, configuration).unwrap();
    let port = free_port();
    let mut command = Command::new("prometheus");
    command
        .arg(format!("--config.file={}", file.display()))
        .arg(format!("--storage.tsdb.path={}", folder.path().join("data").display()))
        .arg(format!("--web.listen-address=127.0.0.1:{port}"))
        .stdout(Stdio::null())
        .stderr(Stdio::null());
    (Process::start(&mut command), format!("http://127.0.0.1:{port}"))
}

#[actix_web::test]
async fn every_panel_of_the_dashboard_shows_something_in_a_real_prometheus() {
    let (program, folder) = (journey().await, Folder::new("prometheus"));
    let (_prometheus, url) = prometheus(&program, &folder);
    let client = reqwest::Client::new();
    let ask = async |path: &str, query: &str| -> Option<Value> {
        let url = Url::parse_with_params(&format!("{url}{path}"), [("query", query)]).unwrap();
        Some(
            serde_json::from_str::<Value>(&client.get(url).send().await.ok()?.text().await.ok()?).ok()?["data"].clone(),
        )
    };
    eventually("Prometheus", async || ask("/api/v1/query", "1").await).await;
    eventually("a few readings", async || {
        let found = ask("/api/v1/query", "count_over_time(up{job=\"identity-web\"}[1m])").await?;
        let count: u32 = found["result"][0]["value"][1].as_str()?.parse().ok()?;
        (count >= 5).then_some(())
    })
    .await;
    for query in dashboard_queries() {
        let found = ask("/api/v1/query", &query).await.unwrap();
        assert!(found["result"].as_array().is_some_and(|series| !series.is_empty()), "nothing to show: {query}");
    }
    let groups = ask("/api/v1/rules", "").await.unwrap();
    for rule in groups["groups"][0]["rules"].as_array().unwrap() {
        assert_eq!((&rule["health"], &rule["state"]), (&"ok".into(), &"inactive".into()), "{rule}");
    }
}
