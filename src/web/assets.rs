//! Static files, cached forever under a URL that changes with their content.

use std::collections::HashMap;
use std::path::{Path, PathBuf};

use actix_files::Files;
use actix_web::body::MessageBody;
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::http::header::{CACHE_CONTROL, HeaderValue};
use actix_web::middleware::{Next, from_fn};
use actix_web::web::{ServiceConfig, scope};
use actix_web::{Error as ActixError, Scope};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use ring::digest::{SHA256, digest};

const MOUNT: &str = "/static";
/// Files up to this size are read in the worker's thread: faster than to hand them to another.
const READ_AT_ONCE_BYTES: u64 = 64 * 1024;

/// The static files of a folder, with their hashes.
#[derive(Clone, Debug, Default)]
pub struct Assets {
    folder: PathBuf,
    versions: HashMap<String, String>,
}

impl Assets {
    /// Reads the folder; a missing one has no files.
    pub fn read(folder: &Path) -> Self {
        let mut versions = HashMap::new();
        for entry in std::fs::read_dir(folder).into_iter().flatten().flatten() {
            if let (Ok(name), Ok(content)) = (entry.file_name().into_string(), std::fs::read(entry.path())) {
                let hash = URL_SAFE_NO_PAD.encode(&digest(&SHA256, &content).as_ref()[..9]);
                versions.insert(name, hash);
            }
        }
        Self { folder: folder.to_owned(), versions }
    }

    /// Returns a file's URL, with the version that makes it cacheable forever.
    pub fn url(&self, name: &str) -> Option<String> {
        self.versions.get(name).map(|version| format!("{MOUNT}/{name}?v={version}"))
    }

    /// Serves the files under `/static`.
    pub fn routes(&self) -> impl FnOnce(&mut ServiceConfig) + use<> {
        let assets = self.clone();
        move |service| {
            service.service(assets.scope());
        }
    }

    fn scope(
        self,
    ) -> Scope<
        impl actix_web::dev::ServiceFactory<
            ServiceRequest,
            Config = (),
            Response = ServiceResponse<impl MessageBody>,
            Error = ActixError,
            InitError = (),
        >,
    > {
        let (folder, versions) = (self.folder, self.versions);
        scope(MOUNT)
            .wrap(from_fn(move |request: ServiceRequest, next: Next<_>| {
                let version = versions.get(request.path().trim_start_matches(MOUNT).trim_start_matches('/'));
                let current = version.is_some_and(|version| request.query_string() == format!("v={version}"));
                async move {
                    let mut answer: ServiceResponse<_> = next.call(request).await?;
                    let value = if current { "public, max-age=31536000, immutable" } else { "no-cache" };
                    answer.headers_mut().insert(CACHE_CONTROL, HeaderValue::from_static(value));
                    Ok::<_, ActixError>(answer)
                }
            }))
            .service(Files::new("", folder).use_last_modified(false).read_mode_threshold(READ_AT_ONCE_BYTES))
    }
}
