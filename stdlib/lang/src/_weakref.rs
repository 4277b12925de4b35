//! `_weakref` (`Modules/_weakref.c`).

use dxpy_core::abi::*;
use dxpy_core::module::{StaticModule, exec};
use dxpy_core::ptr::Object;
use dxpy_core::statics::Gil;
use dxpy_core::weakref::{
    _PyWeakref_CallableProxyType, _PyWeakref_ProxyType, _PyWeakref_RefType, count, new_proxy, refs, target,
};
use dxpy_core::{Owned, Py, PyResult, dict, list, methods, module, object};

/// `_weakref`.
pub static MODULE: StaticModule =
    StaticModule::new(c"_weakref").doc(c"Support of weak references.").methods(&METHODS).slots(&SLOTS);

static SLOTS: Gil<[PyModuleDef_Slot; 2]> = exec(fill);

methods! { static METHODS: for PyModuleObject [
    "getweakrefcount" = getweakrefcount [1], "($module, object, /)", "The number of weak references to an object.";
    "_remove_dead_weakref" = remove_dead [2], "($module, dct, key, /)", "Removes a key whose value is a dead weak reference.";
    "getweakrefs" = getweakrefs [1], "($module, object, /)", "The weak references to an object.";
    "proxy" = proxy [2], "($module, object, callback=None, /)", "A proxy of an object that refers to it weakly.";
] }

fn fill(py: Py<'_>, m: &PyModuleObject) -> PyResult<()> {
    module::add(py, m, "ref", _PyWeakref_RefType.0.as_object())?;
    module::add(py, m, "ReferenceType", _PyWeakref_RefType.0.as_object())?;
    module::add(py, m, "ProxyType", _PyWeakref_ProxyType.0.as_object())?;
    module::add(py, m, "CallableProxyType", _PyWeakref_CallableProxyType.0.as_object())
}

fn getweakrefcount(_: Py<'_>, _: &PyModuleObject, o: &PyObject) -> PyResult<usize> {
    Ok(count(o))
}

fn getweakrefs(py: Py<'_>, _: &PyModuleObject, o: &PyObject) -> PyResult<Owned<PyListObject>> {
    list::from_iter(py, refs(o).into_iter().map(Owned::upcast))
}

/// `_PyDict_DelItemIf` with `is_dead_weakref`: a key that is gone, or lives again, is no error.
fn remove_dead(py: Py<'_>, _: &PyModuleObject, d: &PyDictObject, key: &PyObject) -> PyResult<()> {
    let Some(v) = dict::get(py, d, key)? else { return Ok(()) };
    let Some(w) = dxpy_core::weakref::check_ref(&v) else {
        return Err(dxpy_core::exceptions::type_error(py, format_args!("not a weakref")));
    };
    if target(w).is_none() {
        dict::pop(py, d, key)?;
    }
    Ok(())
}

fn proxy(py: Py<'_>, _: &PyModuleObject, o: &PyObject, callback: Option<&PyObject>) -> PyResult {
    new_proxy(py, o, callback.filter(|c| !object::is_none(c))).map(Owned::upcast)
}
