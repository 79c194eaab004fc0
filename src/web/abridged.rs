//! Text that others send, at a length that a log or a page can show.

use std::fmt::{self, Display, Write};

/// The longest text that is shown, in bytes. Microsoft Entra's error descriptions have about 500.
const MAX_BYTES: usize = 1000;

/// Displays a text up to a bound, then an ellipsis; control characters become spaces. The text is never held in full.
#[derive(Clone, Copy, Debug)]
pub struct Abridged<T>(pub T);

impl<T: Display> Display for Abridged<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut bounded = Bounded { f, left: MAX_BYTES, is_full: false };
        match write!(bounded, "{}", self.0) {
            Err(_) if bounded.is_full => f.write_char('…'),
            outcome => outcome,
        }
    }
}

/// Fails as soon as there is no room left, so that the rest isn't even formatted.
struct Bounded<'a, 'f> {
    f: &'a mut fmt::Formatter<'f>,
    left: usize,
    is_full: bool,
}

impl Write for Bounded<'_, '_> {
    fn write_str(&mut self, text: &str) -> fmt::Result {
        for c in text.chars() {
            self.is_full = c.len_utf8() > self.left;
            if self.is_full {
                return Err(fmt::Error);
            }
            self.left -= c.len_utf8();
            self.f.write_char(if c.is_control() { ' ' } else { c })?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_is_shown_up_to_a_bound_and_on_one_line() {
        assert_eq!(Abridged("refused:\r\n\u{1b}[31mé").to_string(), "refused:   [31mé");
        let fits = "x".repeat(MAX_BYTES);
        assert_eq!(Abridged(&fits).to_string(), fits);
        let long = format!("{}é and more", &fits[1..]);
        assert_eq!(Abridged(format_args!("{long}{long}")).to_string(), format!("{}…", &fits[1..]));
    }
}
