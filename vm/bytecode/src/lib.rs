//! CPython 3.12's bytecode as data: the opcode table, constants and code objects before any Python object exists.
//!
//! Beside them the location table, the exception table and stack effects.
#![forbid(unsafe_code)]

mod code;
mod constant;
pub mod exctable;
pub mod linetable;
pub mod opcodes;
pub mod stack_effect;

pub use code::{CodeObject, co, fast};
pub use constant::{Const, ConstTable};
pub use opcodes::{Meta, Op, flag};
