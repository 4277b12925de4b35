//! The buffer protocol (PEP 3118): acquiring and releasing views, filling them, contiguity (`Objects/abstract.c`).
//! `memoryview` itself is in `dxpy-types`.

use crate::abi::constants::*;
use crate::abi::*;
use crate::args::{Bound, FromArg};
use crate::call::type_name;
use crate::err::{PyErr, PyResult};
use crate::exceptions;
use crate::ptr::{Object, Owned};
use crate::thread::Py;
use core::ffi::{c_int, c_void};
use core::ptr::NonNull;

/// The buffer table of a type.
#[inline(always)]
fn procs(o: &PyObject) -> Option<&PyBufferProcs> {
    // SAFETY: LIVE: the table of a live type.
    unsafe { o.ty().tp_as_buffer.get().as_ref() }
}

/// `PyObject_CheckBuffer`.
#[inline]
pub fn check(o: &PyObject) -> bool {
    procs(o).is_some_and(|p| p.bf_getbuffer.get().is_some())
}

/// An empty view, to be filled.
pub const fn empty_view() -> Py_buffer {
    // SAFETY: all-zero is a view of nothing.
    unsafe { core::mem::MaybeUninit::zeroed().assume_init() }
}

/// `PyObject_GetBuffer`: fills `view`, which stays where it is until it is released.
pub fn get(py: Py<'_>, o: &PyObject, view: &Py_buffer, flags: c_int) -> PyResult<()> {
    if flags == PyBUF_READ || flags == PyBUF_WRITE {
        return Err(exceptions::system_error(py, format_args!("bad argument to internal function")));
    }
    let Some(f) = procs(o).and_then(|p| p.bf_getbuffer.get()) else {
        return Err(exceptions::type_error(
            py,
            format_args!("a bytes-like object is required, not '{}'", type_name(o.ty())),
        ));
    };
    // SAFETY: the slot's contract.
    if unsafe { f(o.as_ptr(), view as *const Py_buffer as *mut Py_buffer, flags) } < 0 {
        // Whatever a function that failed left there is not the view's to release.
        view.obj.set(core::ptr::null_mut());
        return Err(PyErr::fetch(py));
    }
    Ok(())
}

/// `PyBuffer_Release`. Releasing twice does nothing.
pub fn release(view: &Py_buffer) {
    // SAFETY: OWNED: a filled view holds a reference to its object.
    let Some(o) = (unsafe { Owned::<PyObject>::from_raw_opt(view.obj.get()) }) else { return };
    if let Some(f) = procs(&o).and_then(|p| p.bf_releasebuffer.get()) {
        // SAFETY: the slot's contract.
        unsafe { f(o.as_ptr(), view as *const Py_buffer as *mut Py_buffer) };
    }
    view.obj.set(core::ptr::null_mut());
}

/// `PyBuffer_FillInfo`: a view of plain bytes.
///
/// # Safety
/// `len` bytes are at `buf` for as long as `o` lives or until the view is released.
pub unsafe fn fill_info(
    py: Py<'_>,
    view: &Py_buffer,
    o: Option<&PyObject>,
    buf: *mut c_void,
    len: usize,
    readonly: bool,
    flags: c_int,
) -> PyResult<()> {
    if flags == PyBUF_READ || flags == PyBUF_WRITE {
        return Err(exceptions::system_error(py, format_args!("bad argument to internal function")));
    }
    if flags & PyBUF_WRITABLE == PyBUF_WRITABLE && readonly {
        return Err(exceptions::buffer_error(py, format_args!("Object is not writable.")));
    }
    view.obj.set(o.map_or(core::ptr::null_mut(), |o| o.to_owned().into_ptr()));
    view.buf.set(buf);
    view.len.set(len as isize);
    view.readonly.set(readonly as c_int);
    view.itemsize.set(1);
    let wanted = |f| flags & f == f;
    view.format.set(if wanted(PyBUF_FORMAT) { c"B".as_ptr() as *mut _ } else { core::ptr::null_mut() });
    view.ndim.set(1);
    view.shape.set(if wanted(PyBUF_ND) { view.len.as_ptr() } else { core::ptr::null_mut() });
    view.strides.set(if wanted(PyBUF_STRIDES) { view.itemsize.as_ptr() } else { core::ptr::null_mut() });
    view.suboffsets.set(core::ptr::null_mut());
    view.internal.set(core::ptr::null_mut());
    Ok(())
}

/// The array of `ndim` sizes behind a field of a view; none where it is NULL.
pub fn sizes<'a>(view: &'a Py_buffer, field: &'a core::cell::Cell<*mut isize>) -> Option<&'a [isize]> {
    let field = field.get();
    // SAFETY: a field that is not NULL has `ndim` entries while the view is held.
    (!field.is_null()).then(|| unsafe { core::slice::from_raw_parts(field, view.ndim.get().max(0) as usize) })
}

/// `PyBuffer_IsContiguous`; the order is `C`, `F` or `A`.
pub fn is_contiguous(view: &Py_buffer, order: u8) -> bool {
    if !view.suboffsets.get().is_null() {
        return false;
    }
    let c = || {
        let (n, item) = (view.ndim.get(), view.itemsize.get());
        let Some(strides) = sizes(view, &view.strides) else { return true };
        if view.len.get() == 0 || n == 0 {
            return true;
        }
        let Some(shape) = sizes(view, &view.shape) else { return true };
        let mut expected = item;
        shape.iter().zip(strides).rev().all(|(&dim, &stride)| {
            let fits = dim <= 1 || stride == expected;
            expected = expected.wrapping_mul(dim);
            fits
        })
    };
    let fortran = || {
        if view.len.get() == 0 || view.ndim.get() == 0 {
            return true;
        }
        let shape = sizes(view, &view.shape);
        let Some(strides) = sizes(view, &view.strides) else {
            // Without strides the array is C-contiguous: Fortran's order is the same for at most one real dimension.
            return view.ndim.get() <= 1 || shape.is_some_and(|s| s.iter().filter(|d| **d > 1).count() <= 1);
        };
        let Some(shape) = shape else { return true };
        let mut expected = view.itemsize.get();
        shape.iter().zip(strides).all(|(&dim, &stride)| {
            let fits = dim <= 1 || stride == expected;
            expected = expected.wrapping_mul(dim);
            fits
        })
    };
    match order {
        b'C' => c(),
        b'F' => fortran(),
        b'A' => c() || fortran(),
        _ => false,
    }
}

/// A view that is released when dropped; in a block of its own, for exporters keep pointers to the view itself.
pub struct View(NonNull<Py_buffer>);

impl View {
    /// Acquires a view with these flags.
    pub fn get(py: Py<'_>, o: &PyObject, flags: c_int) -> PyResult<View> {
        let Some(p) = NonNull::new(crate::alloc::malloc(size_of::<Py_buffer>()) as *mut Py_buffer) else {
            return Err(exceptions::memory_error(py));
        };
        // SAFETY: the block has room for a view, which is valid from here on; it is freed where nobody has it.
        unsafe {
            p.write(empty_view());
            if let Err(e) = get(py, o, p.as_ref(), flags) {
                crate::alloc::free(p.as_ptr().cast());
                return Err(e);
            }
        }
        Ok(View(p))
    }

    /// Contiguous bytes, to be read.
    pub fn simple(py: Py<'_>, o: &PyObject) -> PyResult<View> {
        View::get(py, o, PyBUF_SIMPLE)
    }

    /// Contiguous bytes, to be written.
    pub fn writable(py: Py<'_>, o: &PyObject) -> PyResult<View> {
        View::get(py, o, PyBUF_WRITABLE)
    }

    /// The view's fields.
    #[inline(always)]
    pub fn raw(&self) -> &Py_buffer {
        // SAFETY: the block is this view's own.
        unsafe { self.0.as_ref() }
    }

    /// The number of bytes.
    #[inline]
    pub fn len(&self) -> usize {
        self.raw().len.get().max(0) as usize
    }

    /// Are there none?
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The bytes of a contiguous view. A mutable exporter's content may change when Python code runs, so this is not
    /// kept across a call out.
    #[inline]
    pub fn bytes(&self) -> &[u8] {
        if self.is_empty() {
            return &[];
        }
        // SAFETY: the exporter keeps `len` bytes there until the view is released.
        unsafe { core::slice::from_raw_parts(self.raw().buf.get() as *const u8, self.len()) }
    }

    /// The bytes of a writable contiguous view; same care as [`View::bytes`].
    ///
    /// # Safety
    /// No other slice of this memory is alive.
    #[allow(clippy::mut_from_ref)]
    pub unsafe fn bytes_mut(&self) -> &mut [u8] {
        if self.is_empty() {
            return &mut [];
        }
        // SAFETY: the exporter keeps `len` writable bytes there until the view is released.
        unsafe { core::slice::from_raw_parts_mut(self.raw().buf.get() as *mut u8, self.len()) }
    }
}

impl Drop for View {
    fn drop(&mut self) {
        release(self.raw());
        // SAFETY: released, nobody points to it.
        unsafe { crate::alloc::free(self.0.as_ptr().cast()) }
    }
}

/// An argument that is a bytes-like object (Argument Clinic's `Py_buffer`, `y*`).
impl<'a> FromArg<'a> for View {
    fn from_arg(py: Py<'a>, bound: &Bound<'a>, i: usize) -> PyResult<Self> {
        View::simple(py, <&'a PyObject>::from_arg(py, bound, i)?)
    }
}

/// The bytes of an object that has a buffer, copied.
pub fn to_vec(py: Py<'_>, o: &PyObject) -> PyResult<Vec<u8>> {
    if let Some(b) = crate::bytes::check(o) {
        return Ok(crate::bytes::as_slice(b).to_vec());
    }
    let view = View::get(py, o, PyBUF_FULL_RO)?;
    contiguous(view.raw(), b'C')
        .ok_or_else(|| exceptions::buffer_error(py, format_args!("the view's dimensions make no sense")))
}

/// The items of a view in an order (`C`, `F`, or `A`: as they lie if they can), one after the other
/// (`PyBuffer_ToContiguous`). None for a view whose sizes cannot be.
pub fn contiguous(view: &Py_buffer, order: u8) -> Option<Vec<u8>> {
    let len = view.len.get().max(0) as usize;
    let order = match order {
        b'A' if is_contiguous(view, b'F') => b'F',
        b'A' => b'C',
        o => o,
    };
    if len == 0 {
        return Some(Vec::new());
    }
    if is_contiguous(view, order) {
        // SAFETY: the exporter keeps `len` bytes there until the view is released.
        return Some(unsafe { core::slice::from_raw_parts(view.buf.get() as *const u8, len) }.to_vec());
    }
    let item = view.itemsize.get().max(0) as usize;
    let mut out = Vec::with_capacity(len);
    let mut push = |p: *const u8| {
        // SAFETY: the exporter's sizes tell where items are.
        out.extend_from_slice(unsafe { core::slice::from_raw_parts(p, item) });
    };
    each_item(view, order == b'F', &mut push)?;
    (out.len() == len).then_some(out)
}

/// Calls `f` with the place of each item, the last index fastest (or the first, in Fortran's order).
pub fn each_item(view: &Py_buffer, fortran: bool, f: &mut dyn FnMut(*const u8)) -> Option<()> {
    let n = view.ndim.get().max(0) as usize;
    let base = view.buf.get() as *const u8;
    if n == 0 {
        f(base);
        return Some(());
    }
    let shape = sizes(view, &view.shape)?;
    let own;
    let strides = match sizes(view, &view.strides) {
        Some(s) => s,
        None => {
            let mut s = vec![0isize; n];
            let mut step = view.itemsize.get();
            for i in (0..n).rev() {
                s[i] = step;
                step = step.wrapping_mul(shape[i]);
            }
            own = s;
            &own
        }
    };
    let suboffsets = sizes(view, &view.suboffsets);
    if shape.iter().any(|d| *d <= 0) {
        return Some(());
    }
    let mut index = vec![0isize; n];
    loop {
        let mut p = base;
        for i in 0..n {
            p = p.wrapping_offset(strides[i].wrapping_mul(index[i]));
            if let Some(sub) = suboffsets.map(|s| s[i])
                && sub >= 0
            {
                // SAFETY: a suboffset says that a pointer is there.
                p = unsafe { *(p as *const *const u8) }.wrapping_offset(sub);
            }
        }
        f(p);
        // The next index.
        let mut at = 0;
        loop {
            if at == n {
                return Some(());
            }
            let d = if fortran { at } else { n - 1 - at };
            index[d] += 1;
            if index[d] < shape[d] {
                break;
            }
            index[d] = 0;
            at += 1;
        }
    }
}
