//! PEP 688: `__buffer__` and `__release_buffer__` written in Python. The memory comes from the memoryview that `__buffer__`
//! answers with; a wrapper between it and the consumer calls `__release_buffer__` when the consumer is done
//! (`slot_bf_getbuffer`, `_PyBufferWrapper_Type`).

use super::{check, from_proc, release, restrict};
use core::cell::Cell;
use core::ffi::c_int;
use dxpy_core::abi::*;
use dxpy_core::buffer;
use dxpy_core::ptr::{Layout, Object};
use dxpy_core::statics::{StaticTable, StaticType};
use dxpy_core::types::special;
use dxpy_core::{Owned, Py, PyResult, exceptions, gc, glue, long, name, object};

/// `PyBufferWrapper`: the memoryview that was answered, and the object that answered it.
#[repr(C)]
struct Wrapper {
    base: PyObject,
    view: Cell<*mut PyObject>,
    object: Cell<*mut PyObject>,
}

// SAFETY: the struct is `#[repr(C)]` and begins with a `PyObject`.
unsafe impl Layout for Wrapper {}

/// `_buffer_wrapper`.
#[unsafe(export_name = "_PyBufferWrapper_Type")]
pub static WRAPPER: StaticType = StaticType::new::<Wrapper>(c"_buffer_wrapper")
    .traverse(glue::traverse(|w: &Wrapper, v: &glue::Visitor| {
        v.visit(&w.view)?;
        v.visit(&w.object)
    }))
    .dealloc(glue::dealloc(|_: Py<'_>, w: &Wrapper| {
        // SAFETY: it has a collector header; its fields are released once and its memory last.
        unsafe {
            gc::untrack(w.as_object());
            object::clear_field(&w.view);
            object::clear_field(&w.object);
            object::free(w.as_object());
        }
    }))
    .buffer(&BUFFER);

static BUFFER: StaticTable<PyBufferProcs> =
    StaticTable::<PyBufferProcs>::empty().release(glue::release_buffer(wrapper_release));

/// `bufferwrapper_releasebuf`: the memoryview's export ends, and the object is told, if it asked to be.
fn wrapper_release(py: Py<'_>, w: &Wrapper, view: &Py_buffer) {
    // SAFETY: OWNED: the fields held a reference each, or NULL.
    let (m, o) = unsafe {
        (
            Owned::<PyObject>::from_raw_opt(w.view.replace(core::ptr::null_mut())),
            Owned::<PyObject>::from_raw_opt(w.object.replace(core::ptr::null_mut())),
        )
    };
    let (Some(m), Some(o)) = (m, o) else { return };
    let Some(shown) = check(&m) else { return };
    shown.exports.set(shown.exports.get() - 1);
    // A view of the object itself is released by the object's own type, when the memoryview is.
    if !core::ptr::addr_eq(shown.view.obj.get(), o.as_ptr()) && releases_in_python(&o) {
        tell(py, &o, view, Some(&m));
    }
}

/// Is the type's release that of a `__release_buffer__` in Python?
fn releases_in_python(o: &PyObject) -> bool {
    // SAFETY: LIVE: the table of a live type.
    let f = unsafe { o.ty().tp_as_buffer.get().as_ref() }.and_then(|t| t.bf_releasebuffer.get());
    f.is_some_and(|f| {
        core::ptr::fn_addr_eq(f, dxpy_core::types::slots::bf_releasebuffer as releasebufferproc)
    })
}

/// `releasebuffer_call_python`: calls `__release_buffer__` with the memoryview that `__buffer__` gave, or with one that
/// cannot be shared further and ends with the call. An exception on its way stays.
fn tell(py: Py<'_>, o: &PyObject, view: &Py_buffer, given: Option<&PyObject>) {
    let pending = dxpy_core::PyErr::take(py);
    let run = || -> PyResult<()> {
        let (own, shown) = match given {
            Some(m) => (None, m.to_owned()),
            None => {
                let m = super::from_buffer(py, view)?;
                restrict(&m);
                (Some(m.clone()), m.upcast())
            }
        };
        let r = special::call(py, o, name!("__release_buffer__"), [&shown]).map(|_| ());
        if let Some(m) = own {
            release(py, &m)?;
        }
        r
    };
    if let Err(e) = run() {
        exceptions::unraisable(py, e, Some(o));
    }
    if let Some(e) = pending {
        e.restore(py);
    }
}

/// `slot_bf_getbuffer`.
pub fn get_buffer(py: Py<'_>, o: &PyObject, view: &Py_buffer, flags: c_int) -> PyResult<()> {
    view.obj.set(core::ptr::null_mut());
    let number = long::from_i64(py, flags as i64)?;
    let r = special::call(py, o, name!("__buffer__"), [number.as_object()])?;
    if check(&r).is_none() {
        return Err(exceptions::type_error(py, format_args!("__buffer__ returned non-memoryview object")));
    }
    buffer::get(py, &r, view, flags)?;
    // The consumer's view belongs to the wrapper from here on; the memoryview's own reference goes back when it ends.
    // SAFETY: OWNED: the view holds a reference to the memoryview; all fields are set before the wrapper is tracked.
    unsafe {
        let w = match object::alloc_uninit::<Wrapper>(py, &WRAPPER, size_of::<Wrapper>()) {
            Ok(w) => w,
            Err(e) => {
                buffer::release(view);
                return Err(e);
            }
        };
        w.view.set(r.into_ptr());
        w.object.set(o.to_owned().into_ptr());
        gc::track(w.as_object());
        drop(Owned::<PyObject>::from_raw_opt(view.obj.replace(w.into_ptr())));
    }
    Ok(())
}

/// `slot_bf_releasebuffer`: a subclass in Python of a type that gives buffers itself: the class is told first, then the
/// base's own release runs (`releasebuffer_maybe_call_super`).
pub fn release_buffer(py: Py<'_>, o: &PyObject, view: &Py_buffer) {
    tell(py, o, view, None);
    // The nearest base whose release is not this one.
    let mut base = o.ty().tp_base.get();
    // SAFETY: LIVE: a type holds its bases.
    while let Some(t) = unsafe { base.as_ref() } {
        // SAFETY: LIVE: the table of a live type.
        let f = unsafe { t.tp_as_buffer.get().as_ref() }.and_then(|b| b.bf_releasebuffer.get());
        if let Some(f) = f
            && !core::ptr::fn_addr_eq(f, dxpy_core::types::slots::bf_releasebuffer as releasebufferproc)
        {
            // SAFETY: the slot's contract.
            unsafe { f(o.as_ptr(), view as *const Py_buffer as *mut Py_buffer) };
            return;
        }
        base = t.tp_base.get();
    }
}

/// `wrap_buffer` needs a memoryview of what a type's own function gives for some flags.
pub fn view_of(py: Py<'_>, o: &PyObject, flags: c_int, proc: getbufferproc) -> PyResult {
    Ok(from_proc(py, o, flags, proc)?.upcast())
}

/// `wrap_releasebuffer`: `__release_buffer__` of a built-in type ends a memoryview that `__buffer__` gave.
pub fn end_view(py: Py<'_>, o: &PyObject, view: &PyObject) -> PyResult<()> {
    let Some(m) = check(view) else {
        return Err(exceptions::type_error(py, format_args!("expected a memoryview object")));
    };
    if m.view.obj.get().is_null() {
        // It is released already.
        return Ok(());
    }
    if !core::ptr::addr_eq(m.view.obj.get(), o) {
        return Err(exceptions::value_error(py, format_args!("memoryview's buffer is not this object")));
    }
    if super::is_released(m) {
        return Err(exceptions::value_error(
            py,
            format_args!("memoryview's buffer has already been released"),
        ));
    }
    release(py, m)
}
