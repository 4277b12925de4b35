//! bytesobject.h: making bytes. Reading, resizing and formatting are not here yet.

use crate::util::{pointer, token};
use core::ffi::c_char;
use dxpy_core::abi::{Py_ssize_t, PyObject};
use dxpy_core::{bytes, exceptions};

/// C: `PyObject *PyBytes_FromStringAndSize(const char *, Py_ssize_t)`: without a text, uninitialised there and zero here.
///
/// # Safety
/// GIL; `size` bytes at `text` unless it is NULL.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn PyBytes_FromStringAndSize(text: *const c_char, size: Py_ssize_t) -> *mut PyObject {
    // SAFETY: the caller's promise.
    unsafe {
        let py = token();
        if size < 0 {
            let e = exceptions::system_error(
                py,
                format_args!("Negative size passed to PyBytes_FromStringAndSize"),
            );
            return pointer::<PyObject>(py, Err(e));
        }
        if text.is_null() {
            return pointer(py, bytes::new(py, &vec![0; size as usize]));
        }
        pointer(py, bytes::new(py, core::slice::from_raw_parts(text as *const u8, size as usize)))
    }
}

/// C: `PyObject *PyBytes_FromString(const char *)`.
///
/// # Safety
/// GIL; a C string.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn PyBytes_FromString(text: *const c_char) -> *mut PyObject {
    // SAFETY: the caller's promise.
    unsafe {
        let py = token();
        pointer(py, bytes::new(py, core::ffi::CStr::from_ptr(text).to_bytes()))
    }
}
