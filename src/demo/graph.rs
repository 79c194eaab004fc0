//! The part of Microsoft Graph that the application uses: `/v1.0/me`, its photo, and its groups.

use actix_web::http::StatusCode;
use actix_web::http::header::WWW_AUTHENTICATE;
use actix_web::web::{Data, Json, ServiceConfig, get, post};
use actix_web::{HttpRequest, HttpResponse};
use serde_json::{Value, json};

use super::endpoints::faults;
use super::people::group;
use super::{DemoState, Grant, lock, note};

const PHOTO: &[u8] = include_bytes!("photo.png");
/// The most groups in one request.
const GROUPS_AT_ONCE: usize = 20;

pub(super) fn routes(service: &mut ServiceConfig) {
    service
        .route("/v1.0/me", get().to(me))
        .route("/v1.0/me/photo/$value", get().to(photo))
        .route("/v1.0/me/checkMemberGroups", post().to(check_member_groups));
}

fn refused(status: StatusCode, code: &str, message: &str) -> HttpResponse {
    let inner = json!({"date": "2026-01-01T00:00:00", "request-id": "0a0a0a0a-1111-bbbb-2222-3c3c3c3c3c3c"});
    HttpResponse::build(status).json(json!({"error": {"code": code, "message": message, "innerError": inner}}))
}

/// Returns the grant of a request's access token, if that is for Graph and `User.Read`.
#[expect(clippy::result_large_err, reason = "the answer is what the caller sends")]
fn grant(state: &DemoState, request: &HttpRequest) -> Result<Grant, HttpResponse> {
    note(&mut lock(&state.graph_requests), request.path());
    let faults = faults(state);
    if let Some((status, body)) = faults.graph {
        let status = StatusCode::from_u16(status).unwrap_or_default();
        return Err(HttpResponse::build(status).insert_header(("retry-after", "3")).json(body));
    }
    let header = request.headers().get("authorization").and_then(|value| value.to_str().ok());
    let token = header.and_then(|value| value.strip_prefix("Bearer ")).unwrap_or_default();
    let Some(grant) = lock(&state.access_tokens).get(token, state.clock.now()).cloned() else {
        let challenge = r#"Bearer realm="", error="invalid_token""#;
        return Err(HttpResponse::Unauthorized().insert_header((WWW_AUTHENTICATE, challenge)).finish());
    };
    if let Some(wanted) = &faults.graph_challenge
        && !grant.claims.as_ref().is_some_and(|claims| claims.contains(wanted.trim_matches(['{', '}'])))
    {
        use base64::Engine as _;
        let claims = base64::engine::general_purpose::STANDARD.encode(wanted);
        let challenge = format!(r#"Bearer realm="", error="insufficient_claims", claims="{claims}""#);
        return Err(HttpResponse::Unauthorized().insert_header((WWW_AUTHENTICATE, challenge)).finish());
    }
    if !grant.scope.split(' ').any(|scope| scope == "User.Read") {
        let message = "Insufficient privileges to complete the operation.";
        return Err(refused(StatusCode::FORBIDDEN, "Authorization_RequestDenied", message));
    }
    Ok(grant)
}

async fn me(state: Data<DemoState>, request: HttpRequest) -> HttpResponse {
    match grant(&state, &request) {
        Ok(Grant { person, .. }) => HttpResponse::Ok().json(json!({
            "@odata.context": format!("{}/v1.0/$metadata#users/$entity", state.public_url),
            "id": person.object_id, "displayName": person.name, "givenName": person.given_name,
            "surname": person.family_name, "mail": person.username, "userPrincipalName": person.username,
            "jobTitle": person.role, "mobilePhone": null, "officeLocation": "18/2111", "preferredLanguage": "en-GB",
            "businessPhones": ["+1 425 555 0109"],
        })),
        Err(answer) => answer,
    }
}

/// Only Ada has a photo.
async fn photo(state: Data<DemoState>, request: HttpRequest) -> HttpResponse {
    match grant(&state, &request) {
        Ok(Grant { person, .. }) if person.id == "ada" => HttpResponse::Ok().content_type("image/png").body(PHOTO),
        Ok(_) => refused(StatusCode::NOT_FOUND, "ImageNotFound", "The photo wasn't found."),
        Err(answer) => answer,
    }
}

async fn check_member_groups(state: Data<DemoState>, request: HttpRequest, Json(body): Json<Value>) -> HttpResponse {
    let Grant { person, .. } = match grant(&state, &request) {
        Ok(grant) => grant,
        Err(answer) => return answer,
    };
    let Some(asked) = body["groupIds"].as_array().filter(|asked| (1..=GROUPS_AT_ONCE).contains(&asked.len())) else {
        return refused(StatusCode::BAD_REQUEST, "Request_BadRequest", "groupIds must be one to twenty ids.");
    };
    let groups: Vec<_> = (0..person.groups).map(group).collect();
    let member: Vec<_> = asked.iter().filter(|id| groups.iter().any(|group| *id == group)).collect();
    HttpResponse::Ok().json(json!({
        "@odata.context": format!("{}/v1.0/$metadata#Collection(Edm.String)", state.public_url), "value": member,
    }))
}
