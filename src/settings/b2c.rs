//! Section `b2c`: which policies (user flows) people are sent to.

use url::Url;

use super::B2cSettings;
use super::reader::Reader;
use crate::oidc::provider::{AuthorityKind, ProviderSettings};

/// The policy of the sign-in, and the others; read for B2C alone.
pub(super) fn b2c(reader: &mut Reader, kind: AuthorityKind) -> (Option<String>, B2cSettings) {
    let mut policy = |key: &str| {
        let path = format!("b2c.{key}");
        if kind != AuthorityKind::B2c {
            reader.ignore(&path);
            return None;
        }
        let name = |text: &str| {
            let name = text.strip_prefix('/').unwrap_or(text);
            let plain = name.bytes().all(|b| b.is_ascii_alphanumeric() || b"_-".contains(&b));
            (plain && !name.is_empty()).then(|| name.to_owned())
        };
        reader.parsed(&path, "the name of a user flow or policy, such as b2c_1_susi", name)
    };
    let (susi, profile, password) = (policy("susi"), policy("profile"), policy("password"));
    if kind == AuthorityKind::B2c && susi.is_none() {
        reader.problem("b2c.susi", "must be the user flow that people sign up or in by, such as b2c_1_susi");
    }
    (susi, B2cSettings { profile, password })
}

/// What B2C wants of the section `client`.
pub(super) fn check(reader: &mut Reader, provider: &ProviderSettings) {
    if provider.kind != AuthorityKind::B2c {
        return;
    }
    if provider.metadata_url.is_some() {
        reader.problem("client.metadata_url", "cannot be set for B2C, where each policy has metadata of its own");
    }
    if Url::parse(&provider.authority).is_ok_and(|url| url.path().trim_end_matches('/').is_empty()) {
        let message = "must name the tenant: https://{name}.b2clogin.com/{name}.onmicrosoft.com";
        reader.problem("client.authority", message);
    }
}
