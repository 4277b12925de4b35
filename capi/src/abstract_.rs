//! abstract.h: calls. The object, number, sequence and mapping protocols are not here yet.

use crate::util::{pointer, token};
use dxpy_core::abi::{PyObject, PyTupleObject};

/// C: `PyObject *PyObject_CallNoArgs(PyObject *)`.
///
/// # Safety
/// GIL, LIVE.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn PyObject_CallNoArgs(callable: *mut PyObject) -> *mut PyObject {
    // SAFETY: the caller's promise.
    unsafe {
        let py = token();
        pointer(py, dxpy_core::call::call(py, &*callable, []))
    }
}

/// C: `PyObject *PyObject_CallOneArg(PyObject *, PyObject *)`.
///
/// # Safety
/// GIL, LIVE.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn PyObject_CallOneArg(callable: *mut PyObject, arg: *mut PyObject) -> *mut PyObject {
    // SAFETY: the caller's promise.
    unsafe {
        let py = token();
        pointer(py, dxpy_core::call::call(py, &*callable, [&*arg]))
    }
}

/// C: `PyObject *PyObject_Vectorcall(PyObject *, PyObject *const *, size_t, PyObject *kwnames)`.
///
/// # Safety
/// The vectorcall contract.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn PyObject_Vectorcall(
    callable: *mut PyObject,
    args: *const *mut PyObject,
    nargsf: usize,
    kwnames: *mut PyObject,
) -> *mut PyObject {
    // SAFETY: the caller's promise.
    unsafe {
        let py = token();
        let names = (kwnames as *const PyTupleObject).as_ref();
        pointer(py, dxpy_core::call::vectorcall_raw(py, &*callable, args, nargsf, names))
    }
}
