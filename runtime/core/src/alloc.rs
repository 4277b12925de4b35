//! Memory of objects: 32 size classes of 16 bytes each up to 512, in 64 KiB pools of one reserved address range;
//! anything larger, and everything when the range is used up or was refused, is the C library's.
//!
//! A pool is aligned to its size and starts with its class, so `free` finds the class of any block by masking, and one
//! subtraction tells whether a block is ours. A pool is cut into blocks about a page at a time, so that what a class never
//! needs is never touched. Free lists are the thread state's; without one a global list serves start-up. Pools all of whose
//! blocks are free are found by [`trim`], which runs where it costs little beside what was done since it last ran; they go
//! back to the system and serve any class. GC headers are not here.
//!
//! The heap is *hooked* while another allocator stands in front of it ([`crate::domains`]). Then the lists of the thread state
//! are empty and the range seems to be too, so that every quick path fails; the slow ones go to that allocator, and what lies
//! below it, the functions named `below`, to lists of their own.

use crate::domains;
use crate::statics::Gil;
use crate::thread;
use core::cell::{Cell, RefCell};
use core::ffi::c_void;
use core::sync::atomic::{AtomicBool, AtomicUsize, Ordering};

/// Bytes of one step between classes, and the alignment of every block.
pub const STEP: usize = 16;
/// The largest request served from pools.
pub const SMALL_MAX: usize = 512;
const CLASSES: usize = SMALL_MAX / STEP;
const POOL: usize = 64 * 1024;
/// Sizes of address range to ask for, best first: address-space limits may refuse the large ones.
const RANGES: [usize; 4] = [256 << 30, 16 << 30, 1 << 30, 64 << 20];

/// Heads of the free lists, one a class; a free block's first word links to the next.
#[repr(C)]
pub struct FreeLists([Cell<*mut Block>; CLASSES]);

/// A free block.
#[repr(C)]
pub struct Block {
    next: *mut Block,
}

impl FreeLists {
    /// Empty lists.
    pub const fn new() -> FreeLists {
        FreeLists([const { Cell::new(core::ptr::null_mut()) }; CLASSES])
    }

    /// Changes all lists with others; who holds the GIL has the full ones.
    pub(crate) fn swap(&self, other: &FreeLists) {
        for (a, b) in self.0.iter().zip(&other.0) {
            a.swap(b);
        }
    }
}

impl Default for FreeLists {
    fn default() -> Self {
        FreeLists::new()
    }
}

/// Start of the reserved range (0: not asked yet, 1: refused), its end, and the next unused pool.
static RANGE_START: AtomicUsize = AtomicUsize::new(0);
static RANGE_END: AtomicUsize = AtomicUsize::new(0);
/// The range as quick paths see it: empty while the heap is hooked.
static SEEN_START: AtomicUsize = AtomicUsize::new(0);
static SEEN_END: AtomicUsize = AtomicUsize::new(0);
/// Does another allocator stand in front of the heap?
static HOOKED: AtomicBool = AtomicBool::new(false);
/// The free lists while the heap is hooked. GIL.
static BELOW: Gil<FreeLists> = Gil(FreeLists::new());
static NEXT_POOL: AtomicUsize = AtomicUsize::new(0);
/// Blocks of the C library's that are in use.
static LARGE: AtomicUsize = AtomicUsize::new(0);

#[cold]
fn reserve() -> usize {
    // For tools that watch the C library's allocator: all blocks are its own then. `-E` comes too late for this.
    let asked = std::env::var_os("PYTHONMALLOC");
    let plain = asked.is_some_and(|name| name == "malloc" || name == "malloc_debug");
    for size in RANGES.into_iter().filter(|_| !plain) {
        // SAFETY: a fresh private mapping; nothing is overwritten.
        let p = unsafe {
            libc::mmap(
                core::ptr::null_mut(),
                size + POOL,
                libc::PROT_READ | libc::PROT_WRITE,
                libc::MAP_PRIVATE | libc::MAP_ANONYMOUS | libc::MAP_NORESERVE,
                -1,
                0,
            )
        };
        if p != libc::MAP_FAILED {
            let start = (p as usize).next_multiple_of(POOL);
            NEXT_POOL.store(start, Ordering::Relaxed);
            RANGE_END.store(start + size, Ordering::Relaxed);
            // Whoever came second maps for nothing, which the GIL rules out in practice.
            RANGE_START.store(start, Ordering::Release);
            show_range();
            return start;
        }
    }
    // An empty range: `is_pooled` is then false for every address.
    RANGE_END.store(1, Ordering::Relaxed);
    RANGE_START.store(1, Ordering::Release);
    show_range();
    1
}

/// Has the C library all blocks (`PYTHONMALLOC=malloc`)?
pub fn is_plain() -> bool {
    RANGE_START.load(Ordering::Relaxed) == 1
}

/// Shows the range to the quick paths, or an empty one.
fn show_range() {
    let hooked = HOOKED.load(Ordering::Relaxed);
    let (start, end) = (RANGE_START.load(Ordering::Relaxed), RANGE_END.load(Ordering::Relaxed));
    // In this order no moment has a range that is too large.
    SEEN_END.store(1, Ordering::Relaxed);
    SEEN_START.store(if hooked { 1 } else { start }, Ordering::Relaxed);
    SEEN_END.store(if hooked { 1 } else { end }, Ordering::Relaxed);
}

/// Puts another allocator in front of the heap, or takes it away. GIL, or no thread state yet.
pub(crate) fn set_hooked(on: bool) {
    if HOOKED.swap(on, Ordering::Relaxed) == on {
        return;
    }
    show_range();
    // SAFETY: an attached state is alive; its lists are the full ones, or empty while the heap is hooked.
    if let Some(state) = unsafe { thread::current().as_ref() } {
        state.free.swap(&BELOW);
    }
}

/// Does another allocator stand in front of the heap?
#[inline(always)]
fn hooked() -> bool {
    HOOKED.load(Ordering::Relaxed)
}

/// The free lists in use: the attached state's, or those below a hook.
fn lists<'a>(state: *const thread::ThreadState) -> &'a FreeLists {
    // SAFETY: the caller's state is attached, and alive.
    if hooked() { &BELOW } else { unsafe { &(*state).free } }
}

/// Is the block one of a pool's, and nothing in front of the heap?
#[inline(always)]
fn is_pooled(p: *mut c_void) -> bool {
    let start = SEEN_START.load(Ordering::Relaxed);
    (p as usize).wrapping_sub(start) < SEEN_END.load(Ordering::Relaxed).wrapping_sub(start)
}

/// Is the block one of a pool's?
fn is_ours(p: *mut c_void) -> bool {
    let start = RANGE_START.load(Ordering::Relaxed);
    (p as usize).wrapping_sub(start) < RANGE_END.load(Ordering::Relaxed).wrapping_sub(start)
}

/// The beginning of a pool; blocks follow at [`STEP`].
#[repr(C)]
struct Pool {
    class: usize,
    /// Where the part that is not cut into blocks begins, as an offset.
    cut: Cell<u32>,
    /// How many blocks are free, while [`trim`] counts; 0 outside.
    free: Cell<u32>,
}

impl Pool {
    /// The pool of a pooled block.
    fn of<'a>(block: *const Block) -> &'a Pool {
        // SAFETY: pools are aligned to their size and begin with this.
        unsafe { &*((block as usize & !(POOL - 1)) as *const Pool) }
    }

    /// How many blocks it was cut into.
    fn blocks(&self) -> usize {
        (self.cut.get() as usize - STEP) / ((self.class + 1) * STEP)
    }
}

/// Pools without blocks, given back to the system. GIL.
static EMPTY: Gil<RefCell<Vec<usize>>> = Gil(RefCell::new(Vec::new()));
/// How many pools there may be before [`trim`] looks for empty ones.
static TRIM_AT: Gil<Cell<usize>> = Gil(Cell::new(64));
/// How many bytes of large blocks are to be freed before [`trim`] runs; with the list of a million objects the objects are
/// freed too.
static TRIM_AFTER: Gil<Cell<usize>> = Gil(Cell::new(TRIM_STEP));
const TRIM_STEP: usize = 1 << 20;
/// A large block whose end is worth a look.
const VERY_LARGE: usize = 64 * 1024;

/// Gives back to the system the pools without a used block (CPython frees its arenas at once). GIL.
#[cold]
#[inline(never)]
pub fn trim(py: crate::Py<'_>) {
    let mut walked = 0;
    let mut found: Vec<usize> = Vec::new();
    for (class, head) in lists(py.state()).0.iter().enumerate() {
        // SAFETY: free blocks are alive and link to the next; their pools' headers too. Nothing else runs meanwhile.
        unsafe {
            let mut any = false;
            let mut block = head.get();
            while !block.is_null() {
                walked += 1;
                if is_ours(block.cast()) {
                    let pool = Pool::of(block);
                    pool.free.set(pool.free.get() + 1);
                    any |= pool.free.get() as usize == pool.blocks();
                }
                block = (*block).next;
            }
            // The list without the blocks of empty pools, in its order; counts go back to 0.
            let mut last: *const Cell<*mut Block> = head;
            block = head.get();
            while !block.is_null() {
                let next = (*block).next;
                let mut gone = false;
                if is_ours(block.cast()) {
                    let pool = Pool::of(block);
                    // A pool that was found empty keeps the mark until its header is given back too.
                    gone = any && (pool.free.get() == EMPTIED || pool.free.get() as usize == pool.blocks());
                    if !gone {
                        pool.free.set(0);
                    } else if pool.free.replace(EMPTIED) != EMPTIED {
                        found.push(core::ptr::from_ref(pool) as usize);
                    }
                }
                if !gone {
                    (*last).set(block);
                    last = (&raw const (*block).next).cast();
                }
                block = next;
            }
            (*last).set(core::ptr::null_mut());
            if any && NEWEST[class].get().as_ref().is_some_and(|p| p.free.get() == EMPTIED) {
                NEWEST[class].set(core::ptr::null_mut());
            }
        }
    }
    found.sort_unstable();
    let mut i = 0;
    while i < found.len() {
        let run = (i..found.len()).take_while(|k| found[*k] == found[i] + (k - i) * POOL).count();
        // SAFETY: these pools hold nothing any more.
        unsafe { libc::madvise(found[i] as *mut c_void, run * POOL, libc::MADV_DONTNEED) };
        i += run;
    }
    let mut empty = EMPTY.borrow_mut();
    // The lowest are used again first.
    empty.extend(found.iter().rev());
    let start = RANGE_START.load(Ordering::Relaxed);
    let used = (NEXT_POOL.load(Ordering::Relaxed).saturating_sub(start) / POOL).saturating_sub(empty.len());
    TRIM_AT.set((used + used / 4).max(64));
    // A free block takes a few instructions here; a freed byte of a large block stands for about one there.
    TRIM_AFTER.set(TRIM_STEP + walked * 64);
}

/// A pool's `free` once it was found empty.
const EMPTIED: u32 = u32::MAX;

/// After a very large block was freed.
#[cold]
#[inline(never)]
fn large_freed(size: usize) {
    let state = thread::current();
    if state.is_null() {
        return;
    }
    let left = TRIM_AFTER.get().saturating_sub(size);
    TRIM_AFTER.set(left);
    if left == 0 {
        // SAFETY: an attached state is alive and holds the GIL.
        trim(unsafe { crate::Py::from_state(state) });
    }
}

/// Of each class the newest pool, or NULL. GIL.
static NEWEST: Gil<[Cell<*mut Pool>; CLASSES]> = Gil([const { Cell::new(core::ptr::null_mut()) }; CLASSES]);

/// A page: what is cut into blocks at once, if a block is not larger.
const PAGE: usize = 4096;

/// A new pool; NULL when the range is used up.
fn new_pool(class: usize) -> *mut Pool {
    let mut start = RANGE_START.load(Ordering::Acquire);
    if start == 0 {
        start = reserve();
    }
    if start == 1 {
        return core::ptr::null_mut();
    }
    let mut empty = EMPTY.borrow_mut().pop();
    let pools = (NEXT_POOL.load(Ordering::Relaxed) - start) / POOL;
    if empty.is_none() && pools >= TRIM_AT.get() {
        // SAFETY: who makes pools has an attached state, which is alive and holds the GIL.
        trim(unsafe { crate::Py::from_state(thread::current()) });
        empty = EMPTY.borrow_mut().pop();
    }
    let pool = match empty {
        Some(pool) => pool,
        None => {
            let pool = NEXT_POOL.fetch_add(POOL, Ordering::Relaxed);
            if pool + POOL > RANGE_END.load(Ordering::Relaxed) {
                NEXT_POOL.fetch_sub(POOL, Ordering::Relaxed);
                return core::ptr::null_mut();
            }
            pool
        }
    };
    let pool = pool as *mut Pool;
    // SAFETY: the pool is a part of the mapping that holds nothing.
    unsafe { pool.write(Pool { class, cut: Cell::new(STEP as u32), free: Cell::new(0) }) };
    pool
}

/// A block for a request that the quick path has none for.
#[cold]
#[inline(never)]
fn refill(head: &Cell<*mut Block>, size: usize) -> *mut c_void {
    if hooked() { hooked_malloc(size) } else { cut(head, size.saturating_sub(1) / STEP) }
}

/// The allocator in front of the heap.
#[cold]
#[inline(never)]
fn hooked_malloc(size: usize) -> *mut c_void {
    let d = domains::get(domains::OBJ_DOMAIN);
    // SAFETY: the allocator's contract.
    let p = unsafe { (d.malloc)(d.ctx, size) };
    if p.is_null() && RESERVE.get() { crate::debug_alloc::malloc_below(size) } else { p }
}

/// Whether what a program's allocator refuses is taken from below it.
static RESERVE: Gil<Cell<bool>> = Gil(Cell::new(false));

/// Runs a function that has to get its memory, though a program's allocator may refuse it.
pub fn with_reserve<R>(_: crate::Py<'_>, f: impl FnOnce() -> R) -> R {
    let before = RESERVE.replace(true);
    let r = f();
    RESERVE.set(before);
    r
}

/// Cuts the next page of the newest pool of a class into blocks, keeps all but one on the list, gives one.
#[cold]
#[inline(never)]
fn cut(head: &Cell<*mut Block>, class: usize) -> *mut c_void {
    let size = (class + 1) * STEP;
    // SAFETY: what lies behind `cut` in a pool was never handed out, and is written only here.
    unsafe {
        let mut pool = NEWEST[class].get();
        if pool.is_null() || (*pool).cut.get() as usize + size > POOL {
            pool = new_pool(class);
            if pool.is_null() {
                return large_below(size);
            }
            NEWEST[class].set(pool);
        }
        let start = (*pool).cut.get() as usize;
        // As many as begin in this page, one at least.
        let end = (start / PAGE + 1) * PAGE;
        let count = (end - start).div_ceil(size).min((POOL - start) / size);
        (*pool).cut.set((start + count * size) as u32);
        let first = pool as usize + start;
        let mut next: *mut Block = core::ptr::null_mut();
        for i in (1..count).rev() {
            let block = (first + i * size) as *mut Block;
            (*block).next = next;
            next = block;
        }
        head.set(next);
        first as *mut c_void
    }
}

/// A block that is no pool's.
fn large(size: usize) -> *mut c_void {
    if hooked() { hooked_malloc(size) } else { large_below(size) }
}

/// A block of the C library's.
fn large_below(size: usize) -> *mut c_void {
    // SAFETY: plain C allocation; 0 bytes are asked for as 1.
    let p = unsafe { libc::malloc(size.max(1)) };
    if !p.is_null() {
        LARGE.fetch_add(1, Ordering::Relaxed);
    }
    p
}

/// `PyObject_Malloc`: at least one byte, aligned to 16, NULL when memory is out. Not zeroed. GIL.
#[inline]
pub fn malloc(size: usize) -> *mut c_void {
    let p = malloc_plain(size);
    // What stands in front of the heap gives places within blocks, which it marks itself.
    #[cfg(feature = "zeal")]
    if !p.is_null() && !hooked() {
        // SAFETY: the block is new.
        unsafe { crate::zeal::fresh(p, usable_size(p)) };
    }
    p
}

#[inline(always)]
fn malloc_plain(size: usize) -> *mut c_void {
    let class = size.saturating_sub(1) / STEP;
    let state = thread::current();
    if class >= CLASSES || state.is_null() {
        return large(size);
    }
    // SAFETY: an attached state is alive.
    unsafe {
        let block = take(state, size.max(1));
        if block.is_null() { refill(&(*state).free.0[class], size) } else { block }
    }
}

/// [`malloc`] below whatever stands in front of the heap.
pub(crate) fn malloc_below(size: usize) -> *mut c_void {
    if !hooked() {
        return malloc(size);
    }
    let class = size.saturating_sub(1) / STEP;
    if class >= CLASSES || thread::current().is_null() {
        return large_below(size);
    }
    let head = &BELOW.0.0[class];
    let block = head.get();
    if block.is_null() {
        return cut(head, class);
    }
    // SAFETY: the list holds free blocks, which link to the next.
    head.set(unsafe { (*block).next });
    block as *mut c_void
}

/// [`free_opt`] below whatever stands in front of the heap.
///
/// # Safety
/// As [`free`]; NULL is allowed.
pub(crate) unsafe fn free_below(p: *mut c_void) {
    // SAFETY: the caller's promise: a pooled block's pool starts with its class.
    unsafe {
        if !hooked() {
            return free_opt(p);
        }
        if !is_ours(p) {
            return free_large(p);
        }
        let head = &BELOW.0.0[*((p as usize & !(POOL - 1)) as *const usize)];
        let block = p as *mut Block;
        (*block).next = head.get();
        head.set(block);
    }
}

/// [`realloc`] below whatever stands in front of the heap.
///
/// # Safety
/// As [`realloc`].
pub(crate) unsafe fn realloc_below(p: *mut c_void, size: usize) -> *mut c_void {
    // SAFETY: the caller's promise; the copy stays within both blocks.
    unsafe {
        if !hooked() {
            return realloc(p, size);
        }
        if p.is_null() {
            return malloc_below(size);
        }
        if !is_ours(p) && size > SMALL_MAX {
            return libc::realloc(p, size);
        }
        fit(p, size, malloc_below, free_below)
    }
}

/// The block, while the request fits and uses more than half of it, else another with what it held.
///
/// # Safety
/// As [`realloc`]; the functions are those of the block's heap.
#[inline(always)]
unsafe fn fit(
    p: *mut c_void,
    size: usize,
    malloc: fn(usize) -> *mut c_void,
    free: unsafe fn(*mut c_void),
) -> *mut c_void {
    // SAFETY: the caller's promise; the copy stays within both blocks.
    unsafe {
        let old = usable_size(p);
        if size <= old && size * 2 > old {
            return p;
        }
        let new = malloc(size);
        if !new.is_null() {
            core::ptr::copy_nonoverlapping(p as *const u8, new as *mut u8, old.min(size));
            free(p);
        }
        new
    }
}

/// A free block for a request of `size` at most [`SMALL_MAX`], NULL where the list has none at hand: then [`malloc`] makes
/// some. For code that shall call nothing.
///
/// # Safety
/// `ts` is the thread's attached state; GIL.
#[inline(always)]
pub unsafe fn take(ts: *const thread::ThreadState, size: usize) -> *mut c_void {
    // SAFETY: the caller's promise; the list holds blocks of this class only.
    unsafe {
        let head = &(*ts).free.0[(size - 1) / STEP];
        let block = head.get();
        if !block.is_null() {
            head.set((*block).next);
        }
        block as *mut c_void
    }
}

/// Frees a block if it is a pool's, as [`free`] does; whether it was one. For code that shall call nothing.
///
/// # Safety
/// As [`free`]; `ts` is the thread's attached state.
#[inline(always)]
pub unsafe fn give(ts: *const thread::ThreadState, p: *mut c_void) -> bool {
    if !is_pooled(p) {
        return false;
    }
    debug_assert!(!ts.is_null(), "an object was freed without a thread state");
    // SAFETY: the caller's promise.
    unsafe {
        let class = *((p as usize & !(POOL - 1)) as *const usize);
        let head = (*ts).free.0.get_unchecked(class);
        let block = p as *mut Block;
        (*block).next = head.get();
        head.set(block);
    }
    true
}

/// `PyObject_Calloc` with the product already made: zeroed.
pub fn calloc(size: usize) -> *mut c_void {
    let p = malloc(size);
    if !p.is_null() {
        // SAFETY: the block is at least `size` long and ours alone.
        unsafe { core::ptr::write_bytes(p as *mut u8, 0, size) };
    }
    p
}

/// The number of usable bytes of a block.
///
/// # Safety
/// `p` came from this module and is not freed.
pub unsafe fn usable_size(p: *mut c_void) -> usize {
    // SAFETY: the caller's promise: a pooled block's pool starts with its class.
    unsafe {
        if is_ours(p) {
            (*((p as usize & !(POOL - 1)) as *const usize) + 1) * STEP
        } else {
            libc::malloc_usable_size(p)
        }
    }
}

/// `PyObject_Free`. NULL is allowed.
///
/// # Safety
/// `p` came from this module, is not used afterwards; GIL.
#[inline]
pub unsafe fn free(p: *mut c_void) {
    #[cfg(feature = "zeal")]
    // SAFETY: the caller's promise.
    unsafe {
        if !p.is_null() && !thread::current().is_null() && !hooked() {
            if let Some(over) = crate::zeal::freed(p, usable_size(p)) {
                free_now(over);
            }
            return;
        }
    }
    // SAFETY: the caller's promise.
    unsafe { free_now(p) }
}

#[inline(always)]
unsafe fn free_now(p: *mut c_void) {
    // SAFETY: the promise of `free`.
    unsafe {
        if !give(thread::current(), p) {
            if hooked() { hooked_free(p) } else { free_large(p) }
        }
    }
}

/// Frees a block of the C library's.
unsafe fn free_large(p: *mut c_void) {
    LARGE.fetch_sub(!p.is_null() as usize, Ordering::Relaxed);
    // SAFETY: the promise of `free`.
    let size = unsafe {
        let size = libc::malloc_usable_size(p);
        libc::free(p);
        size
    };
    if size >= VERY_LARGE {
        large_freed(size);
    }
}

#[cold]
#[inline(never)]
unsafe fn hooked_free(p: *mut c_void) {
    let d = domains::get(domains::OBJ_DOMAIN);
    // SAFETY: the allocator's contract.
    unsafe { (d.free)(d.ctx, p) }
}

/// As [`free`], for a pointer that may be NULL.
///
/// # Safety
/// As [`free`].
pub unsafe fn free_opt(p: *mut c_void) {
    if !p.is_null() {
        // SAFETY: the caller's promise.
        unsafe { free(p) }
    }
}

/// `PyObject_Realloc`: NULL leaves the old block as it was.
///
/// # Safety
/// As [`free`]; `p` may be NULL.
pub unsafe fn realloc(p: *mut c_void, size: usize) -> *mut c_void {
    if p.is_null() {
        return malloc(size);
    }
    // SAFETY: the caller's promise; the copy stays within both blocks.
    unsafe {
        if hooked() {
            let d = domains::get(domains::OBJ_DOMAIN);
            let new = (d.realloc)(d.ctx, p, size);
            return if new.is_null() && RESERVE.get() {
                crate::debug_alloc::realloc_below(p, size)
            } else {
                new
            };
        }
        if !is_pooled(p) && size > SMALL_MAX && cfg!(not(feature = "zeal")) {
            return libc::realloc(p, size);
        }
        fit(p, size, malloc, free_second)
    }
}

/// As [`free`], but the block freed last before this one stays the first to be reused: the memory a growing list leaves must
/// not part an object that just died from the one of its kind that is made next, as CPython's free lists of types do not.
///
/// # Safety
/// As [`free`].
unsafe fn free_second(p: *mut c_void) {
    // SAFETY: the caller's promise; an attached state is alive, and its lists hold free blocks.
    unsafe {
        free(p);
        let state = thread::current();
        // In the `zeal` build the block waits, and is not the list's head.
        if !is_pooled(p) || state.is_null() || cfg!(feature = "zeal") {
            return;
        }
        let class = *((p as usize & !(POOL - 1)) as *const usize);
        let (head, block) = (&(*state).free.0[class], p as *mut Block);
        if let Some(former) = (*block).next.as_mut() {
            (*block).next = former.next;
            former.next = block;
            head.set(former);
        }
    }
}

/// Blocks of one size class.
#[derive(Clone, Copy, Default)]
pub struct ClassUsage {
    pub pools: usize,
    /// All blocks, free ones included.
    pub blocks: usize,
    pub free: usize,
}

/// How the pools are used.
pub struct Usage {
    pub classes: [ClassUsage; CLASSES],
    /// Blocks of the C library's in use.
    pub large: usize,
}

impl Usage {
    /// Blocks in use (`sys.getallocatedblocks`).
    pub fn used(&self) -> usize {
        self.classes.iter().map(|c| c.blocks - c.free).sum::<usize>() + self.large
    }
}

/// Counts pools and free blocks; takes time in proportion to the free ones.
pub fn usage(py: crate::Py<'_>) -> Usage {
    let mut classes = [ClassUsage::default(); CLASSES];
    let (start, end) = (RANGE_START.load(Ordering::Acquire), NEXT_POOL.load(Ordering::Relaxed));
    if start > 1 {
        let empty: std::collections::HashSet<usize> = EMPTY.borrow().iter().copied().collect();
        for pool in (start..end).step_by(POOL).filter(|p| !empty.contains(p)) {
            // SAFETY: pools in use start with this.
            let pool = unsafe { &*(pool as *const Pool) };
            let c = &mut classes[pool.class];
            c.pools += 1;
            c.blocks += pool.blocks();
        }
    }
    for (i, c) in classes.iter_mut().enumerate() {
        let mut block = lists(py.state()).0[i].get();
        while !block.is_null() {
            // A block that the C library gave is not counted on either side.
            c.free += is_ours(block.cast()) as usize;
            // SAFETY: free blocks link to the next.
            block = unsafe { (*block).next };
        }
        #[cfg(feature = "zeal")]
        {
            // SAFETY: pools in use start with their class.
            let here = |p: *mut c_void| unsafe { *((p as usize & !(POOL - 1)) as *const usize) == i };
            c.free += crate::zeal::waiting(|p| is_pooled(p) && here(p));
        }
    }
    let large = LARGE.load(Ordering::Relaxed);
    #[cfg(feature = "zeal")]
    let large = large.wrapping_sub(crate::zeal::waiting(|p| !is_pooled(p)));
    Usage { classes, large }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::thread::{ThreadState, attach};

    #[test]
    fn blocks_are_distinct_aligned_and_reused() {
        // SAFETY: all-zero is a valid thread state; it is detached before it is dropped.
        unsafe {
            let state = Box::into_raw(ThreadState::new());
            attach(state);
            for size in [0, 1, 16, 17, 100, 511, 512, 513, 5000] {
                let mut blocks: Vec<*mut c_void> = (0..3000).map(|_| malloc(size)).collect();
                for (i, b) in blocks.iter().enumerate() {
                    assert_eq!(*b as usize % STEP, 0);
                    assert!(usable_size(*b) >= size);
                    core::ptr::write_bytes(*b as *mut u8, i as u8, size);
                }
                for (i, b) in blocks.iter().enumerate() {
                    assert!((0..size).all(|k| *(*b as *const u8).add(k) == i as u8));
                }
                let last = *blocks.last().unwrap();
                blocks.drain(..).for_each(|b| free(b));
                if size <= SMALL_MAX {
                    assert_eq!(malloc(size), last);
                    free(last);
                }
            }
            // Pools whose blocks are all free serve any class, and keep no memory.
            let py = crate::Py::from_state(state);
            let blocks: Vec<*mut c_void> = (0..20_000).map(|_| malloc(48)).collect();
            let kept = *blocks.last().unwrap();
            core::ptr::write_bytes(kept as *mut u8, 5, 48);
            let before = usage(py);
            blocks[..19_999].iter().for_each(|b| free(*b));
            trim(py);
            let after = usage(py);
            assert!(after.classes[2].pools < before.classes[2].pools / 4 + 2);
            assert_eq!(after.used(), before.used() - 19_999);
            let others: Vec<*mut c_void> = (0..5_000).map(|_| malloc(96)).collect();
            others.iter().for_each(|b| core::ptr::write_bytes(*b as *mut u8, 9, 96));
            assert!((0..48).all(|k| *(kept as *const u8).add(k) == 5));
            let end = NEXT_POOL.load(Ordering::Relaxed);
            let again: Vec<*mut c_void> = (0..5_000).map(|_| malloc(48)).collect();
            assert_eq!(NEXT_POOL.load(Ordering::Relaxed), end, "empty pools are used before new ones");
            others.into_iter().chain(again).chain([kept]).for_each(|b| free(b));
            trim(py);
            let mut p = malloc(10);
            core::ptr::write_bytes(p as *mut u8, 7, 10);
            for size in [20, 500, 600, 100_000, 700, 12] {
                p = realloc(p, size);
                assert!((0..10).all(|k| *(p as *const u8).add(k) == 7), "at {size}");
            }
            free(p);
            attach(core::ptr::null_mut());
            drop(Box::from_raw(state));
        }
    }
}
