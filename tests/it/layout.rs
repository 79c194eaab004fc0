//! The layout that all pages share, what the pages say, and what the one script adds.

use std::collections::BTreeMap;
use std::sync::Arc;

use identity_web::internals::demo::faults::Faults;
use reqwest::Method;
use serde_json::{Value, json};

use crate::helpers::chromium::{Chromium, DESKTOP};
use crate::helpers::{Answer, Browser, Program, TestApp};

/// The override character turns the text after it round, as far as it reaches.
const TURNED: &str = "\u{202e}nimdA";

async fn app_with(claims: impl Fn(&mut Value) + Send + Sync + 'static) -> TestApp {
    let app = TestApp::spawn().await;
    app.with_faults(Faults { claims: Some(Arc::new(claims)), ..Faults::default() });
    app
}

async fn page(app: &TestApp, browser: &Browser, path: &str) -> String {
    browser.get(&format!("{}{path}", app.url)).await.body
}

#[actix_web::test]
async fn a_name_that_turns_text_round_turns_only_itself() {
    let app = app_with(|claims| {
        claims["name"] = TURNED.into();
        claims["preferred_username"] = TURNED.into();
    })
    .await;
    let browser = Browser::new();
    browser.sign_in(&app, "ada").await;
    for path in ["/", "/auth/sign_out", "/auth/post_sign_out", "/token_details", "/sessions", "/admin", "/nope"] {
        let body = page(&app, &browser, path).await;
        for (place, _) in body.match_indices(TURNED) {
            // Within an attribute, a <bdi>, or an element that is a block.
            let (before, tag) = body[..place].rsplit_once('<').unwrap();
            let is_alone = ["bdi", "dd", "span data-copy"].iter().any(|name| tag.starts_with(name));
            assert!(is_alone || tag.ends_with("title=\""), "{path}: {tag} after {before}");
        }
        assert!(body.matches(TURNED).count() >= 4, "{path}: the header has it");
    }
}

#[actix_web::test]
async fn in_a_browser_the_sentence_after_such_a_name_stays_as_it_is() {
    let app = app_with(|claims| claims["name"] = TURNED.into()).await;
    let chromium = Chromium::start(DESKTOP).await;
    chromium.goto(&format!("{}/auth/sign_in?post_sign_in_url=/auth/sign_out", app.url)).await;
    chromium.click("button[value=ada]").await;
    chromium.sees("signed in as").await;
    chromium.goto(&format!("{}/auth/sign_out", app.url)).await;
    chromium.sees("Sign out?").await;
    let script = "const name = document.querySelector('main bdi'), range = document.createRange();
        range.setStart(name.nextSibling, 0); range.setEnd(name.nextSibling, 2);
        return name.getBoundingClientRect().right <= range.getBoundingClientRect().left + 1;";
    assert_eq!(chromium.client.execute(script, Vec::new()).await.unwrap(), json!(true));
    chromium.close().await;
}

#[actix_web::test]
async fn a_session_that_has_ended_is_said_to_have() {
    let app = TestApp::spawn().await;
    let browser = Browser::new();
    assert!(page(&app, &browser, "/token_details").await.contains("Please sign in"));
    browser.sign_in(&app, "ada").await;
    app.clock.advance_seconds(3601);
    let over = page(&app, &browser, "/token_details").await;
    assert!(over.contains("Your session has ended") && over.contains("data-session-ended"), "{over}");
    assert!(page(&app, &browser, "/").await.contains("Your session has ended"));

    browser.sign_in(&app, "ada").await;
    assert!(!page(&app, &browser, "/").await.contains("Your session has ended"));
    browser.sign_out(&app).await;
    assert!(page(&app, &browser, "/token_details").await.contains("Please sign in"), "whoever signs out knows");
    let forged = [("cookie", "__Host-identity=AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA")];
    let answer = Browser::new().send(Method::GET, &format!("{}/token_details", app.url), &forged, None).await;
    assert!(answer.body.contains("Please sign in"), "of a cookie that isn't ours nothing is known");
}

#[actix_web::test]
async fn the_landing_page_says_only_what_is_known() {
    let app = TestApp::spawn().await;
    for (query, words) in [
        ("", "There is no session in this browser"),
        ("?local", "was not asked to sign you out"),
        ("?state=x", "was asked to end its own"),
    ] {
        let body = page(&app, &Browser::new(), &format!("/auth/post_sign_out{query}")).await;
        assert!(body.contains(words), "{query}: {body}");
        assert!(query == "?state=x" || !body.contains("was asked to end its own"), "{query}");
    }
}

#[actix_web::test]
async fn the_oldest_of_seven_tabs_is_told_what_became_of_it() {
    let app = TestApp::spawn().await;
    let browser = Browser::new();
    let mut tabs = Vec::new();
    for _ in 0..7 {
        tabs.push(browser.begin(&app).await);
        // Of those that began in the same second, any may count as the oldest.
        app.clock.advance_seconds(1);
    }
    let returned = browser.pick(&tabs[0], "ada").await.location().to_owned();
    let answer = browser.get(&returned).await;
    assert_eq!(answer.status, 400);
    assert!(answer.body.contains("Newer sign-ins replaced this one"), "{}", answer.body);
    let newest = browser.pick(&tabs[6], "ada").await.location().to_owned();
    assert_eq!(browser.get(&newest).await.status, 303);
}

#[actix_web::test]
async fn without_access_another_account_is_offered_and_leads_back() {
    let app = TestApp::spawn().await;
    let browser = Browser::new();
    browser.sign_in(&app, "alan").await;
    let answer = browser.get(&format!("{}/admin", app.url)).await;
    assert_eq!(answer.status, 403);
    let link = answer.body.split("<a class=\"button\" href=\"").nth(1).unwrap().split('"').next().unwrap();
    let link = link.replace("&#x2F;", "/").replace("&amp;", "&");
    assert_eq!(link, "/auth/sign_in?post_sign_in_url=%2Fadmin&prompt=select_account");
    assert!(answer.body.contains(">Use another account</a>"));
    let at_provider = browser.get(&format!("{}{link}", app.url)).await.location().to_owned();
    let returned = browser.pick(&at_provider.parse().unwrap(), "ada").await.location().to_owned();
    assert_eq!(browser.get(&returned).await.location(), "/admin");
    assert_eq!(browser.get(&format!("{}/admin", app.url)).await.status, 200);
}

#[actix_web::test]
async fn home_says_who_is_signed_in_until_when_and_with_which_access() {
    let app = TestApp::spawn().await;
    let browser = Browser::new();
    let anonymous = page(&app, &browser, "/").await.replace("&#x2F;", "/");
    assert!(anonymous.contains(&format!("<code data-copy=\"Redirect URI\">{}/auth/redirect", app.url)), "{anonymous}");
    assert!(anonymous.contains("https://entra.microsoft.com/"), "where it is registered");
    browser.sign_in(&app, "ada").await;
    let ends = || app.clock.now().plus(std::time::Duration::from_hours(1)).rfc3339();
    let before = ends();
    let home = page(&app, &browser, "/").await;
    let shown = home.split("data-countdown=\"").nth(1).unwrap().split('"').next().unwrap();
    assert!((before.as_str()..=&ends()).contains(&shown), "{before}: {shown}");
    for words in ["in 1 hour", "ada@contoso.example", "Admin</li>", "<dd>3</dd>", "offline_access</li>", "You have it"]
    {
        assert!(home.contains(words), "{words}: {home}");
    }
    let grace = Browser::new();
    grace.sign_in(&app, "grace").await;
    assert!(page(&app, &grace, "/").await.contains("Too many for the ID token"), "group overage");
}

#[actix_web::test]
async fn claims_come_in_groups_with_what_they_mean() {
    let app = app_with(|claims| claims["extension_shoe_size"] = json!({"eu": 43})).await;
    let browser = Browser::new();
    browser.sign_in(&app, "grace").await;
    let body = page(&app, &browser, "/token_details").await;
    let groups = ["Who you are", "This sign-in", "The token’s life", "Permissions", "Microsoft’s own", "Other claims"];
    let places: Vec<_> = groups.map(|group| body.find(&format!(">{group}</h2>")).expect(group)).into();
    assert!(places.is_sorted(), "{places:?}");
    let row = |name: &str| body.split(&format!(">{name}</th>")).nth(1).unwrap().split("</tr>").next().unwrap();
    assert!(
        row("extension_shoe_size").contains("{&quot;eu&quot;:43}")
            && row("extension_shoe_size").contains("as it was sent")
    );
    for name in ["_claim_names", "_claim_sources"] {
        assert!(!row(name).contains("Not a standard claim"), "{name}: {}", row(name));
    }
    assert!(row("exp").contains("<time datetime=\"2") && row("exp").contains(" UTC</time>"));
}

#[actix_web::test]
async fn ids_for_support_are_folded_and_one_button_copies_them() {
    let app = TestApp::spawn().await;
    let body = page(&app, &Browser::new(), "/auth/redirect?code=a&state=b").await;
    let (page, details) = body.split_once("<details class=\"support\">").unwrap();
    assert!(!page.contains("Correlation ID") && details.contains("<summary>Details for support</summary>"));
    assert_eq!(details.matches("data-copy-all=\"details\"").count(), 1);
    for label in ["Correlation ID", "Time"] {
        assert!(details.contains(&format!("<dt>{label}</dt>")), "{label}");
    }
}

#[actix_web::test]
async fn the_first_view_is_light_and_ours_alone() {
    let app = TestApp::spawn().await;
    let browser = Browser::new();
    let home = browser.get(&format!("{}/", app.url)).await;
    let urls = linked(&home);
    assert!(urls.len() < 4, "with the page itself, at most four requests: {urls:?}");
    let mut bytes = home.body.len();
    for url in &urls {
        assert!(url.starts_with("/static/"), "{url} is not ours");
        let packed = [("accept-encoding", "br")];
        // Files are packed in the background.
        let size = crate::helpers::eventually("a packed file", async || {
            let answer = browser.send(Method::GET, &format!("{}{url}", app.url), &packed, None).await;
            let size: usize = answer.header("content-length").parse().unwrap();
            (answer.header("content-encoding") == "br").then_some(size)
        });
        bytes += size.await;
    }
    assert!(bytes <= 12 * 1024, "{bytes} bytes");
    let scripts: Vec<_> = home.body.match_indices("<script").collect();
    assert!(scripts.len() == 1 && home.body.contains(" defer ") && !home.body.contains("onclick"), "one, deferred");
    assert!(!home.body.contains("style=\""), "nor inline styles");
}

/// What a browser loads with a page.
fn linked(page: &Answer) -> Vec<String> {
    let head = page.body.split("</head>").next().unwrap();
    let tags = head.split('<').filter(|tag| {
        ["rel=\"icon\"", "rel=\"stylesheet\"", "rel=\"manifest\"", "script src"].iter().any(|kind| tag.contains(kind))
    });
    let urls = tags.filter_map(|tag| tag.split("href=\"").nth(1).or_else(|| tag.split("src=\"").nth(1)));
    urls.map(|url| url.split('"').next().unwrap().replace("&#x2F;", "/")).collect()
}

#[actix_web::test]
async fn small_files_are_served() {
    let app = TestApp::spawn().await;
    let browser = Browser::new();
    let get = async |path: &str| browser.get(&format!("{}{path}", app.url)).await;
    let icon = get("/favicon.ico").await;
    assert_eq!((icon.status, icon.header("content-type")), (200, "image/x-icon"));
    assert_eq!((icon.header("cache-control"), icon.header("vary")), ("public, max-age=86400", ""));
    assert_eq!(get("/robots.txt").await.body, "User-agent: *\nDisallow: /auth/\n");
    let manifest = get("/site.webmanifest").await;
    assert_eq!(manifest.header("content-type"), "application/manifest+json");
    let manifest: Value = serde_json::from_str(&manifest.body).unwrap();
    for icon in manifest["icons"].as_array().unwrap() {
        let answer = get(icon["src"].as_str().unwrap()).await;
        assert_eq!((answer.status, answer.header("content-type")), (200, icon["type"].as_str().unwrap()));
    }
    assert_eq!(manifest["icons"].as_array().unwrap().len(), 2);
    browser.sign_in(&app, "ada").await;
    assert!(get("/").await.body.contains("rel=\"manifest\""), "only then: the first view has four requests");
    // The demo provider isn't Microsoft Entra's public cloud.
    assert_eq!(get("/.well-known/change-password").await.status, 404);
}

#[actix_web::test]
async fn the_script_keeps_a_theme_finds_claims_counts_down_and_copies() {
    let program = Program::start(&[]).await;
    let (url, chromium) = (&program.url, Chromium::start(DESKTOP).await);
    let is = async |script: &str| chromium.client.execute(script, Vec::new()).await.unwrap();
    let ground = "return getComputedStyle(document.body).backgroundColor";
    chromium.goto(url).await;
    chromium.sees("It’s registered at the demo identity provider").await;
    assert!(!chromium.text().await.contains("Entra admin center"), "there is no registration to open");
    let light = is(ground).await;
    chromium.click("#theme [value=dark]").await;
    assert_ne!(is(ground).await, light);
    chromium.client.refresh().await.unwrap();
    assert_ne!(is(ground).await, light, "it is kept");
    assert_eq!(is("return document.querySelector('#theme [value=dark]').ariaPressed").await, json!("true"));
    chromium.click("#theme [value=system]").await;
    assert_eq!(is(ground).await, light);

    chromium.click("main a[href^='/auth/sign_in']").await;
    chromium.click("button[value=ada]").await;
    chromium.sees("in 59 min").await;
    chromium.click("header .menu summary").await;
    chromium.sees("Your sessions\nSign out").await;
    chromium.click("h1").await;
    assert_eq!(is("return document.querySelector('.menu').open").await, json!(false), "a click elsewhere closes it");

    chromium.goto(&format!("{url}/token_details")).await;
    chromium.fill("#filter", "family").await;
    chromium.sees("Found: 0").await;
    chromium.fill("#filter", "\u{e003}\u{e003}\u{e003}\u{e003}\u{e003}\u{e003}username").await;
    chromium.sees("Found: 1").await;
    let shown = "return [...document.querySelectorAll('tbody th')].filter(it => it.checkVisibility()).map(it => it.textContent)";
    assert_eq!(is(shown).await, json!(["preferred_username"]));
    chromium.click("[aria-label='Copy preferred_username']").await;
    chromium.sees("Cop").await;
    chromium.close().await;
}

#[actix_web::test]
async fn navigations_by_another_name_of_this_machine_are_led_to_ours_and_nothing_else_is() {
    let app = TestApp::spawn().await;
    let localhost = |app: &TestApp| format!("localhost:{}", app.url.rsplit(':').next().unwrap());
    let name = localhost(&app);
    let other = ("host", &*name);
    let get = async |path: &str, headers: &[(&str, &str)]| {
        Browser::new().send(Method::GET, &format!("{}{path}", app.url), headers, None).await
    };
    for path in ["/", "/token_details?a=b", "/auth/sign_in?post_sign_in_url=%2Fx", "/nope"] {
        let answer = get(path, &[other]).await;
        assert_eq!((answer.status, answer.location()), (307, &*format!("{}{path}", app.url)), "{path}");
        assert!(answer.set_cookies().is_empty(), "{path}");
    }
    let untouched: BTreeMap<&str, Vec<(&str, &str)>> = [
        ("a script", vec![other, ("sec-fetch-mode", "cors"), ("sec-fetch-dest", "empty")]),
        ("a program", vec![other, ("accept", "*/*")]),
        ("behind a proxy", vec![other, ("x-forwarded-for", "192.0.2.1")]),
        ("behind a proxy that replaces the host by its own name for us", vec![("host", "localhost:1")]),
        ("behind a proxy on another machine", vec![("host", "app.internal.example")]),
        ("in a frame", vec![other, ("sec-fetch-mode", "navigate"), ("sec-fetch-dest", "iframe")]),
    ]
    .into();
    for (what, headers) in untouched {
        assert_eq!(get("/", &headers).await.status, 200, "{what}");
    }
    assert_eq!(get("/auth/verify", &[other]).await.status, 401);
    assert_eq!(get("/auth/front_channel_logout", &[other]).await.status, 200);
    let answer = Browser::new().send(Method::POST, &format!("{}/auth/sign_out", app.url), &[other], None).await;
    assert_eq!(answer.status, 403, "a POST is not repeated elsewhere");
    let answer = Browser::http2().send(Method::GET, &format!("{}/", app.url), &[], None).await;
    assert_eq!(answer.status, 200, "over HTTP/2 the URI has the host");

    let trusting = TestApp::spawn_with(&[("server.trusted_proxies", "127.0.0.1")]).await;
    let headers = [("host", &*localhost(&trusting))];
    let answer = Browser::new().send(Method::GET, &format!("{}/", trusting.url), &headers, None).await;
    assert_eq!(answer.status, 200, "a trusted proxy may ask by any host");

    let public = TestApp::spawn_with(&[("server.public_url", "https://app.example:{port}")]).await;
    let headers = [("host", &*localhost(&public))];
    let address = public.url.replace("app.example", "127.0.0.1");
    let answer = Browser::new().send(Method::GET, &format!("{address}/"), &headers, None).await;
    assert_eq!(answer.status, 200, "a proxy without forwarding headers would bring it back without end");
}
