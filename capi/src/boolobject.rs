//! boolobject.h.

use core::ffi::c_long;
use dxpy_core::abi::PyObject;
use dxpy_core::boolean;

/// C: `PyObject *PyBool_FromLong(long)`.
#[unsafe(no_mangle)]
pub extern "C" fn PyBool_FromLong(v: c_long) -> *mut PyObject {
    boolean::new(v != 0).into_ptr()
}
