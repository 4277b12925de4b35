//! `function`: its attributes and constructor (`Objects/funcobject.c`). Binding and memory are the object model's, execution
//! the interpreter's. The audit events of `__code__` and the defaults are not raised yet.

use crate::{Part, code, no_hooks};
use core::cell::Cell;
use core::mem::offset_of;
use dxpy_core::abi::constants::*;
use dxpy_core::abi::*;
use dxpy_core::call::type_name;
use dxpy_core::function::PyFunction_Type;
use dxpy_core::ptr::Object;
use dxpy_core::statics::{Gil, StaticType};
use dxpy_core::watch::{self, FunctionEvent};
use dxpy_core::{
    Owned, Py, PyErr, PyResult, audit, cell, dict, exceptions, getset, glue, members, object, tuple, unicode,
};

/// What this module brings.
pub static PART: Part = Part { adopt: &[(&PyFunction_Type, &FUNCTION)], types: &[], hooks: no_hooks };

static FUNCTION: StaticType = StaticType::new::<PyFunctionObject>(c"function")
    .doc(
        c"function(code, globals, name=None, argdefs=None, closure=None)\n--\n\nMake a function that runs a code object.\n\n  code\n    the code object\n  globals\n    the dictionary of its global names\n  name\n    replaces the code object's name\n  argdefs\n    a tuple with the defaults of the last parameters\n  closure\n    a tuple with the cells of the free variables",
    )
    .create(glue::create(create))
    .repr(glue::unary(repr))
    .members(&MEMBERS)
    .getset(&GETSET);

members! { static MEMBERS [
    "__closure__" = _Py_T_OBJECT, offset_of!(PyFunctionObject, func_closure), Py_READONLY, "";
    "__doc__" = _Py_T_OBJECT, offset_of!(PyFunctionObject, func_doc), 0, "";
    "__globals__" = _Py_T_OBJECT, offset_of!(PyFunctionObject, func_globals), Py_READONLY, "";
    "__module__" = _Py_T_OBJECT, offset_of!(PyFunctionObject, func_module), 0, "";
    "__builtins__" = _Py_T_OBJECT, offset_of!(PyFunctionObject, func_builtins), Py_READONLY, "";
] }

getset! { static GETSET [
    "__code__" = get_code, set set_code, "";
    "__defaults__" = get_defaults, set set_defaults, "";
    "__kwdefaults__" = get_kwdefaults, set set_kwdefaults, "";
    "__annotations__" = get_annotations, set set_annotations, "";
    "__dict__" = get_dict, set set_dict, "";
    "__name__" = get_name, set set_name, "";
    "__qualname__" = get_qualname, set set_qualname, "";
    "__type_params__" = get_type_params, set set_type_params, "";
] }

/// How the interpreter makes a function of code and globals (`PyFunction_New`); it sets this when it starts.
pub static MAKE: Gil<Cell<Option<Make>>> = Gil(Cell::new(None));

/// The type of [`MAKE`].
pub type Make = fn(Py<'_>, &PyCodeObject, &PyObject) -> PyResult<Owned<PyFunctionObject>>;

fn make(py: Py<'_>, code: &PyCodeObject, globals: &PyObject) -> PyResult<Owned<PyFunctionObject>> {
    match MAKE.get() {
        Some(f) => f(py, code, globals),
        None => Err(exceptions::runtime_error(
            py,
            format_args!("function() before the interpreter is initialised"),
        )),
    }
}

/// What a field holds, if anything.
fn content(field: &Cell<*mut PyObject>) -> Option<Owned> {
    // SAFETY: LIVE: the field holds a reference, or NULL.
    unsafe { field.get().as_ref() }.map(Object::to_owned)
}

/// Replaces what a field holds; the former content is released last.
fn store(field: &Cell<*mut PyObject>, value: Option<&PyObject>) {
    let new = value.map_or(core::ptr::null_mut(), |v| v.to_owned().into_ptr());
    // SAFETY: OWNED: the field held one reference, or NULL.
    drop(unsafe { Owned::<PyObject>::from_raw_opt(field.replace(new)) });
}

fn wrong(py: Py<'_>, message: &str) -> PyErr {
    exceptions::type_error(py, format_args!("{message}"))
}

/// The code of a function.
pub fn code_of(f: &PyFunctionObject) -> &PyCodeObject {
    // SAFETY: LIVE, LAYOUT: a function always holds its code.
    unsafe { &*(f.func_code.get() as *const PyCodeObject) }
}

/// `func_repr`.
fn repr(py: Py<'_>, f: &PyFunctionObject) -> PyResult<Owned<PyUnicodeObject>> {
    let name = get_qualname(py, f)?;
    // SAFETY: LAYOUT: the qualified name is a str.
    let name: Owned<PyUnicodeObject> = unsafe { name.cast() };
    let tail = format!(" at {:p}>", f.as_ptr());
    unicode::join_all(py, &[&*unicode::from_str(py, "<function ")?, &*name, &*unicode::from_str(py, &tail)?])
}

fn get_code(py: Py<'_>, f: &PyFunctionObject) -> PyResult {
    audit::read(py, f.as_object(), "__code__")?;
    Ok(code_of(f).to_owned().upcast())
}

/// `func_set_code`: the closure must fit.
fn set_code(py: Py<'_>, f: &PyFunctionObject, value: Option<&PyObject>) -> PyResult<()> {
    let Some(new) = value.and_then(code::check) else {
        return Err(wrong(py, "__code__ must be set to a code object"));
    };
    audit::write(py, f.as_object(), "__code__", value)?;
    let free = new.co_nfreevars.get() as usize;
    let closure = content(&f.func_closure);
    let cells = closure.as_deref().and_then(tuple::check).map_or(0, tuple::len);
    if cells != free {
        let name = unicode::display(&*get_name(py, f)?);
        return Err(exceptions::value_error(
            py,
            format_args!("{name}() requires a code object with {cells} free vars, not {free}"),
        ));
    }
    watch::function(py, FunctionEvent::Code, f, value);
    f.func_version.set(0);
    store(&f.func_code, Some(new.as_object()));
    Ok(())
}

fn get_name(_: Py<'_>, f: &PyFunctionObject) -> PyResult {
    Ok(content(&f.func_name).unwrap_or_else(object::none))
}

fn set_name(py: Py<'_>, f: &PyFunctionObject, value: Option<&PyObject>) -> PyResult<()> {
    let Some(v) = value.filter(|v| unicode::check(v).is_some()) else {
        return Err(wrong(py, "__name__ must be set to a string object"));
    };
    store(&f.func_name, Some(v));
    Ok(())
}

fn get_qualname(_: Py<'_>, f: &PyFunctionObject) -> PyResult {
    Ok(content(&f.func_qualname).unwrap_or_else(object::none))
}

fn set_qualname(py: Py<'_>, f: &PyFunctionObject, value: Option<&PyObject>) -> PyResult<()> {
    let Some(v) = value.filter(|v| unicode::check(v).is_some()) else {
        return Err(wrong(py, "__qualname__ must be set to a string object"));
    };
    store(&f.func_qualname, Some(v));
    Ok(())
}

fn get_defaults(py: Py<'_>, f: &PyFunctionObject) -> PyResult {
    audit::read(py, f.as_object(), "__defaults__")?;
    Ok(content(&f.func_defaults).unwrap_or_else(object::none))
}

/// `func_set_defaults`: `None` and deletion both leave none.
fn set_defaults(py: Py<'_>, f: &PyFunctionObject, value: Option<&PyObject>) -> PyResult<()> {
    let value = value.filter(|v| !object::is_none(v));
    if value.is_some_and(|v| tuple::check(v).is_none()) {
        return Err(wrong(py, "__defaults__ must be set to a tuple object"));
    }
    audit::write(py, f.as_object(), "__defaults__", value)?;
    watch::function(py, FunctionEvent::Defaults, f, value);
    f.func_version.set(0);
    store(&f.func_defaults, value);
    Ok(())
}

fn get_kwdefaults(py: Py<'_>, f: &PyFunctionObject) -> PyResult {
    audit::read(py, f.as_object(), "__kwdefaults__")?;
    Ok(content(&f.func_kwdefaults).unwrap_or_else(object::none))
}

fn set_kwdefaults(py: Py<'_>, f: &PyFunctionObject, value: Option<&PyObject>) -> PyResult<()> {
    let value = value.filter(|v| !object::is_none(v));
    if value.is_some_and(|v| dict::check(v).is_none()) {
        return Err(wrong(py, "__kwdefaults__ must be set to a dict object"));
    }
    audit::write(py, f.as_object(), "__kwdefaults__", value)?;
    watch::function(py, FunctionEvent::KwDefaults, f, value);
    f.func_version.set(0);
    store(&f.func_kwdefaults, value);
    Ok(())
}

/// `func_get_annotation_dict`: the compiler gives a flat tuple of names and values; the dict is made when asked for.
pub fn get_annotations(py: Py<'_>, f: &PyFunctionObject) -> PyResult {
    let d = match content(&f.func_annotations) {
        None => dict::new(py)?,
        Some(a) => {
            let Some(flat) = tuple::check(&a) else { return Ok(a) };
            let d = dict::new(py)?;
            for pair in tuple::items(flat).chunks_exact(2) {
                dict::set(py, &d, pair[0], pair[1])?;
            }
            d
        }
    };
    store(&f.func_annotations, Some(d.as_object()));
    Ok(d.upcast())
}

fn set_annotations(py: Py<'_>, f: &PyFunctionObject, value: Option<&PyObject>) -> PyResult<()> {
    let value = value.filter(|v| !object::is_none(v));
    if value.is_some_and(|v| dict::check(v).is_none()) {
        return Err(wrong(py, "__annotations__ must be set to a dict object"));
    }
    f.func_version.set(0);
    store(&f.func_annotations, value);
    Ok(())
}

fn get_dict(py: Py<'_>, f: &PyFunctionObject) -> PyResult {
    Ok(dxpy_core::instance::dict(py, f.as_object())?.map_or_else(object::none, Owned::upcast))
}

fn set_dict(py: Py<'_>, f: &PyFunctionObject, value: Option<&PyObject>) -> PyResult<()> {
    object::set_dict_attribute(py, f.as_object(), value)
}

fn get_type_params(_: Py<'_>, f: &PyFunctionObject) -> PyResult {
    Ok(content(&f.func_typeparams).unwrap_or_else(|| tuple::empty().upcast()))
}

fn set_type_params(py: Py<'_>, f: &PyFunctionObject, value: Option<&PyObject>) -> PyResult<()> {
    let Some(v) = value.filter(|v| tuple::check(v).is_some()) else {
        return Err(wrong(py, "__type_params__ must be set to a tuple"));
    };
    store(&f.func_typeparams, Some(v));
    Ok(())
}

/// `func_new_impl`.
fn create(py: Py<'_>, _: &PyTypeObject, args: &PyTupleObject, kw: Option<&PyDictObject>) -> PyResult {
    use dxpy_core::{args as binding, signature};
    let sig = signature!("function", "(code, globals, name=None, argdefs=None, closure=None)");
    binding::bind_call(py, sig, args, kw, |b| {
        let c: &PyObject = b.arg(py, 0)?;
        let Some(c) = code::check(c) else { return Err(binding::bad_argument(py, b, 0, "code")) };
        let globals: &PyObject = b.arg(py, 1)?;
        if dict::check(globals).is_none() {
            return Err(binding::bad_argument(py, b, 1, "dict"));
        }
        let given = |i: usize| b.get(i).filter(|o| !object::is_none(o));
        let (name, defaults, closure) = (given(2), given(3), given(4));
        if name.is_some_and(|n| unicode::check(n).is_none()) {
            return Err(wrong(py, "arg 3 (name) must be None or string"));
        }
        if defaults.is_some_and(|d| tuple::check(d).is_none()) {
            return Err(wrong(py, "arg 4 (defaults) must be None or tuple"));
        }
        let free = c.co_nfreevars.get() as usize;
        let cells = match closure.map(tuple::check) {
            None if free > 0 => return Err(wrong(py, "arg 5 (closure) must be tuple")),
            Some(None) if free > 0 => return Err(wrong(py, "arg 5 (closure) must be tuple")),
            Some(None) => return Err(wrong(py, "arg 5 (closure) must be None or tuple")),
            None => None,
            Some(t) => t,
        };
        let n = cells.map_or(0, tuple::len);
        if n != free {
            // SAFETY: LIVE: a code object holds its name.
            let shown = unicode::display(unsafe { &*c.co_name.get() });
            return Err(exceptions::value_error(
                py,
                format_args!("{shown} requires closure of length {free}, not {n}"),
            ));
        }
        for o in cells.map_or(&[][..], tuple::items) {
            if cell::check(o).is_none() {
                return Err(exceptions::type_error(
                    py,
                    format_args!("arg 5 (closure) expected cell, found {}", type_name(o.ty())),
                ));
            }
        }
        audit::event(py, "function.__new__", [c.as_object()])?;
        let f = make(py, c, globals)?;
        if let Some(n) = name {
            store(&f.func_name, Some(n));
        }
        if let Some(d) = defaults {
            store(&f.func_defaults, Some(d));
        }
        if let Some(t) = cells.filter(|t| tuple::len(t) > 0) {
            store(&f.func_closure, Some(t.as_object()));
        }
        Ok(f.upcast())
    })
}
