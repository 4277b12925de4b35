//! The allocators of the three domains (`raw`, `mem`, `obj`) as programs see and replace them: `PyMem_GetAllocator` and
//! `PyMem_SetAllocator`.
//!
//! While `obj` is the object heap itself, nothing here is called: the runtime and the exported functions go to
//! [`crate::alloc`] directly. Another allocator there (a program's, the debug hooks, tracemalloc's) *hooks* the heap: its free
//! lists are put aside, so that all its quick paths fail and the slow ones come here. Being able to costs nothing.

use crate::abi::PyMemAllocatorEx;
use crate::alloc;
use crate::statics::Gil;
use core::cell::Cell;
use core::ffi::{CStr, c_void};

pub type Malloc = unsafe extern "C" fn(*mut c_void, usize) -> *mut c_void;
pub type Calloc = unsafe extern "C" fn(*mut c_void, usize, usize) -> *mut c_void;
pub type Realloc = unsafe extern "C" fn(*mut c_void, *mut c_void, usize) -> *mut c_void;
pub type Free = unsafe extern "C" fn(*mut c_void, *mut c_void);
type Function = Option<unsafe extern "C" fn()>;

unsafe extern "C" fn raw_malloc(_: *mut c_void, n: usize) -> *mut c_void {
    // SAFETY: the C library's function. A size of 0 is a block too.
    if n > isize::MAX as usize { core::ptr::null_mut() } else { unsafe { libc::malloc(n.max(1)) } }
}

unsafe extern "C" fn raw_calloc(_: *mut c_void, n: usize, size: usize) -> *mut c_void {
    match n.checked_mul(size) {
        // SAFETY: the C library's function.
        Some(total) if total <= isize::MAX as usize => unsafe { libc::calloc(total.max(1), 1) },
        _ => core::ptr::null_mut(),
    }
}

unsafe extern "C" fn raw_realloc(_: *mut c_void, p: *mut c_void, n: usize) -> *mut c_void {
    // SAFETY: the caller's block, from these functions.
    if n > isize::MAX as usize { core::ptr::null_mut() } else { unsafe { libc::realloc(p, n.max(1)) } }
}

unsafe extern "C" fn raw_free(_: *mut c_void, p: *mut c_void) {
    // SAFETY: the caller's block, from these functions.
    unsafe { libc::free(p) }
}

unsafe extern "C" fn heap_malloc(_: *mut c_void, n: usize) -> *mut c_void {
    if n > isize::MAX as usize { core::ptr::null_mut() } else { alloc::malloc_below(n) }
}

unsafe extern "C" fn heap_calloc(_: *mut c_void, n: usize, size: usize) -> *mut c_void {
    match n.checked_mul(size) {
        Some(total) if total <= isize::MAX as usize => {
            let p = alloc::malloc_below(total);
            if !p.is_null() {
                // SAFETY: the block is at least as long and ours alone.
                unsafe { core::ptr::write_bytes(p as *mut u8, 0, total) };
            }
            p
        }
        _ => core::ptr::null_mut(),
    }
}

unsafe extern "C" fn heap_realloc(_: *mut c_void, p: *mut c_void, n: usize) -> *mut c_void {
    // SAFETY: the caller's block, from these functions.
    if n > isize::MAX as usize { core::ptr::null_mut() } else { unsafe { alloc::realloc_below(p, n) } }
}

unsafe extern "C" fn heap_free(_: *mut c_void, p: *mut c_void) {
    // SAFETY: the caller's block, from these functions.
    unsafe { alloc::free_below(p) }
}

/// The functions of a domain: `PyMemAllocatorEx`.
#[derive(Clone, Copy)]
pub struct Domain {
    pub ctx: *mut c_void,
    pub malloc: Malloc,
    pub calloc: Calloc,
    pub realloc: Realloc,
    pub free: Free,
}

/// The C library's functions.
pub const RAW: Domain = Domain {
    ctx: core::ptr::null_mut(),
    malloc: raw_malloc,
    calloc: raw_calloc,
    realloc: raw_realloc,
    free: raw_free,
};

/// The object heap's.
pub const HEAP: Domain = Domain {
    ctx: core::ptr::null_mut(),
    malloc: heap_malloc,
    calloc: heap_calloc,
    realloc: heap_realloc,
    free: heap_free,
};

/// `PYMEM_DOMAIN_RAW` and the others: the places of the domains.
pub const RAW_DOMAIN: usize = 0;
pub const MEM_DOMAIN: usize = 1;
pub const OBJ_DOMAIN: usize = 2;

/// The raw one is called without the GIL, so setting it while threads run is the caller's risk, as it is in CPython.
static DOMAINS: Gil<Cell<[Domain; 3]>> = Gil(Cell::new([RAW, HEAP, HEAP]));

/// The allocator of a domain.
#[inline(always)]
pub fn get(i: usize) -> Domain {
    // SAFETY: the cell holds three domains; no reference into it lives on.
    unsafe { (*DOMAINS.as_ptr())[i] }
}

/// Are these the same functions with the same context?
pub fn same(a: &Domain, b: &Domain) -> bool {
    a.ctx == b.ctx && core::ptr::fn_addr_eq(a.malloc, b.malloc) && core::ptr::fn_addr_eq(a.free, b.free)
}

/// Sets the allocator of a domain. GIL, or no other thread.
pub fn set(i: usize, d: Domain) {
    let mut all = DOMAINS.get();
    all[i] = d;
    DOMAINS.set(all);
    if i == OBJ_DOMAIN {
        alloc::set_hooked(!same(&d, &HEAP));
    }
}

/// An allocator as C code gives it, with all four functions.
pub fn read(from: &PyMemAllocatorEx) -> Option<Domain> {
    let (malloc, calloc): (Function, Function) = (from.malloc.get(), from.calloc.get());
    let (realloc, free) = (from.realloc.get()?, from.free.get()?);
    // SAFETY: the fields' prototypes.
    unsafe {
        Some(Domain {
            ctx: from.ctx.get(),
            malloc: core::mem::transmute::<unsafe extern "C" fn(), Malloc>(malloc?),
            calloc: core::mem::transmute::<unsafe extern "C" fn(), Calloc>(calloc?),
            realloc: core::mem::transmute::<unsafe extern "C" fn(), Realloc>(realloc),
            free: core::mem::transmute::<unsafe extern "C" fn(), Free>(free),
        })
    }
}

/// An allocator as C code gets it.
pub fn shown(d: Domain) -> PyMemAllocatorEx {
    // SAFETY: function pointers are of one size; C code calls each with the prototype of its field.
    unsafe {
        PyMemAllocatorEx {
            ctx: Cell::new(d.ctx),
            malloc: Cell::new(Some(core::mem::transmute::<Malloc, unsafe extern "C" fn()>(d.malloc))),
            calloc: Cell::new(Some(core::mem::transmute::<Calloc, unsafe extern "C" fn()>(d.calloc))),
            realloc: Cell::new(Some(core::mem::transmute::<Realloc, unsafe extern "C" fn()>(d.realloc))),
            free: Cell::new(Some(core::mem::transmute::<Free, unsafe extern "C" fn()>(d.free))),
        }
    }
}

/// `_PyMem_GetCurrentAllocatorName`; `None` for allocators that are not known.
pub fn name() -> Option<&'static CStr> {
    let [raw, mem, obj] = DOMAINS.get();
    let below = [(0, raw), (1, mem), (2, obj)].map(|(i, d)| crate::debug_alloc::below(i, &d));
    match below {
        [Some(r), Some(m), Some(o)] if same(&r, &RAW) && same(&m, &o) => {
            if same(&o, &RAW) {
                return Some(c"malloc_debug");
            }
            same(&o, &HEAP).then_some(if alloc::is_plain() { c"malloc_debug" } else { c"pymalloc_debug" })
        }
        [None, None, None] if same(&raw, &RAW) && same(&mem, &obj) => {
            if same(&obj, &RAW) {
                return Some(c"malloc");
            }
            same(&obj, &HEAP).then_some(if alloc::is_plain() { c"malloc" } else { c"pymalloc" })
        }
        _ => None,
    }
}
