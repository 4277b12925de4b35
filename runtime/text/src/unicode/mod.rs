//! The Unicode 15.0 character database: what `str` methods and `unicodedata` ask of one code point. Full case
//! mappings are in `case`, names in `names`, normal forms in `normalize`, Unicode 3.2.0 in `old`.
//!
//! Every function takes any `u32`; above U+10FFFF the answer is that of an unassigned code point.

pub mod case;
pub mod names;
pub mod normalize;
pub mod old;
#[rustfmt::skip]
mod tables;

use tables::*;

/// The version of the tables: `unicodedata.unidata_version`.
pub const VERSION: &str = "15.0.0";

/// What `str` methods ask of a character (`_PyUnicode_TypeRecord`); mappings are differences.
struct TypeRecord {
    flags: u16,
    upper: i32,
    lower: i32,
    title: i32,
    decimal: u8,
    digit: u8,
}

/// A character with a mapping to several characters, or one whose folding is not its lower case.
struct SpecialCase {
    c: u32,
    lower: &'static [u32],
    title: &'static [u32],
    upper: &'static [u32],
    fold: &'static [u32],
}

/// What `unicodedata` asks of a character (`_PyUnicode_DatabaseRecord`).
struct Record {
    category: u8,
    bidi: u8,
    combining: u8,
    width: u8,
    mirrored: u8,
    quick: u8,
}

/// Unicode 3.2.0 where it differs; 255 says that it does not (0 for `number`).
struct OldRecord {
    category: u8,
    bidi: u8,
    combining: u8,
    width: u8,
    mirrored: u8,
    decimal: u8,
    number: u8,
}

#[inline]
fn ty(c: u32) -> &'static TypeRecord {
    &TYPE_RECORDS[kind(c)]
}

#[inline]
fn rec(c: u32) -> &'static Record {
    &RECORDS[record(c)]
}

macro_rules! flags {
    ($($(#[$doc:meta])* $name:ident = $flags:expr;)*) => {$(
        $(#[$doc])*
        #[inline]
        pub fn $name(c: u32) -> bool {
            ty(c).flags & ($flags) != 0
        }
    )*};
}
flags! {
    /// `Py_UNICODE_ISALPHA`: a letter of any category.
    is_alpha = ALPHA;
    /// `Py_UNICODE_ISDECIMAL`.
    is_decimal = DECIMAL;
    /// `Py_UNICODE_ISDIGIT`.
    is_digit = DIGIT;
    /// `Py_UNICODE_ISNUMERIC`.
    is_numeric = NUMERIC;
    /// `Py_UNICODE_ISALNUM`.
    is_alnum = ALPHA | DECIMAL | DIGIT | NUMERIC;
    /// `Py_UNICODE_ISLOWER`: the derived property Lowercase.
    is_lower = LOWER;
    /// `Py_UNICODE_ISUPPER`: the derived property Uppercase.
    is_upper = UPPER;
    /// `Py_UNICODE_ISTITLE`.
    is_title = TITLE;
    /// `Py_UNICODE_ISSPACE`.
    is_space = SPACE;
    /// `Py_UNICODE_ISLINEBREAK`.
    is_linebreak = LINEBREAK;
    /// `Py_UNICODE_ISPRINTABLE`: `repr` shows it as it is.
    is_printable = PRINTABLE;
    /// The first character of an identifier; `_` is not one, and the tokenizer adds it.
    is_xid_start = XID_START;
    /// A later character of an identifier.
    is_xid_continue = XID_CONTINUE;
    /// The derived property Cased.
    is_cased = CASED;
    /// The derived property Case_Ignorable.
    is_case_ignorable = CASE_IGNORABLE;
}

/// `Py_UNICODE_TODECIMAL`.
#[inline]
pub fn to_decimal(c: u32) -> Option<u8> {
    let d = ty(c).decimal;
    (d != 255).then_some(d)
}

/// `Py_UNICODE_TODIGIT`.
#[inline]
pub fn to_digit(c: u32) -> Option<u8> {
    let d = ty(c).digit;
    (d != 255).then_some(d)
}

/// `Py_UNICODE_TONUMERIC`.
pub fn to_numeric(c: u32) -> Option<f64> {
    let i = numeric(c);
    (i != 0).then(|| NUMBERS[i])
}

/// `Py_UNICODE_TOLOWER`: one character to one; where the full mapping has several, the first.
#[inline]
pub fn to_lower(c: u32) -> u32 {
    c.wrapping_add_signed(ty(c).lower)
}

/// `Py_UNICODE_TOUPPER`: one character to one; where the full mapping has several, the first.
#[inline]
pub fn to_upper(c: u32) -> u32 {
    c.wrapping_add_signed(ty(c).upper)
}

/// `Py_UNICODE_TOTITLE`: one character to one; where the full mapping has several, the first.
#[inline]
pub fn to_title(c: u32) -> u32 {
    c.wrapping_add_signed(ty(c).title)
}

/// `unicodedata.category`.
pub fn category(c: u32) -> &'static str {
    CATEGORIES[rec(c).category as usize]
}

/// `unicodedata.bidirectional`.
pub fn bidirectional(c: u32) -> &'static str {
    BIDI[rec(c).bidi as usize]
}

/// `unicodedata.combining`.
#[inline]
pub fn combining(c: u32) -> u8 {
    rec(c).combining
}

/// `unicodedata.east_asian_width`.
pub fn east_asian_width(c: u32) -> &'static str {
    WIDTHS[rec(c).width as usize]
}

/// `unicodedata.mirrored`.
pub fn mirrored(c: u32) -> bool {
    rec(c).mirrored != 0
}

/// `unicodedata.decomposition`: the tag, if any, and the code points in hexadecimal.
pub fn decomposition(c: u32) -> String {
    let Some((tag, mapping)) = normalize::mapping(c) else { return String::new() };
    let mut parts: Vec<String> = mapping.map(|c| format!("{c:04X}")).collect();
    if !tag.is_empty() {
        parts.insert(0, tag.to_owned());
    }
    parts.join(" ")
}

/// `str.isidentifier` of a whole string; `_` may begin one.
pub fn is_identifier(mut chars: impl Iterator<Item = u32>) -> bool {
    chars.next().is_some_and(|c| c == '_' as u32 || is_xid_start(c)) && chars.all(is_xid_continue)
}
