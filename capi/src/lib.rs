//! The exported C API of CPython 3.12: every name of its symbol table resolves.
//! Functions with a body are thin wrappers, named as the headers name them; the others are listed in `missing`.
#![allow(non_snake_case)]

pub mod missing;
pub mod object;
pub mod pyerrors;
mod util;
pub mod values;
