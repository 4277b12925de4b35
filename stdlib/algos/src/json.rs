//! `_json`: strings scanned and written over the three widths, numbers and the beginnings of values recognised.
//! Not here: building objects, the recursion of documents, `JSONDecodeError` (the caller makes it of text and place).

use crate::each_width;
use crate::text::{Str, Text, Unit};

/// What `JSONDecodeError` says, and where.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Error {
    pub message: &'static str,
    pub position: usize,
}

/// The `ValueError` of `scanstring` for a start beyond the string.
pub const END_OUT_OF_BOUNDS: &str = "end is out of bounds";

/// A string's value.
#[derive(Debug)]
pub enum Scanned {
    /// without escapes: this part of the document
    Slice(usize, usize),
    Built(Text),
}

/// `scanstring(document, end, strict)`: `start` is behind the opening quote; also gives the place behind the closing one.
/// `start` is at most the length ([`END_OUT_OF_BOUNDS`] otherwise).
pub fn scan_string(document: Str, start: usize, strict: bool) -> Result<(Scanned, usize), Error> {
    each_width!(document, s => scan(s, start, strict))
}

fn ends_run(c: u32, strict: bool) -> bool {
    c == u32::from(b'"') || c == u32::from(b'\\') || strict && c < 0x20
}

/// The first quote, backslash or (when strict) control character from `i` on.
fn run_end<C: Unit>(s: &[C], i: usize, strict: bool) -> usize {
    match C::wrap(s) {
        Str::One(s) => {
            let at = i + plain_prefix(&s[i..]);
            // The word test is for strict scanning; a control character it stops at may be let through.
            at + s[at..].iter().position(|c| ends_run((*c).into(), strict)).unwrap_or(s.len() - at)
        }
        _ => i + s[i..].iter().position(|c| ends_run((*c).into(), strict)).unwrap_or(s.len() - i),
    }
}

/// Bytes that are neither quote, backslash nor control character, counted eight at a time.
fn plain_prefix(s: &[u8]) -> usize {
    const ONES: u64 = u64::MAX / 255;
    const HIGH: u64 = ONES << 7;
    let zero = |w: u64| w.wrapping_sub(ONES) & !w & HIGH;
    let special = |w: u64| {
        let control = w.wrapping_sub(ONES * 0x20) & !w & HIGH;
        control | zero(w ^ (ONES * u64::from(b'"'))) | zero(w ^ (ONES * u64::from(b'\\')))
    };
    let mut done = 0;
    while let Some(word) = s.get(done..done + 8) {
        let word = u64::from_le_bytes(word.try_into().unwrap_or_default());
        if special(word) != 0 {
            break;
        }
        done += 8;
    }
    done
}

fn scan<C: Unit>(s: &[C], start: usize, strict: bool) -> Result<(Scanned, usize), Error> {
    let error = |message, position| Err(Error { message, position });
    let unterminated = || error("Unterminated string starting at", start.wrapping_sub(1));
    let at = |i: usize| s.get(i).map(|c| -> u32 { (*c).into() });
    // Four hexadecimal digits.
    let unit = |from: usize| {
        (from..from + 4).try_fold(0, |n, i| Some(n << 4 | char::from_u32(at(i)?)?.to_digit(16)?))
    };
    let mut built: Option<Text> = None;
    let mut end = start;
    loop {
        let next = run_end(s, end, strict);
        let Some(c) = at(next) else { return unterminated() };
        if c < 0x20 {
            return error("Invalid control character at", next);
        }
        if c == u32::from(b'"') {
            return Ok(match built {
                None => (Scanned::Slice(start, next), next + 1),
                Some(mut text) => {
                    text.extend(C::wrap(&s[end..next]));
                    (Scanned::Built(text), next + 1)
                }
            });
        }
        let text = built.get_or_insert_default();
        text.extend(C::wrap(&s[end..next]));
        let Some(c) = at(next + 1) else { return unterminated() };
        end = next + 2;
        if c == u32::from(b'u') {
            const BAD: &str = "Invalid \\uXXXX escape";
            end += 4;
            // A closing quote has to follow, so that the digits cannot be the document's last characters.
            let first = if end < s.len() { unit(end - 4) } else { None };
            let Some(mut c) = first else { return error(BAD, next + 1) };
            if c & 0xfc00 == 0xd800
                && end + 6 < s.len()
                && at(end) == Some(b'\\'.into())
                && at(end + 1) == Some(b'u'.into())
            {
                let Some(second) = unit(end + 2) else { return error(BAD, end + 1) };
                if second & 0xfc00 == 0xdc00 {
                    c = 0x1_0000 + ((c & 0x3ff) << 10 | second & 0x3ff);
                    end += 6;
                }
            }
            text.push(c);
            continue;
        }
        text.push(match u8::try_from(c) {
            Ok(b'"' | b'\\' | b'/') => c,
            Ok(b'b') => 8,
            Ok(b'f') => 12,
            Ok(b'n') => 10,
            Ok(b'r') => 13,
            Ok(b't') => 9,
            _ => return error("Invalid \\escape", next),
        });
    }
}

/// `_match_number_unicode`: the end of the number that begins at `start`, and whether it is a float. `None`: none.
fn number<C: Unit>(s: &[C], start: usize) -> Option<(usize, bool)> {
    let at = |i: usize| s.get(i).and_then(|c| u8::try_from((*c).into()).ok()).unwrap_or(0);
    let digits = |mut i: usize| {
        while at(i).is_ascii_digit() {
            i += 1;
        }
        i
    };
    let first = start + usize::from(at(start) == b'-');
    let mut i = match at(first) {
        b'1'..=b'9' => digits(first),
        b'0' => first + 1,
        _ => return None,
    };
    let mut float = false;
    if at(i) == b'.' && at(i + 1).is_ascii_digit() {
        float = true;
        i = digits(i + 1);
    }
    if matches!(at(i), b'e' | b'E') {
        // A sign that is the document's last character is not taken, nor matters.
        let from = i + 1 + usize::from(matches!(at(i + 1), b'+' | b'-'));
        let to = digits(from);
        if to > from {
            float = true;
            i = to;
        }
    }
    Some((i, float))
}

/// How a value begins, and where what belongs to it ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Start {
    /// behind the opening quote, brace or bracket
    String(usize),
    Object(usize),
    Array(usize),
    Null(usize),
    True(usize),
    False(usize),
    NaN(usize),
    Infinity(usize),
    NegativeInfinity(usize),
    Number {
        end: usize,
        float: bool,
    },
}

/// What `scan_once_unicode` sees at `i`. `None`: `StopIteration(i)` («Expecting value»).
pub fn scan_start(document: Str, i: usize) -> Option<Start> {
    each_width!(document, s => value_start(s, i))
}

fn value_start<C: Unit>(s: &[C], i: usize) -> Option<Start> {
    let word = |word: &[u8]| {
        let same = |(c, w): (&C, &u8)| -> bool { (*c).into() == u32::from(*w) };
        s.get(i..i + word.len()).is_some_and(|s| s.iter().zip(word).all(same)).then(|| i + word.len())
    };
    let special = match u8::try_from((*s.get(i)?).into()).ok()? {
        b'"' => return Some(Start::String(i + 1)),
        b'{' => return Some(Start::Object(i + 1)),
        b'[' => return Some(Start::Array(i + 1)),
        b'n' => word(b"null").map(Start::Null),
        b't' => word(b"true").map(Start::True),
        b'f' => word(b"false").map(Start::False),
        b'N' => word(b"NaN").map(Start::NaN),
        b'I' => word(b"Infinity").map(Start::Infinity),
        b'-' => word(b"-Infinity").map(Start::NegativeInfinity),
        _ => None,
    };
    special.or_else(|| number(s, i).map(|(end, float)| Start::Number { end, float }))
}

/// The first place from `i` on that is no JSON white space.
pub fn skip_whitespace(document: Str, i: usize) -> usize {
    fn skip<C: Unit>(s: &[C], i: usize) -> usize {
        let blank = |c: &C| matches!((*c).into(), 0x20 | 0x09 | 0x0a | 0x0d);
        s.get(i..).map_or(i, |rest| i + rest.iter().position(|c| !blank(c)).unwrap_or(rest.len()))
    }
    each_width!(document, s => skip(s, i))
}

/// The escape of a character that has a short one.
fn short_escape(c: u32) -> Option<u8> {
    Some(match u8::try_from(c).ok()? {
        c @ (b'"' | b'\\') => c,
        8 => b'b',
        12 => b'f',
        10 => b'n',
        13 => b'r',
        9 => b't',
        _ => return None,
    })
}

fn escape_unit(unit: u32, mut push: impl FnMut(u8)) {
    push(b'\\');
    push(b'u');
    for shift in [12, 8, 4, 0] {
        push(b"0123456789abcdef"[(unit >> shift & 15) as usize]);
    }
}

fn escape(c: u32, mut push: impl FnMut(u8)) {
    if let Some(short) = short_escape(c) {
        push(b'\\');
        push(short);
    } else if c < 0x1_0000 {
        escape_unit(c, push);
    } else {
        escape_unit(0xd800 + ((c - 0x1_0000) >> 10), &mut push);
        escape_unit(0xdc00 + ((c - 0x1_0000) & 0x3ff), &mut push);
    }
}

/// `encode_basestring_ascii`: the quoted string, all of it ASCII.
pub fn encode_ascii(s: Str) -> Vec<u8> {
    fn encode<C: Unit>(s: &[C]) -> Vec<u8> {
        let plain = |c: u32| (0x20..0x7f).contains(&c) && c != u32::from(b'"') && c != u32::from(b'\\');
        let mut out = Vec::with_capacity(s.len() + 2);
        out.push(b'"');
        for c in s {
            let c: u32 = (*c).into();
            if plain(c) { out.push(c as u8) } else { escape(c, |b| out.push(b)) }
        }
        out.push(b'"');
        out
    }
    each_width!(s, s => encode(s))
}

/// `encode_basestring`: the quoted string; only quotes, backslashes and control characters are escaped.
pub fn encode(s: Str) -> Text {
    fn body<C: Unit>(s: &[C], out: &mut Text) {
        let mut rest = s;
        while let Some(at) = rest.iter().position(|c| ends_run((*c).into(), true)) {
            out.extend(C::wrap(&rest[..at]));
            escape(rest[at].into(), |b| out.push(b.into()));
            rest = &rest[at + 1..];
        }
        out.extend(C::wrap(rest));
    }
    let mut out = Text::new();
    out.push(b'"'.into());
    each_width!(s, s => body(s, &mut out));
    out.push(b'"'.into());
    out
}
