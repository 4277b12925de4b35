//! `str`: construction and reading. Building from other strings is in `build`, hashing and interning in `hash`; methods
//! and operators are in `dxpy-types`, codecs in `codecs`.
//!
//! A compact object's characters follow its header, in the smallest of 1, 2 or 4 bytes each that holds them all, and a
//! NUL; only instances of subclasses keep them behind the `data` pointer.

use crate::abi::constants::*;
use crate::abi::*;
use crate::err::PyResult;
use crate::exceptions;
use crate::glue;
use crate::object;
use crate::ptr::{Object, Owned};
use crate::statics::StaticType;
use crate::thread::Py;
use core::ffi::c_void;

mod build;
mod hash;
pub use build::*;
pub use hash::*;

/// `str`.
#[unsafe(no_mangle)]
pub static PyUnicode_Type: StaticType = StaticType::new::<PyUnicodeObject>(c"str")
    .flags(Py_TPFLAGS_BASETYPE | Py_TPFLAGS_UNICODE_SUBCLASS | _Py_TPFLAGS_MATCH_SELF)
    .dealloc(glue::dealloc(dealloc));

/// `unicode_dealloc`: interned strings are immortal, so one whose count reached zero is made so again.
fn dealloc(py: Py<'_>, s: &PyUnicodeObject) {
    let state = header(s).state.get();
    if state & INTERNED_MASK != 0 || state & STATICALLY_ALLOCATED != 0 {
        return object::revive(py, s.as_object());
    }
    // SAFETY: the UTF-8 form is a block of its own unless it is the characters themselves, as in ASCII.
    unsafe {
        if state & (COMPACT | ASCII) != COMPACT | ASCII {
            let c = &*(s.as_ptr() as *const PyCompactUnicodeObject);
            if c.utf8.get() as *const c_void != data_ptr(s) {
                crate::alloc::free(c.utf8.get() as *mut c_void);
            }
        }
        if state & COMPACT == 0 {
            crate::alloc::free(data_ptr(s) as *mut c_void);
        }
        object::tp_free(s.as_object());
    }
}

const INTERNED_MASK: u32 = 3;
const KIND_SHIFT: u32 = 2;
const KIND_MASK: u32 = 7;
const COMPACT: u32 = 1 << 5;
const ASCII: u32 = 1 << 6;
const STATICALLY_ALLOCATED: u32 = 1 << 7;

/// The characters of a str, one slice element each.
#[derive(Clone, Copy)]
pub enum Data<'a> {
    One(&'a [u8]),
    Two(&'a [u16]),
    Four(&'a [u32]),
}

/// `PyUnicode_Check`.
#[inline(always)]
pub fn check(o: &PyObject) -> Option<&PyUnicodeObject> {
    // SAFETY: LAYOUT: the subclass flag says so.
    (o.ty().tp_flags.get() & Py_TPFLAGS_UNICODE_SUBCLASS != 0)
        .then(|| unsafe { &*(o as *const PyObject as *const PyUnicodeObject) })
}

/// `PyUnicode_CheckExact`.
#[inline(always)]
pub fn check_exact(o: &PyObject) -> Option<&PyUnicodeObject> {
    // SAFETY: LAYOUT: the type says so.
    o.ty().is(&PyUnicode_Type.0).then(|| unsafe { &*(o as *const PyObject as *const PyUnicodeObject) })
}

/// The header every str has, compact or not.
#[inline(always)]
fn header(s: &PyUnicodeObject) -> &PyASCIIObject {
    // SAFETY: LAYOUT: a str begins with it. Compact objects may be shorter than `PyUnicodeObject`, so only this prefix
    // is read through the reference.
    unsafe { &*(s as *const PyUnicodeObject as *const PyASCIIObject) }
}

/// The number of code points.
#[inline(always)]
pub fn len(s: &PyUnicodeObject) -> usize {
    header(s).length.get() as usize
}

/// `PyUnicode_IS_ASCII`.
#[inline(always)]
pub fn is_ascii(s: &PyUnicodeObject) -> bool {
    header(s).state.get() & ASCII != 0
}

/// `PyUnicode_DATA`.
#[inline(always)]
pub fn data_ptr(s: &PyUnicodeObject) -> *const c_void {
    let state = header(s).state.get();
    let base = s as *const PyUnicodeObject as *const u8;
    // SAFETY: compact characters follow the header their flags name; others are behind `data`, INIT.
    unsafe {
        if state & COMPACT == 0 {
            (*(base as *const PyUnicodeObject)).data.get()
        } else if state & ASCII != 0 {
            base.add(size_of::<PyASCIIObject>()) as *const c_void
        } else {
            base.add(size_of::<PyCompactUnicodeObject>()) as *const c_void
        }
    }
}

/// The characters. A str never changes once others can see it.
#[inline(always)]
pub fn data(s: &PyUnicodeObject) -> Data<'_> {
    let (p, n) = (data_ptr(s), len(s));
    // SAFETY: `length` characters of `kind` bytes are there.
    unsafe {
        match header(s).state.get() >> KIND_SHIFT & KIND_MASK {
            1 => Data::One(core::slice::from_raw_parts(p as *const u8, n)),
            2 => Data::Two(core::slice::from_raw_parts(p as *const u16, n)),
            _ => Data::Four(core::slice::from_raw_parts(p as *const u32, n)),
        }
    }
}

/// The code points of a str.
pub fn code_points(s: &PyUnicodeObject) -> impl Iterator<Item = u32> + '_ {
    let d = data(s);
    (0..len(s)).map(move |i| match d {
        Data::One(v) => v[i] as u32,
        Data::Two(v) => v[i] as u32,
        Data::Four(v) => v[i],
    })
}

/// `PyUnicode_New`: an exact str of `n` characters up to `maxchar`, whose characters the caller writes.
///
/// # Safety
/// The caller writes all `n` characters through the returned pointer, of the width `maxchar` asks for, at least one of
/// them as large as the class of `maxchar` (below 0x80, 0x100, 0x10000, rest) says.
pub unsafe fn alloc(py: Py<'_>, n: usize, maxchar: u32) -> PyResult<(Owned<PyUnicodeObject>, *mut c_void)> {
    let (kind, ascii) = match maxchar {
        0..0x80 => (1, true),
        0x80..0x100 => (1, false),
        0x100..0x10000 => (2, false),
        _ => (4, false),
    };
    let head = if ascii { size_of::<PyASCIIObject>() } else { size_of::<PyCompactUnicodeObject>() };
    let size = (n.checked_add(1)).and_then(|m| m.checked_mul(kind)).and_then(|s| s.checked_add(head));
    let Some(size) = size.filter(|s| *s <= isize::MAX as usize) else {
        return Err(exceptions::memory_error(py));
    };
    // SAFETY: `size` covers header, characters and the NUL; every header field is set here, the rest by the caller.
    unsafe {
        let s = object::alloc_uninit::<PyUnicodeObject>(py, &PyUnicode_Type, size)?;
        let h = &*(s.as_ptr() as *const PyASCIIObject);
        h.length.set(n as isize);
        h.hash.set(-1);
        h.state.set((kind as u32) << KIND_SHIFT | COMPACT | if ascii { ASCII } else { 0 });
        if !ascii {
            let c = &*(s.as_ptr() as *const PyCompactUnicodeObject);
            c.utf8_length.set(0);
            c.utf8.set(core::ptr::null_mut());
        }
        let chars = (s.as_ptr() as *mut u8).add(head);
        core::ptr::write_bytes(chars.add(n * kind), 0, kind);
        Ok((s, chars as *mut c_void))
    }
}

/// A str of these code points, stored in the smallest kind (`PyUnicode_FromKindAndData`). Each is at most 0x10FFFF.
pub fn from_code_points(py: Py<'_>, chars: &[u32]) -> PyResult<Owned<PyUnicodeObject>> {
    let max = chars.iter().copied().max().unwrap_or(0);
    debug_assert!(max <= 0x10FFFF);
    match chars {
        [] => return Ok(empty()),
        [c] => return from_char(py, *c),
        _ => {}
    }
    // SAFETY: every character is written, in the width of `max`, which is among them.
    unsafe {
        let (s, out) = alloc(py, chars.len(), max)?;
        match max {
            0..0x100 => chars.iter().enumerate().for_each(|(i, c)| *(out as *mut u8).add(i) = *c as u8),
            0x100..0x10000 => {
                chars.iter().enumerate().for_each(|(i, c)| *(out as *mut u16).add(i) = *c as u16)
            }
            _ => chars.iter().enumerate().for_each(|(i, c)| *(out as *mut u32).add(i) = *c),
        }
        Ok(s)
    }
}

/// `PyUnicode_FromString` for Rust text.
pub fn from_str(py: Py<'_>, text: &str) -> PyResult<Owned<PyUnicodeObject>> {
    if text.is_ascii() {
        match text.as_bytes() {
            [] => return Ok(empty()),
            [c] => return from_char(py, *c as u32),
            _ => {}
        }
        // SAFETY: every byte is copied and below 0x80.
        unsafe {
            let (s, out) = alloc(py, text.len(), 0x7F)?;
            core::ptr::copy_nonoverlapping(text.as_ptr(), out as *mut u8, text.len());
            return Ok(s);
        }
    }
    let chars: Vec<u32> = text.chars().map(u32::from).collect();
    from_code_points(py, &chars)
}

/// Is this a str with exactly this text? (`_PyUnicode_EqualToASCIIString`, for any text)
pub fn equals_str(o: &PyObject, text: &str) -> bool {
    let Some(s) = check(o) else { return false };
    match data(s) {
        Data::One(v) if is_ascii(s) => v == text.as_bytes(),
        _ => code_points(s).eq(text.chars().map(u32::from)),
    }
}

/// The text for a message; lone surrogates become U+FFFD.
pub fn display(o: &PyObject) -> String {
    let replaced = |c| char::from_u32(c).unwrap_or(char::REPLACEMENT_CHARACTER);
    check(o).map(|s| code_points(s).map(replaced).collect()).unwrap_or_default()
}

/// `PyUnicode_DecodeUTF8` with strict errors.
pub fn from_utf8(py: Py<'_>, bytes: &[u8]) -> PyResult<Owned<PyUnicodeObject>> {
    match core::str::from_utf8(bytes) {
        Ok(text) => from_str(py, text),
        Err(e) => {
            let start = e.valid_up_to();
            let (end, reason) = match e.error_len() {
                None => (bytes.len(), "unexpected end of data"),
                Some(n) if n == 1 && matches!(bytes[start], 0x80..=0xC1 | 0xF5..=0xFF) => {
                    (start + 1, "invalid start byte")
                }
                Some(n) => (start + n, "invalid continuation byte"),
            };
            Err(exceptions::unicode_decode_error(py, "utf-8", bytes, start, end, reason))
        }
    }
}

/// The text in UTF-8 (`PyUnicode_AsUTF8AndSize`); a lone surrogate is an error.
pub fn utf8<'a>(py: Py<'_>, s: &'a PyUnicodeObject) -> PyResult<std::borrow::Cow<'a, str>> {
    if is_ascii(s) {
        // SAFETY: ASCII is UTF-8.
        return Ok(unsafe { core::str::from_utf8_unchecked(raw(s)) }.into());
    }
    let mut out = String::with_capacity(len(s) * 2);
    for (i, c) in code_points(s).enumerate() {
        match char::from_u32(c) {
            Some(c) => out.push(c),
            None => {
                let end = i + code_points(s).skip(i).take_while(|c| (0xD800..0xE000).contains(c)).count();
                return Err(exceptions::unicode_encode_error(
                    py,
                    "utf-8",
                    s,
                    i,
                    end,
                    "surrogates not allowed",
                ));
            }
        }
    }
    Ok(out.into())
}

/// The text as a C string; a NUL inside is an error.
pub fn c_string(py: Py<'_>, s: &PyUnicodeObject) -> PyResult<std::ffi::CString> {
    let text = utf8(py, s)?;
    std::ffi::CString::new(text.as_bytes())
        .map_err(|_| exceptions::value_error(py, format_args!("embedded null character")))
}

/// `PyUnicode_IsIdentifier`.
pub fn is_identifier(s: &PyUnicodeObject) -> bool {
    dxpy_text::unicode::is_identifier(code_points(s))
}

/// The parts one after the other (`_PyUnicode_JoinArray` without separator).
pub fn join_all(py: Py<'_>, parts: &[&PyUnicodeObject]) -> PyResult<Owned<PyUnicodeObject>> {
    if let [one] = parts
        && check_exact(one.as_object()).is_some()
    {
        return Ok((*one).to_owned());
    }
    if parts.iter().all(|p| is_ascii(p)) {
        let n = parts.iter().map(|p| len(p)).sum();
        // SAFETY: every byte is copied and below 0x80.
        unsafe {
            let (s, out) = alloc(py, n, 0x7F)?;
            let mut at = out as *mut u8;
            for p in parts {
                core::ptr::copy_nonoverlapping(raw(p).as_ptr(), at, len(p));
                at = at.add(len(p));
            }
            return Ok(s);
        }
    }
    let all: Vec<u32> = parts.iter().flat_map(|p| code_points(p)).collect();
    from_code_points(py, &all)
}
