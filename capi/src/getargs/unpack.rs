//! Arguments without a format: `PyArg_UnpackTuple`, and the checks that generated code makes.

use super::plural;
use crate::util::{api, token};
use crate::varargs::{VaList, variadic};
use core::ffi::{CStr, c_char, c_int};
use dxpy_core::abi::{Py_ssize_t, PyObject};
use dxpy_core::{Py, PyResult, dict, exceptions, tuple, unicode};

/// A C string for a message, if there is one.
///
/// # Safety
/// A C string or NULL.
unsafe fn shown<'a>(name: *const c_char) -> Option<&'a str> {
    // SAFETY: the caller's promise.
    unsafe { crate::util::text(name) }
}

/// `_PyArg_CheckPositional`, `unpack_stack`: whether the number of arguments is right.
fn count(py: Py<'_>, name: Option<&str>, n: usize, min: usize, max: usize) -> PyResult<()> {
    let (limit, how) = match () {
        () if n < min => (min, if min == max { "" } else { "at least " }),
        () if n > max => (max, if min == max { "" } else { "at most " }),
        () => return Ok(()),
    };
    Err(match name {
        Some(name) => exceptions::type_error(
            py,
            format_args!("{name} expected {how}{limit} argument{}, got {n}", plural(limit)),
        ),
        None => exceptions::type_error(
            py,
            format_args!("unpacked tuple should have {how}{limit} element{}, but has {n}", plural(limit)),
        ),
    })
}

/// Writes arguments where the list's pointers say.
///
/// # Safety
/// The list has a pointer for each.
unsafe fn spread(
    py: Py<'_>,
    items: &[*mut PyObject],
    name: *const c_char,
    min: Py_ssize_t,
    max: Py_ssize_t,
    list: &mut VaList,
) -> c_int {
    // SAFETY: the caller's promise.
    let r = count(py, unsafe { shown(name) }, items.len(), min as usize, max as usize);
    if let Err(e) = r {
        e.restore(py);
        return 0;
    }
    for item in items {
        // SAFETY: the caller's promise.
        unsafe { list.pointer::<*mut PyObject>().write(*item) };
    }
    1
}

/// `PyArg_UnpackTuple(args, name, min, max, ...)`.
unsafe extern "C" fn unpack_tuple(
    args: *mut PyObject,
    name: *const c_char,
    min: Py_ssize_t,
    max: Py_ssize_t,
    list: &mut VaList,
) -> c_int {
    // SAFETY: the function's contract.
    unsafe {
        let py = token();
        let Some(t) = args.as_ref().and_then(tuple::check) else {
            let text = "PyArg_UnpackTuple() argument list is not a tuple";
            exceptions::system_error(py, format_args!("{text}")).restore(py);
            return 0;
        };
        spread(py, super::pointers(t), name, min, max, list)
    }
}
variadic!(PyArg_UnpackTuple, unpack_tuple, 4);

/// `_PyArg_UnpackStack(args, nargs, name, min, max, ...)`.
unsafe extern "C" fn unpack_stack(
    args: *const *mut PyObject,
    n: Py_ssize_t,
    name: *const c_char,
    min: Py_ssize_t,
    max: Py_ssize_t,
    list: &mut VaList,
) -> c_int {
    // SAFETY: the function's contract.
    unsafe {
        let items = if n <= 0 { &[] } else { core::slice::from_raw_parts(args, n as usize) };
        spread(token(), items, name, min, max, list)
    }
}
variadic!(_PyArg_UnpackStack, unpack_stack, 5);

/// 1, or 0 with the error pending.
fn holds(py: Py<'_>, r: PyResult<()>) -> c_int {
    super::parsed(py, r)
}

/// A function's name and parentheses, from a C string.
unsafe fn call_of(name: *const c_char) -> String {
    // SAFETY: a C string.
    format!("{}()", unsafe { CStr::from_ptr(name) }.to_string_lossy())
}

api! {
    /// C: `int _PyArg_CheckPositional(const char *, Py_ssize_t, Py_ssize_t, Py_ssize_t)`.
    fn _PyArg_CheckPositional(py, name: *const c_char, n: Py_ssize_t, min: Py_ssize_t, max: Py_ssize_t) -> c_int {
        // SAFETY: a C string or NULL.
        let name = unsafe { shown(name) };
        holds(py, count(py, name, n as usize, min as usize, max as usize))
    }

    /// C: `int _PyArg_NoKeywords(const char *, PyObject *)`.
    fn _PyArg_NoKeywords(py, name: *const c_char, kwargs: Option<&PyObject>) -> c_int {
        let none = kwargs.is_none_or(|k| dict::check(k).is_some_and(|d| dict::len(d) == 0));
        // SAFETY: a C string.
        let call = unsafe { call_of(name) };
        holds(py, if none { Ok(()) } else {
            Err(exceptions::type_error(py, format_args!("{call} takes no keyword arguments")))
        })
    }

    /// C: `int _PyArg_NoKwnames(const char *, PyObject *)`.
    fn _PyArg_NoKwnames(py, name: *const c_char, names: Option<&PyObject>) -> c_int {
        let none = names.is_none_or(|k| tuple::check(k).is_some_and(|t| tuple::len(t) == 0));
        // SAFETY: a C string.
        let call = unsafe { call_of(name) };
        holds(py, if none { Ok(()) } else {
            Err(exceptions::type_error(py, format_args!("{call} takes no keyword arguments")))
        })
    }

    /// C: `int _PyArg_NoPositional(const char *, PyObject *)`.
    fn _PyArg_NoPositional(py, name: *const c_char, args: Option<&PyObject>) -> c_int {
        let none = args.is_none_or(|a| tuple::check(a).is_some_and(|t| tuple::len(t) == 0));
        // SAFETY: a C string.
        let call = unsafe { call_of(name) };
        holds(py, if none { Ok(()) } else {
            Err(exceptions::type_error(py, format_args!("{call} takes no positional arguments")))
        })
    }

    /// C: `void _PyArg_BadArgument(const char *, const char *, const char *, PyObject *)`.
    fn _PyArg_BadArgument(py, name: *const c_char, argument: *const c_char, expected: *const c_char, arg: &PyObject) -> () {
        // SAFETY: C strings.
        let (call, argument, expected) = unsafe {
            (call_of(name), CStr::from_ptr(argument).to_string_lossy(), CStr::from_ptr(expected).to_string_lossy())
        };
        let given = super::convert::shown_type(arg);
        exceptions::type_error(py, format_args!("{call} {argument} must be {expected}, not {given}")).restore(py);
    }

    /// C: `int PyArg_ValidateKeywordArguments(PyObject *)`: are the keys of a dict all str?
    fn PyArg_ValidateKeywordArguments(py, kwargs: &PyObject) -> c_int {
        let r = match dict::check(kwargs) {
            None => Err(exceptions::system_error(py, format_args!("bad argument to internal function"))),
            Some(d) if dict::items(d).iter().all(|(k, _)| unicode::check(k).is_some()) => Ok(()),
            Some(_) => Err(exceptions::type_error(py, format_args!("keywords must be strings"))),
        };
        holds(py, r)
    }
}
