//! The variables of each page's template, with a sample of each: the contract with an application's own templates.
//! `templates.md` documents it, and tests compare the two with each other and with what the pages really have.

use std::collections::BTreeSet;

use serde_json::{Map, Value, json};

/// Marks the name of a variable that may be null, false or empty.
const OPTIONAL: char = '?';

/// Returns the variables that every page has.
fn common() -> Value {
    json!({
        "title": "Home",
        "page": "home",
        "user?": {"name": "Ada Lovelace", "initials?": "AL", "username?": "ada@contoso.example"},
        "account_unknown?": true, "lang": "en", "dir": "ltr",
        "languages": [{"tag": "en", "name": "English", "current?": true}],
        "site": {
            "name": "Identity Web", "home": "/", "sign_in": "/auth/sign_in", "sign_out": "/auth/sign_out",
            "edit_profile?": "/auth/edit_profile", "token_details": "/token_details", "sessions": "/sessions",
            "call_graph": "/call_graph", "admin": "/admin", "language": "/auth/language", "logo?": "/logo.svg", "terms_url?": "/terms",
            "privacy_url?": "/privacy", "support_url?": "mailto:support@contoso.example", "stylesheet?": "/site.css",
            "icon?": "/favicon.svg", "touch_icon?": "/apple-touch-icon.png", "manifest?": "/site.webmanifest",
            "script?": "/site.js", "script_integrity?": "sha256-AA==", "version?": "1.0.0", "navigation?": true, "demo?": true,
        },
    })
}

/// Returns the variables that a page has of its own.
fn own(template: &str) -> Value {
    let time =
        json!({"machine": "2030-01-01T00:00:00Z", "relative": "1 hour ago", "absolute": "2030-01-01 00:00:00 UTC"});
    match template {
        "home.html" => json!({
            "redirect_uri": "https://app.example/auth/redirect",
            "redirect_uris": [{"display_name": "Microsoft", "redirect_uri": "https://app.example/auth/redirect"}],
            "has_profile?": true, "portal_link?": "https://entra.microsoft.com/",
            "call_graph?": true, "last_sign_in?": "/last_sign_in", "idle_timeout": "1 hour", "absolute_timeout": "8 hours",
            "signed_in_at?": "2030-01-01 00:00:00 UTC", "signed_in?": time, "session_ends?": time,
            "session_over?": true, "issuer?": "https://issuer.example", "tenant?": "c0ffee00", "roles?": ["Admin"],
            "group_count?": 3, "groups_overage?": true, "scopes?": ["openid"],
        }),
        "token_details.html" => json!({
            "groups?": [{
                "id": "you", "title": "Who you are",
                "claims": [{
                    "name": "sub", "value?": "ada", "time?": "2030-01-01T00:00:00Z", "meaning": "The user.",
                }],
            }],
        }),
        "last_sign_in.html" => json!({
            "began_at?": "2030-01-01 00:00:00 UTC", "began_at_machine?": "2030-01-01T00:00:00Z", "took?": "1234",
            "passed?": 12, "sign_in_url": "/auth/sign_in",
            "steps?": [{
                "name": "callback", "at": "1200", "took": "0.4",
                "messages?": [{"is_sent?": true, "parameters": [{"name": "scope", "value?": "openid"}]}],
                "checks?": [{"name": "iss", "outcome": "passed", "found?": "https://op.example", "expected?": "https://op.example"}],
            }],
        }),
        "sessions.html" => json!({
            "outcome?": "The session has ended", "hidden?": 3,
            "sessions": [{
                "id": "a", "device": "Firefox on Linux", "kind": "computer", "current?": true, "signed_in": time,
                "used": time, "ends": time, "ends_unless_used?": true,
            }],
        }),
        "call_graph.html" => json!({"has_photo?": true, "profile?": [["Display name", "Ada Lovelace"]]}),
        "error.html" => json!({
            "status": 403, "is_error?": true, "session_ended?": true, "permissions?": ["User.Read"],
            "time": "2030-01-01T00:00:00Z", "heading": "You don’t have access", "explanation": "Your account doesn’t have access.",
            "actions?": ["Ask an administrator."], "sign_in?": true, "sign_in_url": "/auth/sign_in",
            "sign_in_label": "Sign in", "provider_sign_out_url": "https://op.example/end", "correlation_id": "0af7651916cd43dd8448eb211c80319c",
            "provider_code?": "AADSTS50105", "for_support?": [["Trace id", "4d2a"]],
            "to_copy?": [["Redirect URI", "https://app.example/auth/redirect"]],
        }),
        "choose_provider.html" => json!({
            "choices": [{"display_name": "Microsoft", "url": "/auth/sign_in?provider=default"}],
            "asks_for_address?": true, "address?": "ada@contoso.example",
            "fields?": [{"name": "post_sign_in_url", "value": "/"}],
        }),
        "post_sign_out.html" => json!({"provider_signed_out?": true, "signed_out_here?": true}),
        _ => json!({}),
    }
}

fn merged(template: &str) -> Value {
    let (mut all, own) = (common(), own(template));
    if let (Value::Object(all), Value::Object(own)) = (&mut all, own) {
        all.extend(own);
    }
    all
}

/// Returns the names of a template's variables.
pub(super) fn variables(template: &str) -> BTreeSet<String> {
    let Value::Object(all) = merged(template) else { return BTreeSet::new() };
    all.keys().map(|name| name.trim_end_matches(OPTIONAL).to_owned()).collect()
}

/// Returns a context of a template: with every variable, or with only what is always there.
pub(super) fn sample(template: &str, is_bare: bool) -> Value {
    filled(&merged(template), is_bare)
}

fn filled(value: &Value, is_bare: bool) -> Value {
    match value {
        Value::Object(members) => {
            let member = |(name, value): (&String, &Value)| {
                let plain = name.trim_end_matches(OPTIONAL);
                let value = if is_bare && plain != name { nothing(value) } else { filled(value, is_bare) };
                (plain.to_owned(), value)
            };
            Value::Object(members.iter().map(member).collect::<Map<_, _>>())
        }
        Value::Array(elements) => elements.iter().map(|element| filled(element, is_bare)).collect(),
        other => other.clone(),
    }
}

/// Returns what an optional variable is if there is nothing in it.
fn nothing(value: &Value) -> Value {
    match value {
        Value::Bool(_) => false.into(),
        Value::Array(_) => json!([]),
        Value::Number(_) => 0.into(),
        _ => Value::Null,
    }
}

#[cfg(test)]
mod tests {
    use super::super::templates::BUILT_IN;
    use super::*;

    /// Returns the names in a value as the documentation writes them: `user.name`, `claims[].name`.
    fn names(prefix: &str, value: &Value, found: &mut BTreeSet<String>) {
        match value {
            Value::Object(members) => {
                for (name, value) in members {
                    let path = if prefix.is_empty() { name.clone() } else { format!("{prefix}.{name}") };
                    names(&path, value, found);
                }
            }
            Value::Array(elements) if elements[0].is_object() => names(&format!("{prefix}[]"), &elements[0], found),
            _ => {
                found.insert(prefix.to_owned());
            }
        }
    }

    /// Returns the variables that templates.md documents for a template: the first column of the table under its name.
    fn documented(template: &str) -> BTreeSet<String> {
        let text = include_str!("templates.md");
        let section = text.split("\n## ").find(|section| section.starts_with(&format!("`{template}`")));
        let section = section.unwrap_or_else(|| panic!("templates.md doesn't document {template}"));
        let rows = section.lines().filter_map(|line| line.strip_prefix("| `"));
        rows.map(|row| row.split('`').next().unwrap().to_owned()).collect()
    }

    #[test]
    fn templates_md_documents_every_variable_and_no_other() {
        for (template, _) in BUILT_IN {
            let mut found = BTreeSet::new();
            let variables = if template == "base.html" { common() } else { own(template) };
            names("", &filled(&variables, false), &mut found);
            assert_eq!(documented(template), found, "{template}");
        }
    }

    #[test]
    fn a_sample_without_anything_optional_has_every_name() {
        let [full, bare] = [false, true].map(|is_bare| sample("sessions.html", is_bare));
        assert_eq!(full["user"]["username"], "ada@contoso.example");
        assert_eq!((&bare["user"], &bare["outcome"], &bare["hidden"]), (&Value::Null, &Value::Null, &json!(0)));
        assert_eq!(bare["sessions"][0]["current"], false);
    }
}
