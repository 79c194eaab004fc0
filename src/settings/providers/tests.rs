//! Names, domains and keys of further providers, and that the example in config/default.toml is one.

use std::path::Path;

use crate::settings::{Settings, SettingsError};

fn load(variables: &[(&str, &str)]) -> Result<Settings, SettingsError> {
    let variables = variables.iter().map(|(name, value)| (format!("IDENTITY_WEB__{name}"), (*value).to_owned()));
    Settings::from_environment(Path::new("/nowhere"), variables)
}

const DEFAULT: [(&str, &str); 3] =
    [("CLIENT__CLIENT_ID", "c"), ("CLIENT__CLIENT_CREDENTIAL", "s"), ("CLIENT__AUTHORITY", "https://op.example")];

/// Settings with a table `providers.{name}`, whose keys `further` adds to.
fn with_provider(name: &str, further: &[(&str, &str)]) -> Result<Settings, SettingsError> {
    let own = [("CLIENT_ID", "d"), ("CLIENT_CREDENTIAL", "t"), ("AUTHORITY", "https://login.contoso.example")];
    let own: Vec<_> =
        own.iter().chain(further).map(|(key, value)| (format!("PROVIDERS__{name}__{key}"), *value)).collect();
    let own = own.iter().map(|(key, value)| (key.as_str(), *value));
    load(&DEFAULT.into_iter().chain(own).collect::<Vec<_>>())
}

fn problems(outcome: Result<Settings, SettingsError>) -> Vec<String> {
    outcome.err().map(|error| error.problems.iter().map(ToString::to_string).collect()).unwrap_or_default()
}

#[test]
fn a_provider_has_all_keys_of_its_own() {
    let further = [
        ("AUTHORITY_TYPE", "OIDC"),
        ("SCOPES", "profile"),
        ("PROMPT", "login"),
        ("EXTRA_PARAMETERS__UI_LOCALES", "de"),
        ("RESPONSE_MODE", "form_post"),
        ("DOMAINS", "Contoso.example, contoso.org"),
        ("REDIRECT_URI", "https://127.0.0.1:5000/auth/redirect/contoso-2_b"),
    ];
    let settings = with_provider("CONTOSO-2_B", &further).unwrap();
    let [contoso] = &settings.providers[..] else { panic!("{settings:?}") };
    assert_eq!((contoso.name.as_str(), contoso.display_name.as_str()), ("contoso-2_b", "contoso-2_b"));
    assert_eq!(contoso.domains, ["contoso.example", "contoso.org"]);
    assert_eq!((contoso.client.client_id.as_str(), contoso.client.userinfo), ("d", true));
    assert_eq!(&*contoso.client.credential.secret().unwrap().expose(), "t");
    assert_eq!(contoso.auth_request.scopes, ["openid", "profile"]);
    assert_eq!((&*contoso.auth_request.extra["prompt"], &*contoso.auth_request.extra["ui_locales"]), ("login", "de"));
    assert!(contoso.auth_request.form_post && !settings.auth_request.form_post);
    assert_eq!(settings.display_name, "op.example");
    assert!(settings.auth_request.extra.is_empty());
}

#[test]
fn each_problem_names_the_key_of_its_provider() {
    let lacks = load(&[&DEFAULT[..], &[("PROVIDERS__CONTOSO__AUTHORITY_TYPE", "B2C")]].concat());
    let lacks = problems(lacks).join("\n");
    for key in ["client_id", "client_credential", "authority", "susi"] {
        assert!(lacks.contains(&format!("providers.contoso.{key}: is")), "{key}: {lacks}");
    }
    for (name, further, part) in [
        ("CONTOSO", ("CLIENT_IDD", "x"), "providers.contoso.client_idd (IDENTITY_WEB__PROVIDERS__CONTOSO__CLIENT_IDD"),
        ("CONTOSO", ("AUTHORITY", "http://op.example"), "providers.contoso.authority"),
        ("CONTOSO", ("DOMAINS", "ada@contoso.example"), "providers.contoso.domains"),
        ("CONTOSO", ("DOMAINS", "contoso"), "providers.contoso.domains"),
        ("CONTOSO", ("REDIRECT_URI", "https://127.0.0.1:5000/auth/redirect"), "providers.contoso.redirect_uri"),
        ("CONTOSO", ("ID_TOKEN_SIGNED_RESPONSE_ALG", "x"), "providers.contoso.id_token_signed_response_alg"),
        ("DEFAULT", ("SCOPES", "openid"), "providers.default"),
        ("-CONTOSO", ("SCOPES", "openid"), "providers.-contoso"),
        ("CON TOSO", ("SCOPES", "openid"), "providers.con toso"),
        ("CÖNTOSO", ("SCOPES", "openid"), "providers.cöntoso"),
    ] {
        let problems = problems(with_provider(name, &[further]));
        assert!(problems.len() == 1 && problems[0].starts_with(part), "{part}: {problems:?}");
    }
}

#[test]
fn providers_can_be_told_apart() {
    let mut twice = DEFAULT.to_vec();
    twice.push(("CLIENT__DOMAINS", "contoso.example"));
    twice.extend([("PROVIDERS__A__CLIENT_ID", "d"), ("PROVIDERS__A__CLIENT_CREDENTIAL", "t")]);
    twice.push(("PROVIDERS__A__AUTHORITY", "https://a.example"));
    assert_eq!(problems(load(&twice)), [""; 0]);
    twice.push(("PROVIDERS__A__DOMAINS", "a.example,CONTOSO.example"));
    let found = problems(load(&twice));
    assert!(found.len() == 1 && found[0].contains("which leads to the provider default already"), "{found:?}");

    let b2c = [
        ("TYPE__AUTHORITY_TYPE", "B2C"),
        ("CLIENT__AUTHORITY", "https://c.b2clogin.com/c.onmicrosoft.com"),
        ("B2C__SUSI", "susi"),
        ("B2C__PASSWORD", "RESET"),
    ];
    for name in ["SUSI", "RESET"] {
        let own = ["CLIENT_ID", "CLIENT_CREDENTIAL", "AUTHORITY"].map(|key| format!("PROVIDERS__{name}__{key}"));
        let own = own.iter().map(|key| (key.as_str(), "https://a.example"));
        let found = problems(load(&DEFAULT[..2].iter().chain(&b2c).copied().chain(own).collect::<Vec<_>>()));
        assert!(found.len() == 1 && found[0].contains("has the name of a policy"), "{found:?}");
    }
}

#[cfg(feature = "demo")]
#[test]
fn the_demo_provider_is_used_alone() {
    let own = ["CLIENT_ID", "CLIENT_CREDENTIAL", "AUTHORITY"].map(|key| format!("PROVIDERS__A__{key}"));
    let found = problems(load(&own.iter().map(|key| (key.as_str(), "https://a.example")).collect::<Vec<_>>()));
    assert!(found.len() == 1 && found[0].starts_with("providers.a: requires [client]"), "{found:?}");
}

#[test]
fn the_example_in_default_toml_is_a_provider() {
    let text = std::fs::read_to_string("config/default.toml").unwrap();
    let example = text.split("# [providers.contoso]\n").nth(1).unwrap().split("\n\n").next().unwrap();
    let lines =
        example.lines().map(|line| line.trim_start_matches("# ").replace("client_id = \"\"", "client_id = \"d\""));
    let lines = lines.map(|line| line.replace("client_credential = \"\"", "client_credential = \"t\""));
    let default = "[client]\nclient_id = \"c\"\nclient_credential = \"s\"\nauthority = \"https://op.example\"\n";
    let text = format!("{default}[providers.contoso]\n{}", lines.collect::<Vec<_>>().join("\n"));
    let folder = std::env::temp_dir().join(format!("identity-web-providers-{}", std::process::id()));
    std::fs::create_dir_all(&folder).unwrap();
    std::fs::write(folder.join("local.toml"), text).unwrap();
    let settings = Settings::from_environment(&folder, std::iter::empty());
    std::fs::remove_dir_all(folder).unwrap();
    let settings = settings.unwrap_or_else(|error| panic!("{error}"));
    assert_eq!(settings.providers[0].display_name, "Contoso");
}
