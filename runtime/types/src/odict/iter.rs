//! Iterators and views of `OrderedDict`.

use super::nodes;
use crate::dict::views::{self, PyDictItems_Type, PyDictKeys_Type, PyDictValues_Type};
use core::cell::Cell;
use core::ffi::c_int;
use dxpy_core::abi::*;
use dxpy_core::ptr::{Layout, Object};
use dxpy_core::statics::StaticType;
use dxpy_core::{Owned, Py, PyResult, attr, dict, exceptions, gc, glue, hooks, methods, name, object, tuple};

/// What an iterator gives (`_odict_ITER_KEYS`, `_odict_ITER_VALUES`); both are pairs.
pub const KEYS: c_int = 2;
/// See [`KEYS`].
pub const VALUES: c_int = 4;
const REVERSED: c_int = 1;

/// An `odict_iterator`.
#[repr(C)]
pub struct IterObject {
    ob_base: PyObject,
    kind: Cell<c_int>,
    odict: Cell<*mut PyObject>,
    size: Cell<isize>,
    state: Cell<usize>,
    /// The pair given last, to be used again.
    result: Cell<*mut PyObject>,
    /// The key that comes next.
    current: Cell<*mut PyObject>,
}

// SAFETY: the struct is `#[repr(C)]` and begins with a `PyObject`.
unsafe impl Layout for IterObject {}

/// `odict_iterator`.
#[unsafe(no_mangle)]
pub static PyODictIter_Type: StaticType = StaticType::new::<IterObject>(c"odict_iterator")
    .traverse(glue::traverse(|it: &IterObject, v: &glue::Visitor| {
        v.visit(&it.odict)?;
        v.visit(&it.current)?;
        v.visit(&it.result)
    }))
    .dealloc(glue::dealloc(dealloc))
    .getattro(attr::generic_get_slot)
    .iter(glue::unary(|_: Py<'_>, it: &PyObject| Ok(it.to_owned())))
    .iternext(glue::iternext(next))
    .methods(&METHODS);

methods! { static METHODS: for IterObject [
    "__reduce__" = reduce [0], "!($self, /)", "Return state information for pickling";
] }

fn dealloc(_: Py<'_>, it: &IterObject) {
    // SAFETY: the type has a collector header; fields are released once and the memory last.
    unsafe {
        gc::untrack(it.as_object());
        object::clear_field(&it.odict);
        object::clear_field(&it.current);
        object::clear_field(&it.result);
        object::tp_free(it.as_object());
    }
}

/// `odictiter_new`.
pub fn new(py: Py<'_>, od: &PyODictObject, kind: c_int, reversed: bool) -> PyResult {
    let node = if reversed { nodes::last(od) } else { nodes::first(od) };
    let it = alloc(py, kind | if reversed { REVERSED } else { 0 })?;
    it.odict.set(od.as_object().to_owned().into_ptr());
    it.size.set(dict::len(&od.od_dict) as isize);
    it.state.set(od.od_state.get());
    it.current.set(node.map_or(core::ptr::null_mut(), |n| n.key().into_ptr()));
    Ok(it.upcast())
}

fn alloc(py: Py<'_>, kind: c_int) -> PyResult<Owned<IterObject>> {
    // SAFETY: LAYOUT: an instance of the type.
    let it: Owned<IterObject> = unsafe { object::generic_alloc(py, &PyODictIter_Type, 0)?.cast() };
    it.kind.set(kind);
    Ok(it)
}

/// `odictiter_iternext`.
fn next(py: Py<'_>, it: &IterObject) -> PyResult<Option<Owned>> {
    // SAFETY: LIVE, LAYOUT: the iterator holds an `OrderedDict`; this reference holds it meanwhile.
    let Some(od) = (unsafe { (it.odict.get() as *const PyODictObject).as_ref() }).map(Object::to_owned)
    else {
        return Ok(None);
    };
    let Some(key) = step(py, it, &od).inspect_err(|_| object::clear_field(&it.current))? else {
        object::clear_field(&it.odict);
        return Ok(None);
    };
    if it.kind.get() & VALUES == 0 {
        return Ok(Some(key));
    }
    let Some(value) = dict::get(py, &od.od_dict, &key)? else {
        object::clear_field(&it.current);
        object::clear_field(&it.odict);
        return Err(exceptions::key_error(py, &key));
    };
    if it.kind.get() & KEYS == 0 {
        return Ok(Some(value));
    }
    crate::dict::iter::pair(py, &it.result, key, value).map(Some)
}

/// `odictiter_nextkey`.
fn step(py: Py<'_>, it: &IterObject, od: &PyODictObject) -> PyResult<Option<Owned>> {
    // SAFETY: LIVE: the iterator holds its next key.
    let Some(key) = (unsafe { it.current.get().as_ref() }).map(Object::to_owned) else { return Ok(None) };
    if od.od_state.get() != it.state.get() {
        object::clear_field(&it.odict);
        return Err(super::mutated(py));
    }
    if dict::len(&od.od_dict) as isize != it.size.get() {
        it.size.set(-1);
        object::clear_field(&it.odict);
        return Err(exceptions::runtime_error(py, format_args!("OrderedDict changed size during iteration")));
    }
    let hash = dict::hash_of(py, &key)?;
    let Some(node) = nodes::find(py, od, &key, hash)? else { return Err(exceptions::key_error(py, &key)) };
    let after = node.neighbour(it.kind.get() & REVERSED != 0).map(nodes::Node::key);
    let old = it.current.replace(after.map_or(core::ptr::null_mut(), Owned::into_ptr));
    // SAFETY: OWNED: the field held a reference, or NULL.
    drop(unsafe { Owned::<PyObject>::from_raw_opt(old) });
    Ok(Some(key))
}

/// `odictiter_reduce`: what is left, read through a copy of the iterator.
fn reduce(py: Py<'_>, it: &IterObject) -> PyResult<Owned<PyTupleObject>> {
    let copy = alloc(py, it.kind.get())?;
    copy.size.set(it.size.get());
    copy.state.set(it.state.get());
    for (to, from) in [(&copy.odict, &it.odict), (&copy.current, &it.current)] {
        // SAFETY: LIVE: the iterator holds what its fields refer to.
        to.set(unsafe { from.get().as_ref() }.map_or(core::ptr::null_mut(), |o| o.to_owned().into_ptr()));
    }
    let left = super::rest(py, copy.as_object())?;
    let args = tuple::from_iter(py, [left.upcast()])?;
    tuple::from_iter(py, [hooks::builtin(py, name!("iter"))?, args.upcast()])
}

// Views.

/// `odict_keys`.
#[unsafe(no_mangle)]
pub static PyODictKeys_Type: StaticType = StaticType::new::<_PyDictViewObject>(c"odict_keys")
    .base(&PyDictKeys_Type)
    .iter(glue::unary(view_iter::<KEYS>))
    .methods(&KEYS_METHODS);

/// `odict_items`.
#[unsafe(no_mangle)]
pub static PyODictItems_Type: StaticType = StaticType::new::<_PyDictViewObject>(c"odict_items")
    .base(&PyDictItems_Type)
    .iter(glue::unary(view_iter::<{ KEYS | VALUES }>))
    .methods(&ITEMS_METHODS);

/// `odict_values`.
#[unsafe(no_mangle)]
pub static PyODictValues_Type: StaticType = StaticType::new::<_PyDictViewObject>(c"odict_values")
    .base(&PyDictValues_Type)
    .iter(glue::unary(view_iter::<VALUES>))
    .methods(&VALUES_METHODS);

methods! { static KEYS_METHODS: for _PyDictViewObject [
    "__reversed__" = view_reversed::<KEYS> [0], "!($self, /)", "An iterator over the keys, last first.";
] }

methods! { static ITEMS_METHODS: for _PyDictViewObject [
    "__reversed__" = view_reversed::<{ KEYS | VALUES }> [0], "!($self, /)", "An iterator over the pairs, last first.";
] }

methods! { static VALUES_METHODS: for _PyDictViewObject [
    "__reversed__" = view_reversed::<VALUES> [0], "!($self, /)", "An iterator over the values, last first.";
] }

fn of_view(py: Py<'_>, v: &_PyDictViewObject, kind: c_int, reversed: bool) -> PyResult {
    match super::check(views::of(v).as_object()) {
        Some(od) => new(py, od, kind, reversed),
        None => Err(exceptions::type_error(py, format_args!("the view is not of an OrderedDict"))),
    }
}

fn view_iter<const KIND: c_int>(py: Py<'_>, v: &_PyDictViewObject) -> PyResult {
    of_view(py, v, KIND, false)
}

fn view_reversed<const KIND: c_int>(py: Py<'_>, v: &_PyDictViewObject) -> PyResult {
    of_view(py, v, KIND, true)
}

/// `odictkeys_new`.
pub fn keys(py: Py<'_>, od: &PyODictObject) -> PyResult {
    views::new(py, &od.od_dict, &PyODictKeys_Type)
}

/// `odictvalues_new`.
pub fn values(py: Py<'_>, od: &PyODictObject) -> PyResult {
    views::new(py, &od.od_dict, &PyODictValues_Type)
}

/// `odictitems_new`.
pub fn items(py: Py<'_>, od: &PyODictObject) -> PyResult {
    views::new(py, &od.od_dict, &PyODictItems_Type)
}
