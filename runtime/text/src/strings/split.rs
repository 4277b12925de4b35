//! Cutting: `split`, `rsplit`, `splitlines`, `partition`, `strip`. Parts are handed over as places in the string, so that
//! nothing is copied here; those of the `r` forms come from the right. Functions ending in `_in` work on units of one
//! width and serve `bytes` as well.

use super::search::{find_in, matches, rfind_in};
use super::*;
use crate::unicode;

/// Does `str.split` cut here? For characters below 0x80 a table of two words, beyond it the character database.
#[inline(always)]
pub fn is_space<U: Unit>(c: U) -> bool {
    const ASCII: u64 = 0x1F << 9 | 0x1F << 28;
    let c = c.code();
    if c < 64 { ASCII >> c & 1 != 0 } else { c >= 0x80 && unicode::is_space(c) }
}

/// Does `str.splitlines` cut here?
#[inline(always)]
pub fn is_linebreak<U: Unit>(c: U) -> bool {
    matches!(c.code(), 10..=13 | 0x1C..=0x1E | 0x85 | 0x2028 | 0x2029)
}

/// `split()` by runs of what `space` says, at most `max` cuts.
pub fn split_space_in<U: Unit, E>(
    s: &[U],
    max: usize,
    space: impl Fn(U) -> bool,
    mut part: impl FnMut(usize, usize) -> Result<(), E>,
) -> Result<(), E> {
    let (mut i, mut cuts) = (0, 0);
    loop {
        i += s[i..].iter().position(|&c| !space(c)).unwrap_or(s.len() - i);
        if i == s.len() {
            return Ok(());
        }
        if cuts == max {
            return part(i, s.len());
        }
        let end = s[i..].iter().position(|&c| space(c)).map_or(s.len(), |n| i + n);
        part(i, end)?;
        (i, cuts) = (end, cuts + 1);
    }
}

/// `rsplit()`: as `split_space_in`, from the right.
pub fn rsplit_space_in<U: Unit, E>(
    s: &[U],
    max: usize,
    space: impl Fn(U) -> bool,
    mut part: impl FnMut(usize, usize) -> Result<(), E>,
) -> Result<(), E> {
    let (mut end, mut cuts) = (s.len(), 0);
    loop {
        end = s[..end].iter().rposition(|&c| !space(c)).map_or(0, |i| i + 1);
        if end == 0 {
            return Ok(());
        }
        if cuts == max {
            return part(0, end);
        }
        let start = s[..end].iter().rposition(|&c| space(c)).map_or(0, |i| i + 1);
        part(start, end)?;
        (end, cuts) = (start, cuts + 1);
    }
}

/// `split(sep)`, at most `max` cuts. The separator is not empty; the caller raises `ValueError: empty separator`.
pub fn split_in<U: Unit, E>(
    s: &[U],
    sep: &[U],
    max: usize,
    mut part: impl FnMut(usize, usize) -> Result<(), E>,
) -> Result<(), E> {
    debug_assert!(!sep.is_empty());
    let mut start = 0;
    if let ([c], Some(bytes)) = (sep, u8::borrow(U::view(s))) {
        for i in memchr::memchr_iter(c.code() as u8, bytes).take(max) {
            part(start, i)?;
            start = i + 1;
        }
    } else {
        for i in matches(s, sep).take(max) {
            part(start, i)?;
            start = i + sep.len();
        }
    }
    part(start, s.len())
}

/// `rsplit(sep)`, at most `max` cuts, from the right.
pub fn rsplit_in<U: Unit, E>(
    s: &[U],
    sep: &[U],
    max: usize,
    mut part: impl FnMut(usize, usize) -> Result<(), E>,
) -> Result<(), E> {
    debug_assert!(!sep.is_empty());
    let (mut end, mut cuts) = (s.len(), 0);
    while cuts < max
        && let Some(i) = rfind_in(&s[..end], sep)
    {
        part(i + sep.len(), end)?;
        (end, cuts) = (i, cuts + 1);
    }
    part(0, end)
}

/// `splitlines`: a carriage return and a line feed that follows it are one end of line.
pub fn splitlines_in<U: Unit, E>(
    s: &[U],
    keep_ends: bool,
    linebreak: impl Fn(U) -> bool,
    mut part: impl FnMut(usize, usize) -> Result<(), E>,
) -> Result<(), E> {
    let mut start = 0;
    while start < s.len() {
        let stop = find_break(&s[start..], &linebreak).map_or(s.len(), |n| start + n);
        let crlf = s[stop..].first().is_some_and(|c| c.code() == 13)
            && s[stop + 1..].first().is_some_and(|c| c.code() == 10);
        let next = (stop + 1 + crlf as usize).min(s.len());
        part(start, if keep_ends { next } else { stop })?;
        start = next;
    }
    Ok(())
}

/// The first end of line. Blocks without a control character and the few others that may be one are passed by a test that
/// the compiler vectorises.
fn find_break<U: Unit>(s: &[U], linebreak: impl Fn(U) -> bool) -> Option<usize> {
    let mut at = 0;
    for block in s.chunks(32) {
        let mut rough = false;
        for c in block {
            let c = c.code();
            rough |= (c < 0x20) | (c == 0x85) | (c & !1 == 0x2028);
        }
        if rough && let Some(i) = block.iter().position(|&c| linebreak(c)) {
            return Some(at + i);
        }
        at += block.len();
    }
    None
}

/// Which ends `strip` works on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Side {
    Left,
    Right,
    Both,
}

/// What is left when the ends lose whatever `drop` says.
pub fn strip_in<U: Unit>(s: &[U], side: Side, drop: impl Fn(U) -> bool) -> (usize, usize) {
    let start = match side {
        Side::Right => 0,
        _ => s.iter().position(|&c| !drop(c)).unwrap_or(s.len()),
    };
    let end = match side {
        Side::Left => s.len(),
        _ => s[start..].iter().rposition(|&c| !drop(c)).map_or(start, |i| start + i + 1),
    };
    (start, end)
}

/// A set of code points, as the argument of `strip` is one.
pub struct CharSet {
    low: [u64; 4],
    high: Vec<u32>,
}

impl CharSet {
    pub fn new(chars: impl Iterator<Item = u32>) -> CharSet {
        let (mut low, mut high) = ([0; 4], Vec::new());
        for c in chars {
            match low.get_mut(c as usize / 64) {
                Some(word) => *word |= 1 << (c % 64),
                None => high.push(c),
            }
        }
        high.sort_unstable();
        CharSet { low, high }
    }

    #[inline]
    pub fn has(&self, c: u32) -> bool {
        match self.low.get(c as usize / 64) {
            Some(word) => word >> (c % 64) & 1 != 0,
            None => !self.high.is_empty() && self.high.binary_search(&c).is_ok(),
        }
    }
}

/// `str.split(None, max)`.
pub fn split_space<E>(
    s: Str<'_>,
    max: usize,
    part: impl FnMut(usize, usize) -> Result<(), E>,
) -> Result<(), E> {
    each_kind!(s, v => split_space_in(v, max, is_space, part))
}

/// `str.rsplit(None, max)`.
pub fn rsplit_space<E>(
    s: Str<'_>,
    max: usize,
    part: impl FnMut(usize, usize) -> Result<(), E>,
) -> Result<(), E> {
    each_kind!(s, v => rsplit_space_in(v, max, is_space, part))
}

/// `str.split(sep, max)`; the separator is not empty.
pub fn split<E>(
    s: Str<'_>,
    sep: Str<'_>,
    max: usize,
    mut part: impl FnMut(usize, usize) -> Result<(), E>,
) -> Result<(), E> {
    each_kind!(s, v => match sep.units() {
        Some(sep) => split_in(v, &sep, max, part),
        None => part(0, v.len()),
    })
}

/// `str.rsplit(sep, max)`; the separator is not empty.
pub fn rsplit<E>(
    s: Str<'_>,
    sep: Str<'_>,
    max: usize,
    mut part: impl FnMut(usize, usize) -> Result<(), E>,
) -> Result<(), E> {
    each_kind!(s, v => match sep.units() {
        Some(sep) => rsplit_in(v, &sep, max, part),
        None => part(0, v.len()),
    })
}

/// `str.splitlines`.
pub fn splitlines<E>(
    s: Str<'_>,
    keep_ends: bool,
    part: impl FnMut(usize, usize) -> Result<(), E>,
) -> Result<(), E> {
    each_kind!(s, v => splitlines_in(v, keep_ends, is_linebreak, part))
}

/// `str.partition`: where the first separator begins. What is before it and what is behind it follow from its length.
pub fn partition(s: Str<'_>, sep: Str<'_>) -> Option<usize> {
    each_kind!(s, v => find_in(v, &sep.units()?))
}

/// `str.rpartition`: where the last separator begins.
pub fn rpartition(s: Str<'_>, sep: Str<'_>) -> Option<usize> {
    each_kind!(s, v => rfind_in(v, &sep.units()?))
}

/// `str.strip`, `lstrip`, `rstrip`: the place of what is left; of white space when no characters are named.
pub fn strip(s: Str<'_>, side: Side, chars: Option<Str<'_>>) -> (usize, usize) {
    match chars {
        None => each_kind!(s, v => strip_in(v, side, is_space)),
        Some(chars) if chars.len() == 1 => {
            let only = chars.at(0);
            each_kind!(s, v => strip_in(v, side, |c| c.code() == only))
        }
        Some(chars) => {
            let set = CharSet::new(chars.chars());
            each_kind!(s, v => strip_in(v, side, |c| set.has(c.code())))
        }
    }
}
