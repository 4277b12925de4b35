//! Wide characters, of four bytes each on the platforms there are.

use super::checked;
use crate::pymem::{PyMem_Free, room};
use crate::util::{api, bad_call, held, put};
use core::ffi::c_int;
use dxpy_core::abi::{PyObject, PyUnicodeObject};
use dxpy_core::call::type_name;
use dxpy_core::ptr::Object;
use dxpy_core::{Owned, Py, PyResult, exceptions, object, unicode};

/// `wchar_t`.
pub type Wide = i32;

/// What a converter answers that wants to be called again to clean up.
pub const CLEANUP: c_int = 0x20000;

/// The characters before the zero.
///
/// # Safety
/// A wide string.
pub unsafe fn text<'a>(p: *const Wide) -> &'a [u32] {
    // SAFETY: the caller's promise.
    unsafe {
        let n = (0..).take_while(|i| *p.add(*i) != 0).count();
        core::slice::from_raw_parts(p.cast(), n)
    }
}

/// A str of these characters.
pub fn to_str(py: Py<'_>, chars: &[u32]) -> PyResult<Owned<PyUnicodeObject>> {
    if let Some(c) = chars.iter().find(|c| **c > 0x10FFFF) {
        return Err(exceptions::value_error(
            py,
            format_args!("character U+{c:x} is not in range [U+0000; U+10ffff]"),
        ));
    }
    unicode::from_code_points(py, chars)
}

/// A copy from `PyMem_Malloc` with a zero behind it.
pub fn copy(py: Py<'_>, s: &PyUnicodeObject) -> PyResult<*mut Wide> {
    let n = unicode::len(s);
    let p: *mut Wide = room(py, n + 1)?;
    // SAFETY: new, and large enough.
    unsafe { write(s, p, n + 1) };
    Ok(p)
}

/// Writes `n` characters, of which the last may be the zero behind the string.
///
/// # Safety
/// Room for them; at most one more than the string has.
unsafe fn write(s: &PyUnicodeObject, to: *mut Wide, n: usize) {
    for (i, c) in unicode::code_points(s).chain([0]).take(n).enumerate() {
        // SAFETY: the caller's promise.
        unsafe { *to.add(i) = c as Wide };
    }
}

/// A copy without a zero inside.
pub fn copy_whole(py: Py<'_>, s: &PyUnicodeObject) -> PyResult<*mut Wide> {
    if unicode::code_points(s).any(|c| c == 0) {
        return Err(exceptions::value_error(py, format_args!("embedded null character")));
    }
    copy(py, s)
}

/// The converters for arguments: a wide string for a str, NULL for `None` where that is allowed.
fn convert(py: Py<'_>, o: Option<&PyObject>, place: *mut *mut Wide, none: bool) -> c_int {
    let Some(o) = o else {
        // The call that cleans up.
        if let Some(p) = held(place.cast()) {
            // SAFETY: this converter allocated it.
            unsafe { PyMem_Free((&raw const *p).cast_mut().cast()) };
        }
        return 1;
    };
    if none && object::is_none(o) {
        put(place, core::ptr::null_mut());
        return 1;
    }
    let r = match unicode::check(o) {
        Some(s) => copy_whole(py, s),
        None => {
            let or = if none { " or None" } else { "" };
            Err(exceptions::type_error(
                py,
                format_args!("argument must be str{or}, not {}", type_name(o.ty())),
            ))
        }
    };
    match r {
        Ok(p) => {
            put(place, p);
            CLEANUP
        }
        Err(e) => {
            e.restore(py);
            0
        }
    }
}

api! {
    /// C: `PyObject *PyUnicode_FromWideChar(const wchar_t *, Py_ssize_t)`; -1 is up to the zero.
    fn PyUnicode_FromWideChar(py, w: *const Wide, n: isize) -> PyResult<Owned<PyUnicodeObject>> {
        if w.is_null() && n != 0 || n < -1 {
            return Err(bad_call(py));
        }
        // SAFETY: the C API's contract: `n` characters, or a wide string.
        to_str(py, unsafe {
            match n {
                0 => &[],
                -1 => text(w),
                _ if n as usize > isize::MAX as usize / 4 => return Err(exceptions::memory_error(py)),
                _ => core::slice::from_raw_parts(w.cast(), n as usize),
            }
        })
    }

    /// C: `Py_ssize_t PyUnicode_AsWideChar(PyObject *, wchar_t *, Py_ssize_t)`: how many characters were written, without
    /// the zero; how many there is need of, with it, where there is no place.
    fn PyUnicode_AsWideChar(py, s: Option<&PyObject>, to: *mut Wide, room: isize) -> PyResult<isize> {
        let s = s.ok_or_else(|| bad_call(py)).and_then(|s| checked(py, Some(s)))?;
        let n = unicode::len(s);
        if to.is_null() {
            return Ok(n as isize + 1);
        }
        let room = room.max(0) as usize;
        // SAFETY: the caller's room, and no more than the string with its zero.
        unsafe { write(s, to, room.min(n + 1)) };
        Ok(room.min(n) as isize)
    }

    /// C: `wchar_t *PyUnicode_AsWideCharString(PyObject *, Py_ssize_t *)`: to be freed by `PyMem_Free`.
    fn PyUnicode_AsWideCharString(py, s: Option<&PyObject>, n: *mut isize) -> PyResult<*mut Wide> {
        let s = s.ok_or_else(|| bad_call(py)).and_then(|s| checked(py, Some(s)))?;
        if n.is_null() {
            return copy_whole(py, s);
        }
        let p = copy(py, s)?;
        put(n, unicode::len(s) as isize);
        Ok(p)
    }

    /// C: `int _PyUnicode_WideCharString_Converter(PyObject *, void *)`.
    fn _PyUnicode_WideCharString_Converter(py, o: Option<&PyObject>, place: *mut *mut Wide) -> c_int {
        convert(py, o, place, false)
    }

    /// C: `int _PyUnicode_WideCharString_Opt_Converter(PyObject *, void *)`.
    fn _PyUnicode_WideCharString_Opt_Converter(py, o: Option<&PyObject>, place: *mut *mut Wide) -> c_int {
        convert(py, o, place, true)
    }
}
