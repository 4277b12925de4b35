//! Iterators over contexts: keys, values, items (`Python/hamt.c`).

use super::hamt::{self, Walk};
use core::cell::Cell;
use dxpy_core::abi::constants::*;
use dxpy_core::abi::*;
use dxpy_core::ptr::{Layout, Object};
use dxpy_core::statics::{StaticTable, StaticType};
use dxpy_core::{Owned, Py, PyResult, gc, glue, object, tuple};

#[repr(C)]
struct Iter {
    ob_base: PyObject,
    /// How many pairs the mapping has.
    size: Cell<usize>,
    walk: Cell<*mut Walk>,
}

// SAFETY: the struct is `#[repr(C)]` and begins with a `PyObject`.
unsafe impl Layout for Iter {}

static MAPPING: StaticTable<PyMappingMethods> =
    StaticTable::<PyMappingMethods>::empty().length(glue::len(|_: Py<'_>, it: &Iter| Ok(it.size.get())));

macro_rules! iterators {
    ($($name:ident = $shown:literal, $next:expr;)*) => { $(
        pub static $name: StaticType = StaticType::new::<Iter>($shown)
            .getattro(dxpy_core::attr::generic_get_slot)
            .flags(Py_TPFLAGS_HAVE_GC)
            .mapping(&MAPPING)
            .iter(glue::unary(|_: Py<'_>, it: &Iter| Ok(it.as_object().to_owned())))
            .iternext(glue::iternext($next))
            .traverse(glue::traverse(traverse))
            .dealloc(glue::dealloc(dealloc));
    )* };
}
iterators! {
    KEYS = c"keys", |_: Py<'_>, it: &Iter| Ok(next(it).map(|(k, _)| k));
    VALUES = c"values", |_: Py<'_>, it: &Iter| Ok(next(it).map(|(_, v)| v));
    ITEMS = c"items", |py: Py<'_>, it: &Iter| match next(it) {
        Some((k, v)) => tuple::from_iter(py, [k, v]).map(|t| Some(t.upcast())),
        None => Ok(None),
    };
}

fn next(it: &Iter) -> Option<(Owned, Owned)> {
    // SAFETY: made with the iterator and freed with it; the reference does not outlive a step, which runs no code of
    // others.
    unsafe { it.walk.get().as_mut() }?.step()
}

fn traverse(it: &Iter, v: &glue::Visitor) -> Result<(), core::ffi::c_int> {
    // SAFETY: as above; the collector runs in no step.
    unsafe { it.walk.get().as_ref() }.map_or(Ok(()), |w| w.traverse(v))
}

fn dealloc(_: Py<'_>, it: &Iter) {
    // SAFETY: the object has a collector header; what it owns is released once and its memory last.
    unsafe {
        gc::untrack(it.as_object());
        let w = it.walk.replace(core::ptr::null_mut());
        if !w.is_null() {
            drop(Box::from_raw(w));
        }
        object::tp_free(it.as_object());
    }
}

/// An iterator of this kind.
pub fn new(py: Py<'_>, ty: &PyTypeObject, h: Option<&PyHamtObject>) -> PyResult {
    // SAFETY: LAYOUT: the types' struct.
    let it: Owned<Iter> = unsafe { object::generic_alloc(py, ty, 0)?.cast() };
    it.size.set(h.map_or(0, hamt::len));
    it.walk.set(Box::into_raw(Box::new(h.map(hamt::walk).unwrap_or_default())));
    Ok(it.upcast())
}
