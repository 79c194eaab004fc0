//! What `redis.url` names: one server, a master that Sentinels know, or a Cluster.

use std::fmt::Display;

use redis::{Client, ClientTlsConfig, IntoConnectionInfo, RedisError, TlsCertificates};
use thiserror::Error;

use super::RedisSettings;

const REDIS_PORT: u16 = 6379;
const SENTINEL_PORT: u16 = 26379;

/// What is wrong with `redis.url`. It shows nothing of the URL, which may have a password in it.
#[derive(Clone, Copy, Debug, Error, PartialEq, Eq)]
pub(super) enum TargetError {
    /// It has another scheme.
    #[error(
        "must begin with redis://, rediss://, redis+sentinel://, rediss+sentinel://, redis+cluster:// or rediss+cluster://"
    )]
    Scheme,
    /// A host is missing or malformed.
    #[error("must name one or more hosts, such as host1:6379,host2:6379")]
    Host,
    /// The path of a URL for Sentinel isn't a master's name.
    #[error("must name the master after the Sentinels, as in redis+sentinel://host1,host2/mymaster")]
    MasterName,
    /// The database isn't a number, or not 0 in a Cluster.
    #[error("must name the database by its number; a Cluster has only database 0")]
    Database,
    /// A query parameter is unknown.
    #[error("may only have the parameters sentinel_username and sentinel_password, for Sentinel")]
    Parameter,
}

/// The servers that a URL names.
pub(super) enum Target {
    /// One server.
    Single(String),
    /// The master of this name, whose address each of the Sentinels can tell.
    Sentinel { sentinels: Vec<String>, master: String, credentials: String },
    /// A Cluster, by some of its nodes.
    Cluster(Vec<String>),
}

/// How to reach the servers of a target.
pub(super) struct Access {
    secure: bool,
    /// Empty, or `user:password@`.
    credentials: String,
    database: String,
}

impl Target {
    /// Parses a URL.
    pub(super) fn parse(url: &str) -> Result<(Self, Access), TargetError> {
        let (scheme, rest) = url.split_once("://").ok_or(TargetError::Scheme)?;
        let (scheme, kind) = scheme.split_once('+').unwrap_or((scheme, ""));
        let secure = match scheme {
            "redis" => false,
            "rediss" => true,
            _ => return Err(TargetError::Scheme),
        };
        let (rest, query) = rest.split_once('?').unwrap_or((rest, ""));
        let (authority, path) = rest.split_once('/').unwrap_or((rest, ""));
        let (credentials, hosts) = match authority.rsplit_once('@') {
            Some((credentials, hosts)) => (format!("{credentials}@"), hosts),
            None => (String::new(), authority),
        };
        let port = if kind == "sentinel" { SENTINEL_PORT } else { REDIS_PORT };
        let mut hosts: Vec<_> =
            hosts.split(',').map(|host| address(host, port)).collect::<Option<_>>().ok_or(TargetError::Host)?;
        let (target, database) = match kind {
            "" if hosts.len() == 1 => (Self::Single(hosts.remove(0)), path),
            "" => return Err(TargetError::Host),
            "sentinel" => {
                let (master, database) = path.split_once('/').unwrap_or((path, ""));
                let credentials = sentinel_credentials(query)?;
                if master.is_empty() {
                    return Err(TargetError::MasterName);
                }
                (Self::Sentinel { sentinels: hosts, master: master.to_owned(), credentials }, database)
            }
            "cluster" if path.is_empty() || path == "0" => (Self::Cluster(hosts), ""),
            "cluster" => return Err(TargetError::Database),
            _ => return Err(TargetError::Scheme),
        };
        if !database.is_empty() && database.parse::<u32>().is_err() {
            return Err(TargetError::Database);
        }
        if kind != "sentinel" && !query.is_empty() {
            return Err(TargetError::Parameter);
        }
        let access = Access { secure, credentials, database: database.to_owned() };
        // The whole URL must be one that the client understands, too.
        let example = access.url("host:1", &access.credentials, &access.database);
        example.as_str().into_connection_info().map_err(|_| TargetError::Host)?;
        Ok((target, access))
    }
}

impl Access {
    fn url(&self, address: &str, credentials: &str, database: &str) -> String {
        let scheme = if self.secure { "rediss" } else { "redis" };
        format!("{scheme}://{credentials}{address}/{database}")
    }

    /// Returns how to connect to a server of Redis.
    pub(super) fn server(&self, address: &str, settings: &RedisSettings) -> Result<Client, RedisError> {
        client(&self.url(address, &self.credentials, &self.database), settings)
    }

    /// Returns how to connect to a Sentinel, which has credentials of its own.
    pub(super) fn sentinel(
        &self,
        address: &str,
        credentials: &str,
        settings: &RedisSettings,
    ) -> Result<Client, RedisError> {
        client(&self.url(address, credentials, ""), settings)
    }

    /// Whether the servers have TLS.
    pub(super) fn is_secure(&self) -> bool {
        self.secure
    }
}

fn client(url: &str, settings: &RedisSettings) -> Result<Client, RedisError> {
    let client_tls = settings
        .client_certificate
        .clone()
        .map(|certificate| ClientTlsConfig { client_cert: certificate.chain, client_key: certificate.private_key });
    if settings.ca_certificate.is_none() && client_tls.is_none() {
        return Client::open(url);
    }
    Client::build_with_tls(url, TlsCertificates { client_tls, root_cert: settings.ca_certificate.clone() })
}

/// Returns `host:port` of a server that names both apart. An IPv6 address gets brackets, unless it has them.
pub(super) fn host_and_port(host: &str, port: impl Display) -> String {
    if host.contains(':') && !host.starts_with('[') { format!("[{host}]:{port}") } else { format!("{host}:{port}") }
}

/// Returns `host:port`, with the default port if it has none.
fn address(host: &str, port: u16) -> Option<String> {
    let has_port = host.rsplit_once(':').is_some_and(|(before, _)| !before.contains(':') || before.ends_with(']'));
    let address = if has_port { host.to_owned() } else { format!("{host}:{port}") };
    let (name, port) = address.rsplit_once(':')?;
    let is_plain = |c: char| c.is_ascii_alphanumeric() || "-._[]:".contains(c);
    (!name.is_empty() && name.chars().all(is_plain) && port.parse::<u16>().is_ok()).then_some(address)
}

fn sentinel_credentials(query: &str) -> Result<String, TargetError> {
    let (mut username, mut password) = ("", "");
    for pair in query.split('&').filter(|pair| !pair.is_empty()) {
        match pair.split_once('=') {
            Some(("sentinel_username", value)) => username = value,
            Some(("sentinel_password", value)) => password = value,
            _ => return Err(TargetError::Parameter),
        }
    }
    Ok(if password.is_empty() { String::new() } else { format!("{username}:{password}@") })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(url: &str) -> Result<String, TargetError> {
        let (target, access) = Target::parse(url)?;
        let kind = match target {
            Target::Single(address) => format!("single {address}"),
            Target::Sentinel { sentinels, master, credentials } => {
                format!("sentinel {} {master} {credentials}", sentinels.join(" "))
            }
            Target::Cluster(nodes) => format!("cluster {}", nodes.join(" ")),
        };
        Ok(format!("{} {kind}", access.url("HOST", &access.credentials, &access.database)))
    }

    #[test]
    fn every_form_of_the_url_is_understood() {
        for (url, expected) in [
            ("redis://localhost", "redis://HOST/ single localhost:6379"),
            ("redis://localhost:7000/3", "redis://HOST/3 single localhost:7000"),
            ("rediss://:p%40ss@10.0.0.1:6380/", "rediss://:p%40ss@HOST/ single 10.0.0.1:6380"),
            ("redis://[::1]/0", "redis://HOST/0 single [::1]:6379"),
            ("redis+sentinel://a,b:1,c/mymaster", "redis://HOST/ sentinel a:26379 b:1 c:26379 mymaster "),
            (
                "rediss+sentinel://user:p@a/mymaster/2?sentinel_password=s&sentinel_username=u",
                "rediss://user:p@HOST/2 sentinel a:26379 mymaster u:s@",
            ),
            ("redis+cluster://:p@a:7000,b:7001,[::1]:7002", "redis://:p@HOST/ cluster a:7000 b:7001 [::1]:7002"),
            ("rediss+cluster://a/0", "rediss://HOST/ cluster a:6379"),
        ] {
            assert_eq!(shown(url).as_deref(), Ok(expected), "{url}");
        }
    }

    #[test]
    fn every_other_url_is_refused_with_the_reason() {
        use TargetError as E;
        for (url, expected) in [
            ("localhost:6379", E::Scheme),
            ("http://localhost", E::Scheme),
            ("redis+proxy://a", E::Scheme),
            ("redis://", E::Host),
            ("redis://a,b", E::Host),
            ("redis+cluster://a,,b", E::Host),
            ("redis+cluster://a:x", E::Host),
            ("redis://a b", E::Host),
            ("redis+sentinel://a", E::MasterName),
            ("redis+sentinel://a//0", E::MasterName),
            ("redis+sentinel://a/m/x", E::Database),
            ("redis://a/x", E::Database),
            ("redis+cluster://a/1", E::Database),
            ("redis://a?x=1", E::Parameter),
            ("redis+sentinel://a/m?x=1", E::Parameter),
        ] {
            assert_eq!(shown(url), Err(expected), "{url}");
        }
    }
}
