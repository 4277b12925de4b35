//! Fields of objects that hold references: reading one as a new reference, replacing it, and visiting it.

use core::cell::Cell;
use dxpy_core::Owned;
use dxpy_core::abi::PyObject;
use dxpy_core::ptr::{Layout, Object};

/// Another reference to what a field holds, so that it outlives the code that runs next; None for NULL.
#[inline]
pub fn get(field: &Cell<*mut PyObject>) -> Option<Owned> {
    // SAFETY: LIVE: the object that has the field holds what is in it.
    unsafe { field.get().as_ref() }.map(|o| o.to_owned())
}

/// Gives a field another object; what it held before is released afterwards.
#[inline]
pub fn put<T: Layout>(field: &Cell<*mut PyObject>, v: Owned<T>) {
    put_opt(field, Some(v));
}

/// As [`put`], with None for NULL.
pub fn put_opt<T: Layout>(field: &Cell<*mut PyObject>, v: Option<Owned<T>>) {
    let new = v.map_or(core::ptr::null_mut(), Owned::into_ptr);
    // SAFETY: OWNED: the field held one reference, or NULL.
    drop(unsafe { Owned::<PyObject>::from_raw_opt(field.replace(new)) });
}

/// An object whose type is known, seen as its struct.
///
/// # Safety
/// LAYOUT: the object's type is that of `T`'s instances, or below it.
pub unsafe fn view<T: Layout>(o: &PyObject) -> &T {
    // SAFETY: the caller's promise.
    unsafe { &*(o as *const PyObject as *const T) }
}
