//! Text that another party made, as it may appear in errors: whoever makes an error value of it cuts and cleans it here,
//! so that nothing else reaches a log, a page or a metric.

use std::fmt::Display;

/// The most characters of a text, unless more are asked for.
const MAX_CHARS: usize = 200;
/// The most characters of a code.
const MAX_CODE_CHARS: usize = 64;

/// Returns a text as one line of at most 200 characters, without control and formatting characters.
pub fn excerpt(text: impl Display) -> String {
    excerpt_of(&text.to_string(), MAX_CHARS)
}

/// Returns a text as one line of at most `max_chars` characters, without control and formatting characters.
pub fn excerpt_of(text: &str, max_chars: usize) -> String {
    let one_line = |c: char| if c.is_ascii_whitespace() { ' ' } else { c };
    let mut plain = text.chars().map(one_line).filter(|c| !c.is_control() && !is_formatting(*c));
    let mut cut: String = plain.by_ref().take(max_chars).collect();
    if plain.next().is_some() {
        cut.pop();
        cut.push('…');
    }
    cut
}

/// Returns a code, such as `access_denied`, without other characters than codes have, and at most 64 of them.
pub fn code(text: &str) -> String {
    text.chars().filter(|c| c.is_ascii_alphanumeric() || "_-.".contains(*c)).take(MAX_CODE_CHARS).collect()
}

/// Characters that are not seen but change how others are: zero width, direction, tags.
fn is_formatting(c: char) -> bool {
    matches!(c, '\u{ad}' | '\u{61c}' | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}')
        || matches!(c, '\u{feff}' | '\u{fff9}'..='\u{fffb}' | '\u{e0000}'..='\u{e007f}')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_is_cut_and_has_nothing_that_is_not_seen() {
        for (text, expected) in [
            ("https://op.example", "https://op.example"),
            ("a\r\nb\tc\u{0}\u{1b}[31m\u{85}", "a  b c[31m"),
            ("\u{202e}x\u{2028}\u{200b}\u{feff}\u{e0041}é…ß", "xé…ß"),
            ("", ""),
        ] {
            assert_eq!(excerpt(text), expected);
        }
        assert_eq!(excerpt("é".repeat(200)), "é".repeat(200));
        assert_eq!(excerpt("é".repeat(900_000)), format!("{}…", "é".repeat(199)));
        assert_eq!(code("a\r\n<b>_-.9"), "ab_-.9");
        assert_eq!(code(&"c".repeat(900_000)).len(), MAX_CODE_CHARS);
    }
}
