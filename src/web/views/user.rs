//! What the pages say about the signed-in user.

use serde::Serialize;

use crate::session::record::SignedIn;

/// The variable `user` of the templates.
#[derive(Serialize)]
pub(super) struct User<'a> {
    name: &'a str,
    initials: String,
    username: Option<&'a str>,
}

impl<'a> From<&'a SignedIn> for User<'a> {
    fn from(signed_in: &'a SignedIn) -> Self {
        let claims = &signed_in.claims;
        let name = claims.display_name();
        let username = claims.text("preferred_username").or_else(|| claims.first_email());
        Self { name, initials: initials(name), username }
    }
}

/// Returns the initials of a name: of its first and last word.
fn initials(name: &str) -> String {
    let mut letters = name.split_whitespace().filter_map(|word| word.chars().find(|c| c.is_alphanumeric()));
    let (first, last) = (letters.next(), letters.next_back());
    first.into_iter().chain(last).flat_map(char::to_uppercase).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn initials_are_letters() {
        for (name, expected) in [
            ("Ada Lovelace", "AL"),
            ("Rear Admiral Grace Hopper", "RH"),
            ("ada@contoso.example", "A"),
            ("\u{202e}evil (name)", "EN"),
            ("李小龙", "李"),
            ("élan ßtar", "ÉSS"),
            ("— !", ""),
        ] {
            assert_eq!(initials(name), expected, "{name}");
        }
    }
}
