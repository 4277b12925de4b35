//! The fewest decimal digits that read back as a float, nearest to it, ties to even: R. Giulietti's Schubfach
//! ("The Schubfach way to render doubles", 2021), whose results are those of David Gay's `dtoa` mode 0.

mod table;

use table::{FIRST, POWERS};

/// `digits * 10**exponent`; no zero at the end, unless it is zero.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Shortest {
    pub digits: u64,
    pub exponent: i32,
}

/// floor(log2(10**e)) for the exponents that occur.
fn log2_of_ten(e: i32) -> i32 {
    (e * 1_741_647) >> 19
}

/// The 64 bits above the lowest 128 of a product of 192 bits; the lowest one tells whether anything is below.
#[inline]
fn round_to_odd((high, low): (u64, u64), v: u64) -> u64 {
    let below = u128::from(low) * u128::from(v);
    let product = u128::from(high) * u128::from(v) + (below >> 64);
    (product >> 64) as u64 | u64::from(product as u64 > 1)
}

fn without_zeros(mut digits: u64, mut exponent: i32) -> Shortest {
    while digits != 0 && digits.is_multiple_of(10) {
        digits /= 10;
        exponent += 1;
    }
    Shortest { digits, exponent }
}

/// The digits of `|v|`, which is finite.
pub(crate) fn shortest(v: f64) -> Shortest {
    let bits = v.to_bits();
    let (field, fraction) = ((bits >> 52 & 0x7ff) as i32, bits & ((1 << 52) - 1));
    let (c, q) = if field != 0 { (fraction | 1 << 52, field - 1075) } else { (fraction, -1074) };
    if c == 0 {
        return Shortest { digits: 0, exponent: 0 };
    }
    // Whole numbers that are exact have no other candidate of so few digits.
    if (-52..=0).contains(&q) && c.trailing_zeros() as i32 >= -q {
        return without_zeros(c >> -q, 0);
    }
    // The interval that rounds to v, in quarters of the last bit. Its ends belong to even mantissas. Below a power of
    // two it is half as wide.
    let odd = c & 1;
    let closer = fraction == 0 && field > 1;
    let (left, middle, right) = (4 * c - 2 + u64::from(closer), 4 * c, 4 * c + 2);
    // The largest power of ten of which a multiple is sure to be in the interval.
    let k = (q * 1_262_611 - if closer { 524_031 } else { 0 }) >> 22;
    let h = q + log2_of_ten(-k) + 1;
    let power = POWERS[(-k - FIRST) as usize];
    let lower = round_to_odd(power, left << h) + odd;
    let middle = round_to_odd(power, middle << h);
    let upper = round_to_odd(power, right << h) - odd;
    let s = middle / 4;
    if s >= 10 {
        // One digit less: at most one of the two neighbours is inside.
        let t = s / 10;
        let (below, above) = (lower <= 40 * t, 40 * t + 40 <= upper);
        if below != above {
            return without_zeros(t + u64::from(above), k + 1);
        }
    }
    let (below, above) = (lower <= 4 * s, 4 * s + 4 <= upper);
    let up = if below != above { above } else { middle > 4 * s + 2 || middle == 4 * s + 2 && s & 1 == 1 };
    without_zeros(s + u64::from(up), k)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::mag;

    /// 128 leading bits of 10**k, rounded up, from the integer kernels.
    fn power(k: i32) -> (u64, u64) {
        let ten = crate::power::pow_mag(&[10], k.unsigned_abs() as u64);
        let n = mag::bit_length(&ten);
        let (q, rest) = if k >= 0 {
            if n <= 128 { (mag::shl(&ten, 128 - n), false) } else { mag::shr(&ten, n - 128) }
        } else {
            let (q, r) = mag::divrem(&mag::shl(&[1], 127 + n), &ten);
            (q, !r.is_empty())
        };
        let q = if rest { mag::increment(&q) } else { q };
        let low = mag::shr(&q, 64);
        let high = mag::to_u64(&low.0).unwrap();
        let low = mag::to_u64(&mag::sub(&q, &mag::shl(&low.0, 64))).unwrap();
        (high, low)
    }

    #[test]
    fn the_table_is_right() {
        for (i, entry) in POWERS.iter().enumerate() {
            assert_eq!(*entry, power(FIRST + i as i32), "10**{}", FIRST + i as i32);
        }
    }

    /// As many digits as the standard library's shortest, and the same number when read.
    fn check(v: f64) {
        let s = shortest(v);
        let text = format!("{}e{}", s.digits, s.exponent);
        assert_eq!(text.parse::<f64>().unwrap().to_bits(), v.to_bits(), "{v:e} as {text}");
        let standard = format!("{v:e}");
        let digits = standard.bytes().take_while(|c| *c != b'e').filter(u8::is_ascii_digit).count();
        assert_eq!(s.digits.to_string().len(), digits, "{v:e} as {text}");
    }

    #[test]
    fn digits_read_back_and_are_fewest() {
        let mut x = 0x9e37_79b9_7f4a_7c15u64;
        for _ in 0..300_000 {
            x ^= x << 13;
            x ^= x >> 7;
            x ^= x << 17;
            let v = f64::from_bits(x >> 1);
            if v.is_finite() {
                check(v);
            }
            check((x >> 40) as f64 / 1000.0);
        }
        for e in 0..2047u64 {
            for d in -2i64..=2 {
                check(f64::from_bits((e << 52).saturating_add_signed(d)));
            }
        }
    }
}
