//! Case of whole strings: `lower`, `upper`, `title`, `capitalize`, `swapcase`, `casefold`, with the capital sigma's two
//! small forms. ASCII never meets the character database.

use super::*;
use crate::unicode::case::{Mapped, fold_full, lower_full, title_full, upper_full};
use crate::unicode::{is_case_ignorable, is_cased, is_lower, is_upper};

impl Builder {
    #[inline]
    fn push_mapped(&mut self, m: Mapped) {
        match m {
            Mapped::One(c) => self.push(c),
            Mapped::Many(m) => m.iter().for_each(|&c| self.push(c)),
        }
    }
}

const SIGMA: u32 = 0x3A3;
const SMALL_SIGMA: u32 = 0x3C3;
const FINAL_SIGMA: u32 = 0x3C2;

/// The lower case of the capital sigma at `i`: final after a cased letter when none follows, whatever is ignorable
/// between them.
fn lower_sigma<U: Unit>(s: &[U], i: usize) -> u32 {
    let cased = |c: Option<&U>| c.is_some_and(|&c| is_cased(c.code()));
    let ignorable = |c: &&U| is_case_ignorable(c.code());
    let before = s[..i].iter().rev().find(|c| !ignorable(c));
    let after = s[i + 1..].iter().find(|c| !ignorable(c));
    if cased(before) && !cased(after) { FINAL_SIGMA } else { SMALL_SIGMA }
}

#[inline]
fn lower_at<U: Unit>(s: &[U], i: usize, c: u32) -> Mapped {
    match c {
        0..0x80 => Mapped::One((c as u8).to_ascii_lowercase().into()),
        SIGMA => Mapped::One(lower_sigma(s, i)),
        c => lower_full(c),
    }
}

#[inline]
fn upper_of(c: u32) -> Mapped {
    if c < 0x80 { Mapped::One((c as u8).to_ascii_uppercase().into()) } else { upper_full(c) }
}

/// Maps every character. What stays within the width of the units is written in it; from the first character that does
/// not on, or that becomes several, a builder goes on.
fn each<U: Unit>(s: &[U], mut map: impl FnMut(usize, u32) -> Mapped) -> StrBuf {
    let mut same: Vec<U> = Vec::with_capacity(s.len());
    for (i, c) in s.iter().enumerate() {
        match map(i, c.code()) {
            Mapped::One(c) if c <= U::MAX => same.push(U::of(c)),
            other => {
                let mut out = Builder::with_capacity(s.len());
                out.push_str(U::view(&same));
                out.push_mapped(other);
                s.iter().enumerate().skip(i + 1).for_each(|(i, c)| out.push_mapped(map(i, c.code())));
                return out.finish();
            }
        }
    }
    U::own(same)
}

/// The lower case of a Latin-1 character, which is one; the compiler makes vector code of a loop of it.
#[inline(always)]
fn latin1_lower(c: u8) -> u8 {
    let upper = c.is_ascii_uppercase() | ((0xC0..=0xDE).contains(&c) & (c != 0xD7));
    c + ((upper as u8) << 5)
}

/// The upper case of a Latin-1 character other than the three whose is beyond Latin-1.
#[inline(always)]
fn latin1_upper(c: u8) -> u8 {
    let lower = c.is_ascii_lowercase() | ((c >= 0xE0) & (c != 0xF7));
    c - ((lower as u8) << 5)
}

/// `str.lower`.
pub fn lower(s: Str<'_>) -> StrBuf {
    match s {
        Str::Ascii(v) => StrBuf::Ascii(v.to_ascii_lowercase()),
        Str::Latin1(v) => Unit::own(v.iter().map(|&c| latin1_lower(c)).collect::<Vec<u8>>()),
        s => each_kind!(s, v => each(v, |i, c| lower_at(v, i, c))),
    }
}

/// `str.upper`.
pub fn upper(s: Str<'_>) -> StrBuf {
    match s {
        Str::Ascii(v) => StrBuf::Ascii(v.to_ascii_uppercase()),
        Str::Latin1(v) if memchr::memchr3(0xB5, 0xDF, 0xFF, v).is_none() => {
            Unit::own(v.iter().map(|&c| latin1_upper(c)).collect::<Vec<u8>>())
        }
        s => each_kind!(s, v => each(v, |_, c| upper_of(c))),
    }
}

/// `str.casefold`.
pub fn casefold(s: Str<'_>) -> StrBuf {
    match s {
        Str::Ascii(v) => StrBuf::Ascii(v.to_ascii_lowercase()),
        Str::Latin1(v) if memchr::memchr2(0xB5, 0xDF, v).is_none() => {
            Unit::own(v.iter().map(|&c| latin1_lower(c)).collect::<Vec<u8>>())
        }
        s => each_kind!(s, v => each(v, |i, c| if c < 0x80 { lower_at(v, i, c) } else { fold_full(c) })),
    }
}

/// `str.swapcase`.
pub fn swapcase(s: Str<'_>) -> StrBuf {
    if let Str::Ascii(v) = s {
        return StrBuf::Ascii(swapcase_ascii(v));
    }
    each_kind!(s, v => each(v, |i, c| {
        if is_upper(c) {
            lower_at(v, i, c)
        } else if is_lower(c) {
            upper_of(c)
        } else {
            Mapped::One(c)
        }
    }))
}

/// `str.title`.
pub fn title(s: Str<'_>) -> StrBuf {
    if let Str::Ascii(v) = s {
        return StrBuf::Ascii(title_ascii(v));
    }
    let mut after_cased = false;
    each_kind!(s, v => each(v, |i, c| {
        let mapped = if after_cased { lower_at(v, i, c) } else { title_full(c) };
        after_cased = is_cased(c);
        mapped
    }))
}

/// `str.capitalize`.
pub fn capitalize(s: Str<'_>) -> StrBuf {
    if let Str::Ascii(v) = s {
        return StrBuf::Ascii(capitalize_ascii(v));
    }
    each_kind!(s, v => each(v, |i, c| if i == 0 { title_full(c) } else { lower_at(v, i, c) }))
}

/// `bytes.swapcase`: ASCII letters only.
pub fn swapcase_ascii(v: &[u8]) -> Vec<u8> {
    v.iter().map(|&c| if c.is_ascii_alphabetic() { c ^ 0x20 } else { c }).collect()
}

/// `bytes.title`: ASCII letters only.
pub fn title_ascii(v: &[u8]) -> Vec<u8> {
    let mut after_cased = false;
    let mut title = |c: u8| {
        let out = if after_cased { c.to_ascii_lowercase() } else { c.to_ascii_uppercase() };
        after_cased = c.is_ascii_alphabetic();
        out
    };
    v.iter().map(|&c| title(c)).collect()
}

/// `bytes.capitalize`: ASCII letters only.
pub fn capitalize_ascii(v: &[u8]) -> Vec<u8> {
    let mut out = v.to_ascii_lowercase();
    if let Some(c) = out.first_mut() {
        c.make_ascii_uppercase();
    }
    out
}
