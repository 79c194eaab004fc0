//! `identity-web sessions`: an operator lists and ends a user's sessions, next to the running application.

use std::collections::BTreeMap;
use std::process::{Command, Output};

use identity_web::internals::demo::faults::Faults;
use reqwest::Method;
use serde_json::Value;

use crate::helpers::redis::Redis;
use crate::helpers::{Browser, TestApp, free_port};

const ADA: &str = "ada-Zk3vX0mQ8w1rT5uYpL7nB2cD4fG6hJ9k";
const MAC: &str = "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 (KHTML, like Gecko) \
    Version/18.1 Safari/605.1.15";

/// What the program has printed.
#[derive(Debug)]
struct Printed {
    code: Option<i32>,
    output: String,
    error: String,
}

async fn run(variables: &BTreeMap<String, String>, arguments: &[&str]) -> Printed {
    let mut command = Command::new(env!("CARGO_BIN_EXE_identity-web"));
    // Long, for a machine that is busy.
    let connect_timeout = ("IDENTITY_WEB__REDIS__CONNECT_TIMEOUT_MS", "10000");
    command.arg("sessions").args(arguments).envs(variables).envs([connect_timeout]);
    let Output { status, stdout, stderr } =
        actix_web::rt::task::spawn_blocking(move || command.output().unwrap()).await.unwrap();
    let text = |bytes: &[u8]| String::from_utf8(bytes.to_vec()).unwrap();
    Printed { code: status.code(), output: text(&stdout), error: text(&stderr) }
}

async fn signed_in(app: &TestApp, person: &str) -> Browser {
    let browser = Browser::new();
    let callback = browser.callback_url(app, person).await;
    browser.send(Method::GET, &callback, &[("user-agent", MAC)], None).await;
    assert!(browser.is_signed_in(app).await);
    browser
}

/// Returns the ids that `list` prints for programs.
async fn ids(app: &TestApp, subject: &str) -> Vec<String> {
    let listed = run(&app.variables, &["list", "--subject", subject, "--json"]).await;
    let listed: Vec<Value> = serde_json::from_str(&listed.output).unwrap_or_else(|_| panic!("{listed:?}"));
    listed.iter().map(|session| session["id"].as_str().unwrap().to_owned()).collect()
}

#[actix_web::test]
async fn an_operator_lists_and_ends_sessions_of_the_running_application() {
    let app = TestApp::spawn().await;
    let replica = app.replica();
    let first = signed_in(&app, "ada").await;
    // The oldest is the first in the list.
    tokio::time::sleep(std::time::Duration::from_millis(1100)).await;
    let (second, third, other) =
        (signed_in(&app, "ada").await, signed_in(&app, "ada").await, signed_in(&app, "grace").await);
    // From here on the provider answers nothing, and the command doesn't ask.
    app.with_faults(Faults { status: Some(503), ..Faults::default() });

    let listed = run(&app.variables, &["list", "--subject", ADA]).await;
    let lines: Vec<_> = listed.output.lines().collect();
    assert!(listed.code == Some(0) && lines.len() == 4, "{listed:?}");
    assert!(lines[0].starts_with("SESSION ") && lines[1].ends_with("UTC  Safari   macOS"), "{listed:?}");
    assert_eq!(listed.error, "");
    let all = ids(&app, ADA).await;
    assert!(all.len() == 3 && lines[1].starts_with(&all[0]), "{all:?} {listed:?}");

    let ended = run(&app.variables, &["end", "--subject", ADA, "--session", &all[0]]).await;
    assert_eq!(ended.code, Some(0), "{ended:?}");
    assert!(ended.output.starts_with(&format!("Ended 1 session of {ADA} at ")), "{ended:?}");
    assert!(!first.is_signed_in(&replica).await && !first.is_signed_in(&app).await);
    assert!(second.is_signed_in(&replica).await && third.is_signed_in(&replica).await);

    let foreign = ids(&app, "grace-Qw2eRt4yUi6oPa8sDf0gHj1kLz3xCv5").await[0].clone();
    for id in [&all[0], &foreign, "x", "-4x"] {
        let ended = run(&app.variables, &["end", "--subject", ADA, "--session", id]).await;
        assert!(ended.code == Some(1) && ended.error.contains("has no such session"), "{ended:?}");
    }
    let listed = run(&app.variables, &["list", "--subject", "-4x"]).await;
    assert!(listed.code == Some(0) && listed.output.starts_with("No sessions of -4x "), "{listed:?}");
    let issuer = app.identity.services().providers.default.provider.settings().fixed_issuer().unwrap();
    let ended = run(&app.variables, &["end", "--subject", ADA, "--issuer", "https://other.example", "--all"]).await;
    assert!(ended.code == Some(0) && ended.output.starts_with("Ended 0 sessions"), "{ended:?}");
    let ended = run(&app.variables, &["end", "--subject", ADA, "--issuer", &issuer, "--all"]).await;
    assert!(ended.code == Some(0) && ended.output.starts_with("Ended 2 sessions"), "{ended:?}");
    assert!(!second.is_signed_in(&replica).await && !third.is_signed_in(&app).await);
    assert!(other.is_signed_in(&replica).await);
    let listed = run(&app.variables, &["list", "--subject", ADA]).await;
    assert_eq!((listed.code, listed.output), (Some(0), format!("No sessions of {ADA} at {issuer}.\n")));
}

#[actix_web::test]
async fn whoever_ends_sessions_leaves_an_audit_line() {
    let app = TestApp::spawn().await;
    signed_in(&app, "ada").await;
    let id = ids(&app, ADA).await[0].clone();
    let mut variables = app.variables.clone();
    variables.insert("IDENTITY_WEB__TELEMETRY__LOG".to_owned(), "error".to_owned());
    variables.insert("IDENTITY_WEB__TELEMETRY__LOG_FORMAT".to_owned(), "json".to_owned());
    let issuer = app.identity.services().providers.default.provider.settings().fixed_issuer().unwrap();
    let user = std::fs::metadata("/proc/self").map(|own| std::os::unix::fs::MetadataExt::uid(&own)).unwrap();
    for (which, session, ended) in [(&["--session", &id][..], &*id, 1), (&["--all"], "all", 0)] {
        let printed = run(&variables, &[&["end", "--subject", ADA], which].concat()).await;
        let line: Value = serde_json::from_str(&printed.error).unwrap_or_else(|_| panic!("{printed:?}"));
        assert_eq!((line["target"].as_str(), line["level"].as_str()), (Some("audit"), Some("INFO")));
        assert_eq!((line["action"].as_str(), line["outcome"].as_str()), (Some("sessions.end"), Some("done")));
        assert_eq!((line["issuer"].as_str(), line["subject"].as_str()), (Some(&*issuer), Some(ADA)));
        assert_eq!((line["session"].as_str(), line["ended"].as_u64()), (Some(session), Some(ended)));
        assert!(line["timestamp"].as_str().unwrap().ends_with('Z'));
        assert!(line["operator"].as_str().unwrap().contains(&user.to_string()), "{line}");
    }
    // A name with line breaks makes no second line.
    let forged = run(&app.variables, &["end", "--subject", "x\naudit: forged", "--all"]).await;
    assert_eq!(forged.error.lines().count(), 1, "{}", forged.error);
}

#[actix_web::test]
async fn what_the_command_cannot_do_is_explained() {
    let app = TestApp::spawn().await;
    let all = ["end", "--subject", ADA, "--all"];
    let refused = async |changes: &[(&str, &str)], arguments: &[&str], code: i32, why: &str| {
        let mut variables = app.variables.clone();
        for (key, value) in changes {
            variables.insert(format!("IDENTITY_WEB__{key}"), (*value).to_owned());
        }
        let printed = run(&variables, arguments).await;
        assert!(printed.code == Some(code) && printed.error.contains(why), "{changes:?} {arguments:?}: {printed:?}");
        assert!(printed.output.is_empty(), "{printed:?}");
    };
    for arguments in [&["list", "--subject", ADA][..], &all] {
        refused(&[("SESSION__STORE", "memory")], arguments, 2, "in the memory of the running application").await;
        refused(&[("SESSION__KEYS", "")], arguments, 2, "session.keys is unset").await;
        let multi = [("TYPE__AUTHORITY_TYPE", "MULTI_TENANT"), ("CLIENT__AUTHORITY", "https://login.example/common")];
        refused(&multi, arguments, 2, "--issuer is missing").await;
        let nowhere = format!("redis://:canary-4711@127.0.0.1:{}/", free_port());
        let printed = [("REDIS__URL", nowhere.as_str())];
        refused(&printed, arguments, 1, "the session store is unavailable").await;
        refused(&[("REDIS__ULR", "x")], arguments, 2, "did you mean redis.url?").await;
    }
    refused(&[], &["end", "--subject", ADA], 2, "--session <ID>|--all").await;
    refused(&[], &["end", "--subject", ADA, "--all", "--session", "x"], 2, "cannot be used with").await;
    refused(&[], &["end", "--all"], 2, "--subject").await;
    refused(&[], &["remove"], 2, "unrecognized subcommand").await;
    for arguments in [&["--help"][..], &["list", "--help"], &["end", "--help"]] {
        let help = run(&app.variables, arguments).await;
        assert!(help.code == Some(0) && help.output.contains("Usage: identity-web sessions"), "{help:?}");
    }
}

/// The failure is in the audit too: some sessions may have ended.
#[actix_web::test]
async fn a_failure_is_audited() {
    let mut redis = Redis::start();
    let app = TestApp::spawn_with(&[("redis.url", &redis.url())]).await;
    redis.stop();
    let failed = run(&app.variables, &["end", "--subject", ADA, "--all"]).await;
    assert_eq!(failed.code, Some(1), "{failed:?}");
    assert!(failed.error.contains("an operator ended sessions") && failed.error.contains("\"failed\""), "{failed:?}");
    assert!(failed.error.contains("the session store is unavailable"), "{failed:?}");
}
