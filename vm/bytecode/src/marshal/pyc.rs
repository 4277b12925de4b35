//! The `.pyc` file: sixteen bytes, then a marshalled code object (PEP 552).

use super::{Graph, ReadError};
use std::fmt;

/// The first four bytes of a file of Python 3.12 (`importlib.util.MAGIC_NUMBER`: 3531 and CR LF).
pub const MAGIC: [u8; 4] = [0xCB, 0x0D, 0x0D, 0x0A];

/// Length of the header.
pub const HEADER_SIZE: usize = 16;

/// By what a file is known to be that of its source.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Header {
    /// The source's modification time and size, both modulo 2^32.
    Timestamp { mtime: u32, size: u32 },
    /// The hash of the source (`_imp.source_hash`), and whether it is compared when the file is loaded.
    Hash { hash: [u8; 8], check_source: bool },
}

/// Why a file is not one of ours. The texts are those of `importlib._bootstrap_external`, without the name.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum PycError {
    BadMagic([u8; 4]),
    TooShort,
    BadFlags(u32),
    Data(ReadError),
}

impl fmt::Display for PycError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            PycError::BadMagic(_) => f.write_str("bad magic number"),
            PycError::TooShort => f.write_str("reached EOF while reading pyc header"),
            PycError::BadFlags(_) => f.write_str("invalid flags"),
            PycError::Data(e) => e.fmt(f),
        }
    }
}

impl std::error::Error for PycError {}

impl Header {
    pub fn to_bytes(self) -> [u8; HEADER_SIZE] {
        let mut out = [0; HEADER_SIZE];
        out[..4].copy_from_slice(&MAGIC);
        match self {
            Header::Timestamp { mtime, size } => {
                out[8..12].copy_from_slice(&mtime.to_le_bytes());
                out[12..].copy_from_slice(&size.to_le_bytes());
            }
            Header::Hash { hash, check_source } => {
                out[4] = 1 | u8::from(check_source) << 1;
                out[8..].copy_from_slice(&hash);
            }
        }
        out
    }

    /// Reads a header; also the bytes behind it (`_classify_pyc`).
    pub fn read(file: &[u8]) -> Result<(Header, &[u8]), PycError> {
        if file.len() < 4 || file[..4] != MAGIC {
            let mut magic = [0; 4];
            magic.iter_mut().zip(file).for_each(|(m, b)| *m = *b);
            return Err(PycError::BadMagic(magic));
        }
        let (head, rest) = file.split_at_checked(HEADER_SIZE).ok_or(PycError::TooShort)?;
        let word = |at: usize| u32::from_le_bytes([head[at], head[at + 1], head[at + 2], head[at + 3]]);
        let header = match word(4) {
            0 => Header::Timestamp { mtime: word(8), size: word(12) },
            flags @ (1 | 3) => {
                Header::Hash { hash: std::array::from_fn(|i| head[8 + i]), check_source: flags & 2 != 0 }
            }
            flags => return Err(PycError::BadFlags(flags)),
        };
        Ok((header, rest))
    }
}

/// Reads a whole file.
pub fn read(file: &[u8]) -> Result<(Header, Graph), PycError> {
    let (header, rest) = Header::read(file)?;
    let (graph, _) = Graph::read(rest).map_err(PycError::Data)?;
    Ok((header, graph))
}
