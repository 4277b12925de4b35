//! The marks of the format and the errors both directions can meet.

use std::fmt;

/// The version written by default (`marshal.version`).
pub const VERSION: i32 = 4;

/// Nesting beyond which CPython refuses to read or write (`MAX_MARSHAL_STACK_DEPTH`).
pub const MAX_DEPTH: usize = 2000;

/// The bit of a type code that enters the object into the table of references.
pub const FLAG_REF: u8 = 0x80;

/// The first version that marks shared objects and keeps strings interned.
pub const FIRST_WITH_REFS: i32 = 3;
/// The first version with short strings and tuples, and strings declared ASCII.
pub const FIRST_WITH_SHORT: i32 = 4;
/// The first version that writes floats in binary.
pub const FIRST_WITH_BINARY_FLOATS: i32 = 2;

/// Type codes.
pub mod code {
    pub const NULL: u8 = b'0';
    pub const NONE: u8 = b'N';
    pub const FALSE: u8 = b'F';
    pub const TRUE: u8 = b'T';
    pub const STOPITERATION: u8 = b'S';
    pub const ELLIPSIS: u8 = b'.';
    pub const INT: u8 = b'i';
    /// Eight bytes; read, but no longer written.
    pub const INT64: u8 = b'I';
    pub const LONG: u8 = b'l';
    pub const FLOAT: u8 = b'f';
    pub const BINARY_FLOAT: u8 = b'g';
    pub const COMPLEX: u8 = b'x';
    pub const BINARY_COMPLEX: u8 = b'y';
    pub const STRING: u8 = b's';
    pub const INTERNED: u8 = b't';
    pub const UNICODE: u8 = b'u';
    pub const ASCII: u8 = b'a';
    pub const ASCII_INTERNED: u8 = b'A';
    pub const SHORT_ASCII: u8 = b'z';
    pub const SHORT_ASCII_INTERNED: u8 = b'Z';
    pub const REF: u8 = b'r';
    pub const TUPLE: u8 = b'(';
    pub const SMALL_TUPLE: u8 = b')';
    pub const LIST: u8 = b'[';
    pub const DICT: u8 = b'{';
    pub const CODE: u8 = b'c';
    pub const SET: u8 = b'<';
    pub const FROZENSET: u8 = b'>';
}

/// How a string is written.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct StrForm {
    pub interned: bool,
    pub width: StrWidth,
}

/// What a string's bytes are said to be.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum StrWidth {
    /// ASCII with a length in one byte. Bytes above ASCII are read as Latin-1.
    Short,
    /// ASCII with a length in four bytes, likewise.
    Ascii,
    /// UTF-8 in which surrogates may stand.
    Utf8,
}

/// Why bytes are not a marshalled value. The texts are CPython's.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum ReadError {
    /// Cut off inside a value.
    TooShort,
    /// Cut off where a one-byte length should be.
    NoByte,
    /// Cut off where a value should begin.
    NoObject,
    TooDeep,
    Bad(&'static str),
    /// The mark of no value where a value should be, in this container.
    Null(&'static str),
    /// A float written as text is none.
    Float(String),
    /// A string is not UTF-8.
    Utf8(Utf8Error),
}

/// The Python exception that an error is.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Exception {
    EOFError,
    ValueError,
    TypeError,
    SystemError,
    UnicodeDecodeError,
    ImportError,
}

impl ReadError {
    pub fn exception(&self) -> Exception {
        match self {
            ReadError::TooShort | ReadError::NoByte | ReadError::NoObject => Exception::EOFError,
            ReadError::TooDeep | ReadError::Bad(_) | ReadError::Float(_) => Exception::ValueError,
            ReadError::Null(_) => Exception::TypeError,
            ReadError::Utf8(_) => Exception::UnicodeDecodeError,
        }
    }
}

impl fmt::Display for ReadError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            ReadError::TooShort => f.write_str("marshal data too short"),
            ReadError::NoByte => f.write_str("EOF read where not expected"),
            ReadError::NoObject => f.write_str("EOF read where object expected"),
            ReadError::TooDeep => f.write_str("recursion limit exceeded"),
            ReadError::Bad(what) => write!(f, "bad marshal data ({what})"),
            ReadError::Null(what) => write!(f, "NULL object in marshal data for {what}"),
            ReadError::Float(text) => write!(f, "could not convert string to float: '{text}'"),
            ReadError::Utf8(e) => e.fmt(f),
        }
    }
}

impl std::error::Error for ReadError {}

/// Why a value cannot be written; both are `ValueError`.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum WriteError {
    TooDeep,
    /// Of a type the format does not have, or longer than it can say.
    Unmarshallable,
}

impl fmt::Display for WriteError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            WriteError::TooDeep => "object too deeply nested to marshal",
            WriteError::Unmarshallable => "unmarshallable object",
        })
    }
}

impl std::error::Error for WriteError {}

/// Where bytes are not UTF-8, surrogates being let through, and why: the fields of a `UnicodeDecodeError`.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Utf8Error {
    pub start: usize,
    pub end: usize,
    /// The byte at `start`.
    pub byte: u8,
    pub reason: &'static str,
}

impl fmt::Display for Utf8Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Utf8Error { start, end, byte, reason } = self;
        f.write_str("'utf-8' codec can't decode ")?;
        if end - start == 1 {
            write!(f, "byte 0x{byte:02x} in position {start}: {reason}")
        } else {
            write!(f, "bytes in position {start}-{}: {reason}", end - 1)
        }
    }
}

/// Whether `bytes` decode with the `surrogatepass` handler.
pub fn check_utf8(bytes: &[u8]) -> Result<(), Utf8Error> {
    let mut base = 0;
    while let Err(e) = std::str::from_utf8(&bytes[base..]) {
        let start = base + e.valid_up_to();
        let rest = &bytes[start..];
        if let [0xED, 0xA0..=0xBF, 0x80..=0xBF, ..] = rest {
            base = start + 3;
            continue;
        }
        let (len, reason) = match e.error_len() {
            None => (rest.len(), "unexpected end of data"),
            Some(len) => match rest[0] {
                0xC2..=0xF4 => (len, "invalid continuation byte"),
                _ => (len, "invalid start byte"),
            },
        };
        return Err(Utf8Error { start, end: start + len, byte: rest[0], reason });
    }
    Ok(())
}

/// The number of a float written as text (`PyOS_string_to_double`, which stops at a NUL).
pub fn parse_float(text: &[u8]) -> Result<f64, ReadError> {
    let text = text.split(|b| *b == 0).next().unwrap_or_default();
    let number = std::str::from_utf8(text).ok().and_then(|t| t.parse().ok());
    number.ok_or_else(|| ReadError::Float(String::from_utf8_lossy(text).into_owned()))
}

/// A float as text with 17 digits, as `'%.17g'`.
pub fn float_text(f: f64) -> String {
    if f.is_nan() {
        return "nan".to_owned();
    }
    if f.is_infinite() {
        return if f > 0.0 { "inf" } else { "-inf" }.to_owned();
    }
    let scientific = format!("{f:.16e}");
    let (digits, exponent) = scientific.split_once('e').unwrap_or((&scientific, "0"));
    let exponent: i32 = exponent.parse().unwrap_or(0);
    let trim = |s: &str| {
        if s.contains('.') { s.trim_end_matches('0').trim_end_matches('.').to_owned() } else { s.to_owned() }
    };
    if (-4..17).contains(&exponent) {
        trim(&format!("{f:.*}", (16 - exponent) as usize))
    } else {
        let sign = if exponent < 0 { '-' } else { '+' };
        format!("{}e{sign}{:02}", trim(digits), exponent.unsigned_abs())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn floats_as_text() {
        for (f, text) in [
            (1.5, "1.5"),
            (1e300, "1.0000000000000001e+300"),
            (-0.0, "-0"),
            (0.1, "0.10000000000000001"),
            (1e16, "10000000000000000"),
            (1e17, "1e+17"),
            (123456789.25, "123456789.25"),
            (1e-5, "1.0000000000000001e-05"),
            (1e-4, "0.0001"),
            (f64::NEG_INFINITY, "-inf"),
        ] {
            assert_eq!(float_text(f), text);
            assert_eq!(parse_float(text.as_bytes()), Ok(f));
        }
        assert_eq!(parse_float(b"1\0xyz"), Ok(1.0));
        assert_eq!(
            parse_float(b" 1 ").map_err(|e| e.to_string()),
            Err("could not convert string to float: ' 1 '".to_owned())
        );
    }

    #[test]
    fn faults_in_utf8_are_told_as_cpython_tells_them() {
        let told =
            |b: &[u8]| check_utf8(b).map_err(|e| e.to_string().split_once("decode ").unwrap().1.to_owned());
        assert_eq!(told(b"a\xED\xA0\x80\xED\xB0\x80\xC3\xA9"), Ok(()));
        for (bytes, text) in [
            (b"\xFF".as_slice(), "byte 0xff in position 0: invalid start byte"),
            (b"a\xC0\x80", "byte 0xc0 in position 1: invalid start byte"),
            (b"\xF0\x90\x80", "bytes in position 0-2: unexpected end of data"),
            (b"\xED\xA0\x80\xE1\x80x", "bytes in position 3-4: invalid continuation byte"),
            (b"\xED\xA0", "byte 0xed in position 0: invalid continuation byte"),
        ] {
            assert_eq!(told(bytes), Err(text.to_owned()));
        }
    }
}
