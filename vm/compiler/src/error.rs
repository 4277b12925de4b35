//! What the compiler's passes report: [`SyntaxError`] with CPython's text and position, and [`CompileError`], which adds
//! the other exceptions that compiling may raise.

use dxpy_ast::Location;
use std::fmt;

/// A `SyntaxError` of the symbol table, the future pass or the code generator. `range` is as in nodes: columns in bytes
/// from 0. `PyErr_RangedSyntaxLocationObject` adds 1 to each column to make `offset` and `end_offset`, bytes or not.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SyntaxError {
    pub message: String,
    pub range: Location,
    pub origin: Origin,
}

/// Who reports a [`SyntaxError`]: a program sees it in the exception's `args`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Origin {
    /// The symbol table and the future pass set attributes on the exception (`PyErr_RangedSyntaxLocationObject`).
    Table,
    /// The code generator gives the place among the arguments (`compiler_error`).
    Generator,
}

/// Any exception that compiling a tree may raise.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum CompileError {
    Syntax(SyntaxError),
    /// `RecursionError` with this message.
    Recursion(&'static str),
    /// `SystemError`.
    System(String),
    /// `RuntimeError`, for trees that are not compiled.
    Runtime(&'static str),
    /// `ValueError`, for trees made by hand.
    Value(String),
    /// `TypeError`, for trees made by hand.
    Type(String),
    /// A part of the compiler that is not written yet; never a Python exception of CPython's.
    NotImplemented(&'static str),
}

impl CompileError {
    /// A `SyntaxError` of the code generator over `range`.
    pub fn syntax(message: impl Into<String>, range: Location) -> CompileError {
        CompileError::Syntax(SyntaxError { message: message.into(), range, origin: Origin::Generator })
    }
    /// A `SyntaxError` of the symbol table or the future pass over `range`.
    pub fn of_table(message: impl Into<String>, range: Location) -> CompileError {
        CompileError::Syntax(SyntaxError { message: message.into(), range, origin: Origin::Table })
    }
}

impl From<SyntaxError> for CompileError {
    fn from(e: SyntaxError) -> CompileError {
        CompileError::Syntax(e)
    }
}

impl fmt::Display for SyntaxError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} (line {})", self.message, self.range.lineno)
    }
}

impl fmt::Display for CompileError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            CompileError::Syntax(e) => write!(f, "SyntaxError: {e}"),
            CompileError::Recursion(m) => write!(f, "RecursionError: {m}"),
            CompileError::System(m) => write!(f, "SystemError: {m}"),
            CompileError::Runtime(m) => write!(f, "RuntimeError: {m}"),
            CompileError::Value(m) => write!(f, "ValueError: {m}"),
            CompileError::Type(m) => write!(f, "TypeError: {m}"),
            CompileError::NotImplemented(what) => write!(f, "not implemented: {what}"),
        }
    }
}

impl std::error::Error for SyntaxError {}
impl std::error::Error for CompileError {}
