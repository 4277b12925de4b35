//! Magnitudes: unsigned numbers as slices of 30-bit digits, least significant first.
//!
//! Arguments are normalised (no zero digit at the top). A `*_to` function writes into a buffer of the caller (an int
//! object's digits) and returns the normalised length; the others return a vector. Signs are in `int`.

use crate::large;
use core::cmp::Ordering;

/// Bits in a digit (`PyLong_SHIFT`).
pub const SHIFT: u32 = 30;
/// `PyLong_BASE`.
pub const BASE: u32 = 1 << SHIFT;
/// `PyLong_MASK`.
pub const MASK: u32 = BASE - 1;
const MASK64: u64 = MASK as u64;

/// From this many digits in the smaller factor, products go through num-bigint: its 64-bit limbs then pay for the
/// repacking (measured, see `examples/cutoffs.rs`).
pub const MUL_CUTOFF: usize = 28;
/// The same for squares, which half as many digit products make here.
pub const SQUARE_CUTOFF: usize = 32;
/// From this many digits in both divisor and quotient, quotients go through num-bigint.
pub const DIV_CUTOFF: usize = 24;

/// The length without zero digits at the top.
#[inline]
pub fn len(a: &[u32]) -> usize {
    a.iter().rposition(|d| *d != 0).map_or(0, |top| top + 1)
}

/// The slice without zero digits at the top.
#[inline]
pub fn trim(a: &[u32]) -> &[u32] {
    &a[..len(a)]
}

/// Drops zero digits at the top.
#[inline]
pub fn normalise(mut v: Vec<u32>) -> Vec<u32> {
    v.truncate(len(&v));
    v
}

/// Order of two magnitudes.
#[inline]
pub fn cmp(a: &[u32], b: &[u32]) -> Ordering {
    a.len().cmp(&b.len()).then_with(|| a.iter().rev().cmp(b.iter().rev()))
}

/// The digits of a machine number, and how many there are.
#[inline]
pub fn from_u64(v: u64) -> ([u32; 3], usize) {
    let d = [(v & MASK64) as u32, (v >> SHIFT & MASK64) as u32, (v >> (2 * SHIFT)) as u32];
    (d, len(&d))
}

/// The value if it fits.
#[inline]
pub fn to_u64(a: &[u32]) -> Option<u64> {
    match *a {
        [] => Some(0),
        [a] => Some(a as u64),
        [a, b] => Some(a as u64 | (b as u64) << SHIFT),
        [a, b, c] if c < 16 => Some(a as u64 | (b as u64) << SHIFT | (c as u64) << (2 * SHIFT)),
        _ => None,
    }
}

/// Bits up to the highest one set.
#[inline]
pub fn bit_length(a: &[u32]) -> u64 {
    match a.last() {
        Some(top) => (a.len() as u64 - 1) * SHIFT as u64 + (32 - top.leading_zeros()) as u64,
        None => 0,
    }
}

/// Bits set.
pub fn bit_count(a: &[u32]) -> u64 {
    a.iter().map(|d| d.count_ones() as u64).sum()
}

/// How many zero bits are below the lowest one set.
pub fn trailing_zeros(a: &[u32]) -> Option<u64> {
    let i = a.iter().position(|d| *d != 0)?;
    Some(i as u64 * SHIFT as u64 + a[i].trailing_zeros() as u64)
}

/// `a + b` into `max(len) + 1` digits.
pub fn add_to(out: &mut [u32], a: &[u32], b: &[u32]) -> usize {
    let (a, b) = if a.len() < b.len() { (b, a) } else { (a, b) };
    let (low, high) = a.split_at(b.len());
    let mut carry = 0;
    for ((o, x), y) in out.iter_mut().zip(low).zip(b) {
        carry += x + y;
        *o = carry & MASK;
        carry >>= SHIFT;
    }
    for (o, x) in out[b.len()..].iter_mut().zip(high) {
        carry += x;
        *o = carry & MASK;
        carry >>= SHIFT;
    }
    out[a.len()] = carry;
    a.len() + carry as usize
}

/// `a + b`.
pub fn add(a: &[u32], b: &[u32]) -> Vec<u32> {
    let mut out = vec![0; a.len().max(b.len()) + 1];
    let n = add_to(&mut out, a, b);
    out.truncate(n);
    out
}

/// `a - b` for `a >= b`, into `a.len()` digits.
pub fn sub_to(out: &mut [u32], a: &[u32], b: &[u32]) -> usize {
    let (low, high) = a.split_at(b.len());
    let mut borrow = 0u32;
    for ((o, x), y) in out.iter_mut().zip(low).zip(b) {
        borrow = x.wrapping_sub(*y).wrapping_sub(borrow);
        *o = borrow & MASK;
        borrow = borrow >> SHIFT & 1;
    }
    for (o, x) in out[b.len()..].iter_mut().zip(high) {
        borrow = x.wrapping_sub(borrow);
        *o = borrow & MASK;
        borrow = borrow >> SHIFT & 1;
    }
    debug_assert_eq!(borrow, 0, "the subtrahend was the larger one");
    len(&out[..a.len()])
}

/// `a - b` for `a >= b`.
pub fn sub(a: &[u32], b: &[u32]) -> Vec<u32> {
    let mut out = vec![0; a.len()];
    let n = sub_to(&mut out, a, b);
    out.truncate(n);
    out
}

/// `a + 1`.
pub fn increment(a: &[u32]) -> Vec<u32> {
    add(a, &[1])
}

/// Schoolbook product into `a.len() + b.len()` digits; any size, quadratic time.
pub fn mul_to(out: &mut [u32], a: &[u32], b: &[u32]) -> usize {
    let n = a.len() + b.len();
    out[..n].fill(0);
    if core::ptr::eq(a, b) {
        square_into(out, a);
    } else {
        // Few long rows are quicker than many short ones.
        let (a, b) = if a.len() > b.len() { (b, a) } else { (a, b) };
        for (i, x) in a.iter().enumerate() {
            let carry = mul_add_row(&mut out[i..i + b.len()], b, *x);
            out[i + b.len()] = carry;
        }
    }
    len(&out[..n])
}

/// `out += a * x`; what is carried out of the top.
#[inline]
fn mul_add_row(out: &mut [u32], a: &[u32], x: u32) -> u32 {
    let (x, mut carry) = (x as u64, 0u64);
    for (o, y) in out.iter_mut().zip(a) {
        carry += *o as u64 + x * *y as u64;
        *o = (carry & MASK64) as u32;
        carry >>= SHIFT;
    }
    carry as u32
}

/// Adds the square of `a` to a zeroed buffer: each product of two different digits counts twice, so one half of the
/// table is enough. `carry` stays below 2^34: (2^30-1) + 2*(2^30-1)^2 + 2^34 fits in 64 bits.
fn square_into(out: &mut [u32], a: &[u32]) {
    for (i, x) in a.iter().enumerate() {
        let x = *x as u64;
        let mut carry = out[2 * i] as u64 + x * x;
        out[2 * i] = (carry & MASK64) as u32;
        carry >>= SHIFT;
        let twice = 2 * x;
        let row = &mut out[2 * i + 1..];
        let tail = &a[i + 1..];
        for (o, y) in row.iter_mut().zip(tail) {
            carry += *o as u64 + twice * *y as u64;
            *o = (carry & MASK64) as u32;
            carry >>= SHIFT;
        }
        for o in &mut row[tail.len()..] {
            if carry == 0 {
                break;
            }
            carry += *o as u64;
            *o = (carry & MASK64) as u32;
            carry >>= SHIFT;
        }
    }
}

/// `a * b`.
pub fn mul(a: &[u32], b: &[u32]) -> Vec<u32> {
    let mut out = vec![0; a.len() + b.len()];
    let n = mul_into(&mut out, a, b);
    out.truncate(n);
    out
}

/// `a * b` into `a.len() + b.len()` digits, by the quickest way for the size.
pub fn mul_into(out: &mut [u32], a: &[u32], b: &[u32]) -> usize {
    let cutoff = if core::ptr::eq(a, b) { SQUARE_CUTOFF } else { MUL_CUTOFF };
    if a.len().min(b.len()) < cutoff {
        return mul_to(out, a, b);
    }
    let product = large::mul(a, b);
    out[..product.len()].copy_from_slice(&product);
    product.len()
}

/// `a /= d` in place for a divisor of one digit; the remainder.
pub fn div_small(a: &mut [u32], d: u32) -> u32 {
    let d = d as u64;
    let mut rem = 0u64;
    for x in a.iter_mut().rev() {
        rem = rem << SHIFT | *x as u64;
        *x = (rem / d) as u32;
        rem %= d;
    }
    rem as u32
}

/// `a % d` for a divisor of one digit.
pub fn rem_small(a: &[u32], d: u32) -> u32 {
    let d = d as u64;
    a.iter().rev().fold(0u64, |rem, x| (rem << SHIFT | *x as u64) % d) as u32
}

/// Quotient and remainder; the divisor is not zero.
pub fn divrem(a: &[u32], b: &[u32]) -> (Vec<u32>, Vec<u32>) {
    debug_assert!(!b.is_empty());
    if cmp(a, b) == Ordering::Less {
        return (Vec::new(), a.to_vec());
    }
    if let [d] = *b {
        let mut q = a.to_vec();
        let r = div_small(&mut q, d);
        return (normalise(q), if r == 0 { Vec::new() } else { vec![r] });
    }
    if b.len() >= DIV_CUTOFF && a.len() - b.len() >= DIV_CUTOFF {
        return large::divrem(a, b);
    }
    divrem_quadratic(a, b)
}

/// Knuth's algorithm D (TAOCP 2, 4.3.1) for at least two divisor digits and `a >= b`.
pub fn divrem_quadratic(a: &[u32], b: &[u32]) -> (Vec<u32>, Vec<u32>) {
    let shift = b[b.len() - 1].leading_zeros() - (32 - SHIFT);
    let mut w = b.to_vec();
    shl_bits(&mut w, shift);
    let mut v = a.to_vec();
    let carry = shl_bits(&mut v, shift);
    v.push(carry);
    let n = w.len();
    let (w1, w2) = (w[n - 1] as u64, w[n - 2] as u64);
    let mut q = vec![0; v.len() - n];
    for k in (0..q.len()).rev() {
        // The estimate from two digits of the dividend and one of the divisor is at most 2 too large; the next
        // digits bring that down to 1, which the subtraction below notices by its borrow.
        let top = (v[k + n] as u64) << SHIFT | v[k + n - 1] as u64;
        let mut guess = top / w1;
        let mut rest = top % w1;
        while guess >= BASE as u64 || w2 * guess > (rest << SHIFT | v[k + n - 2] as u64) {
            guess -= 1;
            rest += w1;
            if rest >= BASE as u64 {
                break;
            }
        }
        let mut borrow = 0i64;
        for (x, y) in v[k..k + n].iter_mut().zip(&w) {
            let t = *x as i64 - guess as i64 * *y as i64 + borrow;
            *x = t as u32 & MASK;
            borrow = t >> SHIFT;
        }
        let t = v[k + n] as i64 + borrow;
        v[k + n] = t as u32 & MASK;
        if t < 0 {
            let mut carry = 0;
            for (x, y) in v[k..k + n].iter_mut().zip(&w) {
                carry += *x + *y;
                *x = carry & MASK;
                carry >>= SHIFT;
            }
            v[k + n] = (v[k + n] + carry) & MASK;
            guess -= 1;
        }
        q[k] = guess as u32;
    }
    v.truncate(n);
    shr_bits(&mut v, shift);
    (normalise(q), normalise(v))
}

/// Shifts left in place by less than a digit; what falls out of the top.
fn shl_bits(a: &mut [u32], bits: u32) -> u32 {
    let mut carry = 0u64;
    for d in a {
        carry |= (*d as u64) << bits;
        *d = (carry & MASK64) as u32;
        carry >>= SHIFT;
    }
    carry as u32
}

/// Shifts right in place by less than a digit; what falls out of the bottom, at its place in the digit.
fn shr_bits(a: &mut [u32], bits: u32) -> u32 {
    let mut rest = 0u32;
    let low = (1u32 << bits) - 1;
    for d in a.iter_mut().rev() {
        let t = (rest as u64) << SHIFT | *d as u64;
        *d = (t >> bits) as u32 & MASK;
        rest = t as u32 & low;
    }
    rest
}

/// `a << bits`; the caller has checked that the result fits in memory.
pub fn shl(a: &[u32], bits: u64) -> Vec<u32> {
    if a.is_empty() {
        return Vec::new();
    }
    let words = (bits / SHIFT as u64) as usize;
    let mut out = Vec::with_capacity(words + a.len() + 1);
    out.resize(words, 0);
    out.extend_from_slice(a);
    let carry = shl_bits(&mut out[words..], (bits % SHIFT as u64) as u32);
    if carry != 0 {
        out.push(carry);
    }
    out
}

/// `a >> bits`, and whether a bit set was lost.
pub fn shr(a: &[u32], bits: u64) -> (Vec<u32>, bool) {
    let words = bits / SHIFT as u64;
    if words >= a.len() as u64 {
        return (Vec::new(), !a.is_empty());
    }
    let (lost, kept) = a.split_at(words as usize);
    let mut out = kept.to_vec();
    let rest = shr_bits(&mut out, (bits % SHIFT as u64) as u32);
    (normalise(out), rest != 0 || lost.iter().any(|d| *d != 0))
}

/// Whether the bit is set.
pub fn bit(a: &[u32], i: u64) -> bool {
    a.get((i / SHIFT as u64) as usize).is_some_and(|d| d >> (i % SHIFT as u64) & 1 != 0)
}
