//! Symbol table, code generator, flow graph and assembler: AST to code object, as CPython 3.12.1's compiler, bit for bit.
#![forbid(unsafe_code)]

pub mod astopt;
pub mod error;
pub mod future;
pub mod instr;
pub mod internals;
pub mod symtable;
pub mod unparse;
pub mod validate;

mod assemble;
mod codegen;
mod flowgraph;

pub use assemble::{AssembleError, assemble};
pub use codegen::{ALLOW_TOP_LEVEL_AWAIT, FLAGS_MASK, Options, Warning, WarningKind, compile, generate};
pub use error::{CompileError, Origin, SyntaxError};
