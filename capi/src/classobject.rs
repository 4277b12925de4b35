//! classobject.h: bound methods. Instance methods are not here yet.

use crate::util::{pointer, token};
use dxpy_core::abi::PyObject;
use dxpy_core::{exceptions, method};

/// C: `PyObject *PyMethod_New(PyObject *function, PyObject *self)`.
///
/// # Safety
/// GIL, LIVE.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn PyMethod_New(function: *mut PyObject, this: *mut PyObject) -> *mut PyObject {
    // SAFETY: the caller's promise.
    unsafe {
        let py = token();
        if this.is_null() {
            let e = exceptions::system_error(py, format_args!("bad argument to internal function"));
            return pointer::<PyObject>(py, Err(e));
        }
        pointer(py, method::new(py, &*function, &*this))
    }
}
