//! Client authentication at the token endpoint: OpenID Connect Core section 9, RFC 7521 and RFC 7523.

use std::str::FromStr;
use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use oauth2::{AuthType, ClientSecret};
use ring::rand::{SecureRandom, SystemRandom};
use serde_json::json;
use thiserror::Error;

use super::authorization::{NoRandomness, random_text};
use super::certificate::{CertifiedKey, SigningError};
use super::credential::Credential;
use super::provider::Metadata;
use super::token::ClientSettings;
use crate::clock::Timestamp;

/// The type of a client assertion (RFC 7523 section 2.2).
pub const ASSERTION_TYPE: &str = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer";
/// The lifetime of a client assertion: long enough for clocks that differ. Entra accepts ten minutes at most.
const ASSERTION_LIFETIME: Duration = Duration::from_mins(5);

/// A client authentication method (`token_endpoint_auth_method`).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AuthenticationMethod {
    /// The secret in the `Authorization` header (RFC 6749 section 2.3.1).
    ClientSecretBasic,
    /// The secret in the request's body.
    ClientSecretPost,
    /// A signed assertion, for every credential but a secret.
    PrivateKeyJwt,
}

impl AuthenticationMethod {
    /// Chooses the method for a secret: the configured one, or the first of basic and post that the provider supports.
    ///
    /// If the provider supports neither, it is basic, which every provider must support (RFC 6749 section 2.3.1).
    pub fn choose(configured: Option<Self>, metadata: &Metadata) -> Self {
        configured.unwrap_or({
            if !metadata.supports("client_secret_basic") && metadata.supports("client_secret_post") {
                Self::ClientSecretPost
            } else {
                Self::ClientSecretBasic
            }
        })
    }
}

impl FromStr for AuthenticationMethod {
    type Err = ();

    fn from_str(name: &str) -> Result<Self, ()> {
        match name {
            "client_secret_basic" => Ok(Self::ClientSecretBasic),
            "client_secret_post" => Ok(Self::ClientSecretPost),
            "private_key_jwt" => Ok(Self::PrivateKeyJwt),
            _ => Err(()),
        }
    }
}

/// What authenticates a request to the token endpoint.
pub struct Authentication {
    /// Where the secret is sent.
    pub auth_type: AuthType,
    /// The secret, if that is the credential. Then there are no parameters.
    pub secret: Option<ClientSecret>,
    /// Parameters for the request's body.
    pub parameters: Vec<(&'static str, String)>,
}

/// Why a request cannot be authenticated.
#[derive(Clone, Copy, Debug, Error)]
pub enum AuthenticationError {
    /// The system provides no random numbers for the assertion's `jti`.
    #[error(transparent)]
    Randomness(#[from] NoRandomness),
    /// The assertion cannot be signed.
    #[error(transparent)]
    Signing(#[from] SigningError),
    /// The settings require an assertion, but the credential is a secret.
    #[error("private_key_jwt needs a certificate or a federated token")]
    NothingToSignWith,
}

impl ClientSettings {
    /// Authenticates one request to the token endpoint. Call it for each request: an assertion is used once.
    ///
    /// # Errors
    /// Every [`AuthenticationError`].
    pub fn authenticate(&self, metadata: &Metadata, now: Timestamp) -> Result<Authentication, AuthenticationError> {
        let assertion = match &self.credential {
            Credential::Secret(secret) => {
                let auth_type = match AuthenticationMethod::choose(self.authentication_method, metadata) {
                    AuthenticationMethod::ClientSecretBasic => AuthType::BasicAuth,
                    AuthenticationMethod::ClientSecretPost => AuthType::RequestBody,
                    AuthenticationMethod::PrivateKeyJwt => return Err(AuthenticationError::NothingToSignWith),
                };
                let secret = ClientSecret::new(secret.expose().to_string());
                return Ok(Authentication { auth_type, secret: Some(secret), parameters: Vec::new() });
            }
            Credential::Certificate(certificate) => {
                let audience = metadata.token_endpoint.as_str();
                assertion(&certificate.key(), &self.client_id, audience, &SystemRandom::new(), now)?
            }
            Credential::FederatedToken(token) => token.read().to_string(),
        };
        let parameters = vec![("client_assertion_type", ASSERTION_TYPE.to_owned()), ("client_assertion", assertion)];
        Ok(Authentication { auth_type: AuthType::RequestBody, secret: None, parameters })
    }
}

/// Makes a client assertion (RFC 7523 section 3) as Entra documents it ("certificate credentials").
fn assertion(
    key: &CertifiedKey,
    client_id: &str,
    audience: &str,
    random: &dyn SecureRandom,
    now: Timestamp,
) -> Result<String, AuthenticationError> {
    let header = json!({"alg": key.algorithm(), "typ": "JWT", "x5t#S256": key.thumbprint()});
    let claims = json!({
        "iss": client_id, "sub": client_id, "aud": audience, "jti": random_text(random)?,
        "iat": now, "nbf": now, "exp": now.plus(ASSERTION_LIFETIME),
    });
    let encode = |part: serde_json::Value| URL_SAFE_NO_PAD.encode(part.to_string());
    let input = format!("{}.{}", encode(header), encode(claims));
    let signature = URL_SAFE_NO_PAD.encode(key.sign(random, input.as_bytes())?);
    Ok(format!("{input}.{signature}"))
}

#[cfg(test)]
mod tests {
    use serde_json::{Map, Value};

    use super::*;
    use crate::oidc::certificate::tests::Openssl;
    use crate::oidc::federated_token::FederatedToken;
    use crate::oidc::json;
    use crate::oidc::jws::{Algorithm, Jws};
    use crate::oidc::keys::KeySet;
    use crate::oidc::secret::Secret;

    const NOW: Timestamp = Timestamp(1_800_000_000);

    fn metadata(methods: &Value) -> Metadata {
        let url = |path: &str| format!("https://op.example/{path}");
        serde_json::from_value(json!({
            "issuer": url(""), "authorization_endpoint": url("authorize"), "token_endpoint": url("token"),
            "jwks_uri": url("keys"), "token_endpoint_auth_methods_supported": methods,
        }))
        .unwrap()
    }

    fn client(credential: Credential, authentication_method: Option<AuthenticationMethod>) -> ClientSettings {
        let (client_id, algorithm) = ("the-client".to_owned(), Algorithm::RS256);
        ClientSettings { client_id, credential, authentication_method, algorithm, userinfo: false }
    }

    /// The client assertion that authenticates a request.
    fn assertion_of(credential: Credential) -> String {
        let authentication = client(credential, None).authenticate(&metadata(&json!([])), NOW).unwrap();
        assert!(matches!(authentication.auth_type, AuthType::RequestBody) && authentication.secret.is_none());
        let [(kind, urn), (name, assertion)] = authentication.parameters.try_into().unwrap();
        assert_eq!((kind, urn.as_str()), ("client_assertion_type", ASSERTION_TYPE));
        assert_eq!(name, "client_assertion");
        assertion
    }

    fn part(token: &str, which: usize) -> Vec<u8> {
        URL_SAFE_NO_PAD.decode(token.split('.').nth(which).unwrap()).unwrap()
    }

    fn object(token: &str, which: usize) -> Map<String, Value> {
        json::object(&part(token, which)).unwrap()
    }

    #[test]
    fn an_assertion_is_what_entra_documents_and_openssl_verifies_it() {
        let openssl = Openssl::new();
        openssl.certificate("app", "rsa:2048");
        let credential = Credential::Certificate(openssl.client_certificate("app"));
        let token = assertion_of(credential.clone());

        openssl.run("x509 -in app.crt -outform der -out app.der");
        let thumbprint = URL_SAFE_NO_PAD.encode(openssl.run("dgst -sha256 -binary app.der"));
        assert_eq!(Value::Object(object(&token, 0)), json!({"alg": "PS256", "typ": "JWT", "x5t#S256": thumbprint}));
        let mut claims = object(&token, 1);
        let jti = claims.remove("jti").unwrap();
        let expected = json!({
            "iss": "the-client", "sub": "the-client", "aud": "https://op.example/token",
            "iat": 1_800_000_000, "nbf": 1_800_000_000, "exp": 1_800_000_300,
        });
        assert_eq!(Value::Object(claims), expected);
        assert_ne!(object(&assertion_of(credential), 1).get("jti"), Some(&jti), "each is used once");

        openssl.run("x509 -in app.crt -pubkey -noout -out app.pub");
        openssl.write("signed", token.rsplit_once('.').unwrap().0);
        openssl.write("signature", part(&token, 2));
        let padding = "-sigopt rsa_padding_mode:pss -sigopt rsa_pss_saltlen:32";
        openssl.run(&format!("dgst -sha256 -verify app.pub {padding} -signature signature signed"));
    }

    #[test]
    fn a_key_of_p256_signs_with_es256() {
        let openssl = Openssl::new();
        openssl.certificate("app", "ec -pkeyopt ec_paramgen_curve:P-256");
        let token = assertion_of(Credential::Certificate(openssl.client_certificate("app")));
        assert_eq!(object(&token, 0)["alg"], "ES256");
        // The point is the end of the public key's DER.
        let der = openssl.run("pkey -in app.key -pubout -outform der");
        let [x, y] = [64, 32].map(|from| URL_SAFE_NO_PAD.encode(&der[der.len() - from..][..32]));
        let keys = json!({"keys": [{"kty": "EC", "crv": "P-256", "x": x, "y": y}]}).to_string();
        let keys = KeySet::parse(keys.as_bytes()).unwrap();
        Jws::parse(&token).unwrap().verify(Algorithm::ES256, &keys).unwrap();
    }

    #[test]
    fn a_federated_token_is_read_anew_for_each_request() {
        let folder = Openssl::new();
        let token = |exp: i64| {
            let encode = |text: String| URL_SAFE_NO_PAD.encode(text);
            format!("{}.{}.AAAA", encode(r#"{"alg":"RS256"}"#.to_owned()), encode(format!(r#"{{"exp":{exp}}}"#)))
        };
        folder.write("token", token(1));
        let federated = FederatedToken::from_file(folder.path("token")).unwrap();
        let credential = Credential::FederatedToken(federated);
        assert_eq!(assertion_of(credential.clone()), token(1));
        folder.write("token", token(2) + "\n");
        assert_eq!(assertion_of(credential.clone()), token(2));
        assert_eq!(credential.expires_at(), Some(Timestamp(2)));
        for broken in ["", "a", &token(3)[..30]] {
            folder.write("token", broken);
            assert_eq!(assertion_of(credential.clone()), token(2), "{broken:?}");
            assert!(credential.reload().is_err());
        }
        std::fs::remove_file(folder.path("token")).unwrap();
        assert_eq!(assertion_of(credential.clone()), token(2), "as it was last");
        assert!(!format!("{credential:?}").contains(&token(2)));
    }

    #[test]
    fn a_secret_is_sent_as_configured_or_as_the_provider_announces() {
        let (basic, post) = (AuthenticationMethod::ClientSecretBasic, AuthenticationMethod::ClientSecretPost);
        for (configured, announced, by_header) in [
            (None, json!(["client_secret_basic", "client_secret_post"]), true),
            (None, json!(["client_secret_post", "private_key_jwt"]), false),
            (None, json!(["private_key_jwt"]), true),
            (Some(post), json!(["client_secret_basic"]), false),
            (Some(basic), json!(["client_secret_post"]), true),
        ] {
            let client = client(Credential::Secret(Secret::new("s")), configured);
            let authentication = client.authenticate(&metadata(&announced), NOW).unwrap();
            let is_by_header = matches!(authentication.auth_type, AuthType::BasicAuth);
            assert_eq!(is_by_header, by_header, "{configured:?}, {announced}");
            assert!(authentication.secret.is_some() && authentication.parameters.is_empty());
        }
        let client = client(Credential::Secret(Secret::new("s")), Some(AuthenticationMethod::PrivateKeyJwt));
        assert!(client.authenticate(&metadata(&json!([])), NOW).is_err(), "a secret is never sent as an assertion");
    }
}
