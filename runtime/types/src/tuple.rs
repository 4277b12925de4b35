//! `tuple`: constructor, methods, subscripts, comparison, hash, text and the iterator (`Objects/tupleobject.c`).

use crate::{Part, no_hooks};
use core::cell::Cell;
use core::ffi::c_int;
use dxpy_core::abi::constants::*;
use dxpy_core::abi::*;
use dxpy_core::call::type_name;
use dxpy_core::ptr::Object;
use dxpy_core::statics::{StaticTable, StaticType};
use dxpy_core::tuple::{PyTuple_Type, items, len};
use dxpy_core::{
    Owned, Py, PyResult, args, boolean, exceptions, gc, glue, hooks, long, methods, name, number, object,
    protocol, sequence, signature, slice, tuple, types, unicode,
};

/// What this module brings.
pub static PART: Part =
    Part { adopt: &[(&PyTuple_Type, &TUPLE)], types: &[&PyTupleIter_Type], hooks: no_hooks };

static TUPLE: StaticType = StaticType::new::<PyTupleObject>(c"tuple")
    .doc(c"tuple(iterable=(), /)\n--\n\nAn immutable sequence; without an argument, the empty one.")
    .create(glue::create(create))
    .repr(glue::unary(repr))
    .getattro(dxpy_core::attr::generic_get_slot)
    .hash(glue::hash(hash))
    .richcompare(glue::richcompare(richcompare))
    .iter(glue::unary(iter))
    .sequence(&SEQUENCE)
    .mapping(&MAPPING)
    .methods(&METHODS);

static SEQUENCE: StaticTable<PySequenceMethods> = StaticTable::<PySequenceMethods>::empty()
    .length(glue::len(length))
    .concat(glue::binary(concat))
    .repeat(glue::indexed(repeat))
    .item(glue::indexed(item))
    .contains(glue::contains(contains));

static MAPPING: StaticTable<PyMappingMethods> =
    StaticTable::<PyMappingMethods>::empty().length(glue::len(length)).subscript(glue::binary(subscript));

methods! { static METHODS: for PyTupleObject [
    "__getnewargs__" = getnewargs [0], "($self, /)", "";
    "index" = index [3], "($self, value, start=0, stop=sys.maxsize, /)", "Return the first index of value.";
    "count" = count [1], "($self, value, /)", "Return the number of occurrences of value.";
    "__class_getitem__" = class_getitem [1], "?($type, object, /)", "See PEP 585", class;
] }

fn length(_: Py<'_>, t: &PyTupleObject) -> PyResult<usize> {
    Ok(len(t))
}

/// `tuple_new`.
fn create(py: Py<'_>, ty: &PyTypeObject, given: &PyTupleObject, kw: Option<&PyDictObject>) -> PyResult {
    let exact = ty.is(&PyTuple_Type.0);
    let same_init = match (ty.tp_init.get(), PyTuple_Type.tp_init.get()) {
        (Some(a), Some(b)) => core::ptr::fn_addr_eq(a, b),
        _ => false,
    };
    if types::slots::has_keywords(kw) && (exact || same_init) {
        return Err(exceptions::type_error(py, format_args!("tuple() takes no keyword arguments")));
    }
    let base = args::bind_call(py, signature!("tuple", "(iterable=(), /)"), given, None, |b| {
        let iterable: Option<&PyObject> = b.arg(py, 0)?;
        match iterable {
            Some(it) => sequence::to_tuple(py, it),
            None => Ok(tuple::empty()),
        }
    })?;
    if exact {
        return Ok(base.upcast());
    }
    of_type(py, ty, items(&base))
}

/// A tuple of a subtype with these items (`tuple_subtype_new`).
pub fn of_type(py: Py<'_>, ty: &PyTypeObject, all: &[&PyObject]) -> PyResult {
    let alloc = ty.tp_alloc.get().unwrap_or(object::generic_alloc_slot);
    // SAFETY: the slot's contract: a zeroed object with room for the items.
    unsafe {
        let o = dxpy_core::err::from_ptr::<PyObject>(
            py,
            alloc(ty.as_ptr() as *mut PyTypeObject, all.len() as isize),
        )?;
        let t = &*(o.as_ptr() as *const PyTupleObject);
        for (i, v) in all.iter().enumerate() {
            (*t.ob_item.as_ptr().add(i)).set((*v).to_owned().into_ptr());
        }
        Ok(o)
    }
}

/// `tuplerepr`.
fn repr(py: Py<'_>, t: &PyTupleObject) -> PyResult<Owned<PyUnicodeObject>> {
    if len(t) == 0 {
        return unicode::from_str(py, "()");
    }
    let Some(_entered) = protocol::ReprGuard::enter(py, t.as_object())? else {
        return unicode::from_str(py, "(...)");
    };
    let mut parts = vec![unicode::from_str(py, "(")?];
    let comma = unicode::from_str(py, ", ")?;
    for (i, v) in items(t).iter().enumerate() {
        if i > 0 {
            parts.push(comma.clone());
        }
        parts.push(protocol::repr(py, v)?);
    }
    parts.push(unicode::from_str(py, if len(t) == 1 { ",)" } else { ")" })?);
    let parts: Vec<&PyUnicodeObject> = parts.iter().map(|p| &**p).collect();
    unicode::join_all(py, &parts)
}

/// `tuplehash`: xxHash's mixing over the items' hashes.
fn hash(py: Py<'_>, t: &PyTupleObject) -> PyResult<Py_hash_t> {
    const P1: u64 = 11400714785074694791;
    const P2: u64 = 14029467366897019727;
    const P5: u64 = 2870177450012600261;
    let mut acc = P5;
    for v in items(t) {
        let lane = protocol::hash(py, v)? as u64;
        acc = acc.wrapping_add(lane.wrapping_mul(P2)).rotate_left(31).wrapping_mul(P1);
    }
    acc = acc.wrapping_add(len(t) as u64 ^ (P5 ^ 3527539));
    Ok(if acc == u64::MAX { 1546275796 } else { acc as Py_hash_t })
}

/// `tuplerichcompare`.
fn richcompare(py: Py<'_>, a: &PyTupleObject, b: &PyObject, op: c_int) -> PyResult {
    let Some(b) = tuple::check(b) else { return Ok(object::not_implemented()) };
    let answer = |r: bool| Ok(boolean::new(r).upcast());
    for (x, y) in items(a).iter().zip(items(b)) {
        if !protocol::rich_compare_bool(py, x, y, Py_EQ)? {
            return match op {
                Py_EQ => answer(false),
                Py_NE => answer(true),
                _ => protocol::rich_compare(py, x, y, op),
            };
        }
    }
    answer(protocol::compare_ordering(len(a).cmp(&len(b)), op))
}

fn contains(py: Py<'_>, t: &PyTupleObject, v: &PyObject) -> PyResult<bool> {
    for x in items(t) {
        if protocol::rich_compare_bool(py, x, v, Py_EQ)? {
            return Ok(true);
        }
    }
    Ok(false)
}

/// `tupleconcat`.
fn concat(py: Py<'_>, a: &PyTupleObject, b: &PyObject) -> PyResult {
    if len(a) == 0 && tuple::check_exact(b).is_some() {
        return Ok(b.to_owned());
    }
    let Some(b) = tuple::check(b) else {
        return Err(exceptions::type_error(
            py,
            format_args!("can only concatenate tuple (not \"{}\") to tuple", type_name(b.ty())),
        ));
    };
    if len(b) == 0 && tuple::check_exact(a.as_object()).is_some() {
        return Ok(a.to_owned().upcast());
    }
    let both: Vec<Owned> = items(a).iter().chain(items(b)).map(|o| (*o).to_owned()).collect();
    tuple::from_iter(py, both).map(Owned::upcast)
}

fn repeat(py: Py<'_>, t: &PyTupleObject, n: isize) -> PyResult {
    let size = len(t);
    if (size == 0 || n == 1) && tuple::check_exact(t.as_object()).is_some() {
        return Ok(t.to_owned().upcast());
    }
    if size == 0 || n <= 0 {
        return Ok(tuple::empty().upcast());
    }
    let Some(total) = size.checked_mul(n as usize).filter(|t| *t <= isize::MAX as usize / 8) else {
        return Err(exceptions::memory_error(py));
    };
    let mut all = Vec::new();
    if all.try_reserve_exact(total).is_err() {
        return Err(exceptions::memory_error(py));
    }
    for _ in 0..n {
        all.extend(items(t).iter().map(|o| (*o).to_owned()));
    }
    tuple::from_iter(py, all).map(Owned::upcast)
}

fn item(py: Py<'_>, t: &PyTupleObject, i: isize) -> PyResult {
    match usize::try_from(i).ok().and_then(|i| items(t).get(i)) {
        Some(v) => Ok((*v).to_owned()),
        None => Err(exceptions::index_error(py, format_args!("tuple index out of range"))),
    }
}

/// `tuplesubscript`.
fn subscript(py: Py<'_>, t: &PyTupleObject, key: &PyObject) -> PyResult {
    if number::has_index(key) {
        let i = number::as_ssize(py, key, &exceptions::IndexError)?;
        return item(py, t, if i < 0 { i + len(t) as isize } else { i });
    }
    let Some(s) = slice::check(key) else {
        return Err(exceptions::type_error(
            py,
            format_args!("tuple indices must be integers or slices, not {}", type_name(key.ty())),
        ));
    };
    let (start, stop, step) = slice::unpack(py, s)?;
    let (start, _, n) = slice::adjust_indices(len(t), start, stop, step);
    if start == 0 && step == 1 && n == len(t) && tuple::check_exact(t.as_object()).is_some() {
        return Ok(t.to_owned().upcast());
    }
    let picked: Vec<Owned> =
        (0..n).map(|k| items(t)[(start + k as isize * step) as usize].to_owned()).collect();
    tuple::from_iter(py, picked).map(Owned::upcast)
}

fn getnewargs(py: Py<'_>, t: &PyTupleObject) -> PyResult {
    let exact = tuple::from_iter(py, items(t).iter().map(|o| (*o).to_owned()).collect::<Vec<_>>())?;
    tuple::from_iter(py, [exact.upcast()]).map(Owned::upcast)
}

fn index(
    py: Py<'_>,
    t: &PyTupleObject,
    v: &PyObject,
    start: Option<&PyObject>,
    stop: Option<&PyObject>,
) -> PyResult<usize> {
    let n = len(t) as isize;
    let from_end = |i: isize| if i < 0 { (i + n).max(0) } else { i };
    let start = start.map(|s| crate::list::slice_index(py, s)).transpose()?.map_or(0, from_end);
    let stop = stop.map(|s| crate::list::slice_index(py, s)).transpose()?.map_or(n, from_end).min(n);
    for i in start..stop {
        if protocol::rich_compare_bool(py, items(t)[i as usize], v, Py_EQ)? {
            return Ok(i as usize);
        }
    }
    Err(exceptions::value_error(py, format_args!("tuple.index(x): x not in tuple")))
}

fn count(py: Py<'_>, t: &PyTupleObject, v: &PyObject) -> PyResult<usize> {
    let mut n = 0;
    for x in items(t) {
        n += protocol::rich_compare_bool(py, x, v, Py_EQ)? as usize;
    }
    Ok(n)
}

fn class_getitem(py: Py<'_>, class: &PyTupleObject, item: &PyObject) -> PyResult {
    types::generic_alias(py, class.as_object(), item)
}

/// `tuple_iterator`.
#[unsafe(no_mangle)]
pub static PyTupleIter_Type: StaticType = StaticType::new::<_PyTupleIterObject>(c"tuple_iterator")
    .getattro(dxpy_core::attr::generic_get_slot)
    .iter(glue::unary(|_: Py<'_>, o: &PyObject| Ok(o.to_owned())))
    .iternext(glue::iternext(next))
    .methods(&ITER_METHODS)
    .traverse(glue::traverse(|it: &_PyTupleIterObject, v: &glue::Visitor| {
        v.visit(&Cell::new(it.it_seq.get() as *mut PyObject))
    }))
    .dealloc(glue::dealloc(iter_dealloc));

methods! { static ITER_METHODS: for _PyTupleIterObject [
    "__length_hint__" = iter_hint [0], "?($self, /)", "An estimate of the number of items left.";
    "__reduce__" = iter_reduce [0], "?($self, /)", "State for pickling.";
    "__setstate__" = iter_setstate [1], "?($self, state, /)", "Sets the position.";
] }

fn iter(py: Py<'_>, t: &PyTupleObject) -> PyResult {
    // SAFETY: every field is set before the object is tracked.
    unsafe {
        let it = object::alloc_uninit::<_PyTupleIterObject>(
            py,
            &PyTupleIter_Type,
            size_of::<_PyTupleIterObject>(),
        )?;
        it.it_index.set(0);
        it.it_seq.set(t.to_owned().into_raw());
        gc::track(it.as_object());
        Ok(it.upcast())
    }
}

fn source(it: &_PyTupleIterObject) -> Option<&PyTupleObject> {
    // SAFETY: LIVE: the iterator holds its tuple until it is exhausted.
    unsafe { it.it_seq.get().as_ref() }
}

fn next(_: Py<'_>, it: &_PyTupleIterObject) -> PyResult<Option<Owned>> {
    let Some(t) = source(it) else { return Ok(None) };
    let i = it.it_index.get();
    match items(t).get(i as usize) {
        Some(v) => {
            it.it_index.set(i + 1);
            Ok(Some((*v).to_owned()))
        }
        None => {
            // SAFETY: OWNED: the iterator held its tuple.
            drop(unsafe { Owned::<PyTupleObject>::from_raw_opt(it.it_seq.replace(core::ptr::null_mut())) });
            Ok(None)
        }
    }
}

fn iter_hint(_: Py<'_>, it: &_PyTupleIterObject) -> isize {
    source(it).map_or(0, |t| len(t) as isize - it.it_index.get())
}

fn iter_reduce(py: Py<'_>, it: &_PyTupleIterObject) -> PyResult {
    let f = hooks::builtin(py, name!("iter"))?;
    match source(it) {
        Some(t) => {
            let args = tuple::from_iter(py, [t.as_object().to_owned()])?;
            let i = long::from_i64(py, it.it_index.get() as i64)?;
            tuple::from_iter(py, [f, args.upcast(), i.upcast()]).map(Owned::upcast)
        }
        None => {
            let args = tuple::from_iter(py, [tuple::empty().upcast()])?;
            tuple::from_iter(py, [f, args.upcast()]).map(Owned::upcast)
        }
    }
}

fn iter_setstate(py: Py<'_>, it: &_PyTupleIterObject, state: &PyObject) -> PyResult<()> {
    let i = number::as_ssize(py, state, &exceptions::OverflowError)?;
    if let Some(t) = source(it) {
        it.it_index.set(i.clamp(0, len(t) as isize));
    }
    Ok(())
}

fn iter_dealloc(_: Py<'_>, it: &_PyTupleIterObject) {
    // SAFETY: the object has a collector header; its field is released once and its memory last.
    unsafe {
        gc::untrack(it.as_object());
        drop(Owned::<PyTupleObject>::from_raw_opt(it.it_seq.replace(core::ptr::null_mut())));
        object::free(it.as_object());
    }
}
