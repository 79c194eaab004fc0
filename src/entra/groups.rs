//! Groups in an ID token, and group overage: for a user with more than 200 groups, the token only says that the
//! directory must be asked (`_claim_names`, in the implicit flow `hasgroups`). The address that it gives is never
//! followed.

use serde_json::Value;

use crate::oidc::claims::Claims;

/// A user's groups in an ID token.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Groups<'a> {
    /// All groups, by object id.
    All(Vec<&'a str>),
    /// Too many for the token: the directory must be asked.
    Overage,
}

/// Returns the user's groups as these claims give them.
pub fn groups(claims: &Claims) -> Groups<'_> {
    let named_elsewhere = claims.get("_claim_names").is_some_and(|names| names.get("groups").is_some());
    let has_groups = match claims.get("hasgroups") {
        Some(Value::Bool(has)) => *has,
        Some(Value::String(has)) => has == "true",
        _ => false,
    };
    match claims.get("groups") {
        Some(Value::Array(all)) => Groups::All(all.iter().filter_map(Value::as_str).collect()),
        _ if named_elsewhere || has_groups => Groups::Overage,
        _ => Groups::All(Vec::new()),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn overage_is_told_from_no_groups() {
        for (claims, expected) in [
            (json!({}), Groups::All(vec![])),
            (json!({"groups": ["a", "b"]}), Groups::All(vec!["a", "b"])),
            (json!({"groups": []}), Groups::All(vec![])),
            (
                json!({"_claim_names": {"groups": "src1"}, "_claim_sources": {"src1": {"endpoint": "x"}}}),
                Groups::Overage,
            ),
            (json!({"_claim_names": {"roles": "src1"}}), Groups::All(vec![])),
            (json!({"hasgroups": true}), Groups::Overage),
            (json!({"hasgroups": "true"}), Groups::Overage),
            (json!({"hasgroups": false}), Groups::All(vec![])),
        ] {
            let held = Claims::unverified_for_tests(claims.as_object().unwrap().clone());
            assert_eq!(groups(&held), expected, "{claims}");
        }
    }
}
