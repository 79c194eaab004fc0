//! What is broken off goes on where it stopped; what is refused is explained.

use serde_json::{Value, json};

use super::double::{ADA, Double, State};
use super::succeeds;

/// How many run beside one another.
const AT_ONCE: usize = 8;

/// What must be the same, whatever happened on the way.
fn end_state(double: &Double) -> Value {
    let state = double.state();
    let applications = state.applications();
    assert_eq!(state.0["violations"], json!([]));
    let secrets = state.0["secrets"].as_object().unwrap();
    let held: Vec<_> = applications.iter().map(|one| one["passwordCredentials"].as_array().unwrap().len()).collect();
    json!({
        "applications": applications.len(),
        "service_principals": state.0["servicePrincipals"].as_array().unwrap().len(),
        "owners": applications.iter().map(|one| one["owners"].clone()).collect::<Vec<_>>(),
        "web": applications.iter().map(|one| one["web"].clone()).collect::<Vec<_>>(),
        "secrets": held,
        "file_is_the_secret": secrets.values().any(|secret| double.files().contains(&"local.secret".to_owned())
            && secret.as_str() == Some(&double.secret())),
        "named": applications.iter().all(|one| double.settings().contains(one["appId"].as_str().unwrap())),
        "deleted": state.0["deleted"].as_array().unwrap().len(),
        "files": double.files(),
    })
}

/// Breaks a command off at each of its requests, before and after that was carried out; run again, it must end as it
/// does when nothing is broken off.
fn resumes(command: &'static str, arguments: &'static [&'static str], prepare: fn(&Double)) {
    let whole = Double::start(&json!({}));
    prepare(&whole);
    let before = whole.state().requests().len();
    succeeds(&whole.run(command, arguments));
    let requests = whole.state().requests().len() - before;
    let expected = end_state(&whole);
    let cases: Vec<_> = (1..=requests).flat_map(|at| [(at, false), (at, true)]).collect();
    assert!(cases.len() >= 8, "{cases:?}");
    for some in cases.chunks(AT_ONCE) {
        std::thread::scope(|scope| {
            for (at, carried_out) in some {
                let expected = &expected;
                scope.spawn(move || {
                    let double = Double::start(&json!({}));
                    prepare(&double);
                    double.faults(&json!({ "fail": { "at": at, "carried_out": carried_out } }));
                    let broken = double.run(command, arguments);
                    assert!(broken.code == 1 && broken.said.contains("run it again"), "{at}: {}", broken.said);
                    double.faults(&json!({}));
                    succeeds(&double.run(command, arguments));
                    assert_eq!(
                        &end_state(&double),
                        expected,
                        "{command}, broken off at {at}, carried out: {carried_out}"
                    );
                });
            }
        });
    }
}

#[test]
fn register_resumes_wherever_it_is_broken_off() {
    resumes("register", &[], |_| {});
}

#[test]
fn an_update_with_a_new_secret_resumes_wherever_it_is_broken_off() {
    resumes("register", &["--app-role", "Admin"], |double| {
        succeeds(&double.run("register", &[]));
        std::fs::remove_file(double.folder.path().join("config/local.secret")).unwrap();
    });
}

#[test]
fn unregister_resumes_wherever_it_is_broken_off() {
    resumes("unregister", &["--permanently"], |double| succeeds(&double.run("register", &[])));
}

#[test]
fn an_application_whose_making_was_not_heard_of_is_found_before_the_whole_directory_knows_it() {
    let double = Double::start(&json!({ "lag": 3, "fail": { "at": 4, "carried_out": true } }));
    assert_eq!(double.run("register", &[]).code, 1);
    let made = double.state().applications();
    assert_eq!((made.len(), double.files()), (1, Vec::new()));
    double.faults(&json!({ "keep_lag": true }));
    succeeds(&double.run("register", &[]));
    let state = double.state();
    assert_eq!((state.applications().len(), &state.applications()[0]["appId"]), (1, &made[0]["appId"]));
    assert_eq!(double.secret(), state.secret());
}

#[test]
fn what_graph_refuses_is_explained() {
    let double = Double::start(&json!({ "deny": "PATCH applications" }));
    let outcome = double.run("register", &[]);
    assert_eq!(outcome.code, 1);
    for part in ["Authorization_RequestDenied", "canary-request-id", "Application Developer", "PATCH /applications"] {
        assert!(outcome.said.contains(part), "{part} is not in {}", outcome.said);
    }
    assert_eq!(double.files(), Vec::<String>::new());
    let token = [("IDENTITY_WEB_GRAPH_TOKEN", "of-yesterday".into())];
    let outcome = double.command_with(&token, &double.arguments("register", &[]));
    assert!(outcome.code == 1 && outcome.said.contains("az login"), "{}", outcome.said);
}

#[test]
fn a_service_principal_that_may_not_be_made_does_not_stop_the_rest() {
    let double = Double::start(&json!({ "deny": "PATCH servicePrincipals" }));
    let outcome = double.run("register", &[]);
    succeeds(&outcome);
    assert!(outcome.said.contains("the first sign-in creates it"), "{}", outcome.said);
    assert_eq!(double.secret(), double.state().secret());
}

#[test]
fn a_token_of_an_application_has_nobody_to_make_an_owner() {
    let double = Double::start(&json!({ "me": null }));
    succeeds(&double.run("register", &[]));
    let State(state) = double.state();
    assert!(state["applications"][0]["owners"] == json!([]) && !state.to_string().contains(ADA));
}
