//! The registration of this application in Microsoft Entra, through Microsoft Graph v1.0.
//!
//! | File | Contents |
//! |---|---|
//! | `application` | an application in Graph |
//! | `desired` | the desired application, and how an existing one differs |
//! | `request` | builds each request to Graph |
//! | `directory` | sends requests and retries them, or prints them |
//! | `refusal` | Graph's errors, explained |
//! | `token` | gets a token for Graph |
//! | `steps` | the steps of a registration, each of which can be repeated |
//! | `credential` | the secret, certificate or federated credential |

pub mod application;
pub mod credential;
pub mod desired;
pub mod directory;
pub mod refusal;
pub mod request;
pub mod steps;
pub mod token;

use url::Url;

use crate::oidc::provider::is_loopback;

/// Where users sign in, and where Graph is, in one of Microsoft's clouds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Cloud {
    /// The origin of authorities, such as `https://login.microsoftonline.com/`.
    pub login: Url,
    /// The origin of Graph, such as `https://graph.microsoft.com/`.
    pub graph: Url,
}

/// The hosts of authorities and of Graph in Microsoft's clouds (national cloud deployments of Microsoft Graph).
const CLOUDS: [(&str, &str); 4] = [
    ("login.microsoftonline.com", "graph.microsoft.com"),
    ("login.microsoftonline.us", "graph.microsoft.us"),
    ("login.partner.microsoftonline.cn", "microsoftgraph.chinacloudapi.cn"),
    ("login.chinacloudapi.cn", "microsoftgraph.chinacloudapi.cn"),
];

impl Cloud {
    /// Returns the cloud of an authority. For hosts of B2C and External ID, which are administered in the global cloud,
    /// and for unknown hosts, it is the global one. `login` and `graph` take precedence.
    ///
    /// # Errors
    /// An address is neither https nor on this machine.
    pub fn of(authority: Option<&Url>, login: Option<&Url>, graph: Option<&Url>) -> Result<Self, String> {
        for (given, name) in [(login, "--login-url"), (graph, "--graph-url")] {
            if let Some(url) = given.filter(|url| url.scheme() != "https" && !is_loopback(url)) {
                return Err(format!("{name}: must be an https URL, or on this machine: {url}"));
            }
        }
        let host = login.or(authority).and_then(Url::host_str).unwrap_or_default();
        let (known_login, known_graph) =
            CLOUDS.into_iter().find(|(login, _)| *login == host).unwrap_or((CLOUDS[0].0, CLOUDS[0].1));
        let site = |given: Option<&Url>, host: &str| {
            given.cloned().or_else(|| Url::parse(&format!("https://{host}")).ok()).ok_or_else(|| host.to_owned())
        };
        let own = authority.filter(|url| is_loopback(url));
        let origin = own.map(|url| url.join("/").unwrap_or_else(|_| url.clone()));
        Ok(Self { login: site(login.or(origin.as_ref()), known_login)?, graph: site(graph, known_graph)? })
    }

    /// Returns a tenant's authority, for `client.authority`.
    pub fn authority(&self, tenant: &str) -> String {
        format!("{}/{tenant}", self.login.as_str().trim_end_matches('/'))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_cloud_is_the_authoritys_unless_another_is_given() {
        let url = |text: &str| Url::parse(text).unwrap();
        for (authority, login, graph) in [
            (
                "https://login.microsoftonline.com/t",
                "https://login.microsoftonline.com/",
                "https://graph.microsoft.com/",
            ),
            ("https://login.microsoftonline.us/t", "https://login.microsoftonline.us/", "https://graph.microsoft.us/"),
            (
                "https://login.partner.microsoftonline.cn/t",
                "https://login.partner.microsoftonline.cn/",
                "https://microsoftgraph.chinacloudapi.cn/",
            ),
            ("https://c.b2clogin.com/c", "https://login.microsoftonline.com/", "https://graph.microsoft.com/"),
        ] {
            let cloud = Cloud::of(Some(&url(authority)), None, None).unwrap();
            assert_eq!((cloud.login.as_str(), cloud.graph.as_str()), (login, graph), "{authority}");
        }
        let own = url("http://127.0.0.1:9");
        let cloud = Cloud::of(None, Some(&own), Some(&own)).unwrap();
        assert_eq!((cloud.authority("t").as_str(), &cloud.graph), ("http://127.0.0.1:9/t", &own));
        assert!(Cloud::of(None, None, Some(&url("http://graph.example"))).unwrap_err().contains("--graph-url"));
    }
}
