//! The walk over the tree that fills the tables (`symtable_visit_*`).

use dxpy_ast::Mod;

use super::SymbolTable;
use crate::error::CompileError;
use crate::future::Future;

pub(super) fn build(_tree: &Mod, _future: Future) -> Result<SymbolTable, CompileError> {
    Err(CompileError::NotImplemented("the symbol table"))
}
