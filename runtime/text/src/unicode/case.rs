//! Case mapping: full mappings of one character (`_PyUnicode_To*Full`) and of whole strings (`str.lower`, `upper`,
//! `title`, `capitalize`, `swapcase`, `casefold`). ASCII and Latin-1 shortcuts are in `strings`.

use super::*;

/// What a character maps to: itself changed, or up to three characters.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mapped {
    One(u32),
    Many(&'static [u32]),
}

impl Mapped {
    #[inline]
    pub fn push_to(self, out: &mut Vec<u32>) {
        match self {
            Mapped::One(c) => out.push(c),
            Mapped::Many(m) => out.extend_from_slice(m),
        }
    }
}

#[inline]
fn map(c: u32, delta: impl Fn(&TypeRecord) -> i32, full: impl Fn(&SpecialCase) -> &'static [u32]) -> Mapped {
    let t = ty(c);
    if t.flags & SPECIAL_CASE == 0 {
        return Mapped::One(c.wrapping_add_signed(delta(t)));
    }
    match SPECIAL_CASES.binary_search_by_key(&c, |s| s.c) {
        Ok(i) => Mapped::Many(full(&SPECIAL_CASES[i])),
        Err(_) => Mapped::One(c.wrapping_add_signed(delta(t))),
    }
}

/// `_PyUnicode_ToLowerFull`.
#[inline]
pub fn lower_full(c: u32) -> Mapped {
    map(c, |t| t.lower, |s| s.lower)
}

/// `_PyUnicode_ToUpperFull`.
#[inline]
pub fn upper_full(c: u32) -> Mapped {
    map(c, |t| t.upper, |s| s.upper)
}

/// `_PyUnicode_ToTitleFull`.
#[inline]
pub fn title_full(c: u32) -> Mapped {
    map(c, |t| t.title, |s| s.title)
}

/// `_PyUnicode_ToFoldedFull`.
#[inline]
pub fn fold_full(c: u32) -> Mapped {
    map(c, |t| t.lower, |s| s.fold)
}

const SIGMA: u32 = 0x3A3;
const SMALL_SIGMA: u32 = 0x3C3;
const FINAL_SIGMA: u32 = 0x3C2;

/// The lower case of the capital sigma at `i`: final after a cased letter when none follows, whatever is ignorable
/// between them.
fn lower_sigma(s: &[u32], i: usize) -> u32 {
    let cased = |c: Option<&u32>| c.is_some_and(|&c| is_cased(c));
    let ignorable = |c: &&u32| is_case_ignorable(**c);
    let before = s[..i].iter().rev().find(|c| !ignorable(c));
    let after = s[i + 1..].iter().find(|c| !ignorable(c));
    if cased(before) && !cased(after) { FINAL_SIGMA } else { SMALL_SIGMA }
}

#[inline]
fn push_lower(s: &[u32], i: usize, out: &mut Vec<u32>) {
    match s[i] {
        SIGMA => out.push(lower_sigma(s, i)),
        c => lower_full(c).push_to(out),
    }
}

/// `str.lower`.
pub fn lower(s: &[u32]) -> Vec<u32> {
    let mut out = Vec::with_capacity(s.len());
    (0..s.len()).for_each(|i| push_lower(s, i, &mut out));
    out
}

/// `str.upper`.
pub fn upper(s: &[u32]) -> Vec<u32> {
    let mut out = Vec::with_capacity(s.len());
    s.iter().for_each(|&c| upper_full(c).push_to(&mut out));
    out
}

/// `str.casefold`.
pub fn casefold(s: &[u32]) -> Vec<u32> {
    let mut out = Vec::with_capacity(s.len());
    s.iter().for_each(|&c| fold_full(c).push_to(&mut out));
    out
}

/// `str.swapcase`.
pub fn swapcase(s: &[u32]) -> Vec<u32> {
    let mut out = Vec::with_capacity(s.len());
    for (i, &c) in s.iter().enumerate() {
        if is_upper(c) {
            push_lower(s, i, &mut out);
        } else if is_lower(c) {
            upper_full(c).push_to(&mut out);
        } else {
            out.push(c);
        }
    }
    out
}

/// `str.title`.
pub fn title(s: &[u32]) -> Vec<u32> {
    let mut out = Vec::with_capacity(s.len());
    let mut after_cased = false;
    for (i, &c) in s.iter().enumerate() {
        if after_cased {
            push_lower(s, i, &mut out);
        } else {
            title_full(c).push_to(&mut out);
        }
        after_cased = is_cased(c);
    }
    out
}

/// `str.capitalize`.
pub fn capitalize(s: &[u32]) -> Vec<u32> {
    let mut out = Vec::with_capacity(s.len());
    if let Some(&c) = s.first() {
        title_full(c).push_to(&mut out);
        (1..s.len()).for_each(|i| push_lower(s, i, &mut out));
    }
    out
}
