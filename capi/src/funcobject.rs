//! cpython/funcobject.h: making functions, their parts, and the vectorcall that replaces them, watchers.
//! `PyClassMethod_New` and `PyStaticMethod_New` are in `typeobject`.

use crate::util::api;
use core::cell::Cell;
use core::ffi::c_int;
use dxpy_core::abi::*;
use dxpy_core::function::PyFunction_Type;
use dxpy_core::ptr::{Layout, Object};
use dxpy_core::watch::{self, FunctionEvent, FunctionWatcher};
use dxpy_core::{Owned, Py, PyErr, PyResult, dict, exceptions, object, tuple};
use dxpy_interp::make_function;

/// A function, or `PyErr_BadInternalCall`'s error.
fn function<'a>(py: Py<'_>, f: Option<&'a PyObject>) -> PyResult<&'a PyFunctionObject> {
    let f = f.filter(|f| f.ty().is(&PyFunction_Type.0));
    // SAFETY: LAYOUT: just checked.
    f.map(|f| unsafe { &*(&raw const *f).cast() }).ok_or_else(|| bad_call(py))
}

#[cold]
fn bad_call(py: Py<'_>) -> PyErr {
    exceptions::system_error(py, format_args!("bad argument to internal function"))
}

/// A borrowed field of a function.
fn part<T>(
    py: Py<'_>,
    f: Option<&PyObject>,
    field: impl Fn(&PyFunctionObject) -> *mut T,
) -> PyResult<*mut T> {
    function(py, f).map(field)
}

/// Sets a field; `None` is NULL; anything but a `T` is refused with this text.
fn replace<T: Layout>(
    py: Py<'_>,
    f: Option<&PyObject>,
    value: &PyObject,
    check: impl Fn(&PyObject) -> Option<&T>,
    refused: &str,
    field: impl Fn(&PyFunctionObject) -> &Cell<*mut PyObject>,
    event: Option<FunctionEvent>,
) -> PyResult<()> {
    let f = function(py, f)?;
    let value = (!object::is_none(value)).then_some(value);
    if value.is_some_and(|v| check(v).is_none()) {
        return Err(exceptions::system_error(py, format_args!("{refused}")));
    }
    if let Some(event) = event {
        watch::function(py, event, f, value);
    }
    f.func_version.set(0);
    let new = value.map_or(core::ptr::null_mut(), |v| v.to_owned().into_ptr());
    // SAFETY: OWNED: the function held it, or NULL.
    drop(unsafe { Owned::<PyObject>::from_raw_opt(field(f).replace(new)) });
    Ok(())
}

api! {
    /// C: `PyObject *PyFunction_New(PyObject *code, PyObject *globals)`.
    fn PyFunction_New(py, code: &PyCodeObject, globals: &PyObject) -> PyResult {
        make_function(py, code, globals).map(Owned::upcast)
    }

    /// C: `PyObject *PyFunction_NewWithQualName(PyObject *code, PyObject *globals, PyObject *qualname)`.
    fn PyFunction_NewWithQualName(py, code: &PyCodeObject, globals: &PyObject, name: Option<&PyObject>) -> PyResult {
        let f = make_function(py, code, globals)?;
        if let Some(name) = name {
            // SAFETY: OWNED: the function held it.
            drop(unsafe { Owned::<PyObject>::from_raw_opt(f.func_qualname.replace(name.to_owned().into_ptr())) });
        }
        Ok(f.upcast())
    }

    /// C: `PyObject *PyFunction_GetCode(PyObject *)`: borrowed, as what the functions that follow give.
    fn PyFunction_GetCode(py, f: Option<&PyObject>) -> PyResult<*mut PyObject> { part(py, f, |f| f.func_code.get()) }

    /// C: `PyObject *PyFunction_GetGlobals(PyObject *)`.
    fn PyFunction_GetGlobals(py, f: Option<&PyObject>) -> PyResult<*mut PyObject> { part(py, f, |f| f.func_globals.get()) }

    /// C: `PyObject *PyFunction_GetModule(PyObject *)`.
    fn PyFunction_GetModule(py, f: Option<&PyObject>) -> PyResult<*mut PyObject> { part(py, f, |f| f.func_module.get()) }

    /// C: `PyObject *PyFunction_GetDefaults(PyObject *)`.
    fn PyFunction_GetDefaults(py, f: Option<&PyObject>) -> PyResult<*mut PyObject> { part(py, f, |f| f.func_defaults.get()) }

    /// C: `PyObject *PyFunction_GetKwDefaults(PyObject *)`.
    fn PyFunction_GetKwDefaults(py, f: Option<&PyObject>) -> PyResult<*mut PyObject> { part(py, f, |f| f.func_kwdefaults.get()) }

    /// C: `PyObject *PyFunction_GetClosure(PyObject *)`.
    fn PyFunction_GetClosure(py, f: Option<&PyObject>) -> PyResult<*mut PyObject> { part(py, f, |f| f.func_closure.get()) }

    /// C: `PyObject *PyFunction_GetAnnotations(PyObject *)`: a dict.
    fn PyFunction_GetAnnotations(py, f: Option<&PyObject>) -> PyResult<*mut PyObject> {
        let f = function(py, f)?;
        let d = dxpy_types::function::get_annotations(py, f)?;
        // The function holds it.
        Ok(d.as_ptr())
    }

    /// C: `int PyFunction_SetDefaults(PyObject *, PyObject *)`.
    fn PyFunction_SetDefaults(py, f: Option<&PyObject>, value: &PyObject) -> PyResult<()> {
        replace(py, f, value, tuple::check, "non-tuple default args", |f| &f.func_defaults, Some(FunctionEvent::Defaults))
    }

    /// C: `int PyFunction_SetKwDefaults(PyObject *, PyObject *)`.
    fn PyFunction_SetKwDefaults(py, f: Option<&PyObject>, value: &PyObject) -> PyResult<()> {
        replace(py, f, value, dict::check, "non-dict keyword only default args", |f| &f.func_kwdefaults, Some(FunctionEvent::KwDefaults))
    }

    /// C: `int PyFunction_SetAnnotations(PyObject *, PyObject *)`.
    fn PyFunction_SetAnnotations(py, f: Option<&PyObject>, value: &PyObject) -> PyResult<()> {
        replace(py, f, value, dict::check, "non-dict annotations", |f| &f.func_annotations, None)
    }

    /// C: `int PyFunction_SetClosure(PyObject *, PyObject *)`.
    fn PyFunction_SetClosure(py, f: Option<&PyObject>, value: &PyObject) -> PyResult<()> {
        let refused = format!("expected tuple for closure, got '{}'", dxpy_core::call::type_name(value.ty()));
        replace(py, f, value, tuple::check, &refused, |f| &f.func_closure, None)
    }

    /// C: `int PyFunction_AddWatcher(PyFunction_WatchCallback)`.
    fn PyFunction_AddWatcher(py, f: FunctionWatcher) -> PyResult<c_int> {
        watch::FUNCTIONS.add(py, f)
    }

    /// C: `int PyFunction_ClearWatcher(int)`.
    fn PyFunction_ClearWatcher(py, id: c_int) -> PyResult<()> {
        watch::FUNCTIONS.remove(py, id)
    }

    /// C: `void PyFunction_SetVectorcall(PyFunctionObject *, vectorcallfunc)`: no instruction calls it in its own way
    /// from now on.
    fn PyFunction_SetVectorcall(_, f: &PyFunctionObject, vectorcall: vectorcallfunc) -> () {
        f.func_version.set(0);
        f.vectorcall.set(Some(vectorcall));
    }
}
