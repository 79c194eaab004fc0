//! Static files, cached forever under a URL that changes with their content.

mod asset;
mod pack;

use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use actix_files::Files;
use actix_web::Error as ActixError;
use actix_web::body::{BoxBody, MessageBody};
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::http::Method;
use actix_web::http::header::{CACHE_CONTROL, HeaderValue};
use actix_web::middleware::{Next, from_fn};
use actix_web::web::{ServiceConfig, scope};

use super::built_in_files;
use super::views::Accent;
use asset::Asset;

const MOUNT: &str = "/static";
const SCRIPT: &str = "site.js";
/// Files up to this size are held in memory.
const IN_MEMORY_BYTES: usize = 256 * 1024;

/// The static files of a folder. Those that aren't in memory are read by actix-files when they are asked for.
#[derive(Clone, Default)]
pub struct Assets {
    folder: PathBuf,
    in_memory: Arc<HashMap<String, Asset>>,
}

impl Assets {
    /// Reads the files, gives the stylesheet and the icon the accent, and packs them in a thread of its own; a missing folder
    /// has none.
    pub fn read(folder: &Path, accent: Option<Accent>) -> Self {
        let mut in_memory = HashMap::new();
        for entry in std::fs::read_dir(folder).into_iter().flatten().flatten() {
            let extension =
                entry.path().extension().and_then(|extension| extension.to_str()).unwrap_or_default().to_owned();
            if let (Ok(name), Ok(content)) = (entry.file_name().into_string(), std::fs::read(entry.path()))
                && !name.starts_with('.')
                && content.len() <= IN_MEMORY_BYTES
                && let Ok(asset) = Asset::new(&extension, built_in_files::with_accent(&name, content, accent))
            {
                in_memory.insert(name, asset);
            }
        }
        let in_memory = Arc::new(in_memory);
        let read = Arc::clone(&in_memory);
        std::thread::spawn(move || read.values().for_each(Asset::pack));
        Self { folder: folder.to_owned(), in_memory }
    }

    /// Returns a file's URL, with the version that makes it cacheable forever.
    pub fn url(&self, name: &str) -> Option<String> {
        self.in_memory.get(name).map(|asset| format!("{MOUNT}/{name}?v={}", asset.version))
    }

    /// Returns the value of a file's attribute `integrity`.
    pub fn integrity(&self, name: &str) -> Option<&str> {
        self.in_memory.get(name).map(|asset| asset.integrity.as_str())
    }

    /// Returns the sources of scripts, as Content Security Policy names them: only `site.js`, by its hash, unless the folder
    /// has scripts of your own.
    pub fn script_sources(&self) -> String {
        let is_script = |name: &&String| Path::new(name).extension().is_some_and(|extension| extension == "js");
        match self.integrity(SCRIPT) {
            Some(hash) if self.in_memory.keys().filter(is_script).count() == 1 => format!("'{hash}'"),
            _ => "'self'".to_owned(),
        }
    }

    /// Serves the files under `/static`.
    pub fn routes(&self) -> impl FnOnce(&mut ServiceConfig) + use<> {
        let assets = self.clone();
        move |service| {
            let files = Files::new("", assets.folder.clone()).use_last_modified(false);
            let serve = from_fn(move |request: ServiceRequest, next: Next<_>| assets.clone().serve(request, next));
            service.service(scope(MOUNT).wrap(serve).service(files));
        }
    }

    async fn serve<B: MessageBody + 'static>(
        self,
        request: ServiceRequest,
        next: Next<B>,
    ) -> Result<ServiceResponse<BoxBody>, ActixError> {
        let name = request.path().strip_prefix(MOUNT).and_then(|name| name.strip_prefix('/')).unwrap_or_default();
        let asset = self.in_memory.get(name);
        let is_current = asset.is_some_and(|asset| request.query_string().strip_prefix("v=") == Some(&asset.version));
        let is_read = matches!(*request.method(), Method::GET | Method::HEAD);
        let mut response = match asset.filter(|_| is_read) {
            Some(asset) => {
                let response = asset.respond(request.request());
                request.into_response(response)
            }
            None => next.call(request).await?.map_into_boxed_body(),
        };
        let value = if is_current { "public, max-age=31536000, immutable" } else { "no-cache" };
        response.headers_mut().insert(CACHE_CONTROL, HeaderValue::from_static(value));
        Ok(response)
    }
}

#[cfg(test)]
mod tests;
