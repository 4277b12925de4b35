//! `_PyUnicodeWriter`: text that grows, whose buffer C macros write into. The fields are those of CPython: `kind` 0 and
//! `size` 0 stand for a buffer that is somebody's string and may not be written.

use super::{edit, zeroed};
use crate::util::{api, c_bytes, given, memory};
use core::ffi::{c_char, c_int};
use dxpy_core::abi::{_PyUnicodeWriter, PyObject, PyUnicodeObject};
use dxpy_core::{Owned, Py, PyResult, exceptions, float, long, unicode};
use dxpy_text::strings::Str;

/// The buffer.
fn buffer(w: &_PyUnicodeWriter) -> Option<&PyUnicodeObject> {
    // SAFETY: LIVE: the writer holds its buffer, a str, or NULL.
    unsafe { w.buffer.get().cast::<PyUnicodeObject>().as_ref() }
}

/// Makes a str the buffer, and the fields those of it.
fn set_buffer(w: &_PyUnicodeWriter, new: Owned<PyUnicodeObject>) {
    let old: Option<Owned> = given(w.buffer.replace(new.into_ptr()));
    let s = buffer(w).expect("just set");
    w.maxchar.set(super::max_char(s));
    w.data.set(unicode::data_ptr(s).cast_mut());
    let own = w.readonly.get() == 0;
    w.kind.set(if own { unicode::view(s).kind() as c_int } else { 0 });
    w.size.set(if own { unicode::len(s) as isize } else { 0 });
    drop(old);
}

/// `_PyUnicodeWriter_PrepareInternal`: room for `more` characters up to `maxchar`.
fn prepare(py: Py<'_>, w: &_PyUnicodeWriter, more: isize, maxchar: u32) -> PyResult<()> {
    let pos = w.pos.get();
    let mut size = pos.checked_add(more).ok_or_else(|| exceptions::memory_error(py))?;
    let maxchar = maxchar.max(w.min_char.get()).max(if buffer(w).is_some() { w.maxchar.get() } else { 0 });
    if size > w.size.get() {
        if w.overallocate.get() != 0 {
            size = size.saturating_add(size / 4);
        }
        size = size.max(w.min_length.get());
    } else if buffer(w).is_some() && maxchar <= w.maxchar.get() {
        return Ok(());
    } else {
        size = w.size.get().max(size);
    }
    let new = zeroed(py, size, maxchar)?;
    if let Some(old) = buffer(w) {
        edit::copy(&new, 0, old, 0, pos as usize);
    }
    w.readonly.set(0);
    set_buffer(w, new);
    Ok(())
}

/// Room, unless there is.
fn ensure(py: Py<'_>, w: &_PyUnicodeWriter, more: usize, maxchar: u32) -> PyResult<()> {
    if more == 0 || maxchar <= w.maxchar.get() && more as isize <= w.size.get() - w.pos.get() {
        return Ok(());
    }
    prepare(py, w, more as isize, maxchar)
}

fn write(py: Py<'_>, w: &_PyUnicodeWriter, part: Str<'_>) -> PyResult<()> {
    ensure(py, w, part.len(), part.max_class())?;
    if let Some(s) = buffer(w).filter(|_| !part.is_empty()) {
        edit::put_view(s, w.pos.get() as usize, part);
        w.pos.set(w.pos.get() + part.len() as isize);
    }
    Ok(())
}

/// `_PyUnicodeWriter_WriteStr`: the first string is kept as it is, where nothing more is expected.
fn write_str(py: Py<'_>, w: &_PyUnicodeWriter, s: &PyUnicodeObject) -> PyResult<()> {
    let n = unicode::len(s);
    if n != 0 && buffer(w).is_none() && w.overallocate.get() == 0 {
        w.readonly.set(1);
        set_buffer(w, unicode::exact(py, s)?);
        w.pos.set(w.pos.get() + n as isize);
        return Ok(());
    }
    write(py, w, unicode::view(s))
}

/// The part of a format that C code hands on.
fn spec(py: Py<'_>, s: &PyUnicodeObject, start: isize, end: isize) -> PyResult<Owned<PyUnicodeObject>> {
    unicode::substring(py, s, start as usize, end.max(start) as usize)
}

/// The largest character of a group's separator and of `digits`, and how long the groups are (`writer` NULL in C).
fn grouped_length(groups: &[(usize, usize)], separator: usize) -> isize {
    groups.iter().map(|(zeros, own)| zeros + own).sum::<usize>() as isize
        + (separator * (groups.len() - 1)) as isize
}

/// Writes groups of digits so that they end at `end` (`InsertThousandsGrouping_fill`).
fn put_groups(
    to: &PyUnicodeObject,
    mut end: usize,
    groups: &[(usize, usize)],
    digits: &PyUnicodeObject,
    mut digits_end: usize,
    separator: &PyUnicodeObject,
) {
    for (i, (zeros, own)) in groups.iter().enumerate() {
        if i > 0 {
            end -= unicode::len(separator);
            edit::put_view(to, end, unicode::view(separator));
        }
        end -= own;
        digits_end -= own;
        edit::copy(to, end, digits, digits_end, *own);
        end -= zeros;
        (end..end + zeros).for_each(|i| edit::write(to, i, u32::from('0')));
    }
}

api! {
    /// C: `void _PyUnicodeWriter_Init(_PyUnicodeWriter *)`.
    fn _PyUnicodeWriter_Init(_, w: &_PyUnicodeWriter) -> () {
        w.buffer.set(core::ptr::null_mut());
        w.data.set(core::ptr::null_mut());
        w.kind.set(0);
        w.maxchar.set(0);
        w.size.set(0);
        w.pos.set(0);
        w.min_length.set(0);
        w.min_char.set(127);
        w.overallocate.set(0);
        w.readonly.set(0);
    }

    /// C: `int _PyUnicodeWriter_PrepareInternal(_PyUnicodeWriter *, Py_ssize_t, Py_UCS4 maxchar)`.
    fn _PyUnicodeWriter_PrepareInternal(py, w: &_PyUnicodeWriter, more: isize, maxchar: u32) -> PyResult<()> {
        prepare(py, w, more, maxchar)
    }

    /// C: `int _PyUnicodeWriter_PrepareKindInternal(_PyUnicodeWriter *, int kind)`.
    fn _PyUnicodeWriter_PrepareKindInternal(py, w: &_PyUnicodeWriter, kind: c_int) -> PyResult<()> {
        let most = match kind {
            1 => 0xFF,
            2 => 0xFFFF,
            _ => 0x10FFFF,
        };
        prepare(py, w, 0, most)
    }

    /// C: `int _PyUnicodeWriter_WriteChar(_PyUnicodeWriter *, Py_UCS4)`.
    fn _PyUnicodeWriter_WriteChar(py, w: &_PyUnicodeWriter, c: u32) -> PyResult<()> {
        write(py, w, Str::Four(&[c]))
    }

    /// C: `int _PyUnicodeWriter_WriteStr(_PyUnicodeWriter *, PyObject *)`.
    fn _PyUnicodeWriter_WriteStr(py, w: &_PyUnicodeWriter, s: &PyUnicodeObject) -> PyResult<()> {
        write_str(py, w, s)
    }

    /// C: `int _PyUnicodeWriter_WriteSubstring(_PyUnicodeWriter *, PyObject *, Py_ssize_t start, Py_ssize_t end)`.
    fn _PyUnicodeWriter_WriteSubstring(py, w: &_PyUnicodeWriter, s: &PyUnicodeObject, start: isize, end: isize) -> PyResult<()> {
        if start == 0 && end as usize == unicode::len(s) {
            return write_str(py, w, s);
        }
        if end <= start {
            return Ok(());
        }
        write(py, w, unicode::view(s).slice(start as usize, end as usize))
    }

    /// C: `int _PyUnicodeWriter_WriteASCIIString(_PyUnicodeWriter *, const char *, Py_ssize_t)`; -1 is up to the zero.
    fn _PyUnicodeWriter_WriteASCIIString(py, w: &_PyUnicodeWriter, s: *const c_char, n: isize) -> PyResult<()> {
        write(py, w, Str::Latin1(if n == -1 { c_bytes(s) } else { memory(s, n) }))
    }

    /// C: `int _PyUnicodeWriter_WriteLatin1String(_PyUnicodeWriter *, const char *, Py_ssize_t)`.
    fn _PyUnicodeWriter_WriteLatin1String(py, w: &_PyUnicodeWriter, s: *const c_char, n: isize) -> PyResult<()> {
        write(py, w, Str::Latin1(memory(s, n)))
    }

    /// C: `PyObject *_PyUnicodeWriter_Finish(_PyUnicodeWriter *)`.
    fn _PyUnicodeWriter_Finish(py, w: &_PyUnicodeWriter) -> PyResult<Owned<PyUnicodeObject>> {
        let s: Option<Owned<PyUnicodeObject>> = given(w.buffer.replace(core::ptr::null_mut()).cast());
        match s {
            Some(s) if w.readonly.get() != 0 => Ok(s),
            // Room that was asked for and not used, and a width that was not needed, go.
            Some(s) => unicode::from_view(py, unicode::view(&s).slice(0, w.pos.get() as usize)),
            None => Ok(unicode::empty()),
        }
    }

    /// C: `void _PyUnicodeWriter_Dealloc(_PyUnicodeWriter *)`.
    fn _PyUnicodeWriter_Dealloc(_, w: &_PyUnicodeWriter) -> () {
        let old: Option<Owned> = given(w.buffer.replace(core::ptr::null_mut()));
        drop(old);
    }

    /// C: `int _PyUnicode_FormatAdvancedWriter(_PyUnicodeWriter *, PyObject *, PyObject *spec, Py_ssize_t, Py_ssize_t)`.
    fn _PyUnicode_FormatAdvancedWriter(py, w: &_PyUnicodeWriter, o: &PyUnicodeObject, format: &PyUnicodeObject, start: isize, end: isize) -> PyResult<()> {
        let s = dxpy_types::str::format::dunder_format(py, o, &*spec(py, format, start, end)?)?;
        write_str(py, w, &s)
    }

    /// C: `int _PyLong_FormatAdvancedWriter(_PyUnicodeWriter *, PyObject *, PyObject *spec, Py_ssize_t, Py_ssize_t)`.
    fn _PyLong_FormatAdvancedWriter(py, w: &_PyUnicodeWriter, o: &PyObject, format: &PyUnicodeObject, start: isize, end: isize) -> PyResult<()> {
        let n = long::check(o).ok_or_else(|| crate::util::bad_call(py))?;
        let s = dxpy_types::int::methods::format(py, n, &*spec(py, format, start, end)?)?;
        write_str(py, w, &s)
    }

    /// C: `int _PyFloat_FormatAdvancedWriter(_PyUnicodeWriter *, PyObject *, PyObject *spec, Py_ssize_t, Py_ssize_t)`.
    fn _PyFloat_FormatAdvancedWriter(py, w: &_PyUnicodeWriter, o: &PyObject, format: &PyUnicodeObject, start: isize, end: isize) -> PyResult<()> {
        let f = float::check(o).ok_or_else(|| crate::util::bad_call(py))?;
        let s = dxpy_types::float::format(py, f, &*spec(py, format, start, end)?)?;
        write_str(py, w, &s)
    }

    /// C: `int _PyLong_FormatWriter(_PyUnicodeWriter *, PyObject *, int base, int alternate)`.
    fn _PyLong_FormatWriter(py, w: &_PyUnicodeWriter, o: &PyObject, base: c_int, alternate: c_int) -> PyResult<()> {
        let n = long::check(o).ok_or_else(|| crate::util::bad_call(py))?;
        let s = crate::longobject::in_base(py, n, base, alternate != 0)?;
        write_str(py, w, &s)
    }
}

api! {
    /// C: `Py_ssize_t _PyUnicode_InsertThousandsGrouping(_PyUnicodeWriter *, Py_ssize_t n_buffer, PyObject *digits, Py_ssize_t
    /// d_pos, Py_ssize_t n_digits, Py_ssize_t min_width, const char *grouping, PyObject *separator, Py_UCS4 *maxchar)`: how
    /// long the digits are with separators and zeros, which are written where there is a writer, ending `n_buffer` behind
    /// its place.
    fn _PyUnicode_InsertThousandsGrouping(
        _, w: Option<&_PyUnicodeWriter>, n: isize, digits: Option<&PyUnicodeObject>, at: isize, count: isize, min_width: isize,
        grouping: *const c_char, separator: &PyUnicodeObject, maxchar: *mut u32,
    ) -> isize {
        let size = |n: isize| usize::try_from(n).unwrap_or(0);
        let sep_len = unicode::len(separator);
        let groups = dxpy_num::format_number::groups(size(count), min_width.max(0) as i64, sep_len, c_bytes(grouping));
        match w.and_then(|w| Some((w, buffer(w)?, digits?))) {
            Some((w, to, digits)) => {
                let end = size(w.pos.get()) + size(n);
                put_groups(to, end, &groups, digits, size(at) + size(count), separator);
            }
            None => {
                let most = if groups.len() > 1 { super::max_char(separator) } else { 0 };
                crate::util::put(maxchar, most.max(127));
            }
        }
        grouped_length(&groups, sep_len)
    }
}
