//! Hashing, equality and interning of str: what dictionaries need of it.

use super::*;
use crate::dict;
use crate::statics::Gil;
use core::cell::Cell;
use dxpy_text::hash::HashSecret;

/// The process's hash key (`_Py_HashSecret`), set before the first str is hashed.
#[unsafe(export_name = "_Py_HashSecret")]
pub static HASH_SECRET: Gil<Cell<HashSecret>> = Gil(Cell::new(HashSecret { k0: 0, k1: 0, expat_salt: 0 }));

/// `_Py_HashBytes` under the process's key.
pub fn hash_bytes(bytes: &[u8]) -> Py_hash_t {
    dxpy_text::hash::hash_bytes(&HASH_SECRET.get(), bytes) as Py_hash_t
}

/// The hash a str that was hashed before remembers; -1 if it was not.
#[inline(always)]
pub fn known_hash(s: &PyUnicodeObject) -> Py_hash_t {
    header(s).hash.get()
}

/// `unicode_hash`.
#[inline]
pub fn hash(s: &PyUnicodeObject) -> Py_hash_t {
    match known_hash(s) {
        -1 => {
            let h = hash_bytes(raw(s));
            header(s).hash.set(h);
            h
        }
        h => h,
    }
}

/// The bytes of the characters in their kind.
pub fn raw(s: &PyUnicodeObject) -> &[u8] {
    let width = (header(s).state.get() >> KIND_SHIFT & KIND_MASK) as usize;
    // SAFETY: INIT: `length` characters of `width` bytes are there.
    unsafe { core::slice::from_raw_parts(data_ptr(s) as *const u8, len(s) * width) }
}

/// `unicode_eq`: equal strings always have the same kind.
#[inline]
pub fn equal(a: &PyUnicodeObject, b: &PyUnicodeObject) -> bool {
    let kind = |s| header(s).state.get() >> KIND_SHIFT & KIND_MASK;
    core::ptr::addr_eq(a, b) || (len(a) == len(b) && kind(a) == kind(b) && raw(a) == raw(b))
}

/// All interned strings, each its own key and value.
static INTERNED: Gil<Cell<*mut PyDictObject>> = Gil(Cell::new(core::ptr::null_mut()));

/// `PyUnicode_InternInPlace`: the one immortal str of this text. A str of a subclass is given back as it is.
pub fn intern(py: Py<'_>, s: Owned<PyUnicodeObject>) -> PyResult<Owned<PyUnicodeObject>> {
    let h = header(&s);
    if h.state.get() & INTERNED_MASK != 0 || check_exact(s.as_object()).is_none() {
        return Ok(s);
    }
    if INTERNED.get().is_null() {
        INTERNED.set(dict::new(py)?.into_raw());
    }
    // SAFETY: LIVE: the table is never released.
    let table = unsafe { &*INTERNED.get() };
    let found = dict::set_default(py, table, s.as_object(), s.as_object())?;
    if found.is(&*s) {
        h.state.set(h.state.get() & !INTERNED_MASK | SSTATE_INTERNED_IMMORTAL);
        s.as_object().ob_refcnt.set(crate::ptr::IMMORTAL_REFCNT);
    }
    // SAFETY: LAYOUT: the table holds str only.
    Ok(unsafe { found.cast() })
}

/// How many str are interned (`sys.getunicodeinternedsize`).
pub fn interned_count() -> usize {
    // SAFETY: LIVE: the table is held for good.
    unsafe { INTERNED.get().as_ref() }.map_or(0, dict::len)
}

/// Whether a str is interned.
pub fn is_interned(s: &PyUnicodeObject) -> bool {
    header(s).state.get() & INTERNED_MASK != 0
}

const SSTATE_INTERNED_IMMORTAL: u32 = 2;

/// An interned str for a Rust literal.
pub fn intern_str(py: Py<'_>, text: &str) -> PyResult<Owned<PyUnicodeObject>> {
    if text.is_ascii() { intern_ascii(py, text.as_bytes()) } else { intern(py, from_str(py, text)?) }
}

/// The interned str of ASCII characters: nothing is made where it is there already.
pub fn intern_ascii(py: Py<'_>, text: &[u8]) -> PyResult<Owned<PyUnicodeObject>> {
    debug_assert!(text.is_ascii());
    // SAFETY: LIVE: the table is never released.
    let table = unsafe { INTERNED.get().as_ref() };
    let (Some(table), 2..) = (table, text.len()) else { return intern(py, from_latin1(py, text)?) };
    let hash = hash_bytes(text);
    if let Some(s) = dict::find_ascii(table, text, hash) {
        return Ok(s.to_owned());
    }
    let s = from_latin1(py, text)?;
    header(&s).hash.set(hash);
    intern(py, s)
}

/// An interned name in static memory, made at its first use: `name!("__init__").get(py)`.
pub struct Name {
    text: &'static str,
    object: Gil<Cell<*const PyUnicodeObject>>,
}

impl Name {
    /// A name for this text; use [`name!`](crate::name).
    pub const fn new(text: &'static str) -> Name {
        Name { text, object: Gil(Cell::new(core::ptr::null())) }
    }

    /// The str.
    ///
    /// # Panics
    /// When there is no memory for it at first use.
    #[inline(always)]
    pub fn get(&self, py: Py<'_>) -> &'static PyUnicodeObject {
        let p = self.object.get();
        // SAFETY: interned strings are immortal.
        unsafe { if p.is_null() { self.make(py) } else { &*p } }
    }

    /// The str as an object.
    #[inline(always)]
    pub fn obj(&self, py: Py<'_>) -> &'static PyObject {
        self.get(py).as_object()
    }

    /// The text.
    pub fn text(&self) -> &'static str {
        self.text
    }

    #[cold]
    fn make(&self, py: Py<'_>) -> &'static PyUnicodeObject {
        let made = || intern_str(py, self.text);
        let s = made().or_else(|_| crate::alloc::with_reserve(py, made));
        let s = s.unwrap_or_else(|_| panic!("no memory for the name {}", self.text));
        hash(&s);
        let p = s.into_raw();
        self.object.set(p);
        // SAFETY: interned strings are immortal.
        unsafe { &*p }
    }
}

/// A [`Name`] in static memory.
#[macro_export]
macro_rules! name {
    ($text:literal) => {{
        static NAME: $crate::unicode::Name = $crate::unicode::Name::new($text);
        &NAME
    }};
}
