//! Packs static files once, at start: so well that it would be too slow for a response.

use std::io::{Read as _, Write as _};

use actix_web::http::header::ContentEncoding;

/// What files are packed into, best first.
pub(super) const PACKINGS: [ContentEncoding; 3] =
    [ContentEncoding::Brotli, ContentEncoding::Zstd, ContentEncoding::Gzip];

/// The best but one: the best takes twice as long and saves a fiftieth.
const BROTLI_QUALITY: u32 = 10;
/// The window is 2 to the power of this: 64 KiB. A larger one takes more memory than our files are worth.
const BROTLI_WINDOW: u32 = 16;
const ZSTD_LEVEL: i32 = 19;

/// Returns the packed content; nothing if that isn't smaller.
pub(super) fn pack(encoding: ContentEncoding, content: &[u8]) -> Option<Vec<u8>> {
    let mut packed = Vec::new();
    match encoding {
        ContentEncoding::Brotli => {
            let mut reader = brotli::CompressorReader::new(content, 4096, BROTLI_QUALITY, BROTLI_WINDOW);
            reader.read_to_end(&mut packed).ok()?;
        }
        ContentEncoding::Zstd => packed = zstd::bulk::compress(content, ZSTD_LEVEL).ok()?,
        ContentEncoding::Gzip => {
            let mut writer = flate2::write::GzEncoder::new(packed, flate2::Compression::best());
            writer.write_all(content).ok()?;
            packed = writer.finish().ok()?;
        }
        _ => return None,
    }
    Some(packed).filter(|packed| packed.len() < content.len())
}
