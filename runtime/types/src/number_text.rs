//! What the number types' texts have in common: other scripts' digits and spaces read as ASCII, the error that quotes a
//! text which is no number, and `__format__`.

use crate::str::format::spec_error;
use crate::str::with_codes;
use dxpy_core::abi::*;
use dxpy_core::statics::StaticType;
use dxpy_core::unicode::{self, view};
use dxpy_core::{Owned, Py, PyErr, PyResult, exceptions, protocol, tuple};
use dxpy_num::format::{self, Align, Spec};
use dxpy_num::format_number::{Body, Formatted, Locale};
use dxpy_text::strings::{Str, split};
use std::borrow::Cow;

/// The text with decimal digits and white space of all scripts as ASCII; any other character is a `?`, at which the
/// text ends, for it is no number (`_PyUnicode_TransformDecimalAndSpaceToASCII`).
pub fn to_ascii(s: Str<'_>) -> Cow<'_, [u8]> {
    if let Str::Ascii(v) = s {
        return Cow::Borrowed(v);
    }
    let mut out = Vec::with_capacity(s.len());
    for c in s.chars() {
        out.push(if c < 127 {
            c as u8
        } else if split::is_space(c) {
            b' '
        } else if let Some(d) = dxpy_text::unicode::to_decimal(c) {
            b'0' + d
        } else {
            b'?'
        });
        if c >= 127 && out.last() == Some(&b'?') {
            break;
        }
    }
    Cow::Owned(out)
}

/// A `ValueError` of a text before the object's `repr`, of which at most `limit` characters are shown.
#[cold]
pub fn literal_error(py: Py<'_>, before: &str, o: &PyObject, limit: usize) -> PyErr {
    quoting(py, &exceptions::ValueError, before, o, limit)
}

#[cold]
fn quoting(py: Py<'_>, class: &'static StaticType, before: &str, o: &PyObject, limit: usize) -> PyErr {
    let message = protocol::repr(py, o).and_then(|r| {
        let shown = view(&r).slice(0, unicode::len(&r).min(limit));
        let message = unicode::concat_views(py, &[Str::Ascii(before.as_bytes()), shown])?;
        tuple::from_iter(py, [message.upcast()])
    });
    match message {
        Ok(args) => exceptions::with_args(py, class, args),
        Err(e) => e,
    }
}

/// `__format__` of a number: what `layout` makes of the specification in the current locale. The empty one is the
/// caller's.
pub fn format(
    py: Py<'_>,
    spec: &PyUnicodeObject,
    kind: u8,
    type_name: &str,
    layout: impl FnOnce(&Spec, &Locale<'_>) -> format::Result<Formatted>,
) -> PyResult<Owned<PyUnicodeObject>> {
    let digit = |c| dxpy_text::unicode::to_decimal(c).map(u32::from);
    let made = with_codes(view(spec), |codes| Spec::parse_with(codes, kind, Align::Right, type_name, digit))
        .and_then(|parsed| {
            if parsed.kind == u32::from(b'n') {
                with_locale(|locale| layout(&parsed, locale))
            } else {
                layout(&parsed, &Locale::C)
            }
        })
        .map_err(|e| spec_error(py, e, spec, type_name))?;
    to_str(py, &made)
}

/// The string that a laid out number is.
fn to_str(py: Py<'_>, f: &Formatted) -> PyResult<Owned<PyUnicodeObject>> {
    let (body, body_len) = match &f.body {
        Body::Text(s) => (s.as_str(), s.len()),
        Body::Char(_) => ("", 1),
    };
    let ascii = body.is_ascii() && !matches!(f.body, Body::Char(_));
    let sum = [f.left, f.head.len(), f.inner, body_len, f.right]
        .iter()
        .try_fold(0usize, |a, b| a.checked_add(*b))
        .ok_or_else(|| exceptions::memory_error(py))?;
    if ascii && sum == body_len {
        return unicode::from_latin1(py, body.as_bytes());
    }
    let no_memory = |_| exceptions::memory_error(py);
    if ascii && let Ok(fill) = u8::try_from(f.fill) {
        let mut out: Vec<u8> = Vec::new();
        out.try_reserve_exact(sum).map_err(no_memory)?;
        out.resize(f.left, fill);
        out.extend(f.head.as_bytes());
        out.resize(out.len() + f.inner, fill);
        out.extend(body.as_bytes());
        out.resize(sum, fill);
        return unicode::from_latin1(py, &out);
    }
    let mut out: Vec<u32> = Vec::new();
    out.try_reserve_exact(sum).map_err(no_memory)?;
    out.resize(f.left, f.fill);
    out.extend(f.head.bytes().map(u32::from));
    out.resize(out.len() + f.inner, f.fill);
    match &f.body {
        Body::Text(s) => out.extend(s.chars().map(u32::from)),
        Body::Char(c) => out.push(*c),
    }
    out.resize(out.len() + f.right, f.fill);
    unicode::from_code_points(py, &out)
}

/// The numbers of `localeconv()`. Bytes that are not UTF-8 are replaced.
fn with_locale<R>(f: impl FnOnce(&Locale<'_>) -> R) -> R {
    // SAFETY: the C library's structure and its strings stay until the locale is set or asked for again; the GIL keeps
    // other threads from that, and they are copied here.
    let (point, separator, grouping) = unsafe {
        let c = &*libc::localeconv();
        let copy = |p: *const core::ffi::c_char| core::ffi::CStr::from_ptr(p).to_owned();
        (copy(c.decimal_point), copy(c.thousands_sep), copy(c.grouping))
    };
    f(&Locale {
        decimal_point: &point.to_string_lossy(),
        thousands_sep: &separator.to_string_lossy(),
        grouping: grouping.to_bytes(),
    })
}
