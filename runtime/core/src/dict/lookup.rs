//! Finding a key (`_Py_dict_lookup`), including what may run Python code: comparison of keys that are not strings.

use super::keys::{DUMMY, EMPTY, Keys, Probe};
use crate::abi::*;
use crate::err::PyResult;
use crate::protocol;
use crate::ptr::Object;
use crate::thread::Py;
use crate::unicode;

/// Where a lookup ended in a keys object.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Found {
    At(usize),
    Missing,
}

/// The entry of an exact str among keys that are all exact str; never runs Python code (`unicodekeys_lookup_unicode`).
#[inline]
pub fn unicode_key(k: &PyDictKeysObject, key: &PyUnicodeObject, hash: Py_hash_t) -> Found {
    let mut p = Probe::new(hash, k.size() - 1);
    loop {
        match k.index(p.slot()) {
            EMPTY => return Found::Missing,
            DUMMY => {}
            ix => {
                let found = k.key(ix as usize).get();
                if core::ptr::addr_eq(found, key) {
                    return Found::At(ix as usize);
                }
                // SAFETY: INIT: keys of such a table are live str with a known hash.
                let found = unsafe { &*(found as *const PyUnicodeObject) };
                if unicode::known_hash(found) == hash && unicode::equal(found, key) {
                    return Found::At(ix as usize);
                }
            }
        }
        p.advance();
    }
}

/// As [`unicode_key`], for ASCII text that is no object: the key itself.
pub fn ascii_text<'k>(k: &'k PyDictKeysObject, text: &[u8], hash: Py_hash_t) -> Option<&'k PyUnicodeObject> {
    let mut p = Probe::new(hash, k.size() - 1);
    loop {
        match k.index(p.slot()) {
            EMPTY => return None,
            DUMMY => {}
            ix => {
                // SAFETY: INIT: keys of such a table are live str with a known hash.
                let found = unsafe { &*(k.key(ix as usize).get() as *const PyUnicodeObject) };
                if unicode::known_hash(found) == hash
                    && unicode::is_ascii(found)
                    && unicode::raw(found) == text
                {
                    return Some(found);
                }
            }
        }
        p.advance();
    }
}

/// Whether two exact ints of at most one digit are equal; None of anything else.
#[inline(always)]
pub(crate) fn same_int(a: &PyObject, b: &PyObject) -> Option<bool> {
    use crate::long;
    Some(long::compact(long::check_exact(a)?)? == long::compact(long::check_exact(b)?)?)
}

/// `_Py_dict_lookup` on a dict: equality may run Python code that changes the dict, and then the search starts again.
pub fn key(py: Py<'_>, d: &PyDictObject, key: &PyObject, hash: Py_hash_t) -> PyResult<Found> {
    'restart: loop {
        let keys = d.ma_keys.get();
        // SAFETY: LIVE: the dict holds its keys; after Python code ran this is checked again.
        let k = unsafe { &*keys };
        if k.is_unicode()
            && let Some(s) = unicode::check_exact(key)
        {
            return Ok(unicode_key(k, s, hash));
        }
        let mut p = Probe::new(hash, k.size() - 1);
        loop {
            match k.index(p.slot()) {
                EMPTY => return Ok(Found::Missing),
                DUMMY => {}
                ix => {
                    let ix = ix as usize;
                    let found = k.key(ix).get();
                    if core::ptr::addr_eq(found, key) {
                        return Ok(Found::At(ix));
                    }
                    if k.hash(ix) == hash {
                        // SAFETY: LIVE: the entry holds its key.
                        if let Some(same) = unsafe { same_int(&*found, key) } {
                            if same {
                                return Ok(Found::At(ix));
                            }
                            p.advance();
                            continue;
                        }
                        // SAFETY: LIVE: the entry holds its key, and this reference holds it during the comparison.
                        let held = unsafe { (*found).to_owned() };
                        let same = protocol::rich_compare_bool(py, &held, key, protocol::EQ)?;
                        // SAFETY: the keys object is read again only if the dict still holds it.
                        if d.ma_keys.get() != keys || unsafe { &*keys }.key(ix).get() != found {
                            continue 'restart;
                        }
                        if same {
                            return Ok(Found::At(ix));
                        }
                    }
                }
            }
            p.advance();
        }
    }
}
