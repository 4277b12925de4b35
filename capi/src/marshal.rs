//! marshal.h: reading and writing values in files of C and in memory.

use crate::util::{api, memory};
use core::ffi::{c_char, c_int, c_long};
use dxpy_core::abi::{PyBytesObject, PyObject};
use dxpy_core::{Owned, Py, PyErr, PyResult, bytes, exceptions};
use dxpy_mod_lang::marshal;
use dxpy_types::code::unmarshal;
use libc::FILE;

/// What is left of a file, which stands at its end then.
pub(crate) fn rest(f: *mut FILE) -> Vec<u8> {
    let mut out = Vec::new();
    let mut part = vec![0u8; 1 << 16];
    loop {
        // SAFETY: the C API's contract: an open file; as much as there is room for is read.
        let n = unsafe { libc::fread(part.as_mut_ptr().cast(), 1, part.len(), f) };
        if n == 0 {
            return out;
        }
        out.extend_from_slice(&part[..n]);
    }
}

/// The first value of what is left; the file stands behind it.
fn first(py: Py<'_>, f: *mut FILE) -> PyResult {
    let all = rest(f);
    let mut left = all.as_slice();
    let value = unmarshal::read(py, &mut left)?;
    // SAFETY: an open file. What was read too far is given back.
    unsafe { libc::fseek(f, -(left.len() as c_long), libc::SEEK_CUR) };
    Ok(value)
}

#[cold]
fn ended(py: Py<'_>) -> PyErr {
    exceptions::format(py, &exceptions::EOFError, format_args!("marshal data too short"))
}

fn exactly<const N: usize>(py: Py<'_>, f: *mut FILE) -> PyResult<[u8; N]> {
    let mut b = [0; N];
    // SAFETY: an open file, and room for this.
    match unsafe { libc::fread(b.as_mut_ptr().cast(), 1, N, f) } {
        n if n == N => Ok(b),
        _ => Err(ended(py)),
    }
}

fn write(f: *mut FILE, content: &[u8]) {
    // SAFETY: an open file. Failures are the file's to report.
    unsafe { libc::fwrite(content.as_ptr().cast(), 1, content.len(), f) };
}

api! {
    /// C: `PyObject *PyMarshal_ReadObjectFromString(const char *, Py_ssize_t)`.
    fn PyMarshal_ReadObjectFromString(py, s: *const c_char, n: isize) -> PyResult<Owned> {
        unmarshal::read(py, &mut memory(s, n))
    }
    /// C: `PyObject *PyMarshal_WriteObjectToString(PyObject *, int version)`.
    fn PyMarshal_WriteObjectToString(py, o: &PyObject, version: c_int) -> PyResult<Owned<PyBytesObject>> {
        bytes::new(py, &marshal::dump_bytes(py, o, version)?)
    }
    /// C: `PyObject *PyMarshal_ReadObjectFromFile(FILE *)`.
    fn PyMarshal_ReadObjectFromFile(py, f: *mut FILE) -> PyResult<Owned> {
        first(py, f)
    }
    /// C: `PyObject *PyMarshal_ReadLastObjectFromFile(FILE *)`: the file has nothing else.
    fn PyMarshal_ReadLastObjectFromFile(py, f: *mut FILE) -> PyResult<Owned> {
        first(py, f)
    }
    /// C: `long PyMarshal_ReadLongFromFile(FILE *)`: four bytes.
    fn PyMarshal_ReadLongFromFile(py, f: *mut FILE) -> PyResult<isize> {
        exactly(py, f).map(|b| i32::from_le_bytes(b) as isize)
    }
    /// C: `int PyMarshal_ReadShortFromFile(FILE *)`: two bytes.
    fn PyMarshal_ReadShortFromFile(py, f: *mut FILE) -> PyResult<c_int> {
        exactly(py, f).map(|b| i16::from_le_bytes(b).into())
    }
    /// C: `void PyMarshal_WriteLongToFile(long, FILE *, int version)`.
    fn PyMarshal_WriteLongToFile(_, n: c_long, f: *mut FILE, _version: c_int) -> () {
        write(f, &(n as i32).to_le_bytes());
    }
    /// C: `void PyMarshal_WriteObjectToFile(PyObject *, FILE *, int version)`.
    fn PyMarshal_WriteObjectToFile(py, o: &PyObject, f: *mut FILE, version: c_int) -> () {
        match marshal::dump_bytes(py, o, version) {
            Ok(b) => write(f, &b),
            Err(e) => e.restore(py),
        }
    }
}
