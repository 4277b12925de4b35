//! Symbol table, code generator, flow graph and assembler: AST to code object, as CPython 3.12.1's compiler, bit for bit.
#![forbid(unsafe_code)]

pub mod error;
pub mod future;
pub mod instr;
pub mod symtable;

mod assemble;
mod flowgraph;

pub use assemble::{AssembleError, assemble};
pub use error::{CompileError, SyntaxError};
