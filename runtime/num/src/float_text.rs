//! Floats as text: `repr`, the `%e %f %g` families to any precision, `float.hex`, and the way back.
//!
//! What reads or writes a whole format specification is in `format`; error texts that repeat the program's string
//! are completed by the caller.

use crate::convert::{decompose, round_to_f64};
use crate::decimal;
use crate::text::strip;

/// `PyOS_double_to_string`'s format codes, in lower case.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Style {
    /// `e`: always an exponent.
    Exponent,
    /// `f`: never an exponent.
    Fixed,
    /// `g`: whichever is shorter, without zeros at the end.
    General,
    /// `r`: the shortest that reads back; the precision is ignored.
    Repr,
}

/// `PyOS_double_to_string`'s flags, and upper case.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Flags {
    /// `E`, `F`, `G`: also in `INF` and `NAN`.
    pub upper: bool,
    /// `Py_DTSF_SIGN`: a plus in front of numbers that are not negative.
    pub sign: bool,
    /// `Py_DTSF_ADD_DOT_0`: at least one digit after the point, if there is no exponent.
    pub add_dot_0: bool,
    /// `Py_DTSF_ALT` (`#`): a point always, and `g` keeps its zeros.
    pub alternate: bool,
    /// `Py_DTSF_NO_NEG_0` (`z`): what rounds to zero has no minus.
    pub no_negative_zero: bool,
}

/// `PyOS_double_to_string`; fails only where no memory holds so many digits.
pub fn to_text(v: f64, style: Style, precision: usize, flags: Flags) -> crate::Result<String> {
    if !v.is_finite() {
        return Ok(special(v, flags));
    }
    let d = match style {
        Style::Exponent => decimal::significant(v, precision.saturating_add(1)),
        Style::Fixed => return fixed(v, precision, flags),
        Style::General => decimal::significant(v, precision.max(1)),
        Style::Repr => {
            let d = crate::shortest::shortest(v);
            let mut buffer = [0; 20];
            let digits = crate::small::decimal(d.digits as i64, &mut buffer);
            let point = d.exponent + digits.len() as i32;
            return if d.digits == 0 {
                lay_out(v, &[], 1, style, 0, flags)
            } else {
                lay_out(v, digits, point, style, 0, flags)
            };
        }
    };
    lay_out(v, &d.digits, d.point, style, precision, flags)
}

/// The style `f` of so many units of the last place.
fn fixed_small(v: f64, units: u64, precision: usize, flags: Flags) -> String {
    let mut out = Vec::with_capacity(28 + precision);
    if v.is_sign_negative() && !(flags.no_negative_zero && units == 0) {
        out.push(b'-');
    } else if flags.sign {
        out.push(b'+');
    }
    let start = out.len();
    crate::text::push_u64(&mut out, units);
    let count = out.len() - start;
    if precision > 0 || flags.alternate {
        // At least one digit is in front of the point.
        let zeros = (precision + 1).saturating_sub(count);
        out.splice(start..start, core::iter::repeat_n(b'0', zeros));
        out.insert(out.len() - precision, b'.');
    }
    String::from_utf8(out).expect("digits are ASCII")
}

/// The style `f`, which is the standard library's layout but for the flags.
fn fixed(v: f64, precision: usize, flags: Flags) -> crate::Result<String> {
    use core::fmt::Write;
    if let Some(units) = decimal::scaled(v, precision) {
        return Ok(fixed_small(v, units, precision, flags));
    }
    // No float has digits further behind the point.
    let places = precision.min(1100);
    let mut out = String::new();
    out.try_reserve(precision.saturating_add(24)).map_err(|_| crate::Error::NoMemory)?;
    if flags.sign && v.is_sign_positive() {
        out.push('+');
    }
    let _ = write!(out, "{v:.places$}");
    out.extend(core::iter::repeat_n('0', precision - places));
    if flags.alternate && precision == 0 {
        out.push('.');
    }
    if flags.no_negative_zero && v.is_sign_negative() && !out.bytes().any(|c| matches!(c, b'1'..=b'9')) {
        out.replace_range(..1, if flags.sign { "+" } else { "" });
    }
    Ok(out)
}

fn special(v: f64, flags: Flags) -> String {
    let text = match (v.is_nan(), flags.upper) {
        (true, false) => "nan",
        (true, true) => "NAN",
        (false, false) => "inf",
        (false, true) => "INF",
    };
    let sign = if v < 0.0 {
        "-"
    } else if flags.sign {
        "+"
    } else {
        ""
    };
    [sign, text].concat()
}

fn lay_out(
    v: f64,
    digits: &[u8],
    point: i32,
    style: Style,
    precision: usize,
    flags: Flags,
) -> crate::Result<String> {
    let mut point = i64::from(point);
    let precision = i64::try_from(precision).unwrap_or(i64::MAX).min(i64::MAX / 2);
    // `end` is the number of digits to be written, counted from the first significant one.
    let mut end = digits.len() as i64;
    let exponential;
    match style {
        Style::Exponent => {
            exponential = true;
            end = precision + 1;
        }
        Style::General => {
            let precision = precision.max(1);
            exponential = point <= -4 || point > precision - i64::from(flags.add_dot_0);
            if flags.alternate {
                end = precision;
            }
        }
        // `f` has its own layout.
        Style::Repr | Style::Fixed => exponential = point <= -4 || point > 16,
    }
    let exponent = point - 1;
    if exponential {
        point = 1;
    }
    end = end.max(if !exponential && flags.add_dot_0 { point + 1 } else { point });

    let mut out = Vec::new();
    let size = end.max(1).saturating_sub(point.min(1)).saturating_add(10);
    out.try_reserve_exact(size as usize).map_err(|_| crate::Error::NoMemory)?;
    if v.is_sign_negative() && !(flags.no_negative_zero && digits.is_empty()) {
        out.push(b'-');
    } else if flags.sign {
        out.push(b'+');
    }
    if point <= 0 {
        out.push(b'0');
    }
    push_digits(&mut out, digits, 0, point);
    if end > point || flags.alternate {
        out.push(b'.');
    }
    push_digits(&mut out, digits, point, end);
    if exponential {
        out.push(if flags.upper { b'E' } else { b'e' });
        out.push(if exponent < 0 { b'-' } else { b'+' });
        let e = exponent.unsigned_abs();
        if e >= 100 {
            out.push(b'0' + (e / 100) as u8);
        }
        out.push(b'0' + (e / 10 % 10) as u8);
        out.push(b'0' + (e % 10) as u8);
    }
    Ok(String::from_utf8(out).expect("digits are ASCII"))
}

/// The digits at these places; places before the first and behind the last one hold zeros.
fn push_digits(out: &mut Vec<u8>, digits: &[u8], from: i64, to: i64) {
    let n = digits.len() as i64;
    let front = (to.min(0) - from).max(0) as usize;
    out.resize(out.len() + front, b'0');
    let (a, b) = (from.clamp(0, n), to.clamp(0, n));
    if a < b {
        out.extend_from_slice(&digits[a as usize..b as usize]);
    }
    let back = (to - from.max(n)).max(0) as usize;
    out.resize(out.len() + back, b'0');
}

/// `repr(float)` and `str(float)`.
pub fn repr(v: f64) -> String {
    shortest(v, Flags { add_dot_0: true, ..Flags::default() })
}

/// The style `r`, which is at most 24 characters.
pub(crate) fn shortest(v: f64, flags: Flags) -> String {
    to_text(v, Style::Repr, 0, flags).unwrap_or_default()
}

/// `float.hex()`.
pub fn to_hex(v: f64) -> String {
    if !v.is_finite() {
        return repr(v);
    }
    let sign = if v.is_sign_negative() { "-" } else { "" };
    let bits = v.to_bits();
    let (e, m) = ((bits >> 52 & 0x7ff) as i32, bits & ((1 << 52) - 1));
    if e == 0 && m == 0 {
        return format!("{sign}0x0.0p+0");
    }
    let lead = u8::from(e != 0);
    format!("{sign}0x{lead}.{m:013x}p{:+}", e.max(1) - 1023)
}

/// Infinity or NaN in front of the text, and its length (`_Py_parse_inf_or_nan`).
fn special_prefix(s: &[u8]) -> Option<(f64, usize)> {
    let (sign, body) = match s {
        [b'-', rest @ ..] => (-1.0, rest),
        [b'+', rest @ ..] => (1.0, rest),
        _ => (1.0, s),
    };
    let starts = |word: &str| body.get(..word.len()).is_some_and(|b| b.eq_ignore_ascii_case(word.as_bytes()));
    let signs = s.len() - body.len();
    if starts("infinity") {
        return Some((f64::INFINITY * sign, signs + 8));
    }
    if starts("inf") {
        return Some((f64::INFINITY * sign, signs + 3));
    }
    starts("nan").then(|| (f64::NAN.copysign(sign), signs + 3))
}

/// Powers of ten that are exact.
const POWERS_OF_TEN: [f64; 16] =
    [1e0, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14, 1e15];

/// The longest number in front of the text and its length, or `None` (`PyOS_string_to_double`, which makes an
/// infinite result of finite digits an error if its caller asks for that). No white space, no underscores.
pub fn parse_prefix(s: &[u8]) -> Option<(f64, usize)> {
    // The value of the digits, as long as they are few enough for it to be exact.
    let mut mantissa = 0u64;
    let mut digits = |from: usize| {
        let mut n = 0;
        while let Some(c) = s.get(from + n)
            && c.is_ascii_digit()
        {
            mantissa = mantissa.wrapping_mul(10).wrapping_add(u64::from(c - b'0'));
            n += 1;
        }
        n
    };
    let mut at = usize::from(matches!(s.first(), Some(b'+' | b'-')));
    let whole = digits(at);
    at += whole;
    let mut fraction = 0;
    if s.get(at) == Some(&b'.') {
        fraction = digits(at + 1);
        if whole + fraction > 0 {
            at += 1 + fraction;
        }
    }
    if whole + fraction == 0 {
        return special_prefix(s);
    }
    if matches!(s.get(at), Some(b'e' | b'E')) {
        let sign = usize::from(matches!(s.get(at + 1), Some(b'+' | b'-')));
        let n = s[(at + 1 + sign).min(s.len())..].iter().take_while(|c| c.is_ascii_digit()).count();
        if n > 0 {
            at += 1 + sign + n;
            let text = core::str::from_utf8(&s[..at]).ok()?;
            return Some((text.parse().ok()?, at));
        }
    }
    // Two exact floats, so that their quotient is rounded once (Clinger's fast path).
    if whole + fraction <= 15 {
        let v = mantissa as f64 / POWERS_OF_TEN[fraction];
        return Some((if s[0] == b'-' { -v } else { v }, at));
    }
    let text = core::str::from_utf8(&s[..at]).ok()?;
    Some((text.parse().ok()?, at))
}

/// `float(text)`; `None` if the text is no number, which the caller reports with its `repr`. Other scripts' digits
/// and spaces have become ASCII before.
pub fn parse(text: &[u8]) -> Option<f64> {
    let s = strip(text);
    if s.contains(&b'_') {
        let clean = without_underscores(s)?;
        return whole(&clean);
    }
    whole(s)
}

fn whole(s: &[u8]) -> Option<f64> {
    parse_prefix(s).filter(|(_, n)| *n == s.len()).map(|(v, _)| v)
}

/// The text without underscores, each of which must be between two digits.
pub(crate) fn without_underscores(s: &[u8]) -> Option<Vec<u8>> {
    let mut out = Vec::with_capacity(s.len());
    let mut previous = 0u8;
    for c in s {
        match *c {
            b'_' if !previous.is_ascii_digit() => return None,
            b'_' => {}
            c if previous == b'_' && !c.is_ascii_digit() => return None,
            c => out.push(c),
        }
        previous = *c;
    }
    (previous != b'_').then_some(out)
}

/// Why `float.fromhex` refuses a text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum HexError {
    /// ValueError.
    Invalid,
    /// OverflowError.
    TooLarge,
}

impl core::fmt::Display for HexError {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.write_str(match self {
            HexError::Invalid => "invalid hexadecimal floating-point string",
            HexError::TooLarge => "hexadecimal value too large to represent as a float",
        })
    }
}

/// `float.fromhex`.
pub fn from_hex(text: &[u8]) -> Result<f64, HexError> {
    let s = strip(text);
    if let Some((v, n)) = special_prefix(s) {
        return if n == s.len() { Ok(v) } else { Err(HexError::Invalid) };
    }
    let (negative, s) = match s {
        [b'-', rest @ ..] => (true, rest),
        [b'+', rest @ ..] => (false, rest),
        _ => (false, s),
    };
    let s = match s {
        [b'0', b'x' | b'X', rest @ ..] => rest,
        _ => s,
    };
    // The leading 64 bits of the digits, whether more follow, and the exponent of the last of them.
    let (mut mantissa, mut sticky, mut exponent) = (0u64, false, 0i64);
    let (mut count, mut seen_point, mut at) = (0usize, false, 0);
    for c in s {
        let digit = match (*c as char).to_digit(16) {
            Some(d) => d as u64,
            None if *c == b'.' && !seen_point => {
                seen_point = true;
                at += 1;
                continue;
            }
            None => break,
        };
        at += 1;
        count += 1;
        if mantissa >> 60 == 0 {
            mantissa = mantissa << 4 | digit;
            exponent -= if seen_point { 4 } else { 0 };
        } else {
            sticky |= digit != 0;
            exponent += if seen_point { 0 } else { 4 };
        }
    }
    if count == 0 {
        return Err(HexError::Invalid);
    }
    if let Some(b'p' | b'P') = s.get(at) {
        let (minus, skip) = match s.get(at + 1) {
            Some(b'-') => (true, 2),
            Some(b'+') => (false, 2),
            _ => (false, 1),
        };
        let digits = &s[(at + skip).min(s.len())..];
        let n = digits.iter().take_while(|c| c.is_ascii_digit()).count();
        if n == 0 {
            return Err(HexError::Invalid);
        }
        let e = digits[..n].iter().fold(0i64, |v, c| v.saturating_mul(10).saturating_add((c - b'0') as i64));
        exponent = exponent.saturating_add(if minus { -e } else { e });
        at += skip + n;
    }
    if at != s.len() {
        return Err(HexError::Invalid);
    }
    // Beyond these the result is settled, and the sums inside cannot overflow.
    let v = round_to_f64(mantissa, sticky, exponent.clamp(-1 << 40, 1 << 40)).ok_or(HexError::TooLarge)?;
    Ok(if negative { -v } else { v })
}

/// `round(v, places)`, correctly rounded, ties to even.
pub fn round_places(v: f64, places: i64) -> crate::Result<f64> {
    // From 2**52 on, every float is whole.
    let whole = places >= 0 && v.abs() >= (1u64 << 52) as f64;
    if v == 0.0 || whole || !v.is_finite() || places > 323 {
        return Ok(v);
    }
    if places < -308 {
        return Ok(0.0f64.copysign(v));
    }
    if places >= 0 {
        // Two exact floats, so that their quotient is rounded once.
        if let Some(units) = decimal::scaled(v, places as usize)
            && units <= 1 << 53
            && let Some(power) = POWERS_OF_TEN.get(places as usize)
        {
            return Ok((units as f64 / power).copysign(v));
        }
        // At most 309 + 1 + 323 characters.
        let mut text = decimal::Stack::<640>::new();
        let places = places as usize;
        let _ = core::fmt::Write::write_fmt(&mut text, format_args!("{v:.places$}"));
        let text = core::str::from_utf8(text.as_bytes()).unwrap_or("nan");
        return Ok(text.parse().unwrap_or(f64::NAN));
    }
    // An integer's job: the fraction below only breaks ties, which doubling keeps visible.
    let (numerator, denominator) = crate::convert::integer_ratio(v)?;
    let ten = crate::power::pow_mag(&[10], -places as u64);
    let step = crate::Int::new(false, crate::mag::mul(&denominator.digits, &ten));
    let (q, _) = crate::int::divmod_near(numerator.as_ref(), step.as_ref())?;
    let rounded = crate::Int::new(q.negative, crate::mag::mul(&q.digits, &ten));
    crate::convert::to_f64(rounded.as_ref())
        .map(|r| r.abs().copysign(v))
        .map_err(|_| crate::Error::RoundedTooLarge)
}

/// The nearest whole number, ties to even: `round(v)` before it becomes an int.
pub fn round_whole(v: f64) -> f64 {
    v.round_ties_even()
}

/// `float.is_integer`.
pub fn is_integer(v: f64) -> bool {
    v.is_finite() && v.trunc() == v
}

/// The exponent and mantissa for callers that need them: |v| = mantissa × 2**exponent.
pub fn parts(v: f64) -> (bool, u64, i32) {
    decompose(v)
}
