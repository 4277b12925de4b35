//! `float`: constructor, operators, comparison, text, methods. Arithmetic that differs from the machine's, and all text,
//! is `dxpy_num`'s.

use crate::int::answer;
use crate::number_text::{self, literal_error, to_ascii};
use crate::{Part, no_hooks};
use core::ffi::c_int;
use dxpy_core::abi::*;
use dxpy_core::args::RawArgs;
use dxpy_core::buffer::{self, View};
use dxpy_core::call::type_name;
use dxpy_core::float::{PyFloat_Type, check, check_exact, new};
use dxpy_core::object::{is_none, not_implemented};
use dxpy_core::ptr::Object;
use dxpy_core::statics::{StaticTable, StaticType};
use dxpy_core::types::slots::has_keywords;
use dxpy_core::unicode::{self, view};
use dxpy_core::{
    Owned, Py, PyErr, PyResult, boolean, call, exceptions, float, getset, glue, long, methods, number,
    object, protocol, tuple, types,
};
use dxpy_num::float as kernel;
use dxpy_num::float::Power;
use dxpy_num::float_text::{self, HexError};
use dxpy_num::{convert, format_number, hash};

/// What this module brings.
pub static PART: Part = Part { adopt: &[(&PyFloat_Type, &FLOAT)], types: &[], hooks: no_hooks };

static FLOAT: StaticType = StaticType::new::<PyFloatObject>(c"float")
    .doc(c"float(x=0, /)\n--\n\nThe floating-point number that a string writes, or that is nearest to a number.")
    .create(glue::create(create))
    .vectorcall(glue::type_vectorcall(vectorcall))
    .repr(glue::unary(repr))
    .hash(glue::hash(hash_of))
    .richcompare(glue::richcompare(richcompare))
    .number(&NUMBER)
    .methods(&METHODS)
    .getset(&GETSET)
    .getattro(dxpy_core::attr::generic_get_slot);

static NUMBER: StaticTable<PyNumberMethods> = StaticTable::<PyNumberMethods>::empty()
    .add(glue::binary(add))
    .subtract(glue::binary(subtract))
    .multiply(glue::binary(multiply))
    .remainder(glue::binary(remainder))
    .divmod(glue::binary(divmod))
    .power(glue::ternary(pow))
    .negative(glue::unary(|py: Py<'_>, f: &PyFloatObject| new(py, -f.ob_fval.get())))
    .positive(glue::unary(exact))
    .absolute(glue::unary(|py: Py<'_>, f: &PyFloatObject| new(py, f.ob_fval.get().abs())))
    .bool(glue::truth(|_: Py<'_>, f: &PyFloatObject| Ok(f.ob_fval.get() != 0.0)))
    .int(glue::unary(trunc))
    .float(glue::unary(exact))
    .floor_divide(glue::binary(floor_divide))
    .true_divide(glue::binary(true_divide));

methods! { static METHODS: for PyFloatObject [
    "conjugate" = exact [0], "($self, /)", "The float itself, as it has no imaginary part.";
    "__trunc__" = trunc [0], "($self, /)", "The integer towards zero.";
    "__floor__" = floor [0], "($self, /)", "The greatest integer that is not above.";
    "__ceil__" = ceil [0], "($self, /)", "The least integer that is not below.";
    "__round__" = round [1], "($self, ndigits=None, /)", "The nearest integer, the even one of two; with ndigits the float nearest to a decimal of so many places.";
    "as_integer_ratio" = as_integer_ratio [0], "($self, /)", "Two integers in lowest terms whose quotient is exactly the float; the second is positive.\n\n>>> (0.75).as_integer_ratio()\n(3, 4)\n>>> (-2.0).as_integer_ratio()\n(-2, 1)\n>>> (0.0).as_integer_ratio()\n(0, 1)";
    "fromhex" = fromhex [1], "($type, string, /)", "The float that a hexadecimal text writes.\n\n>>> float.fromhex('-0x1.8p+1')\n-3.0\n>>> float.fromhex('0x.4')\n0.25", class;
    "hex" = hex [0], "($self, /)", "The float in hexadecimal.\n\n>>> (-3.0).hex()\n'-0x1.8000000000000p+1'\n>>> (0.1).hex()\n'0x1.999999999999ap-4'";
    "is_integer" = is_integer [0], "($self, /)", "Whether the float has no fraction.";
    "__getnewargs__" = getnewargs [0], "($self, /)", "";
    "__getformat__" = getformat [1], "($type, typestr, /)", "How C stores 'double' or 'float'; for Python's own tests.", class;
    "__format__" = format [1], "($self, format_spec, /)", "The float laid out as a format specification says.";
] }

getset! { static GETSET [
    "real" = |py: Py<'_>, f: &PyFloatObject| exact(py, f), "the real part of a complex number";
    "imag" = |py: Py<'_>, _: &PyFloatObject| new(py, 0.0), "the imaginary part of a complex number";
] }

type Float = Owned<PyFloatObject>;

/// `float_new`.
fn create(py: Py<'_>, ty: &PyTypeObject, a: &PyTupleObject, kw: Option<&PyDictObject>) -> PyResult {
    // A subclass with its own `__init__` may take keywords.
    if has_keywords(kw) && (ty.is(&PyFloat_Type.0) || same_init(ty, &PyFloat_Type)) {
        return Err(exceptions::type_error(py, format_args!("float() takes no keyword arguments")));
    }
    let f = of_arguments(py, tuple::items(a).len(), tuple::items(a).first().copied())?;
    if ty.is(&PyFloat_Type.0) {
        return Ok(f.upcast());
    }
    let o = object::tp_alloc(py, ty, 0)?;
    // SAFETY: LAYOUT: instances of subclasses of float begin alike.
    unsafe { &*(o.as_ptr() as *const PyFloatObject) }.ob_fval.set(f.ob_fval.get());
    Ok(o)
}

/// Whether a subclass has its base's `tp_init`.
pub fn same_init(ty: &PyTypeObject, base: &PyTypeObject) -> bool {
    match (ty.tp_init.get(), base.tp_init.get()) {
        (Some(a), Some(b)) => core::ptr::fn_addr_eq(a, b),
        (a, b) => a.is_none() && b.is_none(),
    }
}

/// `float_vectorcall`.
fn vectorcall(py: Py<'_>, _: &PyTypeObject, raw: RawArgs<'_>) -> PyResult {
    if raw.keywords() > 0 {
        return Err(exceptions::type_error(py, format_args!("float() takes no keyword arguments")));
    }
    // SAFETY: LIVE: the caller of the vectorcall holds its arguments.
    of_arguments(py, raw.nargs, raw.all.first().map(|p| unsafe { &**p })).map(Owned::upcast)
}

fn of_arguments(py: Py<'_>, n: usize, x: Option<&PyObject>) -> PyResult<Float> {
    if n > 1 {
        return Err(exceptions::type_error(py, format_args!("float expected at most 1 argument, got {n}")));
    }
    x.map_or_else(|| new(py, 0.0), |x| of_object(py, x))
}

/// `PyNumber_Float`: a float of a number or of text.
pub fn of_object(py: Py<'_>, x: &PyObject) -> PyResult<Float> {
    if let Some(f) = check_exact(x) {
        return Ok(f.to_owned());
    }
    if unicode::check_exact(x).is_some() {
        return of_text(py, x);
    }
    if number::table(x).is_some_and(|t| t.nb_float.get().is_some()) {
        return new(py, through_slot(py, x)?);
    }
    if number::has_index(x) || check(x).is_some() {
        return new(py, float::as_f64(py, x)?);
    }
    of_text(py, x)
}

/// The value that the `__float__` of a number answers, also of a subclass of float, which may have its own.
fn through_slot(py: Py<'_>, x: &PyObject) -> PyResult<f64> {
    match check(x) {
        None => float::as_f64(py, x),
        Some(_) => float::call_slot(py, x),
    }
}

/// `PyFloat_FromString`: text, bytes, or a buffer.
pub fn of_text(py: Py<'_>, x: &PyObject) -> PyResult<Float> {
    let parsed = if let Some(s) = unicode::check(x) {
        float_text::parse(&to_ascii(view(s)))
    } else if buffer::check(x)
        && let Ok(v) = View::simple(py, x)
    {
        float_text::parse(v.bytes())
    } else {
        return Err(exceptions::type_error(
            py,
            format_args!("float() argument must be a string or a real number, not '{}'", type_name(x.ty())),
        ));
    };
    match parsed {
        Some(v) => new(py, v),
        None => Err(literal_error(py, "could not convert string to float: ", x, usize::MAX)),
    }
}

/// An operand's value: a float's or an int's (`CONVERT_TO_DOUBLE`); others have none.
#[inline(always)]
fn operand(py: Py<'_>, o: &PyObject) -> PyResult<Option<f64>> {
    if let Some(f) = check(o) {
        return Ok(Some(f.ob_fval.get()));
    }
    match long::check(o) {
        Some(n) => long::as_f64(py, n).map(Some),
        None => Ok(None),
    }
}

/// Both operands' values.
#[inline(always)]
fn operands(py: Py<'_>, a: &PyObject, b: &PyObject) -> PyResult<Option<(f64, f64)>> {
    let Some(a) = operand(py, a)? else { return Ok(None) };
    Ok(operand(py, b)?.map(|b| (a, b)))
}

macro_rules! operators {
    ($($name:ident |$a:ident, $b:ident| $e:expr;)*) => { $(
        fn $name(py: Py<'_>, a: &PyObject, b: &PyObject) -> PyResult {
            let Some(($a, $b)) = operands(py, a, b)? else { return Ok(not_implemented()) };
            let v: dxpy_num::Result<f64> = $e;
            new(py, v.map_err(|e| number::error(py, &e))?).map(Owned::upcast)
        }
    )* };
}
operators! {
    add |a, b| Ok(a + b);
    subtract |a, b| Ok(a - b);
    multiply |a, b| Ok(a * b);
    true_divide |a, b| kernel::div(a, b);
    floor_divide |a, b| kernel::floordiv(a, b);
    remainder |a, b| kernel::rem(a, b);
}

fn divmod(py: Py<'_>, a: &PyObject, b: &PyObject) -> PyResult {
    let Some((a, b)) = operands(py, a, b)? else { return Ok(not_implemented()) };
    let (q, r) = kernel::divmod(a, b).map_err(|e| number::error(py, &e))?;
    tuple::from_iter(py, [new(py, q)?.upcast(), new(py, r)?.upcast()]).map(Owned::upcast)
}

/// `float_pow`.
fn pow(py: Py<'_>, a: &PyObject, b: &PyObject, m: &PyObject) -> PyResult {
    if !is_none(m) {
        return Err(exceptions::type_error(
            py,
            format_args!("pow() 3rd argument not allowed unless all arguments are integers"),
        ));
    }
    let Some((a, b)) = operands(py, a, b)? else { return Ok(not_implemented()) };
    pow_f64(py, a, b)
}

/// `a ** b` of floats: a float, or of a negative base and a fraction a complex number.
pub fn pow_f64(py: Py<'_>, a: f64, b: f64) -> PyResult {
    match kernel::pow(a, b).map_err(|e| number::error(py, &e))? {
        Power::Float(v) => new(py, v).map(Owned::upcast),
        Power::Complex => crate::complex::pow_f64(py, a, b),
    }
}

fn exact(py: Py<'_>, f: &PyFloatObject) -> PyResult<Float> {
    match check_exact(f.as_object()) {
        Some(f) => Ok(f.to_owned()),
        None => new(py, f.ob_fval.get()),
    }
}

/// `str(f)`.
pub fn repr(py: Py<'_>, f: &PyFloatObject) -> PyResult<Owned<PyUnicodeObject>> {
    unicode::from_latin1(py, float_text::repr(f.ob_fval.get()).as_bytes())
}

/// `_Py_HashDouble`: NaNs are told apart by identity.
pub fn hash_f64(o: &PyObject, v: f64) -> Py_hash_t {
    hash::of_f64(v).map_or_else(|| protocol::hash_pointer(o.as_ptr() as *const _), |h| h as Py_hash_t)
}

fn hash_of(_: Py<'_>, f: &PyFloatObject) -> PyResult<Py_hash_t> {
    Ok(hash_f64(f.as_object(), f.ob_fval.get()))
}

/// `float_richcompare`: exact, also with ints that no float equals.
fn richcompare(_: Py<'_>, a: &PyFloatObject, b: &PyObject, op: c_int) -> PyResult {
    let a = a.ob_fval.get();
    let order = if let Some(b) = check(b) {
        a.partial_cmp(&b.ob_fval.get())
    } else if let Some(b) = long::check(b) {
        match long::compact(b) {
            Some(v) => a.partial_cmp(&(v as f64)),
            None => convert::cmp_f64(long::num(b), a).map(core::cmp::Ordering::reverse),
        }
    } else {
        return Ok(not_implemented());
    };
    Ok(boolean::new(order.map_or(op == protocol::NE, |o| answer(o, op))).upcast())
}

/// `PyLong_FromDouble`: without the fraction.
pub fn to_int(py: Py<'_>, v: f64) -> PyResult<Owned<PyLongObject>> {
    // What is well inside an i64 converts without digits.
    if v.abs() < 9e18 {
        return long::from_i64(py, v as i64);
    }
    long::from_num(py, convert::from_f64(v).map_err(|e| number::error(py, &e))?)
}

fn trunc(py: Py<'_>, f: &PyFloatObject) -> PyResult<Owned<PyLongObject>> {
    to_int(py, f.ob_fval.get())
}

fn floor(py: Py<'_>, f: &PyFloatObject) -> PyResult<Owned<PyLongObject>> {
    to_int(py, f.ob_fval.get().floor())
}

fn ceil(py: Py<'_>, f: &PyFloatObject) -> PyResult<Owned<PyLongObject>> {
    to_int(py, f.ob_fval.get().ceil())
}

/// `float___round__`.
fn round(py: Py<'_>, f: &PyFloatObject, ndigits: Option<&PyObject>) -> PyResult {
    let v = f.ob_fval.get();
    let Some(ndigits) = ndigits.filter(|n| !is_none(n)) else {
        return to_int(py, float_text::round_whole(v)).map(Owned::upcast);
    };
    let places = number::as_ssize_clipped(py, ndigits)?;
    let v = float_text::round_places(v, places as i64).map_err(|e| number::error(py, &e))?;
    new(py, v).map(Owned::upcast)
}

fn as_integer_ratio(py: Py<'_>, f: &PyFloatObject) -> PyResult<Owned<PyTupleObject>> {
    let (n, d) = convert::integer_ratio(f.ob_fval.get()).map_err(|e| number::error(py, &e))?;
    tuple::from_iter(py, [long::from_num(py, n)?.upcast(), long::from_num(py, d)?.upcast()])
}

/// `float_fromhex`; a subclass is called with the value.
fn fromhex(py: Py<'_>, ty: &PyFloatObject, text: &PyObject) -> PyResult {
    let ty = ty.as_object();
    let Some(s) = unicode::check(text) else {
        return Err(exceptions::type_error(py, format_args!("bad argument type for built-in operation")));
    };
    let v = float_text::from_hex(unicode::utf8_cached(py, s)?).map_err(|e| hex_error(py, e))?;
    let f = new(py, v)?;
    if types::check(ty).is_some_and(|t| t.is(&PyFloat_Type.0)) {
        return Ok(f.upcast());
    }
    call::call(py, ty, [f.as_object()])
}

#[cold]
fn hex_error(py: Py<'_>, e: HexError) -> PyErr {
    match e {
        HexError::Invalid => exceptions::value_error(py, format_args!("{e}")),
        HexError::TooLarge => exceptions::overflow_error(py, format_args!("{e}")),
    }
}

fn hex(py: Py<'_>, f: &PyFloatObject) -> PyResult<Owned<PyUnicodeObject>> {
    unicode::from_latin1(py, float_text::to_hex(f.ob_fval.get()).as_bytes())
}

fn is_integer(_: Py<'_>, f: &PyFloatObject) -> bool {
    float_text::is_integer(f.ob_fval.get())
}

fn getnewargs(py: Py<'_>, f: &PyFloatObject) -> PyResult<Owned<PyTupleObject>> {
    tuple::from_iter(py, [new(py, f.ob_fval.get())?.upcast()])
}

/// `float.__getformat__`.
fn getformat(py: Py<'_>, _: &PyFloatObject, kind: &PyUnicodeObject) -> PyResult<Owned<PyUnicodeObject>> {
    if !["double", "float"].iter().any(|k| unicode::equals_str(kind.as_object(), k)) {
        return Err(exceptions::value_error(
            py,
            format_args!("__getformat__() argument 1 must be 'double' or 'float'"),
        ));
    }
    unicode::from_str(
        py,
        if cfg!(target_endian = "little") { "IEEE, little-endian" } else { "IEEE, big-endian" },
    )
}

/// `float.__format__`.
pub fn format(py: Py<'_>, f: &PyFloatObject, spec: &PyUnicodeObject) -> PyResult<Owned<PyUnicodeObject>> {
    if unicode::len(spec) == 0 {
        return match check_exact(f.as_object()) {
            Some(f) => repr(py, f),
            None => protocol::str(py, f.as_object()),
        };
    }
    let name = type_name(f.ty());
    number_text::format(py, spec, 0, &name, |spec, locale| {
        format_number::format_float(f.ob_fval.get(), spec, locale, &name)
    })
}
