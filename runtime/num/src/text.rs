//! Integers and text: `int(text, base)`, `str(n)` and the bases of `bin`, `oct`, `hex`; below quadratic time for
//! large numbers, with the limit of `sys.set_int_max_str_digits`.

use crate::error::{Error, Result};
use crate::int::{Int, Ref};
use crate::large;
use crate::mag;
use num_bigint::BigUint;

/// Shorter texts are never checked against the limit (`_PY_LONG_MAX_STR_DIGITS_THRESHOLD`).
pub const LIMIT_THRESHOLD: usize = 640;

/// Characters from which parsing halves the text instead of multiplying digit by digit.
const PARSE_HALVES: usize = 1200;
/// Digits from which `str` halves the number instead of dividing by a digit again and again.
const TEXT_HALVES: usize = 60;

/// Why a text is not an integer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ParseError {
    /// `invalid literal for int() with base N: ...`, which the caller completes with the text.
    Invalid,
    /// More digits than the limit, or no memory.
    Number(Error),
}

/// The value of each character as a digit; 37 for those that are none.
static VALUES: [u8; 256] = {
    let mut table = [37; 256];
    let mut v = 0;
    while v < 36 {
        table[DIGITS[v] as usize] = v as u8;
        table[DIGITS[v].to_ascii_uppercase() as usize] = v as u8;
        v += 1;
    }
    table
};

#[inline]
fn digit_value(c: u8) -> u32 {
    u32::from(VALUES[c as usize])
}

/// The value of eight decimal digits: pairs, fours and eights are joined within one word.
#[inline]
fn eight_digits(s: [u8; 8]) -> u64 {
    let v = u64::from_le_bytes(s) & 0x0f0f_0f0f_0f0f_0f0f;
    let v = v.wrapping_mul(10 * 256 + 1) >> 8 & 0x00ff_00ff_00ff_00ff;
    let v = v.wrapping_mul(100 * 65536 + 1) >> 16 & 0x0000_ffff_0000_ffff;
    v.wrapping_mul((10_000 << 32) + 1) >> 32
}

/// The value of digits that fit in 60 bits.
#[inline]
fn limb_value(s: &[u8], base: u32) -> u64 {
    let (mut v, mut s) = (0, s);
    if base == 10 {
        while let Some((eight, rest)) = s.split_first_chunk::<8>() {
            v = v * 100_000_000 + eight_digits(*eight);
            s = rest;
        }
    }
    s.iter().fold(v, |v, c| v * u64::from(base) + u64::from(digit_value(*c)))
}

/// `Py_ISSPACE`.
#[inline]
pub(crate) fn is_space(c: u8) -> bool {
    matches!(c, b' ' | b'\t'..=b'\r')
}

/// The text without white space at both ends.
pub(crate) fn strip(mut s: &[u8]) -> &[u8] {
    while let [c, rest @ ..] = s
        && is_space(*c)
    {
        s = rest;
    }
    while let [rest @ .., c] = s
        && is_space(*c)
    {
        s = rest;
    }
    s
}

/// `int(text, base)` (`PyLong_FromString`): base 0 or 2 to 36, `limit` 0 for none. Other scripts' digits and spaces
/// have become ASCII before.
pub fn parse(text: &[u8], base: u32, limit: usize) -> core::result::Result<Int, ParseError> {
    debug_assert!(base == 0 || (2..=36).contains(&base));
    let (s, negative) = match strip(text) {
        [b'-', s @ ..] => (s, true),
        [b'+', s @ ..] => (s, false),
        s => (s, false),
    };
    let prefix = match s {
        [b'0', b'x' | b'X', ..] => 16,
        [b'0', b'o' | b'O', ..] => 8,
        [b'0', b'b' | b'B', ..] => 2,
        _ => 0,
    };
    let (s, base, only_zero) = match base {
        0 if prefix != 0 => (&s[2..], prefix, false),
        // C's octal: digits after a leading zero may only be zeros.
        0 => (s, 10, s.first() == Some(&b'0')),
        _ if prefix == base => (&s[2..], base, false),
        _ => (s, base, false),
    };
    // One underscore may stand between the prefix and the digits.
    let s = if prefix == base && prefix != 0 { s.strip_prefix(b"_").unwrap_or(s) } else { s };
    let end = s.iter().position(|c| *c != b'_' && digit_value(*c) >= base).unwrap_or(s.len());
    let body = &s[..end];
    if body.is_empty() {
        return Err(ParseError::Invalid);
    }
    let clean: Vec<u8>;
    let body = if body.contains(&b'_') {
        if body[0] == b'_' || body[end - 1] == b'_' || body.windows(2).any(|w| w == b"__") {
            return Err(ParseError::Invalid);
        }
        clean = body.iter().copied().filter(|c| *c != b'_').collect();
        &clean[..]
    } else {
        body
    };
    if end != s.len() {
        return Err(ParseError::Invalid);
    }
    if !base.is_power_of_two() && body.len() > LIMIT_THRESHOLD && limit > 0 && body.len() > limit {
        return Err(ParseError::Number(Error::ParseLimit { limit, digits: body.len() }));
    }
    let digits = parse_digits(body, base);
    if only_zero && !digits.is_empty() {
        return Err(ParseError::Invalid);
    }
    Ok(Int::new(negative, digits))
}

/// The magnitude of valid digits.
pub(crate) fn parse_digits(s: &[u8], base: u32) -> Vec<u32> {
    if base.is_power_of_two() {
        let width = base.trailing_zeros();
        let mut out = Vec::with_capacity(s.len() * width as usize / 30 + 1);
        let (mut acc, mut have) = (0u64, 0);
        for c in s.iter().rev() {
            acc |= (digit_value(*c) as u64) << have;
            have += width;
            if have >= mag::SHIFT {
                out.push(acc as u32 & mag::MASK);
                acc >>= mag::SHIFT;
                have -= mag::SHIFT;
            }
        }
        out.push(acc as u32);
        return mag::normalise(out);
    }
    if s.len() < PARSE_HALVES {
        return parse_short(s, base);
    }
    // powers[i] = base ** (leaf * 2**i)
    let leaf = PARSE_HALVES / 2;
    let mut powers = vec![large::pack(&crate::power::pow_mag(&[base], leaf as u64))];
    while leaf << powers.len() < s.len() {
        let last = &powers[powers.len() - 1];
        let next = last * last;
        powers.push(next);
    }
    large::unpack(&parse_halves(s, base, leaf, &powers))
}

fn parse_short(s: &[u8], base: u32) -> Vec<u32> {
    // As many characters at once as fit in 60 bits, the size of the limbs here: two digits each.
    let (mut chunk, mut full) = (1, u64::from(base));
    while full <= LIMB_MASK / u64::from(base) {
        full *= u64::from(base);
        chunk += 1;
    }
    let mut limbs: Vec<u64> = Vec::with_capacity(s.len() / chunk + 2);
    let (head, tail) = s.split_at(s.len() % chunk);
    limbs.push(limb_value(head, base));
    for part in tail.chunks_exact(chunk) {
        let mut carry = u128::from(limb_value(part, base));
        for limb in &mut limbs {
            carry += u128::from(*limb) * u128::from(full);
            *limb = carry as u64 & LIMB_MASK;
            carry >>= LIMB;
        }
        if carry != 0 {
            limbs.push(carry as u64);
        }
    }
    let mut out = Vec::with_capacity(2 * limbs.len());
    for limb in limbs {
        out.extend([limb as u32 & mag::MASK, (limb >> mag::SHIFT) as u32]);
    }
    mag::normalise(out)
}

/// Two digits together.
const LIMB: u32 = 2 * mag::SHIFT;
const LIMB_MASK: u64 = (1 << LIMB) - 1;

fn parse_halves(s: &[u8], base: u32, leaf: usize, powers: &[BigUint]) -> BigUint {
    if s.len() <= leaf {
        return large::pack(&parse_short(s, base));
    }
    let mut level = 0;
    while leaf << (level + 1) < s.len() {
        level += 1;
    }
    let (high, low) = s.split_at(s.len() - (leaf << level));
    parse_halves(high, base, leaf, powers) * &powers[level] + parse_halves(low, base, leaf, powers)
}

/// `str(n)`; `limit` 0 for none.
pub fn to_decimal(a: Ref<'_>, limit: usize) -> Result<String> {
    // Refused from the size alone, before the work, when the text is certain to be too long.
    let n = a.digits.len();
    if limit > 0 && n >= 10 * LIMIT_THRESHOLD / (3 * mag::SHIFT as usize) + 2 {
        let estimate = limit / (3 * mag::SHIFT as usize);
        if estimate <= n.saturating_sub(11) / 10 {
            return Err(Error::TextLimit { limit });
        }
    }
    let mut out = Vec::with_capacity(n * 10 + 1);
    if a.negative {
        out.push(b'-');
    }
    push_decimal(&mut out, a.digits);
    let digits = out.len() - a.negative as usize;
    if limit > 0 && digits > LIMIT_THRESHOLD && digits > limit {
        return Err(Error::TextLimit { limit });
    }
    Ok(ascii(out))
}

fn ascii(out: Vec<u8>) -> String {
    String::from_utf8(out).expect("digits are ASCII")
}

/// Appends a machine number in decimal.
pub(crate) fn push_u64(out: &mut Vec<u8>, mut v: u64) {
    let mut buffer = [0; 20];
    let mut at = buffer.len();
    loop {
        at -= 1;
        buffer[at] = b'0' + (v % 10) as u8;
        v /= 10;
        if v == 0 {
            break;
        }
    }
    out.extend_from_slice(&buffer[at..]);
}

/// Appends the decimal digits of a magnitude.
pub(crate) fn push_decimal(out: &mut Vec<u8>, a: &[u32]) {
    if let Some(v) = mag::to_u64(a) {
        return push_u64(out, v);
    }
    if a.len() < TEXT_HALVES {
        return push_short(out, a, 0);
    }
    // powers[i] = 10 ** (leaf * 2**i); a leaf is a bit less than TEXT_HALVES digits.
    let leaf = TEXT_HALVES * 9;
    let n = large::pack(a);
    let mut powers = vec![large::pack(&crate::power::pow_mag(&[10], leaf as u64))];
    while powers[powers.len() - 1].bits() * 2 <= n.bits() + 1 {
        let last = &powers[powers.len() - 1];
        let next = last * last;
        powers.push(next);
    }
    decimal_halves(out, &n, leaf, &powers, 0);
}

/// Appends with zeros in front up to `width`.
fn decimal_halves(out: &mut Vec<u8>, n: &BigUint, leaf: usize, powers: &[BigUint], width: usize) {
    let Some((power, rest)) = powers.split_last() else {
        return push_short(out, &large::unpack(n), width);
    };
    let low_width = leaf << rest.len();
    if n < power {
        // Nothing above: zeros stand for it, if this is not the front.
        if width > low_width {
            out.resize(out.len() + width - low_width, b'0');
        }
        return decimal_halves(out, n, leaf, rest, width.min(low_width));
    }
    let (high, low) = large::divrem_big(n, power);
    decimal_halves(out, &high, leaf, rest, width.saturating_sub(low_width));
    decimal_halves(out, &low, leaf, rest, low_width);
}

/// 10**18, what a limb of the decimal form counts up to, moved to the top of a word, and its reciprocal there:
/// floor((2**128 - 1) / d) - 2**64.
const TEN_18: u64 = 1_000_000_000_000_000_000;
const TEN_SHIFT: u32 = TEN_18.leading_zeros();
const TEN_TOP: u64 = TEN_18 << TEN_SHIFT;
const TEN_RECIPROCAL: u64 = (u128::MAX / TEN_TOP as u128 - (1 << 64)) as u64;

/// Quotient and remainder by 10**18 of a number below 2**60 * 10**18, without a division
/// (N. Möller and T. Granlund, "Improved division by invariant integers", algorithm 4).
#[inline]
fn div_ten_18(v: u128) -> (u64, u64) {
    let v = v << TEN_SHIFT;
    let (high, low) = ((v >> 64) as u64, v as u64);
    let q = u128::from(high) * u128::from(TEN_RECIPROCAL) + v;
    let (mut quotient, fraction) = (((q >> 64) as u64).wrapping_add(1), q as u64);
    let mut rest = low.wrapping_sub(quotient.wrapping_mul(TEN_TOP));
    if rest > fraction {
        quotient = quotient.wrapping_sub(1);
        rest = rest.wrapping_add(TEN_TOP);
    }
    if rest >= TEN_TOP {
        quotient += 1;
        rest -= TEN_TOP;
    }
    (quotient, rest >> TEN_SHIFT)
}

/// Appends by conversion to base 10**18, with zeros in front up to `width`.
fn push_short(out: &mut Vec<u8>, a: &[u32], width: usize) {
    let mut limbs: Vec<u64> = Vec::with_capacity(a.len() / 2 + 1);
    // Horner's rule from the top, two digits at a time.
    for mut carry in limb_pairs(a) {
        for limb in &mut limbs {
            let (q, r) = div_ten_18(u128::from(*limb) << LIMB | u128::from(carry));
            *limb = r;
            carry = q;
        }
        while carry != 0 {
            limbs.push(carry % TEN_18);
            carry /= TEN_18;
        }
    }
    let top = limbs.pop();
    let length = 18 * limbs.len() + top.map_or(0, |v| v.ilog10() as usize + 1);
    if length == 0 && width == 0 && out.last().is_none_or(|c| *c == b'-') {
        out.push(b'0');
    }
    out.resize(out.len() + width.saturating_sub(length), b'0');
    if let Some(v) = top {
        push_u64(out, v);
    }
    for limb in limbs.into_iter().rev() {
        let mut buffer = [0; 18];
        // Two halves, so that the divisions are of 32 bits and do not wait for each other.
        let (mut high, mut low) = ((limb / 1_000_000_000) as u32, (limb % 1_000_000_000) as u32);
        for i in (0..9).rev() {
            buffer[i] = b'0' + (high % 10) as u8;
            buffer[i + 9] = b'0' + (low % 10) as u8;
            high /= 10;
            low /= 10;
        }
        out.extend_from_slice(&buffer);
    }
}

/// The digits in pairs, from the top.
fn limb_pairs(a: &[u32]) -> impl Iterator<Item = u64> {
    a.chunks(2).rev().map(|pair| match *pair {
        [low, high] => u64::from(low) | u64::from(high) << mag::SHIFT,
        [low] => u64::from(low),
        _ => 0,
    })
}

/// The digits of a magnitude in base 2 to 36, lower case, without prefix.
pub fn to_base(a: &[u32], base: u32) -> String {
    debug_assert!((2..=36).contains(&base));
    if a.is_empty() {
        return "0".into();
    }
    if base == 10 {
        let mut out = Vec::new();
        push_decimal(&mut out, a);
        return ascii(out);
    }
    let mut out = Vec::new();
    if base.is_power_of_two() {
        push_binary(&mut out, a, base.trailing_zeros());
        return ascii(out);
    }
    let mut rest = a.to_vec();
    while !rest.is_empty() {
        out.push(DIGITS[mag::div_small(&mut rest, base) as usize]);
        rest.truncate(mag::len(&rest));
    }
    out.reverse();
    ascii(out)
}

const DIGITS: &[u8; 36] = b"0123456789abcdefghijklmnopqrstuvwxyz";

/// Appends the digits of a magnitude that is not zero, of so many bits each.
fn push_binary(out: &mut Vec<u8>, a: &[u32], width: u32) {
    let start = out.len();
    out.resize(start + mag::bit_length(a).div_ceil(u64::from(width)) as usize, 0);
    let (mut acc, mut have, mut digits) = (0u64, 0, a.iter());
    let mask = (1 << width) - 1;
    for c in out[start..].iter_mut().rev() {
        if have < width {
            acc |= u64::from(digits.next().copied().unwrap_or(0)) << have;
            have += mag::SHIFT;
        }
        *c = DIGITS[(acc & mask) as usize];
        acc >>= width;
        have -= width;
    }
}

/// The text of `bin` (2), `oct` (8) and `hex` (16), with sign and prefix.
pub fn with_prefix(a: Ref<'_>, base: u32) -> String {
    let kind = match base {
        2 => b'b',
        8 => b'o',
        _ => b'x',
    };
    let width = base.trailing_zeros();
    let mut out = Vec::with_capacity(4 + mag::bit_length(a.digits).div_ceil(u64::from(width)) as usize);
    if a.negative {
        out.push(b'-');
    }
    out.extend([b'0', kind]);
    if a.is_zero() {
        out.push(b'0');
    } else {
        push_binary(&mut out, a.digits, width);
    }
    ascii(out)
}
