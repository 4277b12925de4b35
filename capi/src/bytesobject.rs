//! bytesobject.h, cpython/bytesobject.h, pycore_bytesobject.h and pycore_strhex.h: bytes, the writer of bytes, hexadecimal
//! text. The formats of `PyBytes_FromFormat` are in `pyerrors::print`, with C's others.

use crate::pymem::{PyMem_Free, c_string, room};
use crate::util::{api, bad_call, c_bytes, c_text, free, given, held, memory, put};
use core::ffi::{c_char, c_int, c_void};
use dxpy_core::abi::{_PyBytesWriter, PyByteArrayObject, PyBytesObject, PyObject, PyUnicodeObject};
use dxpy_core::ptr::Object;
use dxpy_core::{Owned, Py, PyResult, bytes, call, exceptions, protocol, unicode};
use dxpy_text::codecs::escape::escape_decode;
use dxpy_types::bytes::shared;
use dxpy_types::{bytearray, bytes as types};

/// A bytes object, or the `TypeError` for another.
fn checked<'a>(py: Py<'_>, o: &'a PyObject) -> PyResult<&'a PyBytesObject> {
    bytes::check(o).ok_or_else(|| {
        exceptions::type_error(py, format_args!("expected bytes, {} found", call::type_name(o.ty())))
    })
}

/// New bytes of their own that C code writes; zero until then.
fn fresh(py: Py<'_>, n: usize) -> PyResult<Owned<PyBytesObject>> {
    if n == 0 {
        return Ok(bytes::empty());
    }
    // SAFETY: all are written here.
    unsafe {
        let (b, p) = bytes::alloc(py, n)?;
        core::ptr::write_bytes(p, 0, n);
        Ok(b)
    }
}

/// Writes at the beginning of bytes that nobody has seen.
fn fill(b: &PyBytesObject, content: &[u8]) {
    assert!(content.len() <= bytes::as_slice(b).len());
    // SAFETY: inside the object, which is being made.
    unsafe {
        core::ptr::copy_nonoverlapping(content.as_ptr(), b.ob_sval.as_ptr().cast_mut().cast(), content.len())
    };
}

/// Empties a place that owns its object.
fn clear(place: *mut *mut PyObject) {
    // SAFETY: the C API's contract: such a place.
    drop(given(unsafe { core::ptr::replace(place, core::ptr::null_mut()) }));
}

/// `_PyBytes_Resize`: on failure the place is NULL.
fn resize(py: Py<'_>, place: *mut *mut PyObject, n: isize) -> PyResult<()> {
    let old = held(place).and_then(bytes::check);
    let (Some(old), Ok(n)) = (old, usize::try_from(n)) else {
        clear(place);
        return Err(bad_call(py));
    };
    let content = bytes::as_slice(old);
    if content.len() == n {
        return Ok(());
    }
    if !content.is_empty() && n != 0 && old.refcnt() != 1 {
        clear(place);
        return Err(bad_call(py));
    }
    match fresh(py, n) {
        Ok(new) => {
            fill(&new, &content[..content.len().min(n)]);
            // SAFETY: the caller's place, which owns the old object.
            drop(given(unsafe { core::ptr::replace(place, new.into_ptr()) }));
            Ok(())
        }
        Err(e) => {
            clear(place);
            Err(e)
        }
    }
}

/// `PyBytes_Concat` for a place that owns the left side.
fn concat(py: Py<'_>, place: *mut *mut PyObject, right: Option<&PyObject>) {
    let Some(left) = held(place) else { return };
    let r = match right {
        Some(right) => types::concat(py, left, right),
        None => {
            clear(place);
            return;
        }
    };
    clear(place);
    match r {
        Ok(b) => put(place, b.into_ptr()),
        Err(e) => e.restore(py),
    }
}

/// Where an escape is that is not one, and what a warning says of it.
type Invalid = Option<(usize, String)>;

/// `_PyBytes_DecodeEscape`: the bytes, and where the first escape is that is not one.
fn unescaped(py: Py<'_>, text: &[u8], errors: Option<&str>) -> PyResult<(Owned<PyBytesObject>, Invalid)> {
    if text.len() > isize::MAX as usize - 64 {
        return Err(exceptions::overflow_error(py, format_args!("byte string is too large")));
    }
    let name = errors.unwrap_or("strict");
    let (out, invalid) = escape_decode(text, name)
        .map_err(|e| exceptions::value_error(py, format_args!("{}", e.message(name))))?;
    Ok((bytes::new(py, &out)?, invalid.map(|e| (e.at, e.message()))))
}

api! {
    /// C: `PyObject *PyBytes_FromStringAndSize(const char *, Py_ssize_t)`: without a text, for the caller to write.
    fn PyBytes_FromStringAndSize(py, text: *const c_char, n: isize) -> PyResult<Owned<PyBytesObject>> {
        let Ok(size) = usize::try_from(n) else {
            return Err(exceptions::system_error(py, format_args!("Negative size passed to PyBytes_FromStringAndSize")));
        };
        if text.is_null() { fresh(py, size) } else { bytes::new(py, memory(text, n)) }
    }

    /// C: `PyObject *PyBytes_FromString(const char *)`.
    fn PyBytes_FromString(py, text: *const c_char) -> PyResult<Owned<PyBytesObject>> {
        bytes::new(py, c_bytes(text))
    }

    /// C: `char *PyBytes_AsString(PyObject *)`.
    fn PyBytes_AsString(py, o: &PyObject) -> PyResult<*mut c_char> {
        checked(py, o).map(|b| b.ob_sval.as_ptr().cast_mut().cast())
    }

    /// C: `int PyBytes_AsStringAndSize(PyObject *, char **, Py_ssize_t *)`: without a place for the size, a NUL inside is an
    /// error.
    fn PyBytes_AsStringAndSize(py, o: &PyObject, out: *mut *mut c_char, n: *mut isize) -> PyResult<()> {
        if out.is_null() {
            return Err(bad_call(py));
        }
        let b = checked(py, o)?;
        put(out, b.ob_sval.as_ptr().cast_mut().cast());
        if n.is_null() && bytes::as_slice(b).contains(&0) {
            return Err(exceptions::value_error(py, format_args!("embedded null byte")));
        }
        put(n, bytes::as_slice(b).len() as isize);
        Ok(())
    }

    /// C: `Py_ssize_t PyBytes_Size(PyObject *)`.
    fn PyBytes_Size(py, o: &PyObject) -> PyResult<isize> {
        checked(py, o).map(|b| bytes::as_slice(b).len() as isize)
    }

    /// C: `PyObject *PyBytes_FromObject(PyObject *)`.
    fn PyBytes_FromObject(py, o: Option<&PyObject>) -> PyResult<Owned<PyBytesObject>> {
        types::from_object(py, o.ok_or_else(|| bad_call(py))?)
    }

    /// C: `PyObject *PyBytes_Repr(PyObject *, int smartquotes)`.
    fn PyBytes_Repr(py, o: &PyObject, smart: c_int) -> PyResult<Owned<PyUnicodeObject>> {
        let s = bytes::as_slice(checked(py, o)?);
        let text = if smart != 0 { dxpy_text::bytes::repr(s) } else { dxpy_text::bytes::repr_plain(s) };
        unicode::from_latin1(py, &text)
    }

    /// C: `void PyBytes_Concat(PyObject **, PyObject *)`: NULL with an error.
    fn PyBytes_Concat(py, place: *mut *mut PyObject, right: Option<&PyObject>) -> () {
        concat(py, place, right);
    }

    /// C: `void PyBytes_ConcatAndDel(PyObject **, PyObject *)`: takes the reference.
    fn PyBytes_ConcatAndDel(py, place: *mut *mut PyObject, right: *mut PyObject) -> () {
        let right: Option<Owned> = given(right);
        concat(py, place, right.as_deref());
    }

    /// C: `int _PyBytes_Resize(PyObject **, Py_ssize_t)`.
    fn _PyBytes_Resize(py, place: *mut *mut PyObject, n: isize) -> PyResult<()> {
        resize(py, place, n)
    }

    /// C: `PyObject *_PyBytes_Join(PyObject *sep, PyObject *items)`.
    fn _PyBytes_Join(py, sep: &PyBytesObject, items: &PyObject) -> PyResult<Owned<PyBytesObject>> {
        shared::join(py, sep, items)
    }

    /// C: `PyObject *PyBytes_DecodeEscape(const char *, Py_ssize_t, const char *errors, Py_ssize_t, const char *)`.
    fn PyBytes_DecodeEscape(py, s: *const c_char, n: isize, errors: *const c_char, _unicode: isize, _encoding: *const c_char) -> PyResult<Owned<PyBytesObject>> {
        if n > isize::MAX - 64 {
            return Err(exceptions::overflow_error(py, format_args!("byte string is too large")));
        }
        let (b, invalid) = unescaped(py, memory(s, n), c_text(errors))?;
        if let Some((_, message)) = invalid {
            exceptions::warn(py, &exceptions::DeprecationWarning, 1, format_args!("{message}"))?;
        }
        Ok(b)
    }

    /// C: `PyObject *_PyBytes_DecodeEscape(const char *, Py_ssize_t, const char *errors, const char **first_invalid_escape)`.
    fn _PyBytes_DecodeEscape(py, s: *const c_char, n: isize, errors: *const c_char, first: *mut *const c_char) -> PyResult<Owned<PyBytesObject>> {
        let (b, invalid) = unescaped(py, memory(s, n), c_text(errors))?;
        put(first, invalid.map_or(core::ptr::null(), |(at, _)| s.wrapping_add(at + 1)));
        Ok(b)
    }

    /// C: `PyObject *_PyBytes_FormatEx(const char *format, Py_ssize_t, PyObject *args, int use_bytearray)`.
    fn _PyBytes_FormatEx(py, format: *const c_char, n: isize, args: &PyObject, as_array: c_int) -> PyResult<Owned> {
        let out = types::percent::percent(py, memory(format, n), args)?;
        if as_array != 0 { Ok(bytearray::new(py, &out)?.upcast()) } else { Ok(bytes::new(py, &out)?.upcast()) }
    }

    /// C: `PyObject *_PyBytes_FromHex(PyObject *, int use_bytearray)`.
    fn _PyBytes_FromHex(py, text: &PyUnicodeObject, as_array: c_int) -> PyResult<Owned> {
        let out = dxpy_text::bytes::fromhex(unicode::view(text)).map_err(|at| {
            exceptions::value_error(py, format_args!("non-hexadecimal number found in fromhex() arg at position {at}"))
        })?;
        if as_array != 0 { Ok(bytearray::new(py, &out)?.upcast()) } else { Ok(bytes::new(py, &out)?.upcast()) }
    }

    /// C: `PyObject *_Py_strhex(const char *, Py_ssize_t)`.
    fn _Py_strhex(py, s: *const c_char, n: isize) -> PyResult<Owned<PyUnicodeObject>> {
        shared::hex_of(py, memory(s, n), None, None)
    }

    /// C: `PyObject *_Py_strhex_bytes(const char *, Py_ssize_t)`.
    fn _Py_strhex_bytes(py, s: *const c_char, n: isize) -> PyResult<Owned<PyBytesObject>> {
        let text = shared::hex_of(py, memory(s, n), None, None)?;
        bytes::new(py, unicode::raw(&text))
    }

    /// C: `PyObject *_Py_strhex_with_sep(const char *, Py_ssize_t, PyObject *sep, int bytes_per_group)`.
    fn _Py_strhex_with_sep(py, s: *const c_char, n: isize, sep: Option<&PyObject>, group: c_int) -> PyResult<Owned<PyUnicodeObject>> {
        shared::hex_of(py, memory(s, n), shared::hex_separator(py, sep)?, Some(group))
    }

    /// C: `PyObject *_Py_strhex_bytes_with_sep(const char *, Py_ssize_t, PyObject *sep, int bytes_per_group)`.
    fn _Py_strhex_bytes_with_sep(py, s: *const c_char, n: isize, sep: Option<&PyObject>, group: c_int) -> PyResult<Owned<PyBytesObject>> {
        let text = shared::hex_of(py, memory(s, n), shared::hex_separator(py, sep)?, Some(group))?;
        bytes::new(py, unicode::raw(&text))
    }

    /// C: `void _PyBytesWriter_Init(_PyBytesWriter *)`.
    fn _PyBytesWriter_Init(_, w: &_PyBytesWriter) -> () {
        w.buffer.set(core::ptr::null_mut());
        w.allocated.set(0);
        w.min_size.set(0);
        w.use_bytearray.set(0);
        w.overallocate.set(0);
        w.use_small_buffer.set(0);
    }

    /// C: `void *_PyBytesWriter_Alloc(_PyBytesWriter *, Py_ssize_t)`.
    fn _PyBytesWriter_Alloc(py, w: &_PyBytesWriter, n: isize) -> PyResult<*mut c_void> {
        w.use_small_buffer.set(1);
        w.allocated.set(w.small_buffer.len() as isize);
        prepare(py, w, start(w), n)
    }

    /// C: `void *_PyBytesWriter_Prepare(_PyBytesWriter *, void *, Py_ssize_t)`.
    fn _PyBytesWriter_Prepare(py, w: &_PyBytesWriter, at: *mut c_void, n: isize) -> PyResult<*mut c_void> {
        prepare(py, w, at.cast(), n)
    }

    /// C: `void *_PyBytesWriter_Resize(_PyBytesWriter *, void *, Py_ssize_t)`.
    fn _PyBytesWriter_Resize(py, w: &_PyBytesWriter, at: *mut c_void, n: isize) -> PyResult<*mut c_void> {
        grow(py, w, at.cast(), n)
    }

    /// C: `void *_PyBytesWriter_WriteBytes(_PyBytesWriter *, void *, const void *, Py_ssize_t)`.
    fn _PyBytesWriter_WriteBytes(py, w: &_PyBytesWriter, at: *mut c_void, from: *const c_char, n: isize) -> PyResult<*mut c_void> {
        let at = prepare(py, w, at.cast(), n)?;
        // SAFETY: the room was just made.
        unsafe {
            core::ptr::copy_nonoverlapping(from.cast(), at.cast::<u8>(), n.max(0) as usize);
            Ok(at.byte_add(n.max(0) as usize))
        }
    }

    /// C: `PyObject *_PyBytesWriter_Finish(_PyBytesWriter *, void *)`.
    fn _PyBytesWriter_Finish(py, w: &_PyBytesWriter, at: *mut c_void) -> PyResult<Owned> {
        let n = at as usize - start(w) as usize;
        // SAFETY: the C API's contract: what was written ends at the given place.
        let content = unsafe { core::slice::from_raw_parts(start(w), n) };
        let r = if w.use_bytearray.get() != 0 {
            bytearray::new(py, content).map(Owned::upcast)
        } else {
            bytes::new(py, content).map(Owned::upcast)
        };
        drop(given(w.buffer.replace(core::ptr::null_mut())));
        r
    }

    /// C: `void _PyBytesWriter_Dealloc(_PyBytesWriter *)`.
    fn _PyBytesWriter_Dealloc(_, w: &_PyBytesWriter) -> () {
        drop(given(w.buffer.replace(core::ptr::null_mut())));
    }

    /// C: `char *_PyLong_FormatBytesWriter(_PyBytesWriter *, char *, PyObject *, int base, int alternate)`.
    fn _PyLong_FormatBytesWriter(py, w: &_PyBytesWriter, at: *mut c_char, o: &PyObject, base: c_int, alternate: c_int) -> PyResult<*mut c_char> {
        let n = dxpy_core::long::check(o).ok_or_else(|| bad_call(py))?;
        let text = crate::longobject::in_base(py, n, base, alternate != 0)?;
        let text = unicode::raw(&text);
        let at = prepare(py, w, at.cast(), text.len() as isize)?;
        // SAFETY: the room was just made.
        unsafe {
            core::ptr::copy_nonoverlapping(text.as_ptr(), at.cast(), text.len());
            Ok(at.byte_add(text.len()).cast())
        }
    }

    /// C: `char *const *_PySequence_BytesToCharpArray(PyObject *)`: for `exec`, ended by NULL.
    fn _PySequence_BytesToCharpArray(py, sequence: &PyObject) -> PyResult<*mut *mut c_char> {
        let n = protocol::len(py, sequence)?;
        let mut all: Vec<*mut c_char> = Vec::with_capacity(n + 1);
        let made = (0..n).try_for_each(|i| {
            let o = dxpy_core::sequence::item(py, sequence, i as isize)?;
            let b = bytes::check(&o).ok_or_else(|| {
                exceptions::type_error(py, format_args!("expected bytes, {} found", call::type_name(o.ty())))
            })?;
            let text = bytes::as_slice(b);
            if text.contains(&0) {
                return Err(exceptions::value_error(py, format_args!("embedded null byte")));
            }
            all.push(c_string(py, text)?);
            Ok(())
        });
        all.push(core::ptr::null_mut());
        match made.and_then(|()| room::<*mut c_char>(py, all.len())) {
            Ok(array) => {
                // SAFETY: as many as there is room for.
                unsafe { core::ptr::copy_nonoverlapping(all.as_ptr(), array, all.len()) };
                Ok(array)
            }
            Err(e) => {
                // SAFETY: allocated above, or the NULL at the end.
                unsafe { all.iter().for_each(|p| PyMem_Free((*p).cast())) };
                Err(e)
            }
        }
    }

    /// C: `void _Py_FreeCharPArray(char *const *)`.
    fn _Py_FreeCharPArray(_, array: *mut *mut c_char) -> () {
        // SAFETY: made by the function above.
        unsafe {
            let mut p = array;
            while !(*p).is_null() {
                PyMem_Free((*p).cast());
                p = p.add(1);
            }
            PyMem_Free(array.cast());
        }
    }
}

/// Where a writer's bytes begin.
fn start(w: &_PyBytesWriter) -> *mut u8 {
    if w.use_small_buffer.get() != 0 {
        return w.small_buffer.as_ptr().cast_mut().cast();
    }
    // SAFETY: LAYOUT: the buffer is a bytes object, or a bytearray where the flag says so.
    unsafe {
        match w.buffer.get() {
            b if b.is_null() => core::ptr::null_mut(),
            b if w.use_bytearray.get() != 0 => (*b.cast::<PyByteArrayObject>()).ob_start.get().cast(),
            b => (*b.cast::<PyBytesObject>()).ob_sval.as_ptr().cast_mut().cast(),
        }
    }
}

/// `_PyBytesWriter_Resize`: the place in the new buffer.
fn grow(py: Py<'_>, w: &_PyBytesWriter, at: *mut u8, n: isize) -> PyResult<*mut c_void> {
    let used = at as usize - start(w) as usize;
    let mut size = n;
    if w.overallocate.get() != 0 {
        size = size.saturating_add(size / 4);
    }
    if !(0..=isize::MAX - 64).contains(&size) {
        return Err(exceptions::memory_error(py));
    }
    // SAFETY: what was written so far ends at the given place.
    let content = unsafe { core::slice::from_raw_parts(start(w), used) };
    let new: Owned = if w.use_bytearray.get() != 0 {
        let b = bytearray::new(py, &[])?;
        bytearray::resize(py, &b, size as usize)?;
        // SAFETY: the array has room for more than this.
        unsafe { core::ptr::copy_nonoverlapping(content.as_ptr(), b.ob_start.get().cast(), used) };
        b.upcast()
    } else {
        let b = fresh(py, size as usize)?;
        fill(&b, content);
        b.upcast()
    };
    w.use_small_buffer.set(0);
    drop(given(w.buffer.replace(new.into_ptr())));
    w.allocated.set(size);
    // SAFETY: inside the new buffer.
    Ok(unsafe { start(w).add(used) }.cast())
}

/// `_PyBytesWriter_Prepare`: room for `n` more bytes.
fn prepare(py: Py<'_>, w: &_PyBytesWriter, at: *mut u8, n: isize) -> PyResult<*mut c_void> {
    let total = w.min_size.get().checked_add(n).ok_or_else(|| exceptions::memory_error(py))?;
    let at = if total > w.allocated.get() { grow(py, w, at, total)? } else { at.cast() };
    w.min_size.set(total);
    Ok(at)
}

free! {
    /// C: `Py_ssize_t _PyBytes_Find(const char *, Py_ssize_t, const char *sub, Py_ssize_t, Py_ssize_t offset)`.
    fn _PyBytes_Find(s: *const c_char, n: isize, sub: *const c_char, m: isize, offset: isize) -> isize {
        dxpy_text::strings::search::find_in(memory(s, n), memory(sub, m)).map_or(-1, |i| i as isize + offset)
    }

    /// C: `Py_ssize_t _PyBytes_ReverseFind(const char *, Py_ssize_t, const char *sub, Py_ssize_t, Py_ssize_t offset)`.
    fn _PyBytes_ReverseFind(s: *const c_char, n: isize, sub: *const c_char, m: isize, offset: isize) -> isize {
        dxpy_text::strings::search::rfind_in(memory(s, n), memory(sub, m)).map_or(-1, |i| i as isize + offset)
    }

    /// C: `void _PyBytes_Repeat(char *to, Py_ssize_t, const char *from, Py_ssize_t)`.
    fn _PyBytes_Repeat(to: *mut c_char, n: isize, from: *const c_char, m: isize) -> () {
        if n > 0 && m > 0 {
            // SAFETY: the C API's contract: room for `n` bytes.
            dxpy_text::strings::edit::repeat_to(memory(from, m), unsafe { core::slice::from_raw_parts_mut(to.cast::<u8>(), n as usize) });
        }
    }
}

/// C: `char _PyByteArray_empty_string[1]`.
#[unsafe(no_mangle)]
pub static _PyByteArray_empty_string: [u8; 1] = [0];
