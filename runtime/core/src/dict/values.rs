//! `PyDictValues`: the values of one instance whose keys its class shares, and the order they were set in.
//!
//! The pointer stands behind a prefix: the byte before it is the prefix's size, the one before that the number of
//! values set, and before those, backwards, the index of each in order of insertion.

use super::keys::SHARED_MAX;
use crate::abi::*;
use crate::alloc;
use crate::err::PyResult;
use crate::exceptions;
use crate::ptr::decref;
use crate::thread::Py;
use core::cell::Cell;

/// `new_values`: all NULL, for `size` keys.
pub fn new(py: Py<'_>, size: usize) -> PyResult<*mut PyDictValues> {
    debug_assert!(size <= SHARED_MAX);
    let prefix = (size + 2).next_multiple_of(size_of::<*mut PyObject>());
    let total = prefix + size * size_of::<*mut PyObject>();
    let block = alloc::malloc(total);
    if block.is_null() {
        return Err(exceptions::memory_error(py));
    }
    // SAFETY: the block has room for the prefix and `size` values.
    unsafe {
        core::ptr::write_bytes(block as *mut u8, 0, total);
        let values = (block as *mut u8).add(prefix);
        *values.sub(1) = prefix as u8;
        Ok(values as *mut PyDictValues)
    }
}

/// The place of value `ix`.
#[inline(always)]
pub fn at(v: &PyDictValues, ix: usize) -> &Cell<*mut PyObject> {
    // SAFETY: INIT: the caller's index is one of the shared keys'.
    unsafe { &*v.values.as_ptr().add(ix) }
}

#[inline]
fn byte(v: &PyDictValues, back: usize) -> *mut u8 {
    (v as *const PyDictValues as *mut u8).wrapping_sub(back)
}

/// Number of values set.
#[inline]
pub fn count(v: &PyDictValues) -> usize {
    // SAFETY: INIT: the prefix is there.
    unsafe { *byte(v, 2) as usize }
}

/// The shared key's index of the `n`th value set (`get_index_from_order`).
#[inline]
pub fn nth(v: &PyDictValues, n: usize) -> usize {
    debug_assert!(n < count(v));
    // SAFETY: INIT: the prefix has room for one byte a key.
    unsafe { *byte(v, 3 + n) as usize }
}

/// `_PyDictValues_AddToInsertionOrder`.
#[inline]
pub fn appended(v: &PyDictValues, ix: usize) {
    let n = count(v);
    // SAFETY: as in `nth`; each index is added once.
    unsafe {
        *byte(v, 2) = n as u8 + 1;
        *byte(v, 3 + n) = ix as u8;
    }
}

/// `delete_index_from_values`.
pub fn removed(v: &PyDictValues, ix: usize) {
    let n = count(v);
    let at = (0..n).find(|i| nth(v, *i) == ix).expect("the value was set");
    // SAFETY: as in `nth`.
    unsafe {
        for i in at..n - 1 {
            *byte(v, 3 + i) = *byte(v, 4 + i);
        }
        *byte(v, 2) = n as u8 - 1;
    }
}

/// Frees the memory alone (`free_values`).
///
/// # Safety
/// Nobody uses the values again; their references have moved.
pub unsafe fn free_shell(v: *mut PyDictValues) {
    // SAFETY: INIT: the prefix's size is before the values.
    unsafe {
        let prefix = *(v as *mut u8).sub(1) as usize;
        alloc::free((v as *mut u8).sub(prefix) as *mut core::ffi::c_void);
    }
}

/// Releases the values and the memory (`_PyObject_FreeInstanceAttributes`).
///
/// # Safety
/// `v` is live and nobody uses it again. Finalisers may run.
pub unsafe fn release(v: *mut PyDictValues) {
    // SAFETY: each set value is one reference.
    unsafe {
        for i in 0..count(&*v) {
            decref(at(&*v, nth(&*v, i)).replace(core::ptr::null_mut()));
        }
        free_shell(v);
    }
}
