//! `_PyUnicode_Is*` and `_PyUnicode_To*`: what is known of a character; and the tables of `pyctype.h`.

use crate::util::free;
use core::ffi::c_int;
use dxpy_text::unicode::case::{self, Mapped};
use dxpy_text::unicode::*;

/// Writes what a character maps to, at most three characters.
fn write(m: Mapped, out: *mut u32) -> c_int {
    let one;
    let all: &[u32] = match m {
        Mapped::One(c) => {
            one = [c];
            &one
        }
        Mapped::Many(all) => all,
    };
    for (i, c) in all.iter().enumerate() {
        // SAFETY: the C API's contract: room for three.
        unsafe { *out.add(i) = *c };
    }
    all.len() as c_int
}

free! {
    /// C: `int _PyUnicode_IsWhitespace(Py_UCS4)`.
    fn _PyUnicode_IsWhitespace(c: u32) -> c_int { is_space(c).into() }
    /// C: `int _PyUnicode_IsLinebreak(Py_UCS4)`.
    fn _PyUnicode_IsLinebreak(c: u32) -> c_int { is_linebreak(c).into() }
    /// C: `int _PyUnicode_IsAlpha(Py_UCS4)`.
    fn _PyUnicode_IsAlpha(c: u32) -> c_int { is_alpha(c).into() }
    /// C: `int _PyUnicode_IsDecimalDigit(Py_UCS4)`.
    fn _PyUnicode_IsDecimalDigit(c: u32) -> c_int { to_decimal(c).is_some().into() }
    /// C: `int _PyUnicode_IsDigit(Py_UCS4)`.
    fn _PyUnicode_IsDigit(c: u32) -> c_int { to_digit(c).is_some().into() }
    /// C: `int _PyUnicode_IsNumeric(Py_UCS4)`.
    fn _PyUnicode_IsNumeric(c: u32) -> c_int { is_numeric(c).into() }
    /// C: `int _PyUnicode_IsPrintable(Py_UCS4)`.
    fn _PyUnicode_IsPrintable(c: u32) -> c_int { is_printable(c).into() }
    /// C: `int _PyUnicode_IsLowercase(Py_UCS4)`.
    fn _PyUnicode_IsLowercase(c: u32) -> c_int { is_lower(c).into() }
    /// C: `int _PyUnicode_IsUppercase(Py_UCS4)`.
    fn _PyUnicode_IsUppercase(c: u32) -> c_int { is_upper(c).into() }
    /// C: `int _PyUnicode_IsTitlecase(Py_UCS4)`.
    fn _PyUnicode_IsTitlecase(c: u32) -> c_int { is_title(c).into() }
    /// C: `int _PyUnicode_IsXidStart(Py_UCS4)`.
    fn _PyUnicode_IsXidStart(c: u32) -> c_int { is_xid_start(c).into() }
    /// C: `int _PyUnicode_IsXidContinue(Py_UCS4)`.
    fn _PyUnicode_IsXidContinue(c: u32) -> c_int { is_xid_continue(c).into() }
    /// C: `int _PyUnicode_IsCased(Py_UCS4)`.
    fn _PyUnicode_IsCased(c: u32) -> c_int { is_cased(c).into() }
    /// C: `int _PyUnicode_IsCaseIgnorable(Py_UCS4)`.
    fn _PyUnicode_IsCaseIgnorable(c: u32) -> c_int { is_case_ignorable(c).into() }
    /// C: `Py_UCS4 _PyUnicode_ToLowercase(Py_UCS4)`.
    fn _PyUnicode_ToLowercase(c: u32) -> u32 { to_lower(c) }
    /// C: `Py_UCS4 _PyUnicode_ToUppercase(Py_UCS4)`.
    fn _PyUnicode_ToUppercase(c: u32) -> u32 { to_upper(c) }
    /// C: `Py_UCS4 _PyUnicode_ToTitlecase(Py_UCS4)`.
    fn _PyUnicode_ToTitlecase(c: u32) -> u32 { to_title(c) }
    /// C: `int _PyUnicode_ToDecimalDigit(Py_UCS4)`: -1 for none.
    fn _PyUnicode_ToDecimalDigit(c: u32) -> c_int { to_decimal(c).map_or(-1, c_int::from) }
    /// C: `int _PyUnicode_ToDigit(Py_UCS4)`: -1 for none.
    fn _PyUnicode_ToDigit(c: u32) -> c_int { to_digit(c).map_or(-1, c_int::from) }
    /// C: `double _PyUnicode_ToNumeric(Py_UCS4)`: -1 for none.
    fn _PyUnicode_ToNumeric(c: u32) -> f64 { to_numeric(c).unwrap_or(-1.0) }
    /// C: `int _PyUnicode_ToLowerFull(Py_UCS4, Py_UCS4 *)`.
    fn _PyUnicode_ToLowerFull(c: u32, out: *mut u32) -> c_int { write(case::lower_full(c), out) }
    /// C: `int _PyUnicode_ToUpperFull(Py_UCS4, Py_UCS4 *)`.
    fn _PyUnicode_ToUpperFull(c: u32, out: *mut u32) -> c_int { write(case::upper_full(c), out) }
    /// C: `int _PyUnicode_ToTitleFull(Py_UCS4, Py_UCS4 *)`.
    fn _PyUnicode_ToTitleFull(c: u32, out: *mut u32) -> c_int { write(case::title_full(c), out) }
    /// C: `int _PyUnicode_ToFoldedFull(Py_UCS4, Py_UCS4 *)`.
    fn _PyUnicode_ToFoldedFull(c: u32, out: *mut u32) -> c_int { write(case::fold_full(c), out) }
}

/// The classes of `pyctype.h`: lower, upper, digit, space, hexadecimal digit.
const fn classes() -> [u32; 256] {
    let mut table = [0; 256];
    let mut c = 0;
    while c < 128 {
        let b = c as u8;
        table[c] = (b.is_ascii_lowercase() as u32)
            | (b.is_ascii_uppercase() as u32) << 1
            | (b.is_ascii_digit() as u32) << 2
            | (matches!(b, 9..=13 | 32) as u32) << 3
            | (b.is_ascii_hexdigit() as u32) << 4;
        c += 1;
    }
    table
}

const fn mapped(lower: bool) -> [u8; 256] {
    let mut table = [0; 256];
    let mut c = 0;
    while c < 256 {
        let b = c as u8;
        table[c] = if lower { b.to_ascii_lowercase() } else { b.to_ascii_uppercase() };
        c += 1;
    }
    table
}

/// What counts as white space for `str.split` among ASCII: the control characters 28 to 31 too.
const fn spaces() -> [u8; 128] {
    let mut table = [0; 128];
    let mut c = 0;
    while c < 128 {
        table[c] = matches!(c, 9..=13 | 28..=32) as u8;
        c += 1;
    }
    table
}

/// C: `const unsigned int _Py_ctype_table[256]`.
#[unsafe(no_mangle)]
pub static _Py_ctype_table: [u32; 256] = classes();
/// C: `const unsigned char _Py_ctype_tolower[256]`.
#[unsafe(no_mangle)]
pub static _Py_ctype_tolower: [u8; 256] = mapped(true);
/// C: `const unsigned char _Py_ctype_toupper[256]`.
#[unsafe(no_mangle)]
pub static _Py_ctype_toupper: [u8; 256] = mapped(false);
/// C: `const unsigned char _Py_ascii_whitespace[128]`.
#[unsafe(no_mangle)]
pub static _Py_ascii_whitespace: [u8; 128] = spaces();
