//! object.h and objimpl.h: reference counts, deallocation, new objects.

use crate::util::pointer;
use core::ffi::{c_int, c_void};
use dxpy_core::abi::{Py_ssize_t, PyObject, PyTypeObject};
use dxpy_core::ptr::{Object, decref, incref};
use dxpy_core::{Owned, Py, PyResult, exceptions, gc, object, types};

/// C: `void Py_IncRef(PyObject *)`; NULL is allowed.
///
/// # Safety
/// GIL, LIVE.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn Py_IncRef(o: *mut PyObject) {
    // SAFETY: the caller's promise.
    if let Some(o) = unsafe { o.as_ref() } {
        incref(o);
    }
}

/// C: `void Py_DecRef(PyObject *)`; NULL is allowed.
///
/// # Safety
/// GIL, OWNED.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn Py_DecRef(o: *mut PyObject) {
    if !o.is_null() {
        // SAFETY: the caller's promise.
        unsafe { decref(o) }
    }
}

/// C: `void _Py_IncRef(PyObject *)`.
///
/// # Safety
/// GIL, LIVE.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn _Py_IncRef(o: *mut PyObject) {
    // SAFETY: the caller's promise.
    incref(unsafe { &*o });
}

/// C: `void _Py_DecRef(PyObject *)`.
///
/// # Safety
/// GIL, OWNED.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn _Py_DecRef(o: *mut PyObject) {
    // SAFETY: the caller's promise.
    unsafe { decref(o) }
}

/// C: `void _Py_Dealloc(PyObject *)`.
///
/// # Safety
/// GIL; the last reference was just given up.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn _Py_Dealloc(o: *mut PyObject) {
    // SAFETY: the caller's promise.
    unsafe { dxpy_core::ptr::dealloc(o) }
}

/// C: `PyObject *Py_NewRef(PyObject *)`.
///
/// # Safety
/// GIL, LIVE.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn Py_NewRef(o: *mut PyObject) -> *mut PyObject {
    // SAFETY: the caller's promise.
    unsafe { Py_IncRef(o) };
    o
}

/// C: `PyObject *Py_XNewRef(PyObject *)`.
///
/// # Safety
/// GIL, LIVE where not NULL.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn Py_XNewRef(o: *mut PyObject) -> *mut PyObject {
    // SAFETY: the caller's promise.
    unsafe { Py_NewRef(o) }
}

/// C: `int Py_Is(PyObject *, PyObject *)`.
#[unsafe(no_mangle)]
pub extern "C" fn Py_Is(a: *mut PyObject, b: *mut PyObject) -> c_int {
    (a == b) as c_int
}

/// C: `int Py_IsNone(PyObject *)`.
#[unsafe(no_mangle)]
pub extern "C" fn Py_IsNone(o: *mut PyObject) -> c_int {
    (o == object::_Py_NoneStruct.as_ptr()) as c_int
}

/// C: `int PyType_IsSubtype(PyTypeObject *, PyTypeObject *)`.
///
/// # Safety
/// GIL, LIVE.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn PyType_IsSubtype(a: *mut PyTypeObject, b: *mut PyTypeObject) -> c_int {
    // SAFETY: the caller's promise.
    unsafe { types::is_subtype(&*a, &*b) as c_int }
}

/// An object with its header set, its size too where the type has items.
///
/// # Safety
/// GIL; the type is ready; the caller fills the object.
unsafe fn new(ty: *mut PyTypeObject, items: Option<Py_ssize_t>) -> *mut PyObject {
    // SAFETY: the caller's promise; `size` covers header and items.
    unsafe {
        let (py, ty) = (Py::assume(), &*ty);
        let (basic, item) = (ty.tp_basicsize.get() as usize, ty.tp_itemsize.get() as usize);
        let size = basic.checked_add(item.saturating_mul(items.unwrap_or(0) as usize));
        let r: PyResult<Owned> = match size {
            Some(size) => object::alloc_uninit(py, ty, size.next_multiple_of(8)),
            None => Err(exceptions::memory_error(py)),
        };
        if let (Ok(o), Some(n)) = (&r, items) {
            (*(o.as_ptr() as *mut dxpy_core::abi::PyVarObject)).ob_size.set(n);
        }
        pointer(py, r)
    }
}

/// C: `PyObject *_PyObject_New(PyTypeObject *)`.
///
/// # Safety
/// As [`new`].
#[unsafe(no_mangle)]
pub unsafe extern "C" fn _PyObject_New(ty: *mut PyTypeObject) -> *mut PyObject {
    // SAFETY: the caller's promise.
    unsafe { new(ty, None) }
}

/// C: `PyVarObject *_PyObject_NewVar(PyTypeObject *, Py_ssize_t)`.
///
/// # Safety
/// As [`new`].
#[unsafe(no_mangle)]
pub unsafe extern "C" fn _PyObject_NewVar(ty: *mut PyTypeObject, n: Py_ssize_t) -> *mut PyObject {
    // SAFETY: the caller's promise.
    unsafe { new(ty, Some(n)) }
}

/// C: `PyObject *_PyObject_GC_New(PyTypeObject *)`.
///
/// # Safety
/// As [`new`].
#[unsafe(no_mangle)]
pub unsafe extern "C" fn _PyObject_GC_New(ty: *mut PyTypeObject) -> *mut PyObject {
    // SAFETY: the caller's promise.
    unsafe { new(ty, None) }
}

/// C: `PyVarObject *_PyObject_GC_NewVar(PyTypeObject *, Py_ssize_t)`.
///
/// # Safety
/// As [`new`].
#[unsafe(no_mangle)]
pub unsafe extern "C" fn _PyObject_GC_NewVar(ty: *mut PyTypeObject, n: Py_ssize_t) -> *mut PyObject {
    // SAFETY: the caller's promise.
    unsafe { new(ty, Some(n)) }
}

/// C: `void PyObject_GC_Track(void *)`.
///
/// # Safety
/// GIL; an untracked object with a collector header and valid fields.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn PyObject_GC_Track(o: *mut c_void) {
    // SAFETY: the caller's promise.
    unsafe { gc::track(&*(o as *mut PyObject)) }
}

/// C: `void PyObject_GC_UnTrack(void *)`.
///
/// # Safety
/// GIL; an object with a collector header.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn PyObject_GC_UnTrack(o: *mut c_void) {
    // SAFETY: the caller's promise.
    unsafe { gc::untrack(&*(o as *mut PyObject)) }
}

/// C: `int PyObject_GC_IsTracked(PyObject *)`.
///
/// # Safety
/// GIL, LIVE.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn PyObject_GC_IsTracked(o: *mut PyObject) -> c_int {
    // SAFETY: the caller's promise.
    unsafe { (gc::collect::is_collectable(&*o) && gc::is_tracked(&*o)) as c_int }
}

/// C: `void PyObject_GC_Del(void *)`.
///
/// # Safety
/// GIL; a dead object with a collector header, whose fields are released.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn PyObject_GC_Del(o: *mut c_void) {
    // SAFETY: the caller's promise.
    unsafe {
        gc::untrack(&*(o as *mut PyObject));
        object::free(&*(o as *mut PyObject));
    }
}

/// C: `Py_ssize_t PyGC_Collect(void)`.
///
/// # Safety
/// GIL.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn PyGC_Collect() -> Py_ssize_t {
    // SAFETY: the caller's promise.
    gc::collect::collect(unsafe { Py::assume() }, 2) as Py_ssize_t
}
