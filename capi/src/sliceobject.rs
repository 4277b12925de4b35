//! sliceobject.h: making slices and the arithmetic of indices. Reading them is not here yet.

use crate::util::{pointer, token};
use dxpy_core::abi::{Py_ssize_t, PyObject};
use dxpy_core::slice;

/// C: `PyObject *PySlice_New(PyObject *start, PyObject *stop, PyObject *step)`; NULL is `None`.
///
/// # Safety
/// GIL, LIVE where not NULL.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn PySlice_New(
    start: *mut PyObject,
    stop: *mut PyObject,
    step: *mut PyObject,
) -> *mut PyObject {
    // SAFETY: the caller's promise.
    unsafe {
        let py = token();
        pointer(py, slice::new(py, start.as_ref(), stop.as_ref(), step.as_ref()))
    }
}

/// C: `Py_ssize_t PySlice_AdjustIndices(Py_ssize_t length, Py_ssize_t *start, Py_ssize_t *stop, Py_ssize_t step)`.
///
/// # Safety
/// Both pointers are valid; `step` is not 0 and not the smallest integer.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn PySlice_AdjustIndices(
    length: Py_ssize_t,
    start: *mut Py_ssize_t,
    stop: *mut Py_ssize_t,
    step: Py_ssize_t,
) -> Py_ssize_t {
    // SAFETY: the caller's promise.
    unsafe {
        let (from, to, count) = slice::adjust_indices(length as usize, *start, *stop, step);
        (*start, *stop) = (from, to);
        count as Py_ssize_t
    }
}
