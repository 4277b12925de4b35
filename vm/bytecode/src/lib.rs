//! CPython 3.12's bytecode as data: the opcode table, constants and code objects before any Python object exists.
//!
//! Beside them the location table, the exception table, stack effects, the marshal and `.pyc` formats, and for debugging
//! instructions as text and the first difference of two code objects.
#![forbid(unsafe_code)]

mod code;
mod compare;
mod constant;
pub mod dis;
pub mod exctable;
pub mod linetable;
pub mod marshal;
mod micro;
pub mod opcodes;
pub mod stack_effect;

pub use code::{CodeObject, InvalidCode, co, fast};
pub use compare::{Difference, compare};
pub use constant::{Const, ConstTable, has_nan, key_of, key_of_names, key_of_tuple};
pub use micro::{Kind, MICRO_TABLE, Micro, MicroMeta, micro_flag};
pub use opcodes::{Meta, Op, flag};
