//! `settrace`, `setprofile` and what goes with them.

use dxpy_core::abi::*;
use dxpy_core::{Owned, Py, PyResult, call, object};
use dxpy_interp::monitor::legacy::{self, Kind};

fn set(py: Py<'_>, kind: Kind, f: &PyObject) -> PyResult<()> {
    if object::is_none(f) {
        legacy::set(py, kind, py.state(), None, None)
    } else {
        legacy::set(py, kind, py.state(), Some(legacy::trampoline(kind)), Some(f))
    }
}

fn set_all(py: Py<'_>, kind: Kind, f: &PyObject) {
    if object::is_none(f) {
        legacy::set_all(py, kind, None, None);
    } else {
        legacy::set_all(py, kind, Some(legacy::trampoline(kind)), Some(f));
    }
}

/// `sys.settrace`.
pub(super) fn settrace(py: Py<'_>, _: &PyModuleObject, f: &PyObject) -> PyResult<()> {
    set(py, Kind::Trace, f)
}

/// `sys.setprofile`.
pub(super) fn setprofile(py: Py<'_>, _: &PyModuleObject, f: &PyObject) -> PyResult<()> {
    set(py, Kind::Profile, f)
}

/// `sys._settraceallthreads`.
pub(super) fn settraceallthreads(py: Py<'_>, _: &PyModuleObject, f: &PyObject) {
    set_all(py, Kind::Trace, f);
}

/// `sys._setprofileallthreads`.
pub(super) fn setprofileallthreads(py: Py<'_>, _: &PyModuleObject, f: &PyObject) {
    set_all(py, Kind::Profile, f);
}

/// `sys.gettrace`.
pub(super) fn gettrace(py: Py<'_>, _: &PyModuleObject) -> Owned {
    legacy::get(py, Kind::Trace)
}

/// `sys.getprofile`.
pub(super) fn getprofile(py: Py<'_>, _: &PyModuleObject) -> Owned {
    legacy::get(py, Kind::Profile)
}

/// `sys.call_tracing`: what it calls is traced, though a trace function runs.
pub(super) fn call_tracing(py: Py<'_>, _: &PyModuleObject, f: &PyObject, args: &PyTupleObject) -> PyResult {
    let tracing = &py.state().abi.tracing;
    let before = tracing.replace(0);
    let r = call::call_tuple(py, f, args, None);
    tracing.set(before);
    r
}
