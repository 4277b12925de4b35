//! The object model: references, errors, memory, type objects, calls, and the types those need.
//!
//! Nothing here executes bytecode: the interpreter is reached through one function pointer. Names follow the C API,
//! one module a type: `PyList_Append` is `list::append`, `PyObject_Repr` is `object::repr`, so that `capi` stays a
//! table of thin wrappers. Functions that may run Python code take the thread token [`Py`]; functions that do not
//! take it cannot (the one exception is dropping an [`Owned`], whose finaliser may).
//! `SAFETY.md` beside this file names the obligations that SAFETY comments refer to.
#![allow(non_upper_case_globals)]
// Hooks are function pointers in cells, and C conventions have as many arguments as they have.
#![allow(clippy::type_complexity, clippy::too_many_arguments)]

pub mod alloc;
pub mod args;
pub mod attr;
pub mod audit;
pub mod boolean;
pub mod buffer;
pub mod bytes;
pub mod call;
pub mod cell;
pub mod cfunction;
pub mod codecs;
pub mod debug_alloc;
pub mod descr;
pub mod dict;
pub mod doc;
pub mod domains;
pub mod err;
pub mod exceptions;
pub mod float;
pub mod function;
pub mod gc;
pub mod glue;
pub mod hooks;
pub mod instance;
pub mod list;
pub mod long;
pub mod mappingproxy;
pub mod member;
pub mod method;
pub mod module;
pub mod number;
pub mod object;
pub mod protocol;
pub mod ptr;
pub mod sequence;
pub mod set;
pub mod slice;
pub mod startup;
pub mod statics;
pub mod thread;
pub mod tuple;
pub mod types;
pub mod unicode;
pub mod watch;
pub mod weakref;
#[cfg(feature = "zeal")]
pub mod zeal;

pub use dxpy_abi as abi;
pub use err::{PyErr, PyResult};
pub use ptr::{Layout, Owned};
pub use thread::Py;
