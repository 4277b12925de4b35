//! Comparisons: numeric, total, minima and maxima.

use crate::arith::nans;
use crate::context::{Context, Flags, flag};
use crate::number::{Decimal, Value};
use std::cmp::Ordering;

fn magnitudes(a: &Decimal, b: &Decimal) -> Ordering {
    let (Some((ea, ca)), Some((eb, cb))) = (a.parts(), b.parts()) else {
        return a.is_infinite().cmp(&b.is_infinite());
    };
    match (ca.is_zero(), cb.is_zero()) {
        (true, true) => return Ordering::Equal,
        (true, false) => return Ordering::Less,
        (false, true) => return Ordering::Greater,
        _ => (),
    }
    // With equal first digits' places the exponents differ by no more than the digits.
    a.adjusted().cmp(&b.adjusted()).then_with(|| match ea.cmp(&eb) {
        Ordering::Equal => ca.cmp(cb),
        Ordering::Greater => ca.shl((ea - eb) as usize).cmp(cb),
        Ordering::Less => ca.cmp(&cb.shl((eb - ea) as usize)),
    })
}

/// The order of two numbers, neither a NaN.
pub fn numeric(a: &Decimal, b: &Decimal) -> Ordering {
    if a.is_zero() && b.is_zero() {
        return Ordering::Equal;
    }
    let (na, nb) = (a.negative && !a.is_zero(), b.negative && !b.is_zero());
    match (na, nb) {
        (false, true) => Ordering::Greater,
        (true, false) => Ordering::Less,
        (false, false) => magnitudes(a, b),
        (true, true) => magnitudes(b, a),
    }
}

/// Python's operators: `None` where one is a NaN; a signaling one is invalid, and with `signal` a quiet one too
/// (as `<` is and `==` is not).
pub fn operator(a: &Decimal, b: &Decimal, signal: bool, flags: &mut Flags) -> Option<Ordering> {
    if a.is_nan() || b.is_nan() {
        if signal || a.is_signaling() || b.is_signaling() {
            *flags |= flag::INVALID_OPERATION;
        }
        return None;
    }
    Some(numeric(a, b))
}

/// `compare_total`; with `magnitude` `compare_total_mag`.
pub fn total(a: &Decimal, b: &Decimal, magnitude: bool) -> Ordering {
    let (na, nb) = (a.negative && !magnitude, b.negative && !magnitude);
    match (na, nb) {
        (false, true) => return Ordering::Greater,
        (true, false) => return Ordering::Less,
        _ => (),
    }
    let class = |d: &Decimal| match d.value {
        Value::Nan { signaling: false, .. } => 3,
        Value::Nan { .. } => 2,
        _ => 1,
    };
    let order = class(a).cmp(&class(b)).then_with(|| match (&a.value, &b.value) {
        (Value::Nan { payload: x, .. }, Value::Nan { payload: y, .. }) => x.cmp(y),
        _ => magnitudes(a, b).then_with(|| match (a.parts(), b.parts()) {
            (Some((ea, _)), Some((eb, _))) => ea.cmp(&eb),
            _ => Ordering::Equal,
        }),
    });
    if na { order.reverse() } else { order }
}

impl Context {
    /// `compare`; with `signal` `compare_signal`.
    pub fn compare(&self, a: &Decimal, b: &Decimal, signal: bool, flags: &mut Flags) -> Decimal {
        if signal && (a.is_nan() || b.is_nan()) {
            *flags |= flag::INVALID_OPERATION;
        }
        match nans(&[a, b], self, flags) {
            Some(nan) => nan,
            None => Decimal::from_i64(numeric(a, b) as i64),
        }
    }

    /// `max`, `min`, and with `magnitude` `max_mag` and `min_mag`.
    pub fn extreme(
        &self,
        a: &Decimal,
        b: &Decimal,
        largest: bool,
        magnitude: bool,
        flags: &mut Flags,
    ) -> Decimal {
        // One quiet NaN is ignored beside a number.
        match (a.is_nan() && !a.is_signaling(), b.is_nan() && !b.is_signaling()) {
            (true, false) if !b.is_signaling() => return self.finalize(b.clone(), flags),
            (false, true) if !a.is_signaling() => return self.finalize(a.clone(), flags),
            _ => (),
        }
        if let Some(nan) = nans(&[a, b], self, flags) {
            return nan;
        }
        let order = if magnitude {
            numeric(&a.copy_abs(), &b.copy_abs()).then_with(|| total(a, b, false))
        } else {
            numeric(a, b).then_with(|| total(a, b, false))
        };
        let first = if largest { order == Ordering::Greater } else { order != Ordering::Greater };
        self.finalize(if first { a } else { b }.clone(), flags)
    }
}
