//! A static file in memory, as it is and packed.

use std::sync::OnceLock;

use actix_files::{HttpRange, file_extension_to_mime};
use actix_web::body::BoxBody;
use actix_web::http::header::{
    ACCEPT_RANGES, AcceptEncoding, CONTENT_ENCODING, CONTENT_RANGE, CONTENT_TYPE, ContentEncoding, ETAG, Encoding,
    EntityTag, Header as _, HeaderValue, IF_RANGE, IfMatch, IfNoneMatch, IfRange, InvalidHeaderValue, RANGE, VARY,
};
use actix_web::http::{Method, StatusCode};
use actix_web::web::Bytes;
use actix_web::{HttpMessage as _, HttpRequest, HttpResponse};

use super::super::built_in_files::ContentHash;
use super::pack::{PACKINGS, pack};

/// A file in memory. Responses follow the rules of actix-files for conditions and ranges (RFC 9110 sections 13 and 14).
pub(super) struct Asset {
    pub(super) version: String,
    pub(super) integrity: String,
    content_type: HeaderValue,
    content: Bytes,
    is_text: bool,
    /// What it is packed into, as far as that is smaller.
    packed: OnceLock<Vec<(ContentEncoding, Bytes)>>,
}

impl Asset {
    /// A file that isn't packed yet.
    ///
    /// # Errors
    /// Its type can't be in a header.
    pub(super) fn new(extension: &str, content: Vec<u8>) -> Result<Self, InvalidHeaderValue> {
        let media_type = file_extension_to_mime(extension);
        let is_text = media_type.type_() == "text" || media_type.suffix().is_some() || media_type.subtype() == "json";
        let charset = if media_type.type_() == "text" { "; charset=utf-8" } else { "" };
        let hash = ContentHash::of(&content);
        Ok(Self {
            version: hash.version(),
            integrity: hash.integrity(),
            content_type: HeaderValue::from_str(&format!("{media_type}{charset}"))?,
            content: content.into(),
            is_text,
            packed: OnceLock::new(),
        })
    }

    /// Packs the file. Only text is packed: everything else is already.
    pub(super) fn pack(&self) {
        let packings = PACKINGS.into_iter().filter(|_| self.is_text);
        let packed = packings.filter_map(|encoding| Some((encoding, pack(encoding, &self.content)?.into())));
        // It is called once.
        let _ = self.packed.set(packed.collect());
    }

    /// Responds to a GET or HEAD.
    pub(super) fn respond(&self, request: &HttpRequest) -> HttpResponse {
        let range = request.headers().get(RANGE).filter(|_| request.method() == Method::GET);
        // A range is one of the file, not of what it is packed into.
        let (encoding, content) = if range.is_some() { self.unpacked() } else { self.negotiated(request) };
        let etag = EntityTag::new_strong(format!("{}-{}", self.version, encoding.as_str()));
        let mut response = HttpResponse::new(StatusCode::OK);
        let headers = response.headers_mut();
        headers.insert(CONTENT_TYPE, self.content_type.clone());
        headers.insert(ACCEPT_RANGES, HeaderValue::from_static("bytes"));
        headers.insert(VARY, HeaderValue::from_static("Accept-Encoding"));
        if encoding != ContentEncoding::Identity {
            headers.insert(CONTENT_ENCODING, HeaderValue::from_static(encoding.as_str()));
        }
        if let Ok(etag) = HeaderValue::from_str(&etag.to_string()) {
            headers.insert(ETAG, etag);
        }
        if !is_expected(request, &etag) {
            *response.status_mut() = StatusCode::PRECONDITION_FAILED;
        } else if is_known(request, &etag) {
            *response.status_mut() = StatusCode::NOT_MODIFIED;
        } else if let Some(range) = range.filter(|_| is_same(request, &etag)) {
            return respond_with(range, content, response);
        } else {
            return response.set_body(BoxBody::new(content.clone()));
        }
        response
    }

    fn unpacked(&self) -> (ContentEncoding, &Bytes) {
        (ContentEncoding::Identity, &self.content)
    }

    /// Chooses what the client accepts; if that is nothing that there is, the file as it is.
    fn negotiated(&self, request: &HttpRequest) -> (ContentEncoding, &Bytes) {
        let packed = self.packed.get().map(Vec::as_slice).unwrap_or_default();
        let known = packed.iter().map(|(encoding, _)| *encoding).chain([ContentEncoding::Identity]);
        let known: Vec<_> = known.map(Encoding::Known).collect();
        let accepted = AcceptEncoding::parse(request).ok().and_then(|accepted| accepted.negotiate(known.iter()));
        let chosen = |(encoding, _): &&(ContentEncoding, Bytes)| accepted == Some(Encoding::Known(*encoding));
        packed.iter().find(chosen).map_or(self.unpacked(), |(encoding, packed)| (*encoding, packed))
    }
}

/// Responds with the first of the ranges (RFC 9110 section 14.2); a unit that isn't bytes is ignored.
fn respond_with(range: &HeaderValue, content: &Bytes, mut response: HttpResponse) -> HttpResponse {
    let size = content.len() as u64;
    let text = range.to_str().unwrap_or_default();
    if text.split_once('=').is_some_and(|(unit, _)| !unit.eq_ignore_ascii_case("bytes")) {
        return response.set_body(BoxBody::new(content.clone()));
    }
    let first = HttpRange::parse(text, size).ok().and_then(|ranges| ranges.first().copied());
    let part = first.and_then(|range| {
        let start = usize::try_from(range.start).ok()?;
        Some((range, content.slice(start..start + usize::try_from(range.length).ok()?)))
    });
    let (status, described) = match &part {
        Some((range, _)) => {
            let last = range.start + range.length - 1;
            (StatusCode::PARTIAL_CONTENT, format!("bytes {}-{last}/{size}", range.start))
        }
        None => (StatusCode::RANGE_NOT_SATISFIABLE, format!("bytes */{size}")),
    };
    *response.status_mut() = status;
    if let Ok(described) = HeaderValue::from_str(&described) {
        response.headers_mut().insert(CONTENT_RANGE, described);
    }
    match part {
        Some((_, part)) => response.set_body(BoxBody::new(part)),
        None => response,
    }
}

/// `If-Match`.
fn is_expected(request: &HttpRequest, etag: &EntityTag) -> bool {
    match request.get_header::<IfMatch>() {
        None | Some(IfMatch::Any) => true,
        Some(IfMatch::Items(tags)) => tags.iter().any(|tag| tag.strong_eq(etag)),
    }
}

/// `If-None-Match`.
fn is_known(request: &HttpRequest, etag: &EntityTag) -> bool {
    match request.get_header::<IfNoneMatch>() {
        None => false,
        Some(IfNoneMatch::Any) => true,
        Some(IfNoneMatch::Items(tags)) => tags.iter().any(|tag| tag.weak_eq(etag)),
    }
}

/// `If-Range`.
fn is_same(request: &HttpRequest, etag: &EntityTag) -> bool {
    match request.get_header::<IfRange>() {
        Some(IfRange::EntityTag(tag)) => tag.strong_eq(etag),
        Some(IfRange::Date(_)) => false,
        None => !request.headers().contains_key(IF_RANGE),
    }
}
