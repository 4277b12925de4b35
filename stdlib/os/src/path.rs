//! File names as arguments (`path_t` of `posixmodule.c`): str, bytes, path-like objects and, where allowed, descriptors;
//! and as results: str with undecodable bytes as surrogates, or bytes for those who asked with bytes.

use dxpy_core::abi::*;
use dxpy_core::call::{call, type_name};
use dxpy_core::ptr::Object;
use dxpy_core::{Owned, Py, PyErr, PyResult, bytes, exceptions, long, name, number, object, types, unicode};
use dxpy_host::Errno;
use std::ffi::{CStr, CString};

/// A file name, or a descriptor.
pub struct Path {
    /// The name in the system's bytes; empty for a descriptor.
    pub text: CString,
    pub fd: Option<i32>,
    /// As it was given, for messages; of a path-like object its path.
    pub object: Owned,
    /// Whether results are bytes.
    pub bytes: bool,
}

/// `PyUnicode_EncodeFSDefault`.
pub fn encode(py: Py<'_>, s: &PyUnicodeObject) -> PyResult<Vec<u8>> {
    dxpy_core::codecs::encode_fs(py, s).map(|b| bytes::as_slice(&b).to_vec())
}

/// `PyUnicode_DecodeFSDefaultAndSize`.
pub fn decode(py: Py<'_>, b: &[u8]) -> PyResult<Owned<PyUnicodeObject>> {
    match core::str::from_utf8(b) {
        Ok(text) if text.is_ascii() => unicode::from_str(py, text),
        _ => dxpy_core::codecs::decode_fs(py, b),
    }
}

/// What a function says about a path it takes.
#[derive(Clone, Copy)]
pub struct Spec {
    pub function: &'static str,
    pub argument: &'static str,
    pub nullable: bool,
    pub allow_fd: bool,
}

/// `path_converter`.
pub fn path(py: Py<'_>, o: &PyObject, spec: Spec) -> PyResult<Path> {
    if spec.nullable && object::is_none(o) {
        return Ok(Path { text: CString::default(), fd: None, object: o.to_owned(), bytes: false });
    }
    let is_text = |o: &PyObject| unicode::check(o).is_some() || bytes::check(o).is_some();
    let mut o = o.to_owned();
    if !is_text(&o) {
        if spec.allow_fd && number::has_index(&o) {
            let fd = descriptor_of_index(py, &o)?;
            return Ok(Path { text: CString::default(), fd: Some(fd), object: o, bytes: false });
        }
        let Some(m) = types::special::bound(py, &o, name!("__fspath__"))? else {
            return Err(bad_type(py, &o, spec));
        };
        let r = call(py, &m, [])?;
        if !is_text(&r) {
            return Err(exceptions::type_error(
                py,
                format_args!(
                    "expected {}.__fspath__() to return str or bytes, not {}",
                    type_name(o.ty()),
                    type_name(r.ty())
                ),
            ));
        }
        o = r;
    }
    let (raw, is_bytes) = match (unicode::check(&o), bytes::check(&o)) {
        (Some(s), _) => (encode(py, s)?, false),
        (None, Some(b)) => (bytes::as_slice(b).to_vec(), true),
        (None, None) => return Err(bad_type(py, &o, spec)),
    };
    let text = CString::new(raw).map_err(|_| {
        if is_bytes {
            return exceptions::value_error(
                py,
                format_args!("{}: embedded null character in {}", spec.function, spec.argument),
            );
        }
        null_byte(py)
    })?;
    Ok(Path { text, fd: None, object: o, bytes: is_bytes })
}

/// The error for a text with a NUL inside where the system wants a C string.
#[cold]
pub fn null_byte(py: Py<'_>) -> PyErr {
    exceptions::value_error(py, format_args!("embedded null byte"))
}

/// `_fd_converter`: a descriptor given as an integer.
pub fn descriptor_of_index(py: Py<'_>, o: &PyObject) -> PyResult<i32> {
    let n = number::index(py, o)?;
    long::to_i64(&n).and_then(|v| i32::try_from(v).ok()).ok_or_else(|| {
        let side = if long::sign(&n) > 0 { "greater than maximum" } else { "less than minimum" };
        exceptions::overflow_error(py, format_args!("fd is {side}"))
    })
}

fn bad_type(py: Py<'_>, o: &PyObject, spec: Spec) -> PyErr {
    let allowed = match (spec.allow_fd, spec.nullable) {
        (true, true) => "string, bytes, os.PathLike, integer or None",
        (true, false) => "string, bytes, os.PathLike or integer",
        (false, true) => "string, bytes, os.PathLike or None",
        (false, false) => "string, bytes or os.PathLike",
    };
    exceptions::type_error(
        py,
        format_args!("{}: {} should be {allowed}, not {}", spec.function, spec.argument, type_name(o.ty())),
    )
}

impl Path {
    /// What functions that take a path or None get without an argument.
    pub fn none() -> Path {
        Path { text: CString::default(), fd: None, object: object::none(), bytes: false }
    }

    /// The name as a C string.
    pub fn c(&self) -> &CStr {
        &self.text
    }

    /// A name the system gave, in the type the caller asked with.
    pub fn result(&self, py: Py<'_>, b: &[u8]) -> PyResult {
        if self.bytes { bytes::new(py, b).map(Owned::upcast) } else { decode(py, b).map(Owned::upcast) }
    }

    /// The `OSError` with this file name.
    pub fn error(&self, py: Py<'_>, e: Errno) -> PyErr {
        os_error(py, e, Some(&self.object), None)
    }
}

/// `PyErr_SetFromErrnoWithFilenameObjects`.
pub fn os_error(py: Py<'_>, e: Errno, file: Option<&PyObject>, file2: Option<&PyObject>) -> PyErr {
    let run = || -> PyResult<PyErr> {
        let n = long::from_i64(py, e.0 as i64)?.upcast();
        let text = decode(py, &e.message())?.upcast();
        let mut args = vec![n, text];
        if let Some(f) = file {
            args.push(f.to_owned());
            if let Some(f2) = file2 {
                args.push(object::none());
                args.push(f2.to_owned());
            }
        }
        let args = dxpy_core::tuple::from_iter(py, args)?;
        Ok(exceptions::create(py, &exceptions::OSError, Some(args.as_object())))
    };
    run().unwrap_or_else(|e| e)
}

/// `_Py_normpath`: empty and dot parts go, `..` takes a part with it where there is one. A lone dot stays.
pub fn normal(path: &[u32]) -> Vec<u32> {
    const SLASH: u32 = b'/' as u32;
    const DOT: u32 = b'.' as u32;
    if path == [DOT] {
        return path.to_vec();
    }
    let slashes = path.iter().take_while(|c| **c == SLASH).count();
    let lead = if slashes == 2 { 2 } else { slashes.min(1) };
    let mut parts: Vec<&[u32]> = Vec::new();
    for part in path.split(|c| *c == SLASH) {
        match part {
            [] | [DOT] => {}
            [DOT, DOT] if lead > 0 && parts.is_empty() => {}
            [DOT, DOT] if parts.last().is_some_and(|l| *l != [DOT, DOT]) => {
                parts.pop();
            }
            _ => parts.push(part),
        }
    }
    let mut out = vec![SLASH; lead];
    out.extend(parts.join(&SLASH));
    out
}
