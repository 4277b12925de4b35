//! `list`: the type's memory and the operations C code and the interpreter make on it (`Objects/listobject.c`).
//! The methods that programs call, slicing, sorting and iterators are not here.

use crate::abi::constants::*;
use crate::abi::*;
use crate::alloc;
use crate::err::PyResult;
use crate::exceptions;
use crate::gc;
use crate::glue;
use crate::object;
use crate::ptr::{Object, Owned};
use crate::statics::StaticType;
use crate::thread::Py;

/// `list`.
#[unsafe(no_mangle)]
pub static PyList_Type: StaticType = StaticType::new::<PyListObject>(c"list")
    .flags(Py_TPFLAGS_BASETYPE | Py_TPFLAGS_LIST_SUBCLASS | _Py_TPFLAGS_MATCH_SELF | Py_TPFLAGS_SEQUENCE)
    .traverse(glue::traverse(traverse))
    .clear(glue::clear(clear))
    .dealloc(glue::dealloc(dealloc));

fn traverse(l: &PyListObject, v: &glue::Visitor) -> Result<(), core::ffi::c_int> {
    (0..len(l)).rev().try_for_each(|i| v.visit(cell(l, i)))
}

fn dealloc(_: Py<'_>, l: &PyListObject) {
    // SAFETY: a list has a collector header; its items are released once and its memory last.
    unsafe {
        gc::untrack(l.as_object());
        let items = l.ob_item.get();
        if !items.is_null() {
            for i in (0..len(l)).rev() {
                drop(Owned::<PyObject>::from_raw_opt(*items.add(i)));
            }
            alloc::free(items as *mut core::ffi::c_void);
        }
        object::tp_free(l.as_object());
    }
}

/// `PyList_Check`.
#[inline(always)]
pub fn check(o: &PyObject) -> Option<&PyListObject> {
    // SAFETY: LAYOUT: the subclass flag says so.
    (o.ty().tp_flags.get() & Py_TPFLAGS_LIST_SUBCLASS != 0)
        .then(|| unsafe { &*(o as *const PyObject as *const PyListObject) })
}

/// `PyList_CheckExact`.
#[inline(always)]
pub fn check_exact(o: &PyObject) -> Option<&PyListObject> {
    // SAFETY: LAYOUT: the type says so.
    o.ty().is(&PyList_Type.0).then(|| unsafe { &*(o as *const PyObject as *const PyListObject) })
}

/// `PyList_GET_SIZE`.
#[inline(always)]
pub fn len(l: &PyListObject) -> usize {
    l.ob_base.ob_size.get() as usize
}

/// The place of item `i`.
#[inline(always)]
fn cell(l: &PyListObject, i: usize) -> &core::cell::Cell<*mut PyObject> {
    assert!(i < len(l));
    // SAFETY: `ob_size` items are in the block; a pointer and a cell of it look alike.
    unsafe { &*(l.ob_item.get().add(i) as *const core::cell::Cell<*mut PyObject>) }
}

/// The items as they stand. Valid until the list changes, which any Python code may make it: read it out at once.
/// Items that C code has not set yet (`PyList_New`) must not be among them.
#[inline(always)]
pub fn items(l: &PyListObject) -> &[&PyObject] {
    let n = len(l);
    if n == 0 {
        return &[];
    }
    // SAFETY: INIT: `ob_size` items, none NULL once the list is seen.
    unsafe { core::slice::from_raw_parts(l.ob_item.get() as *const &PyObject, n) }
}

/// Item `i`, if there is one (`PyList_GetItem` without the error).
#[inline(always)]
pub fn get(l: &PyListObject, i: usize) -> Option<Owned> {
    items(l).get(i).map(|o| (*o).to_owned())
}

/// `list_resize`: sets the length; memory grows ahead of need by about an eighth. Items beyond the old length are not
/// set: the caller fills them before anyone looks.
pub fn resize(py: Py<'_>, l: &PyListObject, n: usize) -> PyResult<()> {
    // Below zero while the list is being sorted, when nothing fits.
    let allocated = l.allocated.get().max(0) as usize;
    if allocated >= n && n >= allocated >> 1 {
        l.ob_base.ob_size.set(n as isize);
        return Ok(());
    }
    let mut room = (n + (n >> 3) + 6) & !3;
    // Growing by more than the headroom: the caller knows the size (extend).
    if n > len(l) && n - len(l) > room - n {
        room = (n + 3) & !3;
    }
    if n == 0 {
        room = 0;
    }
    let Some(bytes) = room.checked_mul(size_of::<*mut PyObject>()).filter(|b| *b <= isize::MAX as usize)
    else {
        return Err(exceptions::memory_error(py));
    };
    let old = l.ob_item.get() as *mut core::ffi::c_void;
    if room == 0 {
        // SAFETY: the block was the list's.
        unsafe { alloc::free_opt(old) };
        l.ob_item.set(core::ptr::null_mut());
    } else {
        // SAFETY: as above; the contents move along.
        let new = unsafe { alloc::realloc(old, bytes) };
        if new.is_null() {
            return Err(exceptions::memory_error(py));
        }
        l.ob_item.set(new as *mut *mut PyObject);
    }
    l.ob_base.ob_size.set(n as isize);
    l.allocated.set(room as isize);
    Ok(())
}

/// An empty list with room for exactly `n` items (`PyList_New`, `list_new_prealloc`).
pub fn with_capacity(py: Py<'_>, n: usize) -> PyResult<Owned<PyListObject>> {
    // SAFETY: every field is set before the list is tracked.
    unsafe {
        let l = object::alloc_uninit::<PyListObject>(py, &PyList_Type, size_of::<PyListObject>())?;
        l.ob_base.ob_size.set(0);
        l.ob_item.set(core::ptr::null_mut());
        l.allocated.set(0);
        if n > 0 {
            let bytes = n.checked_mul(size_of::<*mut PyObject>()).filter(|b| *b <= isize::MAX as usize);
            let block = bytes.map_or(core::ptr::null_mut(), alloc::malloc);
            if block.is_null() {
                return Err(exceptions::memory_error(py));
            }
            l.ob_item.set(block as *mut *mut PyObject);
            l.allocated.set(n as isize);
        }
        gc::track(l.as_object());
        Ok(l)
    }
}

/// `PyList_New(0)`.
pub fn new(py: Py<'_>) -> PyResult<Owned<PyListObject>> {
    with_capacity(py, 0)
}

/// A list of these items.
pub fn from_iter(py: Py<'_>, items: impl IntoIterator<Item = Owned>) -> PyResult<Owned<PyListObject>> {
    let items = items.into_iter();
    let l = with_capacity(py, items.size_hint().0)?;
    for item in items {
        push(py, &l, item)?;
    }
    Ok(l)
}

/// `PyList_GetSlice`, with bounds as a slice has them.
pub fn slice(py: Py<'_>, l: &PyListObject, start: isize, stop: isize) -> PyResult<Owned<PyListObject>> {
    let within = || crate::slice::adjust_indices(len(l), start, stop, 1);
    let new = with_capacity(py, within().2)?;
    // Asked for again: what making a list may set off may have changed this one.
    let (start, _, n) = within();
    if n > 0 {
        for item in &items(l)[start as usize..start as usize + n] {
            push(py, &new, (*item).to_owned())?;
        }
    }
    Ok(new)
}

/// `PyList_Append`.
#[inline]
pub fn append(py: Py<'_>, l: &PyListObject, item: &PyObject) -> PyResult<()> {
    push(py, l, item.to_owned())
}

/// `_PyList_AppendTakeRef`.
#[inline]
pub fn push(py: Py<'_>, l: &PyListObject, item: Owned) -> PyResult<()> {
    let n = len(l);
    if l.allocated.get() > n as isize {
        l.ob_base.ob_size.set(n as isize + 1);
    } else {
        resize(py, l, n + 1)?;
    }
    // SAFETY: there is room for one more.
    unsafe { *l.ob_item.get().add(n) = item.into_ptr() };
    Ok(())
}

/// `PyList_Insert`: an index beyond the ends means the end.
pub fn insert(py: Py<'_>, l: &PyListObject, at: isize, item: &PyObject) -> PyResult<()> {
    let n = len(l);
    let at = if at < 0 { (at + n as isize).max(0) as usize } else { (at as usize).min(n) };
    resize(py, l, n + 1)?;
    // SAFETY: `n` items and room for one more.
    unsafe {
        let p = l.ob_item.get().add(at);
        core::ptr::copy(p, p.add(1), n - at);
        *p = item.to_owned().into_ptr();
    }
    Ok(())
}

/// Replaces item `i`, which must exist; the old one is given back.
pub fn replace(l: &PyListObject, i: usize, item: Owned) -> Owned {
    // SAFETY: OWNED: the list held the old item.
    unsafe { Owned::from_raw(cell(l, i).replace(item.into_ptr())) }
}

/// Takes item `i`, which must exist, out of the list.
pub fn remove(py: Py<'_>, l: &PyListObject, i: usize) -> PyResult<Owned> {
    let n = len(l);
    let item = cell(l, i).get();
    // SAFETY: the items behind move one down; the last place is then outside. OWNED: the list held the item.
    unsafe {
        let p = l.ob_item.get().add(i);
        core::ptr::copy(p.add(1), p, n - i - 1);
        let item = Owned::from_raw(item);
        resize(py, l, n - 1)?;
        Ok(item)
    }
}

/// `_list_clear`: items are released after the list is empty.
pub fn clear(_: Py<'_>, l: &PyListObject) {
    let (n, block) = (len(l), l.ob_item.replace(core::ptr::null_mut()));
    if block.is_null() {
        return;
    }
    l.ob_base.ob_size.set(0);
    l.allocated.set(0);
    // SAFETY: the block and its items were the list's.
    unsafe {
        for i in (0..n).rev() {
            drop(Owned::<PyObject>::from_raw_opt(*block.add(i)));
        }
        alloc::free(block as *mut core::ffi::c_void);
    }
}

/// `PyList_AsTuple`.
pub fn to_tuple(py: Py<'_>, l: &PyListObject) -> PyResult<Owned<PyTupleObject>> {
    let held: Vec<Owned> = items(l).iter().map(|o| (*o).to_owned()).collect();
    crate::tuple::from_iter(py, held)
}

/// `list.extend`: from any iterable.
pub fn extend(py: Py<'_>, l: &PyListObject, from: &PyObject) -> PyResult<()> {
    if let Some(items) = crate::sequence::exact_items(from) {
        // Held first: the list may be its own source, and its memory may move.
        let held: Vec<Owned> = items.iter().map(|o| (*o).to_owned()).collect();
        let n = len(l);
        if held.is_empty() {
            return Ok(());
        }
        make_room(py, l, held.len())?;
        l.ob_base.ob_size.set((n + held.len()) as isize);
        for (i, o) in held.into_iter().enumerate() {
            // SAFETY: `resize` made room for all.
            unsafe { *l.ob_item.get().add(n + i) = o.into_ptr() };
        }
        return Ok(());
    }
    if let Some(d) = crate::dict::check_exact(from) {
        if crate::dict::len(d) == 0 {
            return Ok(());
        }
        // Nothing runs meanwhile, so that the dict stays as it is.
        make_room(py, l, crate::dict::len(d))?;
        let (mut n, mut pos) = (len(l), 0);
        while let Some((key, _)) = crate::dict::next(d, &mut pos) {
            // SAFETY: `make_room` made room for all keys.
            unsafe { *l.ob_item.get().add(n) = key.to_owned().into_ptr() };
            n += 1;
        }
        l.ob_base.ob_size.set(n as isize);
        return Ok(());
    }
    let it = crate::protocol::iter(py, from)?;
    let more = crate::protocol::length_hint(py, from, 8)?;
    // A sum beyond the largest size may be a wrong hint; then memory grows with the items.
    if len(l).checked_add(more).is_some_and(|n| n <= isize::MAX as usize) {
        make_room(py, l, more)?;
    }
    while let Some(item) = crate::protocol::next(py, &it)? {
        push(py, l, item)?;
    }
    // What the hint promised too much is given back.
    if (len(l) as isize) < l.allocated.get() { resize(py, l, len(l)) } else { Ok(()) }
}

/// Room for so many more items, the length as it is (`list_preallocate_exact` for a list without memory).
fn make_room(py: Py<'_>, l: &PyListObject, more: usize) -> PyResult<()> {
    let n = len(l);
    if !l.ob_item.get().is_null() || l.allocated.get() != 0 {
        resize(py, l, n + more)?;
        l.ob_base.ob_size.set(n as isize);
        return Ok(());
    }
    // An even number: the allocator's blocks are of two words at least.
    let room = (more + 1) & !1;
    let bytes = room.checked_mul(size_of::<*mut PyObject>()).filter(|b| *b <= isize::MAX as usize);
    if room == 0 {
        return Ok(());
    }
    let block = bytes.map_or(core::ptr::null_mut(), alloc::malloc);
    if block.is_null() {
        return Err(exceptions::memory_error(py));
    }
    l.ob_item.set(block as *mut *mut PyObject);
    l.allocated.set(room as isize);
    Ok(())
}
