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
    /// `UnicodeDecodeError` in the source, reported by CPython as a `SyntaxError` with "(unicode error)".
    Unicode,
    /// The source names an encoding this crate does not decode; `message` is its name. Decode, and call again with text.
    UnknownEncoding,
}

/// An error; `offset` and `end_offset` are 1-based characters, as in `SyntaxError`. Lines below 1 mean no position.
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
