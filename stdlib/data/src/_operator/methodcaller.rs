//! `operator.methodcaller`: calls a method of its argument, with arguments that are fixed at construction.

use crate::fields::{get, put, put_opt, view};
use core::cell::Cell;
use dxpy_core::abi::*;
use dxpy_core::ptr::{Layout, Object};
use dxpy_core::statics::StaticType;
use dxpy_core::types::slots::has_keywords;
use dxpy_core::{
    Owned, Py, PyResult, attr, call, dict, exceptions, gc, glue, hooks, methods, name, object, protocol,
    tuple, unicode,
};

/// A `methodcaller`; `kwargs` is NULL for none.
#[repr(C)]
pub struct MethodCaller {
    ob_base: PyObject,
    name: Cell<*mut PyObject>,
    args: Cell<*mut PyObject>,
    kwargs: Cell<*mut PyObject>,
}

// SAFETY: the struct is `#[repr(C)]` and begins with a `PyObject`.
unsafe impl Layout for MethodCaller {}

/// `operator.methodcaller`.
pub static METHODCALLER: StaticType = StaticType::new::<MethodCaller>(c"operator.methodcaller")
    .doc(c"methodcaller(name, /, *args, **kwargs)\n--\n\nA callable that calls the named method of its argument.")
    .create(glue::create(create))
    .repr(glue::unary(repr))
    .call(glue::call(call_method))
    .getattro(attr::generic_get_slot)
    .methods(&METHODS)
    .traverse(glue::traverse(|m: &MethodCaller, v: &glue::Visitor| {
        v.visit(&m.name)?;
        v.visit(&m.args)?;
        v.visit(&m.kwargs)
    }))
    .clear(glue::clear(clear))
    .dealloc(glue::dealloc(|py: Py<'_>, m: &MethodCaller| {
        // SAFETY: the object has a collector header; its fields are released once and its memory last.
        unsafe {
            gc::untrack(m.as_object());
            clear(py, m);
            object::tp_free(m.as_object());
        }
    }));

methods! { static METHODS: for MethodCaller [
    "__reduce__" = reduce [0], "?($self, /)", "State for pickling.";
] }

fn clear(_: Py<'_>, m: &MethodCaller) {
    for f in [&m.name, &m.args, &m.kwargs] {
        object::clear_field(f);
    }
}

fn create(py: Py<'_>, ty: &PyTypeObject, args: &PyTupleObject, kw: Option<&PyDictObject>) -> PyResult {
    let Some((name, args)) = tuple::items(args).split_first() else {
        return Err(exceptions::type_error(
            py,
            format_args!("methodcaller needs at least one argument, the method name"),
        ));
    };
    let Some(name) = unicode::check(name) else {
        return Err(exceptions::type_error(py, format_args!("method name must be a string")));
    };
    let name = unicode::intern(py, name.to_owned())?;
    let args = tuple::from_iter(py, args.iter().map(|a| (*a).to_owned()).collect::<Vec<_>>())?;
    let o = object::tp_alloc(py, ty, 0)?;
    // SAFETY: LAYOUT: the type was made for this struct.
    let m: &MethodCaller = unsafe { view(&o) };
    put(&m.name, name);
    put(&m.args, args);
    put_opt(&m.kwargs, kw.map(|kw| kw.to_owned()));
    Ok(o)
}

/// The parts, held; the collector may have taken it apart while a finaliser still has it.
#[allow(clippy::type_complexity)]
fn parts(
    py: Py<'_>,
    m: &MethodCaller,
) -> PyResult<(Owned, Owned<PyTupleObject>, Option<Owned<PyDictObject>>)> {
    match (get(&m.name), get(&m.args)) {
        // SAFETY: LAYOUT: `create` stores exact tuples and dicts in these fields.
        (Some(name), Some(args)) => unsafe { Ok((name, args.cast(), get(&m.kwargs).map(|kw| kw.cast()))) },
        _ => Err(exceptions::runtime_error(
            py,
            format_args!("a methodcaller object was used after it was cleared"),
        )),
    }
}

fn call_method(py: Py<'_>, m: &MethodCaller, given: &PyTupleObject, kw: Option<&PyDictObject>) -> PyResult {
    if has_keywords(kw) {
        return Err(exceptions::type_error(py, format_args!("methodcaller() takes no keyword arguments")));
    }
    let [o] = tuple::items(given) else {
        let n = tuple::len(given);
        return Err(exceptions::type_error(py, format_args!("methodcaller expected 1 argument, got {n}")));
    };
    let (name, args, kwargs) = parts(py, m)?;
    let method = attr::get_any(py, o, &name)?;
    call::call_tuple(py, &method, &args, kwargs.as_deref())
}

/// `methodcaller_repr`.
fn repr(py: Py<'_>, m: &MethodCaller) -> PyResult<Owned<PyUnicodeObject>> {
    let ty = call::type_name(m.ty());
    let Some(_entered) = protocol::ReprGuard::enter(py, m.as_object())? else {
        return unicode::from_str(py, &format!("{ty}(...)"));
    };
    let (name, args, kwargs) = parts(py, m)?;
    let comma = unicode::from_str(py, ", ")?;
    let equals = unicode::from_str(py, "=")?;
    let mut text = vec![unicode::from_str(py, &format!("{ty}("))?, protocol::repr(py, &name)?];
    for a in tuple::items(&args) {
        text.extend([comma.clone(), protocol::repr(py, a)?]);
    }
    for (k, v) in kwargs.map_or_else(Vec::new, |kw| dict::items(&kw)) {
        text.extend([comma.clone(), protocol::str(py, &k)?, equals.clone(), protocol::repr(py, &v)?]);
    }
    text.push(unicode::from_str(py, ")")?);
    unicode::join_all(py, &text.iter().map(|t| &**t).collect::<Vec<_>>())
}

/// `methodcaller_reduce`: keywords are given to the type through a `functools.partial`.
fn reduce(py: Py<'_>, m: &MethodCaller) -> PyResult<Owned<PyTupleObject>> {
    let (name, args, kwargs) = parts(py, m)?;
    let ty = m.ty().as_object().to_owned();
    match kwargs.filter(|kw| dict::len(kw) > 0) {
        None => {
            let all: Vec<Owned> =
                core::iter::once(name).chain(tuple::items(&args).iter().map(|a| (*a).to_owned())).collect();
            let all = tuple::from_iter(py, all)?;
            tuple::from_iter(py, [ty, all.upcast()])
        }
        Some(kw) => {
            let functools = hooks::import(py, name!("functools"))?;
            let partial = attr::get_name(py, &functools, name!("partial"))?;
            let given = tuple::from_iter(py, [ty, name])?;
            let constructor = call::call_tuple(py, &partial, &given, Some(&kw))?;
            tuple::from_iter(py, [constructor, args.upcast()])
        }
    }
}
