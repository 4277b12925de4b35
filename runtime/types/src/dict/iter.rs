//! Iterators over keys, values and pairs of a dict, both ways.

use super::tracked;
use core::cell::Cell;
use dxpy_core::abi::*;
use dxpy_core::dict;
use dxpy_core::ptr::Object;
use dxpy_core::statics::StaticType;
use dxpy_core::{
    Owned, Py, PyResult, attr, exceptions, gc, glue, hooks, list, methods, name, object, protocol, tuple,
};

/// What an iterator or view shows of each entry.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    Key,
    Value,
    Item,
}

const KEY: u8 = Kind::Key as u8;
const VALUE: u8 = Kind::Value as u8;
const ITEM: u8 = Kind::Item as u8;

/// `dict_keyiterator`.
#[unsafe(no_mangle)]
pub static PyDictIterKey_Type: StaticType =
    iterator(c"dict_keyiterator").iternext(glue::iternext(next::<KEY>)).getattro(attr::generic_get_slot);
/// `dict_valueiterator`.
#[unsafe(no_mangle)]
pub static PyDictIterValue_Type: StaticType =
    iterator(c"dict_valueiterator").iternext(glue::iternext(next::<VALUE>)).getattro(attr::generic_get_slot);
/// `dict_itemiterator`.
#[unsafe(no_mangle)]
pub static PyDictIterItem_Type: StaticType =
    iterator(c"dict_itemiterator").iternext(glue::iternext(next::<ITEM>)).getattro(attr::generic_get_slot);
/// `dict_reversekeyiterator`.
#[unsafe(no_mangle)]
pub static PyDictRevIterKey_Type: StaticType =
    iterator(c"dict_reversekeyiterator").iternext(glue::iternext(previous::<KEY>));
/// `dict_reversevalueiterator`.
#[unsafe(no_mangle)]
pub static PyDictRevIterValue_Type: StaticType =
    iterator(c"dict_reversevalueiterator").iternext(glue::iternext(previous::<VALUE>));
/// `dict_reverseitemiterator`.
#[unsafe(no_mangle)]
pub static PyDictRevIterItem_Type: StaticType =
    iterator(c"dict_reverseitemiterator").iternext(glue::iternext(previous::<ITEM>));

const fn iterator(name: &'static core::ffi::CStr) -> StaticType {
    StaticType::new::<dictiterobject>(name)
        .traverse(glue::traverse(traverse))
        .dealloc(glue::dealloc(dealloc))
        .iter(glue::unary(|_: Py<'_>, it: &PyObject| Ok(it.to_owned())))
        .methods(&METHODS)
}

methods! { static METHODS: for dictiterobject [
    "__length_hint__" = length_hint [0], "!($self, /)", "Private method returning an estimate of len(list(it)).";
    "__reduce__" = reduce [0], "!($self, /)", "Return state information for pickling.";
] }

/// `dictiter_new`.
pub fn new(py: Py<'_>, d: &PyDictObject, kind: Kind, reversed: bool) -> PyResult {
    let ty = match (kind, reversed) {
        (Kind::Key, false) => &PyDictIterKey_Type,
        (Kind::Value, false) => &PyDictIterValue_Type,
        (Kind::Item, false) => &PyDictIterItem_Type,
        (Kind::Key, true) => &PyDictRevIterKey_Type,
        (Kind::Value, true) => &PyDictRevIterValue_Type,
        (Kind::Item, true) => &PyDictRevIterItem_Type,
    };
    // Backwards the position is the end of what is left.
    let (pos, used) = (if reversed { isize::MAX } else { 0 }, dict::len(d) as isize);
    alloc(py, ty, Some(d), pos, used, used)
}

fn alloc(
    py: Py<'_>,
    ty: &PyTypeObject,
    d: Option<&PyDictObject>,
    pos: isize,
    used: isize,
    len: isize,
) -> PyResult {
    // SAFETY: every field is set before the iterator is tracked.
    unsafe {
        let it = object::alloc_uninit::<dictiterobject>(py, ty, size_of::<dictiterobject>())?;
        it.di_dict.set(d.map_or(core::ptr::null_mut(), |d| d.to_owned().into_raw()));
        it.di_used.set(used);
        it.di_pos.set(pos);
        it.di_result.set(core::ptr::null_mut());
        it.len.set(len);
        Ok(tracked(it))
    }
}

/// The dict, until the iterator has reached its end.
#[inline]
fn of(it: &dictiterobject) -> Option<&PyDictObject> {
    // SAFETY: LIVE: the iterator holds it.
    unsafe { it.di_dict.get().as_ref() }
}

/// Gives up the dict: the iterator has reached its end for good.
fn finish(it: &dictiterobject) {
    object::clear_field(object::field(&it.di_dict));
}

#[inline]
fn check_size(py: Py<'_>, it: &dictiterobject, d: &PyDictObject) -> PyResult<()> {
    if it.di_used.get() != dict::len(d) as isize {
        it.di_used.set(-1);
        return Err(exceptions::format(
            py,
            &exceptions::RuntimeError,
            format_args!("dictionary changed size during iteration"),
        ));
    }
    Ok(())
}

/// `dictiter_iternextkey`, `...value`, `...item`.
#[inline]
fn next<const KIND: u8>(py: Py<'_>, it: &dictiterobject) -> PyResult<Option<Owned>> {
    let Some(d) = of(it) else { return Ok(None) };
    check_size(py, it, d)?;
    let mut pos = it.di_pos.get() as usize;
    let Some((k, v)) = dict::next(d, &mut pos) else {
        finish(it);
        return Ok(None);
    };
    if it.len.get() == 0 {
        // As many entries came as there were, yet more are there: keys were removed and added.
        finish(it);
        return Err(exceptions::format(
            py,
            &exceptions::RuntimeError,
            format_args!("dictionary keys changed during iteration"),
        ));
    }
    it.di_pos.set(pos as isize);
    it.len.set(it.len.get() - 1);
    shown::<KIND>(py, it, k, v).map(Some)
}

/// `dictreviter_iternext`.
fn previous<const KIND: u8>(py: Py<'_>, it: &dictiterobject) -> PyResult<Option<Owned>> {
    let Some(d) = of(it) else { return Ok(None) };
    check_size(py, it, d)?;
    let mut pos = it.di_pos.get() as usize;
    let Some((k, v)) = dict::next_back(d, &mut pos) else {
        finish(it);
        return Ok(None);
    };
    it.di_pos.set(pos as isize);
    it.len.set(it.len.get() - 1);
    shown::<KIND>(py, it, k, v).map(Some)
}

/// What the iterator gives for an entry.
#[inline(always)]
fn shown<const KIND: u8>(py: Py<'_>, it: &dictiterobject, k: &PyObject, v: &PyObject) -> PyResult {
    match KIND {
        KEY => Ok(k.to_owned()),
        VALUE => Ok(v.to_owned()),
        _ => pair(py, &it.di_result, k.to_owned(), v.to_owned()),
    }
}

/// The pair, in the tuple given before, which `result` has, if nobody else holds that any more.
pub(crate) fn pair(py: Py<'_>, result: &Cell<*mut PyObject>, k: Owned, v: Owned) -> PyResult {
    // SAFETY: LIVE, LAYOUT: the field holds a tuple of two, or NULL.
    if let Some(t) = unsafe { (result.get() as *const PyTupleObject).as_ref() }
        && t.refcnt() == 1
    {
        let t = t.to_owned();
        // SAFETY: INIT: two items, and only this iterator sees the tuple.
        let (old_k, old_v) = unsafe {
            let items = t.ob_item.as_ptr();
            ((*items).replace(k.into_ptr()), (*items.add(1)).replace(v.into_ptr()))
        };
        // SAFETY: the collector may have stopped watching the tuple when it held nothing of interest; OWNED: the
        // tuple held its items.
        unsafe {
            if !gc::is_tracked(t.as_object()) {
                gc::track(t.as_object());
            }
            drop((Owned::<PyObject>::from_raw(old_k), Owned::<PyObject>::from_raw(old_v)));
        }
        return Ok(t.upcast());
    }
    let t = tuple::from_iter(py, [k, v])?;
    if result.get().is_null() {
        result.set(t.clone().into_ptr());
    }
    Ok(t.upcast())
}

fn length_hint(_: Py<'_>, it: &dictiterobject) -> isize {
    match of(it) {
        Some(d) if it.di_used.get() == dict::len(d) as isize => it.len.get(),
        _ => 0,
    }
}

/// `dictiter_reduce`: what is left, as a list, read through a copy of the iterator.
fn reduce(py: Py<'_>, it: &dictiterobject) -> PyResult<Owned<PyTupleObject>> {
    let copy = alloc(py, it.ty(), of(it), it.di_pos.get(), it.di_used.get(), it.len.get())?;
    let left = list::from_iter(py, protocol::collect(py, &copy)?)?;
    let iter = hooks::builtin(py, name!("iter"))?;
    let args = tuple::from_iter(py, [left.upcast()])?;
    tuple::from_iter(py, [iter, args.upcast()])
}

fn traverse(it: &dictiterobject, v: &glue::Visitor) -> Result<(), core::ffi::c_int> {
    v.visit(object::field(&it.di_dict))?;
    v.visit(&it.di_result)
}

fn dealloc(_: Py<'_>, it: &dictiterobject) {
    // SAFETY: an iterator has a collector header; its fields are released once and its memory last.
    unsafe {
        gc::untrack(it.as_object());
        finish(it);
        object::clear_field(&it.di_result);
        object::free(it.as_object());
    }
}
