//! `bytes_iterator` and `bytearray_iterator`.

use super::shared::Bytes;
use dxpy_core::abi::*;
use dxpy_core::ptr::Object;
use dxpy_core::statics::StaticType;
use dxpy_core::{Owned, Py, PyResult, gc, glue, hooks, long, methods, name, object, tuple};

/// `bytes_iterator`. The struct is that of `str_iterator`: an index and the object.
#[unsafe(no_mangle)]
pub static PyBytesIter_Type: StaticType = StaticType::new::<unicodeiterobject>(c"bytes_iterator")
    .getattro(dxpy_core::attr::generic_get_slot)
    .traverse(glue::traverse(traverse))
    .dealloc(glue::dealloc(dealloc))
    .iter(glue::unary(itself))
    .iternext(glue::iternext(next::<PyBytesObject>))
    .methods(&BYTES_METHODS);

/// `bytearray_iterator`.
#[unsafe(no_mangle)]
pub static PyByteArrayIter_Type: StaticType = StaticType::new::<unicodeiterobject>(c"bytearray_iterator")
    .getattro(dxpy_core::attr::generic_get_slot)
    .traverse(glue::traverse(traverse))
    .dealloc(glue::dealloc(dealloc))
    .iter(glue::unary(itself))
    .iternext(glue::iternext(next::<PyByteArrayObject>))
    .methods(&BYTEARRAY_METHODS);

methods! { static BYTES_METHODS: for unicodeiterobject [
    "__length_hint__" = length_hint::<PyBytesObject> [0], "!($self, /)", "Private method returning an estimate of len(list(it)).";
    "__reduce__" = reduce [0], "!($self, /)", "Return state information for pickling.";
    "__setstate__" = setstate::<PyBytesObject> [1], "!($self, state, /)", "Set state information for unpickling.";
] }

methods! { static BYTEARRAY_METHODS: for unicodeiterobject [
    "__length_hint__" = length_hint::<PyByteArrayObject> [0], "!($self, /)", "Private method returning an estimate of len(list(it)).";
    "__reduce__" = reduce [0], "($self, /)", "Return state information for pickling.";
    "__setstate__" = setstate::<PyByteArrayObject> [1], "!($self, state, /)", "Set state information for unpickling.";
] }

fn itself(_: Py<'_>, it: &PyObject) -> PyResult {
    Ok(it.to_owned())
}

fn new(py: Py<'_>, ty: &'static StaticType, o: &PyObject) -> PyResult<Owned<unicodeiterobject>> {
    // SAFETY: both fields are set before the iterator is tracked.
    unsafe {
        let it = object::alloc_uninit::<unicodeiterobject>(py, ty, size_of::<unicodeiterobject>())?;
        it.it_index.set(0);
        it.it_seq.set(o.to_owned().into_ptr());
        gc::track(it.as_object());
        Ok(it)
    }
}

/// `bytes_iter`.
pub fn iter_bytes(py: Py<'_>, b: &PyBytesObject) -> PyResult<Owned<unicodeiterobject>> {
    new(py, &PyBytesIter_Type, b.as_object())
}

/// `bytearray_iter`.
pub fn iter_bytearray(py: Py<'_>, b: &PyByteArrayObject) -> PyResult<Owned<unicodeiterobject>> {
    new(py, &PyByteArrayIter_Type, b.as_object())
}

/// The object; none once the iterator is at its end.
fn target<B: Bytes>(it: &unicodeiterobject) -> Option<&B> {
    // SAFETY: LAYOUT: each iterator type holds its own kind; LIVE: until `it_seq` is cleared, which callers do last.
    unsafe { (it.it_seq.get() as *const B).as_ref() }
}

fn next<B: Bytes>(py: Py<'_>, it: &unicodeiterobject) -> PyResult<Option<Owned>> {
    let Some(b) = target::<B>(it) else { return Ok(None) };
    let i = it.it_index.get();
    if let Some(c) = b.content().get(i as usize) {
        it.it_index.set(i + 1);
        return long::from_i64(py, *c as i64).map(|n| Some(n.upcast()));
    }
    object::clear_field(&it.it_seq);
    Ok(None)
}

fn length_hint<B: Bytes>(_: Py<'_>, it: &unicodeiterobject) -> usize {
    target::<B>(it).map_or(0, |b| b.content().len().saturating_sub(it.it_index.get() as usize))
}

fn reduce(py: Py<'_>, it: &unicodeiterobject) -> PyResult<Owned<PyTupleObject>> {
    // Looking the name up may run anything, even the iterator's end, so the state is read afterwards.
    let iter = hooks::builtin(py, name!("iter"))?;
    // SAFETY: LIVE: the iterator holds its object.
    match unsafe { it.it_seq.get().as_ref() } {
        Some(o) => {
            let args = tuple::from_iter(py, [o.to_owned()])?.upcast();
            tuple::from_iter(py, [iter, args, long::from_i64(py, it.it_index.get() as i64)?.upcast()])
        }
        None => {
            // An exhausted iterator is that of an empty tuple, as in CPython.
            let args = tuple::from_iter(py, [tuple::empty().upcast()])?.upcast();
            tuple::from_iter(py, [iter, args])
        }
    }
}

fn setstate<B: Bytes>(_: Py<'_>, it: &unicodeiterobject, state: isize) {
    if let Some(b) = target::<B>(it) {
        it.it_index.set(state.clamp(0, b.content().len() as isize));
    }
}

fn traverse(it: &unicodeiterobject, v: &glue::Visitor) -> Result<(), core::ffi::c_int> {
    v.visit(&it.it_seq)
}

fn dealloc(_: Py<'_>, it: &unicodeiterobject) {
    // SAFETY: an iterator has a collector header; its field is released once and its memory last.
    unsafe {
        gc::untrack(it.as_object());
        object::clear_field(&it.it_seq);
        object::free(it.as_object());
    }
}
