//! Every page in every language, as axe-core sees it, and on the narrowest phone.

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

/// The names of the files in `locales`.
fn languages() -> Vec<String> {
    let files = fs::read_dir(concat!(env!("CARGO_MANIFEST_DIR"), "/locales")).unwrap();
    let tag = |file: fs::DirEntry| file.path().file_stem().unwrap().to_str().unwrap().to_owned();
    files.map(|file| tag(file.unwrap())).collect()
}

/// Calls `visit` with every page in every language, of a signed-out and of a signed-in user.
async fn on_every_page(look: Look, visit: impl AsyncFn(&Chromium, &str)) {
    for language in languages() {
        let program = Program::start(&[("IDENTITY_WEB__SITE__LANGUAGES", &language)]).await;
        let chromium = Chromium::start(look).await;
        let visit_page = async |path: &str| {
            chromium.goto(&format!("{}{path}", program.url)).await;
            visit(&chromium, &format!("{path} in {language}, {}", look.name)).await;
        };
        for path in SIGNED_OUT {
            visit_page(path).await;
        }
        visit_page("/auth/sign_in").await;
        chromium.click("button[value=grace]").await;
        chromium.sees("Grace").await;
        for path in SIGNED_IN {
            visit_page(path).await;
        }
        chromium.close().await;
    }
}

async fn axe_finds_nothing(look: Look) {
    let axe = fs::read_to_string(AXE).unwrap_or_else(|error| panic!("{AXE}: {error}; tests/run installs it"));
    on_every_page(look, async |chromium, page| {
        chromium.client.execute(&axe, Vec::new()).await.unwrap();
        let found = chromium.client.execute_async(VIOLATIONS, Vec::new()).await.unwrap();
        assert_eq!(found, json!([]), "{page}");
    })
    .await;
}

#[actix_web::test]
async fn axe_finds_nothing_in_light_colours() {
    axe_finds_nothing(DESKTOP).await;
}

#[actix_web::test]
async fn axe_finds_nothing_in_dark_colours() {
    axe_finds_nothing(DESKTOP_DARK).await;
}

#[actix_web::test]
async fn nothing_is_wider_than_the_narrowest_phone() {
    on_every_page(NARROW, async |chromium, page| {
        let found = chromium.client.execute(OVERFLOW, Vec::new()).await.unwrap();
        assert_eq!(found, json!([]), "{page}");
    })
    .await;
}

#[actix_web::test]
async fn a_user_signs_in_and_out_by_keyboard_alone_and_without_scripts() {
    let program = Program::start(&[]).await;
    let chromium = Chromium::start_without_scripts().await;
    chromium.goto(&program.url).await;
    chromium.press_enter_on("Skip to the content").await;
    chromium.press_enter_on("Sign in").await;
    chromium.sees("Pick an account").await;
    chromium.press_enter_on("Ada Lovelace").await;
    chromium.sees("You’re signed in as Ada Lovelace").await;
    chromium.press_enter_on("See your claims").await;
    chromium.sees("What your identity provider says about you").await;
    assert!(!chromium.text().await.contains("Copy"), "no script ran");
    chromium.press_enter_on("Sessions").await;
    chromium.sees("This session").await;
    chromium.press_enter_on("Ada Lovelace").await;
    chromium.press_enter_on("Sign out").await;
    chromium.sees("You’re signed out").await;
    chromium.press_enter_on("English").await;
    chromium.press_enter_on("Deutsch").await;
    chromium.sees("Sie sind abgemeldet").await;
    chromium.close().await;
}
