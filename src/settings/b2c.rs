//! Section `b2c`: the policies (user flows) that users are sent to.

use url::Url;

use super::B2cSettings;
use super::providers::Table;
use super::reader::Reader;
use crate::oidc::provider::{AuthorityKind, ProviderSettings};

/// Reads the policies of the default provider besides its sign-in policy; only for B2C.
pub(super) fn b2c(reader: &mut Reader, kind: AuthorityKind) -> B2cSettings {
    let mut policy = |key| policy(reader, &Table::Default.key("b2c", key), kind);
    B2cSettings { profile: policy("profile"), password: policy("password") }
}

/// Reads the sign-in policy, which B2C requires.
pub(super) fn susi(reader: &mut Reader, table: Table<'_>, kind: AuthorityKind) -> Option<String> {
    let path = table.key("b2c", "susi");
    let susi = policy(reader, &path, kind);
    if kind == AuthorityKind::B2c && susi.is_none() {
        reader.problem(&path, "is required for B2C: the user flow for sign-up and sign-in, such as b2c_1_susi");
    }
    susi
}

fn policy(reader: &mut Reader, path: &str, kind: AuthorityKind) -> Option<String> {
    if kind != AuthorityKind::B2c {
        reader.ignore(path);
        return None;
    }
    let name = |text: &str| {
        let name = text.strip_prefix('/').unwrap_or(text);
        let plain = name.bytes().all(|b| b.is_ascii_alphanumeric() || b"_-".contains(&b));
        (plain && !name.is_empty()).then(|| name.to_owned())
    };
    reader.parsed(path, "the name of a user flow or policy, such as b2c_1_susi", name)
}

/// Checks what B2C requires of the section `client`.
pub(super) fn check(reader: &mut Reader, table: Table<'_>, provider: &ProviderSettings) {
    if provider.kind != AuthorityKind::B2c {
        return;
    }
    if provider.metadata_url.is_some() {
        let path = table.key("client", "metadata_url");
        reader.problem(&path, "cannot be set for B2C, where each policy has its own metadata");
    }
    if Url::parse(&provider.authority).is_ok_and(|url| url.path().trim_end_matches('/').is_empty()) {
        let message = "must name the tenant: https://{name}.b2clogin.com/{name}.onmicrosoft.com";
        reader.problem(&table.key("client", "authority"), message);
    }
}
