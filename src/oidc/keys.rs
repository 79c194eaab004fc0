//! The provider's key set (RFC 7517 section 5).

use serde_json::{Map, Value};

use super::json;
use super::jws::Algorithm;
use super::public_key::PublicKey;

/// The most keys that a set may have. Real ones have fewer than ten.
const MAX_KEYS: usize = 100;

/// The provider's published keys that can verify signatures.
#[derive(Debug, Default)]
pub struct KeySet {
    keys: Vec<Key>,
}

/// A public key that verifies signatures.
#[derive(Debug)]
pub struct Key {
    /// `kid`.
    id: Option<String>,
    /// `alg`: the only algorithm that it may be used with.
    algorithm: Option<String>,
    pub(super) public: PublicKey,
    /// The issuer it may sign for, if the set says so (Entra: a URL, or a template with `{tenantid}`).
    pub issuer: Option<String>,
}

impl KeySet {
    /// Parses a key set. Keys that cannot be used for signatures are left out: those of unknown type or curve, for
    /// encryption, or weaker than RFC 7518 section 3.3 allows.
    ///
    /// # Errors
    /// What is wrong, if it is not a key set, or has more than 100 keys.
    pub fn parse(bytes: &[u8]) -> Result<Self, String> {
        let mut set = json::object(bytes).map_err(|error| format!("it is not JSON: {error}"))?;
        let Some(Value::Array(members)) = set.remove("keys") else {
            return Err("it has no array \"keys\"".to_owned());
        };
        if members.len() > MAX_KEYS {
            return Err(format!("it has {} keys, more than {MAX_KEYS}", members.len()));
        }
        Ok(Self { keys: members.into_iter().filter_map(Key::parse).collect() })
    }

    /// Returns the client's secret as the only key, for an HMAC (OpenID Connect Core section 10.1).
    pub fn of_client_secret(secret: &str) -> Self {
        let public = PublicKey::Secret(secret.as_bytes().to_vec());
        Self { keys: vec![Key { id: None, algorithm: None, public, issuer: None }] }
    }

    /// Returns how many keys it has.
    pub fn count(&self) -> usize {
        self.keys.len()
    }

    /// Returns the keys that may have made a signature with this algorithm and `kid`.
    pub fn candidates<'a>(&'a self, algorithm: Algorithm, kid: Option<&str>) -> impl Iterator<Item = &'a Key> {
        self.keys.iter().filter(move |key| {
            let names_match = match (kid, key.id.as_deref()) {
                (Some(wanted), Some(found)) => wanted == found,
                (Some(_), None) => algorithm.is_symmetric(),
                (None, _) => true,
            };
            names_match && key.fits(algorithm)
        })
    }
}

impl Key {
    /// Returns its `kid`, if it has one.
    pub fn id(&self) -> Option<&str> {
        self.id.as_deref()
    }

    fn parse(member: Value) -> Option<Self> {
        let Value::Object(mut fields) = member else { return None };
        let public = PublicKey::from_jwk(&fields).filter(PublicKey::is_strong)?;
        let for_signatures = text(&mut fields, "use")?.is_none_or(|usage| usage == "sig");
        let (id, algorithm) = (text(&mut fields, "kid")?, text(&mut fields, "alg")?);
        let issuer = fields.get("issuer").and_then(Value::as_str).map(str::to_owned);
        for_signatures.then_some(Self { id, algorithm, public, issuer })
    }

    fn fits(&self, algorithm: Algorithm) -> bool {
        self.algorithm.as_deref().is_none_or(|declared| declared == algorithm.name()) && self.public.fits(algorithm)
    }
}

/// Takes a member that must be a string, if it is there; `None` if it is something else.
#[expect(clippy::option_option, reason = "whether it is valid, and whether it is there")]
fn text(fields: &mut Map<String, Value>, name: &str) -> Option<Option<String>> {
    match fields.remove(name) {
        None | Some(Value::Null) => Some(None),
        Some(Value::String(text)) => Some(Some(text)),
        Some(_) => None,
    }
}

#[cfg(test)]
mod tests {
    use base64::Engine as _;
    use base64::engine::general_purpose::URL_SAFE_NO_PAD;

    use super::*;

    fn rsa(bytes: usize, exponent: &[u8], extra: &str) -> String {
        let modulus = URL_SAFE_NO_PAD.encode(vec![0xff; bytes]);
        format!(r#"{{"kty":"RSA","n":"{modulus}","e":"{}"{extra}}}"#, URL_SAFE_NO_PAD.encode(exponent))
    }

    fn usable(key: &str) -> usize {
        let set = KeySet::parse(format!(r#"{{"keys":[{key}]}}"#).as_bytes()).unwrap();
        set.candidates(Algorithm::RS256, None).count()
    }

    #[test]
    fn weak_and_unfit_keys_are_left_out() {
        assert_eq!(usable(&rsa(256, &[1, 0, 1], "")), 1);
        assert_eq!(usable(&rsa(64, &[1, 0, 1], "")), 0, "512 bits");
        assert_eq!(usable(&rsa(256, &[1], "")), 0, "exponent 1");
        assert_eq!(usable(&rsa(256, &[0, 1], "")), 0, "exponent 1 with a leading zero");
        assert_eq!(usable(&rsa(256, &[4], "")), 0, "an even exponent");
        assert_eq!(usable(&rsa(256, &[1, 0, 1], r#","use":"enc""#)), 0, "for encryption");
        assert_eq!(usable(&rsa(256, &[1, 0, 1], r#","alg":"RSA-OAEP""#)), 0, "for encryption, by alg");
        assert_eq!(usable(&rsa(256, &[1, 0, 1], r#","alg":"PS256""#)), 0, "another algorithm");
        assert_eq!(usable(&rsa(256, &[1, 0, 1], r#","use":"sig","alg":"RS256","kid":"k""#)), 1);
        assert_eq!(usable(&rsa(256, &[1, 0, 1], r#","use":7"#)), 0, "a use that is no string");
        assert_eq!(usable(&rsa(256, &[1, 0, 1], r#","kid":7"#)), 0, "a kid that is no string");
        assert_eq!(usable(r#"{"kty":"oct","k":"c2VjcmV0"}"#), 0, "a shared secret, published");
        assert_eq!(usable(r#"{"kty":"EC","crv":"P-256","x":"AA","y":"AA"}"#), 0, "another type of key");
        assert_eq!(usable("7"), 0);
    }

    #[test]
    fn a_document_that_is_no_key_set_is_refused() {
        let endless = format!(r#"{{"keys":[{}1]}}"#, "1,".repeat(10_000));
        for text in ["", "{}", r#"{"keys":{}}"#, r#"{"keys":[],"keys":[]}"#, endless.as_str()] {
            assert!(KeySet::parse(text.as_bytes()).is_err());
        }
    }
}
