//! Names: globals, built-ins, class namespaces, and the errors for those that are not bound (`Python/ceval.c`).

use dxpy_core::abi::*;
use dxpy_core::ptr::Object;
use dxpy_core::{Owned, Py, PyErr, PyResult, dict, exceptions, object, sequence, unicode};

/// `format_exc_check_arg` for `NameError`: the error knows the name.
#[cold]
pub fn undefined(py: Py<'_>, name: &PyObject) -> PyErr {
    let e = exceptions::format(
        py,
        &exceptions::NameError,
        format_args!("name '{}' is not defined", unicode::display(name)),
    );
    with_name(e, name)
}

/// Sets the `name` of a `NameError`.
fn with_name(e: PyErr, name: &PyObject) -> PyErr {
    if e.value().as_object().ty().is(&exceptions::NameError.0) {
        // SAFETY: LAYOUT: just checked; OWNED: the field holds a reference or NULL.
        unsafe {
            let n = &*(e.value() as *const PyBaseExceptionObject as *const PyNameErrorObject);
            if n.name.get().is_null() {
                n.name.set(name.to_owned().into_ptr());
            }
        }
    }
    e
}

/// A local variable without a value (`UNBOUNDLOCAL_ERROR_MSG`).
#[cold]
pub fn unbound_local(py: Py<'_>, name: &PyObject) -> PyErr {
    exceptions::format(
        py,
        &exceptions::UnboundLocalError,
        format_args!(
            "cannot access local variable '{}' where it is not associated with a value",
            unicode::display(name)
        ),
    )
}

/// A free variable without a value (`UNBOUNDFREE_ERROR_MSG`).
#[cold]
pub fn unbound_free(py: Py<'_>, name: &PyObject) -> PyErr {
    let e = exceptions::format(
        py,
        &exceptions::NameError,
        format_args!(
            "cannot access free variable '{}' where it is not associated with a value in enclosing scope",
            unicode::display(name)
        ),
    );
    with_name(e, name)
}

/// The value of a name in a namespace that may be any mapping; missing is None (`PyMapping_GetOptionalItem`).
pub fn mapping_get(py: Py<'_>, namespace: &PyObject, name: &PyObject) -> PyResult<Option<Owned>> {
    if let Some(d) = dict::check_exact(namespace) {
        return dict::get(py, d, name);
    }
    match sequence::get_item(py, namespace, name) {
        Ok(v) => Ok(Some(v)),
        Err(e) if exceptions::matches(&e, &exceptions::KeyError) => Ok(None),
        Err(e) => Err(e),
    }
}

/// `LOAD_GLOBAL`: globals, then built-ins.
pub fn load_global(py: Py<'_>, globals: &PyObject, builtins: &PyObject, name: &PyObject) -> PyResult {
    if let Some(v) = mapping_get(py, globals, name)? {
        return Ok(v);
    }
    match mapping_get(py, builtins, name)? {
        Some(v) => Ok(v),
        None => Err(undefined(py, name)),
    }
}

/// `LOAD_NAME`: the namespace, then globals and built-ins.
pub fn load_name(
    py: Py<'_>,
    namespace: Option<&PyObject>,
    globals: &PyObject,
    builtins: &PyObject,
    name: &PyObject,
) -> PyResult {
    let Some(namespace) = namespace else {
        return Err(no_locals(py, "loading", name));
    };
    match mapping_get(py, namespace, name)? {
        Some(v) => Ok(v),
        None => load_global(py, globals, builtins, name),
    }
}

/// The error of code that needs a namespace and runs without one.
#[cold]
pub fn no_locals(py: Py<'_>, doing: &str, name: &PyObject) -> PyErr {
    let shown =
        dxpy_core::protocol::repr(py, name).map(|r| unicode::display(r.as_object())).unwrap_or_default();
    exceptions::system_error(py, format_args!("no locals when {doing} {shown}"))
}

/// `STORE_NAME`.
pub fn store_name(
    py: Py<'_>,
    namespace: Option<&PyObject>,
    name: &PyObject,
    value: &PyObject,
) -> PyResult<()> {
    let Some(namespace) = namespace else {
        let shown =
            dxpy_core::protocol::repr(py, name).map(|r| unicode::display(r.as_object())).unwrap_or_default();
        return Err(exceptions::system_error(py, format_args!("no locals found when storing {shown}")));
    };
    match dict::check_exact(namespace) {
        Some(d) => dict::set(py, d, name, value),
        None => sequence::set_item(py, namespace, name, Some(value)),
    }
}

/// `DELETE_NAME`.
pub fn delete_name(py: Py<'_>, namespace: Option<&PyObject>, name: &PyObject) -> PyResult<()> {
    let Some(namespace) = namespace else {
        return Err(no_locals(py, "deleting", name));
    };
    sequence::set_item(py, namespace, name, None).map_err(|e| {
        // Whatever the mapping says, the name is not there.
        drop(e);
        undefined(py, name)
    })
}

/// `DELETE_GLOBAL`.
pub fn delete_global(py: Py<'_>, globals: &PyDictObject, name: &PyObject) -> PyResult<()> {
    match dict::pop(py, globals, name)? {
        Some(_) => Ok(()),
        None => Err(undefined(py, name)),
    }
}

/// The built-ins a function of these globals sees (`_PyEval_BuiltinsFromGlobals`): `__builtins__`, a module or a dict.
pub fn builtins_of(py: Py<'_>, globals: &PyDictObject) -> PyResult {
    match dict::get_name(py, globals, dxpy_core::name!("__builtins__"))? {
        Some(m) if dxpy_core::module::check(&m) => {
            // SAFETY: LAYOUT: just checked.
            let m = unsafe { &*(m.as_ptr() as *const PyModuleObject) };
            Ok(dxpy_core::module::dict_of(m).as_object().to_owned())
        }
        Some(d) => Ok(d),
        None => dxpy_core::hooks::builtins(py),
    }
}

/// Whether a value is None; spelt for the handlers' sake.
pub fn is_none(o: &PyObject) -> bool {
    object::is_none(o)
}
