//! `math.gamma` and `math.lgamma`: Lanczos' approximation with g = 6.024680040776729583740234375 and 13 terms
//! (J. Maddock's rational form), as CPython computes them on every platform.

use crate::error::{Error, Result};
use core::f64::consts::PI;

const G: f64 = 6.024_680_040_776_73;
const G_MINUS_HALF: f64 = 5.524_680_040_776_73;
const LOG_PI: f64 = 1.144_729_885_849_400_2;

#[allow(clippy::excessive_precision)]
const NUMERATOR: [f64; 13] = [
    23531376880.410759688572007674451636754734846804940,
    42919803642.649098768957899047001988850926355848959,
    35711959237.355668049440185451547166705960488635843,
    17921034426.037209699919755754458931112671403265390,
    6039542586.3520280050642916443072979210699388420708,
    1439720407.3117216736632230727949123939715485786372,
    248874557.86205415651146038641322942321632125127801,
    31426415.585400194380614231628318205362874684987640,
    2876370.6289353724412254090516208496135991145378768,
    186056.26539522349504029498971604569928220784236328,
    8071.6720023658162106380029022722506138218516325024,
    210.82427775157934587250973392071336271166969580291,
    2.5066282746310002701649081771338373386264310793408,
];

/// x(x+1)…(x+11).
const DENOMINATOR: [f64; 13] = [
    0.0,
    39916800.0,
    120543840.0,
    150917976.0,
    105258076.0,
    45995730.0,
    13339535.0,
    2637558.0,
    357423.0,
    32670.0,
    1925.0,
    66.0,
    1.0,
];

/// The largest n of which the gamma is an exact float.
const EXACT: usize = 23;

fn lanczos_sum(x: f64) -> f64 {
    let (mut n, mut d) = (0.0, 0.0);
    // In falling powers for small x, in rising powers of 1/x for large, so that nothing overflows.
    if x < 5.0 {
        for (a, b) in NUMERATOR.iter().zip(&DENOMINATOR).rev() {
            n = n * x + a;
            d = d * x + b;
        }
    } else {
        for (a, b) in NUMERATOR.iter().zip(&DENOMINATOR) {
            n = n / x + a;
            d = d / x + b;
        }
    }
    n / d
}

/// The sine of pi * x, exact at multiples of a half.
fn sin_pi(x: f64) -> f64 {
    let y = x.abs() % 2.0;
    let r = match (2.0 * y).round() as u8 {
        0 => (PI * y).sin(),
        1 => (PI * (y - 0.5)).cos(),
        // In this order -0.0 is avoided at 1.
        2 => (PI * (1.0 - y)).sin(),
        3 => -(PI * (y - 1.5)).cos(),
        _ => (PI * (y - 2.0)).sin(),
    };
    1f64.copysign(x) * r
}

fn finished(r: f64) -> Result<f64> {
    if r.is_infinite() { Err(Error::MathRange) } else { Ok(r) }
}

/// `math.gamma`.
pub fn gamma(x: f64) -> Result<f64> {
    if !x.is_finite() {
        return if x == f64::NEG_INFINITY { Err(Error::MathDomain) } else { Ok(x) };
    }
    if x == 0.0 {
        return Err(Error::MathDomain);
    }
    if x == x.floor() {
        if x < 0.0 {
            return Err(Error::MathDomain);
        }
        if x <= EXACT as f64 {
            return Ok((1..x as u32).map(f64::from).product());
        }
    }
    let ax = x.abs();
    if ax < 1e-20 {
        return finished(1.0 / x);
    }
    if ax > 200.0 {
        // Beyond the largest and below the smallest float.
        return if x < 0.0 { Ok(0.0 / sin_pi(x)) } else { Err(Error::MathRange) };
    }
    let y = ax + G_MINUS_HALF;
    // What rounding lost of y.
    let z = if ax > G_MINUS_HALF { (y - ax) - G_MINUS_HALF } else { (y - G_MINUS_HALF) - ax };
    let z = z * G / y;
    let mut r;
    if x < 0.0 {
        r = -PI / sin_pi(ax) / ax * y.exp() / lanczos_sum(ax);
        r -= z * r;
        if ax < 140.0 {
            r /= y.powf(ax - 0.5);
        } else {
            let root = y.powf(ax / 2.0 - 0.25);
            r /= root;
            r /= root;
        }
    } else {
        r = lanczos_sum(ax) / y.exp();
        r += z * r;
        if ax < 140.0 {
            r *= y.powf(ax - 0.5);
        } else {
            let root = y.powf(ax / 2.0 - 0.25);
            r *= root;
            r *= root;
        }
    }
    finished(r)
}

/// `math.lgamma`.
pub fn lgamma(x: f64) -> Result<f64> {
    if !x.is_finite() {
        return Ok(if x.is_nan() { x } else { f64::INFINITY });
    }
    if x == x.floor() && x <= 2.0 {
        return if x <= 0.0 { Err(Error::MathDomain) } else { Ok(0.0) };
    }
    let ax = x.abs();
    if ax < 1e-20 {
        return Ok(-ax.ln());
    }
    let mut r = lanczos_sum(ax).ln() - G;
    r += (ax - 0.5) * ((ax + G - 0.5).ln() - 1.0);
    if x < 0.0 {
        r = LOG_PI - sin_pi(ax).abs().ln() - ax.ln() - r;
    }
    finished(r)
}
