//! cpython/pymem.h and the allocator hooks of cpython/objimpl.h: the raw domain, and reading and setting allocators.
//!
//! The domains `mem` and `obj` are served by the object heap, whose calls inside the runtime are direct; an allocator that a
//! program sets is what these exported functions call from then on. Debug hooks are not there, as in a release build of
//! CPython, whose `PyMem_SetupDebugHooks` serves other allocators than its own.

use crate::util::{c_bytes, free, put};
use core::cell::Cell;
use core::ffi::{c_char, c_int, c_void};
use dxpy_core::abi::PyMemAllocatorEx;
use dxpy_core::statics::Gil;
use dxpy_core::{Py, PyResult, alloc, exceptions};

type Function = Option<unsafe extern "C" fn()>;

/// A function of an allocator as the structure has it, without its arguments.
macro_rules! erased {
    ($f:expr, $ty:ty) => {
        // SAFETY: function pointers are of one size; C code calls it with the prototype of its field.
        Some(unsafe { core::mem::transmute::<$ty, unsafe extern "C" fn()>($f) })
    };
}

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
    if n > isize::MAX as usize { core::ptr::null_mut() } else { alloc::malloc(n) }
}

unsafe extern "C" fn heap_calloc(_: *mut c_void, n: usize, size: usize) -> *mut c_void {
    match n.checked_mul(size) {
        Some(total) if total <= isize::MAX as usize => alloc::calloc(total),
        _ => core::ptr::null_mut(),
    }
}

unsafe extern "C" fn heap_realloc(_: *mut c_void, p: *mut c_void, n: usize) -> *mut c_void {
    // SAFETY: the caller's block, from these functions.
    if n > isize::MAX as usize { core::ptr::null_mut() } else { unsafe { alloc::realloc(p, n) } }
}

unsafe extern "C" fn heap_free(_: *mut c_void, p: *mut c_void) {
    // SAFETY: the caller's block, from these functions.
    unsafe { alloc::free_opt(p) }
}

type Malloc = unsafe extern "C" fn(*mut c_void, usize) -> *mut c_void;
type Calloc = unsafe extern "C" fn(*mut c_void, usize, usize) -> *mut c_void;
type Realloc = unsafe extern "C" fn(*mut c_void, *mut c_void, usize) -> *mut c_void;
type Free = unsafe extern "C" fn(*mut c_void, *mut c_void);

/// The functions of a domain.
#[derive(Clone, Copy)]
struct Domain {
    ctx: *mut c_void,
    malloc: Malloc,
    calloc: Calloc,
    realloc: Realloc,
    free: Free,
}

const RAW: Domain = Domain {
    ctx: core::ptr::null_mut(),
    malloc: raw_malloc,
    calloc: raw_calloc,
    realloc: raw_realloc,
    free: raw_free,
};
const HEAP: Domain = Domain {
    ctx: core::ptr::null_mut(),
    malloc: heap_malloc,
    calloc: heap_calloc,
    realloc: heap_realloc,
    free: heap_free,
};

/// `raw`, `mem` and `obj`. The raw one is called without the GIL, so setting it while threads run is the caller's risk, as
/// it is in CPython.
static DOMAINS: Gil<Cell<[Domain; 3]>> = Gil(Cell::new([RAW, HEAP, HEAP]));
/// Whether a program changed any.
static CHANGED: Gil<Cell<bool>> = Gil(Cell::new(false));

fn domain(i: usize) -> Domain {
    // SAFETY: the cell holds three domains; no reference into it lives on.
    unsafe { (*DOMAINS.as_ptr())[i] }
}

/// The exported functions of one domain.
macro_rules! domain {
    ($i:literal: $malloc:ident $calloc:ident $realloc:ident $free:ident) => {
        free! {
            /// C: `void *(size_t)`: NULL, without an exception, where there is no memory.
            fn $malloc(n: usize) -> *mut c_void {
                let d = domain($i);
                // SAFETY: the allocator's contract.
                unsafe { (d.malloc)(d.ctx, n) }
            }
            /// C: `void *(size_t count, size_t size)`: zeroed.
            fn $calloc(n: usize, size: usize) -> *mut c_void {
                let d = domain($i);
                // SAFETY: the allocator's contract.
                unsafe { (d.calloc)(d.ctx, n, size) }
            }
            /// C: `void *(void *, size_t)`: NULL leaves the block as it was.
            fn $realloc(p: *mut c_void, n: usize) -> *mut c_void {
                let d = domain($i);
                // SAFETY: the allocator's contract: a block of it, or NULL.
                unsafe { (d.realloc)(d.ctx, p, n) }
            }
            /// C: `void (void *)`: NULL is allowed.
            fn $free(p: *mut c_void) -> () {
                let d = domain($i);
                // SAFETY: the allocator's contract: a block of it, or NULL.
                unsafe { (d.free)(d.ctx, p) }
            }
        }
    };
}
domain!(0: PyMem_RawMalloc PyMem_RawCalloc PyMem_RawRealloc PyMem_RawFree);
domain!(1: PyMem_Malloc PyMem_Calloc PyMem_Realloc PyMem_Free);
domain!(2: PyObject_Malloc PyObject_Calloc PyObject_Realloc PyObject_Free);

/// A copy from one of the allocators; NULL without memory.
pub fn copied<T: Copy>(from: &[T], malloc: unsafe extern "C" fn(usize) -> *mut c_void) -> *mut T {
    // SAFETY: the memory is as large.
    unsafe {
        let to = malloc(size_of_val(from)).cast::<T>();
        if !to.is_null() {
            core::ptr::copy_nonoverlapping(from.as_ptr(), to, from.len());
        }
        to
    }
}

/// `PyMem_New`: room for `n` of them, which `PyMem_Free` releases.
///
/// # Errors
/// `MemoryError`.
pub fn room<T>(py: Py<'_>, n: usize) -> PyResult<*mut T> {
    let size = n.checked_mul(size_of::<T>());
    // SAFETY: any size is allowed.
    let to = size.map_or(core::ptr::null_mut(), |size| unsafe { PyMem_Malloc(size) });
    if to.is_null() { Err(exceptions::memory_error(py)) } else { Ok(to.cast()) }
}

/// A text and a NUL behind it, which `PyMem_Free` releases.
///
/// # Errors
/// `MemoryError`.
pub fn c_string(py: Py<'_>, text: &[u8]) -> PyResult<*mut c_char> {
    let to: *mut u8 = room(py, text.len() + 1)?;
    // SAFETY: new, and large enough.
    unsafe {
        core::ptr::copy_nonoverlapping(text.as_ptr(), to, text.len());
        *to.add(text.len()) = 0;
    }
    Ok(to.cast())
}

/// A C string, or a wide one, of `n` units with the zero behind them.
fn duplicate<T: Copy>(p: *const T, n: usize, malloc: unsafe extern "C" fn(usize) -> *mut c_void) -> *mut T {
    // SAFETY: the C API's contract: such a string.
    copied(unsafe { core::slice::from_raw_parts(p, n + 1) }, malloc)
}

fn write(to: *mut PyMemAllocatorEx, d: Domain) {
    put(
        to,
        PyMemAllocatorEx {
            ctx: Cell::new(d.ctx),
            malloc: Cell::new(erased!(d.malloc, Malloc)),
            calloc: Cell::new(erased!(d.calloc, Calloc)),
            realloc: Cell::new(erased!(d.realloc, Realloc)),
            free: Cell::new(erased!(d.free, Free)),
        },
    );
}

/// What a program gives, all four functions of it.
fn read(from: &PyMemAllocatorEx) -> Option<Domain> {
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

/// `PyObjectArenaAllocator`.
#[repr(C)]
pub struct PyObjectArenaAllocator {
    ctx: *mut c_void,
    alloc: Option<unsafe extern "C" fn(*mut c_void, usize) -> *mut c_void>,
    free: Option<unsafe extern "C" fn(*mut c_void, *mut c_void, usize)>,
}

unsafe extern "C" fn map_arena(_: *mut c_void, n: usize) -> *mut c_void {
    let (protection, flags) = (libc::PROT_READ | libc::PROT_WRITE, libc::MAP_PRIVATE | libc::MAP_ANONYMOUS);
    // SAFETY: a fresh private mapping.
    let p = unsafe { libc::mmap(core::ptr::null_mut(), n, protection, flags, -1, 0) };
    if p == libc::MAP_FAILED { core::ptr::null_mut() } else { p }
}

unsafe extern "C" fn unmap_arena(_: *mut c_void, p: *mut c_void, n: usize) {
    // SAFETY: the caller's mapping.
    unsafe { libc::munmap(p, n) };
}

free! {
    /// C: `void PyMem_GetAllocator(PyMemAllocatorDomain, PyMemAllocatorEx *)`: zeros for a domain there is not.
    fn PyMem_GetAllocator(i: c_int, to: *mut PyMemAllocatorEx) -> () {
        match i {
            0..=2 => write(to, domain(i as usize)),
            _ => put(to, PyMemAllocatorEx { ctx: Cell::new(core::ptr::null_mut()), malloc: Cell::new(None), calloc: Cell::new(None), realloc: Cell::new(None), free: Cell::new(None) }),
        }
    }

    /// C: `void PyMem_SetAllocator(PyMemAllocatorDomain, PyMemAllocatorEx *)`.
    fn PyMem_SetAllocator(i: c_int, from: &PyMemAllocatorEx) -> () {
        if let (0..=2, Some(d)) = (i, read(from)) {
            let mut all = DOMAINS.get();
            all[i as usize] = d;
            DOMAINS.set(all);
            CHANGED.set(true);
        }
    }

    /// C: `void PyMem_SetupDebugHooks(void)`: this build has none.
    fn PyMem_SetupDebugHooks() -> () {}

    /// C: `int _PyMem_SetDefaultAllocator(PyMemAllocatorDomain, PyMemAllocatorEx *old)`.
    fn _PyMem_SetDefaultAllocator(i: c_int, old: *mut PyMemAllocatorEx) -> c_int {
        let Some(i) = usize::try_from(i).ok().filter(|i| *i < 3) else { return -1 };
        if !old.is_null() {
            write(old, domain(i));
        }
        let mut all = DOMAINS.get();
        all[i] = if i == 0 { RAW } else { HEAP };
        DOMAINS.set(all);
        0
    }

    /// C: `const char *_PyMem_GetCurrentAllocatorName(void)`: NULL for one that is not known.
    fn _PyMem_GetCurrentAllocatorName() -> *const c_char {
        if CHANGED.get() { core::ptr::null() } else { c"pymalloc".as_ptr() }
    }

    /// C: `int _PyMem_GetAllocatorName(const char *, PyMemAllocatorName *)`.
    fn _PyMem_GetAllocatorName(called: *const c_char, to: *mut c_int) -> c_int {
        let found = match c_bytes(called) {
            b"" | b"default" => 1,
            b"debug" => 2,
            b"malloc" => 3,
            b"malloc_debug" => 4,
            b"pymalloc" => 5,
            b"pymalloc_debug" => 6,
            _ => return -1,
        };
        put(to, found);
        0
    }

    /// C: `int _PyMem_SetupAllocators(PyMemAllocatorName)`: the default ones, and those of the same names.
    fn _PyMem_SetupAllocators(which: c_int) -> c_int {
        match which {
            0 => 0,
            1 | 5 => {
                DOMAINS.set([RAW, HEAP, HEAP]);
                0
            }
            3 => {
                DOMAINS.set([RAW, RAW, RAW]);
                0
            }
            _ => -1,
        }
    }

    /// C: `char *_PyMem_RawStrdup(const char *)`.
    fn _PyMem_RawStrdup(s: *const c_char) -> *mut c_char {
        duplicate(s, c_bytes(s).len(), PyMem_RawMalloc)
    }

    /// C: `char *_PyMem_Strdup(const char *)`.
    fn _PyMem_Strdup(s: *const c_char) -> *mut c_char {
        duplicate(s, c_bytes(s).len(), PyMem_Malloc)
    }

    /// C: `wchar_t *_PyMem_RawWcsdup(const wchar_t *)`.
    fn _PyMem_RawWcsdup(s: *const i32) -> *mut i32 {
        // SAFETY: the C API's contract: a wide string.
        let n = unsafe { crate::unicodeobject::wide::text(s) }.len();
        duplicate(s, n, PyMem_RawMalloc)
    }

    /// C: `void PyObject_GetArenaAllocator(PyObjectArenaAllocator *)`: the system's mappings.
    fn PyObject_GetArenaAllocator(to: *mut PyObjectArenaAllocator) -> () {
        put(to, PyObjectArenaAllocator { ctx: core::ptr::null_mut(), alloc: Some(map_arena), free: Some(unmap_arena) });
    }

    /// C: `void PyObject_SetArenaAllocator(PyObjectArenaAllocator *)`: the object heap has one range of its own and asks
    /// for no arenas.
    fn PyObject_SetArenaAllocator(_from: *mut PyObjectArenaAllocator) -> () {}
}
