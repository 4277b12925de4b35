//! `binascii`: base64, hexadecimal, uuencoding and quoted-printable, both ways, with the module's error texts;
//! the checksums are in [`crate::crc`]. Not here: argument conversion (ASCII strings are accepted by the `a2b` side).

use std::fmt;

/// `binascii.Error`, except for [`Error::is_value_error`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Error {
    LeadingPadding,
    ExcessData,
    NotBase64,
    Discontinuous,
    Padding,
    /// the number of data characters
    OneMore(usize),
    OddLength,
    NotHex,
    IllegalChar,
    TrailingGarbage,
    Above45,
    SeparatorLength,
    SeparatorNotAscii,
}

impl Error {
    /// Whether plain `ValueError` is raised (the separator of `hexlify`).
    pub fn is_value_error(self) -> bool {
        matches!(self, Error::SeparatorLength | Error::SeparatorNotAscii)
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Error::LeadingPadding => "Leading padding not allowed",
            Error::ExcessData => "Excess data after padding",
            Error::NotBase64 => "Only base64 data is allowed",
            Error::Discontinuous => "Discontinuous padding not allowed",
            Error::Padding => "Incorrect padding",
            Error::OneMore(n) => {
                return write!(
                    f,
                    "Invalid base64-encoded string: number of data characters ({n}) cannot be 1 more than a multiple of 4"
                );
            }
            Error::OddLength => "Odd-length string",
            Error::NotHex => "Non-hexadecimal digit found",
            Error::IllegalChar => "Illegal char",
            Error::TrailingGarbage => "Trailing garbage",
            Error::Above45 => "At most 45 bytes at once",
            Error::SeparatorLength => "sep must be length 1.",
            Error::SeparatorNotAscii => "sep must be ASCII.",
        })
    }
}

const ALPHABET: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
const NONE: u8 = 0xff;

/// Values of base64 characters; [`NONE`] for all others.
static BASE64: [u8; 256] = {
    let mut table = [NONE; 256];
    let mut i = 0;
    while i < 64 {
        table[ALPHABET[i] as usize] = i as u8;
        i += 1;
    }
    table
};

/// Values of hexadecimal digits; [`NONE`] for all others.
static HEX: [u8; 256] = {
    let mut table = [NONE; 256];
    let mut i = 0;
    while i < 16 {
        table[b"0123456789abcdef"[i] as usize] = i as u8;
        table[b"0123456789ABCDEF"[i] as usize] = i as u8;
        i += 1;
    }
    table
};

/// Both characters of every twelve bits.
static PAIRS: [[u8; 2]; 4096] = {
    let mut table = [[0; 2]; 4096];
    let mut i = 0;
    while i < 4096 {
        table[i] = [ALPHABET[i >> 6], ALPHABET[i & 63]];
        i += 1;
    }
    table
};

/// Both digits of every byte.
static HEX_PAIRS: [[u8; 2]; 256] = {
    let mut table = [[0; 2]; 256];
    let mut i = 0;
    while i < 256 {
        table[i] = [b"0123456789abcdef"[i >> 4], b"0123456789abcdef"[i & 15]];
        i += 1;
    }
    table
};

/// `binascii.b2a_base64`.
pub fn b2a_base64(data: &[u8], newline: bool) -> Vec<u8> {
    let groups = data.chunks_exact(3);
    let rest = groups.remainder();
    // Written in place: the loop over whole groups then has no growth to check.
    let mut out = vec![b'='; data.len().div_ceil(3) * 4 + usize::from(newline)];
    for (to, g) in out.chunks_exact_mut(4).zip(groups) {
        let n = u32::from(g[0]) << 16 | u32::from(g[1]) << 8 | u32::from(g[2]);
        to[..2].copy_from_slice(&PAIRS[(n >> 12) as usize]);
        to[2..].copy_from_slice(&PAIRS[(n & 4095) as usize]);
    }
    let at = data.len() / 3 * 4;
    match *rest {
        [a] => out[at..at + 2].copy_from_slice(&PAIRS[usize::from(a) << 4]),
        [a, b] => {
            let n = u32::from(a) << 16 | u32::from(b) << 8;
            out[at..at + 2].copy_from_slice(&PAIRS[(n >> 12) as usize]);
            out[at + 2] = PAIRS[(n & 4095) as usize][0];
        }
        _ => (),
    }
    if newline && let Some(last) = out.last_mut() {
        *last = b'\n';
    }
    out
}

/// `binascii.a2b_base64`. Outside strict mode, whatever is not base64 is skipped and padding ends the data.
pub fn a2b_base64(data: &[u8], strict: bool) -> Result<Vec<u8>, Error> {
    let mut out = Vec::with_capacity(data.len() / 4 * 3 + 3);
    if strict && data.first() == Some(&b'=') {
        return Err(Error::LeadingPadding);
    }
    let (mut position, mut left, mut pads, mut padded) = (0u8, 0u8, 0u8, false);
    let mut i = 0;
    while i < data.len() {
        // Whole groups of four good characters are nearly all of any real input.
        if position == 0 && !padded {
            while let Some(&[a, b, c, d]) = data.get(i..i + 4) {
                let [a, b, c, d] = [a, b, c, d].map(|c| BASE64[c as usize]);
                if a | b | c | d >= 64 {
                    break;
                }
                out.extend([a << 2 | b >> 4, b << 4 | c >> 2, c << 6 | d]);
                i += 4;
            }
            if i >= data.len() {
                break;
            }
        }
        let c = data[i];
        i += 1;
        if c == b'=' {
            padded = true;
            if position >= 2 {
                pads += 1;
                if position + pads >= 4 {
                    if strict && i < data.len() {
                        return Err(Error::ExcessData);
                    }
                    return Ok(out);
                }
            }
            continue;
        }
        let value = BASE64[c as usize];
        if value == NONE {
            if strict {
                return Err(Error::NotBase64);
            }
            continue;
        }
        if strict && padded {
            return Err(Error::Discontinuous);
        }
        pads = 0;
        match position {
            0 => left = value,
            1 => {
                out.push(left << 2 | value >> 4);
                left = value & 15;
            }
            2 => {
                out.push(left << 4 | value >> 2);
                left = value & 3;
            }
            _ => out.push(left << 6 | value),
        }
        position = (position + 1) & 3;
    }
    match position {
        0 => Ok(out),
        1 => Err(Error::OneMore(out.len() / 3 * 4 + 1)),
        _ => Err(Error::Padding),
    }
}

/// `binascii.hexlify`, `bytes.hex`: a separator stands between groups of `group` bytes, counted from the right
/// where `group` is positive, from the left where it is negative, nowhere where it is 0.
pub fn hexlify(data: &[u8], separator: Option<u8>, group: isize) -> Vec<u8> {
    fn digits(out: &mut [u8], data: &[u8]) {
        out.chunks_exact_mut(2).zip(data).for_each(|(to, b)| to.copy_from_slice(&HEX_PAIRS[usize::from(*b)]));
    }
    let size = group.unsigned_abs();
    let Some(separator) = separator.filter(|_| size > 0 && size < data.len()) else {
        let mut out = vec![0; data.len() * 2];
        digits(&mut out, data);
        return out;
    };
    // The first group is the short one where counting starts at the right.
    let first = if group > 0 { (data.len() - 1) % size + 1 } else { size };
    let mut out = vec![separator; data.len() * 2 + (data.len() - first).div_ceil(size)];
    let (head, rest) = data.split_at(first);
    let (to, tail) = out.split_at_mut(first * 2);
    digits(to, head);
    if size == 1 {
        for (to, b) in tail.chunks_exact_mut(3).zip(rest) {
            to[1..].copy_from_slice(&HEX_PAIRS[usize::from(*b)]);
        }
    } else {
        // Each piece is a separator and a group, the last one perhaps shorter.
        tail.chunks_mut(size * 2 + 1)
            .zip(rest.chunks(size))
            .for_each(|(to, group)| digits(&mut to[1..], group));
    }
    out
}

/// The check of the separator: one character, of a string (its code points) or of bytes; ASCII unless the result
/// is bytes (`hexlify`, where a character above U+00FF is refused all the same).
pub fn hex_separator(mut chars: impl Iterator<Item = u32>, return_bytes: bool) -> Result<u8, Error> {
    let (Some(c), None) = (chars.next(), chars.next()) else { return Err(Error::SeparatorLength) };
    u8::try_from(c).ok().filter(|c| return_bytes || c.is_ascii()).ok_or(Error::SeparatorNotAscii)
}

/// `binascii.unhexlify` (`bytes.fromhex` skips spaces and is another function).
pub fn unhexlify(data: &[u8]) -> Result<Vec<u8>, Error> {
    if !data.len().is_multiple_of(2) {
        return Err(Error::OddLength);
    }
    let mut out = vec![0; data.len() / 2];
    // One test at the end serves all: a digit's value has no high bits.
    let mut bad = 0;
    for (to, p) in out.iter_mut().zip(data.chunks_exact(2)) {
        let (a, b) = (HEX[usize::from(p[0])], HEX[usize::from(p[1])]);
        bad |= a | b;
        *to = a << 4 | b & 15;
    }
    if bad > 15 { Err(Error::NotHex) } else { Ok(out) }
}

/// `binascii.b2a_uu`: one line.
pub fn b2a_uu(data: &[u8], backtick: bool) -> Result<Vec<u8>, Error> {
    if data.len() > 45 {
        return Err(Error::Above45);
    }
    let symbol = |v: u32| if backtick && v == 0 { b'`' } else { b' ' + v as u8 };
    let mut out = vec![symbol(data.len() as u32)];
    for g in data.chunks(3) {
        let at = |i: usize| u32::from(g.get(i).copied().unwrap_or(0));
        let n = at(0) << 16 | at(1) << 8 | at(2);
        out.extend([18, 12, 6, 0].map(|s| symbol(n >> s & 63)));
    }
    out.push(b'\n');
    Ok(out)
}

/// `binascii.a2b_uu`: one line. Data that ends early reads as zeros, spaces being lost so easily at its end.
pub fn a2b_uu(data: &[u8]) -> Result<Vec<u8>, Error> {
    // An empty line reads as a length of 32, as the NUL at its end does.
    let length = usize::from(data.first().copied().unwrap_or(0).wrapping_sub(b' ') & 63);
    let mut out = Vec::with_capacity(length);
    let (mut i, mut left, mut bits) = (1, 0u32, 0);
    while out.len() < length {
        let value = match data.get(i).copied() {
            None | Some(b'\n' | b'\r') => 0,
            Some(c @ b' '..=b'`') => u32::from(c - b' ') & 63,
            Some(_) => return Err(Error::IllegalChar),
        };
        i += 1;
        left = left << 6 | value;
        bits += 6;
        if bits >= 8 {
            bits -= 8;
            out.push((left >> bits) as u8);
            left &= (1 << bits) - 1;
        }
    }
    let rest = data.get(i..).unwrap_or_default();
    if rest.iter().any(|c| !matches!(c, b' ' | b'`' | b'\n' | b'\r')) {
        return Err(Error::TrailingGarbage);
    }
    Ok(out)
}

/// `binascii.a2b_qp`.
pub fn a2b_qp(data: &[u8], header: bool) -> Vec<u8> {
    let mut out = Vec::with_capacity(data.len());
    let mut i = 0;
    while i < data.len() {
        let c = data[i];
        i += 1;
        if c != b'=' {
            out.push(if header && c == b'_' { b' ' } else { c });
            continue;
        }
        match data.get(i).copied() {
            None => break,
            Some(b'\n' | b'\r') => {
                i += data[i..].iter().position(|c| *c == b'\n').map_or(data.len() - i, |n| n + 1);
            }
            Some(b'=') => {
                out.push(b'=');
                i += 1;
            }
            Some(a) => match (HEX[a as usize], data.get(i + 1).map_or(NONE, |b| HEX[*b as usize])) {
                (a @ 0..=15, b @ 0..=15) => {
                    out.push(a << 4 | b);
                    i += 2;
                }
                _ => out.push(b'='),
            },
        }
    }
    out
}

/// `binascii.b2a_qp`.
pub fn b2a_qp(data: &[u8], quotetabs: bool, istext: bool, header: bool) -> Vec<u8> {
    const MAX_LINE: usize = 76;
    fn escape(out: &mut Vec<u8>, c: u8) {
        out.extend([b'=', b"0123456789ABCDEF"[(c >> 4) as usize], b"0123456789ABCDEF"[(c & 15) as usize]]);
    }
    // All line ends become what the first of them is.
    let crlf = data.iter().position(|c| *c == b'\n').is_some_and(|p| p > 0 && data[p - 1] == b'\r');
    let newline: &[u8] = if crlf { b"\r\n" } else { b"\n" };
    let mut out = Vec::with_capacity(data.len() + data.len() / 8 + 16);
    let mut line = 0;
    let mut i = 0;
    while i < data.len() {
        let (c, next) = (data[i], data.get(i + 1).copied());
        let quote = match c {
            127.. | b'=' => true,
            b'_' => header,
            b'.' => line == 0 && matches!(next, None | Some(b'\n' | b'\r' | 0)),
            b'\r' | b'\n' => !istext,
            b'\t' | b' ' => next.is_none() || quotetabs,
            0..=32 => true,
            _ => false,
        };
        if quote {
            if line + 3 >= MAX_LINE {
                out.push(b'=');
                out.extend(newline);
                line = 0;
            }
            escape(&mut out, c);
            i += 1;
            line += 3;
        } else if istext && (c == b'\n' || c == b'\r' && next == Some(b'\n')) {
            line = 0;
            // Blanks at the end of a line would be lost in transit.
            if let Some(&blank @ (b' ' | b'\t')) = out.last() {
                out.pop();
                escape(&mut out, blank);
            }
            out.extend(newline);
            i += if c == b'\r' { 2 } else { 1 };
        } else {
            if next.is_some_and(|n| n != b'\n') && line + 1 >= MAX_LINE {
                out.push(b'=');
                out.extend(newline);
                line = 0;
            }
            line += 1;
            out.push(if header && c == b' ' { b'_' } else { c });
            i += 1;
        }
    }
    out
}
