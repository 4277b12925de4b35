//! `traceback`: one link for each frame an exception passed through (`Python/traceback.c`). Printing is above.

use crate::frame::{self, Frame};
use crate::{Part, no_hooks};
use core::cell::Cell;
use core::mem::offset_of;
use dxpy_core::abi::constants::*;
use dxpy_core::abi::*;
use dxpy_core::ptr::Object;
use dxpy_core::statics::StaticType;
use dxpy_core::{
    Owned, Py, PyErr, PyResult, args, exceptions, gc, getset, glue, list, long, members, methods, object,
    signature,
};

/// What this module brings.
pub static PART: Part = Part { adopt: &[], types: &[&PyTraceBack_Type], hooks: no_hooks };

/// `traceback`.
#[unsafe(no_mangle)]
pub static PyTraceBack_Type: StaticType = StaticType::new::<PyTracebackObject>(c"traceback")
    .getattro(dxpy_core::attr::generic_get_slot)
    .doc(c"TracebackType(tb_next, tb_frame, tb_lasti, tb_lineno)\n--\n\nCreate a new traceback object.")
    .create(glue::create(create))
    .traverse(glue::traverse(traverse))
    .clear(glue::clear(clear))
    .dealloc(glue::dealloc(dealloc))
    .methods(&METHODS)
    .members(&MEMBERS)
    .getset(&GETSET);

methods! { static METHODS: for PyTracebackObject [
    "__dir__" = dir [0], "?($self, /)", "";
] }
members! { static MEMBERS [
    "tb_frame" = _Py_T_OBJECT, offset_of!(PyTracebackObject, tb_frame), Py_READONLY | Py_AUDIT_READ, "";
    "tb_lasti" = Py_T_INT, offset_of!(PyTracebackObject, tb_lasti), Py_READONLY, "";
] }
getset! { static GETSET [
    "tb_next" = get_next, set set_next, "";
    "tb_lineno" = get_lineno, "";
] }

/// `PyTraceBack_Check`.
pub fn check(o: &PyObject) -> Option<&PyTracebackObject> {
    // SAFETY: LAYOUT: the type says so.
    o.ty().is(&PyTraceBack_Type.0).then(|| unsafe { &*(o as *const PyObject as *const PyTracebackObject) })
}

/// `tb_create_raw`.
pub fn new(
    py: Py<'_>,
    next: Option<Owned<PyTracebackObject>>,
    frame: Owned<PyFrameObject>,
    lasti: i32,
    lineno: i32,
) -> PyResult<Owned<PyTracebackObject>> {
    // SAFETY: every field is set before the object is tracked.
    unsafe {
        let t =
            object::alloc_uninit::<PyTracebackObject>(py, &PyTraceBack_Type, size_of::<PyTracebackObject>())?;
        t.tb_next.set(next.map_or(core::ptr::null_mut(), Owned::into_raw));
        t.tb_frame.set(frame.into_raw());
        t.tb_lasti.set(lasti);
        t.tb_lineno.set(lineno);
        gc::track(t.as_object());
        Ok(t)
    }
}

/// `PyTraceBack_Here`: adds the frame in front of the exception's traceback. The line is found when asked for.
///
/// # Safety
/// The frame is initialised.
pub unsafe fn here(py: Py<'_>, e: &PyErr, f: *mut Frame) -> PyResult<()> {
    // SAFETY: the caller's promise.
    unsafe { here_at(py, e, &*frame::object_of(py, f)?, -1) }
}

/// [`here`] with the line that the frame says it is at: frames of C code have lines of their own.
pub fn here_at(py: Py<'_>, e: &PyErr, f: &PyFrameObject, line: i32) -> PyResult<()> {
    // SAFETY: LIVE: an object's frame runs, or is its own; LAYOUT: an exception's traceback is one or NULL.
    unsafe {
        let value = e.value();
        let next = (value.traceback.get() as *const PyTracebackObject).as_ref().map(Object::to_owned);
        let lasti = (frame::lasti(frame::frame_of(f)) * 2) as i32;
        let tb = new(py, next, f.to_owned(), lasti, line)?;
        let old = value.traceback.replace(tb.into_ptr());
        drop(Owned::<PyObject>::from_raw_opt(old));
    }
    Ok(())
}

fn create(py: Py<'_>, _: &PyTypeObject, args: &PyTupleObject, kw: Option<&PyDictObject>) -> PyResult {
    args::bind_call(py, signature!("traceback", "(tb_next, tb_frame, tb_lasti, tb_lineno)"), args, kw, |b| {
        let next: &PyObject = b.arg(py, 0)?;
        let f: &PyObject = b.arg(py, 1)?;
        let next = as_next(py, next)?;
        let Some(f) = frame::check(f) else { return Err(args::bad_argument(py, b, 1, "frame")) };
        let (lasti, lineno): (i32, i32) = (b.arg(py, 2)?, b.arg(py, 3)?);
        new(py, next, f.to_owned(), lasti, lineno).map(Owned::upcast)
    })
}

fn as_next(py: Py<'_>, o: &PyObject) -> PyResult<Option<Owned<PyTracebackObject>>> {
    if object::is_none(o) {
        return Ok(None);
    }
    match check(o) {
        Some(t) => Ok(Some(t.to_owned())),
        None => Err(exceptions::type_error(
            py,
            format_args!("expected traceback object or None, got '{}'", dxpy_core::call::type_name(o.ty())),
        )),
    }
}

/// The next link.
pub fn next(t: &PyTracebackObject) -> Option<&PyTracebackObject> {
    // SAFETY: LIVE: a link holds the next.
    unsafe { t.tb_next.get().as_ref() }
}

/// The line of a link.
pub fn lineno(t: &PyTracebackObject) -> i32 {
    if t.tb_lineno.get() != -1 {
        return t.tb_lineno.get();
    }
    // SAFETY: LIVE: a link holds its frame, and that its code.
    unsafe { crate::code::line_at(frame::code_of((*t.tb_frame.get()).f_frame.get()), t.tb_lasti.get()) }
}

fn dir(py: Py<'_>, _: &PyTracebackObject) -> PyResult {
    let names = ["tb_frame", "tb_next", "tb_lasti", "tb_lineno"];
    let names: Vec<Owned> = names
        .iter()
        .map(|n| dxpy_core::unicode::intern_str(py, n).map(Owned::upcast))
        .collect::<PyResult<_>>()?;
    list::from_iter(py, names).map(Owned::upcast)
}

fn get_next(_: Py<'_>, t: &PyTracebackObject) -> PyResult {
    Ok(next(t).map_or_else(object::none, |n| n.as_object().to_owned()))
}

/// `tb_next_set`: a chain must not come back to itself.
fn set_next(py: Py<'_>, t: &PyTracebackObject, value: Option<&PyObject>) -> PyResult<()> {
    let Some(value) = value else {
        return Err(exceptions::type_error(py, format_args!("can't delete tb_next attribute")));
    };
    let new = as_next(py, value)?;
    let mut cursor = new.as_deref();
    while let Some(c) = cursor {
        if c.is(t) {
            return Err(exceptions::value_error(py, format_args!("traceback loop detected")));
        }
        cursor = next(c);
    }
    let old = t.tb_next.replace(new.map_or(core::ptr::null_mut(), Owned::into_raw));
    // SAFETY: OWNED: the link held the old one.
    drop(unsafe { Owned::<PyTracebackObject>::from_raw_opt(old) });
    Ok(())
}

fn get_lineno(py: Py<'_>, t: &PyTracebackObject) -> PyResult {
    match lineno(t) {
        -1 => Ok(object::none()),
        n => long::from_i64(py, n as i64).map(Owned::upcast),
    }
}

fn traverse(t: &PyTracebackObject, v: &glue::Visitor) -> Result<(), core::ffi::c_int> {
    v.visit(&Cell::new(t.tb_next.get() as *mut PyObject))?;
    v.visit(&Cell::new(t.tb_frame.get() as *mut PyObject))
}

fn clear(_: Py<'_>, t: &PyTracebackObject) {
    // SAFETY: OWNED: the link held both.
    unsafe {
        drop(Owned::<PyTracebackObject>::from_raw_opt(t.tb_next.replace(core::ptr::null_mut())));
        drop(Owned::<PyFrameObject>::from_raw_opt(t.tb_frame.replace(core::ptr::null_mut())));
    }
}

fn dealloc(py: Py<'_>, t: &PyTracebackObject) {
    // SAFETY: the object has a collector header; its fields are released once and its memory last.
    unsafe {
        gc::untrack(t.as_object());
        clear(py, t);
        object::free(t.as_object());
    }
}
