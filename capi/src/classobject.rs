//! classobject.h: bound methods and instance methods.

use crate::util::{api, pointer, token};
use dxpy_core::abi::PyObject;
use dxpy_core::{Owned, PyResult, exceptions, method};
use dxpy_types::instancemethod;

/// C: `PyObject *PyMethod_New(PyObject *function, PyObject *self)`.
///
/// # Safety
/// GIL, LIVE.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn PyMethod_New(function: *mut PyObject, this: *mut PyObject) -> *mut PyObject {
    // SAFETY: the caller's promise.
    unsafe {
        let py = token();
        if this.is_null() {
            let e = exceptions::system_error(py, format_args!("bad argument to internal function"));
            return pointer::<PyObject>(py, Err(e));
        }
        pointer(py, method::new(py, &*function, &*this))
    }
}

api! {
    /// C: `PyObject *PyInstanceMethod_New(PyObject *func)`.
    fn PyInstanceMethod_New(py, function: &PyObject) -> PyResult<Owned> {
        instancemethod::new(py, function)
    }
    /// C: `PyObject *PyInstanceMethod_Function(PyObject *im)`: borrowed.
    fn PyInstanceMethod_Function(py, m: &PyObject) -> *mut PyObject {
        match instancemethod::check(m) {
            Some(m) => instancemethod::function(m) as *const PyObject as *mut PyObject,
            None => {
                exceptions::system_error(py, format_args!("bad argument to internal function")).restore(py);
                core::ptr::null_mut()
            }
        }
    }
}
