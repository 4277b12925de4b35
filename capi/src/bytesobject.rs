//! bytesobject.h: making and reading bytes. Resizing and formatting are not here yet.

use crate::util::{pointer, size, token};
use core::ffi::{c_char, c_int};
use dxpy_core::abi::{Py_ssize_t, PyBytesObject, PyObject};
use dxpy_core::ptr::Object;
use dxpy_core::{Py, PyResult, bytes, call, exceptions, protocol};

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

/// A bytes object, or the `TypeError` for another.
///
/// # Safety
/// LIVE.
unsafe fn bytes_of<'a>(py: Py<'_>, o: *mut PyObject) -> PyResult<&'a PyBytesObject> {
    // SAFETY: the caller's promise.
    let o = unsafe { &*o };
    bytes::check(o).ok_or_else(|| {
        exceptions::type_error(py, format_args!("expected bytes, {} found", call::type_name(o.ty())))
    })
}

/// C: `char *PyBytes_AsString(PyObject *)`.
///
/// # Safety
/// GIL, LIVE.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn PyBytes_AsString(o: *mut PyObject) -> *mut c_char {
    // SAFETY: the caller's promise.
    unsafe {
        let py = token();
        match bytes_of(py, o) {
            Ok(b) => b.ob_sval.as_ptr() as *mut c_char,
            Err(e) => {
                e.restore(py);
                core::ptr::null_mut()
            }
        }
    }
}

/// C: `int PyBytes_AsStringAndSize(PyObject *, char **, Py_ssize_t *)`: without a place for the size, a NUL inside is an
/// error.
///
/// # Safety
/// GIL, LIVE; the size's place may be NULL.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn PyBytes_AsStringAndSize(
    o: *mut PyObject,
    out: *mut *mut c_char,
    n: *mut Py_ssize_t,
) -> c_int {
    // SAFETY: the caller's promise.
    unsafe {
        let py = token();
        let r = bytes_of(py, o).and_then(|b| {
            *out = b.ob_sval.as_ptr() as *mut c_char;
            match n.as_mut() {
                Some(n) => *n = bytes::as_slice(b).len() as isize,
                None if bytes::as_slice(b).contains(&0) => {
                    return Err(exceptions::value_error(py, format_args!("embedded null byte")));
                }
                None => {}
            }
            Ok(0)
        });
        crate::util::status(py, r)
    }
}

/// C: `Py_ssize_t PyBytes_Size(PyObject *)`.
///
/// # Safety
/// GIL, LIVE; texts and memory are there as C's prototype says.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn PyBytes_Size(o: *mut PyObject) -> Py_ssize_t {
    // SAFETY: the caller's promise.
    unsafe {
        let py = token();
        size(py, bytes_of(py, o).map(|b| bytes::as_slice(b).len()))
    }
}

/// C: `PyObject *PyBytes_FromObject(PyObject *)`.
///
/// # Safety
/// GIL, LIVE; texts and memory are there as C's prototype says.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn PyBytes_FromObject(o: *mut PyObject) -> *mut PyObject {
    // SAFETY: the caller's promise.
    unsafe {
        let py = token();
        pointer(py, dxpy_types::bytes::from_object(py, &*o))
    }
}

/// C: `PyObject *PyBytes_Repr(PyObject *, int smartquotes)`.
///
/// # Safety
/// GIL, LIVE; texts and memory are there as C's prototype says.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn PyBytes_Repr(o: *mut PyObject, _smart: c_int) -> *mut PyObject {
    // SAFETY: the caller's promise.
    unsafe {
        let py = token();
        pointer(py, protocol::repr(py, &*o))
    }
}
