//! What the parser reports: errors and warnings, with CPython's text and positions.

/// Which exception the caller is to raise.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ErrorKind {
    Syntax,
    Indentation,
    Tab,
    /// A `SyntaxError` that says "incomplete input", for the REPL and `codeop`.
    Incomplete,
    /// `MemoryError`: the parser's stack limit.
    Memory,
    /// `UnicodeDecodeError` with this text, where CPython lets one through. The error's `text` is then what was decoded, a
    /// character for each byte, and the offsets are the error's.
    Unicode,
    /// The source names an encoding that neither this crate nor its [`Unicode`](crate::Unicode) decodes; `message` is its
    /// name.
    UnknownEncoding,
}

/// An error; `offset` and `end_offset` are 1-based characters, as in `SyntaxError`. With `lineno` 0 and no text there is only
/// a message, or, with `offset` -1, also these two.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SyntaxError {
    pub kind: ErrorKind,
    pub message: String,
    pub lineno: i32,
    pub offset: i32,
    pub end_lineno: i32,
    pub end_offset: i32,
    pub text: Option<String>,
}

/// The category of a warning.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum WarningKind {
    Syntax,
    Deprecation,
}

/// A warning to issue after a parse, be it successful or not.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Warning {
    pub kind: WarningKind,
    pub message: String,
    pub lineno: i32,
    /// What to raise when the filters turn the warning into an error: it then comes before any other.
    pub error: SyntaxError,
}
