//! Full case mappings of one character (`_PyUnicode_To*Full`). Those of whole strings are in `strings::case`.

use super::*;

/// What a character maps to: itself changed, or up to three characters.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mapped {
    One(u32),
    Many(&'static [u32]),
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
