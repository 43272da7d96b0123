//! The bytes of the highlight cache. In: keys and results; out: bytes, and the way back. Reading
//! takes any bytes whatever and gives `None` rather than something doubtful.
//!
//! Layout: magic (8), engine tag (16), then entries, then a checksum over all before it (16).
//! An entry is a key (16), the length of its body (varint), and the body: the reason why the block
//! is plain (one byte, zero for none), then for each token `length << 4 | class` (varint), class
//! zero being plain text.

use std::sync::Arc;

use super::class;
use super::language::TABLE;
use super::scope_rules::RULES;
use super::tokens::Token;
use super::{Highlighted, PlainReason};

/// What entries are found by.
pub(super) type Key = [u8; 16];

pub(super) const CHECKSUM_LEN: usize = 16;
const MAGIC: &[u8; 8] = b"dp-hl\0\0\x01";
const HEADER_LEN: usize = MAGIC.len() + 16;

/// What the results depend on beside our own tables. A test compares it with `Cargo.lock`.
pub(super) const ENGINE: &[(&str, &str)] = &[
    ("syntect", "5.3.0"),
    ("two-face", "0.5.2+bat-0.26.1"),
    ("onig_sys", "69.9.3"),
];

/// The revision of our code between the engine and the tokens: raise it when that code changes what
/// comes out. The rules and the table of languages count by themselves.
const REVISION: u32 = 1;

/// An entry's body inside the bytes of an import.
#[derive(Clone)]
pub(super) struct Stored {
    bytes: Arc<[u8]>,
    start: usize,
    len: usize,
}

/// An import: its checksum, and its entries, not yet decoded.
type Import = ([u8; CHECKSUM_LEN], Vec<(Key, Stored)>);

/// Writes entries in the order given.
pub(super) fn write(entries: &[(Key, Arc<Highlighted>)]) -> Vec<u8> {
    let mut bytes = Vec::new();
    bytes.extend_from_slice(MAGIC);
    bytes.extend_from_slice(&engine_tag());
    let mut body = Vec::new();
    for (key, highlighted) in entries {
        body.clear();
        write_body(highlighted, &mut body);
        bytes.extend_from_slice(key);
        write_number(body.len() as u64, &mut bytes);
        bytes.extend_from_slice(&body);
    }
    let checksum = hash16(&bytes);
    bytes.extend_from_slice(&checksum);
    bytes
}

/// Reads what `write` wrote with the same engine; `None` for anything else.
pub(super) fn read(bytes: &[u8]) -> Option<Import> {
    let (content, checksum) = bytes.split_last_chunk::<CHECKSUM_LEN>()?;
    let header_fits =
        content.starts_with(MAGIC) && content.get(MAGIC.len()..HEADER_LEN)? == engine_tag();
    if !header_fits || hash16(content) != *checksum {
        return None;
    }
    let shared: Arc<[u8]> = content.into();
    let mut entries = Vec::new();
    let mut rest = &content[HEADER_LEN..];
    while !rest.is_empty() {
        let key = *rest.split_off(..16)?.first_chunk()?;
        let len = usize::try_from(read_number(&mut rest)?).ok()?;
        let start = content.len() - rest.len();
        rest.split_off(..len)?;
        entries.push((
            key,
            Stored {
                bytes: Arc::clone(&shared),
                start,
                len,
            },
        ));
    }
    Some((*checksum, entries))
}

impl Stored {
    /// The result that is stored here, if the bytes make one.
    pub(super) fn decode(&self) -> Option<Highlighted> {
        let (reason, mut rest) = self
            .bytes
            .get(self.start..)?
            .get(..self.len)?
            .split_first()?;
        let plain = match reason {
            0 => None,
            1 => Some(PlainReason::TooLong),
            3 => Some(PlainReason::EngineFailed),
            _ => return None,
        };
        let mut tokens = Vec::new();
        while !rest.is_empty() {
            let number = read_number(&mut rest)?;
            let len = u32::try_from(number >> 4).ok()?;
            let class = match (number & 15) as usize {
                0 => None,
                class => Some(*class::ALL.get(class - 1)?),
            };
            tokens.push(Token { len, class });
        }
        tokens.shrink_to_fit();
        Some(Highlighted { tokens, plain })
    }
}

fn write_body(highlighted: &Highlighted, out: &mut Vec<u8>) {
    out.push(match highlighted.plain {
        None => 0,
        Some(PlainReason::TooLong) => 1,
        Some(PlainReason::TooSlow) => 2,
        Some(PlainReason::EngineFailed) => 3,
    });
    for token in &highlighted.tokens {
        let class = token.class.map_or(0, |class| class as u64 + 1);
        write_number(u64::from(token.len) << 4 | class, out);
    }
}

/// Seven bits a byte, the lowest first, the top bit set on all but the last.
fn write_number(mut number: u64, out: &mut Vec<u8>) {
    while number >= 0x80 {
        out.push(number as u8 | 0x80);
        number >>= 7;
    }
    out.push(number as u8);
}

fn read_number(bytes: &mut &[u8]) -> Option<u64> {
    let mut number = 0;
    for shift in (0..63).step_by(7) {
        let byte = *bytes.split_off_first()?;
        number |= u64::from(byte & 0x7f) << shift;
        if byte < 0x80 {
            return Some(number);
        }
    }
    None
}

/// Stands for everything that the tokens of a block depend on, beside its language and code.
fn engine_tag() -> [u8; 16] {
    let mut text = format!("{REVISION}{ENGINE:?}{RULES:?}");
    for row in TABLE {
        text.push_str(row.grammar);
    }
    hash16(text.as_bytes())
}

fn hash16(bytes: &[u8]) -> [u8; 16] {
    let mut hash = [0; 16];
    blake3::Hasher::new()
        .update(bytes)
        .finalize_xof()
        .fill(&mut hash);
    hash
}
