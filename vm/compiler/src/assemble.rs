//! From a finished [`Unit`] to a code object: the entry into everything that follows code generation.
//!
//! Not here: which instructions a unit has (`codegen`).

use crate::instr::Unit;
use dxpy_ast::PyStr;
use dxpy_bytecode::CodeObject;
use std::fmt;

/// Why a unit could not become a code object.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum AssembleError {
    /// A part of the back end that is not written yet.
    NotImplemented(&'static str),
}

impl fmt::Display for AssembleError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            AssembleError::NotImplemented(what) => write!(f, "not implemented: {what}"),
        }
    }
}

impl std::error::Error for AssembleError {}

/// Optimises and assembles a unit (`optimize_and_assemble`).
pub fn assemble(_unit: Unit, _filename: &PyStr) -> Result<CodeObject, AssembleError> {
    Err(AssembleError::NotImplemented("the flow graph"))
}
