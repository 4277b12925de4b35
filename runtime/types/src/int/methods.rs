//! Methods and attributes of `int`.

use super::exact;
use crate::number_text;
use dxpy_core::abi::*;
use dxpy_core::long::{self, PyLong_Type, num};
use dxpy_core::ptr::Object;
use dxpy_core::{
    Owned, Py, PyErr, PyResult, bytes, call, exceptions, getset, methods, number, protocol, tuple, types,
    unicode,
};
use dxpy_num::format_number::format_int;
use dxpy_num::{convert, int, mag};

methods! { pub static METHODS: for PyLongObject [
    "conjugate" = exact [0], "?($self, /)", "The int itself, as it has no imaginary part.";
    "bit_length" = bit_length [0], "($self, /)", "How many bits the magnitude takes.\n\n>>> (37).bit_length()\n6\n>>> (-8).bit_length()\n4";
    "bit_count" = bit_count [0], "($self, /)", "How many bits of the magnitude are one.\n\n>>> (13).bit_count()\n3\n>>> (-8).bit_count()\n1";
    "to_bytes" = to_bytes [3], "($self, /, length=1, byteorder='big', *, signed=False)", "The bytes that represent the int.\n\nAn OverflowError if it does not fit in length of them. The byteorder is 'big' or 'little'; negative\nnumbers need signed, for two's complement.";
    "from_bytes" = from_bytes [3], "($type, /, bytes, byteorder='big', *, signed=False)", "The int that these bytes represent.\n\nThe byteorder is 'big' or 'little'; signed reads two's complement.", class;
    "as_integer_ratio" = as_integer_ratio [0], "($self, /)", "The int and 1, a ratio whose value it is.\n\n>>> (-12).as_integer_ratio()\n(-12, 1)\n>>> (0).as_integer_ratio()\n(0, 1)\n>>> True.as_integer_ratio()\n(1, 1)";
    "__trunc__" = exact [0], "?($self, /)", "The int itself.";
    "__floor__" = exact [0], "?($self, /)", "The int itself.";
    "__ceil__" = exact [0], "?($self, /)", "The int itself.";
    "__round__" = round [1], "($self, ndigits=<unrepresentable>, /)", "The int itself, or with negative ndigits the nearest multiple of a power of ten, the even one of two.";
    "__getnewargs__" = getnewargs [0], "($self, /)", "";
    "__format__" = format [1], "($self, format_spec, /)", "The int laid out as a format specification says.";
    "__sizeof__" = sizeof [0], "($self, /)", "The bytes the int takes in memory.";
    "is_integer" = is_integer [0], "($self, /)", "True, as float.is_integer() can be.";
] }

getset! { pub static GETSET [
    "real" = |py: Py<'_>, n: &PyLongObject| exact(py, n), "the real part of a complex number";
    "imag" = |py: Py<'_>, _: &PyLongObject| long::from_i64(py, 0), "the imaginary part of a complex number";
    "numerator" = |py: Py<'_>, n: &PyLongObject| exact(py, n), "the numerator of a rational number in lowest terms";
    "denominator" = |py: Py<'_>, _: &PyLongObject| long::from_i64(py, 1), "the denominator of a rational number in lowest terms";
] }

fn bit_length(_: Py<'_>, n: &PyLongObject) -> u64 {
    super::bit_length(n)
}

fn bit_count(_: Py<'_>, n: &PyLongObject) -> u64 {
    mag::bit_count(long::digits(n))
}

fn is_integer(_: Py<'_>, _: &PyLongObject) -> bool {
    true
}

fn sizeof(_: Py<'_>, n: &PyLongObject) -> usize {
    n.ty().tp_basicsize.get() as usize + long::digits(n).len().max(1) * size_of::<u32>()
}

fn as_integer_ratio(py: Py<'_>, n: &PyLongObject) -> PyResult<Owned<PyTupleObject>> {
    tuple::from_iter(py, [exact(py, n)?.upcast(), long::from_i64(py, 1)?.upcast()])
}

fn getnewargs(py: Py<'_>, n: &PyLongObject) -> PyResult<Owned<PyTupleObject>> {
    tuple::from_iter(py, [exact(py, n)?.upcast()])
}

/// Whether a `byteorder` argument says little-endian.
fn is_little(py: Py<'_>, order: Option<&PyUnicodeObject>) -> PyResult<bool> {
    match order {
        None => Ok(false),
        Some(o) if unicode::equals_str(o.as_object(), "little") => Ok(true),
        Some(o) if unicode::equals_str(o.as_object(), "big") => Ok(false),
        Some(_) => {
            Err(exceptions::value_error(py, format_args!("byteorder must be either 'little' or 'big'")))
        }
    }
}

/// `int_to_bytes`.
fn to_bytes(
    py: Py<'_>,
    n: &PyLongObject,
    length: Option<isize>,
    order: Option<&PyUnicodeObject>,
    signed: Option<bool>,
) -> PyResult<Owned<PyBytesObject>> {
    let little = is_little(py, order)?;
    let Ok(length) = usize::try_from(length.unwrap_or(1)) else {
        return Err(exceptions::value_error(py, format_args!("length argument must be non-negative")));
    };
    let mut out = Vec::new();
    out.try_reserve_exact(length).map_err(|_| exceptions::memory_error(py))?;
    out.resize(length, 0);
    convert::to_bytes(num(n), &mut out, little, signed.unwrap_or(false))
        .map_err(|e| number::error(py, &e))?;
    bytes::new(py, &out)
}

/// `int_from_bytes`.
fn from_bytes(
    py: Py<'_>,
    ty: &PyLongObject,
    source: &PyObject,
    order: Option<&PyUnicodeObject>,
    signed: Option<bool>,
) -> PyResult {
    let ty = ty.as_object();
    let little = is_little(py, order)?;
    let b = crate::bytes::of_object(py, source)?;
    let v = long::from_num(py, convert::from_bytes(bytes::as_slice(&b), little, signed.unwrap_or(false)))?;
    if types::check(ty).is_some_and(|t| t.is(&PyLong_Type.0)) {
        return Ok(v.upcast());
    }
    call::call(py, ty, [v.as_object()])
}

/// `int___round__`.
fn round(py: Py<'_>, n: &PyLongObject, ndigits: Option<&PyObject>) -> PyResult<Owned<PyLongObject>> {
    let Some(ndigits) = ndigits else { return exact(py, n) };
    let ndigits = number::index_any(py, ndigits)?;
    if long::sign(&ndigits) >= 0 {
        return exact(py, n);
    }
    // A power of ten that is more than twice the number has nothing but zero near it.
    match long::to_i64(&ndigits).map(i64::unsigned_abs) {
        Some(d) if d <= super::bit_length(n) => long::from_num(py, int::round_to_power_of_ten(num(n), d)),
        _ => long::from_i64(py, 0),
    }
}

/// `int.__format__` (`_PyLong_FormatAdvancedWriter`).
pub fn format(py: Py<'_>, n: &PyLongObject, spec: &PyUnicodeObject) -> PyResult<Owned<PyUnicodeObject>> {
    let name = || call::type_name(n.ty());
    if unicode::len(spec) == 0 {
        return match long::check_exact(n.as_object()) {
            Some(n) => super::repr(py, n),
            None => protocol::str(py, n.as_object()),
        };
    }
    let name = name();
    number_text::format(py, spec, b'd', &name, |spec, locale| {
        format_int(num(n), spec, locale, long::MAX_STR_DIGITS.get(), &name)
    })
}

/// The error of a value that a C type does not hold.
#[cold]
pub fn too_large(py: Py<'_>, c_type: &str) -> PyErr {
    exceptions::overflow_error(py, format_args!("Python int too large to convert to C {c_type}"))
}
