//! `CALL_INTRINSIC_1` and `CALL_INTRINSIC_2` (`Python/intrinsics.c`), those that need no frame.

use dxpy_core::abi::*;
use dxpy_core::ptr::Object;
use dxpy_core::{Owned, Py, PyErr, PyResult, call, exceptions, hooks, list, name, number, sequence, tuple};
pub use dxpy_types::generator::{awaitable, is_iterable_coroutine};

/// An intrinsic of one argument. `2` (`import *`) needs the frame's namespace and is the interpreter's.
pub fn one(py: Py<'_>, which: usize, o: &PyObject) -> PyResult {
    match which {
        1 => print(py, o),
        3 => stop_iteration_error(py, o),
        4 => hooks::async_gen_wrap(py, o),
        5 => number::positive(py, o),
        6 => match list::check_exact(o) {
            Some(l) => list::to_tuple(py, l).map(Owned::upcast),
            None => sequence::to_tuple(py, o).map(Owned::upcast),
        },
        7 => typing(py, name!("TypeVar"), &[o]),
        8 => typing(py, name!("ParamSpec"), &[o]),
        9 => typing(py, name!("TypeVarTuple"), &[o]),
        10 => typing(py, name!("_subscript_generic"), &[o]),
        11 => typing(py, name!("_type_alias"), &[o]),
        _ => Err(exceptions::system_error(py, format_args!("invalid intrinsic {which}"))),
    }
}

/// An intrinsic of two arguments.
pub fn two(py: Py<'_>, which: usize, a: &PyObject, b: &PyObject) -> PyResult {
    match which {
        1 => exceptions::prep_reraise_star(py, a, b),
        2 => typing(py, name!("_typevar_with_bound"), &[a, b]),
        3 => typing(py, name!("_typevar_with_constraints"), &[a, b]),
        4 => {
            // The type parameters of a generic function.
            let n = name!("__type_params__");
            dxpy_core::attr::set_name(py, a, n, b)?;
            Ok(a.to_owned())
        }
        _ => Err(exceptions::system_error(py, format_args!("invalid intrinsic {which}"))),
    }
}

/// What PEP 695 syntax makes; the module `_typing` has the types.
fn typing(py: Py<'_>, what: &dxpy_core::unicode::Name, args: &[&PyObject]) -> PyResult {
    match hooks::HOOKS.typing.get() {
        Some(f) => f(py, what.text(), args),
        None => Err(exceptions::not_implemented_error(
            py,
            format_args!("dx-py: {} of type parameter syntax is not implemented yet", what.text()),
        )),
    }
}

/// `print_expr`: `sys.displayhook`.
fn print(py: Py<'_>, o: &PyObject) -> PyResult {
    let sys = hooks::import(py, name!("sys"))?;
    match dxpy_core::attr::lookup_name(py, &sys, name!("displayhook"))? {
        Some(f) => call::call(py, &f, [o]),
        None => Err(exceptions::runtime_error(py, format_args!("lost sys.displayhook"))),
    }
}

/// `stopiteration_error`: a `StopIteration` that leaves a generator is a `RuntimeError` (PEP 479).
fn stop_iteration_error(py: Py<'_>, o: &PyObject) -> PyResult {
    let Some(e) = crate::errors::exception_instance(o) else { return Ok(o.to_owned()) };
    let f = dxpy_types::frame::current(py);
    // SAFETY: LIVE: the running frame holds its code.
    let flags = if f.is_null() { 0 } else { unsafe { dxpy_types::frame::code_of(f) }.co_flags.get() };
    let text = if dxpy_core::types::is_subtype(o.ty(), &exceptions::StopIteration) {
        if flags & 0x200 != 0 {
            "async generator raised StopIteration"
        } else if flags & 0x80 != 0 {
            "coroutine raised StopIteration"
        } else {
            "generator raised StopIteration"
        }
    } else if flags & 0x200 != 0 && dxpy_core::types::is_subtype(o.ty(), &exceptions::StopAsyncIteration) {
        "async generator raised StopAsyncIteration"
    } else {
        return Ok(o.to_owned());
    };
    let new: PyErr = exceptions::runtime_error(py, format_args!("{text}"));
    let value = new.into_value();
    let set = |field: &core::cell::Cell<*mut PyObject>| {
        let old = field.replace(e.to_owned().into_ptr());
        // SAFETY: OWNED: the field held a reference or NULL.
        drop(unsafe { Owned::<PyObject>::from_raw_opt(old) });
    };
    set(&value.cause);
    set(&value.context);
    value.suppress_context.set(1);
    Ok(value.upcast())
}

/// The empty tuple, for calls without arguments.
pub fn no_arguments() -> Owned<PyTupleObject> {
    tuple::empty()
}
