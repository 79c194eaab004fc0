//! Applications below base paths of one host, behind a real HAProxy that strips them.

use url::Url;

use crate::helpers::process::Process;
use crate::helpers::{Answer, Browser, Folder, TestApp, free_port, proxy};

/// The applications `/tasks` and `/mail`, and the proxy in front of them.
struct Host {
    origin: String,
    tasks: TestApp,
    mail: TestApp,
    _proxy: Process,
    _folder: Folder,
}

const CONFIGURATION: &str = "
defaults
    mode http
    timeout connect 5s
    timeout client 30s
    timeout server 30s
frontend site
    bind 127.0.0.1:{port}
    use_backend tasks if { path /tasks } || { path_beg /tasks/ }
    use_backend mail if { path /mail } || { path_beg /mail/ }
    http-request return status 404 unless { path_beg /tasks } || { path_beg /mail }
backend tasks
    http-request replace-path ^/tasks/?(.*)$ /\\1
    server app {tasks}
backend mail
    http-request replace-path ^/mail/?(.*)$ /\\1
    server app {mail}
";

impl Host {
    async fn start() -> Self {
        let port = free_port();
        let origin = format!("http://127.0.0.1:{port}");
        let app = async |base: &str| {
            let url = format!("{origin}{base}");
            TestApp::spawn_with(&[
                ("server.public_url", url.as_str()),
                ("tls.mode", "off"),
                ("server.trusted_proxies", "127.0.0.1"),
            ])
            .await
        };
        let (tasks, mail) = (app("/tasks").await, app("/mail").await);
        let address = |app: &TestApp| app.variables["IDENTITY_WEB__SERVER__LISTEN"].clone();
        let text = CONFIGURATION.replace("{port}", &port.to_string());
        let text = text.replace("{tasks}", &address(&tasks)).replace("{mail}", &address(&mail));
        let folder = Folder::new("base-path");
        let file = folder.path().join("haproxy.cfg");
        std::fs::write(&file, text).unwrap();
        let proxy = proxy::run(proxy::program("haproxy").arg("-f").arg(&file), port).await;
        Self { origin, tasks, mail, _proxy: proxy, _folder: folder }
    }

    /// Returns what a link or a redirect of the application leads to, as a browser resolves it.
    fn resolve(&self, link: &str) -> String {
        Url::parse(&self.origin).unwrap().join(&link.replace("&amp;", "&")).unwrap().to_string()
    }

    /// Signs in from a link, and returns the callback's response.
    async fn sign_in(&self, browser: &Browser, link: &str) -> Answer {
        let authorization = Url::parse(browser.get(&self.resolve(link)).await.location()).unwrap();
        let callback = browser.pick(&authorization, "ada").await.location().to_owned();
        browser.get(&callback).await
    }
}

/// Returns every local link, form and file of a page.
fn links(page: &str) -> Vec<String> {
    let of = |attribute: &str| {
        let start = format!("{attribute}=\"");
        page.split(&start).skip(1).map(|rest| rest.split('"').next().unwrap().to_owned()).collect::<Vec<_>>()
    };
    let all = ["href", "action", "src"].into_iter().flat_map(of);
    all.filter(|link| link.starts_with('/')).collect()
}

#[actix_web::test]
async fn every_link_redirect_and_cookie_follows_the_base_path() {
    let (host, browser) = (Host::start().await, Browser::new());
    let url = &host.tasks.url;
    for home in [url.clone(), format!("{url}/")] {
        let page = browser.get(&home).await;
        assert_eq!(page.status, 200, "{home}");
        let links = links(&page.body);
        assert!(links.len() > 3, "{links:?}");
        for link in links {
            assert!(link.starts_with("/tasks/"), "{link}");
            let status = browser.get(&host.resolve(&link)).await.status;
            assert!(status < 404 || status == 405 && link == "/tasks/auth/language", "{link}: {status}");
        }
        assert!(page.body.contains(&format!("{url}/auth/redirect")), "the redirect URI to register");
    }
    browser.cookies.borrow_mut().clear();

    let details = format!("{url}/token_details");
    let refused = browser.send(reqwest::Method::GET, &details, &[("accept", "application/json")], None).await;
    let problem: serde_json::Value = serde_json::from_str(&refused.body).unwrap();
    let login_url = "/tasks/auth/sign_in?post_sign_in_url=%2Ftasks%2Ftoken_details";
    assert_eq!(problem["login_url"], login_url);

    let begun = browser.get(&host.resolve(login_url)).await;
    let authorization = Url::parse(begun.location()).unwrap();
    let redirect_uri = authorization.query_pairs().find(|(name, _)| name == "redirect_uri").unwrap().1.into_owned();
    assert_eq!(redirect_uri, format!("{url}/auth/redirect"));
    let under_way = begun.set_cookies().remove(0);
    assert!(under_way.name().starts_with("sign-in.tasks~") && under_way.path() == Some("/"), "{under_way}");
    let callback = browser.pick(&authorization, "ada").await.location().to_owned();
    let completed = browser.get(&callback).await;
    assert_eq!(completed.location(), "/tasks/token_details");
    assert!(
        completed.set_cookies().iter().any(|cookie| cookie.name() == "identity.tasks" && cookie.path() == Some("/"))
    );
    assert_eq!(browser.get(&callback).await.location(), "/tasks/", "loaded again");
    for page in ["/", "/token_details", "/sessions", "/auth/sign_out", "/nowhere"] {
        let page = browser.get(&format!("{url}{page}")).await;
        assert!(links(&page.body).iter().all(|link| link.starts_with("/tasks/")), "{}", page.body);
    }

    let keep = [("keep".to_owned(), "this".to_owned())];
    let ended = browser.post(&format!("{url}/sessions/end_all"), &host.origin, &keep).await;
    assert_eq!(ended.location(), "/tasks/sessions?ended=others");
    let out = browser.post(&format!("{url}/auth/sign_out"), &host.origin, &[]).await;
    let at_provider = Url::parse(out.location()).unwrap();
    let back = at_provider.query_pairs().find(|(name, _)| name == "post_logout_redirect_uri").unwrap().1.into_owned();
    assert_eq!(back, format!("{url}/auth/post_sign_out"));
    let again = browser.post(&format!("{url}/auth/sign_out"), &host.origin, &[]).await;
    assert_eq!(again.location(), "/tasks/auth/post_sign_out?local");
}

#[actix_web::test]
async fn no_target_leads_out_of_the_base_path() {
    let (host, browser) = (Host::start().await, Browser::new());
    for (target, expected) in [
        ("", "/tasks/"),
        ("?post_sign_in_url=/tasks/admin?a=b", "/tasks/admin?a=b"),
        ("?post_sign_in_url=/mail/admin", "/tasks/"),
        ("?post_sign_in_url=/admin", "/tasks/"),
        ("?post_sign_in_url=/tasksmith", "/tasks/"),
        ("?post_sign_in_url=//evil", "/tasks/"),
        ("?post_sign_in_url=/tasks//evil", "/tasks/"),
        ("?post_sign_in_url=/tasks/%2Fevil", "/tasks/"),
        ("?post_sign_in_url=/tasks/..//evil", "/tasks/"),
        ("?post_sign_in_url=/tasks/../mail", "/tasks/mail"),
        ("?post_sign_in_url=/tasks/auth/sign_out", "/tasks/"),
        ("?target_link_uri=http://evil/tasks/a", "/tasks/"),
        ("?post_sign_in_url=https://evil/tasks/a", "/tasks/"),
    ] {
        let answer = host.sign_in(&browser, &format!("/tasks/auth/sign_in{target}")).await;
        assert_eq!(answer.location(), expected, "{target}");
    }
    let link = format!("/tasks/auth/sign_in?target_link_uri={}/a", host.tasks.url);
    assert_eq!(host.sign_in(&browser, &link).await.location(), "/tasks/a");
}

#[actix_web::test]
async fn two_applications_of_one_host_do_not_collide() {
    let (host, browser) = (Host::start().await, Browser::new());
    // Both sign-ins are under way at the same time.
    let begin = async |app: &TestApp| {
        let begun = browser.get(&format!("{}/auth/sign_in", app.url)).await;
        Url::parse(begun.location()).unwrap()
    };
    let (at_tasks, at_mail) = (begin(&host.tasks).await, begin(&host.mail).await);
    for (authorization, person) in [(at_tasks, "ada"), (at_mail, "grace")] {
        let callback = browser.pick(&authorization, person).await.location().to_owned();
        assert_eq!(browser.get(&callback).await.status, 303);
    }
    let page = async |app: &TestApp| browser.get(&format!("{}/token_details", app.url)).await;
    assert!(page(&host.tasks).await.body.contains("Ada") && page(&host.mail).await.body.contains("Grace"));
    browser.post(&format!("{}/auth/sign_out", host.tasks.url), &host.origin, &[]).await;
    assert_eq!((page(&host.tasks).await.status, page(&host.mail).await.status), (401, 200));
}

#[actix_web::test]
async fn forward_authentication_leads_back_below_the_base_path() {
    let (host, browser) = (Host::start().await, Browser::new());
    let url = format!("{}/auth/verify?unauthenticated=redirect", host.tasks.url);
    for (uri, target) in [("/tasks/a?b=c", "?post_sign_in_url=%2Ftasks%2Fa%3Fb%3Dc"), ("/mail/a", ""), ("//evil", "")] {
        let answer = browser.send(reqwest::Method::GET, &url, &[("x-forwarded-uri", uri)], None).await;
        assert_eq!(answer.location(), format!("{}/auth/sign_in{target}", host.tasks.url), "{uri}");
    }
}

#[actix_web::test]
async fn a_choice_of_providers_follows_the_base_path() {
    let app = TestApp::spawn_with(&[
        ("server.public_url", "http://127.0.0.1:{port}/tasks"),
        ("tls.mode", "off"),
        ("providers.partners.authority_type", "OIDC"),
        ("providers.partners.client_id", "partner"),
        ("providers.partners.client_credential", "partner-secret"),
        ("providers.partners.authority", "https://op.example"),
    ])
    .await;
    let origin = app.url.strip_suffix("/tasks").unwrap();
    let home = Browser::new().get(&format!("{origin}/")).await;
    assert!(home.body.replace("&#x2F;", "/").contains(&format!("{}/auth/redirect/partners", app.url)), "{}", home.body);
    let page = Browser::new().get(&format!("{origin}/auth/sign_in?post_sign_in_url=/tasks/a")).await;
    let links = links(&page.body);
    assert!(links.iter().all(|link| link.starts_with("/tasks/")), "{links:?}");
    assert_eq!(links.iter().filter(|link| link.contains("post_sign_in_url=%2Ftasks%2Fa")).count(), 2, "{links:?}");
}

#[actix_web::test]
async fn who_cancels_at_the_provider_is_back_below_the_base_path() {
    let app = TestApp::spawn_with(&[
        ("server.public_url", "http://127.0.0.1:{port}/tasks"),
        ("tls.mode", "off"),
        ("type.authority_type", "B2C"),
        ("client.authority", "{provider}/contoso.onmicrosoft.com"),
        ("b2c.susi", "b2c_1_susi"),
    ])
    .await;
    let (origin, browser) = (app.url.strip_suffix("/tasks").unwrap(), Browser::new());
    let begun = browser.get(&format!("{origin}/auth/sign_in?post_sign_in_url=/tasks/a")).await;
    let cancelled = browser.press(&Url::parse(begun.location()).unwrap(), &[("step", "cancel")]).await;
    let callback = cancelled.location().replace("/tasks/auth/", "/auth/");
    assert_eq!(browser.get(&callback).await.location(), "/tasks/");
}
