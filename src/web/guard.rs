//! Middleware that admits a request or answers in its place.

use actix_web::dev::{ServiceRequest, ServiceResponse};

use super::error::Error;

/// Decides whether a request may reach a service. The orphan rule forbids [`actix_web::dev::Transform`] for every `Guard`:
/// [`guard!`] implements it for one.
pub(super) trait Guard: Clone + 'static {
    /// # Errors
    /// Why the request must not reach the service.
    async fn check(&self, request: &ServiceRequest) -> Result<(), Error>;

    /// Answers a request that must not reach the service.
    fn refuse(request: ServiceRequest, error: Error) -> ServiceResponse {
        request.error_response(error)
    }
}

/// Implements [`actix_web::dev::Transform`] for a [`Guard`].
macro_rules! guard {
    ($guard:ty) => {
        const _: () = {
            use std::future::{Ready, ready};
            use std::pin::Pin;
            use std::rc::Rc;

            use actix_web::Error;
            use actix_web::body::{EitherBody, MessageBody};
            use actix_web::dev::{Service, ServiceRequest, ServiceResponse, Transform, forward_ready};

            impl<S, B> Transform<S, ServiceRequest> for $guard
            where
                S: Service<ServiceRequest, Response = ServiceResponse<B>, Error = Error> + 'static,
                S::Future: 'static,
                B: MessageBody + 'static,
            {
                type Response = ServiceResponse<EitherBody<B>>;
                type Error = Error;
                type Transform = Guarded<S>;
                type InitError = ();
                type Future = Ready<Result<Self::Transform, ()>>;

                fn new_transform(&self, service: S) -> Self::Future {
                    ready(Ok(Guarded { service: Rc::new(service), guard: self.clone() }))
                }
            }

            pub struct Guarded<S> {
                service: Rc<S>,
                guard: $guard,
            }

            impl<S, B> Service<ServiceRequest> for Guarded<S>
            where
                S: Service<ServiceRequest, Response = ServiceResponse<B>, Error = Error> + 'static,
                S::Future: 'static,
                B: MessageBody + 'static,
            {
                type Response = ServiceResponse<EitherBody<B>>;
                type Error = Error;
                type Future = Pin<Box<dyn Future<Output = Result<Self::Response, Error>>>>;

                forward_ready!(service);

                fn call(&self, request: ServiceRequest) -> Self::Future {
                    let (service, guard) = (Rc::clone(&self.service), self.guard.clone());
                    Box::pin(async move {
                        match guard.check(&request).await {
                            Ok(()) => Ok(service.call(request).await?.map_into_left_body()),
                            Err(error) => Ok(<$guard>::refuse(request, error).map_into_right_body()),
                        }
                    })
                }
            }
        };
    };
}
pub(super) use guard;
