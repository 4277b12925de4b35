//! The borders of every wrapper: the token of a function that C code calls with the GIL, and results as C has them.

use dxpy_core::{Layout, Owned, Py, PyResult, abi::PyObject};

/// The token of the calling thread.
///
/// # Safety
/// GIL, as the C API asks of callers.
#[inline(always)]
pub unsafe fn token<'py>() -> Py<'py> {
    // SAFETY: the caller's promise.
    unsafe { Py::assume() }
}

/// An object result: NULL with the error pending.
#[inline(always)]
pub fn pointer<T: Layout>(py: Py<'_>, r: PyResult<Owned<T>>) -> *mut PyObject {
    dxpy_core::err::into_ptr(py, r)
}
