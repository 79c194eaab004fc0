//! The tokens of a session, and which of its access tokens is for the scopes of a request.

use std::fmt;
use std::time::Duration;

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use super::scope;
use crate::clock::Timestamp;

/// An access token that expires within this time is renewed first, because a request that carries it takes time too. Of
/// a short-lived token, a quarter of its lifetime.
const EXPIRY_LEEWAY: Duration = Duration::from_secs(30);
/// The most access tokens that are kept for additional scopes; the oldest is dropped first.
const MAX_ADDITIONAL: usize = 8;

/// An access token with its lifetime and scopes. `Debug` does not print the token.
#[derive(Clone, Default, Serialize, Deserialize)]
pub struct Granted {
    /// The token, opaque to us. Empty if B2C sent none.
    pub access_token: String,
    /// When it was received.
    pub obtained_at: Timestamp,
    /// When it expires, if the provider says so.
    pub expires_at: Option<Timestamp>,
    /// The scopes granted, separated by spaces: those of the token response, or those requested if it has none (RFC 6749
    /// section 5.1). `None` if neither names any, as in a renewal of the sign-in's own token.
    pub scope: Option<String>,
    /// Fields of a newer version, kept as read: replicas of two versions share one store.
    #[serde(flatten)]
    pub unknown: Map<String, Value>,
}

/// The tokens of one sign-in, made only from a [`super::authorization::Code`]. `Debug` does not print them.
#[derive(Clone, Default, Serialize, Deserialize)]
pub struct TokenSet {
    /// The access token of the sign-in's own scopes.
    pub granted: Granted,
    /// The ID token as received; sign-out sends it as a hint.
    pub id_token: String,
    /// The refresh token, if the provider sent one.
    pub refresh_token: Option<String>,
    /// Access tokens for additional scopes, each with the scopes that were requested.
    #[serde(rename = "further")]
    pub additional: Vec<(Vec<String>, Granted)>,
    /// Fields of a newer version, kept as read, also by a renewal.
    #[serde(flatten)]
    pub unknown: Map<String, Value>,
}

/// The response to a renewal.
#[derive(Clone)]
pub struct Renewed {
    /// The new access token.
    pub granted: Granted,
    /// A new ID token, if the provider sends one.
    pub id_token: Option<String>,
    /// The next refresh token, if the provider rotates them.
    pub refresh_token: Option<String>,
}

impl fmt::Debug for Granted {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Granted").field("expires_at", &self.expires_at).finish_non_exhaustive()
    }
}

impl fmt::Debug for TokenSet {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("TokenSet").field("granted", &self.granted).finish_non_exhaustive()
    }
}

impl Granted {
    fn is_fresh(&self, now: Timestamp) -> bool {
        self.expires_at.is_none_or(|at| {
            let leeway = EXPIRY_LEEWAY.min(at.since(self.obtained_at) / 4);
            now.plus(leeway) < at
        })
    }

    /// Returns whether it is for these scopes. What a token is for that names none is not known: records of an earlier
    /// version have such tokens.
    fn covers(&self, scopes: &[String]) -> bool {
        scope::covers(self.scope.as_deref().unwrap_or_default(), scopes)
    }
}

impl TokenSet {
    /// Returns an access token for these scopes, or for the sign-in's own if they name no API: one that does not expire
    /// at once, and is not the one that was `refused`.
    pub fn access_token(&self, scopes: &[String], refused: Option<&str>, now: Timestamp) -> Option<&str> {
        let names_api = scope::of_apis(scopes).next().is_some();
        let additional = self.additional.iter().filter(|_| names_api);
        let additional = additional.filter(|(asked, granted)| asked == scopes || granted.covers(scopes));
        let own = Some(&self.granted).filter(|own| own.covers(scopes));
        let all = own.into_iter().chain(additional.map(|(_, granted)| granted));
        all.filter(|granted| granted.is_fresh(now))
            .map(|granted| granted.access_token.as_str())
            .find(|token| !token.is_empty() && Some(*token) != refused)
    }

    /// Returns the scopes that a renewal must name: none if the sign-in's own token covers them all.
    pub fn scopes_to_name<'a>(&self, scopes: &'a [String]) -> &'a [String] {
        if self.granted.covers(scopes) { &[] } else { scopes }
    }

    /// Returns the tokens after a renewal for these scopes.
    #[must_use]
    pub fn renewed(&self, scopes: &[String], renewed: Renewed) -> Self {
        let Renewed { granted, id_token, refresh_token } = renewed;
        let mut tokens = self.clone();
        tokens.refresh_token = refresh_token.or(tokens.refresh_token);
        tokens.id_token = id_token.unwrap_or(tokens.id_token);
        if self.granted.covers(scopes) {
            let scope = granted.scope.or(tokens.granted.scope);
            tokens.granted = Granted { scope, ..granted };
        } else {
            tokens.additional.retain(|(asked, _)| asked != scopes);
            tokens.additional.push((scopes.to_vec(), granted));
            let surplus = tokens.additional.len().saturating_sub(MAX_ADDITIONAL);
            tokens.additional.drain(..surplus);
        }
        tokens
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn granted(token: &str, scope: &str, expires_at: i64) -> Granted {
        let scope = (!scope.is_empty()).then(|| scope.to_owned());
        Granted {
            access_token: token.to_owned(),
            obtained_at: Timestamp(0),
            expires_at: Some(Timestamp(expires_at)),
            scope,
            ..Granted::default()
        }
    }

    fn tokens(own: Granted) -> TokenSet {
        TokenSet { granted: own, id_token: "i".to_owned(), refresh_token: Some("r1".to_owned()), ..TokenSet::default() }
    }

    fn scopes(list: &str) -> Vec<String> {
        list.split_whitespace().map(str::to_owned).collect()
    }

    #[test]
    fn a_token_is_for_the_scopes_it_was_granted() {
        let found =
            |tokens: &TokenSet, asked: &str| tokens.access_token(&scopes(asked), None, Timestamp(0)).map(str::to_owned);
        let mut tokens = tokens(granted("own", "openid User.Read", 1000));
        tokens.additional.push((scopes("api://x/.default"), granted("x", "api://x/Read", 1000)));
        for (asked, token) in [
            ("", Some("own")),
            ("openid offline_access", Some("own")),
            ("User.Read", Some("own")),
            ("https://graph.microsoft.com/User.Read", Some("own")),
            ("https://graphql.example/User.Read", None),
            ("api://x/.default", Some("x")),
            ("api://x/Read", Some("x")),
            ("api://x/Write", None),
            ("api://y/.default", None),
        ] {
            assert_eq!(found(&tokens, asked).as_deref(), token, "{asked:?}");
        }
        tokens.granted.expires_at = Some(Timestamp(0));
        assert_eq!(found(&tokens, ""), None, "an API's token is not the sign-in's");
        assert_eq!(found(&tokens, "openid"), None);
        tokens.granted.scope = None;
        tokens.granted.expires_at = None;
        tokens.additional[0].1.scope = None;
        assert_eq!(found(&tokens, "anything"), None, "no scope covers no API");
        assert_eq!(found(&tokens, "").as_deref(), Some("own"));
        assert_eq!(found(&tokens, "api://x/.default").as_deref(), Some("x"), "the scopes that were requested");
    }

    #[test]
    fn a_token_that_expires_soon_or_was_refused_does_not_serve() {
        let tokens = tokens(granted("a", "x", 1000));
        assert!(tokens.access_token(&[], None, Timestamp(969)).is_some());
        assert!(tokens.access_token(&[], None, Timestamp(970)).is_none());
        assert!(tokens.access_token(&[], Some("a"), Timestamp(0)).is_none());
    }

    #[test]
    fn a_renewal_keeps_what_it_does_not_replace() {
        let renewed = |token: &str, scope: &str, refresh_token: Option<&str>| Renewed {
            granted: granted(token, scope, 2000),
            id_token: None,
            refresh_token: refresh_token.map(str::to_owned),
        };
        let first = tokens(granted("a", "openid x", 1000));
        let second = first.renewed(&scopes("x"), renewed("b", "", None));
        assert_eq!(second.granted.access_token, "b");
        assert_eq!(second.granted.scope.as_deref(), Some("openid x"));
        assert_eq!((second.refresh_token.as_deref(), second.id_token.as_str()), (Some("r1"), "i"));
        let third = second.renewed(&scopes("api://y/.default"), renewed("c", "api://y/z", Some("r2")));
        assert_eq!(third.granted.access_token, "b", "the sign-in's own token stays");
        assert_eq!(third.refresh_token.as_deref(), Some("r2"));
        assert_eq!(third.access_token(&scopes("api://y/.default"), None, Timestamp(0)), Some("c"));
        let many = (0..20).fold(third, |tokens, n| tokens.renewed(&scopes(&format!("s{n}")), renewed("d", "z", None)));
        assert_eq!(many.additional.len(), MAX_ADDITIONAL);
    }

    #[test]
    fn fields_of_a_newer_version_are_kept_to_the_letter() {
        let granted = r#""access_token":"a","obtained_at":1,"expires_at":2,"scope":"openid""#;
        let newer = format!(
            r#"{{"granted":{{{granted},"key":{{"n":18446744073709551615,"m":-9223372036854775808,"f":1.0}}}},"id_token":"i",
            "refresh_token":null,"further":[[["x"],{{{granted},"key":[0.1,null]}}]],"dpop":{{"jkt":["k"]}}}}"#
        );
        let newer: Value = serde_json::from_str(&newer).unwrap();
        let read: TokenSet = serde_json::from_value(newer.clone()).unwrap();
        assert_eq!(serde_json::to_value(&read).unwrap(), newer);
        let read: TokenSet = serde_json::from_str(&newer.to_string()).unwrap();
        assert_eq!(serde_json::to_string(&read).unwrap().parse::<Value>().unwrap(), newer);
        let renewed = read.renewed(&[], Renewed { granted: Granted::default(), id_token: None, refresh_token: None });
        assert_eq!(renewed.unknown["dpop"], newer["dpop"]);
        assert!(renewed.granted.unknown.is_empty(), "what was said of a token goes with it");
    }

    /// Commit 5570e65 refuses every other field.
    #[test]
    fn what_is_written_has_the_fields_that_the_version_before_knows() {
        let mut tokens = tokens(granted("a", "x", 1000));
        tokens.additional.push((scopes("y"), granted("b", "y", 1000)));
        let names = |value: &Value| value.as_object().unwrap().keys().cloned().collect::<Vec<_>>();
        let written = serde_json::to_value(&tokens).unwrap();
        assert_eq!(names(&written), ["further", "granted", "id_token", "refresh_token"]);
        for granted in [&written["granted"], &written["further"][0][1]] {
            assert_eq!(names(granted), ["access_token", "expires_at", "obtained_at", "scope"]);
        }
    }
}
