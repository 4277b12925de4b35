//! What programs see of frame objects (`Objects/frameobject.c`): fields, the snapshot of the locals, `clear`. Jumping (setting
//! `f_lineno`) is in `frame_lineno`; calling `f_trace` is the interpreter's.

use crate::frame::{self, Frame, OWNED_BY_FRAME_OBJECT, OWNED_BY_GENERATOR};
use crate::locals::locals_of;
use crate::{code, frame_lineno, generator};
use core::mem::offset_of;
use dxpy_bytecode::{co, fast};
use dxpy_core::abi::constants::*;
use dxpy_core::abi::*;
use dxpy_core::ptr::Object;
use dxpy_core::{
    Owned, Py, PyErr, PyResult, boolean, cell, exceptions, getset, long, members, methods, object, protocol,
    sequence, unicode,
};

methods! { pub(crate) static METHODS: for PyFrameObject [
    "clear" = clear [0], "?($self, /)", "Release what the frame's locals refer to.";
    "__sizeof__" = sizeof [0], "?($self, /)", "";
] }
members! { pub(crate) static MEMBERS [
    "f_trace_lines" = Py_T_BOOL, offset_of!(PyFrameObject, f_trace_lines), 0, "";
] }
getset! { pub(crate) static GETSET [
    "f_back" = get_back, "";
    "f_locals" = get_locals, "";
    "f_lineno" = get_lineno, set frame_lineno::set, "";
    "f_trace" = get_trace, set set_trace, "";
    "f_lasti" = get_lasti, "";
    "f_globals" = get_globals, "";
    "f_builtins" = get_builtins, "";
    "f_code" = get_code, "";
    "f_trace_opcodes" = get_trace_opcodes, set set_trace_opcodes, "";
] }

fn code_of(o: &PyFrameObject) -> &PyCodeObject {
    // SAFETY: LIVE: an object's frame runs, or is its own.
    unsafe { frame::code_of(frame::frame_of(o)) }
}

/// `frame_repr`.
pub(crate) fn repr(py: Py<'_>, o: &PyFrameObject) -> PyResult<Owned<PyUnicodeObject>> {
    let c = code_of(o);
    // SAFETY: LIVE, LAYOUT: a code object holds name and file name.
    let (file, name) =
        unsafe { (protocol::repr(py, &*c.co_filename.get())?, protocol::str(py, &*c.co_name.get())?) };
    let text = |s: &str| unicode::from_str(py, s);
    let (head, line) = (format!("<frame at {:p}, file ", o.as_ptr()), frame::line_number(o));
    let middle = format!(", line {line}, code ");
    unicode::join_all(py, &[&*text(&head)?, &*file, &*text(&middle)?, &*name, &*text(">")?])
}

fn get_back(py: Py<'_>, o: &PyFrameObject) -> PyResult {
    Ok(frame::back(py, o)?.map_or_else(object::none, Owned::upcast))
}

fn get_code(py: Py<'_>, o: &PyFrameObject) -> PyResult {
    dxpy_core::audit::read(py, o.as_object(), "f_code")?;
    Ok(code_of(o).as_object().to_owned())
}

fn get_globals(_: Py<'_>, o: &PyFrameObject) -> PyResult {
    // SAFETY: LIVE: the frame's function holds them.
    Ok(unsafe { (*frame::frame_of(o)).f_globals.get().as_ref() }.map_or_else(object::none, Object::to_owned))
}

fn get_builtins(_: Py<'_>, o: &PyFrameObject) -> PyResult {
    // SAFETY: LIVE: the frame's function holds them.
    Ok(unsafe { (*frame::frame_of(o)).f_builtins.get().as_ref() }.map_or_else(object::none, Object::to_owned))
}

fn get_lasti(py: Py<'_>, o: &PyFrameObject) -> PyResult {
    // SAFETY: LIVE: an object's frame runs, or is its own.
    let at = unsafe { frame::lasti(frame::frame_of(o)) };
    long::from_i64(py, if at < 0 { -1 } else { at as i64 * size_of::<u16>() as i64 }).map(Owned::upcast)
}

fn get_lineno(py: Py<'_>, o: &PyFrameObject) -> PyResult {
    match frame::line_number(o) {
        n if n < 0 => Ok(object::none()),
        n => long::from_i64(py, n.into()).map(Owned::upcast),
    }
}

fn get_trace(_: Py<'_>, o: &PyFrameObject) -> PyResult {
    // SAFETY: LIVE: the object holds it, or NULL.
    Ok(unsafe { o.f_trace.get().as_ref() }.map_or_else(object::none, Object::to_owned))
}

fn set_trace(_: Py<'_>, o: &PyFrameObject, value: Option<&PyObject>) -> PyResult<()> {
    let new =
        value.filter(|v| !object::is_none(v)).map_or(core::ptr::null_mut(), |v| v.to_owned().into_ptr());
    // SAFETY: OWNED: the field held one reference, or NULL.
    drop(unsafe { Owned::<PyObject>::from_raw_opt(o.f_trace.replace(new)) });
    Ok(())
}

fn get_trace_opcodes(_: Py<'_>, o: &PyFrameObject) -> PyResult {
    Ok(boolean::new(o.f_trace_opcodes.get() != 0).upcast())
}

fn set_trace_opcodes(py: Py<'_>, o: &PyFrameObject, value: Option<&PyObject>) -> PyResult<()> {
    let Some(v) = value.filter(|v| v.ty().is(&boolean::PyBool_Type.0)) else {
        return Err(exceptions::type_error(py, format_args!("attribute value type must be bool")));
    };
    let on = v.is(&boolean::_Py_TrueStruct.0);
    if on {
        code::instrument::want_opcodes();
    }
    o.f_trace_opcodes.set(on as _);
    Ok(())
}

fn sizeof(py: Py<'_>, o: &PyFrameObject) -> PyResult {
    let c = code_of(o);
    let words = c.co_nlocalsplus.get() as usize + c.co_stacksize.get() as usize + code::FRAME_SPECIALS;
    let n = offset_of!(PyFrameObject, _f_frame_data) + words * size_of::<*mut PyObject>();
    long::from_i64(py, n as i64).map(Owned::upcast)
}

/// `PyFrame_LocalsToFast`: the frame's variables become what the mapping of [`locals_of`] says; what is not there becomes
/// unbound in cells, None elsewhere, since the compiler may have proven it bound.
///
/// # Safety
/// As there.
pub unsafe fn locals_to_fast(py: Py<'_>, f: *mut Frame) {
    // SAFETY: the caller's promise; LIVE: the frame holds namespace, code and variables.
    unsafe {
        let Some(namespace) = (*f).f_locals.get().as_ref().map(Object::to_owned) else { return };
        let c = frame::code_of(f).to_owned();
        let optimized = c.co_flags.get() as u32 & co::OPTIMIZED != 0;
        let names = code::locals_names(&c);
        for (i, kind) in code::locals_kinds(&c).iter().enumerate() {
            if kind & fast::HIDDEN != 0 || (kind & fast::FREE != 0 && !optimized) {
                continue;
            }
            let mut value = sequence::get_item(py, &namespace, names[i]).ok();
            let place = frame::locals(f).add(i);
            let inner = if kind & (fast::CELL | fast::FREE) != 0 {
                (*place).as_ref().and_then(cell::check).map(Object::to_owned)
            } else {
                None
            };
            if let Some(inner) = inner {
                cell::set(&inner, value);
                continue;
            }
            let same = core::ptr::eq(*place, value.as_ref().map_or(core::ptr::null_mut(), |v| v.as_ptr()));
            if same {
                continue;
            }
            if value.is_none() {
                let name = protocol::repr(py, names[i]).map(|r| unicode::display(r.as_object()));
                let text = format_args!("assigning None to unbound local {}", name.unwrap_or_default());
                if let Err(e) = exceptions::warn(py, &exceptions::RuntimeWarning, 0, text) {
                    exceptions::unraisable(py, e, Some(c.as_object()));
                }
                value = Some(object::none());
            }
            let new = value.map_or(core::ptr::null_mut(), Owned::into_ptr);
            drop(Owned::<PyObject>::from_raw_opt(core::ptr::replace(place, new)));
        }
    }
}

fn get_locals(py: Py<'_>, o: &PyFrameObject) -> PyResult {
    // SAFETY: LIVE: the object's frame runs, or is its own.
    unsafe { locals_of(py, frame::frame_of(o)) }
}

/// `frame_clear`: of a frame that does not run.
fn clear(py: Py<'_>, o: &PyFrameObject) -> PyResult {
    let f = frame::frame_of(o);
    // SAFETY: LIVE: the object's frame runs, or is its own; a generator's frame is inside the generator.
    unsafe {
        match (*f).owner.get() {
            OWNED_BY_GENERATOR => {
                let g = generator::of_frame(f).to_owned();
                if g.gi_frame_state.get() == generator::EXECUTING {
                    return Err(executing(py));
                }
                if let Some(finalize) = g.as_object().ty().tp_finalize.get() {
                    finalize(g.as_ptr());
                }
                Ok(object::none())
            }
            OWNED_BY_FRAME_OBJECT => {
                frame::tp_clear(py, o);
                Ok(object::none())
            }
            _ => Err(executing(py)),
        }
    }
}

fn executing(py: Py<'_>) -> PyErr {
    exceptions::runtime_error(py, format_args!("cannot clear an executing frame"))
}
