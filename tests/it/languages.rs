//! The language of the pages: by the user's choice, by what the browser accepts, or by the settings.

use std::fs;

use identity_web::views::Views;
use reqwest::Method;
use serde_json::{Value, json};

use crate::helpers::chromium::{Chromium, DESKTOP};
use crate::helpers::{Answer, Browser, Folder, TestApp};

async fn page(app: &TestApp, browser: &Browser, path: &str, accepted: &str) -> Answer {
    let headers = [("accept", "text/html"), ("accept-language", accepted)];
    browser.send(Method::GET, &format!("{}{path}", app.url), &headers, None).await
}

/// Chooses a language on a page of ours, as the form in the footer does.
async fn choose(app: &TestApp, browser: &Browser, language: &str, on: &str) -> Answer {
    let referer = format!("{}{on}", app.url);
    let headers = [
        ("accept", "text/html"),
        ("content-type", "application/x-www-form-urlencoded"),
        ("origin", &app.url),
        ("referer", &referer),
    ];
    let body = Some(format!("language={language}"));
    browser.send(Method::POST, &format!("{}/auth/language", app.url), &headers, body).await
}

#[actix_web::test]
async fn pages_are_in_the_language_that_the_browser_accepts() {
    let (app, browser) = (TestApp::spawn().await, Browser::new());
    for (accepted, language, direction, heading) in [
        ("de-AT,de;q=0.9,en;q=0.8", "de", "ltr", "Sie sind abgemeldet"),
        ("it,fr;q=0.5", "fr", "ltr", "Vous êtes déconnecté"),
        ("ar", "ar", "rtl", "لم تسجّل الدخول"),
        ("it", "en", "ltr", "You’re signed out"),
    ] {
        let answer = page(&app, &browser, "/", accepted).await;
        assert_eq!(answer.header("content-language"), language);
        let vary: Vec<_> = answer.headers.get_all("vary").iter().collect();
        assert_eq!(vary, ["Accept-Language", "Cookie"]);
        let html = format!("<html lang=\"{language}\" dir=\"{direction}\">");
        assert!(answer.body.contains(&html) && answer.body.contains(&format!("<h1>{heading}</h1>")), "{}", answer.body);
        assert!(answer.set_cookies().is_empty(), "nothing is stored of a browser's settings");
    }
    let refused = page(&app, &browser, "/token_details", "de").await;
    assert!(refused.status == 401 && refused.body.contains(">Bitte melden Sie sich an</h1>"), "{}", refused.body);
    let headers = [("accept", "application/json"), ("accept-language", "de")];
    let problem = browser.send(Method::GET, &format!("{}/token_details", app.url), &headers, None).await;
    let problem: Value = serde_json::from_str(&problem.body).unwrap();
    assert_eq!(problem["title"], "Please sign in", "programs get the same text in every language");
}

#[actix_web::test]
async fn a_user_chooses_a_language_without_a_script_and_stays_on_the_page() {
    let (app, browser) = (TestApp::spawn().await, Browser::new());
    let home = page(&app, &browser, "/", "de").await.body.replace("&#x2F;", "/");
    assert!(home.contains("<form class=\"choice\" method=\"post\" action=\"/auth/language\">"), "{home}");
    assert!(home.contains("<button name=\"language\" value=\"ja\" lang=\"ja\">日本語</button>"), "{home}");
    let answer = choose(&app, &browser, "JA", "/token_details?a=b").await;
    assert_eq!(answer.location(), "/token_details?a=b");
    let cookies = answer.set_cookies();
    let [cookie] = &cookies[..] else { panic!("{cookies:?}") };
    assert_eq!((cookie.value(), cookie.http_only(), cookie.path()), ("ja", Some(true), Some("/")));
    assert!(cookie.name().ends_with("identity-language") && cookie.max_age().is_some(), "{cookie}");
    assert_eq!(page(&app, &browser, "/", "de").await.header("content-language"), "ja");

    for (on, expected) in [("/auth/sign_out", "/"), ("/auth/redirect?code=c", "/")] {
        assert_eq!(choose(&app, &browser, "de", on).await.location(), expected, "it would sign out");
    }
    let unknown = choose(&app, &browser, "xx", "/").await;
    assert!(unknown.status == 400 && unknown.body.contains("keine Sprache dieser Website"), "{}", unknown.body);
    let headers = [("content-type", "application/x-www-form-urlencoded"), ("origin", "https://evil.example")];
    let url = format!("{}/auth/language", app.url);
    let foreign = browser.send(Method::POST, &url, &headers, Some("language=fr".to_owned())).await;
    assert_eq!((foreign.status, foreign.set_cookies().len()), (403, 0));
    let elsewhere = [("content-type", headers[0].1), ("origin", &*app.url), ("referer", "https://evil.example/x")];
    let answer = browser.send(Method::POST, &url, &elsewhere, Some("language=fr".to_owned())).await;
    assert_eq!(answer.location(), "/");
    browser.cookies.borrow_mut().iter_mut().for_each(|(_, value)| "<script>".clone_into(value));
    assert_eq!(page(&app, &browser, "/", "es").await.header("content-language"), "es", "a cookie with anything else");
}

#[actix_web::test]
async fn the_provider_gets_the_languages_of_the_user() {
    let ui_locales = async |app: &TestApp, accepted: &str| {
        let answer = page(app, &Browser::new(), "/auth/sign_in", accepted).await;
        let url: url::Url = answer.location().parse().unwrap();
        let all: Vec<_> = url.query_pairs().filter(|(name, _)| name == "ui_locales").collect();
        all.iter().map(|(_, value)| value.to_string()).collect::<Vec<_>>()
    };
    let app = TestApp::spawn().await;
    assert_eq!(ui_locales(&app, "it, de-AT;q=0.9, en;q=0.8").await, ["de it de-AT en"]);
    assert_eq!(ui_locales(&app, "").await, ["en"]);
    let long = ui_locales(&app, &"aaaaaaaa-a,bbbbbbbb-b,".repeat(1000)).await;
    assert_eq!(long, ["en aaaaaaaa-a bbbbbbbb-b"]);
    let fixed = TestApp::spawn_with(&[("auth_request.extra_parameters.ui_locales", "fr")]).await;
    assert_eq!(ui_locales(&fixed, "de").await, ["fr"], "the settings take precedence");
}

#[actix_web::test]
async fn settings_name_the_languages_and_replace_texts() {
    let (locales, templates) = (Folder::new("locales"), Folder::new("templates"));
    fs::write(locales.path().join("it.ftl"), "language-name = Italiano\nhome-signed-out = Sei disconnesso\n").unwrap();
    let english = "home-signed-out = See you { \"{{\" }<b>\nmotto = Own & { \"{\" }{ $who }\n";
    fs::write(locales.path().join("en.ftl"), english).unwrap();
    let own = "[[ text(key=\"motto\", who=\"<i>{{ site.name }}</i>\") ]]|{{ text(key=\"motto\", who=\"<i>\") }}";
    fs::write(templates.path().join("admin.html"), own).unwrap();
    let app = TestApp::spawn_with(&[
        ("site.locales", locales.path().to_str().unwrap()),
        ("site.templates", templates.path().to_str().unwrap()),
        ("site.languages", "it,en,de"),
    ])
    .await;
    let browser = Browser::new();
    let italian = page(&app, &browser, "/", "ja").await;
    assert_eq!(italian.header("content-language"), "it", "the first one, as Japanese isn't offered");
    assert!(italian.body.contains("Sei disconnesso") && italian.body.contains(">Sign in<"), "{}", italian.body);
    assert!(!italian.body.contains("日本語"), "{}", italian.body);
    let english = page(&app, &browser, "/", "en-GB").await.body;
    assert!(
        english.contains("<h1>See you &#123;&#123;&lt;b&gt;</h1>"),
        "a text is neither HTML nor a template: {english}"
    );
    browser.sign_in(&app, "ada").await;
    let both = page(&app, &browser, "/admin", "de").await.body;
    assert_eq!(both, "Own &amp; &#123;<i>Identity Web</i>|Own &amp; {&lt;i&gt;", "in English, as German has no motto");
}

#[actix_web::test]
async fn texts_and_languages_that_do_not_exist_fail_the_start() {
    let folder = Folder::new("templates");
    for (template, expected) in [
        ("\n[[ text(key=\"home-singed-in\") ]]", "home.html:2: there is no text home-singed-in in English"),
        (
            "{% if user %}\n\n{{ text(key='nope', count=1) }}{% endif %}",
            "home.html:3: there is no text nope in English",
        ),
        ("[[ text(kye=\"home\") ]]", "home.html:1: "),
        ("[[ user.name ]]", "home.html:1: home.html has no variable user"),
    ] {
        fs::write(folder.path().join("home.html"), template).unwrap();
        let error = Views::new().with_templates(folder.path()).err().unwrap().to_string();
        assert!(error.contains(expected), "{error}");
    }
    let missing = Views::new().with_locales("no/such/folder").err().unwrap().to_string();
    assert!(missing.starts_with("no/such/folder: can't be read: "), "{missing}");
}

#[actix_web::test]
async fn a_language_is_chosen_in_the_footer_and_kept() {
    let app = TestApp::spawn().await;
    let chromium = Chromium::start(DESKTOP).await;
    chromium.goto(&app.url).await;
    chromium.click(".languages summary").await;
    chromium.click(".languages [value=ar]").await;
    chromium.sees("لم تسجّل الدخول").await;
    chromium.click("main a[href^='/auth/sign_in']").await;
    chromium.click("button[value=ada]").await;
    chromium.sees("Ada Lovelace").await;
    chromium.goto(&format!("{}/token_details", app.url)).await;
    chromium.sees("نسخ").await; // The script's words, too.
    let shown = "const { lang, dir } = document.documentElement; return [lang, dir]";
    assert_eq!(chromium.client.execute(shown, vec![]).await.unwrap(), json!(["ar", "rtl"]));
    chromium.close().await;
}
