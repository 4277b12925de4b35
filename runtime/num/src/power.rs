//! Powers, modular powers and inverses, greatest common divisor, integer square root.

use crate::error::{Error, Result};
use crate::int::{self, Int, Ref};
use crate::large;
use crate::mag;
use core::cmp::Ordering;

/// Digits of a modulus from which products and remainders stay in num-bigint's form.
const BIG_MODULUS: usize = 8;

/// `base ** exponent` for `exponent >= 0`.
pub fn pow(base: Ref<'_>, exponent: Ref<'_>) -> Result<Int> {
    debug_assert!(!exponent.negative, "the caller turns negative exponents into floats");
    let negative = base.negative && exponent.is_odd();
    if exponent.is_zero() {
        return Ok(Int::from(1u64));
    }
    if base.is_zero() || base.digits == [1] {
        return Ok(Int::new(negative, base.digits.to_vec()));
    }
    let e = exponent.to_u64().ok_or(Error::NoMemory)?;
    // Never less than the result: enough to refuse what no memory holds before the work starts.
    let bits = (mag::bit_length(base.digits) - 1).checked_mul(e).ok_or(Error::NoMemory)?;
    if bits > 1 << 40 {
        return Err(Error::NoMemory);
    }
    Ok(Int::new(negative, pow_mag(base.digits, e)))
}

/// The power of a magnitude.
pub fn pow_mag(base: &[u32], e: u64) -> Vec<u32> {
    if e == 0 {
        return vec![1];
    }
    // Powers of two in the base become one shift at the end.
    let twos = mag::trailing_zeros(base).unwrap_or(0);
    if twos > 0 {
        let odd = mag::shr(base, twos).0;
        return mag::shl(&pow_mag(&odd, e), twos * e);
    }
    if base == [1] {
        return vec![1];
    }
    // Left to right, so that the second factor of every product is the base.
    let mut z = base.to_vec();
    for i in (0..63 - e.leading_zeros()).rev() {
        z = mag::mul(&z, &z);
        if e >> i & 1 != 0 {
            z = mag::mul(&z, base);
        }
    }
    z
}

/// `pow(base, exponent, modulus)`.
pub fn modpow(base: Ref<'_>, exponent: Ref<'_>, modulus: Ref<'_>) -> Result<Int> {
    if modulus.is_zero() {
        return Err(Error::PowModulusZero);
    }
    let m = modulus.abs();
    if m.digits == [1] {
        return Ok(Int::ZERO);
    }
    let base = if exponent.negative { invmod(base, m)? } else { int::rem(base, m)? };
    let digits = modpow_mag(&base.digits, exponent.digits, m.digits);
    if modulus.negative && !digits.is_empty() {
        return Ok(Int::new(true, mag::sub(m.digits, &digits)));
    }
    Ok(Int::new(false, digits))
}

/// Modular power of a reduced base, by windows of the exponent.
fn modpow_mag(base: &[u32], exponent: &[u32], m: &[u32]) -> Vec<u32> {
    if exponent.is_empty() {
        return vec![1];
    }
    if base.is_empty() {
        return Vec::new();
    }
    if m.len() <= 2 {
        return modpow_small(base, exponent, m);
    }
    if m.len() >= BIG_MODULUS {
        // Montgomery's form for odd moduli is num-bigint's.
        return large::unpack(&large::pack(base).modpow(&large::pack(exponent), &large::pack(m)));
    }
    let reduce = |x: Vec<u32>| mag::divrem(&x, m).1;
    let mut z = base.to_vec();
    for i in (0..mag::bit_length(exponent) - 1).rev() {
        z = reduce(mag::mul(&z, &z));
        if mag::bit(exponent, i) {
            z = reduce(mag::mul(&z, base));
        }
    }
    z
}

/// Moduli of at most 60 bits, in machine arithmetic.
fn modpow_small(base: &[u32], exponent: &[u32], m: &[u32]) -> Vec<u32> {
    let word = |a: &[u32]| a.iter().rev().fold(0u64, |v, d| v << mag::SHIFT | *d as u64);
    let (b, m) = (word(base), word(m));
    let mul = |x: u64, y: u64| match x.checked_mul(y) {
        Some(p) => p % m,
        None => (x as u128 * y as u128 % m as u128) as u64,
    };
    let mut z = b % m;
    for i in (0..mag::bit_length(exponent) - 1).rev() {
        z = mul(z, z);
        if mag::bit(exponent, i) {
            z = mul(z, b);
        }
    }
    let (d, n) = mag::from_u64(z);
    d[..n].to_vec()
}

/// The inverse modulo `m > 1`, from the extended Euclidean algorithm.
pub fn invmod(a: Ref<'_>, m: Ref<'_>) -> Result<Int> {
    let (mut r0, mut r1) = (m.to_int(), int::rem(a, m)?);
    let (mut t0, mut t1) = (Int::ZERO, Int::from(1u64));
    while !r1.digits.is_empty() {
        let (q, r) = int::divmod(r0.as_ref(), r1.as_ref())?;
        let t = int::sub(t0.as_ref(), int::mul(q.as_ref(), t1.as_ref()).as_ref());
        (r0, r1) = (r1, r);
        (t0, t1) = (t1, t);
    }
    if r0.digits != [1] {
        return Err(Error::NotInvertible);
    }
    int::rem(t0.as_ref(), m)
}

/// Greatest common divisor, never negative: Lehmer's algorithm (TAOCP 2, 4.5.2, algorithm L).
pub fn gcd(a: Ref<'_>, b: Ref<'_>) -> Int {
    let (mut a, mut b) = (a.digits.to_vec(), b.digits.to_vec());
    if mag::cmp(&a, &b) == Ordering::Less {
        core::mem::swap(&mut a, &mut b);
    }
    while a.len() > 2 {
        if b.is_empty() {
            return Int::new(false, a);
        }
        // The leading 60 bits of `a` and the bits of `b` at the same place.
        let n = a.len();
        let shift = a[n - 1].leading_zeros() - 2;
        let window = |v: &[u32]| {
            let at = |i: usize| v.get(i).copied().unwrap_or(0) as u128;
            ((at(n - 1) << 60 | at(n - 2) << 30 | at(n - 3)) << shift >> 30) as i64
        };
        let (mut x, mut y) = (window(&a), window(&b));
        let (mut ca, mut cb, mut cc, mut cd) = (1i64, 0i64, 0i64, 1i64);
        let mut steps = 0u32;
        // Each step is one of Euclid's that both ends of the interval agree on; coefficients stay in one digit.
        while y != cc {
            let q = (x + (ca - 1)) / (y - cc);
            let s = cb + q * cd;
            let t = x - q * y;
            if s > t {
                break;
            }
            (x, y) = (y, t);
            let t = ca + q * cc;
            (ca, cb, cc, cd) = (cd, cc, s, t);
            steps += 1;
        }
        if steps == 0 {
            let r = mag::divrem(&a, &b).1;
            a = core::mem::replace(&mut b, r);
            continue;
        }
        // One pass computes both combinations; which sign is where depends on the parity of the steps.
        let (pa, pb, qa, qb) = if steps & 1 == 1 { (-cb, ca, cd, -cc) } else { (ca, -cb, -cc, cd) };
        let (mut carry_a, mut carry_b) = (0i64, 0i64);
        let mut next_b = vec![0; n];
        b.resize(n, 0);
        for i in 0..n {
            let (u, v) = (a[i] as i64, b[i] as i64);
            carry_a += pa * u + pb * v;
            carry_b += qa * u + qb * v;
            a[i] = carry_a as u32 & mag::MASK;
            next_b[i] = carry_b as u32 & mag::MASK;
            carry_a >>= mag::SHIFT;
            carry_b >>= mag::SHIFT;
        }
        a = mag::normalise(a);
        b = mag::normalise(next_b);
    }
    let word = |a: &[u32]| a.iter().rev().fold(0u64, |v, d| v << mag::SHIFT | *d as u64);
    let (mut x, mut y) = (word(&a), word(&b));
    while y != 0 {
        (x, y) = (y, x % y);
    }
    Int::from(x)
}

/// Least common multiple, never negative.
pub fn lcm(a: Ref<'_>, b: Ref<'_>) -> Int {
    if a.is_zero() || b.is_zero() {
        return Int::ZERO;
    }
    let g = gcd(a, b);
    let q = mag::divrem(a.digits, &g.digits).0;
    Int::new(false, mag::mul(&q, b.digits))
}

/// `math.isqrt`: the floor of the square root, by the adaptive-precision Newton iteration.
pub fn isqrt(a: Ref<'_>) -> Result<Int> {
    if a.negative {
        return Err(Error::IsqrtNegative);
    }
    if let Some(v) = a.to_u64() {
        return Ok(Int::from(v.isqrt()));
    }
    // Each round doubles the bits of the root known so far; the first 32 come from a machine word.
    let c = (mag::bit_length(a.digits) - 1) / 2;
    let rounds = (64 - c.leading_zeros()).saturating_sub(5);
    let mut d = c >> rounds;
    let word = mag::to_u64(&mag::shr(a.digits, 2 * (c - d)).0).unwrap_or(u64::MAX);
    let mut root = Int::from(word.isqrt());
    for s in (0..rounds).rev() {
        let e = d;
        d = c >> s;
        let (high, _) = mag::shr(a.digits, 2 * c - e - d + 1);
        let q = mag::divrem(&high, &root.digits).0;
        root = Int::new(false, mag::add(&mag::shl(&root.digits, d - e - 1), &q));
    }
    if mag::cmp(&mag::mul(&root.digits, &root.digits), a.digits) == Ordering::Greater {
        root = Int::new(false, mag::sub(&root.digits, &[1]));
    }
    Ok(root)
}
