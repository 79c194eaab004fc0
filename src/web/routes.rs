//! Every route of the public listener, on one screen.

use actix_web::body::MessageBody;
#[cfg(feature = "program")]
use actix_web::dev::HttpServiceFactory;
use actix_web::dev::{ServiceFactory, ServiceRequest, ServiceResponse};
use actix_web::guard::{Any, Get, Head};
use actix_web::middleware::from_fn;
use actix_web::web::{Data, ServiceConfig, get, post, resource, route, to};
use actix_web::{Error as ActixError, HttpResponse, Resource, Route};

use super::built_in_files::{self, SCRIPT_PATH, STYLESHEET_PATH};
use super::error::Error;
#[cfg(feature = "program")]
use super::{Sessions, call_graph, last_sign_in, pages, require::Require, site_files, token_details};
use super::{forward_auth, language, limits, own_sessions, provider_choice, provider_logout, sign_in, sign_out};
use crate::flows::IdentityWeb;

/// The routes of the library, which [`IdentityWeb::routes`] adds to any application.
pub(super) fn authentication(service: &mut ServiceConfig, identity: IdentityWeb) {
    let endpoints = identity.services().site.endpoints.clone();
    service.service(verify(&endpoints.prefix));
    let below = |path: &str| format!("{}{path}", endpoints.prefix);
    let counted = |path: &str| only(path).wrap(from_fn(limits::count));
    if identity.services().providers.profile.is_some() {
        service.service(counted(&endpoints.edit_profile).route(get().to(sign_in::edit_profile)));
    }
    let of_named = (!identity.services().providers.named.is_empty())
        .then(|| format!("{}/{{{}}}", endpoints.redirect, provider_choice::PATH_PARAMETER));
    for redirect_uri in [Some(endpoints.redirect.clone()), of_named].into_iter().flatten() {
        let callback = counted(&redirect_uri).route(get().to(sign_in::complete_by_query));
        service.service(callback.route(post().to(sign_in::complete_by_form)));
    }
    service
        .app_data(Data::new(identity))
        .service(counted(&endpoints.sign_in).route(get().to(sign_in::begin)))
        .service(counted(&endpoints.sign_out).route(get().to(sign_out::confirm)).route(post().to(sign_out::end)))
        .service(counted(&endpoints.post_sign_out).route(page().to(sign_out::landing)))
        .service(counted(&endpoints.front_channel_logout).route(get().to(provider_logout::front_channel)))
        .service(only(&endpoints.back_channel_logout).route(post().to(provider_logout::back_channel)))
        .service(only(&below(language::LANGUAGE_PATH)).route(post().to(language::choose)))
        .service(only(&below(STYLESHEET_PATH)).route(page().to(built_in_files::stylesheet)))
        .service(only(&below(SCRIPT_PATH)).route(page().to(built_in_files::script)));
}

/// The routes of the application's own site.
#[cfg(feature = "program")]
pub fn site(service: &mut ServiceConfig) {
    service
        .service(only("/").route(page().to(pages::home)))
        .service(only("/sign_in_status").route(page().to(pages::home)))
        .service(only("/token_details").route(page().to(token_details::page)))
        .service(only("/last_sign_in").route(page().to(last_sign_in::page)))
        .configure(sessions)
        .service(only("/call_graph").route(page().to(call_graph::page)))
        .service(only("/call_graph/photo").route(page().to(call_graph::photo)))
        .service(
            only("/.well-known/change-password")
                .wrap(from_fn(limits::count))
                .route(get().to(site_files::change_password)),
        )
        .service(only("/admin").wrap(Require::role("Admin")).route(page().to(pages::admin)))
        .default_service(to(async || Err::<HttpResponse, _>(Error::NotFound)));
}

/// The page of a user's own sessions, at `/sessions`. An application adds it next to [`IdentityWeb::routes`].
///
/// ```no_run
/// # fn routes(identity: identity_web::IdentityWeb, service: &mut actix_web::web::ServiceConfig) {
/// use identity_web::sessions_page;
///
/// service.configure(identity.routes()).configure(sessions_page);
/// # }
/// ```
pub fn sessions(service: &mut ServiceConfig) {
    service
        .service(only("/sessions").route(page().to(own_sessions::list)))
        .service(only("/sessions/end_all").route(post().to(own_sessions::end_all)))
        .service(only("/sessions/{id}/end").route(post().to(own_sessions::end)));
}

/// The route that proxies call for every request: it isn't counted, and reads no body. Envoy calls it with the method of that request.
fn verify(prefix: &str) -> Resource {
    resource(format!("{prefix}/verify")).to(forward_auth::verify)
}

/// The same with its own middleware, to stand before all others: it is found soonest there.
#[cfg(feature = "program")]
pub fn first(identity: &IdentityWeb, sessions: Sessions) -> impl HttpServiceFactory + use<> {
    let verify = verify(&identity.services().site.endpoints.prefix);
    verify.app_data(Data::new(identity.clone())).wrap(sessions)
}

/// A page that only reads: it responds to HEAD as to GET, without a body.
fn page() -> Route {
    route().guard(Any(Get()).or(Head()))
}

/// A resource that returns 405 for methods without a route, and refuses compressed bodies.
fn only(
    path: &str,
) -> Resource<
    impl ServiceFactory<
        ServiceRequest,
        Config = (),
        Response = ServiceResponse<impl MessageBody + use<>>,
        Error = ActixError,
        InitError = (),
    > + use<>,
> {
    let resource = resource(path).default_service(to(async || Err::<HttpResponse, _>(Error::MethodNotAllowed)));
    resource.wrap(from_fn(limits::refuse_compressed))
}
