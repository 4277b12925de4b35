//! Bits of integers in two's complement of endless width: shifts, and, or, xor, invert.

use crate::error::{Error, Result};
use crate::int::{Int, Ref};
use crate::mag;

/// Digits that a vector can hold; a shift beyond that is refused before anything is allocated.
const MAX_DIGITS: u64 = (isize::MAX as u64 - 64) / 4;

/// `a << b`.
pub fn lshift(a: Ref<'_>, b: Ref<'_>) -> Result<Int> {
    if b.negative {
        return Err(Error::NegativeShift);
    }
    if a.is_zero() {
        return Ok(Int::ZERO);
    }
    lshift_by(a, b.to_u64().ok_or(Error::TooManyDigits)?)
}

/// `a << bits`.
pub fn lshift_by(a: Ref<'_>, bits: u64) -> Result<Int> {
    let words = bits / mag::SHIFT as u64 + a.digits.len() as u64 + 1;
    if words > MAX_DIGITS {
        return Err(Error::NoMemory);
    }
    // The allocation that would abort the process is asked for politely first.
    Vec::<u32>::new().try_reserve_exact(words as usize).map_err(|_| Error::NoMemory)?;
    Ok(Int { negative: a.negative, digits: mag::shl(a.digits, bits) })
}

/// `a >> b`.
pub fn rshift(a: Ref<'_>, b: Ref<'_>) -> Result<Int> {
    if b.negative {
        return Err(Error::NegativeShift);
    }
    // A count beyond 64 bits shifts everything out.
    Ok(rshift_by(a, b.to_u64().unwrap_or(u64::MAX)))
}

/// `a >> bits`, rounding down.
pub fn rshift_by(a: Ref<'_>, bits: u64) -> Int {
    let (q, lost) = mag::shr(a.digits, bits);
    Int::new(a.negative, if a.negative && lost { mag::increment(&q) } else { q })
}

/// `~a`.
pub fn invert(a: Ref<'_>) -> Int {
    crate::int::sub(a.opposite(), Ref { negative: false, digits: &[1] })
}

/// The digits of the two's complement, then endless sign digits.
struct Complement<'a> {
    digits: core::slice::Iter<'a, u32>,
    flip: u32,
    carry: u32,
}

impl<'a> Complement<'a> {
    fn new(a: Ref<'a>) -> Self {
        Complement {
            digits: a.digits.iter(),
            flip: if a.negative { mag::MASK } else { 0 },
            carry: a.negative as u32,
        }
    }

    #[inline]
    fn next(&mut self) -> u32 {
        let d = (self.digits.next().copied().unwrap_or(0) ^ self.flip) + self.carry;
        self.carry = d >> mag::SHIFT;
        d & mag::MASK
    }
}

fn bitwise(a: Ref<'_>, b: Ref<'_>, negative: bool, n: usize, op: impl Fn(u32, u32) -> u32) -> Int {
    let (mut x, mut y) = (Complement::new(a), Complement::new(b));
    let flip = if negative { mag::MASK } else { 0 };
    let mut carry = negative as u32;
    // The result's complement is taken back digit by digit; one digit more has room for -2**k.
    let digits = (0..n + usize::from(negative)).map(|_| {
        let d = (op(x.next(), y.next()) & mag::MASK ^ flip) + carry;
        carry = d >> mag::SHIFT;
        d & mag::MASK
    });
    Int::new(negative, digits.collect())
}

/// The digits of two magnitudes combined one by one, then those of the longer alone.
fn together(a: &[u32], b: &[u32], op: impl Fn(u32, u32) -> u32) -> Int {
    let (long, short) = if a.len() < b.len() { (b, a) } else { (a, b) };
    let mut digits = long.to_vec();
    for (d, s) in digits.iter_mut().zip(short) {
        *d = op(*d, *s);
    }
    Int::new(false, digits)
}

/// `a & b`.
pub fn and(a: Ref<'_>, b: Ref<'_>) -> Int {
    if !a.negative && !b.negative {
        return Int::new(false, a.digits.iter().zip(b.digits).map(|(x, y)| x & y).collect());
    }
    let negative = a.negative && b.negative;
    // A number that is not negative has no bits above its digits.
    let n = match (a.negative, b.negative) {
        (true, true) => a.digits.len().max(b.digits.len()),
        (false, false) => a.digits.len().min(b.digits.len()),
        (false, true) => a.digits.len(),
        (true, false) => b.digits.len(),
    };
    bitwise(a, b, negative, n, |x, y| x & y)
}

/// `a | b`.
pub fn or(a: Ref<'_>, b: Ref<'_>) -> Int {
    if !a.negative && !b.negative {
        return together(a.digits, b.digits, |x, y| x | y);
    }
    bitwise(a, b, a.negative || b.negative, a.digits.len().max(b.digits.len()), |x, y| x | y)
}

/// `a ^ b`.
pub fn xor(a: Ref<'_>, b: Ref<'_>) -> Int {
    if !a.negative && !b.negative {
        return together(a.digits, b.digits, |x, y| x ^ y);
    }
    bitwise(a, b, a.negative != b.negative, a.digits.len().max(b.digits.len()), |x, y| x ^ y)
}
