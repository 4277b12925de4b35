//! methodobject.h: built-in functions.

use crate::util::{pointer, token};
use core::ffi::c_int;
use dxpy_core::abi::{PyCFunctionObject, PyMethodDef, PyObject, PyTypeObject};
use dxpy_core::ptr::Object;
use dxpy_core::{cfunction, exceptions};

/// C: `PyObject *PyCMethod_New(PyMethodDef *, PyObject *self, PyObject *module, PyTypeObject *)`.
///
/// # Safety
/// GIL, LIVE where not NULL; the definition outlives the function.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn PyCMethod_New(
    def: *mut PyMethodDef,
    this: *mut PyObject,
    module: *mut PyObject,
    class: *mut PyTypeObject,
) -> *mut PyObject {
    // SAFETY: the caller's promise.
    unsafe {
        let py = token();
        pointer(py, cfunction::new(py, &*def, this.as_ref(), module.as_ref(), class.as_ref()))
    }
}

/// C: `PyObject *PyCFunction_NewEx(PyMethodDef *, PyObject *self, PyObject *module)`.
///
/// # Safety
/// As [`PyCMethod_New`].
#[unsafe(no_mangle)]
pub unsafe extern "C" fn PyCFunction_NewEx(
    def: *mut PyMethodDef,
    this: *mut PyObject,
    module: *mut PyObject,
) -> *mut PyObject {
    // SAFETY: the caller's promise.
    unsafe { PyCMethod_New(def, this, module, core::ptr::null_mut()) }
}

/// C: `int PyCFunction_GetFlags(PyObject *)`.
///
/// # Safety
/// GIL, LIVE.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn PyCFunction_GetFlags(f: *mut PyObject) -> c_int {
    // SAFETY: the caller's promise; a built-in function holds its definition.
    unsafe {
        if dxpy_core::types::is_subtype((*f).ty(), &cfunction::PyCFunction_Type) {
            return (*(*(f as *mut PyCFunctionObject)).m_ml.get()).ml_flags.get();
        }
        let py = token();
        exceptions::system_error(py, format_args!("bad argument to internal function")).restore(py);
        -1
    }
}
