//! UTF-7: ASCII with stretches of UTF-16 in base 64.

use super::*;

/// The value of a digit of base 64.
fn digit(c: u8) -> Option<u32> {
    Some(u32::from(match c {
        b'A'..=b'Z' => c - b'A',
        b'a'..=b'z' => c - b'a' + 26,
        b'0'..=b'9' => c - b'0' + 52,
        b'+' => 62,
        b'/' => 63,
        _ => return None,
    }))
}

const DIGITS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

/// `_codecs.utf_7_decode`. Not final, it leaves a stretch of base 64 that has no end yet.
#[derive(Clone, Copy, Debug)]
pub struct Utf7Decoder {
    pub last: bool,
}

/// What is known inside a stretch of base 64.
struct Shift {
    /// The place of its `+`.
    start: usize,
    /// Characters that were written before it.
    written: usize,
    bits: u32,
    buffer: u32,
    /// A high surrogate that waits for its low one; 0 is none.
    high: u32,
}

impl Decoder for Utf7Decoder {
    fn encoding(&self) -> &'static str {
        "utf7"
    }

    fn decode(&mut self, s: &[u8], mut at: usize, out: &mut Builder) -> Result<usize, Malformed> {
        let mut shift: Option<Shift> = None;
        while let Some(&c) = s.get(at) {
            let Some(state) = &mut shift else {
                match c {
                    b'+' => match s.get(at + 1) {
                        Some(b'-') => {
                            out.push('+' as u32);
                            at += 2;
                        }
                        Some(&next) if digit(next).is_none() => {
                            return Err(Malformed { start: at, end: at + 2, reason: "ill-formed sequence" });
                        }
                        _ => {
                            shift =
                                Some(Shift { start: at, written: out.len(), bits: 0, buffer: 0, high: 0 });
                            at += 1;
                        }
                    },
                    0..0x80 => {
                        let run = s[at..].iter().take_while(|&&c| c < 0x80 && c != b'+').count();
                        out.push_ascii(&s[at..at + run]);
                        at += run;
                    }
                    _ => {
                        let reason = "unexpected special character";
                        return Err(Malformed { start: at, end: at + 1, reason });
                    }
                }
                continue;
            };
            if let Some(d) = digit(c) {
                at += 1;
                state.take(d, out);
                continue;
            }
            let wrong = match state.bits {
                6.. => Some("partial character in shift sequence"),
                1.. if state.buffer != 0 => Some("non-zero padding bits in shift sequence"),
                _ => None,
            };
            if let Some(reason) = wrong {
                return Err(Malformed { start: state.start, end: at + 1, reason });
            }
            if state.high != 0 && c < 0x80 && c != b'+' {
                out.push(state.high);
            }
            at += (c == b'-') as usize;
            shift = None;
        }
        match shift {
            None => Ok(at),
            Some(state) if !self.last => {
                out.truncate(state.written);
                Ok(state.start)
            }
            Some(state) if state.high != 0 || state.bits >= 6 || (state.bits > 0 && state.buffer != 0) => {
                Err(Malformed { start: state.start, end: s.len(), reason: "unterminated shift sequence" })
            }
            Some(_) => Ok(at),
        }
    }
}

impl Shift {
    fn take(&mut self, digit: u32, out: &mut Builder) {
        self.buffer = self.buffer << 6 | digit;
        self.bits += 6;
        if self.bits < 16 {
            return;
        }
        self.bits -= 16;
        let unit = self.buffer >> self.bits;
        self.buffer &= (1 << self.bits) - 1;
        let high = std::mem::take(&mut self.high);
        if high != 0 {
            if unit & 0xFC00 == 0xDC00 {
                return out.push(0x1_0000 + ((high & 0x3FF) << 10 | unit & 0x3FF));
            }
            out.push(high);
        }
        if unit & 0xFC00 == 0xD800 {
            self.high = unit;
        } else {
            out.push(unit);
        }
    }
}

/// `_codecs.utf_7_encode`, which nothing is malformed for.
pub fn encode_utf7(s: Str<'_>) -> Vec<u8> {
    let direct = |c: u32| match c {
        9 | 10 | 13 => true,
        0x20..0x7E => c != '+' as u32 && c != '\\' as u32,
        _ => false,
    };
    let mut out = Vec::with_capacity(s.len());
    let (mut inside, mut bits, mut buffer) = (false, 0, 0);
    for c in s.chars() {
        if direct(c) {
            if inside {
                if bits > 0 {
                    out.push(DIGITS[(buffer << (6 - bits) & 63) as usize]);
                    (bits, buffer) = (0, 0);
                }
                // What could be read as a part of the stretch needs an end before it.
                if digit(c as u8).is_some() || c == '-' as u32 {
                    out.push(b'-');
                }
                inside = false;
            }
            out.push(c as u8);
            continue;
        }
        if !inside {
            out.push(b'+');
            if c == '+' as u32 {
                out.push(b'-');
                continue;
            }
            inside = true;
        }
        let mut put = |unit: u32| {
            buffer = buffer << 16 | unit;
            bits += 16;
            while bits >= 6 {
                bits -= 6;
                out.push(DIGITS[(buffer >> bits & 63) as usize]);
            }
            buffer &= (1 << bits) - 1;
        };
        if c > 0xFFFF {
            put(0xD7C0 + (c >> 10));
            put(0xDC00 | c & 0x3FF);
        } else {
            put(c);
        }
    }
    if bits > 0 {
        out.push(DIGITS[(buffer << (6 - bits) & 63) as usize]);
    }
    if inside {
        out.push(b'-');
    }
    out
}
