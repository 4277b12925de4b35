//! `int`: slots, operators, comparison. Constructors and text are in `construct`, methods in `methods`. Digits are worked
//! on by `dxpy_num`; here are the paths of ints of machine size, which make nothing but their result.

pub mod construct;
pub mod methods;

use crate::{Part, no_hooks};
use core::ffi::c_int;
use dxpy_core::abi::*;
use dxpy_core::long::{self, PyLong_Type, compact, num};
use dxpy_core::object::{is_none, not_implemented};
use dxpy_core::ptr::Object;
use dxpy_core::statics::{StaticTable, StaticType};
use dxpy_core::{
    Owned, Py, PyResult, attr, boolean, call, dict, exceptions, float, glue, hooks, name, number, protocol,
    tuple, unicode,
};
use dxpy_num::{bits, convert, int, mag, power, small, text};

/// What this module brings.
pub static PART: Part = Part { adopt: &[(&PyLong_Type, &INT)], types: &[], hooks: no_hooks };

static INT: StaticType = StaticType::new::<PyLongObject>(c"int")
    .doc(c"int([x]) -> integer\nint(x, base=10) -> integer\n\nAn integer: of a number, what is left of it without its fraction; of text, the number it writes in\nthat base. A base of 0 reads the text as Python's source would. Without arguments 0.\n\n>>> int('0x1f', base=0)\n31")
    .create(glue::create(construct::new))
    .vectorcall(construct::VECTORCALL)
    .repr(glue::unary(repr))
    .hash(glue::hash(|_: Py<'_>, n: &PyLongObject| Ok(long::hash(n))))
    .richcompare(glue::richcompare(richcompare))
    .number(&NUMBER)
    .methods(&methods::METHODS)
    .getset(&methods::GETSET)
    .getattro(dxpy_core::attr::generic_get_slot);

static NUMBER: StaticTable<PyNumberMethods> = StaticTable::<PyNumberMethods>::empty()
    .add(glue::binary(add))
    .subtract(glue::binary(subtract))
    .multiply(glue::binary(multiply))
    .remainder(glue::binary(remainder))
    .divmod(glue::binary(divmod))
    .power(glue::ternary(pow))
    .negative(glue::unary(negative))
    .positive(glue::unary(exact))
    .absolute(glue::unary(absolute))
    .bool(glue::truth(|_: Py<'_>, n: &PyLongObject| Ok(long::sign(n) != 0)))
    .invert(glue::unary(invert))
    .lshift(glue::binary(lshift))
    .rshift(glue::binary(rshift))
    .and(glue::binary(and))
    .xor(glue::binary(xor))
    .or(glue::binary(or))
    .int(glue::unary(exact))
    .float(glue::unary(to_float))
    .floor_divide(glue::binary(floor_divide))
    .true_divide(glue::binary(true_divide))
    .index(glue::unary(exact));

type Int = Owned<PyLongObject>;

/// Both operands as ints; an operator answers `NotImplemented` to others.
#[inline(always)]
fn pair<'a>(a: &'a PyObject, b: &'a PyObject) -> Option<(&'a PyLongObject, &'a PyLongObject)> {
    Some((long::check(a)?, long::check(b)?))
}

/// The value of an int of at most two digits: what fits in a machine word whatever is added to it.
#[inline(always)]
fn word(n: &PyLongObject) -> Option<i64> {
    small::two_digits(long::sign(n) < 0, long::digits(n))
}

/// The value of an int of at most four digits, which is seven bits shorter than the machine's longest integers.
#[inline(always)]
fn wide(n: &PyLongObject) -> Option<i128> {
    let d = long::digits(n);
    if d.len() > 4 {
        return None;
    }
    let v = d.iter().rev().fold(0, |v, d| v << long::SHIFT | i128::from(*d));
    Some(if long::sign(n) < 0 { -v } else { v })
}

/// An int from an `i128` as an operator's result.
#[inline]
fn from_wide(py: Py<'_>, v: i128) -> PyResult {
    let (mut digits, mut m) = ([0; 5], v.unsigned_abs());
    for d in &mut digits {
        *d = m as u32 & mag::MASK;
        m >>= long::SHIFT;
    }
    long::from_digits(py, v < 0, &digits).map(Owned::upcast)
}

/// An int from an `i64` as an operator's result.
#[inline(always)]
fn small(py: Py<'_>, v: i64) -> PyResult {
    long::from_i64(py, v).map(Owned::upcast)
}

/// An operator's result from a kernel's.
fn big(py: Py<'_>, v: dxpy_num::Int) -> PyResult {
    long::from_num(py, v).map(Owned::upcast)
}

/// As [`big`], of a kernel that can fail.
fn fallible(py: Py<'_>, v: dxpy_num::Result<dxpy_num::Int>) -> PyResult {
    big(py, v.map_err(|e| number::error(py, &e))?)
}

/// A binary operator: compact operands, then operands and results of machine size, then digits.
macro_rules! operators {
    ($($(#[$m:meta])* $name:ident: |$x:ident, $y:ident| $compact:expr, $word:expr, $wide:expr, |$py:ident, $a:ident, $b:ident| $digits:expr;)*) => { $(
        $(#[$m])*
        pub fn $name($py: Py<'_>, a: &PyObject, b: &PyObject) -> PyResult {
            let Some(($a, $b)) = pair(a, b) else { return Ok(not_implemented()) };
            if let (Some($x), Some($y)) = (compact($a), compact($b))
                && let Some(v) = $compact
            {
                return small($py, v);
            }
            if let (Some($x), Some($y)) = (word($a), word($b))
                && let Some(v) = $word
            {
                return small($py, v);
            }
            if let (Some($x), Some($y)) = (wide($a), wide($b))
                && let Some(v) = $wide
            {
                return from_wide($py, v);
            }
            let ($a, $b) = (num($a), num($b));
            $digits
        }
    )* };
}
operators! {
    /// `a + b`.
    add: |x, y| Some(x + y), Some(x + y), Some(x + y), |py, a, b| big(py, int::add(a, b));
    /// `a - b`.
    subtract: |x, y| Some(x - y), Some(x - y), Some(x - y), |py, a, b| big(py, int::sub(a, b));
    /// `a * b`.
    multiply: |x, y| Some(x * y), x.checked_mul(y), x.checked_mul(y), |py, a, b| big(py, int::mul(a, b));
    /// `a // b`.
    floor_divide: |x, y| (y != 0).then(|| small::floordiv(x, y)), (y != 0).then(|| small::floordiv(x, y)),
        (y != 0).then(|| divided(x, y).0),
        |py, a, b| fallible(py, int::floordiv(a, b));
    /// `a % b`.
    remainder: |x, y| (y != 0).then(|| small::rem(x, y)), (y != 0).then(|| small::rem(x, y)),
        (y != 0).then(|| divided(x, y).1),
        |py, a, b| fallible(py, int::rem(a, b));
    /// `a & b`.
    and: |x, y| Some(x & y), Some(x & y), Some(x & y), |py, a, b| big(py, bits::and(a, b));
    /// `a | b`.
    or: |x, y| Some(x | y), Some(x | y), Some(x | y), |py, a, b| big(py, bits::or(a, b));
    /// `a ^ b`.
    xor: |x, y| Some(x ^ y), Some(x ^ y), Some(x ^ y), |py, a, b| big(py, bits::xor(a, b));
    /// `a << b`.
    lshift: |x, y| shifted(x, y), shifted(x, y), shifted_wide(x, y), |py, a, b| fallible(py, bits::lshift(a, b));
    /// `a >> b`.
    rshift: |x, y| (y >= 0).then(|| small::rshift(x, y as u64)), (y >= 0).then(|| small::rshift(x, y as u64)),
        (y >= 0).then(|| x >> y.min(127)),
        |py, a, b| fallible(py, bits::rshift(a, b));
}

/// Quotient and remainder, rounded down, of numbers that [`wide`] gave.
fn divided(x: i128, y: i128) -> (i128, i128) {
    let (q, r) = (x / y, x % y);
    if r != 0 && (r < 0) != (y < 0) { (q - 1, r + y) } else { (q, r) }
}

#[inline]
fn shifted_wide(x: i128, y: i128) -> Option<i128> {
    let room = x.unsigned_abs().leading_zeros();
    (y >= 0 && y < i128::from(room) - 1).then(|| x << y)
}

#[inline]
fn shifted(x: i64, y: i64) -> Option<i64> {
    u64::try_from(y).ok().and_then(|y| small::lshift(x, y))
}

/// `divmod(a, b)`.
fn divmod(py: Py<'_>, a: &PyObject, b: &PyObject) -> PyResult {
    let Some((a, b)) = pair(a, b) else { return Ok(not_implemented()) };
    let (q, r) = match (word(a), word(b)) {
        (Some(x), Some(y)) if y != 0 => (small(py, small::floordiv(x, y))?, small(py, small::rem(x, y))?),
        _ => {
            let (q, r) = int::divmod(num(a), num(b)).map_err(|e| number::error(py, &e))?;
            (big(py, q)?, big(py, r)?)
        }
    };
    tuple::from_iter(py, [q, r]).map(Owned::upcast)
}

/// `a / b`.
fn true_divide(py: Py<'_>, a: &PyObject, b: &PyObject) -> PyResult {
    let Some((a, b)) = pair(a, b) else { return Ok(not_implemented()) };
    let v = match (compact(a), compact(b)) {
        (Some(x), Some(y)) if y != 0 => x as f64 / y as f64,
        _ => convert::true_div(num(a), num(b)).map_err(|e| number::error(py, &e))?,
    };
    float::new(py, v).map(Owned::upcast)
}

/// `pow(a, b)` and `pow(a, b, m)` (`long_pow`).
fn pow(py: Py<'_>, a: &PyObject, b: &PyObject, m: &PyObject) -> PyResult {
    let Some((a, b)) = pair(a, b) else { return Ok(not_implemented()) };
    if !is_none(m) {
        let Some(m) = long::check(m) else { return Ok(not_implemented()) };
        return fallible(py, power::modpow(num(a), num(b), num(m)));
    }
    if long::sign(b) < 0 {
        // A power with a negative exponent is a float's.
        return crate::float::pow_f64(py, long::as_f64(py, a)?, long::as_f64(py, b)?);
    }
    if let (Some(x), Some(y)) = (word(a), word(b))
        && let Some(v) = small::pow(x, y as u64)
    {
        return small(py, v);
    }
    fallible(py, power::pow(num(a), num(b)))
}

/// The int itself if it is exact, else an exact one with its value (`long_long`).
pub fn exact(py: Py<'_>, n: &PyLongObject) -> PyResult<Int> {
    match long::check_exact(n.as_object()) {
        Some(n) => Ok(n.to_owned()),
        None => long::from_digits(py, long::sign(n) < 0, long::digits(n)),
    }
}

fn negative(py: Py<'_>, n: &PyLongObject) -> PyResult<Int> {
    match compact(n) {
        Some(v) => long::from_i64(py, -v),
        None => long::from_digits(py, long::sign(n) > 0, long::digits(n)),
    }
}

fn absolute(py: Py<'_>, n: &PyLongObject) -> PyResult<Int> {
    if long::sign(n) < 0 { negative(py, n) } else { exact(py, n) }
}

/// `~n`.
pub fn invert(py: Py<'_>, n: &PyLongObject) -> PyResult<Int> {
    match word(n) {
        Some(v) => long::from_i64(py, !v),
        None => long::from_num(py, bits::invert(num(n))),
    }
}

fn to_float(py: Py<'_>, n: &PyLongObject) -> PyResult<Owned<PyFloatObject>> {
    float::new(py, long::as_f64(py, n)?)
}

/// `str(n)`.
pub fn repr(py: Py<'_>, n: &PyLongObject) -> PyResult<Owned<PyUnicodeObject>> {
    if let Some(v) = word(n) {
        return unicode::from_latin1(py, small::decimal(v, &mut [0; 20]));
    }
    let s = text::to_decimal(num(n), long::MAX_STR_DIGITS.get()).map_err(|e| number::error(py, &e))?;
    if s.len() > PYLONG_DIGITS
        && let Some(f) = replaced(py, name!("int_to_decimal_string"))?
    {
        let made = call::call(py, &f, [n.as_object()])?;
        return match unicode::check(&made) {
            Some(s) => Ok(s.to_owned()),
            None => {
                let m = format_args!("_pylong.int_to_decimal_string did not return a str");
                Err(exceptions::type_error(py, m))
            }
        };
    }
    unicode::from_latin1(py, s.as_bytes())
}

/// The decimal digits from which CPython has the module `_pylong` convert: of a thousand digits of 30 bits there are more.
const PYLONG_DIGITS: usize = 9031;

/// A function that a program put into the module `_pylong` in place of the one there. Its own ones are slower than what is
/// here, and give the same.
pub(crate) fn replaced(py: Py<'_>, function: &unicode::Name) -> PyResult<Option<Owned>> {
    let modules = hooks::sys_modules(py)?;
    let Some(modules) = dict::check(&modules) else { return Ok(None) };
    let Some(module) = dict::get_name(py, modules, name!("_pylong"))? else { return Ok(None) };
    let Some(f) = attr::lookup_name(py, &module, function)? else { return Ok(None) };
    let own = dxpy_core::function::check(&f).is_some_and(|f| {
        // SAFETY: LIVE: a function holds its module's name, or none.
        let of = unsafe { f.func_module.get().as_ref() };
        of.and_then(unicode::check).is_some_and(|m| unicode::equals_str(m.as_object(), "_pylong"))
    });
    Ok((!own).then_some(f))
}

/// What a comparison operator says to an order.
#[inline(always)]
pub(crate) fn answer(order: core::cmp::Ordering, op: c_int) -> bool {
    match op {
        protocol::LT => order.is_lt(),
        protocol::LE => order.is_le(),
        protocol::EQ => order.is_eq(),
        protocol::NE => order.is_ne(),
        protocol::GT => order.is_gt(),
        _ => order.is_ge(),
    }
}

fn richcompare(_: Py<'_>, a: &PyLongObject, b: &PyObject, op: c_int) -> PyResult {
    let Some(b) = long::check(b) else { return Ok(not_implemented()) };
    let order = match (compact(a), compact(b)) {
        (Some(x), Some(y)) => x.cmp(&y),
        _ => int::cmp(num(a), num(b)),
    };
    Ok(boolean::new(answer(order, op)).upcast())
}

/// `n.bit_length()` as a C number.
pub fn bit_length(n: &PyLongObject) -> u64 {
    mag::bit_length(long::digits(n))
}

/// The error for ints as text in a base that is none.
#[cold]
pub(crate) fn bad_base(py: Py<'_>) -> dxpy_core::PyErr {
    exceptions::value_error(py, format_args!("int() base must be >= 2 and <= 36, or 0"))
}
