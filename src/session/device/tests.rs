use super::*;

const WEBKIT: &str = "AppleWebKit/537.36 (KHTML, like Gecko)";
const APPLE: &str = "AppleWebKit/605.1.15 (KHTML, like Gecko)";

/// Headers, with WEBKIT and APPLE for the engines, and the browser and the system in words.
const REAL: [(&str, &str, &str); 25] = [
    ("Mozilla/5.0 (Windows NT 10.0; Win64; x64) WEBKIT Chrome/131.0.0.0 Safari/537.36", "Chrome", "Windows"),
    (
        "Mozilla/5.0 (Windows NT 10.0; Win64; x64) WEBKIT Chrome/131.0.0.0 Safari/537.36 Edg/131.0.0.0",
        "Edge",
        "Windows",
    ),
    (
        "Mozilla/5.0 (Windows NT 10.0; Win64; x64) WEBKIT Chrome/64.0.3282.140 Safari/537.36 Edge/18.17763",
        "Edge",
        "Windows",
    ),
    ("Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:133.0) Gecko/20100101 Firefox/133.0", "Firefox", "Windows"),
    ("Mozilla/5.0 (Windows NT 10.0; WOW64; Trident/7.0; rv:11.0) like Gecko", "Internet Explorer", "Windows"),
    ("Mozilla/5.0 (compatible; MSIE 10.0; Windows NT 6.2; Trident/6.0)", "Internet Explorer", "Windows"),
    (
        "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) WEBKIT Chrome/131.0.0.0 Safari/537.36 OPR/116.0.0.0",
        "Opera",
        "macOS",
    ),
    (
        "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) APPLE Version/18.1 \
             Safari/605.1.15",
        "Safari",
        "macOS",
    ),
    (
        "Mozilla/5.0 (iPhone; CPU iPhone OS 18_1 like Mac OS X) APPLE \
             Version/18.1 Mobile/15E148 Safari/604.1",
        "Safari",
        "iOS",
    ),
    (
        "Mozilla/5.0 (iPhone; CPU iPhone OS 18_1 like Mac OS X) APPLE \
             CriOS/131.0.6778.73 Mobile/15E148 Safari/604.1",
        "Chrome",
        "iOS",
    ),
    (
        "Mozilla/5.0 (iPhone; CPU iPhone OS 18_1 like Mac OS X) APPLE \
             FxiOS/133.0 Mobile/15E148 Safari/605.1.15",
        "Firefox",
        "iOS",
    ),
    (
        "Mozilla/5.0 (iPhone; CPU iPhone OS 16_6 like Mac OS X) APPLE \
             Mobile/20G75 [FBAN/FBIOS;FBAV/430.0.0.24.113;FBBV/508]",
        "Facebook",
        "iOS",
    ),
    (
        "Mozilla/5.0 (iPad; CPU OS 12_5 like Mac OS X) APPLE Version/12.1.2 \
             Mobile/15E148 Safari/604.1",
        "Safari",
        "iPadOS",
    ),
    ("Mozilla/5.0 (Linux; Android 10; K) WEBKIT Chrome/131.0.0.0 Mobile Safari/537.36", "Chrome", "Android"),
    (
        "Mozilla/5.0 (Linux; Android 10; K) WEBKIT SamsungBrowser/27.0 Chrome/125.0.0.0 Mobile Safari/537.36",
        "Samsung Internet",
        "Android",
    ),
    ("Mozilla/5.0 (Android 14; Mobile; rv:133.0) Gecko/133.0 Firefox/133.0", "Firefox", "Android"),
    ("Mozilla/5.0 (X11; CrOS x86_64 14541.0.0) WEBKIT Chrome/131.0.0.0 Safari/537.36", "Chrome", "ChromeOS"),
    ("Mozilla/5.0 (X11; Linux x86_64) WEBKIT HeadlessChrome/131.0.0.0 Safari/537.36", "Chrome", "Linux"),
    ("Mozilla/5.0 (X11; Linux x86_64) WEBKIT Chrome/130.0.0.0 Safari/537.36 Vivaldi/7.0.3495.11", "Vivaldi", "Linux"),
    ("Mozilla/5.0 (X11; Ubuntu; Linux x86_64; rv:133.0) Gecko/20100101 Firefox/133.0", "Firefox", "Linux"),
    ("Mozilla/5.0 (Windows NT; Windows NT 10.0; en-US) WindowsPowerShell/5.1.19041", "PowerShell", "Windows"),
    ("curl/8.11.0", "curl", ""),
    ("Wget/1.24.5 (linux-gnu)", "Wget", "Linux"),
    ("python-requests/2.32.3", "Python", ""),
    ("Go-http-client/2.0", "Go", ""),
];

fn of(user_agent: &str) -> (String, String) {
    let Device { browser, system } = Device::of_user_agent(user_agent);
    (browser.unwrap_or_default(), system.unwrap_or_default())
}

#[test]
fn the_usual_browsers_and_systems_are_recognised() {
    for (user_agent, browser, system) in REAL {
        let user_agent = user_agent.replace("WEBKIT", WEBKIT).replace("APPLE", APPLE);
        assert_eq!(of(&user_agent), (browser.to_owned(), system.to_owned()), "{user_agent}");
    }
}

#[test]
fn nothing_but_known_words_comes_out() {
    let long = format!("{} Firefox/1 (Windows)", "x".repeat(MAX_BYTES));
    let cut_in_a_character = "ä".repeat(MAX_BYTES);
    for nonsense in [
        "",
        " ",
        "/",
        "()",
        "Your account is locked. Call 0800 555",
        "<script>alert(1)</script>",
        "Mozilla/5.0",
        "Mozilla/5.0 (KHTML, like Gecko)",
        "firefox windows",
        "MyFirefox/1 NotWindows",
        "x curl/8",
        "\u{202e}xoferiF/1",
        &long,
        &cut_in_a_character,
    ] {
        assert_eq!(Device::of_user_agent(nonsense), Device::default(), "{nonsense}");
    }
    assert_eq!(of("Firefox/<b>now</b> (Windows; call us)"), ("Firefox".to_owned(), "Windows".to_owned()));
}
