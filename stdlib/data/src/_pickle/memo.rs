//! The memos of picklers and unpicklers as programs see them: proxies, and conversion from dicts.

use super::pickler::{self, Memo, PicklerObject};
use super::unpickler::{self, UnpicklerObject};
use crate::fields::{get, put};
use core::cell::Cell;
use dxpy_core::abi::*;
use dxpy_core::ptr::{Layout, Object};
use dxpy_core::statics::StaticType;
use dxpy_core::{
    Owned, Py, PyResult, call, dict, exceptions, gc, glue, long, methods, number, object, protocol, tuple,
};

/// A proxy of either kind, which holds its owner.
#[repr(C)]
pub struct ProxyObject {
    ob_base: PyObject,
    owner: Cell<*mut PyObject>,
}

// SAFETY: the struct is `#[repr(C)]` and begins with a `PyObject`.
unsafe impl Layout for ProxyObject {}

const fn proxy(name: &'static core::ffi::CStr) -> StaticType {
    StaticType::new::<ProxyObject>(name)
        .traverse(glue::traverse(|m: &ProxyObject, v: &glue::Visitor| v.visit(&m.owner)))
        .clear(glue::clear(|_: Py<'_>, m: &ProxyObject| object::clear_field(&m.owner)))
        .dealloc(glue::dealloc(dealloc))
        .hash(protocol::hash_not_implemented)
}

/// `_pickle.PicklerMemoProxy`.
pub static PICKLER_MEMO: StaticType = proxy(c"_pickle.PicklerMemoProxy").methods(&PICKLER_METHODS);
/// `_pickle.UnpicklerMemoProxy`.
pub static UNPICKLER_MEMO: StaticType = proxy(c"_pickle.UnpicklerMemoProxy").methods(&UNPICKLER_METHODS);

methods! { static PICKLER_METHODS: for ProxyObject [
    "clear" = pickler_clear [0], "($self, /)", "Remove all items from memo.";
    "copy" = pickler_copy [0], "($self, /)", "Copy the memo to a new dict.";
    "__reduce__" = pickler_reduce [0], "($self, /)", "State for pickling: the items in a dict.";
] }

methods! { static UNPICKLER_METHODS: for ProxyObject [
    "clear" = unpickler_clear [0], "($self, /)", "Remove all items from memo.";
    "copy" = unpickler_copy [0], "($self, /)", "Copy the memo to a new dict.";
    "__reduce__" = unpickler_reduce [0], "($self, /)", "State for pickling: the items in a dict.";
] }

fn dealloc(_: Py<'_>, m: &ProxyObject) {
    // SAFETY: the type has a collector header; the field is released once and the memory last.
    unsafe {
        gc::untrack(m.as_object());
        object::clear_field(&m.owner);
        object::tp_free(m.as_object());
    }
}

fn new(py: Py<'_>, ty: &'static StaticType, owner: &PyObject) -> PyResult {
    // SAFETY: LAYOUT: an instance of one of these types.
    let m: Owned<ProxyObject> = unsafe { object::generic_alloc(py, ty, 0)?.cast() };
    put(&m.owner, owner.to_owned());
    Ok(m.upcast())
}

/// `Pickler.memo`.
pub fn of_pickler(py: Py<'_>, p: &PicklerObject) -> PyResult {
    new(py, &PICKLER_MEMO, p.as_object())
}

/// `Unpickler.memo`.
pub fn of_unpickler(py: Py<'_>, u: &UnpicklerObject) -> PyResult {
    new(py, &UNPICKLER_MEMO, u.as_object())
}

/// The owner, seen as its struct.
///
/// # Safety
/// LAYOUT: `T` is what proxies of this type have for owners.
unsafe fn owner<T: Layout>(py: Py<'_>, m: &ProxyObject) -> PyResult<Owned<T>> {
    match get(&m.owner) {
        // SAFETY: the caller's promise.
        Some(o) => Ok(unsafe { o.cast() }),
        None => {
            Err(exceptions::runtime_error(py, format_args!("a memo proxy was used after it was cleared")))
        }
    }
}

fn reduced(py: Py<'_>, d: Owned<PyDictObject>) -> PyResult<Owned<PyTupleObject>> {
    let args = tuple::from_iter(py, [d.upcast()])?;
    tuple::from_iter(py, [dict::PyDict_Type.as_object().to_owned(), args.upcast()])
}

fn pickler_clear(py: Py<'_>, m: &ProxyObject) -> PyResult<()> {
    // SAFETY: LAYOUT: a pickler's proxy.
    let p: Owned<PicklerObject> = unsafe { owner(py, m)? };
    let old = core::mem::take(&mut *pickler::state(py, &p)?.memo.borrow_mut());
    drop(old);
    Ok(())
}

fn pickler_copy(py: Py<'_>, m: &ProxyObject) -> PyResult<Owned<PyDictObject>> {
    // SAFETY: LAYOUT: a pickler's proxy.
    let p: Owned<PicklerObject> = unsafe { owner(py, m)? };
    let all: Vec<(usize, usize, Owned)> =
        pickler::state(py, &p)?.memo.borrow().iter().map(|(k, (i, o))| (*k, *i, o.clone())).collect();
    let d = dict::new(py)?;
    for (address, i, o) in all {
        let value = tuple::from_iter(py, [long::from_u64(py, i as u64)?.upcast(), o])?;
        dict::set(py, &d, long::from_u64(py, address as u64)?.as_object(), value.as_object())?;
    }
    Ok(d)
}

fn pickler_reduce(py: Py<'_>, m: &ProxyObject) -> PyResult<Owned<PyTupleObject>> {
    reduced(py, pickler_copy(py, m)?)
}

/// A pickler's memo from what a program assigns.
pub fn pickler_memo_from(py: Py<'_>, value: &PyObject) -> PyResult<Memo> {
    let mut memo = Memo::default();
    if value.ty().is(&PICKLER_MEMO.0) {
        // SAFETY: LAYOUT: just checked.
        let p: Owned<PicklerObject> = unsafe { owner(py, crate::fields::view(value))? };
        let all = pickler::state(py, &p)?.memo.borrow();
        memo.extend(all.iter().map(|(k, (i, o))| (*k, (*i, o.clone()))));
        return Ok(memo);
    }
    let Some(d) = dict::check(value) else {
        let given = call::type_name(value.ty());
        return Err(exceptions::type_error(
            py,
            format_args!("'memo' attribute must be a PicklerMemoProxy object or dict, not {given}"),
        ));
    };
    for (_, v) in dict::items(d) {
        let Some([i, o]) = tuple::check(&v).map(tuple::items) else {
            return Err(exceptions::type_error(py, format_args!("'memo' values must be 2-item tuples")));
        };
        let i = number::as_ssize(py, i, &exceptions::OverflowError)?.max(0) as usize;
        memo.insert(o.as_ptr() as usize, (i, (*o).to_owned()));
    }
    Ok(memo)
}

fn unpickler_clear(py: Py<'_>, m: &ProxyObject) -> PyResult<()> {
    // SAFETY: LAYOUT: an unpickler's proxy.
    let u: Owned<UnpicklerObject> = unsafe { owner(py, m)? };
    let old = core::mem::take(&mut *unpickler::state(py, &u)?.memo.borrow_mut());
    drop(old);
    Ok(())
}

fn unpickler_copy(py: Py<'_>, m: &ProxyObject) -> PyResult<Owned<PyDictObject>> {
    // SAFETY: LAYOUT: an unpickler's proxy.
    let u: Owned<UnpicklerObject> = unsafe { owner(py, m)? };
    let all = unpickler::state(py, &u)?.memo.borrow().all();
    let d = dict::new(py)?;
    for (i, o) in all {
        dict::set(py, &d, long::from_u64(py, i as u64)?.as_object(), &o)?;
    }
    Ok(d)
}

fn unpickler_reduce(py: Py<'_>, m: &ProxyObject) -> PyResult<Owned<PyTupleObject>> {
    reduced(py, unpickler_copy(py, m)?)
}

/// An unpickler's memo from what a program assigns.
pub fn unpickler_memo_from(py: Py<'_>, value: &PyObject) -> PyResult<unpickler::Memo> {
    let mut memo = unpickler::Memo::default();
    if value.ty().is(&UNPICKLER_MEMO.0) {
        // SAFETY: LAYOUT: just checked.
        let u: Owned<UnpicklerObject> = unsafe { owner(py, crate::fields::view(value))? };
        for (i, o) in unpickler::state(py, &u)?.memo.borrow().all() {
            memo.put(i, o);
        }
        return Ok(memo);
    }
    let Some(d) = dict::check(value) else {
        let given = call::type_name(value.ty());
        return Err(exceptions::type_error(
            py,
            format_args!("'memo' attribute must be an UnpicklerMemoProxy object or dict, not {given}"),
        ));
    };
    for (k, v) in dict::items(d) {
        let Some(i) = long::check(&k) else {
            return Err(exceptions::type_error(py, format_args!("memo key must be integers")));
        };
        let i = number::to_ssize(py, i, &exceptions::OverflowError)?;
        let Ok(i) = usize::try_from(i) else {
            return Err(exceptions::value_error(py, format_args!("memo key must be positive integers.")));
        };
        memo.put(i, v);
    }
    Ok(memo)
}
