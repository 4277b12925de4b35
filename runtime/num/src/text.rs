//! Integers and text: `int(text, base)`, `str(n)` and the bases of `bin`, `oct`, `hex`; below quadratic time for
//! large numbers, with the limit of `sys.set_int_max_str_digits`.

use crate::error::{Error, Result};
use crate::int::{Int, Ref};
use crate::large;
use crate::mag;
use num_bigint::BigUint;

/// Shorter texts are never checked against the limit (`_PY_LONG_MAX_STR_DIGITS_THRESHOLD`).
pub const LIMIT_THRESHOLD: usize = 640;
/// `sys.int_info.default_max_str_digits`.
pub const DEFAULT_LIMIT: usize = 4300;

/// Characters from which parsing halves the text instead of multiplying digit by digit.
const PARSE_HALVES: usize = 400;
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

#[inline]
fn digit_value(c: u8) -> u32 {
    match c {
        b'0'..=b'9' => (c - b'0') as u32,
        b'a'..=b'z' => (c - b'a') as u32 + 10,
        b'A'..=b'Z' => (c - b'A') as u32 + 10,
        _ => 37,
    }
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
    if body.is_empty() || body[0] == b'_' || body[end - 1] == b'_' || body.windows(2).any(|w| w == b"__") {
        return Err(ParseError::Invalid);
    }
    let clean: Vec<u8>;
    let body = if body.contains(&b'_') {
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
    // As many characters at once as fit in a digit.
    let (mut chunk, mut full) = (1, base);
    while full as u64 * base as u64 <= mag::MASK as u64 {
        full *= base;
        chunk += 1;
    }
    let mut out = Vec::with_capacity(s.len() / 5 + 1);
    let (head, tail) = s.split_at(s.len() % chunk);
    let value = |part: &[u8]| part.iter().fold(0, |v, c| v * base + digit_value(*c));
    mag::mul_small_add(&mut out, 0, value(head));
    for part in tail.chunks_exact(chunk) {
        mag::mul_small_add(&mut out, full, value(part));
    }
    mag::normalise(out)
}

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
fn push_u64(out: &mut Vec<u8>, mut v: u64) {
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
        return push_short(out, a.to_vec(), 0);
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
        return push_short(out, large::unpack(n), width);
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

/// Appends by dividing by 10**9, with zeros in front up to `width`.
fn push_short(out: &mut Vec<u8>, mut a: Vec<u32>, width: usize) {
    let mut parts = Vec::with_capacity(a.len() + 1);
    while !a.is_empty() {
        parts.push(mag::div_small(&mut a, 1_000_000_000));
        a.truncate(mag::len(&a));
    }
    let mut text = Vec::with_capacity(parts.len() * 9);
    for part in parts.into_iter().rev() {
        let mut buffer = [0; 9];
        let mut v = part;
        for c in buffer.iter_mut().rev() {
            *c = b'0' + (v % 10) as u8;
            v /= 10;
        }
        text.extend_from_slice(&buffer);
    }
    let zeros = text.iter().take_while(|c| **c == b'0').count();
    let text = &text[zeros..];
    if text.is_empty() && width == 0 && out.last().is_none_or(|c| *c == b'-') {
        out.push(b'0');
    }
    out.resize(out.len() + width.saturating_sub(text.len()), b'0');
    out.extend_from_slice(text);
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
    const DIGITS: &[u8; 36] = b"0123456789abcdefghijklmnopqrstuvwxyz";
    let mut out = Vec::new();
    if base.is_power_of_two() {
        let width = base.trailing_zeros();
        let bits = mag::bit_length(a);
        out.reserve(bits.div_ceil(width as u64) as usize);
        let (mut acc, mut have, mut digits) = (0u64, 0, a.iter());
        for _ in 0..bits.div_ceil(width as u64) {
            if have < width {
                acc |= (digits.next().copied().unwrap_or(0) as u64) << have;
                have += mag::SHIFT;
            }
            out.push(DIGITS[(acc & (base as u64 - 1)) as usize]);
            acc >>= width;
            have -= width;
        }
    } else {
        let mut rest = a.to_vec();
        while !rest.is_empty() {
            out.push(DIGITS[mag::div_small(&mut rest, base) as usize]);
            rest.truncate(mag::len(&rest));
        }
    }
    out.reverse();
    ascii(out)
}

/// The text of `bin` (2), `oct` (8) and `hex` (16), with sign and prefix.
pub fn with_prefix(a: Ref<'_>, base: u32) -> String {
    let prefix = match base {
        2 => "0b",
        8 => "0o",
        16 => "0x",
        _ => "",
    };
    let sign = if a.negative { "-" } else { "" };
    format!("{sign}{prefix}{}", to_base(a.digits, base))
}
