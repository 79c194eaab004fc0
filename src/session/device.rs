//! The device of a session, in words: the browser and the system that its sign-in came from.
//!
//! A `User-Agent` header is whatever its sender wants. So only the words of the tables here are ever stored or shown,
//! never a part of the header.

use serde::{Deserialize, Serialize};

/// How much of a header is read, in bytes.
const MAX_BYTES: usize = 1024;

/// Browsers by the product that only they name, in the order of the search: most of them also claim to be Chrome and
/// Safari.
const BROWSERS: [(&str, &str); 38] = [
    ("Edg", "Edge"),
    ("EdgA", "Edge"),
    ("EdgiOS", "Edge"),
    ("Edge", "Edge"),
    ("OPR", "Opera"),
    ("OPX", "Opera"),
    ("OPT", "Opera"),
    ("Opera", "Opera"),
    ("SamsungBrowser", "Samsung Internet"),
    ("Vivaldi", "Vivaldi"),
    ("YaBrowser", "Yandex Browser"),
    ("DuckDuckGo", "DuckDuckGo"),
    ("Ddg", "DuckDuckGo"),
    ("Brave", "Brave"),
    ("UCBrowser", "UC Browser"),
    ("HuaweiBrowser", "Huawei Browser"),
    ("MiuiBrowser", "Mi Browser"),
    ("MQQBrowser", "QQ Browser"),
    ("QQBrowser", "QQ Browser"),
    ("MicroMessenger", "WeChat"),
    ("Whale", "Whale"),
    ("Silk", "Silk"),
    ("FBAN", "Facebook"),
    ("Instagram", "Instagram"),
    ("Teams", "Microsoft Teams"),
    ("Electron", "Desktop app"),
    ("WindowsPowerShell", "PowerShell"),
    ("PowerShell", "PowerShell"),
    ("FxiOS", "Firefox"),
    ("Firefox", "Firefox"),
    ("CriOS", "Chrome"),
    ("HeadlessChrome", "Chrome"),
    ("Chromium", "Chromium"),
    ("Chrome", "Chrome"),
    ("MSIE", "Internet Explorer"),
    ("Trident", "Internet Explorer"),
    ("GSA", "Google app"),
    ("Safari", "Safari"),
];

/// Programs by their first product.
const PROGRAMS: [(&str, &str); 15] = [
    ("curl", "curl"),
    ("Wget", "Wget"),
    ("HTTPie", "HTTPie"),
    ("PostmanRuntime", "Postman"),
    ("insomnia", "Insomnia"),
    ("python-requests", "Python"),
    ("python-httpx", "Python"),
    ("Python-urllib", "Python"),
    ("Go-http-client", "Go"),
    ("okhttp", "OkHttp"),
    ("Java", "Java"),
    ("Java-http-client", "Java"),
    ("node", "Node.js"),
    ("axios", "Node.js"),
    ("reqwest", "Rust"),
];

/// Systems by a word that they name, in the order of the search: Android also claims to be Linux, and iOS to be like
/// macOS.
const SYSTEMS: [(&str, &str); 16] = [
    ("Windows", "Windows"),
    ("iPad", "iPadOS"),
    ("iPhone", "iOS"),
    ("iPod", "iOS"),
    ("CrOS", "ChromeOS"),
    ("HarmonyOS", "HarmonyOS"),
    ("OpenHarmony", "HarmonyOS"),
    ("Android", "Android"),
    ("Macintosh", "macOS"),
    ("macOS", "macOS"),
    ("FreeBSD", "FreeBSD"),
    ("OpenBSD", "OpenBSD"),
    ("Linux", "Linux"),
    ("linux-gnu", "Linux"),
    ("Ubuntu", "Linux"),
    ("X11", "Linux"),
];

/// The browser and the system of a session, each `None` if unknown.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Device {
    /// The browser or program, such as `Firefox`.
    pub browser: Option<String>,
    /// The operating system, such as `Windows`.
    pub system: Option<String>,
}

impl Device {
    /// Recognises the usual browsers, programs and systems in a `User-Agent` header (RFC 9110 section 10.1.5).
    #[doc(hidden)]
    pub fn of_user_agent(user_agent: &str) -> Self {
        let header = &user_agent[..user_agent.floor_char_boundary(MAX_BYTES)];
        let words: Vec<_> = header.split(|c: char| c.is_whitespace() || "();,/[]".contains(c)).collect();
        let named = |table: &[(&str, &'static str)], words: &[&str]| {
            let found = table.iter().find(|(word, _)| words.contains(word));
            found.map(|(_, name)| (*name).to_owned())
        };
        let first = &words[..1.min(words.len())];
        Self { browser: named(&PROGRAMS, first).or_else(|| named(&BROWSERS, &words)), system: named(&SYSTEMS, &words) }
    }
}

#[cfg(test)]
mod tests;
