//! Runs Team Tasks. Its settings are in code; what differs between deployments is in the environment.

use std::env::var;

use actix_web::{App, HttpServer};
use identity_web::{Credential, IdentityWeb, Provider};
use team_tasks::TeamTasks;

#[actix_web::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let public_url = var("TASKS_URL")?;
    let staff =
        Provider::entra(var("TASKS_TENANT")?, var("TASKS_CLIENT_ID")?, Credential::secret_file("/run/secrets/staff"));
    let partners = Provider::oidc(
        var("PARTNERS_ISSUER")?,
        var("PARTNERS_CLIENT_ID")?,
        Credential::certificate_files("/run/secrets/partners.key", "/run/secrets/partners.pem"),
    );
    let builder = IdentityWeb::builder().redis(var("TASKS_REDIS")?).session_keys_file("/run/secrets/session-keys");
    let tasks = TeamTasks::new(builder, &public_url, staff, partners).await?;
    HttpServer::new(move || App::new().wrap(tasks.identity.sessions()).configure(tasks.routes()))
        .bind("0.0.0.0:8080")?
        .run()
        .await?;
    Ok(())
}
