//! The fields of `UnicodeEncodeError`, `UnicodeDecodeError` and `UnicodeTranslateError`.

use crate::util::{api, c_bytes, memory, put};
use core::cell::Cell;
use core::ffi::c_char;
use dxpy_core::abi::{PyObject, PyUnicodeErrorObject, PyUnicodeObject};
use dxpy_core::ptr::Object;
use dxpy_core::{Owned, Py, PyResult, bytes, call, exceptions, long, object, unicode};

type Error = PyUnicodeErrorObject;

fn field<'a>(py: Py<'_>, cell: &'a Cell<*mut PyObject>, called: &str) -> PyResult<&'a PyObject> {
    // SAFETY: LIVE: the error holds its fields, or NULL.
    unsafe { cell.get().as_ref() }
        .ok_or_else(|| exceptions::type_error(py, format_args!("{called} attribute not set")))
}

fn text<'a>(py: Py<'_>, cell: &'a Cell<*mut PyObject>, called: &str) -> PyResult<&'a PyObject> {
    let o = field(py, cell, called)?;
    if unicode::check(o).is_some() {
        return Ok(o);
    }
    Err(exceptions::type_error(py, format_args!("{called} attribute must be unicode")))
}

fn data<'a>(py: Py<'_>, cell: &'a Cell<*mut PyObject>) -> PyResult<&'a PyObject> {
    let o = field(py, cell, "object")?;
    if bytes::check(o).is_some() {
        return Ok(o);
    }
    Err(exceptions::type_error(py, format_args!("object attribute must be bytes")))
}

/// The object that could not be converted, and its size.
fn object_of<'a>(py: Py<'_>, e: &'a Error, decoding: bool) -> PyResult<(&'a PyObject, isize)> {
    let o = if decoding { data(py, &e.object)? } else { text(py, &e.object, "object")? };
    let n = bytes::check(o).map(|b| bytes::as_slice(b).len()).or_else(|| unicode::check(o).map(unicode::len));
    Ok((o, n.unwrap_or(0) as isize))
}

fn start(py: Py<'_>, e: &Error, decoding: bool, to: *mut isize) -> PyResult<()> {
    let (_, n) = object_of(py, e, decoding)?;
    let at = e.start.get().max(0);
    put(to, if at >= n { n - 1 } else { at });
    Ok(())
}

fn end(py: Py<'_>, e: &Error, decoding: bool, to: *mut isize) -> PyResult<()> {
    let (_, n) = object_of(py, e, decoding)?;
    put(to, e.end.get().max(1).min(n));
    Ok(())
}

fn set_reason(py: Py<'_>, e: &Error, reason: *const c_char) -> PyResult<()> {
    let s = unicode::from_utf8(py, c_bytes(reason))?;
    object::clear_field(&e.reason);
    e.reason.set(s.into_ptr());
    Ok(())
}

/// The functions of one class.
macro_rules! functions {
    ($decoding:literal: $object:ident $start:ident $end:ident $reason:ident $set_start:ident $set_end:ident $set_reason:ident) => {
        api! {
            /// C: `PyObject *(PyObject *)`: what could not be converted.
            fn $object(py, e: &Error) -> PyResult<Owned> {
                object_of(py, e, $decoding).map(|(o, _)| o.to_owned())
            }
            /// C: `int (PyObject *, Py_ssize_t *)`: the first place, kept inside the object.
            fn $start(py, e: &Error, to: *mut isize) -> PyResult<()> { start(py, e, $decoding, to) }
            /// C: `int (PyObject *, Py_ssize_t *)`: the place after the last, kept inside the object.
            fn $end(py, e: &Error, to: *mut isize) -> PyResult<()> { end(py, e, $decoding, to) }
            /// C: `PyObject *(PyObject *)`.
            fn $reason(py, e: &Error) -> PyResult<Owned> { text(py, &e.reason, "reason").map(|o| o.to_owned()) }
            /// C: `int (PyObject *, Py_ssize_t)`.
            fn $set_start(_, e: &Error, at: isize) -> PyResult<()> { e.start.set(at); Ok(()) }
            /// C: `int (PyObject *, Py_ssize_t)`.
            fn $set_end(_, e: &Error, at: isize) -> PyResult<()> { e.end.set(at); Ok(()) }
            /// C: `int (PyObject *, const char *)`.
            fn $set_reason(py, e: &Error, reason: *const c_char) -> PyResult<()> { set_reason(py, e, reason) }
        }
    };
}
functions!(false: PyUnicodeEncodeError_GetObject PyUnicodeEncodeError_GetStart PyUnicodeEncodeError_GetEnd PyUnicodeEncodeError_GetReason PyUnicodeEncodeError_SetStart PyUnicodeEncodeError_SetEnd PyUnicodeEncodeError_SetReason);
functions!(true: PyUnicodeDecodeError_GetObject PyUnicodeDecodeError_GetStart PyUnicodeDecodeError_GetEnd PyUnicodeDecodeError_GetReason PyUnicodeDecodeError_SetStart PyUnicodeDecodeError_SetEnd PyUnicodeDecodeError_SetReason);
functions!(false: PyUnicodeTranslateError_GetObject PyUnicodeTranslateError_GetStart PyUnicodeTranslateError_GetEnd PyUnicodeTranslateError_GetReason PyUnicodeTranslateError_SetStart PyUnicodeTranslateError_SetEnd PyUnicodeTranslateError_SetReason);

api! {
    /// C: `PyObject *PyUnicodeEncodeError_GetEncoding(PyObject *)`.
    fn PyUnicodeEncodeError_GetEncoding(py, e: &Error) -> PyResult<Owned> {
        text(py, &e.encoding, "encoding").map(|o| o.to_owned())
    }

    /// C: `PyObject *PyUnicodeDecodeError_GetEncoding(PyObject *)`.
    fn PyUnicodeDecodeError_GetEncoding(py, e: &Error) -> PyResult<Owned> {
        text(py, &e.encoding, "encoding").map(|o| o.to_owned())
    }

    /// C: `PyObject *PyUnicodeDecodeError_Create(const char *encoding, const char *, Py_ssize_t, Py_ssize_t, Py_ssize_t, const char *reason)`.
    fn PyUnicodeDecodeError_Create(py, encoding: *const c_char, content: *const c_char, n: isize, start: isize, end: isize, reason: *const c_char) -> PyResult<Owned> {
        let (encoding, reason) = (unicode::from_utf8(py, c_bytes(encoding))?, unicode::from_utf8(py, c_bytes(reason))?);
        let data = bytes::new(py, memory(content, n))?;
        let (start, end) = (long::from_i64(py, start as i64)?, long::from_i64(py, end as i64)?);
        let args = [encoding.as_object(), data.as_object(), start.as_object(), end.as_object(), reason.as_object()];
        call::call(py, exceptions::UnicodeDecodeError.as_object(), args)
    }

    /// C: `PyObject *_PyUnicodeTranslateError_Create(PyObject *, Py_ssize_t, Py_ssize_t, const char *reason)`.
    fn _PyUnicodeTranslateError_Create(py, s: &PyUnicodeObject, start: isize, end: isize, reason: *const c_char) -> PyResult<Owned> {
        let reason = unicode::from_utf8(py, c_bytes(reason))?;
        let (start, end) = (long::from_i64(py, start as i64)?, long::from_i64(py, end as i64)?);
        let args = [s.as_object(), start.as_object(), end.as_object(), reason.as_object()];
        call::call(py, exceptions::UnicodeTranslateError.as_object(), args)
    }
}
