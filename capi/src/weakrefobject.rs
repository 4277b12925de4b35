//! weakrefobject.h and cpython/weakrefobject.h.

use crate::util::api;
use dxpy_core::abi::*;
use dxpy_core::ptr::Object;
use dxpy_core::{Owned, Py, PyResult, exceptions, object, weakref};

/// A reference or a proxy.
fn as_weak<'a>(py: Py<'_>, o: Option<&'a PyObject>) -> PyResult<&'a PyWeakReference> {
    let weak = o.filter(|o| weakref::check_ref(o).is_some() || weakref::is_proxy(o));
    // SAFETY: LAYOUT: both are such objects.
    weak.map(|o| unsafe { &*(&raw const *o).cast() })
        .ok_or_else(|| exceptions::system_error(py, format_args!("bad argument to internal function")))
}

fn callback(o: Option<&PyObject>) -> Option<&PyObject> {
    o.filter(|o| !object::is_none(o))
}

api! {
    /// C: `PyObject *PyWeakref_NewRef(PyObject *, PyObject *)`.
    fn PyWeakref_NewRef(py, o: &PyObject, f: Option<&PyObject>) -> PyResult<Owned<PyWeakReference>> {
        weakref::new_ref(py, &weakref::_PyWeakref_RefType, o, callback(f))
    }

    /// C: `PyObject *PyWeakref_NewProxy(PyObject *, PyObject *)`.
    fn PyWeakref_NewProxy(py, o: &PyObject, f: Option<&PyObject>) -> PyResult<Owned<PyWeakReference>> {
        weakref::new_proxy(py, o, callback(f))
    }

    /// C: `PyObject *PyWeakref_GetObject(PyObject *)`: borrowed; None for one that is gone.
    fn PyWeakref_GetObject(py, w: Option<&PyObject>) -> PyResult<*mut PyObject> {
        // Whoever holds the object goes on doing so, as far as the caller knows.
        as_weak(py, w).map(|w| weakref::target(w).map_or_else(|| object::none().into_ptr(), |o| o.as_ptr()))
    }

    /// C: `void PyObject_ClearWeakRefs(PyObject *)`: for the `tp_dealloc` of types with weak references.
    fn PyObject_ClearWeakRefs(py, o: &PyObject) -> () {
        let pending = dxpy_core::PyErr::take(py);
        weakref::clear_all(py, o);
        if let Some(e) = pending {
            e.restore(py);
        }
    }

    /// C: `void _PyWeakref_ClearRef(PyWeakReference *)`: it refers to nothing from now on; its callback is not called.
    fn _PyWeakref_ClearRef(_, w: &PyWeakReference) -> () {
        weakref::detach(w);
    }

    /// C: `PyObject **PyObject_GET_WEAKREFS_LISTPTR(PyObject *)`.
    fn PyObject_GET_WEAKREFS_LISTPTR(_, o: &PyObject) -> *mut *mut PyObject {
        weakref::list(o).map_or(core::ptr::null_mut(), |c| c.as_ptr())
    }

    /// C: `Py_ssize_t _PyWeakref_GetWeakrefCount(PyWeakReference *)`: how long the object's list is, from here on.
    fn _PyWeakref_GetWeakrefCount(_, head: Option<&PyWeakReference>) -> isize {
        let mut n = 0;
        let mut at = head;
        while let Some(w) = at {
            n += 1;
            // SAFETY: LIVE: members of a list are.
            at = unsafe { w.wr_next.get().as_ref() };
        }
        n
    }
}
