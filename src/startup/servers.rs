//! The listeners: the site's and the one for operations.

use std::net::{SocketAddr, TcpListener};
use std::path::{Path, PathBuf};
use std::rc::Rc;
use std::sync::Arc;
use std::time::Duration;

use actix_web::dev::{Server, ServiceRequest};
use actix_web::middleware::{Next, from_fn};
use actix_web::web::{Data, scope};
use actix_web::{App, HttpServer};
use metrics_exporter_prometheus::PrometheusHandle;

use super::{StartError, connections};
use crate::flows::IdentityWeb;
use crate::metrics;
use crate::settings::{Settings, TlsSettings};
use crate::tls;
use crate::web::assets::Assets;
use crate::web::canonical_host::CanonicalHost;
use crate::web::edge::Edge;
use crate::web::headers::{SecurityHeaders, SecurityPolicy};
use crate::web::limits::SignInBudget;
use crate::web::operations::Stopping;
use crate::web::proxies::TrustedProxies;
use crate::web::site_files::SiteFiles;
use crate::web::{operations, routes};
use connections::InProgress;

/// How long a connection without a request stays open.
const KEEP_ALIVE: Duration = Duration::from_secs(5);
const METRICS_KEPT_UP_EVERY: Duration = Duration::from_secs(1);

pub(super) fn listen(address: SocketAddr) -> Result<TcpListener, StartError> {
    TcpListener::bind(address).map_err(|cause| StartError::Listen { address, cause })
}

pub(super) fn public(identity: &IdentityWeb, settings: &Settings, listener: TcpListener) -> Result<Server, StartError> {
    let assets = Assets::read(&find_dir("static"), settings.site.accent);
    let views = identity.views().as_ref().clone();
    let views = match (&settings.site.templates, find_dir("templates")) {
        (None, folder) if folder.is_dir() => views.with_templates(folder)?,
        _ => views,
    };
    let authorities = identity.services().providers.all().map(|one| one.provider.settings().authority.as_str());
    let policy = SecurityPolicy::new(&assets.script_sources(), authorities, settings.site.logo.as_deref());
    let views = Arc::new(views.with_assets(&assets, settings.demo).with_form_policy(policy.of_forms()?));
    let files = SiteFiles::new(identity, &settings.site, &assets);
    let headers = SecurityHeaders::new(&settings.server.public_url, &policy)?;
    let proxies = TrustedProxies(identity.services().site.trusted_proxies.clone());
    let (limits, host) = (settings.limits, CanonicalHost::of(identity));
    let budget = Data::new(SignInBudget::new(limits.sign_in_requests_per_minute, proxies.clone()));

    let identity = identity.clone();
    let server = HttpServer::new(move || {
        let (headers, proxies, views) = (headers.clone(), proxies.clone(), Arc::clone(&views));
        let edge = Edge { proxies, headers, views: Arc::clone(&views), limits, host: host.clone() };
        let edge = Rc::new(edge);
        let sessions = identity.sessions().with_bound_views(Arc::clone(&views));
        App::new()
            .app_data(limits.form())
            .app_data(budget.clone())
            .wrap(from_fn(move |request: ServiceRequest, next: Next<_>| {
                let (edge, in_progress) = (Rc::clone(&edge), InProgress::begin(&request));
                async { Ok(in_progress.until_written(edge.serve(request, next).await?)) }
            }))
            .service(routes::first(&identity, sessions.clone()))
            .configure(assets.routes())
            .configure(files.routes())
            .service(scope("").wrap(sessions).configure(identity.routes()).configure(routes::site))
    })
    .workers(settings.server.workers.unwrap_or_else(cores))
    .shutdown_timeout(settings.server.shutdown_grace.as_secs())
    .disable_signals()
    .keep_alive(KEEP_ALIVE)
    .client_request_timeout(limits.request_timeout)
    .on_connect(move |stream, data| {
        connections::close_when_idle(stream, data, KEEP_ALIVE + limits.request_timeout);
    })
    .tcp_nodelay(true);
    let server = match &settings.tls {
        TlsSettings::Off => server.listen(listener)?,
        TlsSettings::AdHoc => server.listen_rustls_0_23(listener, tls::ad_hoc(&settings.server.public_url)?)?,
        TlsSettings::Files { certificate, private_key } => {
            server.listen_rustls_0_23(listener, tls::from_files(certificate, private_key)?)?
        }
    };
    Ok(server.run())
}

pub(super) fn operations(
    identity: &IdentityWeb,
    stopping: &Stopping,
    recorder: Option<PrometheusHandle>,
    listener: TcpListener,
) -> Result<Server, StartError> {
    let (identity, stopping) = (Data::new(identity.clone()), Data::new(stopping.clone()));
    if let Some(recorder) = recorder.clone() {
        actix_web::rt::spawn(keep_up(recorder));
    }
    let server = HttpServer::new(move || {
        let app = App::new().app_data(identity.clone()).app_data(stopping.clone()).configure(operations::routes);
        match &recorder {
            Some(recorder) => app.app_data(Data::new(recorder.clone())),
            None => app,
        }
    });
    Ok(server.workers(1).disable_signals().tcp_nodelay(true).listen(listener)?.run())
}

/// Records the process's own metrics, and sums up the histograms. Those keep every value until then: without bound, if
/// nothing scrapes the metrics. A scrape does neither, so it takes no longer than any other request.
async fn keep_up(recorder: PrometheusHandle) {
    loop {
        metrics::process();
        recorder.run_upkeep();
        actix_web::rt::time::sleep(METRICS_KEPT_UP_EVERY).await;
    }
}

fn cores() -> usize {
    std::thread::available_parallelism().map_or(2, std::num::NonZero::get)
}

/// Finds a folder of ours: in the working directory, next to the program, or where the program was built.
fn find_dir(folder: &str) -> PathBuf {
    let program = std::env::current_exe().ok().and_then(|program| program.parent().map(Path::to_owned));
    let places = [Some(PathBuf::from(".")), program, Some(PathBuf::from(env!("CARGO_MANIFEST_DIR")))];
    let found = places.into_iter().flatten().map(|place| place.join(folder)).find(|place| place.is_dir());
    found.unwrap_or_else(|| PathBuf::from(folder))
}
