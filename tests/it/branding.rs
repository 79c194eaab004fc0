//! The pages under a team's own name and colour, and the files about its site.

use actix_web::{App, HttpServer};
use identity_web::IdentityWeb;
use identity_web::views::{AccentError, Views};
use reqwest::Method;

use crate::helpers::chromium::{Chromium, DESKTOP};
use crate::helpers::{Answer, Browser, Program, TestApp};

const GREEN: &str = "#0b6e4f";

/// Returns the URL of a page's stylesheet.
fn stylesheet(page: &Answer) -> String {
    let link = page.body.split("<link rel=\"stylesheet\" href=\"").nth(1).expect("a stylesheet");
    link.split('"').next().unwrap().to_owned()
}

#[actix_web::test]
async fn the_accent_is_in_the_stylesheet_and_in_the_icon() {
    let (plain, green) = (TestApp::spawn().await, TestApp::spawn_with(&[("SITE__ACCENT", GREEN)]).await);
    let browser = Browser::new();
    let get = async |app: &TestApp, path: &str| browser.get(&format!("{}{path}", app.url)).await;
    let [without, with] = [stylesheet(&get(&plain, "/").await), stylesheet(&get(&green, "/").await)];
    assert_ne!(without, with, "another content has another URL");
    let css = get(&green, &with).await;
    assert_eq!(css.header("cache-control"), "public, max-age=31536000, immutable");
    assert!(css.body.trim_end().ends_with('}') && css.body.contains("--fill: light-dark(#0b6e4f, "), "{}", css.body);
    assert!(!get(&plain, &without).await.body.contains(GREEN));
    assert!(get(&green, "/static/favicon.svg").await.body.contains(GREEN));
    assert!(!get(&plain, "/static/favicon.svg").await.body.contains(GREEN));
}

#[actix_web::test]
async fn a_browser_shows_the_accent_in_both_themes() {
    let (program, chromium) =
        (Program::start(&[("IDENTITY_WEB__SITE__ACCENT", GREEN)]).await, Chromium::start(DESKTOP).await);
    chromium.goto(&program.url).await;
    let ground = async |theme: &str| {
        chromium.click(&format!("#theme [value={theme}]")).await;
        let script = "return getComputedStyle(document.querySelector('main .button')).backgroundColor";
        let colour = chromium.client.execute(script, Vec::new()).await.unwrap();
        colour.as_str().unwrap().to_owned()
    };
    assert_eq!(ground("light").await, "rgb(11, 110, 79)");
    let dark = ground("dark").await;
    assert!(dark.starts_with("rgb(") && dark != "rgb(58, 105, 216)", "{dark}: a tone of it");
    chromium.close().await;
}

/// An application of somebody else's, with these views; gives its URL.
fn spawn(identity: &IdentityWeb, views: Option<Views>) -> String {
    let identity = identity.clone();
    let server = HttpServer::new(move || {
        let sessions = identity.sessions();
        let sessions = views.as_ref().map_or(sessions.clone(), |views| sessions.with_views(views));
        App::new().wrap(sessions).configure(identity.routes())
    });
    let server = server.workers(1).disable_signals().bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}", server.addrs()[0]);
    actix_web::rt::spawn(server.run());
    url
}

#[actix_web::test]
async fn an_application_has_the_built_in_stylesheet_in_its_colour_unless_it_has_its_own() -> Result<(), AccentError> {
    let (app, browser) = (TestApp::spawn().await, Browser::new());
    for (views, colour) in [
        (None, "--fill: light-dark(#2a5bd0, #3a69d8)"),
        (Some(Views::new().with_accent(GREEN.parse()?)), "--fill: light-dark(#0b6e4f, "),
    ] {
        let url = spawn(&app.identity, views);
        let page = browser.get(&format!("{url}/auth/post_sign_out")).await;
        let stylesheet = stylesheet(&page);
        assert!(stylesheet.starts_with("/auth/site.css?v=") && page.body.contains("/auth/site.js?v="), "{}", page.body);
        let css = browser.get(&format!("{url}{stylesheet}")).await;
        assert_eq!((css.status, css.header("content-type")), (200, "text/css; charset=utf-8"));
        assert_eq!(css.header("cache-control"), "public, max-age=31536000, immutable");
        assert!(css.body.contains(colour), "{colour}");
        let known = [("if-none-match", css.header("etag"))];
        let again = browser.send(Method::GET, &format!("{url}{stylesheet}"), &known, None).await;
        assert_eq!((again.status, again.body.as_str()), (304, ""));
        let old = browser.get(&format!("{url}/auth/site.css?v=old")).await;
        assert_eq!((old.status, old.header("cache-control")), (200, "no-cache"));
        let script = browser.get(&format!("{url}/auth/site.js")).await;
        assert_eq!((script.status, script.header("content-type")), (200, "text/javascript; charset=utf-8"));
    }
    let own = spawn(&app.identity, Some(Views::new().with_stylesheet("/own.css")));
    let page = browser.get(&format!("{own}/auth/post_sign_out")).await;
    assert_eq!(stylesheet(&page), "/own.css");
    assert!(!page.body.contains("<script"), "the script is for the built-in stylesheet");
    Ok(())
}

#[actix_web::test]
async fn security_txt_says_where_to_report_a_vulnerability() {
    let variables = [("SITE__SECURITY_CONTACT", "mailto:security@contoso.example")];
    let (app, browser) = (TestApp::spawn_with(&variables).await, Browser::new());
    let url = format!("{}/.well-known/security.txt", app.url);
    let text = browser.get(&url).await;
    assert_eq!((text.status, text.header("content-type")), (200, "text/plain; charset=utf-8"));
    let lines: Vec<_> = text.body.lines().map(ToOwned::to_owned).collect();
    let expires = app.clock.now().plus(std::time::Duration::from_hours(364 * 24)).rfc3339();
    assert_eq!(lines[0], "Contact: mailto:security@contoso.example");
    assert_eq!(lines[1][..19], format!("Expires: {expires}")[..19], "less than a year ahead");
    assert_eq!(lines[2..], [format!("Canonical: {url}")]);
    app.clock.advance_seconds(200 * 86_400);
    assert_ne!(browser.get(&url).await.body.lines().nth(1).unwrap(), lines[1], "it never expires while it is served");
    assert_eq!(browser.get(&format!("{}/.well-known/security.txt", TestApp::spawn().await.url)).await.status, 404);
}

#[actix_web::test]
async fn the_change_password_page_may_be_a_setting() {
    let page = "https://contoso.example/password";
    let app = TestApp::spawn_with(&[("SITE__CHANGE_PASSWORD_URL", page)]).await;
    let answer = Browser::new().get(&format!("{}/.well-known/change-password", app.url)).await;
    assert_eq!((answer.status, answer.location()), (303, page));
}
