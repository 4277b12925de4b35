//! `Decimal.__format__`: the format specification and the text it asks for. The locale of `n` is the caller's.

use crate::context::{Context, Rounding};
use crate::mag::Mag;
use crate::number::{Decimal, Value};

/// The `ValueError` of a specification that does not parse.
pub const INVALID: &str = "invalid format string";

/// How `n` writes numbers: the point, the separator, and the sizes of groups as `localeconv` has them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Locale {
    pub point: String,
    pub separator: String,
    pub grouping: Vec<u8>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Align {
    Left,
    Right,
    Center,
    AfterSign,
}

/// A parsed specification.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Spec {
    fill: char,
    align: Align,
    sign: char,
    no_negative_zero: bool,
    zeros: bool,
    width: usize,
    commas: bool,
    precision: Option<usize>,
    kind: Option<char>,
}

impl Spec {
    /// `None`: [`INVALID`].
    pub fn parse(text: &str) -> Option<Spec> {
        let mut chars: Vec<char> = text.chars().collect();
        let align = |c: char| match c {
            '<' => Some(Align::Left),
            '>' => Some(Align::Right),
            '^' => Some(Align::Center),
            '=' => Some(Align::AfterSign),
            _ => None,
        };
        // A `z` behind alignment and sign is taken out first; what is left is read from its beginning.
        let mut at = match chars[..] {
            [_, a, ..] if align(a).is_some() => 2,
            [a, ..] if align(a).is_some() => 1,
            _ => 0,
        };
        at += usize::from(matches!(chars.get(at), Some('+' | '-' | ' ')));
        let no_negative_zero = chars.get(at) == Some(&'z');
        if no_negative_zero {
            chars.remove(at);
            // CPython reads UTF-8 here, and a wide fill character behind the `z` is not seen as one.
            if at == 0 && chars.first().is_some_and(|c| !c.is_ascii()) {
                return None;
            }
        }
        let mut rest = &chars[..];
        let (mut fill, mut explicit) = (' ', None);
        if let [f, a, tail @ ..] = rest
            && let Some(a) = align(*a)
        {
            (fill, explicit, rest) = (*f, Some(a), tail);
        } else if let [a, tail @ ..] = rest
            && let Some(a) = align(*a)
        {
            (explicit, rest) = (Some(a), tail);
        }
        let mut take = |wanted: &[char]| match rest {
            [c, tail @ ..] if wanted.contains(c) => {
                rest = tail;
                Some(*c)
            }
            _ => None,
        };
        let sign = take(&['+', '-', ' ']).unwrap_or('-');
        let zeros = take(&['0']).is_some();
        if zeros {
            // Zeros imply an alignment, which then may not be given as well.
            if explicit.is_some() {
                return None;
            }
            (fill, explicit) = ('0', Some(Align::AfterSign));
        }
        let number = |rest: &mut &[char]| {
            let n = rest.iter().take_while(|c| c.is_ascii_digit()).count();
            let (digits, tail) = rest.split_at(n);
            *rest = tail;
            digits.iter().collect::<String>()
        };
        let digits = number(&mut rest);
        if digits.starts_with('0') {
            return None;
        }
        let width = if digits.is_empty() { 0 } else { bounded(&digits)? };
        let mut take = |wanted: &[char]| match rest {
            [c, tail @ ..] if wanted.contains(c) => {
                rest = tail;
                Some(*c)
            }
            _ => None,
        };
        let commas = take(&[',']).is_some();
        let mut precision = None;
        if take(&['.']).is_some() {
            let digits = number(&mut rest);
            precision = Some(bounded(&digits)?);
        }
        let kind = match rest {
            [] => None,
            [c @ ('e' | 'E' | 'f' | 'F' | 'g' | 'G' | '%')] => Some(*c),
            ['n'] if !commas => Some('n'),
            _ => return None,
        };
        let align = explicit.unwrap_or(Align::Right);
        Some(Spec { fill, align, sign, no_negative_zero, zeros, width, commas, precision, kind })
    }

    /// Whether a locale is wanted.
    pub fn is_local(&self) -> bool {
        self.kind == Some('n')
    }
}

/// A width or precision, within what text can be made.
fn bounded(digits: &str) -> Option<usize> {
    digits.parse().ok().filter(|n| *n < 1 << 31)
}

fn rounded(c: &Mag, exp: i64, digits: i64, negative: bool, rounding: Rounding) -> (Mag, i64) {
    let excess = c.digits() as i64 - digits;
    if excess <= 0 {
        return (c.clone(), exp);
    }
    let context = Context { rounding, ..Context::max() };
    let (shifted, rest) = c.shr(excess as usize);
    let c = context.round_in_place(negative, shifted, rest);
    if c.digits() as i64 > digits.max(1) { (c.shr(1).0, exp + excess + 1) } else { (c, exp + excess) }
}

/// The text. `capitals` is the context's; `locale` is needed by [`Spec::is_local`]. `None`: too large.
pub fn format(
    d: &Decimal,
    spec: &Spec,
    rounding: Rounding,
    capitals: bool,
    locale: Option<&Locale>,
) -> Option<String> {
    let mut negative = d.negative;
    let Value::Finite { exp, coefficient } = &d.value else {
        let mut body = d.copy_abs().to_text(false, true);
        if spec.kind == Some('%') {
            body.push('%');
        }
        // Specials are not padded with zeros.
        let spec =
            if spec.zeros { Spec { fill: ' ', align: Align::Right, ..spec.clone() } } else { spec.clone() };
        return Some(aligned(sign(&spec, negative), &body, &spec));
    };
    let kind = spec.kind.map_or(if capitals { 'G' } else { 'g' }, |k| if k == 'n' { 'g' } else { k });
    let lower = kind.to_ascii_lowercase();
    let (mut c, mut exp) = (coefficient.clone(), *exp + if kind == '%' { 2 } else { 0 });
    if let Some(precision) = spec.precision.map(|p| p as i64) {
        match lower {
            'e' if !c.is_zero() => {
                (c, exp) = rounded(&c, exp, precision + 1, negative, rounding);
                let missing = precision + 1 - c.digits() as i64;
                (c, exp) = (c.shl(missing.max(0) as usize), exp - missing.max(0));
            }
            'g' if !c.is_zero() => (c, exp) = rounded(&c, exp, precision.max(1), negative, rounding),
            'f' | '%' => {
                let shift = exp + precision;
                if shift > 1 << 31 && !c.is_zero() {
                    return None;
                }
                if shift >= 0 {
                    c = c.shl(shift as usize);
                } else {
                    let context = Context { rounding, ..Context::max() };
                    let (shifted, rest) = c.shr(-shift as usize);
                    c = context.round_in_place(negative, shifted, rest);
                }
                exp = -precision;
            }
            _ => (),
        }
    }
    if c.is_zero() {
        if exp > 0 && matches!(lower, 'f' | '%') {
            exp = 0;
        }
        // CPython looks at the number as it is, not as it is rounded, where the type is `F`.
        negative &= !spec.no_negative_zero || kind == 'F' && !coefficient.is_zero();
    }
    let digits = c.to_digits();
    let left = exp + digits.len() as i64;
    let point = match lower {
        'e' if c.is_zero() => spec.precision.map_or(1, |p| 1 - p as i64),
        'e' => 1,
        'f' | '%' => left,
        _ if exp <= 0 && left > -6 => left,
        _ => 1,
    };
    if point.abs() > 1 << 31 {
        return None;
    }
    let (mut whole, fraction) = if point <= 0 {
        ("0".to_owned(), "0".repeat(-point as usize) + &digits)
    } else if point >= digits.len() as i64 {
        (digits.clone() + &"0".repeat(point as usize - digits.len()), String::new())
    } else {
        let (a, b) = digits.split_at(point as usize);
        (a.to_owned(), b.to_owned())
    };
    let mut tail = String::new();
    if !fraction.is_empty() {
        tail += locale.map_or(".", |l| &l.point);
        tail += &fraction;
    }
    if left != point || lower == 'e' {
        tail.push(if kind.is_ascii_uppercase() { 'E' } else { 'e' });
        tail += &format!("{:+}", left - point);
    }
    if kind == '%' {
        tail.push('%');
    }
    let sign = sign(spec, negative);
    let room = spec.width.saturating_sub(tail.chars().count() + sign.len());
    let least = if spec.zeros { room } else { 0 };
    whole = match locale {
        Some(l) if !l.separator.is_empty() => grouped(&whole, &l.separator, &l.grouping, least),
        None if spec.commas => grouped(&whole, ",", &[3, 0], least),
        _ => "0".repeat(least.saturating_sub(whole.len())) + &whole,
    };
    Some(aligned(sign, &(whole + &tail), spec))
}

fn sign(spec: &Spec, negative: bool) -> &'static str {
    match (negative, spec.sign) {
        (true, _) => "-",
        (_, '+') => "+",
        (_, ' ') => " ",
        _ => "",
    }
}

fn aligned(sign: &str, body: &str, spec: &Spec) -> String {
    let missing = spec.width.saturating_sub(sign.len() + body.chars().count());
    let pad = |n: usize| std::iter::repeat_n(spec.fill, n).collect::<String>();
    match spec.align {
        Align::Left => format!("{sign}{body}{}", pad(missing)),
        Align::Right => format!("{}{sign}{body}", pad(missing)),
        Align::AfterSign => format!("{sign}{}{body}", pad(missing)),
        Align::Center => format!("{}{sign}{body}{}", pad(missing / 2), pad(missing - missing / 2)),
    }
}

/// Digits in groups, with zeros in front up to `least` characters; a separator is never first.
fn grouped(digits: &str, separator: &str, sizes: &[u8], least: usize) -> String {
    let mut groups: Vec<String> = Vec::new();
    let mut rest = digits.to_owned();
    let width = separator.chars().count();
    let (mut used, mut at, mut size) = (0usize, 0, usize::MAX);
    loop {
        match sizes.get(at) {
            // A zero repeats the last size, 127 ends grouping.
            Some(0) | None => (),
            Some(127) => size = usize::MAX,
            Some(n) => {
                size = usize::from(*n);
                at += 1;
            }
        }
        let before = if groups.is_empty() { 0 } else { used + width };
        let wanted = least.saturating_sub(before).max(1);
        let n = size.min(rest.len().max(wanted));
        let take = n.min(rest.len());
        let group = "0".repeat(n - take) + &rest[rest.len() - take..];
        rest.truncate(rest.len() - take);
        used = before + n;
        groups.push(group);
        if rest.is_empty() && used >= least {
            break;
        }
    }
    groups.reverse();
    groups.join(separator)
}
