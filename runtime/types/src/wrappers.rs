//! `staticmethod` and `classmethod`: constructors, attributes and texts (`Objects/funcobject.c`). Binding is in the core.

use crate::property::{held, is_abstract_callable, replace};
use crate::{Part, no_hooks};
use core::mem::offset_of;
use dxpy_core::abi::constants::*;
use dxpy_core::abi::*;
use dxpy_core::function::{PyClassMethod_Type, PyStaticMethod_Type, copy_attributes};
use dxpy_core::ptr::Object;
use dxpy_core::statics::StaticType;
use dxpy_core::types::slots::has_keywords;
use dxpy_core::{
    Owned, Py, PyResult, boolean, call, exceptions, getset, glue, members, object, protocol, tuple, unicode,
};

/// What this module brings.
pub static PART: Part = Part {
    adopt: &[(&PyStaticMethod_Type, &STATIC), (&PyClassMethod_Type, &CLASS)],
    types: &[],
    hooks: no_hooks,
};

static STATIC: StaticType = StaticType::new::<staticmethod>(c"staticmethod")
    .doc(c"staticmethod(function) -> method\n\nA function in a class that receives no implicit first argument.")
    .create(glue::create(|py, ty, _, _| object::tp_alloc(py, ty, 0)))
    .init(glue::init(static_init))
    .call(glue::call(static_call))
    .repr(glue::unary(static_repr))
    .members(&STATIC_MEMBERS)
    .getset(&STATIC_GETSET);

members! { static STATIC_MEMBERS [
    "__func__" = _Py_T_OBJECT, offset_of!(staticmethod, sm_callable), Py_READONLY, "";
    "__wrapped__" = _Py_T_OBJECT, offset_of!(staticmethod, sm_callable), Py_READONLY, "";
] }

getset! { static STATIC_GETSET [
    "__isabstractmethod__" = |py: Py<'_>, w: &staticmethod| is_abstract_callable(py, held(&w.sm_callable)).map(boolean::new), "";
    "__dict__" = get_dict, set set_dict, "";
] }

static CLASS: StaticType = StaticType::new::<classmethod>(c"classmethod")
    .doc(c"classmethod(function) -> method\n\nA function in a class that receives the class as its first argument.")
    .create(glue::create(|py, ty, _, _| object::tp_alloc(py, ty, 0)))
    .init(glue::init(class_init))
    .repr(glue::unary(class_repr))
    .members(&CLASS_MEMBERS)
    .getset(&CLASS_GETSET);

members! { static CLASS_MEMBERS [
    "__func__" = _Py_T_OBJECT, offset_of!(classmethod, cm_callable), Py_READONLY, "";
    "__wrapped__" = _Py_T_OBJECT, offset_of!(classmethod, cm_callable), Py_READONLY, "";
] }

getset! { static CLASS_GETSET [
    "__isabstractmethod__" = |py: Py<'_>, w: &classmethod| is_abstract_callable(py, held(&w.cm_callable)).map(boolean::new), "";
    "__dict__" = get_dict, set set_dict, "";
] }

/// `PyObject_GenericGetDict`.
pub(crate) fn get_dict(py: Py<'_>, o: &PyObject) -> PyResult<Owned<PyDictObject>> {
    dxpy_core::instance::dict(py, o)?.ok_or_else(|| {
        exceptions::format(py, &exceptions::AttributeError, format_args!("This object has no __dict__"))
    })
}

pub(crate) fn set_dict(py: Py<'_>, o: &PyObject, v: Option<&PyObject>) -> PyResult<()> {
    object::set_dict_attribute(py, o, v)
}

/// The only argument of these constructors.
fn only<'a>(
    py: Py<'_>,
    what: &str,
    args: &'a PyTupleObject,
    kw: Option<&PyDictObject>,
) -> PyResult<&'a PyObject> {
    if has_keywords(kw) {
        return Err(exceptions::type_error(py, format_args!("{what}() takes no keyword arguments")));
    }
    match tuple::items(args) {
        [f] => Ok(f),
        other => {
            Err(exceptions::type_error(py, format_args!("{what} expected 1 argument, got {}", other.len())))
        }
    }
}

fn static_init(
    py: Py<'_>,
    w: &staticmethod,
    args: &PyTupleObject,
    kw: Option<&PyDictObject>,
) -> PyResult<()> {
    let f = only(py, "staticmethod", args, kw)?;
    replace(&w.sm_callable, Some(f.to_owned()));
    copy_attributes(py, f, w.as_object())
}

fn class_init(py: Py<'_>, w: &classmethod, args: &PyTupleObject, kw: Option<&PyDictObject>) -> PyResult<()> {
    let f = only(py, "classmethod", args, kw)?;
    replace(&w.cm_callable, Some(f.to_owned()));
    copy_attributes(py, f, w.as_object())
}

/// `sm_call`.
fn static_call(py: Py<'_>, w: &staticmethod, args: &PyTupleObject, kw: Option<&PyDictObject>) -> PyResult {
    let Some(f) = held(&w.sm_callable).map(Object::to_owned) else {
        return Err(exceptions::runtime_error(py, format_args!("uninitialized staticmethod object")));
    };
    call::call_tuple(py, &f, args, kw)
}

fn shown(py: Py<'_>, what: &str, f: Option<&PyObject>) -> PyResult<Owned<PyUnicodeObject>> {
    let text = match f.map(Object::to_owned) {
        Some(f) => unicode::display(protocol::repr(py, &f)?.as_object()),
        None => "<NULL>".to_owned(),
    };
    unicode::from_str(py, &format!("<{what}({text})>"))
}

fn static_repr(py: Py<'_>, w: &staticmethod) -> PyResult<Owned<PyUnicodeObject>> {
    shown(py, "staticmethod", held(&w.sm_callable))
}

fn class_repr(py: Py<'_>, w: &classmethod) -> PyResult<Owned<PyUnicodeObject>> {
    shown(py, "classmethod", held(&w.cm_callable))
}
