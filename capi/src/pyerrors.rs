//! pyerrors.h: raising, asking for and clearing the pending exception.

use crate::util::token;
use core::ffi::{CStr, c_char, c_int};
use dxpy_core::abi::{PyBaseExceptionObject, PyObject, PyTypeObject};
use dxpy_core::{Owned, PyErr, exceptions, types};

/// C: `PyObject *PyErr_Occurred(void)`: the type of the pending exception, borrowed, or NULL.
///
/// # Safety
/// GIL.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn PyErr_Occurred() -> *mut PyObject {
    // SAFETY: LIVE: the thread state holds the pending exception.
    unsafe { token().pending().as_ref().map_or(core::ptr::null_mut(), |e| e.ob_type.get() as *mut PyObject) }
}

/// C: `void PyErr_Clear(void)`.
///
/// # Safety
/// GIL.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn PyErr_Clear() {
    // SAFETY: the caller's promise.
    drop(PyErr::take(unsafe { token() }));
}

/// C: `PyObject *PyErr_GetRaisedException(void)`.
///
/// # Safety
/// GIL.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn PyErr_GetRaisedException() -> *mut PyObject {
    // SAFETY: the caller's promise.
    PyErr::take(unsafe { token() }).map_or(core::ptr::null_mut(), |e| e.into_value().into_ptr())
}

/// C: `void PyErr_SetRaisedException(PyObject *)`: takes the reference; NULL clears.
///
/// # Safety
/// GIL, OWNED; an exception.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn PyErr_SetRaisedException(e: *mut PyObject) {
    // SAFETY: the caller's promise.
    unsafe {
        drop(PyErr::take(token()));
        if let Some(e) = Owned::from_raw_opt(e as *mut PyBaseExceptionObject) {
            PyErr::from_value(e).restore(token());
        }
    }
}

/// C: `PyObject *PyErr_NoMemory(void)`: NULL.
///
/// # Safety
/// GIL.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn PyErr_NoMemory() -> *mut PyObject {
    // SAFETY: the caller's promise.
    let py = unsafe { token() };
    exceptions::memory_error(py).restore(py);
    core::ptr::null_mut()
}

/// C: `void PyErr_SetString(PyObject *type, const char *message)`. Types that are not built in come with calls of
/// classes; until then they get a `SystemError` that says so.
///
/// # Safety
/// GIL; an exception type and a C string.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn PyErr_SetString(ty: *mut PyObject, message: *const c_char) {
    // SAFETY: the caller's promise.
    unsafe {
        let (py, text) = (token(), CStr::from_ptr(message).to_string_lossy());
        exceptions::raise_builtin(py, &*(ty as *const PyTypeObject), &text).restore(py);
    }
}

/// C: `int PyErr_ExceptionMatches(PyObject *)`, for one exception type.
///
/// # Safety
/// GIL; an exception type.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn PyErr_ExceptionMatches(ty: *mut PyObject) -> c_int {
    // SAFETY: LIVE: the thread state holds the pending exception.
    unsafe {
        let Some(e) = token().pending().as_ref() else { return 0 };
        types::is_subtype(&*e.ob_type.get(), &*(ty as *const PyTypeObject)) as c_int
    }
}
