//! What changes a str that nobody else has: sizes, characters, filling, copying, appending.

use super::{bad_argument, checked, out_of_range, zeroed};
use crate::util::{api, bad_call, given, held};
use core::ffi::c_int;
use dxpy_core::abi::{PyObject, PyUnicodeObject};
use dxpy_core::{Owned, Py, PyErr, PyResult, exceptions, unicode};
use dxpy_text::strings::Str;

/// Writes a character; the caller knows that it fits.
pub(super) fn write(s: &PyUnicodeObject, i: usize, c: u32) {
    let data = unicode::data_ptr(s).cast_mut();
    assert!(i < unicode::len(s));
    // SAFETY: the index is inside, and the width is that of the string's characters.
    unsafe {
        match unicode::view(s).kind() {
            1 => *data.cast::<u8>().add(i) = c as u8,
            2 => *data.cast::<u16>().add(i) = c as u16,
            _ => *data.cast::<u32>().add(i) = c,
        }
    }
}

/// Copies `n` characters; the caller knows that they fit.
pub(super) fn copy(to: &PyUnicodeObject, at: usize, from: &PyUnicodeObject, start: usize, n: usize) {
    put_view(to, at, unicode::view(from).slice(start, start + n));
}

/// Copies characters into a str that is being made.
pub(super) fn put_view(to: &PyUnicodeObject, at: usize, part: Str<'_>) {
    let n = part.len();
    assert!(at <= unicode::len(to) && n <= unicode::len(to) - at);
    let data = unicode::data_ptr(to).cast_mut();
    // SAFETY: `n` characters from `at` on are inside the string, whose width this is; nobody reads them meanwhile.
    unsafe {
        match unicode::view(to).kind() {
            1 => part.copy_to(core::slice::from_raw_parts_mut(data.cast::<u8>().add(at), n)),
            2 => part.copy_to(core::slice::from_raw_parts_mut(data.cast::<u16>().add(at), n)),
            _ => part.copy_to(core::slice::from_raw_parts_mut(data.cast::<u32>().add(at), n)),
        }
    }
}

/// `unicode_check_modifiable`.
fn check_modifiable(py: Py<'_>, s: &PyUnicodeObject) -> PyResult<()> {
    if unicode::modifiable(s) {
        return Ok(());
    }
    Err(exceptions::system_error(py, format_args!("Cannot modify a string currently used")))
}

/// What the characters are called in messages.
fn kind_name(s: &PyUnicodeObject) -> &'static str {
    match unicode::view(s) {
        _ if unicode::is_ascii(s) => "ascii",
        Str::Ascii(_) | Str::Latin1(_) => "latin1",
        Str::Two(_) => "UCS2",
        Str::Four(_) => "UCS4",
    }
}

/// `PyUnicode_Append` for a place that owns the left string: NULL with an error.
fn append(py: Py<'_>, place: &mut *mut PyObject, right: Option<&PyObject>) {
    let left = held(place);
    let r = match (left.and_then(unicode::check), right.and_then(unicode::check)) {
        (Some(_), Some(right)) => {
            let left = given(place.cast::<PyUnicodeObject>()).expect("just seen");
            *place = core::ptr::null_mut();
            unicode::append(py, left, right)
        }
        _ => {
            drop(given(core::mem::replace(place, core::ptr::null_mut())));
            // An error that made the right string NULL says more.
            Err(PyErr::take(py).unwrap_or_else(|| bad_call(py)))
        }
    };
    match r {
        Ok(s) => *place = s.into_ptr(),
        Err(e) => e.restore(py),
    }
}

api! {
    /// C: `int PyUnicode_Resize(PyObject **, Py_ssize_t)`: new characters are zero until they are written.
    fn PyUnicode_Resize(py, place: *mut *mut PyObject, n: isize) -> PyResult<()> {
        let s = held(place).and_then(unicode::check).filter(|_| n >= 0).ok_or_else(|| bad_call(py))?;
        let had = unicode::len(s);
        if had == n as usize {
            return Ok(());
        }
        let new = zeroed(py, n, super::max_char(s))?;
        copy(&new, 0, s, 0, had.min(n as usize));
        // SAFETY: the caller's place, which owns the old string.
        drop(given(unsafe { core::ptr::replace(place, new.into_ptr()) }));
        Ok(())
    }

    /// C: `int PyUnicode_WriteChar(PyObject *, Py_ssize_t, Py_UCS4)`.
    fn PyUnicode_WriteChar(py, s: Option<&PyObject>, i: isize, c: u32) -> PyResult<()> {
        let s = checked(py, s)?;
        let i = usize::try_from(i).ok().filter(|i| *i < unicode::len(s)).ok_or_else(|| out_of_range(py))?;
        check_modifiable(py, s)?;
        if c > super::max_char(s) {
            return Err(exceptions::value_error(py, format_args!("character out of range")));
        }
        write(s, i, c);
        Ok(())
    }

    /// C: `Py_ssize_t PyUnicode_CopyCharacters(PyObject *to, Py_ssize_t, PyObject *from, Py_ssize_t, Py_ssize_t)`.
    fn PyUnicode_CopyCharacters(py, to: Option<&PyObject>, at: isize, from: Option<&PyObject>, start: isize, n: isize) -> PyResult<isize> {
        let (Some(to), Some(from)) = (to.and_then(unicode::check), from.and_then(unicode::check)) else {
            return Err(bad_call(py));
        };
        let inside = |i: isize, s| usize::try_from(i).ok().filter(|i| *i <= unicode::len(s)).ok_or_else(|| out_of_range(py));
        let (start, at) = (inside(start, from)?, inside(at, to)?);
        let Ok(n) = usize::try_from(n) else {
            return Err(exceptions::system_error(py, format_args!("how_many cannot be negative")));
        };
        let n = n.min(unicode::len(from) - start);
        if n > unicode::len(to) - at {
            let size = unicode::len(to);
            return Err(exceptions::system_error(
                py,
                format_args!("Cannot write {n} characters at {at} in a string of {size} characters"),
            ));
        }
        if n == 0 {
            return Ok(0);
        }
        check_modifiable(py, to)?;
        let most = unicode::view(from).slice(start, start + n).max_class();
        if most > super::max_char(to) {
            return Err(exceptions::system_error(
                py,
                format_args!("Cannot copy {} characters into a string of {} characters", kind_name(from), kind_name(to)),
            ));
        }
        copy(to, at, from, start, n);
        Ok(n as isize)
    }

    /// C: `void _PyUnicode_FastCopyCharacters(PyObject *to, Py_ssize_t, PyObject *from, Py_ssize_t, Py_ssize_t)`.
    fn _PyUnicode_FastCopyCharacters(_, to: &PyUnicodeObject, at: isize, from: &PyUnicodeObject, start: isize, n: isize) -> () {
        if n > 0 {
            copy(to, at as usize, from, start as usize, n as usize);
        }
    }

    /// C: `Py_ssize_t PyUnicode_Fill(PyObject *, Py_ssize_t start, Py_ssize_t n, Py_UCS4)`.
    fn PyUnicode_Fill(py, s: Option<&PyObject>, start: isize, n: isize, c: u32) -> PyResult<isize> {
        let s = s.and_then(unicode::check).ok_or_else(|| bad_call(py))?;
        check_modifiable(py, s)?;
        if start < 0 {
            return Err(out_of_range(py));
        }
        if c > super::max_char(s) {
            return Err(exceptions::value_error(py, format_args!("fill character is bigger than the string maximum character")));
        }
        let n = n.min(unicode::len(s) as isize - start).max(0);
        (start..start + n).for_each(|i| write(s, i as usize, c));
        Ok(n)
    }

    /// C: `void _PyUnicode_FastFill(PyObject *, Py_ssize_t start, Py_ssize_t n, Py_UCS4)`.
    fn _PyUnicode_FastFill(_, s: &PyUnicodeObject, start: isize, n: isize, c: u32) -> () {
        (start..start + n).for_each(|i| write(s, i as usize, c));
    }

    /// C: `void PyUnicode_Append(PyObject **, PyObject *)`.
    fn PyUnicode_Append(py, place: Option<&mut *mut PyObject>, right: Option<&PyObject>) -> () {
        match place {
            Some(place) => append(py, place, right),
            None => PyErr::take(py).unwrap_or_else(|| bad_call(py)).restore(py),
        }
    }

    /// C: `void PyUnicode_AppendAndDel(PyObject **, PyObject *)`: takes the reference.
    fn PyUnicode_AppendAndDel(py, place: Option<&mut *mut PyObject>, right: *mut PyObject) -> () {
        let right: Option<Owned> = given(right);
        match place {
            Some(place) => append(py, place, right.as_deref()),
            None => PyErr::take(py).unwrap_or_else(|| bad_call(py)).restore(py),
        }
    }

    /// C: `Py_UCS4 *PyUnicode_AsUCS4(PyObject *, Py_UCS4 *, Py_ssize_t, int copy_null)`.
    fn PyUnicode_AsUCS4(py, s: Option<&PyObject>, target: *mut u32, room: isize, null: c_int) -> PyResult<*mut u32> {
        if target.is_null() || room < 0 {
            return Err(bad_call(py));
        }
        let s = s.and_then(unicode::check).ok_or_else(|| bad_argument(py))?;
        let n = unicode::len(s);
        let needed = n + usize::from(null != 0);
        if needed > room as usize {
            if null != 0 && room > 0 {
                // SAFETY: the caller's memory has room for at least this.
                unsafe { *target = 0 };
            }
            return Err(exceptions::system_error(py, format_args!("string is longer than the buffer")));
        }
        // SAFETY: the caller's memory, just measured.
        unsafe { fill(s, target, null != 0) };
        Ok(target)
    }

    /// C: `Py_UCS4 *PyUnicode_AsUCS4Copy(PyObject *)`: to be freed by `PyMem_Free`.
    fn PyUnicode_AsUCS4Copy(py, s: Option<&PyObject>) -> PyResult<*mut u32> {
        let s = checked(py, s)?;
        let p: *mut u32 = crate::pymem::room(py, unicode::len(s) + 1)?;
        // SAFETY: new, and large enough.
        unsafe { fill(s, p, true) };
        Ok(p)
    }
}

/// Writes all characters, and a zero.
///
/// # Safety
/// Room for them.
unsafe fn fill(s: &PyUnicodeObject, to: *mut u32, null: bool) {
    // SAFETY: the caller's promise.
    unsafe {
        for (i, c) in unicode::code_points(s).enumerate() {
            *to.add(i) = c;
        }
        if null {
            *to.add(unicode::len(s)) = 0;
        }
    }
}
