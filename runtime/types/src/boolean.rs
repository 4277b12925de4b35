//! `bool`: its text, its operators between truths, its constructor. What it inherits is `int`'s.

use crate::{Part, int, no_hooks};
use dxpy_core::abi::*;
use dxpy_core::args::RawArgs;
use dxpy_core::boolean::{_Py_TrueStruct, PyBool_Type, new};
use dxpy_core::ptr::Object;
use dxpy_core::statics::{StaticTable, StaticType};
use dxpy_core::types::slots::has_keywords;
use dxpy_core::{Owned, Py, PyResult, exceptions, glue, protocol, tuple, unicode};

/// What this module brings.
pub static PART: Part = Part { adopt: &[(&PyBool_Type, &BOOL)], types: &[], hooks: no_hooks };

static BOOL: StaticType = StaticType::new::<PyLongObject>(c"bool")
    .doc(c"bool(x) -> bool\n\nWhether the object counts as true. True and False are the only instances, and bool, a subclass of\nint, has no subclasses.")
    .create(glue::create(create))
    .vectorcall(glue::type_vectorcall(vectorcall))
    .repr(glue::unary(repr))
    .number(&NUMBER);

static NUMBER: StaticTable<PyNumberMethods> = StaticTable::<PyNumberMethods>::empty()
    .invert(glue::unary(invert))
    .and(glue::binary(and))
    .xor(glue::binary(xor))
    .or(glue::binary(or));

/// `PyBool_Check` with the value.
pub fn check(o: &PyObject) -> Option<bool> {
    o.ty().is(&PyBool_Type.0).then(|| o.is(&_Py_TrueStruct.0))
}

/// `bool_new`.
fn create(py: Py<'_>, _: &PyTypeObject, a: &PyTupleObject, kw: Option<&PyDictObject>) -> PyResult {
    if has_keywords(kw) {
        return Err(exceptions::type_error(py, format_args!("bool() takes no keyword arguments")));
    }
    of_arguments(py, tuple::items(a).len(), tuple::items(a).first().copied())
}

/// `bool_vectorcall`.
fn vectorcall(py: Py<'_>, _: &PyTypeObject, raw: RawArgs<'_>) -> PyResult {
    if raw.keywords() > 0 {
        return Err(exceptions::type_error(py, format_args!("bool() takes no keyword arguments")));
    }
    // SAFETY: LIVE: the caller of the vectorcall holds its arguments.
    of_arguments(py, raw.nargs, raw.all.first().map(|p| unsafe { &**p }))
}

fn of_arguments(py: Py<'_>, n: usize, x: Option<&PyObject>) -> PyResult {
    if n > 1 {
        return Err(exceptions::type_error(py, format_args!("bool expected at most 1 argument, got {n}")));
    }
    Ok(new(x.map_or(Ok(false), |x| protocol::is_true(py, x))?).upcast())
}

fn repr(py: Py<'_>, b: &PyLongObject) -> PyResult<Owned<PyUnicodeObject>> {
    unicode::intern_str(py, if b.is(&_Py_TrueStruct.0) { "True" } else { "False" })
}

macro_rules! logic {
    ($($name:ident |$a:ident, $b:ident| $e:expr;)*) => { $(
        /// The operator of two truths is a truth; of anything else it is int's.
        fn $name(py: Py<'_>, a: &PyObject, b: &PyObject) -> PyResult {
            match (check(a), check(b)) {
                (Some($a), Some($b)) => Ok(new($e).upcast()),
                _ => int::$name(py, a, b),
            }
        }
    )* };
}
logic! {
    and |a, b| a & b;
    or |a, b| a | b;
    xor |a, b| a ^ b;
}

fn invert(py: Py<'_>, b: &PyLongObject) -> PyResult<Owned<PyLongObject>> {
    exceptions::warn(
        py,
        &exceptions::DeprecationWarning,
        1,
        format_args!(
            "Bitwise inversion '~' on bool is deprecated. This returns the bitwise inversion of the underlying int object and is usually not what you expect from negating a bool. Use the 'not' operator for boolean negation or ~int(x) if you really want the bitwise inversion of the underlying int."
        ),
    )?;
    int::invert(py, b)
}
