//! The C library's locale (`_locale`): setting and asking, number and money conventions, collation, messages. The locale
//! is the process': setting it while other threads convert is the program's own risk, as in CPython.

use crate::constants::table;
use crate::errno::{Errno, Result, text};
use std::ffi::{CStr, c_char};

/// `setlocale`; with `None` it only asks. `None`: «unsupported locale setting».
pub fn set(category: i32, name: Option<&CStr>) -> Option<Vec<u8>> {
    let name = name.map_or(std::ptr::null(), CStr::as_ptr);
    // SAFETY: null or a C string; the result is null or a string of the library's, copied at once.
    unsafe { text(libc::setlocale(category, name)) }
}

/// What `localeconv` tells. A value of 127 (`CHAR_MAX`) is not specified.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Conventions {
    /// The eight texts by the names of `locale.localeconv()`.
    pub texts: [(&'static str, Vec<u8>); 8],
    /// `grouping` and `mon_grouping`, with their final 0 or 127; empty where there is none.
    pub groupings: [(&'static str, Vec<u8>); 2],
    pub numbers: [(&'static str, i32); 8],
}

pub fn conventions() -> Conventions {
    // SAFETY: the structure is the library's own, with C strings in it, and is copied before anything else is called.
    unsafe {
        let c = &*libc::localeconv();
        let read = |t: *const c_char| text(t).unwrap_or_default();
        // Sizes of groups, ended by a 0 (repeat the last) or by CHAR_MAX (no more groups).
        let grouping = |t: *const c_char| {
            let mut sizes = read(t);
            if let Some(end) = sizes.iter().position(|n| *n == 127) {
                sizes.truncate(end + 1);
            } else if !sizes.is_empty() {
                sizes.push(0);
            }
            sizes
        };
        #[allow(clippy::unnecessary_cast, reason = "a character is unsigned on some architectures")]
        let n = |c: c_char| c as u8 as i32;
        Conventions {
            texts: [
                ("decimal_point", read(c.decimal_point)),
                ("thousands_sep", read(c.thousands_sep)),
                ("int_curr_symbol", read(c.int_curr_symbol)),
                ("currency_symbol", read(c.currency_symbol)),
                ("mon_decimal_point", read(c.mon_decimal_point)),
                ("mon_thousands_sep", read(c.mon_thousands_sep)),
                ("positive_sign", read(c.positive_sign)),
                ("negative_sign", read(c.negative_sign)),
            ],
            groupings: [("grouping", grouping(c.grouping)), ("mon_grouping", grouping(c.mon_grouping))],
            numbers: [
                ("int_frac_digits", n(c.int_frac_digits)),
                ("frac_digits", n(c.frac_digits)),
                ("p_cs_precedes", n(c.p_cs_precedes)),
                ("p_sep_by_space", n(c.p_sep_by_space)),
                ("n_cs_precedes", n(c.n_cs_precedes)),
                ("n_sep_by_space", n(c.n_sep_by_space)),
                ("p_sign_posn", n(c.p_sign_posn)),
                ("n_sign_posn", n(c.n_sign_posn)),
            ],
        }
    }
}

/// `nl_langinfo` of one of [`LANGINFO`]; `None`: «unsupported langinfo constant».
pub fn info(item: i32) -> Option<Vec<u8>> {
    if !LANGINFO.iter().any(|(_, n)| *n == i64::from(item)) {
        return None;
    }
    // SAFETY: a known item, whose value is a C string of the library's, copied at once.
    unsafe { text(libc::nl_langinfo(item)) }
}

/// `strcoll` of two wide strings without NULs inside: their order in the locale.
pub fn collate(a: &[u32], b: &[u32]) -> i32 {
    unsafe extern "C" {
        fn wcscoll(a: *const libc::wchar_t, b: *const libc::wchar_t) -> i32;
    }
    let (a, b) = (wide(a), wide(b));
    // SAFETY: two strings that end with 0.
    unsafe { wcscoll(a.as_ptr(), b.as_ptr()) }
}

/// `strxfrm` of a wide string without NULs inside: a string that compares as the first collates.
pub fn transform(s: &[u32]) -> Result<Vec<u32>> {
    unsafe extern "C" {
        fn wcsxfrm(out: *mut libc::wchar_t, s: *const libc::wchar_t, size: usize) -> usize;
    }
    let s = wide(s);
    let mut out = vec![0; s.len() + 16];
    loop {
        Errno(0).set_last();
        // SAFETY: room for as many as said, and a string that ends with 0.
        let n = unsafe { wcsxfrm(out.as_mut_ptr(), s.as_ptr(), out.len()) };
        let e = Errno::last();
        if e.0 != 0 && e.0 != libc::ERANGE {
            return Err(e);
        }
        if n < out.len() {
            return Ok(out[..n].iter().map(|c| *c as u32).collect());
        }
        out.resize(n + 1, 0);
    }
}

fn wide(s: &[u32]) -> Vec<libc::wchar_t> {
    s.iter().map(|c| *c as libc::wchar_t).chain([0]).collect()
}

/// The message catalogues of glibc: `gettext` and the rest. Each gives bytes of the locale's encoding.
pub mod messages {
    use super::{CStr, c_char, text};
    use crate::errno::{Errno, Result};

    unsafe extern "C" {
        fn textdomain(domain: *const c_char) -> *const c_char;
        fn bindtextdomain(domain: *const c_char, dir: *const c_char) -> *const c_char;
        fn bind_textdomain_codeset(domain: *const c_char, codeset: *const c_char) -> *const c_char;
        fn dcgettext(domain: *const c_char, message: *const c_char, category: i32) -> *const c_char;
    }

    fn pointer(s: Option<&CStr>) -> *const c_char {
        s.map_or(std::ptr::null(), CStr::as_ptr)
    }

    /// `textdomain`; `None` only asks.
    pub fn domain(domain: Option<&CStr>) -> Result<Vec<u8>> {
        // SAFETY: null or a C string; the result is null or one of the library's, copied at once.
        unsafe { text(textdomain(pointer(domain))) }.ok_or_else(Errno::last)
    }

    /// `bindtextdomain`; without a directory it only asks. `None`: the domain has none.
    pub fn bind(domain: &CStr, dir: Option<&CStr>) -> Option<Vec<u8>> {
        // SAFETY: as above.
        unsafe { text(bindtextdomain(domain.as_ptr(), pointer(dir))) }
    }

    /// `bind_textdomain_codeset`.
    pub fn bind_codeset(domain: &CStr, codeset: Option<&CStr>) -> Option<Vec<u8>> {
        // SAFETY: as above.
        unsafe { text(bind_textdomain_codeset(domain.as_ptr(), pointer(codeset))) }
    }

    /// `dcgettext`; `gettext` is this with no domain and `LC_MESSAGES`.
    pub fn translate(domain: Option<&CStr>, message: &CStr, category: i32) -> Vec<u8> {
        // SAFETY: null or C strings; the result is the message or a translation, copied at once.
        unsafe { text(dcgettext(pointer(domain), message.as_ptr(), category)) }.unwrap_or_default()
    }
}

/// The categories and `CHAR_MAX` of `_locale`.
pub const CATEGORIES: &[(&str, i64)] =
    table! { LC_CTYPE LC_TIME LC_COLLATE LC_MONETARY LC_MESSAGES LC_NUMERIC LC_ALL ; CHAR_MAX = 127, };

/// The items of `nl_langinfo`.
#[rustfmt::skip]
pub const LANGINFO: &[(&str, i64)] = table! {
    DAY_1 DAY_2 DAY_3 DAY_4 DAY_5 DAY_6 DAY_7 ABDAY_1 ABDAY_2 ABDAY_3 ABDAY_4 ABDAY_5 ABDAY_6 ABDAY_7
    MON_1 MON_2 MON_3 MON_4 MON_5 MON_6 MON_7 MON_8 MON_9 MON_10 MON_11 MON_12
    ABMON_1 ABMON_2 ABMON_3 ABMON_4 ABMON_5 ABMON_6 ABMON_7 ABMON_8 ABMON_9 ABMON_10 ABMON_11 ABMON_12
    RADIXCHAR THOUSEP CRNCYSTR D_FMT D_T_FMT T_FMT AM_STR PM_STR CODESET T_FMT_AMPM ERA ERA_D_FMT ERA_D_T_FMT
    ERA_T_FMT ALT_DIGITS YESEXPR NOEXPR
    ; _DATE_FMT = 131180,
};
