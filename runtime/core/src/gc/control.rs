//! What the `gc` module steers and shows: debug flags, statistics, callbacks, the list of uncollectable objects, the
//! permanent generation, and the ways between objects (`Modules/gcmodule.c` without the collection itself).

use super::collect::{self, Found, each, is_collectable, merge, object};
use super::{GENERATIONS, ring};
use crate::abi::*;
use crate::err::PyResult;
use crate::ptr::{Object, Owned};
use crate::statics::Gil;
use crate::thread::Py;
use crate::{call, dict, exceptions, list, long, name, unicode};
use core::cell::Cell;
use core::ffi::{c_int, c_void};

/// `gc.set_debug` flags.
pub mod debug {
    /// Statistics of each collection.
    pub const STATS: i32 = 1;
    /// The objects found.
    pub const COLLECTABLE: i32 = 2;
    /// The objects that cannot be freed.
    pub const UNCOLLECTABLE: i32 = 4;
    /// All unreachable objects are kept in `gc.garbage`.
    pub const SAVEALL: i32 = 32;
    /// The flags for finding leaks.
    pub const LEAK: i32 = COLLECTABLE | UNCOLLECTABLE | SAVEALL;
}

static FLAGS: Gil<Cell<i32>> = Gil(Cell::new(0));
/// `gc.garbage` and `gc.callbacks`, made at first use and kept.
static GARBAGE: Gil<Cell<*mut PyObject>> = Gil(Cell::new(core::ptr::null_mut()));
static CALLBACKS: Gil<Cell<*mut PyObject>> = Gil(Cell::new(core::ptr::null_mut()));

/// `gc.get_debug()`.
pub fn flags() -> i32 {
    FLAGS.get()
}

/// `gc.set_debug()`.
pub fn set_flags(n: i32) {
    FLAGS.set(n);
}

fn kept(py: Py<'_>, cell: &'static Cell<*mut PyObject>) -> PyResult<Owned<PyListObject>> {
    if cell.get().is_null() {
        cell.set(list::new(py)?.into_ptr());
    }
    // SAFETY: LIVE, LAYOUT: the cell holds a list for good.
    Ok(unsafe { (*(cell.get() as *const PyListObject)).to_owned() })
}

/// `gc.garbage`.
pub fn garbage(py: Py<'_>) -> PyResult<Owned<PyListObject>> {
    kept(py, &GARBAGE.0)
}

/// `gc.callbacks`.
pub fn callbacks(py: Py<'_>) -> PyResult<Owned<PyListObject>> {
    kept(py, &CALLBACKS.0)
}

/// Appends to `gc.garbage`.
pub(super) fn keep(py: Py<'_>, o: &PyObject) {
    if let Err(e) = garbage(py).and_then(|g| list::append(py, &g, o)) {
        exceptions::unraisable(py, e, Some(o));
    }
}

/// Writes to `sys.stderr` (`PySys_FormatStderr`); what goes wrong there is nobody's business.
pub(super) fn write(py: Py<'_>, text: &str) {
    let run = || -> PyResult<bool> {
        let modules = crate::hooks::sys_modules(py)?;
        let Some(sys) = dict::check(&modules).and_then(|d| dict::get_str(py, d, "sys").transpose()) else {
            return Ok(false);
        };
        let Some(err) = crate::attr::lookup_name(py, &*sys?, name!("stderr"))? else { return Ok(false) };
        let text = unicode::from_str(py, text)?;
        call::method(py, &err, name!("write"), [text.as_object()])?;
        Ok(true)
    };
    if !run().unwrap_or(false) {
        eprint!("{text}");
    }
}

/// `invoke_gc_callback`.
pub(super) fn call_back(py: Py<'_>, phase: &str, generation: usize, found: Found) {
    if CALLBACKS.get().is_null() {
        return;
    }
    let run = || -> PyResult<()> {
        let all = callbacks(py)?;
        if list::len(&all) == 0 {
            return Ok(());
        }
        let info = dict::new(py)?;
        for (k, v) in [
            ("generation", generation),
            ("collected", found.collected),
            ("uncollectable", found.uncollectable),
        ] {
            dict::set_str(py, &info, k, long::from_u64(py, v as u64)?.as_object())?;
        }
        let phase = unicode::from_str(py, phase)?;
        let mut i = 0;
        // The list may change while its members run.
        while let Some(f) = list::get(&all, i) {
            if let Err(e) = call::call(py, &f, [phase.as_object(), info.as_object()]) {
                exceptions::unraisable(py, e, Some(&f));
            }
            i += 1;
        }
        Ok(())
    };
    if let Err(e) = run() {
        exceptions::unraisable(py, e, None);
    }
}

/// Collections of a generation so far, and what they found.
#[derive(Default)]
pub struct Stats {
    pub collections: Cell<usize>,
    pub collected: Cell<usize>,
    pub uncollectable: Cell<usize>,
}

const fn stats() -> Stats {
    Stats { collections: Cell::new(0), collected: Cell::new(0), uncollectable: Cell::new(0) }
}

/// `gc.get_stats()`.
pub static STATS: Gil<[Stats; 3]> = Gil([stats(), stats(), stats()]);

pub(super) fn count(generation: usize, found: Found) {
    let s = &STATS[generation];
    s.collections.set(s.collections.get() + 1);
    s.collected.set(s.collected.get() + found.collected);
    s.uncollectable.set(s.uncollectable.get() + found.uncollectable);
}

/// `gc.freeze()`.
pub fn freeze() {
    for (n, g) in GENERATIONS.iter().enumerate() {
        merge(ring(n), ring(3));
        g.count.set(0);
    }
}

/// `gc.unfreeze()`.
pub fn unfreeze() {
    merge(ring(3), ring(2));
}

/// `gc.get_freeze_count()`.
pub fn frozen() -> usize {
    collect::len(ring(3))
}

/// The tracked objects of a generation, but for one (`append_objects`).
pub fn objects(generation: usize) -> Vec<Owned> {
    let mut all = Vec::new();
    // SAFETY: members of a ring are live.
    each(ring(generation), |h| all.push(unsafe { object(h) }.to_owned()));
    all
}

unsafe extern "C" fn visit_collect(o: *mut PyObject, to: *mut c_void) -> c_int {
    // SAFETY: LIVE: a traversed field; `to` is the vector below.
    unsafe { (*(to as *mut Vec<Owned>)).push((*o).to_owned()) };
    0
}

/// What an object refers to, as its `tp_traverse` says; nothing for one that is not collected.
pub fn referents(o: &PyObject) -> Vec<Owned> {
    let mut all: Vec<Owned> = Vec::new();
    if is_collectable(o)
        && let Some(f) = o.ty().tp_traverse.get()
    {
        // SAFETY: the slot's contract; the visitor only stores.
        unsafe { f(o.as_ptr(), visit_collect, &raw mut all as *mut c_void) };
    }
    all
}

unsafe extern "C" fn visit_find(o: *mut PyObject, among: *mut c_void) -> c_int {
    // SAFETY: `among` is the slice given below.
    unsafe { (*(among as *const &[*mut PyObject])).contains(&o) as c_int }
}

/// The tracked objects that refer to one of these, but for `ignored` (`gc_referrers_for`).
pub fn referrers(targets: &[*mut PyObject], ignored: &[*mut PyObject]) -> Vec<Owned> {
    let mut all = Vec::new();
    for n in 0..3 {
        each(ring(n), |h| {
            // SAFETY: members of a ring are live; the slot's contract.
            unsafe {
                let o = object(h);
                let f = o.ty().tp_traverse.get();
                if !ignored.contains(&o.as_ptr())
                    && f.is_some_and(|f| f(o.as_ptr(), visit_find, &raw const targets as *mut c_void) != 0)
                {
                    all.push(o.to_owned());
                }
            }
        });
    }
    all
}

/// `gc.is_tracked()`.
pub fn is_tracked(o: &PyObject) -> bool {
    // SAFETY: the object has a collector header.
    is_collectable(o) && unsafe { super::is_tracked(o) }
}

/// `gc.is_finalized()`.
pub fn is_finalized(o: &PyObject) -> bool {
    // SAFETY: the object has a collector header.
    is_collectable(o) && unsafe { super::is_finalized(o) }
}
