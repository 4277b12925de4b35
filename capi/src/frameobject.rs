//! frameobject.h and pyframe.h: what a frame object knows; `PyEval_SetTrace` and its kin of ceval.h, which call C functions
//! with frames. `PyFrame_New` makes a frame that never runs.

use crate::util::api;
use core::ffi::{c_char, c_int};
use dxpy_core::abi::*;
use dxpy_core::call::type_name;
use dxpy_core::ptr::Object;
use dxpy_core::{Owned, Py, PyErr, PyResult, exceptions, protocol, sequence, unicode};
use dxpy_import::display;
use dxpy_interp::monitor::legacy::{self, Kind};
use dxpy_types::{frame, frame_attrs, generator, locals as variables};

/// The variables of a frame as a mapping.
fn locals(py: Py<'_>, f: &PyFrameObject) -> PyResult {
    // SAFETY: LIVE: an object's frame runs, or is its own.
    unsafe { variables::locals_of(py, frame::frame_of(f)) }
}

/// The value of a variable.
fn variable(py: Py<'_>, f: &PyFrameObject, name: &PyObject) -> PyResult {
    if unicode::check(name).is_none() {
        let given = type_name(name.ty());
        return Err(exceptions::type_error(py, format_args!("name must be str, not {given}")));
    }
    let all = locals(py, f)?;
    sequence::get_item(py, &all, name).or_else(|e| {
        if !exceptions::matches(&e, &exceptions::KeyError) {
            return Err(e);
        }
        let name = unicode::display(protocol::repr(py, name)?.as_object());
        Err(exceptions::format(py, &exceptions::NameError, format_args!("variable {name} does not exist")))
    })
}

fn set(py: Py<'_>, kind: Kind, f: Option<Py_tracefunc>, arg: Option<&PyObject>, doing: &str) {
    let arg = arg.filter(|_| f.is_some());
    if let Err(e) = legacy::set(py, kind, py.state(), f, arg) {
        display::ignored::report(py, e, Some(doing), None);
    }
}

api! {
    /// C: `PyCodeObject *PyFrame_GetCode(PyFrameObject *)`.
    fn PyFrame_GetCode(_, f: &PyFrameObject) -> Option<Owned<PyCodeObject>> {
        // SAFETY: LIVE: an object's frame runs, or is its own, and holds its code.
        Some(unsafe { frame::code_of(frame::frame_of(f)) }.to_owned())
    }

    /// C: `PyFrameObject *PyFrame_GetBack(PyFrameObject *)`: NULL at the bottom.
    fn PyFrame_GetBack(py, f: &PyFrameObject) -> Option<Owned<PyFrameObject>> {
        frame::back(py, f).ok().flatten()
    }

    /// C: `PyFrameObject *PyFrame_New(PyThreadState *, PyCodeObject *, PyObject *globals, PyObject *locals)`.
    fn PyFrame_New(
        py,
        _state: *mut PyThreadState,
        code: &PyCodeObject,
        globals: &PyObject,
        locals: Option<&PyObject>,
    ) -> PyResult<Owned<PyFrameObject>> {
        frame::new_detached(py, dxpy_interp::make_function(py, code, globals)?, locals)
    }

    /// C: `PyObject *PyFrame_GetLocals(PyFrameObject *)`.
    fn PyFrame_GetLocals(py, f: &PyFrameObject) -> PyResult<Owned<PyObject>> {
        locals(py, f)
    }

    /// C: `PyObject *PyFrame_GetGlobals(PyFrameObject *)`.
    fn PyFrame_GetGlobals(_, f: &PyFrameObject) -> Option<Owned<PyObject>> {
        // SAFETY: LIVE: the frame's function holds them.
        unsafe { (*frame::frame_of(f)).f_globals.get().as_ref() }.map(Object::to_owned)
    }

    /// C: `PyObject *PyFrame_GetBuiltins(PyFrameObject *)`.
    fn PyFrame_GetBuiltins(_, f: &PyFrameObject) -> Option<Owned<PyObject>> {
        // SAFETY: LIVE: the frame's function holds them.
        unsafe { (*frame::frame_of(f)).f_builtins.get().as_ref() }.map(Object::to_owned)
    }

    /// C: `PyObject *PyFrame_GetGenerator(PyFrameObject *)`: NULL for a frame of a function.
    fn PyFrame_GetGenerator(_, f: &PyFrameObject) -> Option<Owned<PyGenObject>> {
        // SAFETY: LIVE: an object's frame runs, or is its own; a generator's is inside the generator.
        unsafe {
            let f = frame::frame_of(f);
            ((*f).owner.get() == frame::OWNED_BY_GENERATOR).then(|| generator::of_frame(f).to_owned())
        }
    }

    /// C: `int PyFrame_GetLasti(PyFrameObject *)`.
    fn PyFrame_GetLasti(_, f: &PyFrameObject) -> c_int {
        // SAFETY: LIVE: an object's frame runs, or is its own.
        let at = unsafe { frame::lasti(frame::frame_of(f)) };
        if at < 0 { -1 } else { at as c_int * size_of::<u16>() as c_int }
    }

    /// C: `int PyFrame_GetLineNumber(PyFrameObject *)`.
    fn PyFrame_GetLineNumber(_, f: &PyFrameObject) -> c_int {
        frame::line_number(f)
    }

    /// C: `PyObject *PyFrame_GetVar(PyFrameObject *, PyObject *)`.
    fn PyFrame_GetVar(py, f: &PyFrameObject, name: &PyObject) -> PyResult<Owned<PyObject>> {
        variable(py, f, name)
    }

    /// C: `PyObject *PyFrame_GetVarString(PyFrameObject *, const char *)`.
    fn PyFrame_GetVarString(py, f: &PyFrameObject, name: *const c_char) -> PyResult<Owned<PyObject>> {
        // SAFETY: a C string.
        let name = unsafe { crate::util::name(py, name)? };
        variable(py, f, name.as_object())
    }

    /// C: `int PyFrame_FastToLocalsWithError(PyFrameObject *)`.
    fn PyFrame_FastToLocalsWithError(py, f: &PyFrameObject) -> PyResult<()> {
        locals(py, f).map(drop)
    }

    /// C: `void PyFrame_FastToLocals(PyFrameObject *)`.
    fn PyFrame_FastToLocals(py, f: &PyFrameObject) -> () {
        drop(locals(py, f));
    }

    /// C: `void PyFrame_LocalsToFast(PyFrameObject *, int)`.
    fn PyFrame_LocalsToFast(py, f: &PyFrameObject, _clear: c_int) -> () {
        let pending = PyErr::take(py);
        // SAFETY: LIVE: an object's frame runs, or is its own.
        unsafe { frame_attrs::locals_to_fast(py, frame::frame_of(f)) };
        if let Some(e) = pending {
            e.restore(py);
        }
    }

    /// C: `void PyEval_SetTrace(Py_tracefunc, PyObject *)`.
    fn PyEval_SetTrace(py, f: Option<Py_tracefunc>, arg: Option<&PyObject>) -> () {
        set(py, Kind::Trace, f, arg, "in PyEval_SetTrace");
    }

    /// C: `void PyEval_SetProfile(Py_tracefunc, PyObject *)`.
    fn PyEval_SetProfile(py, f: Option<Py_tracefunc>, arg: Option<&PyObject>) -> () {
        set(py, Kind::Profile, f, arg, "in PyEval_SetProfile");
    }

    /// C: `void PyEval_SetTraceAllThreads(Py_tracefunc, PyObject *)`.
    fn PyEval_SetTraceAllThreads(py, f: Option<Py_tracefunc>, arg: Option<&PyObject>) -> () {
        legacy::set_all(py, Kind::Trace, f, arg);
    }

    /// C: `void PyEval_SetProfileAllThreads(Py_tracefunc, PyObject *)`.
    fn PyEval_SetProfileAllThreads(py, f: Option<Py_tracefunc>, arg: Option<&PyObject>) -> () {
        legacy::set_all(py, Kind::Profile, f, arg);
    }

    /// C: `void _Py_NewReference(PyObject *)`: the object begins to live, or to live again.
    fn _Py_NewReference(_, o: &PyObject) -> () {
        o.ob_refcnt.set(1);
    }

    /// C: `void _Py_NewReferenceNoTotal(PyObject *)`.
    fn _Py_NewReferenceNoTotal(_, o: &PyObject) -> () {
        o.ob_refcnt.set(1);
    }
}
