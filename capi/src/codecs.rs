//! codecs.h and cpython/codecs.h: the registries of codecs and of error handlers.

use crate::util::{api, bad_call, c_text};
use core::ffi::c_char;
use dxpy_core::abi::{PyObject, PyTupleObject};
use dxpy_core::codecs::registry;
use dxpy_core::ptr::Object;
use dxpy_core::{Owned, Py, PyResult, attr, call, name, tuple, unicode};

/// One of the four functions of a codec.
fn item(py: Py<'_>, encoding: *const c_char, i: usize) -> PyResult {
    let codec = registry::lookup(py, c_text(encoding).ok_or_else(|| bad_call(py))?)?;
    tuple::items(&codec).get(i).map(|o| (*o).to_owned()).ok_or_else(|| bad_call(py))
}

/// An incremental codec of a `CodecInfo`.
fn incremental(
    py: Py<'_>,
    codec: &PyObject,
    errors: *const c_char,
    which: &'static unicode::Name,
) -> PyResult {
    let f = attr::get_name(py, codec, which)?;
    match c_text(errors) {
        Some(e) => call::call(py, &f, [unicode::from_str(py, e)?.as_object()]),
        None => call::call(py, &f, []),
    }
}

/// A stream of a codec.
fn stream(py: Py<'_>, encoding: *const c_char, file: &PyObject, errors: *const c_char, i: usize) -> PyResult {
    let f = item(py, encoding, i)?;
    match c_text(errors) {
        Some(e) => call::call(py, &f, [file, unicode::from_str(py, e)?.as_object()]),
        None => call::call(py, &f, [file]),
    }
}

/// What a handler of the registry answers.
fn handle(py: Py<'_>, handler: &str, e: &PyObject) -> PyResult {
    call::call(py, &*registry::lookup_error(py, handler)?, [e])
}

api! {
    /// C: `int PyCodec_Register(PyObject *)`.
    fn PyCodec_Register(py, search: &PyObject) -> PyResult<()> {
        registry::register(py, search)
    }
    /// C: `int PyCodec_Unregister(PyObject *)`.
    fn PyCodec_Unregister(py, search: &PyObject) -> PyResult<()> {
        registry::unregister(py, search)
    }
    /// C: `int PyCodec_RegisterError(const char *, PyObject *)`.
    fn PyCodec_RegisterError(py, called: *const c_char, handler: &PyObject) -> PyResult<()> {
        registry::register_error(py, c_text(called).unwrap_or("strict"), handler)
    }
    /// C: `PyObject *PyCodec_LookupError(const char *)`.
    fn PyCodec_LookupError(py, called: *const c_char) -> PyResult<Owned> {
        registry::lookup_error(py, c_text(called).unwrap_or("strict"))
    }
    /// C: `int PyCodec_KnownEncoding(const char *)`: errors of looking for it are dropped.
    fn PyCodec_KnownEncoding(py, encoding: *const c_char) -> bool {
        c_text(encoding).is_some_and(|e| registry::lookup(py, e).is_ok())
    }
    /// C: `PyObject *_PyCodec_Lookup(const char *)`.
    fn _PyCodec_Lookup(py, encoding: *const c_char) -> PyResult<Owned<PyTupleObject>> {
        registry::lookup(py, c_text(encoding).ok_or_else(|| bad_call(py))?)
    }
    /// C: `PyObject *_PyCodec_LookupTextEncoding(const char *encoding, const char *alternate_command)`.
    fn _PyCodec_LookupTextEncoding(py, encoding: *const c_char, alternative: *const c_char) -> PyResult<Owned<PyTupleObject>> {
        registry::lookup_text(py, c_text(encoding).ok_or_else(|| bad_call(py))?, c_text(alternative).unwrap_or(""))
    }
    /// C: `PyObject *PyCodec_Encode(PyObject *, const char *encoding, const char *errors)`.
    fn PyCodec_Encode(py, o: &PyObject, encoding: *const c_char, errors: *const c_char) -> PyResult<Owned> {
        registry::encode(py, o, c_text(encoding).unwrap_or("utf-8"), c_text(errors))
    }
    /// C: `PyObject *PyCodec_Decode(PyObject *, const char *encoding, const char *errors)`.
    fn PyCodec_Decode(py, o: &PyObject, encoding: *const c_char, errors: *const c_char) -> PyResult<Owned> {
        registry::decode(py, o, c_text(encoding).unwrap_or("utf-8"), c_text(errors))
    }
    /// C: `PyObject *_PyCodec_EncodeText(PyObject *, const char *encoding, const char *errors)`.
    fn _PyCodec_EncodeText(py, o: &PyObject, encoding: *const c_char, errors: *const c_char) -> PyResult<Owned> {
        let encoding = c_text(encoding).unwrap_or("utf-8");
        registry::lookup_text(py, encoding, "codecs.encode()")?;
        registry::encode(py, o, encoding, c_text(errors))
    }
    /// C: `PyObject *_PyCodec_DecodeText(PyObject *, const char *encoding, const char *errors)`.
    fn _PyCodec_DecodeText(py, o: &PyObject, encoding: *const c_char, errors: *const c_char) -> PyResult<Owned> {
        let encoding = c_text(encoding).unwrap_or("utf-8");
        registry::lookup_text(py, encoding, "codecs.decode()")?;
        registry::decode(py, o, encoding, c_text(errors))
    }
    /// C: `PyObject *PyCodec_Encoder(const char *encoding)`.
    fn PyCodec_Encoder(py, encoding: *const c_char) -> PyResult<Owned> {
        item(py, encoding, 0)
    }
    /// C: `PyObject *PyCodec_Decoder(const char *encoding)`.
    fn PyCodec_Decoder(py, encoding: *const c_char) -> PyResult<Owned> {
        item(py, encoding, 1)
    }
    /// C: `PyObject *PyCodec_IncrementalEncoder(const char *encoding, const char *errors)`.
    fn PyCodec_IncrementalEncoder(py, encoding: *const c_char, errors: *const c_char) -> PyResult<Owned> {
        let codec = registry::lookup(py, c_text(encoding).ok_or_else(|| bad_call(py))?)?;
        incremental(py, codec.as_object(), errors, name!("incrementalencoder"))
    }
    /// C: `PyObject *PyCodec_IncrementalDecoder(const char *encoding, const char *errors)`.
    fn PyCodec_IncrementalDecoder(py, encoding: *const c_char, errors: *const c_char) -> PyResult<Owned> {
        let codec = registry::lookup(py, c_text(encoding).ok_or_else(|| bad_call(py))?)?;
        incremental(py, codec.as_object(), errors, name!("incrementaldecoder"))
    }
    /// C: `PyObject *_PyCodecInfo_GetIncrementalEncoder(PyObject *, const char *errors)`.
    fn _PyCodecInfo_GetIncrementalEncoder(py, codec: &PyObject, errors: *const c_char) -> PyResult<Owned> {
        incremental(py, codec, errors, name!("incrementalencoder"))
    }
    /// C: `PyObject *_PyCodecInfo_GetIncrementalDecoder(PyObject *, const char *errors)`.
    fn _PyCodecInfo_GetIncrementalDecoder(py, codec: &PyObject, errors: *const c_char) -> PyResult<Owned> {
        incremental(py, codec, errors, name!("incrementaldecoder"))
    }
    /// C: `PyObject *PyCodec_StreamReader(const char *encoding, PyObject *stream, const char *errors)`.
    fn PyCodec_StreamReader(py, encoding: *const c_char, file: &PyObject, errors: *const c_char) -> PyResult<Owned> {
        stream(py, encoding, file, errors, 2)
    }
    /// C: `PyObject *PyCodec_StreamWriter(const char *encoding, PyObject *stream, const char *errors)`.
    fn PyCodec_StreamWriter(py, encoding: *const c_char, file: &PyObject, errors: *const c_char) -> PyResult<Owned> {
        stream(py, encoding, file, errors, 3)
    }
    /// C: `PyObject *PyCodec_StrictErrors(PyObject *)`.
    fn PyCodec_StrictErrors(py, e: &PyObject) -> PyResult<Owned> { handle(py, "strict", e) }
    /// C: `PyObject *PyCodec_IgnoreErrors(PyObject *)`.
    fn PyCodec_IgnoreErrors(py, e: &PyObject) -> PyResult<Owned> { handle(py, "ignore", e) }
    /// C: `PyObject *PyCodec_ReplaceErrors(PyObject *)`.
    fn PyCodec_ReplaceErrors(py, e: &PyObject) -> PyResult<Owned> { handle(py, "replace", e) }
    /// C: `PyObject *PyCodec_XMLCharRefReplaceErrors(PyObject *)`.
    fn PyCodec_XMLCharRefReplaceErrors(py, e: &PyObject) -> PyResult<Owned> { handle(py, "xmlcharrefreplace", e) }
    /// C: `PyObject *PyCodec_BackslashReplaceErrors(PyObject *)`.
    fn PyCodec_BackslashReplaceErrors(py, e: &PyObject) -> PyResult<Owned> { handle(py, "backslashreplace", e) }
    /// C: `PyObject *PyCodec_NameReplaceErrors(PyObject *)`.
    fn PyCodec_NameReplaceErrors(py, e: &PyObject) -> PyResult<Owned> { handle(py, "namereplace", e) }
}

/// A C string in data that C code reads.
#[repr(transparent)]
pub struct Text(pub *const c_char);
// SAFETY: constant text.
unsafe impl Sync for Text {}

/// C: `const char *Py_hexdigits`.
#[unsafe(no_mangle)]
pub static Py_hexdigits: Text = Text(c"0123456789abcdef".as_ptr());
