//! The functions of `cmath`, with CPython's algorithms (W. Kahan's for branch cuts), so that results agree to the bit
//! where the C library is the same.

mod tables;

use crate::complex::{Complex, new};
use crate::error::{Error, Result};
use crate::math::ldexp_exact as ldexp;
use core::f64::consts::{E, FRAC_PI_2, LN_2, LN_10};
use dxpy_libm::asinh as real_asinh;
use tables::Table;

const LARGE: f64 = f64::MAX / 4.0;
/// Digits of a float's mantissa, by which subnormal numbers are scaled up.
const MANTISSA: i32 = 53;
const SCALE_DOWN: i32 = -27;

fn sqrt_large() -> f64 {
    LARGE.sqrt()
}

fn log_large() -> f64 {
    LARGE.ln()
}

fn kind(v: f64) -> usize {
    if v.is_nan() {
        6
    } else if v == f64::NEG_INFINITY {
        0
    } else if v == f64::INFINITY {
        5
    } else if v == 0.0 {
        if v.is_sign_negative() { 2 } else { 3 }
    } else if v < 0.0 {
        1
    } else {
        4
    }
}

fn finite(z: Complex) -> bool {
    z.re.is_finite() && z.im.is_finite()
}

fn look_up(table: &Table, z: Complex) -> Complex {
    let (re, im) = table[kind(z.re)][kind(z.im)];
    new(re, im)
}

fn too_large(z: Complex) -> bool {
    z.re.abs() > LARGE || z.im.abs() > LARGE
}

/// The logarithm of a number's size where squaring it would overflow.
fn log_of_size(z: Complex) -> f64 {
    (z.re / 2.0).hypot(z.im / 2.0).ln() + LN_2 * 2.0
}

/// `i * z`.
fn turned(z: Complex) -> Complex {
    new(-z.im, z.re)
}

/// `-i * z`.
fn turned_back(z: Complex) -> Complex {
    new(z.im, -z.re)
}

fn domain(z: Complex, error: bool) -> Result<Complex> {
    if error { Err(Error::MathDomain) } else { Ok(z) }
}

fn range(z: Complex) -> Result<Complex> {
    if z.re.is_infinite() || z.im.is_infinite() { Err(Error::MathRange) } else { Ok(z) }
}

/// `cmath.sqrt`.
pub fn sqrt(z: Complex) -> Complex {
    if !finite(z) {
        return look_up(&tables::SQRT, z);
    }
    if z.re == 0.0 && z.im == 0.0 {
        return new(0.0, z.im);
    }
    let (mut ax, ay) = (z.re.abs(), z.im.abs());
    let s = if ax < f64::MIN_POSITIVE && ay < f64::MIN_POSITIVE {
        // The size may be subnormal.
        ax = ldexp(ax, MANTISSA);
        ldexp((ax + ax.hypot(ldexp(ay, MANTISSA))).sqrt(), SCALE_DOWN)
    } else {
        ax /= 8.0;
        2.0 * (ax + ax.hypot(ay / 8.0)).sqrt()
    };
    let d = ay / (2.0 * s);
    if z.re >= 0.0 { new(s, d.copysign(z.im)) } else { new(d, s.copysign(z.im)) }
}

/// `cmath.acos`.
pub fn acos(z: Complex) -> Complex {
    if !finite(z) {
        return look_up(&tables::ACOS, z);
    }
    if too_large(z) {
        let size = log_of_size(z);
        let im = if z.re < 0.0 { -size.copysign(z.im) } else { size.copysign(-z.im) };
        return new(z.im.abs().atan2(z.re), im);
    }
    let s1 = sqrt(new(1.0 - z.re, -z.im));
    let s2 = sqrt(new(1.0 + z.re, z.im));
    new(2.0 * s1.re.atan2(s2.re), real_asinh(s2.re * s1.im - s2.im * s1.re))
}

/// `cmath.acosh`.
pub fn acosh(z: Complex) -> Complex {
    if !finite(z) {
        return look_up(&tables::ACOSH, z);
    }
    if too_large(z) {
        return new(log_of_size(z), z.im.atan2(z.re));
    }
    let s1 = sqrt(new(z.re - 1.0, z.im));
    let s2 = sqrt(new(z.re + 1.0, z.im));
    new(real_asinh(s1.re * s2.re + s1.im * s2.im), 2.0 * s1.im.atan2(s2.re))
}

/// `cmath.asinh`.
pub fn asinh(z: Complex) -> Complex {
    if !finite(z) {
        return look_up(&tables::ASINH, z);
    }
    if too_large(z) {
        let size = log_of_size(z);
        let re = if z.im >= 0.0 { size.copysign(z.re) } else { -size.copysign(-z.re) };
        return new(re, z.im.atan2(z.re.abs()));
    }
    let s1 = sqrt(new(1.0 + z.im, -z.re));
    let s2 = sqrt(new(1.0 - z.im, z.re));
    new(real_asinh(s1.re * s2.im - s2.re * s1.im), z.im.atan2(s1.re * s2.re - s1.im * s2.im))
}

/// `cmath.asin`.
pub fn asin(z: Complex) -> Complex {
    turned_back(asinh(turned(z)))
}

/// `cmath.atanh`.
pub fn atanh(z: Complex) -> Result<Complex> {
    if !finite(z) {
        return Ok(look_up(&tables::ATANH, z));
    }
    if z.re.is_sign_negative() {
        return atanh(-z).map(|r| -r);
    }
    let ay = z.im.abs();
    if z.re > sqrt_large() || ay > sqrt_large() {
        // Nearly 1/z, turned by a quarter to the side of the imaginary part.
        let h = (z.re / 2.0).hypot(z.im / 2.0);
        return Ok(new(z.re / 4.0 / h / h, -FRAC_PI_2.copysign(-z.im)));
    }
    if z.re == 1.0 && ay < f64::MIN_POSITIVE.sqrt() {
        if ay == 0.0 {
            return Err(Error::MathDomain);
        }
        return Ok(new(-(ay.sqrt() / ay.hypot(2.0).sqrt()).ln(), (2f64.atan2(-ay) / 2.0).copysign(z.im)));
    }
    let x = 1.0 - z.re;
    Ok(new(
        crate::math::log1p_raw(4.0 * z.re / (x * x + ay * ay)) / 4.0,
        -(-2.0 * z.im).atan2(x * (1.0 + z.re) - ay * ay) / 2.0,
    ))
}

/// `cmath.atan`.
pub fn atan(z: Complex) -> Result<Complex> {
    atanh(turned(z)).map(turned_back)
}

/// Where the real part is infinite and the imaginary one finite and not zero: a size in that direction.
fn directed(z: Complex) -> bool {
    z.re.is_infinite() && z.im.is_finite() && z.im != 0.0
}

/// `cmath.cosh`.
pub fn cosh(z: Complex) -> Result<Complex> {
    if !finite(z) {
        let r = if directed(z) {
            let im = f64::INFINITY.copysign(z.im.sin());
            new(f64::INFINITY.copysign(z.im.cos()), if z.re > 0.0 { im } else { -im })
        } else {
            look_up(&tables::COSH, z)
        };
        return domain(r, z.im.is_infinite() && !z.re.is_nan());
    }
    range(if z.re.abs() > log_large() {
        // The hyperbolic functions may overflow where their products do not.
        let x = z.re - 1f64.copysign(z.re);
        new(z.im.cos() * x.cosh() * E, z.im.sin() * x.sinh() * E)
    } else {
        new(z.im.cos() * z.re.cosh(), z.im.sin() * z.re.sinh())
    })
}

/// `cmath.cos`.
pub fn cos(z: Complex) -> Result<Complex> {
    cosh(turned(z))
}

/// `cmath.sinh`.
pub fn sinh(z: Complex) -> Result<Complex> {
    if !finite(z) {
        let r = if directed(z) {
            let re = f64::INFINITY.copysign(z.im.cos());
            new(if z.re > 0.0 { re } else { -re }, f64::INFINITY.copysign(z.im.sin()))
        } else {
            look_up(&tables::SINH, z)
        };
        return domain(r, z.im.is_infinite() && !z.re.is_nan());
    }
    range(if z.re.abs() > log_large() {
        let x = z.re - 1f64.copysign(z.re);
        new(z.im.cos() * x.sinh() * E, z.im.sin() * x.cosh() * E)
    } else {
        new(z.im.cos() * z.re.sinh(), z.im.sin() * z.re.cosh())
    })
}

/// `cmath.sin`.
pub fn sin(z: Complex) -> Result<Complex> {
    sinh(turned(z)).map(turned_back)
}

/// `cmath.tanh`.
pub fn tanh(z: Complex) -> Result<Complex> {
    if !finite(z) {
        let r = if directed(z) {
            new(1f64.copysign(z.re), 0f64.copysign(2.0 * z.im.sin() * z.im.cos()))
        } else {
            look_up(&tables::TANH, z)
        };
        return domain(r, z.im.is_infinite() && z.re.is_finite());
    }
    Ok(if z.re.abs() > log_large() {
        new(1f64.copysign(z.re), 4.0 * z.im.sin() * z.im.cos() * (-2.0 * z.re.abs()).exp())
    } else {
        let (tx, ty, cx) = (z.re.tanh(), z.im.tan(), 1.0 / z.re.cosh());
        let t = tx * ty;
        let d = 1.0 + t * t;
        new(tx * (1.0 + ty * ty) / d, ty / d * cx * cx)
    })
}

/// `cmath.tan`.
pub fn tan(z: Complex) -> Result<Complex> {
    tanh(turned(z)).map(turned_back)
}

/// `cmath.exp`.
pub fn exp(z: Complex) -> Result<Complex> {
    if !finite(z) {
        let r = if directed(z) {
            let size: f64 = if z.re > 0.0 { f64::INFINITY } else { 0.0 };
            new(size.copysign(z.im.cos()), size.copysign(z.im.sin()))
        } else {
            look_up(&tables::EXP, z)
        };
        return domain(r, z.im.is_infinite() && (z.re.is_finite() || z.re == f64::INFINITY));
    }
    range(if z.re > log_large() {
        let l = (z.re - 1.0).exp();
        new(l * z.im.cos() * E, l * z.im.sin() * E)
    } else {
        let l = z.re.exp();
        new(l * z.im.cos(), l * z.im.sin())
    })
}

/// The logarithm, and whether the argument was zero.
fn log_raw(z: Complex) -> (Complex, bool) {
    if !finite(z) {
        return (look_up(&tables::LOG, z), false);
    }
    let (ax, ay) = (z.re.abs(), z.im.abs());
    let angle = z.im.atan2(z.re);
    let size = if ax > LARGE || ay > LARGE {
        (ax / 2.0).hypot(ay / 2.0).ln() + LN_2
    } else if ax < f64::MIN_POSITIVE && ay < f64::MIN_POSITIVE {
        if ax == 0.0 && ay == 0.0 {
            return (new(f64::NEG_INFINITY, angle), true);
        }
        ldexp(ax, MANTISSA).hypot(ldexp(ay, MANTISSA)).ln() - MANTISSA as f64 * LN_2
    } else {
        let h = ax.hypot(ay);
        if (0.71..=1.73).contains(&h) {
            // Near one, where the logarithm of a rounded size would have few digits.
            let (most, least) = if ax > ay { (ax, ay) } else { (ay, ax) };
            crate::math::log1p_raw((most - 1.0) * (most + 1.0) + least * least) / 2.0
        } else {
            h.ln()
        }
    };
    (new(size, angle), false)
}

/// `cmath.log` with one argument.
pub fn log(z: Complex) -> Result<Complex> {
    let (r, zero) = log_raw(z);
    domain(r, zero)
}

/// `cmath.log(z, base)`.
pub fn log_base(z: Complex, base: Complex) -> Result<Complex> {
    // As in CPython, the second logarithm forgets an error of the first.
    let (x, _) = log_raw(z);
    let (y, zero) = log_raw(base);
    let (r, undefined) = x.quotient(y);
    domain(r, zero || undefined)
}

/// `cmath.log10`.
pub fn log10(z: Complex) -> Result<Complex> {
    let (r, zero) = log_raw(z);
    domain(new(r.re / LN_10, r.im / LN_10), zero)
}

/// `cmath.phase`: an angle that underflows is an error here, as the C library reports it.
pub fn phase(z: Complex) -> Result<f64> {
    let angle = z.im.atan2(z.re);
    if angle == 0.0 && z.im != 0.0 && z.re.is_finite() { Err(Error::MathRange) } else { Ok(angle) }
}

/// `cmath.polar`: size and angle.
pub fn polar(z: Complex) -> Result<(f64, f64)> {
    match z.abs() {
        Ok(r) => Ok((r, z.im.atan2(z.re))),
        Err(_) => Err(Error::MathRange),
    }
}

/// `cmath.rect`.
pub fn rect(r: f64, phi: f64) -> Result<Complex> {
    let polar = new(r, phi);
    if !finite(polar) {
        let z = if directed(polar) {
            let size = f64::INFINITY;
            let z = new(size.copysign(phi.cos()), size.copysign(phi.sin()));
            if r > 0.0 { z } else { -z }
        } else {
            look_up(&tables::RECT, polar)
        };
        return domain(z, r != 0.0 && !r.is_nan() && phi.is_infinite());
    }
    Ok(if phi == 0.0 { new(r, r * phi) } else { new(r * phi.cos(), r * phi.sin()) })
}

/// `cmath.isclose`.
pub fn is_close(a: Complex, b: Complex, relative: f64, absolute: f64) -> Result<bool> {
    if relative < 0.0 || absolute < 0.0 {
        return Err(Error::NegativeTolerance);
    }
    if a == b {
        return Ok(true);
    }
    let infinite = |z: Complex| z.re.is_infinite() || z.im.is_infinite();
    if infinite(a) || infinite(b) {
        return Ok(false);
    }
    // A size beyond the largest float is infinite here, not an error.
    let size = |z: Complex| z.abs().unwrap_or(f64::INFINITY);
    let d = size(a - b);
    Ok(d <= relative * size(b) || d <= relative * size(a) || d <= absolute)
}
