//! [`CodeObject`]: the fields of a `PyCodeObject` as the compiler makes them and marshal writes them.

use crate::Const;
use crate::linetable::{self, LineRange};
use dxpy_ast::{Location, PyStr};
use std::fmt;
use std::rc::Rc;

/// Bits of `co_flags` (`CO_*`).
pub mod co {
    pub const OPTIMIZED: u32 = 0x1;
    pub const NEWLOCALS: u32 = 0x2;
    pub const VARARGS: u32 = 0x4;
    pub const VARKEYWORDS: u32 = 0x8;
    pub const NESTED: u32 = 0x10;
    pub const GENERATOR: u32 = 0x20;
    pub const COROUTINE: u32 = 0x80;
    pub const ITERABLE_COROUTINE: u32 = 0x100;
    pub const ASYNC_GENERATOR: u32 = 0x200;
    pub const FUTURE_DIVISION: u32 = 0x20000;
    pub const FUTURE_ABSOLUTE_IMPORT: u32 = 0x40000;
    pub const FUTURE_WITH_STATEMENT: u32 = 0x80000;
    pub const FUTURE_PRINT_FUNCTION: u32 = 0x100000;
    pub const FUTURE_UNICODE_LITERALS: u32 = 0x200000;
    pub const FUTURE_BARRY_AS_BDFL: u32 = 0x400000;
    pub const FUTURE_GENERATOR_STOP: u32 = 0x800000;
    pub const FUTURE_ANNOTATIONS: u32 = 0x1000000;
}

/// Bits of `co_localspluskinds` (`CO_FAST_*`).
pub mod fast {
    pub const HIDDEN: u8 = 0x10;
    pub const LOCAL: u8 = 0x20;
    pub const CELL: u8 = 0x40;
    pub const FREE: u8 = 0x80;
}

/// A code object in plain data. Field meanings are those of `types.CodeType` with `co_` taken off.
#[derive(Clone, Debug, PartialEq)]
pub struct CodeObject {
    pub argcount: u32,
    pub posonlyargcount: u32,
    pub kwonlyargcount: u32,
    pub stacksize: u32,
    pub flags: u32,
    /// Code units, inline caches zeroed, as `co_code`.
    pub code: Vec<u8>,
    pub consts: Vec<Const>,
    pub names: Vec<PyStr>,
    /// Locals, then cells, then free variables; a cell that is an argument stands once, among the locals.
    pub localsplusnames: Vec<PyStr>,
    /// [`fast`] bits of each.
    pub localspluskinds: Vec<u8>,
    pub filename: PyStr,
    pub name: PyStr,
    pub qualname: PyStr,
    pub firstlineno: i32,
    pub linetable: Vec<u8>,
    pub exceptiontable: Vec<u8>,
}

/// Why fields do not make a code object (`_PyCode_Validate`, `intern_strings`). The texts are CPython's.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum InvalidCode {
    /// A field of the wrong type, a negative number, or numbers that contradict each other.
    BadArgument,
    /// `co_code` is not of whole code units.
    Malformed,
    /// Fewer locals than parameters.
    TooFewLocals,
    /// A name that is no string.
    NotAString,
}

impl InvalidCode {
    /// Whether it is a `ValueError`; a `SystemError` otherwise.
    pub fn is_value_error(self) -> bool {
        matches!(self, InvalidCode::Malformed | InvalidCode::TooFewLocals)
    }
}

impl fmt::Display for InvalidCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            // The place in its source is part of what CPython says.
            InvalidCode::BadArgument => "Objects/codeobject.c:354: bad argument to internal function",
            InvalidCode::Malformed => "code: co_code is malformed",
            InvalidCode::TooFewLocals => "code: co_varnames is too small",
            InvalidCode::NotAString => "non-string found in code slot",
        })
    }
}

impl std::error::Error for InvalidCode {}

impl CodeObject {
    fn of_kind(&self, kind: u8) -> impl Iterator<Item = &PyStr> {
        self.localsplusnames
            .iter()
            .zip(&self.localspluskinds)
            .filter(move |(_, k)| **k & kind != 0)
            .map(|p| p.0)
    }

    /// `co_varnames`.
    pub fn varnames(&self) -> impl Iterator<Item = &PyStr> {
        self.of_kind(fast::LOCAL)
    }

    /// `co_cellvars`: arguments that are cells among them.
    pub fn cellvars(&self) -> impl Iterator<Item = &PyStr> {
        self.of_kind(fast::CELL)
    }

    /// `co_freevars`.
    pub fn freevars(&self) -> impl Iterator<Item = &PyStr> {
        self.of_kind(fast::FREE)
    }

    /// `co_nlocals`.
    pub fn nlocals(&self) -> usize {
        self.varnames().count()
    }

    /// `co_lines()`.
    pub fn lines(&self) -> impl Iterator<Item = LineRange> {
        linetable::lines(&self.linetable, self.firstlineno)
    }

    /// `co_positions()`.
    pub fn positions(&self) -> impl Iterator<Item = Location> {
        linetable::positions(&self.linetable, self.firstlineno)
    }

    /// `co_lnotab`.
    pub fn lnotab(&self) -> Vec<u8> {
        linetable::lnotab(&self.linetable, self.firstlineno)
    }

    /// The checks every code object passes that a program makes or reads (`_PyCode_Validate`).
    pub fn validate(&self) -> Result<(), InvalidCode> {
        let fits = |n: u32| i32::try_from(n).is_ok();
        let numbers = [self.argcount, self.posonlyargcount, self.kwonlyargcount, self.stacksize, self.flags];
        if !numbers.into_iter().all(fits)
            || self.argcount < self.posonlyargcount
            || self.localsplusnames.len() != self.localspluskinds.len()
        {
            return Err(InvalidCode::BadArgument);
        }
        if !self.code.len().is_multiple_of(2) {
            return Err(InvalidCode::Malformed);
        }
        let locals = self.localspluskinds.iter().filter(|k| **k & fast::LOCAL != 0).count();
        let flag = |bit| u64::from(self.flags & bit != 0);
        let parameters = u64::from(self.argcount)
            + u64::from(self.kwonlyargcount)
            + flag(co::VARARGS)
            + flag(co::VARKEYWORDS);
        if parameters > locals as u64 { Err(InvalidCode::TooFewLocals) } else { Ok(()) }
    }
}

impl Drop for CodeObject {
    /// Nested code objects are dropped one after the other: nesting has no bound that the native stack would bear.
    fn drop(&mut self) {
        let mut todo = std::mem::take(&mut self.consts);
        while let Some(c) = todo.pop() {
            if let Const::Code(code) = c
                && let Ok(mut code) = Rc::try_unwrap(code)
            {
                todo.append(&mut code.consts);
            }
        }
    }
}
