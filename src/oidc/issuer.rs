//! The rule for the issuer of a token.

/// The placeholder for the tenant's id in Entra's issuer templates.
pub const TENANT_PLACEHOLDER: &str = "{tenantid}";
/// The tenant of all personal Microsoft accounts, which authorities call `consumers`.
pub const CONSUMERS_TENANT: &str = "9188040d-6c67-4c5b-b112-36a304b66dad";

/// The rule that an issuer is checked against.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum IssuerRule {
    /// Exactly this issuer (OpenID Connect Core section 3.1.3.7 step 2).
    Exact(String),
    /// Entra's template, `https://{host}/{tenantid}/v2.0`, filled in with the token's `tid`.
    Tenants {
        /// The template.
        template: String,
        /// The ids of the tenants whose users may sign in. Empty means any.
        allowed: Vec<String>,
    },
    /// Exactly this issuer, and the B2C policy of the sign-in.
    Policy {
        /// The issuer.
        issuer: String,
        /// The policy's name, in any case.
        policy: String,
    },
}

/// Why an issuer is rejected.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum IssuerMismatch {
    /// It is not the issuer of the rule.
    Issuer,
    /// The token names no tenant, or not as a GUID.
    NoTenant,
    /// The tenant is not allowed.
    TenantNotAllowed,
    /// It is another B2C policy, or none.
    Policy,
}

/// Returns an issuer with the placeholder in place of its tenant's id: what all tenants of one provider have in common.
pub fn of_any_tenant(issuer: &str) -> String {
    let segments = issuer.split('/').map(|segment| if is_guid(segment) { TENANT_PLACEHOLDER } else { segment });
    segments.collect::<Vec<_>>().join("/")
}

impl IssuerRule {
    /// Checks a token's `iss`, for Entra its `tid`, and for B2C its policy.
    ///
    /// # Errors
    /// The first [`IssuerMismatch`]. `TenantNotAllowed` only if issuer and tenant agree.
    pub fn check(&self, issuer: &str, tenant: Option<&str>, named: Option<&str>) -> Result<(), IssuerMismatch> {
        match self {
            Self::Exact(expected) => (issuer == expected).then_some(()).ok_or(IssuerMismatch::Issuer),
            Self::Policy { issuer: expected, .. } if issuer != expected => Err(IssuerMismatch::Issuer),
            Self::Policy { policy, .. } => {
                named.filter(|named| named.eq_ignore_ascii_case(policy)).map(drop).ok_or(IssuerMismatch::Policy)
            }
            Self::Tenants { template, allowed } => {
                let tenant = tenant.filter(|tenant| is_guid(tenant)).ok_or(IssuerMismatch::NoTenant)?;
                if issuer != template.replace(TENANT_PLACEHOLDER, tenant) {
                    return Err(IssuerMismatch::Issuer);
                }
                let may = allowed.is_empty() || allowed.iter().any(|one| one.eq_ignore_ascii_case(tenant));
                may.then_some(()).ok_or(IssuerMismatch::TenantNotAllowed)
            }
        }
    }

    /// Returns whether an authorization response may carry this `iss` (RFC 9207 section 2.4).
    pub fn matches(&self, issuer: &str) -> bool {
        match self {
            Self::Exact(expected) | Self::Policy { issuer: expected, .. } => issuer == expected,
            Self::Tenants { template, .. } => {
                let Some((before, after)) = template.split_once(TENANT_PLACEHOLDER) else { return false };
                issuer.strip_prefix(before).and_then(|rest| rest.strip_suffix(after)).is_some_and(is_guid)
            }
        }
    }
}

/// Returns whether a key that is published for `key_issuer` (a URL or Entra's template) may sign for `issuer`.
pub fn key_may_sign(key_issuer: Option<&str>, issuer: &str, tenant: Option<&str>) -> bool {
    key_issuer.is_none_or(|allowed| match tenant {
        Some(tenant) => allowed.replace(TENANT_PLACEHOLDER, tenant) == issuer,
        None => allowed == issuer,
    })
}

/// Returns whether a text is a GUID: 32 hexadecimal digits in groups of 8, 4, 4, 4 and 12.
pub fn is_guid(text: &str) -> bool {
    let mut groups = text.split('-');
    let well_formed = [8, 4, 4, 4, 12].iter().all(|length| {
        groups.next().is_some_and(|group| group.len() == *length && group.bytes().all(|b| b.is_ascii_hexdigit()))
    });
    well_formed && groups.next().is_none()
}

#[cfg(test)]
mod tests {
    use super::*;

    const TENANT: &str = "9188040d-6c67-4c5b-b112-36a304b66dad";

    #[test]
    fn a_tenant_must_agree_with_the_issuer_and_be_allowed() {
        let rule = |allowed: &[&str]| IssuerRule::Tenants {
            template: "https://login.example/{tenantid}/v2.0".to_owned(),
            allowed: allowed.iter().map(|&id| id.to_owned()).collect(),
        };
        let issuer = format!("https://login.example/{TENANT}/v2.0");
        assert_eq!(rule(&[]).check(&issuer, Some(TENANT), None), Ok(()));
        assert_eq!(rule(&[&TENANT.to_uppercase()]).check(&issuer, Some(TENANT), None), Ok(()));
        let other = TENANT.replace('9', "8");
        assert_eq!(rule(&[&other]).check(&issuer, Some(TENANT), None), Err(IssuerMismatch::TenantNotAllowed));
        assert_eq!(rule(&[]).check(&issuer, Some(&other), None), Err(IssuerMismatch::Issuer));
        assert_eq!(rule(&[]).check(&issuer, None, None), Err(IssuerMismatch::NoTenant));
        assert_eq!(rule(&[]).check(&issuer, Some("common"), None), Err(IssuerMismatch::NoTenant));
        assert_eq!(
            rule(&[]).check(&format!("https://sts.example/{TENANT}/"), Some(TENANT), None),
            Err(IssuerMismatch::Issuer)
        );
        assert!(rule(&[]).matches(&issuer));
        assert!(!rule(&[]).matches("https://login.example/{tenantid}/v2.0"));
        assert!(!rule(&[]).matches("https://login.example/a/b/v2.0"));
    }

    #[test]
    fn an_exact_issuer_is_compared_to_the_letter() {
        let rule = IssuerRule::Exact("https://op.example/a/".to_owned());
        assert_eq!(rule.check("https://op.example/a/", None, None), Ok(()));
        for issuer in ["https://op.example/a", "https://OP.example/a/", "https://op.example/a/1", ""] {
            assert_eq!(rule.check(issuer, None, None), Err(IssuerMismatch::Issuer), "{issuer}");
        }
    }

    #[test]
    fn a_policy_signs_people_in_who_were_sent_to_it() {
        let issuer = format!("https://c.b2c.example/{TENANT}/v2.0/");
        let rule = IssuerRule::Policy { issuer: issuer.clone(), policy: "b2c_1_susi".to_owned() };
        assert_eq!(rule.check(&issuer, None, Some("B2C_1_SUSI")), Ok(()));
        assert_eq!(rule.check(&issuer, None, Some("b2c_1_reset")), Err(IssuerMismatch::Policy));
        assert_eq!(rule.check(&issuer, None, None), Err(IssuerMismatch::Policy));
        let without_slash = issuer.trim_end_matches('/');
        assert_eq!(rule.check(without_slash, None, Some("b2c_1_susi")), Err(IssuerMismatch::Issuer));
        assert!(rule.matches(&issuer) && !rule.matches(without_slash));
    }

    #[test]
    fn a_key_signs_for_its_own_issuer_only() {
        let issuer = format!("https://login.example/{TENANT}/v2.0");
        assert!(key_may_sign(None, &issuer, Some(TENANT)));
        assert!(key_may_sign(Some("https://login.example/{tenantid}/v2.0"), &issuer, Some(TENANT)));
        assert!(key_may_sign(Some(&issuer), &issuer, Some(TENANT)));
        assert!(!key_may_sign(Some("https://login.example/other/v2.0"), &issuer, Some(TENANT)));
    }
}
