//! The sequence protocol of abstract.h, and `PySequence_Fast`.

use crate::util::{api, null_error};
use core::ffi::{c_char, c_int};
use dxpy_core::abi::*;
use dxpy_core::ptr::Object;
use dxpy_core::{Owned, Py, PyErr, PyResult, exceptions, list, number, protocol, sequence, slice, tuple};

api! {
    /// C: `int PySequence_Check(PyObject *)`.
    fn PySequence_Check(_, o: Option<&PyObject>) -> bool {
        o.is_some_and(sequence::check)
    }

    /// C: `Py_ssize_t PySequence_Size(PyObject *)`.
    fn PySequence_Size(py, o: Option<&PyObject>) -> PyResult<isize> {
        size(py, o.ok_or_else(|| null_error(py))?)
    }

    /// C: `Py_ssize_t PySequence_Length(PyObject *)`.
    fn PySequence_Length(py, o: Option<&PyObject>) -> PyResult<isize> {
        size(py, o.ok_or_else(|| null_error(py))?)
    }

    /// C: `PyObject *PySequence_Concat(PyObject *, PyObject *)`: `+`, for sequences only.
    fn PySequence_Concat(py, a: Option<&PyObject>, b: Option<&PyObject>) -> PyResult<Owned> {
        let (a, b) = (crate::util::some(py, a)?, crate::util::some(py, b)?);
        concat(py, a, b, number::add)
    }

    /// C: `PyObject *PySequence_InPlaceConcat(PyObject *, PyObject *)`.
    fn PySequence_InPlaceConcat(py, a: Option<&PyObject>, b: Option<&PyObject>) -> PyResult<Owned> {
        let (a, b) = (crate::util::some(py, a)?, crate::util::some(py, b)?);
        concat(py, a, b, number::inplace_add)
    }

    /// C: `PyObject *PySequence_Repeat(PyObject *, Py_ssize_t)`.
    fn PySequence_Repeat(py, o: Option<&PyObject>, n: isize) -> PyResult<Owned> {
        let o = crate::util::some(py, o)?;
        repeat(py, o, n, number::multiply)
    }

    /// C: `PyObject *PySequence_InPlaceRepeat(PyObject *, Py_ssize_t)`.
    fn PySequence_InPlaceRepeat(py, o: Option<&PyObject>, n: isize) -> PyResult<Owned> {
        let o = crate::util::some(py, o)?;
        repeat(py, o, n, number::inplace_multiply)
    }

    /// C: `PyObject *PySequence_GetItem(PyObject *, Py_ssize_t)`.
    fn PySequence_GetItem(py, o: Option<&PyObject>, i: isize) -> PyResult<Owned> {
        sequence::item(py, o.ok_or_else(|| null_error(py))?, i)
    }

    /// C: `int PySequence_SetItem(PyObject *, Py_ssize_t, PyObject *)`; NULL deletes.
    fn PySequence_SetItem(py, o: Option<&PyObject>, i: isize, value: Option<&PyObject>) -> PyResult<()> {
        let o = crate::util::some(py, o)?;
        sequence::set_item_at(py, o, i, value)
    }

    /// C: `int PySequence_DelItem(PyObject *, Py_ssize_t)`.
    fn PySequence_DelItem(py, o: Option<&PyObject>, i: isize) -> PyResult<()> {
        let o = crate::util::some(py, o)?;
        sequence::set_item_at(py, o, i, None)
    }

    /// C: `PyObject *PySequence_GetSlice(PyObject *, Py_ssize_t, Py_ssize_t)`.
    fn PySequence_GetSlice(py, o: Option<&PyObject>, low: isize, high: isize) -> PyResult<Owned> {
        let o = crate::util::some(py, o)?;
        if !subscriptable(o) {
            return Err(unsliceable(py, o, "is unsliceable"));
        }
        let key = slice::from_indices(py, low, high)?;
        sequence::get_item(py, o, key.as_object())
    }

    /// C: `int PySequence_SetSlice(PyObject *, Py_ssize_t, Py_ssize_t, PyObject *)`.
    fn PySequence_SetSlice(py, o: Option<&PyObject>, low: isize, high: isize, value: Option<&PyObject>) -> PyResult<()> {
        let o = crate::util::some(py, o)?;
        if !assignable(o) {
            return Err(unsliceable(py, o, "doesn't support slice assignment"));
        }
        let key = slice::from_indices(py, low, high)?;
        sequence::set_item(py, o, key.as_object(), value)
    }

    /// C: `int PySequence_DelSlice(PyObject *, Py_ssize_t, Py_ssize_t)`.
    fn PySequence_DelSlice(py, o: Option<&PyObject>, low: isize, high: isize) -> PyResult<()> {
        let o = crate::util::some(py, o)?;
        if !assignable(o) {
            return Err(unsliceable(py, o, "doesn't support slice deletion"));
        }
        let key = slice::from_indices(py, low, high)?;
        sequence::set_item(py, o, key.as_object(), None)
    }

    /// C: `PyObject *PySequence_Tuple(PyObject *)`.
    fn PySequence_Tuple(py, o: Option<&PyObject>) -> PyResult<Owned<PyTupleObject>> {
        sequence::to_tuple(py, o.ok_or_else(|| null_error(py))?)
    }

    /// C: `PyObject *PySequence_List(PyObject *)`.
    fn PySequence_List(py, o: Option<&PyObject>) -> PyResult<Owned<PyListObject>> {
        sequence::to_list(py, o.ok_or_else(|| null_error(py))?)
    }

    /// C: `PyObject *PySequence_Fast(PyObject *, const char *message)`: a list or tuple with these items.
    fn PySequence_Fast(py, o: Option<&PyObject>, message: *const c_char) -> PyResult<Owned> {
        let o = o.ok_or_else(|| null_error(py))?;
        if list::check_exact(o).is_some() || tuple::check_exact(o).is_some() {
            return Ok(o.to_owned());
        }
        let it = match protocol::iter(py, o) {
            Err(e) if exceptions::matches(&e, &exceptions::TypeError) => {
                // SAFETY: a C string.
                let text = unsafe { crate::util::text(message) }.unwrap_or_default();
                return Err(exceptions::type_error(py, format_args!("{text}")));
            }
            r => r?,
        };
        sequence::to_list(py, &it).map(Owned::upcast)
    }

    /// C: `Py_ssize_t PySequence_Count(PyObject *, PyObject *)`.
    fn PySequence_Count(py, o: Option<&PyObject>, value: Option<&PyObject>) -> PyResult<isize> {
        let (o, value) = (crate::util::some(py, o)?, crate::util::some(py, value)?);
        sequence::count(py, o, value).map(|n| n as isize)
    }

    /// C: `Py_ssize_t PySequence_Index(PyObject *, PyObject *)`.
    fn PySequence_Index(py, o: Option<&PyObject>, value: Option<&PyObject>) -> PyResult<isize> {
        let (o, value) = (crate::util::some(py, o)?, crate::util::some(py, value)?);
        sequence::index(py, o, value).map(|n| n as isize)
    }

    /// C: `int PySequence_Contains(PyObject *, PyObject *)`.
    fn PySequence_Contains(py, o: Option<&PyObject>, value: Option<&PyObject>) -> PyResult<bool> {
        let o = crate::util::some(py, o)?;
        if value.is_none() && dxpy_core::list::check(o).is_some_and(|l| dxpy_core::list::len(l) == 0) {
            // There is nothing that NULL would be compared with.
            return Ok(false);
        }
        sequence::contains(py, o, crate::util::some(py, value)?)
    }

    /// C: `int PySequence_In(PyObject *, PyObject *)`: the old name of `PySequence_Contains`.
    fn PySequence_In(py, o: Option<&PyObject>, value: Option<&PyObject>) -> PyResult<bool> {
        let (o, value) = (crate::util::some(py, o)?, crate::util::some(py, value)?);
        sequence::contains(py, o, value)
    }

    /// C: `Py_ssize_t _PySequence_IterSearch(PyObject *, PyObject *, int)`: count, index or contains by iteration.
    fn _PySequence_IterSearch(py, o: Option<&PyObject>, value: Option<&PyObject>, operation: c_int) -> PyResult<isize> {
        let (o, value) = (crate::util::some(py, o)?, crate::util::some(py, value)?);
        match operation {
            1 => sequence::count(py, o, value).map(|n| n as isize),
            2 => sequence::index(py, o, value).map(|n| n as isize),
            _ => sequence::contains_by_iteration(py, o, value).map(isize::from),
        }
    }
}

/// A type's sequence table.
fn table(o: &PyObject) -> Option<&PySequenceMethods> {
    // SAFETY: LIVE: a type's table outlives it.
    unsafe { o.ty().tp_as_sequence.get().as_ref() }
}

fn mapping(o: &PyObject) -> Option<&PyMappingMethods> {
    // SAFETY: LIVE: a type's table outlives it.
    unsafe { o.ty().tp_as_mapping.get().as_ref() }
}

fn subscriptable(o: &PyObject) -> bool {
    mapping(o).is_some_and(|t| t.mp_subscript.get().is_some())
}

fn assignable(o: &PyObject) -> bool {
    mapping(o).is_some_and(|t| t.mp_ass_subscript.get().is_some())
}

fn unsliceable(py: Py<'_>, o: &PyObject, what: &str) -> PyErr {
    exceptions::type_error(py, format_args!("'{}' object {what}", dxpy_core::call::type_name(o.ty())))
}

fn size(py: Py<'_>, o: &PyObject) -> PyResult<isize> {
    if table(o).is_some_and(|t| t.sq_length.get().is_some()) {
        return protocol::len(py, o).map(|n| n as isize);
    }
    let ty = dxpy_core::call::type_name(o.ty());
    Err(if mapping(o).is_some_and(|t| t.mp_length.get().is_some()) {
        exceptions::type_error(py, format_args!("{ty} is not a sequence"))
    } else {
        exceptions::type_error(py, format_args!("object of type '{ty}' has no len()"))
    })
}

/// A binary operation of numbers that sequences share.
type Binary = fn(Py<'_>, &PyObject, &PyObject) -> PyResult;

fn concat(py: Py<'_>, a: &PyObject, b: &PyObject, f: Binary) -> PyResult {
    let able =
        table(a).is_some_and(|t| t.sq_concat.get().is_some()) || (sequence::check(a) && sequence::check(b));
    if !able {
        let ty = dxpy_core::call::type_name(a.ty());
        return Err(exceptions::type_error(py, format_args!("'{ty}' object can't be concatenated")));
    }
    f(py, a, b)
}

fn repeat(py: Py<'_>, o: &PyObject, n: isize, f: Binary) -> PyResult {
    if table(o).is_none_or(|t| t.sq_repeat.get().is_none()) && !sequence::check(o) {
        let ty = dxpy_core::call::type_name(o.ty());
        return Err(exceptions::type_error(py, format_args!("'{ty}' object can't be repeated")));
    }
    let n = dxpy_core::long::from_i64(py, n as i64)?;
    f(py, o, n.as_object())
}
