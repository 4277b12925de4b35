//! Searching: `find`, `rfind`, `count`, `in`, `startswith`, `endswith`, for strings of any kinds and for bytes. One-byte text is
//! searched by `memchr`; wider text by a two-unit filter that the compiler vectorises and, where that gets nowhere,
//! the two-way algorithm, so that no input takes more than linear time.

use super::*;

/// Units looked at in one step; the loop over a block has no exit and so becomes vector code.
const BLOCK: usize = 64;

/// `find_unit` of wider units.
pub fn find_wide<U: Unit>(s: &[U], c: U) -> Option<usize> {
    let mut blocks = s.chunks_exact(BLOCK);
    for (i, block) in blocks.by_ref().enumerate() {
        if block.iter().fold(false, |hit, &u| hit | (u == c)) {
            return block.iter().position(|&u| u == c).map(|j| i * BLOCK + j);
        }
    }
    let rest = blocks.remainder();
    rest.iter().position(|&u| u == c).map(|j| s.len() - rest.len() + j)
}

/// `rfind_unit` of wider units.
pub fn rfind_wide<U: Unit>(s: &[U], c: U) -> Option<usize> {
    let mut end = s.len();
    let mut blocks = s.rchunks_exact(BLOCK);
    for block in blocks.by_ref() {
        end -= BLOCK;
        if block.iter().fold(false, |hit, &u| hit | (u == c)) {
            return block.iter().rposition(|&u| u == c).map(|j| end + j);
        }
    }
    blocks.remainder().iter().rposition(|&u| u == c)
}

/// `find_units` of wider units: places where the first and the last unit are right are tried, until the trying has cost
/// more than the places passed.
pub fn find_wide_units<U: Unit>(s: &[U], needle: &[U]) -> Option<usize> {
    let (n, m) = (s.len(), needle.len());
    let (first, last) = (needle[0], needle[m - 1]);
    let places = n.checked_sub(m)? + 1;
    let (mut at, mut cost) = (0, 0);
    while at < places {
        let step = BLOCK.min(places - at);
        let (a, b) = (&s[at..at + step], &s[at + m - 1..at + m - 1 + step]);
        if a.iter().zip(b).fold(false, |hit, (&x, &y)| hit | ((x == first) & (y == last))) {
            for i in at..at + step {
                if s[i] == first && s[i + m - 1] == last {
                    if s[i..i + m] == *needle {
                        return Some(i);
                    }
                    cost += m;
                }
            }
            if cost > 4 * at + 4096 {
                let rest = &s[at + step..];
                return two_way(needle, rest.len(), |i| rest[i]).map(|i| at + step + i);
            }
        }
        at += step;
    }
    None
}

/// `rfind_units` of wider units.
pub fn rfind_wide_units<U: Unit>(s: &[U], needle: &[U]) -> Option<usize> {
    let m = needle.len();
    let (first, last) = (needle[0], needle[m - 1]);
    let mut at = s.len().checked_sub(m)? + 1;
    let places = at;
    let mut cost = 0;
    while at > 0 {
        let step = BLOCK.min(at);
        at -= step;
        let (a, b) = (&s[at..at + step], &s[at + m - 1..at + m - 1 + step]);
        if a.iter().zip(b).fold(false, |hit, (&x, &y)| hit | ((x == first) & (y == last))) {
            for i in (at..at + step).rev() {
                if s[i] == first && s[i + m - 1] == last {
                    if s[i..i + m] == *needle {
                        return Some(i);
                    }
                    cost += m;
                }
            }
            if cost > 4 * (places - at) + 4096 {
                let rest = &s[..at + m - 1];
                let back: Vec<U> = needle.iter().rev().copied().collect();
                let found = two_way(&back, rest.len(), |i| rest[rest.len() - 1 - i])?;
                return Some(rest.len() - found - m);
            }
        }
    }
    None
}

/// Where the greatest suffix begins, by one order or its reverse, and that suffix's period.
fn greatest_suffix<U: Unit>(s: &[U], reversed: bool) -> (usize, usize) {
    let (mut best, mut candidate, mut k, mut period) = (0, 1, 0, 1);
    while candidate + k < s.len() {
        let (a, b) = (s[candidate + k], s[best + k]);
        if a == b {
            k += 1;
            if k == period {
                candidate += period;
                k = 0;
            }
        } else if (a < b) != reversed {
            candidate += k + 1;
            k = 0;
            period = candidate - best;
        } else {
            best = candidate;
            candidate += 1;
            (k, period) = (0, 1);
        }
    }
    (best, period)
}

/// Crochemore and Perrin's search in `n` units, which `at` reads in whichever direction the caller searches.
fn two_way<U: Unit>(needle: &[U], n: usize, at: impl Fn(usize) -> U) -> Option<usize> {
    let m = needle.len();
    let (a, b) = (greatest_suffix(needle, false), greatest_suffix(needle, true));
    let (cut, period) = if a.0 > b.0 { a } else { b };
    let periodic = cut + period <= m && needle[..cut] == needle[period..period + cut];
    let period = if periodic { period } else { cut.max(m - cut) + 1 };
    // How many units of the place's beginning are known to be right; only a period tells.
    let (mut place, mut known) = (0, 0);
    while place + m <= n {
        let from = cut.max(known);
        if let Some(i) = (from..m).find(|&i| needle[i] != at(place + i)) {
            place += i - cut + 1;
            known = 0;
        } else if (known..cut).rev().any(|i| needle[i] != at(place + i)) {
            place += period;
            known = if periodic { m - period } else { 0 };
        } else {
            return Some(place);
        }
    }
    None
}

/// The first place of `needle`; the empty one is at 0.
#[inline]
pub fn find_in<U: Unit>(s: &[U], needle: &[U]) -> Option<usize> {
    match needle {
        [] => Some(0),
        [c] => U::find_unit(s, *c),
        _ if needle.len() > s.len() => None,
        _ => U::find_units(s, needle),
    }
}

/// The last place of `needle`; the empty one is at the end.
#[inline]
pub fn rfind_in<U: Unit>(s: &[U], needle: &[U]) -> Option<usize> {
    match needle {
        [] => Some(s.len()),
        [c] => U::rfind_unit(s, *c),
        _ if needle.len() > s.len() => None,
        _ => U::rfind_units(s, needle),
    }
}

/// The places of `needle`, which is not empty, from left to right and not overlapping.
#[derive(Clone)]
pub struct Matches<'a, U> {
    s: &'a [U],
    needle: &'a [U],
    at: usize,
    // Of one-byte text, what the needle was prepared to once for all searches.
    finder: Option<memchr::memmem::Finder<'a>>,
}

pub fn matches<'a, U: Unit>(s: &'a [U], needle: &'a [U]) -> Matches<'a, U> {
    // Preparing costs more than it saves on short text.
    let bytes = u8::borrow(U::view(needle)).filter(|n| n.len() > 1 && s.len() > 128);
    Matches { s, needle, at: 0, finder: bytes.map(memchr::memmem::Finder::new) }
}

impl<U: Unit> Iterator for Matches<'_, U> {
    type Item = usize;
    #[inline]
    fn next(&mut self) -> Option<usize> {
        let rest = &self.s[self.at..];
        let found = match (&self.finder, u8::borrow(U::view(rest))) {
            (Some(f), Some(bytes)) => f.find(bytes),
            _ => find_in(rest, self.needle),
        };
        let i = self.at + found?;
        self.at = i + self.needle.len();
        Some(i)
    }
}

/// How often `needle` occurs without overlap, up to `most`; the empty one between all units and at both ends.
pub fn count_in<U: Unit>(s: &[U], needle: &[U], most: usize) -> usize {
    match needle {
        [] => s.len().saturating_add(1).min(most),
        [c] => match u8::borrow(U::view(s)) {
            Some(bytes) => memchr::memchr_iter(c.code() as u8, bytes).count().min(most),
            None => s.iter().filter(|u| *u == c).count().min(most),
        },
        _ => matches(s, needle).take(most).count(),
    }
}

/// `str.find` without bounds: the first place of `needle`.
pub fn find(s: Str<'_>, needle: Str<'_>) -> Option<usize> {
    if needle.len() > s.len() {
        return None;
    }
    each_kind!(s, v => find_in(v, &needle.units()?))
}

/// `str.rfind` without bounds: the last place of `needle`.
pub fn rfind(s: Str<'_>, needle: Str<'_>) -> Option<usize> {
    if needle.len() > s.len() {
        return None;
    }
    each_kind!(s, v => rfind_in(v, &needle.units()?))
}

/// The first place of one code point (`PyUnicode_FindChar`).
pub fn find_char(s: Str<'_>, c: u32) -> Option<usize> {
    fn in_units<U: Unit>(v: &[U], c: u32) -> Option<usize> {
        if c > U::MAX { None } else { U::find_unit(v, U::of(c)) }
    }
    each_kind!(s, v => in_units(v, c))
}

/// The last place of one code point (`PyUnicode_FindChar` with direction -1).
pub fn rfind_char(s: Str<'_>, c: u32) -> Option<usize> {
    fn in_units<U: Unit>(v: &[U], c: u32) -> Option<usize> {
        if c > U::MAX { None } else { U::rfind_unit(v, U::of(c)) }
    }
    each_kind!(s, v => in_units(v, c))
}

/// `needle in s`.
pub fn contains(s: Str<'_>, needle: Str<'_>) -> bool {
    find(s, needle).is_some()
}

/// `str.count` without bounds.
pub fn count(s: Str<'_>, needle: Str<'_>) -> usize {
    if needle.len() > s.len() {
        return 0;
    }
    fn in_units<U: Unit>(v: &[U], needle: Str<'_>) -> usize {
        needle.units().map_or(0, |n| count_in(v, &n, usize::MAX))
    }
    each_kind!(s, v => in_units(v, needle))
}

/// `str.startswith` without bounds.
pub fn starts_with(s: Str<'_>, prefix: Str<'_>) -> bool {
    prefix.len() <= s.len() && s.slice(0, prefix.len()) == prefix
}

/// `str.endswith` without bounds.
pub fn ends_with(s: Str<'_>, suffix: Str<'_>) -> bool {
    suffix.len() <= s.len() && s.slice(s.len() - suffix.len(), s.len()) == suffix
}
