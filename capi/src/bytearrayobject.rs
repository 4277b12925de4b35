//! bytearrayobject.h.

use crate::util::{api, memory};
use core::ffi::c_char;
use dxpy_core::abi::{PyByteArrayObject, PyObject};
use dxpy_core::ptr::Object;
use dxpy_core::{Owned, PyResult, call, exceptions};
use dxpy_types::bytearray;

api! {
    /// C: `Py_ssize_t PyByteArray_Size(PyObject *)`.
    fn PyByteArray_Size(_, b: &PyByteArrayObject) -> isize {
        b.ob_base.ob_size.get()
    }

    /// C: `char *PyByteArray_AsString(PyObject *)`.
    fn PyByteArray_AsString(_, b: &PyByteArrayObject) -> *const c_char {
        if b.ob_base.ob_size.get() == 0 { c"".as_ptr() } else { b.ob_start.get() }
    }

    /// C: `PyObject *PyByteArray_FromStringAndSize(const char *, Py_ssize_t)`: zeros without a text.
    fn PyByteArray_FromStringAndSize(py, s: *const c_char, n: isize) -> PyResult<Owned<PyByteArrayObject>> {
        let Ok(size) = usize::try_from(n) else {
            return Err(exceptions::system_error(py, format_args!("Negative size passed to PyByteArray_FromStringAndSize")));
        };
        if !s.is_null() {
            return bytearray::new(py, memory(s, n));
        }
        let b = bytearray::new(py, &[])?;
        bytearray::resize(py, &b, size)?;
        if size != 0 {
            // SAFETY: the array has just been given this room.
            unsafe { core::ptr::write_bytes(b.ob_start.get(), 0, size) };
        }
        Ok(b)
    }

    /// C: `PyObject *PyByteArray_FromObject(PyObject *)`.
    fn PyByteArray_FromObject(py, o: &PyObject) -> PyResult<Owned> {
        call::call(py, bytearray::PyByteArray_Type.as_object(), [o])
    }

    /// C: `PyObject *PyByteArray_Concat(PyObject *, PyObject *)`.
    fn PyByteArray_Concat(py, a: &PyObject, b: &PyObject) -> PyResult<Owned<PyByteArrayObject>> {
        bytearray::concat(py, a, b)
    }

    /// C: `int PyByteArray_Resize(PyObject *, Py_ssize_t)`.
    fn PyByteArray_Resize(py, b: &PyByteArrayObject, n: isize) -> PyResult<()> {
        bytearray::resize(py, b, n.max(0) as usize)
    }
}
