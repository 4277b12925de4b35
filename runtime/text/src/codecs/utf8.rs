//! UTF-8, which Python reads strictly: no surrogates, no overlong forms.

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
        let rest = &input[at..];
        let good = match std::str::from_utf8(rest) {
            Ok(text) => text,
            Err(e) => {
                let (good, _) = rest.split_at(e.valid_up_to());
                // Validated a line ago; the second look costs on malformed input only.
                std::str::from_utf8(good).unwrap_or_default()
            }
        };
        push_valid(good, out);
        let at = at + good.len();
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

/// The number of characters and the class of the largest of valid UTF-8: what to allocate before [`decode_to`].
pub fn measure(text: &str) -> (usize, u32) {
    let bytes = text.as_bytes();
    // Sums of a byte per block of 255 and a largest byte: both loops become vector code.
    let (mut len, mut max) = (0, 0);
    for block in bytes.chunks(255) {
        len += block.iter().fold(0u8, |n, &c| n + (c as i8 >= -64) as u8) as usize;
        max = block.iter().fold(max, |m: u8, &c| m.max(c));
    }
    let class = match max {
        0..0x80 => 0x7F,
        0x80..0xC4 => 0xFF,
        0xC4..0xF0 => 0xFFFF,
        _ => MAX_CODE,
    };
    (len, class)
}

/// Writes valid UTF-8 as units of a width that holds all of it; `out` is as long as [`measure`] told.
pub fn decode_to<U: Unit>(text: &str, out: &mut [U]) {
    let s = text.as_bytes();
    let (mut i, mut o) = (0, 0);
    while i < s.len() {
        // Text that is ASCII in the main goes sixteen at a time; other text loses one test a character.
        if let Some(block) = s[i..].first_chunk::<16>()
            && block.iter().fold(0, |all, c| all | c) < 0x80
        {
            out[o..o + 16].iter_mut().zip(block).for_each(|(u, &c)| *u = U::of(c.into()));
            (i, o) = (i + 16, o + 16);
            continue;
        }
        // At least one character, then on through its block.
        let stop = (i + 16).min(s.len());
        while i < stop {
            let tail = |n: usize| u32::from(s[i + n] & 0x3F);
            let c = u32::from(s[i]);
            let (c, n) = match c {
                0..0x80 => (c, 1),
                0x80..0xE0 => ((c & 0x1F) << 6 | tail(1), 2),
                0xE0..0xF0 => ((c & 0xF) << 12 | tail(1) << 6 | tail(2), 3),
                _ => ((c & 7) << 18 | tail(1) << 12 | tail(2) << 6 | tail(3), 4),
            };
            out[o] = U::of(c);
            (i, o) = (i + n, o + 1);
        }
    }
}

/// Appends valid UTF-8.
pub fn push_valid(text: &str, out: &mut Builder) {
    let (len, class) = measure(text);
    if class == 0x7F {
        return out.push_ascii(text.as_bytes());
    }
    match out.space(len, class) {
        StrBufMut::One(v) => decode_to(text, v),
        StrBufMut::Two(v) => decode_to(text, v),
        StrBufMut::Four(v) => decode_to(text, v),
    }
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
    const BLOCK: usize = 16;
    let most = match U::KIND {
        1 => 2,
        2 => 3,
        _ => 4,
    };
    let mut i = at;
    while i < v.len() {
        let block = &v[i..v.len().min(i + BLOCK)];
        let old = out.len();
        if block.iter().fold(0, |all, c| all | c.code()) < 0x80 {
            out.extend(block.iter().map(|c| c.code() as u8));
            i += block.len();
            continue;
        }
        // Written by index into room for the longest, which is then cut.
        out.resize(old + most * block.len(), 0);
        let room = &mut out[old..];
        let mut n = 0;
        let mut put = |c: u32| {
            room[n] = c as u8;
            n += 1;
        };
        let mut surrogate = None;
        for (j, c) in block.iter().enumerate() {
            match c.code() {
                c @ 0..0x80 => put(c),
                c @ 0x80..0x800 => [0xC0 | c >> 6, 0x80 | c & 0x3F].into_iter().for_each(&mut put),
                0xD800..0xE000 => {
                    surrogate = Some(i + j);
                    break;
                }
                c @ 0x800..0x1_0000 => {
                    [0xE0 | c >> 12, 0x80 | c >> 6 & 0x3F, 0x80 | c & 0x3F].into_iter().for_each(&mut put)
                }
                c => [0xF0 | c >> 18, 0x80 | c >> 12 & 0x3F, 0x80 | c >> 6 & 0x3F, 0x80 | c & 0x3F]
                    .into_iter()
                    .for_each(&mut put),
            }
        }
        out.truncate(old + n);
        if let Some(start) = surrogate {
            let n = v[start..].iter().take_while(|c| matches!(c.code(), 0xD800..0xE000)).count();
            return Err(Malformed { start, end: start + n, reason: "surrogates not allowed" });
        }
        i += block.len();
    }
    Ok(())
}
