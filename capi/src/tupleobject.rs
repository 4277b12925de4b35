//! tupleobject.h and cpython/tupleobject.h.

use crate::util::{api, bad_call, given, held};

use dxpy_core::abi::constants::Py_TPFLAGS_TUPLE_SUBCLASS;
use dxpy_core::abi::{PyObject, PyTupleObject};
use dxpy_core::ptr::Object;
use dxpy_core::{Owned, Py, PyErr, PyResult, exceptions, gc, tuple};

fn checked<'a>(py: Py<'_>, o: Option<&'a PyObject>) -> PyResult<&'a PyTupleObject> {
    o.and_then(tuple::check).ok_or_else(|| bad_call(py))
}

#[cold]
fn out_of_range(py: Py<'_>, what: &str) -> PyErr {
    exceptions::index_error(py, format_args!("{what}"))
}

/// The places of the items, some of which may still be NULL.
fn places(t: &PyTupleObject) -> &[core::cell::Cell<*mut PyObject>] {
    // SAFETY: LAYOUT: `ob_size` items follow the header.
    unsafe { core::slice::from_raw_parts(t.ob_item.as_ptr(), t.ob_base.ob_size.get() as usize) }
}

/// `_PyTuple_Resize`: the place gets the tuple of the new size.
fn resize(py: Py<'_>, place: *mut *mut PyObject, n: isize) -> PyResult<()> {
    let old = held(place).filter(|t| t.ty().tp_flags.get() & Py_TPFLAGS_TUPLE_SUBCLASS != 0);
    let Some(old) = old.and_then(tuple::check) else {
        // SAFETY: the caller's place.
        drop(given(unsafe { core::ptr::replace(place, core::ptr::null_mut()) }));
        return Err(bad_call(py));
    };
    let had = places(old).len();
    // SAFETY: the caller's place, which owns the tuple; a new one owns what it takes over.
    unsafe {
        if n < 0 || had != 0 && old.refcnt() != 1 {
            drop(given(core::ptr::replace(place, core::ptr::null_mut())));
            return Err(bad_call(py));
        }
        if had == n as usize {
            return Ok(());
        }
        let new = match tuple::new_unset(py, n as usize) {
            Ok(t) => t,
            Err(e) => {
                drop(given(core::ptr::replace(place, core::ptr::null_mut())));
                return Err(e);
            }
        };
        let fresh = tuple::check(&new).expect("made so");
        for (to, from) in places(fresh).iter().zip(places(old)) {
            to.set(from.replace(core::ptr::null_mut()));
        }
        drop(given(core::ptr::replace(place, new.into_ptr())));
    }
    Ok(())
}

api! {
    /// C: `PyObject *PyTuple_New(Py_ssize_t)`: the items are NULL until the caller sets them.
    fn PyTuple_New(py, n: isize) -> PyResult<Owned> {
        tuple::new_unset(py, usize::try_from(n).map_err(|_| bad_call(py))?)
    }

    /// C: `Py_ssize_t PyTuple_Size(PyObject *)`.
    fn PyTuple_Size(py, o: Option<&PyObject>) -> PyResult<isize> {
        checked(py, o).map(|t| t.ob_base.ob_size.get())
    }

    /// C: `PyObject *PyTuple_GetItem(PyObject *, Py_ssize_t)`: borrowed.
    fn PyTuple_GetItem(py, o: Option<&PyObject>, i: isize) -> PyResult<*mut PyObject> {
        let all = places(checked(py, o)?);
        let item = usize::try_from(i).ok().and_then(|i| all.get(i));
        item.map(|p| p.get()).ok_or_else(|| out_of_range(py, "tuple index out of range"))
    }

    /// C: `int PyTuple_SetItem(PyObject *, Py_ssize_t, PyObject *)`: takes the reference, whatever happens; only for
    /// tuples that nobody else has.
    fn PyTuple_SetItem(py, o: Option<&PyObject>, i: isize, item: *mut PyObject) -> PyResult<()> {
        let item = given(item);
        let t = checked(py, o).ok().filter(|t| t.refcnt() == 1).ok_or_else(|| bad_call(py))?;
        let Some(place) = usize::try_from(i).ok().and_then(|i| places(t).get(i)) else {
            return Err(out_of_range(py, "tuple assignment index out of range"));
        };
        let old = place.replace(item.map_or(core::ptr::null_mut(), |o| o.into_ptr()));
        drop(given(old));
        Ok(())
    }

    /// C: `PyObject *PyTuple_GetSlice(PyObject *, Py_ssize_t, Py_ssize_t)`: bounds outside are cut.
    fn PyTuple_GetSlice(py, o: Option<&PyObject>, low: isize, high: isize) -> PyResult<Owned<PyTupleObject>> {
        let t = checked(py, o)?;
        let n = tuple::len(t);
        let low = low.max(0) as usize;
        let high = (high.max(low as isize) as usize).min(n);
        if low == 0 && high == n && tuple::check_exact(t.as_object()).is_some() {
            return Ok(t.to_owned());
        }
        let items: Vec<Owned> = tuple::items(t)[low.min(high)..high].iter().map(|o| (*o).to_owned()).collect();
        tuple::from_iter(py, items)
    }

    /// C: `int _PyTuple_Resize(PyObject **, Py_ssize_t)`: for tuples being built; on failure the place is NULL.
    fn _PyTuple_Resize(py, place: *mut *mut PyObject, n: isize) -> PyResult<()> {
        resize(py, place, n)
    }

    /// C: `void _PyTuple_MaybeUntrack(PyObject *)`: a tuple of objects that cannot be in a cycle needs no collector.
    fn _PyTuple_MaybeUntrack(_, o: &PyObject) -> () {
        // SAFETY: a tuple has a collector header.
        let Some(t) = tuple::check_exact(o).filter(|_| unsafe { gc::is_tracked(o) }) else { return };
        let plain = |p: &core::cell::Cell<*mut PyObject>| {
            // SAFETY: LIVE: the tuple holds its items; one that is NULL is being built.
            unsafe { p.get().as_ref() }.is_some_and(|i| !gc::collect::is_collectable(i))
        };
        if places(t).iter().all(plain) {
            // SAFETY: as above.
            unsafe { gc::untrack(o) };
        }
    }

    /// C: `void _PyTuple_DebugMallocStats(FILE *)`: this runtime keeps no free lists of tuples to report on.
    fn _PyTuple_DebugMallocStats(_, _out: *mut core::ffi::c_void) -> () {}
}
