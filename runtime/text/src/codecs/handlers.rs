//! The standard error handlers, `codecs.strict_errors` to `surrogatepass`, on an error's members. Reading them of an exception
//! and calling handlers written in Python are the runtime's.

use super::*;
use crate::strings::repr::push_escape;
use crate::unicode::names;

/// A handler that the registry has from the start.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Handler {
    Strict,
    Ignore,
    Replace,
    BackslashReplace,
    XmlCharRefReplace,
    NameReplace,
    SurrogateEscape,
    SurrogatePass,
}

/// Why a handler gives nothing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Refused {
    /// The error it was asked about is raised.
    Raise,
    /// It is not for errors of this kind: `TypeError: don't know how to handle X in error callback`.
    Kind,
}

/// The encodings `surrogatepass` knows.
#[derive(Clone, Copy)]
enum Standard {
    Utf8,
    Utf16 { big: bool },
    Utf32 { big: bool },
}

/// `get_standard_encoding`: `utf-8` and `utf-16`, `utf-32` with or without an order of bytes; capitals, hyphens and
/// underscores do not matter.
fn standard(encoding: &str) -> Option<Standard> {
    let name = encoding.as_bytes();
    let rest = match name {
        [a, b, c, rest @ ..] if [*a, *b, *c].eq_ignore_ascii_case(b"utf") => rest,
        _ => return None,
    };
    let skip = |s: &'static str, rest: &[u8]| -> Option<usize> {
        let hyphen = matches!(rest.first(), Some(b'-' | b'_')) as usize;
        rest[hyphen..].starts_with(s.as_bytes()).then_some(hyphen + s.len())
    };
    if let Some(n) = skip("8", rest) {
        return (n == rest.len()).then_some(Standard::Utf8);
    }
    let (wide, n) = match (skip("16", rest), skip("32", rest)) {
        (Some(n), _) => (false, n),
        (_, Some(n)) => (true, n),
        _ => return None,
    };
    let order = rest[n..].to_ascii_lowercase();
    let order = order.strip_prefix(b"-").or(order.strip_prefix(b"_")).unwrap_or(&order);
    let big = match order {
        b"" if n == rest.len() => cfg!(target_endian = "big"),
        b"be" => true,
        b"le" => false,
        _ => return None,
    };
    Some(if wide { Standard::Utf32 { big } } else { Standard::Utf16 { big } })
}

impl Handler {
    /// The standard handler of this name.
    pub fn parse(name: &str) -> Option<Handler> {
        Some(match name {
            "strict" => Handler::Strict,
            "ignore" => Handler::Ignore,
            "replace" => Handler::Replace,
            "backslashreplace" => Handler::BackslashReplace,
            "xmlcharrefreplace" => Handler::XmlCharRefReplace,
            "namereplace" => Handler::NameReplace,
            "surrogateescape" => Handler::SurrogateEscape,
            "surrogatepass" => Handler::SurrogatePass,
            _ => return None,
        })
    }

    /// Handles a `UnicodeDecodeError` about `input[start..end]`: writes the replacement, gives where to go on.
    pub fn decode(
        self,
        encoding: &str,
        input: &[u8],
        start: usize,
        end: usize,
        out: &mut Builder,
    ) -> Result<usize, Refused> {
        let bad = input.get(start..end).ok_or(Refused::Raise)?;
        match self {
            Handler::Strict => return Err(Refused::Raise),
            Handler::XmlCharRefReplace | Handler::NameReplace => return Err(Refused::Kind),
            Handler::Ignore => {}
            Handler::Replace => out.push(0xFFFD),
            Handler::BackslashReplace => bad.iter().for_each(|&c| push_escape(c.into(), out)),
            Handler::SurrogateEscape => {
                // As many as a malformed UTF-8 sequence can have; the codec comes back for more.
                let taken = bad.iter().take(4).take_while(|&&c| c >= 0x80).count();
                if taken == 0 {
                    return Err(Refused::Raise);
                }
                bad[..taken].iter().for_each(|&c| out.push(0xDC00 + u32::from(c)));
                return Ok(start + taken);
            }
            Handler::SurrogatePass => {
                let (c, n) = encoded_surrogate(encoding, &input[start..]).ok_or(Refused::Raise)?;
                out.push(c);
                return Ok(start + n);
            }
        }
        Ok(end)
    }

    /// Handles a `UnicodeEncodeError` about the characters `start..end`: the replacement and where to go on.
    pub fn encode(
        self,
        encoding: &str,
        s: Str<'_>,
        start: usize,
        end: usize,
    ) -> Result<(Replacement, usize), Refused> {
        if start > end || end > s.len() {
            return Err(Refused::Raise);
        }
        let bad = s.slice(start, end);
        let mut text = Builder::new();
        match self {
            Handler::Strict => return Err(Refused::Raise),
            Handler::Ignore => {}
            Handler::Replace => text.push_n('?' as u32, bad.len()),
            Handler::BackslashReplace => bad.chars().for_each(|c| push_escape(c, &mut text)),
            Handler::XmlCharRefReplace => {
                bad.chars().for_each(|c| text.push_ascii(format!("&#{c};").as_bytes()));
            }
            Handler::NameReplace => bad.chars().for_each(|c| match names::name_or_alias(c) {
                Some(name) => text.push_ascii(format!("\\N{{{name}}}").as_bytes()),
                None => push_escape(c, &mut text),
            }),
            Handler::SurrogateEscape => {
                let bytes = bad.chars().map(|c| matches!(c, 0xDC80..0xDD00).then_some(c as u8));
                let bytes = bytes.collect::<Option<Vec<u8>>>().ok_or(Refused::Raise)?;
                return Ok((Replacement::Bytes(bytes), end));
            }
            Handler::SurrogatePass => {
                let bytes = surrogates_encoded(encoding, bad).ok_or(Refused::Raise)?;
                return Ok((Replacement::Bytes(bytes), end));
            }
        }
        Ok((Replacement::Text(text.finish()), end))
    }

    /// Handles a `UnicodeTranslateError`: the replacement of the characters `start..end`, behind which it goes on.
    pub fn translate(self, s: Str<'_>, start: usize, end: usize) -> Result<StrBuf, Refused> {
        if start > end || end > s.len() {
            return Err(Refused::Raise);
        }
        let mut text = Builder::new();
        match self {
            Handler::Strict => return Err(Refused::Raise),
            Handler::Ignore => {}
            Handler::Replace => text.push_n(0xFFFD, end - start),
            Handler::BackslashReplace => s.slice(start, end).chars().for_each(|c| push_escape(c, &mut text)),
            _ => return Err(Refused::Kind),
        }
        Ok(text.finish())
    }
}

/// The surrogate that begins `input` in this encoding, and its bytes.
fn encoded_surrogate(encoding: &str, input: &[u8]) -> Option<(u32, usize)> {
    let (c, n) = match (standard(encoding)?, input) {
        (Standard::Utf8, &[a @ 0xE0..=0xEF, b @ 0x80..=0xBF, c @ 0x80..=0xBF, ..]) => {
            (u32::from(a & 0xF) << 12 | u32::from(b & 0x3F) << 6 | u32::from(c & 0x3F), 3)
        }
        (Standard::Utf16 { big }, &[a, b, ..]) => {
            let c = if big { u16::from_be_bytes([a, b]) } else { u16::from_le_bytes([a, b]) };
            (c.into(), 2)
        }
        (Standard::Utf32 { big }, &[a, b, c, d, ..]) => {
            let bytes = [a, b, c, d];
            (if big { u32::from_be_bytes(bytes) } else { u32::from_le_bytes(bytes) }, 4)
        }
        _ => return None,
    };
    matches!(c, 0xD800..0xE000).then_some((c, n))
}

fn surrogates_encoded(encoding: &str, s: Str<'_>) -> Option<Vec<u8>> {
    let standard = standard(encoding)?;
    let mut out = Vec::with_capacity(4 * s.len());
    for c in s.chars() {
        if !matches!(c, 0xD800..0xE000) {
            return None;
        }
        match standard {
            Standard::Utf8 => {
                out.extend_from_slice(&[0xED, 0x80 | (c >> 6 & 0x3F) as u8, 0x80 | (c & 0x3F) as u8])
            }
            Standard::Utf16 { big: true } => out.extend_from_slice(&(c as u16).to_be_bytes()),
            Standard::Utf16 { big: false } => out.extend_from_slice(&(c as u16).to_le_bytes()),
            Standard::Utf32 { big: true } => out.extend_from_slice(&c.to_be_bytes()),
            Standard::Utf32 { big: false } => out.extend_from_slice(&c.to_le_bytes()),
        }
    }
    Some(out)
}
