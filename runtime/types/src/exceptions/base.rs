//! `BaseException` and `KeyError`.

use core::cell::Cell;
use core::mem::offset_of;
use dxpy_core::abi::constants::*;
use dxpy_core::abi::*;
use dxpy_core::call::{short_name, type_name};
use dxpy_core::ptr::Object;
use dxpy_core::statics::StaticType;
use dxpy_core::{
    Owned, Py, PyResult, attr, dict, exceptions, getset, glue, list, members, methods, name, object,
    protocol, sequence, tuple, types, unicode,
};

pub(super) static BASE: StaticType = StaticType::new::<PyBaseExceptionObject>(c"BaseException")
    .doc(c"Common base class for all exceptions")
    .repr(glue::unary(repr))
    .str(glue::unary(str))
    .getattro(attr::generic_get_slot)
    .setattro(attr::generic_set_slot)
    .methods(&METHODS)
    .members(&MEMBERS)
    .getset(&GETSET);

pub(super) static KEY: StaticType = StaticType::new::<PyBaseExceptionObject>(c"KeyError")
    .doc(c"Mapping key not found.")
    .str(glue::unary(key_str));

methods! { static METHODS: for PyBaseExceptionObject [
    "__reduce__" = reduce [0], "?($self, /)", "";
    "__setstate__" = setstate [1], "?($self, state, /)", "";
    "with_traceback" = with_traceback [1], "?($self, object, /)", "Sets the traceback and returns the exception.";
    "add_note" = add_note [1], "?($self, object, /)", "Adds a note that is shown with the exception.";
] }
members! { static MEMBERS [
    "__suppress_context__" = Py_T_BOOL, offset_of!(PyBaseExceptionObject, suppress_context), 0, "";
] }
getset! { static GETSET [
    "__dict__" = get_dict, set set_dict, "";
    "args" = get_args, set set_args, "";
    "__traceback__" = get_traceback, set set_traceback, "";
    "__context__" = get_context, set set_context, "exception context";
    "__cause__" = get_cause, set set_cause, "exception cause";
] }

/// The arguments.
pub(super) fn args(e: &PyBaseExceptionObject) -> Owned<PyTupleObject> {
    // SAFETY: LIVE, LAYOUT: an exception holds its args, a tuple, or NULL.
    unsafe { (e.args.get() as *const PyTupleObject).as_ref() }.map_or_else(tuple::empty, Object::to_owned)
}

/// `BaseException_str`.
pub(super) fn str(py: Py<'_>, e: &PyBaseExceptionObject) -> PyResult<Owned<PyUnicodeObject>> {
    let a = args(e);
    match tuple::items(&a) {
        [] => unicode::from_str(py, ""),
        [one] => protocol::str(py, one),
        _ => protocol::str(py, a.as_object()),
    }
}

/// `BaseException_repr`.
fn repr(py: Py<'_>, e: &PyBaseExceptionObject) -> PyResult<Owned<PyUnicodeObject>> {
    let name = short_name(e.as_object().ty());
    let a = args(e);
    let text = match tuple::items(&a) {
        [one] => format!("{name}({})", unicode::display(protocol::repr(py, one)?.as_object())),
        _ => format!("{name}{}", unicode::display(protocol::repr(py, a.as_object())?.as_object())),
    };
    unicode::from_str(py, &text)
}

/// `KeyError_str`: one argument shows its repr, so that an empty key is seen.
fn key_str(py: Py<'_>, e: &PyBaseExceptionObject) -> PyResult<Owned<PyUnicodeObject>> {
    let a = args(e);
    match tuple::items(&a) {
        [one] => protocol::repr(py, one),
        _ => str(py, e),
    }
}

/// A field's value, None for NULL.
pub(super) fn value(field: &Cell<*mut PyObject>) -> Owned {
    // SAFETY: LIVE: a field holds a reference, or NULL.
    unsafe { field.get().as_ref() }.map_or_else(object::none, Object::to_owned)
}

/// Replaces a field; what it held is released afterwards.
pub(super) fn put(field: &Cell<*mut PyObject>, new: Option<Owned>) {
    let old = field.replace(new.map_or(core::ptr::null_mut(), Owned::into_ptr));
    // SAFETY: OWNED: the field held a reference, or NULL.
    drop(unsafe { Owned::<PyObject>::from_raw_opt(old) });
}

/// The instance's dict, if it has one yet.
pub(super) fn own_dict(e: &PyBaseExceptionObject) -> Option<&PyDictObject> {
    // SAFETY: LIVE, LAYOUT: an exception holds its dict, or NULL.
    unsafe { (e.dict.get() as *const PyDictObject).as_ref() }
}

fn reduce(py: Py<'_>, e: &PyBaseExceptionObject) -> PyResult {
    let class = e.as_object().ty().as_object().to_owned();
    let parts = match own_dict(e) {
        Some(d) => vec![class, args(e).upcast(), d.as_object().to_owned()],
        None => vec![class, args(e).upcast()],
    };
    tuple::from_iter(py, parts).map(Owned::upcast)
}

fn setstate(py: Py<'_>, e: &PyBaseExceptionObject, state: &PyObject) -> PyResult<()> {
    if object::is_none(state) {
        return Ok(());
    }
    let Some(d) = dict::check(state) else {
        return Err(exceptions::type_error(py, format_args!("state is not a dictionary")));
    };
    for (k, v) in dict::items(d) {
        attr::set(py, e.as_object(), attr::check_name(py, &k)?, Some(&v))?;
    }
    Ok(())
}

fn with_traceback(py: Py<'_>, e: &PyBaseExceptionObject, tb: &PyObject) -> PyResult {
    set_traceback(py, e, Some(tb))?;
    Ok(e.as_object().to_owned())
}

fn add_note(py: Py<'_>, e: &PyBaseExceptionObject, note: &PyObject) -> PyResult<()> {
    if unicode::check(note).is_none() {
        return Err(exceptions::type_error(
            py,
            format_args!("note must be a str, not '{}'", type_name(note.ty())),
        ));
    }
    let notes = match attr::lookup_name(py, e.as_object(), name!("__notes__"))? {
        Some(n) => n,
        None => {
            let fresh = list::new(py)?.upcast();
            attr::set_name(py, e.as_object(), name!("__notes__"), &fresh)?;
            fresh
        }
    };
    match list::check(&notes) {
        Some(l) => list::append(py, l, note),
        None => Err(exceptions::type_error(py, format_args!("Cannot add note: __notes__ is not a list"))),
    }
}

fn get_dict(py: Py<'_>, e: &PyBaseExceptionObject) -> PyResult {
    match dxpy_core::instance::dict(py, e.as_object())? {
        Some(d) => Ok(d.upcast()),
        None => Ok(object::none()),
    }
}

fn set_dict(py: Py<'_>, e: &PyBaseExceptionObject, v: Option<&PyObject>) -> PyResult<()> {
    object::set_dict_attribute(py, e.as_object(), v)
}

fn get_args(_: Py<'_>, e: &PyBaseExceptionObject) -> PyResult<Owned<PyTupleObject>> {
    Ok(args(e))
}

fn set_args(py: Py<'_>, e: &PyBaseExceptionObject, v: Option<&PyObject>) -> PyResult<()> {
    let Some(v) = v else {
        return Err(exceptions::type_error(py, format_args!("args may not be deleted")));
    };
    let t = sequence::to_tuple(py, v)?;
    put(&e.args, Some(t.upcast()));
    Ok(())
}

fn get_traceback(_: Py<'_>, e: &PyBaseExceptionObject) -> PyResult {
    Ok(value(&e.traceback))
}

fn set_traceback(py: Py<'_>, e: &PyBaseExceptionObject, v: Option<&PyObject>) -> PyResult<()> {
    let Some(v) = v else {
        return Err(exceptions::type_error(py, format_args!("__traceback__ may not be deleted")));
    };
    if !object::is_none(v) && crate::traceback::check(v).is_none() {
        return Err(exceptions::type_error(py, format_args!("__traceback__ must be a traceback or None")));
    }
    put(&e.traceback, Some(v).filter(|v| !object::is_none(v)).map(|v| v.to_owned()));
    Ok(())
}

/// An exception, or None, for a field that may not be deleted.
fn exception_or_none(py: Py<'_>, v: Option<&PyObject>, what: &str) -> PyResult<Option<Owned>> {
    let Some(v) = v else {
        return Err(exceptions::type_error(py, format_args!("{what} may not be deleted")));
    };
    if object::is_none(v) {
        return Ok(None);
    }
    if !types::is_subtype(v.ty(), &exceptions::BaseException) {
        return Err(exceptions::type_error(
            py,
            format_args!("exception {} must be None or derive from BaseException", what.trim_matches('_')),
        ));
    }
    Ok(Some(v.to_owned()))
}

fn get_context(_: Py<'_>, e: &PyBaseExceptionObject) -> PyResult {
    Ok(value(&e.context))
}

fn set_context(py: Py<'_>, e: &PyBaseExceptionObject, v: Option<&PyObject>) -> PyResult<()> {
    put(&e.context, exception_or_none(py, v, "__context__")?);
    Ok(())
}

fn get_cause(_: Py<'_>, e: &PyBaseExceptionObject) -> PyResult {
    Ok(value(&e.cause))
}

fn set_cause(py: Py<'_>, e: &PyBaseExceptionObject, v: Option<&PyObject>) -> PyResult<()> {
    put(&e.cause, exception_or_none(py, v, "__cause__")?);
    e.suppress_context.set(1);
    Ok(())
}
