//! Text from bytes and to bytes: the encodings that have functions of their own, charmaps, the locale's, file names.

use super::{bad_argument, checked, ensured};
use crate::unicodeobject::wide::CLEANUP;
use crate::util::{api, bad_call, c_bytes, c_text, given, memory, put};
use core::ffi::{c_char, c_int};
use dxpy_core::abi::{PyBytesObject, PyObject, PyUnicodeObject};
use dxpy_core::call::{self, type_name};
use dxpy_core::codecs::{self, Source, decode_kernel, encode_kernel, registry};
use dxpy_core::ptr::Object;
use dxpy_core::{
    Owned, Py, PyErr, PyResult, buffer, bytes, exceptions, hooks, long, name, object, sequence, tuple,
    unicode,
};
use dxpy_text::codecs::escape::{
    RawUnicodeEscapeDecoder, UnicodeEscapeDecoder, encode_raw_unicode_escape, encode_unicode_escape,
};
use dxpy_text::codecs::utf7::{Utf7Decoder, encode_utf7};
use dxpy_text::codecs::utf8::Utf8Decoder;
use dxpy_text::codecs::wide::{Utf16Decoder, Utf16Encoder, Utf32Decoder, Utf32Encoder, byteorder, order_of};

type Text = PyResult<Owned<PyUnicodeObject>>;
type Bytes = PyResult<Owned<PyBytesObject>>;

/// The first of what a function of `_codecs` answers.
fn through_module<const N: usize>(
    py: Py<'_>,
    function: &'static unicode::Name,
    args: [&PyObject; N],
) -> PyResult {
    let m = hooks::import(py, name!("_codecs"))?;
    let r = call::method(py, &m, function, args)?;
    match tuple::check(&r).map(tuple::items) {
        Some([first, ..]) => Ok((*first).to_owned()),
        _ => Ok(r),
    }
}

/// A handler's name for functions of `_codecs`.
fn handler(py: Py<'_>, errors: *const c_char) -> PyResult {
    match c_text(errors) {
        Some(e) => Ok(unicode::from_str(py, e)?.upcast()),
        None => Ok(object::none()),
    }
}

/// A result that must be text.
fn as_text(py: Py<'_>, o: Owned) -> Text {
    unicode::check(&o).map(|s| s.to_owned()).ok_or_else(|| bad_argument(py))
}

/// `_PyUnicode_TranslateCharmap` with an error handler for characters that map to `None`.
pub(super) fn translate(py: Py<'_>, s: &PyUnicodeObject, mapping: &PyObject, errors: &str) -> Text {
    let view = unicode::view(s);
    let mut parts: Vec<Owned<PyUnicodeObject>> = Vec::new();
    let mut i = 0;
    let gone = |i: usize| -> PyResult<bool> {
        let key = long::from_i64(py, view.at(i) as i64)?;
        match sequence::get_item(py, mapping, key.as_object()) {
            Ok(v) => Ok(object::is_none(&v)),
            Err(e) if exceptions::matches(&e, &exceptions::LookupError) => Ok(false),
            Err(e) => Err(e),
        }
    };
    while i < view.len() {
        if !gone(i)? {
            let one = unicode::from_char(py, view.at(i))?;
            parts.push(dxpy_types::str::edit::translate(py, &one, mapping)?);
            i += 1;
            continue;
        }
        let start = i;
        i += 1;
        while i < view.len() && gone(i)? {
            i += 1;
        }
        let reason = unicode::from_str(py, "character maps to <undefined>")?;
        let (from, to) = (long::from_u64(py, start as u64)?, long::from_u64(py, i as u64)?);
        let e = call::call(
            py,
            exceptions::UnicodeTranslateError.as_object(),
            [s.as_object(), from.as_object(), to.as_object(), reason.as_object()],
        )?;
        let answer = call::call(py, &*registry::lookup_error(py, errors)?, [&*e])?;
        let Some([text, at]) = tuple::check(&answer).map(tuple::items).and_then(|t| t.first_chunk::<2>())
        else {
            return Err(exceptions::type_error(
                py,
                format_args!("translating error handler must return (str, int) tuple"),
            ));
        };
        parts.push(ensured(py, text)?.to_owned());
        let at = dxpy_core::number::as_ssize(py, at, &exceptions::OverflowError)?;
        let n = view.len() as isize;
        let at = if at < 0 { at + n } else { at };
        if !(0..=n).contains(&at) {
            return Err(exceptions::index_error(
                py,
                format_args!("position {at} from error handler out of bounds"),
            ));
        }
        i = at as usize;
    }
    let all: Vec<&PyUnicodeObject> = parts.iter().map(|p| &**p).collect();
    unicode::join_all(py, &all)
}

/// Decodes from UTF-16 or UTF-32, where the byte order is given and found through a pointer.
macro_rules! wide_decoder {
    ($py:ident $D:ident $s:ident $n:ident $errors:ident $order:ident $used:expr) => {{
        let used: *mut isize = $used;
        // SAFETY: the C API's contract: an int, or NULL.
        let given = unsafe { $order.as_ref() }.copied().unwrap_or(0);
        let mut d = $D::new(order_of(given), used.is_null());
        let (text, n) = decode_kernel($py, &mut d, Source::new(memory($s, $n)), c_text($errors))?;
        put($order, byteorder(d.order));
        put(used, n as isize);
        Ok(text)
    }};
}

/// Decodes what may end in the middle of a character.
fn utf8(py: Py<'_>, s: *const c_char, n: isize, errors: *const c_char, used: *mut isize) -> Text {
    let mut d = Utf8Decoder { last: used.is_null() };
    let (text, all) = decode_kernel(py, &mut d, Source::new(memory(s, n)), c_text(errors))?;
    put(used, all as isize);
    Ok(text)
}

fn utf7(py: Py<'_>, s: *const c_char, n: isize, errors: *const c_char, used: *mut isize) -> Text {
    let mut d = Utf7Decoder { last: used.is_null() };
    let (text, all) = decode_kernel(py, &mut d, Source::new(memory(s, n)), c_text(errors))?;
    put(used, all as isize);
    Ok(text)
}

fn unicode_escape(py: Py<'_>, s: *const c_char, n: isize, errors: *const c_char, used: *mut isize) -> Text {
    let mut d = UnicodeEscapeDecoder::new(used.is_null());
    let (text, all) = decode_kernel(py, &mut d, Source::new(memory(s, n)), c_text(errors))?;
    if let Some(e) = d.first_invalid {
        exceptions::warn(py, &exceptions::DeprecationWarning, 1, format_args!("{}", e.message()))?;
    }
    put(used, all as isize);
    Ok(text)
}

fn raw_unicode_escape(
    py: Py<'_>,
    s: *const c_char,
    n: isize,
    errors: *const c_char,
    used: *mut isize,
) -> Text {
    let mut d = RawUnicodeEscapeDecoder { last: used.is_null() };
    let (text, all) = decode_kernel(py, &mut d, Source::new(memory(s, n)), c_text(errors))?;
    put(used, all as isize);
    Ok(text)
}

fn encoded(py: Py<'_>, s: Option<&PyObject>, encoding: &str, errors: *const c_char) -> PyResult {
    codecs::encode(py, checked(py, s)?, Some(encoding), c_text(errors))
}

/// `strict` or `surrogateescape`, the handlers that the C library's conversions know.
fn locale_errors(py: Py<'_>, errors: *const c_char) -> PyResult<&'static str> {
    match c_text(errors) {
        None | Some("strict") => Ok("strict"),
        Some("surrogateescape") => Ok("surrogateescape"),
        Some("surrogatepass") => Ok("surrogatepass"),
        Some(_) => Err(exceptions::value_error(py, format_args!("unsupported error handler"))),
    }
}

/// An error of the locale's codec is said to be one of the encoding `locale`.
fn locale_named(py: Py<'_>, e: PyErr, decoding: bool) -> PyErr {
    // SAFETY: LAYOUT: both classes have such instances.
    let fields =
        |e: &PyErr| unsafe { &*(&raw const *e.value()).cast::<dxpy_core::abi::PyUnicodeErrorObject>() };
    let class = if decoding { &exceptions::UnicodeDecodeError } else { &exceptions::UnicodeEncodeError };
    if !exceptions::matches(&e, class) {
        return e;
    }
    let f = fields(&e);
    // SAFETY: LIVE: the error holds its object.
    let object = unsafe { f.object.get().as_ref() };
    let at = f.start.get().max(0) as usize;
    match object {
        Some(o) if decoding => match bytes::check(o) {
            Some(b) => exceptions::unicode_decode_error(
                py,
                "locale",
                bytes::as_slice(b),
                at,
                at + 1,
                "decoding error",
            ),
            None => e,
        },
        Some(o) => match unicode::check(o) {
            Some(s) => exceptions::unicode_encode_error(py, "locale", s, at, at + 1, "encoding error"),
            None => e,
        },
        None => e,
    }
}

fn decode_locale(py: Py<'_>, text: &[u8], errors: *const c_char) -> Text {
    let errors = locale_errors(py, errors)?;
    codecs::decode(py, Source::new(text), Some(codecs::fs().0), Some(errors))
        .map_err(|e| locale_named(py, e, true))
}

fn removed_soon(py: Py<'_>, old: &str, new: &str) -> PyResult<()> {
    exceptions::warn(py, &exceptions::DeprecationWarning, 1, format_args!("{old}() is deprecated; use {new}"))
}

/// A codec's answer that the caller wants as text.
fn only_text(py: Py<'_>, o: Owned, encoding: &str, coder: &str, function: &str) -> PyResult {
    if unicode::check(&o).is_some() {
        return Ok(o);
    }
    let shown = type_name(o.ty());
    Err(exceptions::type_error(
        py,
        format_args!(
            "'{encoding}' {coder} returned '{shown}' instead of 'str'; use codecs.{function}() to {function} to arbitrary types"
        ),
    ))
}

/// The converters of file names; the second call cleans up.
fn convert(
    py: Py<'_>,
    o: Option<&PyObject>,
    place: *mut *mut PyObject,
    f: impl FnOnce(&PyObject) -> PyResult,
) -> c_int {
    let Some(o) = o else {
        // SAFETY: the caller's place, which holds what the first call put there.
        drop(given(unsafe { core::ptr::replace(place, core::ptr::null_mut()) }));
        return 1;
    };
    match f(o) {
        Ok(path) => {
            put(place, path.into_ptr());
            CLEANUP
        }
        Err(e) => {
            e.restore(py);
            0
        }
    }
}

api! {
    /// C: `PyObject *PyUnicode_Decode(const char *, Py_ssize_t, const char *encoding, const char *errors)`.
    fn PyUnicode_Decode(py, s: *const c_char, n: isize, encoding: *const c_char, errors: *const c_char) -> Text {
        codecs::decode(py, Source::new(memory(s, n)), c_text(encoding), c_text(errors))
    }

    /// C: `PyObject *PyUnicode_FromEncodedObject(PyObject *, const char *encoding, const char *errors)`.
    fn PyUnicode_FromEncodedObject(py, o: Option<&PyObject>, encoding: *const c_char, errors: *const c_char) -> Text {
        let o = o.ok_or_else(|| bad_call(py))?;
        if let Some(b) = bytes::check(o) {
            return codecs::decode(py, Source::of(b), c_text(encoding), c_text(errors));
        }
        if unicode::check(o).is_some() {
            return Err(exceptions::type_error(py, format_args!("decoding str is not supported")));
        }
        if !buffer::check(o) {
            let shown = type_name(o.ty());
            return Err(exceptions::type_error(py, format_args!("decoding to str: need a bytes-like object, {shown} found")));
        }
        let content = buffer::View::simple(py, o)?.bytes().to_vec();
        codecs::decode(py, Source::new(&content), c_text(encoding), c_text(errors))
    }

    /// C: `PyObject *PyUnicode_AsEncodedString(PyObject *, const char *encoding, const char *errors)`.
    fn PyUnicode_AsEncodedString(py, s: Option<&PyObject>, encoding: *const c_char, errors: *const c_char) -> PyResult<Owned> {
        codecs::encode(py, checked(py, s)?, c_text(encoding), c_text(errors))
    }

    /// C: `PyObject *PyUnicode_DecodeUTF8(const char *, Py_ssize_t, const char *errors)`.
    fn PyUnicode_DecodeUTF8(py, s: *const c_char, n: isize, errors: *const c_char) -> Text {
        codecs::decode_utf8(py, Source::new(memory(s, n)), c_text(errors))
    }
    /// C: `PyObject *PyUnicode_DecodeUTF8Stateful(const char *, Py_ssize_t, const char *errors, Py_ssize_t *consumed)`.
    fn PyUnicode_DecodeUTF8Stateful(py, s: *const c_char, n: isize, errors: *const c_char, used: *mut isize) -> Text {
        utf8(py, s, n, errors, used)
    }
    /// C: `PyObject *PyUnicode_DecodeUTF7(const char *, Py_ssize_t, const char *errors)`.
    fn PyUnicode_DecodeUTF7(py, s: *const c_char, n: isize, errors: *const c_char) -> Text {
        utf7(py, s, n, errors, core::ptr::null_mut())
    }
    /// C: `PyObject *PyUnicode_DecodeUTF7Stateful(const char *, Py_ssize_t, const char *errors, Py_ssize_t *consumed)`.
    fn PyUnicode_DecodeUTF7Stateful(py, s: *const c_char, n: isize, errors: *const c_char, used: *mut isize) -> Text {
        utf7(py, s, n, errors, used)
    }
    /// C: `PyObject *PyUnicode_DecodeUTF16(const char *, Py_ssize_t, const char *errors, int *byteorder)`.
    fn PyUnicode_DecodeUTF16(py, s: *const c_char, n: isize, errors: *const c_char, order: *mut c_int) -> Text {
        wide_decoder!(py Utf16Decoder s n errors order core::ptr::null_mut())
    }
    /// C: `PyObject *PyUnicode_DecodeUTF16Stateful(const char *, Py_ssize_t, const char *, int *, Py_ssize_t *consumed)`.
    fn PyUnicode_DecodeUTF16Stateful(py, s: *const c_char, n: isize, errors: *const c_char, order: *mut c_int, used: *mut isize) -> Text {
        wide_decoder!(py Utf16Decoder s n errors order used)
    }
    /// C: `PyObject *PyUnicode_DecodeUTF32(const char *, Py_ssize_t, const char *errors, int *byteorder)`.
    fn PyUnicode_DecodeUTF32(py, s: *const c_char, n: isize, errors: *const c_char, order: *mut c_int) -> Text {
        wide_decoder!(py Utf32Decoder s n errors order core::ptr::null_mut())
    }
    /// C: `PyObject *PyUnicode_DecodeUTF32Stateful(const char *, Py_ssize_t, const char *, int *, Py_ssize_t *consumed)`.
    fn PyUnicode_DecodeUTF32Stateful(py, s: *const c_char, n: isize, errors: *const c_char, order: *mut c_int, used: *mut isize) -> Text {
        wide_decoder!(py Utf32Decoder s n errors order used)
    }
    /// C: `PyObject *PyUnicode_DecodeASCII(const char *, Py_ssize_t, const char *errors)`.
    fn PyUnicode_DecodeASCII(py, s: *const c_char, n: isize, errors: *const c_char) -> Text {
        codecs::decode(py, Source::new(memory(s, n)), Some("ascii"), c_text(errors))
    }
    /// C: `PyObject *PyUnicode_DecodeLatin1(const char *, Py_ssize_t, const char *errors)`.
    fn PyUnicode_DecodeLatin1(py, s: *const c_char, n: isize, _errors: *const c_char) -> Text {
        unicode::from_latin1(py, memory(s, n))
    }
    /// C: `PyObject *PyUnicode_DecodeUnicodeEscape(const char *, Py_ssize_t, const char *errors)`.
    fn PyUnicode_DecodeUnicodeEscape(py, s: *const c_char, n: isize, errors: *const c_char) -> Text {
        unicode_escape(py, s, n, errors, core::ptr::null_mut())
    }
    /// C: `PyObject *_PyUnicode_DecodeUnicodeEscapeStateful(const char *, Py_ssize_t, const char *, Py_ssize_t *consumed)`.
    fn _PyUnicode_DecodeUnicodeEscapeStateful(py, s: *const c_char, n: isize, errors: *const c_char, used: *mut isize) -> Text {
        unicode_escape(py, s, n, errors, used)
    }
    /// C: `PyObject *_PyUnicode_DecodeUnicodeEscapeInternal(const char *, Py_ssize_t, const char *, Py_ssize_t *consumed, const char **first_invalid_escape)`.
    fn _PyUnicode_DecodeUnicodeEscapeInternal(py, s: *const c_char, n: isize, errors: *const c_char, used: *mut isize, invalid: *mut *const c_char) -> Text {
        let mut d = UnicodeEscapeDecoder::new(used.is_null());
        let (text, all) = decode_kernel(py, &mut d, Source::new(memory(s, n)), c_text(errors))?;
        // The place is of what follows the backslash.
        put(invalid, d.first_invalid.map_or(core::ptr::null(), |e| s.wrapping_add(e.at + 1)));
        put(used, all as isize);
        Ok(text)
    }
    /// C: `PyObject *PyUnicode_DecodeRawUnicodeEscape(const char *, Py_ssize_t, const char *errors)`.
    fn PyUnicode_DecodeRawUnicodeEscape(py, s: *const c_char, n: isize, errors: *const c_char) -> Text {
        raw_unicode_escape(py, s, n, errors, core::ptr::null_mut())
    }
    /// C: `PyObject *_PyUnicode_DecodeRawUnicodeEscapeStateful(const char *, Py_ssize_t, const char *, Py_ssize_t *consumed)`.
    fn _PyUnicode_DecodeRawUnicodeEscapeStateful(py, s: *const c_char, n: isize, errors: *const c_char, used: *mut isize) -> Text {
        raw_unicode_escape(py, s, n, errors, used)
    }

    /// C: `PyObject *PyUnicode_AsUTF8String(PyObject *)`.
    fn PyUnicode_AsUTF8String(py, s: Option<&PyObject>) -> Bytes {
        codecs::encode_utf8(py, checked(py, s)?, None)
    }
    /// C: `PyObject *_PyUnicode_AsUTF8String(PyObject *, const char *errors)`.
    fn _PyUnicode_AsUTF8String(py, s: Option<&PyObject>, errors: *const c_char) -> Bytes {
        codecs::encode_utf8(py, checked(py, s)?, c_text(errors))
    }
    /// C: `PyObject *PyUnicode_AsASCIIString(PyObject *)`.
    fn PyUnicode_AsASCIIString(py, s: Option<&PyObject>) -> PyResult<Owned> {
        encoded(py, s, "ascii", core::ptr::null())
    }
    /// C: `PyObject *_PyUnicode_AsASCIIString(PyObject *, const char *errors)`.
    fn _PyUnicode_AsASCIIString(py, s: Option<&PyObject>, errors: *const c_char) -> PyResult<Owned> {
        encoded(py, s, "ascii", errors)
    }
    /// C: `PyObject *PyUnicode_AsLatin1String(PyObject *)`.
    fn PyUnicode_AsLatin1String(py, s: Option<&PyObject>) -> PyResult<Owned> {
        encoded(py, s, "latin-1", core::ptr::null())
    }
    /// C: `PyObject *_PyUnicode_AsLatin1String(PyObject *, const char *errors)`.
    fn _PyUnicode_AsLatin1String(py, s: Option<&PyObject>, errors: *const c_char) -> PyResult<Owned> {
        encoded(py, s, "latin-1", errors)
    }
    /// C: `PyObject *PyUnicode_AsUTF16String(PyObject *)`.
    fn PyUnicode_AsUTF16String(py, s: Option<&PyObject>) -> Bytes {
        encode_kernel(py, &mut Utf16Encoder::new(None), checked(py, s)?, None)
    }
    /// C: `PyObject *_PyUnicode_EncodeUTF16(PyObject *, const char *errors, int byteorder)`.
    fn _PyUnicode_EncodeUTF16(py, s: Option<&PyObject>, errors: *const c_char, order: c_int) -> Bytes {
        encode_kernel(py, &mut Utf16Encoder::new(order_of(order)), checked(py, s)?, c_text(errors))
    }
    /// C: `PyObject *PyUnicode_AsUTF32String(PyObject *)`.
    fn PyUnicode_AsUTF32String(py, s: Option<&PyObject>) -> Bytes {
        encode_kernel(py, &mut Utf32Encoder::new(None), checked(py, s)?, None)
    }
    /// C: `PyObject *_PyUnicode_EncodeUTF32(PyObject *, const char *errors, int byteorder)`.
    fn _PyUnicode_EncodeUTF32(py, s: Option<&PyObject>, errors: *const c_char, order: c_int) -> Bytes {
        encode_kernel(py, &mut Utf32Encoder::new(order_of(order)), checked(py, s)?, c_text(errors))
    }
    /// C: `PyObject *_PyUnicode_EncodeUTF7(PyObject *, int, int, const char *errors)`.
    fn _PyUnicode_EncodeUTF7(py, s: Option<&PyObject>, _base64_set_o: c_int, _base64_white: c_int, _errors: *const c_char) -> Bytes {
        bytes::new(py, &encode_utf7(unicode::view(checked(py, s)?)))
    }
    /// C: `PyObject *PyUnicode_AsUnicodeEscapeString(PyObject *)`.
    fn PyUnicode_AsUnicodeEscapeString(py, s: Option<&PyObject>) -> Bytes {
        bytes::new(py, &encode_unicode_escape(unicode::view(checked(py, s)?)))
    }
    /// C: `PyObject *PyUnicode_AsRawUnicodeEscapeString(PyObject *)`.
    fn PyUnicode_AsRawUnicodeEscapeString(py, s: Option<&PyObject>) -> Bytes {
        bytes::new(py, &encode_raw_unicode_escape(unicode::view(checked(py, s)?)))
    }

    /// C: `PyObject *PyUnicode_DecodeCharmap(const char *, Py_ssize_t, PyObject *mapping, const char *errors)`.
    fn PyUnicode_DecodeCharmap(py, s: *const c_char, n: isize, mapping: Option<&PyObject>, errors: *const c_char) -> Text {
        let Some(mapping) = mapping else { return unicode::from_latin1(py, memory(s, n)) };
        let data = bytes::new(py, memory(s, n))?;
        let r = through_module(py, name!("charmap_decode"), [data.as_object(), &*handler(py, errors)?, mapping])?;
        as_text(py, r)
    }
    /// C: `PyObject *_PyUnicode_EncodeCharmap(PyObject *, PyObject *mapping, const char *errors)`.
    fn _PyUnicode_EncodeCharmap(py, s: Option<&PyObject>, mapping: Option<&PyObject>, errors: *const c_char) -> PyResult<Owned> {
        let s = checked(py, s)?;
        match mapping {
            Some(m) => through_module(py, name!("charmap_encode"), [s.as_object(), &*handler(py, errors)?, m]),
            None => codecs::encode(py, s, Some("latin-1"), c_text(errors)),
        }
    }
    /// C: `PyObject *PyUnicode_AsCharmapString(PyObject *, PyObject *mapping)`.
    fn PyUnicode_AsCharmapString(py, s: Option<&PyObject>, mapping: Option<&PyObject>) -> PyResult<Owned> {
        let (s, mapping) = (checked(py, s)?, mapping.ok_or_else(|| bad_argument(py))?);
        through_module(py, name!("charmap_encode"), [s.as_object(), &object::none(), mapping])
    }
    /// C: `PyObject *PyUnicode_BuildEncodingMap(PyObject *)`.
    fn PyUnicode_BuildEncodingMap(py, table: Option<&PyObject>) -> PyResult<Owned> {
        let s = table.and_then(unicode::check).filter(|s| unicode::len(s) != 0).ok_or_else(|| bad_argument(py))?;
        through_module(py, name!("charmap_build"), [s.as_object()])
    }

    /// C: `PyObject *PyUnicode_DecodeLocale(const char *, const char *errors)`.
    fn PyUnicode_DecodeLocale(py, s: *const c_char, errors: *const c_char) -> Text {
        decode_locale(py, c_bytes(s), errors)
    }
    /// C: `PyObject *PyUnicode_DecodeLocaleAndSize(const char *, Py_ssize_t, const char *errors)`: with a NUL behind, and
    /// none inside.
    fn PyUnicode_DecodeLocaleAndSize(py, s: *const c_char, n: isize, errors: *const c_char) -> Text {
        let text = memory(s, n.saturating_add(1));
        match text.split_last() {
            Some((0, text)) if !text.contains(&0) => decode_locale(py, text, errors),
            _ => Err(exceptions::value_error(py, format_args!("embedded null byte"))),
        }
    }
    /// C: `PyObject *PyUnicode_EncodeLocale(PyObject *, const char *errors)`.
    fn PyUnicode_EncodeLocale(py, s: Option<&PyObject>, errors: *const c_char) -> PyResult<Owned> {
        let (errors, s) = (locale_errors(py, errors)?, checked(py, s)?);
        if unicode::code_points(s).any(|c| c == 0) {
            return Err(exceptions::value_error(py, format_args!("embedded null character")));
        }
        codecs::encode(py, s, Some(codecs::fs().0), Some(errors)).map_err(|e| locale_named(py, e, false))
    }
    /// C: `const char *PyUnicode_GetDefaultEncoding(void)`.
    fn PyUnicode_GetDefaultEncoding(_) -> *const c_char {
        c"utf-8".as_ptr()
    }

    /// C: `int PyUnicode_FSConverter(PyObject *, void *)`: bytes, of a path in any form.
    fn PyUnicode_FSConverter(py, o: Option<&PyObject>, place: *mut *mut PyObject) -> c_int {
        convert(py, o, place, |o| codecs::fs_path(py, o).map(Owned::upcast))
    }
    /// C: `int PyUnicode_FSDecoder(PyObject *, void *)`: a str, of a path in any form.
    fn PyUnicode_FSDecoder(py, o: Option<&PyObject>, place: *mut *mut PyObject) -> c_int {
        convert(py, o, place, |o| {
            let path = codecs::fspath(py, o)?;
            let s = match (unicode::check(&path), bytes::check(&path)) {
                (Some(s), _) => s.to_owned(),
                (None, Some(b)) => codecs::decode_fs(py, bytes::as_slice(b))?,
                _ => return Err(bad_argument(py)),
            };
            if unicode::code_points(&s).any(|c| c == 0) {
                return Err(exceptions::value_error(py, format_args!("embedded null character")));
            }
            Ok(s.upcast())
        })
    }

    /// C: `PyObject *PyUnicode_AsDecodedObject(PyObject *, const char *encoding, const char *errors)`.
    fn PyUnicode_AsDecodedObject(py, s: Option<&PyObject>, encoding: *const c_char, errors: *const c_char) -> PyResult<Owned> {
        let s = checked(py, s)?;
        removed_soon(py, "PyUnicode_AsDecodedObject", "PyCodec_Decode() to decode from str")?;
        registry::decode(py, s.as_object(), c_text(encoding).unwrap_or("utf-8"), c_text(errors))
    }
    /// C: `PyObject *PyUnicode_AsDecodedUnicode(PyObject *, const char *encoding, const char *errors)`.
    fn PyUnicode_AsDecodedUnicode(py, s: Option<&PyObject>, encoding: *const c_char, errors: *const c_char) -> PyResult<Owned> {
        let s = checked(py, s)?;
        removed_soon(py, "PyUnicode_AsDecodedUnicode", "PyCodec_Decode() to decode from str to str")?;
        let encoding = c_text(encoding).unwrap_or("utf-8");
        only_text(py, registry::decode(py, s.as_object(), encoding, c_text(errors))?, encoding, "decoder", "decode")
    }
    /// C: `PyObject *PyUnicode_AsEncodedObject(PyObject *, const char *encoding, const char *errors)`.
    fn PyUnicode_AsEncodedObject(py, s: Option<&PyObject>, encoding: *const c_char, errors: *const c_char) -> PyResult<Owned> {
        let s = checked(py, s)?;
        removed_soon(
            py,
            "PyUnicode_AsEncodedObject",
            "PyUnicode_AsEncodedString() to encode from str to bytes or PyCodec_Encode() for generic encoding",
        )?;
        registry::encode(py, s.as_object(), c_text(encoding).unwrap_or("utf-8"), c_text(errors))
    }
    /// C: `PyObject *PyUnicode_AsEncodedUnicode(PyObject *, const char *encoding, const char *errors)`.
    fn PyUnicode_AsEncodedUnicode(py, s: Option<&PyObject>, encoding: *const c_char, errors: *const c_char) -> PyResult<Owned> {
        let s = checked(py, s)?;
        removed_soon(py, "PyUnicode_AsEncodedUnicode", "PyCodec_Encode() to encode from str to str")?;
        let encoding = c_text(encoding).unwrap_or("utf-8");
        only_text(py, registry::encode(py, s.as_object(), encoding, c_text(errors))?, encoding, "encoder", "encode")
    }
}
