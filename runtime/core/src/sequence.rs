//! The sequence and item protocol (`PySequence_*`, `PyObject_GetItem` and siblings of `Objects/abstract.c`), and the
//! iterator over anything with `__getitem__` (`Objects/iterobject.c`).

use crate::abi::constants::*;
use crate::abi::*;
use crate::call::type_name;
use crate::err::{PyErr, PyResult, from_ptr};
use crate::exceptions;
use crate::gc;
use crate::glue;
use crate::number;
use crate::object;
use crate::protocol;
use crate::ptr::{Object, Owned};
use crate::statics::StaticType;
use crate::thread::Py;
use crate::types::inherit::has;
use crate::{dict, list, long, name, set, tuple, unicode};

#[inline(always)]
fn seq(o: &PyObject) -> Option<&PySequenceMethods> {
    // SAFETY: LIVE: the table of a live type.
    unsafe { o.ty().tp_as_sequence.get().as_ref() }
}

#[inline(always)]
fn map(o: &PyObject) -> Option<&PyMappingMethods> {
    // SAFETY: LIVE: the table of a live type.
    unsafe { o.ty().tp_as_mapping.get().as_ref() }
}

/// `PySequence_Check`.
pub fn check(o: &PyObject) -> bool {
    !has(o.ty(), Py_TPFLAGS_DICT_SUBCLASS) && seq(o).is_some_and(|t| t.sq_item.get().is_some())
}

/// `PyMapping_Check`.
pub fn is_mapping(o: &PyObject) -> bool {
    map(o).is_some_and(|t| t.mp_subscript.get().is_some())
}

/// The items of an exact list or tuple as they stand. Valid until Python code runs.
#[inline(always)]
pub fn exact_items(o: &PyObject) -> Option<&[&PyObject]> {
    match tuple::check_exact(o) {
        Some(t) => Some(tuple::items(t)),
        None => list::check_exact(o).map(list::items),
    }
}

/// `PyObject_GetItem`.
pub fn get_item(py: Py<'_>, o: &PyObject, key: &PyObject) -> PyResult {
    if let Some(f) = map(o).and_then(|t| t.mp_subscript.get()) {
        // SAFETY: the slot's contract.
        return unsafe { from_ptr(py, f(o.as_ptr(), key.as_ptr())) };
    }
    if seq(o).is_some_and(|t| t.sq_item.get().is_some()) {
        if number::has_index(key) {
            let i = number::as_ssize(py, key, &exceptions::IndexError)?;
            return item(py, o, i);
        }
        return Err(exceptions::type_error(
            py,
            format_args!("sequence index must be integer, not '{}'", type_name(key.ty())),
        ));
    }
    if let Some(class) = crate::types::check(o) {
        // `type[int]`, though `type` has no `__class_getitem__`.
        if o.is(&crate::types::PyType_Type.0) {
            return crate::types::generic_alias(py, o, key);
        }
        if let Some(m) = crate::attr::lookup_name(py, o, name!("__class_getitem__"))?
            && !object::is_none(&m)
        {
            return crate::call::call(py, &m, [key]);
        }
        return Err(exceptions::type_error(
            py,
            format_args!("type '{}' is not subscriptable", type_name(class)),
        ));
    }
    Err(exceptions::type_error(py, format_args!("'{}' object is not subscriptable", type_name(o.ty()))))
}

/// `PyObject_SetItem`, and `PyObject_DelItem` for None.
pub fn set_item(py: Py<'_>, o: &PyObject, key: &PyObject, value: Option<&PyObject>) -> PyResult<()> {
    let v = value.map_or(core::ptr::null_mut(), |v| v.as_ptr());
    if let Some(f) = map(o).and_then(|t| t.mp_ass_subscript.get()) {
        // SAFETY: the slot's contract.
        return status(py, unsafe { f(o.as_ptr(), key.as_ptr(), v) });
    }
    let what = if value.is_some() { "assignment" } else { "deletion" };
    if let Some(t) = seq(o) {
        if number::has_index(key) {
            let i = number::as_ssize(py, key, &exceptions::IndexError)?;
            return set_item_at(py, o, i, value);
        }
        if t.sq_ass_item.get().is_some() {
            return Err(exceptions::type_error(
                py,
                format_args!("sequence index must be integer, not '{}'", type_name(key.ty())),
            ));
        }
    }
    Err(exceptions::type_error(
        py,
        format_args!("'{}' object does not support item {what}", type_name(o.ty())),
    ))
}

fn status(py: Py<'_>, r: core::ffi::c_int) -> PyResult<()> {
    if r < 0 { Err(PyErr::fetch(py)) } else { Ok(()) }
}

/// A negative index counts from the end, where the sequence has a length.
fn from_end(py: Py<'_>, o: &PyObject, t: &PySequenceMethods, i: isize) -> PyResult<isize> {
    match t.sq_length.get() {
        Some(len) if i < 0 => {
            // SAFETY: the slot's contract.
            let n = unsafe { len(o.as_ptr()) };
            if n < 0 { Err(PyErr::fetch(py)) } else { Ok(i + n) }
        }
        _ => Ok(i),
    }
}

/// `PySequence_GetItem`.
pub fn item(py: Py<'_>, o: &PyObject, i: isize) -> PyResult {
    if let Some(t) = seq(o)
        && let Some(f) = t.sq_item.get()
    {
        let i = from_end(py, o, t, i)?;
        // SAFETY: the slot's contract.
        return unsafe { from_ptr(py, f(o.as_ptr(), i)) };
    }
    Err(no_items(py, o))
}

/// What `PySequence_GetItem` says of an object without items.
#[cold]
fn no_items(py: Py<'_>, o: &PyObject) -> PyErr {
    let name = type_name(o.ty());
    if is_mapping(o) {
        exceptions::type_error(py, format_args!("{name} is not a sequence"))
    } else {
        exceptions::type_error(py, format_args!("'{name}' object does not support indexing"))
    }
}

/// The error of [`item`] for an object that has no items at all.
pub fn require_items(py: Py<'_>, o: &PyObject) -> PyResult<()> {
    if seq(o).is_some_and(|t| t.sq_item.get().is_some()) { Ok(()) } else { Err(no_items(py, o)) }
}

/// `PySequence_SetItem`, and `PySequence_DelItem` for None.
pub fn set_item_at(py: Py<'_>, o: &PyObject, i: isize, value: Option<&PyObject>) -> PyResult<()> {
    if let Some(t) = seq(o)
        && let Some(f) = t.sq_ass_item.get()
    {
        let i = from_end(py, o, t, i)?;
        let v = value.map_or(core::ptr::null_mut(), |v| v.as_ptr());
        // SAFETY: the slot's contract.
        return status(py, unsafe { f(o.as_ptr(), i, v) });
    }
    let name = type_name(o.ty());
    // The two functions word this differently.
    let what =
        if value.is_some() { "does not support item assignment" } else { "doesn't support item deletion" };
    Err(if map(o).is_some_and(|t| t.mp_ass_subscript.get().is_some()) {
        exceptions::type_error(py, format_args!("{name} is not a sequence"))
    } else {
        exceptions::type_error(py, format_args!("'{name}' object {what}"))
    })
}

/// `PySequence_Contains`.
pub fn contains(py: Py<'_>, o: &PyObject, v: &PyObject) -> PyResult<bool> {
    // What is asked most, without the slot. Of a set, `v` may be another set, which only the slot knows how to look for.
    if let Some(d) = dict::check_exact(o) {
        return dict::get(py, d, v).map(|v| v.is_some());
    }
    if let Some(s) = set::check_exact(o)
        && (unicode::check_exact(v).is_some() || long::check_exact(v).is_some())
    {
        return set::contains(py, s, v);
    }
    match seq(o).and_then(|t| t.sq_contains.get()) {
        // SAFETY: the slot's contract.
        Some(f) => match unsafe { f(o.as_ptr(), v.as_ptr()) } {
            r if r < 0 => Err(PyErr::fetch(py)),
            r => Ok(r != 0),
        },
        None => contains_by_iteration(py, o, v),
    }
}

/// `_PySequence_IterSearch` for membership.
pub fn contains_by_iteration(py: Py<'_>, o: &PyObject, v: &PyObject) -> PyResult<bool> {
    let it = search_iter(py, o)?;
    while let Some(x) = protocol::next(py, &it)? {
        if protocol::rich_compare_bool(py, &x, v, protocol::EQ)? {
            return Ok(true);
        }
    }
    Ok(false)
}

/// The iterator of a search, with a search's error for what has none.
fn search_iter(py: Py<'_>, o: &PyObject) -> PyResult {
    protocol::iter(py, o).map_err(|e| {
        if exceptions::matches(&e, &exceptions::TypeError) {
            exceptions::type_error(
                py,
                format_args!("argument of type '{}' is not iterable", type_name(o.ty())),
            )
        } else {
            e
        }
    })
}

/// `PySequence_Concat`: as the sequences do it, else as numbers do where both are sequences.
pub fn concat(py: Py<'_>, a: &PyObject, b: &PyObject) -> PyResult {
    if let Some(f) = seq(a).and_then(|t| t.sq_concat.get()) {
        // SAFETY: the slot's contract.
        return unsafe { from_ptr(py, f(a.as_ptr(), b.as_ptr())) };
    }
    if check(a) && check(b) {
        let r = number::binary_op1(py, a, b, |t| t.nb_add.get())?;
        if !object::is_not_implemented(&r) {
            return Ok(r);
        }
    }
    Err(no_concat(py, a))
}

/// `PySequence_InPlaceConcat`.
pub fn inplace_concat(py: Py<'_>, a: &PyObject, b: &PyObject) -> PyResult {
    if let Some(f) = seq(a).and_then(|t| t.sq_inplace_concat.get().or(t.sq_concat.get())) {
        // SAFETY: the slot's contract.
        return unsafe { from_ptr(py, f(a.as_ptr(), b.as_ptr())) };
    }
    if check(a) && check(b) {
        let r = number::inplace_op1(py, a, b, |t| t.nb_inplace_add.get(), |t| t.nb_add.get())?;
        if !object::is_not_implemented(&r) {
            return Ok(r);
        }
    }
    Err(no_concat(py, a))
}

#[cold]
fn no_concat(py: Py<'_>, a: &PyObject) -> PyErr {
    exceptions::type_error(py, format_args!("'{}' object can't be concatenated", type_name(a.ty())))
}

/// `PySequence_Count`.
pub fn count(py: Py<'_>, o: &PyObject, v: &PyObject) -> PyResult<usize> {
    let (it, mut n) = (search_iter(py, o)?, 0);
    while let Some(x) = protocol::next(py, &it)? {
        n += protocol::rich_compare_bool(py, &x, v, protocol::EQ)? as usize;
    }
    Ok(n)
}

/// `PySequence_Index`.
pub fn index(py: Py<'_>, o: &PyObject, v: &PyObject) -> PyResult<usize> {
    let (it, mut n) = (search_iter(py, o)?, 0);
    while let Some(x) = protocol::next(py, &it)? {
        if protocol::rich_compare_bool(py, &x, v, protocol::EQ)? {
            return Ok(n);
        }
        n += 1;
    }
    Err(exceptions::value_error(py, format_args!("sequence.index(x): x not in sequence")))
}

/// `PySequence_List`.
pub fn to_list(py: Py<'_>, o: &PyObject) -> PyResult<Owned<PyListObject>> {
    let items = protocol::collect(py, o)?;
    list::from_iter(py, items)
}

/// `PySequence_Tuple`.
pub fn to_tuple(py: Py<'_>, o: &PyObject) -> PyResult<Owned<PyTupleObject>> {
    if let Some(t) = tuple::check_exact(o) {
        return Ok(t.to_owned());
    }
    let items = protocol::collect(py, o)?;
    tuple::from_iter(py, items)
}

/// `iterator`: over anything with `sq_item`, until `IndexError` or `StopIteration`.
#[unsafe(no_mangle)]
pub static PySeqIter_Type: StaticType = StaticType::new::<seqiterobject>(c"iterator")
    .getattro(crate::attr::generic_get_slot)
    .iter(glue::unary(iter_self))
    .iternext(glue::iternext(iter_next))
    .methods(&ITER_METHODS)
    .traverse(glue::traverse(iter_traverse))
    .dealloc(glue::dealloc(iter_dealloc));

crate::methods! { static ITER_METHODS: for seqiterobject [
    "__length_hint__" = iter_length_hint [0], "?($self, /)", "An estimate of the number of items left.";
    "__reduce__" = iter_reduce [0], "?($self, /)", "State for pickling.";
    "__setstate__" = iter_setstate [1], "?($self, state, /)", "Sets the position.";
] }

/// `PySeqIter_New`.
pub fn iterator(py: Py<'_>, o: &PyObject) -> PyResult {
    // SAFETY: every field is set before the object is tracked.
    unsafe {
        let it = object::alloc_uninit::<seqiterobject>(py, &PySeqIter_Type, size_of::<seqiterobject>())?;
        it.it_index.set(0);
        it.it_seq.set(o.to_owned().into_ptr());
        gc::track(it.as_object());
        Ok(it.upcast())
    }
}

fn iter_self(_: Py<'_>, it: &PyObject) -> PyResult {
    Ok(it.to_owned())
}

fn iter_next(py: Py<'_>, it: &seqiterobject) -> PyResult<Option<Owned>> {
    // SAFETY: LIVE: the iterator holds its sequence, until it is exhausted.
    let Some(s) = (unsafe { it.it_seq.get().as_ref() }) else { return Ok(None) };
    let s = s.to_owned();
    let i = it.it_index.get();
    if i == isize::MAX {
        return Err(exceptions::format(py, &exceptions::OverflowError, format_args!("iter index too large")));
    }
    match item(py, &s, i) {
        Ok(v) => {
            it.it_index.set(i + 1);
            Ok(Some(v))
        }
        Err(e)
            if exceptions::matches(&e, &exceptions::IndexError)
                || exceptions::matches(&e, &exceptions::StopIteration) =>
        {
            object::clear_field(&it.it_seq);
            Ok(None)
        }
        Err(e) => Err(e),
    }
}

fn iter_length_hint(py: Py<'_>, it: &seqiterobject) -> PyResult {
    // SAFETY: LIVE: the iterator holds its sequence.
    let Some(s) = (unsafe { it.it_seq.get().as_ref() }) else {
        return crate::long::from_i64(py, 0).map(Owned::upcast);
    };
    if seq(s).is_none_or(|t| t.sq_length.get().is_none())
        && map(s).is_none_or(|t| t.mp_length.get().is_none())
    {
        return Ok(object::not_implemented());
    }
    let n = protocol::len(py, s)? as isize - it.it_index.get();
    crate::long::from_i64(py, n.max(0) as i64).map(Owned::upcast)
}

fn iter_reduce(py: Py<'_>, it: &seqiterobject) -> PyResult {
    let iter = crate::hooks::builtin(py, name!("iter"))?;
    // SAFETY: LIVE: the iterator holds its sequence.
    match unsafe { it.it_seq.get().as_ref() } {
        Some(s) => {
            let args = tuple::from_iter(py, [s.to_owned()])?;
            let i = crate::long::from_i64(py, it.it_index.get() as i64)?;
            tuple::from_iter(py, [iter, args.upcast(), i.upcast()]).map(Owned::upcast)
        }
        None => {
            let args = tuple::from_iter(py, [tuple::empty().upcast()])?;
            tuple::from_iter(py, [iter, args.upcast()]).map(Owned::upcast)
        }
    }
}

fn iter_setstate(py: Py<'_>, it: &seqiterobject, state: &PyObject) -> PyResult<()> {
    let i = number::as_ssize(py, state, &exceptions::OverflowError)?;
    if !it.it_seq.get().is_null() {
        it.it_index.set(i.max(0));
    }
    Ok(())
}

fn iter_traverse(it: &seqiterobject, v: &glue::Visitor) -> Result<(), core::ffi::c_int> {
    v.visit(&it.it_seq)
}

fn iter_dealloc(_: Py<'_>, it: &seqiterobject) {
    // SAFETY: the object has a collector header; its field is released once and its memory last.
    unsafe {
        gc::untrack(it.as_object());
        object::clear_field(&it.it_seq);
        object::free(it.as_object());
    }
}
