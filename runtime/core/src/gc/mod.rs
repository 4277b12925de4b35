//! The collector's bookkeeping: the header in front of collected objects, tracking, and the generation lists.
//! Finding and breaking cycles is in `collect`, what the `gc` module steers and shows in `control`.
//!
//! 3.12's header is two words: `_gc_next` (0: untracked) and `_gc_prev`, whose low bits are flags.

pub mod collect;
pub mod control;

use crate::abi::{PyGC_Head, PyObject};
use crate::ptr::Object;
use crate::statics::Gil;
use core::cell::Cell;

/// `_gc_prev` flag: the finaliser was called.
pub const PREV_FINALIZED: usize = 1;
/// `_gc_prev` flag: a collection is looking at the object.
pub const PREV_COLLECTING: usize = 2;
pub(crate) const PREV_MASK: usize = !3;

/// One generation: a ring through its own header, and how many objects came since it was last collected.
pub struct Generation {
    pub head: PyGC_Head,
    pub threshold: Cell<i32>,
    pub count: Cell<i32>,
}

/// The three generations, with 3.12's thresholds.
pub static GENERATIONS: Gil<[Generation; 3]> = Gil([generation(700), generation(10), generation(10)]);

const fn generation(threshold: i32) -> Generation {
    let head = PyGC_Head { _gc_next: Cell::new(0), _gc_prev: Cell::new(0) };
    Generation { head, threshold: Cell::new(threshold), count: Cell::new(0) }
}

pub(crate) fn address(h: &PyGC_Head) -> usize {
    h as *const PyGC_Head as usize
}

/// The ring of generation `n` (3: objects no collection looks at), made into an empty ring at its first use.
#[inline(always)]
pub(crate) fn ring(n: usize) -> &'static PyGC_Head {
    let head = if n < 3 { &GENERATIONS[n].head } else { &PERMANENT.0 };
    if head._gc_next.get() == 0 {
        head._gc_next.set(address(head));
        head._gc_prev.set(address(head));
    }
    head
}

/// Objects taken out of collection: immortal ones, and those of `gc.freeze()`.
static PERMANENT: Gil<PyGC_Head> = Gil(PyGC_Head { _gc_next: Cell::new(0), _gc_prev: Cell::new(0) });

/// The header in front of a collected object.
///
/// # Safety
/// The object was allocated with one: its type has `Py_TPFLAGS_HAVE_GC` and says yes in `tp_is_gc`.
#[inline(always)]
pub unsafe fn head(o: &PyObject) -> &PyGC_Head {
    // SAFETY: the caller's promise.
    unsafe { &*(o.as_ptr() as *const PyGC_Head).sub(1) }
}

/// `PyObject_GC_IsTracked` for an object with a header.
///
/// # Safety
/// As [`head`].
#[inline(always)]
pub unsafe fn is_tracked(o: &PyObject) -> bool {
    // SAFETY: the caller's promise.
    unsafe { head(o)._gc_next.get() != 0 }
}

/// `_PyObject_GC_TRACK`.
///
/// # Safety
/// As [`head`]; the object is not tracked, and every field `tp_traverse` visits is valid.
#[inline(always)]
pub unsafe fn track(o: &PyObject) {
    // SAFETY: the caller's promise; the ring's members are live headers.
    unsafe {
        let (h, ring) = (head(o), ring(0));
        let last = ring._gc_prev.get();
        (*(last as *const PyGC_Head))._gc_next.set(address(h));
        h._gc_prev.set((h._gc_prev.get() & !PREV_MASK) | last);
        h._gc_next.set(address(ring));
        ring._gc_prev.set(address(h));
    }
}

/// `PyObject_GC_UnTrack`: nothing happens to an untracked object.
///
/// # Safety
/// As [`head`].
#[inline(always)]
pub unsafe fn untrack(o: &PyObject) {
    // SAFETY: the caller's promise; neighbours in a ring are live headers.
    unsafe {
        let h = head(o);
        let next = h._gc_next.get();
        if next == 0 {
            return;
        }
        let prev = h._gc_prev.get() & PREV_MASK;
        let (n, p) = (&*(next as *const PyGC_Head), &*(prev as *const PyGC_Head));
        p._gc_next.set(next);
        n._gc_prev.set((n._gc_prev.get() & !PREV_MASK) | prev);
        h._gc_next.set(0);
        h._gc_prev.set(h._gc_prev.get() & PREV_FINALIZED);
    }
}

/// Links a dead, untracked object to another through its header, for lists of objects that wait to be freed.
///
/// # Safety
/// As [`head`]; the object is untracked.
pub(crate) unsafe fn set_link(o: &PyObject, next: *mut PyObject) {
    // SAFETY: the caller's promise; objects are aligned beyond the flag bits.
    unsafe {
        let h = head(o);
        h._gc_prev.set(h._gc_prev.get() & PREV_FINALIZED | next as usize);
    }
}

/// What [`set_link`] stored.
///
/// # Safety
/// As [`set_link`].
pub(crate) unsafe fn link(o: &PyObject) -> *mut PyObject {
    // SAFETY: the caller's promise.
    unsafe { (head(o)._gc_prev.get() & PREV_MASK) as *mut PyObject }
}

/// `_PyGC_FINALIZED`.
///
/// # Safety
/// As [`head`].
pub unsafe fn is_finalized(o: &PyObject) -> bool {
    // SAFETY: the caller's promise.
    unsafe { head(o)._gc_prev.get() & PREV_FINALIZED != 0 }
}

/// `_PyGC_SET_FINALIZED`.
///
/// # Safety
/// As [`head`].
pub unsafe fn set_finalized(o: &PyObject) {
    // SAFETY: the caller's promise.
    unsafe {
        let h = head(o);
        h._gc_prev.set(h._gc_prev.get() | PREV_FINALIZED);
    }
}
