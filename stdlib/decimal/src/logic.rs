//! Operations on digits and exponents: `logical_and` and its kin, `shift`, `rotate`, `scaleb`, `logb`, `same_quantum`.

use crate::arith::nans;
use crate::context::{Context, Flags, flag};
use crate::mag::Mag;
use crate::number::{Decimal, Value};

/// `Decimal.same_quantum`.
pub fn same_quantum(a: &Decimal, b: &Decimal) -> bool {
    match (a.parts(), b.parts()) {
        (Some((ea, _)), Some((eb, _))) => ea == eb,
        (None, None) => a.is_nan() == b.is_nan(),
        _ => false,
    }
}

impl Context {
    /// The coefficient of an operand of the logical operations: an integer of zeros and ones.
    fn bits(a: &Decimal) -> Option<&Mag> {
        let (exp, c) = a.parts()?;
        let valid = exp == 0 && !a.negative && (0..c.digits()).all(|i| c.digit(i) <= 1);
        valid.then_some(c)
    }

    /// Combines digit by digit the operands' lowest digits, as many as the precision.
    fn digitwise(
        &self,
        a: &Decimal,
        b: &Decimal,
        combine: impl Fn(u8, u8) -> u8,
        flags: &mut Flags,
    ) -> Decimal {
        let (Some(a), Some(b)) = (Context::bits(a), Context::bits(b)) else {
            return Decimal::invalid(flags, flag::INVALID_OPERATION);
        };
        let n = (a.digits().max(b.digits()) as i64).min(self.prec) as usize;
        let digits: Vec<u8> = (0..n).rev().map(|i| b'0' + combine(a.digit(i), b.digit(i))).collect();
        Decimal::finite(false, 0, Mag::from_digits(&digits))
    }

    pub fn logical_and(&self, a: &Decimal, b: &Decimal, flags: &mut Flags) -> Decimal {
        self.digitwise(a, b, |x, y| x & y, flags)
    }

    pub fn logical_or(&self, a: &Decimal, b: &Decimal, flags: &mut Flags) -> Decimal {
        self.digitwise(a, b, |x, y| x | y, flags)
    }

    pub fn logical_xor(&self, a: &Decimal, b: &Decimal, flags: &mut Flags) -> Decimal {
        self.digitwise(a, b, |x, y| x ^ y, flags)
    }

    pub fn logical_invert(&self, a: &Decimal, flags: &mut Flags) -> Decimal {
        let Some(c) = Context::bits(a) else { return Decimal::invalid(flags, flag::INVALID_OPERATION) };
        if self.prec > crate::context::MOST_DIGITS {
            return Decimal::invalid(flags, flag::MALLOC_ERROR);
        }
        let digits: Vec<u8> = (0..self.prec as usize).rev().map(|i| b'1' - c.digit(i)).collect();
        Decimal::finite(false, 0, Mag::from_digits(&digits))
    }

    /// A count of digits: an integer of exponent 0 and at most `most` either way.
    fn count(b: &Decimal, most: i64) -> Option<i64> {
        let (exp, c) = b.parts()?;
        let n = c.to_u64().filter(|n| exp == 0 && *n <= most as u64)? as i64;
        Some(if b.negative { -n } else { n })
    }

    fn with_coefficient(a: &Decimal, exp: i64, coefficient: Mag) -> Decimal {
        Decimal { negative: a.negative, value: Value::Finite { exp, coefficient } }
    }

    pub fn shift(&self, a: &Decimal, b: &Decimal, flags: &mut Flags) -> Decimal {
        if let Some(nan) = nans(&[a, b], self, flags) {
            return nan;
        }
        let Some(n) = Context::count(b, self.prec) else {
            return Decimal::invalid(flags, flag::INVALID_OPERATION);
        };
        let Some((exp, c)) = a.parts() else { return a.clone() };
        let c = c.low(self.prec as usize);
        let shifted = if n >= 0 {
            let Some(shifted) = crate::arith::shl(&c, n, flags) else { return Decimal::nan() };
            shifted
        } else {
            c.shr(-n as usize).0
        };
        Context::with_coefficient(a, exp, shifted.low(self.prec as usize))
    }

    pub fn rotate(&self, a: &Decimal, b: &Decimal, flags: &mut Flags) -> Decimal {
        if let Some(nan) = nans(&[a, b], self, flags) {
            return nan;
        }
        let Some(n) = Context::count(b, self.prec) else {
            return Decimal::invalid(flags, flag::INVALID_OPERATION);
        };
        let Some((exp, c)) = a.parts() else { return a.clone() };
        let left = if n >= 0 { n } else { self.prec + n };
        let c = c.low(self.prec as usize);
        let Some(up) = crate::arith::shl(&c, left, flags) else { return Decimal::nan() };
        let up = up.low(self.prec as usize);
        Context::with_coefficient(a, exp, up.add(&c.shr((self.prec - left) as usize).0))
    }

    pub fn scaleb(&self, a: &Decimal, b: &Decimal, flags: &mut Flags) -> Decimal {
        if let Some(nan) = nans(&[a, b], self, flags) {
            return nan;
        }
        let Some(n) = Context::count(b, 2 * (self.emax + self.prec)) else {
            return Decimal::invalid(flags, flag::INVALID_OPERATION);
        };
        let Some((exp, c)) = a.parts() else { return a.clone() };
        self.finalize(Context::with_coefficient(a, exp + n, c.clone()), flags)
    }

    pub fn logb(&self, a: &Decimal, flags: &mut Flags) -> Decimal {
        if let Some(nan) = nans(&[a], self, flags) {
            return nan;
        }
        if a.is_infinite() {
            return Decimal::infinity(false);
        }
        if a.is_zero() {
            *flags |= flag::DIVISION_BY_ZERO;
            return Decimal::infinity(true);
        }
        self.finalize(Decimal::from_i64(a.adjusted()), flags)
    }
}
