//! What each claim means (OpenID Connect Core sections 2 and 5.1; Microsoft's ID token claims reference).

use std::collections::HashMap;

use super::texts::Texts;

/// A group of claims.
pub(super) struct ClaimGroup {
    pub(super) id: &'static str,
    /// The message of its title, in `locales`.
    pub(super) title: &'static str,
    /// What its claims mean: messages whose names end with those of the claims.
    claims: &'static [&'static str],
}

/// What the page of claims says of them in a language. It is put together once: looking up each text for each page took
/// as long as reading the claims.
pub(super) struct ClaimTexts {
    /// The titles of [`GROUPS`].
    pub(super) titles: [String; GROUPS.len()],
    known: HashMap<&'static str, Known>,
    /// Of every other claim.
    unknown: Known,
}

/// What is known of a claim.
pub(super) struct Known {
    /// The position of its group in [`GROUPS`].
    pub(super) group: usize,
    pub(super) meaning: String,
}

/// The groups, in the order of the page. The last one has every other claim.
pub(super) static GROUPS: [ClaimGroup; 6] = [
    ClaimGroup {
        id: "you",
        title: "claims-group-you",
        claims: &[
            "claim-address",
            "claim-birthdate",
            "claim-email",
            "claim-email_verified",
            "claim-emails",
            "claim-family_name",
            "claim-gender",
            "claim-given_name",
            "claim-locale",
            "claim-middle_name",
            "claim-name",
            "claim-nickname",
            "claim-phone_number",
            "claim-phone_number_verified",
            "claim-picture",
            "claim-preferred_username",
            "claim-profile",
            "claim-sub",
            "claim-updated_at",
            "claim-upn",
            "claim-website",
            "claim-zoneinfo",
        ],
    },
    ClaimGroup {
        id: "sign-in",
        title: "claims-group-sign-in",
        claims: &[
            "claim-acr",
            "claim-amr",
            "claim-aud",
            "claim-auth_time",
            "claim-azp",
            "claim-idp",
            "claim-iss",
            "claim-login_hint",
            "claim-sid",
        ],
    },
    ClaimGroup {
        id: "life",
        title: "claims-group-life",
        claims: &["claim-exp", "claim-iat", "claim-jti", "claim-nbf", "claim-ver"],
    },
    ClaimGroup {
        id: "permissions",
        title: "claims-group-permissions",
        claims: &["claim-groups", "claim-hasgroups", "claim-roles", "claim-scp", "claim-wids"],
    },
    ClaimGroup {
        id: "microsoft",
        title: "claims-group-microsoft",
        claims: &[
            "claim-_claim_names",
            "claim-_claim_sources",
            "claim-acct",
            "claim-email_domain",
            "claim-ipaddr",
            "claim-oid",
            "claim-onprem_sid",
            "claim-pwd_exp",
            "claim-tenant_region_scope",
            "claim-tfp",
            "claim-tid",
            "claim-unique_name",
            "claim-xms_cc",
            "claim-xms_edov",
        ],
    },
    ClaimGroup { id: "other", title: "claims-group-other", claims: &[] },
];
/// The meaning of every other claim.
const NOT_STANDARD: &str = "claims-not-standard";
/// What the name of each meaning begins with.
const MEANING: &str = "claim-";

/// Claims of the protocol that say nothing about the user: they aren't shown.
const OF_THE_PROTOCOL: [&str; 7] = ["nonce", "at_hash", "c_hash", "s_hash", "aio", "rh", "uti"];
const TIMES: [&str; 5] = ["auth_time", "exp", "iat", "nbf", "updated_at"];

impl ClaimTexts {
    pub(super) fn new(texts: &Texts) -> Self {
        let of = |group, meaning| Known { group, meaning: texts.text(meaning).into_owned() };
        let of_group = |(group, ClaimGroup { claims, .. }): (usize, &'static ClaimGroup)| {
            claims.iter().filter_map(move |meaning| Some((meaning.strip_prefix(MEANING)?, of(group, meaning))))
        };
        Self {
            titles: GROUPS.each_ref().map(|group| texts.text(group.title).into_owned()),
            known: GROUPS.iter().enumerate().flat_map(of_group).collect(),
            unknown: of(GROUPS.len() - 1, NOT_STANDARD),
        }
    }

    /// Returns what is known of a claim.
    pub(super) fn of(&self, name: &str) -> &Known {
        self.known.get(name).unwrap_or(&self.unknown)
    }
}

pub(super) fn is_of_the_protocol(name: &str) -> bool {
    OF_THE_PROTOCOL.contains(&name)
}

pub(super) fn is_time(name: &str) -> bool {
    TIMES.contains(&name)
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;
    use crate::web::texts::ENGLISH_TEXTS;

    #[test]
    fn each_claim_is_in_one_group_and_explained() {
        let mut seen = BTreeSet::new();
        for meaning in GROUPS.iter().flat_map(|group| group.claims) {
            let name = meaning.strip_prefix(MEANING).unwrap();
            assert!(seen.insert(name) && ENGLISH_TEXTS.text(meaning).ends_with('.'), "{name}");
        }
        assert!(TIMES.iter().all(|time| seen.contains(time)));
        let texts = ClaimTexts::new(&ENGLISH_TEXTS);
        assert_eq!(GROUPS[texts.of("_claim_sources").group].id, "microsoft");
        let Known { group, meaning } = texts.of("shoe_size");
        assert_eq!((GROUPS[*group].id, &**meaning), ("other", &*ENGLISH_TEXTS.text(NOT_STANDARD)));
    }
}
