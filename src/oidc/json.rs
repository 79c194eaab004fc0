//! JSON from the provider: duplicate member names and deep nesting are refused.
//!
//! RFC 7519 section 4 lets a reader take the last of two claims of one name. Two readers that differ in that see two
//! different tokens, so such a token is refused. What is accepted here is stored in session records, so its depth must
//! leave room below the limit of their reader (128).

use std::fmt;

use serde::de::{DeserializeSeed, Deserializer, Error, MapAccess, SeqAccess, Visitor};
use serde_json::{Map, Number, Value};

/// The deepest nesting of objects and arrays that is accepted, the outermost included.
pub const MAX_DEPTH: usize = 32;

/// Reads a JSON object.
///
/// # Errors
/// The text is not JSON or not an object, is nested deeper than [`MAX_DEPTH`], or has a member name twice in one object.
pub fn object(bytes: &[u8]) -> Result<Map<String, Value>, serde_json::Error> {
    let mut deserializer = serde_json::Deserializer::from_slice(bytes);
    let value = Strict { levels: MAX_DEPTH }.deserialize(&mut deserializer)?;
    deserializer.end()?;
    match value {
        Value::Object(members) => Ok(members),
        _ => Err(Error::custom("not a JSON object")),
    }
}

/// Reads a value with at most so many levels of objects and arrays.
#[derive(Clone, Copy)]
struct Strict {
    levels: usize,
}

impl Strict {
    /// Returns the reader of what is inside an object or array.
    fn inside<E: Error>(self) -> Result<Self, E> {
        let levels = self.levels.checked_sub(1).ok_or_else(|| E::custom("nested too deep"))?;
        Ok(Self { levels })
    }
}

impl<'de> DeserializeSeed<'de> for Strict {
    type Value = Value;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Value, D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Strict {
    type Value = Value;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a JSON value")
    }

    fn visit_unit<E: Error>(self) -> Result<Value, E> {
        Ok(Value::Null)
    }

    fn visit_bool<E: Error>(self, value: bool) -> Result<Value, E> {
        Ok(Value::Bool(value))
    }

    fn visit_i64<E: Error>(self, value: i64) -> Result<Value, E> {
        Ok(Value::from(value))
    }

    fn visit_u64<E: Error>(self, value: u64) -> Result<Value, E> {
        Ok(Value::from(value))
    }

    fn visit_f64<E: Error>(self, value: f64) -> Result<Value, E> {
        Number::from_f64(value).map(Value::Number).ok_or_else(|| E::custom("not a finite number"))
    }

    fn visit_str<E: Error>(self, value: &str) -> Result<Value, E> {
        Ok(Value::from(value))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut elements: A) -> Result<Value, A::Error> {
        let (inside, mut array) = (self.inside()?, Vec::new());
        while let Some(element) = elements.next_element_seed(inside)? {
            array.push(element);
        }
        Ok(Value::Array(array))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut members: A) -> Result<Value, A::Error> {
        let (inside, mut object) = (self.inside()?, Map::new());
        while let Some(name) = members.next_key::<String>()? {
            if object.insert(name, members.next_value_seed(inside)?).is_some() {
                return Err(A::Error::custom("a member name occurs twice"));
            }
        }
        Ok(Value::Object(object))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn duplicate_members_are_refused_at_every_depth() {
        for text in [r#"{"aud":"a","aud":"b"}"#, r#"{"a":[{"b":1,"b":2}]}"#] {
            assert!(object(text.as_bytes()).is_err(), "{text}");
        }
    }

    #[test]
    fn odd_documents_are_refused_and_never_panic() {
        let deep = "[".repeat(100_000);
        for text in ["", "[]", "1e400", r#"{"exp":1e400}"#, "{\"a\":\"\u{0}\"}", deep.as_str()] {
            assert!(object(text.as_bytes()).is_err());
        }
    }

    #[test]
    fn what_is_nested_too_deep_is_refused() {
        let nested = |open: &str, depth: usize, close: &str| {
            let inner = depth - 1;
            object(format!(r#"{{"a":{}1{}}}"#, open.repeat(inner), close.repeat(inner)).as_bytes())
        };
        for (open, close) in [("[", "]"), (r#"{"b":"#, "}")] {
            assert!(nested(open, MAX_DEPTH, close).is_ok());
            for depth in [MAX_DEPTH + 1, 125, 1000] {
                assert!(nested(open, depth, close).is_err(), "{depth}");
            }
        }
    }

    #[test]
    fn an_ordinary_object_reads_as_serde_json_reads_it() {
        let text = r#"{"a":[1,-1,1.5,null,true,"x"],"b":{"c":{}}}"#;
        assert_eq!(Value::Object(object(text.as_bytes()).unwrap()), serde_json::from_str::<Value>(text).unwrap());
    }
}
