//! Backslash escapes: `unicode_escape`, `raw_unicode_escape`, and the `escape` codec of bytes. Warnings about escapes that
//! mean nothing are the caller's; it learns which was the first.

use super::*;
use crate::bytes::{hex_digit, push_hex_escape};
use crate::strings::repr::push_escape;
use crate::unicode::names;

/// The first escape that means nothing, which deserves a `DeprecationWarning`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct InvalidEscape {
    /// The place behind its backslash.
    pub at: usize,
    /// What is behind the backslash: one character, or three octal digits above `\377`.
    pub text: Vec<u8>,
}

impl InvalidEscape {
    /// The warning's text.
    pub fn message(&self) -> String {
        let octal = if self.text.len() == 3 { "octal " } else { "" };
        let text: String = self.text.iter().map(|&c| c as char).collect();
        format!("invalid {octal}escape sequence '\\{text}'")
    }
}

/// The character of a one-letter escape.
fn simple(c: u8) -> Option<u8> {
    Some(match c {
        b'\\' | b'\'' | b'"' => c,
        b'a' => 7,
        b'b' => 8,
        b't' => 9,
        b'n' => 10,
        b'v' => 11,
        b'f' => 12,
        b'r' => 13,
        _ => return None,
    })
}

/// An octal number of up to three digits, and how many there are.
fn octal(s: &[u8]) -> (u32, usize) {
    let digits = s.iter().take(3).take_while(|c| matches!(c, b'0'..=b'7'));
    digits.fold((0, 0), |(value, n), c| (value << 3 | u32::from(c - b'0'), n + 1))
}

/// What `digits` hexadecimal digits say: the number, or at which of them they end and whether with the input.
fn hexadecimal(s: &[u8], digits: usize) -> Result<u32, (usize, bool)> {
    let mut value = 0;
    for i in 0..digits {
        let c = *s.get(i).ok_or((i, true))?;
        value = value << 4 | u32::from(hex_digit(c.into()).ok_or((i, false))?);
    }
    Ok(value)
}

/// `_codecs.unicode_escape_decode`. Not final, it leaves an escape that more input could complete.
#[derive(Clone, Debug)]
pub struct UnicodeEscapeDecoder {
    pub last: bool,
    pub first_invalid: Option<InvalidEscape>,
}

impl UnicodeEscapeDecoder {
    pub fn new(last: bool) -> UnicodeEscapeDecoder {
        UnicodeEscapeDecoder { last, first_invalid: None }
    }

    fn invalid(&mut self, s: &[u8], at: usize, n: usize) {
        self.first_invalid.get_or_insert_with(|| InvalidEscape { at, text: s[at..at + n].to_vec() });
    }
}

/// An escape that cannot be decoded: where it ends, why, and whether because the input does.
struct Stop(usize, &'static str, bool);

impl Decoder for UnicodeEscapeDecoder {
    fn encoding(&self) -> &'static str {
        "unicodeescape"
    }

    fn decode(&mut self, s: &[u8], mut at: usize, out: &mut Builder) -> Result<usize, Malformed> {
        loop {
            let run = memchr::memchr(b'\\', &s[at..]).unwrap_or(s.len() - at);
            out.push_latin1(&s[at..at + run]);
            at += run;
            if at == s.len() {
                return Ok(at);
            }
            match self.escape(s, at + 1, out) {
                Ok(next) => at = next,
                Err(Stop(_, _, true)) if !self.last => return Ok(at),
                Err(Stop(end, reason, _)) => return Err(Malformed { start: at, end, reason }),
            }
        }
    }
}

impl UnicodeEscapeDecoder {
    /// Decodes the escape whose backslash is before `at`; gives its end.
    fn escape(&mut self, s: &[u8], at: usize, out: &mut Builder) -> Result<usize, Stop> {
        let Some(&c) = s.get(at) else { return Err(Stop(at, "\\ at end of string", true)) };
        if let Some(c) = simple(c) {
            out.push(c.into());
            return Ok(at + 1);
        }
        let (digits, truncated) = match c {
            b'\n' => return Ok(at + 1),
            b'0'..=b'7' => {
                let (value, n) = octal(&s[at..]);
                if value > 0xFF {
                    self.invalid(s, at, 3);
                }
                out.push(value);
                return Ok(at + n);
            }
            b'x' => (2, "truncated \\xXX escape"),
            b'u' => (4, "truncated \\uXXXX escape"),
            b'U' => (8, "truncated \\UXXXXXXXX escape"),
            b'N' => return named(s, at + 1, out),
            _ => {
                self.invalid(s, at, 1);
                out.push('\\' as u32);
                out.push(c.into());
                return Ok(at + 1);
            }
        };
        match hexadecimal(&s[at + 1..], digits) {
            Ok(c) if c > MAX_CODE => Err(Stop(at + 1 + digits, "illegal Unicode character", false)),
            Ok(c) => {
                out.push(c);
                Ok(at + 1 + digits)
            }
            Err((n, ended)) => Err(Stop(at + 1 + n, truncated, ended)),
        }
    }
}

/// What is behind `\N`.
fn named(s: &[u8], at: usize, out: &mut Builder) -> Result<usize, Stop> {
    const MALFORMED: &str = "malformed \\N character escape";
    match s.get(at) {
        None => return Err(Stop(at, MALFORMED, true)),
        Some(b'{') => {}
        Some(_) => return Err(Stop(at, MALFORMED, false)),
    }
    let Some(n) = memchr::memchr(b'}', &s[at + 1..]) else { return Err(Stop(s.len(), MALFORMED, true)) };
    if n == 0 {
        return Err(Stop(at + 1, MALFORMED, false));
    }
    let name = &s[at + 1..at + 1 + n];
    match std::str::from_utf8(name).ok().and_then(names::by_name) {
        Some(c) => {
            out.push(c);
            Ok(at + n + 2)
        }
        None => Err(Stop(at + n + 2, "unknown Unicode character name", false)),
    }
}

/// `_codecs.unicode_escape_encode`: ASCII only.
pub fn encode_unicode_escape(s: Str<'_>) -> Vec<u8> {
    let mut out = Builder::with_capacity(s.len());
    for c in s.chars() {
        match c {
            9 => out.push_ascii(b"\\t"),
            10 => out.push_ascii(b"\\n"),
            13 => out.push_ascii(b"\\r"),
            0x5C => out.push_ascii(b"\\\\"),
            0x20..0x7F => out.push(c),
            _ => push_escape(c, &mut out),
        }
    }
    into_bytes(out)
}

/// The bytes of what holds nothing above U+00FF.
fn into_bytes(out: Builder) -> Vec<u8> {
    match out.finish() {
        StrBuf::Ascii(v) | StrBuf::Latin1(v) => v,
        _ => unreachable!("only bytes were pushed"),
    }
}

/// `_codecs.raw_unicode_escape_decode`: only `\u` and `\U`. Not final, it leaves an escape that more input could complete.
#[derive(Clone, Copy, Debug)]
pub struct RawUnicodeEscapeDecoder {
    pub last: bool,
}

impl Decoder for RawUnicodeEscapeDecoder {
    fn encoding(&self) -> &'static str {
        "rawunicodeescape"
    }

    fn decode(&mut self, s: &[u8], mut at: usize, out: &mut Builder) -> Result<usize, Malformed> {
        loop {
            let run = memchr::memchr(b'\\', &s[at..]).unwrap_or(s.len() - at);
            out.push_latin1(&s[at..at + run]);
            at += run;
            let (digits, truncated) = match s[at..] {
                [] => return Ok(at),
                [_] if !self.last => return Ok(at),
                [_] => {
                    out.push('\\' as u32);
                    return Ok(at + 1);
                }
                [_, b'u', ..] => (4, "truncated \\uXXXX escape"),
                [_, b'U', ..] => (8, "truncated \\UXXXXXXXX escape"),
                [_, c, ..] => {
                    out.push('\\' as u32);
                    out.push(c.into());
                    at += 2;
                    continue;
                }
            };
            let (end, reason) = match hexadecimal(&s[at + 2..], digits) {
                Ok(c) if c <= MAX_CODE => {
                    out.push(c);
                    at += 2 + digits;
                    continue;
                }
                Ok(_) => (at + 2 + digits, "\\Uxxxxxxxx out of range"),
                Err((_, true)) if !self.last => return Ok(at),
                Err((n, _)) => (at + 2 + n, truncated),
            };
            return Err(Malformed { start: at, end, reason });
        }
    }
}

/// `_codecs.raw_unicode_escape_encode`: Latin-1, and escapes of what is beyond.
pub fn encode_raw_unicode_escape(s: Str<'_>) -> Vec<u8> {
    let mut out = Builder::with_capacity(s.len());
    s.chars().for_each(|c| if c < 0x100 { out.push(c) } else { push_escape(c, &mut out) });
    into_bytes(out)
}

/// Why `escape_decode` gives up; each is a `ValueError`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum EscapeError {
    /// `Trailing \ in string`
    Trailing,
    /// `invalid \x escape at position N`
    Hex(usize),
    /// `decoding error; unknown error handling code: NAME`
    Handler,
}

impl EscapeError {
    /// What the `ValueError` says, with the name of the error handler that was asked for.
    pub fn message(&self, handler: &str) -> String {
        match self {
            EscapeError::Trailing => "Trailing \\ in string".to_owned(),
            EscapeError::Hex(at) => format!("invalid \\x escape at position {at}"),
            EscapeError::Handler => format!("decoding error; unknown error handling code: {handler}"),
        }
    }
}

/// `_codecs.escape_decode` and the value of bytes literals (`_PyBytes_DecodeEscape`), with the error handlers it knows by
/// name, and the first escape that means nothing.
pub fn escape_decode(s: &[u8], errors: &str) -> Result<(Vec<u8>, Option<InvalidEscape>), EscapeError> {
    let (mut out, mut invalid, mut at) = (Vec::with_capacity(s.len()), None, 0);
    loop {
        let run = memchr::memchr(b'\\', &s[at..]).unwrap_or(s.len() - at);
        out.extend_from_slice(&s[at..at + run]);
        at += run + 1;
        let Some(&c) = s.get(at) else {
            return if at > s.len() { Ok((out, invalid)) } else { Err(EscapeError::Trailing) };
        };
        if let Some(c) = simple(c) {
            out.push(c);
            at += 1;
            continue;
        }
        let mut note = |n: usize| {
            invalid.get_or_insert_with(|| InvalidEscape { at, text: s[at..at + n].to_vec() });
        };
        match c {
            b'\n' => at += 1,
            b'0'..=b'7' => {
                let (value, n) = octal(&s[at..]);
                if value > 0xFF {
                    note(3);
                }
                out.push(value as u8);
                at += n;
            }
            b'x' => match hexadecimal(&s[at + 1..], 2) {
                Ok(c) => {
                    out.push(c as u8);
                    at += 3;
                }
                Err((n, _)) => {
                    let backslash = at - 1;
                    at += 1 + n;
                    match errors {
                        "strict" => return Err(EscapeError::Hex(backslash)),
                        "replace" => out.push(b'?'),
                        "ignore" => {}
                        _ => return Err(EscapeError::Handler),
                    }
                }
            },
            _ => {
                note(1);
                out.extend_from_slice(&[b'\\', c]);
                at += 1;
            }
        }
    }
}

/// `_codecs.escape_encode`: what `repr` has between the quotes, with `'` escaped.
pub fn escape_encode(s: &[u8]) -> Vec<u8> {
    let mut out = Vec::with_capacity(s.len());
    for &c in s {
        match c {
            b'\\' | b'\'' => out.extend_from_slice(&[b'\\', c]),
            b'\t' => out.extend_from_slice(b"\\t"),
            b'\n' => out.extend_from_slice(b"\\n"),
            b'\r' => out.extend_from_slice(b"\\r"),
            0x20..0x7F => out.push(c),
            _ => push_hex_escape(c, &mut out),
        }
    }
    out
}
