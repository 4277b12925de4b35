//! Complex numbers: the arithmetic of `complex`, its text, absolute value. Its hash is in `hash`, its format in
//! `format_number`, the functions of `cmath` in `cmath`.

use crate::error::{Error, Result};
use crate::float_text::{Flags, parse_prefix, shortest, without_underscores};
use crate::text::is_space;

/// Real and imaginary part.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Complex {
    pub re: f64,
    pub im: f64,
}

/// `Complex { re, im }`.
#[inline]
pub const fn new(re: f64, im: f64) -> Complex {
    Complex { re, im }
}

impl core::ops::Add for Complex {
    type Output = Complex;

    #[inline]
    fn add(self, b: Complex) -> Complex {
        new(self.re + b.re, self.im + b.im)
    }
}

impl core::ops::Sub for Complex {
    type Output = Complex;

    #[inline]
    fn sub(self, b: Complex) -> Complex {
        new(self.re - b.re, self.im - b.im)
    }
}

impl core::ops::Neg for Complex {
    type Output = Complex;

    #[inline]
    fn neg(self) -> Complex {
        new(-self.re, -self.im)
    }
}

impl core::ops::Mul for Complex {
    type Output = Complex;

    #[inline]
    fn mul(self, b: Complex) -> Complex {
        new(self.re * b.re - self.im * b.im, self.re * b.im + self.im * b.re)
    }
}

impl Complex {
    /// Smith's quotient (`_Py_c_quot`), scaled by the divisor's larger part; whether the divisor was zero.
    pub(crate) fn quotient(self, b: Complex) -> (Complex, bool) {
        let (re, im) = (b.re.abs(), b.im.abs());
        if re >= im {
            if re == 0.0 {
                return (new(0.0, 0.0), true);
            }
            let ratio = b.im / b.re;
            let d = b.re + b.im * ratio;
            (new((self.re + self.im * ratio) / d, (self.im - self.re * ratio) / d), false)
        } else if im >= re {
            let ratio = b.re / b.im;
            let d = b.re * ratio + b.im;
            (new((self.re * ratio + self.im) / d, (self.im * ratio - self.re) / d), false)
        } else {
            (new(f64::NAN, f64::NAN), false)
        }
    }

    /// `a / b`.
    pub fn divided(self, b: Complex) -> Result<Complex> {
        match self.quotient(b) {
            (_, true) => Err(Error::ComplexDivisionByZero),
            (q, false) => Ok(q),
        }
    }

    /// The power of a whole number, by squaring.
    fn pow_whole(self, n: u32) -> Complex {
        let (mut r, mut p) = (new(1.0, 0.0), self);
        let mut mask = 1;
        while n >= mask {
            if n & mask != 0 {
                r = r * p;
            }
            mask <<= 1;
            p = p * p;
        }
        r
    }

    /// `a ** b` (`complex_pow`).
    pub fn pow(self, b: Complex) -> Result<Complex> {
        let small = b.im == 0.0 && b.re == b.re.floor() && b.re.abs() <= 100.0;
        let (r, undefined) = if small {
            let p = self.pow_whole(b.re.abs() as u32);
            if b.re > 0.0 { (p, false) } else { new(1.0, 0.0).quotient(p) }
        } else {
            self.pow_polar(b)
        };
        if undefined {
            return Err(Error::ComplexZeroPower);
        }
        if r.re.is_infinite() || r.im.is_infinite() {
            return Err(Error::ComplexPowRange);
        }
        Ok(r)
    }

    /// `_Py_c_pow`; whether the power is not defined.
    fn pow_polar(self, b: Complex) -> (Complex, bool) {
        if b.re == 0.0 && b.im == 0.0 {
            return (new(1.0, 0.0), false);
        }
        if self.re == 0.0 && self.im == 0.0 {
            return (new(0.0, 0.0), b.im != 0.0 || b.re < 0.0);
        }
        let size = self.re.hypot(self.im);
        let mut length = size.powf(b.re);
        let angle = self.im.atan2(self.re);
        let mut phase = angle * b.re;
        if b.im != 0.0 {
            length /= (angle * b.im).exp();
            phase += b.im * size.ln();
        }
        // The C library calls the sine of infinity a domain error.
        (new(length * phase.cos(), length * phase.sin()), phase.is_infinite())
    }

    /// `abs(a)`.
    pub fn abs(self) -> Result<f64> {
        if !self.re.is_finite() || !self.im.is_finite() {
            let infinite = self.re.is_infinite() || self.im.is_infinite();
            return Ok(if infinite { f64::INFINITY } else { f64::NAN });
        }
        let r = self.re.hypot(self.im);
        if r.is_finite() { Ok(r) } else { Err(Error::AbsoluteTooLarge) }
    }

    /// `repr(a)` and `str(a)`.
    pub fn repr(self) -> String {
        let imag = |sign: bool| shortest(self.im, Flags { sign, ..Flags::default() });
        if self.re == 0.0 && self.re.is_sign_positive() {
            return imag(false) + "j";
        }
        let real = shortest(self.re, Flags::default());
        ["(", &real, &imag(true), "j)"].concat()
    }
}

/// Why a text is no complex number.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ParseError {
    /// `complex() arg is a malformed string`.
    Malformed,
    /// `could not convert string to complex: …`, which the caller completes with the text's `repr`.
    Underscores,
}

/// `complex(text)`. Other scripts' digits and spaces have become ASCII before.
pub fn parse(text: &[u8]) -> core::result::Result<Complex, ParseError> {
    if text.contains(&b'_') {
        let clean = without_underscores(text).ok_or(ParseError::Underscores)?;
        return parse_clean(&clean).ok_or(ParseError::Malformed);
    }
    parse_clean(text).ok_or(ParseError::Malformed)
}

fn skip_space(s: &[u8]) -> &[u8] {
    &s[s.iter().take_while(|c| is_space(**c)).count()..]
}

fn parse_clean(text: &[u8]) -> Option<Complex> {
    let mut s = skip_space(text);
    let bracket = s.first() == Some(&b'(');
    if bracket {
        s = skip_space(&s[1..]);
    }
    // `<sign>` alone stands for one with that sign in front of `j`.
    let unit = |s: &mut &[u8]| match s.split_first() {
        Some((c @ (b'+' | b'-'), rest)) => {
            *s = rest;
            if *c == b'+' { 1.0 } else { -1.0 }
        }
        _ => 1.0,
    };
    let imaginary = |s: &mut &[u8]| match s.split_first() {
        Some((b'j' | b'J', rest)) => {
            *s = rest;
            true
        }
        _ => false,
    };
    let mut z = new(0.0, 0.0);
    if let Some((first, n)) = parse_prefix(s) {
        s = &s[n..];
        if matches!(s.first(), Some(b'+' | b'-')) {
            z.re = first;
            z.im = match parse_prefix(s) {
                Some((second, n)) => {
                    s = &s[n..];
                    second
                }
                None => unit(&mut s),
            };
            if !imaginary(&mut s) {
                return None;
            }
        } else if imaginary(&mut s) {
            z.im = first;
        } else {
            z.re = first;
        }
    } else {
        z.im = unit(&mut s);
        if !imaginary(&mut s) {
            return None;
        }
    }
    s = skip_space(s);
    if bracket {
        s = skip_space(s.strip_prefix(b")")?);
    }
    s.is_empty().then_some(z)
}
