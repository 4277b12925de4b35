//! Ints of machine size: the inlineable paths an `int` object tries before it allocates or calls a kernel.
//!
//! Values are `i64`; those of one digit (|v| < 2**30) add, subtract and multiply without a check.

use crate::int::Ref;
use crate::mag::{MASK, SHIFT};

/// The value of at most one digit.
#[inline]
pub fn one_digit(negative: bool, digits: &[u32]) -> Option<i64> {
    let v = match *digits {
        [] => 0,
        [d] => i64::from(d),
        _ => return None,
    };
    Some(if negative { -v } else { v })
}

/// The value of at most two digits.
#[inline]
pub fn two_digits(negative: bool, digits: &[u32]) -> Option<i64> {
    let v = match *digits {
        [] => 0,
        [d] => i64::from(d),
        [low, high] => i64::from(low) | i64::from(high) << SHIFT,
        _ => return None,
    };
    Some(if negative { -v } else { v })
}

/// Sign, digits and their number.
#[inline]
pub fn to_digits(v: i64) -> (bool, [u32; 3], usize) {
    let m = v.unsigned_abs();
    let d = [m as u32 & MASK, (m >> SHIFT) as u32 & MASK, (m >> (2 * SHIFT)) as u32];
    let n = if d[2] != 0 {
        3
    } else if d[1] != 0 {
        2
    } else {
        usize::from(d[0] != 0)
    };
    (v < 0, d, n)
}

/// `a // b`, for `b != 0` and not `i64::MIN // -1`.
#[inline]
pub fn floordiv(a: i64, b: i64) -> i64 {
    let q = a / b;
    if a % b != 0 && (a < 0) != (b < 0) { q - 1 } else { q }
}

/// `a % b`, for `b != 0` and not `i64::MIN % -1`.
#[inline]
pub fn rem(a: i64, b: i64) -> i64 {
    let r = a % b;
    if r != 0 && (r < 0) != (b < 0) { r + b } else { r }
}

/// `a << n`, if it fits.
#[inline]
pub fn lshift(a: i64, n: u64) -> Option<i64> {
    if n > 63 {
        return (a == 0).then_some(0);
    }
    let r = a << n;
    (r >> n == a).then_some(r)
}

/// `a >> n`.
#[inline]
pub fn rshift(a: i64, n: u64) -> i64 {
    a >> n.min(63)
}

/// `a ** e`, if it fits.
#[inline]
pub fn pow(a: i64, e: u64) -> Option<i64> {
    match a {
        0 | 1 => Some(if e == 0 { 1 } else { a }),
        -1 => Some(if e & 1 == 0 { 1 } else { -1 }),
        _ => a.checked_pow(u32::try_from(e).ok()?),
    }
}

/// `hash(v)`.
#[inline]
pub fn hash(v: i64) -> i64 {
    const P: i64 = crate::hash::MODULUS as i64;
    match v % P {
        -1 => -2,
        h => h,
    }
}

/// `str(v)` at the end of a buffer.
#[inline]
pub fn decimal(v: i64, buffer: &mut [u8; 20]) -> &[u8] {
    let mut m = v.unsigned_abs();
    let mut at = buffer.len();
    loop {
        at -= 1;
        buffer[at] = b'0' + (m % 10) as u8;
        m /= 10;
        if m == 0 {
            break;
        }
    }
    if v < 0 {
        at -= 1;
        buffer[at] = b'-';
    }
    &buffer[at..]
}

/// `int(text)` of at most 18 ASCII digits and a sign, which most texts are; `None` leaves it to `text::parse`.
#[inline]
pub fn parse_decimal(text: &[u8]) -> Option<i64> {
    let (negative, digits) = match text {
        [b'-', rest @ ..] => (true, rest),
        [b'+', rest @ ..] => (false, rest),
        _ => (false, text),
    };
    if digits.is_empty() || digits.len() > 18 {
        return None;
    }
    let mut v = 0i64;
    for c in digits {
        if !c.is_ascii_digit() {
            return None;
        }
        v = v * 10 + i64::from(c - b'0');
    }
    Some(if negative { -v } else { v })
}

impl<'a> Ref<'a> {
    /// The digits that [`to_digits`] gave.
    #[inline]
    pub fn of_small((negative, digits, n): &'a (bool, [u32; 3], usize)) -> Ref<'a> {
        Ref { negative: *negative, digits: &digits[..*n] }
    }
}
