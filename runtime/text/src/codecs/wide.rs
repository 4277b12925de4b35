//! UTF-16 and UTF-32, in both orders of bytes and with a mark that tells which.

use super::*;

/// The order of bytes: `None` until a mark tells, and this machine's if none does.
pub type Order = Option<Endian>;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Endian {
    Little,
    Big,
}

const NATIVE: Endian = if cfg!(target_endian = "big") { Endian::Big } else { Endian::Little };

/// The order from the numbers that `codecs.utf_16_ex_decode` and the C API use: negative is little, positive big.
pub fn order_of(byteorder: i32) -> Order {
    match byteorder {
        0 => None,
        i32::MIN..0 => Some(Endian::Little),
        _ => Some(Endian::Big),
    }
}

/// The inverse of [`order_of`].
pub fn byteorder(order: Order) -> i32 {
    match order {
        None => 0,
        Some(Endian::Little) => -1,
        Some(Endian::Big) => 1,
    }
}

/// `_codecs.utf_16_ex_decode` and its kin. Not final, it leaves units that more input could complete.
#[derive(Clone, Copy, Debug)]
pub struct Utf16Decoder {
    /// As given; after decoding, also what a mark told.
    pub order: Order,
    pub last: bool,
    begun: bool,
}

impl Utf16Decoder {
    pub fn new(order: Order, last: bool) -> Utf16Decoder {
        Utf16Decoder { order, last, begun: false }
    }
}

impl Decoder for Utf16Decoder {
    fn encoding(&self) -> &'static str {
        match self.order.unwrap_or(NATIVE) {
            Endian::Little => "utf-16-le",
            Endian::Big => "utf-16-be",
        }
    }

    fn decode(&mut self, input: &[u8], mut at: usize, out: &mut Builder) -> Result<usize, Malformed> {
        if !std::mem::replace(&mut self.begun, true) && self.order.is_none() {
            match input[at..] {
                [0xFF, 0xFE, ..] => self.order = Some(Endian::Little),
                [0xFE, 0xFF, ..] => self.order = Some(Endian::Big),
                _ => {}
            }
            if self.order.is_some() {
                at += 2;
            }
        }
        match self.order.unwrap_or(NATIVE) {
            Endian::Little => utf16(input, at, self.last, u16::from_le_bytes, out),
            Endian::Big => utf16(input, at, self.last, u16::from_be_bytes, out),
        }
    }
}

fn utf16(
    s: &[u8],
    mut at: usize,
    last: bool,
    read: impl Fn([u8; 2]) -> u16,
    out: &mut Builder,
) -> Result<usize, Malformed> {
    // Runs without surrogates are written as one piece, which finds its width once.
    const BLOCK: usize = 512;
    let mut run = [0u16; BLOCK];
    let mut block = BLOCK;
    loop {
        let (pairs, rest) = s[at..].as_chunks::<2>();
        if pairs.is_empty() {
            return match rest {
                [] => Ok(at),
                _ if !last => Ok(at),
                _ => Err(Malformed { start: at, end: s.len(), reason: "truncated data" }),
            };
        }
        // After a surrogate there may be many: then a short block costs less.
        let pairs = &pairs[..pairs.len().min(block)];
        let mut n = pairs.len();
        let mut surrogates = false;
        for (u, p) in run.iter_mut().zip(pairs) {
            *u = read(*p);
            surrogates |= *u & 0xF800 == 0xD800;
        }
        if surrogates {
            n = run[..n].iter().position(|u| u & 0xF800 == 0xD800).unwrap_or(n);
            block = 16;
        } else {
            block = (block * 2).min(BLOCK);
        }
        out.push_str(Str::Two(&run[..n]));
        at += 2 * n;
        if n == pairs.len() {
            continue;
        }
        // A surrogate: one half of a pair, or malformed.
        let first = u32::from(run[n]);
        if first >= 0xDC00 {
            return Err(Malformed { start: at, end: at + 2, reason: "illegal encoding" });
        }
        let Some(&next) = s[at + 2..].first_chunk::<2>() else {
            return match last {
                false => Ok(at),
                true => Err(Malformed { start: at, end: s.len(), reason: "unexpected end of data" }),
            };
        };
        let second = u32::from(read(next));
        if second & 0xFC00 != 0xDC00 {
            return Err(Malformed { start: at, end: at + 2, reason: "illegal UTF-16 surrogate" });
        }
        out.push(0x1_0000 + ((first & 0x3FF) << 10 | second & 0x3FF));
        at += 4;
    }
}

/// `_codecs.utf_32_ex_decode` and its kin.
#[derive(Clone, Copy, Debug)]
pub struct Utf32Decoder {
    /// As given; after decoding, also what a mark told.
    pub order: Order,
    pub last: bool,
    begun: bool,
}

impl Utf32Decoder {
    pub fn new(order: Order, last: bool) -> Utf32Decoder {
        Utf32Decoder { order, last, begun: false }
    }
}

impl Decoder for Utf32Decoder {
    fn encoding(&self) -> &'static str {
        match self.order.unwrap_or(NATIVE) {
            Endian::Little => "utf-32-le",
            Endian::Big => "utf-32-be",
        }
    }

    fn decode(&mut self, input: &[u8], mut at: usize, out: &mut Builder) -> Result<usize, Malformed> {
        if !std::mem::replace(&mut self.begun, true) && self.order.is_none() {
            match input[at..] {
                [0xFF, 0xFE, 0, 0, ..] => self.order = Some(Endian::Little),
                [0, 0, 0xFE, 0xFF, ..] => self.order = Some(Endian::Big),
                _ => {}
            }
            if self.order.is_some() {
                at += 4;
            }
        }
        let big = self.order.unwrap_or(NATIVE) == Endian::Big;
        let (units, rest) = input[at..].as_chunks::<4>();
        for &unit in units {
            let c = if big { u32::from_be_bytes(unit) } else { u32::from_le_bytes(unit) };
            let reason = match c {
                0xD800..0xE000 => "code point in surrogate code point range(0xd800, 0xe000)",
                0..=MAX_CODE => {
                    out.push(c);
                    at += 4;
                    continue;
                }
                _ => "code point not in range(0x110000)",
            };
            return Err(Malformed { start: at, end: at + 4, reason });
        }
        if rest.is_empty() || !self.last {
            return Ok(at);
        }
        Err(Malformed { start: at, end: input.len(), reason: "truncated data" })
    }
}

/// `_codecs.utf_16_encode` and its kin; without an order, this machine's with a mark in front.
#[derive(Clone, Copy, Debug)]
pub struct Utf16Encoder {
    order: Order,
    begun: bool,
}

impl Utf16Encoder {
    pub fn new(order: Order) -> Utf16Encoder {
        Utf16Encoder { order, begun: false }
    }

    fn put(self, unit: u16, out: &mut Vec<u8>) {
        out.extend_from_slice(&match self.order.unwrap_or(NATIVE) {
            Endian::Little => unit.to_le_bytes(),
            Endian::Big => unit.to_be_bytes(),
        });
    }
}

fn utf16_units<U: Unit>(
    v: &[U],
    at: usize,
    bytes: impl Fn(u16) -> [u8; 2],
    out: &mut Vec<u8>,
) -> Result<(), Malformed> {
    out.reserve(2 * (v.len() - at));
    let mut i = at;
    for block in v[at..].chunks(64) {
        let mut odd = false;
        for c in block {
            odd |= c.code() > 0xFFFF || c.code() & 0xF800 == 0xD800;
        }
        if !odd {
            let old = out.len();
            out.resize(old + 2 * block.len(), 0);
            let (to, _) = out[old..].as_chunks_mut::<2>();
            to.iter_mut().zip(block).for_each(|(to, c)| *to = bytes(c.code() as u16));
            i += block.len();
            continue;
        }
        for c in block {
            match c.code() {
                0xD800..0xE000 => {
                    return Err(Malformed { start: i, end: i + 1, reason: "surrogates not allowed" });
                }
                c @ 0..0x1_0000 => out.extend_from_slice(&bytes(c as u16)),
                c => {
                    out.extend_from_slice(&bytes((0xD7C0 + (c >> 10)) as u16));
                    out.extend_from_slice(&bytes((0xDC00 | c & 0x3FF) as u16));
                }
            }
            i += 1;
        }
    }
    Ok(())
}

impl Encoder for Utf16Encoder {
    fn encoding(&self) -> &'static str {
        match self.order {
            None => "utf-16",
            Some(Endian::Little) => "utf-16-le",
            Some(Endian::Big) => "utf-16-be",
        }
    }

    fn encode(&mut self, s: Str<'_>, at: usize, out: &mut Vec<u8>) -> Result<(), Malformed> {
        if !std::mem::replace(&mut self.begun, true) && self.order.is_none() {
            self.put(0xFEFF, out);
        }
        match self.order.unwrap_or(NATIVE) {
            Endian::Little => each_kind!(s, v => utf16_units(v, at, u16::to_le_bytes, out)),
            Endian::Big => each_kind!(s, v => utf16_units(v, at, u16::to_be_bytes, out)),
        }
    }

    fn replacement(&mut self, text: Str<'_>, out: &mut Vec<u8>) -> bool {
        let ascii = text.max_class() < 0x80;
        ascii && self.encode(text, 0, out).is_ok()
    }

    fn replacement_bytes(&mut self, bytes: &[u8], out: &mut Vec<u8>) -> bool {
        out.extend_from_slice(bytes);
        bytes.len().is_multiple_of(2)
    }
}

/// `_codecs.utf_32_encode` and its kin; without an order, this machine's with a mark in front.
#[derive(Clone, Copy, Debug)]
pub struct Utf32Encoder {
    order: Order,
    begun: bool,
}

impl Utf32Encoder {
    pub fn new(order: Order) -> Utf32Encoder {
        Utf32Encoder { order, begun: false }
    }

    fn put(self, c: u32, out: &mut Vec<u8>) {
        out.extend_from_slice(&match self.order.unwrap_or(NATIVE) {
            Endian::Little => c.to_le_bytes(),
            Endian::Big => c.to_be_bytes(),
        });
    }

    fn units<U: Unit>(self, v: &[U], at: usize, out: &mut Vec<u8>) -> Result<(), Malformed> {
        out.reserve(4 * (v.len() - at));
        for (i, c) in v.iter().enumerate().skip(at) {
            match c.code() {
                0xD800..0xE000 => {
                    return Err(Malformed { start: i, end: i + 1, reason: "surrogates not allowed" });
                }
                c => self.put(c, out),
            }
        }
        Ok(())
    }
}

impl Encoder for Utf32Encoder {
    fn encoding(&self) -> &'static str {
        match self.order {
            None => "utf-32",
            Some(Endian::Little) => "utf-32-le",
            Some(Endian::Big) => "utf-32-be",
        }
    }

    fn encode(&mut self, s: Str<'_>, at: usize, out: &mut Vec<u8>) -> Result<(), Malformed> {
        if !std::mem::replace(&mut self.begun, true) && self.order.is_none() {
            self.put(0xFEFF, out);
        }
        let this = *self;
        each_kind!(s, v => this.units(v, at, out))
    }

    fn replacement(&mut self, text: Str<'_>, out: &mut Vec<u8>) -> bool {
        let ascii = text.max_class() < 0x80;
        ascii && self.encode(text, 0, out).is_ok()
    }

    fn replacement_bytes(&mut self, bytes: &[u8], out: &mut Vec<u8>) -> bool {
        out.extend_from_slice(bytes);
        bytes.len().is_multiple_of(4)
    }
}
