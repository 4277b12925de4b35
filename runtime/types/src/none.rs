//! `NoneType`, `NotImplementedType` and `ellipsis`: what the singletons answer, and their constructors, which give the
//! singletons (`Objects/object.c`, `Objects/sliceobject.c`).

use crate::{Part, no_hooks};
use dxpy_core::abi::*;
use dxpy_core::call::type_name;
use dxpy_core::object::{
    _Py_EllipsisObject, _PyNone_Type, _PyNotImplemented_Type, PyEllipsis_Type, none, not_implemented,
};
use dxpy_core::ptr::Object;
use dxpy_core::statics::{StaticTable, StaticType};
use dxpy_core::types::slots::has_keywords;
use dxpy_core::{Owned, Py, PyResult, exceptions, glue, methods, tuple, unicode};

/// What this module brings.
pub static PART: Part = Part {
    adopt: &[
        (&_PyNone_Type, &NONE),
        (&_PyNotImplemented_Type, &NOT_IMPLEMENTED),
        (&PyEllipsis_Type, &ELLIPSIS),
    ],
    types: &[],
    hooks: no_hooks,
};

static NONE: StaticType = StaticType::new::<PyObject>(c"NoneType")
    .create(glue::create(new_none))
    .repr(glue::unary(none_repr))
    .hash(glue::hash(|_: Py<'_>, _: &PyObject| Ok(0xFCA86420)))
    // With a hash of its own it does not inherit this.
    .richcompare(glue::richcompare(dxpy_core::types::object::richcompare))
    .number(&NONE_NUMBER);

static NONE_NUMBER: StaticTable<PyNumberMethods> =
    StaticTable::<PyNumberMethods>::empty().bool(glue::truth(|_: Py<'_>, _: &PyObject| Ok(false)));

static NOT_IMPLEMENTED: StaticType = StaticType::new::<PyObject>(c"NotImplementedType")
    .create(glue::create(new_not_implemented))
    .repr(glue::unary(not_implemented_repr))
    .number(&NOT_IMPLEMENTED_NUMBER)
    .methods(&NOT_IMPLEMENTED_METHODS);

static NOT_IMPLEMENTED_NUMBER: StaticTable<PyNumberMethods> =
    StaticTable::<PyNumberMethods>::empty().bool(glue::truth(not_implemented_bool));

methods! { static NOT_IMPLEMENTED_METHODS: for PyObject [
    "__reduce__" = not_implemented_repr [0], "?($self, /)", "";
] }

static ELLIPSIS: StaticType = StaticType::new::<PyObject>(c"ellipsis")
    .getattro(dxpy_core::attr::generic_get_slot)
    .create(glue::create(new_ellipsis))
    .repr(glue::unary(ellipsis_repr))
    .methods(&ELLIPSIS_METHODS);

methods! { static ELLIPSIS_METHODS: for PyObject [
    "__reduce__" = ellipsis_repr [0], "?($self, /)", "";
] }

/// The error for arguments to a constructor that takes none.
fn no_arguments(
    py: Py<'_>,
    ty: &PyTypeObject,
    args: &PyTupleObject,
    kw: Option<&PyDictObject>,
) -> PyResult<()> {
    if tuple::len(args) > 0 || has_keywords(kw) {
        return Err(exceptions::type_error(py, format_args!("{} takes no arguments", type_name(ty))));
    }
    Ok(())
}

fn new_none(py: Py<'_>, ty: &PyTypeObject, args: &PyTupleObject, kw: Option<&PyDictObject>) -> PyResult {
    no_arguments(py, ty, args, kw)?;
    Ok(none())
}

fn new_not_implemented(
    py: Py<'_>,
    ty: &PyTypeObject,
    args: &PyTupleObject,
    kw: Option<&PyDictObject>,
) -> PyResult {
    no_arguments(py, ty, args, kw)?;
    Ok(not_implemented())
}

fn new_ellipsis(py: Py<'_>, ty: &PyTypeObject, args: &PyTupleObject, kw: Option<&PyDictObject>) -> PyResult {
    no_arguments(py, ty, args, kw)?;
    Ok(_Py_EllipsisObject.to_owned())
}

fn none_repr(py: Py<'_>, _: &PyObject) -> PyResult<Owned<PyUnicodeObject>> {
    unicode::from_str(py, "None")
}

fn not_implemented_repr(py: Py<'_>, _: &PyObject) -> PyResult<Owned<PyUnicodeObject>> {
    unicode::from_str(py, "NotImplemented")
}

fn ellipsis_repr(py: Py<'_>, _: &PyObject) -> PyResult<Owned<PyUnicodeObject>> {
    unicode::from_str(py, "Ellipsis")
}

/// `notimplemented_bool`: true, and deprecated.
fn not_implemented_bool(py: Py<'_>, _: &PyObject) -> PyResult<bool> {
    exceptions::warn(
        py,
        &exceptions::DeprecationWarning,
        1,
        format_args!("NotImplemented should not be used in a boolean context"),
    )?;
    Ok(true)
}
