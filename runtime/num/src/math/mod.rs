//! The functions of `math` on floats, with the errors CPython derives from their results.
//!
//! Sums and distances are in `sums`, gamma in `gamma`, combinatorics and logarithms of ints in `whole`; `isqrt`, `gcd`
//! and `lcm` are `power`'s. Argument conversion and `__ceil__`, `__floor__`, `__trunc__` are the module's.

pub mod gamma;
pub mod sums;
pub mod whole;

use crate::convert::{decompose, round_to_f64};
use crate::error::{Error, Result};
use dxpy_libm as libm;

pub use gamma::{gamma, lgamma};
pub use sums::{CompensatedSum, ExactSum, TripleSum, dist, fsum, hypot, sumprod};
pub use whole::{comb, factorial, log_int, log2_int, log10_int, perm};

/// A result of one argument: NaN from a number is a domain error; infinity from a finite number is an overflow where
/// the function can overflow, and a pole, so a domain error, where it cannot (`math_1`).
#[inline]
fn checked(x: f64, r: f64, can_overflow: bool) -> Result<f64> {
    if r.is_nan() && !x.is_nan() {
        return Err(Error::MathDomain);
    }
    if r.is_infinite() && x.is_finite() {
        return Err(if can_overflow { Error::MathRange } else { Error::MathDomain });
    }
    Ok(r)
}

macro_rules! one_argument {
    ($($(#[$doc:meta])* $name:ident($x:ident) = $value:expr, $can_overflow:expr;)*) => {$(
        $(#[$doc])*
        pub fn $name($x: f64) -> Result<f64> {
            checked($x, $value, $can_overflow)
        }
    )*};
}

one_argument! {
    /// `math.acos`.
    acos(x) = x.acos(), false;
    /// `math.acosh`.
    acosh(x) = libm::acosh(x), false;
    /// `math.asin`.
    asin(x) = x.asin(), false;
    /// `math.asinh`.
    asinh(x) = libm::asinh(x), false;
    /// `math.atan`.
    atan(x) = x.atan(), false;
    /// `math.atanh`.
    atanh(x) = libm::atanh(x), false;
    /// `math.cbrt`.
    cbrt(x) = libm::cbrt(x), false;
    /// `math.cos`.
    cos(x) = x.cos(), false;
    /// `math.cosh`.
    cosh(x) = x.cosh(), true;
    /// `math.exp`.
    exp(x) = x.exp(), true;
    /// `math.exp2`.
    exp2(x) = x.exp2(), true;
    /// `math.expm1`.
    expm1(x) = x.exp_m1(), true;
    /// `math.log1p`.
    log1p(x) = log1p_raw(x), false;
    /// `math.sin`.
    sin(x) = x.sin(), false;
    /// `math.sinh`.
    sinh(x) = x.sinh(), true;
    /// `math.sqrt`.
    sqrt(x) = x.sqrt(), false;
    /// `math.tan`.
    tan(x) = x.tan(), false;
    /// `math.tanh`.
    tanh(x) = x.tanh(), false;
    /// `math.log` of a float.
    log(x) = if x > 0.0 { x.ln() } else { f64::NAN }, false;
    /// `math.log2` of a float.
    log2(x) = if x > 0.0 { x.log2() } else { f64::NAN }, false;
    /// `math.log10` of a float.
    log10(x) = if x > 0.0 { x.log10() } else { f64::NAN }, false;
}

/// `math.log(x, base)` from the two logarithms, of floats or ints.
pub fn log_quotient(log_x: f64, log_base: f64) -> Result<f64> {
    crate::float::div(log_x, log_base)
}

/// `log1p` that keeps the sign of zero.
pub(crate) fn log1p_raw(x: f64) -> f64 {
    if x == 0.0 { x } else { x.ln_1p() }
}

/// `math.erf`.
pub fn erf(x: f64) -> f64 {
    libm::erf(x)
}

/// `math.erfc`.
pub fn erfc(x: f64) -> f64 {
    libm::erfc(x)
}

/// `math.fabs`.
pub fn fabs(x: f64) -> f64 {
    x.abs()
}

/// `math.atan2`.
pub fn atan2(y: f64, x: f64) -> f64 {
    y.atan2(x)
}

/// `math.copysign`.
pub fn copysign(x: f64, y: f64) -> f64 {
    x.copysign(y)
}

/// `math.degrees`.
pub fn degrees(x: f64) -> f64 {
    x * (180.0 / core::f64::consts::PI)
}

/// `math.radians`.
pub fn radians(x: f64) -> f64 {
    x * (core::f64::consts::PI / 180.0)
}

/// `math.fmod`.
pub fn fmod(x: f64, y: f64) -> Result<f64> {
    if y.is_infinite() && x.is_finite() {
        return Ok(x);
    }
    let r = x % y;
    if r.is_nan() && !x.is_nan() && !y.is_nan() { Err(Error::MathDomain) } else { Ok(r) }
}

/// `math.remainder`: IEEE 754's, of the nearest multiple, ties to the even one.
pub fn remainder(x: f64, y: f64) -> Result<f64> {
    if x.is_finite() && y.is_finite() {
        if y == 0.0 {
            return Err(Error::MathDomain);
        }
        let (ax, ay) = (x.abs(), y.abs());
        let m = ax % ay;
        let c = ay - m;
        let r = if m < c {
            m
        } else if m > c {
            -c
        } else {
            // Halfway: whether the multiple below is even shows in the quotient's parity.
            m - 2.0 * (0.5 * (ax - m) % ay)
        };
        return Ok(1f64.copysign(x) * r);
    }
    if x.is_nan() {
        return Ok(x);
    }
    if y.is_nan() {
        return Ok(y);
    }
    if x.is_infinite() { Err(Error::MathDomain) } else { Ok(x) }
}

/// `math.pow`: C99's special cases, always a float.
pub fn pow(x: f64, y: f64) -> Result<f64> {
    let r = x.powf(y);
    if x.is_finite() && y.is_finite() {
        if r.is_nan() {
            return Err(Error::MathDomain);
        }
        if r.is_infinite() {
            return Err(if x == 0.0 { Error::MathDomain } else { Error::MathRange });
        }
    }
    Ok(r)
}

/// `x * 2**e`, rounded once.
pub fn ldexp_exact(x: f64, e: i32) -> f64 {
    if x == 0.0 || !x.is_finite() {
        return x;
    }
    let (negative, m, exponent) = decompose(x);
    let r = round_to_f64(m, false, exponent as i64 + e as i64).unwrap_or(f64::INFINITY);
    if negative { -r } else { r }
}

/// `math.ldexp`; exponents beyond 64 bits come as the nearest one.
pub fn ldexp(x: f64, e: i64) -> Result<f64> {
    // Every exponent beyond these over- or underflows every float.
    let r = ldexp_exact(x, e.clamp(-10_000, 10_000) as i32);
    if r.is_infinite() && x.is_finite() { Err(Error::MathRange) } else { Ok(r) }
}

/// `math.frexp`: x = m * 2**e, 0.5 <= |m| < 1.
pub fn frexp(x: f64) -> (f64, i64) {
    if x == 0.0 || !x.is_finite() {
        return (x, 0);
    }
    let (negative, m, e) = decompose(x);
    let bits = 64 - m.leading_zeros() as i32;
    let r = round_to_f64(m, false, -bits as i64).unwrap_or(f64::NAN);
    (if negative { -r } else { r }, (e + bits) as i64)
}

/// `math.modf`: fraction and whole part, both with the argument's sign.
pub fn modf(x: f64) -> (f64, f64) {
    if x.is_infinite() {
        return (0f64.copysign(x), x);
    }
    if x.is_nan() {
        return (x, x);
    }
    let whole = x.trunc();
    ((x - whole).copysign(x), whole)
}

/// One float further (C's `nextafter`).
fn next(x: f64, y: f64) -> f64 {
    if x.is_nan() || y.is_nan() {
        return x + y;
    }
    if x == y {
        return y;
    }
    if y > x { x.next_up() } else { x.next_down() }
}

/// `math.nextafter(x, y, steps=steps)`; counts beyond 64 bits come as the largest.
pub fn nextafter(x: f64, y: f64, steps: Option<u64>) -> f64 {
    let Some(steps) = steps else { return next(x, y) };
    if steps == 0 || x.is_nan() {
        return x;
    }
    if y.is_nan() {
        return y;
    }
    const SIGN: u64 = 1 << 63;
    let (bx, by) = (x.to_bits(), y.to_bits());
    if bx == by {
        return x;
    }
    let (ax, ay) = (bx & !SIGN, by & !SIGN);
    f64::from_bits(if (bx ^ by) & SIGN != 0 {
        // Towards zero and out on the other side.
        if ax + ay <= steps {
            by
        } else if ax < steps {
            by & SIGN | (steps - ax)
        } else {
            bx - steps
        }
    } else if ax > ay {
        if ax - ay >= steps { bx - steps } else { by }
    } else if ay - ax >= steps {
        bx + steps
    } else {
        by
    })
}

/// `math.ulp`.
pub fn ulp(x: f64) -> f64 {
    if x.is_nan() {
        return x;
    }
    let x = x.abs();
    if x.is_infinite() {
        return x;
    }
    let up = x.next_up();
    if up.is_infinite() { x - x.next_down() } else { up - x }
}

/// `math.isclose`.
pub fn is_close(a: f64, b: f64, relative: f64, absolute: f64) -> Result<bool> {
    if relative < 0.0 || absolute < 0.0 {
        return Err(Error::NegativeTolerance);
    }
    if a == b {
        return Ok(true);
    }
    if a.is_infinite() || b.is_infinite() {
        return Ok(false);
    }
    let d = (b - a).abs();
    Ok(d <= (relative * b).abs() || d <= (relative * a).abs() || d <= absolute)
}
