//! `client.client_credential`: a secret, or a table with a certificate and its key or with a federated token's file.

use super::providers::Table;
use super::reader::Reader;
use crate::oidc::certificate::ClientCertificate;
use crate::oidc::credential::Credential;
use crate::oidc::federated_token::FederatedToken;
use crate::oidc::provider::AuthorityKind;

/// The paths of the credential's keys.
struct Paths {
    secret: String,
    private_key: String,
    certificate: String,
    federated_token_file: String,
}

impl Paths {
    fn of(table: Table<'_>) -> Self {
        let member = |name: &str| table.key("client", &format!("client_credential{name}"));
        Self {
            secret: member(""),
            private_key: member(".private_key"),
            certificate: member(".certificate"),
            federated_token_file: member(".federated_token_file"),
        }
    }
}

/// The value that stands for the file that Azure's workload identity sets in the environment.
const AZURE: &str = "azure";

/// Reads the credential, and whether one is set at all. If it can't be used, the reader has the problem.
pub(super) fn credential(reader: &mut Reader, table: Table<'_>) -> (bool, Option<Credential>) {
    let paths = Paths::of(table);
    let mut given = |path: &str| reader.is_given(path) | reader.is_given(&format!("{path}_file"));
    let (secret, key, certificate) = (given(&paths.secret), given(&paths.private_key), given(&paths.certificate));
    let token = reader.is_given(&paths.federated_token_file);
    if u8::from(secret) + u8::from(key || certificate) + u8::from(token) > 1 {
        let message = "is set more than once: choose a secret, private_key with certificate, or federated_token_file";
        reader.problem(&paths.secret, message);
    }
    match (key, certificate) {
        (true, false) => reader.problem(&paths.certificate, "is unset, but private_key requires it"),
        (false, true) => reader.problem(&paths.private_key, "is unset, but certificate requires it"),
        _ => {}
    }
    let read = reader.secret(&paths.secret).map(Credential::Secret);
    let read = client_certificate(reader, &paths).map(Credential::Certificate).or(read);
    let read = federated_token(reader, &paths).map(Credential::FederatedToken).or(read);
    (secret || key || certificate || token, read)
}

fn client_certificate(reader: &mut Reader, paths: &Paths) -> Option<ClientCertificate> {
    let (private_key, certificate) = (reader.pem(&paths.private_key), reader.pem(&paths.certificate));
    let pair = ClientCertificate::new(private_key?, certificate?);
    pair.map_err(|error| reader.problem(error.culprit(&paths.private_key, &paths.certificate), error.to_string())).ok()
}

fn federated_token(reader: &mut Reader, paths: &Paths) -> Option<FederatedToken> {
    let path = &paths.federated_token_file;
    let mut file = reader.text(path)?;
    if file == AZURE {
        let Some(azure_file) = reader.azure("AZURE_FEDERATED_TOKEN_FILE") else {
            let message = "azure requires AZURE_FEDERATED_TOKEN_FILE in the environment; Azure's workload identity sets \
                           it for pods with the label azure.workload.identity/use: \"true\"";
            reader.problem(path, message);
            return None;
        };
        azure_file.clone_into(&mut file);
    }
    // The message doesn't repeat the value, which may be a token instead of a file name.
    let token = FederatedToken::from_file(file.into());
    token.map_err(|error| reader.problem(path, format!("is not a usable file: {error}"))).ok()
}

/// Returns the client ID and the authority. Only if `federated_token_file` is `azure` do they default to the environment:
/// a variable that the platform happens to set must not decide whom an application trusts.
pub(super) fn from_azure(
    reader: &mut Reader,
    table: Table<'_>,
    kind: AuthorityKind,
    client_id: Option<String>,
    authority: Option<String>,
) -> (Option<String>, Option<String>) {
    if reader.text(&Paths::of(table).federated_token_file).as_deref() != Some(AZURE) {
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
