//! Types with a few fields: `StopIteration`, `SystemExit`, `ImportError`, `NameError`, `AttributeError`.

use super::base::{own_dict, put, str, value};
use core::mem::offset_of;
use dxpy_core::abi::constants::*;
use dxpy_core::abi::*;
use dxpy_core::exceptions::base::set_args;
use dxpy_core::ptr::Object;
use dxpy_core::statics::StaticType;
use dxpy_core::types::slots::has_keywords;
use dxpy_core::{
    Owned, Py, PyResult, args, dict, exceptions, glue, members, methods, object, signature, tuple, unicode,
};

pub(super) static STOP_ITERATION: StaticType = StaticType::new::<PyStopIterationObject>(c"StopIteration")
    .doc(c"Signal the end from iterator.__next__().")
    .init(glue::init(stop_iteration))
    .members(&STOP_ITERATION_MEMBERS);
members! { static STOP_ITERATION_MEMBERS [
    "value" = _Py_T_OBJECT, offset_of!(PyStopIterationObject, value), 0, "generator return value";
] }

pub(super) static SYSTEM_EXIT: StaticType = StaticType::new::<PySystemExitObject>(c"SystemExit")
    .doc(c"Request to exit from the interpreter.")
    .init(glue::init(system_exit))
    .members(&SYSTEM_EXIT_MEMBERS);
members! { static SYSTEM_EXIT_MEMBERS [
    "code" = _Py_T_OBJECT, offset_of!(PySystemExitObject, code), 0, "exception code";
] }

pub(super) static IMPORT: StaticType = StaticType::new::<PyImportErrorObject>(c"ImportError")
    .doc(c"Import can't find module, or can't find name in module.")
    .init(glue::init(import))
    .str(glue::unary(import_str))
    .members(&IMPORT_MEMBERS)
    .methods(&IMPORT_METHODS);
members! { static IMPORT_MEMBERS [
    "msg" = _Py_T_OBJECT, offset_of!(PyImportErrorObject, msg), 0, "exception message";
    "name" = _Py_T_OBJECT, offset_of!(PyImportErrorObject, name), 0, "module name";
    "path" = _Py_T_OBJECT, offset_of!(PyImportErrorObject, path), 0, "module path";
    "name_from" = _Py_T_OBJECT, offset_of!(PyImportErrorObject, name_from), 0, "name imported from module";
] }
methods! { static IMPORT_METHODS: for PyImportErrorObject [
    "__reduce__" = import_reduce [0], "?($self, /)", "";
] }

pub(super) static NAME: StaticType = StaticType::new::<PyNameErrorObject>(c"NameError")
    .doc(c"Name not found globally.")
    .init(glue::init(name_error))
    .members(&NAME_MEMBERS);
members! { static NAME_MEMBERS [
    "name" = _Py_T_OBJECT, offset_of!(PyNameErrorObject, name), 0, "name";
] }

pub(super) static ATTRIBUTE: StaticType = StaticType::new::<PyAttributeErrorObject>(c"AttributeError")
    .doc(c"Attribute not found.")
    .init(glue::init(attribute))
    .members(&ATTRIBUTE_MEMBERS)
    .methods(&ATTRIBUTE_METHODS);
members! { static ATTRIBUTE_MEMBERS [
    "name" = _Py_T_OBJECT, offset_of!(PyAttributeErrorObject, name), 0, "attribute name";
    "obj" = _Py_T_OBJECT, offset_of!(PyAttributeErrorObject, obj), 0, "object";
] }
methods! { static ATTRIBUTE_METHODS: for PyAttributeErrorObject [
    "__getstate__" = attribute_state [0], "?($self, /)", "";
    "__reduce__" = attribute_reduce [0], "?($self, /)", "";
] }

/// The struct every exception begins with.
fn base<T: dxpy_core::Layout>(e: &T) -> &PyBaseExceptionObject {
    // SAFETY: LAYOUT: instances of every exception type begin so.
    unsafe { &*(e.as_ptr() as *const PyBaseExceptionObject) }
}

fn no_keywords<T: dxpy_core::Layout>(py: Py<'_>, e: &T, kw: Option<&PyDictObject>) -> PyResult<()> {
    if has_keywords(kw) {
        let name = dxpy_core::call::type_name(e.ty());
        return Err(exceptions::type_error(py, format_args!("{name}() takes no keyword arguments")));
    }
    Ok(())
}

fn stop_iteration(
    py: Py<'_>,
    e: &PyStopIterationObject,
    a: &PyTupleObject,
    kw: Option<&PyDictObject>,
) -> PyResult<()> {
    no_keywords(py, e, kw)?;
    set_args(e, a);
    put(&e.value, Some(tuple::items(a).first().map_or_else(object::none, |v| (*v).to_owned())));
    Ok(())
}

fn system_exit(
    py: Py<'_>,
    e: &PySystemExitObject,
    a: &PyTupleObject,
    kw: Option<&PyDictObject>,
) -> PyResult<()> {
    no_keywords(py, e, kw)?;
    set_args(e, a);
    match tuple::items(a) {
        [] => {}
        [one] => put(&e.code, Some((*one).to_owned())),
        _ => put(&e.code, Some(a.to_owned().upcast())),
    }
    Ok(())
}

/// `ImportError_init`.
fn import(py: Py<'_>, e: &PyImportErrorObject, a: &PyTupleObject, kw: Option<&PyDictObject>) -> PyResult<()> {
    set_args(e, a);
    let none = tuple::empty();
    args::bind_call(
        py,
        signature!("ImportError", "(*, name=None, path=None, name_from=None)"),
        &none,
        kw,
        |b| {
            for (i, field) in [&e.name, &e.path, &e.name_from].into_iter().enumerate() {
                let v: Option<&PyObject> = b.arg(py, i)?;
                put(field, v.map(|v| v.to_owned()));
            }
            Ok(())
        },
    )?;
    let msg = match tuple::items(a) {
        [one] => Some((*one).to_owned()),
        _ => None,
    };
    put(&e.msg, msg);
    Ok(())
}

/// `ImportError_str`.
fn import_str(py: Py<'_>, e: &PyImportErrorObject) -> PyResult {
    let msg = value(&e.msg);
    if unicode::check_exact(&msg).is_some() {
        return Ok(msg);
    }
    str(py, base(e)).map(Owned::upcast)
}

fn import_reduce(py: Py<'_>, e: &PyImportErrorObject) -> PyResult {
    let state = match own_dict(base(e)) {
        Some(d) => dict::copy(py, d)?,
        None => dict::new(py)?,
    };
    for (name, field) in [("name", &e.name), ("path", &e.path), ("name_from", &e.name_from)] {
        if !field.get().is_null() {
            dict::set_str(py, &state, name, &value(field))?;
        }
    }
    let class = e.as_object().ty().as_object().to_owned();
    let a = super::base::args(base(e)).upcast();
    let parts = if dict::len(&state) > 0 { vec![class, a, state.upcast()] } else { vec![class, a] };
    tuple::from_iter(py, parts).map(Owned::upcast)
}

fn name_error(
    py: Py<'_>,
    e: &PyNameErrorObject,
    a: &PyTupleObject,
    kw: Option<&PyDictObject>,
) -> PyResult<()> {
    set_args(e, a);
    let none = tuple::empty();
    args::bind_call(py, signature!("NameError", "(*, name=None)"), &none, kw, |b| {
        let v: Option<&PyObject> = b.arg(py, 0)?;
        put(&e.name, v.map(|v| v.to_owned()));
        Ok(())
    })
}

fn attribute(
    py: Py<'_>,
    e: &PyAttributeErrorObject,
    a: &PyTupleObject,
    kw: Option<&PyDictObject>,
) -> PyResult<()> {
    set_args(e, a);
    let none = tuple::empty();
    args::bind_call(py, signature!("AttributeError", "(*, name=None, obj=None)"), &none, kw, |b| {
        for (i, field) in [&e.name, &e.obj].into_iter().enumerate() {
            let v: Option<&PyObject> = b.arg(py, i)?;
            put(field, v.map(|v| v.to_owned()));
        }
        Ok(())
    })
}

/// `AttributeError_getstate`: the object is not pickled along.
fn attribute_state(py: Py<'_>, e: &PyAttributeErrorObject) -> PyResult {
    let own = own_dict(base(e));
    if e.name.get().is_null() && super::base::args(base(e)).ob_base.ob_size.get() == 0 {
        return Ok(own.map_or_else(object::none, |d| d.as_object().to_owned()));
    }
    let state = match own {
        Some(d) => dict::copy(py, d)?,
        None => dict::new(py)?,
    };
    if !e.name.get().is_null() {
        dict::set_str(py, &state, "name", &value(&e.name))?;
    }
    dict::set_str(py, &state, "args", super::base::args(base(e)).as_object())?;
    Ok(state.upcast())
}

fn attribute_reduce(py: Py<'_>, e: &PyAttributeErrorObject) -> PyResult {
    let state = attribute_state(py, e)?;
    let class = e.as_object().ty().as_object().to_owned();
    tuple::from_iter(py, [class, super::base::args(base(e)).upcast(), state]).map(Owned::upcast)
}
