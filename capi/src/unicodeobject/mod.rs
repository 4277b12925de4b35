//! unicodeobject.h and cpython/unicodeobject.h. Here: making, reading, cutting, comparing; `edit` has what changes strings
//! in place, `codecs` text from and to bytes, `wide` wide characters, `writer` `_PyUnicodeWriter`, `chars` properties.

mod chars;
mod codecs;
mod edit;
pub mod wide;
mod writer;

use crate::util::{api, bad_call, c_bytes, given, identifier, memory, put};
use core::ffi::{c_char, c_int, c_void};
use dxpy_core::abi::constants::{Py_EQ, Py_GE, Py_GT, Py_LE, Py_LT, Py_NE};
use dxpy_core::abi::{_Py_Identifier, PyObject, PyTupleObject, PyUnicodeObject};
use dxpy_core::args::SliceArg;
use dxpy_core::call::type_name;
use dxpy_core::codecs as kernels;
use dxpy_core::ptr::Object;
use dxpy_core::{Owned, Py, PyErr, PyResult, boolean, exceptions, object, sequence, unicode};
use dxpy_text::strings::{Str, bounds, search};
use dxpy_types::str::edit as methods;
use dxpy_types::str::search as searches;

/// A str, or `PyErr_BadArgument`'s error.
fn checked<'a>(py: Py<'_>, o: Option<&'a PyObject>) -> PyResult<&'a PyUnicodeObject> {
    o.and_then(unicode::check).ok_or_else(|| bad_argument(py))
}

/// A str, or the error of methods (`ensure_unicode`).
fn ensured<'a>(py: Py<'_>, o: &'a PyObject) -> PyResult<&'a PyUnicodeObject> {
    unicode::check(o)
        .ok_or_else(|| exceptions::type_error(py, format_args!("must be str, not {}", type_name(o.ty()))))
}

#[cold]
fn bad_argument(py: Py<'_>) -> PyErr {
    exceptions::type_error(py, format_args!("bad argument type for built-in operation"))
}

#[cold]
fn out_of_range(py: Py<'_>) -> PyErr {
    exceptions::index_error(py, format_args!("string index out of range"))
}

/// The part of a str that indices, of which neither is negative, select.
fn substring(py: Py<'_>, s: &PyUnicodeObject, start: isize, end: isize) -> PyResult<Owned<PyUnicodeObject>> {
    let n = unicode::len(s) as isize;
    if start < 0 || end < 0 {
        return Err(out_of_range(py));
    }
    let end = end.min(n);
    unicode::substring(py, s, start.min(end) as usize, end as usize)
}

fn from_ordinal(py: Py<'_>, c: c_int) -> PyResult<Owned<PyUnicodeObject>> {
    match u32::try_from(c).ok().filter(|c| *c <= 0x10FFFF) {
        Some(c) => unicode::from_char(py, c),
        None => Err(exceptions::value_error(py, format_args!("chr() arg not in range(0x110000)"))),
    }
}

fn from_kind(py: Py<'_>, kind: c_int, data: *const c_void, n: isize) -> PyResult<Owned<PyUnicodeObject>> {
    let Ok(n) = usize::try_from(n) else {
        return Err(exceptions::value_error(py, format_args!("size must be positive")));
    };
    if n == 0 && matches!(kind, 1 | 2 | 4) {
        return Ok(unicode::empty());
    }
    // SAFETY: the C API's contract: `n` characters of `kind` bytes.
    unsafe {
        match kind {
            1 => unicode::from_latin1(py, core::slice::from_raw_parts(data as *const u8, n)),
            2 => unicode::from_view(py, Str::Two(core::slice::from_raw_parts(data as *const u16, n))),
            4 => unicode::from_view(py, Str::Four(core::slice::from_raw_parts(data as *const u32, n))),
            _ => Err(exceptions::system_error(py, format_args!("invalid kind"))),
        }
    }
}

/// A str whose characters C code writes; zeros until then.
fn zeroed(py: Py<'_>, n: isize, maxchar: u32) -> PyResult<Owned<PyUnicodeObject>> {
    let n = match usize::try_from(n) {
        Ok(0) => return Ok(unicode::empty()),
        Ok(n) => n,
        Err(_) => {
            return Err(exceptions::system_error(py, format_args!("Negative size passed to PyUnicode_New")));
        }
    };
    if maxchar > 0x10FFFF {
        return Err(exceptions::system_error(
            py,
            format_args!("invalid maximum character passed to PyUnicode_New"),
        ));
    }
    let width = match maxchar {
        0..0x100 => 1,
        0x100..0x1_0000 => 2,
        _ => 4,
    };
    // SAFETY: C code writes the characters before others see the string, as `PyUnicode_New` asks.
    unsafe {
        let (s, out) = unicode::alloc(py, n, maxchar)?;
        core::ptr::write_bytes(out as *mut u8, 0, n * width);
        Ok(s)
    }
}

/// A result of searching: -2 with an error, -1 for nothing.
fn found(py: Py<'_>, r: PyResult<isize>) -> isize {
    r.unwrap_or_else(|e| {
        e.restore(py);
        -2
    })
}

fn bound(i: isize) -> Option<SliceArg> {
    Some(SliceArg(Some(i)))
}

/// The answer of a comparison.
fn compared(order: core::cmp::Ordering, op: c_int) -> bool {
    match op {
        Py_EQ => order.is_eq(),
        Py_NE => order.is_ne(),
        Py_LT => order.is_lt(),
        Py_LE => order.is_le(),
        Py_GT => order.is_gt(),
        Py_GE => order.is_ge(),
        _ => false,
    }
}

api! {
    /// C: `void PyUnicode_InternInPlace(PyObject **)`.
    fn PyUnicode_InternInPlace(py, place: &mut *mut PyObject) -> () {
        intern(py, place);
    }

    /// C: `void PyUnicode_InternImmortal(PyObject **)`: as all interned strings are.
    fn PyUnicode_InternImmortal(py, place: &mut *mut PyObject) -> () {
        intern(py, place);
    }

    /// C: `const char *PyUnicode_AsUTF8AndSize(PyObject *, Py_ssize_t *)`: kept as long as the string.
    fn PyUnicode_AsUTF8AndSize(py, s: Option<&PyObject>, n: *mut isize) -> *const c_char {
        as_utf8(py, s, n)
    }

    /// C: `const char *PyUnicode_AsUTF8(PyObject *)`.
    fn PyUnicode_AsUTF8(py, s: Option<&PyObject>) -> *const c_char {
        as_utf8(py, s, core::ptr::null_mut())
    }

    /// C: `int PyUnicode_CompareWithASCIIString(PyObject *, const char *)`.
    fn PyUnicode_CompareWithASCIIString(_, s: &PyObject, t: *const c_char) -> c_int {
        unicode::check(s).map_or(-1, |s| unicode::view(s).cmp(&Str::Latin1(c_bytes(t))) as c_int)
    }

    /// C: `int _PyUnicode_EqualToASCIIString(PyObject *, const char *)`.
    fn _PyUnicode_EqualToASCIIString(_, s: &PyUnicodeObject, t: *const c_char) -> bool {
        unicode::view(s).cmp(&Str::Latin1(c_bytes(t))).is_eq()
    }

    /// C: `int _PyUnicode_EqualToASCIIId(PyObject *, _Py_Identifier *)`.
    fn _PyUnicode_EqualToASCIIId(_, s: &PyUnicodeObject, id: &_Py_Identifier) -> bool {
        unicode::view(s).cmp(&Str::Latin1(c_bytes(id.string.get()))).is_eq()
    }

    /// C: `int _PyUnicode_EQ(PyObject *, PyObject *)`.
    fn _PyUnicode_EQ(_, a: &PyUnicodeObject, b: &PyUnicodeObject) -> bool {
        unicode::equal(a, b)
    }

    /// C: `int _PyUnicode_Equal(PyObject *, PyObject *)`.
    fn _PyUnicode_Equal(_, a: &PyUnicodeObject, b: &PyUnicodeObject) -> bool {
        unicode::equal(a, b)
    }

    /// C: `PyObject *_PyUnicode_FromId(_Py_Identifier *)`: borrowed.
    fn _PyUnicode_FromId(py, id: &_Py_Identifier) -> PyResult<*mut PyObject> {
        // Interned strings are immortal.
        identifier(py, id).map(|s| s.as_ptr().cast())
    }

    /// C: `PyObject *PyUnicode_FromString(const char *)`.
    fn PyUnicode_FromString(py, s: *const c_char) -> PyResult<Owned<PyUnicodeObject>> {
        unicode::from_utf8(py, c_bytes(s))
    }

    /// C: `PyObject *PyUnicode_FromStringAndSize(const char *, Py_ssize_t)`.
    fn PyUnicode_FromStringAndSize(py, s: *const c_char, n: isize) -> PyResult<Owned<PyUnicodeObject>> {
        if n < 0 {
            return Err(exceptions::system_error(py, format_args!("Negative size passed to PyUnicode_FromStringAndSize")));
        }
        if s.is_null() && n > 0 {
            return Err(exceptions::system_error(py, format_args!("NULL string with positive size with NULL passed to PyUnicode_FromStringAndSize")));
        }
        unicode::from_utf8(py, memory(s, n))
    }

    /// C: `PyObject *_PyUnicode_FromASCII(const char *, Py_ssize_t)`.
    fn _PyUnicode_FromASCII(py, s: *const c_char, n: isize) -> PyResult<Owned<PyUnicodeObject>> {
        unicode::from_latin1(py, memory(s, n))
    }

    /// C: `PyObject *PyUnicode_InternFromString(const char *)`.
    fn PyUnicode_InternFromString(py, s: *const c_char) -> PyResult<Owned<PyUnicodeObject>> {
        unicode::intern(py, unicode::from_utf8(py, c_bytes(s))?)
    }

    /// C: `PyObject *PyUnicode_FromObject(PyObject *)`.
    fn PyUnicode_FromObject(py, s: &PyObject) -> PyResult<Owned<PyUnicodeObject>> {
        let text = unicode::check(s).ok_or_else(|| {
            exceptions::type_error(py, format_args!("Can't convert '{}' object to str implicitly", type_name(s.ty())))
        })?;
        unicode::exact(py, text)
    }

    /// C: `PyObject *_PyUnicode_Copy(PyObject *)`: another object with the same characters.
    fn _PyUnicode_Copy(py, s: Option<&PyObject>) -> PyResult<Owned<PyUnicodeObject>> {
        let s = s.and_then(unicode::check).ok_or_else(|| bad_call(py))?;
        let copy = zeroed(py, unicode::len(s) as isize, max_char(s))?;
        edit::copy(&copy, 0, s, 0, unicode::len(s));
        Ok(copy)
    }

    /// C: `PyObject *PyUnicode_Concat(PyObject *, PyObject *)`.
    fn PyUnicode_Concat(py, a: &PyObject, b: &PyObject) -> PyResult<Owned<PyUnicodeObject>> {
        dxpy_types::str::concat(py, a, b)
    }

    /// C: `PyObject *PyUnicode_Substring(PyObject *, Py_ssize_t start, Py_ssize_t end)`.
    fn PyUnicode_Substring(py, s: &PyUnicodeObject, start: isize, end: isize) -> PyResult<Owned<PyUnicodeObject>> {
        substring(py, s, start, end)
    }

    /// C: `PyObject *PyUnicode_FromOrdinal(int)`.
    fn PyUnicode_FromOrdinal(py, c: c_int) -> PyResult<Owned<PyUnicodeObject>> {
        from_ordinal(py, c)
    }

    /// C: `PyObject *PyUnicode_FromKindAndData(int kind, const void *, Py_ssize_t)`.
    fn PyUnicode_FromKindAndData(py, kind: c_int, data: *const c_void, n: isize) -> PyResult<Owned<PyUnicodeObject>> {
        from_kind(py, kind, data, n)
    }

    /// C: `PyObject *PyUnicode_New(Py_ssize_t, Py_UCS4 maxchar)`.
    fn PyUnicode_New(py, n: isize, maxchar: u32) -> PyResult<Owned<PyUnicodeObject>> {
        zeroed(py, n, maxchar)
    }

    /// C: `PyObject *PyUnicode_Split(PyObject *, PyObject *sep, Py_ssize_t max)`.
    fn PyUnicode_Split(py, s: &PyObject, sep: Option<&PyObject>, max: isize) -> PyResult<Owned<dxpy_core::abi::PyListObject>> {
        if let Some(sep) = sep {
            ensured(py, sep)?;
        }
        methods::split(py, ensured(py, s)?, sep, Some(max))
    }

    /// C: `PyObject *PyUnicode_RSplit(PyObject *, PyObject *sep, Py_ssize_t max)`.
    fn PyUnicode_RSplit(py, s: &PyObject, sep: Option<&PyObject>, max: isize) -> PyResult<Owned<dxpy_core::abi::PyListObject>> {
        if let Some(sep) = sep {
            ensured(py, sep)?;
        }
        methods::rsplit(py, ensured(py, s)?, sep, Some(max))
    }

    /// C: `PyObject *PyUnicode_Splitlines(PyObject *, int keepends)`.
    fn PyUnicode_Splitlines(py, s: &PyObject, keep: c_int) -> PyResult<Owned<dxpy_core::abi::PyListObject>> {
        methods::splitlines(py, ensured(py, s)?, Some(keep != 0))
    }

    /// C: `PyObject *PyUnicode_Partition(PyObject *, PyObject *sep)`.
    fn PyUnicode_Partition(py, s: &PyObject, sep: &PyObject) -> PyResult<Owned<PyTupleObject>> {
        methods::partition(py, ensured(py, s)?, sep)
    }

    /// C: `PyObject *PyUnicode_RPartition(PyObject *, PyObject *sep)`.
    fn PyUnicode_RPartition(py, s: &PyObject, sep: &PyObject) -> PyResult<Owned<PyTupleObject>> {
        methods::rpartition(py, ensured(py, s)?, sep)
    }

    /// C: `PyObject *PyUnicode_Join(PyObject *sep, PyObject *items)`; no separator is a space.
    fn PyUnicode_Join(py, sep: Option<&PyObject>, items: Option<&PyObject>) -> PyResult<Owned<PyUnicodeObject>> {
        let items = crate::util::some(py, items)?;
        let Some(sep) = sep else { return methods::join(py, &*unicode::from_char(py, 32)?, items) };
        let s = unicode::check(sep).ok_or_else(|| {
            exceptions::type_error(py, format_args!("separator: expected str instance, {} found", type_name(sep.ty())))
        })?;
        methods::join(py, s, items)
    }

    /// C: `PyObject *_PyUnicode_JoinArray(PyObject *sep, PyObject *const *items, Py_ssize_t n)`.
    fn _PyUnicode_JoinArray(py, sep: Option<&PyObject>, items: *const *mut PyObject, n: isize) -> PyResult<Owned<PyUnicodeObject>> {
        let all = crate::util::objects(items, n.max(0) as usize);
        match sep {
            Some(sep) => unicode::join(py, ensured(py, sep)?, all),
            None => unicode::join(py, &*unicode::from_char(py, 32)?, all),
        }
    }

    /// C: `PyObject *PyUnicode_Replace(PyObject *, PyObject *old, PyObject *new, Py_ssize_t max)`.
    fn PyUnicode_Replace(py, s: &PyObject, old: &PyObject, new: &PyObject, max: isize) -> PyResult<Owned<PyUnicodeObject>> {
        methods::replace(py, ensured(py, s)?, ensured(py, old)?, ensured(py, new)?, Some(max))
    }

    /// C: `PyObject *_PyUnicode_XStrip(PyObject *, int side, PyObject *chars)`: 0 is the left side, 1 the right, 2 both.
    fn _PyUnicode_XStrip(py, s: &PyUnicodeObject, side: c_int, chars: &PyObject) -> PyResult<Owned<PyUnicodeObject>> {
        match side {
            0 => methods::lstrip(py, s, Some(chars)),
            1 => methods::rstrip(py, s, Some(chars)),
            _ => methods::strip(py, s, Some(chars)),
        }
    }

    /// C: `PyObject *PyUnicode_Format(PyObject *, PyObject *args)`.
    fn PyUnicode_Format(py, s: Option<&PyObject>, args: Option<&PyObject>) -> PyResult<Owned> {
        let (Some(s), Some(args)) = (s, args) else { return Err(bad_call(py)) };
        dxpy_types::str::percent::remainder(py, ensured(py, s)?.as_object(), args)
    }

    /// C: `Py_ssize_t PyUnicode_GetLength(PyObject *)`.
    fn PyUnicode_GetLength(py, s: Option<&PyObject>) -> PyResult<isize> {
        checked(py, s).map(|s| unicode::len(s) as isize)
    }

    /// C: `Py_ssize_t PyUnicode_GetSize(PyObject *)`: removed from the headers, an error at last.
    fn PyUnicode_GetSize(py, _s: Option<&PyObject>) -> PyResult<isize> {
        Err(exceptions::runtime_error(py, format_args!("PyUnicode_GetSize has been removed.")))
    }

    /// C: `Py_UCS4 PyUnicode_ReadChar(PyObject *, Py_ssize_t)`: all bits set with an error.
    fn PyUnicode_ReadChar(py, s: Option<&PyObject>, i: isize) -> u32 {
        let r = checked(py, s).and_then(|s| {
            let i = usize::try_from(i).ok().filter(|i| *i < unicode::len(s)).ok_or_else(|| out_of_range(py))?;
            Ok(unicode::view(s).at(i))
        });
        r.unwrap_or_else(|e| {
            e.restore(py);
            u32::MAX
        })
    }

    /// C: `int PyUnicode_Compare(PyObject *, PyObject *)`.
    fn PyUnicode_Compare(py, a: &PyObject, b: &PyObject) -> PyResult<c_int> {
        match (unicode::check(a), unicode::check(b)) {
            (Some(a), Some(b)) => Ok(unicode::compare(a, b) as c_int),
            _ => Err(exceptions::type_error(
                py,
                format_args!("Can't compare {} and {}", type_name(a.ty()), type_name(b.ty())),
            )),
        }
    }

    /// C: `PyObject *PyUnicode_RichCompare(PyObject *, PyObject *, int op)`.
    fn PyUnicode_RichCompare(py, a: &PyObject, b: &PyObject, op: c_int) -> PyResult<Owned> {
        let (Some(s), Some(t)) = (unicode::check(a), unicode::check(b)) else { return Ok(object::not_implemented()) };
        if !(Py_LT..=Py_GE).contains(&op) {
            return Err(bad_argument(py));
        }
        Ok(boolean::new(compared(unicode::compare(s, t), op)).upcast())
    }

    /// C: `int PyUnicode_Contains(PyObject *, PyObject *)`.
    fn PyUnicode_Contains(py, s: &PyObject, sub: &PyObject) -> PyResult<bool> {
        unicode::check(sub).ok_or_else(|| {
            let shown = type_name(sub.ty());
            exceptions::type_error(py, format_args!("'in <string>' requires string as left operand, not {shown}"))
        })?;
        sequence::contains(py, ensured(py, s)?.as_object(), sub)
    }

    /// C: `int PyUnicode_IsIdentifier(PyObject *)`.
    fn PyUnicode_IsIdentifier(_, s: &PyUnicodeObject) -> bool {
        unicode::is_identifier(s)
    }

    /// C: `Py_ssize_t _PyUnicode_ScanIdentifier(PyObject *)`: how much of the beginning is an identifier.
    fn _PyUnicode_ScanIdentifier(_, s: &PyUnicodeObject) -> isize {
        use dxpy_text::unicode::{is_xid_continue, is_xid_start};
        let v = unicode::view(s);
        if v.is_empty() || !(v.at(0) == u32::from(b'_') || is_xid_start(v.at(0))) {
            return 0;
        }
        1 + (1..v.len()).take_while(|i| is_xid_continue(v.at(*i))).count() as isize
    }

    /// C: `Py_ssize_t PyUnicode_Find(PyObject *, PyObject *, Py_ssize_t start, Py_ssize_t end, int direction)`.
    fn PyUnicode_Find(py, s: &PyObject, sub: &PyObject, start: isize, end: isize, direction: c_int) -> isize {
        let search = if direction > 0 { searches::find } else { searches::rfind };
        found(py, ensured(py, s).and_then(|s| search(py, s, sub, bound(start), bound(end))))
    }

    /// C: `Py_ssize_t PyUnicode_FindChar(PyObject *, Py_UCS4, Py_ssize_t start, Py_ssize_t end, int direction)`.
    fn PyUnicode_FindChar(_, s: &PyUnicodeObject, c: u32, start: isize, end: isize, direction: c_int) -> isize {
        let Some((from, to)) = bounds(unicode::len(s), start, end) else { return -1 };
        let part = unicode::view(s).slice(from, to);
        let at = if direction > 0 { search::find_char(part, c) } else { search::rfind_char(part, c) };
        at.map_or(-1, |i| (from + i) as isize)
    }

    /// C: `Py_ssize_t PyUnicode_Count(PyObject *, PyObject *, Py_ssize_t start, Py_ssize_t end)`.
    fn PyUnicode_Count(py, s: &PyObject, sub: &PyObject, start: isize, end: isize) -> PyResult<isize> {
        searches::count(py, ensured(py, s)?, sub, bound(start), bound(end)).map(|n| n as isize)
    }

    /// C: `Py_ssize_t PyUnicode_Tailmatch(PyObject *, PyObject *, Py_ssize_t start, Py_ssize_t end, int direction)`.
    fn PyUnicode_Tailmatch(py, s: &PyObject, sub: &PyObject, start: isize, end: isize, direction: c_int) -> PyResult<isize> {
        let (s, _) = (ensured(py, s)?, ensured(py, sub)?);
        let test = if direction > 0 { searches::endswith } else { searches::startswith };
        test(py, s, sub, bound(start), bound(end)).map(isize::from)
    }

    /// C: `Py_UCS4 _PyUnicode_FindMaxChar(PyObject *, Py_ssize_t start, Py_ssize_t end)`: its class.
    fn _PyUnicode_FindMaxChar(_, s: &PyUnicodeObject, start: isize, end: isize) -> u32 {
        if start == 0 && end as usize == unicode::len(s) {
            return max_char(s);
        }
        if start >= end {
            return 127;
        }
        unicode::view(s).slice(start as usize, end as usize).max_class()
    }

    /// C: `int _PyUnicode_CheckConsistency(PyObject *, int)`: for builds that assert.
    fn _PyUnicode_CheckConsistency(_, s: &PyObject, _content: c_int) -> bool {
        unicode::check(s).is_some()
    }

    /// C: `PyObject *_PyUnicode_TransformDecimalAndSpaceToASCII(PyObject *)`: other characters become `?`.
    fn _PyUnicode_TransformDecimalAndSpaceToASCII(py, s: Option<&PyObject>) -> PyResult<Owned<PyUnicodeObject>> {
        use dxpy_text::unicode::{is_space, to_decimal};
        let s = s.and_then(unicode::check).ok_or_else(|| bad_call(py))?;
        if unicode::is_ascii(s) {
            return Ok(s.to_owned());
        }
        let mut out = Vec::with_capacity(unicode::len(s));
        for c in unicode::code_points(s) {
            match (c, to_decimal(c)) {
                (0..0x80, _) => out.push(c as u8),
                (_, Some(d)) => out.push(b'0' + d),
                _ if is_space(c) => out.push(b' '),
                // The first character that has no place in a number ends the text.
                _ => {
                    out.push(b'?');
                    break;
                }
            }
        }
        unicode::from_latin1(py, &out)
    }

    /// C: `PyObject *_PyUnicode_FormatLong(PyObject *, int alternate, int precision, int type)`.
    fn _PyUnicode_FormatLong(py, n: &PyObject, alternate: c_int, precision: c_int, kind: c_int) -> PyResult<Owned<PyUnicodeObject>> {
        let n = dxpy_core::long::check(n).ok_or_else(|| bad_call(py))?;
        let r = dxpy_num::format_number::percent_int(dxpy_core::long::num(n), alternate != 0, precision.max(0) as usize, kind as u8, usize::MAX);
        match r {
            Ok(text) => unicode::from_str(py, &text),
            Err(e) => Err(exceptions::value_error(py, format_args!("{}", e.message("", "int")))),
        }
    }

    /// C: `PyObject *PyUnicode_Translate(PyObject *, PyObject *mapping, const char *errors)`.
    fn PyUnicode_Translate(py, s: &PyObject, mapping: Option<&PyObject>, errors: *const c_char) -> PyResult<Owned<PyUnicodeObject>> {
        let s = ensured(py, s)?;
        let mapping = mapping.ok_or_else(|| exceptions::type_error(py, format_args!("bad argument type for built-in operation")))?;
        match crate::util::c_text(errors) {
            Some("ignore") => methods::translate(py, s, mapping),
            errors => codecs::translate(py, s, mapping, errors.unwrap_or("strict")),
        }
    }

    /// C: `PyObject *PyUnicode_DecodeFSDefault(const char *)`.
    fn PyUnicode_DecodeFSDefault(py, s: *const c_char) -> PyResult<Owned<PyUnicodeObject>> {
        kernels::decode_fs(py, c_bytes(s))
    }

    /// C: `PyObject *PyUnicode_DecodeFSDefaultAndSize(const char *, Py_ssize_t)`.
    fn PyUnicode_DecodeFSDefaultAndSize(py, s: *const c_char, n: isize) -> PyResult<Owned<PyUnicodeObject>> {
        kernels::decode_fs(py, memory(s, n))
    }

    /// C: `PyObject *PyUnicode_EncodeFSDefault(PyObject *)`.
    fn PyUnicode_EncodeFSDefault(py, s: Option<&PyObject>) -> PyResult<Owned<dxpy_core::abi::PyBytesObject>> {
        kernels::encode_fs(py, checked(py, s)?)
    }
}

fn intern(py: Py<'_>, place: &mut *mut PyObject) {
    // SAFETY: LIVE: the place holds a reference, or NULL.
    if unsafe { place.as_ref() }.is_some_and(|o| unicode::check_exact(o).is_some())
        && let Some(s) = given(place.cast::<PyUnicodeObject>())
        && let Ok(s) = unicode::intern(py, s)
    {
        *place = s.into_ptr();
    }
}

fn as_utf8(py: Py<'_>, s: Option<&PyObject>, n: *mut isize) -> *const c_char {
    match checked(py, s).and_then(|s| unicode::utf8_cached(py, s)) {
        Ok(text) => {
            put(n, text.len() as isize);
            text.as_ptr().cast()
        }
        Err(e) => {
            e.restore(py);
            core::ptr::null()
        }
    }
}

/// `PyUnicode_MAX_CHAR_VALUE`: what the width of the characters allows.
fn max_char(s: &PyUnicodeObject) -> u32 {
    match unicode::view(s) {
        _ if unicode::is_ascii(s) => 0x7F,
        Str::Ascii(_) | Str::Latin1(_) => 0xFF,
        Str::Two(_) => 0xFFFF,
        Str::Four(_) => 0x10FFFF,
    }
}
