//! The `#[repr(C)]` mirrors of CPython 3.12's structs, flags and slot ids (x86-64 and aarch64 Linux). No behaviour is here.
//!
//! Every field that the program can change is a [`core::cell::Cell`], so that `&PyListObject` is an honest shared
//! reference to an object others also hold: reading and writing a field is safe, following a raw pointer is not.
//! Names are C's own, because they are what a reader of an extension or of the C headers looks for.
//! `tests/layout.rs` and `tests/constants.rs` compare everything here with tables made from the real headers.
#![allow(non_camel_case_types, non_snake_case)]

pub mod constants;
mod containers;
mod datetime;
mod errors;
mod functions;
mod modules;
mod numbers;
mod object;
mod slots;
mod state;
mod text;

pub use containers::*;
pub use datetime::*;
pub use errors::*;
pub use functions::*;
pub use modules::*;
pub use numbers::*;
pub use object::*;
pub use slots::*;
pub use state::*;
pub use text::*;

pub type Py_ssize_t = isize;
pub type Py_hash_t = isize;
pub type wchar_t = i32;

/// Opaque to extensions; `runtime/core` owns the real one.
#[repr(C)]
pub struct PyInterpreterState {
    _private: [u8; 0],
}
