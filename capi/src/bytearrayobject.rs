//! bytearrayobject.h.

use crate::util::{content, pointer, status, token};
use core::ffi::{c_char, c_int};
use dxpy_core::abi::{Py_ssize_t, PyByteArrayObject, PyObject};
use dxpy_core::ptr::Object;
use dxpy_core::{call, ptr};
use dxpy_types::bytearray;

/// The bytes to begin with; zeros without a text.
///
/// # Safety
/// `n` bytes at `s` unless it is NULL.
unsafe fn content_or_zeros(s: *const c_char, n: isize) -> Vec<u8> {
    if s.is_null() {
        return vec![0; n.max(0) as usize];
    }
    // SAFETY: the caller's promise.
    unsafe { content(s, n) }.to_vec()
}

/// C: `Py_ssize_t PyByteArray_Size(PyObject *)`.
///
/// # Safety
/// LIVE, LAYOUT.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn PyByteArray_Size(o: *mut PyObject) -> Py_ssize_t {
    // SAFETY: the caller's promise.
    unsafe { ptr::borrow::<PyByteArrayObject>(o).ob_base.ob_size.get() }
}

/// C: `char *PyByteArray_AsString(PyObject *)`.
///
/// # Safety
/// LIVE, LAYOUT.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn PyByteArray_AsString(o: *mut PyObject) -> *mut c_char {
    // SAFETY: the caller's promise.
    let b = unsafe { ptr::borrow::<PyByteArrayObject>(o) };
    if b.ob_base.ob_size.get() == 0 { c"".as_ptr() as *mut c_char } else { b.ob_start.get() }
}

/// C: `PyObject *PyByteArray_FromStringAndSize(const char *, Py_ssize_t)`.
///
/// # Safety
/// GIL, LIVE; texts and memory are there as C's prototype says.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn PyByteArray_FromStringAndSize(s: *const c_char, n: Py_ssize_t) -> *mut PyObject {
    // SAFETY: the caller's promise.
    unsafe {
        let py = token();
        pointer(py, bytearray::new(py, &content_or_zeros(s, n)))
    }
}

/// C: `PyObject *PyByteArray_FromObject(PyObject *)`.
///
/// # Safety
/// GIL, LIVE; texts and memory are there as C's prototype says.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn PyByteArray_FromObject(o: *mut PyObject) -> *mut PyObject {
    // SAFETY: the caller's promise.
    unsafe {
        let py = token();
        pointer(py, call::call(py, bytearray::PyByteArray_Type.as_object(), [&*o]))
    }
}

/// C: `PyObject *PyByteArray_Concat(PyObject *, PyObject *)`.
///
/// # Safety
/// GIL, LIVE; texts and memory are there as C's prototype says.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn PyByteArray_Concat(a: *mut PyObject, b: *mut PyObject) -> *mut PyObject {
    // SAFETY: the caller's promise.
    unsafe {
        let py = token();
        pointer(py, bytearray::concat(py, &*a, &*b))
    }
}

/// C: `int PyByteArray_Resize(PyObject *, Py_ssize_t)`.
///
/// # Safety
/// GIL, LIVE; texts and memory are there as C's prototype says.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn PyByteArray_Resize(o: *mut PyObject, n: Py_ssize_t) -> c_int {
    // SAFETY: the caller's promise.
    unsafe {
        let py = token();
        status(py, bytearray::resize(py, ptr::borrow(o), n.max(0) as usize).map(|()| 0))
    }
}
