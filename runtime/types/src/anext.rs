//! `anext_awaitable`, what `anext(iterator, default)` gives (`Objects/iterobject.c`): awaits what `__anext__` gave, and has
//! the default for the end of the iterator.

use crate::generator;
use crate::property::held;
use crate::{Part, no_hooks};
use core::cell::Cell;
use dxpy_core::abi::*;
use dxpy_core::args::Rest;
use dxpy_core::ptr::{Layout, Object};
use dxpy_core::statics::{StaticTable, StaticType};
use dxpy_core::unicode::Name;
use dxpy_core::{
    Owned, Py, PyErr, PyResult, attr, call, exceptions, gc, glue, methods, name, object, protocol, tuple,
};

/// What this module brings.
pub static PART: Part = Part { adopt: &[], types: &[&_PyAnextAwaitable_Type], hooks: no_hooks };

#[repr(C)]
struct AnextAwaitable {
    ob_base: PyObject,
    wrapped: Cell<*mut PyObject>,
    default_value: Cell<*mut PyObject>,
}
// SAFETY: the struct is `#[repr(C)]` and begins with its header.
unsafe impl Layout for AnextAwaitable {}

/// `anext_awaitable`.
#[unsafe(no_mangle)]
pub static _PyAnextAwaitable_Type: StaticType = StaticType::new::<AnextAwaitable>(c"anext_awaitable")
    .getattro(dxpy_core::attr::generic_get_slot)
    .iter(glue::unary(|_: Py<'_>, o: &PyObject| Ok(o.to_owned())))
    .iternext(glue::iternext(|py: Py<'_>, a: &AnextAwaitable| {
        let it = iterator(py, a)?;
        let Some(next) = it.ty().tp_iternext.get() else { return Ok(None) };
        // SAFETY: the slot's contract. Its `StopIteration` has the value that is awaited, so it is passed on.
        match unsafe { Owned::<PyObject>::from_raw_opt(next(it.as_ptr())) } {
            Some(v) => Ok(Some(v)),
            None => PyErr::take(py).map_or(Ok(None), |e| Err(or_default(py, a, e))),
        }
    }))
    .asynchronous(&ASYNC)
    .methods(&METHODS)
    .traverse(glue::traverse(|a: &AnextAwaitable, v: &glue::Visitor| {
        v.visit(&a.wrapped)?;
        v.visit(&a.default_value)
    }))
    .dealloc(glue::dealloc(|_: Py<'_>, a: &AnextAwaitable| {
        // SAFETY: the object has a collector header; its fields are released once and its memory last.
        unsafe {
            gc::untrack(a.as_object());
            object::clear_field(&a.wrapped);
            object::clear_field(&a.default_value);
            object::free(a.as_object());
        }
    }));

static ASYNC: StaticTable<PyAsyncMethods> =
    StaticTable::<PyAsyncMethods>::empty().await_(glue::unary(|_: Py<'_>, o: &PyObject| Ok(o.to_owned())));

methods! { static METHODS: for AnextAwaitable [
    "send" = send [1], "?($self, value, /)", "Resumes what is awaited with a value.";
    "throw" = throw [1], "?($self, /, *args)", "Raises an exception in what is awaited.";
    "close" = close [1], "?($self, /, *args)", "Closes what is awaited.";
] }

/// `PyAnextAwaitable_New`.
pub fn new(py: Py<'_>, wrapped: &PyObject, default: &PyObject) -> PyResult {
    // SAFETY: every field is set before the object is tracked.
    unsafe {
        let a =
            object::alloc_uninit::<AnextAwaitable>(py, &_PyAnextAwaitable_Type, size_of::<AnextAwaitable>())?;
        a.wrapped.set(wrapped.to_owned().into_ptr());
        a.default_value.set(default.to_owned().into_ptr());
        gc::track(a.as_object());
        Ok(a.upcast())
    }
}

/// `anextawaitable_getiter`: the iterator to await by.
fn iterator(py: Py<'_>, a: &AnextAwaitable) -> PyResult {
    let wrapped = held(&a.wrapped).map_or_else(object::none, |o| o.to_owned());
    let it = generator::awaitable(py, &wrapped)?;
    if it.ty().tp_iternext.get().is_some() {
        return Ok(it);
    }
    // Of what can be awaited, only coroutines are no iterators themselves.
    let it = call::method(py, &it, name!("__await__"), [])?;
    if !protocol::is_iterator(&it) {
        return Err(exceptions::type_error(py, format_args!("__await__ must return an iterable")));
    }
    Ok(it)
}

/// The end of the asynchronous iterator becomes the default, as if `__anext__` had returned it.
fn or_default(py: Py<'_>, a: &AnextAwaitable, e: PyErr) -> PyErr {
    if !exceptions::matches(&e, &exceptions::StopAsyncIteration) {
        return e;
    }
    let default = held(&a.default_value).map_or_else(object::none, |o| o.to_owned());
    exceptions::stop_iteration(py, Some(&default))
}

/// `anextawaitable_proxy`.
fn forward(py: Py<'_>, a: &AnextAwaitable, method: &Name, args: &PyTupleObject) -> PyResult {
    let it = iterator(py, a)?;
    let r = attr::get_name(py, &it, method).and_then(|m| call::call_tuple(py, &m, args, None));
    r.map_err(|e| or_default(py, a, e))
}

fn send(py: Py<'_>, a: &AnextAwaitable, value: &PyObject) -> PyResult {
    // CPython spreads a tuple here, since `PyObject_CallMethod` does.
    match tuple::check(value) {
        Some(args) => forward(py, a, name!("send"), args),
        None => {
            let args = tuple::from_iter(py, [value.to_owned()])?;
            forward(py, a, name!("send"), &args)
        }
    }
}

fn given(py: Py<'_>, args: Rest<'_>) -> PyResult<Owned<PyTupleObject>> {
    // SAFETY: LIVE: the caller holds the arguments.
    tuple::from_iter(py, args.0.iter().map(|o| unsafe { (**o).to_owned() }).collect::<Vec<_>>())
}

fn throw(py: Py<'_>, a: &AnextAwaitable, args: Rest<'_>) -> PyResult {
    let args = given(py, args)?;
    forward(py, a, name!("throw"), &args)
}

fn close(py: Py<'_>, a: &AnextAwaitable, args: Rest<'_>) -> PyResult {
    let args = given(py, args)?;
    forward(py, a, name!("close"), &args)
}
