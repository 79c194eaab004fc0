//! What surrounds every request of the public listener.

use std::rc::Rc;
use std::sync::Arc;

use actix_web::Error as ActixError;
use actix_web::body::{BoxBody, MessageBody};
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::middleware::Next;

use super::canonical_host::CanonicalHost;
use super::headers::SecurityHeaders;
use super::limits::LimitsSettings;
use super::proxies::TrustedProxies;
use super::requests;
use super::views::Views;

/// What surrounds every request: from the outside its log line, metric and span, the security headers, the pages of
/// errors, the limits on its size, and the host that it is for. One layer, because each costs as much as all of this.
pub struct Edge {
    /// Whose forwarded headers count.
    pub proxies: TrustedProxies,
    /// The headers of every response.
    pub headers: SecurityHeaders,
    /// The pages.
    pub views: Arc<Views>,
    /// How large a request may be.
    pub limits: LimitsSettings,
    /// The host that it is for.
    pub host: CanonicalHost,
}

impl Edge {
    /// Serves a request, for [`actix_web::middleware::from_fn`].
    ///
    /// # Errors
    /// Those of the inner service.
    pub async fn serve<B: MessageBody + 'static>(
        self: Rc<Self>,
        request: ServiceRequest,
        next: Next<B>,
    ) -> Result<ServiceResponse<BoxBody>, ActixError> {
        requests::watch(&self.proxies, request, async |request| {
            let response = match self.limits.check(&request) {
                Ok(()) => match self.host.redirect(&request, &self.proxies) {
                    Some(redirect) => request.into_response(redirect),
                    None => next.call(request).await?.map_into_boxed_body(),
                },
                Err(error) => request.error_response(error),
            };
            let mut response = self.views.render_every_error(response);
            self.headers.set(response.headers_mut());
            Ok(response)
        })
        .await
    }
}
