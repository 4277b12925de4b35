//! `math` on ints: `factorial`, `comb`, `perm`, and logarithms of ints of any size.

use crate::convert;
use crate::error::{Error, Result};
use crate::int::{self, Int, Ref};
use crate::mag;

fn log_with(a: Ref<'_>, log: impl Fn(f64) -> f64) -> Result<f64> {
    if a.sign() <= 0 {
        return Err(Error::MathDomain);
    }
    Ok(match convert::to_f64(a) {
        Ok(v) => log(v),
        Err(_) => {
            let (x, e) = convert::frexp(a);
            log(x) + log(2.0) * e as f64
        }
    })
}

/// `math.log` of an int.
pub fn log_int(a: Ref<'_>) -> Result<f64> {
    log_with(a, f64::ln)
}

/// `math.log2` of an int.
pub fn log2_int(a: Ref<'_>) -> Result<f64> {
    log_with(a, f64::log2)
}

/// `math.log10` of an int.
pub fn log10_int(a: Ref<'_>) -> Result<f64> {
    log_with(a, f64::log10)
}

fn word(v: u64) -> Vec<u32> {
    let (d, n) = mag::from_u64(v);
    d[..n].to_vec()
}

/// The product of `first`, `first + step`, …, `count` numbers that fit in 64 bits; halved, so that factors are of
/// equal size and the fast products are used.
fn product(first: u64, step: u64, count: u64) -> Vec<u32> {
    let last = first + step * count.saturating_sub(1);
    let bits = (64 - last.leading_zeros()) as u64;
    if count == 0 {
        return vec![1];
    }
    if bits * count <= 64 {
        return word((0..count).map(|i| first + i * step).product());
    }
    if count == 1 {
        return word(first);
    }
    let half = count / 2;
    mag::mul(&product(first, step, half), &product(first + step * half, step, count - half))
}

fn factorial_mag(n: u64) -> Vec<u32> {
    // n! = 2**(n - ones(n)) * product of the odd parts: the odd numbers up to n / 2**i count once for each i.
    let (mut inner, mut outer) = (vec![1], vec![1]);
    let mut below = 1;
    for i in (0..64 - n.leading_zeros()).rev() {
        let upper = n >> i;
        if upper > 2 {
            let (from, to) = ((below + 1) | 1, (upper - 1) | 1);
            if to >= from {
                inner = mag::mul(&inner, &product(from, 2, (to - from) / 2 + 1));
            }
            outer = mag::mul(&outer, &inner);
            below = upper;
        }
    }
    mag::shl(&outer, n - n.count_ones() as u64)
}

/// `math.factorial`.
pub fn factorial(n: Ref<'_>) -> Result<Int> {
    if n.negative {
        return Err(Error::FactorialNegative);
    }
    let n = n.to_i64().ok_or(Error::FactorialTooLarge)? as u64;
    if n <= 20 {
        return Ok(Int::from((2..=n).product::<u64>()));
    }
    // From here on the result has more bits than memory has.
    if n > 1 << 40 {
        return Err(Error::NoMemory);
    }
    Ok(Int::new(false, factorial_mag(n)))
}

/// n (n-1) … (n-k+1).
fn falling(n: Ref<'_>, k: u64) -> Int {
    if k == 0 {
        return Int::from(1u64);
    }
    if let Some(n) = n.to_u64() {
        return Int::new(false, product(n - (k - 1), 1, k));
    }
    if k == 1 {
        return n.to_int();
    }
    let half = k / 2;
    let rest = int::sub(n, Int::from(half).as_ref());
    int::mul(falling(n, half).as_ref(), falling(rest.as_ref(), k - half).as_ref())
}

fn check(n: Ref<'_>, k: Ref<'_>) -> Result<()> {
    if n.negative {
        return Err(Error::NegativeN);
    }
    if k.negative {
        return Err(Error::NegativeK);
    }
    Ok(())
}

/// Refuses results that no memory holds: at least `k` bits.
fn in_memory(k: u64) -> Result<u64> {
    if k > 1 << 36 { Err(Error::NoMemory) } else { Ok(k) }
}

/// `math.perm`.
pub fn perm(n: Ref<'_>, k: Ref<'_>) -> Result<Int> {
    check(n, k)?;
    if int::cmp(n, k).is_lt() {
        return Ok(Int::ZERO);
    }
    let k = k.to_i64().ok_or(Error::KTooLarge)? as u64;
    Ok(falling(n, in_memory(k)?))
}

/// `math.comb`.
pub fn comb(n: Ref<'_>, k: Ref<'_>) -> Result<Int> {
    check(n, k)?;
    if int::cmp(n, k).is_lt() {
        return Ok(Int::ZERO);
    }
    let other = int::sub(n, k);
    let k = if int::cmp(other.as_ref(), k).is_lt() { other.as_ref() } else { k };
    let k = k.to_i64().ok_or(Error::MinTooLarge)? as u64;
    if let Some(n) = n.to_u64()
        && let Some(v) = comb_small(n, k)
    {
        return Ok(Int::from(v));
    }
    let q = mag::divrem(&falling(n, in_memory(k)?).digits, &factorial_mag(k)).0;
    Ok(Int::new(false, q))
}

/// In machine arithmetic, while it fits: every partial quotient is itself a binomial coefficient.
fn comb_small(n: u64, k: u64) -> Option<u64> {
    let mut r = 1u64;
    for i in 0..k {
        r = match r.checked_mul(n - i) {
            Some(product) => product / (i + 1),
            None => u64::try_from(r as u128 * (n - i) as u128 / (i + 1) as u128).ok()?,
        };
    }
    Some(r)
}
