//! The `.pyc` file: sixteen bytes, then a marshalled code object (PEP 552).

use super::{ConstError, Graph, ReadError, VERSION, WriteError};
use crate::{CodeObject, Const};
use std::fmt;
use std::rc::Rc;

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

/// Why a file is not one of ours. The texts are those of `importlib._bootstrap_external`.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum PycError {
    /// `ImportError`, which tells importlib to compile the source.
    BadMagic(Vec<u8>),
    /// `EOFError`.
    TooShort,
    /// `ImportError`.
    BadFlags(u32),
    /// What the marshalled data is not.
    Data(ReadError),
    Code(ConstError),
}

impl PycError {
    /// The text; `name` is the `repr` of the module's name, or of the file's if that is what is loaded.
    pub fn message(&self, name: &str) -> String {
        match self {
            PycError::BadMagic(magic) => {
                let text = magic.escape_ascii().to_string().replace("\\'", "'").replace("\\\"", "\"");
                match text.contains('\'') {
                    true if !text.contains('"') => format!("bad magic number in {name}: b\"{text}\""),
                    _ => format!("bad magic number in {name}: b'{}'", text.replace('\'', "\\'")),
                }
            }
            PycError::TooShort => format!("reached EOF while reading pyc header of {name}"),
            PycError::BadFlags(flags) => format!("invalid flags {flags} in {name}"),
            PycError::Code(ConstError::NotCode) => format!("Non-code object in {name}"),
            PycError::Data(e) => e.to_string(),
            PycError::Code(e) => e.to_string(),
        }
    }
}

impl fmt::Display for PycError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message("'<bytecode>'"))
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
        if !file.starts_with(&MAGIC) {
            return Err(PycError::BadMagic(file[..file.len().min(4)].to_vec()));
        }
        let (head, rest) = file.split_at_checked(HEADER_SIZE).ok_or(PycError::TooShort)?;
        let word = |at: usize| u32::from_le_bytes([head[at], head[at + 1], head[at + 2], head[at + 3]]);
        let header = match word(4) {
            // 2 says to check a hash where there is none; importlib takes it for a time.
            0 | 2 => Header::Timestamp { mtime: word(8), size: word(12) },
            flags @ (1 | 3) => {
                Header::Hash { hash: std::array::from_fn(|i| head[8 + i]), check_source: flags & 2 != 0 }
            }
            flags => return Err(PycError::BadFlags(flags)),
        };
        Ok((header, rest))
    }
}

/// Reads a whole file as a graph, from which it can be written back as it was.
pub fn read(file: &[u8]) -> Result<(Header, Graph), PycError> {
    let (header, rest) = Header::read(file)?;
    let (graph, _) = Graph::read(rest).map_err(PycError::Data)?;
    Ok((header, graph))
}

/// Reads the code object of a file.
pub fn read_code(file: &[u8]) -> Result<(Header, Rc<CodeObject>), PycError> {
    let (header, graph) = read(file)?;
    Ok((header, graph.to_code().map_err(PycError::Code)?))
}

/// The bytes of a file with this code (`_code_to_timestamp_pyc`, `_code_to_hash_pyc`).
pub fn write(header: Header, code: &Rc<CodeObject>) -> Result<Vec<u8>, WriteError> {
    let mut file = header.to_bytes().to_vec();
    file.extend(Graph::from_const(&Const::Code(Rc::clone(code)))?.write(VERSION)?);
    Ok(file)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn headers_are_read_as_written() {
        let hash = *b"8 bytes.";
        for header in [
            Header::Timestamp { mtime: 0xFFFF_FFFE, size: 7 },
            Header::Hash { hash, check_source: false },
            Header::Hash { hash, check_source: true },
        ] {
            let mut file = header.to_bytes().to_vec();
            file.push(b'N');
            assert_eq!(Header::read(&file), Ok((header, b"N".as_slice())));
            assert_eq!(
                read_code(&file).map_err(|e| e.message("'m'")),
                Err("Non-code object in 'm'".to_owned())
            );
        }
    }

    #[test]
    fn refusals_are_importlibs() {
        let refusal = |file: &[u8]| Header::read(file).map_err(|e| e.message("\"it's\"")).unwrap_err();
        assert_eq!(refusal(b"ab"), "bad magic number in \"it's\": b'ab'");
        assert_eq!(refusal(b"a'\"\xFF"), "bad magic number in \"it's\": b'a\\'\"\\xff'");
        assert_eq!(refusal(b"a'\n"), "bad magic number in \"it's\": b\"a'\\n\"");
        assert_eq!(
            refusal(&[&MAGIC[..], b"\x04\0\0\0x"].concat()),
            "reached EOF while reading pyc header of \"it's\""
        );
        assert_eq!(refusal(&[&MAGIC[..], b"\x04\0\0\0hashhash"].concat()), "invalid flags 4 in \"it's\"");
    }
}
