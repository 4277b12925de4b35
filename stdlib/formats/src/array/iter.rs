//! `arrayiterator`.

use super::{ArrayObject, get, size};
use core::cell::Cell;
use dxpy_core::abi::constants::*;
use dxpy_core::abi::*;
use dxpy_core::ptr::{Layout, Object};
use dxpy_core::statics::StaticType;
use dxpy_core::{Owned, Py, PyResult, gc, glue, hooks, long, methods, name, number, object, tuple};

/// `arrayiterobject`.
#[repr(C)]
pub struct IteratorObject {
    ob_base: PyObject,
    index: Cell<isize>,
    /// NULL at the end.
    array: Cell<*mut PyObject>,
}

// SAFETY: the struct is `#[repr(C)]` and begins with a `PyObject`.
unsafe impl Layout for IteratorObject {}

pub static ITERATOR: StaticType = StaticType::new::<IteratorObject>(c"array.arrayiterator")
    .getattro(dxpy_core::attr::generic_get_slot)
    .flags(Py_TPFLAGS_DISALLOW_INSTANTIATION)
    .traverse(glue::traverse(|it: &IteratorObject, v: &glue::Visitor| v.visit(&it.array)))
    .dealloc(glue::dealloc(|_: Py<'_>, it: &IteratorObject| {
        // SAFETY: the type has a collector header; the field goes once and the memory last.
        unsafe {
            gc::untrack(it.as_object());
            object::clear_field(&it.array);
            object::tp_free(it.as_object());
        }
    }))
    .iter(glue::unary(|_: Py<'_>, it: &IteratorObject| Ok(it.to_owned())))
    .iternext(glue::iternext(next))
    .methods(&METHODS);

methods! { static METHODS: for IteratorObject [
    "__reduce__" = reduce [0], "($self, /)", "What pickle needs to make it again.", defining;
    "__setstate__" = setstate [1], "($self, state, /)", "Sets the place it is at.";
] }

/// `array_iter`.
pub fn iter(py: Py<'_>, a: &ArrayObject) -> PyResult<Owned<IteratorObject>> {
    // SAFETY: LAYOUT: the type's own struct.
    let it: Owned<IteratorObject> = unsafe { object::generic_alloc(py, &ITERATOR, 0)?.cast() };
    it.array.set(a.to_owned().into_ptr());
    Ok(it)
}

fn array(it: &IteratorObject) -> Option<&ArrayObject> {
    // SAFETY: LIVE, LAYOUT: the iterator holds its array.
    unsafe { (it.array.get() as *const ArrayObject).as_ref() }
}

fn next(py: Py<'_>, it: &IteratorObject) -> PyResult<Option<Owned>> {
    let Some(a) = array(it) else { return Ok(None) };
    let i = it.index.get() as usize;
    if i < size(a) {
        it.index.set(i as isize + 1);
        return get(py, a, i).map(Some);
    }
    object::clear_field(&it.array);
    Ok(None)
}

fn reduce(py: Py<'_>, it: &IteratorObject) -> PyResult<Owned<PyTupleObject>> {
    let iter = hooks::builtin(py, name!("iter"))?;
    match array(it) {
        None => {
            let nothing = tuple::from_iter(py, [tuple::empty().upcast()])?.upcast();
            tuple::from_iter(py, [iter, nothing])
        }
        Some(a) => {
            let of = tuple::from_iter(py, [a.as_object().to_owned()])?.upcast();
            tuple::from_iter(py, [iter, of, long::from_i64(py, it.index.get() as i64)?.upcast()])
        }
    }
}

fn setstate(py: Py<'_>, it: &IteratorObject, state: &PyObject) -> PyResult<()> {
    let i = number::as_ssize(py, state, &dxpy_core::exceptions::OverflowError)?;
    if let Some(a) = array(it) {
        it.index.set(i.clamp(0, size(a) as isize));
    }
    Ok(())
}
