//! How the registered application proves who it is.

use std::path::Path;
use std::process::Command;

use serde_json::json;

use super::double::{Double, Outcome};
use super::succeeds;
use crate::helpers::certificates::Certified;

/// A certificate and its key, in files. The key lies in the certificate's file too, and must not be sent with it.
fn write(double: &Double, name: &str, certified: &Certified) {
    let folder = double.folder.path();
    std::fs::write(folder.join(format!("{name}.key")), &certified.key).unwrap();
    std::fs::write(folder.join(format!("{name}.pem")), certified.key.clone() + &certified.certificate).unwrap();
}

/// Registers with the certificate and the key of these names.
fn register(double: &Double, certificate: &str, key: &str) -> Outcome {
    let (certificate, key) = (format!("{certificate}.pem"), format!("{key}.key"));
    let arguments = ["--credential", "certificate", "--certificate", &certificate, "--private-key", &key];
    double.run("register", &arguments)
}

#[test]
fn certificates_are_added_beside_those_that_are_there() {
    let double = Double::start(&json!({ "lag": 1 }));
    let first = Certified::new(0, "first", [-1, 365]);
    write(&double, "first", &first);
    write(&double, "second", &Certified::new(1, "second", [-1, 365]));
    for (expected, name) in [(1, "first"), (1, "first"), (2, "second")] {
        succeeds(&register(&double, name, name));
        let state = double.state();
        assert_eq!(state.applications()[0]["keyCredentials"].as_array().unwrap().len(), expected);
        let line = format!("{{ private_key = \"{name}.key\", certificate = \"{name}.pem\" }}");
        assert!(double.settings().contains(&line), "{}", double.settings());
        assert_eq!((&state.0["violations"], &state.0["secrets"]), (&json!([]), &json!({})));
    }
    succeeds(&double.command(&["check", "--offline"]));
    let part = first.key.lines().nth(1).unwrap();
    assert!(!double.state().0.to_string().contains(part), "the private key was sent");
    // What is set is not replaced unasked.
    let outcome = double.run("register", &[]);
    assert!(outcome.said.contains("credential: left unchanged"), "{}", outcome.said);
    succeeds(&double.run("unregister", &[]));
    assert_eq!(double.files(), Vec::<String>::new());
}

#[test]
fn a_certificate_that_cannot_be_used_is_refused_before_anything_is_sent() {
    let double = Double::start(&json!({}));
    write(&double, "ended", &Certified::new(0, "ended", [-2, -1]));
    write(&double, "other", &Certified::new(1, "other", [-1, 1]));
    write(&double, "curve", &Certified::of_p256("curve"));
    for (certificate, key, said) in [
        ("ended", "ended", "expired on"),
        ("other", "ended", "does not belong to the certificate"),
        ("curve", "curve", "RSA"),
        ("other", "nowhere", "nowhere.key"),
    ] {
        let outcome = register(&double, certificate, key);
        assert!(outcome.code == 2 && outcome.said.contains(said), "{certificate}: {}", outcome.said);
    }
    assert_eq!(double.state().requests().len(), 0);
}

#[test]
fn tokens_of_another_issuer_are_trusted_once() {
    let double = Double::start(&json!({}));
    let arguments = [
        "--credential",
        "federated",
        "--federated-issuer",
        "https://cluster.example",
        "--federated-subject",
        "system:serviceaccount:web:app",
    ];
    succeeds(&double.run("register", &arguments));
    let state = double.state();
    let federation = &state.applications()[0]["federations"][0];
    assert_eq!(
        (&federation["name"], &federation["audiences"]),
        (&json!("identity-web"), &json!(["api://AzureADTokenExchange"]))
    );
    assert!(double.settings().contains("{ federated_token_file = \"azure\" }"), "{}", double.settings());
    succeeds(&double.run("register", &arguments));
    assert_eq!(double.state().writes(state.requests().len()), Vec::<String>::new());
}

#[test]
fn a_new_secret_is_made_where_it_is_asked_for_or_the_old_one_is_lost() {
    let double = Double::start(&json!({}));
    succeeds(&double.run("register", &[]));
    let first = double.secret();
    let passwords = || double.state().applications()[0]["passwordCredentials"].as_array().unwrap().len();
    succeeds(&double.run("register", &["--new-secret", "--secret-lifetime-days", "10"]));
    let second = double.secret();
    assert!(first != second && passwords() == 2, "the old one stays valid");
    let outcome = double.run("register", &[]);
    assert!(outcome.said.contains("--new-secret creates another"), "{}", outcome.said);
    std::fs::write(double.folder.path().join("config/local.secret"), "not it\n").unwrap();
    succeeds(&double.run("register", &[]));
    let secrets = double.state().0["secrets"].to_string();
    assert!(passwords() == 3 && secrets.contains(&double.secret()));
}

#[test]
fn a_secret_that_stands_in_the_settings_and_works_stays_there() {
    let double = Double::start(&json!({}));
    succeeds(&double.run("register", &[]));
    let secret = double.secret();
    let file = double.folder.path().join("config/local.secret");
    std::fs::remove_file(&file).unwrap();
    let line = double.settings().lines().find(|line| line.contains("client_credential_file")).unwrap().to_owned();
    let settings = double.settings().replace(&line, &format!("client_credential = \"{secret}\""));
    double.write_settings(&settings);
    succeeds(&double.run("register", &[]));
    assert!(double.settings() == settings && !file.exists());
    succeeds(&double.run("register", &["--new-secret"]));
    assert!(!double.settings().contains("client_credential =") && double.secret() != secret);
}

#[test]
fn the_doubles_schemas_are_those_of_microsofts_types() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/graph");
    let output = Command::new("node").args(["schemas.mjs", "--check"]).current_dir(folder).output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
}
