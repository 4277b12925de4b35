//! codecs.h. Readers, writers and incremental codecs are not here yet.

use crate::util::{pointer, status, text, token};
use core::ffi::{c_char, c_int};
use dxpy_core::abi::PyObject;
use dxpy_core::codecs::registry;

/// C: `int PyCodec_Register(PyObject *)`.
///
/// # Safety
/// GIL, LIVE; texts and memory are there as C's prototype says.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn PyCodec_Register(o: *mut PyObject) -> c_int {
    // SAFETY: the caller's promise.
    unsafe {
        let py = token();
        status(py, registry::register(py, &*o).map(|()| 0))
    }
}

/// C: `int PyCodec_Unregister(PyObject *)`.
///
/// # Safety
/// GIL, LIVE; texts and memory are there as C's prototype says.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn PyCodec_Unregister(o: *mut PyObject) -> c_int {
    // SAFETY: the caller's promise.
    unsafe {
        let py = token();
        status(py, registry::unregister(py, &*o).map(|()| 0))
    }
}

/// C: `int PyCodec_RegisterError(const char *, PyObject *)`.
///
/// # Safety
/// GIL, LIVE; texts and memory are there as C's prototype says.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn PyCodec_RegisterError(name: *const c_char, o: *mut PyObject) -> c_int {
    // SAFETY: the caller's promise.
    unsafe {
        let py = token();
        status(py, registry::register_error(py, text(name).unwrap_or("strict"), &*o).map(|()| 0))
    }
}

/// C: `PyObject *PyCodec_LookupError(const char *)`.
///
/// # Safety
/// GIL, LIVE; texts and memory are there as C's prototype says.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn PyCodec_LookupError(name: *const c_char) -> *mut PyObject {
    // SAFETY: the caller's promise.
    unsafe {
        let py = token();
        pointer(py, registry::lookup_error(py, text(name).unwrap_or("strict")))
    }
}

/// C: `PyObject *PyCodec_Encode(PyObject *, const char *encoding, const char *errors)`.
///
/// # Safety
/// GIL, LIVE; texts and memory are there as C's prototype says.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn PyCodec_Encode(
    o: *mut PyObject,
    encoding: *const c_char,
    errors: *const c_char,
) -> *mut PyObject {
    // SAFETY: the caller's promise.
    unsafe {
        let py = token();
        pointer(py, registry::encode(py, &*o, text(encoding).unwrap_or("utf-8"), text(errors)))
    }
}

/// C: `PyObject *PyCodec_Decode(PyObject *, const char *encoding, const char *errors)`.
///
/// # Safety
/// GIL, LIVE; texts and memory are there as C's prototype says.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn PyCodec_Decode(
    o: *mut PyObject,
    encoding: *const c_char,
    errors: *const c_char,
) -> *mut PyObject {
    // SAFETY: the caller's promise.
    unsafe {
        let py = token();
        pointer(py, registry::decode(py, &*o, text(encoding).unwrap_or("utf-8"), text(errors)))
    }
}
