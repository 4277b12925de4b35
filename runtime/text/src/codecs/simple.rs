//! ASCII and Latin-1: a byte is a character.

use super::*;

/// `_codecs.ascii_decode`.
#[derive(Clone, Copy, Debug, Default)]
pub struct AsciiDecoder;

impl Decoder for AsciiDecoder {
    fn encoding(&self) -> &'static str {
        "ascii"
    }

    fn decode(&mut self, input: &[u8], at: usize, out: &mut Builder) -> Result<usize, Malformed> {
        let good = ascii_prefix(&input[at..]);
        out.push_ascii(&input[at..at + good]);
        match at + good {
            end if end == input.len() => Ok(end),
            start => Err(Malformed { start, end: start + 1, reason: "ordinal not in range(128)" }),
        }
    }
}

/// How many bytes at the beginning are ASCII.
#[inline]
pub fn ascii_prefix(s: &[u8]) -> usize {
    // Blocks first, as the compiler makes vector code of a loop without an exit.
    let mut n = 0;
    for block in s.chunks(64) {
        if block.iter().fold(0, |all, c| all | c) >= 0x80 {
            return n + block.iter().position(|&c| c >= 0x80).unwrap_or(block.len());
        }
        n += block.len();
    }
    n
}

/// `_codecs.latin_1_decode`: every byte is the character of its value.
pub fn decode_latin1(input: &[u8]) -> StrBuf {
    if input.is_ascii() { StrBuf::Ascii(input.to_vec()) } else { StrBuf::Latin1(input.to_vec()) }
}

/// `_codecs.ascii_encode` and `_codecs.latin_1_encode` (`unicode_encode_ucs1`).
#[derive(Clone, Copy, Debug)]
pub struct ByteEncoder {
    limit: u32,
}

impl ByteEncoder {
    pub const ASCII: ByteEncoder = ByteEncoder { limit: 0x80 };
    pub const LATIN1: ByteEncoder = ByteEncoder { limit: 0x100 };
}

impl Encoder for ByteEncoder {
    fn encoding(&self) -> &'static str {
        if self.limit == 0x80 { "ascii" } else { "latin-1" }
    }

    fn encode(&mut self, s: Str<'_>, at: usize, out: &mut Vec<u8>) -> Result<(), Malformed> {
        let limit = self.limit;
        let s = match s {
            Str::Ascii(v) => {
                out.extend_from_slice(&v[at..]);
                return Ok(());
            }
            Str::Latin1(v) if limit == 0x100 => {
                out.extend_from_slice(&v[at..]);
                return Ok(());
            }
            s => s,
        };
        fn run<U: Unit>(v: &[U], at: usize, limit: u32, out: &mut Vec<u8>) -> Result<(), (usize, usize)> {
            let mut i = at;
            for block in v[at..].chunks(32) {
                if block.iter().fold(0, |all, c| all | c.code()) < limit {
                    out.extend(block.iter().map(|c| c.code() as u8));
                    i += block.len();
                    continue;
                }
                for c in block {
                    if c.code() >= limit {
                        let n = v[i..].iter().take_while(|c| c.code() >= limit).count();
                        return Err((i, i + n));
                    }
                    out.push(c.code() as u8);
                    i += 1;
                }
            }
            Ok(())
        }
        let reason = if limit == 0x80 { "ordinal not in range(128)" } else { "ordinal not in range(256)" };
        each_kind!(s, v => run(v, at, limit, out)).map_err(|(start, end)| Malformed { start, end, reason })
    }

    fn replacement(&mut self, text: Str<'_>, out: &mut Vec<u8>) -> bool {
        self.encode(text, 0, out).is_ok()
    }

    fn splits_escapes(&self) -> bool {
        true
    }
}
