//! memoryobject.h and the buffer protocol of pybuffer.h.

use crate::util::{pointer, status, token};
use core::ffi::{c_char, c_int, c_void};
use dxpy_core::abi::constants::PyBUF_READ;
use dxpy_core::abi::{Py_buffer, Py_ssize_t, PyObject};
use dxpy_core::ptr::Object;
use dxpy_core::{buffer, exceptions};
use dxpy_types::memoryview;

/// C: `void PyBuffer_Release(Py_buffer *)`.
///
/// # Safety
/// GIL; a view that was filled, or zero.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn PyBuffer_Release(v: *mut Py_buffer) {
    // SAFETY: the caller's promise.
    unsafe { buffer::release(&*v) }
}

/// C: `int PyObject_CheckBuffer(PyObject *)`.
///
/// # Safety
/// LIVE.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn PyObject_CheckBuffer(o: *mut PyObject) -> c_int {
    // SAFETY: the caller's promise.
    unsafe { buffer::check(&*o) as c_int }
}

/// C: `int PyBuffer_IsContiguous(const Py_buffer *, char order)`.
///
/// # Safety
/// A filled view.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn PyBuffer_IsContiguous(v: *const Py_buffer, order: c_char) -> c_int {
    // SAFETY: the caller's promise.
    unsafe { buffer::is_contiguous(&*v, order as u8) as c_int }
}

/// C: `PyObject *PyMemoryView_FromObject(PyObject *)`.
///
/// # Safety
/// GIL, LIVE; texts and memory are there as C's prototype says.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn PyMemoryView_FromObject(o: *mut PyObject) -> *mut PyObject {
    // SAFETY: the caller's promise.
    unsafe {
        let py = token();
        pointer(py, memoryview::from_object(py, &*o))
    }
}

/// C: `PyObject *PyMemoryView_FromBuffer(const Py_buffer *)`.
///
/// # Safety
/// GIL, LIVE; texts and memory are there as C's prototype says.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn PyMemoryView_FromBuffer(v: *const Py_buffer) -> *mut PyObject {
    // SAFETY: the caller's promise.
    unsafe {
        let py = token();
        pointer(py, memoryview::from_buffer(py, &*v))
    }
}

/// C: `PyObject *PyMemoryView_FromMemory(char *, Py_ssize_t, int flags)`.
///
/// # Safety
/// GIL, LIVE; texts and memory are there as C's prototype says.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn PyMemoryView_FromMemory(
    p: *mut c_char,
    n: Py_ssize_t,
    flags: c_int,
) -> *mut PyObject {
    // SAFETY: the caller's promise.
    unsafe {
        let py = token();
        pointer(py, memoryview::from_memory(py, p as *mut c_void, n.max(0) as usize, flags == PyBUF_READ))
    }
}

/// The error for a NULL view.
fn no_view(py: dxpy_core::Py<'_>, function: &str) -> dxpy_core::PyErr {
    exceptions::buffer_error(py, format_args!("{function}: view==NULL argument is obsolete"))
}

/// C: `int PyObject_GetBuffer(PyObject *, Py_buffer *, int flags)`.
///
/// # Safety
/// GIL, LIVE; texts and memory are there as C's prototype says.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn PyObject_GetBuffer(o: *mut PyObject, v: *mut Py_buffer, flags: c_int) -> c_int {
    // SAFETY: the caller's promise.
    unsafe {
        let py = token();
        let Some(view) = v.as_ref() else {
            // What Python 2 meant by it, only to lock the memory, is refused.
            let ty = dxpy_core::call::type_name((*o).ty());
            return status(py, Err(no_view(py, &format!("{ty}_getbuffer"))));
        };
        status(py, buffer::get(py, &*o, view, flags).map(|()| 0))
    }
}

/// C: `int PyBuffer_FillInfo(Py_buffer *, PyObject *, void *, Py_ssize_t, int readonly, int flags)`.
///
/// # Safety
/// GIL, LIVE; texts and memory are there as C's prototype says.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn PyBuffer_FillInfo(
    v: *mut Py_buffer,
    o: *mut PyObject,
    p: *mut c_void,
    n: Py_ssize_t,
    readonly: c_int,
    flags: c_int,
) -> c_int {
    // SAFETY: the caller's promise.
    unsafe {
        let py = token();
        let Some(view) = v.as_ref() else {
            return status(py, Err(no_view(py, "PyBuffer_FillInfo")));
        };
        status(
            py,
            buffer::fill_info(py, view, o.as_ref(), p, n.max(0) as usize, readonly != 0, flags).map(|()| 0),
        )
    }
}
