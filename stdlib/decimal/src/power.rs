//! `exp`, `ln`, `log10`, correctly rounded, and `power`, as libmpdec has it: by squaring for integers, else by the
//! correctly rounded `exp` of the exponent times the correctly rounded `ln` of the base.

use crate::arith::nans;
use crate::context::{Context, Flags, MAX_EMAX, Rounding, flag};
use crate::mag::Mag;
use crate::number::Decimal;
use crate::series::{self, SLACK};
use num_bigint::{BigInt, BigUint, Sign};
use num_traits::{One, Signed, Zero};
use std::cmp::Ordering;

/// An exponent beyond every limit.
const FAR: i64 = 2 * MAX_EMAX;

/// Bits that hold this many decimal digits.
fn bits_for(digits: i64) -> Option<u32> {
    // Three million digits take minutes already; no more is attempted.
    (digits < 1 << 26).then(|| (digits as f64 * 3.33) as u32 + 64)
}

impl Context {
    /// A result that lies between two bounds, both of `n / 2**bits * 10**exp`, if they round alike.
    fn between(
        &self,
        low: &BigInt,
        high: &BigInt,
        bits: u32,
        exp: i64,
        flags: &mut Flags,
    ) -> Option<Decimal> {
        if low.is_negative() != high.is_negative() || low.is_zero() || high.is_zero() {
            return None;
        }
        let nearest = self.with_rounding(Rounding::HalfEven);
        // Scaled to more decimal digits than the bits are worth.
        let digits = i64::from(bits) * 31 / 100 + 4;
        let convert = |n: &BigInt| {
            let scaled: BigInt = (n * BigInt::from(10u32).pow(digits as u32)) >> bits;
            let d = Decimal::from_int(&scaled);
            // The true number is no decimal fraction: it only has to look inexact.
            let (_, c) = d.parts()?;
            let c = c.shl(1).add_small(1);
            let mut inner = 0;
            let d = nearest.finalize(Decimal::finite(d.negative, exp - digits - 1, c), &mut inner);
            Some((d, inner))
        };
        let (a, b) = (convert(low)?, convert(high)?);
        if a != b {
            return None;
        }
        *flags |= a.1;
        Some(a.0)
    }

    pub fn exp(&self, a: &Decimal, flags: &mut Flags) -> Decimal {
        if let Some(nan) = nans(&[a], self, flags) {
            return nan;
        }
        let Some((e, c)) = a.parts() else {
            return if a.negative { Decimal::from_i64(0) } else { a.clone() };
        };
        if c.is_zero() {
            return Decimal::from_i64(1);
        }
        let nearest = self.with_rounding(Rounding::HalfEven);
        let adjusted = a.adjusted();
        if adjusted > 18 {
            // Beyond every exponent.
            let exp = if a.negative { -FAR } else { FAR };
            return nearest.finalize(Decimal::finite(false, exp, Mag::from_u64(1)), flags);
        }
        // libmpdec works with three digits more at first; up to this limit they are those of one, which then is neither
        // below one nor subnormal.
        let limit = Decimal::finite(false, -(self.prec + 4), Mag::from_u64(9));
        if crate::compare::numeric(&a.copy_abs(), &limit) != Ordering::Greater {
            let Some(one) = crate::arith::shl(&Mag::from_u64(1), self.prec - 1, flags) else {
                return Decimal::nan();
            };
            *flags |= flag::INEXACT | flag::ROUNDED;
            return nearest.finalize(Decimal::finite(false, 1 - self.prec, one), flags);
        }
        let mut extra = 10;
        loop {
            let Some(bits) = bits_for(self.prec + extra) else {
                return Decimal::invalid(flags, flag::MALLOC_ERROR);
            };
            let x = fixed(a.negative, c, e, bits);
            let (m, exp) = series::exp(&x, bits);
            // The argument itself is off by a unit, which multiplies the result.
            let slack = BigInt::one() << (SLACK + 2);
            if let Some(d) = self.between(&(&m - &slack), &(&m + &slack), bits, exp, flags) {
                return d;
            }
            extra *= 2;
        }
    }

    pub fn ln(&self, a: &Decimal, flags: &mut Flags) -> Decimal {
        self.logarithm(a, false, flags)
    }

    pub fn log10(&self, a: &Decimal, flags: &mut Flags) -> Decimal {
        self.logarithm(a, true, flags)
    }

    fn logarithm(&self, a: &Decimal, decimal: bool, flags: &mut Flags) -> Decimal {
        if let Some(nan) = nans(&[a], self, flags) {
            return nan;
        }
        if a.is_zero() {
            return Decimal::infinity(true);
        }
        if a.negative {
            return Decimal::invalid(flags, flag::INVALID_OPERATION);
        }
        let Some((e, c)) = a.parts() else { return a.clone() };
        let nearest = self.with_rounding(Rounding::HalfEven);
        let zeros = c.trailing_zeros();
        if c.digits() == zeros + 1 && c.digit(zeros) == 1 {
            let n = e + zeros as i64;
            if decimal {
                return nearest.finalize(Decimal::from_i64(n), flags);
            }
            if n == 0 {
                return Decimal::from_i64(0);
            }
        }
        // m * 10**k with 0.5 <= m < 5.
        let digits = c.digits() as i64;
        let k = if c.digit(digits as usize - 1) >= 5 { e + digits } else { e + digits - 1 };
        // Near one the logarithm is as small as the distance.
        let distance = self.distance_from_one(a);
        let mut extra = 10;
        loop {
            let Some(bits) = bits_for(self.prec + distance + extra) else {
                return Decimal::invalid(flags, flag::MALLOC_ERROR);
            };
            let m = fixed(false, c, e - k, bits);
            let ln10 = series::ln10(bits + 64);
            let mut y = series::ln_small(&m, bits) + ((&ln10 * k) >> 64u32);
            if decimal {
                y = (y << (bits + 64)) / &ln10;
            }
            let slack = BigInt::one() << (SLACK + 4);
            // libmpdec has three digits more at first, and what these round up to a power of ten stays one: it is then
            // not subnormal.
            let first = Context { prec: self.prec + 3, ..Context::max() };
            if decimal
                && let Some(d) = first.between(&(&y - &slack), &(&y + &slack), bits, 0, &mut 0)
                && d.parts().is_some_and(|(_, c)| {
                    c.digits() == c.trailing_zeros() + 1 && c.digit(c.digits() - 1) == 1
                })
            {
                *flags |= flag::INEXACT | flag::ROUNDED;
                return nearest.finalize(d, flags);
            }
            if let Some(d) = nearest.between(&(&y - &slack), &(&y + &slack), bits, 0, flags) {
                return d;
            }
            extra *= 2;
        }
    }

    /// How many zeros there are between one and the first digit of the distance from it; 0 for numbers not near one.
    fn distance_from_one(&self, a: &Decimal) -> i64 {
        let difference = Context { prec: 3, ..Context::max() }.sub(a, &Decimal::from_i64(1), &mut 0);
        (-difference.adjusted()).max(0)
    }

    /// `a ** b`.
    pub fn power(&self, a: &Decimal, b: &Decimal, flags: &mut Flags) -> Decimal {
        if let Some(nan) = nans(&[a, b], self, flags) {
            return nan;
        }
        let integer = b.is_integer();
        let negative = a.negative && integer && b.is_odd();
        let zero = Decimal::finite(negative, 0, Mag::ZERO);
        if a.is_zero() {
            return match (b.is_zero(), b.negative) {
                (true, _) => Decimal::invalid(flags, flag::INVALID_OPERATION),
                (_, true) => Decimal::infinity(negative),
                _ => zero,
            };
        }
        if a.negative && !integer {
            return Decimal::invalid(flags, flag::INVALID_OPERATION);
        }
        let one = Decimal::from_i64(1);
        let size = crate::compare::numeric(&a.copy_abs(), &one);
        let ones = |shift: i64, flags: &mut Flags| match crate::arith::shl(&Mag::from_u64(1), shift, flags) {
            Some(c) => Decimal::finite(negative, -shift, c),
            None => Decimal::nan(),
        };
        if b.is_infinite() {
            return match (size, b.negative) {
                (Ordering::Equal, _) => {
                    *flags |= flag::INEXACT | flag::ROUNDED;
                    ones(self.prec - 1, flags)
                }
                (Ordering::Less, false) | (Ordering::Greater, true) => zero,
                _ => Decimal::infinity(negative),
            };
        }
        if a.is_infinite() {
            return match (b.is_zero(), b.negative) {
                (true, _) => Decimal::finite(negative, 0, Mag::from_u64(1)),
                (_, true) => zero,
                _ => Decimal::infinity(negative),
            };
        }
        if b.is_zero() {
            return Decimal::finite(negative, 0, Mag::from_u64(1));
        }
        let (Some((ea, _)), Some((eb, cb))) = (a.parts(), b.parts()) else { return Decimal::nan() };
        if size == Ordering::Equal {
            if !integer {
                *flags |= flag::INEXACT | flag::ROUNDED;
                return ones(self.prec - 1, flags);
            }
            if b.negative {
                return Decimal::finite(negative, 0, Mag::from_u64(1));
            }
            // As many digits as the exact power has.
            let n = b.to_int().and_then(|n| (n * -ea).try_into().ok()).unwrap_or(i64::MAX);
            if n > self.prec - 1 {
                *flags |= flag::ROUNDED;
            }
            return ones(n.clamp(0, self.prec - 1), flags);
        }
        if let Some(exp) = self.far(a, b, size) {
            return self.finalize(Decimal::finite(negative, exp, Mag::from_u64(1)), flags);
        }
        if !integer {
            let (_, ca) = a.parts().unwrap_or((0, cb));
            let prec = (ca.digits() as i64).max(self.prec) + 23;
            let work = Context { prec, ..Context::max() };
            let mut inner = 0;
            let log = work.ln(a, &mut inner);
            let product = work.mul(&log, b, &mut inner);
            let mut d = work.exp(&product, flags);
            *flags |= inner & flag::ERRORS | flag::INEXACT | flag::ROUNDED;
            if d.is_finite() && crate::compare::numeric(&d, &one) == Ordering::Equal {
                d = ones(self.prec - 1, flags);
            }
            if d.is_infinite() {
                d = Decimal::finite(false, FAR, Mag::from_u64(1));
            }
            return self.finalize(d, flags);
        }
        let mut work = Context {
            prec: self.prec + cb.digits() as i64 + eb + 2,
            rounding: Rounding::HalfEven,
            clamp: false,
            ..*self
        };
        let mut base = a.clone();
        if b.negative {
            work.prec += 1;
            base = work.div(&one, a, flags);
            if *flags & flag::ERRORS != 0 {
                return self.finalize(Decimal::nan(), flags);
            }
        }
        // Its size is known to be moderate: larger exponents were decided above.
        let Some(n) = b.copy_abs().to_int() else { return Decimal::invalid(flags, flag::MALLOC_ERROR) };
        let mut d = base.clone();
        for i in (0..n.bits() - 1).rev() {
            d = work.mul(&d, &d, flags);
            if n.bit(i) {
                d = work.mul(&d, &base, flags);
            }
            if !d.is_finite() || d.is_zero() && *flags & flag::CLAMPED != 0 {
                break;
            }
        }
        d.negative = negative;
        if d.is_infinite() {
            d = Decimal::finite(negative, FAR, Mag::from_u64(1));
        }
        self.finalize(d, flags)
    }

    /// An exponent out of range for a power that is certainly too large or too small (`_qcheck_pow_bounds`): by how many
    /// digits the exponents have. Others are computed, so the bound decides how an underflow is rounded.
    fn far(&self, a: &Decimal, b: &Decimal, size: Ordering) -> Option<i64> {
        let digits = |n: i64| i64::from(n.unsigned_abs().max(1).ilog10()) + 1;
        // A lower bound of the place of the first digit of |log10 a|.
        let place = match a.adjusted() {
            t @ 1.. => digits(t) - 1,
            t @ ..-1 => digits(t + 1) - 1,
            t => {
                let difference = Context::max().sub(&a.copy_abs(), &Decimal::from_i64(1), &mut 0);
                difference.adjusted() - if t == 0 { 2 } else { 1 }
            }
        };
        let grows = (size == Ordering::Greater) != b.negative;
        let (limit, exp) = if grows { (self.emax, FAR) } else { (self.etiny(), self.etiny() - 1) };
        (digits(limit) < place + b.adjusted()).then_some(exp)
    }

    /// `pow(a, b, m)`.
    pub fn power_mod(&self, a: &Decimal, b: &Decimal, m: &Decimal, flags: &mut Flags) -> Decimal {
        if let Some(nan) = nans(&[a, b, m], self, flags) {
            return nan;
        }
        let invalid = |flags: &mut Flags| Decimal::invalid(flags, flag::INVALID_OPERATION);
        let integers = a.is_integer() && b.is_integer() && m.is_integer();
        if !integers || m.is_zero() || b.negative && !b.is_zero() || a.is_zero() && b.is_zero() {
            return invalid(flags);
        }
        if m.adjusted() >= self.prec {
            return invalid(flags);
        }
        let (Some((ea, ca)), Some((eb, cb))) = (a.parts(), b.parts()) else { return invalid(flags) };
        let Some(modulus) = m.copy_abs().to_int() else { return invalid(flags) };
        let modulus = modulus.magnitude();
        let ten = BigUint::from(10u32);
        let base = if ea >= 0 {
            ca.to_big() * ten.modpow(&BigUint::from(ea as u64), modulus)
        } else {
            ca.shr(-ea as usize).0.to_big()
        };
        let mut power = if eb >= 0 { cb.to_big() } else { cb.shr(-eb as usize).0.to_big() };
        let mut result = base % modulus;
        // b = c * 10**e: the power of c, then e times the tenth power.
        for _ in 0..eb.max(0) {
            let next = result.modpow(&ten, modulus);
            if next == result {
                break;
            }
            result = next;
        }
        if b.is_zero() {
            power = BigUint::zero();
        }
        let result = result.modpow(&power, modulus) % modulus;
        let negative = a.negative && b.is_odd();
        // It has no more digits than the precision; the exponent's limits are not looked at.
        Decimal::finite(negative, 0, Mag::from_big(&result))
    }
}

/// `c * 10**e` in fixed point, rounded down.
fn fixed(negative: bool, c: &Mag, e: i64, bits: u32) -> BigInt {
    let ten = BigUint::from(10u32);
    let n = if e >= 0 {
        (c.to_big() * ten.pow(e as u32)) << bits
    } else if c.digits() as i64 + e < -(i64::from(bits)) {
        // Less than a unit.
        BigUint::zero()
    } else {
        (c.to_big() << bits) / ten.pow(-e as u32)
    };
    BigInt::from_biguint(if negative { Sign::Minus } else { Sign::Plus }, n)
}
