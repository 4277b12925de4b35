//! Where an instance keeps its attributes: inline values under keys its class shares, a managed dict before the object,
//! or a dict at `tp_dictoffset` (`Objects/dictobject.c` and `object.c`, the parts about instances).

use crate::abi::constants::*;
use crate::abi::*;
use crate::dict::keys::Keys;
use crate::dict::lookup::{Found, unicode_key};
use crate::dict::{self, keys, values};
use crate::err::PyResult;
use crate::ptr::{Object, Owned, decref};
use crate::thread::Py;
use crate::types::inherit::has;
use crate::unicode;
use core::cell::Cell;

/// `PyDictOrValues`: inline values with the low bit set, or a dict, or NULL.
#[derive(Clone, Copy)]
pub enum Attributes<'a> {
    Values(&'a PyDictValues),
    Dict(&'a PyDictObject),
    Nothing,
}

/// The word before an object with `Py_TPFLAGS_MANAGED_DICT` (`_PyObject_DictOrValuesPointer`).
///
/// # Safety
/// The object's type has the flag.
#[inline(always)]
pub unsafe fn managed(o: &PyObject) -> &Cell<usize> {
    // SAFETY: the caller's promise: the pre-header is there.
    unsafe { &*(o.as_ptr() as *const Cell<usize>).sub(3) }
}

/// What a word of [`managed`] says.
#[inline(always)]
pub fn decode<'a>(word: usize) -> Attributes<'a> {
    // SAFETY: INIT: the word is what `set_values` and `set_dict` wrote; the object holds it.
    unsafe {
        match word {
            0 => Attributes::Nothing,
            w if w & 1 == 1 => Attributes::Values(&*((w - 1) as *const PyDictValues)),
            w => Attributes::Dict(&*(w as *const PyDictObject)),
        }
    }
}

/// The shared keys of a heap type (`CACHED_KEYS`).
#[inline(always)]
pub fn cached_keys(ty: &PyTypeObject) -> Option<&PyDictKeysObject> {
    if !has(ty, Py_TPFLAGS_HEAPTYPE) {
        return None;
    }
    // SAFETY: LAYOUT: a heap type; LIVE: it holds its keys.
    unsafe { (*(ty as *const PyTypeObject as *const PyHeapTypeObject)).ht_cached_keys.get().as_ref() }
}

/// The place of the dict pointer of an object whose type has a `tp_dictoffset` of the plain sort
/// (`_PyObject_ComputedDictPointer`). A negative offset counts from the end of the object.
pub fn dict_cell(o: &PyObject) -> Option<&Cell<*mut PyObject>> {
    let ty = o.ty();
    let mut offset = ty.tp_dictoffset.get();
    if offset == 0 || has(ty, Py_TPFLAGS_MANAGED_DICT) {
        return None;
    }
    // SAFETY: LAYOUT: the type promises a dict pointer at the offset; a negative one comes with `ob_size`.
    unsafe {
        if offset < 0 {
            // An int has its tag where others have their size, and room for at least one digit.
            let n = match crate::long::check(o) {
                Some(n) => crate::long::digits(n).len().max(1) as isize,
                None => (*(o.as_ptr() as *const PyVarObject)).ob_size.get().abs(),
            };
            let size = ty.tp_basicsize.get() + n * ty.tp_itemsize.get();
            offset += (size + 7) & !7;
        }
        Some(&*(o.as_ptr().byte_offset(offset) as *const Cell<*mut PyObject>))
    }
}

/// `_PyObject_IsInstanceDictEmpty`: whether the object has no attributes of its own; an object without a dict has none.
pub fn is_empty(o: &PyObject) -> bool {
    if !has(o.ty(), Py_TPFLAGS_MANAGED_DICT) {
        let Some(cell) = dict_cell(o) else { return true };
        // SAFETY: LIVE, LAYOUT: the place holds a dict, or NULL.
        return unsafe { (cell.get() as *const PyDictObject).as_ref() }.is_none_or(|d| dict::len(d) == 0);
    }
    // SAFETY: the flag was checked.
    match decode(unsafe { managed(o) }.get()) {
        Attributes::Nothing => true,
        Attributes::Values(v) => values::count(v) == 0,
        Attributes::Dict(d) => dict::len(d) == 0,
    }
}

/// `_PyObject_InitializeDict`: gives a new instance its empty attributes.
pub fn init(py: Py<'_>, o: &PyObject) -> PyResult<()> {
    let ty = o.ty();
    if !has(ty, Py_TPFLAGS_MANAGED_DICT) {
        return Ok(());
    }
    let Some(k) = cached_keys(ty) else { return Ok(()) };
    let usable = k.dk_usable.get();
    // Each instance leaves room for one key less, so that a class whose instances differ stops sharing.
    if usable > 1 {
        k.dk_usable.set(usable - 1);
    }
    let v = values::new(py, k.entries() + usable.max(0) as usize)?;
    // SAFETY: the flag was checked.
    unsafe { managed(o).set(v as usize + 1) };
    Ok(())
}

/// `insert_into_dictkeys`: the index of `name`, added if there is room.
fn insert_key(k: &PyDictKeysObject, name: &PyUnicodeObject) -> Option<usize> {
    let hash = unicode::hash(name);
    if let Found::At(ix) = unicode_key(k, name, hash) {
        return Some(ix);
    }
    if k.dk_usable.get() <= 0 {
        return None;
    }
    let ix = k.entries();
    k.set_index(k.free_slot(hash), ix as isize);
    k.put(ix, name.to_owned().into_ptr(), hash);
    k.dk_version.set(0);
    k.dk_usable.set(k.dk_usable.get() - 1);
    k.dk_nentries.set(k.dk_nentries.get() + 1);
    Some(ix)
}

/// `_PyObject_GetInstanceAttribute`.
#[inline]
pub fn get_value(o: &PyObject, v: &PyDictValues, name: &PyUnicodeObject) -> Option<Owned> {
    let k = cached_keys(o.ty()).expect("inline values come with shared keys");
    match unicode_key(k, name, unicode::hash(name)) {
        // SAFETY: LIVE: a set value is held by the instance.
        Found::At(ix) => unsafe { values::at(v, ix).get().as_ref() }.map(Object::to_owned),
        Found::Missing => None,
    }
}

/// What became of storing into inline values.
pub enum Stored {
    Done,
    /// Deleting what was not there.
    Missing,
    /// The keys are full or the name is not an exact str: a dict is needed.
    NeedsDict,
}

/// `_PyObject_StoreInstanceAttribute`, up to the point where a dict is needed.
pub fn store_value(
    o: &PyObject,
    v: &PyDictValues,
    name: &PyUnicodeObject,
    value: Option<&PyObject>,
) -> Stored {
    let k = cached_keys(o.ty()).expect("inline values come with shared keys");
    let ix = match value {
        Some(_) if unicode::check_exact(name.as_object()).is_some() => insert_key(k, name),
        Some(_) => None,
        None => match unicode_key(k, name, unicode::hash(name)) {
            Found::At(ix) => Some(ix),
            Found::Missing => return Stored::Missing,
        },
    };
    let Some(ix) = ix else { return Stored::NeedsDict };
    let new = value.map_or(core::ptr::null_mut(), |x| x.to_owned().into_ptr());
    let old = values::at(v, ix).replace(new);
    match (old.is_null(), value.is_some()) {
        (true, true) => values::appended(v, ix),
        (true, false) => return Stored::Missing,
        (false, true) => {}
        (false, false) => values::removed(v, ix),
    }
    if !old.is_null() {
        // SAFETY: OWNED: the instance held the old value, which it no longer shows.
        unsafe { decref(old) };
    }
    Stored::Done
}

/// The instance's dict, made where it has none yet (`PyObject_GenericGetDict`'s core); None if its type has no place.
pub fn dict(py: Py<'_>, o: &PyObject) -> PyResult<Option<Owned<PyDictObject>>> {
    let ty = o.ty();
    if has(ty, Py_TPFLAGS_MANAGED_DICT) {
        // SAFETY: the flag was checked.
        let word = unsafe { managed(o) };
        let d = match decode(word.get()) {
            Attributes::Dict(d) => return Ok(Some(d.to_owned())),
            Attributes::Values(v) => {
                let k = cached_keys(ty).expect("inline values come with shared keys");
                // SAFETY: OWNED: the instance's values; its word is replaced by the dict below.
                unsafe { dict::from_values(py, k, v as *const PyDictValues as *mut PyDictValues)? }
            }
            Attributes::Nothing => match cached_keys(ty) {
                Some(k) => dict::with_shared_keys(py, k)?,
                None => dict::new(py)?,
            },
        };
        word.set(d.to_owned().into_ptr() as usize);
        return Ok(Some(d));
    }
    let Some(cell) = dict_cell(o) else { return Ok(None) };
    if cell.get().is_null() {
        let d = match cached_keys(ty) {
            Some(k) => dict::with_shared_keys(py, k)?,
            None => dict::new(py)?,
        };
        cell.set(d.into_ptr());
    }
    // SAFETY: LAYOUT: only dicts are stored there; LIVE: the object holds it.
    Ok(Some(unsafe { (*(cell.get() as *const PyDictObject)).to_owned() }))
}

/// Replaces the instance's dict (`PyObject_GenericSetDict`'s core); None is an empty one later. The caller checked that
/// there is a place.
pub fn set_dict(o: &PyObject, d: Option<Owned<PyDictObject>>) {
    let new = d.map_or(core::ptr::null_mut(), Owned::into_ptr);
    if has(o.ty(), Py_TPFLAGS_MANAGED_DICT) {
        // SAFETY: the flag was checked.
        let old = unsafe { managed(o) }.replace(new as usize);
        release(old);
    } else if let Some(cell) = dict_cell(o) {
        // SAFETY: OWNED: the object held its dict.
        drop(unsafe { Owned::<PyObject>::from_raw_opt(cell.replace(new)) });
    }
}

fn release(word: usize) {
    // SAFETY: OWNED: the word was the instance's and is no longer in it.
    unsafe {
        match decode(word) {
            Attributes::Nothing => {}
            Attributes::Values(v) => values::release(v as *const PyDictValues as *mut PyDictValues),
            Attributes::Dict(d) => decref(d.as_ptr()),
        }
    }
}

/// `_PyObject_ClearManagedDict`/`_PyObject_FreeInstanceAttributes`: gives up all attributes.
///
/// # Safety
/// The type has `Py_TPFLAGS_MANAGED_DICT`.
pub unsafe fn clear_managed(o: &PyObject) {
    // SAFETY: the caller's promise.
    release(unsafe { managed(o) }.replace(0));
}

/// `_PyObject_VisitManagedDict`.
///
/// # Safety
/// The type has `Py_TPFLAGS_MANAGED_DICT`.
pub unsafe fn visit_managed(o: &PyObject, v: &crate::glue::Visitor) -> Result<(), core::ffi::c_int> {
    // SAFETY: the caller's promise.
    match decode(unsafe { managed(o) }.get()) {
        Attributes::Nothing => Ok(()),
        Attributes::Values(vals) => {
            (0..values::count(vals)).try_for_each(|i| v.visit(values::at(vals, values::nth(vals, i))))
        }
        Attributes::Dict(d) => v.visit(&Cell::new(d.as_ptr())),
    }
}

/// Releases the shared keys of a dying heap type.
pub fn release_cached_keys(ty: &PyHeapTypeObject) {
    let k = ty.ht_cached_keys.replace(core::ptr::null_mut());
    if !k.is_null() {
        // SAFETY: the type was a holder.
        unsafe { keys::release(k) };
    }
}

/// Whether the object's type has a place for a dict.
pub fn has_dict(o: &PyObject) -> bool {
    o.ty().tp_dictoffset.get() != 0
}
