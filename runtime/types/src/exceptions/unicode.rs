//! `UnicodeEncodeError`, `UnicodeDecodeError`, `UnicodeTranslateError`: constructors, texts, attributes.

use super::base::{put, value};
use core::mem::offset_of;
use dxpy_core::abi::constants::*;
use dxpy_core::abi::*;
use dxpy_core::call::type_name;
use dxpy_core::exceptions::base::set_args;
use dxpy_core::ptr::Object;
use dxpy_core::statics::StaticType;
use dxpy_core::types::slots::has_keywords;
use dxpy_core::{
    Owned, Py, PyErr, PyResult, buffer, bytes, exceptions, glue, members, number, object, protocol, tuple,
    unicode,
};

pub(super) static ENCODE: StaticType = StaticType::new::<PyUnicodeErrorObject>(c"UnicodeEncodeError")
    .doc(c"Unicode encoding error.")
    .init(glue::init(encode_init))
    .str(glue::unary(encode_str))
    .members(&MEMBERS);
pub(super) static DECODE: StaticType = StaticType::new::<PyUnicodeErrorObject>(c"UnicodeDecodeError")
    .doc(c"Unicode decoding error.")
    .init(glue::init(decode_init))
    .str(glue::unary(decode_str))
    .members(&MEMBERS);
pub(super) static TRANSLATE: StaticType = StaticType::new::<PyUnicodeErrorObject>(c"UnicodeTranslateError")
    .doc(c"Unicode translation error.")
    .init(glue::init(translate_init))
    .str(glue::unary(translate_str))
    .members(&MEMBERS);
members! { static MEMBERS [
    "encoding" = _Py_T_OBJECT, offset_of!(PyUnicodeErrorObject, encoding), 0, "exception encoding";
    "object" = _Py_T_OBJECT, offset_of!(PyUnicodeErrorObject, object), 0, "exception object";
    "start" = Py_T_PYSSIZET, offset_of!(PyUnicodeErrorObject, start), 0, "exception start";
    "end" = Py_T_PYSSIZET, offset_of!(PyUnicodeErrorObject, end), 0, "exception end";
    "reason" = _Py_T_OBJECT, offset_of!(PyUnicodeErrorObject, reason), 0, "exception reason";
] }

/// `BaseException_init`, then the fields are emptied for the new arguments to fill.
fn begin(
    py: Py<'_>,
    e: &PyUnicodeErrorObject,
    a: &PyTupleObject,
    kw: Option<&PyDictObject>,
    expected: usize,
) -> PyResult<()> {
    if has_keywords(kw) {
        let name = type_name(e.as_object().ty());
        return Err(exceptions::type_error(py, format_args!("{name}() takes no keyword arguments")));
    }
    set_args(e, a);
    [&e.encoding, &e.object, &e.reason].into_iter().for_each(|f| put(f, None));
    let n = tuple::len(a);
    if n != expected {
        return Err(exceptions::type_error(
            py,
            format_args!("function takes exactly {expected} arguments ({n} given)"),
        ));
    }
    Ok(())
}

/// Format `U` of `PyArg_ParseTuple`: argument `i` is a str.
fn text(py: Py<'_>, items: &[&PyObject], i: usize) -> PyResult {
    if unicode::check(items[i]).is_some() { Ok(items[i].to_owned()) } else { Err(wrong(py, items, i, "str")) }
}

fn wrong(py: Py<'_>, items: &[&PyObject], i: usize, expected: &str) -> PyErr {
    let given = if object::is_none(items[i]) { "None".to_owned() } else { type_name(items[i].ty()) };
    exceptions::type_error(py, format_args!("argument {} must be {expected}, not {given}", i + 1))
}

/// Format `n`: an index.
fn place(py: Py<'_>, o: &PyObject) -> PyResult<isize> {
    let n = number::index(py, o)?;
    number::to_ssize(py, &n, &exceptions::OverflowError)
}

fn encode_init(
    py: Py<'_>,
    e: &PyUnicodeErrorObject,
    a: &PyTupleObject,
    kw: Option<&PyDictObject>,
) -> PyResult<()> {
    begin(py, e, a, kw, 5)?;
    let items = tuple::items(a);
    let (encoding, object) = (text(py, items, 0)?, text(py, items, 1)?);
    e.start.set(place(py, items[2])?);
    e.end.set(place(py, items[3])?);
    let reason = text(py, items, 4)?;
    put(&e.encoding, Some(encoding));
    put(&e.object, Some(object));
    put(&e.reason, Some(reason));
    Ok(())
}

fn decode_init(
    py: Py<'_>,
    e: &PyUnicodeErrorObject,
    a: &PyTupleObject,
    kw: Option<&PyDictObject>,
) -> PyResult<()> {
    begin(py, e, a, kw, 5)?;
    let items = tuple::items(a);
    let encoding = text(py, items, 0)?;
    e.start.set(place(py, items[2])?);
    e.end.set(place(py, items[3])?);
    let reason = text(py, items, 4)?;
    let object = match bytes::check(items[1]) {
        Some(_) => items[1].to_owned(),
        None => bytes::new(py, &buffer::to_vec(py, items[1])?)?.upcast(),
    };
    put(&e.encoding, Some(encoding));
    put(&e.object, Some(object));
    put(&e.reason, Some(reason));
    Ok(())
}

fn translate_init(
    py: Py<'_>,
    e: &PyUnicodeErrorObject,
    a: &PyTupleObject,
    kw: Option<&PyDictObject>,
) -> PyResult<()> {
    begin(py, e, a, kw, 4)?;
    let items = tuple::items(a);
    let object = text(py, items, 0)?;
    e.start.set(place(py, items[1])?);
    e.end.set(place(py, items[2])?);
    let reason = text(py, items, 3)?;
    put(&e.object, Some(object));
    put(&e.reason, Some(reason));
    Ok(())
}

/// A field as text.
fn shown(py: Py<'_>, field: &core::cell::Cell<*mut PyObject>) -> PyResult<Owned<PyUnicodeObject>> {
    protocol::str(py, &value(field))
}

/// The one item the error is about, if it is about one and it is there; attributes may hold anything by now.
fn single<T>(e: &PyUnicodeErrorObject, item: impl FnOnce(&PyObject, usize) -> Option<T>) -> Option<T> {
    let start = usize::try_from(e.start.get()).ok()?;
    // SAFETY: LIVE: a field holds a reference, or NULL.
    let object = unsafe { e.object.get().as_ref() }?.to_owned();
    (e.end.get() == e.start.get().wrapping_add(1)).then(|| item(&object, start)).flatten()
}

fn character(o: &PyObject, i: usize) -> Option<String> {
    let c = unicode::code_points(unicode::check(o)?).nth(i)?;
    Some(match c {
        0..=0xFF => format!("\\x{c:02x}"),
        0x100..=0xFFFF => format!("\\u{c:04x}"),
        _ => format!("\\U{c:08x}"),
    })
}

/// The three pieces of a text, joined without a detour through Rust's strings, as codec names may hold surrogates.
fn joined(py: Py<'_>, parts: &[&PyUnicodeObject]) -> PyResult<Owned<PyUnicodeObject>> {
    unicode::join_all(py, parts)
}

/// `'codec' codec can't … : reason`.
fn codec_text(py: Py<'_>, e: &PyUnicodeErrorObject, middle: &str) -> PyResult<Owned<PyUnicodeObject>> {
    let quote = unicode::from_str(py, "'")?;
    let middle = unicode::from_str(py, middle)?;
    let (reason, encoding) = (shown(py, &e.reason)?, shown(py, &e.encoding)?);
    joined(py, &[&quote, &encoding, &middle, &reason])
}

/// The last position of the range.
fn last(e: &PyUnicodeErrorObject) -> isize {
    e.end.get().wrapping_sub(1)
}

/// `UnicodeEncodeError_str`.
fn encode_str(py: Py<'_>, e: &PyUnicodeErrorObject) -> PyResult<Owned<PyUnicodeObject>> {
    if e.object.get().is_null() {
        return Ok(unicode::empty());
    }
    let start = e.start.get();
    let middle = match single(e, character) {
        Some(c) => format!("' codec can't encode character '{c}' in position {start}: "),
        None => format!("' codec can't encode characters in position {start}-{}: ", last(e)),
    };
    codec_text(py, e, &middle)
}

/// `UnicodeDecodeError_str`.
fn decode_str(py: Py<'_>, e: &PyUnicodeErrorObject) -> PyResult<Owned<PyUnicodeObject>> {
    if e.object.get().is_null() {
        return Ok(unicode::empty());
    }
    let start = e.start.get();
    let byte = single(e, |o, i| bytes::as_slice(bytes::check(o)?).get(i).copied());
    let middle = match byte {
        Some(b) => format!("' codec can't decode byte 0x{b:02x} in position {start}: "),
        None => format!("' codec can't decode bytes in position {start}-{}: ", last(e)),
    };
    codec_text(py, e, &middle)
}

/// `UnicodeTranslateError_str`.
fn translate_str(py: Py<'_>, e: &PyUnicodeErrorObject) -> PyResult<Owned<PyUnicodeObject>> {
    if e.object.get().is_null() {
        return Ok(unicode::empty());
    }
    let start = e.start.get();
    let front = match single(e, character) {
        Some(c) => format!("can't translate character '{c}' in position {start}: "),
        None => format!("can't translate characters in position {start}-{}: ", last(e)),
    };
    let front = unicode::from_str(py, &front)?;
    let reason = shown(py, &e.reason)?;
    joined(py, &[&front, &reason])
}
