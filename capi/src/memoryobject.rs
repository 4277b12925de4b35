//! memoryobject.h and the buffer protocol of pybuffer.h.

use crate::util::{api, pointer, put, status, token};
use core::ffi::{c_char, c_int, c_void};
use dxpy_core::abi::constants::{
    PyBUF_FULL, PyBUF_FULL_RO, PyBUF_READ, PyBUF_SIMPLE, PyBUF_WRITABLE, PyBUF_WRITE,
};
use dxpy_core::abi::{Py_buffer, Py_ssize_t, PyMemoryViewObject, PyObject};
use dxpy_core::ptr::Object;
use dxpy_core::{Owned, Py, PyResult, buffer, exceptions, unicode};
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

/// Whether the old functions' object gives a plain view; NULL arguments are errors.
fn old_view(py: Py<'_>, o: Option<&PyObject>, writable: bool) -> PyResult<buffer::View> {
    let o = o.ok_or_else(|| crate::util::null_error(py))?;
    let flags = if writable { PyBUF_WRITABLE } else { PyBUF_SIMPLE };
    match buffer::View::get(py, o, flags) {
        Err(_) if writable && buffer::check(o) => {
            Err(exceptions::type_error(py, format_args!("expected a writable bytes-like object")))
        }
        r => r,
    }
}

/// What the functions from before Python 3 answer: the memory of an object that is trusted to keep it.
fn old_buffer(
    py: Py<'_>,
    o: Option<&PyObject>,
    p: *mut *mut c_void,
    n: *mut isize,
    writable: bool,
) -> PyResult<()> {
    if p.is_null() || n.is_null() {
        return Err(crate::util::null_error(py));
    }
    let view = old_view(py, o, writable)?;
    put(p, view.raw().buf.get());
    put(n, view.raw().len.get());
    Ok(())
}

/// `_Py_add_one_to_index_F`: the next place, the first index changing fastest.
fn next_fortran(index: &mut [isize], shape: &[isize]) {
    for (i, n) in index.iter_mut().zip(shape) {
        if *i < n - 1 {
            *i += 1;
            return;
        }
        *i = 0;
    }
}

/// `_Py_add_one_to_index_C`: the next place, the last index changing fastest.
fn next_c(index: &mut [isize], shape: &[isize]) {
    for (i, n) in index.iter_mut().zip(shape).rev() {
        if *i < n - 1 {
            *i += 1;
            return;
        }
        *i = 0;
    }
}

/// Where an item of a view is.
fn place(view: &Py_buffer, index: &[isize]) -> *mut u8 {
    let mut p: *mut u8 = view.buf.get().cast();
    let (strides, sub) = (view.strides.get(), view.suboffsets.get());
    let shape = dimensions(view.shape.get(), view.ndim.get());
    for (d, i) in index.iter().enumerate() {
        // Without strides the items are in C's order.
        let packed =
            || view.itemsize.get() * shape.get(d + 1..).unwrap_or_default().iter().product::<isize>();
        // SAFETY: the C API's contract: a filled view, whose arrays have `ndim` items, and indices inside.
        unsafe {
            p = p.offset(if strides.is_null() { packed() } else { *strides.add(d) } * i);
            if !sub.is_null() && *sub.add(d) >= 0 {
                p = (*p.cast::<*mut u8>()).offset(*sub.add(d));
            }
        }
    }
    p
}

fn dimensions<'a>(p: *const isize, n: c_int) -> &'a [isize] {
    // SAFETY: the C API's contract: `n` items, or NULL.
    if p.is_null() || n <= 0 { &[] } else { unsafe { core::slice::from_raw_parts(p, n as usize) } }
}

/// Calls `f` with every item's place, in C's order or Fortran's.
fn each(view: &Py_buffer, fortran: bool, mut f: impl FnMut(*mut u8)) {
    let shape = dimensions(view.shape.get(), view.ndim.get());
    let size = view.itemsize.get().max(1);
    let mut index = vec![0; shape.len()];
    for _ in 0..view.len.get() / size {
        f(place(view, &index));
        if fortran { next_fortran(&mut index, shape) } else { next_c(&mut index, shape) }
    }
}

/// `PyMemoryView_GetContiguous`: a view of the object, or of a contiguous copy.
fn contiguous(py: Py<'_>, o: &PyObject, kind: c_int, order: c_char) -> PyResult<Owned<PyMemoryViewObject>> {
    let m = memoryview::from_object(py, o)?;
    let view = &m.view;
    if kind == PyBUF_WRITE && view.readonly.get() != 0 {
        return Err(exceptions::buffer_error(py, format_args!("underlying buffer is not writable")));
    }
    if buffer::is_contiguous(view, order as u8) {
        return Ok(m);
    }
    if kind == PyBUF_WRITE {
        return Err(exceptions::buffer_error(
            py,
            format_args!("writable contiguous buffer requested for a non-contiguous object."),
        ));
    }
    let fortran = order as u8 == b'F';
    let item = view.itemsize.get() as usize;
    let mut content = Vec::with_capacity(view.len.get().max(0) as usize);
    // SAFETY: every place is an item's.
    each(view, fortran, |p| content.extend_from_slice(unsafe { core::slice::from_raw_parts(p, item) }));
    memoryview::of_copy(py, &content, view, fortran)
}

api! {
    /// C: `PyObject *PyMemoryView_GetContiguous(PyObject *, int buffertype, char order)`.
    fn PyMemoryView_GetContiguous(py, o: &PyObject, kind: c_int, order: c_char) -> PyResult<Owned<PyMemoryViewObject>> {
        contiguous(py, o, kind, order)
    }

    /// C: `void *PyBuffer_GetPointer(const Py_buffer *, const Py_ssize_t *indices)`.
    fn PyBuffer_GetPointer(_, view: &Py_buffer, index: *const isize) -> *mut c_void {
        place(view, dimensions(index, view.ndim.get())).cast()
    }

    /// C: `Py_ssize_t PyBuffer_SizeFromFormat(const char *)`: as `struct.calcsize`.
    fn PyBuffer_SizeFromFormat(py, format: *const c_char) -> PyResult<isize> {
        let m = dxpy_core::hooks::import(py, dxpy_core::name!("struct"))?;
        let text = unicode::from_utf8(py, crate::util::c_bytes(format))?;
        let n = dxpy_core::call::method(py, &m, dxpy_core::name!("calcsize"), [text.as_object()])?;
        dxpy_core::number::as_ssize(py, &n, &exceptions::OverflowError)
    }

    /// C: `int PyBuffer_ToContiguous(void *, const Py_buffer *, Py_ssize_t len, char order)`.
    fn PyBuffer_ToContiguous(py, to: *mut u8, view: &Py_buffer, n: isize, order: c_char) -> PyResult<()> {
        if n != view.len.get() {
            return Err(exceptions::value_error(py, format_args!("PyBuffer_ToContiguous: len != view->len")));
        }
        let item = view.itemsize.get().max(1) as usize;
        if buffer::is_contiguous(view, order as u8) {
            // SAFETY: the caller's memory has room for the whole.
            unsafe { core::ptr::copy_nonoverlapping(view.buf.get().cast(), to, n as usize) };
            return Ok(());
        }
        // Any contiguous order will do for 'A', and C's is taken.
        let mut at = to;
        each(view, order as u8 == b'F', |p| {
            // SAFETY: as above, item by item.
            unsafe {
                core::ptr::copy_nonoverlapping(p, at, item);
                at = at.add(item);
            }
        });
        Ok(())
    }

    /// C: `int PyBuffer_FromContiguous(const Py_buffer *, const void *, Py_ssize_t len, char order)`.
    fn PyBuffer_FromContiguous(_, view: &Py_buffer, from: *const u8, n: isize, order: c_char) -> PyResult<()> {
        let n = n.min(view.len.get()).max(0);
        if buffer::is_contiguous(view, order as u8) {
            // SAFETY: both have room for this.
            unsafe { core::ptr::copy_nonoverlapping(from, view.buf.get().cast(), n as usize) };
            return Ok(());
        }
        let item = view.itemsize.get().max(1) as usize;
        let mut left = n as usize / item;
        let mut at = from;
        each(view, order as u8 == b'F', |p| {
            if left != 0 {
                left -= 1;
                // SAFETY: as above, item by item.
                unsafe {
                    core::ptr::copy_nonoverlapping(at, p, item);
                    at = at.add(item);
                }
            }
        });
        Ok(())
    }

    /// C: `void PyBuffer_FillContiguousStrides(int ndim, Py_ssize_t *shape, Py_ssize_t *strides, int itemsize, char order)`.
    fn PyBuffer_FillContiguousStrides(_, ndim: c_int, shape: *const isize, strides: *mut isize, item: c_int, order: c_char) -> () {
        let shape = dimensions(shape, ndim);
        let mut stride = item as isize;
        let mut set = |d: usize| {
            // SAFETY: the C API's contract: `ndim` items.
            unsafe { *strides.add(d) = stride };
            stride *= shape[d];
        };
        if shape.len() <= 1 || order as u8 == b'F' {
            (0..shape.len()).for_each(&mut set);
        } else {
            (0..shape.len()).rev().for_each(&mut set);
        }
    }

    /// C: `int PyObject_CopyData(PyObject *dest, PyObject *src)`.
    fn PyObject_CopyData(py, to: &PyObject, from: &PyObject) -> PyResult<()> {
        if !buffer::check(to) || !buffer::check(from) {
            return Err(exceptions::type_error(py, format_args!("both destination and source must be bytes-like objects")));
        }
        let to = buffer::View::get(py, to, PyBUF_FULL)?;
        let from = buffer::View::get(py, from, PyBUF_FULL_RO)?;
        if to.raw().len.get() < from.raw().len.get() {
            return Err(exceptions::buffer_error(py, format_args!("destination is too small to receive data from source")));
        }
        let item = to.raw().itemsize.get().max(1) as usize;
        let mut content = Vec::new();
        // SAFETY: every place is an item's.
        each(from.raw(), false, |p| content.extend_from_slice(unsafe { core::slice::from_raw_parts(p, item) }));
        let mut chunks = content.chunks_exact(item);
        each(to.raw(), false, |p| {
            if let Some(c) = chunks.next() {
                // SAFETY: as above.
                unsafe { core::ptr::copy_nonoverlapping(c.as_ptr(), p, item) };
            }
        });
        Ok(())
    }

    /// C: `int PyObject_CheckReadBuffer(PyObject *)`.
    fn PyObject_CheckReadBuffer(py, o: &PyObject) -> bool {
        buffer::check(o) && buffer::View::simple(py, o).is_ok()
    }

    /// C: `int PyObject_AsReadBuffer(PyObject *, const void **, Py_ssize_t *)`.
    fn PyObject_AsReadBuffer(py, o: Option<&PyObject>, p: *mut *mut c_void, n: *mut isize) -> PyResult<()> {
        old_buffer(py, o, p, n, false)
    }

    /// C: `int PyObject_AsCharBuffer(PyObject *, const char **, Py_ssize_t *)`.
    fn PyObject_AsCharBuffer(py, o: Option<&PyObject>, p: *mut *mut c_void, n: *mut isize) -> PyResult<()> {
        old_buffer(py, o, p, n, false)
    }

    /// C: `int PyObject_AsWriteBuffer(PyObject *, void **, Py_ssize_t *)`.
    fn PyObject_AsWriteBuffer(py, o: Option<&PyObject>, p: *mut *mut c_void, n: *mut isize) -> PyResult<()> {
        old_buffer(py, o, p, n, true)
    }

    /// C: `void _Py_add_one_to_index_F(int nd, Py_ssize_t *index, const Py_ssize_t *shape)`.
    fn _Py_add_one_to_index_F(_, n: c_int, index: *mut isize, shape: *const isize) -> () {
        // SAFETY: the C API's contract: `n` items.
        next_fortran(unsafe { core::slice::from_raw_parts_mut(index, n.max(0) as usize) }, dimensions(shape, n));
    }

    /// C: `void _Py_add_one_to_index_C(int nd, Py_ssize_t *index, const Py_ssize_t *shape)`.
    fn _Py_add_one_to_index_C(_, n: c_int, index: *mut isize, shape: *const isize) -> () {
        // SAFETY: the C API's contract: `n` items.
        next_c(unsafe { core::slice::from_raw_parts_mut(index, n.max(0) as usize) }, dimensions(shape, n));
    }
}
