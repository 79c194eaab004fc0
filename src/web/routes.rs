//! Every route of the public listener, on one screen.

use actix_web::guard::{Any, Get, Head};
use actix_web::web::{Data, PayloadConfig, ServiceConfig, get, post, resource, route, to};
use actix_web::{HttpResponse, Resource, Route};

use super::error::Error;
use super::guards::Require;
use super::proxies::TrustedProxies;
use super::{call_graph, forward_auth, pages, sign_in, sign_out};
use crate::flows::IdentityWeb;

/// The largest body that the callback reads.
const MAX_CALLBACK_BYTES: usize = 64 * 1024;

/// The name of the route that proxies ask, after `auth_endpoints.prefix`.
pub(super) const VERIFY: &str = "/verify";

/// The routes of the library, which [`IdentityWeb::routes`] adds to any application.
pub(super) fn authentication(service: &mut ServiceConfig, identity: IdentityWeb) {
    let endpoints = identity.services().endpoints.clone();
    let verify = format!("{}{VERIFY}", endpoints.prefix);
    if identity.services().profile.is_some() {
        service.service(only(&endpoints.edit_profile).route(get().to(sign_in::edit_profile)));
    }
    service
        .app_data(Data::new(TrustedProxies(identity.services().trusted_proxies.clone())))
        .app_data(Data::new(identity))
        .service(only(&endpoints.sign_in).route(get().to(sign_in::begin)))
        .service(
            only(&endpoints.redirect)
                .app_data(PayloadConfig::new(MAX_CALLBACK_BYTES))
                .route(get().to(sign_in::complete_by_query))
                .route(post().to(sign_in::complete_by_form)),
        )
        .service(only(&endpoints.sign_out).route(get().to(sign_out::confirm)).route(post().to(sign_out::end)))
        .service(only(&endpoints.post_sign_out).route(page().to(sign_out::landing)))
        // Envoy asks with the method of the request that it asks about.
        .service(resource(&verify).to(forward_auth::verify));
}

/// The routes of the application's own site.
pub fn site(service: &mut ServiceConfig) {
    service
        .service(only("/").route(page().to(pages::home)))
        .service(only("/sign_in_status").route(page().to(pages::home)))
        .service(only("/token_details").route(page().to(pages::token_details)))
        .service(only("/call_graph").route(page().to(call_graph::page)))
        .service(only("/call_graph/photo").route(page().to(call_graph::photo)))
        .service(only("/admin").wrap(Require::role("Admin")).route(page().to(pages::admin)))
        .default_service(to(async || Err::<HttpResponse, _>(Error::NotFound)));
}

/// A page that only reads: HEAD is answered as GET, without a body.
fn page() -> Route {
    route().guard(Any(Get()).or(Head()))
}

/// A resource that answers methods it has no route for with 405.
fn only(path: &str) -> Resource {
    resource(path).default_service(to(async || Err::<HttpResponse, _>(Error::MethodNotAllowed)))
}
