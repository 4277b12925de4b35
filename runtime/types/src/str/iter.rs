//! `str_iterator` and `str_ascii_iterator`: two types as in CPython, for the second never looks at the string's kind.

use dxpy_core::abi::*;
use dxpy_core::ptr::Object;
use dxpy_core::statics::StaticType;
use dxpy_core::unicode::{self, view};
use dxpy_core::{Owned, Py, PyResult, gc, glue, hooks, methods, name, object, tuple};

/// `str_iterator`.
#[unsafe(no_mangle)]
pub static PyUnicodeIter_Type: StaticType = iterator(c"str_iterator");

/// `str_ascii_iterator`.
#[unsafe(no_mangle)]
pub static _PyUnicodeASCIIIter_Type: StaticType = iterator(c"str_ascii_iterator");

const fn iterator(name: &'static core::ffi::CStr) -> StaticType {
    StaticType::new::<unicodeiterobject>(name)
        .getattro(dxpy_core::attr::generic_get_slot)
        .traverse(glue::traverse(traverse))
        .dealloc(glue::dealloc(dealloc))
        .iter(glue::unary(|_: Py<'_>, it: &PyObject| Ok(it.to_owned())))
        .iternext(glue::iternext(next))
        .methods(&METHODS)
}

methods! { static METHODS: for unicodeiterobject [
    "__length_hint__" = length_hint [0], "!($self, /)", "Private method returning an estimate of len(list(it)).";
    "__reduce__" = reduce [0], "!($self, /)", "Return state information for pickling.";
    "__setstate__" = setstate [1], "!($self, state, /)", "Set state information for unpickling.";
] }

/// `unicode_iter`.
pub fn iter(py: Py<'_>, s: &PyUnicodeObject) -> PyResult<Owned<unicodeiterobject>> {
    let ty = if unicode::is_ascii(s) { &_PyUnicodeASCIIIter_Type } else { &PyUnicodeIter_Type };
    // SAFETY: both fields are set before the iterator is tracked.
    unsafe {
        let it = object::alloc_uninit::<unicodeiterobject>(py, ty, size_of::<unicodeiterobject>())?;
        it.it_index.set(0);
        it.it_seq.set(s.to_owned().into_ptr());
        gc::track(it.as_object());
        Ok(it)
    }
}

/// The string; none once the iterator is at its end.
fn text(it: &unicodeiterobject) -> Option<Owned<PyUnicodeObject>> {
    // SAFETY: LAYOUT: only a str is stored there; LIVE: the iterator holds it.
    unsafe { (it.it_seq.get() as *const PyUnicodeObject).as_ref() }.map(Object::to_owned)
}

#[inline]
fn next(py: Py<'_>, it: &unicodeiterobject) -> PyResult<Option<Owned>> {
    // SAFETY: LAYOUT: only a str is stored there; LIVE: the iterator holds it, and nothing here runs Python code.
    let Some(s) = (unsafe { (it.it_seq.get() as *const PyUnicodeObject).as_ref() }) else {
        return Ok(None);
    };
    let i = it.it_index.get() as usize;
    if i < unicode::len(s) {
        it.it_index.set(i as isize + 1);
        return unicode::from_char(py, view(s).at(i)).map(|c| Some(c.upcast()));
    }
    object::clear_field(&it.it_seq);
    Ok(None)
}

fn length_hint(_: Py<'_>, it: &unicodeiterobject) -> usize {
    text(it).map_or(0, |s| unicode::len(&s).saturating_sub(it.it_index.get() as usize))
}

fn reduce(py: Py<'_>, it: &unicodeiterobject) -> PyResult<Owned<PyTupleObject>> {
    // Looking the name up may run anything, even the iterator's end, so the state is read afterwards.
    let iter = hooks::builtin(py, name!("iter"))?;
    match text(it) {
        Some(s) => {
            let args = tuple::from_iter(py, [s.upcast()])?.upcast();
            let index = dxpy_core::long::from_i64(py, it.it_index.get() as i64)?.upcast();
            tuple::from_iter(py, [iter, args, index])
        }
        None => {
            let args = tuple::from_iter(py, [unicode::empty().upcast()])?.upcast();
            tuple::from_iter(py, [iter, args])
        }
    }
}

fn setstate(_: Py<'_>, it: &unicodeiterobject, state: isize) {
    if let Some(s) = text(it) {
        it.it_index.set(state.clamp(0, unicode::len(&s) as isize));
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
