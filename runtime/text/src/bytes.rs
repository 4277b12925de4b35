//! Kernels of `bytes` and `bytearray`: what differs from `str`, which is that letters, digits and white space are ASCII's.
//! Searching, cutting, replacing and padding by other bytes are the generic `*_in` functions of `strings`.

use crate::strings::Str;
use crate::strings::edit::{SizeError, TooLong, room};
use crate::strings::split::{Side, rsplit_space_in, split_space_in, splitlines_in, strip_in};

pub use crate::strings::case::{
    capitalize_ascii as capitalize, swapcase_ascii as swapcase, title_ascii as title,
};
pub use crate::strings::predicates::{
    is_lower_ascii as is_lower, is_title_ascii as is_title, is_upper_ascii as is_upper,
};

/// `Py_ISSPACE`: the six white-space characters of ASCII.
#[inline(always)]
pub fn is_space_byte(c: u8) -> bool {
    matches!(c, 9..=13 | 32)
}

/// `bytes.isspace`.
pub fn is_space(s: &[u8]) -> bool {
    !s.is_empty() && s.iter().all(|&c| is_space_byte(c))
}

/// `bytes.isalpha`.
pub fn is_alpha(s: &[u8]) -> bool {
    !s.is_empty() && s.iter().all(u8::is_ascii_alphabetic)
}

/// `bytes.isalnum`.
pub fn is_alnum(s: &[u8]) -> bool {
    !s.is_empty() && s.iter().all(u8::is_ascii_alphanumeric)
}

/// `bytes.isdigit`.
pub fn is_digit(s: &[u8]) -> bool {
    !s.is_empty() && s.iter().all(u8::is_ascii_digit)
}

/// `bytes.split(None, max)`.
pub fn split_space<E>(
    s: &[u8],
    max: usize,
    part: impl FnMut(usize, usize) -> Result<(), E>,
) -> Result<(), E> {
    split_space_in(s, max, is_space_byte, part)
}

/// `bytes.rsplit(None, max)`, from the right.
pub fn rsplit_space<E>(
    s: &[u8],
    max: usize,
    part: impl FnMut(usize, usize) -> Result<(), E>,
) -> Result<(), E> {
    rsplit_space_in(s, max, is_space_byte, part)
}

/// `bytes.splitlines`: ends of line are `\n`, `\r` and both.
pub fn splitlines<E>(
    s: &[u8],
    keep_ends: bool,
    part: impl FnMut(usize, usize) -> Result<(), E>,
) -> Result<(), E> {
    splitlines_in(s, keep_ends, |c| matches!(c, b'\n' | b'\r'), part)
}

/// `bytes.strip`, `lstrip`, `rstrip`: the place of what is left; of white space when no bytes are named.
pub fn strip(s: &[u8], side: Side, bytes: Option<&[u8]>) -> (usize, usize) {
    match bytes {
        None => strip_in(s, side, is_space_byte),
        Some(&[only]) => strip_in(s, side, |c| c == only),
        Some(bytes) => {
            let mut set = [false; 256];
            bytes.iter().for_each(|&c| set[c as usize] = true);
            strip_in(s, side, |c| set[c as usize])
        }
    }
}

/// The bytes between `left` and `right` times `fill`: `ljust`, `rjust`, `center`.
pub fn pad(s: &[u8], left: usize, right: usize, fill: u8) -> Result<Vec<u8>, SizeError> {
    let size = left.checked_add(right).and_then(|n| n.checked_add(s.len()));
    let size = size.filter(|&n| n <= isize::MAX as usize).ok_or(TooLong)?;
    let mut out = room(size)?;
    out.resize(left, fill);
    out.extend_from_slice(s);
    out.resize(size, fill);
    Ok(out)
}

/// `bytes.zfill`: zeros behind a sign.
pub fn zfill(s: &[u8], width: usize) -> Result<Vec<u8>, SizeError> {
    let mut out = pad(s, width.saturating_sub(s.len()), 0, b'0')?;
    if let Some(sign @ (b'+' | b'-')) = s.first().copied()
        && out.len() > s.len()
    {
        let at = out.len() - s.len();
        out[at] = b'0';
        out[0] = sign;
    }
    Ok(out)
}

/// `bytes.join`'s size; the separator is between the parts.
pub fn join_size<'a>(sep: &[u8], parts: impl Iterator<Item = &'a [u8]>) -> Result<usize, SizeError> {
    let (mut n, mut size) = (0usize, 0usize);
    for p in parts {
        let more = if n > 0 { sep.len() } else { 0 };
        size = size.checked_add(more).and_then(|s| s.checked_add(p.len())).ok_or(TooLong)?;
        n += 1;
    }
    if size > isize::MAX as usize { Err(TooLong) } else { Ok(size) }
}

/// `bytes.join`.
pub fn join<'a>(sep: &[u8], parts: impl Iterator<Item = &'a [u8]> + Clone) -> Result<Vec<u8>, SizeError> {
    let mut out = room(join_size(sep, parts.clone())?)?;
    for (i, p) in parts.enumerate() {
        if i > 0 {
            out.extend_from_slice(sep);
        }
        out.extend_from_slice(p);
    }
    Ok(out)
}

/// `bytes.translate`: bytes of `delete` go, the others through the table of 256 (`None`: as they are).
pub fn translate(s: &[u8], table: Option<&[u8; 256]>, delete: &[u8]) -> Vec<u8> {
    let map = |c: u8| table.map_or(c, |t| t[c as usize]);
    if delete.is_empty() {
        return s.iter().map(|&c| map(c)).collect();
    }
    let mut gone = [false; 256];
    delete.iter().for_each(|&c| gone[c as usize] = true);
    s.iter().filter(|&&c| !gone[c as usize]).map(|&c| map(c)).collect()
}

/// `bytes.maketrans`; the caller has seen that the lengths are equal.
pub fn maketrans(from: &[u8], to: &[u8]) -> [u8; 256] {
    let mut table = std::array::from_fn(|i| i as u8);
    from.iter().zip(to).for_each(|(f, t)| table[*f as usize] = *t);
    table
}

/// `bytes.hex` (`_Py_strhex`): with `sep` between groups of `group` bytes, counted from the right, or from the left when
/// negative; 0 is no separator.
pub fn hex(s: &[u8], sep: Option<u8>, group: isize) -> Result<Vec<u8>, SizeError> {
    const DIGITS: &[u8; 16] = b"0123456789abcdef";
    let step = group.unsigned_abs();
    let size = s.len().checked_mul(3).filter(|&n| n <= isize::MAX as usize).ok_or(TooLong)?;
    let (sep, step) = match sep {
        Some(sep) if step > 0 && step < s.len() => (sep, step),
        _ => (0, usize::MAX),
    };
    let mut out = room(if step == usize::MAX { s.len() * 2 } else { size })?;
    // Bytes still to write before the next separator.
    let mut left = if group < 0 || step == usize::MAX { step } else { s.len() % step };
    for (i, &c) in s.iter().enumerate() {
        if left == 0 {
            if i > 0 {
                out.push(sep);
            }
            left = step;
        }
        left -= 1;
        out.extend_from_slice(&[DIGITS[c as usize >> 4], DIGITS[c as usize & 15]]);
    }
    Ok(out)
}

/// The value of a hexadecimal digit.
#[inline]
pub fn hex_digit(c: u32) -> Option<u8> {
    match c {
        0x30..=0x39 => Some((c - 0x30) as u8),
        0x41..=0x46 => Some((c - 0x41 + 10) as u8),
        0x61..=0x66 => Some((c - 0x61 + 10) as u8),
        _ => None,
    }
}

/// `bytes.fromhex`; the error is the position for `non-hexadecimal number found in fromhex() arg at position N`.
pub fn fromhex(s: Str<'_>) -> Result<Vec<u8>, usize> {
    if let Some(bad) = s.chars().position(|c| c >= 0x80) {
        return Err(bad);
    }
    let digit = |i: usize| if i < s.len() { hex_digit(s.at(i)).ok_or(i) } else { Err(i) };
    let (mut out, mut i) = (Vec::with_capacity(s.len() / 2), 0);
    while i < s.len() {
        if is_space_byte(s.at(i) as u8) {
            i += 1;
            continue;
        }
        out.push(digit(i)? << 4 | digit(i + 1)?);
        i += 2;
    }
    Ok(out)
}

/// `repr` of bytes (`PyBytes_Repr` with smart quotes): the prefix and the quotes too.
pub fn repr(s: &[u8]) -> Vec<u8> {
    let has = |q| memchr::memchr(q, s).is_some();
    let q = if has(b'\'') && !has(b'"') { b'"' } else { b'\'' };
    quoted(s, q, q)
}

/// The `repr` that always has `'` around it (`PyBytes_Repr` without smart quotes).
pub fn repr_plain(s: &[u8]) -> Vec<u8> {
    quoted(s, b'\'', b'\'')
}

/// What `repr` of a bytearray has between its parentheses: the quote is chosen as for bytes, but `'` is always escaped.
pub fn bytearray_repr(s: &[u8]) -> Vec<u8> {
    let has = |q| memchr::memchr(q, s).is_some();
    quoted(s, if has(b'\'') && !has(b'"') { b'"' } else { b'\'' }, b'\'')
}

fn quoted(s: &[u8], quote: u8, escaped: u8) -> Vec<u8> {
    let mut out = Vec::with_capacity(s.len() + 3);
    out.extend_from_slice(&[b'b', quote]);
    for &c in s {
        match c {
            b'\t' => out.extend_from_slice(b"\\t"),
            b'\n' => out.extend_from_slice(b"\\n"),
            b'\r' => out.extend_from_slice(b"\\r"),
            b'\\' => out.extend_from_slice(b"\\\\"),
            _ if c == escaped => out.extend_from_slice(&[b'\\', c]),
            0x20..0x7F => out.push(c),
            _ => push_hex_escape(c, &mut out),
        }
    }
    out.push(quote);
    out
}

/// Writes `\xhh`.
pub fn push_hex_escape(c: u8, out: &mut Vec<u8>) {
    const DIGITS: &[u8; 16] = b"0123456789abcdef";
    out.extend_from_slice(&[b'\\', b'x', DIGITS[c as usize >> 4], DIGITS[c as usize & 15]]);
}
