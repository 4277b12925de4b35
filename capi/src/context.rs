//! context.h: contexts and their variables.

use crate::util::api;
use core::ffi::{CStr, c_char};
use dxpy_core::abi::*;
use dxpy_core::ptr::Object;
use dxpy_core::{Owned, Py, PyErr, PyResult, exceptions, unicode};
use dxpy_types::context;

fn expected(py: Py<'_>, what: &str) -> PyErr {
    exceptions::type_error(py, format_args!("an instance of {what} was expected"))
}

fn ctx<'a>(py: Py<'_>, o: &'a PyObject) -> PyResult<&'a PyContext> {
    context::check(o).ok_or_else(|| expected(py, "Context"))
}

fn var<'a>(py: Py<'_>, o: &'a PyObject) -> PyResult<&'a PyContextVar> {
    context::check_var(o).ok_or_else(|| expected(py, "ContextVar"))
}

api! {
    /// C: `PyObject *PyContext_New(void)`.
    fn PyContext_New(py) -> PyResult<Owned<PyContext>> {
        context::new(py)
    }

    /// C: `PyObject *PyContext_Copy(PyObject *)`.
    fn PyContext_Copy(py, c: &PyObject) -> PyResult<Owned<PyContext>> {
        context::copy(py, ctx(py, c)?)
    }

    /// C: `PyObject *PyContext_CopyCurrent(void)`.
    fn PyContext_CopyCurrent(py) -> PyResult<Owned<PyContext>> {
        context::copy_current(py)
    }

    /// C: `int PyContext_Enter(PyObject *)`.
    fn PyContext_Enter(py, c: &PyObject) -> PyResult<()> {
        context::enter(py, ctx(py, c)?)
    }

    /// C: `int PyContext_Exit(PyObject *)`.
    fn PyContext_Exit(py, c: &PyObject) -> PyResult<()> {
        context::exit(py, ctx(py, c)?)
    }

    /// C: `PyObject *PyContextVar_New(const char *, PyObject *)`.
    fn PyContextVar_New(py, name: *const c_char, default: Option<&PyObject>) -> PyResult<Owned<PyContextVar>> {
        // SAFETY: the caller's promise: a C string.
        let name = unsafe { CStr::from_ptr(name) };
        let name = unicode::from_utf8(py, name.to_bytes())?;
        context::new_var(py, name.as_object(), default)
    }

    /// C: `PyObject *PyContextVar_Set(PyObject *, PyObject *)`.
    fn PyContextVar_Set(py, v: &PyObject, value: &PyObject) -> PyResult<Owned<PyContextToken>> {
        context::set_var(py, var(py, v)?, value)
    }

    /// C: `int PyContextVar_Reset(PyObject *, PyObject *)`.
    fn PyContextVar_Reset(py, v: &PyObject, token: &PyObject) -> PyResult<()> {
        let token = context::check_token(token).ok_or_else(|| expected(py, "Token"))?;
        context::reset_var(py, var(py, v)?, token)
    }

    /// C: `PyObject *_PyContext_NewHamtForTests(void)`.
    fn _PyContext_NewHamtForTests(py) -> PyResult<Owned<PyHamtObject>> {
        context::hamt::empty(py)
    }

    /// C: `int PyContextVar_Get(PyObject *, PyObject *, PyObject **)`: the value, NULL for none, in the place given.
    fn PyContextVar_Get(py, v: &PyObject, default: Option<&PyObject>, place: *mut *mut PyObject) -> PyResult<()> {
        let found = context::get_var(py, var(py, v)?, default)?;
        // SAFETY: the caller's promise: the place may be written.
        unsafe { *place = found.map_or(core::ptr::null_mut(), Owned::into_ptr) };
        Ok(())
    }
}
