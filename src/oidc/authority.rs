//! The provider's address, and the issuer it may name: OpenID Connect Discovery 1.0 sections 4.1 and 4.3.

use url::{Host, Url};

use super::issuer::{CONSUMERS_TENANT, IssuerRule, TENANT_PLACEHOLDER, is_guid};

/// How the provider names its issuers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AuthorityKind {
    /// Any OpenID Provider: the authority is the issuer.
    Oidc,
    /// Microsoft Entra for users of one organisation, or External ID: the issuer is `{authority}/v2.0`, with the
    /// tenant's GUID.
    SingleTenant,
    /// Microsoft Entra for users of any organisation, or of those allowed: the issuer is a template.
    MultiTenant,
    /// Azure AD B2C: each policy has its own metadata and keys.
    B2c,
}

/// The provider's address, and which of its users may sign in.
#[derive(Clone, Debug)]
pub struct ProviderSettings {
    /// How the provider names its issuers.
    pub kind: AuthorityKind,
    /// `client.authority`, exactly as configured.
    pub authority: String,
    /// The name of the policy, such as `b2c_1_susi`, for [`AuthorityKind::B2c`].
    pub policy: Option<String>,
    /// `client.metadata_url`: the address of the discovery document, if it is not under the authority.
    pub metadata_url: Option<Url>,
    /// `client.allowed_tenants`, for [`AuthorityKind::MultiTenant`]. Empty means any.
    pub allowed_tenants: Vec<String>,
}

impl ProviderSettings {
    /// Returns the address of the discovery document (section 4.1). Entra's is under `/v2.0`, B2C's under the policy.
    ///
    /// # Errors
    /// The authority is not a URL.
    pub fn metadata_url(&self) -> Result<Url, url::ParseError> {
        if let Some(url) = &self.metadata_url {
            return Ok(url.clone());
        }
        Url::parse(&format!("{}/.well-known/openid-configuration", self.base()))
    }

    /// Returns whether the provider is Microsoft Entra, which comes with Microsoft Graph. B2C does not.
    pub fn is_entra(&self) -> bool {
        matches!(self.kind, AuthorityKind::SingleTenant | AuthorityKind::MultiTenant)
    }

    /// Returns the issuer of the provider's tokens, if the settings alone determine it. Otherwise it depends on the user's
    /// tenant, or only the metadata has it: if the tenant is not named by its ID, for External ID and for B2C.
    pub fn fixed_issuer(&self) -> Option<String> {
        let base = self.base().to_ascii_lowercase();
        let (_, tenant) = split_tenant(&base).unwrap_or_default();
        match self.kind {
            AuthorityKind::Oidc => Some(self.authority.clone()),
            AuthorityKind::SingleTenant if is_guid(tenant) && !base.contains(".ciamlogin.") => Some(base),
            _ => None,
        }
    }

    pub(super) fn base(&self) -> String {
        let authority = self.authority.trim_end_matches('/');
        match (self.kind, &self.policy) {
            (AuthorityKind::Oidc, _) => authority.to_owned(),
            (AuthorityKind::B2c, Some(policy)) => format!("{authority}/{policy}/v2.0"),
            _ if authority.ends_with("/v2.0") => authority.to_owned(),
            _ => format!("{authority}/v2.0"),
        }
    }

    /// Checks that the metadata's issuer is the configured one (section 4.3).
    ///
    /// # Errors
    /// The issuer that was expected.
    pub(super) fn check_issuer(&self, found: &str) -> Result<(), String> {
        let (expected, agrees) = match self.kind {
            AuthorityKind::Oidc => (self.authority.clone(), found == self.authority),
            AuthorityKind::B2c => (self.base(), self.is_issuer_of_policy(found)),
            _ => (self.base(), self.is_issuer_of_tenant(found)),
        };
        if agrees { Ok(()) } else { Err(expected) }
    }

    /// Entra's issuer has the tenant's GUID even if the authority has its domain name, and a placeholder if the
    /// authority stands for many tenants.
    fn is_issuer_of_tenant(&self, issuer: &str) -> bool {
        let base = self.base();
        let Some((host, configured)) = split_tenant(&base) else { return false };
        let Some((issuer_host, tenant)) = split_tenant(issuer) else { return false };
        let tenant_agrees = match self.kind {
            _ if configured == "consumers" => tenant == CONSUMERS_TENANT,
            AuthorityKind::MultiTenant if !is_guid(configured) => tenant == TENANT_PLACEHOLDER || is_guid(tenant),
            _ => is_tenant(tenant, configured),
        };
        let single = self.kind == AuthorityKind::SingleTenant;
        tenant_agrees && (host == issuer_host || single && is_host_of_tenant(issuer_host, host, tenant))
    }

    /// B2C's issuer is `{host}/{GUID}/v2.0/`, with a trailing slash. A policy can be set to name itself in it: then it
    /// is `{host}/tfp/{GUID}/{policy}/v2.0/`.
    fn is_issuer_of_policy(&self, issuer: &str) -> bool {
        let (Ok(authority), Some(policy)) = (Url::parse(&self.authority), &self.policy) else { return false };
        let configured = authority.path().trim_end_matches('/').rsplit('/').next().unwrap_or_default();
        let Some(path) = issuer.strip_prefix(&authority.origin().ascii_serialization()) else { return false };
        match path.split('/').collect::<Vec<_>>()[..] {
            ["", tenant, "v2.0", ""] => is_tenant(tenant, configured),
            ["", "tfp", tenant, named, "v2.0", ""] => {
                is_tenant(tenant, configured) && named.eq_ignore_ascii_case(policy)
            }
            _ => false,
        }
    }

    /// Returns the rule for the issuer of tokens if the metadata names `issuer`.
    pub(super) fn issuer_rule_for(&self, issuer: &str) -> IssuerRule {
        match (self.kind, split_tenant(issuer)) {
            (AuthorityKind::B2c, _) => {
                IssuerRule::Policy { issuer: issuer.to_owned(), policy: self.policy.clone().unwrap_or_default() }
            }
            (AuthorityKind::Oidc, _) | (_, None) => IssuerRule::Exact(issuer.to_owned()),
            (kind, Some((host, tenant))) => {
                let template = format!("{host}/{TENANT_PLACEHOLDER}/v2.0");
                let allowed = match (kind, tenant) {
                    (AuthorityKind::MultiTenant, TENANT_PLACEHOLDER) => self.allowed_tenants.clone(),
                    _ => vec![tenant.to_owned()],
                };
                IssuerRule::Tenants { template, allowed }
            }
        }
    }
}

/// Splits `{host}/{tenant}/v2.0`.
fn split_tenant(issuer: &str) -> Option<(&str, &str)> {
    issuer.strip_suffix("/v2.0")?.rsplit_once('/')
}

/// Returns whether an issuer's tenant, a GUID, may be the configured one, which may be a domain name.
fn is_tenant(found: &str, configured: &str) -> bool {
    is_guid(found) && (!is_guid(configured) || found.eq_ignore_ascii_case(configured))
}

/// External ID's issuer is at a host of the tenant's own: the authority's, with its first label replaced by the
/// tenant's GUID. In a name of two labels the first is not replaced: everything under the rest is another owner's.
fn is_host_of_tenant(found: &str, configured: &str, tenant: &str) -> bool {
    let (Ok(mut expected), Ok(found)) = (Url::parse(configured), Url::parse(found)) else { return false };
    let Some(Host::Domain(name)) = expected.host() else { return false };
    let Some((_, parent)) = name.split_once('.') else { return false };
    let host = format!("{tenant}.{parent}");
    (parent.contains('.') || parent == "localhost") && expected.set_host(Some(&host)).is_ok() && expected == found
}

#[cfg(test)]
mod tests {
    use super::*;

    const TENANT: &str = "c0ffee00-de30-4000-8000-c0de00000001";
    const OTHER: &str = "11111111-2222-4333-8444-555555555555";

    fn settings(kind: AuthorityKind, authority: &str) -> ProviderSettings {
        ProviderSettings {
            kind,
            authority: authority.to_owned(),
            policy: (kind == AuthorityKind::B2c).then(|| "b2c_1_susi".to_owned()),
            metadata_url: None,
            allowed_tenants: Vec::new(),
        }
    }

    #[test]
    fn the_metadata_lies_under_the_authority() {
        use AuthorityKind::{B2c, MultiTenant, Oidc, SingleTenant};
        for (kind, authority, expected) in [
            (Oidc, "https://op.example/a/", "https://op.example/a"),
            (SingleTenant, "https://login.example/contoso.com", "https://login.example/contoso.com/v2.0"),
            (SingleTenant, "https://login.example/contoso.com/v2.0/", "https://login.example/contoso.com/v2.0"),
            (MultiTenant, "https://login.example/common", "https://login.example/common/v2.0"),
            (B2c, "https://c.b2c.example/c.example", "https://c.b2c.example/c.example/b2c_1_susi/v2.0"),
            (B2c, "https://c.b2c.example/tfp/c.example/", "https://c.b2c.example/tfp/c.example/b2c_1_susi/v2.0"),
        ] {
            let expected = format!("{expected}/.well-known/openid-configuration");
            assert_eq!(settings(kind, authority).metadata_url().unwrap().as_str(), expected);
        }
    }

    #[test]
    fn the_issuer_is_known_without_metadata_where_the_settings_name_the_tenant() {
        use AuthorityKind::{B2c, MultiTenant, Oidc, SingleTenant};
        let (entra, upper) = (format!("https://login.example/{TENANT}"), TENANT.to_ascii_uppercase());
        let issuer = format!("{entra}/v2.0");
        for (kind, authority, expected) in [
            (Oidc, "https://op.example/A/", Some("https://op.example/A/")),
            (SingleTenant, &*entra, Some(&*issuer)),
            (SingleTenant, &format!("https://login.example/{upper}/v2.0/"), Some(&issuer)),
            (SingleTenant, "https://login.example/contoso.com", None),
            (SingleTenant, &format!("https://c.ciamlogin.com/{TENANT}"), None),
            (MultiTenant, "https://login.example/common", None),
            (MultiTenant, &entra, None),
            (B2c, &entra, None),
        ] {
            assert_eq!(settings(kind, authority).fixed_issuer().as_deref(), expected, "{kind:?} {authority}");
        }
    }

    /// `T` stands for the tenant's GUID, `O` for another's.
    #[test]
    fn the_metadatas_issuer_must_be_the_authoritys() {
        use AuthorityKind::{B2c, MultiTenant, Oidc, SingleTenant};
        let b2c = "https://c.b2c.example/c.onmicrosoft.com";
        let ciam = "https://c.ciam.example/c.onmicrosoft.com";
        for (kind, authority, issuer, agrees) in [
            (Oidc, "https://op.example/a/", "https://op.example/a/", true),
            (Oidc, "https://op.example/a/", "https://op.example/a", false),
            (SingleTenant, "https://login.example/T", "https://login.example/T/v2.0", true),
            (SingleTenant, "https://login.example/T", "https://login.example/O/v2.0", false),
            (SingleTenant, "https://login.example/T", "https://login.example/T/v2.0/", false),
            (SingleTenant, "https://login.example/T", "https://other.example/T/v2.0", false),
            (SingleTenant, "https://login.example/T", "https://sts.example/T/", false),
            (SingleTenant, "https://login.example/contoso.com", "https://login.example/T/v2.0", true),
            (SingleTenant, "https://login.example/contoso.com", "https://login.example/contoso.com/v2.0", false),
            (SingleTenant, "https://login.example/T", "https://login.example/{tenantid}/v2.0", false),
            // National clouds differ by the host.
            (SingleTenant, "https://login.microsoftonline.us/T", "https://login.microsoftonline.us/T/v2.0", true),
            (SingleTenant, "https://login.microsoftonline.us/T", "https://login.microsoftonline.com/T/v2.0", false),
            (
                MultiTenant,
                "https://login.partner.example.cn/common",
                "https://login.partner.example.cn/{tenantid}/v2.0",
                true,
            ),
            (MultiTenant, "https://login.example/common", "https://login.example/{tenantid}/v2.0", true),
            (MultiTenant, "https://login.example/organizations", "https://evil.example/{tenantid}/v2.0", false),
            (MultiTenant, "https://login.example/T", "https://login.example/{tenantid}/v2.0", false),
            (MultiTenant, "https://login.example/T", "https://login.example/T/v2.0", true),
            // Personal accounts: one GUID for all.
            (
                MultiTenant,
                "https://login.example/consumers",
                "https://login.example/9188040d-6c67-4c5b-b112-36a304b66dad/v2.0",
                true,
            ),
            (
                SingleTenant,
                "https://login.example/consumers",
                "https://login.example/9188040d-6c67-4c5b-b112-36a304b66dad/v2.0",
                true,
            ),
            (SingleTenant, "https://login.example/consumers", "https://login.example/T/v2.0", false),
            // External ID: the authority's host, or the tenant's own next to it.
            (SingleTenant, ciam, "https://T.ciam.example/T/v2.0", true),
            (SingleTenant, ciam, "https://c.ciam.example/T/v2.0", true),
            (SingleTenant, ciam, "https://O.ciam.example/T/v2.0", false),
            (SingleTenant, ciam, "https://d.ciam.example/T/v2.0", false),
            (SingleTenant, ciam, "https://T.evil.example/T/v2.0", false),
            (SingleTenant, ciam, "http://T.ciam.example/T/v2.0", false),
            (SingleTenant, ciam, "https://T.ciam.example:444/T/v2.0", false),
            (SingleTenant, ciam, "https://x@T.ciam.example/T/v2.0", false),
            (SingleTenant, "https://c.ciam.example/O", "https://T.ciam.example/T/v2.0", false),
            (SingleTenant, "https://ciam.example/T", "https://T.example/T/v2.0", false),
            (SingleTenant, "https://192.0.2.7/T", "https://T.0.2.7/T/v2.0", false),
            (SingleTenant, "http://c.localhost:5001/T", "http://T.localhost:5001/T/v2.0", true),
            (MultiTenant, "https://c.ciam.example/organizations", "https://T.ciam.example/T/v2.0", false),
            // B2C
            (B2c, b2c, "https://c.b2c.example/T/v2.0/", true),
            (B2c, b2c, "https://c.b2c.example/tfp/T/b2c_1_susi/v2.0/", true),
            (B2c, b2c, "https://c.b2c.example/tfp/T/B2C_1_SuSi/v2.0/", true),
            (B2c, b2c, "https://c.b2c.example/tfp/T/b2c_1_reset/v2.0/", false),
            (B2c, b2c, "https://c.b2c.example/T/v2.0", false),
            (B2c, b2c, "https://c.b2c.example/c.onmicrosoft.com/v2.0/", false),
            (B2c, b2c, "https://c.b2c.example.evil.example/T/v2.0/", false),
            (B2c, b2c, "https://evil.example/T/v2.0/", false),
            (B2c, b2c, "https://c.b2c.example/T/v2.0/?x", false),
            (B2c, b2c, "https://c.b2c.example/T/b2c_1_susi/v2.0/", false),
            (B2c, "https://c.b2c.example/T", "https://c.b2c.example/T/v2.0/", true),
            (B2c, "https://c.b2c.example/T/", "https://c.b2c.example/O/v2.0/", false),
        ] {
            let fill = |text: &str| text.replace("/T", &format!("/{TENANT}")).replace("/O", &format!("/{OTHER}"));
            let (authority, issuer) = (fill(authority), fill(issuer).replace("x@T", &format!("x@{TENANT}")));
            let found = settings(kind, &authority).check_issuer(&issuer);
            assert_eq!(found.is_ok(), agrees, "{kind:?} {authority}: {issuer}");
        }
    }

    #[test]
    fn tokens_of_external_id_are_issued_by_the_host_that_the_metadata_names() {
        let settings = settings(AuthorityKind::SingleTenant, "https://c.ciam.example/c.onmicrosoft.com");
        let issuer = format!("https://{TENANT}.ciam.example/{TENANT}/v2.0");
        let rule = settings.issuer_rule_for(&issuer);
        assert_eq!(rule.check(&issuer, Some(TENANT), None), Ok(()));
        assert!(rule.check(&format!("https://c.ciam.example/{TENANT}/v2.0"), Some(TENANT), None).is_err());
        assert!(rule.check(&issuer.replace(TENANT, OTHER), Some(OTHER), None).is_err());
    }
}
