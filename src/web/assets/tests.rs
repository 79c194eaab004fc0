use std::io::Read as _;

use actix_web::HttpResponse;
use actix_web::body::to_bytes;
use actix_web::test::TestRequest;

use super::asset::Asset;

const CONTENT: &str = "body { color: black; } body { color: black; } body { color: black; } body { color: black; }\n";

fn asset() -> Asset {
    let asset = Asset::new("css", CONTENT.into()).unwrap();
    asset.pack();
    asset
}

fn asked(asset: &Asset, headers: &[(&'static str, &str)]) -> HttpResponse {
    let request = headers.iter().fold(TestRequest::get(), |request, header| request.insert_header(*header));
    asset.respond(&request.to_http_request())
}

fn header(response: &HttpResponse, name: &str) -> String {
    response.headers().get(name).map(|value| value.to_str().unwrap().to_owned()).unwrap_or_default()
}

async fn body(response: HttpResponse) -> Vec<u8> {
    to_bytes(response.into_body()).await.unwrap().to_vec()
}

fn unpacked(encoding: &str, packed: &[u8]) -> String {
    let mut text = String::new();
    match encoding {
        "br" => brotli::Decompressor::new(packed, 4096).read_to_string(&mut text).map(drop).unwrap(),
        "zstd" => text = String::from_utf8(zstd::decode_all(packed).unwrap()).unwrap(),
        "gzip" => flate2::read::GzDecoder::new(packed).read_to_string(&mut text).map(drop).unwrap(),
        _ => text = String::from_utf8(packed.to_vec()).unwrap(),
    }
    text
}

#[actix_web::test]
async fn each_client_gets_what_it_accepts() {
    let asset = asset();
    for (accepted, expected) in [
        ("gzip, deflate, br, zstd", "br"),
        ("gzip, zstd", "zstd"),
        ("gzip", "gzip"),
        ("br;q=0, gzip;q=0.5", "gzip"),
        ("br;q=0.1, gzip", "gzip"),
        ("identity", ""),
        ("", ""),
        ("x-unknown, identity;q=0", ""),
    ] {
        let response = asked(&asset, &[("accept-encoding", accepted)]);
        assert_eq!(header(&response, "content-encoding"), expected, "{accepted}");
        assert_eq!(header(&response, "vary"), "Accept-Encoding");
        assert_eq!(header(&response, "content-type"), "text/css; charset=utf-8");
        let body = body(response).await;
        assert!(expected.is_empty() || body.len() < CONTENT.len(), "{accepted}");
        assert_eq!(unpacked(expected, &body), CONTENT, "{accepted}");
    }
    assert_eq!(header(&asked(&asset, &[]), "content-encoding"), "", "who names nothing");
    let picture = Asset::new("png", CONTENT.into()).unwrap();
    picture.pack();
    assert_eq!(header(&asked(&picture, &[("accept-encoding", "br")]), "content-encoding"), "", "packed already");
}

#[actix_web::test]
async fn conditions_are_those_of_the_packed_file() {
    let asset = asset();
    let (plain, packed) = (asked(&asset, &[]), asked(&asset, &[("accept-encoding", "br")]));
    let (plain, packed) = (header(&plain, "etag"), header(&packed, "etag"));
    assert_ne!(plain, packed);
    for (headers, expected) in [
        (&[("if-none-match", plain.as_str())][..], 304),
        (&[("if-none-match", &format!("\"x\", W/{plain}"))], 304),
        (&[("if-none-match", "*")], 304),
        (&[("if-none-match", &packed)], 200),
        (&[("if-none-match", &packed), ("accept-encoding", "br")], 304),
        (&[("if-match", "\"x\"")], 412),
        (&[("if-match", &plain)], 200),
    ] {
        let response = asked(&asset, headers);
        assert_eq!(response.status().as_u16(), expected, "{headers:?}");
        assert_eq!(body(response).await.is_empty(), expected != 200, "{headers:?}");
    }
}

#[actix_web::test]
async fn a_range_is_one_of_the_file_as_it_is() {
    let asset = asset();
    let (all, etag) = (CONTENT.len(), header(&asked(&asset, &[]), "etag"));
    let last = &CONTENT[all - 3..];
    for (headers, status, described, expected) in [
        (&[("range", "bytes=0-3")][..], 206, format!("bytes 0-3/{all}"), "body"),
        (&[("range", "bytes=0-3"), ("accept-encoding", "br")], 206, format!("bytes 0-3/{all}"), "body"),
        (&[("range", "bytes=-3")], 206, format!("bytes {}-{}/{all}", all - 3, all - 1), last),
        (&[("range", "bytes=5000-")], 416, format!("bytes */{all}"), ""),
        (&[("range", "bytes=x")], 416, format!("bytes */{all}"), ""),
        (&[("range", "lines=1-2")], 200, String::new(), CONTENT),
        (&[("range", "bytes=0-3"), ("if-range", &etag)], 206, format!("bytes 0-3/{all}"), "body"),
        (&[("range", "bytes=0-3"), ("if-range", "\"x\"")], 200, String::new(), CONTENT),
    ] {
        let response = asked(&asset, headers);
        assert_eq!(
            (response.status().as_u16(), header(&response, "content-range")),
            (status, described),
            "{headers:?}"
        );
        assert_eq!(header(&response, "content-encoding"), "", "{headers:?}");
        assert_eq!(unpacked("", &body(response).await), expected, "{headers:?}");
    }
}
