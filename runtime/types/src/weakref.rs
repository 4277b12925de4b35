//! `weakref.ref`: constructor, comparison, hash, text (`Objects/weakrefobject.c`). Proxies' operators are not here yet.

use crate::property::held;
use crate::{Part, no_hooks};
use core::mem::offset_of;
use dxpy_core::abi::constants::*;
use dxpy_core::abi::*;
use dxpy_core::call::type_name;
use dxpy_core::ptr::Object;
use dxpy_core::statics::StaticType;
use dxpy_core::types::slots::has_keywords;
use dxpy_core::weakref::{_PyWeakref_RefType, check_ref, new_ref, target};
use dxpy_core::{
    Owned, Py, PyResult, attr, boolean, exceptions, glue, hooks, members, methods, name, object, protocol,
    tuple, unicode,
};

/// What this module brings.
pub static PART: Part = Part { adopt: &[(&_PyWeakref_RefType, &REF)], types: &[], hooks: no_hooks };

static REF: StaticType = StaticType::new::<PyWeakReference>(c"weakref.ReferenceType")
    .create(glue::create(create))
    .init(glue::init(|py, _: &PyWeakReference, args, kw| unpack(py, "__init__", args, kw).map(drop)))
    .call(glue::call(call_ref))
    .hash(glue::hash(hash))
    .repr(glue::unary(repr))
    .richcompare(glue::richcompare(compare))
    .methods(&METHODS)
    .members(&MEMBERS);

members! { static MEMBERS [
    "__callback__" = _Py_T_OBJECT, offset_of!(PyWeakReference, wr_callback), Py_READONLY, "";
] }

methods! { static METHODS: for PyObject [
    "__class_getitem__" = class_getitem [1], "?($type, item, /)", "See PEP 585", class;
] }

fn class_getitem(py: Py<'_>, ty: &PyObject, item: &PyObject) -> PyResult {
    hooks::generic_alias(py, ty, item)
}

/// `parse_weakref_init_args`.
fn unpack<'a>(
    py: Py<'_>,
    what: &str,
    args: &'a PyTupleObject,
    kw: Option<&PyDictObject>,
) -> PyResult<(&'a PyObject, Option<&'a PyObject>)> {
    let n = tuple::len(args);
    let _ = kw;
    match *tuple::items(args) {
        [o] => Ok((o, None)),
        [o, c] => Ok((o, Some(c))),
        [] => Err(exceptions::type_error(py, format_args!("{what} expected at least 1 argument, got 0"))),
        _ => Err(exceptions::type_error(py, format_args!("{what} expected at most 2 arguments, got {n}"))),
    }
}

/// `weakref___new__`: keywords are for the `__init__` of a subclass.
fn create(py: Py<'_>, ty: &PyTypeObject, args: &PyTupleObject, kw: Option<&PyDictObject>) -> PyResult {
    if ty.is(&_PyWeakref_RefType.0) && has_keywords(kw) {
        return Err(exceptions::type_error(py, format_args!("ref() takes no keyword arguments")));
    }
    let (o, c) = unpack(py, "__new__", args, None)?;
    new_ref(py, ty, o, c).map(Owned::upcast)
}

fn call_ref(py: Py<'_>, w: &PyWeakReference, args: &PyTupleObject, kw: Option<&PyDictObject>) -> PyResult {
    if tuple::len(args) > 0 || has_keywords(kw) {
        return Err(exceptions::type_error(
            py,
            format_args!("weakref expected 0 arguments, got {}", tuple::len(args)),
        ));
    }
    Ok(target(w).unwrap_or_else(object::none))
}

/// `weakref_hash`: the object's, kept beyond its death.
fn hash(py: Py<'_>, w: &PyWeakReference) -> PyResult<Py_hash_t> {
    if w.hash.get() != -1 {
        return Ok(w.hash.get());
    }
    let Some(o) = target(w) else {
        return Err(exceptions::type_error(py, format_args!("weak object has gone away")));
    };
    let h = protocol::hash(py, &o)?;
    w.hash.set(h);
    Ok(h)
}

fn repr(py: Py<'_>, w: &PyWeakReference) -> PyResult<Owned<PyUnicodeObject>> {
    let at = w.as_ptr();
    let text = match target(w) {
        None => format!("<weakref at {at:p}; dead>"),
        Some(o) => {
            let kind = type_name(o.ty());
            let n = attr::lookup_name(py, &o, name!("__name__"))?.filter(|n| unicode::check(n).is_some());
            match n {
                Some(n) => {
                    format!("<weakref at {at:p}; to '{kind}' at {:p} ({})>", o.as_ptr(), unicode::display(&n))
                }
                None => format!("<weakref at {at:p}; to '{kind}' at {:p}>", o.as_ptr()),
            }
        }
    };
    unicode::from_str(py, &text)
}

/// `weakref_richcompare`: by the objects while both live, else by identity.
fn compare(py: Py<'_>, w: &PyWeakReference, other: &PyObject, op: core::ffi::c_int) -> PyResult {
    let Some(v) = check_ref(other).filter(|_| op == Py_EQ || op == Py_NE) else {
        return Ok(object::not_implemented());
    };
    match (target(w), target(v)) {
        (Some(a), Some(b)) => protocol::rich_compare(py, &a, &b, op),
        _ => Ok(boolean::new(w.is(v) == (op == Py_EQ)).upcast()),
    }
}

/// The callback, for those who look.
pub fn callback(w: &PyWeakReference) -> Option<&PyObject> {
    held(&w.wr_callback)
}
