//! Layers, problems, the sample's file, and that config/default.toml matches the code.

use config::Value;

use super::reader::Reader;
use super::*;

fn load(folder: &str, variables: &[(&str, &str)]) -> Result<Settings, SettingsError> {
    let variables = variables.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned()));
    Settings::from_environment(Path::new(folder), variables)
}

fn problems(variables: &[(&str, &str)]) -> Vec<String> {
    let problems = load("config", variables).err().map(|error| error.problems).unwrap_or_default();
    problems.iter().map(ToString::to_string).collect()
}

#[cfg(feature = "demo")]
#[test]
fn default_toml_matches_the_code() {
    let (written, coded) = (load("config", &[]).unwrap(), load("/nowhere", &[]).unwrap());
    assert_eq!(format!("{written:#?}"), format!("{coded:#?}"));
}

#[test]
fn default_toml_documents_every_key() {
    let text = std::fs::read_to_string("config/default.toml").unwrap();
    let mut reader = Reader::new(Value::default());
    let layers = Layers::read(Path::new("config"), Place::Root, std::iter::empty()).unwrap();
    sections::read(&mut reader, layers.clone());
    let (_, known) = reader.finish();
    let mut written = layers.reader();
    for path in known {
        let (section, key) = path.rsplit_once('.').unwrap();
        assert!(text.contains(&format!("[{section}]")) && text.contains(&format!("{key} =")), "{path} is not in it");
        written.ignore(&path);
    }
    assert_eq!(written.finish().0, [], "keys that are not read");
}

#[cfg(feature = "demo")]
#[test]
fn with_nothing_configured_the_demo_provider_is_used() {
    let settings = load("/nowhere", &[]).unwrap();
    assert!(settings.demo);
    assert_eq!(settings.session.cookie.name, "__Host-identity");
    assert_eq!(settings.auth_request.redirect_uri.as_str(), "https://127.0.0.1:5000/auth/redirect");
    assert_eq!(settings.auth_request.scopes, ["openid", "profile", "email", "offline_access"]);
}

#[test]
fn four_settings_make_a_client_of_any_provider_with_sessions_in_redis() {
    let settings = load(
        "/nowhere",
        &[
            ("IDENTITY_WEB__CLIENT__CLIENT_ID", "c"),
            ("IDENTITY_WEB__CLIENT__CLIENT_CREDENTIAL", "s"),
            ("IDENTITY_WEB__CLIENT__AUTHORITY", "https://op.example/"),
            ("IDENTITY_WEB__REDIS__URL", "redis://:canary-4711@redis.example"),
        ],
    )
    .unwrap();
    assert!(!settings.demo && settings.session.store == StoreKind::Redis && settings.client.userinfo);
    assert_eq!(
        settings.provider.metadata_url().unwrap().as_str(),
        "https://op.example/.well-known/openid-configuration"
    );
    assert!(!format!("{settings:?}").contains("canary-4711"), "{settings:?}");
}

#[test]
fn all_problems_are_reported_together_with_their_key_and_source() {
    let problems = problems(&[
        ("IDENTITY_WEB__CLIENT__CLIENT_IDD", "x"),
        ("IDENTITY_WEB__CLIENT__CLIENT_ID", "{enter-your-client-id-here}"),
        ("IDENTITY_WEB__SESSION__IDLE_TIMEOUT_SECONDS", "soon"),
        ("IDENTITY_WEB__TYPE__AUTHORITY_TYPE", "SINGEL_TENANT"),
        ("IDENTITY_WEB__SERVER__PUBLIC_URL", "http://app.example"),
    ])
    .join("\n");
    for part in [
        "client.client_idd (IDENTITY_WEB__CLIENT__CLIENT_IDD in the environment): unknown setting; did you mean client.client_id?",
        "client.client_id (IDENTITY_WEB__CLIENT__CLIENT_ID in the environment): is still the placeholder",
        "session.idle_timeout_seconds (IDENTITY_WEB__SESSION__IDLE_TIMEOUT_SECONDS in the environment): must be a whole number",
        "type.authority_type (IDENTITY_WEB__TYPE__AUTHORITY_TYPE in the environment): must be one of SINGLE_TENANT",
        "server.public_url (IDENTITY_WEB__SERVER__PUBLIC_URL in the environment): must be https",
        "client.client_credential (config/default.toml): is unset",
        "client.authority (config/default.toml): is unset",
    ] {
        assert!(problems.contains(part), "{part:?} is not in\n{problems}");
    }
}

#[test]
fn production_requires_what_is_optional_in_development() {
    let problems = problems(&[("IDENTITY_WEB_PROFILE", "production")]).join("\n");
    for path in ["client.client_id ", "client.client_credential ", "client.authority ", "session.store "] {
        assert!(problems.contains(path), "{path} is not in\n{problems}");
    }
}

#[test]
fn the_samples_file_is_read_unchanged() {
    let sample = "tests/it/aad.config.json";
    let settings = load("config", &[("IDENTITY_WEB_CONFIG", sample)]).unwrap();
    assert_eq!(settings.provider.kind, crate::oidc::provider::AuthorityKind::SingleTenant);
    assert_eq!(settings.endpoints.sign_in, "/login/start");
    assert_eq!(settings.endpoints.redirect, "/login/redirect");
    assert_eq!(settings.auth_request.extra["prompt"], "select_account");
    let overridden = [("IDENTITY_WEB_CONFIG", sample), ("IDENTITY_WEB__AUTH_ENDPOINTS__PREFIX", "/auth")];
    assert_eq!(load("config", &overridden).unwrap().endpoints.sign_in, "/auth/start");
    assert!(!settings.client.userinfo, "no userinfo at Entra");
}

const B2C: [(&str, &str); 5] = [
    ("IDENTITY_WEB__TYPE__AUTHORITY_TYPE", "B2C"),
    ("IDENTITY_WEB__CLIENT__CLIENT_ID", "c"),
    ("IDENTITY_WEB__CLIENT__CLIENT_CREDENTIAL", "s"),
    ("IDENTITY_WEB__CLIENT__AUTHORITY", "https://c.b2clogin.com/c.onmicrosoft.com"),
    ("IDENTITY_WEB__B2C__SUSI", "/b2c_1_susi"),
];

#[cfg(feature = "demo")]
#[test]
fn b2cs_policies_are_named_with_or_without_a_slash() {
    let extra = [("IDENTITY_WEB__B2C__PASSWORD", "B2C_1A_reset")];
    let settings = load("config", &[&B2C[..], &extra].concat()).unwrap();
    assert_eq!(settings.provider.policy.as_deref(), Some("b2c_1_susi"));
    assert_eq!((settings.b2c.profile, settings.b2c.password.as_deref()), (None, Some("B2C_1A_reset")));
    assert_eq!(settings.auth_request.scopes, ["openid", "profile", "offline_access"]);
    assert!(!settings.client.userinfo);
    let demo = load("/nowhere", &[B2C[0], B2C[4]]).unwrap();
    assert!(demo.demo && demo.provider.policy.is_some(), "without a client, the demo provider's B2C");
}

#[test]
fn what_b2c_lacks_or_cannot_have_is_reported() {
    for (variables, part) in [
        (B2C[..4].to_vec(), "b2c.susi"),
        ([&B2C[..], &[("IDENTITY_WEB__B2C__PROFILE", "a/b")]].concat(), "b2c.profile"),
        ([&B2C[..], &[("IDENTITY_WEB__B2C__PASSWORD", "/")]].concat(), "b2c.password"),
        ([&B2C[..], &[("IDENTITY_WEB__CLIENT__METADATA_URL", "https://c.example/")]].concat(), "client.metadata_url"),
        ([&B2C[..], &[("IDENTITY_WEB__CLIENT__AUTHORITY", "https://c.b2clogin.com/")]].concat(), "client.authority"),
    ] {
        let problems = problems(&variables);
        assert!(problems.len() == 1 && problems[0].starts_with(part), "{part}: {problems:?}");
    }
}

#[test]
fn lists_are_comma_separated_and_secrets_may_be_in_files() {
    let file = std::env::temp_dir().join(format!("identity-web-credential-{}", std::process::id()));
    std::fs::write(&file, "from a file\n").unwrap();
    let settings = load(
        "/nowhere",
        &[
            ("IDENTITY_WEB__CLIENT__CLIENT_ID", "c"),
            ("IDENTITY_WEB__CLIENT__CLIENT_CREDENTIAL_FILE", file.to_str().unwrap()),
            ("IDENTITY_WEB__CLIENT__AUTHORITY", "https://op.example"),
            ("IDENTITY_WEB__AUTH_REQUEST__SCOPES", "profile, api"),
            ("IDENTITY_WEB__AUTH_REQUEST__EXTRA_PARAMETERS__UI_LOCALES", "de"),
            ("IDENTITY_WEB__SERVER__TRUSTED_PROXIES", "10.0.0.0/8,127.0.0.1"),
        ],
    )
    .unwrap();
    std::fs::remove_file(file).unwrap();
    assert_eq!(&*settings.client.credential.secret().unwrap().expose(), "from a file");
    assert_eq!(settings.auth_request.scopes, ["openid", "profile", "api"]);
    assert_eq!(settings.auth_request.extra["ui_locales"], "de");
    assert_eq!(settings.server.trusted_proxies.len(), 2);
    assert_eq!(settings.secrets().len(), 0, "the credential reloads itself");
}

#[test]
fn a_missing_or_unreadable_file_is_reported() {
    assert!(problems(&[("IDENTITY_WEB_CONFIG", "/nowhere.json")])[0].contains("/nowhere.json"));
    assert!(problems(&[("IDENTITY_WEB_PROFILE", "staging")])[0].contains("IDENTITY_WEB_PROFILE"));
    let problems = problems(&[("IDENTITY_WEB__CLIENT__CLIENT_CREDENTIAL_FILE", "/nowhere")]).join("\n");
    assert!(problems.contains("client.client_credential_file"), "{problems}");
}

#[test]
fn an_application_has_its_own_settings_next_to_the_library_s() {
    let folder = std::env::temp_dir().join(format!("identity-web-host-{}", std::process::id()));
    std::fs::create_dir_all(&folder).unwrap();
    let host = "[database]\nurl = \"x\"\n[client]\nname = 1\n";
    let ours = "[identity_web.client]\nclient_id = \"c\"\nauthority = \"https://op.example\"\n";
    std::fs::write(folder.join("default.toml"), format!("{host}{ours}")).unwrap();
    std::fs::write(folder.join("production.toml"), "[identity_web.session]\nstore = \"memory\"\n").unwrap();
    std::fs::write(folder.join("local.toml"), "[identity_web.client]\nclient_credential = \"s\"\n").unwrap();
    let production = |variables: &[(&str, &str)]| {
        let variables = [&[("IDENTITY_WEB_PROFILE", "production")], variables].concat();
        let variables = variables.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned()));
        Layers::read(&folder, Place::Table, variables)?.settings()
    };
    let settings = production(&[("IDENTITY_WEB__SERVER__PUBLIC_URL", "https://tasks.example")]).unwrap();
    assert_eq!((settings.client.client_id.as_str(), settings.session.store), ("c", StoreKind::Memory));
    assert_eq!(settings.server.public_url.as_str(), "https://tasks.example/");

    let named = folder.join("named.toml");
    std::fs::write(&named, "[database]\n[identity_web.client]\nclient_idd = \"x\"\n").unwrap();
    let problems = production(&[("IDENTITY_WEB_CONFIG", named.to_str().unwrap())]).unwrap_err().to_string();
    assert!(problems.contains("named.toml): unknown setting; did you mean client.client_id?"), "{problems}");

    std::fs::write(folder.join("default.toml"), host).unwrap();
    std::fs::write(folder.join("local.toml"), "identity_web = 3").unwrap();
    assert!(production(&[]).unwrap_err().to_string().contains("cannot be read"));
    std::fs::remove_file(folder.join("local.toml")).unwrap();
    let problems = production(&[]).unwrap_err().to_string();
    assert!(problems.contains("client.client_id: is unset") && !problems.contains("database"), "{problems}");
    std::fs::remove_dir_all(folder).unwrap();
}

#[cfg(not(feature = "demo"))]
#[test]
fn with_nothing_configured_and_no_demo_provider_one_problem_says_so() {
    let problems = load("/nowhere", &[]).unwrap_err().problems;
    assert_eq!(problems.len(), 1);
    assert!(problems[0].to_string().contains("feature `demo`"), "{}", problems[0]);
}

#[cfg(feature = "demo")]
#[test]
fn a_public_url_may_have_a_base_path_which_names_the_cookies() {
    let with = |url: &str| load("/nowhere", &[("IDENTITY_WEB__SERVER__PUBLIC_URL", url)]);
    for (url, cookie, sign_in) in [
        ("https://apps.example", "__Host-identity", "__Host-sign-in-"),
        ("https://apps.example/tasks", "__Host-identity.tasks", "__Host-sign-in.tasks~"),
        ("https://apps.example/tasks/", "__Host-identity.tasks", "__Host-sign-in.tasks~"),
        ("https://apps.example/a/b-c", "__Host-identity.a.b-c", "__Host-sign-in.a.b-c~"),
    ] {
        let settings = with(url).unwrap();
        assert_eq!(
            (settings.session.cookie.name.as_str(), settings.server.cookie_name("sign-in", '-').as_str()),
            (cookie, sign_in)
        );
        let expected = format!("{}/auth/redirect", url.trim_end_matches('/'));
        assert_eq!(settings.auth_request.redirect_uri.as_str(), expected);
    }
    for url in [
        "https://apps.example/a//b",
        "https://apps.example/a%2Fb",
        "https://apps.example/a.b",
        "https://apps.example//",
        "https://apps.example/a?b",
        "https://u@apps.example/a",
    ] {
        assert!(with(url).unwrap_err().to_string().contains("server.public_url"), "{url}");
    }
}

#[cfg(feature = "demo")]
#[test]
fn the_sites_colour_and_contacts_are_checked() {
    let site = |key: &str, value: &str| problems(&[(&format!("IDENTITY_WEB__SITE__{key}"), value)]).join("\n");
    assert_eq!(site("ACCENT", "#0b6e4f"), "");
    let yellow = site("ACCENT", "#ffcc00");
    assert!(yellow.starts_with("site.accent (") && yellow.contains("#ffcc00 has a contrast of 1.39:1"), "{yellow}");
    assert!(
        site("ACCENT", "green").contains("green must be a CSS colour such as #0b6e4f"),
        "{}",
        site("ACCENT", "green")
    );
    assert_eq!(site("SECURITY_CONTACT", "https://contoso.example/security"), "");
    for (key, value) in
        [("SECURITY_CONTACT", "security@contoso.example"), ("CHANGE_PASSWORD_URL", "http://contoso.example/")]
    {
        assert!(site(key, value).contains("a URL that begins with"), "{key}");
    }
}
