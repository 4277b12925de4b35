//! odictobject.h: `OrderedDict`.

use crate::util::{pointer, token};
use core::ffi::c_int;
use dxpy_core::abi::*;
use dxpy_core::{Py, PyResult, exceptions};
use dxpy_types::odict;

/// 0, or -1 with the error pending; anything that is no `OrderedDict` is a `SystemError`.
///
/// # Safety
/// LIVE.
unsafe fn on(py: Py<'_>, o: *mut PyObject, f: impl FnOnce(&PyODictObject) -> PyResult<()>) -> c_int {
    // SAFETY: the caller's promise.
    let r = match unsafe { o.as_ref() }.and_then(odict::check) {
        Some(od) => f(od),
        None => Err(exceptions::system_error(py, format_args!("bad argument to internal function"))),
    };
    match r {
        Ok(()) => 0,
        Err(e) => {
            e.restore(py);
            -1
        }
    }
}

/// C: `PyObject *PyODict_New(void)`.
///
/// # Safety
/// GIL.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn PyODict_New() -> *mut PyObject {
    // SAFETY: the caller's promise.
    unsafe {
        let py = token();
        pointer(py, odict::new(py))
    }
}

/// C: `int PyODict_SetItem(PyObject *od, PyObject *key, PyObject *item)`.
///
/// # Safety
/// GIL, LIVE.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn PyODict_SetItem(
    od: *mut PyObject,
    key: *mut PyObject,
    item: *mut PyObject,
) -> c_int {
    // SAFETY: the caller's promise.
    unsafe {
        let py = token();
        on(py, od, |od| odict::set(py, od, &*key, &*item))
    }
}

/// C: `int PyODict_DelItem(PyObject *od, PyObject *key)`.
///
/// # Safety
/// GIL, LIVE.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn PyODict_DelItem(od: *mut PyObject, key: *mut PyObject) -> c_int {
    // SAFETY: the caller's promise.
    unsafe {
        let py = token();
        on(py, od, |od| odict::remove(py, od, &*key))
    }
}
