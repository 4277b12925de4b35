//! Strings made of other strings: views for the kernels of `dxpy-text`, concatenation, parts, repetition, joining, the
//! shared empty and one-character strings, instances of subclasses. Methods are in `dxpy-types`.

use super::*;
use crate::call::type_name;
use crate::err::PyErr;
use crate::ptr::IMMORTAL_REFCNT;
use crate::statics::Gil;
use core::cell::Cell;
use dxpy_text::strings::{Str, StrBuf, Unit, each_kind};

/// The characters as the kernels of `dxpy-text` take them.
#[inline(always)]
pub fn view(s: &PyUnicodeObject) -> Str<'_> {
    match data(s) {
        Data::One(v) if is_ascii(s) => Str::Ascii(v),
        Data::One(v) => Str::Latin1(v),
        Data::Two(v) => Str::Two(v),
        Data::Four(v) => Str::Four(v),
    }
}

/// A shared one-character ASCII string (or the empty one), laid out as the ABI says.
#[repr(C)]
struct AsciiChar {
    head: PyASCIIObject,
    chars: [Cell<u8>; 2],
}

/// A shared one-character string of U+0080 to U+00FF.
#[repr(C)]
struct Latin1Char {
    head: PyCompactUnicodeObject,
    chars: [Cell<u8>; 2],
}

const fn static_header(length: isize, state: u32) -> PyASCIIObject {
    PyASCIIObject {
        ob_base: PyObject {
            ob_refcnt: Cell::new(IMMORTAL_REFCNT),
            ob_type: Cell::new(&raw const PyUnicode_Type.0 as *mut PyTypeObject),
        },
        length: Cell::new(length),
        hash: Cell::new(-1),
        state: Cell::new(1 << KIND_SHIFT | COMPACT | STATICALLY_ALLOCATED | state),
    }
}

static EMPTY: Gil<AsciiChar> =
    Gil(AsciiChar { head: static_header(0, ASCII), chars: [const { Cell::new(0) }; 2] });

static ASCII_CHARS: Gil<[AsciiChar; 128]> = {
    let mut table =
        [const { AsciiChar { head: static_header(1, ASCII), chars: [const { Cell::new(0) }; 2] } }; 128];
    let mut i = 0;
    while i < 128 {
        table[i].chars[0] = Cell::new(i as u8);
        i += 1;
    }
    Gil(table)
};

static LATIN1_CHARS: Gil<[Latin1Char; 128]> = {
    let mut table = [const {
        Latin1Char {
            head: PyCompactUnicodeObject {
                _base: static_header(1, 0),
                utf8_length: Cell::new(0),
                utf8: Cell::new(core::ptr::null_mut()),
            },
            chars: [const { Cell::new(0) }; 2],
        }
    }; 128];
    let mut i = 0;
    while i < 128 {
        table[i].chars[0] = Cell::new(128 + i as u8);
        i += 1;
    }
    Gil(table)
};

/// A shared string in static memory, which is never released.
#[inline(always)]
fn shared<T>(s: &'static T) -> Owned<PyUnicodeObject> {
    // SAFETY: LAYOUT: these structs are compact strings with their characters; immortal, so the count does not matter.
    unsafe { Owned::from_raw(s as *const T as *mut PyUnicodeObject) }
}

/// The empty str.
#[inline(always)]
pub fn empty() -> Owned<PyUnicodeObject> {
    shared(&EMPTY.0)
}

/// `PyUnicode_FromOrdinal` for a code point up to U+10FFFF: below U+0100 always the same object.
#[inline]
pub fn from_char(py: Py<'_>, c: u32) -> PyResult<Owned<PyUnicodeObject>> {
    match c {
        0..0x80 => Ok(shared(&ASCII_CHARS.0[c as usize])),
        0x80..0x100 => Ok(shared(&LATIN1_CHARS.0[c as usize - 0x80])),
        _ => {
            debug_assert!(c <= 0x10FFFF);
            // SAFETY: the one character is written, in its width.
            unsafe {
                let (s, out) = alloc(py, 1, c)?;
                if c < 0x1_0000 {
                    *(out as *mut u16) = c as u16
                } else {
                    *(out as *mut u32) = c
                }
                Ok(s)
            }
        }
    }
}

/// Writes `s` from character `at` of a string of `kind` bytes a character.
///
/// # Safety
/// There is room, and every character of `s` fits the width.
#[inline(always)]
unsafe fn write(s: Str<'_>, out: *mut c_void, kind: usize, at: usize) {
    #[inline(always)]
    unsafe fn to<U: Unit>(s: Str<'_>, out: *mut U) {
        match U::borrow(s) {
            // SAFETY: the caller's promise.
            Some(v) => unsafe { core::ptr::copy_nonoverlapping(v.as_ptr(), out, v.len()) },
            None => {
                // SAFETY: the caller's promise.
                each_kind!(s, v => unsafe {
                    for (i, c) in v.iter().enumerate() {
                        *out.add(i) = U::of(c.code());
                    }
                })
            }
        }
    }
    // SAFETY: the caller's promise.
    unsafe {
        match kind {
            1 => to(s, (out as *mut u8).add(at)),
            2 => to(s, (out as *mut u16).add(at)),
            _ => to(s, (out as *mut u32).add(at)),
        }
    }
}

/// Bytes a character, of a class of `class_of`.
const fn width_of(class: u32) -> usize {
    match class {
        0..0x100 => 1,
        0x100..0x1_0000 => 2,
        _ => 4,
    }
}

/// An exact str of these characters, in the narrowest kind (`_PyUnicode_FromUCS1` and its kin).
#[inline]
pub fn from_view(py: Py<'_>, s: Str<'_>) -> PyResult<Owned<PyUnicodeObject>> {
    match s.len() {
        0 => return Ok(empty()),
        1 => return from_char(py, s.at(0)),
        _ => {}
    }
    let class = s.max_class();
    // SAFETY: every character is written, in the width of the class that is theirs.
    unsafe {
        let (o, out) = alloc(py, s.len(), class)?;
        write(s, out, width_of(class), 0);
        Ok(o)
    }
}

/// An exact str of a kernel's result.
pub fn from_buf(py: Py<'_>, s: StrBuf) -> PyResult<Owned<PyUnicodeObject>> {
    from_view(py, s.as_str())
}

/// An exact str of Latin-1 bytes (`PyUnicode_FromKindAndData` of one byte).
#[inline]
pub fn from_latin1(py: Py<'_>, bytes: &[u8]) -> PyResult<Owned<PyUnicodeObject>> {
    from_view(py, Str::latin1(bytes))
}

/// `unicode_result_unchanged`: the string itself when it is exact, else an exact copy.
#[inline]
pub fn exact(py: Py<'_>, s: &PyUnicodeObject) -> PyResult<Owned<PyUnicodeObject>> {
    match check_exact(s.as_object()) {
        Some(s) => Ok(s.to_owned()),
        None => from_view(py, view(s)),
    }
}

/// `PyUnicode_Substring` of places inside the string.
#[inline]
pub fn substring(
    py: Py<'_>,
    s: &PyUnicodeObject,
    start: usize,
    end: usize,
) -> PyResult<Owned<PyUnicodeObject>> {
    if start == 0 && end == len(s) {
        return exact(py, s);
    }
    from_view(py, view(s).slice(start, end))
}

/// The `OverflowError` of a concatenation.
#[cold]
fn too_large(py: Py<'_>) -> PyErr {
    exceptions::overflow_error(py, format_args!("strings are too large to concat"))
}

/// `PyUnicode_Concat` of two strings.
#[inline]
pub fn concat(py: Py<'_>, a: &PyUnicodeObject, b: &PyUnicodeObject) -> PyResult<Owned<PyUnicodeObject>> {
    if len(a) == 0 {
        return exact(py, b);
    }
    if len(b) == 0 {
        return exact(py, a);
    }
    concat_views(py, &[view(a), view(b)])
}

/// The parts one after the other, each in the narrowest kind its string has.
pub fn concat_views(py: Py<'_>, parts: &[Str<'_>]) -> PyResult<Owned<PyUnicodeObject>> {
    let mut n = 0usize;
    let mut class = 0x7F;
    for p in parts {
        n = n.checked_add(p.len()).filter(|n| *n <= isize::MAX as usize).ok_or_else(|| too_large(py))?;
        if p.max_bound() > class {
            class = class.max(p.max_class());
        }
    }
    if n == 0 {
        return Ok(empty());
    }
    if n == 1
        && let Some(p) = parts.iter().find(|p| !p.is_empty())
    {
        return from_char(py, p.at(0));
    }
    let kind = width_of(class);
    // SAFETY: all `n` characters are written, in the width of the largest.
    unsafe {
        let (o, out) = alloc(py, n, class)?;
        let mut at = 0;
        for p in parts {
            write(*p, out, kind, at);
            at += p.len();
        }
        Ok(o)
    }
}

/// Whether nobody else can see the string change (`unicode_modifiable`).
pub fn modifiable(s: &PyUnicodeObject) -> bool {
    let state = header(s).state.get();
    s.refcnt() == 1
        && header(s).hash.get() == -1
        && state & (INTERNED_MASK | STATICALLY_ALLOCATED) == 0
        && state & COMPACT != 0
        && check_exact(s.as_object()).is_some()
}

/// `PyUnicode_Append`: the left string grows in place when this is its only reference and its kind holds the right one.
/// For the interpreter's `unicode_concatenate` and for `+=`.
pub fn append(
    py: Py<'_>,
    left: Owned<PyUnicodeObject>,
    right: &PyUnicodeObject,
) -> PyResult<Owned<PyUnicodeObject>> {
    let (n, more) = (len(&left), len(right));
    if n == 0 {
        return exact(py, right);
    }
    if more == 0 && check_exact(left.as_object()).is_some() {
        return Ok(left);
    }
    let (a, b) = (view(&left), view(right));
    let fits = a.kind() >= b.kind() && (!matches!(a, Str::Ascii(_)) || matches!(b, Str::Ascii(_)));
    if !fits || !modifiable(&left) {
        return concat(py, &left, right);
    }
    let kind = a.kind();
    let ascii = is_ascii(&left);
    let head = if ascii { size_of::<PyASCIIObject>() } else { size_of::<PyCompactUnicodeObject>() };
    let total = n.checked_add(more).filter(|t| *t <= isize::MAX as usize).ok_or_else(|| too_large(py))?;
    let size = total.checked_add(1).and_then(|t| t.checked_mul(kind)).and_then(|t| t.checked_add(head));
    let Some(size) = size.filter(|s| *s <= isize::MAX as usize) else {
        return Err(exceptions::memory_error(py));
    };
    if !ascii {
        let c = &*left;
        // SAFETY: LAYOUT: a compact string that is not ASCII has this header; its UTF-8 form is a block of its own.
        unsafe {
            let c = &*(c as *const PyUnicodeObject as *const PyCompactUnicodeObject);
            crate::alloc::free(c.utf8.replace(core::ptr::null_mut()) as *mut c_void);
            c.utf8_length.set(0);
        }
    }
    let old = left.into_raw();
    // SAFETY: a compact exact str has no pre-header, so its block begins at the object, whose only reference is ours;
    // the right string is another object, for it would be a second reference otherwise.
    unsafe {
        let new = crate::alloc::realloc(old as *mut c_void, size) as *mut PyUnicodeObject;
        if new.is_null() {
            drop(Owned::from_raw(old));
            return Err(exceptions::memory_error(py));
        }
        let grown = Owned::from_raw(new);
        header(&grown).length.set(total as isize);
        let out = (new as *mut u8).add(head);
        write(view(right), out as *mut c_void, kind, n);
        core::ptr::write_bytes(out.add(total * kind), 0, kind);
        Ok(grown)
    }
}

/// `unicode_repeat`.
pub fn repeat(py: Py<'_>, s: &PyUnicodeObject, times: isize) -> PyResult<Owned<PyUnicodeObject>> {
    if times < 1 || len(s) == 0 {
        return Ok(empty());
    }
    if times == 1 {
        return exact(py, s);
    }
    let v = view(s);
    let Some(n) = v.len().checked_mul(times as usize).filter(|n| *n <= isize::MAX as usize) else {
        return Err(exceptions::overflow_error(py, format_args!("repeated string is too long")));
    };
    // SAFETY: every character is written before it is read: first one copy, then as much again as there is.
    unsafe {
        let (o, out) = alloc(py, n, v.max_class())?;
        let kind = v.kind();
        write(v, out, kind, 0);
        let (out, total) = (out as *mut u8, n * kind);
        let mut done = v.len() * kind;
        if done == 1 {
            core::ptr::write_bytes(out, *out, total);
            done = total;
        }
        while done < total {
            let step = done.min(total - done);
            core::ptr::copy_nonoverlapping(out, out.add(done), step);
            done += step;
        }
        Ok(o)
    }
}

/// `_PyUnicode_JoinArray`: the items must be str, else `TypeError`.
pub fn join(py: Py<'_>, sep: &PyUnicodeObject, items: &[&PyObject]) -> PyResult<Owned<PyUnicodeObject>> {
    if let [only] = items
        && let Some(s) = check_exact(only)
    {
        return Ok(s.to_owned());
    }
    let sep = view(sep);
    let (mut n, mut class) = (0usize, 0x7F);
    for (i, item) in items.iter().enumerate() {
        let Some(s) = check(item) else {
            return Err(exceptions::type_error(
                py,
                format_args!("sequence item {i}: expected str instance, {} found", type_name(item.ty())),
            ));
        };
        let v = view(s);
        let more = if i > 0 { sep.len() } else { 0 };
        n = n
            .checked_add(v.len())
            .and_then(|n| n.checked_add(more))
            .filter(|n| *n <= isize::MAX as usize)
            .ok_or_else(|| {
                exceptions::overflow_error(py, format_args!("join() result is too long for a Python string"))
            })?;
        // Strings have the narrowest kind, so the kind tells the class.
        class = class.max(v.max_bound());
    }
    if items.len() > 1 {
        class = class.max(sep.max_bound());
    }
    if n == 0 {
        return Ok(empty());
    }
    let kind = width_of(class);
    // SAFETY: all `n` characters are written, in the width of the largest; nothing runs in between.
    unsafe {
        let (o, out) = alloc(py, n, class)?;
        if kind == 1 && n > 1 {
            let mut out = out as *mut u8;
            let mut put = |v: &[u8]| {
                core::ptr::copy_nonoverlapping(v.as_ptr(), out, v.len());
                out = out.add(v.len());
            };
            let (Str::Ascii(sep) | Str::Latin1(sep)) = sep else { return Ok(o) };
            for (i, item) in items.iter().enumerate() {
                if i > 0 && !sep.is_empty() {
                    put(sep);
                }
                if let Data::One(v) = data(&*((*item) as *const PyObject as *const PyUnicodeObject)) {
                    put(v);
                }
            }
            return Ok(o);
        }
        let mut at = 0;
        for (i, item) in items.iter().enumerate() {
            if i > 0 && !sep.is_empty() {
                write(sep, out, kind, at);
                at += sep.len();
            }
            let v = view(&*((*item) as *const PyObject as *const PyUnicodeObject));
            write(v, out, kind, at);
            at += v.len();
        }
        if n == 1 {
            return from_char(py, view(&o).at(0));
        }
        Ok(o)
    }
}

/// `PyUnicode_Compare`.
pub fn compare(a: &PyUnicodeObject, b: &PyUnicodeObject) -> core::cmp::Ordering {
    if core::ptr::addr_eq(a, b) { core::cmp::Ordering::Equal } else { view(a).cmp(&view(b)) }
}

/// `unicode_subtype_new`: an instance of a subclass with these characters, which it keeps behind its `data` pointer.
pub fn subtype_new(py: Py<'_>, ty: &PyTypeObject, s: &PyUnicodeObject) -> PyResult {
    let v = view(s);
    let kind = v.kind();
    let o = object::tp_alloc(py, ty, 0)?;
    // SAFETY: LAYOUT: an instance of a subclass of str begins as a `PyUnicodeObject`, all zero here; every field is set
    // before anyone sees it.
    unsafe {
        let u = &*(o.as_ptr() as *const PyUnicodeObject);
        let size = (v.len() + 1) * kind;
        let block = crate::alloc::malloc(size);
        if block.is_null() {
            // An empty string without characters is one that can be released.
            return Err(exceptions::memory_error(py));
        }
        write(v, block, kind, 0);
        core::ptr::write_bytes((block as *mut u8).add(v.len() * kind), 0, kind);
        let h = header(u);
        h.length.set(v.len() as isize);
        h.hash.set(known_hash(s));
        let ascii = matches!(v, Str::Ascii(_));
        h.state.set((kind as u32) << KIND_SHIFT | if ascii { ASCII } else { 0 });
        u.data.set(block);
        if ascii {
            u._base.utf8.set(block as *mut _);
            u._base.utf8_length.set(v.len() as isize);
        }
        Ok(o)
    }
}

/// `PyUnicode_AsUTF8AndSize`: the text in UTF-8 with a NUL behind, kept as long as the string is.
pub fn utf8_cached<'a>(py: Py<'_>, s: &'a PyUnicodeObject) -> PyResult<&'a [u8]> {
    if is_ascii(s) {
        return Ok(raw(s));
    }
    // SAFETY: LAYOUT: a string that is not ASCII has this header.
    let c = unsafe { &*(s as *const PyUnicodeObject as *const PyCompactUnicodeObject) };
    if c.utf8.get().is_null() {
        let text = utf8(py, s)?;
        let block = crate::alloc::malloc(text.len() + 1) as *mut u8;
        if block.is_null() {
            return Err(exceptions::memory_error(py));
        }
        // SAFETY: the block has room for the text and its NUL.
        unsafe {
            core::ptr::copy_nonoverlapping(text.as_ptr(), block, text.len());
            *block.add(text.len()) = 0;
        }
        c.utf8.set(block as *mut _);
        c.utf8_length.set(text.len() as isize);
    }
    // SAFETY: that many bytes are there, and they stay.
    Ok(unsafe { core::slice::from_raw_parts(c.utf8.get() as *const u8, c.utf8_length.get() as usize) })
}

/// `str.__sizeof__`: header, characters, and the UTF-8 form where it is a block of its own.
pub fn memory_size(s: &PyUnicodeObject) -> usize {
    let state = header(s).state.get();
    let chars = (len(s) + 1) * view(s).kind();
    let compact = state & COMPACT != 0;
    let head = match (compact, is_ascii(s)) {
        (true, true) => size_of::<PyASCIIObject>(),
        (true, false) => size_of::<PyCompactUnicodeObject>(),
        _ => size_of::<PyUnicodeObject>(),
    };
    let mut size = head + chars;
    if !(compact && is_ascii(s)) {
        // SAFETY: LAYOUT: a string that is not compact ASCII has this header.
        let c = unsafe { &*(s as *const PyUnicodeObject as *const PyCompactUnicodeObject) };
        if !c.utf8.get().is_null() && c.utf8.get() as *const c_void != data_ptr(s) {
            size += c.utf8_length.get() as usize + 1;
        }
    }
    size
}
