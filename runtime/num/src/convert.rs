//! Between integers and floats (rounded to nearest, ties to even), and between integers and bytes.

use crate::error::{Error, Result};
use crate::int::{Int, Ref};
use crate::mag;
use core::cmp::Ordering;

/// `mantissa * 2**exponent`, plus something below the last bit if `sticky`, rounded once; `None` on overflow.
pub(crate) fn round_to_f64(mantissa: u64, sticky: bool, exponent: i64) -> Option<f64> {
    if mantissa == 0 {
        return Some(0.0);
    }
    let zeros = mantissa.leading_zeros();
    let m = mantissa << zeros;
    // The exponent of the leading bit.
    let e = exponent - zeros as i64 + 63;
    if e > 1023 {
        return None;
    }
    // Subnormal results keep fewer bits.
    let keep = if e >= -1022 { 53 } else { 53 + 1022 + e };
    if keep < 0 {
        return Some(0.0);
    }
    let drop = 64 - keep as u32;
    let (kept, half, rest) = if drop == 64 {
        (0, m >> 63, m << 1)
    } else {
        (m >> drop, m >> (drop - 1) & 1, m & ((1 << (drop - 1)) - 1))
    };
    let up = half == 1 && (rest != 0 || sticky || kept & 1 == 1);
    // A carry out of the mantissa raises the exponent by itself.
    let base = if e >= -1022 { ((e + 1022) as u64) << 52 } else { 0 };
    let v = f64::from_bits(base + kept + up as u64);
    v.is_finite().then_some(v)
}

/// The leading 64 bits (fewer if the number has fewer), whether a bit below is set, and their exponent.
fn leading_bits(a: &[u32]) -> (u64, bool, u64) {
    match mag::to_u64(a) {
        Some(v) => (v, false, 0),
        None => {
            let e = mag::bit_length(a) - 64;
            let (top, lost) = mag::shr(a, e);
            (mag::to_u64(&top).unwrap_or(u64::MAX), lost, e)
        }
    }
}

/// `float(a)` (`PyLong_AsDouble`).
pub fn to_f64(a: Ref<'_>) -> Result<f64> {
    let bits = mag::bit_length(a.digits);
    if bits > 1024 {
        return Err(Error::IntTooLargeForFloat);
    }
    let (m, sticky, e) = leading_bits(a.digits);
    let v = round_to_f64(m, sticky, e as i64).ok_or(Error::IntTooLargeForFloat)?;
    Ok(if a.negative { -v } else { v })
}

/// `(x, e)` with `a` = x * 2**e rounded, 0.5 <= |x| < 1, or zero twice (`_PyLong_Frexp`).
pub fn frexp(a: Ref<'_>) -> (f64, u64) {
    if a.is_zero() {
        return (0.0, 0);
    }
    let (m, sticky, e) = leading_bits(a.digits);
    // At most 1.0, when the rounding carries.
    let bits = 64 - m.leading_zeros() as u64;
    let x = round_to_f64(m, sticky, -(bits as i64)).unwrap_or(1.0);
    let (x, e) = if x == 1.0 { (0.5, e + bits + 1) } else { (x, e + bits) };
    (if a.negative { -x } else { x }, e)
}

/// `a / b`, correctly rounded.
pub fn true_div(a: Ref<'_>, b: Ref<'_>) -> Result<f64> {
    if b.is_zero() {
        return Err(Error::DivisionByZero);
    }
    let negative = a.negative != b.negative;
    let signed = |v: f64| if negative { -v } else { v };
    if a.is_zero() {
        return Ok(signed(0.0));
    }
    // Both exact as floats: one rounding, the division's.
    if let (Some(x), Some(y)) = (mag::to_u64(a.digits), mag::to_u64(b.digits))
        && x <= 1 << 53
        && y <= 1 << 53
    {
        return Ok(signed(x as f64 / y as f64));
    }
    let (an, bn) = (mag::bit_length(a.digits) as i64, mag::bit_length(b.digits) as i64);
    let diff = an - bn;
    if diff > 1024 {
        return Err(Error::QuotientTooLarge);
    }
    if diff < -1080 {
        return Ok(signed(0.0));
    }
    // Scaled so that the quotient has 63 or 64 bits; what is below them only counts as zero or not.
    let shift = 63 - diff;
    let (x, lost) = if shift >= 0 {
        (mag::shl(a.digits, shift as u64), false)
    } else {
        mag::shr(a.digits, -shift as u64)
    };
    let (q, r) = mag::divrem(&x, b.digits);
    let sticky = lost || !r.is_empty();
    let q = mag::to_u64(&q).unwrap_or(u64::MAX);
    round_to_f64(q, sticky, -shift).map(signed).ok_or(Error::QuotientTooLarge)
}

/// Sign, mantissa and exponent of a finite float: |v| = mantissa * 2**exponent.
pub(crate) fn decompose(v: f64) -> (bool, u64, i32) {
    let bits = v.to_bits();
    let (e, m) = ((bits >> 52 & 0x7ff) as i32, bits & ((1 << 52) - 1));
    (v.is_sign_negative(), if e == 0 { m } else { m | 1 << 52 }, e.max(1) - 1075)
}

/// `int(v)`: towards zero (`PyLong_FromDouble`).
pub fn from_f64(v: f64) -> Result<Int> {
    if v.is_infinite() {
        return Err(Error::InfinityToInt);
    }
    if v.is_nan() {
        return Err(Error::NanToInt);
    }
    if v.abs() < 9.0e18 {
        return Ok(Int::from(v as i64));
    }
    let (negative, m, e) = decompose(v);
    let (d, n) = mag::from_u64(m);
    Ok(Int::new(negative, mag::shl(&d[..n], e as u64)))
}

/// `v.as_integer_ratio()`: numerator and positive denominator in lowest terms.
pub fn integer_ratio(v: f64) -> Result<(Int, Int)> {
    if v.is_infinite() {
        return Err(Error::InfinityToRatio);
    }
    if v.is_nan() {
        return Err(Error::NanToRatio);
    }
    let (negative, m, e) = decompose(v);
    if m == 0 {
        return Ok((Int::ZERO, Int::from(1u64)));
    }
    let twos = m.trailing_zeros();
    let (m, e) = (m >> twos, e + twos as i32);
    let (d, n) = mag::from_u64(m);
    let (up, down) = if e >= 0 { (e as u64, 0) } else { (0, -e as u64) };
    Ok((Int::new(negative, mag::shl(&d[..n], up)), Int::new(false, mag::shl(&[1], down))))
}

/// Order of an int and a float, exact; `None` for NaN.
pub fn cmp_f64(a: Ref<'_>, v: f64) -> Option<Ordering> {
    if v.is_nan() {
        return None;
    }
    if v.is_infinite() {
        return Some(if v > 0.0 { Ordering::Less } else { Ordering::Greater });
    }
    let whole = from_f64(v).ok()?;
    let fraction = v - v.trunc();
    Some(
        crate::int::cmp(a, whole.as_ref())
            .then_with(|| 0.0f64.partial_cmp(&fraction).unwrap_or(Ordering::Equal)),
    )
}

/// `int.from_bytes`.
pub fn from_bytes(bytes: &[u8], little: bool, signed: bool) -> Int {
    let n = bytes.len();
    let at = |i: usize| if little { bytes[i] } else { bytes[n - 1 - i] };
    let negative = signed && n > 0 && at(n - 1) & 0x80 != 0;
    let mut digits = Vec::with_capacity(n * 8 / mag::SHIFT as usize + 1);
    let (mut acc, mut have) = (0u64, 0);
    let mut carry = negative as u32;
    for i in 0..n {
        let byte = if negative { !at(i) } else { at(i) };
        let sum = byte as u32 + carry;
        carry = sum >> 8;
        acc |= ((sum & 0xff) as u64) << have;
        have += 8;
        if have >= mag::SHIFT {
            digits.push(acc as u32 & mag::MASK);
            acc >>= mag::SHIFT;
            have -= mag::SHIFT;
        }
    }
    // The complement of zero bytes carries out of the top: -256 ** n.
    acc |= (carry as u64) << have;
    if acc != 0 {
        digits.push(acc as u32 & mag::MASK);
        digits.push((acc >> mag::SHIFT) as u32);
    }
    Int::new(negative, digits)
}

/// `int.to_bytes`, filling the buffer (`_PyLong_AsByteArray`).
pub fn to_bytes(a: Ref<'_>, out: &mut [u8], little: bool, signed: bool) -> Result<()> {
    if a.negative && !signed {
        return Err(Error::NegativeToUnsigned);
    }
    let bits = mag::bit_length(a.digits);
    let room = out.len() as u64 * 8;
    let fits = match (signed, a.negative) {
        (false, _) => bits <= room,
        (true, false) => bits < room || bits == 0,
        // -2**(room-1) fits although it has `room` bits; -1 fits even in no bytes at all.
        (true, true) => {
            bits < room || a.digits == [1] || bits == room && mag::trailing_zeros(a.digits) == Some(bits - 1)
        }
    };
    if !fits {
        return Err(Error::TooBigToConvert);
    }
    let n = out.len();
    let (mut acc, mut have, mut digits) = (0u64, 0, a.digits.iter());
    let mut carry = a.negative as u32;
    for i in 0..n {
        if have < 8 {
            acc |= (digits.next().copied().unwrap_or(0) as u64) << have;
            have += mag::SHIFT;
        }
        let mut byte = acc as u8;
        acc >>= 8;
        have -= 8;
        if a.negative {
            let sum = !byte as u32 + carry;
            byte = sum as u8;
            carry = sum >> 8;
        }
        out[if little { i } else { n - 1 - i }] = byte;
    }
    Ok(())
}
