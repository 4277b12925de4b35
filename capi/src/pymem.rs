//! cpython/pymem.h and the allocator hooks of cpython/objimpl.h: the raw domain, and reading and setting allocators.
//!
//! The domains `mem` and `obj` are served by the object heap; an allocator that a program sets for `obj` serves the runtime's
//! own calls too (`dxpy_core::domains`).

use crate::util::{c_bytes, free, put};
use core::cell::Cell;
use core::ffi::{c_char, c_int, c_void};
use dxpy_core::abi::PyMemAllocatorEx;
use dxpy_core::domains::{self, HEAP, RAW};
use dxpy_core::{Py, PyResult, debug_alloc, exceptions};

/// The exported functions of one domain.
macro_rules! domain {
    ($i:literal: $malloc:ident $calloc:ident $realloc:ident $free:ident) => {
        free! {
            /// C: `void *(size_t)`: NULL, without an exception, where there is no memory.
            fn $malloc(n: usize) -> *mut c_void {
                let d = domains::get($i);
                // SAFETY: the allocator's contract.
                unsafe { (d.malloc)(d.ctx, n) }
            }
            /// C: `void *(size_t count, size_t size)`: zeroed.
            fn $calloc(n: usize, size: usize) -> *mut c_void {
                let d = domains::get($i);
                // SAFETY: the allocator's contract.
                unsafe { (d.calloc)(d.ctx, n, size) }
            }
            /// C: `void *(void *, size_t)`: NULL leaves the block as it was.
            fn $realloc(p: *mut c_void, n: usize) -> *mut c_void {
                let d = domains::get($i);
                // SAFETY: the allocator's contract: a block of it, or NULL.
                unsafe { (d.realloc)(d.ctx, p, n) }
            }
            /// C: `void (void *)`: NULL is allowed.
            fn $free(p: *mut c_void) -> () {
                let d = domains::get($i);
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
            0..=2 => put(to, domains::shown(domains::get(i as usize))),
            _ => put(to, PyMemAllocatorEx { ctx: Cell::new(core::ptr::null_mut()), malloc: Cell::new(None), calloc: Cell::new(None), realloc: Cell::new(None), free: Cell::new(None) }),
        }
    }

    /// C: `void PyMem_SetAllocator(PyMemAllocatorDomain, PyMemAllocatorEx *)`.
    fn PyMem_SetAllocator(i: c_int, from: &PyMemAllocatorEx) -> () {
        if let (0..=2, Some(d)) = (i, domains::read(from)) {
            domains::set(i as usize, d);
        }
    }

    /// C: `void PyMem_SetupDebugHooks(void)`.
    fn PyMem_SetupDebugHooks() -> () {
        debug_alloc::install();
    }

    /// C: `int _PyMem_SetDefaultAllocator(PyMemAllocatorDomain, PyMemAllocatorEx *old)`.
    fn _PyMem_SetDefaultAllocator(i: c_int, old: *mut PyMemAllocatorEx) -> c_int {
        let Some(i) = usize::try_from(i).ok().filter(|i| *i < 3) else { return -1 };
        if !old.is_null() {
            put(old, domains::shown(domains::get(i)));
        }
        domains::set(i, if i == 0 { RAW } else { HEAP });
        0
    }

    /// C: `const char *_PyMem_GetCurrentAllocatorName(void)`: NULL for one that is not known.
    fn _PyMem_GetCurrentAllocatorName() -> *const c_char {
        domains::name().map_or(core::ptr::null(), |n| n.as_ptr())
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
        let all = match which {
            0 => return 0,
            1 | 2 | 5 | 6 => [RAW, HEAP, HEAP],
            3 | 4 => [RAW, RAW, RAW],
            _ => return -1,
        };
        all.into_iter().enumerate().for_each(|(i, d)| domains::set(i, d));
        if matches!(which, 2 | 4 | 6) {
            debug_alloc::install();
        }
        0
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
