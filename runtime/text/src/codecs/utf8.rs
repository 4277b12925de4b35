//! UTF-8, which Python reads strictly: no surrogates, no overlong forms.

use super::simple::ascii_prefix;
use super::*;

/// `_codecs.utf_8_decode`. Not final, it leaves a sequence that more input could complete.
#[derive(Clone, Copy, Debug)]
pub struct Utf8Decoder {
    pub last: bool,
}

impl Decoder for Utf8Decoder {
    fn encoding(&self) -> &'static str {
        "utf-8"
    }

    fn decode(&mut self, input: &[u8], at: usize, out: &mut Builder) -> Result<usize, Malformed> {
        let at = match at {
            0 => push_checked(input, out),
            _ => at + push_prefix(&input[at..], out),
        };
        match sequence(&input[at..]) {
            Sequence::End => Ok(at),
            Sequence::Short if !self.last => Ok(at),
            Sequence::Bad(2) if !self.last && truncated_surrogate(&input[at..]) => Ok(at),
            Sequence::Short => {
                Err(Malformed { start: at, end: input.len(), reason: "unexpected end of data" })
            }
            Sequence::Bad(1) if !is_lead(input[at]) => {
                Err(Malformed { start: at, end: at + 1, reason: "invalid start byte" })
            }
            Sequence::Bad(2) if truncated_surrogate(&input[at..]) => {
                Err(Malformed { start: at, end: at + 1, reason: "invalid continuation byte" })
            }
            Sequence::Bad(n) => {
                Err(Malformed { start: at, end: at + n, reason: "invalid continuation byte" })
            }
        }
    }
}

/// Can this byte begin a sequence of several?
fn is_lead(c: u8) -> bool {
    matches!(c, 0xC2..=0xF4)
}

/// The first half of a surrogate's three bytes: an incremental decoder waits, since `surrogatepass` may want them.
fn truncated_surrogate(s: &[u8]) -> bool {
    matches!(s, [0xED, 0xA0..=0xBF])
}

/// What is at a place where valid UTF-8 ends.
enum Sequence {
    End,
    /// The beginning of a sequence, and then the input ends.
    Short,
    /// Malformed; the number of bytes that belong to the error, 2 also for a truncated surrogate.
    Bad(usize),
}

fn sequence(s: &[u8]) -> Sequence {
    let continues = |i: usize| s.get(i).map(|c| c & 0xC0 == 0x80);
    let Some(&lead) = s.first() else { return Sequence::End };
    let (n, second) = match lead {
        0xC2..=0xDF => (2, 0x80..=0xBF),
        0xE0 => (3, 0xA0..=0xBF),
        0xED => (3, 0x80..=0x9F),
        0xE1..=0xEF => (3, 0x80..=0xBF),
        0xF0 => (4, 0x90..=0xBF),
        0xF1..=0xF3 => (4, 0x80..=0xBF),
        0xF4 => (4, 0x80..=0x8F),
        _ => return Sequence::Bad(1),
    };
    if truncated_surrogate(s) {
        return Sequence::Bad(2);
    }
    match s.get(1) {
        None => return Sequence::Short,
        Some(c) if !second.contains(c) => return Sequence::Bad(1),
        _ => {}
    }
    for i in 2..n {
        match continues(i) {
            None => return Sequence::Short,
            Some(false) => return Sequence::Bad(i),
            Some(true) => {}
        }
    }
    Sequence::End
}

/// The number of characters and the class of the largest of valid UTF-8; of other bytes, numbers that its valid beginning
/// does not exceed. What to allocate before [`decode_to`].
pub fn measure(s: &[u8]) -> (usize, u32) {
    // Sums of a byte per block of 192 and a largest byte: both become vector code.
    let (mut len, mut max) = (0, 0);
    for block in s.chunks(192) {
        let mut n = 0;
        for &c in block {
            n += (c as i8 >= -64) as u8;
            max = u8::max(max, c);
        }
        len += n as usize;
    }
    let class = match max {
        0..0x80 => 0x7F,
        0x80..0xC4 => 0xFF,
        0xC4..0xF0 => 0xFFFF,
        _ => MAX_CODE,
    };
    (len, class)
}

/// Decodes up to the end or to what is malformed, into units that [`measure`] told the width and number of. Gives how
/// many bytes were read and how many units written.
pub fn decode_to<U: Unit>(s: &[u8], out: &mut [U]) -> (usize, usize) {
    let (mut i, mut o) = (0, 0);
    loop {
        // ASCII by words. Of a word that has other bytes too all is written, and what is behind its ASCII again.
        while let (Some(word), Some(to)) = (s[i..].first_chunk::<8>(), out[o..].first_chunk_mut::<8>()) {
            to.iter_mut().zip(word).for_each(|(u, &c)| *u = U::of(c.into()));
            let high = u64::from_le_bytes(*word) & 0x8080_8080_8080_8080;
            let n = if high == 0 { 8 } else { high.trailing_zeros() as usize / 8 };
            (i, o) = (i + n, o + n);
            if high != 0 {
                break;
            }
        }
        // Other characters until two ASCII ones, or what is left of the last word.
        loop {
            let Some(&lead) = s.get(i) else { return (i, o) };
            if lead < 0x80 {
                out[o] = U::of(lead.into());
                (i, o) = (i + 1, o + 1);
                if s.get(i).is_some_and(|&c| c < 0x80) {
                    break;
                }
                continue;
            }
            let Some((c, n)) = character(&s[i..]) else { return (i, o) };
            out[o] = U::of(c);
            (i, o) = (i + n, o + 1);
        }
    }
}

/// The character that is not ASCII at the beginning, and its bytes.
#[inline(always)]
fn character(s: &[u8]) -> Option<(u32, usize)> {
    let tail = |c: u8| (c & 0xC0 == 0x80).then_some(u32::from(c & 0x3F));
    match *s {
        [a @ 0xC2..=0xDF, b, ..] => Some((u32::from(a & 0x1F) << 6 | tail(b)?, 2)),
        [a @ 0xE0..=0xEF, b, c, ..] => {
            let c = u32::from(a & 0xF) << 12 | tail(b)? << 6 | tail(c)?;
            (c >= 0x800 && c & 0xF800 != 0xD800).then_some((c, 3))
        }
        [a @ 0xF0..=0xF4, b, c, d, ..] => {
            let c = u32::from(a & 7) << 18 | tail(b)? << 12 | tail(c)? << 6 | tail(d)?;
            matches!(c, 0x1_0000..=MAX_CODE).then_some((c, 4))
        }
        _ => None,
    }
}

/// Appends the valid beginning of `s`, most likely all of it; gives its length. What is malformed costs a copy.
fn push_checked(s: &[u8], out: &mut Builder) -> usize {
    let ascii = ascii_prefix(s);
    out.push_ascii(&s[..ascii]);
    let s = &s[ascii..];
    if s.is_empty() {
        return ascii;
    }
    let ((n, class), old) = (measure(s), out.len());
    if n == 0 {
        // Nothing but continuation bytes, none of which begins a character.
        return ascii;
    }
    let (read, written) = match out.space(n, class) {
        StrBufMut::One(v) => decode_to(s, v),
        StrBufMut::Two(v) => decode_to(s, v),
        StrBufMut::Four(v) => decode_to(s, v),
    };
    if read < s.len() {
        out.truncate(old);
        push_valid(&s[..read], out);
        debug_assert_eq!(out.len(), old + written);
    }
    ascii + read
}

/// The same when errors are frequent: only what is valid is looked at.
fn push_prefix(s: &[u8], out: &mut Builder) -> usize {
    let n = match std::str::from_utf8(s) {
        Ok(_) => s.len(),
        Err(e) => e.valid_up_to(),
    };
    push_valid(&s[..n], out);
    n
}

/// Appends what is known to be valid.
fn push_valid(s: &[u8], out: &mut Builder) {
    let (len, class) = measure(s);
    if class == 0x7F {
        return out.push_ascii(s);
    }
    match out.space(len, class) {
        StrBufMut::One(v) => decode_to(s, v),
        StrBufMut::Two(v) => decode_to(s, v),
        StrBufMut::Four(v) => decode_to(s, v),
    };
}

/// `_codecs.utf_8_encode`.
#[derive(Clone, Copy, Debug, Default)]
pub struct Utf8Encoder;

impl Encoder for Utf8Encoder {
    fn encoding(&self) -> &'static str {
        "utf-8"
    }

    fn encode(&mut self, s: Str<'_>, at: usize, out: &mut Vec<u8>) -> Result<(), Malformed> {
        if let Str::Ascii(v) = s {
            out.extend_from_slice(&v[at..]);
            return Ok(());
        }
        each_kind!(s, v => encode_units(v, at, out))
    }

    fn replacement(&mut self, text: Str<'_>, out: &mut Vec<u8>) -> bool {
        let Some(bytes) = text.units::<u8>().filter(|b| b.is_ascii()) else { return false };
        out.extend_from_slice(&bytes);
        true
    }

    fn splits_escapes(&self) -> bool {
        true
    }
}

fn encode_units<U: Unit>(v: &[U], at: usize, out: &mut Vec<u8>) -> Result<(), Malformed> {
    // Segments are written to a buffer that holds the longest, and copied from there: neither is their size counted
    // before nor is room cleared.
    const SEGMENT: usize = 128;
    let mut buffer = [0; 4 * SEGMENT];
    let mut start = at;
    if v.len() - at > SEGMENT {
        out.reserve(v.len() - at);
    }
    for segment in v[at..].chunks(SEGMENT) {
        let (read, written) = encode_to(segment, &mut buffer);
        out.extend_from_slice(&buffer[..written]);
        start += read;
        if read < segment.len() {
            let n = v[start..].iter().take_while(|c| is_surrogate(c.code())).count();
            return Err(Malformed { start, end: start + n, reason: "surrogates not allowed" });
        }
    }
    Ok(())
}

fn is_surrogate(c: u32) -> bool {
    c & !0x7FF == 0xD800
}

/// Encodes up to a surrogate into a buffer of four bytes a unit; gives how many units were read and bytes written.
#[inline]
fn encode_to<U: Unit>(s: &[U], out: &mut [u8; 512]) -> (usize, usize) {
    let (mut i, mut o) = (0, 0);
    while i < s.len() {
        // ASCII by eights. Of eight that have others too all are written, and what is behind their ASCII again.
        if let (Some(block), Some(to)) = (s[i..].first_chunk::<8>(), out[o..].first_chunk_mut::<8>()) {
            to.iter_mut().zip(block).for_each(|(b, c)| *b = c.code() as u8);
            let n = if block.iter().fold(0, |all, c| all | c.code()) < 0x80 {
                8
            } else {
                block.iter().take_while(|c| c.code() < 0x80).count()
            };
            (i, o) = (i + n, o + n);
            if n == 8 {
                continue;
            }
        }
        // Other characters until two ASCII ones. The masks spare tests: four bytes a unit always fit.
        while let Some(c) = s.get(i) {
            let c = c.code();
            let tail = |shift: u32| 0x80 | (c >> shift & 0x3F) as u8;
            let mut put = |i: usize, b: u8| out[(o + i) & 511] = b;
            let n = match c {
                0..0x80 => {
                    put(0, c as u8);
                    1
                }
                0x80..0x800 => {
                    put(0, 0xC0 | (c >> 6) as u8);
                    put(1, tail(0));
                    2
                }
                _ if is_surrogate(c) => return (i, o),
                0x800..0x1_0000 => {
                    put(0, 0xE0 | (c >> 12) as u8);
                    put(1, tail(6));
                    put(2, tail(0));
                    3
                }
                _ => {
                    put(0, 0xF0 | (c >> 18) as u8);
                    put(1, tail(12));
                    put(2, tail(6));
                    put(3, tail(0));
                    4
                }
            };
            (i, o) = (i + 1, o + n);
            if c < 0x80 && s.get(i).is_some_and(|c| c.code() < 0x80) {
                break;
            }
        }
    }
    (i, o)
}
