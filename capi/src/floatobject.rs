//! floatobject.h: making floats. Reading them is not here yet.

use crate::util::{pointer, token};
use dxpy_core::abi::PyObject;
use dxpy_core::float;

/// C: `PyObject *PyFloat_FromDouble(double)`.
///
/// # Safety
/// GIL.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn PyFloat_FromDouble(v: f64) -> *mut PyObject {
    // SAFETY: the caller's promise.
    let py = unsafe { token() };
    pointer(py, float::new(py, v))
}
