//! unicodeobject.h: making, reading and cutting str. The writer, formats with varargs, character properties, wide
//! characters and most stateful decoders are not here yet.

use crate::util::{content, pointer, size, status, str_of, text, token};
use core::ffi::{CStr, c_char, c_int, c_void};
use dxpy_core::abi::{Py_ssize_t, PyObject, PyUnicodeObject};
use dxpy_core::codecs::{self, Source};
use dxpy_core::ptr::Object;
use dxpy_core::{Owned, Py, PyErr, PyResult, exceptions, sequence, unicode};
use dxpy_text::strings::Str;
use dxpy_types::str::edit;

/// The part of a str that indices, of which neither is negative, select.
fn substring(py: Py<'_>, s: &PyUnicodeObject, start: isize, end: isize) -> PyResult<Owned<PyUnicodeObject>> {
    let n = unicode::len(s) as isize;
    if start < 0 || end < 0 {
        return Err(exceptions::index_error(py, format_args!("string index out of range")));
    }
    let end = end.min(n);
    unicode::substring(py, s, start.min(end) as usize, end as usize)
}

fn from_ordinal(py: Py<'_>, c: c_int) -> PyResult<Owned<PyUnicodeObject>> {
    match u32::try_from(c).ok().filter(|c| *c <= 0x10FFFF) {
        Some(c) => unicode::from_char(py, c),
        None => Err(exceptions::value_error(py, format_args!("chr() arg not in range(0x110000)"))),
    }
}

/// # Safety
/// `n` characters of `kind` bytes at `data`.
unsafe fn from_kind(
    py: Py<'_>,
    kind: c_int,
    data: *const c_void,
    n: isize,
) -> PyResult<Owned<PyUnicodeObject>> {
    let Ok(n) = usize::try_from(n) else {
        return Err(exceptions::value_error(py, format_args!("size must be positive")));
    };
    if n == 0 {
        return Ok(unicode::empty());
    }
    // SAFETY: the caller's promise.
    unsafe {
        match kind {
            1 => unicode::from_latin1(py, core::slice::from_raw_parts(data as *const u8, n)),
            2 => unicode::from_view(py, Str::Two(core::slice::from_raw_parts(data as *const u16, n))),
            4 => unicode::from_view(py, Str::Four(core::slice::from_raw_parts(data as *const u32, n))),
            _ => Err(exceptions::system_error(py, format_args!("invalid kind"))),
        }
    }
}

/// A str whose characters C code writes; zeros until then.
fn zeroed(py: Py<'_>, n: isize, maxchar: u32) -> PyResult<Owned<PyUnicodeObject>> {
    let n = match usize::try_from(n) {
        Ok(0) => return Ok(unicode::empty()),
        Ok(n) => n,
        Err(_) => {
            return Err(exceptions::system_error(py, format_args!("Negative size passed to PyUnicode_New")));
        }
    };
    if maxchar > 0x10FFFF {
        return Err(exceptions::system_error(
            py,
            format_args!("invalid maximum character passed to PyUnicode_New"),
        ));
    }
    let width = match maxchar {
        0..0x100 => 1,
        0x100..0x1_0000 => 2,
        _ => 4,
    };
    // SAFETY: C code writes the characters before others see the string, as `PyUnicode_New` asks.
    unsafe {
        let (s, out) = unicode::alloc(py, n, maxchar)?;
        core::ptr::write_bytes(out as *mut u8, 0, n * width);
        Ok(s)
    }
}

/// C: `void PyUnicode_InternInPlace(PyObject **)`.
///
/// # Safety
/// GIL, LIVE, OWNED: the place holds a reference.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn PyUnicode_InternInPlace(place: *mut *mut PyObject) {
    // SAFETY: the caller's promise.
    unsafe {
        let py = token();
        if unicode::check_exact(&**place).is_some()
            && let Ok(s) = unicode::intern(py, Owned::from_raw(*place as *mut PyUnicodeObject))
        {
            *place = s.into_ptr();
        }
    }
}

/// C: `const char *PyUnicode_AsUTF8AndSize(PyObject *, Py_ssize_t *)`: kept as long as the string.
///
/// # Safety
/// GIL, LIVE; the size's place may be NULL.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn PyUnicode_AsUTF8AndSize(s: *mut PyObject, n: *mut Py_ssize_t) -> *const c_char {
    // SAFETY: the caller's promise.
    unsafe {
        let py = token();
        match str_of(py, s).and_then(|s| unicode::utf8_cached(py, s)) {
            Ok(text) => {
                if let Some(n) = n.as_mut() {
                    *n = text.len() as isize;
                }
                text.as_ptr() as *const c_char
            }
            Err(e) => {
                PyErr::restore(e, py);
                core::ptr::null()
            }
        }
    }
}

/// C: `const char *PyUnicode_AsUTF8(PyObject *)`.
///
/// # Safety
/// GIL, LIVE.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn PyUnicode_AsUTF8(s: *mut PyObject) -> *const c_char {
    // SAFETY: the caller's promise.
    unsafe { PyUnicode_AsUTF8AndSize(s, core::ptr::null_mut()) }
}

/// C: `int PyUnicode_CompareWithASCIIString(PyObject *, const char *)`.
///
/// # Safety
/// GIL, LIVE; a C string.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn PyUnicode_CompareWithASCIIString(s: *mut PyObject, t: *const c_char) -> c_int {
    // SAFETY: the caller's promise.
    unsafe {
        let t = Str::Latin1(CStr::from_ptr(t).to_bytes());
        unicode::check(&*s).map_or(-1, |s| unicode::view(s).cmp(&t) as c_int)
    }
}

/// C: `PyObject *PyUnicode_FromString(const char *)`.
///
/// # Safety
/// GIL, LIVE; texts and memory are there as C's prototype says.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn PyUnicode_FromString(s: *const c_char) -> *mut PyObject {
    // SAFETY: the caller's promise.
    unsafe {
        let py = token();
        pointer(py, unicode::from_utf8(py, CStr::from_ptr(s).to_bytes()))
    }
}

/// C: `PyObject *PyUnicode_FromStringAndSize(const char *, Py_ssize_t)`.
///
/// # Safety
/// GIL, LIVE; texts and memory are there as C's prototype says.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn PyUnicode_FromStringAndSize(s: *const c_char, n: Py_ssize_t) -> *mut PyObject {
    // SAFETY: the caller's promise.
    unsafe {
        let py = token();
        pointer(py, unicode::from_utf8(py, content(s, n)))
    }
}

/// C: `PyObject *PyUnicode_InternFromString(const char *)`.
///
/// # Safety
/// GIL, LIVE; texts and memory are there as C's prototype says.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn PyUnicode_InternFromString(s: *const c_char) -> *mut PyObject {
    // SAFETY: the caller's promise.
    unsafe {
        let py = token();
        pointer(py, unicode::from_utf8(py, CStr::from_ptr(s).to_bytes()).and_then(|s| unicode::intern(py, s)))
    }
}

/// C: `PyObject *PyUnicode_DecodeUTF8(const char *, Py_ssize_t, const char *errors)`.
///
/// # Safety
/// GIL, LIVE; texts and memory are there as C's prototype says.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn PyUnicode_DecodeUTF8(
    s: *const c_char,
    n: Py_ssize_t,
    errors: *const c_char,
) -> *mut PyObject {
    // SAFETY: the caller's promise.
    unsafe {
        let py = token();
        pointer(py, codecs::decode(py, Source::new(content(s, n)), Some("utf-8"), text(errors)))
    }
}

/// C: `PyObject *PyUnicode_Decode(const char *, Py_ssize_t, const char *encoding, const char *errors)`.
///
/// # Safety
/// GIL, LIVE; texts and memory are there as C's prototype says.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn PyUnicode_Decode(
    s: *const c_char,
    n: Py_ssize_t,
    encoding: *const c_char,
    errors: *const c_char,
) -> *mut PyObject {
    // SAFETY: the caller's promise.
    unsafe {
        let py = token();
        pointer(py, codecs::decode(py, Source::new(content(s, n)), text(encoding), text(errors)))
    }
}

/// C: `PyObject *PyUnicode_DecodeASCII(const char *, Py_ssize_t, const char *errors)`.
///
/// # Safety
/// GIL, LIVE; texts and memory are there as C's prototype says.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn PyUnicode_DecodeASCII(
    s: *const c_char,
    n: Py_ssize_t,
    errors: *const c_char,
) -> *mut PyObject {
    // SAFETY: the caller's promise.
    unsafe {
        let py = token();
        pointer(py, codecs::decode(py, Source::new(content(s, n)), Some("ascii"), text(errors)))
    }
}

/// C: `PyObject *PyUnicode_DecodeLatin1(const char *, Py_ssize_t, const char *errors)`.
///
/// # Safety
/// GIL, LIVE; texts and memory are there as C's prototype says.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn PyUnicode_DecodeLatin1(
    s: *const c_char,
    n: Py_ssize_t,
    _errors: *const c_char,
) -> *mut PyObject {
    // SAFETY: the caller's promise.
    unsafe {
        let py = token();
        pointer(py, unicode::from_latin1(py, content(s, n)))
    }
}

/// C: `PyObject *PyUnicode_DecodeFSDefault(const char *)`.
///
/// # Safety
/// GIL, LIVE; texts and memory are there as C's prototype says.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn PyUnicode_DecodeFSDefault(s: *const c_char) -> *mut PyObject {
    // SAFETY: the caller's promise.
    unsafe {
        let py = token();
        pointer(py, codecs::decode_fs(py, CStr::from_ptr(s).to_bytes()))
    }
}

/// C: `PyObject *PyUnicode_DecodeFSDefaultAndSize(const char *, Py_ssize_t)`.
///
/// # Safety
/// GIL, LIVE; texts and memory are there as C's prototype says.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn PyUnicode_DecodeFSDefaultAndSize(s: *const c_char, n: Py_ssize_t) -> *mut PyObject {
    // SAFETY: the caller's promise.
    unsafe {
        let py = token();
        pointer(py, codecs::decode_fs(py, content(s, n)))
    }
}

/// C: `PyObject *PyUnicode_AsUTF8String(PyObject *)`.
///
/// # Safety
/// GIL, LIVE; texts and memory are there as C's prototype says.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn PyUnicode_AsUTF8String(s: *mut PyObject) -> *mut PyObject {
    // SAFETY: the caller's promise.
    unsafe {
        let py = token();
        pointer(py, str_of(py, s).and_then(|s| codecs::encode_utf8(py, s, None)))
    }
}

/// C: `PyObject *PyUnicode_AsASCIIString(PyObject *)`.
///
/// # Safety
/// GIL, LIVE; texts and memory are there as C's prototype says.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn PyUnicode_AsASCIIString(s: *mut PyObject) -> *mut PyObject {
    // SAFETY: the caller's promise.
    unsafe {
        let py = token();
        pointer(py, str_of(py, s).and_then(|s| codecs::encode(py, s, Some("ascii"), None)))
    }
}

/// C: `PyObject *PyUnicode_AsLatin1String(PyObject *)`.
///
/// # Safety
/// GIL, LIVE; texts and memory are there as C's prototype says.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn PyUnicode_AsLatin1String(s: *mut PyObject) -> *mut PyObject {
    // SAFETY: the caller's promise.
    unsafe {
        let py = token();
        pointer(py, str_of(py, s).and_then(|s| codecs::encode(py, s, Some("latin-1"), None)))
    }
}

/// C: `PyObject *PyUnicode_AsEncodedString(PyObject *, const char *encoding, const char *errors)`.
///
/// # Safety
/// GIL, LIVE; texts and memory are there as C's prototype says.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn PyUnicode_AsEncodedString(
    s: *mut PyObject,
    encoding: *const c_char,
    errors: *const c_char,
) -> *mut PyObject {
    // SAFETY: the caller's promise.
    unsafe {
        let py = token();
        pointer(py, str_of(py, s).and_then(|s| codecs::encode(py, s, text(encoding), text(errors))))
    }
}

/// C: `PyObject *PyUnicode_EncodeFSDefault(PyObject *)`.
///
/// # Safety
/// GIL, LIVE; texts and memory are there as C's prototype says.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn PyUnicode_EncodeFSDefault(s: *mut PyObject) -> *mut PyObject {
    // SAFETY: the caller's promise.
    unsafe {
        let py = token();
        pointer(py, str_of(py, s).and_then(|s| codecs::encode_fs(py, s)))
    }
}

/// C: `PyObject *PyUnicode_FromObject(PyObject *)`.
///
/// # Safety
/// GIL, LIVE; texts and memory are there as C's prototype says.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn PyUnicode_FromObject(s: *mut PyObject) -> *mut PyObject {
    // SAFETY: the caller's promise.
    unsafe {
        let py = token();
        pointer(py, str_of(py, s).and_then(|s| unicode::exact(py, s)))
    }
}

/// C: `PyObject *PyUnicode_Concat(PyObject *, PyObject *)`.
///
/// # Safety
/// GIL, LIVE; texts and memory are there as C's prototype says.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn PyUnicode_Concat(a: *mut PyObject, b: *mut PyObject) -> *mut PyObject {
    // SAFETY: the caller's promise.
    unsafe {
        let py = token();
        pointer(py, dxpy_types::str::concat(py, &*a, &*b))
    }
}

/// C: `PyObject *PyUnicode_Substring(PyObject *, Py_ssize_t start, Py_ssize_t end)`.
///
/// # Safety
/// GIL, LIVE; texts and memory are there as C's prototype says.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn PyUnicode_Substring(
    s: *mut PyObject,
    start: Py_ssize_t,
    end: Py_ssize_t,
) -> *mut PyObject {
    // SAFETY: the caller's promise.
    unsafe {
        let py = token();
        pointer(py, str_of(py, s).and_then(|s| substring(py, s, start, end)))
    }
}

/// C: `PyObject *PyUnicode_FromOrdinal(int)`.
///
/// # Safety
/// GIL, LIVE; texts and memory are there as C's prototype says.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn PyUnicode_FromOrdinal(c: c_int) -> *mut PyObject {
    // SAFETY: the caller's promise.
    unsafe {
        let py = token();
        pointer(py, from_ordinal(py, c))
    }
}

/// C: `PyObject *PyUnicode_FromKindAndData(int kind, const void *, Py_ssize_t)`.
///
/// # Safety
/// GIL, LIVE; texts and memory are there as C's prototype says.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn PyUnicode_FromKindAndData(
    kind: c_int,
    data: *const c_void,
    n: Py_ssize_t,
) -> *mut PyObject {
    // SAFETY: the caller's promise.
    unsafe {
        let py = token();
        pointer(py, from_kind(py, kind, data, n))
    }
}

/// C: `PyObject *PyUnicode_New(Py_ssize_t, Py_UCS4 maxchar)`.
///
/// # Safety
/// GIL, LIVE; texts and memory are there as C's prototype says.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn PyUnicode_New(n: Py_ssize_t, maxchar: u32) -> *mut PyObject {
    // SAFETY: the caller's promise.
    unsafe {
        let py = token();
        pointer(py, zeroed(py, n, maxchar))
    }
}

/// C: `PyObject *PyUnicode_Split(PyObject *, PyObject *sep, Py_ssize_t max)`.
///
/// # Safety
/// GIL, LIVE; texts and memory are there as C's prototype says.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn PyUnicode_Split(
    s: *mut PyObject,
    sep: *mut PyObject,
    max: Py_ssize_t,
) -> *mut PyObject {
    // SAFETY: the caller's promise.
    unsafe {
        let py = token();
        pointer(py, str_of(py, s).and_then(|s| edit::split(py, s, sep.as_ref(), Some(max))))
    }
}

/// C: `PyObject *PyUnicode_RSplit(PyObject *, PyObject *sep, Py_ssize_t max)`.
///
/// # Safety
/// GIL, LIVE; texts and memory are there as C's prototype says.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn PyUnicode_RSplit(
    s: *mut PyObject,
    sep: *mut PyObject,
    max: Py_ssize_t,
) -> *mut PyObject {
    // SAFETY: the caller's promise.
    unsafe {
        let py = token();
        pointer(py, str_of(py, s).and_then(|s| edit::rsplit(py, s, sep.as_ref(), Some(max))))
    }
}

/// C: `PyObject *PyUnicode_Splitlines(PyObject *, int keepends)`.
///
/// # Safety
/// GIL, LIVE; texts and memory are there as C's prototype says.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn PyUnicode_Splitlines(s: *mut PyObject, keep: c_int) -> *mut PyObject {
    // SAFETY: the caller's promise.
    unsafe {
        let py = token();
        pointer(py, str_of(py, s).and_then(|s| edit::splitlines(py, s, Some(keep != 0))))
    }
}

/// C: `PyObject *PyUnicode_Partition(PyObject *, PyObject *sep)`.
///
/// # Safety
/// GIL, LIVE; texts and memory are there as C's prototype says.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn PyUnicode_Partition(s: *mut PyObject, sep: *mut PyObject) -> *mut PyObject {
    // SAFETY: the caller's promise.
    unsafe {
        let py = token();
        pointer(py, str_of(py, s).and_then(|s| edit::partition(py, s, &*sep)))
    }
}

/// C: `PyObject *PyUnicode_RPartition(PyObject *, PyObject *sep)`.
///
/// # Safety
/// GIL, LIVE; texts and memory are there as C's prototype says.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn PyUnicode_RPartition(s: *mut PyObject, sep: *mut PyObject) -> *mut PyObject {
    // SAFETY: the caller's promise.
    unsafe {
        let py = token();
        pointer(py, str_of(py, s).and_then(|s| edit::rpartition(py, s, &*sep)))
    }
}

/// C: `PyObject *PyUnicode_Join(PyObject *sep, PyObject *items)`.
///
/// # Safety
/// GIL, LIVE; texts and memory are there as C's prototype says.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn PyUnicode_Join(sep: *mut PyObject, items: *mut PyObject) -> *mut PyObject {
    // SAFETY: the caller's promise.
    unsafe {
        let py = token();
        pointer(py, str_of(py, sep).and_then(|s| edit::join(py, s, &*items)))
    }
}

/// C: `PyObject *PyUnicode_Replace(PyObject *, PyObject *old, PyObject *new, Py_ssize_t max)`.
///
/// # Safety
/// GIL, LIVE; texts and memory are there as C's prototype says.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn PyUnicode_Replace(
    s: *mut PyObject,
    old: *mut PyObject,
    new: *mut PyObject,
    max: Py_ssize_t,
) -> *mut PyObject {
    // SAFETY: the caller's promise.
    unsafe {
        let py = token();
        pointer(
            py,
            str_of(py, s).and_then(|s| edit::replace(py, s, str_of(py, old)?, str_of(py, new)?, Some(max))),
        )
    }
}

/// C: `PyObject *PyUnicode_Format(PyObject *, PyObject *args)`.
///
/// # Safety
/// GIL, LIVE; texts and memory are there as C's prototype says.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn PyUnicode_Format(s: *mut PyObject, args: *mut PyObject) -> *mut PyObject {
    // SAFETY: the caller's promise.
    unsafe {
        let py = token();
        pointer(
            py,
            str_of(py, s).and_then(|s| dxpy_types::str::percent::remainder(py, s.as_object(), &*args)),
        )
    }
}

/// C: `Py_ssize_t PyUnicode_GetLength(PyObject *)`.
///
/// # Safety
/// GIL, LIVE; texts and memory are there as C's prototype says.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn PyUnicode_GetLength(s: *mut PyObject) -> Py_ssize_t {
    // SAFETY: the caller's promise.
    unsafe {
        let py = token();
        size(py, str_of(py, s).map(unicode::len))
    }
}

/// C: `int PyUnicode_Compare(PyObject *, PyObject *)`.
///
/// # Safety
/// GIL, LIVE; texts and memory are there as C's prototype says.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn PyUnicode_Compare(a: *mut PyObject, b: *mut PyObject) -> c_int {
    // SAFETY: the caller's promise.
    unsafe {
        let py = token();
        status(py, str_of(py, a).and_then(|a| Ok(unicode::compare(a, str_of(py, b)?) as c_int)))
    }
}

/// C: `int PyUnicode_Contains(PyObject *, PyObject *)`.
///
/// # Safety
/// GIL, LIVE; texts and memory are there as C's prototype says.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn PyUnicode_Contains(s: *mut PyObject, sub: *mut PyObject) -> c_int {
    // SAFETY: the caller's promise.
    unsafe {
        let py = token();
        status(py, sequence::contains(py, &*s, &*sub).map(|b| b as c_int))
    }
}

/// C: `int PyUnicode_IsIdentifier(PyObject *)`.
///
/// # Safety
/// GIL, LIVE; texts and memory are there as C's prototype says.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn PyUnicode_IsIdentifier(s: *mut PyObject) -> c_int {
    // SAFETY: the caller's promise.
    unsafe {
        let py = token();
        status(py, str_of(py, s).map(|s| unicode::is_identifier(s) as c_int))
    }
}
