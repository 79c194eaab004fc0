//! `GET /token_details`: the user's claims, in groups.

use std::borrow::Cow;

use actix_web::HttpResponse;
use actix_web::http::StatusCode;
use serde::Serialize;
use serde_json::Value;
use tera::Context;

use super::claim_meanings::{ClaimGroup, GROUPS, Known, is_of_the_protocol, is_time, known};
use super::error::Error;
use super::identity::Identity;
use super::texts::Texts;
use super::views::Page;
use crate::clock::Timestamp;

#[derive(Serialize)]
struct ClaimRow<'a> {
    name: &'a str,
    value: String,
    /// The value of `<time datetime>`, if the claim is a time.
    time: Option<String>,
    meaning: Option<Cow<'a, str>>,
    /// The id of its group.
    #[serde(skip)]
    group: &'static str,
}

/// The claims of one group.
#[derive(Serialize)]
struct Section<'a> {
    id: &'static str,
    title: Cow<'a, str>,
    claims: Vec<&'a ClaimRow<'a>>,
}

impl<'a> Section<'a> {
    /// Returns a group's section, unless it is empty.
    fn of(group: &ClaimGroup, rows: &'a [ClaimRow<'a>], texts: &'a Texts) -> Option<Self> {
        let claims: Vec<_> = rows.iter().filter(|row| row.group == group.id).collect();
        (!claims.is_empty()).then(|| Self { id: group.id, title: texts.text(group.title), claims })
    }
}

impl<'a> ClaimRow<'a> {
    fn of(name: &'a str, value: &Value, texts: &'a Texts) -> Self {
        let Known { group, meaning } = known(name);
        let time = value.as_i64().filter(|_| is_time(name)).map(Timestamp);
        let meaning = meaning.map(|meaning| texts.text(meaning));
        let value = time.map_or_else(|| shown(value), |time| time.to_string());
        Self { name, value, time: time.map(Timestamp::rfc3339), meaning, group }
    }
}

/// Shows the claims.
pub(super) async fn page(user: Identity, page: Page) -> Result<HttpResponse, Error> {
    let about_the_user = user.claims().iter().filter(|(name, _)| !is_of_the_protocol(name));
    let texts = page.texts();
    let rows: Vec<_> = about_the_user.map(|(name, value)| ClaimRow::of(name, value, texts)).collect();
    let sections = GROUPS.iter().filter_map(|group| Section::of(group, &rows, texts));
    let mut context = Context::new();
    context.insert("groups", &sections.collect::<Vec<_>>());
    page.render(StatusCode::OK, "token_details.html", "your-claims", Some(user.signed_in()), context)
}

fn shown(value: &Value) -> String {
    match value {
        Value::String(text) => text.clone(),
        Value::Array(elements) => elements.iter().map(shown).collect::<Vec<_>>().join(", "),
        other => other.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::web::texts::ENGLISH_TEXTS;

    #[test]
    fn claims_read_well() {
        let row = |name, value: Value| {
            let row = ClaimRow::of(name, &value, &ENGLISH_TEXTS);
            (row.value, row.time, row.group)
        };
        let time = Some("2020-01-26T00:53:20Z".to_owned());
        assert_eq!(row("exp", json!(1_580_000_000)), ("2020-01-26 00:53:20 UTC".to_owned(), time, "life"));
        assert_eq!(row("exp", json!("soon")), ("soon".to_owned(), None, "life"));
        assert_eq!(row("roles", json!(["Admin", "Editor"])), ("Admin, Editor".to_owned(), None, "permissions"));
        assert_eq!(row("address", json!({"country": "NZ"})), (r#"{"country":"NZ"}"#.to_owned(), None, "you"));
        assert_eq!(row("extension_shoe_size", json!(43)), ("43".to_owned(), None, "other"));
    }
}
