//! `set` and `frozenset`: their memory and hash table (`Objects/setobject.c`). Operations on whole sets are in `ops`,
//! the methods that programs call in the crate of built-in types.
//!
//! Probing, growth and the place `pop` goes on from are CPython's, so that iteration order is equal.

pub mod ops;

use crate::abi::constants::*;
use crate::abi::*;
use crate::alloc;
use crate::dict;
use crate::err::PyResult;
use crate::exceptions;
use crate::gc;
use crate::glue;
use crate::object;
use crate::protocol;
use crate::ptr::{Object, Owned};
use crate::statics::StaticType;
use crate::thread::Py;
use crate::types::is_subtype;
use crate::unicode;
use core::mem::offset_of;

/// `set`.
#[unsafe(no_mangle)]
pub static PySet_Type: StaticType = set_type(c"set").clear(glue::clear(clear));

/// `frozenset`.
#[unsafe(no_mangle)]
pub static PyFrozenSet_Type: StaticType = set_type(c"frozenset").clear(glue::clear(clear));

const fn set_type(name: &'static core::ffi::CStr) -> StaticType {
    StaticType::new::<PySetObject>(name)
        .flags(Py_TPFLAGS_BASETYPE | _Py_TPFLAGS_MATCH_SELF)
        .weaklist(offset_of!(PySetObject, weakreflist))
        .traverse(glue::traverse(traverse))
        .dealloc(glue::dealloc(dealloc))
}

/// What a removed key leaves in its slot, so that searches go on behind it.
#[unsafe(export_name = "_PySet_Dummy")]
pub static DUMMY: crate::statics::Gil<core::cell::Cell<*mut PyObject>> =
    crate::statics::Gil(core::cell::Cell::new(&raw const DUMMY_OBJECT.0 as *mut PyObject));
static DUMMY_OBJECT: crate::statics::Gil<PyObject> = object::immortal(&crate::types::PyBaseObject_Type);

/// `PySet_MINSIZE`: the slots inside the object.
const MIN: usize = 8;
/// How many neighbours are looked at before jumping.
const LINEAR_PROBES: usize = 9;
const PERTURB_SHIFT: u32 = 5;

fn as_set(o: &PyObject) -> &PySetObject {
    // SAFETY: LAYOUT: the callers check the type.
    unsafe { &*(o as *const PyObject as *const PySetObject) }
}

/// `PySet_Check`.
pub fn check(o: &PyObject) -> Option<&PySetObject> {
    is_subtype(o.ty(), &PySet_Type).then(|| as_set(o))
}

/// `PyFrozenSet_Check`.
pub fn check_frozen(o: &PyObject) -> Option<&PySetObject> {
    is_subtype(o.ty(), &PyFrozenSet_Type).then(|| as_set(o))
}

/// `PyAnySet_CheckExact`.
pub fn check_exact(o: &PyObject) -> Option<&PySetObject> {
    (o.ty().is(&PySet_Type.0) || o.ty().is(&PyFrozenSet_Type.0)).then(|| as_set(o))
}

/// `PyAnySet_Check`.
pub fn check_any(o: &PyObject) -> Option<&PySetObject> {
    check_exact(o).or_else(|| check(o)).or_else(|| check_frozen(o))
}

/// `PySet_GET_SIZE`.
#[inline(always)]
pub fn len(s: &PySetObject) -> usize {
    s.used.get() as usize
}

#[inline(always)]
fn mask(s: &PySetObject) -> usize {
    s.mask.get() as usize
}

/// The number of slots.
pub fn slots(s: &PySetObject) -> usize {
    mask(s) + 1
}

fn inside(s: &PySetObject) -> *mut setentry {
    s.smalltable.as_ptr() as *mut setentry
}

/// Bytes of memory beyond the object.
pub fn extra_size(s: &PySetObject) -> usize {
    if s.table.get() == inside(s) { 0 } else { slots(s) * size_of::<setentry>() }
}

/// Slot `i`. The reference must not be kept while Python code may run: the table may go.
#[inline(always)]
fn entry(s: &PySetObject, i: usize) -> &setentry {
    debug_assert!(i <= mask(s));
    // SAFETY: INIT: a table has `mask + 1` slots.
    unsafe { &*s.table.get().add(i) }
}

/// The key in a slot; none in an empty slot or one whose key was removed.
#[inline(always)]
fn key_of(e: &setentry) -> Option<&PyObject> {
    let key = e.key.get();
    if key == DUMMY.get() {
        return None;
    }
    // SAFETY: LIVE: the slot holds its key.
    unsafe { key.as_ref() }
}

/// Fills the fields of a zeroed instance (`make_new_set` without the items).
fn init_fields(s: &PySetObject) {
    s.fill.set(0);
    s.used.set(0);
    s.mask.set(MIN as isize - 1);
    s.table.set(inside(s));
    s.hash.set(-1);
    s.finger.set(0);
    s.weakreflist.set(core::ptr::null_mut());
}

/// `make_new_set`: an instance of a set type with the items of an iterable.
pub fn make(py: Py<'_>, ty: &PyTypeObject, items: Option<&PyObject>) -> PyResult<Owned<PySetObject>> {
    // SAFETY: LAYOUT: `ty` is a set type or below one.
    let s = unsafe { object::tp_alloc(py, ty, 0)?.cast::<PySetObject>() };
    init_fields(&s);
    if let Some(items) = items {
        update(py, &s, items)?;
    }
    Ok(s)
}

/// An empty set.
pub fn new(py: Py<'_>) -> PyResult<Owned<PySetObject>> {
    make(py, &PySet_Type, None)
}

/// `frozenset` of these items.
pub fn frozen(py: Py<'_>, items: &[Owned]) -> PyResult<Owned<PySetObject>> {
    let s = make(py, &PyFrozenSet_Type, None)?;
    items.iter().try_for_each(|item| add(py, &s, item))?;
    Ok(s)
}

/// Where a search ended.
enum Found {
    /// The slot that has the key.
    At(usize),
    /// The slot for the key, and whether it never had one: the last removed key's on the way is taken first.
    Free(usize, bool),
}

/// The order in which slots are looked at: runs of neighbours, with jumps between them.
struct Probe {
    mask: usize,
    perturb: usize,
    at: usize,
    left: usize,
}

impl Probe {
    #[inline(always)]
    fn new(hash: Py_hash_t, mask: usize) -> Probe {
        let at = hash as usize & mask;
        Probe { mask, perturb: hash as usize, at, left: Self::run(at, mask) }
    }

    /// How many neighbours of slot `i` follow it in its run.
    #[inline(always)]
    fn run(i: usize, mask: usize) -> usize {
        if i + LINEAR_PROBES <= mask { LINEAR_PROBES } else { 0 }
    }

    #[inline(always)]
    fn advance(&mut self, start: &mut usize) {
        if self.left > 0 {
            self.left -= 1;
            self.at += 1;
            return;
        }
        self.perturb >>= PERTURB_SHIFT;
        *start = start.wrapping_mul(5).wrapping_add(1).wrapping_add(self.perturb) & self.mask;
        self.at = *start;
        self.left = Self::run(self.at, self.mask);
    }
}

/// `set_lookkey`, and the search of `set_add_entry`: starts again if a comparison changed the table.
fn find(py: Py<'_>, s: &PySetObject, key: &PyObject, hash: Py_hash_t) -> PyResult<Found> {
    let text = unicode::check_exact(key);
    'restart: loop {
        let (table, size) = (s.table.get(), mask(s));
        let mut p = Probe::new(hash, size);
        let mut start = p.at;
        let mut removed = None;
        loop {
            let e = entry(s, p.at);
            let found = e.key.get();
            if found.is_null() {
                // A comparison may have filled the slot meanwhile.
                if removed.is_some_and(|i| entry(s, i).hash.get() != -1) {
                    continue 'restart;
                }
                return Ok(Found::Free(removed.unwrap_or(p.at), removed.is_none()));
            }
            // A removed key's slot has the hash -1, which no key has.
            if e.hash.get() == hash {
                if core::ptr::addr_eq(found, key) {
                    return Ok(Found::At(p.at));
                }
                // SAFETY: LIVE: the slot holds its key.
                let held = unsafe { &*found };
                let same = match (text, unicode::check_exact(held)) {
                    (Some(a), Some(b)) => unicode::equal(a, b),
                    _ if let Some(same) = dict::lookup::same_int(held, key) => same,
                    _ => {
                        let held = held.to_owned();
                        let same = protocol::rich_compare_bool(py, &held, key, protocol::EQ)?;
                        if s.table.get() != table || mask(s) != size || entry(s, p.at).key.get() != found {
                            continue 'restart;
                        }
                        same
                    }
                };
                if same {
                    return Ok(Found::At(p.at));
                }
            } else if e.hash.get() == -1 {
                removed = Some(p.at);
            }
            p.advance(&mut start);
        }
    }
}

/// `set_insert_clean`: a key known not to be there, into a table without removed keys. Takes the reference.
fn insert_clean(s: &PySetObject, key: *mut PyObject, hash: Py_hash_t) {
    let mut p = Probe::new(hash, mask(s));
    let mut start = p.at;
    while !entry(s, p.at).key.get().is_null() {
        p.advance(&mut start);
    }
    let e = entry(s, p.at);
    e.key.set(key);
    e.hash.set(hash);
}

/// `set_table_resize`: more than `min` slots; removed keys' slots are free afterwards.
fn resize(py: Py<'_>, s: &PySetObject, min: usize) -> PyResult<()> {
    let mut size = MIN;
    while size <= min {
        size <<= 1;
        if size > isize::MAX as usize / size_of::<setentry>() {
            return Err(exceptions::memory_error(py));
        }
    }
    let (old, old_slots) = (s.table.get(), slots(s));
    let was_inside = old == inside(s);
    let mut small: [core::mem::MaybeUninit<setentry>; MIN] =
        [const { core::mem::MaybeUninit::uninit() }; MIN];
    let (fresh, from) = if size == MIN {
        if was_inside && s.fill.get() == s.used.get() {
            return Ok(());
        }
        let from = if was_inside {
            // SAFETY: both have room for the slots inside the object.
            unsafe { core::ptr::copy_nonoverlapping(old, small.as_mut_ptr() as *mut setentry, MIN) };
            small.as_ptr() as *const setentry
        } else {
            old
        };
        (inside(s), from)
    } else {
        let block = alloc::malloc(size * size_of::<setentry>()) as *mut setentry;
        if block.is_null() {
            return Err(exceptions::memory_error(py));
        }
        (block, old as *const setentry)
    };
    // SAFETY: the new table has room for `size` slots, of which all-zero is the empty one; `from` are the old slots.
    unsafe {
        core::ptr::write_bytes(fresh as *mut u8, 0, size * size_of::<setentry>());
        s.mask.set(size as isize - 1);
        s.table.set(fresh);
        s.fill.set(s.used.get());
        for i in 0..old_slots {
            let e = &*from.add(i);
            if key_of(e).is_some() {
                insert_clean(s, e.key.get(), e.hash.get());
            }
        }
        if !was_inside {
            alloc::free(old as *mut core::ffi::c_void);
        }
    }
    Ok(())
}

/// The size to grow to when the table is full.
fn growth(s: &PySetObject) -> usize {
    let used = len(s);
    if used > 50000 { used * 2 } else { used * 4 }
}

/// `set_add_entry`.
pub fn add_known_hash(py: Py<'_>, s: &PySetObject, key: &PyObject, hash: Py_hash_t) -> PyResult<()> {
    if let Found::Free(i, new) = find(py, s, key, hash)? {
        let e = entry(s, i);
        s.fill.set(s.fill.get() + new as isize);
        s.used.set(s.used.get() + 1);
        e.key.set(key.to_owned().into_ptr());
        e.hash.set(hash);
        if new && s.fill.get() as usize * 5 >= mask(s) * 3 {
            resize(py, s, growth(s))?;
        }
    }
    Ok(())
}

/// `PySet_Add`.
pub fn add(py: Py<'_>, s: &PySetObject, key: &PyObject) -> PyResult<()> {
    add_known_hash(py, s, key, dict::hash_of(py, key)?)
}

/// `set_contains_entry`.
pub fn contains_known_hash(py: Py<'_>, s: &PySetObject, key: &PyObject, hash: Py_hash_t) -> PyResult<bool> {
    Ok(matches!(find(py, s, key, hash)?, Found::At(_)))
}

/// `PySet_Contains`.
pub fn contains(py: Py<'_>, s: &PySetObject, key: &PyObject) -> PyResult<bool> {
    contains_known_hash(py, s, key, dict::hash_of(py, key)?)
}

/// `set_discard_entry`: whether the key was there.
pub fn discard_known_hash(py: Py<'_>, s: &PySetObject, key: &PyObject, hash: Py_hash_t) -> PyResult<bool> {
    let Found::At(i) = find(py, s, key, hash)? else { return Ok(false) };
    drop(take(s, i));
    Ok(true)
}

/// `PySet_Discard`.
pub fn discard(py: Py<'_>, s: &PySetObject, key: &PyObject) -> PyResult<bool> {
    discard_known_hash(py, s, key, dict::hash_of(py, key)?)
}

/// Takes the key out of slot `i`, which has one.
fn take(s: &PySetObject, i: usize) -> Owned {
    let e = entry(s, i);
    e.hash.set(-1);
    s.used.set(s.used.get() - 1);
    // SAFETY: OWNED: the slot held its key.
    unsafe { Owned::from_raw(e.key.replace(DUMMY.get())) }
}

/// `set_pop`: any key, searched from behind the last one popped.
pub fn pop(_: Py<'_>, s: &PySetObject) -> Option<Owned> {
    if len(s) == 0 {
        return None;
    }
    let mut i = s.finger.get() as usize & mask(s);
    while key_of(entry(s, i)).is_none() {
        i = (i + 1) & mask(s);
    }
    s.finger.set(i as isize + 1);
    Some(take(s, i))
}

/// `set_clear_internal`.
pub fn clear(_: Py<'_>, s: &PySetObject) {
    let (table, size) = (s.table.get(), slots(s));
    let outside = table != inside(s);
    if !outside && s.fill.get() == 0 {
        return;
    }
    // The keys are taken out first: releasing one may run anything, the set's own methods among it.
    let keys: Vec<*mut PyObject> =
        (0..size).filter_map(|i| key_of(entry(s, i)).map(|_| entry(s, i).key.get())).collect();
    // SAFETY: the slots inside the object; all-zero is the empty slot.
    unsafe { core::ptr::write_bytes(inside(s) as *mut u8, 0, MIN * size_of::<setentry>()) };
    s.fill.set(0);
    s.used.set(0);
    s.mask.set(MIN as isize - 1);
    s.table.set(inside(s));
    s.hash.set(-1);
    for key in keys {
        // SAFETY: OWNED: its slot held it.
        drop(unsafe { Owned::<PyObject>::from_raw(key) });
    }
    if outside {
        // SAFETY: the table was the set's.
        unsafe { alloc::free(table as *mut core::ffi::c_void) };
    }
}

/// `_PySet_NextEntry`: the key at or after slot `pos`, which moves on.
pub fn next<'s>(s: &'s PySetObject, pos: &mut usize) -> Option<(&'s PyObject, Py_hash_t)> {
    while *pos < slots(s) {
        let e = entry(s, *pos);
        *pos += 1;
        if let Some(key) = key_of(e) {
            return Some((key, e.hash.get()));
        }
    }
    None
}

/// As [`next`], held: for loops that run Python code.
fn next_held(s: &PySetObject, pos: &mut usize) -> Option<(Owned, Py_hash_t)> {
    next(s, pos).map(|(k, h)| (k.to_owned(), h))
}

/// All keys, held.
pub fn keys(s: &PySetObject) -> Vec<Owned> {
    let (mut out, mut pos) = (Vec::with_capacity(len(s)), 0);
    while let Some((k, _)) = next(s, &mut pos) {
        out.push(k.to_owned());
    }
    out
}

/// `set_merge`: the keys of another set.
fn merge(py: Py<'_>, s: &PySetObject, other: &PySetObject) -> PyResult<()> {
    if s.is(other) || len(other) == 0 {
        return Ok(());
    }
    if (s.fill.get() as usize + len(other)) * 5 >= mask(s) * 3 {
        resize(py, s, (len(s) + len(other)) * 2)?;
    }
    if s.fill.get() == 0 {
        // Nothing is there: no comparisons, and slot by slot if the tables are alike.
        let alike = mask(s) == mask(other) && other.fill.get() == other.used.get();
        for i in 0..slots(other) {
            let e = entry(other, i);
            let Some(key) = key_of(e) else { continue };
            let key = key.to_owned().into_ptr();
            if alike {
                let to = entry(s, i);
                to.key.set(key);
                to.hash.set(e.hash.get());
            } else {
                insert_clean(s, key, e.hash.get());
            }
        }
        s.fill.set(other.used.get());
        s.used.set(other.used.get());
        return Ok(());
    }
    let mut pos = 0;
    while let Some((k, hash)) = next_held(other, &mut pos) {
        add_known_hash(py, s, &k, hash)?;
    }
    Ok(())
}

/// `set_update_internal`: adds the items of an iterable.
pub fn update(py: Py<'_>, s: &PySetObject, items: &PyObject) -> PyResult<()> {
    if let Some(other) = check_any(items) {
        return merge(py, s, other);
    }
    if let Some(d) = dict::check_exact(items) {
        let n = dict::len(d);
        if (s.fill.get() as usize + n) * 5 >= mask(s) * 3 {
            resize(py, s, (len(s) + n) * 2)?;
        }
        let mut pos = 0;
        while let Some((k, _, hash)) = dict::next_hash(d, &mut pos) {
            let k = k.to_owned();
            add_known_hash(py, s, &k, hash)?;
        }
        return Ok(());
    }
    let it = protocol::iter(py, items)?;
    while let Some(k) = protocol::next(py, &it)? {
        add(py, s, &k)?;
    }
    Ok(())
}

/// `frozenset_hash`: independent of the order of slots, empty and removed ones cancelled out.
pub fn hash(s: &PySetObject) -> Py_hash_t {
    if s.hash.get() != -1 {
        return s.hash.get();
    }
    let shuffle = |h: u64| ((h ^ 89869747) ^ (h << 16)).wrapping_mul(3644798167);
    let mut h = (0..slots(s)).fold(0, |h, i| h ^ shuffle(entry(s, i).hash.get() as u64));
    if (slots(s) as isize - s.fill.get()) & 1 != 0 {
        h ^= shuffle(0);
    }
    if (s.fill.get() - s.used.get()) & 1 != 0 {
        h ^= shuffle(u64::MAX);
    }
    h ^= (len(s) as u64 + 1).wrapping_mul(1927868237);
    h ^= (h >> 11) ^ (h >> 25);
    h = h.wrapping_mul(69069).wrapping_add(907133923);
    if h == u64::MAX {
        h = 590923713;
    }
    s.hash.set(h as Py_hash_t);
    h as Py_hash_t
}

fn traverse(s: &PySetObject, v: &glue::Visitor) -> Result<(), core::ffi::c_int> {
    (0..slots(s)).map(|i| entry(s, i)).filter(|e| key_of(e).is_some()).try_for_each(|e| v.visit(&e.key))
}

/// `set_dealloc`.
fn dealloc(py: Py<'_>, s: &PySetObject) {
    // SAFETY: a set has a collector header; its keys are released once and its memory last.
    unsafe {
        gc::untrack(s.as_object());
        if !s.weakreflist.get().is_null() {
            crate::weakref::clear_all(py, s.as_object());
        }
        clear(py, s);
        object::tp_free(s.as_object());
    }
}
