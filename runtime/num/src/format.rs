//! The format-specification mini-language: `[[fill]align][sign][z][#][0][width][grouping][.precision][type]`.
//!
//! Here: reading a specification with CPython's errors, and how a str is laid out. Numbers are in `format_number`.

use crate::error::Exception;

/// Why a specification is refused, or does not fit the value.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum FormatError {
    /// A whole message.
    Text(Exception, String),
    /// `ValueError: Invalid format specifier 'SPEC' for object of type 'TYPE'`: `SPEC` may hold what no Rust string
    /// holds, so the caller writes it ([`FormatError::message`] where it is a `str`).
    InvalidSpecifier,
}

pub type Result<T> = core::result::Result<T, FormatError>;

impl FormatError {
    pub fn exception(&self) -> Exception {
        match self {
            FormatError::Text(e, _) => *e,
            FormatError::InvalidSpecifier => Exception::ValueError,
        }
    }

    /// What `str()` of the exception shows.
    pub fn message(&self, spec: &str, type_name: &str) -> String {
        match self {
            FormatError::Text(_, text) => text.clone(),
            FormatError::InvalidSpecifier => {
                format!("Invalid format specifier '{spec}' for object of type '{type_name}'")
            }
        }
    }
}

impl From<crate::Error> for FormatError {
    fn from(e: crate::Error) -> FormatError {
        FormatError::Text(e.exception(), e.to_string())
    }
}

pub(crate) fn value_error<T>(text: impl Into<String>) -> Result<T> {
    Err(FormatError::Text(Exception::ValueError, text.into()))
}

/// Where the padding goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Align {
    Left,
    Right,
    Center,
    /// `=`: between sign and digits.
    Inside,
}

/// The separators of `,` and `_`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Grouping {
    None,
    Comma,
    Underscore,
    /// `_` with `b`, `o`, `x` and `X`: every four digits.
    UnderscoreFour,
}

/// A specification that has been read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Spec {
    pub fill: u32,
    pub align: Align,
    /// `+`, `-` or space.
    pub sign: Option<u8>,
    pub no_negative_zero: bool,
    pub alternate: bool,
    pub width: Option<usize>,
    pub grouping: Grouping,
    pub precision: Option<usize>,
    /// The type's code point, or the default (0 for none).
    pub kind: u32,
}

fn align_of(c: u32) -> Option<Align> {
    match u8::try_from(c).ok()? {
        b'<' => Some(Align::Left),
        b'>' => Some(Align::Right),
        b'^' => Some(Align::Center),
        b'=' => Some(Align::Inside),
        _ => None,
    }
}

fn ascii_digit(c: u32) -> Option<u32> {
    (0x30..0x3a).contains(&c).then(|| c - 0x30)
}

impl Spec {
    /// Reads a specification; `kind` and `align` are the defaults of the value's type, `type_name` is for messages.
    pub fn parse<C: Copy + Into<u32>>(spec: &[C], kind: u8, align: Align, type_name: &str) -> Result<Spec> {
        Spec::parse_with(spec, kind, align, type_name, ascii_digit)
    }

    /// As `parse`, with the value of other scripts' decimal digits, which width and precision may use.
    pub fn parse_with<C: Copy + Into<u32>>(
        spec: &[C],
        kind: u8,
        align: Align,
        type_name: &str,
        digit: impl Fn(u32) -> Option<u32>,
    ) -> Result<Spec> {
        let _ = type_name;
        let get = |i: usize| -> Option<u32> { spec.get(i).map(|c| (*c).into()) };
        let is = |i: usize, c: u8| get(i) == Some(c as u32);
        let mut out = Spec {
            fill: b' ' as u32,
            align,
            sign: None,
            no_negative_zero: false,
            alternate: false,
            width: None,
            grouping: Grouping::None,
            precision: None,
            kind: kind as u32,
        };
        let mut at = 0;
        let (mut fill_given, mut align_given) = (false, false);
        if let Some(a) = get(1).and_then(align_of) {
            out.align = a;
            out.fill = get(0).unwrap_or_default();
            (fill_given, align_given) = (true, true);
            at = 2;
        } else if let Some(a) = get(0).and_then(align_of) {
            out.align = a;
            align_given = true;
            at = 1;
        }
        if let Some(c @ (0x2b | 0x2d | 0x20)) = get(at) {
            out.sign = Some(c as u8);
            at += 1;
        }
        if is(at, b'z') {
            out.no_negative_zero = true;
            at += 1;
        }
        if is(at, b'#') {
            out.alternate = true;
            at += 1;
        }
        if !fill_given && is(at, b'0') {
            out.fill = b'0' as u32;
            if !align_given && align == Align::Right {
                out.align = Align::Inside;
            }
            at += 1;
        }
        let number = |at: &mut usize| -> Result<Option<usize>> {
            let (mut v, start) = (0isize, *at);
            while let Some(d) = get(*at).and_then(&digit) {
                v = match v.checked_mul(10).and_then(|v| v.checked_add(d as isize)) {
                    Some(v) => v,
                    None => return value_error("Too many decimal digits in format string"),
                };
                *at += 1;
            }
            Ok((*at > start).then_some(v as usize))
        };
        out.width = number(&mut at)?;
        if is(at, b',') {
            out.grouping = Grouping::Comma;
            at += 1;
        }
        if is(at, b'_') {
            if out.grouping != Grouping::None {
                return value_error("Cannot specify both ',' and '_'.");
            }
            out.grouping = Grouping::Underscore;
            at += 1;
        }
        if is(at, b',') && out.grouping == Grouping::Underscore {
            return value_error("Cannot specify both ',' and '_'.");
        }
        if is(at, b'.') {
            at += 1;
            out.precision = number(&mut at)?;
            if out.precision.is_none() {
                return value_error("Format specifier missing precision");
            }
        }
        if spec.len() > at + 1 {
            return Err(FormatError::InvalidSpecifier);
        }
        if let Some(c) = get(at) {
            out.kind = c;
        }
        out.check_grouping()?;
        Ok(out)
    }

    fn check_grouping(&mut self) -> Result<()> {
        let separator = match self.grouping {
            Grouping::None => return Ok(()),
            Grouping::Comma => ',',
            _ => '_',
        };
        match u8::try_from(self.kind).unwrap_or(b'?') {
            b'd' | b'e' | b'f' | b'g' | b'E' | b'G' | b'%' | b'F' | 0 => Ok(()),
            b'b' | b'o' | b'x' | b'X' if self.grouping == Grouping::Underscore => {
                self.grouping = Grouping::UnderscoreFour;
                Ok(())
            }
            _ => value_error(format!("Cannot specify '{separator}' with '{}'.", shown(self.kind))),
        }
    }

    /// The error for a type code that the value's type does not have.
    pub fn unknown_kind<T>(&self, type_name: &str) -> Result<T> {
        value_error(format!("Unknown format code '{}' for object of type '{type_name}'", shown(self.kind)))
    }

    /// Padding on both sides for that many code points.
    pub(crate) fn padding(&self, length: usize) -> (usize, usize) {
        let total = self.width.unwrap_or(0).saturating_sub(length);
        match self.align {
            Align::Left => (0, total),
            Align::Center => (total / 2, total - total / 2),
            Align::Right | Align::Inside => (total, 0),
        }
    }

    /// How `format(str, spec)` lays out a str of that many code points.
    pub fn str_layout(&self, length: usize, type_name: &str) -> Result<StrLayout> {
        if self.kind != b's' as u32 {
            return self.unknown_kind(type_name);
        }
        match self.sign {
            Some(b' ') => return value_error("Space not allowed in string format specifier"),
            Some(_) => return value_error("Sign not allowed in string format specifier"),
            None => {}
        }
        if self.no_negative_zero {
            return value_error("Negative zero coercion (z) not allowed in string format specifier");
        }
        if self.alternate {
            return value_error("Alternate form (#) not allowed in string format specifier");
        }
        if self.align == Align::Inside {
            return value_error("'=' alignment not allowed in string format specifier");
        }
        let take = length.min(self.precision.unwrap_or(length));
        let (left, right) = self.padding(take);
        Ok(StrLayout { left, take, right, fill: self.fill })
    }
}

/// A type code in a message.
fn shown(c: u32) -> String {
    match c {
        33..=127 => (c as u8 as char).to_string(),
        _ => format!("\\x{c:x}"),
    }
}

/// The parts of a formatted str: fill, its first code points, fill.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct StrLayout {
    pub left: usize,
    pub take: usize,
    pub right: usize,
    pub fill: u32,
}
