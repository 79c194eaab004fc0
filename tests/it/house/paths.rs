//! The paths in a source file: a small tokenizer, and the trees of `use`. That is as much Rust as the house tests need.

#[derive(Clone, Debug, PartialEq, Eq)]
enum Token {
    Word(String),
    /// `::`
    Separator,
    Other(char),
}

/// Returns the words of the code, without those of comments and literals.
pub fn words(source: &str) -> Vec<String> {
    let word = |token| if let Token::Word(word) = token { Some(word) } else { None };
    tokens(source).into_iter().filter_map(word).collect()
}

/// Returns the target of each path that begins with `crate`, `self` or `super`, relative to the crate's root. `module`
/// is the path of the file's own module.
pub fn paths(module: &[&str], source: &str) -> Vec<Vec<String>> {
    let tokens = tokens(source);
    let mut module: Vec<_> = module.iter().map(|&name| name.to_owned()).collect();
    // For each open brace: whether a module began with it.
    let mut braces = Vec::new();
    let mut found = Vec::new();
    for (at, token) in tokens.iter().enumerate() {
        let before = &tokens[at.saturating_sub(2)..at];
        match token {
            Token::Other('{') => {
                let name = match before {
                    [Token::Word(keyword), Token::Word(name)] if keyword == "mod" => Some(name.clone()),
                    _ => None,
                };
                braces.push(name.is_some());
                module.extend(name);
            }
            Token::Other('}') if braces.pop() == Some(true) => drop(module.pop()),
            Token::Word(word) if is_keyword(word) && before.last() != Some(&Token::Separator) => {
                let mut written = Vec::new();
                tree(&tokens, at, &[], &mut written);
                found.extend(written.iter().filter_map(|path| resolve(&module, path)));
            }
            _ => {}
        }
    }
    found
}

/// Reads the path or the tree of paths that begins at a token, and returns where it ends.
fn tree(tokens: &[Token], mut at: usize, prefix: &[String], found: &mut Vec<Vec<String>>) -> usize {
    let mut path = prefix.to_vec();
    while let Some(Token::Word(name)) = tokens.get(at) {
        path.push(name.clone());
        at += 1;
        if tokens.get(at) != Some(&Token::Separator) {
            found.push(path);
            return at;
        }
        at += 1;
    }
    if tokens.get(at) != Some(&Token::Other('{')) {
        // A glob, or generic arguments.
        found.push(path);
        return at;
    }
    at += 1;
    while tokens.get(at).is_some_and(|token| *token != Token::Other('}')) {
        at = tree(tokens, at, &path, found);
        // An alias, up to the next path of the list.
        while tokens.get(at).is_some_and(|token| ![Token::Other(','), Token::Other('}')].contains(token)) {
            at += 1;
        }
        at += usize::from(tokens.get(at) == Some(&Token::Other(',')));
    }
    at + 1
}

/// Resolves a path against a module. A keyword alone is no path: `pub(super)`, `&self`.
fn resolve(module: &[String], path: &[String]) -> Option<Vec<String>> {
    let mut base = module.to_vec();
    let mut names = path.iter().peekable();
    while let Some(keyword) = names.next_if(|name| is_keyword(name)) {
        match keyword.as_str() {
            "crate" => base.clear(),
            "super" => drop(base.pop()),
            _ => {}
        }
    }
    names.peek()?;
    // `use a::{self, b}` names `a`.
    base.extend(names.filter(|name| *name != "self").cloned());
    Some(base)
}

fn tokens(source: &str) -> Vec<Token> {
    let mut rest = source;
    let mut tokens = Vec::new();
    while let Some(first) = rest.chars().next() {
        let length = match first {
            '/' if rest.starts_with("//") => rest.find('\n').unwrap_or(rest.len()),
            '/' if rest.starts_with("/*") => block_comment(rest),
            '"' => string(rest),
            '\'' => quote(rest),
            _ if is_of_word(first) => word(rest, &mut tokens),
            ':' if rest.starts_with("::") => {
                tokens.push(Token::Separator);
                2
            }
            _ => {
                if !first.is_whitespace() {
                    tokens.push(Token::Other(first));
                }
                first.len_utf8()
            }
        };
        rest = &rest[length..];
    }
    tokens
}

fn is_keyword(word: &str) -> bool {
    ["crate", "self", "super"].contains(&word)
}

fn is_of_word(character: char) -> bool {
    character.is_alphanumeric() || character == '_'
}

/// Reads a word, or a literal that begins like one (`b"…"`, `r#"…"#`, `b'…'`), and returns its length.
fn word(text: &str, tokens: &mut Vec<Token>) -> usize {
    let length = text.find(|character| !is_of_word(character)).unwrap_or(text.len());
    let (word, rest) = text.split_at(length);
    let hashes = rest.len() - rest.trim_start_matches('#').len();
    match word {
        "b" | "c" if rest.starts_with('"') => length + string(rest),
        "b" if rest.starts_with('\'') => length + quote(rest),
        "r" | "br" | "cr" if rest[hashes..].starts_with('"') => {
            let (begin, end) = (length + hashes + 1, format!("\"{}", "#".repeat(hashes)));
            text[begin..].find(&end).map_or(text.len(), |at| begin + at + end.len())
        }
        _ => {
            tokens.push(Token::Word(word.to_owned()));
            length
        }
    }
}

/// Returns the length of a string literal.
fn string(text: &str) -> usize {
    let mut characters = text.char_indices().skip(1);
    while let Some((at, character)) = characters.next() {
        match character {
            '\\' => drop(characters.next()),
            '"' => return at + 1,
            _ => {}
        }
    }
    text.len()
}

/// Returns the length of a character literal, or of a lifetime's quote.
fn quote(text: &str) -> usize {
    let mut characters = text.char_indices().skip(1);
    match (characters.next(), characters.next()) {
        (Some((_, '\\')), Some((at, escaped))) => {
            let begin = at + escaped.len_utf8();
            text[begin..].find('\'').map_or(text.len(), |end| begin + end + 1)
        }
        (Some(_), Some((at, '\''))) => at + 1,
        _ => 1,
    }
}

/// Returns the length of a block comment. They nest.
fn block_comment(text: &str) -> usize {
    let (mut depth, mut at) = (0, 0);
    while at < text.len() {
        match &text.as_bytes()[at..] {
            [b'/', b'*', ..] => (depth, at) = (depth + 1, at + 2),
            [b'*', b'/', ..] => (depth, at) = (depth - 1, at + 2),
            _ => at += 1,
        }
        if depth == 0 {
            return at;
        }
    }
    text.len()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(source: &str) -> Vec<String> {
        let mut found: Vec<_> = paths(&["web", "sign_in"], source).iter().map(|path| path.join("::")).collect();
        found.sort();
        found
    }

    #[test]
    fn a_use_has_as_many_paths_as_its_tree_has_leaves() {
        assert_eq!(found("use crate::session::Store;"), ["session::Store"]);
        assert_eq!(found("use crate::{metrics, spans as s};"), ["metrics", "spans"]);
        let nested = "pub(crate) use crate::{
            demo::{self, faults::{Faults, apply as applied}, *}, // a comment, with a brace }
            clock::Clock,
        };
        fn f(_: crate::tls::T) {}";
        let paths = ["clock::Clock", "demo", "demo", "demo::faults::Faults", "demo::faults::apply", "tls::T"];
        assert_eq!(found(nested), paths);
        assert_eq!(found("use {crate::a::*, std::fmt, crate::b};"), ["a", "b"]);
    }

    #[test]
    fn paths_in_expressions_and_types_count() {
        let source = "#[crate::a::attribute] fn f<T: crate::b::B<crate::c::C>>(&self) -> Self { crate::d::new::<T>() }";
        assert_eq!(found(source), ["a::attribute", "b::B", "c::C", "d::new"]);
        assert_eq!(found("macro_rules! m { () => { $crate::e::f!(self.x, pub(super)) } }"), ["e::f"]);
    }

    #[test]
    fn super_leads_out_of_the_module_that_it_is_in() {
        assert_eq!(found("use super::{views, pages::Page};"), ["web::pages::Page", "web::views"]);
        assert_eq!(found("use super::super::session; use self::a::b;"), ["session", "web::sign_in::a::b"]);
        let inline = "mod tests { use super::*; fn f() { super::super::g() } } use super::h;";
        assert_eq!(found(inline), ["web::g", "web::h"]);
        assert_eq!(found("mod tests { mod deeper { use super::super::x; } }"), ["web::sign_in::x"]);
    }

    #[test]
    fn comments_and_literals_have_no_paths() {
        let source = r##"
            /// [`crate::a`] /* crate::b
            /* crate::c /* crate::d */ crate::e */
            const T: (&str, &str, &[u8], char, u8) = ("crate::f \" crate::g", r#"crate::h "quoted" "#, b"crate::i", '"', b'\'');
            fn f<'a>(_: &'a str, _: char) -> char { '\u{7b}' }
            use crate::j;
        "##;
        assert_eq!(found(source), ["j"]);
        assert!(words(source).iter().all(|word| word.len() < 2 || !word.starts_with("quoted")));
    }
}
