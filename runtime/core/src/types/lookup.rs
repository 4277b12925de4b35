//! Looking a name up along a type's MRO, with the method cache and version tags that make it one probe
//! (`_PyType_Lookup`, `PyType_Modified` of `Objects/typeobject.c`).

use super::inherit::{add_flags, has};
use crate::abi::constants::*;
use crate::abi::*;
use crate::dict;
use crate::ptr::{Object, Owned, decref};
use crate::statics::Gil;
use crate::thread::Py;
use crate::tuple;
use crate::unicode;
use crate::watch::{self, TypeWatcher};
use core::cell::Cell;

/// `MCACHE_SIZE_EXP`.
const CACHE: usize = 1 << 12;

/// One cached answer: for types of this version, this (held) name is this value, borrowed from the type, or nothing.
struct Entry {
    version: Cell<u32>,
    name: Cell<*mut PyObject>,
    value: Cell<*mut PyObject>,
}

static METHODS: Gil<[Entry; CACHE]> = Gil([const {
    Entry {
        version: Cell::new(0),
        name: Cell::new(core::ptr::null_mut()),
        value: Cell::new(core::ptr::null_mut()),
    }
}; CACHE]);

/// The next version tag; 0 is never given out, so types stop being cached when they run out.
static NEXT_VERSION: Gil<Cell<u32>> = Gil(Cell::new(1));

/// `PyType_ClearCache`: forgets all cached answers.
pub fn clear_cache() {
    for e in METHODS.iter() {
        e.version.set(0);
        e.value.set(core::ptr::null_mut());
        crate::object::clear_field(&e.name);
    }
}

/// The types of an MRO, or of bases.
pub fn types_of<'a>(t: &Cell<*mut PyObject>) -> &'a [*mut PyTypeObject] {
    // SAFETY: LAYOUT: `tp_mro` and `tp_bases` are tuples of types, or NULL; a type holds them.
    unsafe {
        match (t.get() as *const PyTupleObject).as_ref() {
            None => &[],
            Some(t) => {
                let items = tuple::items(t);
                core::slice::from_raw_parts(items.as_ptr() as *const *mut PyTypeObject, items.len())
            }
        }
    }
}

/// `_PyType_Lookup`: the attribute as it stands in the first dict along the MRO that has it. Errors of comparing keys
/// are dropped, as there.
#[inline]
pub fn find(py: Py<'_>, ty: &PyTypeObject, name: &PyUnicodeObject) -> Option<Owned> {
    let version = ty.tp_version_tag.get();
    let slot = (version as usize ^ (name as *const PyUnicodeObject as usize >> 3)) & (CACHE - 1);
    let entry = &METHODS[slot];
    if version != 0
        && entry.version.get() == version
        && core::ptr::addr_eq(entry.name.get(), name)
        && has(ty, Py_TPFLAGS_VALID_VERSION_TAG)
    {
        // SAFETY: LIVE: while the version is the type's, its dicts hold the value.
        return unsafe { entry.value.get().as_ref() }.map(Object::to_owned);
    }
    find_slow(py, ty, name)
}

#[cold]
fn find_slow(py: Py<'_>, ty: &PyTypeObject, name: &PyUnicodeObject) -> Option<Owned> {
    if ty.tp_mro.get().is_null() {
        super::ready::make_ready_late(py, ty);
    }
    let mro = ty.tp_mro.get();
    // SAFETY: the MRO may be replaced by code that compares keys, so it is held meanwhile.
    let _held = unsafe { mro.as_ref() }.map(Object::to_owned);
    let hash = unicode::hash(name);
    let mut found = None;
    for t in types_of(&Cell::new(mro)) {
        // SAFETY: LIVE: the MRO holds its types, a ready type holds its dict.
        let Some(d) = (unsafe { ((**t).tp_dict.get() as *const PyDictObject).as_ref() }) else { continue };
        match dict::get_known_hash(py, d, name.as_object(), hash) {
            Ok(None) => {}
            Ok(v) => {
                found = v;
                break;
            }
            Err(_) => return None,
        }
    }
    if unicode::check_exact(name.as_object()).is_some() && unicode::len(name) <= 100 && assign_version(ty) {
        let version = ty.tp_version_tag.get();
        let slot = (version as usize ^ (name as *const PyUnicodeObject as usize >> 3)) & (CACHE - 1);
        let entry = &METHODS[slot];
        entry.version.set(version);
        entry.value.set(found.as_ref().map_or(core::ptr::null_mut(), |v| v.as_ptr()));
        let old = entry.name.replace(name.to_owned().into_ptr());
        if !old.is_null() {
            // SAFETY: OWNED: the entry held the old name.
            unsafe { decref(old) };
        }
    }
    found
}

/// `assign_version_tag`: whether the type has a valid version now. Its bases get theirs first.
pub fn assign_version(ty: &PyTypeObject) -> bool {
    if has(ty, Py_TPFLAGS_VALID_VERSION_TAG) {
        return true;
    }
    if !has(ty, Py_TPFLAGS_READY) {
        return false;
    }
    let next = NEXT_VERSION.get();
    if next == 0 {
        return false;
    }
    NEXT_VERSION.set(next.wrapping_add(1));
    ty.tp_version_tag.set(next);
    // SAFETY: LIVE: a type holds its bases.
    if !types_of(&ty.tp_bases).iter().all(|b| unsafe { assign_version(&**b) }) {
        return false;
    }
    add_flags(ty, Py_TPFLAGS_VALID_VERSION_TAG);
    true
}

/// `PyType_Modified`: forgets what caches know of the type and of its subtypes.
pub fn modified(py: Py<'_>, ty: &PyTypeObject) {
    if !has(ty, Py_TPFLAGS_VALID_VERSION_TAG) {
        return;
    }
    for sub in subclasses(ty) {
        // SAFETY: LIVE: a type leaves the list before it dies.
        modified(py, unsafe { &*sub });
    }
    let watched = ty.tp_watched.get();
    if watched != 0 {
        let this = ty.as_ptr() as *mut PyTypeObject;
        // SAFETY: the watcher's contract: a live type.
        let call = |f: TypeWatcher| unsafe { f(this) };
        watch::TYPES.call(py, watched.into(), call, || Some(ty.as_object().to_owned()));
    }
    ty.tp_flags.set(ty.tp_flags.get() & !Py_TPFLAGS_VALID_VERSION_TAG);
    ty.tp_version_tag.set(0);
    if has(ty, Py_TPFLAGS_HEAPTYPE) {
        // SAFETY: LAYOUT by the flag.
        let heap = unsafe { &*(ty as *const PyTypeObject as *const PyHeapTypeObject) };
        heap._spec_cache.getitem.set(core::ptr::null_mut());
    }
}

/// `tp_subclasses` is ours alone: the addresses of the direct subtypes, in order of creation, each removed by the
/// subtype's own deallocation. CPython keeps a dict of weak references there, which no extension reads.
type Subclasses = Vec<*mut PyTypeObject>;

/// The direct subtypes alive now.
pub fn subclasses(ty: &PyTypeObject) -> Subclasses {
    // SAFETY: INIT: NULL or what `add_subclass` made.
    unsafe { (ty.tp_subclasses.get() as *const Subclasses).as_ref() }.cloned().unwrap_or_default()
}

/// `add_subclass`.
pub fn add_subclass(base: &PyTypeObject, sub: &PyTypeObject) {
    if base.tp_subclasses.get().is_null() {
        base.tp_subclasses.set(Box::into_raw(Box::<Subclasses>::default()) as *mut _);
    }
    // SAFETY: INIT: made above or before; only the GIL's holder reads or writes it, and nobody holds a borrow.
    let list = unsafe { &mut *(base.tp_subclasses.get() as *mut Subclasses) };
    let p = sub.as_ptr() as *mut PyTypeObject;
    if !list.contains(&p) {
        list.push(p);
    }
}

/// `remove_subclass`.
pub fn remove_subclass(base: &PyTypeObject, sub: &PyTypeObject) {
    // SAFETY: as in `add_subclass`.
    unsafe {
        let p = base.tp_subclasses.get() as *mut Subclasses;
        if let Some(list) = p.as_mut() {
            list.retain(|t| !core::ptr::eq(*t, sub));
            if list.is_empty() {
                base.tp_subclasses.set(core::ptr::null_mut());
                drop(Box::from_raw(p));
            }
        }
    }
}
