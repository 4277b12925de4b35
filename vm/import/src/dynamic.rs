//! Extension modules in shared libraries: the place where the loader plugs in.

use core::cell::Cell;
use dxpy_core::abi::PyObject;
use dxpy_core::statics::Gil;
use dxpy_core::{Py, PyResult};

/// Loads the library a spec names and makes its module (`_PyImport_LoadDynamicModuleWithSpec`).
pub static HOOK: Gil<Cell<Option<Loader>>> = Gil(Cell::new(None));

/// The loader.
pub type Loader = fn(Py<'_>, &PyObject) -> PyResult;
