//! `GET /token_details`: the user's claims, in groups.

use std::borrow::Cow;

use actix_web::HttpResponse;
use actix_web::http::StatusCode;
use serde::Serialize;
use serde_json::Value;
use tera::Context;

use super::claim_meanings::{ClaimTexts, GROUPS, Known, is_of_the_protocol, is_time};
use super::error::Error;
use super::identity::Identity;
use super::views::Page;
use crate::clock::Timestamp;

#[derive(Serialize)]
struct ClaimRow<'a> {
    name: &'a str,
    value: Cow<'a, str>,
    /// The value of `<time datetime>`, if the claim is a time.
    time: Option<String>,
    meaning: &'a str,
}

/// The claims of one group.
#[derive(Serialize)]
struct Section<'a> {
    id: &'static str,
    title: &'a str,
    claims: Vec<ClaimRow<'a>>,
}

/// Returns the sections of the page, without empty ones.
fn sections<'a>(claims: impl Iterator<Item = (&'a str, &'a Value)>, texts: &'a ClaimTexts) -> Vec<Section<'a>> {
    let titled = GROUPS.iter().zip(&texts.titles);
    let mut sections: Vec<_> =
        titled.map(|(group, title)| Section { id: group.id, title, claims: Vec::new() }).collect();
    for (name, value) in claims.filter(|(name, _)| !is_of_the_protocol(name)) {
        let Known { group, meaning } = texts.of(name);
        sections[*group].claims.push(ClaimRow::of(name, value, meaning));
    }
    sections.retain(|section| !section.claims.is_empty());
    sections
}

impl<'a> ClaimRow<'a> {
    fn of(name: &'a str, value: &'a Value, meaning: &'a str) -> Self {
        let time = value.as_i64().filter(|_| is_time(name)).map(Timestamp);
        let value = time.map_or_else(|| shown(value), |time| time.to_string().into());
        Self { name, value, time: time.map(Timestamp::rfc3339), meaning }
    }
}

/// Shows the claims.
pub(super) async fn page(user: Identity, page: Page) -> Result<HttpResponse, Error> {
    let mut context = Context::new();
    context.insert("groups", &sections(user.claims().iter(), page.texts().of_claims()));
    page.render(StatusCode::OK, "token_details.html", "your-claims", Some(user.signed_in()), context)
}

fn shown(value: &Value) -> Cow<'_, str> {
    match value {
        Value::String(text) => text.into(),
        Value::Array(elements) => elements.iter().map(shown).collect::<Vec<_>>().join(", ").into(),
        other => other.to_string().into(),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::web::texts::ENGLISH_TEXTS;

    #[test]
    fn claims_read_well() {
        let row = |name: &str, value: Value| {
            let sections = sections([(name, &value)].into_iter(), ENGLISH_TEXTS.of_claims());
            let [section] = &sections[..] else { panic!("{} sections", sections.len()) };
            let row = &section.claims[0];
            (row.value.clone().into_owned(), row.time.clone(), section.id)
        };
        let time = Some("2020-01-26T00:53:20Z".to_owned());
        assert_eq!(row("exp", json!(1_580_000_000)), ("2020-01-26 00:53:20 UTC".to_owned(), time, "life"));
        assert_eq!(row("exp", json!("soon")), ("soon".to_owned(), None, "life"));
        assert_eq!(row("roles", json!(["Admin", "Editor"])), ("Admin, Editor".to_owned(), None, "permissions"));
        assert_eq!(row("address", json!({"country": "NZ"})), (r#"{"country":"NZ"}"#.to_owned(), None, "you"));
        assert_eq!(row("extension_shoe_size", json!(43)), ("43".to_owned(), None, "other"));
    }
}
