//! `list_iterator` and `list_reverseiterator`.

use core::cell::Cell;
use dxpy_core::abi::*;
use dxpy_core::list::len;
use dxpy_core::ptr::Object;
use dxpy_core::statics::StaticType;
use dxpy_core::{
    Owned, Py, PyResult, exceptions, gc, glue, hooks, list, long, methods, name, number, object, tuple,
};

macro_rules! iterator {
    ($name:ident $text:literal $layout:ident $next:ident $methods:ident $hint:ident $reduce:ident $setstate:ident) => {
        #[doc = concat!("`", stringify!($name), "`.")]
        #[unsafe(no_mangle)]
        pub static $name: StaticType = StaticType::new::<$layout>($text)
            .getattro(dxpy_core::attr::generic_get_slot)
            .iter(glue::unary(itself))
            .iternext(glue::iternext($next))
            .methods(&$methods)
            .traverse(glue::traverse(|it: &$layout, v: &glue::Visitor| {
                v.visit(&Cell::new(it.it_seq.get() as *mut PyObject))
            }))
            .dealloc(glue::dealloc(|_: Py<'_>, it: &$layout| {
                // SAFETY: the object has a collector header; its field is released once and its memory last.
                unsafe {
                    gc::untrack(it.as_object());
                    drop(Owned::<PyListObject>::from_raw_opt(it.it_seq.replace(core::ptr::null_mut())));
                    object::free(it.as_object());
                }
            }));

        methods! { static $methods: for $layout [
            "__length_hint__" = $hint [0], "?($self, /)", "An estimate of the number of items left.";
            "__reduce__" = $reduce [0], "?($self, /)", "State for pickling.";
            "__setstate__" = $setstate [1], "?($self, state, /)", "Sets the position.";
        ] }
    };
}
iterator!(PyListIter_Type c"list_iterator" _PyListIterObject next FORWARD hint reduce setstate);
iterator!(PyListRevIter_Type c"list_reverseiterator" listreviterobject previous BACKWARD back_hint back_reduce back_setstate);

fn itself(_: Py<'_>, o: &PyObject) -> PyResult {
    Ok(o.to_owned())
}

/// `list_iter`.
pub(super) fn forward(py: Py<'_>, l: &PyListObject) -> PyResult {
    // SAFETY: every field is set before the object is tracked.
    unsafe {
        let it =
            object::alloc_uninit::<_PyListIterObject>(py, &PyListIter_Type, size_of::<_PyListIterObject>())?;
        it.it_index.set(0);
        it.it_seq.set(l.to_owned().into_raw());
        gc::track(it.as_object());
        Ok(it.upcast())
    }
}

/// `list___reversed__`.
pub(super) fn backward(py: Py<'_>, l: &PyListObject) -> PyResult {
    // SAFETY: every field is set before the object is tracked.
    unsafe {
        let it = object::alloc_uninit::<listreviterobject>(
            py,
            &PyListRevIter_Type,
            size_of::<listreviterobject>(),
        )?;
        it.it_index.set(len(l) as isize - 1);
        it.it_seq.set(l.to_owned().into_raw());
        gc::track(it.as_object());
        Ok(it.upcast())
    }
}

fn source(field: &Cell<*mut PyListObject>) -> Option<&PyListObject> {
    // SAFETY: LIVE: the iterator holds its list until it is exhausted.
    unsafe { field.get().as_ref() }
}

fn finish(field: &Cell<*mut PyListObject>) {
    // SAFETY: OWNED: the iterator held its list.
    drop(unsafe { Owned::<PyListObject>::from_raw_opt(field.replace(core::ptr::null_mut())) });
}

fn next(_: Py<'_>, it: &_PyListIterObject) -> PyResult<Option<Owned>> {
    let Some(l) = source(&it.it_seq) else { return Ok(None) };
    let i = it.it_index.get();
    match list::get(l, i as usize) {
        Some(v) => {
            it.it_index.set(i + 1);
            Ok(Some(v))
        }
        None => {
            finish(&it.it_seq);
            Ok(None)
        }
    }
}

fn previous(_: Py<'_>, it: &listreviterobject) -> PyResult<Option<Owned>> {
    let Some(l) = source(&it.it_seq) else { return Ok(None) };
    let i = it.it_index.get();
    if i >= 0
        && let Some(v) = list::get(l, i as usize)
    {
        it.it_index.set(i - 1);
        return Ok(Some(v));
    }
    it.it_index.set(-1);
    finish(&it.it_seq);
    Ok(None)
}

fn hint(_: Py<'_>, it: &_PyListIterObject) -> isize {
    source(&it.it_seq).map_or(0, |l| (len(l) as isize - it.it_index.get()).max(0))
}

fn back_hint(_: Py<'_>, it: &listreviterobject) -> isize {
    let n = it.it_index.get() + 1;
    source(&it.it_seq).map_or(0, |l| if (len(l) as isize) < n { 0 } else { n })
}

/// `listiter_reduce_general`.
fn general(py: Py<'_>, seq: &Cell<*mut PyListObject>, index: &Cell<isize>, forward: bool) -> PyResult {
    if source(seq).is_some() {
        let f = hooks::builtin(py, if forward { name!("iter") } else { name!("reversed") })?;
        // The search for the function can run code that exhausts this iterator.
        let Some(l) = source(seq) else { return exhausted(py) };
        let args = tuple::from_iter(py, [l.as_object().to_owned()])?;
        let i = long::from_i64(py, index.get() as i64)?;
        return tuple::from_iter(py, [f, args.upcast(), i.upcast()]).map(Owned::upcast);
    }
    exhausted(py)
}

/// An iterator over an empty list.
fn exhausted(py: Py<'_>) -> PyResult {
    let f = hooks::builtin(py, name!("iter"))?;
    let args = tuple::from_iter(py, [list::new(py)?.upcast()])?;
    tuple::from_iter(py, [f, args.upcast()]).map(Owned::upcast)
}

fn reduce(py: Py<'_>, it: &_PyListIterObject) -> PyResult {
    general(py, &it.it_seq, &it.it_index, true)
}

fn back_reduce(py: Py<'_>, it: &listreviterobject) -> PyResult {
    general(py, &it.it_seq, &it.it_index, false)
}

fn setstate(py: Py<'_>, it: &_PyListIterObject, state: &PyObject) -> PyResult<()> {
    let i = number::as_ssize(py, state, &exceptions::OverflowError)?;
    if source(&it.it_seq).is_some() {
        it.it_index.set(i.max(0));
    }
    Ok(())
}

fn back_setstate(py: Py<'_>, it: &listreviterobject, state: &PyObject) -> PyResult<()> {
    let i = number::as_ssize(py, state, &exceptions::OverflowError)?;
    if let Some(l) = source(&it.it_seq) {
        it.it_index.set(i.clamp(-1, len(l) as isize - 1));
    }
    Ok(())
}
