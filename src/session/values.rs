//! The application's own values in a session, as JSON texts by name.

use std::collections::BTreeMap;

pub(super) type Values = BTreeMap<String, String>;

/// A three-way merge by name: what the request changed since `base` is as it has it, the rest as the others have it.
pub(super) fn merged(base: &Values, own: &Values, others: &Values) -> Values {
    let names = own.keys().chain(others.keys());
    names
        .filter_map(|name| {
            let chosen = if own.get(name) == base.get(name) { others.get(name) } else { own.get(name) };
            chosen.map(|value| (name.clone(), value.clone()))
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_merge_keeps_what_either_side_changed() {
        let values = |text: &str| -> Values {
            text.split_whitespace()
                .map(|pair| pair.split_once('=').unwrap())
                .map(|(a, b)| (a.into(), b.into()))
                .collect()
        };
        for (base, own, others, expected) in [
            ("a=1 b=1", "a=2 b=1", "a=1 b=3", "a=2 b=3"),
            ("a=1", "", "a=1 b=1", "b=1"),
            ("a=1", "a=1", "", ""),
            ("a=1", "a=2", "", "a=2"),
            ("a=1", "a=2", "a=3", "a=2"),
            ("", "a=1", "b=1", "a=1 b=1"),
        ] {
            assert_eq!(
                merged(&values(base), &values(own), &values(others)),
                values(expected),
                "{base:?} {own:?} {others:?}"
            );
        }
    }
}
