//! What the `zeal` build adds: freed memory is poisoned and waits in a queue before it is used again, fresh memory is
//! poisoned too, each change of a reference count looks whether the object is one of those, references are counted in
//! total, and the collector runs as often as objects come (`DXPY_ZEAL_GC=n`: at each `n`th). A finding ends the process.
//!
//! References that C code counts by its macros are not seen here, neither checked nor in the total.

use crate::abi::PyObject;
use crate::ptr::Object;
use crate::statics::Gil;
use core::cell::{Cell, RefCell};
use core::ffi::c_void;
use std::collections::VecDeque;

/// A freed byte.
pub const FREED: u8 = 0xDD;
/// A byte that was allocated and not written yet.
pub const FRESH: u8 = 0xCB;
const FREED_WORD: usize = usize::from_ne_bytes([FREED; 8]);
const FRESH_WORD: usize = usize::from_ne_bytes([FRESH; 8]);

/// How many freed blocks wait, and how many bytes at most.
const WAITING: usize = 20_000;
const WAITING_BYTES: usize = 32 << 20;

static QUEUE: Gil<RefCell<VecDeque<(usize, usize)>>> = Gil(RefCell::new(VecDeque::new()));
static QUEUE_BYTES: Gil<Cell<usize>> = Gil(Cell::new(0));
static TOTAL: Gil<Cell<isize>> = Gil(Cell::new(0));
static PERIOD: Gil<Cell<u32>> = Gil(Cell::new(0));
static SINCE: Gil<Cell<u32>> = Gil(Cell::new(0));

#[cold]
fn found(what: &str, p: *const c_void) -> ! {
    eprintln!("zeal: {what}: {p:p}\n{}", std::backtrace::Backtrace::force_capture());
    std::process::abort();
}

/// Poisons fresh memory.
///
/// # Safety
/// The block has so many bytes and nobody else uses it.
pub unsafe fn fresh(p: *mut c_void, size: usize) {
    // SAFETY: the caller's promise.
    unsafe { core::ptr::write_bytes(p as *mut u8, FRESH, size) }
}

/// Poisons a block and lets it wait; gives the block whose wait is over, if any. A block that was written to while it
/// waited, or that is freed while it waits, is a finding.
///
/// # Safety
/// The block has so many bytes and nobody uses it; GIL.
pub unsafe fn freed(p: *mut c_void, size: usize) -> Option<*mut c_void> {
    // SAFETY: the caller's promise; blocks that wait are nobody's.
    unsafe {
        let words = core::slice::from_raw_parts(p as *const usize, size / 8);
        if words.len() > 1 && words.iter().all(|w| *w == FREED_WORD) {
            found("freed twice", p);
        }
        core::ptr::write_bytes(p as *mut u8, FREED, size);
        let mut queue = QUEUE.borrow_mut();
        queue.push_back((p as usize, size));
        QUEUE_BYTES.set(QUEUE_BYTES.get() + size);
        if queue.len() <= WAITING && QUEUE_BYTES.get() <= WAITING_BYTES {
            return None;
        }
        let (first, size) = queue.pop_front()?;
        drop(queue);
        QUEUE_BYTES.set(QUEUE_BYTES.get() - size);
        if core::slice::from_raw_parts(first as *const u8, size).iter().any(|b| *b != FREED) {
            found("written after it was freed", first as *const c_void);
        }
        Some(first as *mut c_void)
    }
}

/// Whether the memory holds a block that waits.
pub fn waiting(mut is: impl FnMut(*mut c_void) -> bool) -> usize {
    QUEUE.borrow().iter().filter(|(p, _)| is(*p as *mut c_void)).count()
}

/// Looks whether an object is alive.
#[inline]
pub fn check(o: &PyObject) {
    let (count, ty) = (o.ob_refcnt.get() as usize, o.ob_type.get() as usize);
    // The low half may have been counted up or down, which is what is to be found.
    let dead = |w: usize| w >> 32 == FREED_WORD >> 32 || w >> 32 == FRESH_WORD >> 32;
    if dead(count) || dead(ty) {
        found("a dead object's reference count is changed", o.as_ptr() as *const c_void);
    }
}

/// Counts references in total (`sys.gettotalrefcount`).
#[inline]
pub fn count(n: isize) {
    TOTAL.set(TOTAL.get() + n);
}

/// The references there are, as far as they were counted by this runtime.
pub fn total() -> isize {
    TOTAL.get()
}

/// Whether the object just allocated asks for a collection.
pub fn collects() -> bool {
    if PERIOD.get() == 0 {
        let n = std::env::var("DXPY_ZEAL_GC").ok().and_then(|n| n.parse().ok());
        PERIOD.set(n.unwrap_or(1).max(1));
    }
    SINCE.set((SINCE.get() + 1) % PERIOD.get());
    SINCE.get() == 0
}
