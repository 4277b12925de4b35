//! `pickle.PickleBuffer`: an object whose buffer may be pickled out of band (`Objects/picklebufobject.c`).

use crate::{Part, memoryview, no_hooks};
use core::mem::offset_of;
use dxpy_core::abi::constants::*;
use dxpy_core::abi::*;
use dxpy_core::ptr::Object;
use dxpy_core::statics::{StaticTable, StaticType};
use dxpy_core::{
    Owned, Py, PyErr, PyResult, args, buffer, exceptions, gc, glue, methods, object, signature, weakref,
};

/// What this module brings.
pub static PART: Part = Part { adopt: &[], types: &[&PyPickleBuffer_Type], hooks: no_hooks };

/// `pickle.PickleBuffer`.
#[unsafe(no_mangle)]
pub static PyPickleBuffer_Type: StaticType = StaticType::new::<PyPickleBufferObject>(c"pickle.PickleBuffer")
    .doc(c"An object whose buffer may be pickled outside of the pickle stream.")
    .weaklist(offset_of!(PyPickleBufferObject, weakreflist))
    .traverse(glue::traverse(|b: &PyPickleBufferObject, v: &glue::Visitor| v.visit(&b.view.obj)))
    .clear(glue::clear(|_: Py<'_>, b: &PyPickleBufferObject| buffer::release(&b.view)))
    .dealloc(glue::dealloc(dealloc))
    .create(glue::create(create))
    .buffer(&BUFFER)
    .methods(&METHODS);

static BUFFER: StaticTable<PyBufferProcs> = StaticTable::<PyBufferProcs>::empty()
    .get(glue::get_buffer(get_buffer))
    // Views are of the object behind, and released by it; this says that releasing them matters.
    .release(glue::release_buffer(|_: Py<'_>, _: &PyPickleBufferObject, _: &Py_buffer| ()));

methods! { static METHODS: for PyPickleBufferObject [
    "raw" = raw [0], "($self, /)", "A memoryview of the bytes, whatever shape they have.\n\nBufferError if they do not lie one after the other.";
    "release" = release [0], "($self, /)", "Gives the buffer back to the object.";
] }

/// `PyPickleBuffer_Check`.
pub fn check(o: &PyObject) -> Option<&PyPickleBufferObject> {
    // SAFETY: LAYOUT: the type says so; it has no subclasses.
    o.ty()
        .is(&PyPickleBuffer_Type.0)
        .then(|| unsafe { &*(o as *const PyObject as *const PyPickleBufferObject) })
}

fn dealloc(py: Py<'_>, b: &PyPickleBufferObject) {
    // SAFETY: the type has a collector header; the view is released once and the memory last.
    unsafe {
        gc::untrack(b.as_object());
        weakref::clear_all(py, b.as_object());
        buffer::release(&b.view);
        object::tp_free(b.as_object());
    }
}

/// `PyPickleBuffer_FromObject`.
pub fn new(py: Py<'_>, o: &PyObject) -> PyResult<Owned<PyPickleBufferObject>> {
    // SAFETY: LAYOUT: a new instance; all zero is a view of nothing.
    let b: Owned<PyPickleBufferObject> =
        unsafe { object::generic_alloc(py, &PyPickleBuffer_Type, 0)?.cast() };
    buffer::get(py, o, &b.view, PyBUF_FULL_RO)?;
    Ok(b)
}

fn create(py: Py<'_>, _: &PyTypeObject, given: &PyTupleObject, kw: Option<&PyDictObject>) -> PyResult {
    args::bind_call(py, signature!("PickleBuffer", "!(object, /)"), given, kw, |b| {
        new(py, b.arg(py, 0)?).map(Owned::upcast)
    })
}

/// `PyPickleBuffer_GetBuffer`: the view, unless it was released.
pub fn view<'a>(py: Py<'_>, b: &'a PyPickleBufferObject) -> PyResult<&'a Py_buffer> {
    if b.view.obj.get().is_null() {
        return Err(released(py));
    }
    Ok(&b.view)
}

#[cold]
fn released(py: Py<'_>) -> PyErr {
    exceptions::value_error(py, format_args!("operation forbidden on released PickleBuffer object"))
}

fn get_buffer(
    py: Py<'_>,
    b: &PyPickleBufferObject,
    info: &Py_buffer,
    flags: core::ffi::c_int,
) -> PyResult<()> {
    // SAFETY: LIVE: an unreleased view holds its object.
    buffer::get(py, unsafe { &*view(py, b)?.obj.get() }, info, flags)
}

/// Whether the bytes lie one after the other, without pointers between.
pub fn is_contiguous(view: &Py_buffer) -> bool {
    view.suboffsets.get().is_null() && buffer::is_contiguous(view, b'A')
}

/// `picklebuf_raw`.
fn raw(py: Py<'_>, b: &PyPickleBufferObject) -> PyResult<Owned<PyMemoryViewObject>> {
    if !is_contiguous(view(py, b)?) {
        return Err(exceptions::buffer_error(
            py,
            format_args!("cannot extract raw buffer from non-contiguous buffer"),
        ));
    }
    let m = memoryview::from_object(py, b.as_object())?;
    let v = &m.view;
    v.format.set(c"B".as_ptr() as *mut _);
    v.ndim.set(1);
    v.itemsize.set(1);
    v.shape.set(v.len.as_ptr());
    v.strides.set(v.itemsize.as_ptr());
    v.suboffsets.set(core::ptr::null_mut());
    m.flags.set(_Py_MEMORYVIEW_C | _Py_MEMORYVIEW_FORTRAN);
    Ok(m)
}

/// `PyPickleBuffer_Release`.
pub fn release(_: Py<'_>, b: &PyPickleBufferObject) {
    buffer::release(&b.view);
}
