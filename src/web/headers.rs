//! Response headers: those for security, and the bounds of those that hold a provider's data.

use std::collections::BTreeSet;

use actix_web::http::header::{HeaderMap, HeaderName, HeaderValue, InvalidHeaderValue};
use url::Url;

use crate::metrics;

/// How much of a provider's data the headers of one response may hold, in bytes. With all other headers it stays below
/// 4 KiB: nginx by default accepts no larger response head, and fails the request.
pub const PROVIDER_DATA_BYTES: usize = 3072;

/// Returns the value of a header that holds a provider's data. A value that is longer than `room` bytes or can't stand
/// in a header is counted, and the header must be omitted.
pub fn provider_data(name: &'static str, value: &str, room: usize) -> Option<HeaderValue> {
    let value = fitting(value, room);
    if value.is_none() {
        metrics::header_omitted(name);
    }
    value
}

/// As [`provider_data`], without counting.
pub(super) fn fitting(value: &str, room: usize) -> Option<HeaderValue> {
    Some(value).filter(|value| value.len() <= room).and_then(|value| HeaderValue::from_str(value).ok())
}

/// The security headers of every response, for [`SecurityHeaders::set`].
#[derive(Clone, Debug)]
pub struct SecurityHeaders(Vec<(HeaderName, HeaderValue)>);

/// The content security policy (CSP Level 3) of a site.
#[derive(Clone, Debug)]
pub struct SecurityPolicy {
    /// Of every response.
    general: String,
    /// Of pages with a form, if it differs.
    form: Option<String>,
}

impl SecurityPolicy {
    /// Returns the policy of a site with these `script_sources`, whose sign-out leads to one of the `authorities`, and whose
    /// pages show `logo`.
    pub fn new<'a>(script_sources: &str, authorities: impl Iterator<Item = &'a str>, logo: Option<&str>) -> Self {
        // Browsers apply form-action to every redirect of a form. That of the sign-out leads to the provider and, if that
        // is a broker, on to hosts that only it knows.
        let insecure =
            authorities.filter_map(|authority| Url::parse(authority).ok().filter(|url| url.scheme() == "http"));
        let insecure: BTreeSet<_> = insecure.map(|url| url.origin().ascii_serialization()).collect();
        let insecure_providers = insecure.into_iter().fold(String::new(), |all, origin| all + " " + &origin);
        let logo = match logo.map(Url::parse) {
            Some(Ok(url)) => format!(" {}", url.origin().ascii_serialization()),
            _ => String::new(), // A path of this site.
        };
        // Our script loads nothing; connect-src is for tools that load robots.txt as the page would, such as Lighthouse.
        let general = format!(
            "default-src 'none'; style-src 'self'; script-src {script_sources}; img-src 'self'{logo}; manifest-src 'self'; \
             connect-src 'self'; base-uri 'none'; frame-ancestors 'none'; form-action 'self' https:"
        );
        let form = (!insecure_providers.is_empty()).then(|| format!("{general}{insecure_providers}"));
        Self { general, form }
    }

    /// Returns the policy of pages with a form, if it differs from the general one: a provider at an http URL, as the demo
    /// provider on loopback, is allowed only there.
    ///
    /// # Errors
    /// It can't stand in a header.
    pub fn of_forms(&self) -> Result<Option<HeaderValue>, InvalidHeaderValue> {
        self.form.as_deref().map(HeaderValue::from_str).transpose()
    }
}

impl SecurityHeaders {
    /// Returns the headers of a site at `public_url`.
    ///
    /// # Errors
    /// The policy can't stand in a header.
    pub fn new(public_url: &Url, policy: &SecurityPolicy) -> Result<Self, InvalidHeaderValue> {
        let mut headers = vec![
            (HeaderName::from_static("content-security-policy"), uncounted(policy.general.clone())?),
            header("x-content-type-options", "nosniff"),
            // Not no-referrer: a form's POST would then carry "Origin: null".
            header("referrer-policy", "same-origin"),
            header("cross-origin-opener-policy", "same-origin"),
            header("cross-origin-resource-policy", "same-origin"),
            header("permissions-policy", "camera=(), geolocation=(), microphone=(), payment=(), usb=()"),
        ];
        if public_url.scheme() == "https" {
            headers.push(header("strict-transport-security", "max-age=31536000"));
        }
        Ok(Self(headers))
    }

    /// Sets the headers of a response, except those that it has: a page may be one that the provider shows in a frame.
    pub fn set(&self, headers: &mut HeaderMap) {
        for (name, value) in &self.0 {
            if !headers.contains_key(name) {
                headers.insert(name.clone(), value.clone());
            }
        }
    }
}

/// Returns a value whose clones aren't counted: workers would wait for each other's counts. Its text is never freed.
fn uncounted(text: String) -> Result<HeaderValue, InvalidHeaderValue> {
    HeaderValue::from_str(&text)?;
    Ok(HeaderValue::from_static(text.leak()))
}

fn header(name: &'static str, value: &'static str) -> (HeaderName, HeaderValue) {
    (HeaderName::from_static(name), HeaderValue::from_static(value))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_value_that_does_not_fit_is_omitted() {
        let value = |value: &str| provider_data("x-test", value, 10);
        assert_eq!(value("0123456789").unwrap(), "0123456789");
        for refused in ["0123456789a", "a\r\nb", "a\0b"] {
            assert_eq!(value(refused), None, "{refused:?}");
        }
    }
}
