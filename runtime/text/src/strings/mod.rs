//! Strings in the kinds of the ABI: the borrowed view [`Str`], the owned [`StrBuf`], the trait [`Unit`] that kernels are
//! generic over, comparison, widths. The kernels are in the submodules; error messages and objects are the caller's.

pub mod builder;
pub mod case;
pub mod edit;
pub mod predicates;
pub mod repr;
pub mod search;
pub mod split;

pub use builder::{Builder, StrBufMut};

use std::borrow::Cow;
use std::cmp::Ordering;

/// The largest code point, `sys.maxunicode`.
pub const MAX_CODE: u32 = 0x10FFFF;

/// The code units of a string. `Ascii` promises that every unit is below 0x80; the others promise nothing but their
/// width, since a part of a string is a view of the same kind.
#[derive(Clone, Copy, Debug)]
pub enum Str<'a> {
    Ascii(&'a [u8]),
    Latin1(&'a [u8]),
    Two(&'a [u16]),
    Four(&'a [u32]),
}

/// Runs one body for whichever slice a [`Str`] has.
#[macro_export]
macro_rules! each_kind {
    ($s:expr, $v:ident => $body:expr) => {
        match $s {
            $crate::strings::Str::Ascii($v) | $crate::strings::Str::Latin1($v) => $body,
            $crate::strings::Str::Two($v) => $body,
            $crate::strings::Str::Four($v) => $body,
        }
    };
}
pub use each_kind;

/// One code unit: `u8`, `u16` or `u32`, each holding a whole code point.
pub trait Unit: Copy + Ord + Into<u32> + std::fmt::Debug + 'static {
    /// `PyUnicode_KIND`.
    const KIND: usize;
    /// The largest code point a unit can hold.
    const MAX: u32;
    /// The unit of this code point, which the caller knows to fit.
    fn of(c: u32) -> Self;
    /// These units as a string; bytes are Latin-1.
    fn view(s: &[Self]) -> Str<'_>;
    /// The units of a string of this width.
    fn borrow(s: Str<'_>) -> Option<&[Self]>;
    /// The string of these units in the narrowest kind, without a copy when that is their own.
    fn own(v: Vec<Self>) -> StrBuf;
    /// The first place of a unit.
    fn find_unit(s: &[Self], c: Self) -> Option<usize>;
    /// The last place of a unit.
    fn rfind_unit(s: &[Self], c: Self) -> Option<usize>;
    /// The first place of a string of two units or more, not longer than `s`.
    fn find_units(s: &[Self], needle: &[Self]) -> Option<usize>;
    /// The last place of a string of two units or more, not longer than `s`.
    fn rfind_units(s: &[Self], needle: &[Self]) -> Option<usize>;

    /// The code point.
    #[inline(always)]
    fn code(self) -> u32 {
        self.into()
    }
}

impl Unit for u8 {
    const KIND: usize = 1;
    const MAX: u32 = 0xFF;
    #[inline(always)]
    fn of(c: u32) -> u8 {
        c as u8
    }
    #[inline]
    fn view(s: &[u8]) -> Str<'_> {
        Str::Latin1(s)
    }
    #[inline]
    fn borrow(s: Str<'_>) -> Option<&[u8]> {
        match s {
            Str::Ascii(v) | Str::Latin1(v) => Some(v),
            _ => None,
        }
    }
    #[inline]
    fn own(v: Vec<u8>) -> StrBuf {
        if v.is_ascii() { StrBuf::Ascii(v) } else { StrBuf::Latin1(v) }
    }
    #[inline]
    fn find_unit(s: &[u8], c: u8) -> Option<usize> {
        memchr::memchr(c, s)
    }
    #[inline]
    fn rfind_unit(s: &[u8], c: u8) -> Option<usize> {
        memchr::memrchr(c, s)
    }
    #[inline]
    fn find_units(s: &[u8], needle: &[u8]) -> Option<usize> {
        // Making a searcher takes longer than most texts are.
        if s.len() <= 2048 { search::find_wide_units(s, needle) } else { memchr::memmem::find(s, needle) }
    }
    #[inline]
    fn rfind_units(s: &[u8], needle: &[u8]) -> Option<usize> {
        memchr::memmem::rfind(s, needle)
    }
}

macro_rules! wide_unit {
    ($t:ty, $variant:ident, $kind:expr, $max:expr) => {
        impl Unit for $t {
            const KIND: usize = $kind;
            const MAX: u32 = $max;
            #[inline(always)]
            fn of(c: u32) -> $t {
                c as $t
            }
            #[inline]
            fn view(s: &[$t]) -> Str<'_> {
                Str::$variant(s)
            }
            #[inline]
            fn borrow(s: Str<'_>) -> Option<&[$t]> {
                match s {
                    Str::$variant(v) => Some(v),
                    _ => None,
                }
            }
            #[inline]
            fn own(v: Vec<$t>) -> StrBuf {
                if class_of(or_of(&v)) == $max { StrBuf::$variant(v) } else { Str::$variant(&v).to_buf() }
            }
            #[inline]
            fn find_unit(s: &[$t], c: $t) -> Option<usize> {
                search::find_wide(s, c)
            }
            #[inline]
            fn rfind_unit(s: &[$t], c: $t) -> Option<usize> {
                search::rfind_wide(s, c)
            }
            #[inline]
            fn find_units(s: &[$t], needle: &[$t]) -> Option<usize> {
                search::find_wide_units(s, needle)
            }
            #[inline]
            fn rfind_units(s: &[$t], needle: &[$t]) -> Option<usize> {
                search::rfind_wide_units(s, needle)
            }
        }
    };
}
wide_unit!(u16, Two, 2, 0xFFFF);
wide_unit!(u32, Four, 4, MAX_CODE);

/// The class bound of a largest character, as `PyUnicode_MAX_CHAR_VALUE` gives it: 0x7f, 0xff, 0xffff or 0x10ffff.
#[inline]
pub fn class_of(max: u32) -> u32 {
    match max {
        0..0x80 => 0x7F,
        0x80..0x100 => 0xFF,
        0x100..0x1_0000 => 0xFFFF,
        _ => MAX_CODE,
    }
}

/// The bitwise or of all units: in the same class as the largest of them, and cheaper than it.
pub fn or_of<U: Unit>(s: &[U]) -> u32 {
    // Blocks keep the loop one the compiler makes vector code of, and a wide character ends it early.
    let mut all = 0;
    for block in s.chunks(64) {
        all |= block.iter().fold(0, |a, c| a | c.code());
        if class_of(all) == class_of(U::MAX) {
            break;
        }
    }
    all
}

impl<'a> Str<'a> {
    /// A view of bytes, ASCII when they all are.
    #[inline]
    pub fn latin1(s: &'a [u8]) -> Str<'a> {
        if s.is_ascii() { Str::Ascii(s) } else { Str::Latin1(s) }
    }

    #[inline]
    pub fn len(self) -> usize {
        each_kind!(self, v => v.len())
    }

    #[inline]
    pub fn is_empty(self) -> bool {
        self.len() == 0
    }

    /// Bytes of a code unit (`PyUnicode_KIND`).
    #[inline]
    pub fn kind(self) -> usize {
        match self {
            Str::Ascii(_) | Str::Latin1(_) => 1,
            Str::Two(_) => 2,
            Str::Four(_) => 4,
        }
    }

    /// The code point at an index (`PyUnicode_READ_CHAR`).
    #[inline]
    pub fn at(self, i: usize) -> u32 {
        each_kind!(self, v => v[i].code())
    }

    /// The code points `start..end` of the string, in the same kind.
    #[inline]
    pub fn slice(self, start: usize, end: usize) -> Str<'a> {
        match self {
            Str::Ascii(v) => Str::Ascii(&v[start..end]),
            Str::Latin1(v) => Str::Latin1(&v[start..end]),
            Str::Two(v) => Str::Two(&v[start..end]),
            Str::Four(v) => Str::Four(&v[start..end]),
        }
    }

    /// A bound on the characters by kind alone, without looking (`PyUnicode_MAX_CHAR_VALUE`).
    #[inline]
    pub fn max_bound(self) -> u32 {
        match self {
            Str::Ascii(_) => 0x7F,
            Str::Latin1(_) => 0xFF,
            Str::Two(_) => 0xFFFF,
            Str::Four(_) => MAX_CODE,
        }
    }

    /// The class of the largest character that is there (`_PyUnicode_FindMaxChar`): what to allocate for a copy.
    #[inline]
    pub fn max_class(self) -> u32 {
        match self {
            Str::Ascii(_) => 0x7F,
            Str::Latin1(v) => class_of(if v.is_ascii() { 0 } else { 0x80 }),
            Str::Two(v) => class_of(or_of(v)),
            Str::Four(v) => class_of(or_of(v)),
        }
    }

    /// The code points in order.
    pub fn chars(self) -> impl DoubleEndedIterator<Item = u32> + ExactSizeIterator + Clone + 'a {
        (0..self.len()).map(move |i| self.at(i))
    }

    /// The units in width `U`; `None` when a character does not fit.
    pub fn units<U: Unit>(self) -> Option<Cow<'a, [U]>> {
        if let Some(v) = U::borrow(self) {
            return Some(Cow::Borrowed(v));
        }
        if self.max_bound() > U::MAX && each_kind!(self, v => v.iter().any(|c| c.code() > U::MAX)) {
            return None;
        }
        Some(Cow::Owned(each_kind!(self, v => v.iter().map(|c| U::of(c.code())).collect())))
    }

    /// Writes the units into `out`, of the same length and wide enough (`PyUnicode_CopyCharacters`).
    pub fn copy_to<U: Unit>(self, out: &mut [U]) {
        match U::borrow(self) {
            Some(v) => out.copy_from_slice(v),
            None => {
                each_kind!(self, v => out.iter_mut().zip(v).for_each(|(o, c)| *o = U::of(c.code())))
            }
        }
    }

    /// A copy in the narrowest kind.
    pub fn to_buf(self) -> StrBuf {
        let mut b = Builder::with_capacity(self.len());
        b.push_str(self);
        b.finish()
    }

    /// The text for a message; lone surrogates become U+FFFD.
    pub fn display(self) -> String {
        self.chars().map(|c| char::from_u32(c).unwrap_or(char::REPLACEMENT_CHARACTER)).collect()
    }
}

/// Equality of strings of any kinds (`PyUnicode_Compare` being 0).
impl PartialEq for Str<'_> {
    fn eq(&self, other: &Str<'_>) -> bool {
        each_kind!(*self, a => match U_same(a, *other) {
            Some(same) => same,
            None => self.len() == other.len()
                && each_kind!(*other, b => a.iter().zip(b).all(|(x, y)| x.code() == y.code())),
        })
    }
}
impl Eq for Str<'_> {}

#[allow(non_snake_case)]
fn U_same<U: Unit>(a: &[U], b: Str<'_>) -> Option<bool> {
    // Slices of one type compare as memory.
    U::borrow(b).map(|b| a == b)
}

/// The order of strings of any kinds, by code points (`PyUnicode_Compare`).
impl Ord for Str<'_> {
    fn cmp(&self, other: &Str<'_>) -> Ordering {
        if let (Some(a), Some(b)) = (u8::borrow(*self), u8::borrow(*other)) {
            return a.cmp(b);
        }
        each_kind!(*self, a => match Unit::borrow(*other) {
            Some(b) => cmp_units(a, b),
            None => each_kind!(*other, b => cmp_codes(a, b)),
        })
    }
}

/// The order of units of one width: equal blocks are passed as memory.
fn cmp_units<U: Unit>(a: &[U], b: &[U]) -> Ordering {
    let equal = a.chunks(32).zip(b.chunks(32)).take_while(|(x, y)| x == y).count() * 32;
    let at = equal.min(a.len()).min(b.len());
    a[at..].cmp(&b[at..])
}

fn cmp_codes<U: Unit, V: Unit>(a: &[U], b: &[V]) -> Ordering {
    match a.iter().zip(b).find(|(x, y)| x.code() != y.code()) {
        Some((x, y)) => x.code().cmp(&y.code()),
        None => a.len().cmp(&b.len()),
    }
}

impl PartialOrd for Str<'_> {
    fn partial_cmp(&self, other: &Str<'_>) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

/// An owned string in the narrowest kind, as a [`Builder`] leaves it.
#[derive(Clone, Debug)]
pub enum StrBuf {
    Ascii(Vec<u8>),
    Latin1(Vec<u8>),
    Two(Vec<u16>),
    Four(Vec<u32>),
}

impl StrBuf {
    pub fn as_str(&self) -> Str<'_> {
        match self {
            StrBuf::Ascii(v) => Str::Ascii(v),
            StrBuf::Latin1(v) => Str::Latin1(v),
            StrBuf::Two(v) => Str::Two(v),
            StrBuf::Four(v) => Str::Four(v),
        }
    }

    /// The string of these code points, each at most U+10FFFF.
    pub fn from_codes(s: &[u32]) -> StrBuf {
        Str::Four(s).to_buf()
    }

    #[inline]
    pub fn len(&self) -> usize {
        self.as_str().len()
    }

    #[inline]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }
}

impl From<&str> for StrBuf {
    fn from(s: &str) -> StrBuf {
        let mut b = Builder::with_capacity(s.len());
        b.push_text(s);
        b.finish()
    }
}

impl PartialEq for StrBuf {
    fn eq(&self, other: &StrBuf) -> bool {
        self.as_str() == other.as_str()
    }
}
impl Eq for StrBuf {}

/// What `start` and `end` of `find`, `count`, `startswith` … select of `len` elements (`ADJUST_INDICES`); `None` when they
/// cross, and then nothing is found, not even the empty string.
pub fn bounds(len: usize, start: isize, end: isize) -> Option<(usize, usize)> {
    let from_end = |i: isize| if i < 0 { i.saturating_add_unsigned(len).max(0) as usize } else { i as usize };
    let (start, end) = (from_end(start), from_end(end).min(len));
    (start <= end).then_some((start, end))
}
