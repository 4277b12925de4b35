//! Finding cycles of garbage and breaking them (`gc_collect_main`): references from inside a generation are subtracted
//! from the counts; what keeps some is reachable from outside, and what that reaches is too; the rest is finalised
//! (PEP 442) and, unless it came back to life, cleared. Objects with the old `tp_del` go to `gc.garbage`. The lists,
//! flags and counts that the `gc` module shows are in `control`.

use super::control::{self, debug};
use super::{PREV_COLLECTING, PREV_FINALIZED, PREV_MASK, address, head, ring};
use crate::abi::constants::*;
use crate::abi::*;
use crate::ptr::{Object, Owned, is_immortal};
use crate::statics::Gil;
use crate::thread::Py;
use core::cell::Cell;
use core::ffi::{c_int, c_void};

/// References are counted above `_gc_prev`'s two flag bits while a collection runs.
const REFS_SHIFT: u32 = 2;
/// `_gc_next` flag: in the unreachable list, for now.
const NEXT_UNREACHABLE: usize = 1;

static COLLECTING: Gil<Cell<bool>> = Gil(Cell::new(false));
pub(super) static ENABLED: Gil<Cell<bool>> = Gil(Cell::new(true));
static SCHEDULED: Gil<Cell<bool>> = Gil(Cell::new(false));
/// Objects that survived the last full collection, and those that came to the oldest generation since.
static LONG_LIVED_TOTAL: Gil<Cell<usize>> = Gil(Cell::new(0));
static LONG_LIVED_PENDING: Gil<Cell<usize>> = Gil(Cell::new(0));

/// Whether a collection is going on (`interp->gc.collecting`).
pub fn is_running() -> bool {
    COLLECTING.get()
}

/// `gc.enable()`, `gc.disable()`; gives the former state.
pub fn set_enabled(on: bool) -> bool {
    ENABLED.replace(on)
}

/// `gc.isenabled()`.
pub fn is_enabled() -> bool {
    ENABLED.get()
}

/// Does the object have a collector header? (`_PyObject_IS_GC`)
#[inline(always)]
pub fn is_collectable(o: &PyObject) -> bool {
    let ty = o.ty();
    ty.tp_flags.get() & Py_TPFLAGS_HAVE_GC != 0
        // SAFETY: the slot's contract.
        && ty.tp_is_gc.get().is_none_or(|f| unsafe { f(o.as_ptr()) != 0 })
}

/// The object behind a header.
///
/// # Safety
/// The header is one of a live object.
#[inline(always)]
pub(super) unsafe fn object<'a>(h: *const PyGC_Head) -> &'a PyObject {
    // SAFETY: the header is in front of its object.
    unsafe { &*(h.add(1) as *const PyObject) }
}

/// A header by its address.
///
/// # Safety
/// The address is that of a live header or ring head.
#[inline(always)]
unsafe fn at<'a>(address: usize) -> &'a PyGC_Head {
    // SAFETY: the caller's promise.
    unsafe { &*((address & !NEXT_UNREACHABLE) as *const PyGC_Head) }
}

fn refs(h: &PyGC_Head) -> usize {
    h._gc_prev.get() >> REFS_SHIFT
}

fn set_refs(h: &PyGC_Head, n: usize) {
    h._gc_prev.set(h._gc_prev.get() & !PREV_MASK | n << REFS_SHIFT);
}

fn is_collecting(h: &PyGC_Head) -> bool {
    h._gc_prev.get() & PREV_COLLECTING != 0
}

fn set_prev(h: &PyGC_Head, prev: usize) {
    h._gc_prev.set(h._gc_prev.get() & !PREV_MASK | prev);
}

fn init(list: &PyGC_Head) {
    list._gc_next.set(address(list));
    list._gc_prev.set(address(list));
}

fn is_empty(list: &PyGC_Head) -> bool {
    list._gc_next.get() == address(list)
}

/// Takes a header out of its list and appends it to another.
pub(super) fn move_to(h: &PyGC_Head, list: &PyGC_Head) {
    // SAFETY: neighbours in a list are live headers.
    unsafe {
        let (prev, next) = (h._gc_prev.get() & PREV_MASK, h._gc_next.get());
        at(prev)._gc_next.set(next);
        set_prev(at(next), prev);
        append(h, list);
    }
}

/// Appends a header that is in no list.
fn append(h: &PyGC_Head, list: &PyGC_Head) {
    let last = list._gc_prev.get() & PREV_MASK;
    // SAFETY: the last member of a list is a live header.
    unsafe { at(last)._gc_next.set(address(h)) };
    set_prev(h, last);
    h._gc_next.set(address(list));
    set_prev(list, address(h));
}

/// Moves all of `from` to the end of `to`.
pub(super) fn merge(from: &PyGC_Head, to: &PyGC_Head) {
    if is_empty(from) {
        return;
    }
    // SAFETY: members of lists are live headers.
    unsafe {
        let (first, last) = (from._gc_next.get(), from._gc_prev.get() & PREV_MASK);
        let to_last = to._gc_prev.get() & PREV_MASK;
        at(to_last)._gc_next.set(first);
        set_prev(at(first), to_last);
        at(last)._gc_next.set(address(to));
        set_prev(to, last);
    }
    init(from);
}

/// The members, each read before the next is asked for, so that a body may move the one it was given.
pub(super) fn each(list: &PyGC_Head, mut body: impl FnMut(&PyGC_Head)) {
    let mut next = list._gc_next.get() & !NEXT_UNREACHABLE;
    while next != address(list) {
        // SAFETY: members of a list are live headers; `next` was read before the body ran.
        let h = unsafe { at(next) };
        next = h._gc_next.get() & !NEXT_UNREACHABLE;
        body(h);
    }
}

pub(super) fn len(list: &PyGC_Head) -> usize {
    let mut n = 0;
    each(list, |_| n += 1);
    n
}

fn traverse(o: &PyObject, visit: visitproc, arg: &PyGC_Head) {
    let f = o.ty().tp_traverse.get().expect("a type with Py_TPFLAGS_HAVE_GC has tp_traverse");
    // SAFETY: the slot's contract; the visitors below answer 0.
    unsafe { f(o.as_ptr(), visit, arg as *const PyGC_Head as *mut c_void) };
}

/// Copies the counts of a generation into its headers; immortal objects leave it for good.
fn update_refs(list: &PyGC_Head) {
    each(list, |h| {
        // SAFETY: members of a list are live.
        let o = unsafe { object(h) };
        if is_immortal(o) {
            return move_to(h, ring(3));
        }
        let finalized = h._gc_prev.get() & PREV_FINALIZED;
        h._gc_prev.set((o.refcnt() as usize) << REFS_SHIFT | PREV_COLLECTING | finalized);
    });
}

unsafe extern "C" fn visit_decref(o: *mut PyObject, _: *mut c_void) -> c_int {
    // SAFETY: LIVE: a traversed field.
    unsafe {
        if is_collectable(&*o) {
            let h = head(&*o);
            if is_collecting(h) {
                debug_assert!(refs(h) > 0, "more references than counted: a tp_traverse or a count is wrong");
                h._gc_prev.set(h._gc_prev.get() - (1 << REFS_SHIFT));
            }
        }
    }
    0
}

unsafe extern "C" fn visit_reachable(o: *mut PyObject, young: *mut c_void) -> c_int {
    // SAFETY: LIVE: a traversed field; `young` is the list head given to `traverse`.
    unsafe {
        if !is_collectable(&*o) {
            return 0;
        }
        let (h, young) = (head(&*o), &*(young as *const PyGC_Head));
        if !is_collecting(h) {
            return 0;
        }
        if h._gc_next.get() & NEXT_UNREACHABLE != 0 {
            // Taken for unreachable too early: back to the list that is being walked, to be walked in turn.
            let (prev, next) = (h._gc_prev.get() & PREV_MASK, h._gc_next.get() & !NEXT_UNREACHABLE);
            at(prev)._gc_next.set(h._gc_next.get());
            set_prev(at(next), prev);
            append(h, young);
            set_refs(h, 1);
        } else if refs(h) == 0 {
            // Ahead in the walk: its own turn will find it reachable.
            set_refs(h, 1);
        }
    }
    0
}

/// Splits `young`: what nothing outside refers to, directly or not, goes to `unreachable` with its flags set.
fn move_unreachable(young: &PyGC_Head, unreachable: &PyGC_Head) {
    // SAFETY: members of lists are live headers.
    unsafe {
        let mut prev = address(young);
        unreachable._gc_next.set(unreachable._gc_next.get() | NEXT_UNREACHABLE);
        let mut current = young._gc_next.get();
        while current != address(young) {
            let h = at(current);
            if refs(h) > 0 {
                traverse(object(h), visit_reachable, young);
                set_prev(h, prev);
                h._gc_prev.set(h._gc_prev.get() & !PREV_COLLECTING);
                prev = current;
            } else {
                at(prev)._gc_next.set(h._gc_next.get());
                let last = unreachable._gc_prev.get() & PREV_MASK;
                // The flag travels with the links, so that they can be spliced without a look at it.
                at(last)._gc_next.set(NEXT_UNREACHABLE | current);
                set_prev(h, last);
                h._gc_next.set(NEXT_UNREACHABLE | address(unreachable));
                set_prev(unreachable, current);
            }
            current = at(prev)._gc_next.get();
        }
        set_prev(young, prev);
        unreachable._gc_next.set(unreachable._gc_next.get() & !NEXT_UNREACHABLE);
    }
}

/// Finds the garbage of `base`; what stays there is reachable and has its links restored.
fn deduce_unreachable(base: &PyGC_Head, unreachable: &PyGC_Head) {
    update_refs(base);
    each(base, |h| {
        // SAFETY: members of a list are live.
        traverse(unsafe { object(h) }, visit_decref, base)
    });
    init(unreachable);
    move_unreachable(base, unreachable);
    each(unreachable, |h| h._gc_next.set(h._gc_next.get() & !NEXT_UNREACHABLE));
}

/// Clears the weak references to garbage, and calls back those that are not garbage themselves
/// (`handle_weakrefs`). This comes before finalisers, so that no callback sees a half-dead object.
fn clear_weakrefs(py: Py<'_>, list: &PyGC_Head) {
    let mut calls: Vec<Owned<PyWeakReference>> = Vec::new();
    each(list, |h| {
        // SAFETY: members of a list are live.
        let o = unsafe { object(h) };
        // A weak reference that is garbage itself is not called: what it refers to may be in no list, if something
        // on the way has no traverse, and die while the garbage is taken apart.
        if let Some(w) = crate::weakref::check_any(o) {
            crate::weakref::detach(w);
        }
        crate::weakref::clear_for_collector(o, |w| {
            // SAFETY: a weak reference has a collector header.
            if !w.wr_callback.get().is_null() && !is_collecting(unsafe { head(w.as_object()) }) {
                calls.push(w.to_owned());
            }
        });
    });
    for w in calls {
        // SAFETY: OWNED: the reference held its callback.
        let callback =
            unsafe { Owned::<PyObject>::from_raw_opt(w.wr_callback.replace(core::ptr::null_mut())) };
        if let Some(c) = callback
            && let Err(e) = crate::call::call(py, &c, [w.as_object()])
        {
            crate::exceptions::unraisable(py, e, Some(&c));
        }
    }
}

/// Calls the finalisers that have not run yet (`finalize_garbage`). Any may resurrect anything.
fn finalize(list: &PyGC_Head) {
    let seen = PyGC_Head { _gc_next: Cell::new(0), _gc_prev: Cell::new(0) };
    init(&seen);
    while !is_empty(list) {
        // SAFETY: members of a list are live; the reference taken keeps this one so through its finaliser.
        let o = unsafe { object(at(list._gc_next.get())) }.to_owned();
        // SAFETY: it has a header: it was in the list.
        let h = unsafe { head(&o) };
        move_to(h, &seen);
        if let Some(f) = o.ty().tp_finalize.get()
            && h._gc_prev.get() & PREV_FINALIZED == 0
        {
            h._gc_prev.set(h._gc_prev.get() | PREV_FINALIZED);
            // SAFETY: the slot's contract.
            unsafe { f(o.as_ptr()) };
        }
    }
    merge(&seen, list);
}

/// Takes tuples that hold nothing collected out of a list of reachable objects, and in full collections dicts likewise
/// (`untrack_tuples`, `untrack_dicts`); how many stay. Lists of live objects are long and rarely in the cache, so this walks
/// once: dicts, whose tuples are to be looked at before, are remembered.
fn untrack(list: &PyGC_Head, full: bool) -> usize {
    let (mut stay, mut dicts) = (0, Vec::new());
    each(list, |h| {
        // SAFETY: members of a list are live.
        let o = unsafe { object(h) };
        if let Some(t) = crate::tuple::check_exact(o) {
            crate::tuple::maybe_untrack(t);
        } else if full && let Some(d) = crate::dict::check_exact(o) {
            dicts.push(d);
        }
        stay += usize::from(h._gc_next.get() != 0);
    });
    for d in dicts {
        crate::dict::maybe_untrack(d);
        // SAFETY: it was in the list, so it has a header.
        stay -= usize::from(unsafe { !super::is_tracked(d.as_object()) });
    }
    stay
}

/// Moves objects with the old `tp_del`, and what they reach, out of the garbage (`move_legacy_finalizers` and
/// `move_legacy_finalizer_reachable`). Nobody knows in which order to finalise those.
fn move_legacy(unreachable: &PyGC_Head, finalizers: &PyGC_Head) {
    each(unreachable, |h| {
        // SAFETY: members of a list are live.
        if unsafe { object(h) }.ty().tp_del.get().is_some() {
            h._gc_prev.set(h._gc_prev.get() & !PREV_COLLECTING);
            move_to(h, finalizers);
        }
    });
    // Members that the visitor appends are walked in turn.
    let mut next = finalizers._gc_next.get();
    while next != address(finalizers) {
        // SAFETY: members of a list are live.
        unsafe {
            let h = at(next);
            traverse(object(h), visit_move, finalizers);
            next = h._gc_next.get();
        }
    }
}

unsafe extern "C" fn visit_move(o: *mut PyObject, list: *mut c_void) -> c_int {
    // SAFETY: LIVE: a traversed field; `list` is the list head given to `traverse`.
    unsafe {
        if is_collectable(&*o) && is_collecting(head(&*o)) {
            let h = head(&*o);
            h._gc_prev.set(h._gc_prev.get() & !PREV_COLLECTING);
            move_to(h, &*(list as *const PyGC_Head));
        }
    }
    0
}

/// `debug_cycle`.
fn show(py: Py<'_>, what: &str, list: &PyGC_Head) {
    let mut lines = String::new();
    each(list, |h| {
        // SAFETY: members of a list are live.
        let o = unsafe { object(h) };
        lines.push_str(&format!("gc: {what} <{} {:p}>\n", crate::call::type_name(o.ty()), o));
    });
    control::write(py, &lines);
}

/// Breaks the cycles: `tp_clear` on each member; members that survive it are kept as reachable.
fn delete(py: Py<'_>, list: &PyGC_Head, survivors: &PyGC_Head) {
    while !is_empty(list) {
        let first = list._gc_next.get();
        // SAFETY: members of a list are live; the reference taken keeps this one so through `tp_clear`.
        let o: Owned = unsafe { object(at(first)) }.to_owned();
        if control::flags() & debug::SAVEALL != 0 {
            control::keep(py, &o);
        } else if let Some(clear) = o.ty().tp_clear.get() {
            // SAFETY: the slot's contract.
            unsafe { clear(o.as_ptr()) };
            if let Some(e) = crate::err::PyErr::take(py) {
                crate::exceptions::unraisable(py, e, Some(o.ty().as_object()));
            }
        }
        drop(o);
        if list._gc_next.get() == first {
            // SAFETY: it is still the first member, so it is still alive.
            let h = unsafe { at(first) };
            h._gc_prev.set(h._gc_prev.get() & !PREV_COLLECTING);
            move_to(h, survivors);
        }
    }
}

/// What a collection found.
#[derive(Clone, Copy, Default)]
pub struct Found {
    /// Objects that are gone.
    pub collected: usize,
    /// Objects that had to be left.
    pub uncollectable: usize,
}

/// Collects `generation` and all younger ones, and tells the callbacks; the number of objects found unreachable
/// (`gc.collect`). A collection inside a collection does nothing.
pub fn collect(py: Py<'_>, generation: usize) -> usize {
    if COLLECTING.replace(true) {
        return 0;
    }
    let pending = crate::err::PyErr::take(py);
    control::call_back(py, "start", generation, Found::default());
    let found = collect_now(py, generation);
    control::count(generation, found);
    control::call_back(py, "stop", generation, found);
    COLLECTING.set(false);
    if let Some(e) = pending {
        e.restore(py);
    }
    found.collected + found.uncollectable
}

/// A collection without callbacks and statistics, as at the interpreter's end (`_PyGC_CollectNoFail`).
pub fn collect_quietly(py: Py<'_>) {
    if !COLLECTING.replace(true) {
        collect_now(py, 2);
        COLLECTING.set(false);
    }
}

/// `gc_collect_main`.
fn collect_now(py: Py<'_>, generation: usize) -> Found {
    let began = std::time::Instant::now();
    let stats = control::flags() & debug::STATS != 0;
    if stats {
        let n = [0, 1, 2].map(|g| len(ring(g)));
        control::write(
            py,
            &format!(
                "gc: collecting generation {generation}...\ngc: objects in each generation: {} {} {}\n\
                 gc: objects in permanent generation: {}\n",
                n[0],
                n[1],
                n[2],
                len(ring(3))
            ),
        );
    }
    let young = ring(generation);
    for n in 0..generation {
        merge(ring(n), young);
        super::GENERATIONS[n].count.set(0);
    }
    super::GENERATIONS[generation].count.set(0);
    if generation < 2 {
        let older = &super::GENERATIONS[generation + 1].count;
        older.set(older.get() + 1);
    }
    let old = ring((generation + 1).min(2));
    let unreachable = PyGC_Head { _gc_next: Cell::new(0), _gc_prev: Cell::new(0) };
    deduce_unreachable(young, &unreachable);
    let survivors = untrack(young, generation == 2);
    if generation < 2 {
        if generation == 1 {
            LONG_LIVED_PENDING.set(LONG_LIVED_PENDING.get() + survivors);
        }
        merge(young, old);
    } else {
        LONG_LIVED_PENDING.set(0);
        LONG_LIVED_TOTAL.set(survivors);
    }
    let finalizers = PyGC_Head { _gc_next: Cell::new(0), _gc_prev: Cell::new(0) };
    init(&finalizers);
    move_legacy(&unreachable, &finalizers);
    if control::flags() & debug::COLLECTABLE != 0 {
        show(py, "collectable", &unreachable);
    }
    clear_weakrefs(py, &unreachable);
    finalize(&unreachable);
    // Finalisers may have resurrected some: what is reachable now stays, the rest is garbage for good.
    let garbage = PyGC_Head { _gc_next: Cell::new(0), _gc_prev: Cell::new(0) };
    each(&unreachable, |h| h._gc_prev.set(h._gc_prev.get() & !PREV_COLLECTING));
    deduce_unreachable(&unreachable, &garbage);
    merge(&unreachable, old);
    let collected = len(&garbage);
    delete(py, &garbage, old);
    let uncollectable = len(&finalizers);
    if control::flags() & debug::UNCOLLECTABLE != 0 {
        show(py, "uncollectable", &finalizers);
    }
    if stats {
        control::write(
            py,
            &format!(
                "gc: done, {} unreachable, {uncollectable} uncollectable, {:.4}s elapsed\n",
                collected + uncollectable,
                began.elapsed().as_secs_f64()
            ),
        );
    }
    each(&finalizers, |h| {
        // SAFETY: members of a list are live.
        let o = unsafe { object(h) };
        if control::flags() & debug::SAVEALL != 0 || o.ty().tp_del.get().is_some() {
            control::keep(py, o);
        }
    });
    merge(&finalizers, old);
    Found { collected, uncollectable }
}

/// Counts one more collected object, and asks for a collection when the youngest threshold is passed
/// (`_PyObject_GC_Link`). The collection itself waits for the eval breaker (`run_scheduled`), as since 3.12: no
/// allocation runs Python code.
#[inline(always)]
pub fn allocated() {
    let young = &super::GENERATIONS[0];
    young.count.set(young.count.get() + 1);
    #[cfg(feature = "zeal")]
    let due = crate::zeal::collects();
    #[cfg(not(feature = "zeal"))]
    let due = young.count.get() > young.threshold.get();
    if due && young.threshold.get() != 0 && ENABLED.get() {
        SCHEDULED.set(true);
        crate::thread::EVAL_BREAKER
            .fetch_or(crate::thread::breaker::COLLECT, core::sync::atomic::Ordering::Relaxed);
    }
}

/// Counts one collected object less (`PyObject_GC_Del`).
#[inline(always)]
pub fn freed() {
    let young = &super::GENERATIONS[0];
    if young.count.get() > 0 {
        young.count.set(young.count.get() - 1);
    }
}

/// Collects the oldest generation whose threshold is passed (`_Py_RunGC`). A full collection waits until a quarter as
/// many objects are new to the oldest generation as it held after the last one, which keeps the total cost linear.
#[cold]
pub fn run_scheduled(py: Py<'_>) {
    SCHEDULED.set(false);
    let due = |n: &usize| {
        let g = &super::GENERATIONS[*n];
        #[cfg(feature = "zeal")]
        if *n == 0 {
            return true;
        }
        g.count.get() > g.threshold.get()
            && (*n < 2 || LONG_LIVED_PENDING.get() >= LONG_LIVED_TOTAL.get() / 4)
    };
    if ENABLED.get()
        && let Some(n) = (0..3).rev().find(due)
    {
        collect(py, n);
    }
}
