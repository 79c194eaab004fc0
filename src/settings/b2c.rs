//! Section `b2c`: the policies (user flows) that users are sent to.

use url::Url;

use super::B2cSettings;
use super::reader::Reader;
use crate::oidc::provider::{AuthorityKind, ProviderSettings};

/// Reads the sign-in policy and the other policies; only for B2C.
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
        reader.problem("b2c.susi", "is required for B2C: the user flow for sign-up and sign-in, such as b2c_1_susi");
    }
    (susi, B2cSettings { profile, password })
}

/// Checks what B2C requires of the section `client`.
pub(super) fn check(reader: &mut Reader, provider: &ProviderSettings) {
    if provider.kind != AuthorityKind::B2c {
        return;
    }
    if provider.metadata_url.is_some() {
        reader.problem("client.metadata_url", "cannot be set for B2C, where each policy has its own metadata");
    }
    if Url::parse(&provider.authority).is_ok_and(|url| url.path().trim_end_matches('/').is_empty()) {
        let message = "must name the tenant: https://{name}.b2clogin.com/{name}.onmicrosoft.com";
        reader.problem("client.authority", message);
    }
}
