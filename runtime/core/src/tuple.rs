//! `tuple`: construction and items. Methods and comparison are not here yet.

use crate::abi::constants::*;
use crate::abi::*;
use crate::err::PyResult;
use crate::exceptions;
use crate::gc;
use crate::glue;
use crate::object;
use crate::ptr::{IMMORTAL_REFCNT, Object, Owned};
use crate::statics::{Gil, StaticType};
use crate::thread::Py;
use core::cell::Cell;
use core::mem::offset_of;

/// `tuple`.
#[unsafe(no_mangle)]
pub static PyTuple_Type: StaticType = StaticType::new::<PyTupleObject>(c"tuple")
    .sized(offset_of!(PyTupleObject, ob_item), size_of::<*mut PyObject>())
    .flags(
        Py_TPFLAGS_HAVE_GC
            | Py_TPFLAGS_BASETYPE
            | Py_TPFLAGS_TUPLE_SUBCLASS
            | Py_TPFLAGS_SEQUENCE
            | _Py_TPFLAGS_MATCH_SELF,
    )
    .traverse(glue::traverse(traverse))
    .dealloc(glue::dealloc(dealloc));

fn traverse(t: &PyTupleObject, v: &glue::Visitor) -> Result<(), core::ffi::c_int> {
    (0..t.ob_base.ob_size.get() as usize).try_for_each(|i| v.visit(item_cell(t, i)))
}

/// `tupledealloc`.
fn dealloc(py: Py<'_>, t: &PyTupleObject) {
    if t.is(&EMPTY.tuple) {
        return object::revive(py, t.as_object());
    }
    // SAFETY: a tuple has a collector header; its items are released once and its memory last.
    unsafe {
        gc::untrack(t.as_object());
        for i in (0..t.ob_base.ob_size.get() as usize).rev() {
            object::clear_field(item_cell(t, i));
        }
        object::tp_free(t.as_object());
    }
}

/// The place of item `i`.
#[inline(always)]
fn item_cell(t: &PyTupleObject, i: usize) -> &Cell<*mut PyObject> {
    assert!(i < t.ob_base.ob_size.get() as usize);
    // SAFETY: `ob_size` items follow the header.
    unsafe { &*t.ob_item.as_ptr().add(i) }
}

/// The empty tuple with the collector header its type promises.
#[repr(C)]
struct Empty {
    gc: PyGC_Head,
    tuple: PyTupleObject,
}

static EMPTY: Gil<Empty> = Gil(Empty {
    gc: PyGC_Head { _gc_next: Cell::new(0), _gc_prev: Cell::new(0) },
    tuple: PyTupleObject {
        ob_base: PyVarObject {
            ob_base: PyObject {
                ob_refcnt: Cell::new(IMMORTAL_REFCNT),
                ob_type: Cell::new(&raw const PyTuple_Type.0 as *mut PyTypeObject),
            },
            ob_size: Cell::new(0),
        },
        ob_item: [Cell::new(core::ptr::null_mut())],
    },
});

/// The empty tuple.
pub fn empty() -> Owned<PyTupleObject> {
    EMPTY.tuple.to_owned()
}

/// A tuple of these items, tracked by the collector (`PyTuple_FromArray` taking over the references).
pub fn from_iter<I>(py: Py<'_>, items: I) -> PyResult<Owned<PyTupleObject>>
where
    I: IntoIterator<Item = Owned>,
    I::IntoIter: ExactSizeIterator,
{
    let items = items.into_iter();
    let n = items.len();
    if n == 0 {
        return Ok(empty());
    }
    let size = n
        .checked_mul(size_of::<*mut PyObject>())
        .and_then(|s| s.checked_add(PyTuple_Type.tp_basicsize.get() as usize))
        .ok_or_else(|| exceptions::memory_error(py))?;
    // SAFETY: the size covers `n` items; each is written before the tuple is tracked or seen.
    unsafe {
        let t = object::alloc_uninit::<PyTupleObject>(py, &PyTuple_Type, size)?;
        t.ob_base.ob_size.set(0);
        for (i, item) in items.enumerate().take(n) {
            (*t.ob_item.as_ptr().add(i)).set(item.into_ptr());
            t.ob_base.ob_size.set(i as isize + 1);
        }
        gc::track(t.as_object());
        Ok(t)
    }
}

/// `PyTuple_New`: items are NULL, for C code to set before anyone else sees the tuple.
pub fn new_unset(py: Py<'_>, n: usize) -> PyResult {
    if n == 0 {
        return Ok(empty().upcast());
    }
    object::generic_alloc(py, &PyTuple_Type, n)
}

/// `PyTuple_Check`.
#[inline(always)]
pub fn check(o: &PyObject) -> Option<&PyTupleObject> {
    // SAFETY: LAYOUT: the subclass flag says so.
    (o.ty().tp_flags.get() & Py_TPFLAGS_TUPLE_SUBCLASS != 0)
        .then(|| unsafe { &*(o as *const PyObject as *const PyTupleObject) })
}

/// `PyTuple_CheckExact`.
#[inline(always)]
pub fn check_exact(o: &PyObject) -> Option<&PyTupleObject> {
    // SAFETY: LAYOUT: the type says so.
    o.ty().is(&PyTuple_Type.0).then(|| unsafe { &*(o as *const PyObject as *const PyTupleObject) })
}

/// The number of items.
#[inline(always)]
pub fn len(t: &PyTupleObject) -> usize {
    t.ob_base.ob_size.get() as usize
}

/// The items. They stay as long as the tuple does.
#[inline(always)]
pub fn items(t: &PyTupleObject) -> &[&PyObject] {
    // SAFETY: `ob_size` items follow, none NULL once the tuple is seen; tuples do not change.
    unsafe {
        core::slice::from_raw_parts(t.ob_item.as_ptr() as *const &PyObject, t.ob_base.ob_size.get() as usize)
    }
}

/// `_PyTuple_MaybeUntrack`: a tuple none of whose items can be in a cycle leaves the collector.
pub(crate) fn maybe_untrack(t: &PyTupleObject) {
    let o = t.as_object();
    // SAFETY: tuples have a collector header.
    let plain = unsafe { gc::is_tracked(o) } && items_are_plain(t);
    if plain {
        // SAFETY: as above.
        unsafe { gc::untrack(o) };
    }
}

fn items_are_plain(t: &PyTupleObject) -> bool {
    (0..len(t)).all(|i| {
        // SAFETY: the index is within the items; an item that is not set yet is NULL.
        let item = unsafe { (*t.ob_item.as_ptr().add(i)).get().as_ref() };
        item.is_some_and(|o| !crate::dict::may_be_tracked(o.as_ptr()))
    })
}

/// The tuple in a field, if that reference is the only one: its owner may fill it anew and hand it out as the next result,
/// as `zip` and its like do.
#[inline]
pub fn sole(field: &Cell<*mut PyObject>) -> Option<Owned<PyTupleObject>> {
    // SAFETY: LIVE: the field's owner holds it; LAYOUT: the type says so.
    let t = check_exact(unsafe { field.get().as_ref() }?)?;
    (t.ob_base.ob_base.ob_refcnt.get() == 1).then(|| t.to_owned())
}

/// Puts an item into a tuple that [`sole`] gave, and gives back the one that was there. The collector may have stopped
/// looking at the tuple, if the old items were none of its business; from here on it looks again.
///
/// # Safety
/// Nobody but the caller sees the tuple.
#[inline]
pub unsafe fn refill(t: &PyTupleObject, i: usize, item: Owned) -> Owned {
    // SAFETY: a tuple has a collector header; its cells hold one reference each.
    unsafe {
        if !gc::is_tracked(t.as_object()) {
            gc::track(t.as_object());
        }
        Owned::from_raw(item_cell(t, i).replace(item.into_ptr()))
    }
}
