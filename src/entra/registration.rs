//! The registration of this application in Microsoft Entra, through Microsoft Graph v1.0.
//!
//! | file | what it is |
//! |---|---|
//! | `application` | an application as Graph has it |
//! | `wanted` | the application that is wanted, and the difference |
//! | `request` | each request to Graph, built and not sent |
//! | `directory` | sends requests, with patience where Graph asks for it, or only prints them |
//! | `refusal` | Graph's errors, explained |
//! | `token` | where a token for Graph comes from |
//! | `steps` | one step of the registration each, which finds out by itself whether it has been done |
//! | `credential` | the secret, certificate or federated credential |

pub mod application;
pub mod credential;
pub mod directory;
pub mod refusal;
pub mod request;
pub mod steps;
pub mod token;
pub mod wanted;

use url::Url;

use crate::oidc::provider::is_loopback;

/// Where people sign in, and where Graph is, in one of Microsoft's clouds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Cloud {
    /// The origin of authorities, such as `https://login.microsoftonline.com/`.
    pub login: Url,
    /// The origin of Graph, such as `https://graph.microsoft.com/`.
    pub graph: Url,
}

/// Microsoft's clouds: the host of authorities, and of Graph (national cloud deployments of Microsoft Graph).
const CLOUDS: [(&str, &str); 4] = [
    ("login.microsoftonline.com", "graph.microsoft.com"),
    ("login.microsoftonline.us", "graph.microsoft.us"),
    ("login.partner.microsoftonline.cn", "microsoftgraph.chinacloudapi.cn"),
    ("login.chinacloudapi.cn", "microsoftgraph.chinacloudapi.cn"),
];

impl Cloud {
    /// The cloud of an authority; the global one where its host is none of Microsoft's for organisations (B2C and
    /// External ID have hosts of their own, and are administered in the global cloud). What is given goes before it.
    ///
    /// # Errors
    /// An address that is neither https nor on this machine, in words.
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

    /// An authority of a tenant, as `client.authority` has it.
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
