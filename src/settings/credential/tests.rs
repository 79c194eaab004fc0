//! The credential in every form: a table, the environment, the Python sample's file, Azure's variables.

use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU32, Ordering};

use super::*;
use crate::demo::signer::new_rsa_key;
use crate::settings::{Settings, SettingsError};

/// A test's files, removed at its end.
struct Files(PathBuf);

impl Files {
    fn new() -> Self {
        static NEXT: AtomicU32 = AtomicU32::new(0);
        let name = format!("identity-web-credential-{}-{}", std::process::id(), NEXT.fetch_add(1, Ordering::Relaxed));
        let folder = std::env::temp_dir().join(name);
        std::fs::create_dir_all(&folder).unwrap();
        Self(folder)
    }

    /// Writes a file and returns its path.
    fn write(&self, name: &str, content: &str) -> String {
        std::fs::write(self.0.join(name), content).unwrap();
        self.0.join(name).to_str().unwrap().to_owned()
    }
}

impl Drop for Files {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.0);
    }
}

/// Returns a new RSA key and its certificate as PEM.
fn pem() -> (String, String) {
    let key = rcgen::KeyPair::try_from(new_rsa_key().unwrap()).unwrap();
    let certificate = rcgen::CertificateParams::new([]).unwrap().self_signed(&key).unwrap();
    (key.serialize_pem(), certificate.pem())
}

fn load(extra: &[(&str, &str)]) -> Result<Settings, SettingsError> {
    let variables = [("CLIENT__CLIENT_ID", "c"), ("CLIENT__AUTHORITY", "https://op.example")];
    let variables = variables.map(|(name, value)| (format!("IDENTITY_WEB__{name}"), value.to_owned()));
    let extra = extra.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned()));
    Settings::from_environment(Path::new("config"), variables.into_iter().chain(extra))
}

fn problems(extra: &[(&str, &str)]) -> String {
    load(extra).err().map(|error| error.to_string()).unwrap_or_default()
}

fn credential_of(extra: &[(&str, &str)]) -> Credential {
    load(extra).unwrap_or_else(|error| panic!("{error}")).client.credential
}

const KEY: &str = "IDENTITY_WEB__CLIENT__CLIENT_CREDENTIAL__PRIVATE_KEY";
const KEY_FILE: &str = "IDENTITY_WEB__CLIENT__CLIENT_CREDENTIAL__PRIVATE_KEY_FILE";
const CERT: &str = "IDENTITY_WEB__CLIENT__CLIENT_CREDENTIAL__CERTIFICATE";
const CERT_FILE: &str = "IDENTITY_WEB__CLIENT__CLIENT_CREDENTIAL__CERTIFICATE_FILE";
const TOKEN_FILE: &str = "IDENTITY_WEB__CLIENT__CLIENT_CREDENTIAL__FEDERATED_TOKEN_FILE";
const SECRET: &str = "IDENTITY_WEB__CLIENT__CLIENT_CREDENTIAL";
/// An unsigned token, which is enough for reading the file.
const TOKEN: &str = "eyJhbGciOiJSUzI1NiJ9.eyJleHAiOjF9.AAAA";
const CONFIG: &str = "IDENTITY_WEB_CONFIG";

#[test]
fn a_certificate_is_pem_or_a_path_in_every_layer() {
    let (files, (key, certificate)) = (Files::new(), pem());
    let (key_file, certificate_file) = (files.write("app.key", &key), files.write("app.crt", &certificate));
    let toml = format!("[client.client_credential]\nprivate_key = '{key_file}'\ncertificate = '''\n{certificate}'''\n");
    let toml = files.write("settings.toml", &toml);
    let ways: [(&[(&str, &str)], usize); 4] = [
        (&[(KEY_FILE, &key_file), (CERT_FILE, &certificate_file)], 2),
        (&[(KEY, &key_file), (CERT, &certificate_file)], 2),
        (&[(KEY, &key), (CERT, &certificate)], 0),
        (&[(CONFIG, &toml)], 1),
    ];
    for (way, in_files) in ways {
        let credential = credential_of(way);
        assert_eq!((credential.kind(), credential.files().len()), ("certificate", in_files));
        let debug = format!("{:?}", load(way).unwrap());
        assert!(!debug.contains("PRIVATE KEY"), "{debug}");
    }
}

#[test]
fn the_samples_file_has_a_certificate_as_msal_takes_it() {
    let (files, (key, certificate)) = (Files::new(), pem());
    let sample = std::fs::read_to_string("tests/it/aad.config.json").unwrap();
    let credential = serde_json::json!(
        {"private_key": key, "thumbprint": "A1B2C3D4E5F6", "public_certificate": certificate});
    let edited = sample.replace("\"the-secret\"", &credential.to_string());
    let file = files.write("aad.config.json", &edited);
    assert_eq!(credential_of(&[(CONFIG, &file)]).kind(), "certificate");
}

#[test]
fn a_later_layer_replaces_the_kind_of_credential() {
    let (files, (key, certificate)) = (Files::new(), pem());
    let secret = files.write("settings.toml", "[client]\nclient_credential = 'secret'\n");
    assert_eq!(credential_of(&[(CONFIG, &secret), (KEY, &key), (CERT, &certificate)]).kind(), "certificate");
    for _ in 0..20 {
        // The environment has no order, so neither value may win by chance.
        let both = problems(&[(SECRET, "secret"), (KEY, &key), (CERT, &certificate)]);
        assert!(both.contains("is set twice"), "{both}");
        assert_eq!(credential_of(&[(SECRET, ""), (KEY, &key), (CERT, &certificate)]).kind(), "certificate");
    }
    let table = files.write("table.toml", "[client.client_credential]\nfederated_token_file = '/nowhere'\n");
    assert_eq!(credential_of(&[(CONFIG, &table), (SECRET, "secret")]).kind(), "secret");
}

#[test]
fn every_unusable_credential_is_one_problem() {
    let (files, (key, certificate), (other, _)) = (Files::new(), pem(), pem());
    let token = files.write("token", TOKEN);
    let no_token = files.write("no-token", "no token");
    let given: [(&[(&str, &str)], &str); 8] = [
        (&[(KEY, &key)], "certificate: is unset, but private_key requires it"),
        (&[(CERT, &certificate)], "private_key: is unset, but certificate requires it"),
        (&[(KEY, &other), (CERT, &certificate)], "the private key does not belong to the certificate"),
        (&[(KEY, "canary-MIIEvQ"), (CERT, &certificate)], "is neither PEM nor a readable file"),
        (&[(KEY_FILE, "/nowhere.key"), (CERT, &certificate)], "cannot read /nowhere.key"),
        (&[(KEY, &key), (KEY_FILE, "/nowhere"), (CERT, &certificate)], "is set twice"),
        (&[(KEY, &key), (CERT, &certificate), (TOKEN_FILE, &token)], "is set more than once"),
        (&[(TOKEN_FILE, &no_token)], "does not hold a signed JSON Web Token"),
    ];
    for (variables, words) in given {
        let problems = problems(variables);
        assert!(problems.contains(words), "{words:?} is not in {problems}");
        assert!(problems.contains("have 1 problem:"), "nothing else is wrong: {problems}");
        assert!(!problems.contains("BEGIN") && !problems.contains("canary"), "{problems}");
    }
    let (algorithm, method) =
        ("IDENTITY_WEB__CLIENT__ID_TOKEN_SIGNED_RESPONSE_ALG", "IDENTITY_WEB__CLIENT__AUTHENTICATION_METHOD");
    let wrong = problems(&[(KEY, &key), (CERT, &certificate), (algorithm, "HS256"), (method, "client_secret_post")]);
    assert!(wrong.contains("requires client.client_credential to be a secret"), "{wrong}");
    assert!(wrong.contains("must be private_key_jwt"), "{wrong}");
    let wrong = problems(&[(&format!("{SECRET}__PASSPHRASE"), "canary")]);
    assert!(wrong.contains("unknown setting") && !wrong.contains("canary"), "{wrong}");
    let wrong = problems(&[(SECRET, "secret"), (method, "private_key_jwt")]);
    assert!(wrong.contains("requires a certificate or a federated token"), "{wrong}");
    load(&[(KEY, &key), (CERT, &certificate), (method, "private_key_jwt")]).unwrap();
    load(&[(SECRET, "secret"), (algorithm, "HS256")]).unwrap();
}

#[test]
fn azures_variables_are_used_only_if_a_setting_says_so() {
    let files = Files::new();
    let token = files.write("token", TOKEN);
    let azure = [
        ("AZURE_FEDERATED_TOKEN_FILE", token.as_str()),
        ("AZURE_CLIENT_ID", "of-azure"),
        ("AZURE_TENANT_ID", "c0ffee00-de30-4000-8000-c0de00000001"),
        ("AZURE_AUTHORITY_HOST", "https://login.microsoftonline.us/"),
    ];
    let load = |extra: &[(&str, &str)]| {
        let variables = azure.iter().chain(extra).map(|(name, value)| ((*name).to_owned(), (*value).to_owned()));
        Settings::from_environment(Path::new("config"), variables)
    };
    assert!(load(&[]).unwrap().demo, "by default they change nothing");

    let kind = ("IDENTITY_WEB__TYPE__AUTHORITY_TYPE", "SINGLE_TENANT");
    let settings = load(&[kind, (TOKEN_FILE, "azure")]).unwrap();
    assert_eq!(settings.client.client_id, "of-azure");
    assert_eq!(settings.provider.authority, "https://login.microsoftonline.us/c0ffee00-de30-4000-8000-c0de00000001");
    assert_eq!(settings.client.credential.files(), [Path::new(&token)]);

    let own = [("IDENTITY_WEB__CLIENT__CLIENT_ID", "own"), ("IDENTITY_WEB__CLIENT__AUTHORITY", "https://op.example")];
    let settings = load(&[kind, (TOKEN_FILE, "azure"), own[0], own[1]]).unwrap();
    assert_eq!((settings.client.client_id.as_str(), settings.provider.authority.as_str()), ("own", own[1].1));

    assert!(problems(&[(TOKEN_FILE, "azure")]).contains("AZURE_FEDERATED_TOKEN_FILE"), "if it is not set");
}
