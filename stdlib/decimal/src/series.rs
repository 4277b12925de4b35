//! `exp` and `ln` in binary fixed point: a number `n` stands for `n / 2**bits`. Each result is within a few thousand
//! units of the true one; the caller has that many bits to spare, and asks again with more where that is not enough.

use num_bigint::BigInt;
use num_traits::{One, Signed, ToPrimitive, Zero};

/// Results are off by less than `2**SLACK` units.
pub(crate) const SLACK: u32 = 16;

/// `atanh(1 / n)`.
fn atanh_inverse(n: u32, bits: u32) -> BigInt {
    let square = n * n;
    let mut power = (BigInt::one() << bits) / n;
    let mut sum = power.clone();
    let mut k = 3u32;
    loop {
        power /= square;
        if power.is_zero() {
            return sum;
        }
        sum += &power / k;
        k += 2;
    }
}

/// `ln(10)`.
pub(crate) fn ln10(bits: u32) -> BigInt {
    // A sum of Machin's kind; the series has about `bits / 10` terms, each off by less than a unit.
    let extra = 16 + u32::BITS - bits.leading_zeros();
    let b = bits + extra;
    let sum = atanh_inverse(31, b) * 46 + atanh_inverse(49, b) * 34 + atanh_inverse(161, b) * 20;
    sum >> extra
}

/// `e**x` for `0 <= x < 2.4`.
fn exp_small(x: &BigInt, bits: u32) -> BigInt {
    // Halve often enough that the series is short, then square back; each squaring doubles the error.
    let halvings = (f64::from(bits).sqrt() as u32).max(4);
    let extra = halvings + 8 + u32::BITS - bits.leading_zeros();
    let b = bits + extra;
    let x: BigInt = (x << extra) >> halvings;
    let one = BigInt::one() << b;
    let (mut term, mut sum) = (one.clone(), one);
    for k in 1u32.. {
        term = ((term * &x) >> b) / k;
        if term.is_zero() {
            break;
        }
        sum += &term;
    }
    for _ in 0..halvings {
        sum = (&sum * &sum) >> b;
    }
    sum >> extra
}

/// `e**x` as a number below ten and a power of ten to go with it.
pub(crate) fn exp(x: &BigInt, bits: u32) -> (BigInt, i64) {
    // The error of ln(10) is multiplied by the quotient.
    let size = x.bits().saturating_sub(bits.into()) as u32;
    let extra = size + 8;
    let ln10 = ln10(bits + extra);
    let x: BigInt = x << extra;
    let (quotient, rest) = num_integer::Integer::div_mod_floor(&x, &ln10);
    (exp_small(&(rest >> extra), bits), quotient.to_i64().unwrap_or(i64::MAX))
}

/// `ln(m)` for `0.5 <= m < 5`.
pub(crate) fn ln_small(m: &BigInt, bits: u32) -> BigInt {
    // From the machine's logarithm on, each step triples the number of good bits.
    let start = (m >> bits.saturating_sub(60)).to_f64().unwrap_or(1.0) / 2f64.powi(bits.min(60) as i32);
    let guess = start.ln();
    let mut y = BigInt::from((guess * 2f64.powi(60)) as i64);
    y = if bits >= 60 { y << (bits - 60) } else { y >> (60 - bits) };
    let mut good = 45;
    loop {
        let e = if y.is_negative() {
            // e**y of a small negative y is the reciprocal of e**-y.
            (BigInt::one() << (2 * bits)) / exp_small(&-&y, bits)
        } else {
            exp_small(&y, bits)
        };
        let (difference, sum) = (m - &e, m + &e);
        let step = (difference << (bits + 1)) / sum;
        y += step;
        good *= 3;
        if good > bits + 8 {
            return y;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn known_digits() {
        let show = |n: BigInt, bits: u32| ((n * BigInt::from(10u32).pow(40)) >> bits).to_string();
        assert_eq!(&show(ln10(200), 200)[..39], "230258509299404568401799145468436420760");
        let one = BigInt::one() << 200u32;
        assert_eq!(&show(exp_small(&one, 200), 200)[..39], "271828182845904523536028747135266249775");
        assert_eq!(&show(ln_small(&(one * 2), 200), 200)[..39], "693147180559945309417232121458176568075");
    }

    #[test]
    fn errors_stay_within_the_slack() {
        for bits in [80u32, 150, 400, 1500] {
            for i in 1..40 {
                let m = (BigInt::from(i) << bits) / 8u32;
                let wide = |n: BigInt| n >> 300u32;
                let fine: BigInt = wide(ln10(bits + 300));
                assert!((ln10(bits) - fine).abs().bits() <= u64::from(SLACK));
                if i >= 4 {
                    let off = ln_small(&m, bits) - wide(ln_small(&(&m << 300u32), bits + 300));
                    assert!(off.abs().bits() <= u64::from(SLACK), "ln {bits} {i}");
                }
                let (a, n) = exp(&(&m * 37 - (BigInt::from(90) << bits)), bits);
                let (b, k) = exp(&((&m * 37 - (BigInt::from(90) << bits)) << 300u32), bits + 300);
                assert_eq!(n, k);
                assert!((a - wide(b)).abs().bits() <= u64::from(SLACK), "exp {bits} {i}");
            }
        }
    }
}
