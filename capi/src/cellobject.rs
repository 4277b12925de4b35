//! cellobject.h.

use crate::util::{pointer, token};
use dxpy_core::abi::PyObject;
use dxpy_core::cell;
use dxpy_core::ptr::Object;

/// C: `PyObject *PyCell_New(PyObject *)`; NULL makes it empty.
///
/// # Safety
/// GIL, LIVE where not NULL.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn PyCell_New(o: *mut PyObject) -> *mut PyObject {
    // SAFETY: the caller's promise.
    unsafe {
        let py = token();
        pointer(py, cell::new(py, o.as_ref().map(Object::to_owned)))
    }
}

/// Raises `PyErr_BadInternalCall`'s error.
///
/// # Safety
/// GIL.
unsafe fn bad_internal_call() {
    // SAFETY: the caller's promise.
    let py = unsafe { token() };
    dxpy_core::exceptions::system_error(py, format_args!("bad argument to internal function")).restore(py);
}

/// C: `PyObject *PyCell_Get(PyObject *)`: a new reference, NULL without an exception for an empty cell.
///
/// # Safety
/// GIL, LIVE.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn PyCell_Get(c: *mut PyObject) -> *mut PyObject {
    // SAFETY: the caller's promise.
    unsafe {
        match cell::check(&*c) {
            Some(c) => cell::get(c).map_or(core::ptr::null_mut(), |o| o.into_ptr()),
            None => {
                bad_internal_call();
                core::ptr::null_mut()
            }
        }
    }
}

/// C: `int PyCell_Set(PyObject *cell, PyObject *value)`; NULL empties the cell.
///
/// # Safety
/// GIL, LIVE where not NULL.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn PyCell_Set(c: *mut PyObject, value: *mut PyObject) -> core::ffi::c_int {
    // SAFETY: the caller's promise.
    unsafe {
        match cell::check(&*c) {
            Some(c) => {
                cell::set(c, value.as_ref().map(Object::to_owned));
                0
            }
            None => {
                bad_internal_call();
                -1
            }
        }
    }
}
