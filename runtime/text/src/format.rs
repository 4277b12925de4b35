//! The parsers of `str.format` (`_string.formatter_parser`, `_string.formatter_field_name_split`) and of `%` formats, for str and
//! for bytes. Looking arguments up and formatting them is the caller's; the mini-language of format specifications is
//! in `dxpy-num`.

use crate::strings::*;
use crate::unicode;

/// A place in the format string.
pub type Span = (usize, usize);

/// A `ValueError` with this text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct FormatError(pub &'static str);

const TOO_MANY_DIGITS: FormatError = FormatError("Too many decimal digits in format string");

/// A replacement field.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Field {
    pub name: Span,
    /// The character behind `!`.
    pub conversion: Option<u32>,
    pub spec: Span,
    /// The specification has fields itself and is to be formatted first.
    pub nested: bool,
}

/// Literal text and the field behind it, if there is one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Piece {
    pub literal: Span,
    pub field: Option<Field>,
}

/// The pieces of a format string (`MarkupIterator`). A doubled brace ends a piece, whose literal has one of them.
#[derive(Clone, Copy, Debug)]
pub struct Pieces<'a> {
    s: Str<'a>,
    at: usize,
}

/// The pieces of `s`; positions are those of `s`.
pub fn pieces(s: Str<'_>) -> Pieces<'_> {
    Pieces { s, at: 0 }
}

const OPEN: u32 = '{' as u32;
const CLOSE: u32 = '}' as u32;

/// The first of `wanted` from `at` on.
fn find_any(s: Str<'_>, at: usize, wanted: impl Fn(u32) -> bool) -> Option<usize> {
    each_kind!(s, v => v[at..].iter().position(|c| wanted(c.code())).map(|n| at + n))
}

impl Iterator for Pieces<'_> {
    type Item = Result<Piece, FormatError>;

    fn next(&mut self) -> Option<Self::Item> {
        if self.at >= self.s.len() {
            return None;
        }
        let piece = self.piece();
        if piece.is_err() {
            self.at = self.s.len();
        }
        Some(piece)
    }
}

impl Pieces<'_> {
    fn piece(&mut self) -> Result<Piece, FormatError> {
        let (s, start) = (self.s, self.at);
        let Some(brace) = find_any(s, start, |c| c == OPEN || c == CLOSE) else {
            self.at = s.len();
            return Ok(Piece { literal: (start, s.len()), field: None });
        };
        let c = s.at(brace);
        let next = if brace + 1 < s.len() { Some(s.at(brace + 1)) } else { None };
        if next == Some(c) {
            self.at = brace + 2;
            return Ok(Piece { literal: (start, brace + 1), field: None });
        }
        if c == CLOSE {
            return Err(FormatError("Single '}' encountered in format string"));
        }
        if next.is_none() {
            return Err(FormatError("Single '{' encountered in format string"));
        }
        self.at = brace + 1;
        let field = self.field()?;
        Ok(Piece { literal: (start, brace), field: Some(field) })
    }

    fn take(&mut self) -> Option<u32> {
        let c = (self.at < self.s.len()).then(|| self.s.at(self.at))?;
        self.at += 1;
        Some(c)
    }

    /// The end of a field's name and what ended it. A subscript may hold every character but its bracket.
    fn name_end(&self) -> Option<usize> {
        let mut at = self.at;
        loop {
            let i = find_any(self.s, at, |c| matches!(char::from_u32(c), Some('{' | '}' | ':' | '!' | '[')))?;
            if self.s.at(i) != '[' as u32 {
                return Some(i);
            }
            at = find_any(self.s, i + 1, |c| c == ']' as u32)? + 1;
        }
    }

    fn field(&mut self) -> Result<Field, FormatError> {
        let s = self.s;
        let Some(end) = self.name_end() else {
            return Err(FormatError("expected '}' before end of string"));
        };
        let mut field = Field { name: (self.at, end), conversion: None, spec: (end, end), nested: false };
        self.at = end + 1;
        let c = s.at(end);
        if c == OPEN {
            return Err(FormatError("unexpected '{' in field name"));
        }
        if c == CLOSE {
            return Ok(field);
        }
        if c == '!' as u32 {
            field.conversion = self.take();
            if field.conversion.is_none() {
                return Err(FormatError("end of string while looking for conversion specifier"));
            }
            match self.take() {
                Some(CLOSE) => return Ok(field),
                Some(c) if c != ':' as u32 => {
                    return Err(FormatError("expected ':' after conversion specifier"));
                }
                _ => {}
            }
        }
        let (start, mut depth) = (self.at, 1);
        while let Some(i) = find_any(s, self.at, |c| c == OPEN || c == CLOSE) {
            self.at = i + 1;
            if s.at(i) == OPEN {
                field.nested = true;
                depth += 1;
            } else {
                depth -= 1;
                if depth == 0 {
                    field.spec = (start, i);
                    return Ok(field);
                }
            }
        }
        Err(FormatError("unmatched '{' in format spec"))
    }
}

/// The `ValueError` about a conversion other than `r`, `s` and `a`.
pub fn unknown_conversion(c: u32) -> String {
    match char::from_u32(c) {
        Some(c @ '!'..='~') => format!("Unknown conversion specifier {c}"),
        _ => format!("Unknown conversion specifier \\x{c:x}"),
    }
}

/// What a field's name begins with.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum First {
    /// Nothing: the next argument.
    Auto,
    /// A number: that argument. Digits may be of any script.
    Index(usize),
    /// A keyword.
    Name(Span),
}

/// What follows in a field's name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Step {
    /// `.name`
    Attribute(Span),
    /// `[number]`
    Index(usize),
    /// `[text]`
    Key(Span),
}

/// The number that a part of a name is, if it is one (`get_integer`).
fn number(s: Str<'_>, span: Span) -> Result<Option<usize>, FormatError> {
    if span.0 == span.1 {
        return Ok(None);
    }
    let mut value = 0usize;
    for c in s.slice(span.0, span.1).chars() {
        let Some(d) = unicode::to_decimal(c) else { return Ok(None) };
        let next = value.checked_mul(10).and_then(|v| v.checked_add(d.into()));
        value = next.filter(|&v| v <= isize::MAX as usize).ok_or(TOO_MANY_DIGITS)?;
    }
    Ok(Some(value))
}

/// The steps of a field's name behind the first part (`FieldNameIterator`).
#[derive(Clone, Copy, Debug)]
pub struct Steps<'a> {
    s: Str<'a>,
    at: usize,
    end: usize,
}

/// Splits the field name that is at `span` of the format string.
pub fn field_name(s: Str<'_>, span: Span) -> Result<(First, Steps<'_>), FormatError> {
    let s = s.slice(0, span.1);
    let stop = find_any(s, span.0, |c| c == '.' as u32 || c == '[' as u32).unwrap_or(span.1);
    let first = match number(s, (span.0, stop))? {
        Some(n) => First::Index(n),
        None if stop == span.0 => First::Auto,
        None => First::Name((span.0, stop)),
    };
    Ok((first, Steps { s, at: stop, end: span.1 }))
}

impl Iterator for Steps<'_> {
    type Item = Result<Step, FormatError>;

    fn next(&mut self) -> Option<Self::Item> {
        if self.at >= self.end {
            return None;
        }
        let step = self.step();
        if step.is_err() {
            self.at = self.end;
        }
        Some(step)
    }
}

impl Steps<'_> {
    fn step(&mut self) -> Result<Step, FormatError> {
        let (s, start) = (self.s, self.at + 1);
        let (span, step) = match char::from_u32(s.at(self.at)) {
            Some('.') => {
                let stop = find_any(s, start, |c| c == '.' as u32 || c == '[' as u32).unwrap_or(self.end);
                self.at = stop;
                ((start, stop), Step::Attribute((start, stop)))
            }
            Some('[') => {
                let stop = find_any(s, start, |c| c == ']' as u32);
                let stop = stop.ok_or(FormatError("Missing ']' in format string"))?;
                self.at = stop + 1;
                let step = match number(s, (start, stop))? {
                    Some(n) => Step::Index(n),
                    None => Step::Key((start, stop)),
                };
                ((start, stop), step)
            }
            _ => return Err(FormatError("Only '.' or '[' may follow ']' in format field specifier")),
        };
        if span.0 == span.1 {
            return Err(FormatError("Empty attribute in format string"));
        }
        Ok(step)
    }
}

/// Numbers fields without a number or name; a format string has either all numbers or none (`AutoNumber`).
#[derive(Clone, Copy, Debug, Default)]
pub struct AutoNumber {
    automatic: Option<bool>,
    next: usize,
}

impl AutoNumber {
    /// What the first part of a name stands for; `Auto` becomes a number.
    pub fn resolve(&mut self, first: First) -> Result<First, FormatError> {
        let automatic = match first {
            First::Name(_) => return Ok(first),
            First::Auto => true,
            First::Index(_) => false,
        };
        if *self.automatic.get_or_insert(automatic) != automatic {
            return Err(FormatError(if automatic {
                "cannot switch from manual field specification to automatic field numbering"
            } else {
                "cannot switch from automatic field numbering to manual field specification"
            }));
        }
        if !automatic {
            return Ok(first);
        }
        self.next += 1;
        Ok(First::Index(self.next - 1))
    }
}

/// The flags of a `%` directive.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Flags {
    /// `-`, or a negative `*`.
    pub left: bool,
    /// `+`
    pub sign: bool,
    /// A blank.
    pub blank: bool,
    /// `#`
    pub alternate: bool,
    /// `0`
    pub zero: bool,
}

/// A `%` directive without its argument.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Directive {
    pub flags: Flags,
    /// A width; none and 0 do the same.
    pub width: usize,
    pub precision: Option<usize>,
    /// The type. `%` is for the caller too; what it does not know is [`unsupported`].
    pub kind: u32,
    /// The end of the directive.
    pub end: usize,
}

/// Where a `%` directive gets arguments while it is read; what fails there is raised before what is wrong behind it.
pub trait PercentArguments {
    type Error;
    /// `%(` was met: raises `TypeError: format requires a mapping` unless there is one.
    fn need_mapping(&mut self) -> Result<(), Self::Error>;
    /// The argument is now the mapping's item of this key.
    fn key(&mut self, key: Span) -> Result<(), Self::Error>;
    /// `*`: the next argument, an int (`TypeError: * wants int`), as `PyLong_AsSsize_t` reads it.
    fn width(&mut self) -> Result<isize, Self::Error>;
    /// `.*`: the same as `_PyLong_AsInt` reads it.
    fn precision(&mut self) -> Result<i32, Self::Error>;
}

/// Why a directive cannot be read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PercentError<E> {
    Format(FormatError),
    Arguments(E),
}

/// Reads the directive whose `%` is before `at` (`unicode_format_arg_parse`, and the same part of `_PyBytes_FormatEx`).
pub fn directive<A: PercentArguments>(
    s: Str<'_>,
    at: usize,
    bytes: bool,
    arguments: &mut A,
) -> Result<Directive, PercentError<A::Error>> {
    let wrong = |text| PercentError::Format(FormatError(text));
    let mut d = Directive::default();
    let mut at = at;
    // The character at `at`; behind the end there is none.
    let peek = |at: usize| if at < s.len() { s.at(at) } else { u32::MAX };
    let digit = |at: usize| peek(at).checked_sub(0x30).filter(|&d| d < 10);
    if peek(at) == '(' as u32 {
        arguments.need_mapping().map_err(PercentError::Arguments)?;
        let (start, mut depth) = (at + 1, 1);
        at = start;
        while depth > 0 {
            match char::from_u32(peek(at)) {
                _ if at >= s.len() => return Err(wrong("incomplete format key")),
                Some('(') => depth += 1,
                Some(')') => depth -= 1,
                _ => {}
            }
            at += 1;
        }
        arguments.key((start, at - 1)).map_err(PercentError::Arguments)?;
    }
    loop {
        match char::from_u32(peek(at)) {
            Some('-') => d.flags.left = true,
            Some('+') => d.flags.sign = true,
            Some(' ') => d.flags.blank = true,
            Some('#') => d.flags.alternate = true,
            Some('0') => d.flags.zero = true,
            _ => break,
        }
        at += 1;
    }
    let number = |at: &mut usize, most: usize| -> Option<usize> {
        let mut value = 0usize;
        while let Some(d) = digit(*at) {
            if value > (most - d as usize) / 10 {
                return None;
            }
            value = value * 10 + d as usize;
            *at += 1;
        }
        Some(value)
    };
    if peek(at) == '*' as u32 {
        let width = arguments.width().map_err(PercentError::Arguments)?;
        d.flags.left |= width < 0;
        d.width = width.unsigned_abs();
        at += 1;
    } else {
        d.width = number(&mut at, isize::MAX as usize).ok_or(wrong("width too big"))?;
    }
    if peek(at) == '.' as u32 {
        at += 1;
        if peek(at) == '*' as u32 {
            let precision = arguments.precision().map_err(PercentError::Arguments)?;
            d.precision = Some(precision.max(0) as usize);
            at += 1;
        } else {
            let text = if bytes { "prec too big" } else { "precision too big" };
            d.precision = Some(number(&mut at, i32::MAX as usize).ok_or(wrong(text))?);
        }
    }
    if matches!(char::from_u32(peek(at)), Some('h' | 'l' | 'L')) {
        at += 1;
    }
    if at >= s.len() {
        return Err(wrong("incomplete format"));
    }
    d.kind = s.at(at);
    d.end = at + 1;
    Ok(d)
}

/// The `ValueError` about a type that no `%` directive has.
pub fn unsupported(d: &Directive, bytes: bool) -> String {
    let shown = match char::from_u32(d.kind) {
        Some(c @ '\x1f'..='~') => c,
        Some(c) if bytes => c,
        _ => '?',
    };
    format!("unsupported format character '{shown}' (0x{:x}) at index {}", d.kind, d.end - 1)
}
