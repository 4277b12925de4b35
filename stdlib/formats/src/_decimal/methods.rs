//! The methods of `Decimal` and of `Context`, which are mostly the same operations.

use super::context::{self, ContextObject};
use super::number::{self, DECIMAL, DecimalObject, make, result, unary, value};
use super::{DECIMAL_TUPLE, context_of, convert, current, kept, rounding};
use dxpy_core::abi::*;
use dxpy_core::ptr::Object;
use dxpy_core::{
    Owned, Py, PyResult, dict, exceptions, float, long, methods as method_table, number as index, object,
    tuple, unicode,
};
use dxpy_decimal::compare::total;
use dxpy_decimal::format::{self, Locale, Spec};
use dxpy_decimal::logic::same_quantum as same_exponent;
use dxpy_decimal::{Context, Decimal, Flags, Rounding, Value};

/// An operation of two operands in a context.
fn binary(
    py: Py<'_>,
    c: &ContextObject,
    a: &DecimalObject,
    b: &DecimalObject,
    f: impl FnOnce(&Context, &Decimal, &Decimal, &mut Flags) -> Decimal,
) -> PyResult {
    let mut status = 0;
    let v = f(&c.kernel(), value(a), value(b), &mut status);
    result(py, c, v, status)
}

/// Operations of one operand as methods of both types.
macro_rules! of_one {
    ($($name:ident = $f:expr;)*) => {
        // Some are methods of contexts alone.
        #[allow(dead_code)]
        mod one {
            use super::*;
            $( pub fn $name(py: Py<'_>, d: &DecimalObject, context: Option<&PyObject>) -> PyResult {
                unary(py, d, context, $f)
            } )*
        }
        mod context_one {
            use super::*;
            $( pub fn $name(py: Py<'_>, c: &ContextObject, x: &PyObject) -> PyResult {
                unary(py, &*convert::required(py, x)?, Some(c.as_object()), $f)
            } )*
        }
    };
}
of_one! {
    exp = |c, a, s| c.exp(a, s);
    ln = |c, a, s| c.ln(a, s);
    log10 = |c, a, s| c.log10(a, s);
    next_minus = |c, a, s| c.next(a, false, s);
    next_plus = |c, a, s| c.next(a, true, s);
    normalize = |c, a, s| c.reduce(a, s);
    to_integral = |c, a, s| c.to_integral(a, false, s);
    to_integral_exact = |c, a, s| c.to_integral(a, true, s);
    sqrt = |c, a, s| c.sqrt(a, s);
    logb = |c, a, s| c.logb(a, s);
    logical_invert = |c, a, s| c.logical_invert(a, s);
    abs = |c, a, s| c.abs(a, s);
    minus = |c, a, s| c.minus(a, s);
    plus = |c, a, s| c.plus(a, s);
    apply = |c, a, s| c.finalize(a.clone(), s);
}

/// Operations of two operands as methods of both types.
macro_rules! of_two {
    ($($name:ident = $f:expr;)*) => {
        // Some are methods of contexts alone.
        #[allow(dead_code)]
        mod two {
            use super::*;
            $( pub fn $name(py: Py<'_>, d: &DecimalObject, other: &PyObject, context: Option<&PyObject>) -> PyResult {
                let c = context_of(py, context)?;
                binary(py, &c, d, &*convert::required(py, other)?, $f)
            } )*
        }
        mod context_two {
            use super::*;
            $( pub fn $name(py: Py<'_>, c: &ContextObject, x: &PyObject, y: &PyObject) -> PyResult {
                binary(py, c, &*convert::required(py, x)?, &*convert::required(py, y)?, $f)
            } )*
        }
    };
}
of_two! {
    compare = |c, a, b, s| c.compare(a, b, false, s);
    compare_signal = |c, a, b, s| c.compare(a, b, true, s);
    max = |c, a, b, s| c.extreme(a, b, true, false, s);
    max_mag = |c, a, b, s| c.extreme(a, b, true, true, s);
    min = |c, a, b, s| c.extreme(a, b, false, false, s);
    min_mag = |c, a, b, s| c.extreme(a, b, false, true, s);
    next_toward = |c, a, b, s| c.next_toward(a, b, s);
    remainder_near = |c, a, b, s| c.rem(a, b, true, s);
    compare_total = |_, a, b, _| Decimal::from_i64(total(a, b, false) as i64);
    compare_total_mag = |_, a, b, _| Decimal::from_i64(total(a, b, true) as i64);
    copy_sign = |_, a, b, _| a.copy_sign(b);
    logical_and = |c, a, b, s| c.logical_and(a, b, s);
    logical_or = |c, a, b, s| c.logical_or(a, b, s);
    logical_xor = |c, a, b, s| c.logical_xor(a, b, s);
    rotate = |c, a, b, s| c.rotate(a, b, s);
    scaleb = |c, a, b, s| c.scaleb(a, b, s);
    shift = |c, a, b, s| c.shift(a, b, s);
    add = |c, a, b, s| c.add(a, b, s);
    subtract = |c, a, b, s| c.sub(a, b, s);
    multiply = |c, a, b, s| c.mul(a, b, s);
    divide = |c, a, b, s| c.div(a, b, s);
    divide_int = |c, a, b, s| c.div_int(a, b, s);
    remainder = |c, a, b, s| c.rem(a, b, false, s);
    quantize = |c, a, b, s| c.quantize(a, b, s);
}

/// Questions as methods of both types.
macro_rules! questions {
    ($($name:ident = $f:expr;)*) => {
        mod is {
            use super::*;
            $( pub fn $name(_: Py<'_>, d: &DecimalObject) -> bool { let f: fn(&Decimal) -> bool = $f; f(value(d)) } )*
        }
        mod context_is {
            use super::*;
            $( pub fn $name(py: Py<'_>, _: &ContextObject, x: &PyObject) -> PyResult<bool> {
                let f: fn(&Decimal) -> bool = $f;
                Ok(f(value(&*convert::required(py, x)?)))
            } )*
        }
    };
}
questions! {
    finite = |d| d.is_finite();
    infinite = |d| d.is_infinite();
    nan = |d| d.is_nan();
    qnan = |d| d.is_nan() && !d.is_signaling();
    snan = |d| d.is_signaling();
    signed = |d| d.negative;
    zero = |d| d.is_zero();
}

method_table! { pub static DECIMAL_METHODS: for DecimalObject [
    "exp" = one::exp [1], "($self, /, context=None)", "e to the power of the number.";
    "ln" = one::ln [1], "($self, /, context=None)", "The natural logarithm.";
    "log10" = one::log10 [1], "($self, /, context=None)", "The logarithm to base ten.";
    "next_minus" = one::next_minus [1], "($self, /, context=None)", "The largest number below it.";
    "next_plus" = one::next_plus [1], "($self, /, context=None)", "The smallest number above it.";
    "normalize" = one::normalize [1], "($self, /, context=None)", "The number without zeros at its right end.";
    "to_integral" = to_integral_value [2], "($self, /, rounding=None, context=None)", "The nearest integer.";
    "to_integral_exact" = to_integral_exact [2], "($self, /, rounding=None, context=None)", "The nearest integer, with signals if it is another number.";
    "to_integral_value" = to_integral_value [2], "($self, /, rounding=None, context=None)", "The nearest integer.";
    "sqrt" = one::sqrt [1], "($self, /, context=None)", "The square root.";
    "compare" = two::compare [2], "($self, /, other, context=None)", "-1, 0, 1 or NaN as a decimal.";
    "compare_signal" = two::compare_signal [2], "($self, /, other, context=None)", "As compare(), with signals of every NaN.";
    "max" = two::max [2], "($self, /, other, context=None)", "The larger of two numbers.";
    "max_mag" = two::max_mag [2], "($self, /, other, context=None)", "The one with the larger absolute value.";
    "min" = two::min [2], "($self, /, other, context=None)", "The smaller of two numbers.";
    "min_mag" = two::min_mag [2], "($self, /, other, context=None)", "The one with the smaller absolute value.";
    "next_toward" = two::next_toward [2], "($self, /, other, context=None)", "The next number in the direction of another.";
    "quantize" = quantize [3], "($self, /, exp, rounding=None, context=None)", "The number rounded to the exponent of another.\n\n>>> Decimal('2.675').quantize(Decimal('0.01'), rounding=ROUND_DOWN)\nDecimal('2.67')";
    "remainder_near" = two::remainder_near [2], "($self, /, other, context=None)", "The remainder of division by another, the quotient being the nearest integer.";
    "fma" = fma [3], "($self, /, other, third, context=None)", "The number times another plus a third, rounded once.\n\n>>> Decimal('2.5').fma(4, 1)\nDecimal('11.0')";
    "is_canonical" = is_canonical [0], "($self, /)", "True.";
    "is_finite" = is::finite [0], "($self, /)", "Whether it is a number.";
    "is_infinite" = is::infinite [0], "($self, /)", "Whether it is an infinity.";
    "is_nan" = is::nan [0], "($self, /)", "Whether it is a NaN.";
    "is_qnan" = is::qnan [0], "($self, /)", "Whether it is a quiet NaN.";
    "is_snan" = is::snan [0], "($self, /)", "Whether it is a signaling NaN.";
    "is_signed" = is::signed [0], "($self, /)", "Whether it has a minus sign.";
    "is_zero" = is::zero [0], "($self, /)", "Whether it is zero.";
    "is_normal" = is_normal [1], "($self, /, context=None)", "Whether it is finite, not zero and not subnormal.";
    "is_subnormal" = is_subnormal [1], "($self, /, context=None)", "Whether it is below the smallest exponent.";
    "adjusted" = adjusted [0], "($self, /)", "The exponent of the first digit.";
    "canonical" = same [0], "($self, /)", "The number itself.";
    "conjugate" = same [0], "($self, /)", "The number itself.";
    "radix" = radix [0], "($self, /)", "Decimal(10).";
    "copy_abs" = copy_abs [0], "($self, /)", "The absolute value, unrounded.";
    "copy_negate" = copy_negate [0], "($self, /)", "The negative, unrounded.";
    "logb" = one::logb [1], "($self, /, context=None)", "The exponent of the first digit as a decimal.";
    "logical_invert" = one::logical_invert [1], "($self, /, context=None)", "Each digit inverted.";
    "number_class" = number_class [1], "($self, /, context=None)", "What kind of number it is, as a string.";
    "to_eng_string" = to_eng_string [1], "($self, /, context=None)", "The number with an exponent that is a multiple of three.";
    "compare_total" = two::compare_total [2], "($self, /, other, context=None)", "-1, 0 or 1 in an order of all decimals.\n\n>>> Decimal('1.0').compare_total(Decimal('1.00'))\nDecimal('1')";
    "compare_total_mag" = two::compare_total_mag [2], "($self, /, other, context=None)", "As compare_total(), of absolute values.";
    "copy_sign" = two::copy_sign [2], "($self, /, other, context=None)", "The number with the sign of another.\n\n>>> Decimal('2.3').copy_sign(Decimal('-0'))\nDecimal('-2.3')";
    "same_quantum" = same_quantum [2], "($self, /, other, context=None)", "Whether both have the same exponent.";
    "logical_and" = two::logical_and [2], "($self, /, other, context=None)", "Each digit of both by and.";
    "logical_or" = two::logical_or [2], "($self, /, other, context=None)", "Each digit of both by or.";
    "logical_xor" = two::logical_xor [2], "($self, /, other, context=None)", "Each digit of both by exclusive or.";
    "rotate" = two::rotate [2], "($self, /, other, context=None)", "The digits turned round by so many places.";
    "scaleb" = two::scaleb [2], "($self, /, other, context=None)", "The number with its exponent moved by another.";
    "shift" = two::shift [2], "($self, /, other, context=None)", "The digits moved by so many places.";
    "from_float" = from_float [1], "($type, f, /)", "The exact value of a float or an int.\n\n>>> Decimal.from_float(0.125)\nDecimal('0.125')", class;
    "as_tuple" = as_tuple [0], "($self, /)", "Sign, digits and exponent.";
    "as_integer_ratio" = as_integer_ratio [0], "($self, /)", "Two ints whose quotient is the number.";
    "__copy__" = same [0], "!($self, /)", "";
    "__deepcopy__" = deepcopy [1], "?($self, memo, /)", "";
    "__format__" = format_method [2], "!($self, spec, override=None, /)", "";
    "__reduce__" = reduce [0], "!($self, /)", "";
    "__round__" = round [1], "!($self, ndigits=None, /)", "";
    "__ceil__" = ceil [0], "!($self, /)", "";
    "__floor__" = floor [0], "!($self, /)", "";
    "__trunc__" = trunc [0], "!($self, /)", "";
    "__complex__" = complex [0], "!($self, /)", "";
    "__sizeof__" = sizeof [0], "!($self, /)", "";
] }

method_table! { pub static CONTEXT_METHODS: for ContextObject [
    "abs" = context_one::abs [1], "($self, x, /)", "The absolute value of x.";
    "exp" = context_one::exp [1], "($self, x, /)", "e ** x.";
    "ln" = context_one::ln [1], "($self, x, /)", "The natural logarithm of x.";
    "log10" = context_one::log10 [1], "($self, x, /)", "The logarithm of x to base ten.";
    "minus" = context_one::minus [1], "($self, x, /)", "-x.";
    "next_minus" = context_one::next_minus [1], "($self, x, /)", "The largest number below x.";
    "next_plus" = context_one::next_plus [1], "($self, x, /)", "The smallest number above x.";
    "normalize" = context_one::normalize [1], "($self, x, /)", "x without zeros at its right end.";
    "plus" = context_one::plus [1], "($self, x, /)", "+x: x rounded to this context.";
    "to_integral" = context_one::to_integral [1], "($self, x, /)", "The integer nearest to x.";
    "to_integral_exact" = context_one::to_integral_exact [1], "($self, x, /)", "The integer nearest to x, with signals if it is another number.";
    "to_integral_value" = context_one::to_integral [1], "($self, x, /)", "The integer nearest to x.";
    "sqrt" = context_one::sqrt [1], "($self, x, /)", "The square root of x.";
    "add" = context_two::add [2], "($self, x, y, /)", "x + y.";
    "compare" = context_two::compare [2], "($self, x, y, /)", "-1, 0, 1 or NaN as a decimal.";
    "compare_signal" = context_two::compare_signal [2], "($self, x, y, /)", "As compare(), with signals of every NaN.";
    "divide" = context_two::divide [2], "($self, x, y, /)", "x / y.";
    "divide_int" = context_two::divide_int [2], "($self, x, y, /)", "The whole part of x / y.";
    "divmod" = divmod [2], "($self, x, y, /)", "The whole part of x / y, and the remainder.";
    "max" = context_two::max [2], "($self, x, y, /)", "The larger of x and y.";
    "max_mag" = context_two::max_mag [2], "($self, x, y, /)", "The one with the larger absolute value.";
    "min" = context_two::min [2], "($self, x, y, /)", "The smaller of x and y.";
    "min_mag" = context_two::min_mag [2], "($self, x, y, /)", "The one with the smaller absolute value.";
    "multiply" = context_two::multiply [2], "($self, x, y, /)", "x * y.";
    "next_toward" = context_two::next_toward [2], "($self, x, y, /)", "The number next to x in the direction of y.";
    "quantize" = context_two::quantize [2], "($self, x, y, /)", "x rounded to the exponent of y.";
    "remainder" = context_two::remainder [2], "($self, x, y, /)", "x % y.";
    "remainder_near" = context_two::remainder_near [2], "($self, x, y, /)", "The remainder of x / y, the quotient being the nearest integer.";
    "subtract" = context_two::subtract [2], "($self, x, y, /)", "x - y.";
    "power" = power [3], "($self, /, a, b, modulo=None)", "a ** b, or a ** b % modulo.";
    "fma" = context_fma [3], "($self, x, y, z, /)", "x * y + z, rounded once.";
    "Etiny" = context::etiny [0], "($self, /)", "Emin - (prec - 1).";
    "Etop" = context::etop [0], "($self, /)", "Emax - (prec - 1).";
    "radix" = context_radix [0], "($self, /)", "Decimal(10).";
    "is_canonical" = context_is_canonical [1], "($self, x, /)", "True.";
    "is_finite" = context_is::finite [1], "($self, x, /)", "Whether x is a number.";
    "is_infinite" = context_is::infinite [1], "($self, x, /)", "Whether x is an infinity.";
    "is_nan" = context_is::nan [1], "($self, x, /)", "Whether x is a NaN.";
    "is_normal" = context_is_normal [1], "($self, x, /)", "Whether x is finite, not zero and not subnormal.";
    "is_qnan" = context_is::qnan [1], "($self, x, /)", "Whether x is a quiet NaN.";
    "is_signed" = context_is::signed [1], "($self, x, /)", "Whether x has a minus sign.";
    "is_snan" = context_is::snan [1], "($self, x, /)", "Whether x is a signaling NaN.";
    "is_subnormal" = context_is_subnormal [1], "($self, x, /)", "Whether x is below the smallest exponent.";
    "is_zero" = context_is::zero [1], "($self, x, /)", "Whether x is zero.";
    "_apply" = context_one::apply [1], "?($self, x, /)", "";
    "canonical" = context_canonical [1], "($self, x, /)", "x itself.";
    "copy_abs" = context_copy_abs [1], "($self, x, /)", "The absolute value of x, unrounded.";
    "copy_decimal" = copy_decimal [1], "($self, x, /)", "x as a decimal.";
    "copy_negate" = context_copy_negate [1], "($self, x, /)", "The negative of x, unrounded.";
    "logb" = context_one::logb [1], "($self, x, /)", "The exponent of the first digit of x as a decimal.";
    "logical_invert" = context_one::logical_invert [1], "($self, x, /)", "Each digit of x inverted.";
    "number_class" = context_number_class [1], "($self, x, /)", "What kind of number x is, as a string.";
    "to_sci_string" = to_sci_string [1], "($self, x, /)", "x as text with an exponent.";
    "to_eng_string" = context_to_eng_string [1], "($self, x, /)", "x as text with an exponent that is a multiple of three.";
    "compare_total" = context_two::compare_total [2], "($self, x, y, /)", "-1, 0 or 1 in an order of all decimals.";
    "compare_total_mag" = context_two::compare_total_mag [2], "($self, x, y, /)", "As compare_total(), of absolute values.";
    "copy_sign" = context_two::copy_sign [2], "($self, x, y, /)", "x with the sign of y.";
    "logical_and" = context_two::logical_and [2], "($self, x, y, /)", "Each digit of both by and.";
    "logical_or" = context_two::logical_or [2], "($self, x, y, /)", "Each digit of both by or.";
    "logical_xor" = context_two::logical_xor [2], "($self, x, y, /)", "Each digit of both by exclusive or.";
    "rotate" = context_two::rotate [2], "($self, x, y, /)", "The digits of x turned round by y places.";
    "same_quantum" = context_same_quantum [2], "($self, x, y, /)", "Whether both have the same exponent.";
    "scaleb" = context_two::scaleb [2], "($self, x, y, /)", "x with its exponent moved by y.";
    "shift" = context_two::shift [2], "($self, x, y, /)", "The digits of x moved by y places.";
    "clear_flags" = context::clear_flags [0], "($self, /)", "Sets all flags to False.";
    "clear_traps" = context::clear_traps [0], "($self, /)", "Sets all traps to False.";
    "__copy__" = context::copy [0], "!($self, /)", "";
    "__reduce__" = context::reduce [0], "!($self, /)", "";
    "copy" = context::copy [0], "($self, /)", "A copy of the context.";
    "create_decimal" = create_decimal [1], "($self, num=\"0\", /)", "A decimal of num, rounded to this context.";
    "create_decimal_from_float" = create_decimal_from_float [1], "($self, f, /)", "A decimal of a float, rounded to this context.";
] }

/// A context like this one that rounds as an argument says.
fn rounded_as(py: Py<'_>, c: &ContextObject, r: Option<&PyObject>) -> PyResult<Context> {
    let k = c.kernel();
    match r.filter(|r| !object::is_none(r)) {
        Some(r) => Ok(Context { rounding: rounding(py, r)?, ..k }),
        None => Ok(k),
    }
}

fn integral(
    py: Py<'_>,
    d: &DecimalObject,
    r: Option<&PyObject>,
    context: Option<&PyObject>,
    exact: bool,
) -> PyResult {
    let c = context_of(py, context)?;
    let mut status = 0;
    let v = rounded_as(py, &c, r)?.to_integral(value(d), exact, &mut status);
    result(py, &c, v, status)
}

fn to_integral_value(
    py: Py<'_>,
    d: &DecimalObject,
    r: Option<&PyObject>,
    context: Option<&PyObject>,
) -> PyResult {
    integral(py, d, r, context, false)
}

fn to_integral_exact(
    py: Py<'_>,
    d: &DecimalObject,
    r: Option<&PyObject>,
    context: Option<&PyObject>,
) -> PyResult {
    integral(py, d, r, context, true)
}

fn quantize(
    py: Py<'_>,
    d: &DecimalObject,
    exp: &PyObject,
    r: Option<&PyObject>,
    context: Option<&PyObject>,
) -> PyResult {
    let c = context_of(py, context)?;
    let k = rounded_as(py, &c, r)?;
    let e = convert::required(py, exp)?;
    let mut status = 0;
    let v = k.quantize(value(d), value(&e), &mut status);
    result(py, &c, v, status)
}

fn fma(
    py: Py<'_>,
    d: &DecimalObject,
    other: &PyObject,
    third: &PyObject,
    context: Option<&PyObject>,
) -> PyResult {
    let c = context_of(py, context)?;
    let (b, t) = (convert::required(py, other)?, convert::required(py, third)?);
    binary(py, &c, d, &b, |k, a, b, s| k.fma(a, b, value(&t), s))
}

fn context_fma(py: Py<'_>, c: &ContextObject, x: &PyObject, y: &PyObject, z: &PyObject) -> PyResult {
    let (a, b, t) = (convert::required(py, x)?, convert::required(py, y)?, convert::required(py, z)?);
    binary(py, c, &a, &b, |k, a, b, s| k.fma(a, b, value(&t), s))
}

fn divmod(py: Py<'_>, c: &ContextObject, x: &PyObject, y: &PyObject) -> PyResult {
    let (a, b) = (convert::required(py, x)?, convert::required(py, y)?);
    number::both_parts(py, c, &a, &b)
}

fn power(py: Py<'_>, c: &ContextObject, a: &PyObject, b: &PyObject, m: Option<&PyObject>) -> PyResult {
    let (a, b) = (convert::required(py, a)?, convert::required(py, b)?);
    let m = match m.filter(|m| !object::is_none(m)) {
        Some(m) => Some(convert::required(py, m)?),
        None => None,
    };
    number::powered(py, c, &a, &b, m.as_deref())
}

fn is_canonical(_: Py<'_>, _: &DecimalObject) -> bool {
    true
}

fn only_decimal<'a>(py: Py<'_>, x: &'a PyObject) -> PyResult<&'a DecimalObject> {
    number::check(x).ok_or_else(|| exceptions::type_error(py, format_args!("argument must be a Decimal")))
}

fn context_is_canonical(py: Py<'_>, _: &ContextObject, x: &PyObject) -> PyResult<bool> {
    only_decimal(py, x).map(|_| true)
}

fn context_canonical(py: Py<'_>, _: &ContextObject, x: &PyObject) -> PyResult<Owned<DecimalObject>> {
    only_decimal(py, x).map(Object::to_owned)
}

fn is_normal(py: Py<'_>, d: &DecimalObject, context: Option<&PyObject>) -> PyResult<bool> {
    Ok(value(d).is_normal(&context_of(py, context)?.kernel()))
}

fn is_subnormal(py: Py<'_>, d: &DecimalObject, context: Option<&PyObject>) -> PyResult<bool> {
    Ok(value(d).is_subnormal(&context_of(py, context)?.kernel()))
}

fn context_is_normal(py: Py<'_>, c: &ContextObject, x: &PyObject) -> PyResult<bool> {
    Ok(value(&*convert::required(py, x)?).is_normal(&c.kernel()))
}

fn context_is_subnormal(py: Py<'_>, c: &ContextObject, x: &PyObject) -> PyResult<bool> {
    Ok(value(&*convert::required(py, x)?).is_subnormal(&c.kernel()))
}

fn adjusted(_: Py<'_>, d: &DecimalObject) -> i64 {
    value(d).adjusted()
}

fn same(_: Py<'_>, d: &DecimalObject) -> Owned<DecimalObject> {
    d.to_owned()
}

fn deepcopy(_: Py<'_>, d: &DecimalObject, _: &PyObject) -> Owned<DecimalObject> {
    d.to_owned()
}

fn ten(py: Py<'_>) -> PyResult {
    make(py, &DECIMAL, Decimal::from_i64(10))
}

fn radix(py: Py<'_>, _: &DecimalObject) -> PyResult {
    ten(py)
}

fn context_radix(py: Py<'_>, _: &ContextObject) -> PyResult {
    ten(py)
}

fn copy_abs(py: Py<'_>, d: &DecimalObject) -> PyResult {
    make(py, &DECIMAL, value(d).copy_abs())
}

fn copy_negate(py: Py<'_>, d: &DecimalObject) -> PyResult {
    make(py, &DECIMAL, value(d).copy_negate())
}

fn context_copy_abs(py: Py<'_>, _: &ContextObject, x: &PyObject) -> PyResult {
    copy_abs(py, &*convert::required(py, x)?)
}

fn context_copy_negate(py: Py<'_>, _: &ContextObject, x: &PyObject) -> PyResult {
    copy_negate(py, &*convert::required(py, x)?)
}

fn copy_decimal(py: Py<'_>, _: &ContextObject, x: &PyObject) -> PyResult<Owned<DecimalObject>> {
    convert::required(py, x)
}

fn number_class(
    py: Py<'_>,
    d: &DecimalObject,
    context: Option<&PyObject>,
) -> PyResult<Owned<PyUnicodeObject>> {
    let c = context_of(py, context)?;
    unicode::from_str(py, value(d).class(&c.kernel()))
}

fn context_number_class(py: Py<'_>, c: &ContextObject, x: &PyObject) -> PyResult<Owned<PyUnicodeObject>> {
    unicode::from_str(py, value(&*convert::required(py, x)?).class(&c.kernel()))
}

fn to_eng_string(
    py: Py<'_>,
    d: &DecimalObject,
    context: Option<&PyObject>,
) -> PyResult<Owned<PyUnicodeObject>> {
    unicode::from_str(py, &number::text(py, d, true, context)?)
}

fn to_sci_string(py: Py<'_>, c: &ContextObject, x: &PyObject) -> PyResult<Owned<PyUnicodeObject>> {
    unicode::from_str(py, &value(&*convert::required(py, x)?).to_text(false, c.capitals()))
}

fn context_to_eng_string(py: Py<'_>, c: &ContextObject, x: &PyObject) -> PyResult<Owned<PyUnicodeObject>> {
    unicode::from_str(py, &value(&*convert::required(py, x)?).to_text(true, c.capitals()))
}

fn same_quantum(
    py: Py<'_>,
    d: &DecimalObject,
    other: &PyObject,
    context: Option<&PyObject>,
) -> PyResult<bool> {
    context_of(py, context)?;
    Ok(same_exponent(value(d), value(&*convert::required(py, other)?)))
}

fn context_same_quantum(py: Py<'_>, _: &ContextObject, x: &PyObject, y: &PyObject) -> PyResult<bool> {
    let (a, b) = (convert::required(py, x)?, convert::required(py, y)?);
    Ok(same_exponent(value(&a), value(&b)))
}

/// The value of a float or an int.
fn float_or_int(py: Py<'_>, o: &PyObject) -> PyResult<Decimal> {
    if let Some(n) = long::check(o) {
        return Ok(convert::of_int(n));
    }
    match float::check(o) {
        Some(f) => Ok(convert::of_float(f.ob_fval.get())),
        None => Err(exceptions::type_error(py, format_args!("argument must be int or float"))),
    }
}

fn from_float(py: Py<'_>, class: &DecimalObject, f: &PyObject) -> PyResult {
    let d = make(py, &DECIMAL, float_or_int(py, f)?)?;
    let class = class.as_object();
    if class.is(&DECIMAL.0) {
        return Ok(d);
    }
    dxpy_core::call::call(py, class, [&*d])
}

fn create_decimal(py: Py<'_>, c: &ContextObject, num: Option<&PyObject>) -> PyResult {
    convert::rounded(py, num, c)
}

fn create_decimal_from_float(py: Py<'_>, c: &ContextObject, f: &PyObject) -> PyResult {
    let mut status = 0;
    let v = c.kernel().finalize(float_or_int(py, f)?, &mut status);
    result(py, c, v, status)
}

fn digits(py: Py<'_>, text: &str) -> PyResult<Owned<PyTupleObject>> {
    let mut all = Vec::with_capacity(text.len());
    for b in text.bytes() {
        all.push(long::from_i64(py, i64::from(b - b'0'))?.upcast());
    }
    tuple::from_iter(py, all)
}

fn as_tuple(py: Py<'_>, d: &DecimalObject) -> PyResult {
    let v = value(d);
    let (digits, exp) = match &v.value {
        Value::Infinite => (digits(py, "0")?, unicode::from_str(py, "F")?.upcast()),
        Value::Nan { signaling, payload } => {
            let text = if payload.is_zero() { String::new() } else { payload.to_digits() };
            (digits(py, &text)?, unicode::from_str(py, if *signaling { "N" } else { "n" })?.upcast())
        }
        Value::Finite { exp, coefficient } => {
            (digits(py, &coefficient.to_digits())?, long::from_i64(py, *exp)?.upcast())
        }
    };
    let sign = long::from_i64(py, v.negative.into())?;
    match kept(&DECIMAL_TUPLE) {
        Some(class) => number::call_three(py, class, [sign.as_object(), digits.as_object(), &exp]),
        None => Ok(tuple::from_iter(py, [sign.upcast(), digits.upcast(), exp])?.upcast()),
    }
}

fn as_integer_ratio(py: Py<'_>, d: &DecimalObject) -> PyResult<Owned<PyTupleObject>> {
    let v = value(d);
    if !v.is_finite() {
        return Err(number::no_ratio(py, v.is_nan()));
    }
    let Some((n, den)) = v.to_ratio() else { return Err(exceptions::memory_error(py)) };
    let n = convert::to_int(py, v.negative, n.magnitude())?.upcast();
    tuple::from_iter(py, [n, convert::to_int(py, false, &den)?.upcast()])
}

fn reduce(py: Py<'_>, d: &DecimalObject) -> PyResult<Owned<PyTupleObject>> {
    let text = unicode::from_str(py, &number::text(py, d, false, None)?)?;
    let of = tuple::from_iter(py, [text.upcast()])?;
    tuple::from_iter(py, [d.ty().as_object().to_owned(), of.upcast()])
}

fn round(py: Py<'_>, d: &DecimalObject, n: Option<&PyObject>) -> PyResult {
    let Some(n) = n else { return Ok(number::to_int(py, d, Rounding::HalfEven)?.upcast()) };
    let c = current(py)?;
    let Some(n) = long::check(n) else {
        return Err(exceptions::type_error(py, format_args!("optional arg must be an integer")));
    };
    let n = index::to_ssize(py, n, &exceptions::OverflowError)?;
    let one = Decimal::from_digits(false, &[1], (n as i64).checked_neg().unwrap_or(i64::MAX));
    let mut status = 0;
    let v = c.kernel().quantize(value(d), &one, &mut status);
    result(py, &c, v, status)
}

fn ceil(py: Py<'_>, d: &DecimalObject) -> PyResult<Owned<PyLongObject>> {
    number::to_int(py, d, Rounding::Ceiling)
}

fn floor(py: Py<'_>, d: &DecimalObject) -> PyResult<Owned<PyLongObject>> {
    number::to_int(py, d, Rounding::Floor)
}

fn trunc(py: Py<'_>, d: &DecimalObject) -> PyResult<Owned<PyLongObject>> {
    number::to_int(py, d, Rounding::Down)
}

fn complex(py: Py<'_>, d: &DecimalObject) -> PyResult {
    let real = number::to_float(py, d)?;
    dxpy_core::call::call(py, dxpy_types::complex::PyComplex_Type.as_object(), [real.as_object()])
}

fn sizeof(_: Py<'_>, d: &DecimalObject) -> isize {
    let words = value(d).parts().map_or(0, |(_, c)| c.digits().div_ceil(19));
    // Up to four words are in the object, in CPython.
    104 + if words > 4 { 8 * words as isize } else { 0 }
}

/// The locale of `n`, or what a dict says of it instead.
fn locale(py: Py<'_>, override_: Option<&PyObject>) -> PyResult<Locale> {
    let conv = dxpy_host::locale::conventions();
    let text = |n: &str| {
        let found = conv.texts.iter().find(|(k, _)| *k == n);
        found.map_or_else(String::new, |(_, t)| String::from_utf8_lossy(t).into_owned())
    };
    let mut l = Locale {
        point: text("decimal_point"),
        separator: text("thousands_sep"),
        grouping: conv.groupings[0].1.clone(),
    };
    let Some(o) = override_ else { return Ok(l) };
    let Some(d) = dict::check(o) else {
        return Err(exceptions::type_error(py, format_args!("optional argument must be a dict")));
    };
    let part = |key: &str| -> PyResult<Option<String>> {
        match dict::get_str(py, d, key)? {
            None => Ok(None),
            Some(o) => match unicode::check(&o) {
                Some(s) => Ok(Some(unicode::utf8(py, s)?.into_owned())),
                None => Err(exceptions::type_error(py, format_args!("a string is required"))),
            },
        }
    };
    if let Some(s) = part("decimal_point")? {
        l.point = s;
    }
    if let Some(s) = part("thousands_sep")? {
        l.separator = s;
    }
    if let Some(s) = part("grouping")? {
        l.grouping = s.into_bytes();
    }
    let short = |s: &str| s.len() <= 4;
    if l.point.is_empty() || !short(&l.point) || !short(&l.separator) || l.grouping.iter().any(|n| *n > 127) {
        return Err(exceptions::value_error(py, format_args!("invalid override dict")));
    }
    Ok(l)
}

fn format_method(
    py: Py<'_>,
    d: &DecimalObject,
    spec: &PyObject,
    override_: Option<&PyObject>,
) -> PyResult<Owned<PyUnicodeObject>> {
    let c = current(py)?;
    let Some(spec) = unicode::check(spec) else {
        return Err(exceptions::type_error(py, format_args!("format arg must be str")));
    };
    let text = unicode::utf8(py, spec)?;
    let Some(spec) = Spec::parse(&text) else {
        return Err(exceptions::value_error(py, format_args!("{}", format::INVALID)));
    };
    let l = if spec.is_local() || override_.is_some() { Some(locale(py, override_)?) } else { None };
    match format::format(value(d), &spec, c.kernel().rounding, c.capitals(), l.as_ref()) {
        Some(text) => unicode::from_str(py, &text),
        None => Err(exceptions::memory_error(py)),
    }
}
