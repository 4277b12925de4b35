//! cellobject.h: making cells. `PyCell_Get` and `PyCell_Set` are not here yet.

use crate::util::{pointer, token};
use dxpy_core::abi::PyObject;
use dxpy_core::cell;
use dxpy_core::ptr::Object;

/// C: `PyObject *PyCell_New(PyObject *)`; NULL makes it empty.
///
/// # Safety
/// GIL, LIVE where not NULL.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn PyCell_New(o: *mut PyObject) -> *mut PyObject {
    // SAFETY: the caller's promise.
    unsafe {
        let py = token();
        pointer(py, cell::new(py, o.as_ref().map(Object::to_owned)))
    }
}
