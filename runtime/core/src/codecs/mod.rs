//! Text from bytes and bytes from text (`PyUnicode_Decode`, `PyUnicode_AsEncodedString`): the common encodings straight
//! through the kernels of `dxpy-text`, others through the registry. Error handlers are in `errors`, the registry of
//! codecs and handlers in `registry`; the module `_codecs` is in `dxpy-mod-text`.

use std::borrow::Cow;
pub mod errors;
pub mod registry;

use crate::abi::*;
use crate::call::type_name;
use crate::err::PyResult;
use crate::ptr::{Object, Owned};
use crate::statics::Gil;
use crate::thread::Py;
use crate::{buffer, bytes, exceptions, unicode};
use core::cell::Cell;
use dxpy_text::codecs::simple::{AsciiDecoder, ByteEncoder, decode_latin1};
use dxpy_text::codecs::utf8::{Utf8Decoder, Utf8Encoder};
use dxpy_text::codecs::wide::{Utf16Decoder, Utf16Encoder, Utf32Decoder, Utf32Encoder};

pub use errors::{Source, decode_kernel, encode_kernel};

/// The encodings that need no registry.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Known {
    Utf8,
    Utf16,
    Utf32,
    Ascii,
    Latin1,
}

/// `_Py_normalize_encoding`: lower case, runs of what is neither letter, digit nor dot become one underscore.
pub fn normalize(encoding: &str) -> String {
    let mut out = String::with_capacity(encoding.len());
    let mut gap = false;
    for c in encoding.chars() {
        if c.is_ascii_alphanumeric() || c == '.' {
            if gap && !out.is_empty() {
                out.push('_');
            }
            gap = false;
            out.push(c.to_ascii_lowercase());
        } else {
            gap = true;
        }
    }
    out
}

/// The encoding this name stands for, if it is one of those known here.
pub fn known(encoding: &str) -> Option<Known> {
    match encoding {
        "utf-8" | "utf8" => return Some(Known::Utf8),
        "latin-1" => return Some(Known::Latin1),
        "ascii" => return Some(Known::Ascii),
        _ => {}
    }
    Some(match normalize(encoding).as_str() {
        "utf8" | "utf_8" => Known::Utf8,
        "utf16" | "utf_16" => Known::Utf16,
        "utf32" | "utf_32" => Known::Utf32,
        "ascii" | "us_ascii" => Known::Ascii,
        "latin1" | "latin_1" | "iso_8859_1" | "iso8859_1" => Known::Latin1,
        _ => return None,
    })
}

/// The text of an encoding's or handler's name; a NUL inside is an error.
fn name_of<'a>(py: Py<'_>, s: Option<&'a PyUnicodeObject>) -> PyResult<Option<Cow<'a, str>>> {
    let Some(s) = s else { return Ok(None) };
    let text = unicode::utf8(py, s)?;
    if text.contains('\0') {
        return Err(exceptions::value_error(py, format_args!("embedded null character")));
    }
    Ok(Some(text))
}

/// `str.encode`: bytes, whatever codec makes them.
pub fn encode_text(
    py: Py<'_>,
    s: &PyUnicodeObject,
    encoding: Option<&PyUnicodeObject>,
    errors: Option<&PyUnicodeObject>,
) -> PyResult {
    if encoding.is_none() && errors.is_none() {
        return Ok(encode_utf8(py, s, None)?.upcast());
    }
    let (encoding, errors) = (name_of(py, encoding)?, name_of(py, errors)?);
    encode(py, s, encoding.as_deref(), errors.as_deref())
}

/// Whether names of encodings and error handlers are looked up though nothing needs them (development mode).
static CHECKS: core::sync::atomic::AtomicBool = core::sync::atomic::AtomicBool::new(false);

/// Checks the names of encodings and error handlers from now on, as `-X dev` asks.
pub fn check_names() {
    CHECKS.store(true, core::sync::atomic::Ordering::Relaxed);
}

/// `unicode_check_encoding_errors`.
fn checked(py: Py<'_>, encoding: Option<&str>, errors: Option<&str>) -> PyResult<()> {
    if !CHECKS.load(core::sync::atomic::Ordering::Relaxed) {
        return Ok(());
    }
    if let Some(encoding) = encoding.filter(|e| !matches!(*e, "utf-8" | "utf8" | "ascii")) {
        registry::lookup(py, encoding)?;
    }
    let usual = ["strict", "ignore", "replace", "surrogateescape", "surrogatepass"];
    if let Some(errors) = errors.filter(|e| !usual.contains(e)) {
        registry::lookup_error(py, errors)?;
    }
    Ok(())
}

/// `PyUnicode_AsEncodedString`.
pub fn encode(py: Py<'_>, s: &PyUnicodeObject, encoding: Option<&str>, errors: Option<&str>) -> PyResult {
    checked(py, encoding, errors)?;
    let encoding = encoding.unwrap_or("utf-8");
    match known(encoding) {
        Some(Known::Utf8) => Ok(encode_utf8(py, s, errors)?.upcast()),
        Some(Known::Ascii) => Ok(encode_kernel(py, &mut { ByteEncoder::ASCII }, s, errors)?.upcast()),
        Some(Known::Latin1) => Ok(encode_kernel(py, &mut { ByteEncoder::LATIN1 }, s, errors)?.upcast()),
        Some(Known::Utf16) => Ok(encode_kernel(py, &mut Utf16Encoder::new(None), s, errors)?.upcast()),
        Some(Known::Utf32) => Ok(encode_kernel(py, &mut Utf32Encoder::new(None), s, errors)?.upcast()),
        None => registry::encode_text(py, s, encoding, errors),
    }
}

/// `PyUnicode_AsUTF8String` with an error handler.
pub fn encode_utf8(py: Py<'_>, s: &PyUnicodeObject, errors: Option<&str>) -> PyResult<Owned<PyBytesObject>> {
    if unicode::is_ascii(s) {
        return bytes::new(py, unicode::raw(s));
    }
    encode_kernel(py, &mut Utf8Encoder, s, errors)
}

/// `PyUnicode_Decode`.
pub fn decode(
    py: Py<'_>,
    source: Source<'_>,
    encoding: Option<&str>,
    errors: Option<&str>,
) -> PyResult<Owned<PyUnicodeObject>> {
    checked(py, encoding, errors)?;
    let encoding = encoding.unwrap_or("utf-8");
    match known(encoding) {
        Some(Known::Utf8) => decode_utf8(py, source, errors),
        Some(Known::Ascii) => Ok(decode_kernel(py, &mut AsciiDecoder, source, errors)?.0),
        Some(Known::Latin1) => unicode::from_buf(py, decode_latin1(source.bytes)),
        Some(Known::Utf16) => Ok(decode_kernel(py, &mut Utf16Decoder::new(None, true), source, errors)?.0),
        Some(Known::Utf32) => Ok(decode_kernel(py, &mut Utf32Decoder::new(None, true), source, errors)?.0),
        None => registry::decode_text(py, source, encoding, errors),
    }
}

/// `PyUnicode_DecodeUTF8`.
pub fn decode_utf8(py: Py<'_>, source: Source<'_>, errors: Option<&str>) -> PyResult<Owned<PyUnicodeObject>> {
    if source.bytes.is_ascii() {
        return unicode::from_latin1(py, source.bytes);
    }
    Ok(decode_kernel(py, &mut Utf8Decoder { last: true }, source, errors)?.0)
}

/// `PyUnicode_FromEncodedObject`: what `str(buffer, encoding, errors)` gives.
pub fn from_encoded_object(
    py: Py<'_>,
    o: &PyObject,
    encoding: Option<&PyUnicodeObject>,
    errors: Option<&PyUnicodeObject>,
) -> PyResult<Owned<PyUnicodeObject>> {
    let (encoding, errors) = (name_of(py, encoding)?, name_of(py, errors)?);
    if let Some(b) = bytes::check(o) {
        return decode(py, Source::of(b), encoding.as_deref(), errors.as_deref());
    }
    if unicode::check(o).is_some() {
        return Err(exceptions::type_error(py, format_args!("decoding str is not supported")));
    }
    if !buffer::check(o) {
        return Err(exceptions::type_error(
            py,
            format_args!("decoding to str: need a bytes-like object, {} found", type_name(o.ty())),
        ));
    }
    let content = buffer::View::simple(py, o)?.bytes().to_vec();
    decode(py, Source::new(&content), encoding.as_deref(), errors.as_deref())
}

/// `bytes.decode` and `bytearray.decode`, of content that is held.
pub fn decode_with_names(
    py: Py<'_>,
    source: Source<'_>,
    encoding: Option<&PyUnicodeObject>,
    errors: Option<&PyUnicodeObject>,
) -> PyResult<Owned<PyUnicodeObject>> {
    if encoding.is_none() && errors.is_none() {
        return decode_utf8(py, source, None);
    }
    let (encoding, errors) = (name_of(py, encoding)?, name_of(py, errors)?);
    decode(py, source, encoding.as_deref(), errors.as_deref())
}

/// The encoding of file names, arguments and the environment; UTF-8 unless start-up found another.
static FS: Gil<Cell<(&'static str, &'static str)>> = Gil(Cell::new(("utf-8", "surrogateescape")));

/// Sets encoding and error handler of file names (`_Py_SetFileSystemEncoding`), for the life of the process.
pub fn set_fs(encoding: &str, errors: &str) {
    let keep = |s: &str| -> &'static str { Box::leak(s.to_owned().into_boxed_str()) };
    if FS.get() != (encoding, errors) {
        FS.set((keep(encoding), keep(errors)));
    }
}

/// Encoding and error handler of file names.
pub fn fs() -> (&'static str, &'static str) {
    FS.get()
}

/// `PyUnicode_DecodeFSDefault`.
pub fn decode_fs(py: Py<'_>, path: &[u8]) -> PyResult<Owned<PyUnicodeObject>> {
    match FS.get() {
        ("utf-8", errors) => decode_utf8(py, Source::new(path), Some(errors)),
        (encoding, errors) => decode(py, Source::new(path), Some(encoding), Some(errors)),
    }
}

/// `PyUnicode_EncodeFSDefault`.
pub fn encode_fs(py: Py<'_>, s: &PyUnicodeObject) -> PyResult<Owned<PyBytesObject>> {
    let (encoding, errors) = FS.get();
    if encoding == "utf-8" {
        return encode_utf8(py, s, Some(errors));
    }
    let b = encode(py, s, Some(encoding), Some(errors))?;
    match bytes::check(&b) {
        Some(b) => Ok(b.to_owned()),
        None => Err(exceptions::type_error(py, format_args!("encoder did not return a bytes object"))),
    }
}

/// `PyUnicode_FSConverter`: the bytes of a path given as str, bytes or an object with `__fspath__`; no NUL inside.
pub fn fs_path(py: Py<'_>, path: &PyObject) -> PyResult<Owned<PyBytesObject>> {
    let path = fspath(py, path)?;
    let b = match (bytes::check(&path), unicode::check(&path)) {
        (Some(b), _) => b.to_owned(),
        (None, Some(s)) => encode_fs(py, s)?,
        _ => unreachable!("fspath gives str or bytes"),
    };
    if bytes::as_slice(&b).contains(&0) {
        return Err(exceptions::value_error(py, format_args!("embedded null byte")));
    }
    Ok(b)
}

/// `PyOS_FSPath`: the str or bytes that the object is or that its `__fspath__` gives.
pub fn fspath(py: Py<'_>, path: &PyObject) -> PyResult {
    let is_path = |o: &PyObject| unicode::check(o).is_some() || bytes::check(o).is_some();
    if is_path(path) {
        return Ok(path.to_owned());
    }
    let Some(m) = crate::types::special::lookup(py, path, crate::name!("__fspath__"))? else {
        return Err(exceptions::type_error(
            py,
            format_args!("expected str, bytes or os.PathLike object, not {}", type_name(path.ty())),
        ));
    };
    let r = m.call(py, path, [])?;
    if !is_path(&r) {
        return Err(exceptions::type_error(
            py,
            format_args!(
                "expected {}.__fspath__() to return str or bytes, not {}",
                type_name(path.ty()),
                type_name(r.ty())
            ),
        ));
    }
    Ok(r)
}
