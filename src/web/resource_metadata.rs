//! Protected resource metadata: RFC 9728.

use actix_web::HttpResponse;
use actix_web::http::header::{ACCESS_CONTROL_ALLOW_ORIGIN, CACHE_CONTROL};
use actix_web::web::{Data, ServiceConfig, get};
use serde_json::json;

use crate::flows::IdentityWeb;

/// Says that the metadata is published, so that challenges name it.
pub(super) struct Published;

impl IdentityWeb {
    /// Returns the routes of an API: its metadata (RFC 9728), at `/.well-known/oauth-protected-resource`, followed by the path
    /// of `api.resource` if it has one. Configure them at the root of the application. [`crate::Bearer`] and its siblings then
    /// name the metadata in their challenges, so that clients find the identity provider. An application that is only an API
    /// needs no other routes, and no sessions.
    ///
    /// ```no_run
    /// use actix_web::{App, web};
    /// use identity_web::{IdentityWeb, RequireToken};
    ///
    /// # fn api(identity: &IdentityWeb) {
    /// let app = App::new()
    ///     .configure(identity.api_routes())
    ///     .service(web::scope("/tasks").wrap(RequireToken::scope("tasks.read")));
    /// # drop(app);
    /// # }
    /// ```
    pub fn api_routes(&self) -> impl FnOnce(&mut ServiceConfig) + use<> {
        let identity = self.clone();
        move |service| {
            let path = identity.services().api.settings.metadata_path();
            service.app_data(Data::new(identity)).app_data(Published).route(&path, get().to(metadata));
        }
    }
}

/// Returns the metadata (section 3.2). Programs in browsers may read it, on any site.
async fn metadata(identity: Data<IdentityWeb>) -> HttpResponse {
    let services = identity.services();
    let settings = &services.api.settings;
    let mut metadata = json!({
        "resource": settings.identifier(),
        "authorization_servers": [services.providers.default.provider.settings().identifier()],
        "bearer_methods_supported": ["header"],
    });
    if !settings.scopes.is_empty() {
        metadata["scopes_supported"] = json!(settings.scopes);
    }
    HttpResponse::Ok()
        .insert_header((CACHE_CONTROL, "public, max-age=3600"))
        .insert_header((ACCESS_CONTROL_ALLOW_ORIGIN, "*"))
        .json(metadata)
}
