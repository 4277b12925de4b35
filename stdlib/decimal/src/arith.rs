//! Addition to remainder, square root, quantising and rounding to integers. Operands are exact; results are fitted
//! into the context.

use crate::context::{Context, Flags, MAX_EMAX, MIN_EMIN, MOST_DIGITS, Rounding, flag};
use crate::mag::Mag;
use crate::number::{Decimal, Value};
use std::cmp::Ordering;

/// The NaN that a NaN among the operands gives (`mpd_qcheck_nans`): signaling ones first.
pub(crate) fn nans(operands: &[&Decimal], context: &Context, flags: &mut Flags) -> Option<Decimal> {
    let signaling = operands.iter().find(|d| d.is_signaling());
    if signaling.is_some() {
        *flags |= flag::INVALID_OPERATION;
    }
    let d = signaling.or_else(|| operands.iter().find(|d| d.is_nan()))?;
    let mut quiet = (*d).clone();
    if let Value::Nan { signaling, .. } = &mut quiet.value {
        *signaling = false;
    }
    Some(context.finalize(quiet, flags))
}

/// Shifts left, unless it would need more digits than there may be.
pub(crate) fn shl(c: &Mag, n: i64, flags: &mut Flags) -> Option<Mag> {
    if n > MOST_DIGITS && !c.is_zero() {
        *flags |= flag::MALLOC_ERROR;
        return None;
    }
    Some(c.shl(n as usize))
}

impl Context {
    pub fn add(&self, a: &Decimal, b: &Decimal, flags: &mut Flags) -> Decimal {
        if let Some(nan) = nans(&[a, b], self, flags) {
            return nan;
        }
        let (Some((ea, ca)), Some((eb, cb))) = (a.parts(), b.parts()) else {
            return match (a.is_infinite(), b.is_infinite()) {
                (true, true) if a.negative != b.negative => Decimal::invalid(flags, flag::INVALID_OPERATION),
                (true, _) => a.clone(),
                _ => b.clone(),
            };
        };
        let ((mut small_exp, mut small, small_negative), (big_exp, big, big_negative)) = if ea > eb {
            ((eb, cb, b.negative), (ea, ca, a.negative))
        } else {
            ((ea, ca, a.negative), (eb, cb, b.negative))
        };
        let tiny;
        if big_exp != small_exp && !big.is_zero() {
            // Something far below the last digit that can matter may stand nearer: it only has to be there.
            let digits = big.digits() as i64;
            let edge = big_exp - 1 + if digits > self.prec { 0 } else { digits - self.prec - 1 };
            if small_exp + (small.digits() as i64) - 1 < edge {
                tiny = Mag::from_u64(u64::from(!small.is_zero()));
                (small_exp, small) = (edge, &tiny);
            }
        }
        let Some(big) = shl(big, big_exp - small_exp, flags) else { return Decimal::nan() };
        let (negative, sum) = if big_negative == small_negative {
            (big_negative, big.add(small))
        } else {
            match big.cmp(small) {
                Ordering::Greater => (big_negative, big.sub(small)),
                Ordering::Less => (small_negative, small.sub(&big)),
                Ordering::Equal => (self.rounding == Rounding::Floor, Mag::ZERO),
            }
        };
        self.finalize(Decimal::finite(negative, small_exp, sum), flags)
    }

    pub fn sub(&self, a: &Decimal, b: &Decimal, flags: &mut Flags) -> Decimal {
        if b.is_nan() {
            return self.add(a, b, flags);
        }
        self.add(a, &b.copy_negate(), flags)
    }

    /// The exact product of two that are no NaNs; `None`: invalid.
    fn product(a: &Decimal, b: &Decimal) -> Option<Decimal> {
        let negative = a.negative != b.negative;
        match (a.parts(), b.parts()) {
            (Some((ea, ca)), Some((eb, cb))) => Some(Decimal::finite(negative, ea + eb, ca.mul(cb))),
            _ if a.is_zero() || b.is_zero() => None,
            _ => Some(Decimal::infinity(negative)),
        }
    }

    pub fn mul(&self, a: &Decimal, b: &Decimal, flags: &mut Flags) -> Decimal {
        if let Some(nan) = nans(&[a, b], self, flags) {
            return nan;
        }
        match Context::product(a, b) {
            Some(d) => self.finalize(d, flags),
            None => Decimal::invalid(flags, flag::INVALID_OPERATION),
        }
    }

    /// `a * b + c` with one rounding.
    pub fn fma(&self, a: &Decimal, b: &Decimal, c: &Decimal, flags: &mut Flags) -> Decimal {
        // An invalid product comes before any NaN is passed on, but after NaNs among its own factors.
        if (a.is_nan() || b.is_nan())
            && let Some(nan) = nans(&[a, b, c], self, flags)
        {
            return nan;
        }
        match Context::product(a, b) {
            Some(d) => self.add(&d, c, flags),
            None => Decimal::invalid(flags, flag::INVALID_OPERATION),
        }
    }

    pub fn div(&self, a: &Decimal, b: &Decimal, flags: &mut Flags) -> Decimal {
        if let Some(nan) = nans(&[a, b], self, flags) {
            return nan;
        }
        let negative = a.negative != b.negative;
        let (Some((ea, ca)), Some((eb, cb))) = (a.parts(), b.parts()) else {
            return match (a.is_infinite(), b.is_infinite()) {
                (true, true) => Decimal::invalid(flags, flag::INVALID_OPERATION),
                (true, _) => Decimal::infinity(negative),
                _ => {
                    *flags |= flag::CLAMPED;
                    Decimal::finite(negative, self.etiny(), Mag::ZERO)
                }
            };
        };
        if cb.is_zero() {
            if ca.is_zero() {
                return Decimal::invalid(flags, flag::DIVISION_UNDEFINED);
            }
            *flags |= flag::DIVISION_BY_ZERO;
            return Decimal::infinity(negative);
        }
        let ideal = ea - eb;
        if ca.is_zero() {
            return self.finalize(Decimal::finite(negative, ideal, Mag::ZERO), flags);
        }
        // An exact quotient has no more digits than this; one that is not fills the precision, however large it is.
        let enough = ca.digits() as i64 + 4 * cb.digits() as i64;
        if self.prec > enough + 1000 {
            let shift = cb.digits() as i64 - ca.digits() as i64 + enough + 1;
            let (q, r) = ca.shl(shift.max(0) as usize).div_rem(&cb.shl((-shift).max(0) as usize));
            if r.is_zero() {
                let exp = ideal - shift;
                let zeros = (q.trailing_zeros() as i64).min((ideal - exp).max(0));
                let d = Decimal::finite(negative, exp + zeros, q.shr(zeros as usize).0);
                return self.finalize(d, flags);
            }
        }
        let shift = cb.digits() as i64 - ca.digits() as i64 + self.prec + 1;
        let mut exp = ideal - shift;
        let Some(n) = shl(ca, shift.max(0), flags) else { return Decimal::nan() };
        let (mut q, r) = n.div_rem(&cb.shl((-shift).max(0) as usize));
        if !r.is_zero() {
            // Only that there is more can matter, and it must not look like a tie.
            if q.digit(0).is_multiple_of(5) {
                q = q.add_small(1);
            }
        } else if exp < ideal {
            let zeros = (q.trailing_zeros() as i64).min(ideal - exp);
            (q, exp) = (q.shr(zeros as usize).0, exp + zeros);
        }
        self.finalize(Decimal::finite(negative, exp, q), flags)
    }

    /// Integer quotient and remainder of finite numbers, the divisor not zero. `None`: `DIVISION_IMPOSSIBLE` (flagged).
    fn div_rem_parts(&self, a: &Decimal, b: &Decimal, flags: &mut Flags) -> Option<(Mag, Mag, i64)> {
        let ((ea, ca), (eb, cb)) = (a.parts()?, b.parts()?);
        let ideal = ea.min(eb);
        if ca.is_zero() {
            return Some((Mag::ZERO, Mag::ZERO, ideal));
        }
        if a.adjusted() < b.adjusted() {
            // The exponents differ by less than the divisor's digits.
            return Some((Mag::ZERO, ca.shl((ea - ideal) as usize), ideal));
        }
        if a.adjusted() - b.adjusted() > self.prec {
            *flags |= flag::DIVISION_IMPOSSIBLE;
            return None;
        }
        let (n, d) = (shl(ca, ea - ideal, flags)?, shl(cb, eb - ideal, flags)?);
        let (q, r) = n.div_rem(&d);
        if q.digits() as i64 > self.prec {
            *flags |= flag::DIVISION_IMPOSSIBLE;
            return None;
        }
        Some((q, r, ideal))
    }

    /// `divmod(a, b)`.
    pub fn div_mod(&self, a: &Decimal, b: &Decimal, flags: &mut Flags) -> (Decimal, Decimal) {
        if let Some(nan) = nans(&[a, b], self, flags) {
            return (nan.clone(), nan);
        }
        let negative = a.negative != b.negative;
        if a.is_infinite() {
            let q = match b.is_infinite() {
                true => Decimal::nan(),
                false => Decimal::infinity(negative),
            };
            return (q, Decimal::invalid(flags, flag::INVALID_OPERATION));
        }
        if b.is_infinite() {
            return (Decimal::finite(negative, 0, Mag::ZERO), self.finalize(a.clone(), flags));
        }
        if b.is_zero() {
            if a.is_zero() {
                return (Decimal::nan(), Decimal::invalid(flags, flag::DIVISION_UNDEFINED));
            }
            *flags |= flag::DIVISION_BY_ZERO;
            return (Decimal::infinity(negative), Decimal::invalid(flags, flag::INVALID_OPERATION));
        }
        match self.div_rem_parts(a, b, flags) {
            None => (Decimal::nan(), Decimal::nan()),
            Some((q, r, exp)) => {
                let q = self.finalize(Decimal::finite(negative, 0, q), flags);
                (q, self.finalize(Decimal::finite(a.negative, exp, r), flags))
            }
        }
    }

    /// `a // b`.
    pub fn div_int(&self, a: &Decimal, b: &Decimal, flags: &mut Flags) -> Decimal {
        if let Some(nan) = nans(&[a, b], self, flags) {
            return nan;
        }
        let negative = a.negative != b.negative;
        match (a.is_infinite(), b.is_infinite()) {
            (true, true) => return Decimal::invalid(flags, flag::INVALID_OPERATION),
            (true, false) => return Decimal::infinity(negative),
            (false, true) => return Decimal::finite(negative, 0, Mag::ZERO),
            _ => (),
        }
        if b.is_zero() {
            if a.is_zero() {
                return Decimal::invalid(flags, flag::DIVISION_UNDEFINED);
            }
            *flags |= flag::DIVISION_BY_ZERO;
            return Decimal::infinity(negative);
        }
        match self.div_rem_parts(a, b, flags) {
            None => Decimal::nan(),
            Some((q, ..)) => self.finalize(Decimal::finite(negative, 0, q), flags),
        }
    }

    /// `a % b`, with the sign of `a`; or the remainder of the nearest quotient (`remainder_near`).
    pub fn rem(&self, a: &Decimal, b: &Decimal, near: bool, flags: &mut Flags) -> Decimal {
        if let Some(nan) = nans(&[a, b], self, flags) {
            return nan;
        }
        if a.is_infinite() {
            return Decimal::invalid(flags, flag::INVALID_OPERATION);
        }
        if b.is_infinite() {
            return self.finalize(a.clone(), flags);
        }
        if b.is_zero() {
            let which = if a.is_zero() { flag::DIVISION_UNDEFINED } else { flag::INVALID_OPERATION };
            return Decimal::invalid(flags, which);
        }
        let Some((mut q, mut r, exp)) = self.div_rem_parts(a, b, flags) else { return Decimal::nan() };
        let mut negative = a.negative;
        if near
            && let Some((eb, cb)) = b.parts()
            && !r.is_zero()
            && r.digits() as i64 + exp >= b.adjusted()
        {
            let d = cb.shl((eb - exp) as usize);
            let twice = r.mul_small(2);
            if twice > d || twice == d && q.is_odd() {
                (r, negative) = (d.sub(&r), !negative);
                q = q.add_small(1);
                if q.digits() as i64 > self.prec {
                    return Decimal::invalid(flags, flag::DIVISION_IMPOSSIBLE);
                }
            }
        }
        self.finalize(Decimal::finite(negative, exp, r), flags)
    }

    pub fn plus(&self, a: &Decimal, flags: &mut Flags) -> Decimal {
        if let Some(nan) = nans(&[a], self, flags) {
            return nan;
        }
        let negative = a.negative && !(a.is_zero() && self.rounding != Rounding::Floor);
        self.finalize(Decimal { negative, value: a.value.clone() }, flags)
    }

    pub fn minus(&self, a: &Decimal, flags: &mut Flags) -> Decimal {
        if a.is_nan() {
            return self.plus(a, flags);
        }
        let negated = a.copy_negate();
        // The negation of a zero is positive, unless all is rounded down.
        let zero = a.is_zero() && self.rounding != Rounding::Floor;
        self.finalize(if zero { negated.copy_abs() } else { negated }, flags)
    }

    pub fn abs(&self, a: &Decimal, flags: &mut Flags) -> Decimal {
        if a.is_nan() {
            return self.plus(a, flags);
        }
        if a.negative { self.minus(a, flags) } else { self.plus(a, flags) }
    }

    pub fn sqrt(&self, a: &Decimal, flags: &mut Flags) -> Decimal {
        if let Some(nan) = nans(&[a], self, flags) {
            return nan;
        }
        let Some((e, c)) = a.parts() else {
            return match a.negative {
                true => Decimal::invalid(flags, flag::INVALID_OPERATION),
                false => a.clone(),
            };
        };
        let ideal = e.div_euclid(2);
        if c.is_zero() {
            return self.finalize(Decimal::finite(a.negative, ideal, Mag::ZERO), flags);
        }
        if a.negative {
            return Decimal::invalid(flags, flag::INVALID_OPERATION);
        }
        // An even exponent, and a radicand whose root has a digit more than wanted.
        let c = if e.rem_euclid(2) == 1 { c.shl(1) } else { c.clone() };
        let shift = self.prec + 1 - (c.digits() as i64 + 1) / 2;
        if shift > 1000 {
            // Before so many digits are computed: an exact root needs none of them.
            let big = c.to_big();
            let root = big.sqrt();
            if &root * &root == big {
                return self.finalize(Decimal::finite(false, ideal, Mag::from_big(&root)), flags);
            }
        }
        let (n, cut) = if shift >= 0 {
            let Some(n) = shl(&c, 2 * shift, flags) else { return Decimal::nan() };
            (n, 0)
        } else {
            c.shr((-2 * shift) as usize)
        };
        let big = n.to_big();
        let root = big.sqrt();
        let is_exact = cut == 0 && &root * &root == big;
        let mut root = Mag::from_big(&root);
        let mut exp = ideal - shift;
        if !is_exact {
            if root.digit(0).is_multiple_of(5) {
                root = root.add_small(1);
            }
        } else if shift >= 0 {
            (root, exp) = (root.shr(shift as usize).0, ideal);
        }
        self.with_rounding(Rounding::HalfEven).finalize(Decimal::finite(false, exp, root), flags)
    }

    /// `a` with the exponent of `b`.
    pub fn quantize(&self, a: &Decimal, b: &Decimal, flags: &mut Flags) -> Decimal {
        if let Some(nan) = nans(&[a, b], self, flags) {
            return nan;
        }
        match (a.is_infinite(), b.parts()) {
            (true, None) => a.clone(),
            (false, Some((exp, _))) => self.rescale(a, exp, flags),
            _ => Decimal::invalid(flags, flag::INVALID_OPERATION),
        }
    }

    /// A finite number with this exponent.
    pub(crate) fn rescale(&self, a: &Decimal, exp: i64, flags: &mut Flags) -> Decimal {
        let Some((ea, c)) = a.parts() else { return a.clone() };
        if exp > self.emax || exp < self.etiny() {
            return Decimal::invalid(flags, flag::INVALID_OPERATION);
        }
        if c.is_zero() {
            return self.finalize(Decimal::finite(a.negative, exp, Mag::ZERO), flags);
        }
        let shift = ea - exp;
        if c.digits() as i64 + shift > self.prec {
            return Decimal::invalid(flags, flag::INVALID_OPERATION);
        }
        let mut inner = 0;
        let c = if shift >= 0 {
            let Some(c) = shl(c, shift, flags) else { return Decimal::nan() };
            c
        } else {
            let (shifted, rest) = c.shr(-shift as usize);
            inner |= flag::ROUNDED | if rest > 0 { flag::INEXACT } else { 0 };
            self.round_in_place(a.negative, shifted, rest)
        };
        let result = Decimal::finite(a.negative, exp, c);
        let too_long = result.parts().is_some_and(|(_, c)| c.digits() as i64 > self.prec);
        if too_long || result.adjusted() > self.emax {
            return Decimal::invalid(flags, flag::INVALID_OPERATION);
        }
        let result = self.finalize(result, &mut inner);
        *flags |= inner;
        result
    }

    /// `to_integral_exact`, or `to_integral_value` where the flags are not wanted.
    pub fn to_integral(&self, a: &Decimal, exact: bool, flags: &mut Flags) -> Decimal {
        if let Some(nan) = nans(&[a], self, flags) {
            return nan;
        }
        match a.parts() {
            Some((exp, c)) if exp < 0 => {
                if c.is_zero() {
                    return Decimal::finite(a.negative, 0, Mag::ZERO);
                }
                let (shifted, rest) = c.shr(usize::try_from(-exp).unwrap_or(usize::MAX));
                if exact {
                    *flags |= flag::ROUNDED | if rest > 0 { flag::INEXACT } else { 0 };
                }
                Decimal::finite(a.negative, 0, self.round_in_place(a.negative, shifted, rest))
            }
            _ => a.clone(),
        }
    }

    /// `normalize`: without zeros at the end.
    pub fn reduce(&self, a: &Decimal, flags: &mut Flags) -> Decimal {
        if let Some(nan) = nans(&[a], self, flags) {
            return nan;
        }
        let d = self.finalize(a.clone(), flags);
        let Some((exp, c)) = d.parts() else { return d };
        if c.is_zero() {
            return Decimal::finite(d.negative, 0, Mag::ZERO);
        }
        let most = if self.clamp { self.etop() } else { self.emax };
        let zeros = (c.trailing_zeros() as i64).min(most - exp).max(0);
        Decimal::finite(d.negative, exp + zeros, c.shr(zeros as usize).0)
    }

    /// `next_minus` where `up` is false, `next_plus` where it is true.
    pub fn next(&self, a: &Decimal, up: bool, flags: &mut Flags) -> Decimal {
        if let Some(nan) = nans(&[a], self, flags) {
            return nan;
        }
        if a.is_infinite() {
            return match a.negative != up {
                true => a.clone(),
                // From the infinity on the other side one comes to the largest number.
                false if a.negative == up => self.largest(a.negative, flags),
                false => a.clone(),
            };
        }
        let directed = self.with_rounding(if up { Rounding::Ceiling } else { Rounding::Floor });
        let mut inner = 0;
        let rounded = directed.finalize(a.clone(), &mut inner);
        if inner & (flag::INEXACT | flag::ERRORS) != 0 {
            *flags |= inner & flag::ERRORS;
            return rounded;
        }
        let tiny = Decimal::finite(!up, self.etiny() - 1, Mag::from_u64(1));
        directed.add(a, &tiny, &mut inner)
    }

    /// The neighbour of `a` on the way to `b`.
    pub fn next_toward(&self, a: &Decimal, b: &Decimal, flags: &mut Flags) -> Decimal {
        if let Some(nan) = nans(&[a, b], self, flags) {
            return nan;
        }
        let order = crate::compare::numeric(a, b);
        if order == Ordering::Equal {
            return a.copy_sign(b);
        }
        let mut inner = 0;
        let d = self.next(a, order == Ordering::Less, &mut inner);
        *flags |= inner & flag::ERRORS;
        if d.is_infinite() {
            *flags |= flag::OVERFLOW | flag::ROUNDED | flag::INEXACT;
        } else if d.adjusted() < self.emin {
            *flags |= flag::UNDERFLOW | flag::SUBNORMAL | flag::ROUNDED | flag::INEXACT;
            if d.is_zero() {
                *flags |= flag::CLAMPED;
            }
        }
        d
    }
}

/// Whether exponents of exact intermediate results stay in range; asserted, not computed.
const _: () = assert!(4 * MAX_EMAX < i64::MAX / 2 && 4 * MIN_EMIN > i64::MIN / 2);
