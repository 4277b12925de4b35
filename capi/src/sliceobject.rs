//! sliceobject.h: making slices, and the arithmetic of indices.

use crate::util::{api, put, success};
use core::ffi::c_int;
use dxpy_core::abi::{PyLongObject, PyObject, PySliceObject};
use dxpy_core::{Owned, PyResult, exceptions, long, number, object, slice};

/// `PySlice_GetIndices`'s step: only exact small integers are taken, and bounds outside are a failure without an error.
fn plain_indices(s: &PySliceObject, n: isize) -> Option<(isize, isize, isize)> {
    let [start, stop, step] = slice::fields(s);
    let value = |o: &PyObject| long::check(o).map(|n| long::to_i64(n).unwrap_or(-1) as isize);
    let step = if object::is_none(step) { 1 } else { value(step)? };
    let wrapped = |o: &PyObject| value(o).map(|i| if i < 0 { i + n } else { i });
    let (low, high) = if step < 0 { (n - 1, -1) } else { (0, n) };
    let start = if object::is_none(start) { low } else { wrapped(start)? };
    let stop = if object::is_none(stop) { high } else { wrapped(stop)? };
    (stop <= n && start < n && step != 0).then_some((start, stop, step))
}

api! {
    /// C: `PyObject *PySlice_New(PyObject *start, PyObject *stop, PyObject *step)`; NULL is `None`.
    fn PySlice_New(py, start: Option<&PyObject>, stop: Option<&PyObject>, step: Option<&PyObject>) -> PyResult<Owned<PySliceObject>> {
        slice::new(py, start, stop, step)
    }

    /// C: `PyObject *_PySlice_FromIndices(Py_ssize_t start, Py_ssize_t stop)`.
    fn _PySlice_FromIndices(py, start: isize, stop: isize) -> PyResult<Owned<PySliceObject>> {
        slice::from_indices(py, start, stop)
    }

    /// C: `int PySlice_Unpack(PyObject *, Py_ssize_t *start, Py_ssize_t *stop, Py_ssize_t *step)`.
    fn PySlice_Unpack(py, s: &PySliceObject, start: *mut isize, stop: *mut isize, step: *mut isize) -> PyResult<()> {
        let (a, b, c) = slice::unpack(py, s)?;
        put(start, a);
        put(stop, b);
        put(step, c);
        Ok(())
    }

    /// C: `Py_ssize_t PySlice_AdjustIndices(Py_ssize_t length, Py_ssize_t *start, Py_ssize_t *stop, Py_ssize_t step)`.
    fn PySlice_AdjustIndices(_, length: isize, start: &mut isize, stop: &mut isize, step: isize) -> isize {
        let (from, to, count) = slice::adjust_indices(length as usize, *start, *stop, step);
        (*start, *stop) = (from, to);
        count as isize
    }

    /// C: `int PySlice_GetIndicesEx(PyObject *, Py_ssize_t length, Py_ssize_t *, Py_ssize_t *, Py_ssize_t *, Py_ssize_t *slicelength)`.
    fn PySlice_GetIndicesEx(py, s: &PySliceObject, length: isize, start: *mut isize, stop: *mut isize, step: *mut isize, count: *mut isize) -> PyResult<()> {
        let (a, b, c) = slice::unpack(py, s)?;
        let (a, b, n) = slice::adjust_indices(length as usize, a, b, c);
        put(start, a);
        put(stop, b);
        put(step, c);
        put(count, n as isize);
        Ok(())
    }

    /// C: `int PySlice_GetIndices(PyObject *, Py_ssize_t length, Py_ssize_t *, Py_ssize_t *, Py_ssize_t *)`: the older
    /// function, which fails without an error for bounds outside.
    fn PySlice_GetIndices(_, s: &PySliceObject, length: isize, start: *mut isize, stop: *mut isize, step: *mut isize) -> c_int {
        let Some((a, b, c)) = plain_indices(s, length) else { return -1 };
        put(start, a);
        put(stop, b);
        put(step, c);
        0
    }

    /// C: `int _PySlice_GetLongIndices(PySliceObject *, PyObject *length, PyObject **, PyObject **, PyObject **)`.
    fn _PySlice_GetLongIndices(py, s: &PySliceObject, length: &PyLongObject, start: *mut *mut PyObject, stop: *mut *mut PyObject, step: *mut *mut PyObject) -> PyResult<()> {
        let [a, b, c] = dxpy_types::slice::long_indices(py, s, length)?;
        put(start, a.into_ptr().cast());
        put(stop, b.into_ptr().cast());
        put(step, c.into_ptr().cast());
        Ok(())
    }

    /// C: `int _PyEval_SliceIndex(PyObject *, Py_ssize_t *)`: `None` and NULL leave the place as it is; what is too large is cut.
    fn _PyEval_SliceIndex(py, o: Option<&PyObject>, place: *mut isize) -> c_int {
        let r = o.map_or(Ok(None), |o| number::slice_index(py, o));
        success(py, r.map(|i| i.into_iter().for_each(|i| put(place, i))))
    }

    /// C: `int _PyEval_SliceIndexNotNone(PyObject *, Py_ssize_t *)`.
    fn _PyEval_SliceIndexNotNone(py, o: &PyObject, place: *mut isize) -> c_int {
        let r = if number::has_index(o) {
            number::as_ssize_clipped(py, o)
        } else {
            Err(exceptions::type_error(py, format_args!("slice indices must be integers or have an __index__ method")))
        };
        success(py, r.map(|i| put(place, i)))
    }
}
