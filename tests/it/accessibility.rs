//! Every page, as axe-core sees it, and on the narrowest phone.

use std::fs;

use serde_json::json;

use crate::helpers::Program;
use crate::helpers::chromium::{Chromium, DESKTOP, DESKTOP_DARK, Look};

const AXE: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/axe/node_modules/axe-core/axe.min.js");
/// Returns what violates WCAG 2.2 at levels A and AA, or best practice.
const VIOLATIONS: &str = "const done = arguments[0];
    const values = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'];
    axe.run(document, { runOnly: { type: 'tag', values } }).then(
        ({ violations }) => done(violations.map(({ id, nodes }) => `${id}: ${nodes.map(({ target }) => target)}`)),
        (error) => done([String(error)]));";
const OVERFLOW: &str = "const { scrollWidth, clientWidth } = document.documentElement;
    return scrollWidth <= clientWidth ? [] :
        [...document.querySelectorAll('body *')].filter((it) => it.getBoundingClientRect().right > clientWidth + 1)
            .map((it) => `${it.tagName} ${it.className} ${it.textContent.trim().slice(0, 40)}`).slice(0, 5);";
/// The narrowest that WCAG 2.2 asks for (success criterion 1.4.10): also a window of 1280 pixels at 400 %.
const NARROW: Look = Look { name: "narrow", size: (320, 640), dark: false };

const SIGNED_OUT: [&str; 6] =
    ["/", "/token_details", "/nope", "/auth/redirect?code=a&state=b", "/auth/sign_out", "/auth/post_sign_out"];
const SIGNED_IN: [&str; 8] = [
    "/",
    "/token_details",
    "/last_sign_in",
    "/sessions",
    "/admin",
    "/nope",
    "/auth/sign_out",
    "/auth/post_sign_out?state=x",
];

/// Calls `visit` on every page, of a signed-out and of a signed-in user, in a language.
async fn on_every_page(look: Look, language: &str, visit: impl AsyncFn(&Chromium, &str)) {
    let settings = ["LANGUAGE", "LANGUAGES"].map(|name| format!("IDENTITY_WEB__SITE__{name}"));
    let program = Program::start(&settings.each_ref().map(|name| (name.as_str(), language))).await;
    let chromium = Chromium::start(look).await;
    for path in SIGNED_OUT {
        chromium.goto(&format!("{}{path}", program.url)).await;
        visit(&chromium, path).await;
    }
    chromium.goto(&format!("{}/auth/sign_in", program.url)).await;
    visit(&chromium, "the demo provider").await;
    chromium.click("button[value=grace]").await;
    chromium.sees("Grace").await;
    for path in SIGNED_IN {
        chromium.goto(&format!("{}{path}", program.url)).await;
        visit(&chromium, path).await;
    }
    chromium.close().await;
}

#[actix_web::test]
async fn axe_finds_nothing_in_either_colour_scheme() {
    let axe = fs::read_to_string(AXE).unwrap_or_else(|error| panic!("{AXE}: {error}; tests/run installs it"));
    for look in [DESKTOP, DESKTOP_DARK] {
        on_every_page(look, "en", async |chromium, path| {
            chromium.client.execute(&axe, Vec::new()).await.unwrap();
            let found = chromium.client.execute_async(VIOLATIONS, Vec::new()).await.unwrap();
            assert_eq!(found, json!([]), "{path}, {}", look.name);
        })
        .await;
    }
}

#[actix_web::test]
async fn nothing_is_wider_than_the_narrowest_phone() {
    // Its words are the longest.
    on_every_page(NARROW, "fr", async |chromium, path| {
        let found = chromium.client.execute(OVERFLOW, Vec::new()).await.unwrap();
        assert_eq!(found, json!([]), "{path}");
    })
    .await;
}
