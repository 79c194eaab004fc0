//! Section `api`: the application as a resource server.

use std::time::Duration;

use url::Url;

use super::ServerSettings;
use super::reader::Reader;
use crate::flows::bearer::{ApiSettings, Introspection};
use crate::oidc::jws::Algorithm;

pub(super) fn api(reader: &mut Reader, server: &ServerSettings) -> ApiSettings {
    let audience = reader.list("api.audience");
    let own = |audience: &String| Url::parse(audience).ok().filter(|url| url.origin() == server.public_url.origin());
    let default = || audience.iter().find_map(own).unwrap_or_else(|| server.public_url.clone());
    let choices = [("auto", Introspection::Auto), ("always", Introspection::Always), ("never", Introspection::Never)];
    ApiSettings {
        resource: resource(reader).unwrap_or_else(default),
        scopes: reader.list("api.scopes"),
        algorithms: algorithms(reader),
        introspection: reader.choice("api.introspection", &choices).unwrap_or(Introspection::Auto),
        introspection_cache: Duration::from_secs(reader.number("api.introspection_cache_seconds", 30, 0..=3600)),
        audience,
    }
}

/// Reads the API's identifier (RFC 9728 section 1.2).
fn resource(reader: &mut Reader) -> Option<Url> {
    let url = reader.url("api.resource")?;
    if url.fragment().is_some() || url.query().is_some() || !url.username().is_empty() {
        reader.problem("api.resource", "must have only a scheme, a host, an optional port and a path");
    }
    Some(url)
}

/// Reads the algorithms. An HMAC isn't among them: whoever can check it can also make a token.
fn algorithms(reader: &mut Reader) -> Vec<Algorithm> {
    let names = reader.list("api.signing_algorithms");
    let parsed = |name: &String| name.parse().ok().filter(|algorithm: &Algorithm| !algorithm.is_symmetric());
    let algorithms: Vec<_> = names.iter().filter_map(parsed).collect();
    if algorithms.len() != names.len() {
        let known = Algorithm::ALL.iter().filter(|(_, algorithm)| !algorithm.is_symmetric());
        let known: Vec<_> = known.map(|(name, _)| *name).collect();
        reader.problem("api.signing_algorithms", format!("must be a list of {}", known.join(", ")));
    }
    if algorithms.is_empty() { vec![Algorithm::RS256] } else { algorithms }
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::*;
    use crate::settings::Settings;

    fn read(settings: &[(&str, &str)]) -> Result<ApiSettings, String> {
        let own = [("SERVER__PUBLIC_URL", "https://tasks.example")];
        let variables =
            own.iter().chain(settings).map(|(key, value)| (format!("IDENTITY_WEB__{key}"), (*value).to_owned()));
        let settings = Settings::from_environment(Path::new("/nowhere"), variables);
        settings.map(|settings| settings.api).map_err(|error| error.to_string())
    }

    #[cfg(feature = "demo")]
    #[test]
    fn the_resource_is_an_audience_at_this_site_or_the_site() {
        for (audience, resource, identifier, metadata) in [
            ("", "", "https://tasks.example", ""),
            ("api://tasks", "", "https://tasks.example", ""),
            ("api://tasks,https://tasks.example/v1", "", "https://tasks.example/v1", "/v1"),
            ("https://other.example/v1", "", "https://tasks.example", ""),
            ("https://tasks.example/v1", "https://api.example/", "https://api.example", ""),
        ] {
            let api = read(&[("API__AUDIENCE", audience), ("API__RESOURCE", resource)]).unwrap();
            let path = format!("/.well-known/oauth-protected-resource{metadata}");
            assert_eq!((api.identifier(), api.metadata_path()), (identifier, path), "{audience} {resource}");
        }
        for resource in ["https://tasks.example/?a", "https://tasks.example/#a", "api://tasks"] {
            assert!(read(&[("API__RESOURCE", resource)]).unwrap_err().contains("api.resource"), "{resource}");
        }
    }

    #[cfg(feature = "demo")]
    #[test]
    fn no_shared_secret_signs_access_tokens() {
        assert_eq!(read(&[]).unwrap().algorithms, [Algorithm::RS256]);
        let several = read(&[("API__SIGNING_ALGORITHMS", "ES256, PS256")]).unwrap().algorithms;
        assert_eq!(several, [Algorithm::ES256, Algorithm::PS256]);
        for refused in ["HS256", "RS256,HS512", "none", "rs256"] {
            let error = read(&[("API__SIGNING_ALGORITHMS", refused)]).unwrap_err();
            assert!(error.contains("must be a list of RS256, RS384"), "{error}");
        }
    }
}
