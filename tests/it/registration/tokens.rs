//! Where the token for Microsoft Graph comes from.

use std::ffi::OsString;

use serde_json::json;

use super::double::{Double, TENANT, TOKEN};
use super::succeeds;

/// A program called `az` on the path, which says something and notes how it was called.
#[cfg(unix)]
fn az(double: &Double, script: &str) -> [(&'static str, OsString); 1] {
    use std::os::unix::fs::PermissionsExt as _;
    let folder = double.folder.path().join("bin");
    std::fs::create_dir_all(&folder).unwrap();
    let file = folder.join("az");
    std::fs::write(&file, format!("#!/bin/sh\necho \"$@\" >{}/called\n{script}\n", folder.display())).unwrap();
    std::fs::set_permissions(&file, std::fs::Permissions::from_mode(0o755)).unwrap();
    [("PATH", folder.into_os_string())]
}

#[test]
#[cfg(unix)]
fn the_token_of_azures_command_line_is_used() {
    let double = Double::start(&json!({}));
    let answer = json!({ "accessToken": TOKEN, "expiresOn": "2026-11-24 12:00:00.000000", "tenant": TENANT, "tokenType": "Bearer" });
    let path = az(&double, &format!("echo '{answer}'"));
    succeeds(&double.command_with(&path, &double.arguments("register", &["--tenant", TENANT])));
    let called = std::fs::read_to_string(double.folder.path().join("bin/called")).unwrap();
    let expected = "account get-access-token --resource-type ms-graph --output json --tenant ";
    assert_eq!(called.trim(), format!("{expected}{TENANT}"));
    assert_eq!(double.secret(), double.state().secret());
}

#[test]
#[cfg(unix)]
fn what_azures_command_line_says_is_passed_on_and_its_token_never() {
    let double = Double::start(&json!({}));
    let run =
        |script| double.command_with(&az(&double, script), &double.arguments("register", &["--token-from", "az"]));
    let outcome = run("echo \"ERROR: Please run 'az login' to setup account.\" >&2; exit 1");
    assert!(outcome.code == 1 && outcome.said.contains("Please run 'az login'"), "{}", outcome.said);
    let outcome = run("echo 'canary-graph-token is no JSON'");
    assert!(outcome.code == 1 && outcome.said.contains("is not valid"), "{}", outcome.said);
}

#[test]
fn somebody_signs_in_with_a_code_where_there_is_no_token() {
    let double = Double::start(&json!({}));
    let outcome = double.command_with(&[], &double.arguments("register", &[]));
    succeeds(&outcome);
    let page = format!("{}/devicelogin", double.origin);
    assert!(outcome.said.contains(&page) && outcome.said.contains("ABCD-EFGH"), "{}", outcome.said);
    assert_eq!(double.secret(), double.state().secret());
}

#[test]
fn a_sign_in_that_is_declined_ends_it() {
    let double = Double::start(&json!({ "decline": true }));
    let outcome = double.command_with(&[], &double.arguments("register", &["--token-from", "device-code"]));
    assert!(outcome.code == 1 && outcome.said.contains("authorization_declined"), "{}", outcome.said);
}

#[test]
fn the_named_source_is_the_only_one() {
    let double = Double::start(&json!({}));
    let outcome = double.command_with(&[], &double.arguments("register", &["--token-from", "environment"]));
    assert!(outcome.code == 1 && outcome.said.contains("IDENTITY_WEB_GRAPH_TOKEN"), "{}", outcome.said);
}
