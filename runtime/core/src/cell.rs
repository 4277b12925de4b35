//! Cells, the variables that closures share: `PyCell_Type` (`Objects/cellobject.c`). Comparison, repr and the
//! constructor come with the object protocol.

use crate::abi::*;
use crate::err::PyResult;
use crate::gc;
use crate::glue;
use crate::object;
use crate::ptr::{Object, Owned};
use crate::statics::StaticType;
use crate::thread::Py;
use core::ffi::c_int;

/// `cell`.
#[unsafe(no_mangle)]
pub static PyCell_Type: StaticType = StaticType::new::<PyCellObject>(c"cell")
    .traverse(glue::traverse(traverse))
    .clear(glue::clear(clear))
    .dealloc(glue::dealloc(dealloc));

/// `PyCell_New`; `None` makes an empty cell.
pub fn new(py: Py<'_>, value: Option<Owned>) -> PyResult<Owned<PyCellObject>> {
    // SAFETY: the one field after the header is set before the object is tracked.
    unsafe {
        let c = object::alloc_uninit::<PyCellObject>(py, &PyCell_Type, size_of::<PyCellObject>())?;
        c.ob_ref.set(value.map_or(core::ptr::null_mut(), Owned::into_ptr));
        gc::track(c.as_object());
        Ok(c)
    }
}

/// `PyCell_Check`.
pub fn check(o: &PyObject) -> Option<&PyCellObject> {
    // SAFETY: LAYOUT: `cell` cannot be subclassed.
    core::ptr::eq(o.ty(), &PyCell_Type.0).then(|| unsafe { &*(o as *const PyObject as *const PyCellObject) })
}

/// `PyCell_GET`, with a reference: the content may be replaced at any time.
#[inline(always)]
pub fn get(c: &PyCellObject) -> Option<Owned> {
    // SAFETY: LIVE: the cell holds its content, if any.
    unsafe { c.ob_ref.get().as_ref() }.map(Object::to_owned)
}

/// `PyCell_SET`, which also releases the former content, afterwards.
#[inline(always)]
pub fn set(c: &PyCellObject, value: Option<Owned>) {
    let old = c.ob_ref.replace(value.map_or(core::ptr::null_mut(), Owned::into_ptr));
    // SAFETY: OWNED: the cell held one reference, or NULL.
    drop(unsafe { Owned::from_raw_opt(old) });
}

fn traverse(c: &PyCellObject, v: &glue::Visitor) -> Result<(), c_int> {
    v.visit(&c.ob_ref)
}

fn clear(_: Py<'_>, c: &PyCellObject) {
    object::clear_field(&c.ob_ref);
}

/// `cell_dealloc`.
fn dealloc(_: Py<'_>, c: &PyCellObject) {
    // SAFETY: a cell has a collector header; its field is released once and its memory last.
    unsafe {
        gc::untrack(c.as_object());
        object::clear_field(&c.ob_ref);
        object::free(c.as_object());
    }
}
