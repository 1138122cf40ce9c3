//! A document without its signatures, read as a phone reads it.

use handspan_core::config::{Refusal, RefusalCode};
use handspan_core::remote::RemoteDocument;

/// UTF-8's, as some editors write it in front.
const BYTE_ORDER_MARK: &[u8] = "\u{feff}".as_bytes();

/// Reads a document. One that is refused for what nobody sees in an editor is refused with the word for it.
pub fn read(bytes: &[u8]) -> Result<(RemoteDocument, Vec<Refusal>), Refusal> {
    RemoteDocument::from_bytes(bytes).map_err(|refusal| {
        if refusal.code != RefusalCode::NotJson || !bytes.starts_with(BYTE_ORDER_MARK) {
            return refusal;
        }
        Refusal {
            message: "the document begins with a byte order mark (BOM), which JSON forbids (RFC 8259, section 8.1): save it as UTF-8 without one".to_owned(),
            ..refusal
        }
    })
}
