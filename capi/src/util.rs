//! The borders of every wrapper: the token of a function that C code calls with the GIL, and results as C has them.

use core::ffi::{CStr, c_char, c_int};
use dxpy_core::abi::{Py_ssize_t, PyObject, PyUnicodeObject};
use dxpy_core::{Layout, Owned, Py, PyResult};

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

/// A C int: -1 with the error pending.
#[inline(always)]
pub fn status(py: Py<'_>, r: PyResult<c_int>) -> c_int {
    r.unwrap_or_else(|e| {
        e.restore(py);
        -1
    })
}

/// A size: -1 with the error pending.
#[inline(always)]
pub fn size(py: Py<'_>, r: PyResult<usize>) -> Py_ssize_t {
    match r {
        Ok(n) => n as Py_ssize_t,
        Err(e) => {
            e.restore(py);
            -1
        }
    }
}

/// A str, or `PyErr_BadArgument`'s error.
///
/// # Safety
/// LIVE.
pub unsafe fn str_of<'a>(py: Py<'_>, o: *mut PyObject) -> PyResult<&'a PyUnicodeObject> {
    // SAFETY: the caller's promise.
    dxpy_core::unicode::check(unsafe { &*o }).ok_or_else(|| {
        dxpy_core::exceptions::type_error(py, format_args!("bad argument type for built-in operation"))
    })
}

/// A C string that names something; NULL is none.
///
/// # Safety
/// A C string, or NULL.
pub unsafe fn text<'a>(s: *const c_char) -> Option<&'a str> {
    // SAFETY: the caller's promise.
    (!s.is_null()).then(|| unsafe { CStr::from_ptr(s) }.to_str().unwrap_or("?"))
}

/// Memory that C code gives.
///
/// # Safety
/// `n` bytes at `s`.
pub unsafe fn content<'a>(s: *const c_char, n: Py_ssize_t) -> &'a [u8] {
    // SAFETY: the caller's promise.
    if n <= 0 { &[] } else { unsafe { core::slice::from_raw_parts(s as *const u8, n as usize) } }
}
