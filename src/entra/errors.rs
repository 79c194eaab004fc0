//! Microsoft Entra's error codes, explained.

mod explanations;

use explanations::EXPLANATIONS;
pub use explanations::{Explanation, Remedy, Shows};

/// An error of Entra's: the parts of an `error_description` that its support needs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct EntraError {
    /// `AADSTS…` or `AADB2C…`.
    pub code: String,
    /// `Trace ID`, if present.
    pub trace_id: Option<String>,
    /// `Correlation ID`, if present.
    pub correlation_id: Option<String>,
    /// `Timestamp`, if present.
    pub timestamp: Option<String>,
    /// Its explanation, if there is one.
    pub explanation: Option<&'static Explanation>,
}

impl EntraError {
    /// Parses an `error_description`. Returns `None` unless it starts with `AADSTS` or `AADB2C` and a code.
    pub fn parse(description: &str) -> Option<Self> {
        let prefix = ["AADSTS", "AADB2C"].into_iter().find(|prefix| description.starts_with(prefix))?;
        let digits: String = description[prefix.len()..].chars().take_while(char::is_ascii_digit).take(12).collect();
        let code: u64 = digits.parse().ok()?;
        let is_of_code = |codes: &[u32]| prefix == "AADSTS" && codes.iter().any(|one| u64::from(*one) == code);
        let explained = EXPLANATIONS.iter().find(|(codes, _)| is_of_code(codes));
        Some(Self {
            explanation: explained.map(|(_, explanation)| explanation),
            code: format!("{prefix}{digits}"),
            trace_id: labelled(description, "Trace ID:", is_of_guid),
            correlation_id: labelled(description, "Correlation ID:", is_of_guid),
            timestamp: labelled(description, "Timestamp:", |c| c.is_ascii_digit() || "-: ZT.".contains(c)),
        })
    }
}

fn is_of_guid(c: char) -> bool {
    c.is_ascii_hexdigit() || c == '-'
}

/// Returns what follows a label, up to the first character that does not belong to the value.
fn labelled(text: &str, label: &str, is_of_value: impl Fn(char) -> bool) -> Option<String> {
    let (_, rest) = text.split_once(label)?;
    let value: String = rest.trim_start().chars().take_while(|c| is_of_value(*c)).take(40).collect();
    Some(value.trim().to_owned()).filter(|value| !value.is_empty())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_code_that_is_worth_a_page_has_one() {
        for code in [
            50011, 700_016, 90002, 7_000_215, 7_000_222, 700_027, 700_024, 70021, 700_211, 700_212, 700_213, 65001,
            90094, 65004, 50105, 50020, 90072, 50034, 50126, 50053, 50057, 50055, 50072, 50074, 50076, 50079, 50158,
            53000, 53001, 53003, 530_003, 54005, 70008, 70000, 50058, 500_112, 50147, 90014, 900_144,
        ] {
            let error = EntraError::parse(&format!("AADSTS{code}: What Entra says.")).unwrap();
            assert_eq!(error.code, format!("AADSTS{code}"));
            assert!(error.explanation.is_some(), "{code} is not explained");
        }
    }

    #[test]
    fn what_support_asks_for_is_found() {
        let text = "AADSTS700082: The refresh token has expired. Trace ID: 0000aaaa-11bb-cccc-dd22-eeeeee333333 \
                    Correlation ID: aaaa0000-bb11-2222-33cc-444444dddddd Timestamp: 2026-01-02 03:04:05Z";
        let found = EntraError::parse(text).unwrap();
        assert_eq!(found.trace_id.as_deref(), Some("0000aaaa-11bb-cccc-dd22-eeeeee333333"));
        assert_eq!(found.correlation_id.as_deref(), Some("aaaa0000-bb11-2222-33cc-444444dddddd"));
        assert_eq!(found.timestamp.as_deref(), Some("2026-01-02 03:04:05Z"));
        let unknown = EntraError::parse("AADSTS1: x Trace ID: <script>").unwrap();
        assert_eq!((unknown.explanation, unknown.trace_id), (None, None));
        assert_eq!(
            EntraError::parse("AADB2C90118: The user has forgotten their password.").unwrap().code,
            "AADB2C90118"
        );
        assert_eq!(EntraError::parse("AADB2C50011: x").unwrap().explanation, None, "another list of codes");
    }

    #[test]
    fn other_texts_are_not_of_entra() {
        for text in ["", "AADSTS", "AADSTSx", "aadsts50011", "x AADSTS50011"] {
            assert_eq!(EntraError::parse(text), None, "{text}");
        }
    }

    #[test]
    fn no_code_is_explained_twice() {
        let mut codes: Vec<_> = EXPLANATIONS.iter().flat_map(|(codes, _)| *codes).collect();
        let count = codes.len();
        codes.sort_unstable();
        codes.dedup();
        assert_eq!(codes.len(), count);
    }
}
