//! `int(...)`: of numbers, of text, of bytes, and of subclasses.

use crate::number_text::{literal_error, to_ascii};
use dxpy_core::abi::*;
use dxpy_core::args::RawArgs;
use dxpy_core::buffer::{self, View};
use dxpy_core::call::type_name;
use dxpy_core::long::{self, PyLong_Type};
use dxpy_core::ptr::Object;
use dxpy_core::types::special;
use dxpy_core::unicode::{self, view};
use dxpy_core::{Owned, Py, PyResult, args, bytes, exceptions, glue, name, number, signature};
use dxpy_num::small;
use dxpy_num::text::{self, ParseError};

/// `long_new`.
pub fn new(py: Py<'_>, ty: &PyTypeObject, a: &PyTupleObject, kw: Option<&PyDictObject>) -> PyResult {
    let v = args::bind_call(py, signature!("int", "(x=0, /, base=10)"), a, kw, |b| {
        of_arguments(py, b.get(0), b.get(1))
    })?;
    if ty.is(&PyLong_Type.0) { Ok(v.upcast()) } else { long::subtype_new(py, ty, &v) }
}

/// `long_vectorcall`.
pub const VECTORCALL: vectorcallfunc = glue::type_vectorcall(vectorcall);

fn vectorcall(py: Py<'_>, _: &PyTypeObject, raw: RawArgs<'_>) -> PyResult {
    if raw.keywords() > 0 || raw.nargs > 2 {
        return bound(py, raw);
    }
    // SAFETY: LIVE: the caller of the vectorcall holds its arguments.
    let at = |i: usize| raw.all.get(i).map(|p| unsafe { &**p });
    of_arguments(py, at(0), at(1)).map(Owned::upcast)
}

/// A call with keywords, which only `base` can be, or with too many arguments.
#[cold]
fn bound(py: Py<'_>, raw: RawArgs<'_>) -> PyResult {
    let mut slots = [None; 2];
    let b = signature!("int", "(x=0, /, base=10)").bind(py, raw, &mut slots)?;
    of_arguments(py, b.get(0), b.get(1)).map(Owned::upcast)
}

/// `long_new_impl` of the exact type.
fn of_arguments(py: Py<'_>, x: Option<&PyObject>, base: Option<&PyObject>) -> PyResult<Owned<PyLongObject>> {
    let (x, base) = match (x, base) {
        (None, None) => return long::from_i64(py, 0),
        (None, Some(_)) => {
            return Err(exceptions::type_error(py, format_args!("int() missing string argument")));
        }
        (Some(x), None) => return of_object(py, x),
        (Some(x), Some(base)) => (x, number::as_ssize_clipped(py, base)?),
    };
    let Ok(base) = u32::try_from(base).map_err(drop).and_then(|b| match b {
        0 | 2..=36 => Ok(b),
        _ => Err(()),
    }) else {
        return Err(super::bad_base(py));
    };
    if let Some(s) = unicode::check(x) {
        return of_str(py, s, base);
    }
    if let Some(b) = bytes::check(x) {
        return of_bytes(py, bytes::as_slice(b), base);
    }
    if let Some(b) = crate::bytearray::check(x) {
        return of_bytes(py, crate::bytes::shared::Bytes::content(b), base);
    }
    Err(exceptions::type_error(py, format_args!("int() can't convert non-string with explicit base")))
}

/// `PyNumber_Long`: an int of a number or of text.
pub fn of_object(py: Py<'_>, x: &PyObject) -> PyResult<Owned<PyLongObject>> {
    if let Some(n) = long::check_exact(x) {
        return Ok(n.to_owned());
    }
    if let Some(s) = unicode::check_exact(x) {
        return of_str(py, s, 10);
    }
    let numeric = number::table(x).is_some_and(|t| t.nb_int.get().is_some() || t.nb_index.get().is_some());
    if numeric || special::lookup(py, x, name!("__trunc__"))?.is_some() {
        return number::truncated(py, x);
    }
    if let Some(s) = unicode::check(x) {
        return of_str(py, s, 10);
    }
    if let Some(b) = bytes::check(x) {
        return of_bytes(py, bytes::as_slice(b), 10);
    }
    if let Some(b) = crate::bytearray::check(x) {
        return of_bytes(py, crate::bytes::shared::Bytes::content(b), 10);
    }
    if buffer::check(x) {
        let v = View::simple(py, x)?;
        return of_bytes(py, v.bytes(), 10);
    }
    Err(exceptions::type_error(
        py,
        format_args!(
            "int() argument must be a string, a bytes-like object or a real number, not '{}'",
            type_name(x.ty())
        ),
    ))
}

/// The length of a text that CPython has the module `_pylong` convert.
const PYLONG_TEXT: usize = 6000;

fn parse(
    py: Py<'_>,
    s: &[u8],
    base: u32,
    invalid: impl FnOnce() -> dxpy_core::PyErr,
) -> PyResult<Owned<PyLongObject>> {
    if base == 10
        && let Some(v) = small::parse_decimal(s)
    {
        return long::from_i64(py, v);
    }
    match text::parse(s, base, long::MAX_STR_DIGITS.get()) {
        Ok(v) => {
            if base == 10
                && s.len() > PYLONG_TEXT
                && let Some(f) = super::replaced(py, name!("int_from_string"))?
            {
                let text = dxpy_core::unicode::from_latin1(py, s)?;
                let made = dxpy_core::call::call(py, &f, [text.as_object()])?;
                return match long::check(&made) {
                    Some(v) => Ok(v.to_owned()),
                    None => {
                        let m = format_args!("_pylong.int_from_string did not return an int");
                        Err(exceptions::type_error(py, m))
                    }
                };
            }
            long::from_num(py, v)
        }
        Err(ParseError::Invalid) => Err(invalid()),
        Err(ParseError::Number(e)) => Err(number::error(py, &e)),
    }
}

fn invalid(py: Py<'_>, o: &PyObject, base: u32) -> dxpy_core::PyErr {
    literal_error(py, &format!("invalid literal for int() with base {base}: "), o, 200)
}

/// `PyLong_FromUnicodeObject`; the base is 0 or 2 to 36.
pub fn of_str(py: Py<'_>, s: &PyUnicodeObject, base: u32) -> PyResult<Owned<PyLongObject>> {
    parse(py, &to_ascii(view(s)), base, || invalid(py, s.as_object(), base))
}

/// `_PyLong_FromBytes`; the base is 0 or 2 to 36.
pub fn of_bytes(py: Py<'_>, s: &[u8], base: u32) -> PyResult<Owned<PyLongObject>> {
    parse(py, s, base, || match bytes::new(py, s) {
        Ok(b) => invalid(py, b.as_object(), base),
        Err(e) => e,
    })
}
