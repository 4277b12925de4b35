//! picklebufobject.h: buffers that may be pickled out of band.

use crate::util::{pointer, token};
use core::ffi::c_int;
use dxpy_core::abi::*;
use dxpy_core::exceptions;
use dxpy_types::picklebuffer;

/// C: `PyObject *PyPickleBuffer_FromObject(PyObject *)`.
///
/// # Safety
/// GIL, LIVE.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn PyPickleBuffer_FromObject(o: *mut PyObject) -> *mut PyObject {
    // SAFETY: the caller's promise.
    unsafe {
        let py = token();
        pointer(py, picklebuffer::new(py, &*o))
    }
}

/// C: `const Py_buffer *PyPickleBuffer_GetBuffer(PyObject *)`: borrowed.
///
/// # Safety
/// GIL, LIVE.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn PyPickleBuffer_GetBuffer(o: *mut PyObject) -> *const Py_buffer {
    // SAFETY: the caller's promise.
    unsafe {
        let py = token();
        let r = match picklebuffer::check(&*o) {
            Some(b) => picklebuffer::view(py, b),
            None => Err(exceptions::type_error(
                py,
                format_args!(
                    "expected PickleBuffer, {} found",
                    dxpy_core::call::type_name(&*(*o).ob_type.get())
                ),
            )),
        };
        match r {
            Ok(v) => v,
            Err(e) => {
                e.restore(py);
                core::ptr::null()
            }
        }
    }
}

/// C: `int PyPickleBuffer_Release(PyObject *)`.
///
/// # Safety
/// GIL, LIVE.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn PyPickleBuffer_Release(o: *mut PyObject) -> c_int {
    // SAFETY: the caller's promise.
    unsafe {
        let py = token();
        match picklebuffer::check(&*o) {
            Some(b) => {
                picklebuffer::release(py, b);
                0
            }
            None => {
                let name = dxpy_core::call::type_name(&*(*o).ob_type.get());
                exceptions::type_error(py, format_args!("expected PickleBuffer, {name} found")).restore(py);
                -1
            }
        }
    }
}
