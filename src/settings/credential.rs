//! `client.client_credential`: a secret, or a table with a certificate and its key or with a federated token's file.

use super::reader::Reader;
use crate::oidc::certificate::ClientCertificate;
use crate::oidc::credential::Credential;
use crate::oidc::federated_token::FederatedToken;
use crate::oidc::provider::AuthorityKind;

const SECRET: &str = "client.client_credential";
const PRIVATE_KEY: &str = "client.client_credential.private_key";
const CERTIFICATE: &str = "client.client_credential.certificate";
const FEDERATED_TOKEN_FILE: &str = "client.client_credential.federated_token_file";
/// The value that stands for the file that Azure's workload identity sets in the environment.
const AZURE: &str = "azure";

/// Reads the credential, and whether one is set at all. If it can't be used, the reader has the problem.
pub(super) fn credential(reader: &mut Reader) -> (bool, Option<Credential>) {
    let mut given = |path: &str| reader.is_given(path) | reader.is_given(&format!("{path}_file"));
    let (secret, key, certificate) = (given(SECRET), given(PRIVATE_KEY), given(CERTIFICATE));
    let token = reader.is_given(FEDERATED_TOKEN_FILE);
    if u8::from(secret) + u8::from(key || certificate) + u8::from(token) > 1 {
        let message = "is set more than once: choose a secret, private_key with certificate, or federated_token_file";
        reader.problem(SECRET, message);
    }
    match (key, certificate) {
        (true, false) => reader.problem(CERTIFICATE, "is unset, but private_key requires it"),
        (false, true) => reader.problem(PRIVATE_KEY, "is unset, but certificate requires it"),
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
        let Some(azure_file) = reader.azure("AZURE_FEDERATED_TOKEN_FILE") else {
            let message = "azure requires AZURE_FEDERATED_TOKEN_FILE in the environment; Azure's workload identity sets \
                           it for pods with the label azure.workload.identity/use: \"true\"";
            reader.problem(FEDERATED_TOKEN_FILE, message);
            return None;
        };
        azure_file.clone_into(&mut file);
    }
    // The message doesn't repeat the value, which may be a token instead of a file name.
    let token = FederatedToken::from_file(file.into());
    token.map_err(|error| reader.problem(FEDERATED_TOKEN_FILE, format!("is not a usable file: {error}"))).ok()
}

/// Returns the client ID and the authority. Only if `federated_token_file` is `azure` do they default to the environment:
/// a variable that the platform happens to set must not decide whom an application trusts.
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
#[cfg(feature = "program")]
mod tests;
