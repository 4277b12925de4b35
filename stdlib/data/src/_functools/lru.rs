//! `functools._lru_cache_wrapper`: a function with a cache that is unbounded, bounded, or only counts.
//!
//! A bounded cache is a dict from keys to links and a ring of the links in order of use. Both hold a reference to each
//! link. User code (the function, hashing, comparison, finalisers) may call the wrapper again or clear it at any call
//! out, so what a step needs is looked at again after each.

use crate::fields::{get, put, view};
use core::cell::Cell;
use core::mem::offset_of;
use dxpy_core::abi::constants::*;
use dxpy_core::abi::*;
use dxpy_core::ptr::{Layout, Object};
use dxpy_core::statics::{Gil, StaticType};
use dxpy_core::types::PyBaseObject_Type;
use dxpy_core::{
    Owned, Py, PyErr, PyResult, args, attr, call, dict, exceptions, gc, getset, glue, instance, long, method,
    methods, name, number, object, protocol, signature, tuple, unicode, weakref,
};

/// One entry of a bounded cache, and, without key and result, the start of the ring inside the wrapper.
#[repr(C)]
pub struct Link {
    ob_base: PyObject,
    prev: Cell<*const Link>,
    next: Cell<*const Link>,
    hash: Cell<Py_hash_t>,
    key: Cell<*mut PyObject>,
    result: Cell<*mut PyObject>,
}

// SAFETY: the struct is `#[repr(C)]` and begins with a `PyObject`.
unsafe impl Layout for Link {}

/// `functools._lru_list_elem`, which programs never see.
pub static LINK: StaticType = StaticType::new::<Link>(c"functools._lru_list_elem")
    .flags(Py_TPFLAGS_DISALLOW_INSTANTIATION)
    .dealloc(glue::dealloc(|_: Py<'_>, l: &Link| {
        object::clear_field(&l.key);
        object::clear_field(&l.result);
        // SAFETY: the fields are released, the memory goes last.
        unsafe { object::tp_free(l.as_object()) }
    }));

/// How a wrapper keeps results.
#[derive(Clone, Copy, PartialEq, Eq)]
#[repr(usize)]
enum Kind {
    Uncached,
    Unbounded,
    Bounded,
}

/// A `functools._lru_cache_wrapper`.
#[repr(C)]
pub struct LruObject {
    /// The ring; its header is the wrapper's own.
    root: Link,
    kind: Cell<Kind>,
    typed: Cell<i32>,
    cache: Cell<*mut PyObject>,
    hits: Cell<isize>,
    func: Cell<*mut PyObject>,
    maxsize: Cell<isize>,
    misses: Cell<isize>,
    /// Between positional and keyword arguments in a key.
    mark: Cell<*mut PyObject>,
    info: Cell<*mut PyObject>,
    dict: Cell<*mut PyObject>,
    weakrefs: Cell<*mut PyObject>,
}

// SAFETY: the struct is `#[repr(C)]` and begins, in its first field, with a `PyObject`.
unsafe impl Layout for LruObject {}

/// `functools._lru_cache_wrapper`.
pub static LRU: StaticType = StaticType::new::<LruObject>(c"functools._lru_cache_wrapper")
    .doc(c"Create a cached callable that wraps another function.\n\nuser_function: the function\nmaxsize: 0 for no cache, None for one without bounds, else the number of results to keep\ntyped: whether arguments of different types are different though equal\ncache_info_type: called with the numbers of hits, misses, the bound and the size")
    .flags(Py_TPFLAGS_METHOD_DESCRIPTOR)
    .weaklist(offset_of!(LruObject, weakrefs))
    .dict(offset_of!(LruObject, dict))
    .traverse(glue::traverse(traverse))
    .clear(glue::clear(clear))
    .dealloc(glue::dealloc(dealloc))
    .create(glue::create(create))
    .call(glue::call(call_lru))
    .descr_get(glue::descr_get(descr_get))
    .methods(&METHODS)
    .getset(&GETSET);

methods! { static METHODS: for LruObject [
    "cache_info" = cache_info [0], "($self, /)", "Hits, misses, bound and size of the cache.";
    "cache_clear" = cache_clear [0], "($self, /)", "Forgets all results and counts.";
    "__reduce__" = reduce [0], "?($self, /)", "The name by which pickling finds the function.";
    "__copy__" = copy [0], "!($self, /)", "The wrapper itself.";
    "__deepcopy__" = deepcopy [1], "?($self, memo, /)", "The wrapper itself.";
] }

getset! { static GETSET [
    "__dict__" = dict_get, set dict_set, "";
] }

/// The mark of all wrappers.
static MARK: Gil<Cell<*mut PyObject>> = Gil(Cell::new(core::ptr::null_mut()));

/// Makes what all wrappers share.
pub fn init(py: Py<'_>) -> PyResult<()> {
    if MARK.get().is_null() {
        MARK.set(object::generic_alloc(py, &PyBaseObject_Type, 0)?.into_ptr());
    }
    Ok(())
}

// The ring.

fn link<'a>(p: *const Link) -> &'a Link {
    // SAFETY: LIVE: the ring holds its links, and the wrapper its start.
    unsafe { &*p }
}

/// Takes a link out of the ring; the ring's reference to it is the caller's now.
fn extract(l: &Link) {
    link(l.prev.get()).next.set(l.next.get());
    link(l.next.get()).prev.set(l.prev.get());
}

/// Puts a link at the end: it was used last. The ring holds the caller's reference from now on.
fn append(w: &LruObject, l: &Link) {
    let last = w.root.prev.get();
    link(last).next.set(l);
    l.prev.set(last);
    l.next.set(&w.root);
    w.root.prev.set(l);
}

/// Puts a link at the start, where it was before.
fn prepend(w: &LruObject, l: &Link) {
    let first = w.root.next.get();
    link(first).prev.set(l);
    l.next.set(first);
    l.prev.set(&w.root);
    w.root.next.set(l);
}

/// The links, oldest first.
fn links(w: &LruObject) -> impl Iterator<Item = &Link> {
    let root: *const Link = &w.root;
    let mut at = w.root.next.get();
    core::iter::from_fn(move || {
        if at == root || at.is_null() {
            return None;
        }
        let l = link(at);
        at = l.next.get();
        Some(l)
    })
}

/// Empties the ring, and gives its references.
fn unlink_all(w: &LruObject) -> Vec<Owned<Link>> {
    // SAFETY: OWNED: the ring held one reference to each, which it forgets below.
    let all: Vec<Owned<Link>> =
        links(w).map(|l| unsafe { Owned::from_raw(l as *const Link as *mut Link) }).collect();
    for l in &all {
        l.prev.set(core::ptr::null());
        l.next.set(core::ptr::null());
    }
    w.root.next.set(&w.root);
    w.root.prev.set(&w.root);
    all
}

// The life of a wrapper.

fn traverse(w: &LruObject, v: &glue::Visitor) -> Result<(), core::ffi::c_int> {
    for l in links(w) {
        v.visit(&l.key)?;
        v.visit(&l.result)?;
    }
    for f in [&w.cache, &w.func, &w.mark, &w.info, &w.dict] {
        v.visit(f)?;
    }
    Ok(())
}

fn clear(_: Py<'_>, w: &LruObject) {
    let all = unlink_all(w);
    for f in [&w.cache, &w.func, &w.mark, &w.info, &w.dict] {
        object::clear_field(f);
    }
    drop(all);
}

fn dealloc(py: Py<'_>, w: &LruObject) {
    // SAFETY: the type has a collector header; fields are released once and the memory last.
    unsafe {
        gc::untrack(w.as_object());
        weakref::clear_all(py, w.as_object());
        clear(py, w);
        object::tp_free(w.as_object());
    }
}

/// `lru_cache_new`.
fn create(py: Py<'_>, ty: &PyTypeObject, given: &PyTupleObject, kw: Option<&PyDictObject>) -> PyResult {
    args::bind_call(
        py,
        signature!("lru_cache", "(user_function, maxsize, typed, cache_info_type)"),
        given,
        kw,
        |b| {
            let func: &PyObject = b.arg(py, 0)?;
            let maxsize: &PyObject = b.arg(py, 1)?;
            let typed: bool = b.arg(py, 2)?;
            let info: &PyObject = b.arg(py, 3)?;
            if !protocol::is_callable(func) {
                return Err(exceptions::type_error(py, format_args!("the first argument must be callable")));
            }
            let (kind, bound) = if object::is_none(maxsize) {
                (Kind::Unbounded, -1)
            } else if number::has_index(maxsize) {
                match number::as_ssize(py, maxsize, &exceptions::OverflowError)?.max(0) {
                    0 => (Kind::Uncached, 0),
                    n => (Kind::Bounded, n),
                }
            } else {
                return Err(exceptions::type_error(py, format_args!("maxsize should be integer or None")));
            };
            let cache = dict::new(py)?;
            let o = object::tp_alloc(py, ty, 0)?;
            // SAFETY: LAYOUT: an instance of this type.
            let w: &LruObject = unsafe { view(&o) };
            w.root.next.set(&w.root);
            w.root.prev.set(&w.root);
            w.kind.set(kind);
            w.typed.set(typed as i32);
            w.maxsize.set(bound);
            put(&w.cache, cache);
            put(&w.func, func.to_owned());
            put(&w.info, info.to_owned());
            if let Some(m) = get(&MARK) {
                put(&w.mark, m);
            }
            Ok(o)
        },
    )
}

// Calls.

fn gone(py: Py<'_>) -> PyErr {
    exceptions::runtime_error(py, format_args!("a cached function was called after it was cleared"))
}

fn cache_of(py: Py<'_>, w: &LruObject) -> PyResult<Owned<PyDictObject>> {
    // SAFETY: LAYOUT: only exact dicts are stored there.
    get(&w.cache).map(|c| unsafe { c.cast() }).ok_or_else(|| gone(py))
}

/// `lru_cache_make_key`.
fn make_key(py: Py<'_>, w: &LruObject, given: &PyTupleObject, kw: Option<&PyDictObject>) -> PyResult {
    let (items, typed) = (tuple::items(given), w.typed.get() != 0);
    let kw = kw.filter(|d| dict::len(d) > 0);
    if !typed && kw.is_none() {
        // One str or int is its own key, since it equals no tuple.
        if let [one] = items
            && (unicode::check_exact(one).is_some() || long::check_exact(one).is_some())
        {
            return Ok((*one).to_owned());
        }
        return Ok(given.to_owned().upcast());
    }
    let pairs = kw.map(dict::items).unwrap_or_default();
    let mut parts: Vec<Owned> = items.iter().map(|o| (*o).to_owned()).collect();
    if !pairs.is_empty() {
        parts.push(get(&w.mark).ok_or_else(|| gone(py))?);
        for (k, v) in &pairs {
            parts.extend([k.clone(), v.clone()]);
        }
    }
    if typed {
        parts.extend(items.iter().map(|o| o.ty().as_object().to_owned()));
        parts.extend(pairs.iter().map(|(_, v)| v.ty().as_object().to_owned()));
    }
    tuple::from_iter(py, parts).map(Owned::upcast)
}

fn call_lru(py: Py<'_>, w: &LruObject, given: &PyTupleObject, kw: Option<&PyDictObject>) -> PyResult {
    let func = get(&w.func).ok_or_else(|| gone(py))?;
    let count = |c: &Cell<isize>| c.set(c.get().wrapping_add(1));
    if w.kind.get() == Kind::Uncached {
        count(&w.misses);
        return call::call_tuple(py, &func, given, kw);
    }
    let key = make_key(py, w, given, kw)?;
    let hash = dict::hash_of(py, &key)?;
    let cache = cache_of(py, w)?;
    let found = dict::get_known_hash(py, &cache, &key, hash)?;
    if w.kind.get() == Kind::Unbounded {
        if let Some(r) = found {
            count(&w.hits);
            return Ok(r);
        }
        count(&w.misses);
        let r = call::call_tuple(py, &func, given, kw)?;
        dict::set_known_hash(py, &cache, &key, &r, hash)?;
        return Ok(r);
    }
    if let Some(l) = found {
        // SAFETY: LAYOUT: the cache of a bounded wrapper holds links only.
        let l: &Link = unsafe { view(&l) };
        if in_ring(l) {
            extract(l);
            append(w, l);
        }
        count(&w.hits);
        return get(&l.result).ok_or_else(|| gone(py));
    }
    count(&w.misses);
    let result = call::call_tuple(py, &func, given, kw)?;
    store(py, w, &cache, key, hash, &result)?;
    Ok(result)
}

/// A link that the ring has not: it was taken out while the dict still has it.
fn in_ring(l: &Link) -> bool {
    let me: *const Link = l;
    !l.prev.get().is_null() && link(l.prev.get()).next.get() == me && link(l.next.get()).prev.get() == me
}

/// The second half of `bounded_lru_cache_wrapper`: keeps a new result, in the place of the oldest if there is no room.
fn store(
    py: Py<'_>,
    w: &LruObject,
    cache: &PyDictObject,
    key: Owned,
    hash: Py_hash_t,
    result: &PyObject,
) -> PyResult<()> {
    if dict::get_known_hash(py, cache, &key, hash)?.is_some() {
        // The function called itself with the same arguments, and that call was first.
        return Ok(());
    }
    let root: *const Link = &w.root;
    if (dict::len(cache) as isize) < w.maxsize.get() || w.root.next.get() == root {
        let o = object::generic_alloc(py, &LINK, 0)?;
        // SAFETY: LAYOUT: an instance of this type.
        let l: &Link = unsafe { view(&o) };
        l.hash.set(hash);
        put(&l.key, key.clone());
        put(&l.result, result.to_owned());
        dict::set_known_hash(py, cache, &key, &o, hash)?;
        append(w, l);
        let _ = o.into_ptr();
        return Ok(());
    }
    // The oldest link is out of the ring while comparisons run, so that nobody else takes it too.
    let oldest = w.root.next.get();
    extract(link(oldest));
    // SAFETY: OWNED: the ring's reference.
    let oldest: Owned<Link> = unsafe { Owned::from_raw(oldest as *mut Link) };
    oldest.prev.set(core::ptr::null());
    oldest.next.set(core::ptr::null());
    let old_key = get(&oldest.key).ok_or_else(|| gone(py))?;
    let popped = match dict::pop_known_hash(py, cache, &old_key, oldest.hash.get()) {
        Ok(Some(p)) => p,
        // The key was removed meanwhile; the link goes as well.
        Ok(None) => return Ok(()),
        Err(e) => {
            prepend(w, &oldest);
            let _ = oldest.into_raw();
            return Err(e);
        }
    };
    let old_result = get(&oldest.result);
    oldest.hash.set(hash);
    put(&oldest.key, key.clone());
    put(&oldest.result, result.to_owned());
    dict::set_known_hash(py, cache, &key, oldest.as_object(), hash)?;
    append(w, &oldest);
    let _ = oldest.into_raw();
    // Finalisers run when the wrapper is whole again.
    drop((popped, old_key, old_result));
    Ok(())
}

// Methods.

fn cache_info(py: Py<'_>, w: &LruObject) -> PyResult {
    let info = get(&w.info).ok_or_else(|| gone(py))?;
    let int = |n: isize| long::from_i64(py, n as i64).map(Owned::upcast);
    let bound = if w.maxsize.get() < 0 { object::none() } else { int(w.maxsize.get())? };
    let size = dict::len(&*cache_of(py, w)?) as isize;
    call::call(py, &info, [&*int(w.hits.get())?, &*int(w.misses.get())?, &*bound, &*int(size)?])
}

fn cache_clear(py: Py<'_>, w: &LruObject) -> PyResult<()> {
    let all = unlink_all(w);
    w.hits.set(0);
    w.misses.set(0);
    dict::clear(py, &*cache_of(py, w)?);
    drop(all);
    Ok(())
}

fn reduce(py: Py<'_>, w: &LruObject) -> PyResult {
    attr::get_name(py, w.as_object(), name!("__qualname__"))
}

fn copy(_: Py<'_>, w: &LruObject) -> Owned<LruObject> {
    w.to_owned()
}

fn deepcopy(_: Py<'_>, w: &LruObject, _: &PyObject) -> Owned<LruObject> {
    w.to_owned()
}

/// `lru_cache_descr_get`: a method of instances.
fn descr_get(py: Py<'_>, w: &LruObject, o: Option<&PyObject>, _: Option<&PyObject>) -> PyResult {
    match o.filter(|o| !object::is_none(o)) {
        None => Ok(w.to_owned().upcast()),
        Some(o) => method::new(py, w.as_object(), o).map(Owned::upcast),
    }
}

fn dict_get(py: Py<'_>, w: &LruObject) -> PyResult {
    match instance::dict(py, w.as_object())? {
        Some(d) => Ok(d.upcast()),
        None => Err(exceptions::attribute_error(py, format_args!("This object has no __dict__"))),
    }
}

fn dict_set(py: Py<'_>, w: &LruObject, value: Option<&PyObject>) -> PyResult<()> {
    object::set_dict_attribute(py, w.as_object(), value)
}
