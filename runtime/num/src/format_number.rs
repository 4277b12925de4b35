//! Numbers by a format specification (`format(number, spec)`), and the integers of `%`-formatting.
//!
//! The result is parts, not one text: its fill may be any code point, and what builds a `str` object knows its size
//! and largest character before it allocates.

use crate::convert;
use crate::error::Exception;
use crate::float_text::{Flags, Style, to_text};
use crate::format::{Align, FormatError, Grouping, Result, Spec, value_error};
use crate::int::Ref;
use crate::text;

/// `localeconv()`'s numbers, for the type `n`.
#[derive(Clone, Copy, Debug)]
pub struct Locale<'a> {
    pub decimal_point: &'a str,
    pub thousands_sep: &'a str,
    /// Sizes of groups from the right; 0 repeats the last, 127 ends grouping.
    pub grouping: &'a [u8],
}

impl Locale<'static> {
    /// The `C` locale, which does not group.
    pub const C: Locale<'static> = Locale { decimal_point: ".", thousands_sep: "", grouping: &[127] };
    const COMMA: Locale<'static> = Locale { decimal_point: ".", thousands_sep: ",", grouping: &[3, 0] };
    const UNDERSCORE: Locale<'static> = Locale { decimal_point: ".", thousands_sep: "_", grouping: &[3, 0] };
    const FOUR: Locale<'static> = Locale { decimal_point: ".", thousands_sep: "_", grouping: &[4, 0] };
}

/// What stands behind sign, prefix and inner padding.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Body {
    Text(String),
    /// The type `c`: any code point, also a surrogate.
    Char(u32),
}

/// A formatted number: `left` × fill, `head`, `inner` × fill, `body`, `right` × fill.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Formatted {
    pub fill: u32,
    pub left: usize,
    /// Sign and prefix, ASCII.
    pub head: String,
    pub inner: usize,
    pub body: Body,
    pub right: usize,
}

impl Formatted {
    /// All code points in order.
    pub fn code_points(&self) -> Vec<u32> {
        let mut out = vec![self.fill; self.left];
        out.extend(self.head.bytes().map(u32::from));
        out.resize(out.len() + self.inner, self.fill);
        match &self.body {
            Body::Text(s) => out.extend(s.chars().map(u32::from)),
            Body::Char(c) => out.push(*c),
        }
        out.resize(out.len() + self.right, self.fill);
        out
    }

    /// As a string, if no surrogate is in it.
    pub fn text(self) -> Option<String> {
        if let (0, 0, 0, "", Body::Text(s)) =
            (self.left, self.inner, self.right, self.head.as_str(), &self.body)
        {
            return Some(s.clone());
        }
        self.code_points().into_iter().map(char::from_u32).collect()
    }
}

/// The groups from the right (`GroupGenerator_next` and the loop of `_PyUnicode_InsertThousandsGrouping`): how many zeros
/// stand in front of how many digits in each. `sizes` ends where C's list of them does.
pub fn groups(digits: usize, min_width: i64, separator: usize, sizes: &[u8]) -> Vec<(usize, usize)> {
    let mut out = Vec::new();
    let mut remaining = digits as i64;
    let mut min_width = min_width;
    let (mut sizes, mut size) = (sizes.iter(), 0);
    loop {
        // 0, or the end of the list, goes on with the last size; no size at all is one group of everything.
        let listed = sizes.next().copied().unwrap_or(0);
        if listed == 127 {
            size = 0;
        } else if listed != 0 {
            size = listed as i64;
        }
        let whole = remaining.max(min_width).max(1);
        let length = if size == 0 { whole } else { whole.min(size) };
        let own = remaining.min(length);
        out.push(((length - own) as usize, own as usize));
        remaining -= own;
        min_width -= length;
        if remaining == 0 && min_width <= 0 {
            return out;
        }
        min_width -= separator as i64;
    }
}

/// Digits in groups with separators, widened with zeros to `min_width` (`_PyUnicode_InsertThousandsGrouping`).
fn group(digits: &str, min_width: usize, locale: &Locale<'_>) -> Result<String> {
    if digits.is_empty() {
        return Ok(String::new());
    }
    if locale.thousands_sep.is_empty() && min_width <= digits.len() {
        return Ok(digits.to_owned());
    }
    let separator: Vec<char> = locale.thousands_sep.chars().rev().collect();
    let mut reversed: Vec<char> = Vec::new();
    if reversed.try_reserve(min_width).is_err() {
        return Err(crate::Error::NoMemory.into());
    }
    let mut remaining = digits.bytes().rev();
    let all = groups(digits.len(), min_width as i64, separator.len(), locale.grouping);
    for (i, (zeros, own)) in all.into_iter().enumerate() {
        if i > 0 {
            reversed.extend(&separator);
        }
        reversed.extend(remaining.by_ref().take(own).map(char::from));
        reversed.extend(core::iter::repeat_n('0', zeros));
    }
    Ok(reversed.into_iter().rev().collect())
}

/// The pieces of a number's text before grouping.
struct Pieces<'a> {
    negative: bool,
    prefix: &'a str,
    digits: &'a str,
    point: bool,
    rest: &'a str,
}

impl<'a> Pieces<'a> {
    /// From a float's text.
    fn of_float(text: &'a str) -> Pieces<'a> {
        let (negative, text) = match text.strip_prefix('-') {
            Some(text) => (true, text),
            None => (false, text),
        };
        let n = text.bytes().take_while(u8::is_ascii_digit).count();
        let (digits, rest) = text.split_at(n);
        let (point, rest) = match rest.strip_prefix('.') {
            Some(rest) => (true, rest),
            None => (false, rest),
        };
        Pieces { negative, prefix: "", digits, point, rest }
    }

    fn head(&self, sign: Option<u8>) -> String {
        let sign = match sign {
            _ if self.negative => "-",
            Some(b'+') => "+",
            Some(b' ') => " ",
            _ => "",
        };
        [sign, self.prefix].concat()
    }

    /// Digits grouped, decimal point, rest.
    fn body(&self, min_width: usize, locale: &Locale<'_>) -> Result<String> {
        let mut body = group(self.digits, min_width, locale)?;
        if self.point {
            body.push_str(locale.decimal_point);
        }
        body.push_str(self.rest);
        Ok(body)
    }

    fn lay_out(&self, spec: &Spec, locale: &Locale<'_>) -> Result<Formatted> {
        let head = self.head(spec.sign);
        let around = head.len()
            + if self.point { locale.decimal_point.chars().count() } else { 0 }
            + self.rest.chars().count();
        let zeros = spec.fill == b'0' as u32 && spec.align == Align::Inside;
        let min_width = if zeros { spec.width.unwrap_or(0).saturating_sub(around) } else { 0 };
        let body = self.body(min_width, locale)?;
        let length = head.len() + body.chars().count();
        Ok(place(spec, head, Body::Text(body), length))
    }
}

fn place(spec: &Spec, head: String, body: Body, length: usize) -> Formatted {
    let (mut left, right) = spec.padding(length);
    let mut inner = 0;
    if spec.align == Align::Inside {
        (left, inner) = (0, left);
    }
    Formatted { fill: spec.fill, left, head, inner, body, right }
}

fn locale_of<'a>(spec: &Spec, current: &Locale<'a>) -> Locale<'a> {
    match spec.grouping {
        _ if spec.kind == b'n' as u32 => *current,
        Grouping::None => Locale::C,
        Grouping::Comma => Locale::COMMA,
        Grouping::Underscore => Locale::UNDERSCORE,
        Grouping::UnderscoreFour => Locale::FOUR,
    }
}

/// `format(int, spec)`; `limit` is `sys.get_int_max_str_digits()`. The empty specification is `str` and the caller's.
pub fn format_int(
    a: Ref<'_>,
    spec: &Spec,
    locale: &Locale<'_>,
    limit: usize,
    type_name: &str,
) -> Result<Formatted> {
    let code = u8::try_from(spec.kind).unwrap_or(0);
    let base = match code {
        b'b' => 2,
        b'o' => 8,
        b'x' | b'X' => 16,
        b'd' | b'n' | b'c' => 10,
        b'e' | b'E' | b'f' | b'F' | b'g' | b'G' | b'%' => {
            return format_float(convert::to_f64(a)?, spec, locale, type_name);
        }
        _ => return spec.unknown_kind(type_name),
    };
    if spec.precision.is_some() {
        return value_error("Precision not allowed in integer format specifier");
    }
    if spec.no_negative_zero {
        return value_error("Negative zero coercion (z) not allowed in integer format specifier");
    }
    if code == b'c' {
        return format_char(a, spec);
    }
    let mut digits =
        if base == 10 { text::to_decimal(a.abs(), limit)? } else { text::to_base(a.digits, base) };
    let mut prefix = match (spec.alternate, code) {
        (true, b'b') => "0b",
        (true, b'o') => "0o",
        (true, b'x') => "0x",
        _ => "",
    };
    if code == b'X' {
        digits.make_ascii_uppercase();
        if spec.alternate {
            prefix = "0X";
        }
    }
    let pieces = Pieces { negative: a.negative, prefix, digits: &digits, point: false, rest: "" };
    pieces.lay_out(spec, &locale_of(spec, locale))
}

fn format_char(a: Ref<'_>, spec: &Spec) -> Result<Formatted> {
    if spec.sign.is_some() {
        return value_error("Sign not allowed with integer format specifier 'c'");
    }
    if spec.alternate {
        return value_error("Alternate form (#) not allowed with integer format specifier 'c'");
    }
    let overflow = |text: &str| Err(FormatError::Text(Exception::OverflowError, text.into()));
    let Some(v) = a.to_i64() else {
        return overflow("Python int too large to convert to C long");
    };
    match u32::try_from(v) {
        Ok(c) if c <= 0x10ffff => Ok(place(spec, String::new(), Body::Char(c), 1)),
        _ => overflow("%c arg not in range(0x110000)"),
    }
}

/// How a float type code formats: style, digits without a precision, upper case; `None` if it is no float's.
fn style_of(kind: u32) -> Option<(Style, usize, bool)> {
    Some(match u8::try_from(kind).ok()? {
        0 => (Style::Repr, 0, false),
        b'e' => (Style::Exponent, 6, false),
        b'E' => (Style::Exponent, 6, true),
        b'f' | b'%' => (Style::Fixed, 6, false),
        b'F' => (Style::Fixed, 6, true),
        b'g' | b'n' => (Style::General, 6, false),
        b'G' => (Style::General, 6, true),
        _ => return None,
    })
}

fn check_precision(spec: &Spec) -> Result<()> {
    match spec.precision {
        Some(p) if p > i32::MAX as usize => value_error("precision too big"),
        _ => Ok(()),
    }
}

/// `format(float, spec)`. The empty specification is `str` and the caller's.
pub fn format_float(v: f64, spec: &Spec, locale: &Locale<'_>, type_name: &str) -> Result<Formatted> {
    let Some((mut style, default, upper)) = style_of(spec.kind) else {
        return spec.unknown_kind(type_name);
    };
    check_precision(spec)?;
    let flags = Flags {
        upper,
        sign: false,
        add_dot_0: spec.kind == 0,
        alternate: spec.alternate,
        no_negative_zero: spec.no_negative_zero,
    };
    if style == Style::Repr && spec.precision.is_some() {
        style = Style::General;
    }
    let percent = spec.kind == b'%' as u32;
    let mut text =
        to_text(if percent { v * 100.0 } else { v }, style, spec.precision.unwrap_or(default), flags)?;
    if percent {
        text.push('%');
    }
    Pieces::of_float(&text).lay_out(spec, &locale_of(spec, locale))
}

/// `format(complex, spec)`. The empty specification is `str` and the caller's.
pub fn format_complex(
    re: f64,
    im: f64,
    spec: &Spec,
    locale: &Locale<'_>,
    type_name: &str,
) -> Result<Formatted> {
    let Some((mut style, default, upper)) = style_of(spec.kind).filter(|_| spec.kind != b'%' as u32) else {
        return spec.unknown_kind(type_name);
    };
    check_precision(spec)?;
    if spec.fill == b'0' as u32 {
        return value_error("Zero padding is not allowed in complex format specifier");
    }
    if spec.align == Align::Inside {
        return value_error("'=' alignment flag is not allowed in complex format specifier");
    }
    let flags = Flags {
        upper,
        alternate: spec.alternate,
        no_negative_zero: spec.no_negative_zero,
        ..Flags::default()
    };
    let skip_re = spec.kind == 0 && re == 0.0 && re.is_sign_positive();
    let parens = spec.kind == 0 && !skip_re;
    if style == Style::Repr && spec.precision.is_some() {
        style = Style::General;
    }
    let precision = spec.precision.unwrap_or(default);
    let locale = locale_of(spec, locale);
    let mut body = String::new();
    if parens {
        body.push('(');
    }
    let mut part = |v: f64, sign: Option<u8>| -> Result<()> {
        let text = to_text(v, style, precision, flags)?;
        let pieces = Pieces::of_float(&text);
        body.push_str(&pieces.head(sign));
        body.push_str(&pieces.body(0, &locale)?);
        Ok(())
    };
    if skip_re {
        part(im, spec.sign)?;
    } else {
        part(re, spec.sign)?;
        part(im, Some(b'+'))?;
    }
    body.push('j');
    if parens {
        body.push(')');
    }
    let length = body.chars().count();
    Ok(Formatted { inner: 0, ..place(spec, String::new(), Body::Text(body), length) })
}

/// The text of an int in `%`-formatting (`_PyUnicode_FormatLong`): `kind` is one of `d i u o x X`.
pub fn percent_int(a: Ref<'_>, alternate: bool, precision: usize, kind: u8, limit: usize) -> Result<String> {
    if precision > i32::MAX as usize - 3 {
        return Err(FormatError::Text(Exception::OverflowError, "precision too large".into()));
    }
    let (base, prefix) = match kind {
        b'o' => (8, "0o"),
        b'x' => (16, "0x"),
        b'X' => (16, "0X"),
        _ => (10, ""),
    };
    let mut digits =
        if base == 10 { text::to_decimal(a.abs(), limit)? } else { text::to_base(a.digits, base) };
    if kind == b'X' {
        digits.make_ascii_uppercase();
    }
    let sign = if a.negative { "-" } else { "" };
    let prefix = if alternate { prefix } else { "" };
    let zeros = precision.saturating_sub(digits.len());
    if sign.is_empty() && prefix.is_empty() && zeros == 0 {
        return Ok(digits);
    }
    let mut out = String::new();
    out.try_reserve_exact(3 + zeros + digits.len()).map_err(|_| crate::Error::NoMemory)?;
    out.push_str(sign);
    out.push_str(prefix);
    out.extend(core::iter::repeat_n('0', zeros));
    out.push_str(&digits);
    Ok(out)
}
