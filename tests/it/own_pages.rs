//! Pages of an application's own: templates, the renderer of errors, the site's name and links.

use std::fmt::Write as _;
use std::fs;

use actix_web::test::{TestRequest, call_and_read_body, init_service};
use actix_web::{App, HttpRequest, HttpResponse, HttpServer, Responder, web};
use identity_web::views::{Views, ViewsError};
use identity_web::{Credential, Identity, IdentityWeb, Provider};
use reqwest::Method;
use serde_json::json;

use crate::helpers::providers::TwoProviders;
use crate::helpers::{Browser, Folder, TestApp};

const DOCUMENTATION: &str = include_str!("../../src/web/views/templates.md");

/// Returns the templates that templates.md documents, and the variables of each.
fn documented() -> Vec<(String, Vec<String>)> {
    let quoted = |text: &str| text.split('`').next().unwrap().to_owned();
    let sections = DOCUMENTATION.split("\n## `").skip(1);
    let variables = |section: &str| section.lines().filter_map(|line| line.strip_prefix("| `").map(quoted)).collect();
    sections.map(|section| (quoted(section), variables(section))).collect()
}

/// Writes a condition that reports a variable that isn't there. What may be empty, such as `user`, hides its members.
fn report(variable: &str) -> String {
    if let Some((list, member)) = variable.split_once("[].") {
        let inner = report(&format!("element.{member}"));
        return format!(
            "{{% if {list} is defined %}}{{% for element in {list} %}}{inner}{{% endfor %}}{{% else %}}MISSING {list};{{% endif %}}"
        );
    }
    let check = format!("{{% if {variable} is not defined %}}MISSING {variable};{{% endif %}}");
    match variable.rsplit_once('.') {
        Some((owner, _)) => format!("{{% if {owner} %}}{check}{{% endif %}}"),
        None => check,
    }
}

#[actix_web::test]
async fn every_page_has_the_variables_that_are_documented() {
    let (folder, all) = (Folder::new("templates"), documented());
    let (_, common) = &all[0];
    assert_eq!((all[0].0.as_str(), all.len()), ("base.html", 11));
    for (template, own) in &all[1..] {
        let mut text = format!("PAGE {template} ");
        for variable in common.iter().chain(own) {
            write!(text, "{}", report(variable)).unwrap();
        }
        fs::write(folder.path().join(template), text).unwrap();
    }
    let app = TestApp::spawn_with(&[("site.templates", folder.path().to_str().unwrap())]).await;
    let browser = Browser::new();
    let shows = async |path: &str, template: &str| {
        let answer = browser.get(&format!("{}{path}", app.url)).await;
        assert_eq!(answer.body, format!("PAGE {template} "), "{path}");
    };
    for (path, template) in [
        ("/", "home.html"),
        ("/token_details", "error.html"),
        ("/auth/sign_out", "sign_out.html"),
        ("/auth/post_sign_out", "post_sign_out.html"),
    ] {
        shows(path, template).await;
    }
    browser.sign_in(&app, "ada").await;
    // Consent for the page of Microsoft Graph, which would otherwise be an error page.
    let refused = browser.get(&format!("{}/call_graph", app.url)).await;
    assert_eq!(refused.body, "PAGE error.html ");
    let consented = browser.begin_with(&app, "?prompt=consent").await;
    let consented = consented.as_str().replace("offline_access", "offline_access+User.Read").parse().unwrap();
    let callback = browser.pick(&consented, "ada").await.location().to_owned();
    browser.get(&callback).await;
    for (path, template) in [
        ("/", "home.html"),
        ("/token_details", "token_details.html"),
        ("/last_sign_in", "last_sign_in.html"),
        ("/sessions?ended=1", "sessions.html"),
        ("/admin", "admin.html"),
        ("/nope", "error.html"),
        ("/call_graph", "call_graph.html"),
        ("/auth/sign_out", "sign_out.html"),
        ("/auth/post_sign_out", "post_sign_out.html"),
    ] {
        shows(path, template).await;
    }
    let two = TwoProviders::spawn_with(&[("site.templates", folder.path().to_str().unwrap())]).await;
    let choice = Browser::new().get(&format!("{}/auth/sign_in?login_hint=ada@fabrikam.example", two.app.url)).await;
    assert_eq!(choice.body, "PAGE choose_provider.html ");
}

fn loaded(files: &[(&str, &[u8])]) -> Result<Views, (ViewsError, String)> {
    let folder = Folder::new("templates");
    for (name, text) in files {
        let path = folder.path().join(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    }
    Views::new().with_templates(folder.path()).map_err(|error| {
        let text = error.to_string().replace(&format!("{}/", folder.path().display()), "");
        (error, text)
    })
}

#[test]
fn a_template_that_cannot_be_used_is_refused_with_its_file_and_line() {
    for (name, text, expected) in [
        (
            "home.html",
            &b"<p>\n{{ idle_timout }}"[..],
            "home.html:2: home.html has no variable idle_timout; did you mean idle_timeout?",
        ),
        (
            "home.html",
            b"\n\n{% if user %}{{ usr.name }}{% endif %}",
            "home.html:3: home.html has no variable usr; did you mean user?",
        ),
        (
            "error.html",
            b"{% if for_suport %}{% endif %}",
            "error.html:1: error.html has no variable for_suport; did you mean for_support?",
        ),
        ("home.html", b"\n{{ site.nmae }}", "home.html:2: "),
        ("mine.html", b"\n[% if user %][% endif %]", "mine.html:2: mine.html has no variable user; did you mean site?"),
        ("mine.html", b"\n[[ site.nmae ]]", "mine.html:2: "),
        ("mine.html", b"\n[% if %]", "mine.html:2: "),
        ("base.html", b"{{ user.name }}{% block content %}{% endblock content %}", "base.html:1: "),
        ("base.html", b"<html>", "base.html: Block `content` is not defined"),
        ("sessions.html", b"{% for s in sessions %}\n{{ s.devise }}{% endfor %}", "sessions.html:2: "),
        ("home.html", b"a\nb\n{% if %}", "home.html:3: "),
        ("mine.html", b"\n{{ x | no_such_filter }}", "mine.html:2: "),
        ("mine.html", b"{% extends \"no_such.html\" %}", "mine.html: extends no_such.html, which doesn't exist"),
        ("parts/mine.html", b"{{ }}", "parts/mine.html:1: "),
        ("home.html", b"\xff\xfe", "home.html: can't be read: "),
    ] {
        let Err((error, text)) = loaded(&[(name, text)]) else { panic!("{name} was accepted: {expected}") };
        assert!(text.starts_with(expected), "{text:?} does not begin with {expected:?}");
        assert!(error.file.ends_with(name), "{error:?}");
    }
    let missing = Views::new().with_templates("no/such/folder").err().unwrap().to_string();
    assert!(missing.starts_with("no/such/folder: can't be read: "), "{missing}");
}

#[test]
fn the_built_in_templates_and_good_ones_pass_the_same_checks() {
    Views::new().with_templates("templates").unwrap();
    let own =
        &b"{% extends \"base.html\" %}{% block content %}{% include \"parts/list.html\" %}{% endblock content %}"[..];
    loaded(&[
        ("tasks.html", own),
        ("parts/list.html", b"{% for task in tasks %}{{ task }}{% endfor %}"),
        ("home.html", b"{% extends \"base.html\" %}{% block content %}{% set greeting = \"Hi\" %}{{ greeting }} {{ title }}{% endblock content %}"),
        ("notes.txt", b"{% not a template"),
    ])
    .unwrap_or_else(|(error, _)| panic!("{error}"));
}

#[actix_web::test]
async fn the_application_does_not_start_with_a_template_that_cannot_be_used() {
    let folder = Folder::new("templates");
    fs::write(folder.path().join("home.html"), "{{ no_such }}").unwrap();
    let template = folder.path().join("home.html");
    let variables = [
        ("IDENTITY_WEB__SITE__TEMPLATES", folder.path().to_str().unwrap()),
        ("IDENTITY_WEB__DEMO_PROVIDER__LISTEN", "127.0.0.1:0"),
    ];
    let variables = variables.map(|(name, value)| (name.to_owned(), value.to_owned()));
    let settings = identity_web::Settings::from_environment("/nowhere".as_ref(), variables.into_iter()).unwrap();
    let error = IdentityWeb::from_settings(settings).await.err().unwrap().to_string();
    assert!(
        error.starts_with(&format!("site.templates: {}:1: home.html has no variable no_such", template.display())),
        "{error}"
    );
}

#[actix_web::test]
async fn settings_name_the_site_and_its_links() {
    let app = TestApp::spawn_with(&[
        ("site.name", "Tasks & <more>"),
        ("site.logo", "https://cdn.tasks.example/logo.svg"),
        ("site.terms_url", "/terms"),
        ("site.privacy_url", "https://tasks.example/privacy"),
        ("site.support_url", "mailto:help@tasks.example"),
    ])
    .await;
    for path in ["/", "/nope"] {
        let answer = Browser::new().get(&format!("{}{path}", app.url)).await;
        let page = answer.body.replace("&#x2F;", "/");
        for expected in [
            "· Tasks &amp; &lt;more&gt;</title>",
            "<img class=\"logo\" src=\"https://cdn.tasks.example/logo.svg\"",
            "<a href=\"/terms\">Terms</a>",
            "<a href=\"https://tasks.example/privacy\">Privacy</a>",
            "<a href=\"mailto:help@tasks.example\">Support</a>",
        ] {
            assert!(page.contains(expected), "{path}: {expected} isn't in {page}");
        }
        assert!(answer.header("content-security-policy").contains("img-src 'self' https://cdn.tasks.example;"));
    }
    let plain = TestApp::spawn().await;
    let answer = Browser::new().get(&format!("{}/", plain.url)).await;
    assert!(!answer.body.contains("<footer>") && answer.body.contains("· Identity Web</title>"), "{}", answer.body);
    assert!(answer.header("content-security-policy").contains("img-src 'self';"));
}

async fn tasks(request: HttpRequest) -> impl Responder {
    Views::render(&request, "tasks.html", json!({"title": "Tasks", "tasks": ["<Write>", "Test"]}))
}

async fn broken(request: HttpRequest) -> impl Responder {
    Views::render(&request, "no_such.html", json!({}))
}

async fn members(user: Identity) -> impl Responder {
    user.name().to_owned()
}

/// An application of somebody else's, with these views; gives its URL.
fn spawn(identity: &IdentityWeb, views: &Views) -> String {
    let (identity, views) = (identity.clone(), views.clone());
    let server = HttpServer::new(move || {
        App::new()
            .wrap(identity.sessions().with_views(&views))
            .configure(identity.routes())
            .route("/tasks", web::get().to(tasks))
            .route("/broken", web::get().to(broken))
            .route("/members", web::get().to(members))
    });
    let server = server.workers(1).disable_signals().bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}", server.addrs()[0]);
    actix_web::rt::spawn(server.run());
    url
}

#[actix_web::test]
async fn an_application_renders_its_own_pages_in_the_layout() {
    let (app, folder, browser) = (TestApp::spawn().await, Folder::new("templates"), Browser::new());
    let text = "{% extends \"base.html\" %}{% block content %}{% for task in tasks %}<b>{{ task }}</b>{% endfor %}{% endblock content %}";
    fs::write(folder.path().join("tasks.html"), text).unwrap();
    let views = Views::new().with_name("Tasks Ltd").with_stylesheet("/app.css").with_templates(folder.path()).unwrap();
    let url = spawn(&app.identity, &views);
    let anonymous = browser.get(&format!("{url}/tasks")).await;
    assert_eq!((anonymous.status, anonymous.header("content-type")), (200, "text/html; charset=utf-8"));
    let page = anonymous.body.replace("&#x2F;", "/");
    for expected in [
        "<title>Tasks · Tasks Ltd</title>",
        "<b>&lt;Write&gt;</b><b>Test</b>",
        "href=\"/auth/sign_in\"",
        "href=\"/app.css\"",
    ] {
        assert!(page.contains(expected), "{expected} isn't in {page}");
    }
    browser.sign_in(&app, "ada").await;
    assert!(browser.get(&format!("{url}/tasks")).await.body.contains("Ada Lovelace"));
    let broken = browser.get(&format!("{url}/broken")).await;
    assert_eq!(broken.status, 500);
    assert!(broken.body.contains("Something went wrong") && !broken.body.contains("no_such"), "{}", broken.body);
}

#[actix_web::test]
async fn an_application_renders_errors_by_itself() {
    let app = TestApp::spawn().await;
    let views = Views::new().with_error_renderer(|request, error| {
        let sign_in = error.sign_in_url.as_deref().unwrap_or("none");
        let text = [request.path(), error.title.as_str(), &error.explanation, sign_in].join("|");
        HttpResponse::Ok().insert_header(("x-correlation-id", error.correlation_id.as_str())).body(text)
    });
    let url = spawn(&app.identity, &views);
    let browser = Browser::new();
    let answer = browser.get(&format!("{url}/members")).await;
    assert_eq!(answer.status, 401, "the renderer doesn't choose the status");
    let expected =
        "/members|Please sign in|You need to be signed in to see this page.|/auth/sign_in?post_sign_in_url=%2Fmembers";
    assert_eq!(answer.body, expected);
    assert_eq!(answer.header("x-correlation-id").len(), 32);
    assert_eq!(answer.header("cache-control"), "private, no-store");
    let json = [("accept", "application/json")];
    let answer = browser.send(Method::GET, &format!("{url}/members"), &json, None).await;
    assert_eq!((answer.status, answer.header("content-type")), (401, "application/problem+json"));
}

#[actix_web::test]
async fn views_in_code_take_precedence_over_the_settings() {
    let provider = Provider::oidc("http://127.0.0.1:9/", "tasks", Credential::secret("a secret of sufficient length"));
    let identity = IdentityWeb::builder()
        .public_url("http://127.0.0.1:8080")
        .provider(provider)
        .sessions_in_memory()
        .setting("site.name", "Settings")
        .setting("site.terms_url", "/terms")
        .setting("site.support_url", "/help")
        .views(Views::new().with_name("Code").with_support_url("/support"))
        .build()
        .await
        .unwrap();
    let app = App::new().wrap(identity.sessions()).configure(identity.routes());
    let app = init_service(app.route("/members", web::get().to(members))).await;
    let request = TestRequest::get().uri("/members").insert_header(("accept", "text/html")).to_request();
    let page = String::from_utf8(call_and_read_body(&app, request).await.to_vec()).unwrap().replace("&#x2F;", "/");
    for expected in ["· Code</title>", "<a href=\"/terms\">Terms</a>", "<a href=\"/support\">Support</a>"] {
        assert!(page.contains(expected), "{expected} isn't in {page}");
    }
}
