//! Scopes: whether those that were granted cover those that are requested (RFC 6749 section 3.3).

use url::Url;

/// The scopes of the sign-in itself, which belong to no API.
const OF_SIGN_IN: [&str; 6] = ["openid", "profile", "email", "address", "phone", "offline_access"];
/// Microsoft Graph in each of Microsoft's clouds. Only its scopes may be written without their resource: `User.Read` is
/// `https://graph.microsoft.com/User.Read`.
const GRAPH_HOSTS: [&str; 4] =
    ["graph.microsoft.com", "graph.microsoft.us", "dod-graph.microsoft.us", "microsoftgraph.chinacloudapi.cn"];

/// Returns whether the scopes granted, separated by spaces, include all requested scopes of APIs.
pub(super) fn covers(granted: &str, requested: &[String]) -> bool {
    of_apis(requested).all(|requested| granted.split(' ').any(|granted| is_same(granted, requested)))
}

/// Returns those of the scopes that belong to an API.
pub(super) fn of_apis(scopes: &[String]) -> impl Iterator<Item = &str> {
    scopes.iter().map(String::as_str).filter(|scope| !OF_SIGN_IN.contains(scope))
}

/// Scopes are compared to the letter. Those of Graph are the same in any case, with and without its address.
fn is_same(granted: &str, requested: &str) -> bool {
    let same_in_graph = || {
        let (granted, requested) = (GraphScope::parse(granted)?, GraphScope::parse(requested)?);
        let hosts_agree = granted.host.is_none() || requested.host.is_none() || granted.host == requested.host;
        Some(hosts_agree && granted.name.eq_ignore_ascii_case(&requested.name))
    };
    granted == requested || same_in_graph().unwrap_or(false)
}

/// A scope that is Graph's, if the provider is Entra. Without a host it is Graph's of the provider's cloud.
struct GraphScope {
    host: Option<String>,
    name: String,
}

impl GraphScope {
    fn parse(scope: &str) -> Option<Self> {
        if !scope.contains([':', '/']) {
            return Some(Self { host: None, name: scope.to_owned() });
        }
        let url = Url::parse(scope).ok()?;
        let host = url.host_str().filter(|host| GRAPH_HOSTS.contains(host))?;
        let name = url.path().trim_start_matches('/');
        // Nothing but scheme, host and name: the same in any spelling that Entra knows.
        let is_plain = ["", "/"].iter().any(|slash| url.as_str() == format!("https://{host}{slash}/{name}"));
        (is_plain && !name.contains('/')).then(|| Self { host: Some(host.to_owned()), name: name.to_owned() })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_scope_is_of_one_resource() {
        let graph = "https://graph.microsoft.com/User.Read";
        for (granted, requested, covered) in [
            ("openid profile User.Read", "User.Read", true),
            ("openid profile User.Read", "user.read", true),
            ("User.Read", graph, true),
            (graph, "User.Read", true),
            (graph, graph, true),
            ("https://graph.microsoft.com//User.Read", "User.Read", true),
            ("https://graph.microsoft.us/User.Read", "User.Read", true),
            ("User.Read", "https://microsoftgraph.chinacloudapi.cn/User.Read", true),
            ("https://graph.microsoft.us/User.Read", graph, false),
            ("User.Read", "https://graphql.example/User.Read", false),
            ("https://graphql.example/User.Read", "User.Read", false),
            ("https://graph.microsoft.com.evil.example/User.Read", "User.Read", false),
            ("https://evil.example/graph.microsoft.com/User.Read", "User.Read", false),
            ("https://graph.microsoft.com@evil.example/User.Read", "User.Read", false),
            ("https://graph.microsoft.com:444/User.Read", "User.Read", false),
            ("http://graph.microsoft.com/User.Read", "User.Read", false),
            ("https://graph.microsoft.com/api/User.Read", "User.Read", false),
            ("https://graph.microsoft.com/User.Read?x", "User.Read", false),
            ("api://x/User.Read", "User.Read", false),
            ("api://x/User.Read", "api://y/User.Read", false),
            ("api://x/Read", "api://x/read", false),
            ("api://x/Read", "api://x/Read", true),
            ("urn:x:read", "read", false),
            ("openid", "User.Read", false),
            ("openid", "openid offline_access", true),
            ("", "openid", true),
            ("", "anything", false),
            ("a", "a b", false),
            ("a b", "b a", true),
        ] {
            let scopes: Vec<_> = requested.split(' ').map(str::to_owned).collect();
            assert_eq!(covers(granted, &scopes), covered, "{granted:?} for {requested:?}");
        }
    }
}
