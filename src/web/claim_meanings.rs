//! What each claim means (OpenID Connect Core sections 2 and 5.1; Microsoft's ID token claims reference).

use std::collections::HashMap;
use std::sync::LazyLock;

/// A group of claims.
pub(super) struct ClaimGroup {
    pub(super) id: &'static str,
    pub(super) title: &'static str,
    /// Names, with what they mean.
    claims: &'static [(&'static str, &'static str)],
}

/// What is known of a claim.
#[derive(Clone, Copy)]
pub(super) struct Known {
    /// The id of its group.
    pub(super) group: &'static str,
    /// What it means; empty if unknown.
    pub(super) meaning: &'static str,
}

/// The groups, in the order of the page. The last one has every other claim.
pub(super) static GROUPS: [ClaimGroup; 6] = [
    ClaimGroup {
        id: "you",
        title: "Who you are",
        claims: &[
            ("address", "Your postal address."),
            ("birthdate", "Your date of birth."),
            ("email", "Your e-mail address. It can change and may not be verified: never a key."),
            ("email_verified", "Whether the identity provider has verified the e-mail address."),
            ("emails", "Your e-mail addresses. They can change: never a key."),
            ("family_name", "Your family name."),
            ("gender", "Your gender."),
            ("given_name", "Your given name."),
            ("locale", "Your language and region."),
            ("middle_name", "Your middle name."),
            ("name", "Your name, to greet you by. It can change: never a key."),
            ("nickname", "Your nickname."),
            ("phone_number", "Your phone number."),
            ("phone_number_verified", "Whether the identity provider has verified the phone number."),
            ("picture", "The URL of your picture."),
            ("preferred_username", "The name you sign in with. It can change: never a key."),
            ("profile", "The URL of your profile page."),
            ("sub", "You, at this issuer: with iss, the one stable key of a user."),
            ("updated_at", "When the identity provider last changed your data."),
            ("upn", "Your user principal name. It can change: never a key."),
            ("website", "Your website."),
            ("zoneinfo", "Your time zone."),
        ],
    },
    ClaimGroup {
        id: "sign-in",
        title: "This sign-in",
        claims: &[
            ("acr", "How strongly you authenticated (authentication context class)."),
            ("amr", "The methods you authenticated with."),
            ("aud", "Who the token was issued for: this application’s client ID."),
            ("auth_time", "When you last authenticated at the identity provider."),
            ("azp", "The application that the token was issued to."),
            ("idp", "The identity provider that authenticated you: your own organisation’s if you are a guest."),
            ("iss", "The issuer of the token: the identity provider."),
            ("login_hint", "Sent with a sign-out or the next sign-in, so that you needn’t choose an account."),
            ("sid", "Your session at the identity provider."),
        ],
    },
    ClaimGroup {
        id: "life",
        title: "The token’s life",
        claims: &[
            ("exp", "When the token expires."),
            ("iat", "When the token was issued."),
            ("jti", "The token’s own ID."),
            ("nbf", "When the token becomes valid."),
            ("ver", "The version of the token’s format."),
        ],
    },
    ClaimGroup {
        id: "permissions",
        title: "Permissions",
        claims: &[
            ("groups", "The groups you are a member of, by object ID."),
            ("hasgroups", "True if your groups don’t fit in the token: Microsoft Graph has them."),
            ("roles", "The app roles assigned to you in this application."),
            ("scp", "What this application may do on your behalf."),
            ("wids", "Your roles in the organisation’s directory."),
        ],
    },
    ClaimGroup {
        id: "microsoft",
        title: "Microsoft’s own",
        claims: &[
            (
                "_claim_names",
                "Claims that aren’t in the token, each with its source. Groups: there are too many of them.",
            ),
            ("_claim_sources", "Where the claims of _claim_names are. This application asks Microsoft Graph instead."),
            ("acct", "Whether your account is a member (0) or a guest (1) of the organisation."),
            ("email_domain", "The domain of your e-mail address."),
            ("ipaddr", "The address that you signed in from."),
            ("oid", "You, in your organisation: the same in all its applications."),
            ("onprem_sid", "Your security identifier in the organisation’s own directory."),
            ("pwd_exp", "When your password expires."),
            ("tenant_region_scope", "The region of your organisation’s directory."),
            ("tfp", "The user flow (B2C policy) that you signed in with."),
            ("tid", "Your organisation: the ID of its tenant."),
            ("unique_name", "A name of yours, for display only. It can change: never a key."),
            ("xms_cc", "Which claims challenges this application can answer."),
            ("xms_edov", "Whether the owner of the e-mail address’s domain is verified."),
        ],
    },
    ClaimGroup { id: OTHER, title: "Other claims", claims: &[] },
];
const OTHER: &str = "other";

/// Claims of the protocol that say nothing about the user: they aren't shown.
const OF_THE_PROTOCOL: [&str; 7] = ["nonce", "at_hash", "c_hash", "s_hash", "aio", "rh", "uti"];
const TIMES: [&str; 5] = ["auth_time", "exp", "iat", "nbf", "updated_at"];

static KNOWN: LazyLock<HashMap<&str, Known>> = LazyLock::new(|| {
    let of_group = |group: &'static ClaimGroup| {
        group.claims.iter().map(|(name, meaning)| (*name, Known { group: group.id, meaning }))
    };
    GROUPS.iter().flat_map(of_group).collect()
});

/// Returns what is known of a claim.
pub(super) fn known(name: &str) -> Known {
    KNOWN.get(name).copied().unwrap_or(Known { group: OTHER, meaning: "" })
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

    #[test]
    fn each_claim_is_in_one_group_and_explained() {
        let mut seen = BTreeSet::new();
        for (name, meaning) in GROUPS.iter().flat_map(|group| group.claims) {
            assert!(seen.insert(name) && meaning.ends_with('.'), "{name}");
        }
        assert!(TIMES.iter().all(|time| seen.contains(time)));
        assert_eq!(known("_claim_sources").group, "microsoft");
        assert_eq!((known("shoe_size").group, known("shoe_size").meaning), ("other", ""));
    }
}
