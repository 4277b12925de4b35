//! tupleobject.h: making tuples and their size. The rest is not here yet.

use crate::util::{pointer, token};
use dxpy_core::abi::{Py_ssize_t, PyObject};
use dxpy_core::{exceptions, tuple};

/// C: `PyObject *PyTuple_New(Py_ssize_t)`: the items are NULL until the caller sets them.
///
/// # Safety
/// GIL.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn PyTuple_New(n: Py_ssize_t) -> *mut PyObject {
    // SAFETY: the caller's promise.
    let py = unsafe { token() };
    if n < 0 {
        let e = exceptions::system_error(py, format_args!("bad argument to internal function"));
        return pointer::<PyObject>(py, Err(e));
    }
    pointer(py, tuple::new_unset(py, n as usize))
}

/// C: `Py_ssize_t PyTuple_Size(PyObject *)`.
///
/// # Safety
/// GIL, LIVE.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn PyTuple_Size(o: *mut PyObject) -> Py_ssize_t {
    // SAFETY: the caller's promise.
    match unsafe { tuple::check(&*o) } {
        Some(t) => t.ob_base.ob_size.get(),
        // SAFETY: the caller's promise.
        None => unsafe {
            let py = token();
            exceptions::system_error(py, format_args!("bad argument to internal function")).restore(py);
            -1
        },
    }
}
