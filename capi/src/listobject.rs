//! listobject.h and cpython/listobject.h.

use crate::util::api;
use dxpy_core::abi::{Py_ssize_t, PyListObject, PyObject};
use dxpy_core::ptr::Object;
use dxpy_core::{Owned, Py, PyErr, PyResult, call, exceptions, list, name, sequence, slice};

/// A list, or `PyErr_BadInternalCall`'s error.
fn as_list<'a>(py: Py<'_>, o: Option<&'a PyObject>) -> PyResult<&'a PyListObject> {
    o.and_then(list::check).ok_or_else(|| bad(py))
}

fn bad(py: Py<'_>) -> PyErr {
    exceptions::system_error(py, format_args!("bad argument to internal function"))
}

/// The places of a list's items, which C code may not have set yet.
fn places(l: &PyListObject) -> &[core::cell::Cell<*mut PyObject>] {
    match list::len(l) {
        0 => &[],
        // SAFETY: LIVE: `ob_size` places are in the block; a pointer and a cell of it look alike.
        n => unsafe { core::slice::from_raw_parts(l.ob_item.get().cast(), n) },
    }
}

api! {
    /// C: `PyObject *PyList_New(Py_ssize_t)`: the items are NULL until the caller sets them.
    fn PyList_New(py, n: Py_ssize_t) -> PyResult<Owned<PyListObject>> {
        let n = usize::try_from(n).map_err(|_| bad(py))?;
        let l = list::with_capacity(py, n)?;
        if n > 0 {
            // SAFETY: the list has room for `n` items, which NULL is allowed to be until C code has filled it.
            unsafe { core::ptr::write_bytes(l.ob_item.get(), 0, n) };
            l.ob_base.ob_size.set(n as isize);
        }
        Ok(l)
    }

    /// C: `Py_ssize_t PyList_Size(PyObject *)`.
    fn PyList_Size(py, o: Option<&PyObject>) -> PyResult<usize> {
        Ok(list::len(as_list(py, o)?))
    }

    /// C: `PyObject *PyList_GetItem(PyObject *, Py_ssize_t)`: borrowed.
    fn PyList_GetItem(py, o: Option<&PyObject>, i: Py_ssize_t) -> PyResult<*mut PyObject> {
        as_list(py, o).and_then(|l| {
            usize::try_from(i)
                .ok()
                .and_then(|i| places(l).get(i))
                .map(core::cell::Cell::get)
                .ok_or_else(|| exceptions::index_error(py, format_args!("list index out of range")))
        })
    }

    /// C: `int PyList_SetItem(PyObject *, Py_ssize_t, PyObject *)`: takes the reference, also when it fails.
    fn PyList_SetItem(py, o: Option<&PyObject>, i: Py_ssize_t, item: *mut PyObject) -> PyResult<()> {
        // SAFETY: OWNED: the function's contract.
        let item = unsafe { Owned::<PyObject>::from_raw_opt(item) };
        let l = as_list(py, o)?;
        let Some(place) = usize::try_from(i).ok().and_then(|i| places(l).get(i)) else {
            return Err(exceptions::index_error(py, format_args!("list assignment index out of range")));
        };
        let old = place.replace(item.map_or(core::ptr::null_mut(), Owned::into_ptr));
        // SAFETY: OWNED: the list held its former item, or NULL.
        drop(unsafe { Owned::<PyObject>::from_raw_opt(old) });
        Ok(())
    }

    /// C: `int PyList_Insert(PyObject *, Py_ssize_t, PyObject *)`.
    fn PyList_Insert(py, o: Option<&PyObject>, i: Py_ssize_t, item: Option<&PyObject>) -> PyResult<()> {
        list::insert(py, as_list(py, o)?, i, item.ok_or_else(|| bad(py))?)
    }

    /// C: `int PyList_Append(PyObject *, PyObject *)`.
    fn PyList_Append(py, o: Option<&PyObject>, item: Option<&PyObject>) -> PyResult<()> {
        list::append(py, as_list(py, o)?, item.ok_or_else(|| bad(py))?)
    }

    /// C: `PyObject *PyList_GetSlice(PyObject *, Py_ssize_t, Py_ssize_t)`; ends outside the list are moved to it.
    fn PyList_GetSlice(py, o: Option<&PyObject>, low: Py_ssize_t, high: Py_ssize_t) -> PyResult<Owned<PyListObject>> {
        let l = as_list(py, o)?;
        let n = list::len(l) as isize;
        let low = low.clamp(0, n);
        let high = high.clamp(low, n);
        list::from_iter(py, list::items(l)[low as usize..high as usize].iter().map(|o| (*o).to_owned()))
    }

    /// C: `int PyList_SetSlice(PyObject *, Py_ssize_t, Py_ssize_t, PyObject *)`: NULL deletes.
    fn PyList_SetSlice(py, o: Option<&PyObject>, low: Py_ssize_t, high: Py_ssize_t, items: Option<&PyObject>) -> PyResult<()> {
        let l = as_list(py, o)?;
        let n = list::len(l) as isize;
        let low = low.clamp(0, n);
        let key = slice::from_indices(py, low, high.clamp(low, n))?;
        sequence::set_item(py, l.as_object(), key.as_object(), items)
    }

    /// C: `int PyList_Sort(PyObject *)`.
    fn PyList_Sort(py, o: Option<&PyObject>) -> PyResult<()> {
        call::method(py, as_list(py, o)?.as_object(), name!("sort"), []).map(drop)
    }

    /// C: `int PyList_Reverse(PyObject *)`.
    fn PyList_Reverse(py, o: Option<&PyObject>) -> PyResult<()> {
        call::method(py, as_list(py, o)?.as_object(), name!("reverse"), []).map(drop)
    }

    /// C: `PyObject *PyList_AsTuple(PyObject *)`.
    fn PyList_AsTuple(py, o: Option<&PyObject>) -> PyResult<Owned<dxpy_core::abi::PyTupleObject>> {
        list::to_tuple(py, as_list(py, o)?)
    }

    /// C: `PyObject *_PyList_Extend(PyListObject *, PyObject *)`: None.
    fn _PyList_Extend(py, l: &PyListObject, items: &PyObject) -> PyResult<Owned> {
        list::extend(py, l, items)?;
        Ok(dxpy_core::object::none())
    }
}
