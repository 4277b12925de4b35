//! `timedelta`.

use super::{compared, constant, full_name, instance, small};
use core::ffi::c_int;
use core::mem::offset_of;
use dxpy_algos::datetime::delta::{
    Delta, DeltaError, FLOOR_DIVISION_BY_ZERO, Sum, divide_nearest, true_divide,
};
use dxpy_core::abi::constants::*;
use dxpy_core::abi::*;
use dxpy_core::ptr::{Layout, Object};
use dxpy_core::statics::{StaticTable, StaticType};
use dxpy_core::{
    Owned, Py, PyErr, PyResult, args, call, exceptions, float, glue, long, members, methods, name, object,
    protocol, signature, tuple, unicode,
};

/// `PyDateTime_Delta`.
#[repr(transparent)]
pub struct DeltaObject(pub PyDateTime_Delta);

// SAFETY: the struct is `#[repr(C)]` and begins with a `PyObject`.
unsafe impl Layout for DeltaObject {}

pub static DELTA: StaticType = StaticType::new::<DeltaObject>(c"datetime.timedelta")
    .getattro(dxpy_core::attr::generic_get_slot)
    .doc(c"Difference between two datetime values.\n\ntimedelta(days=0, seconds=0, microseconds=0, milliseconds=0, minutes=0, hours=0, weeks=0)\n\nAll arguments are optional and default to 0; they are ints or floats, of either sign.")
    .flags(Py_TPFLAGS_BASETYPE)
    .dealloc(glue::dealloc(|_: Py<'_>, d: &DeltaObject| {
        // SAFETY: a duration holds no references.
        unsafe { object::tp_free(d.as_object()) }
    }))
    .create(glue::create(create))
    .repr(glue::unary(repr))
    .str(glue::unary(|py: Py<'_>, d: &DeltaObject| unicode::from_str(py, &value(d).to_string())))
    .hash(glue::hash(hash))
    .richcompare(glue::richcompare(richcompare))
    .number(&NUMBER)
    .methods(&METHODS)
    .members(&MEMBERS);

static NUMBER: StaticTable<PyNumberMethods> = StaticTable::<PyNumberMethods>::empty()
    .add(glue::binary(|py: Py<'_>, a: &PyObject, b: &PyObject| both(a, b, |a, b| of_micros(py, a + b))))
    .subtract(glue::binary(|py: Py<'_>, a: &PyObject, b: &PyObject| both(a, b, |a, b| of_micros(py, a - b))))
    .multiply(glue::binary(multiply))
    .remainder(glue::binary(|py: Py<'_>, a: &PyObject, b: &PyObject| {
        both(a, b, |a, b| match b {
            0 => Err(exceptions::zero_division(py, format_args!("integer modulo by zero"))),
            b => of_micros(py, floor(a, b).1),
        })
    }))
    .divmod(glue::binary(|py: Py<'_>, a: &PyObject, b: &PyObject| {
        both(a, b, |a, b| {
            if b == 0 {
                return Err(division_by_zero(py));
            }
            let (q, r) = floor(a, b);
            Ok(tuple::from_iter(py, [int(py, q)?, of_micros(py, r)?])?.upcast())
        })
    }))
    .negative(glue::unary(|py: Py<'_>, d: &DeltaObject| of_micros(py, -value(d).micros())))
    .positive(glue::unary(|py: Py<'_>, d: &DeltaObject| of_micros(py, value(d).micros())))
    .absolute(glue::unary(|py: Py<'_>, d: &DeltaObject| of_micros(py, value(d).micros().abs())))
    .bool(glue::truth(|_: Py<'_>, d: &DeltaObject| Ok(value(d) != Delta::default())))
    .floor_divide(glue::binary(floor_divide))
    .true_divide(glue::binary(divide));

methods! { static METHODS: for DeltaObject [
    "total_seconds" = total_seconds [0], "!($self, /)", "Total seconds in the duration.";
    "__reduce__" = reduce [0], "!($self, /)", "__reduce__() -> (cls, state)";
] }

members! { static MEMBERS [
    "days" = Py_T_INT, offset_of!(PyDateTime_Delta, days), Py_READONLY, "Number of days.";
    "seconds" = Py_T_INT, offset_of!(PyDateTime_Delta, seconds), Py_READONLY, "Number of seconds (>= 0 and less than 1 day).";
    "microseconds" = Py_T_INT, offset_of!(PyDateTime_Delta, microseconds), Py_READONLY, "Number of microseconds (>= 0 and less than 1 second).";
] }

pub fn constants(py: Py<'_>) -> PyResult<()> {
    let us = Delta { days: 0, seconds: 0, microseconds: 1 };
    constant(py, &DELTA, "resolution", new(py, us)?.upcast())?;
    constant(py, &DELTA, "min", new(py, Delta::MIN)?.upcast())?;
    constant(py, &DELTA, "max", new(py, Delta::MAX)?.upcast())
}

/// `PyDelta_Check`.
pub fn check(o: &PyObject) -> Option<&DeltaObject> {
    instance(o, &DELTA)
}

pub fn value(d: &DeltaObject) -> Delta {
    Delta { days: d.0.days.get(), seconds: d.0.seconds.get(), microseconds: d.0.microseconds.get() }
}

/// An instance of the type itself.
pub fn new(py: Py<'_>, d: Delta) -> PyResult<Owned<DeltaObject>> {
    make(py, &DELTA, d)
}

pub fn make(py: Py<'_>, ty: &PyTypeObject, d: Delta) -> PyResult<Owned<DeltaObject>> {
    // SAFETY: LAYOUT: the type's instances begin like this struct.
    let o: Owned<DeltaObject> = unsafe { object::tp_alloc(py, ty, 0)?.cast() };
    o.0.hashcode.set(-1);
    o.0.days.set(d.days);
    o.0.seconds.set(d.seconds);
    o.0.microseconds.set(d.microseconds);
    Ok(o)
}

#[cold]
pub fn raise(py: Py<'_>, e: DeltaError) -> PyErr {
    match e {
        DeltaError::NaN => exceptions::value_error(py, format_args!("{e}")),
        e => exceptions::overflow_error(py, format_args!("{e}")),
    }
}

fn of_micros(py: Py<'_>, us: i128) -> PyResult {
    let d = Delta::from_micros(us).map_err(|e| raise(py, e))?;
    Ok(new(py, d)?.upcast())
}

/// An int of the kernel's width; None beyond it.
fn wide(n: &PyLongObject) -> Option<i128> {
    let digits = long::digits(n);
    let (kept, rest) = digits.split_at(digits.len().min(5));
    if rest.iter().any(|d| *d != 0) || kept.get(4).is_some_and(|d| *d >> 6 != 0) {
        return None;
    }
    let v = kept.iter().rev().fold(0i128, |a, d| a << 30 | i128::from(*d));
    Some(if long::sign(n) < 0 { -v } else { v })
}

fn int(py: Py<'_>, n: i128) -> PyResult {
    // A quotient of durations fits 68 bits.
    let m = n.unsigned_abs();
    let digits: Vec<u32> = (0..5).map(|i| (m >> (30 * i)) as u32 & 0x3fff_ffff).collect();
    let used = digits.iter().rposition(|d| *d != 0).map_or(0, |i| i + 1);
    Ok(long::from_digits(py, n < 0, &digits[..used])?.upcast())
}

fn create(py: Py<'_>, ty: &PyTypeObject, a: &PyTupleObject, kw: Option<&PyDictObject>) -> PyResult {
    let sig = signature!(
        "__new__",
        "!(days=0, seconds=0, microseconds=0, milliseconds=0, minutes=0, hours=0, weeks=0)"
    );
    // The order in which arguments are added up, with their microseconds.
    const PARTS: [(usize, &str, i64); 7] = [
        (2, "microseconds", 1),
        (3, "milliseconds", 1000),
        (1, "seconds", 1_000_000),
        (4, "minutes", 60_000_000),
        (5, "hours", 3_600_000_000),
        (0, "days", 86_400_000_000),
        (6, "weeks", 604_800_000_000),
    ];
    args::bind_call(py, sig, a, kw, |b| {
        let mut sum = Sum::default();
        for (i, name, unit) in PARTS {
            let Some(o) = b.get(i) else { continue };
            let done = if let Some(n) = long::check(o) {
                match wide(n) {
                    Some(n) => sum.add_int(n, unit),
                    None => Err(DeltaError::TooLarge),
                }
            } else if let Some(f) = float::check(o) {
                sum.add_float(f.ob_fval.get(), unit)
            } else {
                return Err(exceptions::type_error(
                    py,
                    format_args!("unsupported type for timedelta {name} component: {}", full_name(o.ty())),
                ));
            };
            done.map_err(|e| raise(py, e))?;
        }
        Ok(make(py, ty, sum.finish().map_err(|e| raise(py, e))?)?.upcast())
    })
}

fn repr(py: Py<'_>, d: &DeltaObject) -> PyResult<Owned<PyUnicodeObject>> {
    unicode::from_str(py, &format!("{}({})", full_name(d.ty()), value(d).repr_arguments()))
}

/// `delta_getstate`.
fn state(py: Py<'_>, d: Delta) -> PyResult<Owned<PyTupleObject>> {
    tuple::from_iter(py, [small(py, d.days)?, small(py, d.seconds)?, small(py, d.microseconds)?])
}

/// The hash of a duration: that of its three fields.
pub fn hash_of(py: Py<'_>, d: Delta) -> PyResult<Py_hash_t> {
    protocol::hash(py, state(py, d)?.as_object())
}

pub fn hash(py: Py<'_>, d: &DeltaObject) -> PyResult<Py_hash_t> {
    if d.0.hashcode.get() == -1 {
        d.0.hashcode.set(hash_of(py, value(d))?);
    }
    Ok(d.0.hashcode.get())
}

fn richcompare(_: Py<'_>, a: &DeltaObject, b: &PyObject, op: c_int) -> PyResult {
    match check(b) {
        Some(b) => compared(value(a).cmp(&value(b)), op),
        None => Ok(object::not_implemented()),
    }
}

/// An operation of two durations, in microseconds.
fn both(a: &PyObject, b: &PyObject, f: impl FnOnce(i128, i128) -> PyResult) -> PyResult {
    match (check(a), check(b)) {
        (Some(a), Some(b)) => f(value(a).micros(), value(b).micros()),
        _ => Ok(object::not_implemented()),
    }
}

/// Python's division; `b` is not zero.
fn floor(a: i128, b: i128) -> (i128, i128) {
    let (q, r) = (a / b, a % b);
    if r != 0 && (r < 0) != (b < 0) { (q - 1, r + b) } else { (q, r) }
}

#[cold]
fn division_by_zero(py: Py<'_>) -> PyErr {
    exceptions::zero_division(py, format_args!("{FLOOR_DIVISION_BY_ZERO}"))
}

/// What `float.as_integer_ratio` says of a float that is no ratio.
fn finite(py: Py<'_>, x: f64) -> PyResult<()> {
    if x.is_nan() {
        return Err(exceptions::value_error(py, format_args!("cannot convert NaN to integer ratio")));
    }
    if x.is_infinite() {
        return Err(exceptions::overflow_error(py, format_args!("cannot convert Infinity to integer ratio")));
    }
    Ok(())
}

/// `get_float_as_integer_ratio` of an instance of a class of floats, which may have its own method: numerator and
/// denominator. None for a float itself.
fn own_ratio(py: Py<'_>, x: &PyObject) -> PyResult<Option<(Owned, Owned)>> {
    if x.ty().is(&float::PyFloat_Type.0) {
        return Ok(None);
    }
    let ratio = call::method(py, x, name!("as_integer_ratio"), [])?;
    let Some(pair) = tuple::check(&ratio) else {
        return Err(exceptions::type_error(
            py,
            format_args!(
                "unexpected return type from as_integer_ratio(): expected tuple, got '{}'",
                call::type_name(ratio.ty())
            ),
        ));
    };
    match tuple::items(pair) {
        &[n, d] => Ok(Some((n.to_owned(), d.to_owned()))),
        _ => Err(exceptions::value_error(py, format_args!("as_integer_ratio() must return a 2-tuple"))),
    }
}

/// `multiply_truedivide_timedelta_float` with what a class's own method says.
fn scaled(py: Py<'_>, us: i128, by: &PyObject, over: &PyObject) -> PyResult {
    let number = |o: &PyObject| match long::check(o) {
        Some(n) => Ok(n.to_owned()),
        None => Err(exceptions::type_error(
            py,
            format_args!("unsupported operand type(s) for *: 'int' and '{}'", call::type_name(o.ty())),
        )),
    };
    let (by, over) = (number(by)?, number(over)?);
    let product = match wide(&by) {
        Some(n) => us.checked_mul(n),
        None => (us == 0).then_some(0),
    };
    match (product, wide(&over)) {
        (_, Some(0)) => Err(exceptions::zero_division(py, format_args!("{FLOOR_DIVISION_BY_ZERO}"))),
        (Some(p), Some(d)) => of_micros(py, divide_nearest(p, d)),
        (Some(_), None) => of_micros(py, 0),
        (None, _) => Err(raise(py, DeltaError::TooLarge)),
    }
}

fn multiply(py: Py<'_>, a: &PyObject, b: &PyObject) -> PyResult {
    let (d, factor) = match (check(a), check(b)) {
        (Some(d), _) => (value(d), b),
        (None, Some(d)) => (value(d), a),
        (None, None) => return Ok(object::not_implemented()),
    };
    if let Some(n) = long::check(factor) {
        let product = match wide(n) {
            Some(n) => d.micros().checked_mul(n),
            None => (d == Delta::default()).then_some(0),
        };
        return match product {
            Some(us) => of_micros(py, us),
            None => Err(raise(py, DeltaError::TooLarge)),
        };
    }
    if let Some(x) = float::check(factor) {
        if let Some((n, over)) = own_ratio(py, factor)? {
            return scaled(py, d.micros(), &n, &over);
        }
        let x = x.ob_fval.get();
        finite(py, x)?;
        return Ok(new(py, d.mul_float(x).map_err(|e| raise(py, e))?)?.upcast());
    }
    Ok(object::not_implemented())
}

fn floor_divide(py: Py<'_>, a: &PyObject, b: &PyObject) -> PyResult {
    let Some(d) = check(a) else { return Ok(object::not_implemented()) };
    let us = value(d).micros();
    if let Some(n) = long::check(b) {
        return match wide(n) {
            Some(0) => Err(division_by_zero(py)),
            Some(n) => of_micros(py, floor(us, n).0),
            // Nothing is left of it but its sign.
            None => of_micros(py, if us != 0 && (us < 0) != (long::sign(n) < 0) { -1 } else { 0 }),
        };
    }
    match check(b) {
        Some(b) => match value(b).micros() {
            0 => Err(division_by_zero(py)),
            b => int(py, floor(us, b).0),
        },
        None => Ok(object::not_implemented()),
    }
}

fn divide(py: Py<'_>, a: &PyObject, b: &PyObject) -> PyResult {
    let Some(d) = check(a) else { return Ok(object::not_implemented()) };
    let d = value(d);
    if let Some(b) = check(b) {
        return match true_divide(d.micros(), value(b).micros()) {
            Some(x) => Ok(float::new(py, x)?.upcast()),
            None => Err(exceptions::zero_division(py, format_args!("division by zero"))),
        };
    }
    if let Some(x) = float::check(b) {
        if let Some((n, over)) = own_ratio(py, b)? {
            return scaled(py, d.micros(), &over, &n);
        }
        let x = x.ob_fval.get();
        finite(py, x)?;
        return match d.div_float(x) {
            Some(d) => Ok(new(py, d.map_err(|e| raise(py, e))?)?.upcast()),
            None => Err(division_by_zero(py)),
        };
    }
    if let Some(n) = long::check(b) {
        return match wide(n) {
            Some(0) => Err(division_by_zero(py)),
            Some(n) => of_micros(py, divide_nearest(d.micros(), n)),
            None => of_micros(py, 0),
        };
    }
    Ok(object::not_implemented())
}

fn total_seconds(_: Py<'_>, d: &DeltaObject) -> f64 {
    value(d).total_seconds()
}

fn reduce(py: Py<'_>, d: &DeltaObject) -> PyResult<Owned<PyTupleObject>> {
    tuple::from_iter(py, [d.ty().as_object().to_owned(), state(py, value(d))?.upcast()])
}
