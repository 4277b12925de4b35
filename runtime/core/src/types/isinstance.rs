//! `isinstance` and `issubclass` (`Objects/abstract.c`).

use super::{PyType_Type, check, is_subtype};
use crate::abi::*;
use crate::attr;
use crate::call::Depth;
use crate::err::PyResult;
use crate::exceptions;
use crate::protocol;
use crate::ptr::{Object, Owned};
use crate::thread::Py;
use crate::{name, tuple};

/// `abstract_get_bases`: `__bases__`, if it is a tuple.
fn bases(py: Py<'_>, class: &PyObject) -> PyResult<Option<Owned<PyTupleObject>>> {
    let b = attr::lookup_name(py, class, name!("__bases__"))?;
    // SAFETY: LAYOUT: just checked.
    Ok(b.filter(|b| tuple::check(b).is_some()).map(|b| unsafe { b.cast() }))
}

/// `check_class`.
fn check_class(py: Py<'_>, class: &PyObject, error: &str) -> PyResult<()> {
    match bases(py, class)? {
        Some(_) => Ok(()),
        None => Err(exceptions::type_error(py, format_args!("{error}"))),
    }
}

/// `abstract_issubclass`: along `__bases__`.
fn abstract_subclass(py: Py<'_>, derived: &PyObject, class: &PyObject) -> PyResult<bool> {
    let mut derived = derived.to_owned();
    loop {
        if derived.is(class) {
            return Ok(true);
        }
        let Some(b) = bases(py, &derived)? else { return Ok(false) };
        match tuple::items(&b) {
            [] => return Ok(false),
            [only] => derived = (*only).to_owned(),
            many => {
                let _depth = Depth::enter(py, " in __issubclass__")?;
                for b in many {
                    if abstract_subclass(py, b, class)? {
                        return Ok(true);
                    }
                }
                return Ok(false);
            }
        }
    }
}

const INSTANCE: &str = "isinstance() arg 2 must be a type, a tuple of types, or a union";
const SUBCLASS: &str = "issubclass() arg 2 must be a class, a tuple of classes, or a union";

/// `object_isinstance`: without `__instancecheck__`.
pub fn real_instance(py: Py<'_>, o: &PyObject, class: &PyObject) -> PyResult<bool> {
    if let Some(t) = check(class) {
        if is_subtype(o.ty(), t) {
            return Ok(true);
        }
        let shown = attr::lookup_name(py, o, name!("__class__"))?;
        return Ok(shown.is_some_and(|c| !c.is(o.ty()) && check(&c).is_some_and(|c| is_subtype(c, t))));
    }
    check_class(py, class, INSTANCE)?;
    match attr::lookup_name(py, o, name!("__class__"))? {
        Some(c) => abstract_subclass(py, &c, class),
        None => Ok(false),
    }
}

/// `recursive_issubclass`: without `__subclasscheck__`.
pub fn real_subclass(py: Py<'_>, derived: &PyObject, class: &PyObject) -> PyResult<bool> {
    if let (Some(d), Some(c)) = (check(derived), check(class)) {
        return Ok(is_subtype(d, c));
    }
    check_class(py, derived, "issubclass() arg 1 must be a class")?;
    check_class(py, class, SUBCLASS)?;
    abstract_subclass(py, derived, class)
}

/// `PyObject_IsInstance`.
pub fn is_instance(py: Py<'_>, o: &PyObject, class: &PyObject) -> PyResult<bool> {
    if o.ty().is(class) {
        return Ok(true);
    }
    if class.ty().is(&PyType_Type.0) {
        return real_instance(py, o, class);
    }
    let args;
    let class = match crate::hooks::union_args(class) {
        Some(a) => {
            args = a;
            args.as_object()
        }
        None => class,
    };
    if let Some(many) = tuple::check(class) {
        let _depth = Depth::enter(py, " in __instancecheck__")?;
        for c in tuple::items(many) {
            if is_instance(py, o, c)? {
                return Ok(true);
            }
        }
        return Ok(false);
    }
    if let Some(m) = super::special::bound(py, class, name!("__instancecheck__"))? {
        let _depth = Depth::enter(py, " in __instancecheck__")?;
        let r = crate::call::call(py, &m, [o])?;
        return protocol::is_true(py, &r);
    }
    real_instance(py, o, class)
}

/// `PyObject_IsSubclass`.
pub fn is_subclass(py: Py<'_>, derived: &PyObject, class: &PyObject) -> PyResult<bool> {
    if class.ty().is(&PyType_Type.0) {
        if derived.is(class) {
            return Ok(true);
        }
        return real_subclass(py, derived, class);
    }
    let args;
    let class = match crate::hooks::union_args(class) {
        Some(a) => {
            args = a;
            args.as_object()
        }
        None => class,
    };
    if let Some(many) = tuple::check(class) {
        let _depth = Depth::enter(py, " in __subclasscheck__")?;
        for c in tuple::items(many) {
            if is_subclass(py, derived, c)? {
                return Ok(true);
            }
        }
        return Ok(false);
    }
    if let Some(m) = super::special::bound(py, class, name!("__subclasscheck__"))? {
        let _depth = Depth::enter(py, " in __subclasscheck__")?;
        let r = crate::call::call(py, &m, [derived])?;
        return protocol::is_true(py, &r);
    }
    real_subclass(py, derived, class)
}
