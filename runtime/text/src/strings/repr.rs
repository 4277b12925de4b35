//! `repr` of str and `ascii`. Those of bytes are in `bytes`.

use super::*;
use crate::unicode::is_printable;

const HEX: &[u8; 16] = b"0123456789abcdef";

/// Writes `\xhh`, `\uhhhh` or `\Uhhhhhhhh`, the shortest that the code point allows.
pub fn push_escape(c: u32, out: &mut Builder) {
    let (letter, digits) = match c {
        0..0x100 => (b'x', 2),
        0x100..0x1_0000 => (b'u', 4),
        _ => (b'U', 8),
    };
    out.push_ascii(&[b'\\', letter]);
    (0..digits).rev().for_each(|i| out.push(HEX[(c >> (4 * i) & 15) as usize].into()));
}

/// The quote `repr` takes: `'`, unless there is one inside and no `"`.
fn quote(single: bool, double: bool) -> u8 {
    if single && !double { b'"' } else { b'\'' }
}

/// What `repr` writes before an ASCII character instead of it; 0 when the character stays.
fn short_escape(c: u32, quote: u8) -> Option<u8> {
    Some(match c {
        9 => b't',
        10 => b'n',
        13 => b'r',
        0x5C => b'\\',
        _ if c == u32::from(quote) => quote,
        _ => return None,
    })
}

fn write(s: Str<'_>, plain: impl Fn(u32) -> bool) -> StrBuf {
    let q = quote(search::find_char(s, 0x27).is_some(), search::find_char(s, 0x22).is_some());
    let mut out = Builder::with_capacity(s.len() + 2);
    out.push(q.into());
    // Runs that stay as they are are copied whole.
    let stays = |c: u32| match c {
        0x20..0x7F => c != 0x5C && c != u32::from(q),
        _ => c > 0x7F && plain(c),
    };
    each_kind!(s, v => {
        let mut i = 0;
        while i < v.len() {
            let end = v[i..].iter().position(|c| !stays(c.code())).map_or(v.len(), |n| i + n);
            out.push_str(s.slice(i, end));
            if let Some(c) = v.get(end) {
                match short_escape(c.code(), q) {
                    Some(e) => out.push_ascii(&[b'\\', e]),
                    None => push_escape(c.code(), &mut out),
                }
            }
            i = end + 1;
        }
    });
    out.push(q.into());
    out.finish()
}

/// `repr` of a str.
pub fn repr(s: Str<'_>) -> StrBuf {
    write(s, is_printable)
}

/// `ascii` of a str.
pub fn ascii(s: Str<'_>) -> StrBuf {
    write(s, |_| false)
}

/// `ascii` of any object, given its `repr`: what is not ASCII is escaped (`PyObject_ASCII`); `None` when nothing is.
pub fn escape_non_ascii(repr: Str<'_>) -> Option<StrBuf> {
    if predicates::is_ascii(repr) {
        return None;
    }
    let mut out = Builder::with_capacity(repr.len() * 2);
    repr.chars().for_each(|c| if c < 0x80 { out.push(c) } else { push_escape(c, &mut out) });
    Some(out.finish())
}
