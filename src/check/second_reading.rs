//! The provider's documents, read a second time by openidconnect: another implementation, and a stricter one. What it doesn't
//! accept is no problem here, but other clients of this provider may have one.

use openidconnect::core::{CoreJsonWebKeySet, CoreProviderMetadata};
use serde::de::DeserializeOwned;

use crate::oidc::excerpt::excerpt;

/// Returns what is wrong with a discovery document (OpenID Connect Discovery section 3).
pub(super) fn of_metadata(document: &[u8]) -> Option<String> {
    problem::<CoreProviderMetadata>(document)
}

/// Returns what is wrong with a key set (RFC 7517 section 5).
pub(super) fn of_keys(document: &[u8]) -> Option<String> {
    problem::<CoreJsonWebKeySet>(document)
}

fn problem<T: DeserializeOwned>(document: &[u8]) -> Option<String> {
    serde_json::from_slice::<T>(document).err().map(excerpt)
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;

    #[test]
    fn what_the_specification_requires_is_missed() {
        let mut document = json!({
            "issuer": "https://op.example", "authorization_endpoint": "https://op.example/authorize",
            "token_endpoint": "https://op.example/token", "jwks_uri": "https://op.example/keys",
            "response_types_supported": ["code"], "subject_types_supported": ["public"],
            "id_token_signing_alg_values_supported": ["RS256"],
        });
        let problem = |document: &Value| of_metadata(document.to_string().as_bytes());
        assert_eq!(problem(&document), None);
        document.as_object_mut().unwrap().remove("subject_types_supported");
        assert!(problem(&document).unwrap().contains("subject_types_supported"));
        assert_eq!(of_keys(br#"{"keys": []}"#), None);
        assert!(of_keys(b"{}").unwrap().contains("keys"));
    }
}
