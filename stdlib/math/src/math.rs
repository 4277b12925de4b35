//! `math` (`Modules/mathmodule.c`).

use crate::{constant, raised};
use dxpy_core::abi::*;
use dxpy_core::args::Rest;
use dxpy_core::call::type_name;
use dxpy_core::float::check_exact as exact_float;
use dxpy_core::module::{StaticModule, exec};
use dxpy_core::ptr::Object;
use dxpy_core::statics::Gil;
use dxpy_core::types::special;
use dxpy_core::{
    Owned, Py, PyErr, PyResult, exceptions, float, long, methods, name, number, object, protocol, tuple,
};
use dxpy_num::{math as kernel, power};
use dxpy_types::{boolean, float as float_type};

/// `math`.
pub static MODULE: StaticModule = StaticModule::new(c"math")
    .doc(c"Functions of real numbers, as C's library has them and beyond.")
    .methods(&METHODS)
    .slots(&SLOTS);

static SLOTS: Gil<[PyModuleDef_Slot; 2]> = exec(fill);

fn fill(py: Py<'_>, m: &PyModuleObject) -> PyResult<()> {
    constant(py, m, "pi", core::f64::consts::PI)?;
    constant(py, m, "e", core::f64::consts::E)?;
    constant(py, m, "tau", core::f64::consts::TAU)?;
    constant(py, m, "inf", f64::INFINITY)?;
    constant(py, m, "nan", f64::NAN)
}

methods! { static METHODS: for PyModuleObject [
    "acos" = acos [1], "($module, x, /)", "The arc cosine of x, from 0 to pi.";
    "acosh" = acosh [1], "($module, x, /)", "The inverse hyperbolic cosine of x.";
    "asin" = asin [1], "($module, x, /)", "The arc sine of x, from -pi/2 to pi/2.";
    "asinh" = asinh [1], "($module, x, /)", "The inverse hyperbolic sine of x.";
    "atan" = atan [1], "($module, x, /)", "The arc tangent of x, from -pi/2 to pi/2.";
    "atan2" = atan2 [2], "($module, y, x, /)", "The angle of the point (x, y): the arc tangent of y/x in the right quadrant.";
    "atanh" = atanh [1], "($module, x, /)", "The inverse hyperbolic tangent of x.";
    "cbrt" = cbrt [1], "($module, x, /)", "The cube root of x.";
    "ceil" = ceil [1], "($module, x, /)", "The least integer that is not below x.";
    "copysign" = copysign [2], "($module, x, y, /)", "The magnitude of x with the sign of y, which zeros have too.";
    "cos" = cos [1], "($module, x, /)", "The cosine of x in radians.";
    "cosh" = cosh [1], "($module, x, /)", "The hyperbolic cosine of x.";
    "degrees" = degrees [1], "($module, x, /)", "An angle in radians as degrees.";
    "dist" = dist [2], "($module, p, q, /)", "The Euclidean distance of two points, given as sequences of as many coordinates.";
    "erf" = erf [1], "($module, x, /)", "The error function at x.";
    "erfc" = erfc [1], "($module, x, /)", "One minus the error function at x.";
    "exp" = exp [1], "($module, x, /)", "e raised to the power x.";
    "exp2" = exp2 [1], "($module, x, /)", "2 raised to the power x.";
    "expm1" = expm1 [1], "($module, x, /)", "exp(x) - 1, exact for x near zero.";
    "fabs" = fabs [1], "($module, x, /)", "The absolute value of x, as a float.";
    "factorial" = factorial [1], "($module, n, /)", "The product of the integers from 1 to n.";
    "floor" = floor [1], "($module, x, /)", "The greatest integer that is not above x.";
    "fmod" = fmod [2], "($module, x, y, /)", "The remainder of x / y with the sign of x, as C computes it.";
    "frexp" = frexp [1], "($module, x, /)", "Mantissa and exponent: (m, e) with x == m * 2.0**e and 0.5 <= abs(m) < 1.0, zeros for zero.";
    "fsum" = fsum [1], "($module, seq, /)", "The sum of the numbers of an iterable, rounded once.";
    "gamma" = gamma [1], "($module, x, /)", "The gamma function at x.";
    "gcd" = gcd [1], "($module, *integers)", "The greatest common divisor.";
    "hypot" = hypot [1], "?($module, *coordinates)", "hypot(*coordinates) -> value\n\nThe Euclidean length of a vector: the root of the sum of the squares of its coordinates.";
    "isclose" = isclose [4], "($module, /, a, b, *, rel_tol=1e-09, abs_tol=0.0)", "Whether two numbers differ by at most rel_tol of the larger one, or by at most abs_tol.\n\nNaN is close to nothing, an infinity to itself only.";
    "isfinite" = isfinite [1], "($module, x, /)", "Whether x is neither an infinity nor NaN.";
    "isinf" = isinf [1], "($module, x, /)", "Whether x is an infinity.";
    "isnan" = isnan [1], "($module, x, /)", "Whether x is NaN.";
    "isqrt" = isqrt [1], "($module, n, /)", "The integer part of the square root of n.";
    "lcm" = lcm [1], "($module, *integers)", "The least common multiple.";
    "ldexp" = ldexp [2], "($module, x, i, /)", "x * (2**i).";
    "lgamma" = lgamma [1], "($module, x, /)", "The logarithm of the gamma function's absolute value at x.";
    "log" = log [2], "?($module, x, base=0, /)", "log(x, [base=math.e])\n\nThe logarithm of x to a base, the natural one without it.";
    "log1p" = log1p [1], "($module, x, /)", "The natural logarithm of 1 + x, exact for x near zero.";
    "log10" = log10 [1], "($module, x, /)", "The logarithm of x to base 10.";
    "log2" = log2 [1], "($module, x, /)", "The logarithm of x to base 2.";
    "modf" = modf [1], "($module, x, /)", "The fraction and the whole part of x, as floats with its sign.";
    "pow" = pow [2], "($module, x, y, /)", "x raised to the power y, as floats.";
    "radians" = radians [1], "($module, x, /)", "An angle in degrees as radians.";
    "remainder" = remainder [2], "($module, x, y, /)", "What is left of x without the multiple of y nearest to it, the even one of two (IEEE 754).";
    "sin" = sin [1], "($module, x, /)", "The sine of x in radians.";
    "sinh" = sinh [1], "($module, x, /)", "The hyperbolic sine of x.";
    "sqrt" = sqrt [1], "($module, x, /)", "The square root of x.";
    "tan" = tan [1], "($module, x, /)", "The tangent of x in radians.";
    "tanh" = tanh [1], "($module, x, /)", "The hyperbolic tangent of x.";
    "sumprod" = sumprod [2], "($module, p, q, /)", "The sum of the products of the items of two iterables of one length.";
    "trunc" = trunc [1], "($module, x, /)", "x without its fraction: what its __trunc__() answers.";
    "prod" = prod [2], "($module, iterable, /, *, start=1)", "The product of start and the items of an iterable.";
    "perm" = perm [2], "($module, n, k=None, /)", "In how many ways k of n things can be put in order; all of them without k.";
    "comb" = comb [2], "($module, n, k, /)", "In how many ways k of n things can be chosen.";
    "nextafter" = nextafter [3], "($module, x, y, /, *, steps=None)", "The float after x towards y, or so many steps on.";
    "ulp" = ulp [1], "($module, x, /)", "The value of the lowest bit of x.";
] }

type Module = PyModuleObject;
type Int = Owned<PyLongObject>;

/// Functions of floats that can fail.
macro_rules! fallible {
    ($($name:ident($($x:ident)*);)*) => { $(
        fn $name(py: Py<'_>, _: &Module, $($x: f64),*) -> PyResult<f64> {
            raised(py, kernel::$name($($x),*))
        }
    )* };
}
fallible! {
    acos(x); acosh(x); asin(x); asinh(x); atan(x); atanh(x); cbrt(x); cos(x); cosh(x); exp(x); exp2(x); expm1(x);
    gamma(x); lgamma(x); log1p(x); sin(x); sinh(x); sqrt(x); tan(x); tanh(x); fmod(x y); pow(x y); remainder(x y);
}

/// Functions of floats that cannot.
macro_rules! total {
    ($($name:ident($($x:ident)*);)*) => { $(
        fn $name(_: Py<'_>, _: &Module, $($x: f64),*) -> f64 {
            kernel::$name($($x),*)
        }
    )* };
}
total! { atan2(y x); copysign(x y); degrees(x); erf(x); erfc(x); fabs(x); radians(x); ulp(x); }

fn isfinite(_: Py<'_>, _: &Module, x: f64) -> bool {
    x.is_finite()
}

fn isinf(_: Py<'_>, _: &Module, x: f64) -> bool {
    x.is_infinite()
}

fn isnan(_: Py<'_>, _: &Module, x: f64) -> bool {
    x.is_nan()
}

/// `math.ceil`: what `__ceil__` answers, else of a float.
fn ceil(py: Py<'_>, _: &Module, x: &PyObject) -> PyResult {
    if exact_float(x).is_none()
        && let Some(m) = special::lookup(py, x, name!("__ceil__"))?
    {
        return m.call(py, x, []);
    }
    float_type::to_int(py, float::as_f64(py, x)?.ceil()).map(Owned::upcast)
}

/// `math.floor`: what `__floor__` answers, else of a float.
fn floor(py: Py<'_>, _: &Module, x: &PyObject) -> PyResult {
    if exact_float(x).is_none()
        && let Some(m) = special::lookup(py, x, name!("__floor__"))?
    {
        return m.call(py, x, []);
    }
    float_type::to_int(py, float::as_f64(py, x)?.floor()).map(Owned::upcast)
}

/// `math.trunc`.
fn trunc(py: Py<'_>, _: &Module, x: &PyObject) -> PyResult {
    if let Some(f) = exact_float(x) {
        return float_type::to_int(py, f.ob_fval.get()).map(Owned::upcast);
    }
    match special::lookup(py, x, name!("__trunc__"))? {
        Some(m) => m.call(py, x, []),
        None => Err(exceptions::type_error(
            py,
            format_args!("type {} doesn't define __trunc__ method", type_name(x.ty())),
        )),
    }
}

/// The coordinates of a point, which any sequence is.
fn coordinates(py: Py<'_>, o: &PyObject) -> PyResult<Owned<PyTupleObject>> {
    match tuple::check(o) {
        Some(t) => Ok(t.to_owned()),
        None => dxpy_core::sequence::to_tuple(py, o),
    }
}

/// `math.dist`.
fn dist(py: Py<'_>, _: &Module, p: &PyObject, q: &PyObject) -> PyResult<f64> {
    let (p, q) = (coordinates(py, p)?, coordinates(py, q)?);
    if tuple::len(&p) != tuple::len(&q) {
        return Err(exceptions::value_error(
            py,
            format_args!("both points must have the same number of dimensions"),
        ));
    }
    let pairs = tuple::items(&p).iter().zip(tuple::items(&q));
    let (mut a, mut b) = (Vec::new(), Vec::new());
    for (x, y) in pairs {
        a.push(float::as_f64(py, x)?);
        b.push(float::as_f64(py, y)?);
    }
    Ok(kernel::dist(&a, &b))
}

/// `math.hypot`.
fn hypot(py: Py<'_>, _: &Module, coordinates: Rest<'_>) -> PyResult<f64> {
    let all = objects(coordinates).map(|o| float::as_f64(py, o)).collect::<PyResult<Vec<_>>>()?;
    Ok(kernel::hypot(&all))
}

/// The arguments of a `*args` parameter.
fn objects<'a>(rest: Rest<'a>) -> impl Iterator<Item = &'a PyObject> {
    // SAFETY: LIVE: the caller of a method holds its arguments.
    rest.0.iter().map(|p| unsafe { &**p })
}

fn pair(py: Py<'_>, a: Owned, b: Owned) -> PyResult<Owned<PyTupleObject>> {
    tuple::from_iter(py, [a, b])
}

/// `math.frexp`.
fn frexp(py: Py<'_>, _: &Module, x: f64) -> PyResult<Owned<PyTupleObject>> {
    let (m, e) = kernel::frexp(x);
    pair(py, float::new(py, m)?.upcast(), long::from_i64(py, e)?.upcast())
}

/// `math.modf`.
fn modf(py: Py<'_>, _: &Module, x: f64) -> PyResult<Owned<PyTupleObject>> {
    let (fraction, whole) = kernel::modf(x);
    pair(py, float::new(py, fraction)?.upcast(), float::new(py, whole)?.upcast())
}

/// `math.fsum`.
fn fsum(py: Py<'_>, _: &Module, iterable: &PyObject) -> PyResult<f64> {
    let it = protocol::iter(py, iterable)?;
    let mut sum = kernel::ExactSum::new();
    while let Some(item) = protocol::next(py, &it)? {
        raised(py, sum.push(float::as_f64(py, &item)?))?;
    }
    raised(py, sum.finish())
}

/// `math.isclose`.
fn isclose(
    py: Py<'_>,
    _: &Module,
    a: f64,
    b: f64,
    relative: Option<f64>,
    absolute: Option<f64>,
) -> PyResult<bool> {
    raised(py, kernel::is_close(a, b, relative.unwrap_or(1e-9), absolute.unwrap_or(0.0)))
}

/// `math.ldexp`.
fn ldexp(py: Py<'_>, _: &Module, x: f64, i: &PyObject) -> PyResult<f64> {
    let Some(i) = long::check(i) else {
        return Err(exceptions::type_error(py, format_args!("Expected an int as second argument to ldexp.")));
    };
    let e = long::to_i64(i).unwrap_or(if long::sign(i) < 0 { i64::MIN } else { i64::MAX });
    raised(py, kernel::ldexp(x, e))
}

/// `loghelper`: of an int of any size, or of a float.
fn logarithm(
    py: Py<'_>,
    x: &PyObject,
    of_int: fn(dxpy_num::Ref<'_>) -> dxpy_num::Result<f64>,
    of_float: fn(f64) -> dxpy_num::Result<f64>,
) -> PyResult<f64> {
    match long::check(x) {
        Some(n) => raised(py, of_int(long::num(n))),
        None => raised(py, of_float(float::as_f64(py, x)?)),
    }
}

/// `math.log`.
fn log(py: Py<'_>, _: &Module, x: &PyObject, base: Option<&PyObject>) -> PyResult<f64> {
    let v = logarithm(py, x, kernel::log_int, kernel::log)?;
    let Some(base) = base else { return Ok(v) };
    let base = logarithm(py, base, kernel::log_int, kernel::log)?;
    raised(py, kernel::log_quotient(v, base))
}

fn log2(py: Py<'_>, _: &Module, x: &PyObject) -> PyResult<f64> {
    logarithm(py, x, kernel::log2_int, kernel::log2)
}

fn log10(py: Py<'_>, _: &Module, x: &PyObject) -> PyResult<f64> {
    logarithm(py, x, kernel::log10_int, kernel::log10)
}

/// `math.factorial`.
fn factorial(py: Py<'_>, _: &Module, n: &PyObject) -> PyResult<Int> {
    let n = number::index_any(py, n)?;
    long::from_num(py, raised(py, kernel::factorial(long::num(&n)))?)
}

/// `math.perm`.
fn perm(py: Py<'_>, m: &Module, n: &PyObject, k: Option<&PyObject>) -> PyResult<Int> {
    let Some(k) = k.filter(|k| !object::is_none(k)) else { return factorial(py, m, n) };
    let (n, k) = (number::index(py, n)?, number::index(py, k)?);
    long::from_num(py, raised(py, kernel::perm(long::num(&n), long::num(&k)))?)
}

/// `math.comb`.
fn comb(py: Py<'_>, _: &Module, n: &PyObject, k: &PyObject) -> PyResult<Int> {
    let (n, k) = (number::index(py, n)?, number::index(py, k)?);
    long::from_num(py, raised(py, kernel::comb(long::num(&n), long::num(&k)))?)
}

/// `math.isqrt`.
fn isqrt(py: Py<'_>, _: &Module, n: &PyObject) -> PyResult<Int> {
    let n = number::index_any(py, n)?;
    if let Some(v) = long::to_u64(&n) {
        return long::from_u64(py, v.isqrt());
    }
    long::from_num(py, raised(py, power::isqrt(long::num(&n)))?)
}

/// `gcd` or `lcm`, two by two; all arguments are looked at.
fn fold(
    py: Py<'_>,
    integers: Rest<'_>,
    empty: i64,
    short: fn(u64, u64) -> Option<u64>,
    f: fn(dxpy_num::Ref<'_>, dxpy_num::Ref<'_>) -> dxpy_num::Int,
) -> PyResult<Int> {
    let magnitude = |n: &Int| long::to_i64(n).map(i64::unsigned_abs);
    let mut result: Option<Int> = None;
    for o in objects(integers) {
        let n = number::index(py, o)?;
        result = Some(match result {
            None => long::from_digits(py, false, long::digits(&n))?,
            Some(r)
                if let (Some(a), Some(b)) = (magnitude(&r), magnitude(&n))
                    && let Some(v) = short(a, b) =>
            {
                long::from_u64(py, v)?
            }
            Some(r) => long::from_num(py, f(long::num(&r), long::num(&n)))?,
        });
    }
    result.map_or_else(|| long::from_i64(py, empty), Ok)
}

fn gcd(py: Py<'_>, _: &Module, integers: Rest<'_>) -> PyResult<Int> {
    let short = |mut a: u64, mut b: u64| {
        while b != 0 {
            (a, b) = (b, a % b);
        }
        Some(a)
    };
    fold(py, integers, 0, short, power::gcd)
}

fn lcm(py: Py<'_>, _: &Module, integers: Rest<'_>) -> PyResult<Int> {
    fold(py, integers, 1, |_, _| None, power::lcm)
}

/// `math.nextafter`: counts of steps beyond 64 bits go all the way.
fn nextafter(py: Py<'_>, _: &Module, x: f64, y: f64, steps: Option<&PyObject>) -> PyResult<f64> {
    let Some(steps) = steps.filter(|s| !object::is_none(s)) else { return Ok(kernel::nextafter(x, y, None)) };
    let steps = number::index(py, steps)?;
    if long::sign(&steps) < 0 {
        return Err(exceptions::value_error(py, format_args!("steps must be a non-negative integer")));
    }
    Ok(kernel::nextafter(x, y, Some(long::to_u64(&steps).unwrap_or(u64::MAX))))
}

/// `math.prod`: of ints of machine size, then of floats, without objects for what is in between.
fn prod(py: Py<'_>, _: &Module, iterable: &PyObject, start: Option<&PyObject>) -> PyResult {
    let it = protocol::iter(py, iterable)?;
    let mut result = match start {
        Some(s) => s.to_owned(),
        None => long::from_i64(py, 1)?.upcast(),
    };
    let mut item = protocol::next(py, &it)?;
    if let Some(mut v) = long::check_exact(&result).and_then(long::to_i64) {
        loop {
            let Some(x) = &item else { return long::from_i64(py, v).map(Owned::upcast) };
            let factor = long::check_exact(x).and_then(long::to_i64);
            let Some(p) = factor.and_then(|f| v.checked_mul(f)) else { break };
            v = p;
            item = protocol::next(py, &it)?;
        }
        let Some(x) = &item else { return long::from_i64(py, v).map(Owned::upcast) };
        result = number::multiply(py, long::from_i64(py, v)?.as_object(), x)?;
        item = protocol::next(py, &it)?;
    }
    if let Some(mut v) = exact_float(&result).map(|f| f.ob_fval.get()) {
        loop {
            let Some(x) = &item else { return float::new(py, v).map(Owned::upcast) };
            let factor = match (exact_float(x), long::check_exact(x)) {
                (Some(f), _) => Some(f.ob_fval.get()),
                (_, Some(n)) => long::to_i64(n).map(|n| n as f64),
                _ => None,
            };
            let Some(f) = factor else { break };
            v *= f;
            item = protocol::next(py, &it)?;
        }
        result = float::new(py, v)?.upcast();
    }
    while let Some(x) = item {
        result = number::multiply(py, &result, &x)?;
        item = protocol::next(py, &it)?;
    }
    Ok(result)
}

#[cold]
fn different_lengths(py: Py<'_>) -> PyErr {
    exceptions::value_error(py, format_args!("Inputs are not the same length"))
}

/// The values of a pair for the sum of floats: two floats, or a float and an int or a bool.
fn float_pair(py: Py<'_>, p: &PyObject, q: &PyObject) -> Option<(f64, f64)> {
    let whole = |o: &PyObject| {
        let n = long::check_exact(o).or_else(|| boolean::check(o).and_then(|_| long::check(o)))?;
        // An int beyond floats is left to the general sum, which raises what it must.
        long::as_f64(py, n).ok()
    };
    match (exact_float(p), exact_float(q)) {
        (Some(p), Some(q)) => Some((p.ob_fval.get(), q.ob_fval.get())),
        (Some(p), None) => Some((p.ob_fval.get(), whole(q)?)),
        (None, Some(q)) => Some((whole(p)?, q.ob_fval.get())),
        (None, None) => None,
    }
}

/// `math.sumprod`: in an `i64` as long as all items are ints of that size, then exactly as long as pairs have floats, then
/// by the items' own operators.
fn sumprod(py: Py<'_>, _: &Module, p: &PyObject, q: &PyObject) -> PyResult {
    let (p_it, q_it) = (protocol::iter(py, p)?, protocol::iter(py, q)?);
    let mut total = long::from_i64(py, 0)?.upcast();
    let (mut ints, mut floats) = (Some(0i64), Some(kernel::TripleSum::new()));
    let mut floats_used = false;
    loop {
        let (p, q) = (protocol::next(py, &p_it)?, protocol::next(py, &q_it)?);
        let pair = match (&p, &q) {
            (Some(p), Some(q)) => Some((&**p, &**q)),
            (None, None) => None,
            _ => return Err(different_lengths(py)),
        };
        if let Some(sum) = ints {
            let value = |o| long::check_exact(o).and_then(long::to_i64);
            let next = pair
                .and_then(|(p, q)| value(p).zip(value(q)))
                .and_then(|(a, b)| a.checked_mul(b))
                .and_then(|product| sum.checked_add(product));
            if next.is_some() {
                ints = next;
                continue;
            }
            ints = None;
            total = number::add(py, &total, long::from_i64(py, sum)?.as_object())?;
        }
        if let Some(sum) = &mut floats {
            if let Some((a, b)) = pair.and_then(|(p, q)| float_pair(py, p, q))
                && sum.add_product(a, b)
            {
                floats_used = true;
                continue;
            }
            if floats_used {
                total = number::add(py, &total, float::new(py, sum.finish())?.as_object())?;
            }
            floats = None;
        }
        let Some((p, q)) = pair else { return Ok(total) };
        let product = number::multiply(py, p, q)?;
        total = number::add(py, &total, &product)?;
    }
}
