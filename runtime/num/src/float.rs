//! Arithmetic of floats where Python's differs from the machine's: division with its errors, `//`, `%`, `divmod`, `**`.

use crate::error::{Error, Result};

/// `v / w`.
#[inline]
pub fn div(v: f64, w: f64) -> Result<f64> {
    if w == 0.0 { Err(Error::FloatDivisionByZero) } else { Ok(v / w) }
}

/// Quotient rounded down and remainder with the divisor's sign; the divisor is not zero.
fn div_mod(v: f64, w: f64) -> (f64, f64) {
    let mut m = v % w;
    // Almost a whole number: the remainder has been taken off.
    let mut d = (v - m) / w;
    if m != 0.0 {
        if (w < 0.0) != (m < 0.0) {
            m += w;
            d -= 1.0;
        }
    } else {
        m = 0f64.copysign(w);
    }
    if d == 0.0 {
        return (0f64.copysign(v / w), m);
    }
    let floor = d.floor();
    (if d - floor > 0.5 { floor + 1.0 } else { floor }, m)
}

/// `divmod(v, w)`.
pub fn divmod(v: f64, w: f64) -> Result<(f64, f64)> {
    if w == 0.0 { Err(Error::FloatDivmod) } else { Ok(div_mod(v, w)) }
}

/// `v // w`.
pub fn floordiv(v: f64, w: f64) -> Result<f64> {
    if w == 0.0 { Err(Error::FloatFloorDivisionByZero) } else { Ok(div_mod(v, w).0) }
}

/// `v % w`.
pub fn rem(v: f64, w: f64) -> Result<f64> {
    if w == 0.0 {
        return Err(Error::FloatModulo);
    }
    let m = v % w;
    if m == 0.0 {
        return Ok(0f64.copysign(w));
    }
    Ok(if (w < 0.0) != (m < 0.0) { m + w } else { m })
}

/// What `v ** w` is.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Power {
    Float(f64),
    /// A negative number to a power that is no whole number: the complex power.
    Complex,
}

/// `v ** w` (`float_pow`).
pub fn pow(v: f64, w: f64) -> Result<Power> {
    let odd = |w: f64| w.abs() % 2.0 == 1.0;
    let known = |x: f64| Ok(Power::Float(x));
    if w == 0.0 {
        return known(1.0);
    }
    if v.is_nan() {
        return known(v);
    }
    if w.is_nan() {
        return known(if v == 1.0 { 1.0 } else { w });
    }
    if w.is_infinite() {
        let v = v.abs();
        return known(if v == 1.0 {
            1.0
        } else if (w > 0.0) == (v > 1.0) {
            w.abs()
        } else {
            0.0
        });
    }
    if v.is_infinite() {
        let odd = odd(w);
        return known(match (w > 0.0, odd) {
            (true, true) => v,
            (true, false) => v.abs(),
            (false, true) => 0f64.copysign(v),
            (false, false) => 0.0,
        });
    }
    if v == 0.0 {
        if w < 0.0 {
            return Err(Error::ZeroToNegativePower);
        }
        return known(if odd(w) { v } else { 0.0 });
    }
    let mut negate = false;
    let mut base = v;
    if v < 0.0 {
        if w != w.floor() {
            return Ok(Power::Complex);
        }
        base = -v;
        negate = odd(w);
    }
    if base == 1.0 {
        return known(if negate { -1.0 } else { 1.0 });
    }
    let x = base.powf(w);
    if x.is_infinite() {
        return Err(Error::PowRange);
    }
    known(if negate { -x } else { x })
}
