//! Frames and exceptions of running threads: `_getframe` and its kin.

use dxpy_core::abi::*;
use dxpy_core::ptr::Object;
use dxpy_core::thread::states;
use dxpy_core::{Owned, Py, PyResult, attr, audit, dict, exceptions, long, name, object};
use dxpy_types::frame;

/// The frame `depth` calls below the caller's.
fn frame_at(py: Py<'_>, depth: i32) -> Option<*mut frame::Frame> {
    let mut f = frame::current(py);
    for _ in 0..depth.max(0) {
        if f.is_null() {
            return None;
        }
        // SAFETY: LIVE: frames of the running thread.
        f = unsafe { frame::first_complete((*f).previous.get()) };
    }
    (!f.is_null()).then_some(f)
}

/// `sys._getframe`.
pub(super) fn getframe(py: Py<'_>, _: &PyModuleObject, depth: Option<i32>) -> PyResult {
    let Some(f) = frame_at(py, depth.unwrap_or(0)) else {
        return Err(exceptions::value_error(py, format_args!("call stack is not deep enough")));
    };
    // SAFETY: LIVE: a running frame.
    let f = unsafe { frame::object_of(py, f)? };
    audit::event(py, "sys._getframe", [f.as_object()])?;
    Ok(f.upcast())
}

/// `sys._getframemodulename`.
pub(super) fn getframemodulename(py: Py<'_>, _: &PyModuleObject, depth: Option<i32>) -> PyResult {
    let depth = depth.unwrap_or(0);
    audit::event_with(py, "sys._getframemodulename", || {
        dxpy_core::tuple::from_iter(py, [long::from_i64(py, depth.into())?.upcast()])
    })?;
    let Some(f) = frame_at(py, depth) else { return Ok(object::none()) };
    // SAFETY: LIVE: a running frame holds its function.
    let func = unsafe { &*(*f).f_funcobj.get() };
    Ok(attr::lookup_name(py, func, name!("__module__"))?.unwrap_or_else(object::none))
}

/// `sys._current_frames`.
pub(super) fn current_frames(py: Py<'_>, _: &PyModuleObject) -> PyResult<Owned<PyDictObject>> {
    audit::event(py, "sys._current_frames", [])?;
    let found = dict::new(py)?;
    for state in states::all(py) {
        let cframe = state.abi.cframe.get();
        // SAFETY: LIVE: threads stand still while this one has the GIL, and their frames with them.
        unsafe {
            let f = frame::first_complete((*cframe).current_frame.get());
            if f.is_null() {
                continue;
            }
            let f = frame::object_of(py, f)?;
            let id = long::from_u64(py, state.abi.thread_id.get())?;
            dict::set(py, &found, id.as_object(), f.as_object())?;
        }
    }
    Ok(found)
}

/// `sys._current_exceptions`.
pub(super) fn current_exceptions(py: Py<'_>, _: &PyModuleObject) -> PyResult<Owned<PyDictObject>> {
    audit::event(py, "sys._current_exceptions", [])?;
    let found = dict::new(py)?;
    for state in states::all(py) {
        let mut info = state.abi.exc_info.get();
        // SAFETY: LIVE: the stack of exception states of a thread that stands still.
        let value = unsafe {
            let empty = |v: *mut PyObject| v.as_ref().is_none_or(object::is_none);
            while empty((*info).exc_value.get()) && !(*info).previous_item.get().is_null() {
                info = (*info).previous_item.get();
            }
            (*info).exc_value.get().as_ref().map_or_else(object::none, Object::to_owned)
        };
        let id = long::from_u64(py, state.abi.thread_id.get())?;
        dict::set(py, &found, id.as_object(), &value)?;
    }
    Ok(found)
}
