//! Keys and certificates as openssl makes them.

use std::path::PathBuf;
use std::process::Command;
use std::sync::atomic::{AtomicU32, Ordering};

use super::*;

/// A folder in which openssl works; removed with it.
pub(in crate::oidc) struct Openssl(PathBuf);

impl Openssl {
    pub(in crate::oidc) fn new() -> Self {
        static NEXT: AtomicU32 = AtomicU32::new(0);
        let name = format!("identity-web-openssl-{}-{}", std::process::id(), NEXT.fetch_add(1, Ordering::Relaxed));
        let folder = std::env::temp_dir().join(name);
        std::fs::create_dir_all(&folder).unwrap();
        Self(folder)
    }

    /// Runs openssl, and gives its standard output.
    pub(in crate::oidc) fn run(&self, arguments: &str) -> Vec<u8> {
        let mut command = Command::new("openssl");
        let output = command.args(arguments.split(' ')).current_dir(&self.0).output().unwrap();
        assert!(output.status.success(), "openssl {arguments}: {}", String::from_utf8_lossy(&output.stderr));
        output.stdout
    }

    pub(in crate::oidc) fn path(&self, name: &str) -> PathBuf {
        self.0.join(name)
    }

    pub(in crate::oidc) fn read(&self, name: &str) -> String {
        std::fs::read_to_string(self.path(name)).unwrap()
    }

    pub(in crate::oidc) fn write(&self, name: &str, content: impl AsRef<[u8]>) {
        std::fs::write(self.path(name), content).unwrap();
    }

    /// A self-signed certificate `{name}.crt` and its key `{name}.key`; `kind` is what `-newkey` takes.
    pub(in crate::oidc) fn certificate(&self, name: &str, kind: &str) {
        let (key, certificate) = (format!("-keyout {name}.key"), format!("-out {name}.crt"));
        self.run(&format!("req -x509 -newkey {kind} -nodes {key} {certificate} -days 90 -subj /O=Contoso/CN={name}"));
    }

    /// What `certificate` made, to sign with.
    pub(in crate::oidc) fn client_certificate(&self, name: &str) -> ClientCertificate {
        let file = |kind: &str| Secret::from_file(self.path(&format!("{name}.{kind}"))).unwrap();
        ClientCertificate::new(file("key"), file("crt")).unwrap()
    }

    fn pair(&self, key: &str, certificate: &str) -> Result<CertifiedKey, CertificateError> {
        CertifiedKey::from_pem(&self.read(key), &self.read(certificate))
    }
}

impl Drop for Openssl {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.0);
    }
}

const P256: &str = "ec -pkeyopt ec_paramgen_curve:P-256";

#[test]
fn a_certificate_is_read_as_openssl_wrote_it() {
    let openssl = Openssl::new();
    openssl.certificate("app", "rsa:2048");
    let key = openssl.pair("app.key", "app.crt").unwrap();
    assert_eq!((key.algorithm(), key.subject.as_str()), ("PS256", "CN=app,O=Contoso"));
    assert_eq!(key.not_after.since(key.not_before), Duration::from_hours(90 * 24));
    let said = |option: &str| String::from_utf8(openssl.run(&format!("x509 -in app.crt -noout {option}"))).unwrap();
    let fingerprint = |option: &str| said(option).trim().rsplit_once('=').unwrap().1.replace(':', "");
    let (sha1, sha256) = key.fingerprints();
    assert_eq!((sha1, sha256), (fingerprint("-fingerprint -sha1"), fingerprint("-fingerprint -sha256")));

    let date = |text: &str| text.split(' ').next().unwrap().to_owned();
    let ends = said("-enddate -dateopt iso_8601");
    assert_eq!(date(&key.not_after.to_string()), date(ends.trim().strip_prefix("notAfter=").unwrap()));
}

#[test]
fn keys_of_every_usual_form_are_read() {
    let openssl = Openssl::new();
    openssl.certificate("rsa", "rsa:2048");
    openssl.certificate("ec", P256);
    openssl.run("rsa -in rsa.key -traditional -out pkcs1.key");
    assert!(openssl.read("pkcs1.key").contains("BEGIN RSA PRIVATE KEY"));
    for (key, certificate) in [("rsa.key", "rsa.crt"), ("pkcs1.key", "rsa.crt"), ("ec.key", "ec.crt")] {
        openssl.pair(key, certificate).unwrap_or_else(|error| panic!("{key}: {error}"));
    }
    // The one that belongs to the key is found in a chain, and beside a key in the same file.
    openssl.write("chain.crt", openssl.read("ec.crt") + &openssl.read("rsa.crt") + &openssl.read("rsa.key"));
    assert_eq!(openssl.pair("chain.crt", "chain.crt").unwrap().subject, "CN=rsa,O=Contoso");
}

#[test]
fn unusable_pairs_are_explained() {
    let openssl = Openssl::new();
    openssl.certificate("app", "rsa:2048");
    openssl.certificate("other", "rsa:2048");
    openssl.certificate("weak", "rsa:1024");
    openssl.certificate("p384", "ec -pkeyopt ec_paramgen_curve:P-384");
    openssl.run("ecparam -name prime256v1 -genkey -noout -out sec1.key");
    openssl.run("pkcs8 -topk8 -in app.key -passout pass:secret -out encrypted.key");
    openssl.run("rsa -in app.key -traditional -aes128 -passout pass:secret -out old-encrypted.key");
    openssl.write("empty", "nothing\n");
    openssl.write("cut.crt", &openssl.read("app.crt")[..300]);
    for (key, certificate, words) in [
        ("other.key", "app.crt", "does not belong to the certificate"),
        ("weak.key", "weak.crt", "not a PEM-encoded RSA key of 2048"),
        ("p384.key", "p384.crt", "not a PEM-encoded RSA key of 2048"),
        ("sec1.key", "app.crt", "converts it to PKCS #8"),
        ("encrypted.key", "app.crt", "is encrypted"),
        ("old-encrypted.key", "app.crt", "is encrypted"),
        ("empty", "app.crt", "not a PEM-encoded RSA key"),
        ("app.crt", "app.crt", "not a PEM-encoded RSA key"),
        ("app.key", "empty", "not a PEM-encoded X.509 certificate"),
        ("app.key", "app.key", "not a PEM-encoded X.509 certificate"),
        ("app.key", "cut.crt", "not a PEM-encoded X.509 certificate"),
    ] {
        let error = openssl.pair(key, certificate).map(|_| ()).unwrap_err().to_string();
        assert!(error.contains(words), "{key}, {certificate}: {error}");
    }
}

#[test]
fn a_rotation_in_progress_keeps_the_last_pair_and_is_reported_once() {
    let openssl = Openssl::new();
    for name in ["app", "next", "last"] {
        openssl.certificate(name, "rsa:2048");
    }
    let certificate = openssl.client_certificate("app");
    let held = || certificate.clone().key().subject.clone();
    assert!(!certificate.reload().unwrap());

    // The key comes first…
    openssl.write("app.key", openssl.read("next.key"));
    assert!(matches!(certificate.reload(), Err(CertificateError::Mismatch)));
    assert!(!certificate.reload().unwrap(), "reported once");
    assert_eq!(held(), "CN=app,O=Contoso");
    openssl.write("app.crt", openssl.read("next.crt"));
    assert!(certificate.reload().unwrap());
    assert_eq!(held(), "CN=next,O=Contoso");

    // …or the certificate, with a moment in which its file is not there.
    std::fs::remove_file(openssl.path("app.crt")).unwrap();
    openssl.write("app.key", openssl.read("last.key"));
    assert!(matches!(certificate.reload(), Err(CertificateError::File(_))));
    openssl.write("app.crt", &openssl.read("last.crt")[..300]);
    assert!(matches!(certificate.reload(), Err(CertificateError::NoCertificate)));
    openssl.write("app.crt", openssl.read("last.crt"));
    assert!(certificate.reload().unwrap());
    assert_eq!(held(), "CN=last,O=Contoso");
    assert_eq!(format!("{certificate:?}"), "ClientCertificate(\"CN=last,O=Contoso\")");
}
