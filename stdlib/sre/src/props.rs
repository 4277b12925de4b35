//! Character classes and case functions: the [`CharProps`] trait, its answers for bytes and for str. The Unicode
//! database is that of `dxpy-text`.

use dxpy_text::unicode;

/// What the matcher asks about characters. The locale methods default to the "C" locale.
pub trait CharProps {
    /// `str.isdecimal` of one character.
    fn is_decimal(&self, ch: u32) -> bool;
    /// `str.isalnum` of one character.
    fn is_alnum(&self, ch: u32) -> bool;
    /// The simple lower-case mapping.
    fn lower(&self, ch: u32) -> u32;
    /// The simple upper-case mapping.
    fn upper(&self, ch: u32) -> u32;
    /// `isalnum` of the current locale; asked for characters under 256 only.
    fn locale_alnum(&self, ch: u32) -> bool {
        ascii_alnum(ch)
    }
    /// `tolower` of the current locale; asked for characters under 256 only.
    fn locale_lower(&self, ch: u32) -> u32 {
        ascii_tolower(ch)
    }
    /// `toupper` of the current locale; asked for characters under 256 only.
    fn locale_upper(&self, ch: u32) -> u32 {
        if (97..=122).contains(&ch) { ch - 32 } else { ch }
    }
}

/// Properties for bytes patterns, which never reach a Unicode class: every answer is ASCII's.
#[derive(Clone, Copy, Debug, Default)]
pub struct AsciiProps;

impl CharProps for AsciiProps {
    fn is_decimal(&self, ch: u32) -> bool {
        (48..=57).contains(&ch)
    }
    fn is_alnum(&self, ch: u32) -> bool {
        ascii_alnum(ch)
    }
    fn lower(&self, ch: u32) -> u32 {
        ascii_tolower(ch)
    }
    fn upper(&self, ch: u32) -> u32 {
        self.locale_upper(ch)
    }
}

/// Properties for str patterns: Unicode 15.0, and nothing looked up below 0x80.
#[derive(Clone, Copy, Debug, Default)]
pub struct UnicodeProps;

impl CharProps for UnicodeProps {
    #[inline]
    fn is_decimal(&self, ch: u32) -> bool {
        if ch < 128 { (48..=57).contains(&ch) } else { unicode::is_decimal(ch) }
    }
    #[inline]
    fn is_alnum(&self, ch: u32) -> bool {
        if ch < 128 { ascii_alnum(ch) } else { unicode::is_alnum(ch) }
    }
    #[inline]
    fn lower(&self, ch: u32) -> u32 {
        if ch < 128 { ascii_tolower(ch) } else { unicode::to_lower(ch) }
    }
    #[inline]
    fn upper(&self, ch: u32) -> u32 {
        if ch < 128 { self.locale_upper(ch) } else { unicode::to_upper(ch) }
    }
}

pub(crate) fn ascii_alnum(ch: u32) -> bool {
    ch < 128 && (ch as u8).is_ascii_alphanumeric()
}

pub(crate) fn lower_locale<P: CharProps>(p: &P, ch: u32) -> u32 {
    if ch < 256 { p.locale_lower(ch) } else { ch }
}

pub(crate) fn upper_locale<P: CharProps>(p: &P, ch: u32) -> u32 {
    if ch < 256 { p.locale_upper(ch) } else { ch }
}

/// `str.isspace` of one character (`Py_UNICODE_ISSPACE`).
pub fn is_unicode_space(ch: u32) -> bool {
    if ch < 128 { matches!(ch, 9..=13 | 0x1c..=0x20) } else { unicode::is_space(ch) }
}

/// Whether `str.splitlines` breaks at this character (`Py_UNICODE_ISLINEBREAK`).
pub fn is_unicode_linebreak(ch: u32) -> bool {
    if ch < 128 { matches!(ch, 10..=13 | 0x1c..=0x1e) } else { unicode::is_linebreak(ch) }
}

/// `_sre.ascii_iscased`.
pub fn ascii_iscased(ch: u32) -> bool {
    ch < 128 && (ch as u8).is_ascii_alphabetic()
}

/// `_sre.ascii_tolower`.
pub fn ascii_tolower(ch: u32) -> u32 {
    if (65..=90).contains(&ch) { ch + 32 } else { ch }
}

/// `_sre.unicode_iscased`.
pub fn unicode_iscased<P: CharProps>(p: &P, ch: u32) -> bool {
    p.lower(ch) != ch || p.upper(ch) != ch
}

/// `_sre.unicode_tolower`.
pub fn unicode_tolower<P: CharProps>(p: &P, ch: u32) -> u32 {
    p.lower(ch)
}

/// `_sre.getlower` of older versions: lower case under the `LOCALE` (4) and `UNICODE` (32) flags.
pub fn getlower<P: CharProps>(p: &P, ch: u32, flags: u32) -> u32 {
    if flags & 4 != 0 {
        lower_locale(p, ch)
    } else if flags & 32 != 0 {
        p.lower(ch)
    } else {
        ascii_tolower(ch)
    }
}

pub(crate) fn category<P: CharProps>(p: &P, code: u32, ch: u32) -> bool {
    let yes = match code >> 1 {
        0 => ch < 128 && (ch as u8).is_ascii_digit(),
        1 => matches!(ch, 9..=13 | 32),
        2 => ch == 95 || ascii_alnum(ch),
        3 => ch == 10,
        4 => ch == 95 || (ch < 256 && p.locale_alnum(ch)),
        5 => p.is_decimal(ch),
        6 => is_unicode_space(ch),
        7 => ch == 95 || p.is_alnum(ch),
        _ => is_unicode_linebreak(ch),
    };
    yes != (code & 1 == 1)
}
