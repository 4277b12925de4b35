//! CPython 3.12's bytecode as data: the opcode table, constants and code objects before any Python object exists.
//!
//! To come beside them, in this crate: location tables, exception tables and the marshal format.
#![forbid(unsafe_code)]

mod code;
mod constant;
pub mod opcodes;

pub use code::{CodeObject, co, fast};
pub use constant::{Const, ConstTable};
pub use opcodes::{Meta, Op, flag};
