//! Where users go after signing in: a page of this site, and no other.

use url::{Position, Url};

/// The longest target, in bytes; five sign-ins under way must fit one `Cookie` header.
const MAX_BYTES: usize = 768;
/// How often a path is percent-decoded, to find what a careless server would see in it.
const DECODINGS: usize = 3;

/// A local target: a path of this site, with query and fragment, and without the base path. Anything else becomes `/`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Target(String);

impl Target {
    /// Reads a target as a browser's request names it. Our sign-in routes, under `own_prefix`, are not targets.
    pub fn parse(requested: &str, own_prefix: &str) -> Self {
        local(requested, own_prefix).map_or_else(Self::home, Self)
    }

    /// Reads a target as browsers know it: below the base path of the site.
    pub fn parse_below(requested: &str, base: &str, own_prefix: &str) -> Self {
        match requested.strip_prefix(base) {
            Some(path) if base.is_empty() || path.starts_with('/') => Self::parse(path, own_prefix),
            Some(query) if query.starts_with('?') => Self::parse(&format!("/{query}"), own_prefix),
            _ => Self::home(),
        }
    }

    /// Reads an absolute URL of this site (`target_link_uri` of a third-party-initiated login).
    pub fn parse_absolute(requested: &str, public_url: &Url, own_prefix: &str) -> Self {
        let base = public_url.path().trim_end_matches('/');
        match requested.strip_prefix(&public_url[..Position::BeforePath]) {
            Some(path) if path.starts_with('/') => Self::parse_below(path, base, own_prefix),
            _ => Self::parse_below(requested, base, own_prefix),
        }
    }

    /// The home page.
    pub fn home() -> Self {
        Self("/".to_owned())
    }

    /// The target, without the base path: [`super::Site::path`] adds it.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// Rebuilds the target from its parts, if they are harmless however often they are decoded.
fn local(requested: &str, own_prefix: &str) -> Option<String> {
    let printable = |c: char| !c.is_whitespace() && !c.is_control() && c != '\\';
    if requested.len() > MAX_BYTES || !requested.chars().all(printable) || !is_absolute_path(requested) {
        return None;
    }
    // The base is a stand-in for this site: only what is relative to it is kept.
    let base = Url::parse("https://this.invalid/").ok()?;
    let url = base.join(requested).ok()?;
    if url.origin() != base.origin() || !url.username().is_empty() || url.password().is_some() {
        return None;
    }
    let path = url.path();
    let mut decoded = path.to_owned();
    for _ in 0..=DECODINGS {
        if !is_absolute_path(&decoded) || !decoded.chars().all(|c| !c.is_control() && c != '\\') {
            return None;
        }
        // "/.//evil" is "//evil" to who resolves the dot.
        let start = decoded.len() - decoded.trim_start_matches(['/', '.']).len();
        if decoded[..start].contains("//") {
            return None;
        }
        if decoded == own_prefix || decoded.strip_prefix(own_prefix).is_some_and(|rest| rest.starts_with('/')) {
            return None;
        }
        decoded = decode(&decoded)?;
    }
    Some(url[url::Position::BeforePath..].to_owned())
}

/// A path that starts at the root, and not with what names another host.
fn is_absolute_path(path: &str) -> bool {
    let mut characters = path.chars();
    let (first, second) = (characters.next(), characters.next());
    first == Some('/') && !second.is_some_and(|c| matches!(c, '/' | '\\') || c.is_whitespace())
}

fn decode(path: &str) -> Option<String> {
    let mut decoded = Vec::with_capacity(path.len());
    let mut bytes = path.bytes();
    while let Some(byte) = bytes.next() {
        let escaped = match byte {
            b'%' => Some((bytes.next(), bytes.next())),
            _ => None,
        };
        decoded.push(match escaped {
            None => byte,
            Some((Some(high), Some(low))) => hex(high)? * 16 + hex(low)?,
            Some(_) => return None,
        });
    }
    String::from_utf8(decoded).ok()
}

fn hex(digit: u8) -> Option<u8> {
    char::from(digit).to_digit(16).and_then(|value| u8::try_from(value).ok())
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn places_of_this_site_are_kept() {
        for place in
            ["/", "/token_details", "/a/b?c=d&e=%2F#f", "/a%20b", "/search?q=%C3%A9&r=//x", "/a//b", "/.well-known/x"]
        {
            assert_eq!(Target::parse(place, "/auth").as_str(), place);
        }
        assert_eq!(Target::parse("/a/../b", "/auth").as_str(), "/b");
        assert_eq!(Target::parse("/authors", "/auth").as_str(), "/authors");
    }

    #[test]
    fn every_other_form_leads_home() {
        let overlong = format!("/{}", "a".repeat(MAX_BYTES));
        for form in [
            "",
            "a",
            "?a",
            "#a",
            "//evil",
            "///evil",
            "/\\evil",
            "\\/evil",
            "\\\\evil",
            "/%5cevil",
            "/%5Cevil",
            "/%2f%2fevil",
            "/%2Fevil",
            "/%252fevil",
            "/%25252fevil",
            "/ /evil",
            "/%20/evil",
            "/\t/evil",
            "/\n/evil",
            "/a\nb",
            "/%09/evil",
            "/%0a/evil",
            "/%0d%0aSet-Cookie:a=b",
            "https:evil",
            "https:/evil",
            "https://evil",
            "https:///evil",
            "HTTP://evil",
            "javascript:alert(1)",
            "data:text/html,x",
            "//a@evil",
            "@evil",
            ".evil",
            "//evil%E3%80%82com",
            "/.//evil",
            "/..//evil",
            "/a/..//evil",
            "/./\\evil",
            "/%2e//evil",
            "/%2e%2f/evil",
            "https://127.0.0.1:5001/",
            "http://127.0.0.1:5000/",
            "https://127.0.0.1:5000/",
            "/%ff",
            "/%",
            "/%zz",
            "/auth",
            "/auth/sign_in",
            "/auth/sign_out?x=1",
            "/x/../auth/sign_in",
            "/%61uth/sign_in",
            "/\u{200b}\u{2028}/evil",
            "/\u{3000}/evil",
            overlong.as_str(),
        ] {
            assert_eq!(Target::parse(form, "/auth"), Target::home(), "{form:?}");
        }
    }

    #[test]
    fn an_absolute_url_must_be_of_this_site() {
        let site = Url::parse("https://app.example/").unwrap();
        let parse = |url: &str| Target::parse_absolute(url, &site, "/auth").as_str().to_owned();
        assert_eq!(parse("https://app.example/a?b"), "/a?b");
        for form in [
            "https://app.example.evil/a",
            "https://app.example@evil/",
            "https://app.example:444/a",
            "https://app.example//evil",
            "http://app.example/a",
        ] {
            assert_eq!(parse(form), "/", "{form}");
        }
    }

    #[test]
    fn a_target_is_below_the_base_path() {
        let site = Url::parse("https://apps.example/tasks").unwrap();
        for (requested, expected) in [
            ("/tasks/a?b#c", "/a?b#c"),
            ("/tasks/", "/"),
            ("/tasks", "/"),
            ("/tasks?a=b", "/?a=b"),
            ("https://apps.example/tasks/a", "/a"),
            ("/tasks/../mail/a", "/mail/a"), // The base path is put before it again.
            ("/a", "/"),
            ("/", "/"),
            ("/tasksmith/a", "/"),
            ("/tasks//evil", "/"),
            ("/tasks/%2fevil", "/"),
            ("/tasks/auth/sign_in", "/"),
            ("//evil/tasks/a", "/"),
            ("https://apps.example/mail/a", "/"),
            ("https://apps.example.evil/tasks/a", "/"),
            ("https://apps.example@evil/tasks/a", "/"),
        ] {
            assert_eq!(Target::parse_absolute(requested, &site, "/auth").as_str(), expected, "{requested}");
        }
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(2000))]
        #[test]
        fn whatever_is_asked_the_location_is_of_this_site(text in r"[/\\.%@:?#a-z0-9 \t]{0,40}|\PC{0,40}|(/|%2[fF]|%5[cC]|\\|\.|%2e|https?:|//|evil|@|%0[9ad]){0,12}") {
            let site = Url::parse("https://app.example/auth/redirect").unwrap();
            let target = Target::parse(&text, "/auth");
            let location = site.join(target.as_str()).unwrap();
            prop_assert_eq!(location.origin(), site.origin());
            prop_assert!(actix_web::http::header::HeaderValue::from_str(target.as_str()).is_ok());
            prop_assert!(!target.as_str().starts_with("//"));
        }
    }
}
