//! A real browser: Debian's Chromium, headless.

use std::os::unix::process::CommandExt as _;
use std::path::PathBuf;
use std::process::{Command, Stdio};
use std::time::Duration;

use fantoccini::key::Key;
use fantoccini::wd::Capabilities;
use fantoccini::{Client, ClientBuilder, Locator};
use hyper_util::client::legacy::connect::HttpConnector;
use serde_json::json;

use super::process::Process;
use super::{Folder, eventually, free_port};

/// The browser's window and colour scheme.
#[derive(Clone, Copy, Debug)]
pub struct Look {
    /// A name for screenshots.
    pub name: &'static str,
    /// The window's size.
    pub size: (u32, u32),
    /// Whether it prefers the dark colour scheme.
    pub dark: bool,
}

/// A desktop with the light colour scheme.
pub const DESKTOP: Look = Look { name: "desktop-light", size: (1280, 800), dark: false };

/// A desktop with the dark colour scheme.
pub const DESKTOP_DARK: Look = Look { name: "desktop-dark", size: (1280, 800), dark: true };

/// Every look that a page must be good in.
pub const LOOKS: [Look; 4] = [
    DESKTOP,
    DESKTOP_DARK,
    Look { name: "phone-light", size: (390, 844), dark: false },
    Look { name: "phone-dark", size: (390, 844), dark: true },
];

/// A running browser.
pub struct Chromium {
    /// Its WebDriver client.
    pub client: Client,
    look: Look,
    driver: Process,
    _folder: Folder,
}

impl Chromium {
    /// Starts a browser with no cookies.
    pub async fn start(look: Look) -> Self {
        Self::start_with(look, true).await
    }

    /// Starts a browser with no cookies that runs no script of a page.
    pub async fn start_without_scripts() -> Self {
        Self::start_with(DESKTOP, false).await
    }

    async fn start_with(look: Look, has_scripts: bool) -> Self {
        let (port, folder) = (free_port(), Folder::new("chromium"));
        let driver = Process::start(
            Command::new("chromedriver")
                .arg(format!("--port={port}"))
                .process_group(0)
                .env("TMPDIR", folder.path())
                .stdout(Stdio::null())
                .stderr(Stdio::null()),
        );
        let (width, height) = look.size;
        let mut arguments = vec![
            "--headless=new".to_owned(),
            "--no-sandbox".to_owned(),
            "--disable-gpu".to_owned(),
            "--disable-dev-shm-usage".to_owned(),
            "--disable-quic".to_owned(),
            "--no-first-run".to_owned(),
            "--disable-background-networking".to_owned(),
            "--disable-component-update".to_owned(),
            "--disable-sync".to_owned(),
            "--hide-scrollbars".to_owned(),
            "--ignore-certificate-errors".to_owned(),
            format!("--window-size={width},{height}"),
        ];
        arguments.push(format!("--blink-settings=preferredColorScheme={}", u8::from(!look.dark)));
        let mut options = json!({ "args": arguments });
        if !has_scripts {
            options["prefs"] = json!({ "profile.managed_default_content_settings.javascript": 2 });
        }
        if width < 500 {
            let metrics = json!({"width": width, "height": height, "pixelRatio": 2.0, "touch": true});
            options["mobileEmulation"] = json!({ "deviceMetrics": metrics });
        }
        let mut capabilities = Capabilities::new();
        capabilities.insert("goog:chromeOptions".to_owned(), options);
        capabilities.insert("acceptInsecureCerts".to_owned(), json!(true));
        let client = eventually("chromedriver", async || {
            let mut builder = ClientBuilder::new(HttpConnector::new());
            builder.capabilities(capabilities.clone()).connect(&format!("http://127.0.0.1:{port}")).await.ok()
        })
        .await;
        Self { client, look, driver, _folder: folder }
    }

    /// Loads a page.
    pub async fn goto(&self, url: &str) {
        self.client.goto(url).await.unwrap();
    }

    /// Waits for an element, and clicks it.
    pub async fn click(&self, css: &str) {
        let element = self.client.wait().at_most(Duration::from_secs(10)).for_element(Locator::Css(css)).await;
        element.unwrap_or_else(|error| panic!("{css}: {error}")).click().await.unwrap();
    }

    /// Presses the tab key until the focus is on an element with this text, then Enter.
    pub async fn press_enter_on(&self, words: &str) {
        for _ in 0..60 {
            let focused = self.client.active_element().await.unwrap();
            let text = focused.prop("textContent").await.unwrap().unwrap_or_default();
            let is_control = ["a", "button", "summary"].contains(&&*focused.tag_name().await.unwrap());
            if is_control && text.contains(words) {
                return focused.send_keys(&char::from(Key::Enter).to_string()).await.unwrap();
            }
            focused.send_keys(&char::from(Key::Tab).to_string()).await.unwrap();
        }
        panic!("the tab key doesn't reach {words:?}: {}", self.text().await);
    }

    /// Signs out, in the account menu.
    pub async fn sign_out(&self) {
        self.click("header .menu summary").await;
        self.click("header form button").await;
    }

    /// Fills in a field.
    pub async fn fill(&self, css: &str, text: &str) {
        let element = self.client.wait().at_most(Duration::from_secs(10)).for_element(Locator::Css(css)).await;
        element.unwrap_or_else(|error| panic!("{css}: {error}")).send_keys(text).await.unwrap();
    }

    /// Waits until the page has this text.
    pub async fn sees(&self, words: &str) {
        for _ in 0..100 {
            let text = self.text().await;
            if text.contains(words) {
                return;
            }
            // A network was added or removed, such as a container's. A user would reload the page.
            if text.contains("ERR_NETWORK_CHANGED") {
                self.client.refresh().await.unwrap();
            }
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
        let url = self.client.current_url().await.unwrap();
        panic!("{words:?} is not on {url}: {}", self.text().await);
    }

    /// Reloads the page until it has this text.
    pub async fn sees_after_reloading(&self, words: &str) {
        eventually(words, async || {
            self.client.refresh().await.unwrap();
            self.text().await.contains(words).then_some(())
        })
        .await;
    }

    /// Returns the page's text, which is empty while the page is loading.
    pub async fn text(&self) -> String {
        match self.client.find(Locator::Css("body")).await {
            Ok(body) => body.text().await.unwrap_or_default(),
            Err(_) => String::new(),
        }
    }

    /// Saves a screenshot under target/screenshots, and fails if the page is wider than the window.
    pub async fn screenshot(&self, name: &str) {
        let folder = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("target/screenshots");
        std::fs::create_dir_all(&folder).unwrap();
        let picture = self.client.screenshot().await.unwrap();
        std::fs::write(folder.join(format!("{name}-{}.png", self.look.name)), picture).unwrap();
        let overflow = "return document.documentElement.scrollWidth - document.documentElement.clientWidth";
        assert_eq!(
            self.client.execute(overflow, Vec::new()).await.unwrap(),
            json!(0),
            "{name} is wider than its window"
        );
    }

    /// Returns its cookies for this site.
    pub async fn cookies(&self) -> Vec<(String, String)> {
        let cookies = self.client.get_all_cookies().await.unwrap();
        cookies.into_iter().map(|cookie| (cookie.name().to_owned(), cookie.value().to_owned())).collect()
    }

    /// Closes it.
    pub async fn close(self) {
        self.client.clone().close().await.unwrap();
    }
}

impl Drop for Chromium {
    fn drop(&mut self) {
        // The browser would outlive its driver.
        self.driver.signal_group("KILL");
    }
}
