//! What a request's headers say about its sender: a page of this site, another site, a prefetch or a script.

use actix_web::dev::ServiceRequest;
use actix_web::http::Method;
use actix_web::http::header::{ACCEPT, HeaderMap, HeaderValue, ORIGIN};
use actix_web::{HttpMessage as _, HttpRequest};
use url::Url;

use super::error::Error;

/// Marks a request to a scope for programs: it counts as no navigation.
pub(super) struct ForPrograms;

/// Where a request comes from and what it fetches.
#[derive(Clone, Copy, Debug)]
pub struct FetchContext<'a> {
    method: &'a Method,
    headers: &'a HeaderMap,
    is_for_programs: bool,
}

impl<'a> From<&'a HttpRequest> for FetchContext<'a> {
    fn from(request: &'a HttpRequest) -> Self {
        let is_for_programs = request.extensions().get::<ForPrograms>().is_some();
        Self { method: request.method(), headers: request.headers(), is_for_programs }
    }
}

impl<'a> From<&'a ServiceRequest> for FetchContext<'a> {
    fn from(request: &'a ServiceRequest) -> Self {
        let is_for_programs = request.extensions().get::<ForPrograms>().is_some();
        Self { method: request.method(), headers: request.headers(), is_for_programs }
    }
}

impl<'a> FetchContext<'a> {
    /// Returns the same context with another method.
    #[must_use]
    pub fn with_method(self, method: &'a Method) -> Self {
        Self { method, ..self }
    }

    fn header(&self, name: &str) -> Option<&'a str> {
        self.headers.get(name).and_then(|value| value.to_str().ok())
    }

    /// Returns whether a browser navigates to a page: by `Sec-Fetch-Mode` and `Sec-Fetch-Dest` or, if the browser sends
    /// neither, by `Accept`. In a scope for programs, no request is one.
    pub fn is_navigation(&self) -> bool {
        if self.is_for_programs {
            return false;
        }
        if *self.method != Method::GET && *self.method != Method::HEAD && *self.method != Method::POST {
            return false;
        }
        match (self.header("sec-fetch-mode"), self.header("sec-fetch-dest")) {
            (Some(mode), Some(destination)) => mode == "navigate" && destination == "document",
            (Some(mode), None) => mode == "navigate",
            (None, _) => self.header("x-requested-with").is_none() && self.wants_html(),
        }
    }

    /// Returns whether the client accepts an HTML page.
    pub fn wants_html(&self) -> bool {
        self.headers
            .get(ACCEPT)
            .and_then(|value| value.to_str().ok())
            .is_some_and(|accept| accept.contains("text/html"))
    }

    /// Returns whether a browser fetches a page that it may never show.
    pub fn is_prefetch(&self) -> bool {
        ["sec-purpose", "purpose", "x-moz"]
            .iter()
            .any(|name| self.header(name).is_some_and(|purpose| purpose.contains("prefetch")))
    }

    /// Returns whether a redirect may lead the browser elsewhere and back: a navigation that only reads.
    pub fn may_lead_away(&self) -> bool {
        let only_reads = *self.method == Method::GET || *self.method == Method::HEAD;
        only_reads && self.is_navigation() && !self.is_prefetch()
    }

    /// Returns whether a page shows the response in a frame. Browsers then send a cookie of ours only to their own site.
    pub fn is_frame(&self) -> bool {
        self.header("sec-fetch-dest").is_some_and(|destination| ["iframe", "frame"].contains(&destination))
    }

    /// Returns whether a page of this site sent the request: by `Sec-Fetch-Site` and, if present, by `Origin`. With neither
    /// header the answer is no: every browser sends `Origin` with a POST.
    pub fn is_same_origin(&self, public_url: &Url) -> bool {
        let site = self.header("sec-fetch-site");
        let origin = self.headers.get(ORIGIN).map(HeaderValue::as_bytes);
        let own = public_url.origin().ascii_serialization();
        let site_agrees = site.is_none_or(|site| site == "same-origin");
        let origin_agrees = origin.is_none_or(|origin| origin == own.as_bytes());
        site_agrees && origin_agrees && (site.is_some() || origin.is_some())
    }

    /// Refuses a request that no page of this site sent: see [`FetchContext::is_same_origin`].
    ///
    /// # Errors
    /// [`Error::CrossSite`].
    pub(super) fn require_same_origin(&self, public_url: &Url) -> Result<(), Error> {
        if self.is_same_origin(public_url) { Ok(()) } else { Err(Error::CrossSite) }
    }

    /// Refuses a WebSocket that no page of this site opens. Every browser sends `Origin` with it (RFC 6455 section 4.1); not
    /// every one takes `wss:` for the same origin as `https:` in `Sec-Fetch-Site`, so that counts only without `Origin`.
    ///
    /// # Errors
    /// [`Error::CrossSite`].
    pub(super) fn require_own_web_socket(&self, public_url: &Url) -> Result<(), Error> {
        match self.headers.get(ORIGIN) {
            Some(origin) if origin.as_bytes() == public_url.origin().ascii_serialization().as_bytes() => Ok(()),
            Some(_) => Err(Error::CrossSite),
            None => self.require_same_origin(public_url),
        }
    }

    /// Returns whether a user followed a link on a page of this site: then a GET may do what a button does.
    pub fn is_own_link(&self) -> bool {
        self.header("sec-fetch-site") == Some("same-origin")
            && self.header("sec-fetch-user") == Some("?1")
            && self.header("sec-fetch-mode") == Some("navigate")
            && !self.is_prefetch()
    }
}

#[cfg(test)]
mod tests {
    use actix_web::test::TestRequest;

    use super::*;

    fn same_origin(headers: &[(&'static str, &str)]) -> bool {
        let request = headers.iter().fold(TestRequest::post(), |request, header| request.insert_header(*header));
        FetchContext::from(&request.to_http_request()).is_same_origin(&Url::parse("https://app.example").unwrap())
    }

    #[test]
    fn only_our_own_pages_change_state() {
        assert!(same_origin(&[("sec-fetch-site", "same-origin"), ("origin", "https://app.example")]));
        assert!(same_origin(&[("origin", "https://app.example")]));
        for headers in [
            &[][..],
            &[("origin", "null")],
            &[("origin", "https://evil.example")],
            &[("origin", "http://app.example")],
            &[("origin", "https://app.example:444")],
            &[("origin", "https://app.example.evil")],
            &[("sec-fetch-site", "cross-site")],
            &[("sec-fetch-site", "same-site"), ("origin", "https://other.app.example")],
            &[("sec-fetch-site", "none")],
            &[("sec-fetch-site", "cross-site"), ("origin", "https://app.example")],
            &[("sec-fetch-site", "same-origin"), ("origin", "null")],
        ] {
            assert!(!same_origin(headers), "{headers:?}");
        }
    }

    #[test]
    fn scripts_are_told_from_navigations() {
        let navigation = |headers: &[(&'static str, &str)]| {
            let request = headers.iter().fold(TestRequest::get(), |request, header| request.insert_header(*header));
            FetchContext::from(&request.to_http_request()).is_navigation()
        };
        assert!(navigation(&[("sec-fetch-mode", "navigate"), ("sec-fetch-dest", "document")]));
        assert!(navigation(&[("accept", "text/html,*/*;q=0.8")]));
        assert!(!navigation(&[("sec-fetch-mode", "navigate"), ("sec-fetch-dest", "iframe")]));
        assert!(!navigation(&[("sec-fetch-mode", "cors"), ("sec-fetch-dest", "empty"), ("accept", "text/html")]));
        assert!(!navigation(&[("accept", "text/html"), ("x-requested-with", "XMLHttpRequest")]));
        assert!(!navigation(&[("accept", "application/json")]));
        assert!(!navigation(&[]));
    }
}
