//! `dict`: the type's memory and every operation C code and the interpreter make on it (`Objects/dictobject.c`).
//! The methods that programs call, views and iterators are in `types`.
//!
//! The algorithms (probing, growth, splitting, order) are CPython's, so that iteration order and sizes are equal.

pub mod keys;
pub mod lookup;
pub mod values;

use crate::abi::constants::*;
use crate::abi::*;
use crate::err::PyResult;
use crate::exceptions;
use crate::gc;
use crate::glue;
use crate::object;
use crate::protocol;
use crate::ptr::{Object, Owned};
use crate::statics::{Gil, StaticType};
use crate::thread::Py;
use crate::unicode::{self, Name};
use crate::watch::{self, DictWatcher};
use core::cell::Cell;
use keys::{DUMMY, GENERAL, Keys, LOG_MIN, UNICODE};
use lookup::Found;

/// `dict`.
#[unsafe(no_mangle)]
pub static PyDict_Type: StaticType = StaticType::new::<PyDictObject>(c"dict")
    .flags(Py_TPFLAGS_BASETYPE | Py_TPFLAGS_DICT_SUBCLASS | _Py_TPFLAGS_MATCH_SELF | Py_TPFLAGS_MAPPING)
    .traverse(glue::traverse(traverse))
    .clear(glue::clear(tp_clear))
    .dealloc(glue::dealloc(dealloc));

/// `pydict_global_version`: every change of every dict gets another number above the watcher bits.
static VERSION: Gil<Cell<u64>> = Gil(Cell::new(0));

#[inline]
fn next_version() -> u64 {
    let v = VERSION.get() + (1 << DICT_MAX_WATCHERS);
    VERSION.set(v);
    v
}

/// `_PyDict_NotifyEvent`: tells watchers, and gives the dict its next version.
#[inline(always)]
fn changed(py: Py<'_>, event: i32, d: &PyDictObject, key: *mut PyObject, value: *mut PyObject) {
    let watched = d.ma_version_tag.get() & ((1 << DICT_MAX_WATCHERS) - 1);
    if watched != 0 {
        notify(py, watched, event, d, key, value);
    }
    d.ma_version_tag.set(next_version() | watched);
}

#[cold]
fn notify(py: Py<'_>, bits: u64, event: i32, d: &PyDictObject, key: *mut PyObject, value: *mut PyObject) {
    // SAFETY: the watcher's contract: all arguments are live or NULL.
    let call = |f: DictWatcher| unsafe { f(event, d.as_ptr(), key, value) };
    watch::DICTS.call(py, bits as usize, call, || {
        let name = ["ADDED", "MODIFIED", "DELETED", "CLONED", "CLEARED", "DEALLOCATED"][event as usize];
        let text = format!("PyDict_EVENT_{name} watcher callback for <dict at {:p}>", d.as_ptr());
        crate::unicode::from_str(py, &text).ok().map(Owned::upcast)
    });
}

/// `PyDict_Check`.
#[inline(always)]
pub fn check(o: &PyObject) -> Option<&PyDictObject> {
    // SAFETY: LAYOUT: the subclass flag says so.
    (o.ty().tp_flags.get() & Py_TPFLAGS_DICT_SUBCLASS != 0)
        .then(|| unsafe { &*(o as *const PyObject as *const PyDictObject) })
}

/// `PyDict_CheckExact`.
#[inline(always)]
pub fn check_exact(o: &PyObject) -> Option<&PyDictObject> {
    // SAFETY: LAYOUT: the type says so.
    o.ty().is(&PyDict_Type.0).then(|| unsafe { &*(o as *const PyObject as *const PyDictObject) })
}

#[inline(always)]
pub(crate) fn table(d: &PyDictObject) -> &PyDictKeysObject {
    // SAFETY: LIVE: a dict holds its keys; INIT.
    unsafe { &*d.ma_keys.get() }
}

/// The instance values of a dict whose keys are shared.
#[inline(always)]
fn split_values(d: &PyDictObject) -> Option<&PyDictValues> {
    // SAFETY: LIVE: a dict holds its values.
    unsafe { d.ma_values.get().as_ref() }
}

/// The place of the value of entry `ix`.
#[inline(always)]
fn value_cell(d: &PyDictObject, ix: usize) -> &Cell<*mut PyObject> {
    match split_values(d) {
        Some(v) => values::at(v, ix),
        None => table(d).value(ix),
    }
}

/// `PyDict_New`.
pub fn new(py: Py<'_>) -> PyResult<Owned<PyDictObject>> {
    from_parts(py, keys::empty(), core::ptr::null_mut(), 0)
}

/// `_PyDict_NewPresized`: room for `n` keys; `n` of 0 to 5 is the smallest table at the first insertion.
pub fn presized(py: Py<'_>, n: usize) -> PyResult<Owned<PyDictObject>> {
    if n <= keys::usable(1 << LOG_MIN) {
        return new(py);
    }
    let k = keys::new(py, keys::log2_estimate(n.min(keys::usable(128 * 1024))), UNICODE)?;
    from_parts(py, k, core::ptr::null_mut(), 0)
}

/// `new_dict`: takes over the holder's share of `k` and the values. Exact, and not tracked until it holds something
/// that may be in a cycle.
fn from_parts(
    py: Py<'_>,
    k: *mut PyDictKeysObject,
    v: *mut PyDictValues,
    used: usize,
) -> PyResult<Owned<PyDictObject>> {
    // SAFETY: every field is set.
    unsafe {
        let d = object::alloc_uninit::<PyDictObject>(py, &PyDict_Type, size_of::<PyDictObject>())?;
        d.ma_used.set(used as isize);
        d.ma_version_tag.set(next_version());
        d.ma_keys.set(k);
        d.ma_values.set(v);
        Ok(d)
    }
}

/// `_PyObject_MakeDictFromInstanceAttributes`' dict: values of an instance with the keys of its class. Takes the values.
///
/// # Safety
/// OWNED: `v` are live values under these keys, which nobody else will release.
pub unsafe fn from_values(
    py: Py<'_>,
    k: &PyDictKeysObject,
    v: *mut PyDictValues,
) -> PyResult<Owned<PyDictObject>> {
    k.dk_refcnt.set(k.dk_refcnt.get() + 1);
    // SAFETY: the caller hands over live values.
    let vals = unsafe { &*v };
    let used = values::count(vals);
    let d = from_parts(py, k as *const PyDictKeysObject as *mut PyDictKeysObject, v, used)?;
    if (0..used).any(|i| may_be_tracked(values::at(vals, values::nth(vals, i)).get())) {
        track(&d);
    }
    Ok(d)
}

/// An empty dict with shared keys (`PyObject_GenericGetDict` on a type with cached keys).
pub fn with_shared_keys(py: Py<'_>, k: &PyDictKeysObject) -> PyResult<Owned<PyDictObject>> {
    let v = values::new(py, keys::SHARED_MAX)?;
    // SAFETY: just made.
    unsafe { from_values(py, k, v) }
}

/// Fills the fields of a zeroed instance of `dict` or a subtype (`dict_new`).
pub fn init_fields(d: &PyDictObject) {
    d.ma_keys.set(keys::empty());
    d.ma_values.set(core::ptr::null_mut());
    d.ma_used.set(0);
    d.ma_version_tag.set(next_version());
}

/// `_PyObject_GC_MAY_BE_TRACKED`.
#[inline]
pub(crate) fn may_be_tracked(p: *mut PyObject) -> bool {
    // SAFETY: LIVE or NULL.
    let Some(o) = (unsafe { p.as_ref() }) else { return false };
    // SAFETY: an exact tuple has a collector header.
    gc::collect::is_collectable(o)
        && (!o.ty().is(&crate::tuple::PyTuple_Type.0) || unsafe { gc::is_tracked(o) })
}

#[inline]
fn track(d: &PyDictObject) {
    // SAFETY: a dict has a collector header and valid fields.
    unsafe {
        if !gc::is_tracked(d.as_object()) {
            gc::track(d.as_object());
        }
    }
}

/// `MAINTAIN_TRACKING`.
#[inline(always)]
fn maintain_tracking(d: &PyDictObject, key: *mut PyObject, value: *mut PyObject) {
    // SAFETY: a dict has a collector header.
    if !unsafe { gc::is_tracked(d.as_object()) } && (may_be_tracked(key) || may_be_tracked(value)) {
        track(d);
    }
}

fn traverse(d: &PyDictObject, v: &glue::Visitor) -> Result<(), core::ffi::c_int> {
    let k = table(d);
    for ix in 0..k.entries() {
        if let Some(vals) = split_values(d) {
            v.visit(values::at(vals, ix))?;
        } else if !k.value(ix).get().is_null() {
            v.visit(k.value(ix))?;
            if !k.is_unicode() {
                v.visit(k.key(ix))?;
            }
        }
    }
    Ok(())
}

fn tp_clear(py: Py<'_>, d: &PyDictObject) {
    clear(py, d);
}

/// `dict_dealloc`.
fn dealloc(py: Py<'_>, d: &PyDictObject) {
    changed(py, PyDict_EVENT_DEALLOCATED, d, core::ptr::null_mut(), core::ptr::null_mut());
    // SAFETY: a dict has a collector header; its parts are released once and its memory last.
    unsafe {
        gc::untrack(d.as_object());
        if !d.ma_values.get().is_null() {
            values::release(d.ma_values.get());
        }
        keys::release(d.ma_keys.get());
        object::tp_free(d.as_object());
    }
}

/// Number of keys.
#[inline(always)]
pub fn len(d: &PyDictObject) -> usize {
    d.ma_used.get() as usize
}

/// The hash of a key: a str's own, anything else's through its type, which may raise.
#[inline(always)]
pub fn hash_of(py: Py<'_>, key: &PyObject) -> PyResult<Py_hash_t> {
    match unicode::check_exact(key) {
        Some(s) => Ok(unicode::hash(s)),
        None => match crate::long::check_exact(key) {
            Some(n) => Ok(crate::long::hash(n)),
            None => protocol::hash(py, key),
        },
    }
}

/// The value at a lookup's end.
#[inline(always)]
fn value_at(d: &PyDictObject, found: Found) -> Option<Owned> {
    match found {
        // SAFETY: LIVE: a set value is a reference the dict holds.
        Found::At(ix) => unsafe { value_cell(d, ix).get().as_ref() }.map(Object::to_owned),
        Found::Missing => None,
    }
}

/// The entry of a key that has a value, in the table the dict has when this returns. Comparisons may run Python code.
pub fn index_of(py: Py<'_>, d: &PyDictObject, key: &PyObject, hash: Py_hash_t) -> PyResult<Option<usize>> {
    Ok(match lookup::key(py, d, key, hash)? {
        Found::At(ix) if !value_cell(d, ix).get().is_null() => Some(ix),
        _ => None,
    })
}

/// The entry whose key is this very object.
#[inline]
pub fn index_of_same(d: &PyDictObject, key: &PyObject, hash: Py_hash_t) -> Option<usize> {
    let k = table(d);
    let mut p = keys::Probe::new(hash, k.size() - 1);
    loop {
        match k.index(p.slot()) {
            keys::EMPTY => return None,
            DUMMY => {}
            ix if core::ptr::addr_eq(k.key(ix as usize).get(), key) => return Some(ix as usize),
            _ => {}
        }
        p.advance();
    }
}

/// The key object of an entry that [`index_of`] found.
#[inline]
pub fn key_at(d: &PyDictObject, ix: usize) -> Option<&PyObject> {
    let k = table(d);
    // SAFETY: LIVE: an entry holds its key, or has none.
    if ix < k.entries() { unsafe { k.key(ix).get().as_ref() } } else { None }
}

/// `DK_SIZE`: the number of places for indices, which is above every entry's number.
pub fn table_size(d: &PyDictObject) -> usize {
    table(d).size()
}

/// `PyDict_GetItemWithError`.
pub fn get(py: Py<'_>, d: &PyDictObject, key: &PyObject) -> PyResult<Option<Owned>> {
    let hash = hash_of(py, key)?;
    get_known_hash(py, d, key, hash)
}

/// `_PyDict_GetItem_KnownHash`.
pub fn get_known_hash(
    py: Py<'_>,
    d: &PyDictObject,
    key: &PyObject,
    hash: Py_hash_t,
) -> PyResult<Option<Owned>> {
    Ok(value_at(d, lookup::key(py, d, key, hash)?))
}

/// The value of a name; comparison with keys that are not str may run Python code, whose errors are raised.
pub fn get_name(py: Py<'_>, d: &PyDictObject, name: &Name) -> PyResult<Option<Owned>> {
    get(py, d, name.obj(py))
}

/// The value of a key given as text (`PyDict_GetItemString`).
pub fn get_str(py: Py<'_>, d: &PyDictObject, key: &str) -> PyResult<Option<Owned>> {
    let key = unicode::from_str(py, key)?;
    get(py, d, key.as_object())
}

/// `PyDict_Contains`.
pub fn contains(py: Py<'_>, d: &PyDictObject, key: &PyObject) -> PyResult<bool> {
    let hash = hash_of(py, key)?;
    Ok(value_at(d, lookup::key(py, d, key, hash)?).is_some())
}

/// `PyDict_SetItem`.
pub fn set(py: Py<'_>, d: &PyDictObject, key: &PyObject, value: &PyObject) -> PyResult<()> {
    let hash = hash_of(py, key)?;
    set_known_hash(py, d, key, value, hash)
}

/// `PyDict_SetItemString`; the key is interned.
pub fn set_str(py: Py<'_>, d: &PyDictObject, key: &str, value: &PyObject) -> PyResult<()> {
    let key = unicode::intern_str(py, key)?;
    set(py, d, key.as_object(), value)
}

/// `insertdict`.
#[inline]
pub fn set_known_hash(
    py: Py<'_>,
    d: &PyDictObject,
    key: &PyObject,
    value: &PyObject,
    hash: Py_hash_t,
) -> PyResult<()> {
    let found = lookup::key(py, d, key, hash)?;
    store(py, d, found, key, value, hash)
}

fn store(
    py: Py<'_>,
    d: &PyDictObject,
    found: Found,
    key: &PyObject,
    value: &PyObject,
    hash: Py_hash_t,
) -> PyResult<()> {
    if let Found::At(ix) = found {
        let cell = value_cell(d, ix);
        let old = cell.get();
        if old.is_null() {
            // A shared key that this instance had no value for.
            changed(py, PyDict_EVENT_ADDED, d, key.as_ptr(), value.as_ptr());
            maintain_tracking(d, key.as_ptr(), value.as_ptr());
            cell.set(value.to_owned().into_ptr());
            values::appended(split_values(d).expect("only instance values can be unset"), ix);
            d.ma_used.set(d.ma_used.get() + 1);
        } else if !core::ptr::addr_eq(old, value) {
            changed(py, PyDict_EVENT_MODIFIED, d, key.as_ptr(), value.as_ptr());
            maintain_tracking(d, key.as_ptr(), value.as_ptr());
            cell.set(value.to_owned().into_ptr());
            // SAFETY: OWNED: the dict held the old value; it is released after the new one is in place.
            drop(unsafe { Owned::<PyObject>::from_raw(old) });
        }
        return Ok(());
    }
    insert_new(py, d, key, value, hash)
}

/// Replaces the value at an index where `key` was found (`STORE_ATTR_WITH_HINT`).
pub fn set_at(py: Py<'_>, d: &PyDictObject, ix: usize, key: &PyObject, value: &PyObject) -> PyResult<()> {
    store(py, d, Found::At(ix), key, value, 0)
}

/// Adds a key that was just found missing.
fn insert_new(
    py: Py<'_>,
    d: &PyDictObject,
    key: &PyObject,
    value: &PyObject,
    hash: Py_hash_t,
) -> PyResult<()> {
    let is_str = unicode::check_exact(key).is_some();
    if table(d).is_unicode() && !is_str && d.ma_keys.get() != keys::empty() {
        resize(py, d, keys::log2_for(growth(d)), GENERAL)?;
    }
    if d.ma_keys.get() == keys::empty() {
        let k = keys::new(py, LOG_MIN, if is_str { UNICODE } else { GENERAL })?;
        d.ma_keys.set(k);
    } else if table(d).dk_usable.get() <= 0 {
        let kind = if table(d).is_unicode() { UNICODE } else { GENERAL };
        resize(py, d, keys::log2_for(growth(d)), kind)?;
    }
    changed(py, PyDict_EVENT_ADDED, d, key.as_ptr(), value.as_ptr());
    maintain_tracking(d, key.as_ptr(), value.as_ptr());
    let k = table(d);
    k.dk_version.set(0);
    let ix = k.entries();
    k.set_index(k.free_slot(hash), ix as isize);
    k.put(ix, key.to_owned().into_ptr(), hash);
    value_cell(d, ix).set(value.to_owned().into_ptr());
    if let Some(v) = split_values(d) {
        values::appended(v, ix);
    }
    d.ma_used.set(d.ma_used.get() + 1);
    k.dk_usable.set(k.dk_usable.get() - 1);
    k.dk_nentries.set(k.dk_nentries.get() + 1);
    Ok(())
}

/// `GROWTH_RATE`.
fn growth(d: &PyDictObject) -> usize {
    len(d) * 3
}

/// `dictresize`: entries move to a new table in order, without the deleted ones.
fn resize(py: Py<'_>, d: &PyDictObject, log2: u8, kind: u8) -> PyResult<()> {
    let fresh = keys::new(py, log2.max(LOG_MIN), kind)?;
    // SAFETY: just made.
    let to = unsafe { &*fresh };
    let old = d.ma_keys.get();
    let from = table(d);
    let mut n = 0;
    let mut push = |key: *mut PyObject, value: *mut PyObject, hash: Py_hash_t| {
        to.set_index(to.free_slot(hash), n as isize);
        to.put(n, key, hash);
        to.value(n).set(value);
        n += 1;
    };
    if let Some(v) = split_values(d) {
        for i in 0..values::count(v) {
            let ix = values::nth(v, i);
            // SAFETY: LIVE: the shared keys hold their key.
            let key = unsafe { (*from.key(ix).get()).to_owned() };
            push(key.into_ptr(), values::at(v, ix).get(), from.hash(ix));
        }
        let shell = d.ma_values.replace(core::ptr::null_mut());
        d.ma_keys.set(fresh);
        // SAFETY: the values moved; the dict was a holder of the shared keys.
        unsafe {
            values::free_shell(shell);
            keys::release(old);
        }
    } else {
        for ix in (0..from.entries()).filter(|ix| !from.value(*ix).get().is_null()) {
            push(from.key(ix).get(), from.value(ix).get(), from.hash(ix));
        }
        d.ma_keys.set(fresh);
        // SAFETY: every reference of the old table moved.
        unsafe { keys::free_shell(old) };
    }
    to.dk_usable.set(to.dk_usable.get() - n as isize);
    to.dk_nentries.set(n as isize);
    Ok(())
}

/// The key that is this ASCII text, in a dict whose keys are all exact str; None in any other.
pub fn find_ascii<'d>(d: &'d PyDictObject, text: &[u8], hash: Py_hash_t) -> Option<&'d PyUnicodeObject> {
    // SAFETY: LIVE: the dict holds its keys.
    let k = unsafe { &*d.ma_keys.get() };
    if k.is_unicode() { lookup::ascii_text(k, text, hash) } else { None }
}

/// `PyDict_SetDefault`: the value of `key`, which becomes `default` if there is none.
pub fn set_default(py: Py<'_>, d: &PyDictObject, key: &PyObject, default: &PyObject) -> PyResult {
    let hash = hash_of(py, key)?;
    let found = lookup::key(py, d, key, hash)?;
    if let Some(v) = value_at(d, found) {
        return Ok(v);
    }
    store(py, d, found, key, default, hash)?;
    Ok(default.to_owned())
}

/// Removes a key and gives its value (`_PyDict_Pop`); None if it was not there.
pub fn pop(py: Py<'_>, d: &PyDictObject, key: &PyObject) -> PyResult<Option<Owned>> {
    if len(d) == 0 {
        // The key is not hashed, as `_PyDict_Pop` does not; deletion does, in `remove`.
        return Ok(None);
    }
    let hash = hash_of(py, key)?;
    pop_known_hash(py, d, key, hash)
}

/// As [`pop`], with the hash.
pub fn pop_known_hash(
    py: Py<'_>,
    d: &PyDictObject,
    key: &PyObject,
    hash: Py_hash_t,
) -> PyResult<Option<Owned>> {
    let Found::At(ix) = lookup::key(py, d, key, hash)? else { return Ok(None) };
    if value_cell(d, ix).get().is_null() {
        return Ok(None);
    }
    Ok(Some(take(py, d, ix, hash)))
}

/// `PyDict_DelItem`: the error for a missing key is `KeyError(key)`.
pub fn remove(py: Py<'_>, d: &PyDictObject, key: &PyObject) -> PyResult<()> {
    let hash = hash_of(py, key)?;
    match pop_known_hash(py, d, key, hash)? {
        Some(_) => Ok(()),
        None => Err(exceptions::key_error(py, key)),
    }
}

/// `delitem_common`: takes the value of entry `ix`, which is set, out of the dict.
fn take(py: Py<'_>, d: &PyDictObject, ix: usize, hash: Py_hash_t) -> Owned {
    let cell = value_cell(d, ix);
    changed(py, PyDict_EVENT_DELETED, d, table(d).key(ix).get(), core::ptr::null_mut());
    let value = cell.replace(core::ptr::null_mut());
    d.ma_used.set(d.ma_used.get() - 1);
    if let Some(v) = split_values(d) {
        values::removed(v, ix);
    } else {
        let k = table(d);
        k.dk_version.set(0);
        k.set_index(k.slot_of(hash, ix as isize), DUMMY);
        let key = k.key(ix).replace(core::ptr::null_mut());
        // SAFETY: OWNED: the table held the key; the entry no longer shows it.
        drop(unsafe { Owned::<PyObject>::from_raw(key) });
    }
    // SAFETY: OWNED: the entry held the value.
    unsafe { Owned::from_raw(value) }
}

/// `dict.popitem`: the entry added last.
pub fn pop_last(py: Py<'_>, d: &PyDictObject) -> PyResult<Option<(Owned, Owned)>> {
    if len(d) == 0 {
        return Ok(None);
    }
    if !d.ma_values.get().is_null() {
        resize(py, d, table(d).dk_log2_size.get(), UNICODE)?;
    }
    let k = table(d);
    let ix = (0..k.entries()).rev().find(|ix| !k.value(*ix).get().is_null()).expect("an entry is in use");
    let hash = k.hash(ix);
    // SAFETY: LIVE: the entry holds its key.
    let key = unsafe { (*k.key(ix).get()).to_owned() };
    let value = take(py, d, ix, hash);
    k.dk_nentries.set(ix as isize);
    Ok(Some((key, value)))
}

/// `PyDict_Clear`.
pub fn clear(py: Py<'_>, d: &PyDictObject) {
    if d.ma_keys.get() == keys::empty() {
        return;
    }
    changed(py, PyDict_EVENT_CLEARED, d, core::ptr::null_mut(), core::ptr::null_mut());
    let k = d.ma_keys.replace(keys::empty());
    let v = d.ma_values.replace(core::ptr::null_mut());
    d.ma_used.set(0);
    // SAFETY: the dict was their holder, and no longer shows them.
    unsafe {
        if !v.is_null() {
            values::release(v);
        }
        keys::release(k);
    }
}

/// `PyDict_Next`: key and value at or after `pos`, which moves on. The dict must not change between calls.
#[inline]
pub fn next<'d>(d: &'d PyDictObject, pos: &mut usize) -> Option<(&'d PyObject, &'d PyObject)> {
    next_hash(d, pos).map(|(k, v, _)| (k, v))
}

/// `_PyDict_Next`.
#[inline]
pub fn next_hash<'d>(
    d: &'d PyDictObject,
    pos: &mut usize,
) -> Option<(&'d PyObject, &'d PyObject, Py_hash_t)> {
    let k = table(d);
    let ix = match split_values(d) {
        Some(v) if *pos < values::count(v) => values::nth(v, *pos),
        Some(_) => return None,
        None => {
            while *pos < k.entries() && k.value(*pos).get().is_null() {
                *pos += 1;
            }
            if *pos >= k.entries() {
                return None;
            }
            *pos
        }
    };
    *pos += 1;
    // SAFETY: LIVE: the entry holds both.
    unsafe { Some((&*k.key(ix).get(), &*value_cell(d, ix).get(), k.hash(ix))) }
}

/// The last entry before `pos` in order, for reversed iteration; `pos` starts at `usize::MAX`.
pub fn next_back<'d>(d: &'d PyDictObject, pos: &mut usize) -> Option<(&'d PyObject, &'d PyObject)> {
    let k = table(d);
    let end = split_values(d).map_or(k.entries(), values::count);
    let mut i = (*pos).min(end);
    while i > 0 {
        i -= 1;
        let ix = split_values(d).map_or(i, |v| values::nth(v, i));
        let value = value_cell(d, ix).get();
        if !value.is_null() {
            *pos = i;
            // SAFETY: LIVE: the entry holds both.
            return unsafe { Some((&*k.key(ix).get(), &*value)) };
        }
    }
    *pos = 0;
    None
}

/// All pairs now, held: for loops that run Python code.
pub fn items(d: &PyDictObject) -> Vec<(Owned, Owned)> {
    let (mut out, mut pos) = (Vec::with_capacity(len(d)), 0);
    while let Some((k, v)) = next(d, &mut pos) {
        out.push((k.to_owned(), v.to_owned()));
    }
    out
}

/// `PyDict_Copy`: an exact dict; a subclass that iterates in its own way is asked for its keys.
pub fn copy(py: Py<'_>, d: &PyDictObject) -> PyResult<Owned<PyDictObject>> {
    let k = table(d);
    if len(d) > 0
        && plain_iteration(d)
        && d.ma_values.get().is_null()
        && len(d) >= k.entries().saturating_mul(2) / 3
    {
        // SAFETY: without values beside it the table is this dict's own.
        let k = unsafe { keys::duplicate(py, k)? };
        let c = from_parts(py, k, core::ptr::null_mut(), len(d))?;
        // SAFETY: a dict has a collector header.
        if unsafe { gc::is_tracked(d.as_object()) } {
            track(&c);
        }
        return Ok(c);
    }
    let c = presized(py, len(d))?;
    if len(d) > 0 && !plain_iteration(d) {
        merge(py, &c, d.as_object(), true)?;
    } else {
        update(py, &c, d, true)?;
    }
    Ok(c)
}

/// `PyDict_Merge` from another dict: takes over its pairs; those `d` has stay unless `replace`.
pub fn update(py: Py<'_>, d: &PyDictObject, other: &PyDictObject, replace: bool) -> PyResult<()> {
    if d.is(other) || len(other) == 0 {
        return Ok(());
    }
    if len(d) == 0 {
        // A table that fits is taken as it is (`clone_combined_dict_keys`).
        let theirs = table(other);
        let compact = theirs.entries() == len(other)
            && other.ma_values.get().is_null()
            && (theirs.dk_log2_size.get() == LOG_MIN || keys::usable(theirs.size() / 2) < len(other));
        if compact && d.ma_keys.get() == keys::empty() && d.ma_values.get().is_null() {
            changed(py, PyDict_EVENT_CLONED, d, other.as_ptr(), core::ptr::null_mut());
            // SAFETY: without values beside it the table is that dict's own; a dict has a collector header.
            unsafe {
                d.ma_keys.set(keys::duplicate(py, theirs)?);
                d.ma_used.set(other.ma_used.get());
                if gc::is_tracked(other.as_object()) {
                    track(d);
                }
            }
            return Ok(());
        }
        let room = if compact { theirs.dk_log2_size.get() } else { keys::log2_estimate(len(other)) };
        if table(d).dk_usable.get() < len(other) as isize && d.ma_values.get().is_null() {
            let unicode = table(other).is_unicode();
            reserve(py, d, room, if unicode { UNICODE } else { GENERAL })?;
        }
    }
    let mut pos = 0;
    let size = len(other);
    while let Some((k, v, hash)) = next_hash(other, &mut pos) {
        let (k, v) = (k.to_owned(), v.to_owned());
        if replace || value_at(d, lookup::key(py, d, &k, hash)?).is_none() {
            set_known_hash(py, d, &k, &v, hash)?;
        }
        if len(other) != size {
            return Err(exceptions::format(
                py,
                &exceptions::RuntimeError,
                format_args!("dict mutated during update"),
            ));
        }
    }
    Ok(())
}

/// Makes the table of an empty dict large enough.
fn reserve(py: Py<'_>, d: &PyDictObject, log2: u8, kind: u8) -> PyResult<()> {
    if d.ma_keys.get() == keys::empty() {
        d.ma_keys.set(keys::new(py, log2.max(LOG_MIN), kind)?);
        return Ok(());
    }
    let kind = if table(d).is_unicode() { kind } else { GENERAL };
    resize(py, d, log2, kind)
}

/// Bytes of memory beyond the object (`_PyDict_SizeOf` without the header).
pub fn extra_size(d: &PyDictObject) -> usize {
    let room = table(d).entries() + table(d).dk_usable.get().max(0) as usize;
    let values = split_values(d).map_or(0, |_| room * size_of::<*mut PyObject>());
    let shared = table(d).dk_refcnt.get() != 1 || d.ma_keys.get() == keys::empty();
    values + if shared { 0 } else { keys::bytes(table(d)) }
}

/// `PyDict_Merge`: from a dict, or from anything with `keys()`.
pub fn merge(py: Py<'_>, d: &PyDictObject, from: &PyObject, replace: bool) -> PyResult<()> {
    if let Some(other) = check(from)
        && plain_iteration(other)
    {
        return update(py, d, other, replace);
    }
    let keys = crate::call::method(py, from, crate::name!("keys"), [])?;
    let it = protocol::iter(py, &keys)?;
    while let Some(key) = protocol::next(py, &it)? {
        if !replace && contains(py, d, &key)? {
            continue;
        }
        let value = crate::sequence::get_item(py, from, &key)?;
        set(py, d, &key, &value)?;
    }
    Ok(())
}

/// `PyDict_MergeFromSeq2`.
pub fn merge_pairs(py: Py<'_>, d: &PyDictObject, pairs: &PyObject, replace: bool) -> PyResult<()> {
    let it = protocol::iter(py, pairs)?;
    let mut i = 0;
    while let Some(pair) = protocol::next(py, &it)? {
        let parts = match protocol::collect(py, &pair) {
            Ok(parts) => parts,
            Err(e) if exceptions::matches(&e, &exceptions::TypeError) => {
                return Err(exceptions::type_error(
                    py,
                    format_args!("cannot convert dictionary update sequence element #{i} to a sequence"),
                ));
            }
            Err(e) => return Err(e),
        };
        let [key, value] = &parts[..] else {
            return Err(exceptions::value_error(
                py,
                format_args!(
                    "dictionary update sequence element #{i} has length {}; 2 is required",
                    parts.len()
                ),
            ));
        };
        if replace {
            set(py, d, key, value)?;
        } else {
            set_default(py, d, key, value)?;
        }
        i += 1;
    }
    Ok(())
}

/// Whether iterating over this dict is `dict`'s own, so that reading its table gives the same.
fn plain_iteration(d: &PyDictObject) -> bool {
    match (d.as_object().ty().tp_iter.get(), PyDict_Type.tp_iter.get()) {
        (Some(a), Some(b)) => core::ptr::fn_addr_eq(a, b),
        (None, None) => true,
        _ => false,
    }
}

/// `_PyDict_MaybeUntrack`: a dict none of whose keys and values can be in a cycle leaves the collector.
pub(crate) fn maybe_untrack(d: &PyDictObject) {
    let mut pos = 0;
    while let Some((k, v)) = next(d, &mut pos) {
        if may_be_tracked(k.as_ptr()) || may_be_tracked(v.as_ptr()) {
            return;
        }
    }
    // SAFETY: dicts have a collector header; nothing happens to one that is not tracked.
    unsafe { gc::untrack(d.as_object()) };
}
