//! Weak references: the list each object keeps of those to it, and clearing it (`Objects/weakrefobject.c`). The methods
//! of `weakref.ref` and the operators of proxies are in the crate of built-in types.
//!
//! The list starts with the shared reference without callback and the shared proxy without callback, where they exist;
//! those with callbacks, and instances of subclasses, follow.

use crate::abi::constants::*;
use crate::abi::*;
use crate::call::type_name;
use crate::err::{PyErr, PyResult};
use crate::exceptions;
use crate::gc;
use crate::glue;
use crate::object;
use crate::ptr::{Object, Owned};
use crate::statics::StaticType;
use crate::thread::Py;
use core::cell::Cell;
use core::ffi::c_int;
use core::mem::offset_of;

/// `weakref.ReferenceType`.
#[unsafe(no_mangle)]
pub static _PyWeakref_RefType: StaticType = StaticType::new::<PyWeakReference>(c"weakref.ReferenceType")
    .flags(Py_TPFLAGS_BASETYPE)
    .vectorcall_offset(offset_of!(PyWeakReference, vectorcall))
    .traverse(glue::traverse(traverse))
    .clear(glue::clear(tp_clear))
    .dealloc(glue::dealloc(dealloc));
/// `weakref.ProxyType`.
#[unsafe(no_mangle)]
pub static _PyWeakref_ProxyType: StaticType = StaticType::new::<PyWeakReference>(c"weakref.ProxyType")
    .traverse(glue::traverse(traverse))
    .clear(glue::clear(tp_clear))
    .dealloc(glue::dealloc(dealloc));
/// `weakref.CallableProxyType`.
#[unsafe(no_mangle)]
pub static _PyWeakref_CallableProxyType: StaticType =
    StaticType::new::<PyWeakReference>(c"weakref.CallableProxyType")
        .traverse(glue::traverse(traverse))
        .clear(glue::clear(tp_clear))
        .dealloc(glue::dealloc(dealloc));

fn traverse(w: &PyWeakReference, v: &glue::Visitor) -> Result<(), c_int> {
    v.visit(&w.wr_callback)
}

fn tp_clear(_: Py<'_>, w: &PyWeakReference) {
    detach(w);
    object::clear_field(&w.wr_callback);
}

fn dealloc(_: Py<'_>, w: &PyWeakReference) {
    // SAFETY: a weak reference has a collector header; its fields are released once and its memory last.
    unsafe {
        gc::untrack(w.as_object());
        detach(w);
        object::clear_field(&w.wr_callback);
        object::tp_free(w.as_object());
    }
}

/// The head of an object's list, where its type has a place for one (`_PyObject_GET_WEAKREFS_LISTPTR`).
pub fn list(o: &PyObject) -> Option<&Cell<*mut PyObject>> {
    let offset = o.ty().tp_weaklistoffset.get();
    if offset == 0 {
        return None;
    }
    // SAFETY: LAYOUT: the type promises the head at the offset; a managed one is in front of the object.
    Some(unsafe { &*(o.as_ptr().byte_offset(offset) as *const Cell<*mut PyObject>) })
}

/// A reference seen through the head or a link.
fn node<'a>(p: *mut PyWeakReference) -> Option<&'a PyWeakReference> {
    // SAFETY: LIVE: members of a list are live; a dying reference leaves its list first.
    unsafe { p.as_ref() }
}

/// The object referred to, if it is still there (`PyWeakref_GET_OBJECT`): one whose count is already zero is not.
pub fn target(w: &PyWeakReference) -> Option<Owned> {
    // SAFETY: LIVE: the object clears its references before its memory goes.
    unsafe { w.wr_object.get().as_ref() }
        .filter(|o| !object::is_none(o) && o.refcnt() > 0)
        .map(Object::to_owned)
}

/// Takes a reference out of its object's list (`_PyWeakref_ClearRef`); its callback stays, and is not called.
pub fn detach(w: &PyWeakReference) {
    // SAFETY: LIVE: while it is in the list its object is there; NULL in a reference that was never set up.
    let Some(o) = (unsafe { w.wr_object.get().as_ref() }).filter(|o| !object::is_none(o)) else { return };
    let head = list(o).expect("it was in the object's list");
    if core::ptr::addr_eq(head.get(), w) {
        head.set(w.wr_next.get() as *mut PyObject);
    }
    w.wr_object.set(object::none().into_ptr());
    if let Some(p) = node(w.wr_prev.get()) {
        p.wr_next.set(w.wr_next.get());
    }
    if let Some(n) = node(w.wr_next.get()) {
        n.wr_prev.set(w.wr_prev.get());
    }
    w.wr_prev.set(core::ptr::null_mut());
    w.wr_next.set(core::ptr::null_mut());
}

/// `get_basic_refs`: the shared reference and the shared proxy.
fn basic(head: &Cell<*mut PyObject>) -> (Option<&PyWeakReference>, Option<&PyWeakReference>) {
    let first = node(head.get() as *mut PyWeakReference);
    let plain = |w: &&PyWeakReference| w.wr_callback.get().is_null();
    let reference = first.filter(plain).filter(|w| w.as_object().ty().is(&_PyWeakref_RefType.0));
    let next = match reference {
        Some(r) => node(r.wr_next.get()),
        None => first,
    };
    let proxy = next.filter(plain).filter(|w| is_proxy(w.as_object()));
    (reference, proxy)
}

/// `PyWeakref_CheckProxy`.
pub fn is_proxy(o: &PyObject) -> bool {
    o.ty().is(&_PyWeakref_ProxyType.0) || o.ty().is(&_PyWeakref_CallableProxyType.0)
}

/// `PyWeakref_CheckRef`.
pub fn check_ref(o: &PyObject) -> Option<&PyWeakReference> {
    // SAFETY: LAYOUT: just checked.
    crate::types::is_subtype(o.ty(), &_PyWeakref_RefType)
        .then(|| unsafe { &*(o as *const PyObject as *const PyWeakReference) })
}

/// `PyWeakref_Check`: a reference or a proxy.
pub(crate) fn check_any(o: &PyObject) -> Option<&PyWeakReference> {
    // SAFETY: LAYOUT: just checked; proxies begin alike.
    check_ref(o)
        .or_else(|| is_proxy(o).then(|| unsafe { &*(o as *const PyObject as *const PyWeakReference) }))
}

/// Puts `w` behind `prev`, or at the head.
fn link(head: &Cell<*mut PyObject>, prev: Option<&PyWeakReference>, w: &PyWeakReference) {
    let this = w.as_ptr() as *mut PyWeakReference;
    match prev {
        Some(p) => {
            w.wr_prev.set(p.as_ptr() as *mut PyWeakReference);
            w.wr_next.set(p.wr_next.get());
            if let Some(n) = node(p.wr_next.get()) {
                n.wr_prev.set(this);
            }
            p.wr_next.set(this);
        }
        None => {
            w.wr_prev.set(core::ptr::null_mut());
            w.wr_next.set(head.get() as *mut PyWeakReference);
            if let Some(n) = node(head.get() as *mut PyWeakReference) {
                n.wr_prev.set(this);
            }
            head.set(w.as_ptr());
        }
    }
}

fn no_place(py: Py<'_>, o: &PyObject) -> PyErr {
    exceptions::type_error(py, format_args!("cannot create weak reference to '{}' object", type_name(o.ty())))
}

/// `PyWeakref_NewRef`, and `weakref___new__` for a subclass of `weakref.ref`.
pub fn new_ref(
    py: Py<'_>,
    ty: &PyTypeObject,
    o: &PyObject,
    callback: Option<&PyObject>,
) -> PyResult<Owned<PyWeakReference>> {
    let head = list(o).ok_or_else(|| no_place(py, o))?;
    let callback = callback.filter(|c| !object::is_none(c));
    let exact = ty.is(&_PyWeakref_RefType.0);
    if callback.is_none()
        && exact
        && let (Some(r), _) = basic(head)
    {
        return Ok(r.to_owned());
    }
    let w = alloc(py, ty, o, callback)?;
    let (reference, proxy) = basic(head);
    if callback.is_none() && exact {
        // An allocation may have run a finaliser that made one meanwhile.
        if let Some(r) = reference {
            w.wr_object.set(object::none().into_ptr());
            return Ok(r.to_owned());
        }
        link(head, None, &w);
    } else {
        link(head, proxy.or(reference), &w);
    }
    Ok(w)
}

/// `PyWeakref_NewProxy`.
pub fn new_proxy(py: Py<'_>, o: &PyObject, callback: Option<&PyObject>) -> PyResult<Owned<PyWeakReference>> {
    let head = list(o).ok_or_else(|| no_place(py, o))?;
    let callback = callback.filter(|c| !object::is_none(c));
    if callback.is_none()
        && let (_, Some(p)) = basic(head)
    {
        return Ok(p.to_owned());
    }
    let callable = crate::protocol::is_callable(o);
    let ty = if callable { &_PyWeakref_CallableProxyType } else { &_PyWeakref_ProxyType };
    let w = alloc(py, ty, o, callback)?;
    let (reference, proxy) = basic(head);
    match (callback, proxy) {
        (None, Some(p)) => {
            w.wr_object.set(object::none().into_ptr());
            return Ok(p.to_owned());
        }
        (None, None) => link(head, reference, &w),
        (Some(_), _) => link(head, proxy.or(reference), &w),
    }
    Ok(w)
}

fn alloc(
    py: Py<'_>,
    ty: &PyTypeObject,
    o: &PyObject,
    callback: Option<&PyObject>,
) -> PyResult<Owned<PyWeakReference>> {
    // SAFETY: LAYOUT: subtypes begin like a weak reference; the fields are set before anyone sees it.
    unsafe {
        let w: Owned<PyWeakReference> = object::generic_alloc(py, ty, 0)?.cast();
        w.hash.set(-1);
        w.wr_object.set(o.as_ptr());
        w.wr_callback.set(callback.map_or(core::ptr::null_mut(), |c| c.to_owned().into_ptr()));
        w.vectorcall.set(Some(vectorcall));
        Ok(w)
    }
}

/// `weakref_vectorcall`: the object, or None.
unsafe extern "C" fn vectorcall(
    w: *mut PyObject,
    _: *const *mut PyObject,
    nargsf: usize,
    kwnames: *mut PyObject,
) -> *mut PyObject {
    // SAFETY: GIL, LIVE, LAYOUT: the vectorcall contract; only weak references carry this function.
    unsafe {
        let py = Py::assume();
        let keywords = (kwnames as *const PyTupleObject).as_ref().is_some_and(|k| crate::tuple::len(k) > 0);
        let n = crate::call::nargs(nargsf);
        if keywords || n > 0 {
            let e = if keywords {
                exceptions::type_error(py, format_args!("weakref() takes no keyword arguments"))
            } else {
                exceptions::type_error(py, format_args!("weakref expected 0 arguments, got {n}"))
            };
            e.restore(py);
            return core::ptr::null_mut();
        }
        let w = &*(w as *const PyWeakReference);
        target(w).unwrap_or_else(object::none).into_ptr()
    }
}

/// `handle_callback`: what it raises is reported.
fn run_callback(py: Py<'_>, w: &PyWeakReference, callback: &PyObject) {
    if let Err(e) = crate::call::call(py, callback, [w.as_object()]) {
        exceptions::unraisable(py, e, Some(callback));
    }
}

/// `PyObject_ClearWeakRefs`: when an object dies, its references say so and their callbacks run.
pub fn clear_all(py: Py<'_>, o: &PyObject) {
    let Some(head) = list(o) else { return };
    if head.get().is_null() {
        return;
    }
    let pending = PyErr::take(py);
    let mut calls: Vec<(Owned<PyWeakReference>, Owned)> = Vec::new();
    while let Some(w) = node(head.get() as *mut PyWeakReference) {
        // SAFETY: OWNED: the reference held its callback.
        let callback =
            unsafe { Owned::<PyObject>::from_raw_opt(w.wr_callback.replace(core::ptr::null_mut())) };
        // A reference that is itself being released calls nobody.
        let alive = w.as_object().refcnt() > 0;
        let held = alive.then(|| w.to_owned());
        detach(w);
        if let (Some(w), Some(c)) = (held, callback) {
            calls.push((w, c));
        }
    }
    for (w, c) in calls {
        run_callback(py, &w, &c);
    }
    if let Some(e) = pending {
        e.restore(py);
    }
}

/// `_PyWeakref_ClearRef` over a whole list, for the collector: clears the references to a piece of garbage and keeps
/// their callbacks in place for the caller to run.
pub(crate) fn clear_for_collector(o: &PyObject, mut each: impl FnMut(&PyWeakReference)) {
    let Some(head) = list(o) else { return };
    while let Some(w) = node(head.get() as *mut PyWeakReference) {
        detach(w);
        each(w);
    }
}

/// The number of references to an object (`_PyWeakref_GetWeakrefCount`).
pub fn count(o: &PyObject) -> usize {
    refs(o).len()
}

/// All references to an object, in list order (`weakref.getweakrefs`).
pub fn refs(o: &PyObject) -> Vec<Owned<PyWeakReference>> {
    let mut out = Vec::new();
    let mut w = list(o).and_then(|h| node(h.get() as *mut PyWeakReference));
    while let Some(x) = w {
        out.push(x.to_owned());
        w = node(x.wr_next.get());
    }
    out
}
