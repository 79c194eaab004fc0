//! Settings that an application sets in code: the last layer, read and checked as those of files are.

use std::collections::BTreeMap;
use std::time::Duration;

use config::{Map, Value, ValueKind};
use serde_json::Value as Json;

use super::layers::Layers;
use super::provider::Provider;
use super::{Problem, Profile, Settings, SettingsError};

/// What a problem's source is called.
const ORIGIN: &str = "in code";

/// Settings by their paths; later values replace earlier ones.
#[derive(Clone, Default)]
pub struct CodeSettings {
    values: BTreeMap<String, Json>,
    /// By their names.
    providers: BTreeMap<Option<String>, Provider>,
}

impl CodeSettings {
    /// Sets a value.
    pub fn set(&mut self, path: &str, value: impl Into<Json>) {
        self.values.insert(path.to_owned(), value.into());
    }

    /// Sets a duration, whose unit the last word of the path names.
    pub fn set_duration(&mut self, path: &str, duration: Duration) {
        let number = if path.ends_with("_ms") { duration.as_millis() } else { u128::from(duration.as_secs()) };
        self.set(path, u64::try_from(number).unwrap_or(u64::MAX));
    }

    /// Sets a provider, in place of the one of the same name.
    pub fn set_provider(&mut self, provider: Provider) {
        self.providers.insert(provider.name.clone(), provider);
    }

    /// Reads and checks the settings: over those of `base`, or else over nothing but the defaults, as in production.
    ///
    /// # Errors
    /// Contains the problems of all keys.
    pub fn read(mut self, base: Option<Settings>) -> Result<Settings, SettingsError> {
        let providers = std::mem::take(&mut self.providers).into_values().flat_map(Provider::into_settings);
        // A single setting counts more than the provider that it is of.
        let mut values: BTreeMap<_, _> = providers.collect();
        values.append(&mut self.values);
        self.values = values;
        match base {
            None => self.read_alone(),
            Some(settings) if self.values.is_empty() => Ok(settings),
            Some(settings) => self.over(settings.layers),
        }
    }

    fn over(self, mut layers: Layers) -> Result<Settings, SettingsError> {
        for (path, value) in self.values {
            layers.set(&path, value_of(value));
        }
        layers.settings()
    }

    fn read_alone(mut self) -> Result<Settings, SettingsError> {
        let required = [("server.public_url", "is unset; call public_url"), ("client.", "is unset; call provider")];
        let is_set = |path: &str| self.values.keys().any(|key| key.starts_with(path));
        let missing: Vec<_> = required.into_iter().filter(|(path, _)| !is_set(path)).collect();
        // An application's own server has its own TLS.
        let is_http =
            self.values.get("server.public_url").and_then(Json::as_str).is_some_and(|url| url.starts_with("http:"));
        self.values.entry("tls.mode".to_owned()).or_insert(if is_http { "off" } else { "adhoc" }.into());
        let nothing = Layers { profile: Profile::Production, root: Value::default(), azure: BTreeMap::new() };
        let read = self.over(nothing);
        if missing.is_empty() {
            return read;
        }
        let mut problems = read.err().map(|error| error.problems).unwrap_or_default();
        problems.retain(|problem| !missing.iter().any(|(path, _)| problem.path.starts_with(path)));
        problems.extend(missing.into_iter().map(|(path, message)| Problem {
            path: path.trim_end_matches('.').to_owned(),
            source: None,
            message: message.to_owned(),
        }));
        Err(SettingsError { problems })
    }
}

fn value_of(json: Json) -> Value {
    let kind = match json {
        Json::Null => ValueKind::Nil,
        Json::Bool(value) => ValueKind::Boolean(value),
        Json::Number(number) => match (number.as_i64(), number.as_u64()) {
            (Some(number), _) => ValueKind::I64(number),
            (None, Some(number)) => ValueKind::U64(number),
            (None, None) => ValueKind::Float(number.as_f64().unwrap_or(f64::NAN)),
        },
        Json::String(text) => ValueKind::String(text),
        Json::Array(elements) => ValueKind::Array(elements.into_iter().map(value_of).collect()),
        Json::Object(members) => {
            ValueKind::Table(members.into_iter().map(|(name, value)| (name, value_of(value))).collect::<Map<_, _>>())
        }
    };
    Value::new(Some(&ORIGIN.to_owned()), kind)
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::*;
    use crate::oidc::provider::AuthorityKind;
    use crate::settings::StoreKind;
    use crate::settings::provider::Credential;

    fn entra() -> Provider {
        Provider::entra("contoso.example", "client", Credential::secret("canary-4711"))
    }

    fn code(settings: &[(&str, Json)]) -> CodeSettings {
        let mut code = CodeSettings::default();
        code.set_provider(entra());
        code.set("server.public_url", "https://tasks.example");
        code.set("session.store", "memory");
        for (path, value) in settings {
            code.set(path, value.clone());
        }
        code
    }

    fn problems(code: CodeSettings) -> String {
        code.read(None).map_or_else(|error| error.to_string(), |_| String::new())
    }

    #[test]
    fn what_is_set_in_code_is_read_as_from_a_file() {
        let mut code =
            code(&[("limits.session_bytes", 8192.into()), ("server.trusted_proxies", vec!["10.0.0.0/8"].into())]);
        code.set_duration("session.idle_timeout_seconds", Duration::from_mins(5));
        code.set_duration("redis.connect_timeout_ms", Duration::from_millis(1500));
        code.set_provider(
            entra().scopes(["openid", "Tasks.Read"]).parameter("ui_locales", "de").parameter("prompt", "login"),
        );
        let settings = code.read(None).unwrap();
        assert_eq!(settings.provider.kind, AuthorityKind::SingleTenant);
        assert_eq!(settings.provider.authority, "https://login.microsoftonline.com/contoso.example");
        assert_eq!(settings.auth_request.scopes, ["profile", "offline_access", "openid", "Tasks.Read"]);
        assert_eq!(
            (settings.auth_request.extra["ui_locales"].as_str(), &*settings.auth_request.extra["prompt"]),
            ("de", "login")
        );
        assert_eq!(settings.session.limits.idle_timeout, Duration::from_mins(5));
        assert_eq!((settings.session.limits.bytes, settings.session.store), (8192, StoreKind::Memory));
        assert_eq!(settings.redis.connect_timeout, Duration::from_millis(1500));
        assert_eq!(settings.server.trusted_proxies.len(), 1);
        assert!(!settings.demo && settings.profile == Profile::Production);
    }

    #[test]
    fn further_providers_have_names() {
        let mut code = code(&[]);
        let contoso = Provider::oidc("https://login.contoso.example", "other", Credential::secret("canary-4712"));
        code.set_provider(contoso.named("contoso").display_name("Contoso").domains(["contoso.example"]).form_post());
        let settings = code.read(None).unwrap();
        assert_eq!((settings.client.client_id.as_str(), settings.display_name.as_str()), ("client", "Microsoft"));
        let [contoso] = &settings.providers[..] else { panic!("{:?}", settings.providers) };
        assert_eq!((contoso.name.as_str(), contoso.display_name.as_str()), ("contoso", "Contoso"));
        assert_eq!(
            (contoso.client.client_id.as_str(), &*contoso.domains),
            ("other", &["contoso.example".to_owned()][..])
        );
        assert_eq!(contoso.auth_request.redirect_uri.as_str(), "https://tasks.example/auth/redirect/contoso");
        assert!(contoso.auth_request.form_post && !settings.auth_request.form_post);
        assert!(!format!("{settings:?}").contains("canary"), "{settings:?}");
    }

    #[test]
    fn a_further_provider_has_a_name() {
        let mut code = code(&[]);
        let secret = Credential::secret("canary-4711");
        code.set_provider(
            Provider::oidc("https://op.example", "partner", secret).named("partners").parameter("a", "b"),
        );
        let settings = code.read(None).unwrap();
        assert_eq!(settings.client.client_id, "client", "the default one is as it was");
        assert!(format!("{settings:?}").contains("/auth/redirect/partners"));
    }

    #[test]
    fn all_problems_are_reported_together() {
        let mut code = code(&[
            ("session.store", "disk".into()),
            ("session.idle_timeout_second", 5.into()),
            ("client.client_id", "{enter-your-client-id-here}".into()),
        ]);
        code.set_duration("session.absolute_timeout_seconds", Duration::from_millis(1500));
        let problems = problems(code);
        for part in [
            "session.store (in code): must be one of memory, redis",
            "session.idle_timeout_second (in code): unknown setting; did you mean session.idle_timeout_seconds?",
            "client.client_id (in code): is still the placeholder",
            "session.absolute_timeout_seconds (in code): must be a whole number from 10",
        ] {
            assert!(problems.contains(part), "{part:?} is not in\n{problems}");
        }
    }

    #[test]
    fn what_is_required_is_named_as_the_builder_does() {
        let error = CodeSettings::default().read(None).unwrap_err();
        let problems: Vec<_> = error.problems.iter().map(ToString::to_string).collect();
        assert_eq!(problems.len(), 3, "{problems:?}");
        assert!(problems[0].starts_with("session.store: is unset"), "{problems:?}");
        assert_eq!(problems[1..], ["server.public_url: is unset; call public_url", "client: is unset; call provider"]);
        assert_eq!(format!("{error:?}"), error.to_string(), "main returns it");
        let http = code(&[("server.public_url", "http://127.0.0.1:5000".into())]).read(None).unwrap();
        assert_eq!(http.session.cookie.name, "identity");
    }

    #[test]
    fn code_takes_precedence_over_files_and_nothing_else_changes() {
        let file = std::env::temp_dir().join(format!("identity-web-code-{}", std::process::id()));
        std::fs::write(&file, "of a file").unwrap();
        let variables = [
            ("IDENTITY_WEB__CLIENT__CLIENT_ID", "of the environment"),
            ("IDENTITY_WEB__CLIENT__CLIENT_CREDENTIAL_FILE", file.to_str().unwrap()),
            ("IDENTITY_WEB__CLIENT__AUTHORITY", "https://op.example"),
            ("IDENTITY_WEB__SERVER__PUBLIC_URL", "https://files.example"),
        ];
        let variables = variables.map(|(name, value)| (name.to_owned(), value.to_owned()));
        let base = Settings::from_environment(Path::new("config"), variables.into_iter()).unwrap();
        let both = code(&[]).read(Some(base.clone())).unwrap();
        assert_eq!(
            (both.client.client_id.as_str(), both.server.public_url.as_str()),
            ("client", "https://tasks.example/")
        );
        assert_eq!(&*both.client.credential.secret().unwrap().expose(), "canary-4711");
        let mut one = CodeSettings::default();
        one.set("session.cookie_name", "tasks");
        let one = one.read(Some(base)).unwrap();
        assert_eq!((one.client.client_id.as_str(), &*one.session.cookie.name), ("of the environment", "tasks"));
        std::fs::remove_file(file).unwrap();
    }

    #[test]
    fn a_credential_has_every_form_and_is_never_printed() {
        let with = |credential| {
            let mut code = code(&[]);
            code.set_provider(Provider::oidc("https://op.example", "client", credential));
            code.read(None)
        };
        for (credential, path) in [
            (Credential::secret_file("/nowhere"), "client.client_credential_file"),
            (Credential::certificate("canary-4711", "canary-4711"), "client.client_credential.private_key"),
            (Credential::certificate_files("/nowhere", "/nowhere"), "client.client_credential.certificate_file"),
            (Credential::federated_token_file("/nowhere"), "client.client_credential.federated_token_file"),
        ] {
            let problems = with(credential).unwrap_err().to_string();
            assert!(problems.contains(path), "{path} is not in\n{problems}");
            assert!(!problems.contains("canary"), "{problems}");
        }
        let settings = with(Credential::secret("canary-4711")).unwrap();
        let printed = format!("{settings:?} {:?} {:?}", entra(), Credential::secret("canary-4711"));
        assert!(!printed.contains("canary"), "{printed}");
    }
}
