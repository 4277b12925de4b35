//! Symbol table, code generator, flow graph and assembler: AST to code object, as CPython 3.12.1's compiler, bit for bit.
#![forbid(unsafe_code)]

pub mod instr;

mod assemble;

pub use assemble::{AssembleError, assemble};
