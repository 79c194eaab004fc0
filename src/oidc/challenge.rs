//! The challenge of a protected resource, `WWW-Authenticate: Bearer …`: RFC 6750 section 3 and RFC 9728 section 5.1.

use std::fmt::Write as _;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

/// A challenge.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Challenge<'a> {
    /// `realm`: the API.
    pub realm: &'a str,
    /// `error` and `error_description`; none if the request had no token (section 3.1).
    pub error: Option<(&'static str, &'static str)>,
    /// `scope`: what a token needs.
    pub scope: &'a str,
    /// `claims`: what Entra must be asked for, as JSON ("claims challenge").
    pub claims: Option<&'a str>,
    /// `resource_metadata`: where the API describes itself.
    pub resource_metadata: Option<&'a str>,
}

impl Challenge<'_> {
    /// Returns the header's value.
    pub fn to_header(&self) -> String {
        let mut header = format!("Bearer realm=\"{}\"", quoted(self.realm));
        let mut add = |name: &str, value: &str| {
            // Writing to a string can't fail.
            let _ = write!(header, ", {name}=\"{}\"", quoted(value));
        };
        if let Some((error, description)) = self.error {
            add("error", error);
            add("error_description", description);
        }
        if !self.scope.is_empty() {
            add("scope", self.scope);
        }
        if let Some(claims) = self.claims {
            // Microsoft's libraries read base64 with padding.
            add("claims", &STANDARD.encode(claims));
        }
        if let Some(url) = self.resource_metadata {
            add("resource_metadata", url);
        }
        header
    }
}

/// Leaves out what may stand in none of the parameters (RFC 6750 section 3): quotes, backslashes, and everything that is not
/// printable ASCII.
fn quoted(value: &str) -> String {
    value.chars().filter(|c| matches!(c, ' '..='~') && !matches!(c, '"' | '\\')).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_challenge_is_one_header() {
        let bare = Challenge { realm: "https://api.example", ..Challenge::default() };
        assert_eq!(bare.to_header(), r#"Bearer realm="https://api.example""#);
        let full = Challenge {
            realm: "a\"\\\r\nb\u{e9}",
            error: Some(("insufficient_scope", "It lacks a scope.")),
            scope: "tasks.read tasks.write",
            claims: Some(r#"{"access_token":{}}"#),
            resource_metadata: Some("https://api.example/.well-known/oauth-protected-resource"),
        };
        let expected = "Bearer realm=\"ab\", error=\"insufficient_scope\", error_description=\"It lacks a scope.\", \
                        scope=\"tasks.read tasks.write\", claims=\"eyJhY2Nlc3NfdG9rZW4iOnt9fQ==\", \
                        resource_metadata=\"https://api.example/.well-known/oauth-protected-resource\"";
        assert_eq!(full.to_header(), expected);
    }
}
