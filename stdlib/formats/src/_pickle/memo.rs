//! `PicklerMemoProxy` and `UnpicklerMemoProxy`: what `memo` gives.

use super::pickler::PicklerObject;
use super::unpickler::UnpicklerObject;
use core::cell::Cell;
use dxpy_core::abi::constants::*;
use dxpy_core::abi::*;
use dxpy_core::call::type_name;
use dxpy_core::ptr::{Layout, Object};
use dxpy_core::statics::StaticType;
use dxpy_core::{Owned, Py, PyResult, dict, exceptions, gc, glue, long, methods, object, tuple};

/// A proxy: the pickler or unpickler.
#[repr(C)]
pub struct Proxy {
    ob_base: PyObject,
    of: Cell<*mut PyObject>,
}

// SAFETY: the struct is `#[repr(C)]` and begins with a `PyObject`.
unsafe impl Layout for Proxy {}

macro_rules! proxy {
    ($ty:ident, $name:literal, $methods:ident) => {
        pub static $ty: StaticType = StaticType::new::<Proxy>($name)
            .flags(Py_TPFLAGS_DISALLOW_INSTANTIATION)
            .traverse(glue::traverse(|p: &Proxy, v: &glue::Visitor| v.visit(&p.of)))
            .clear(glue::clear(|_: Py<'_>, p: &Proxy| object::clear_field(&p.of)))
            .dealloc(glue::dealloc(|_: Py<'_>, p: &Proxy| {
                // SAFETY: the type has a collector header; the field goes once and the memory last.
                unsafe {
                    gc::untrack(p.as_object());
                    object::clear_field(&p.of);
                    object::tp_free(p.as_object());
                }
            }))
            .hash(dxpy_core::protocol::hash_not_implemented)
            .methods(&$methods);
    };
}
proxy! { PICKLER_MEMO, c"_pickle.PicklerMemoProxy", PICKLER_METHODS }
proxy! { UNPICKLER_MEMO, c"_pickle.UnpicklerMemoProxy", UNPICKLER_METHODS }

methods! { static PICKLER_METHODS: for Proxy [
    "clear" = pickler_clear [0], "($self, /)", "Removes all items.";
    "copy" = pickler_copy [0], "($self, /)", "A dict of the items.";
    "__reduce__" = pickler_reduce [0], "($self, /)", "What pickle needs.";
] }

methods! { static UNPICKLER_METHODS: for Proxy [
    "clear" = unpickler_clear [0], "($self, /)", "Removes all items.";
    "copy" = unpickler_copy [0], "($self, /)", "A dict of the items.";
    "__reduce__" = unpickler_reduce [0], "($self, /)", "What pickle needs.";
] }

fn new(py: Py<'_>, ty: &'static StaticType, of: &PyObject) -> PyResult<Owned<Proxy>> {
    // SAFETY: LAYOUT: the type's own struct.
    let p: Owned<Proxy> = unsafe { object::generic_alloc(py, ty, 0)?.cast() };
    p.of.set(of.to_owned().into_ptr());
    Ok(p)
}

pub fn of_pickler(py: Py<'_>, p: &PicklerObject) -> PyResult<Owned<Proxy>> {
    new(py, &PICKLER_MEMO, p.as_object())
}

pub fn of_unpickler(py: Py<'_>, u: &UnpicklerObject) -> PyResult<Owned<Proxy>> {
    new(py, &UNPICKLER_MEMO, u.as_object())
}

fn pickler(p: &Proxy) -> Option<&PicklerObject> {
    // SAFETY: LIVE, LAYOUT: the proxy holds a pickler, or NULL once the collector cleared it.
    unsafe { (p.of.get() as *const PicklerObject).as_ref() }
}

fn unpickler(p: &Proxy) -> Option<&UnpicklerObject> {
    // SAFETY: LIVE, LAYOUT: the proxy holds an unpickler, or NULL once the collector cleared it.
    unsafe { (p.of.get() as *const UnpicklerObject).as_ref() }
}

fn pickler_clear(_: Py<'_>, p: &Proxy) {
    let gone = pickler(p).map(|p| p.state().borrow_mut().memo.clear());
    drop(gone);
}

fn pickler_copy(py: Py<'_>, p: &Proxy) -> PyResult<Owned<PyDictObject>> {
    let d = dict::new(py)?;
    let Some(p) = pickler(p) else { return Ok(d) };
    let items: Vec<(usize, Owned)> = {
        let s = p.state().borrow();
        let at = |o: &Cell<*mut PyObject>| super::pickler::held(o);
        s.memo.objects.iter().enumerate().filter_map(|(i, o)| Some((i, at(o)?))).collect()
    };
    for (i, o) in items {
        let key = long::from_u64(py, o.as_ptr() as u64)?;
        let pair = tuple::from_iter(py, [long::from_i64(py, i as i64)?.upcast(), o])?;
        dict::set(py, &d, key.as_object(), pair.as_object())?;
    }
    Ok(d)
}

fn dict_call(py: Py<'_>, d: Owned<PyDictObject>) -> PyResult<Owned<PyTupleObject>> {
    let of = tuple::from_iter(py, [d.upcast()])?;
    tuple::from_iter(py, [dict::PyDict_Type.as_object().to_owned(), of.upcast()])
}

fn pickler_reduce(py: Py<'_>, p: &Proxy) -> PyResult<Owned<PyTupleObject>> {
    dict_call(py, pickler_copy(py, p)?)
}

/// `Pickler.memo = ...`: another pickler's memo, or a dict of `(place, object)`.
pub fn set_pickler(py: Py<'_>, p: &PicklerObject, v: Option<&PyObject>) -> PyResult<()> {
    let Some(v) = v else {
        return Err(exceptions::type_error(py, format_args!("attribute deletion is not supported")));
    };
    let mut pairs: Vec<(usize, Owned)> = Vec::new();
    if v.ty().is(&PICKLER_MEMO.0) {
        // SAFETY: LAYOUT: just checked.
        let other = pickler(unsafe { &*(v as *const PyObject as *const Proxy) });
        if let Some(o) = other {
            let s = o.state().borrow();
            pairs.extend(
                s.memo.objects.iter().enumerate().filter_map(|(i, o)| Some((i, super::pickler::held(o)?))),
            );
        }
    } else if let Some(d) = dict::check(v) {
        for (_, pair) in dict::items(d) {
            let Some([n, o]) = tuple::check(&pair).map(tuple::items) else {
                return Err(exceptions::type_error(py, format_args!("'memo' values must be 2-item tuples")));
            };
            let n = dxpy_core::number::as_ssize(py, n, &exceptions::OverflowError)?;
            pairs.push((n.max(0) as usize, (*o).to_owned()));
        }
    } else {
        return Err(exceptions::type_error(
            py,
            format_args!(
                "'memo' attribute must be a PicklerMemoProxy object or dict, not {}",
                type_name(v.ty())
            ),
        ));
    }
    pairs.sort_by_key(|(i, _)| *i);
    let gone = {
        let memo = &mut p.state().borrow_mut().memo;
        let gone = memo.clear();
        for (_, o) in &pairs {
            memo.put(o);
        }
        gone
    };
    drop(gone);
    Ok(())
}

fn unpickler_clear(_: Py<'_>, p: &Proxy) {
    let gone = unpickler(p).map(|u| u.take_memo());
    drop(gone);
}

fn unpickler_copy(py: Py<'_>, p: &Proxy) -> PyResult<Owned<PyDictObject>> {
    let d = dict::new(py)?;
    let items = unpickler(p).map(|u| u.memo_items()).unwrap_or_default();
    for (i, o) in items {
        dict::set(py, &d, long::from_i64(py, i as i64)?.as_object(), &o)?;
    }
    Ok(d)
}

fn unpickler_reduce(py: Py<'_>, p: &Proxy) -> PyResult<Owned<PyTupleObject>> {
    dict_call(py, unpickler_copy(py, p)?)
}

/// `Unpickler.memo = ...`: another unpickler's memo, or a dict.
pub fn set_unpickler(py: Py<'_>, u: &UnpicklerObject, v: Option<&PyObject>) -> PyResult<()> {
    let Some(v) = v else {
        return Err(exceptions::type_error(py, format_args!("attribute deletion is not supported")));
    };
    let mut items: Vec<(usize, Owned)> = Vec::new();
    if v.ty().is(&UNPICKLER_MEMO.0) {
        // SAFETY: LAYOUT: just checked.
        let other = unpickler(unsafe { &*(v as *const PyObject as *const Proxy) });
        items = other.map(|o| o.memo_items()).unwrap_or_default();
    } else if let Some(d) = dict::check(v) {
        for (k, o) in dict::items(d) {
            let Some(n) = long::check(&k) else {
                return Err(exceptions::type_error(py, format_args!("memo key must be integers")));
            };
            let n = dxpy_core::number::to_ssize(py, n, &exceptions::OverflowError)?;
            let Ok(n) = usize::try_from(n) else {
                return Err(exceptions::value_error(py, format_args!("memo key must be positive integers.")));
            };
            items.push((n, o));
        }
    } else {
        return Err(exceptions::type_error(
            py,
            format_args!(
                "'memo' attribute must be an UnpicklerMemoProxy object or dict, not {}",
                type_name(v.ty())
            ),
        ));
    }
    let gone = u.take_memo();
    for (i, o) in items {
        drop(u.memo_put(i, o));
    }
    drop(gone);
    Ok(())
}
