//! `identity-web register` and `unregister`, against a double of Microsoft Graph that checks each request against
//! Microsoft's own types of it.

mod credentials;
mod double;
mod faults;
mod tokens;

use double::{ADA, Double, Outcome, TENANT};
use serde_json::json;

/// A run that works, or the test fails.
fn succeeds(outcome: &Outcome) {
    assert_eq!(outcome.code, 0, "{}", outcome.said);
}

#[test]
fn registered_twice_then_unregistered() {
    let double = Double::start(&json!({ "lag": 2, "throttle": 4 }));
    succeeds(&double.run("register", &[]));
    let state = double.state();
    let application = &state.applications()[0];
    for (property, expected) in [
        ("signInAudience", json!("AzureADMyOrg")),
        ("displayName", json!("Identity Web (127.0.0.1:5000)")),
        (
            "web",
            json!({
                "redirectUris": ["https://127.0.0.1:5000/auth/redirect", "https://127.0.0.1:5000/auth/post_sign_out"],
                "homePageUrl": "https://127.0.0.1:5000/",
                "logoutUrl": "https://127.0.0.1:5000/auth/front_channel_logout",
                "implicitGrantSettings": { "enableIdTokenIssuance": false },
            }),
        ),
        ("owners", json!([ADA])),
    ] {
        assert_eq!(application[property], expected, "{property}");
    }
    assert_eq!(application["requiredResourceAccess"][0]["resourceAccess"][0]["type"], "Scope");
    assert_eq!(application["optionalClaims"]["idToken"][1]["name"], "sid");
    assert_eq!(double.secret(), state.secret(), "the file has the secret");
    assert_eq!(state.0["servicePrincipals"].as_array().unwrap().len(), 1);
    let settings = double.settings();
    let client_id = application["appId"].as_str().unwrap();
    for line in [
        format!("client_id = \"{client_id}\""),
        format!("authority = \"{}/{TENANT}\"", double.origin),
        "authority_type = \"SINGLE_TENANT\"".to_owned(),
        "client_credential_file = \"config/local.secret\"".to_owned(),
    ] {
        assert!(settings.contains(&line), "{line} is not in\n{settings}");
    }
    succeeds(&double.command(&["check", "--offline"]));

    double.faults(&json!({}));
    let again = double.run("register", &[]);
    succeeds(&again);
    let second = double.state();
    assert_eq!(second.writes(state.requests().len()), Vec::<String>::new(), "the second time changes nothing");
    assert_eq!((second.applications(), double.settings()), (state.applications(), settings));
    assert!(again.said.contains("secret: nothing to do"), "{}", again.said);

    succeeds(&double.run("unregister", &["--permanently"]));
    let gone = double.state();
    for kept in ["applications", "servicePrincipals", "deleted"] {
        assert_eq!(gone.0[kept], json!([]), "{kept}");
    }
    assert_eq!(double.files(), Vec::<String>::new());
    let again = double.run("unregister", &["--permanently"]);
    succeeds(&again);
    assert!(again.said.contains("none is registered"), "{}", again.said);
    assert_eq!(gone.0["violations"], json!([]));
}

#[test]
fn a_dry_run_prints_each_request_and_changes_nothing() {
    let double = Double::start(&json!({}));
    let without_token = double.command_with(&[], &double.arguments("register", &["--dry-run"]));
    succeeds(&without_token);
    assert!(without_token.said.contains("nothing is sent"), "{}", without_token.said);
    assert_eq!(double.state().requests().len(), 0);
    let outcome = double.run("register", &["--dry-run"]);
    succeeds(&outcome);
    for part in [
        &format!("PATCH {}/v1.0/applications(uniqueName='identity-web-127-0-0-1-", double.origin) as &str,
        "Prefer: create-if-missing",
        "\"signInAudience\": \"AzureADMyOrg\"",
        "servicePrincipals(appId='CLIENT-ID')",
        &format!("/v1.0/directoryObjects/{ADA}"),
        "/addPassword",
        "nothing was changed",
    ] {
        assert!(outcome.said.contains(part), "{part} is not in\n{}", outcome.said);
    }
    let state = double.state();
    assert!(!state.requests().is_empty() && state.writes(0).is_empty());
    assert_eq!((state.applications().len(), double.files()), (0, Vec::new()));

    succeeds(&double.run("register", &[]));
    let (before, files) = (double.state(), double.files());
    let outcome = double.run("unregister", &["--dry-run", "--permanently"]);
    succeeds(&outcome);
    assert!(outcome.said.contains("DELETE ") && outcome.said.contains("/directory/deletedItems/"), "{}", outcome.said);
    assert!(outcome.said.contains("settings: would be removed from"), "{}", outcome.said);
    assert_eq!((double.state().applications(), double.files()), (before.applications(), files));
}

#[test]
fn an_application_of_others_is_left_alone_until_it_is_named() {
    let name = unique_name(&Double::start(&json!({})));
    let other = "bbbbbbbb-0000-4000-8000-000000000b0b";
    let theirs = json!({ "uniqueName": name, "displayName": "Theirs", "owners": [other],
                         "web": { "redirectUris": ["https://staging.example/cb"] } });
    let double = Double::start(&json!({ "applications": [theirs] }));
    let before = double.state();
    let outcome = double.run("register", &[]);
    assert_eq!(outcome.code, 1, "{}", outcome.said);
    let client_id = before.applications()[0]["appId"].as_str().unwrap().to_owned();
    assert!(outcome.said.contains(&format!("--client-id {client_id}")), "{}", outcome.said);
    assert!(double.state().writes(0).is_empty());

    succeeds(&double.run("register", &["--client-id", &client_id]));
    let state = double.state();
    let adopted = &state.applications()[0];
    assert_eq!((adopted["displayName"].as_str(), &adopted["owners"]), (Some("Theirs"), &json!([other, ADA])));
    let uris = adopted["web"]["redirectUris"].as_array().unwrap();
    assert!(uris.len() == 3 && uris[0] == "https://staging.example/cb", "{uris:?}");
}

/// The name that a dry run would register the application under.
fn unique_name(double: &Double) -> String {
    let said = double.run("register", &["--dry-run"]).said;
    said.split("uniqueName='").nth(1).unwrap().split('\'').next().unwrap().to_owned()
}

#[test]
fn an_application_that_was_not_made_here_is_not_deleted_unasked() {
    let double = Double::start(&json!({ "applications": [{ "displayName": "Made in the portal" }] }));
    let client_id = double.state().applications()[0]["appId"].as_str().unwrap().to_owned();
    double.write_settings(&format!("[client]\nclient_id = \"{client_id}\"\n"));
    let outcome = double.run("unregister", &[]);
    assert!(outcome.code == 1 && outcome.said.contains("--client-id"), "{}", outcome.said);
    assert_eq!(double.state().applications().len(), 1);
    succeeds(&double.run("unregister", &["--client-id", &client_id]));
    assert_eq!(double.state().applications().len(), 0);
}

#[test]
fn what_was_deleted_and_can_be_restored_does_not_stand_in_the_way() {
    let double = Double::start(&json!({}));
    for expected in 1..=2 {
        succeeds(&double.run("register", &[]));
        succeeds(&double.run("unregister", &[]));
        assert_eq!(double.state().0["deleted"].as_array().unwrap().len(), 2 * expected);
    }
    succeeds(&double.run("register", &[]));
    let state = double.state();
    assert!(state.applications()[0]["uniqueName"].as_str().unwrap().ends_with("-3"));
}

#[test]
fn the_settings_decide_who_may_sign_in_and_where_people_come_back_to() {
    let double = Double::start(&json!({}));
    double.write_settings(
        "[type]\nauthority_type = \"MULTI_TENANT\" # mine\n[server]\npublic_url = \"https://app.example\"\n\
         [auth_endpoints]\nprefix = \"/login\"\n",
    );
    succeeds(&double.run("register", &["--app-role", "Admin", "--name", "Ours"]));
    let state = double.state();
    let application = &state.applications()[0];
    assert_eq!(application["signInAudience"], "AzureADMultipleOrgs");
    assert_eq!(application["web"]["redirectUris"][0], "https://app.example/login/redirect");
    assert_eq!((&application["appRoles"][0]["value"], &application["displayName"]), (&json!("Admin"), &json!("Ours")));
    let settings = double.settings();
    assert!(settings.contains("authority_type = \"MULTI_TENANT\" # mine\n"), "{settings}");
    assert!(settings.contains(&format!("authority = \"{}/organizations\"", double.origin)), "{settings}");
    let uris = settings.replace("/login", "/auth");
    double.write_settings(&uris.replace("https://app.example", "https://other.example"));
    let outcome = double.run("register", &["--app-role", "Admin"]);
    assert!(outcome.said.contains("changed web"), "{}", outcome.said);
    let state = double.state();
    assert_eq!(state.applications()[0]["web"]["redirectUris"].as_array().unwrap().len(), 4);
    assert_eq!(state.0["violations"], json!([]));
}

#[test]
fn what_cannot_begin_is_said_before_anything_is_sent() {
    let double = Double::start(&json!({}));
    for (arguments, said) in [
        (&["--output", "aad.config.json"][..], "JSON"),
        (&["--graph-url", "http://graph.example"], "--graph-url"),
        (&["--credential", "certificate"], "--certificate"),
        (&["--secret-lifetime-days", "0"], "0"),
    ] {
        let outcome = double.run("register", arguments);
        assert!(outcome.code == 2 && outcome.said.contains(said), "{arguments:?}: {}", outcome.said);
    }
    double.write_settings("[server]\npublic_ulr = \"https://app.example\"\n");
    let outcome = double.run("register", &[]);
    assert!(outcome.code == 2 && outcome.said.contains("public_ulr"), "{}", outcome.said);
    assert_eq!(double.state().requests().len(), 0);
    double.write_settings("");
    let outcome = double.run("register", &["--tenant", "99999999-2222-4333-8444-555555555555"]);
    assert!(outcome.code == 1 && outcome.said.contains("az login --tenant"), "{}", outcome.said);
    assert!(double.state().writes(0).is_empty());
}
