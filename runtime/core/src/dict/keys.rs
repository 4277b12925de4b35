//! `PyDictKeysObject`: allocation, index table, entries, and the probe sequence (`Objects/dictobject.c`).
//! Nothing here compares with Python code: that is `lookup`.
//!
//! Memory: header, `1 << dk_log2_index_bytes` bytes of indices (each 1, 2, 4 or 8 bytes), then `usable` entries. An index
//! is a place among the entries, or `EMPTY`, or `DUMMY` where a key was deleted.

use crate::abi::*;
use crate::alloc;
use crate::err::PyResult;
use crate::exceptions;
use crate::ptr::{decref, incref};
use crate::statics::Gil;
use crate::thread::Py;
use core::cell::Cell;

/// `DKIX_EMPTY`.
pub const EMPTY: isize = -1;
/// `DKIX_DUMMY`.
pub const DUMMY: isize = -2;
/// `PyDict_LOG_MINSIZE`.
pub const LOG_MIN: u8 = 3;
/// `DICT_KEYS_GENERAL`: entries carry their hash, keys are anything.
pub const GENERAL: u8 = 0;
/// `DICT_KEYS_UNICODE`: exact strings, whose hash is in themselves.
pub const UNICODE: u8 = 1;
/// `DICT_KEYS_SPLIT`: as `UNICODE`, shared by instances of a class; values are in each instance.
pub const SPLIT: u8 = 2;
/// `SHARED_KEYS_MAX_SIZE`.
pub const SHARED_MAX: usize = 30;
/// `NEXT_LOG2_SHARED_KEYS_MAX_SIZE`.
const LOG_SHARED: u8 = 6;

/// `USABLE_FRACTION`.
#[inline]
pub fn usable(size: usize) -> usize {
    (size << 1) / 3
}

/// `calculate_log2_keysize`: the smallest table of at least `min` slots.
pub fn log2_for(min: usize) -> u8 {
    let m = (min | 8).saturating_sub(1) | 7;
    (usize::BITS - m.leading_zeros()) as u8
}

/// `estimate_log2_keysize`: the smallest table with room for `n` entries.
pub fn log2_estimate(n: usize) -> u8 {
    log2_for(n.saturating_mul(3).div_ceil(2))
}

/// `Py_EMPTY_KEYS`: what a dict without entries has; never written and never freed.
#[repr(C)]
pub struct EmptyKeys {
    keys: PyDictKeysObject,
    indices: [Cell<i8>; 8],
}

/// The one empty keys object.
pub static EMPTY_KEYS: Gil<EmptyKeys> = Gil(EmptyKeys {
    keys: PyDictKeysObject {
        dk_refcnt: Cell::new(1),
        dk_log2_size: Cell::new(0),
        dk_log2_index_bytes: Cell::new(3),
        dk_kind: Cell::new(UNICODE),
        dk_version: Cell::new(1),
        dk_usable: Cell::new(0),
        dk_nentries: Cell::new(0),
        dk_indices: [],
    },
    indices: [const { Cell::new(-1) }; 8],
});

/// The empty keys as the pointer a dict holds.
#[inline]
pub fn empty() -> *mut PyDictKeysObject {
    &raw const EMPTY_KEYS.0.keys as *mut PyDictKeysObject
}

/// Reading and writing a keys object. All methods trust that the object is well formed (INIT).
pub trait Keys {
    /// Slots of the index table, a power of two.
    fn size(&self) -> usize;
    /// The index in slot `i` (`dictkeys_get_index`).
    fn index(&self, i: usize) -> isize;
    /// `dictkeys_set_index`.
    fn set_index(&self, i: usize, ix: isize);
    /// Whether entries hold no hash.
    fn is_unicode(&self) -> bool;
    /// The key of entry `ix`; NULL where deleted.
    fn key(&self, ix: usize) -> &Cell<*mut PyObject>;
    /// The value of entry `ix`; NULL where deleted, and in shared keys.
    fn value(&self, ix: usize) -> &Cell<*mut PyObject>;
    /// The hash of entry `ix`, whose key is there.
    fn hash(&self, ix: usize) -> Py_hash_t;
    /// Writes the key (and hash, where entries have one) of entry `ix`.
    fn put(&self, ix: usize, key: *mut PyObject, hash: Py_hash_t);
    /// `find_empty_slot`: where a new key of this hash goes.
    fn free_slot(&self, hash: Py_hash_t) -> usize;
    /// `lookdict_index`: the slot that holds index `ix` of a key of this hash.
    fn slot_of(&self, hash: Py_hash_t, ix: isize) -> usize;
    /// Number of entries used so far, deleted ones included.
    fn entries(&self) -> usize;
}

#[inline(always)]
fn base(k: &PyDictKeysObject) -> *mut u8 {
    (k as *const PyDictKeysObject as *mut u8).wrapping_add(size_of::<PyDictKeysObject>())
}

#[inline(always)]
fn entries_base(k: &PyDictKeysObject) -> *mut u8 {
    base(k).wrapping_add(1 << k.dk_log2_index_bytes.get())
}

/// The value of entry `ix` of a table whose keys are all str, for which no kind is asked.
#[inline(always)]
pub fn unicode_value(k: &PyDictKeysObject, ix: usize) -> &Cell<*mut PyObject> {
    debug_assert!(k.is_unicode());
    // SAFETY: LAYOUT: the kind; `ix` is one of the table's entries.
    unsafe { &(*(entries_base(k) as *const PyDictUnicodeEntry).add(ix)).me_value }
}

/// The slots a hash visits, without end (`perturb` scheme).
pub struct Probe {
    slot: usize,
    perturb: usize,
    mask: usize,
}

impl Probe {
    /// The sequence for a table of `mask + 1` slots.
    #[inline(always)]
    pub fn new(hash: Py_hash_t, mask: usize) -> Probe {
        Probe { slot: hash as usize & mask, perturb: hash as usize, mask }
    }
    /// The slot to look at.
    #[inline(always)]
    pub fn slot(&self) -> usize {
        self.slot
    }
    /// Goes on to the next slot.
    #[inline(always)]
    pub fn advance(&mut self) {
        self.perturb >>= 5;
        self.slot = (self.slot.wrapping_mul(5).wrapping_add(self.perturb).wrapping_add(1)) & self.mask;
    }
}

impl Keys for PyDictKeysObject {
    #[inline(always)]
    fn size(&self) -> usize {
        1 << self.dk_log2_size.get()
    }

    #[inline(always)]
    fn index(&self, i: usize) -> isize {
        debug_assert!(i < self.size());
        let p = base(self);
        // SAFETY: INIT: the table has `size` indices of the width its log says.
        unsafe {
            match self.dk_log2_size.get() {
                0..8 => *(p as *const i8).add(i) as isize,
                8..16 => *(p as *const i16).add(i) as isize,
                16..32 => *(p as *const i32).add(i) as isize,
                _ => *(p as *const i64).add(i) as isize,
            }
        }
    }

    #[inline(always)]
    fn set_index(&self, i: usize, ix: isize) {
        debug_assert!(i < self.size());
        let p = base(self);
        // SAFETY: as in `index`.
        unsafe {
            match self.dk_log2_size.get() {
                0..8 => *(p as *mut i8).add(i) = ix as i8,
                8..16 => *(p as *mut i16).add(i) = ix as i16,
                16..32 => *(p as *mut i32).add(i) = ix as i32,
                _ => *(p as *mut i64).add(i) = ix as i64,
            }
        }
    }

    #[inline(always)]
    fn is_unicode(&self) -> bool {
        self.dk_kind.get() != GENERAL
    }

    #[inline(always)]
    fn key(&self, ix: usize) -> &Cell<*mut PyObject> {
        // SAFETY: INIT: entry `ix` is within the allocation.
        unsafe {
            if self.is_unicode() {
                &(*(entries_base(self) as *const PyDictUnicodeEntry).add(ix)).me_key
            } else {
                &(*(entries_base(self) as *const PyDictKeyEntry).add(ix)).me_key
            }
        }
    }

    #[inline(always)]
    fn value(&self, ix: usize) -> &Cell<*mut PyObject> {
        // SAFETY: as in `key`.
        unsafe {
            if self.is_unicode() {
                &(*(entries_base(self) as *const PyDictUnicodeEntry).add(ix)).me_value
            } else {
                &(*(entries_base(self) as *const PyDictKeyEntry).add(ix)).me_value
            }
        }
    }

    #[inline(always)]
    fn hash(&self, ix: usize) -> Py_hash_t {
        // SAFETY: as in `key`; the key of a table without hashes is a str whose hash is known.
        unsafe {
            if self.is_unicode() {
                let key = (*(entries_base(self) as *const PyDictUnicodeEntry).add(ix)).me_key.get();
                (*(key as *const PyASCIIObject)).hash.get()
            } else {
                (*(entries_base(self) as *const PyDictKeyEntry).add(ix)).me_hash.get()
            }
        }
    }

    #[inline(always)]
    fn put(&self, ix: usize, key: *mut PyObject, hash: Py_hash_t) {
        self.key(ix).set(key);
        if !self.is_unicode() {
            // SAFETY: as in `key`.
            unsafe { (*(entries_base(self) as *const PyDictKeyEntry).add(ix)).me_hash.set(hash) };
        }
    }

    #[inline]
    fn free_slot(&self, hash: Py_hash_t) -> usize {
        let mut p = Probe::new(hash, self.size() - 1);
        while self.index(p.slot()) >= 0 {
            p.advance();
        }
        p.slot()
    }

    #[inline]
    fn slot_of(&self, hash: Py_hash_t, ix: isize) -> usize {
        let mut p = Probe::new(hash, self.size() - 1);
        while self.index(p.slot()) != ix {
            p.advance();
        }
        p.slot()
    }

    #[inline(always)]
    fn entries(&self) -> usize {
        self.dk_nentries.get() as usize
    }
}

/// `new_keys_object`: room for `usable(1 << log2)` entries, or the shared maximum for `SPLIT`.
pub fn new(py: Py<'_>, log2: u8, kind: u8) -> PyResult<*mut PyDictKeysObject> {
    let log2_bytes = match log2 {
        0..8 => log2,
        8..16 => log2 + 1,
        16..32 => log2 + 2,
        _ => log2 + 3,
    };
    let room = if kind == SPLIT { SHARED_MAX } else { usable(1 << log2) };
    let entry = if kind == GENERAL { size_of::<PyDictKeyEntry>() } else { size_of::<PyDictUnicodeEntry>() };
    let size = entry
        .checked_mul(room)
        .and_then(|n| n.checked_add(size_of::<PyDictKeysObject>() + (1usize << log2_bytes)))
        .filter(|n| *n <= isize::MAX as usize);
    let Some(size) = size.filter(|_| log2 < 58) else { return Err(exceptions::memory_error(py)) };
    let block = alloc::malloc(size);
    if block.is_null() {
        return Err(exceptions::memory_error(py));
    }
    // SAFETY: the block has room for header, indices and entries; all are written here.
    unsafe {
        let k = block as *mut PyDictKeysObject;
        k.write(PyDictKeysObject {
            dk_refcnt: Cell::new(1),
            dk_log2_size: Cell::new(log2),
            dk_log2_index_bytes: Cell::new(log2_bytes),
            dk_kind: Cell::new(kind),
            dk_version: Cell::new(0),
            dk_usable: Cell::new(room as isize),
            dk_nentries: Cell::new(0),
            dk_indices: [],
        });
        core::ptr::write_bytes(base(&*k), 0xFF, 1 << log2_bytes);
        core::ptr::write_bytes(entries_base(&*k), 0, entry * room);
        Ok(k)
    }
}

/// `clone_combined_dict_keys`: a table of the same size with the same entries, each held once more.
///
/// # Safety
/// The table is one dict's own: its values are in its entries.
pub unsafe fn duplicate(py: Py<'_>, k: &PyDictKeysObject) -> PyResult<*mut PyDictKeysObject> {
    let size = bytes(k);
    let block = alloc::malloc(size);
    if block.is_null() {
        return Err(exceptions::memory_error(py));
    }
    // SAFETY: a table is one block of `size` bytes; the copy holds what its entries point to, where they do.
    unsafe {
        core::ptr::copy_nonoverlapping(k as *const PyDictKeysObject as *const u8, block as *mut u8, size);
        let new = &*(block as *const PyDictKeysObject);
        new.dk_refcnt.set(1);
        new.dk_version.set(0);
        let words = if new.is_unicode() { 2 } else { 3 };
        let mut entry = entries_base(new) as *const *mut PyObject;
        // The key and the value are the last two words of an entry.
        for _ in 0..new.entries() {
            entry = entry.add(words);
            let (key, value) = (*entry.sub(2), *entry.sub(1));
            if !value.is_null() {
                incref(&*key);
                incref(&*value);
            }
        }
    }
    Ok(block as *mut PyDictKeysObject)
}

/// `_PyDict_NewKeysForClass`.
pub fn new_shared(py: Py<'_>) -> PyResult<*mut PyDictKeysObject> {
    new(py, LOG_SHARED, SPLIT)
}

/// Bytes of memory a keys object takes (`_PyDict_KeysSize`).
pub fn bytes(k: &PyDictKeysObject) -> usize {
    let entry = if k.is_unicode() { size_of::<PyDictUnicodeEntry>() } else { size_of::<PyDictKeyEntry>() };
    size_of::<PyDictKeysObject>() + (1 << k.dk_log2_index_bytes.get()) + entry * usable(k.size())
}

/// Frees the memory of keys whose references have moved elsewhere.
///
/// # Safety
/// Nobody refers to `k` any more, and its references are somebody else's.
pub unsafe fn free_shell(k: *mut PyDictKeysObject) {
    if k != empty() {
        // SAFETY: made by `new`.
        unsafe { alloc::free(k as *mut core::ffi::c_void) }
    }
}

/// `dictkeys_decref`: gives up one holder; the last one releases keys and values.
///
/// # Safety
/// The caller was a holder. Finalisers may run.
pub unsafe fn release(k: *mut PyDictKeysObject) {
    if k == empty() {
        return;
    }
    // SAFETY: live until the last holder; entries hold references or NULL.
    unsafe {
        let keys = &*k;
        keys.dk_refcnt.set(keys.dk_refcnt.get() - 1);
        if keys.dk_refcnt.get() > 0 {
            return;
        }
        let words = if keys.is_unicode() { 2 } else { 3 };
        let mut entry = entries_base(keys) as *const *mut PyObject;
        for _ in 0..keys.entries() {
            entry = entry.add(words);
            for p in [*entry.sub(2), *entry.sub(1)] {
                if !p.is_null() {
                    decref(p);
                }
            }
        }
        free_shell(k);
    }
}
