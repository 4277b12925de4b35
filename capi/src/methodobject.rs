//! methodobject.h: built-in functions.

use crate::util::{api, pointer, token};
use core::ffi::{c_int, c_void};
use dxpy_core::abi::constants::METH_STATIC;
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

/// The function's definition, or `PyErr_BadInternalCall`'s error pending and NULL.
fn function<'a>(py: dxpy_core::Py<'_>, f: Option<&'a PyObject>) -> Option<&'a PyCFunctionObject> {
    let f = f.filter(|f| dxpy_core::types::is_subtype(f.ty(), &cfunction::PyCFunction_Type));
    if f.is_none() {
        exceptions::system_error(py, format_args!("bad argument to internal function")).restore(py);
    }
    // SAFETY: LAYOUT: just checked.
    f.map(|f| unsafe { &*(&raw const *f).cast() })
}

api! {
    /// C: `PyCFunction PyCFunction_GetFunction(PyObject *)`.
    fn PyCFunction_GetFunction(py, f: Option<&PyObject>) -> *mut c_void {
        let def = function(py, f).map(|f| f.m_ml.get());
        // SAFETY: STATIC: a function holds its definition, which outlives it.
        def.and_then(|d| unsafe { (*d).ml_meth.get() }).map_or(core::ptr::null_mut(), |f| f as *mut c_void)
    }

    /// C: `PyObject *PyCFunction_GetSelf(PyObject *)`: borrowed; NULL for a static method.
    fn PyCFunction_GetSelf(py, f: Option<&PyObject>) -> *mut PyObject {
        let Some(f) = function(py, f) else { return core::ptr::null_mut() };
        // SAFETY: STATIC: as above.
        let is_static = unsafe { (*f.m_ml.get()).ml_flags.get() } & METH_STATIC != 0;
        if is_static { core::ptr::null_mut() } else { f.m_self.get() }
    }
}
