//! Signed integers: the borrowed and the owned form, machine conversions, the four operations, order.
//!
//! Powers and number theory are in `power`, bits in `bits`, text in `text`, floats and bytes in `convert`.

use crate::error::{Error, Result};
use crate::mag;
use core::cmp::Ordering;

/// An integer in digits that someone else owns, such as an `int` object's.
#[derive(Clone, Copy, Debug)]
pub struct Ref<'a> {
    pub negative: bool,
    pub digits: &'a [u32],
}

/// An integer with its own digits. Zero has none and is not negative.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Int {
    pub negative: bool,
    pub digits: Vec<u32>,
}

impl Int {
    pub const ZERO: Int = Int { negative: false, digits: Vec::new() };

    /// From sign and magnitude; drops zeros at the top, and the sign of zero.
    pub fn new(negative: bool, digits: Vec<u32>) -> Int {
        let digits = mag::normalise(digits);
        Int { negative: negative && !digits.is_empty(), digits }
    }

    #[inline]
    pub fn as_ref(&self) -> Ref<'_> {
        Ref { negative: self.negative, digits: &self.digits }
    }

    /// Changes the sign.
    pub fn negated(mut self) -> Int {
        self.negative = !self.negative && !self.digits.is_empty();
        self
    }
}

impl From<u64> for Int {
    fn from(v: u64) -> Int {
        let (d, n) = mag::from_u64(v);
        Int { negative: false, digits: d[..n].to_vec() }
    }
}

impl From<i64> for Int {
    fn from(v: i64) -> Int {
        Int { negative: v < 0, ..Int::from(v.unsigned_abs()) }
    }
}

impl From<u128> for Int {
    fn from(mut v: u128) -> Int {
        let mut digits = Vec::with_capacity(5);
        while v != 0 {
            digits.push(v as u32 & mag::MASK);
            v >>= mag::SHIFT;
        }
        Int { negative: false, digits }
    }
}

impl From<i128> for Int {
    fn from(v: i128) -> Int {
        Int { negative: v < 0, ..Int::from(v.unsigned_abs()) }
    }
}

impl<'a> Ref<'a> {
    /// From sign and normalised magnitude.
    #[inline]
    pub fn new(negative: bool, digits: &'a [u32]) -> Ref<'a> {
        debug_assert!(digits.last().is_none_or(|d| *d != 0) && !(negative && digits.is_empty()));
        Ref { negative, digits }
    }

    #[inline]
    pub fn is_zero(self) -> bool {
        self.digits.is_empty()
    }

    /// -1, 0 or 1.
    #[inline]
    pub fn sign(self) -> i32 {
        match (self.is_zero(), self.negative) {
            (true, _) => 0,
            (_, false) => 1,
            (_, true) => -1,
        }
    }

    #[inline]
    pub fn is_odd(self) -> bool {
        self.digits.first().is_some_and(|d| d & 1 != 0)
    }

    pub fn to_int(self) -> Int {
        Int { negative: self.negative, digits: self.digits.to_vec() }
    }

    /// The value without its sign.
    pub fn abs(self) -> Ref<'a> {
        Ref { negative: false, ..self }
    }

    /// The negative value.
    #[inline]
    pub fn opposite(self) -> Ref<'a> {
        Ref { negative: !self.negative && !self.is_zero(), ..self }
    }

    /// The value if it fits.
    pub fn to_u64(self) -> Option<u64> {
        if self.negative { None } else { mag::to_u64(self.digits) }
    }

    /// The value if it fits.
    pub fn to_i64(self) -> Option<i64> {
        let v = mag::to_u64(self.digits)?;
        match self.negative {
            true if v <= 1 << 63 => Some((v as i64).wrapping_neg()),
            true => None,
            false => i64::try_from(v).ok(),
        }
    }

    /// The value if it fits.
    pub fn to_u128(self) -> Option<u128> {
        if self.negative || mag::bit_length(self.digits) > 128 {
            return None;
        }
        Some(self.digits.iter().rev().fold(0, |v, d| v << mag::SHIFT | *d as u128))
    }

    /// The low 64 bits in two's complement (`PyLong_AsUnsignedLongLongMask`).
    pub fn to_u64_mask(self) -> u64 {
        let v = self.digits.iter().take(3).rev().fold(0u64, |v, d| v << mag::SHIFT | *d as u64);
        if self.negative { v.wrapping_neg() } else { v }
    }
}

/// Order of two integers.
pub fn cmp(a: Ref<'_>, b: Ref<'_>) -> Ordering {
    match (a.negative, b.negative) {
        (false, true) => Ordering::Greater,
        (true, false) => Ordering::Less,
        (false, false) => mag::cmp(a.digits, b.digits),
        (true, true) => mag::cmp(b.digits, a.digits),
    }
}

/// Equality of two integers.
#[inline]
pub fn eq(a: Ref<'_>, b: Ref<'_>) -> bool {
    a.negative == b.negative && a.digits == b.digits
}

/// `a + b`.
pub fn add(a: Ref<'_>, b: Ref<'_>) -> Int {
    if a.negative == b.negative {
        return Int { negative: a.negative, digits: mag::add(a.digits, b.digits) };
    }
    match mag::cmp(a.digits, b.digits) {
        Ordering::Equal => Int::ZERO,
        Ordering::Greater => Int { negative: a.negative, digits: mag::sub(a.digits, b.digits) },
        Ordering::Less => Int { negative: b.negative, digits: mag::sub(b.digits, a.digits) },
    }
}

/// `a - b`.
pub fn sub(a: Ref<'_>, b: Ref<'_>) -> Int {
    // Negating zero keeps it positive, and adding zero works with either sign.
    add(a, b.opposite())
}

/// `a * b`.
pub fn mul(a: Ref<'_>, b: Ref<'_>) -> Int {
    Int::new(a.negative != b.negative, mag::mul(a.digits, b.digits))
}

/// `divmod(a, b)` with Python's rounding down.
pub fn divmod(a: Ref<'_>, b: Ref<'_>) -> Result<(Int, Int)> {
    if b.is_zero() {
        return Err(Error::IntDivisionByZero);
    }
    let (q, r) = mag::divrem(a.digits, b.digits);
    if a.negative == b.negative {
        return Ok((Int::new(false, q), Int::new(b.negative, r)));
    }
    if r.is_empty() {
        return Ok((Int::new(true, q), Int::ZERO));
    }
    // The quotient towards zero is one above the floor, and the remainder moves to the divisor's side.
    Ok((Int::new(true, mag::increment(&q)), Int::new(b.negative, mag::sub(b.digits, &r))))
}

/// `a // b`.
pub fn floordiv(a: Ref<'_>, b: Ref<'_>) -> Result<Int> {
    Ok(divmod(a, b)?.0)
}

/// `a % b`.
pub fn rem(a: Ref<'_>, b: Ref<'_>) -> Result<Int> {
    if b.is_zero() {
        return Err(Error::IntModuloByZero);
    }
    if let [d] = *b.digits {
        // A quotient nobody asked for is not written down.
        let r = mag::rem_small(a.digits, d);
        let r = if a.negative == b.negative || r == 0 { r } else { d - r };
        return Ok(Int::new(b.negative, vec![r]));
    }
    Ok(divmod(a, b)?.1)
}

/// The quotient rounded to nearest, ties to even, and what remains (`_PyLong_DivmodNear`).
pub fn divmod_near(a: Ref<'_>, b: Ref<'_>) -> Result<(Int, Int)> {
    if b.is_zero() {
        return Err(Error::IntDivisionByZero);
    }
    let (mut q, mut r) = mag::divrem(a.digits, b.digits);
    let mut flipped = false;
    let twice = mag::shl(&r, 1);
    let up = match mag::cmp(&twice, b.digits) {
        Ordering::Less => false,
        Ordering::Greater => true,
        Ordering::Equal => q.first().is_some_and(|d| d & 1 != 0),
    };
    if up {
        q = mag::increment(&q);
        r = mag::sub(b.digits, &r);
        flipped = true;
    }
    Ok((Int::new(a.negative != b.negative, q), Int::new(a.negative != flipped, r)))
}

/// `round(a, -digits)`: to a multiple of ten to the power of `digits`, ties to even.
pub fn round_to_power_of_ten(a: Ref<'_>, digits: u64) -> Int {
    // 10 ** digits > 2 * |a| rounds to zero whatever the digits are, so a huge power is never computed.
    if digits > mag::bit_length(a.digits) {
        return Int::ZERO;
    }
    let ten = Int { negative: false, digits: crate::power::pow_mag(&[10], digits) };
    match divmod_near(a, ten.as_ref()) {
        Ok((_, r)) => sub(a, r.as_ref()),
        Err(_) => a.to_int(),
    }
}
