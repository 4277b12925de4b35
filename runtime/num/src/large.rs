//! Large magnitudes through num-bigint: repacking between 30-bit digits and its limbs, and a recursive division
//! (Burnikel and Ziegler, "Fast Recursive Division", 1998) above its quadratic one.

use crate::mag::{MASK, SHIFT};
use num_bigint::BigUint;
use num_integer::Integer;

/// The divisor's bits from which the recursion pays (measured, see `examples/cutoffs.rs`).
const RECURSIVE_BITS: u64 = 8_000;

/// Packs 30-bit digits into a big number.
pub fn pack(a: &[u32]) -> BigUint {
    let mut out = Vec::with_capacity(a.len() * SHIFT as usize / 32 + 1);
    let (mut acc, mut bits) = (0u64, 0);
    for d in a {
        acc |= (*d as u64) << bits;
        bits += SHIFT;
        if bits >= 32 {
            out.push(acc as u32);
            acc >>= 32;
            bits -= 32;
        }
    }
    if acc != 0 {
        out.push(acc as u32);
    }
    BigUint::new(out)
}

/// The 30-bit digits of a big number.
pub fn unpack(a: &BigUint) -> Vec<u32> {
    let mut out = Vec::with_capacity((a.bits() / SHIFT as u64) as usize + 1);
    let (mut acc, mut bits) = (0u128, 0);
    for limb in a.iter_u64_digits() {
        acc |= (limb as u128) << bits;
        bits += 64;
        while bits >= SHIFT {
            out.push(acc as u32 & MASK);
            acc >>= SHIFT;
            bits -= SHIFT;
        }
    }
    if bits > 0 {
        out.push(acc as u32);
    }
    crate::mag::normalise(out)
}

/// Product.
pub fn mul(a: &[u32], b: &[u32]) -> Vec<u32> {
    if core::ptr::eq(a, b) {
        let a = pack(a);
        return unpack(&(&a * &a));
    }
    unpack(&(pack(a) * pack(b)))
}

/// Quotient and remainder.
pub fn divrem(a: &[u32], b: &[u32]) -> (Vec<u32>, Vec<u32>) {
    let (q, r) = divrem_big(&pack(a), &pack(b));
    (unpack(&q), unpack(&r))
}

/// Quotient and remainder of big numbers, below quadratic time.
pub fn divrem_big(a: &BigUint, b: &BigUint) -> (BigUint, BigUint) {
    let n = b.bits();
    if n < RECURSIVE_BITS || a.bits() < n + RECURSIVE_BITS {
        return a.div_rem(b);
    }
    // Long division with "digits" of n bits, each step of which divides 2n bits by n.
    let blocks = a.bits().div_ceil(n);
    let mut rem = BigUint::default();
    let mut quotient: Vec<u32> = Vec::new();
    // A block of n bits does not end at a limb, so n is rounded up to a multiple of 64 by scaling both numbers.
    let pad = n.next_multiple_of(64) - n;
    let (scaled_a, scaled_b, n) =
        if pad == 0 { (a.clone(), b.clone(), n) } else { (a << pad, b << pad, n + pad) };
    let limbs: Vec<u32> = scaled_a.to_u32_digits();
    let width = (n / 32) as usize;
    let mut parts = Vec::with_capacity(blocks as usize + 1);
    for chunk in limbs.chunks(width) {
        parts.push(BigUint::from_slice(chunk));
    }
    let mut digits = Vec::with_capacity(parts.len());
    for part in parts.into_iter().rev() {
        let (q, r) = div_2n_1n(&((rem << n) | part), &scaled_b, n);
        digits.push(q);
        rem = r;
    }
    for q in digits.into_iter().rev() {
        let start = quotient.len();
        quotient.extend(q.iter_u32_digits());
        quotient.resize(start + width, 0);
    }
    (BigUint::new(quotient), rem >> pad)
}

/// Divides a number of at most 2n bits (below `b << n`) by one of exactly n bits.
fn div_2n_1n(a: &BigUint, b: &BigUint, n: u64) -> (BigUint, BigUint) {
    if n < RECURSIVE_BITS || a.bits() < n + RECURSIVE_BITS / 2 {
        return a.div_rem(b);
    }
    if n & 1 == 1 {
        let (q, r) = div_2n_1n(&(a << 1u32), &(b << 1u32), n + 1);
        return (q, r >> 1u32);
    }
    let half = n / 2;
    let (b1, b2) = split(b, half);
    let (high, low) = split(a, n);
    let (a3, a4) = split(&low, half);
    let (q1, r) = div_3n_2n(&high, &a3, b, &b1, &b2, half);
    let (q2, r) = div_3n_2n(&r, &a4, b, &b1, &b2, half);
    ((q1 << half) | q2, r)
}

/// Divides the 3n bits `a12:a3` by the 2n bits of `b`, whose halves are `b1` and `b2`.
fn div_3n_2n(
    a12: &BigUint,
    a3: &BigUint,
    b: &BigUint,
    b1: &BigUint,
    b2: &BigUint,
    n: u64,
) -> (BigUint, BigUint) {
    let (mut q, r) = if &(a12 >> n) == b1 {
        // The quotient would need n + 1 bits: the largest of n bits is at most 2 too large.
        let q = (BigUint::from(1u32) << n) - 1u32;
        (q, a12 + b1 - (b1 << n))
    } else {
        div_2n_1n(a12, b1, n)
    };
    let mut r = (r << n) | a3;
    let product = &q * b2;
    while r < product {
        q -= 1u32;
        r += b;
    }
    (q, r - product)
}

/// High and low part at a bit.
fn split(a: &BigUint, bits: u64) -> (BigUint, BigUint) {
    let high = a >> bits;
    let (words, rest) = ((bits / 32) as usize, bits % 32);
    let mut low: Vec<u32> = a.iter_u32_digits().take(words + usize::from(rest != 0)).collect();
    if rest != 0
        && let Some(top) = low.get_mut(words)
    {
        *top &= (1 << rest) - 1;
    }
    (high, BigUint::new(low))
}
