//! `client.client_credential`: a secret; or a table with a certificate and its key, or with a federated token's file.

use super::reader::Reader;
use crate::oidc::certificate::ClientCertificate;
use crate::oidc::credential::Credential;
use crate::oidc::federated_token::FederatedToken;
use crate::oidc::provider::AuthorityKind;

const SECRET: &str = "client.client_credential";
const PRIVATE_KEY: &str = "client.client_credential.private_key";
const CERTIFICATE: &str = "client.client_credential.certificate";
const FEDERATED_TOKEN_FILE: &str = "client.client_credential.federated_token_file";
/// The file that Azure's workload identity names in the environment.
const AZURE: &str = "azure";

/// The credential, and whether one is given at all: where it cannot be used, the reader knows why.
pub(super) fn credential(reader: &mut Reader) -> (bool, Option<Credential>) {
    let mut given = |path: &str| reader.is_given(path) | reader.is_given(&format!("{path}_file"));
    let (secret, key, certificate) = (given(SECRET), given(PRIVATE_KEY), given(CERTIFICATE));
    let token = reader.is_given(FEDERATED_TOKEN_FILE);
    if u8::from(secret) + u8::from(key || certificate) + u8::from(token) > 1 {
        let message = "is given more than once: choose a secret, private_key with certificate, or federated_token_file";
        reader.problem(SECRET, message);
    }
    match (key, certificate) {
        (true, false) => reader.problem(CERTIFICATE, "is unset, and the private key needs it"),
        (false, true) => reader.problem(PRIVATE_KEY, "is unset, and the certificate needs it"),
        _ => {}
    }
    let read = reader.secret(SECRET).map(Credential::Secret);
    let read = client_certificate(reader).map(Credential::Certificate).or(read);
    let read = federated_token(reader).map(Credential::FederatedToken).or(read);
    (secret || key || certificate || token, read)
}

fn client_certificate(reader: &mut Reader) -> Option<ClientCertificate> {
    let (private_key, certificate) = (reader.pem(PRIVATE_KEY), reader.pem(CERTIFICATE));
    let pair = ClientCertificate::new(private_key?, certificate?);
    pair.map_err(|error| reader.problem(error.culprit(PRIVATE_KEY, CERTIFICATE), error.to_string())).ok()
}

fn federated_token(reader: &mut Reader) -> Option<FederatedToken> {
    let mut file = reader.text(FEDERATED_TOKEN_FILE)?;
    if file == AZURE {
        let Some(named) = reader.azure("AZURE_FEDERATED_TOKEN_FILE") else {
            let message = "azure needs AZURE_FEDERATED_TOKEN_FILE in the environment, where Azure's workload identity \
                           puts it for pods with the label azure.workload.identity/use: \"true\"";
            reader.problem(FEDERATED_TOKEN_FILE, message);
            return None;
        };
        named.clone_into(&mut file);
    }
    // The value is not repeated: it may be a token that was put where its file's name should stand.
    let token = FederatedToken::from_file(file.into());
    token.map_err(|error| reader.problem(FEDERATED_TOKEN_FILE, format!("is no file that can be used: {error}"))).ok()
}

/// Client id and authority, by default from the environment where `federated_token_file` is `azure`, and only there: a
/// variable that some platform sets must not decide, unasked, whom an application trusts.
pub(super) fn from_azure(
    reader: &mut Reader,
    kind: AuthorityKind,
    client_id: Option<String>,
    authority: Option<String>,
) -> (Option<String>, Option<String>) {
    if reader.text(FEDERATED_TOKEN_FILE).as_deref() != Some(AZURE) {
        return (client_id, authority);
    }
    let client_id = client_id.or_else(|| reader.azure("AZURE_CLIENT_ID").map(str::to_owned));
    let host = reader.azure("AZURE_AUTHORITY_HOST").unwrap_or("https://login.microsoftonline.com");
    let tenant = reader.azure("AZURE_TENANT_ID").filter(|_| kind == AuthorityKind::SingleTenant);
    let authority = authority.or_else(|| tenant.map(|tenant| format!("{}/{tenant}", host.trim_end_matches('/'))));
    (client_id, authority)
}

#[cfg(test)]
mod tests;
