//! moduleobject.h and the parts of modsupport.h that make modules.

use crate::util::{api, name as text};
use core::ffi::{CStr, c_char, c_int, c_void};
use dxpy_core::abi::*;
use dxpy_core::ptr::Object;
use dxpy_core::{Owned, Py, PyErr, PyResult, dict, exceptions, module, name, unicode};
use dxpy_import::dynamic;

/// `PYTHON_ABI_VERSION` and the limited API's.
const VERSIONS: [c_int; 2] = [1013, 3];

/// A module, or `PyErr_BadArgument`'s error.
fn as_module<'a>(py: Py<'_>, o: Option<&'a PyObject>) -> PyResult<&'a PyModuleObject> {
    o.and_then(module::as_module)
        .ok_or_else(|| exceptions::type_error(py, format_args!("bad argument type for built-in operation")))
}

/// A name of the module's dict that must be a str.
fn text_of(
    py: Py<'_>,
    m: &PyModuleObject,
    key: &'static dxpy_core::unicode::Name,
    missing: &str,
) -> PyResult<Owned> {
    dict::get_name(py, module::dict_of(m), key)?
        .filter(|n| unicode::check(n).is_some())
        .ok_or_else(|| exceptions::system_error(py, format_args!("{missing}")))
}

/// The UTF-8 text of a str that the module goes on holding.
fn utf8(py: Py<'_>, s: &PyObject) -> PyResult<*mut c_char> {
    let s = unicode::check(s).expect("checked before");
    // The text is kept in the str.
    unicode::utf8(py, s)?;
    // SAFETY: GIL, LIVE.
    Ok(unsafe { crate::unicodeobject::PyUnicode_AsUTF8(Some(s.as_object())) as *mut c_char })
}

/// `_PyModule_CreateInitialized`: the module of a single-phase definition.
fn create(py: Py<'_>, def: &'static PyModuleDef, version: c_int) -> PyResult<Owned<PyModuleObject>> {
    // SAFETY: STATIC: a C string.
    let declared = unsafe { CStr::from_ptr(def.m_name.get()) }.to_string_lossy();
    if !VERSIONS.contains(&version) {
        exceptions::warn(
            py,
            &exceptions::RuntimeWarning,
            1,
            format_args!(
                "Python C API version mismatch for module {declared}: This Python has API version 1013, module {declared} has version {version}."
            ),
        )?;
    }
    if !def.m_slots.get().is_null() {
        return Err(exceptions::system_error(
            py,
            format_args!("module {declared}: PyModule_Create is incompatible with m_slots"),
        ));
    }
    // A module of a package is named by the file it is loaded from; its definition says the last part alone.
    let full = dynamic::full_name(&declared);
    let called = unicode::from_str(py, &full)?;
    let m = module::new(py, &called)?;
    m.md_def.set(core::ptr::from_ref(def).cast_mut());
    let size = def.m_size.get();
    if size > 0 {
        let block = dxpy_core::alloc::calloc(size as usize);
        if block.is_null() {
            return Err(exceptions::memory_error(py));
        }
        m.md_state.set(block);
    }
    module::add_functions(py, m.as_object(), def, &called)?;
    set_doc(py, &m, def.m_doc.get())?;
    Ok(m)
}

fn set_doc(py: Py<'_>, m: &PyModuleObject, doc: *const c_char) -> PyResult<()> {
    if doc.is_null() {
        return Ok(());
    }
    // SAFETY: STATIC: a C string.
    let doc = unsafe { text(py, doc) }?;
    dict::set(py, module::dict_of(m), name!("__doc__").obj(py), doc.as_object())
}

api! {
    /// C: `PyObject *PyModuleDef_Init(PyModuleDef *)`: makes a definition an object; borrowed.
    fn PyModuleDef_Init(_, def: &PyModuleDef) -> *mut PyObject {
        dynamic::prepare(def);
        core::ptr::from_ref(def).cast_mut().cast()
    }

    /// C: `PyObject *PyModule_Create2(PyModuleDef *, int)`.
    fn PyModule_Create2(py, def: &'static PyModuleDef, version: c_int) -> PyResult<Owned<PyModuleObject>> {
        dynamic::prepare(def);
        create(py, def, version)
    }

    /// C: `PyObject *PyModule_FromDefAndSpec2(PyModuleDef *, PyObject *, int)`.
    fn PyModule_FromDefAndSpec2(py, def: &'static PyModuleDef, spec: &PyObject, _version: c_int) -> PyResult<Owned> {
        dynamic::prepare(def);
        module::from_def_and_spec(py, def, spec)
    }

    /// C: `int PyModule_ExecDef(PyObject *, PyModuleDef *)`.
    fn PyModule_ExecDef(py, m: Option<&PyObject>, def: &'static PyModuleDef) -> PyResult<()> {
        module::exec_def(py, as_module(py, m)?, def)
    }

    /// C: `PyObject *PyModule_NewObject(PyObject *)`.
    fn PyModule_NewObject(py, called: &PyObject) -> PyResult<Owned<PyModuleObject>> {
        let called = dxpy_core::attr::check_name(py, called)?;
        module::new(py, called)
    }

    /// C: `PyObject *PyModule_New(const char *)`.
    fn PyModule_New(py, called: *const c_char) -> PyResult<Owned<PyModuleObject>> {
        // SAFETY: a C string.
        let called = unsafe { text(py, called) }?;
        module::new(py, &called)
    }

    /// C: `PyObject *PyModule_GetDict(PyObject *)`: borrowed.
    fn PyModule_GetDict(py, m: Option<&PyObject>) -> PyResult<*mut PyObject> {
        let m = m.and_then(module::as_module);
        m.map(|m| module::dict_of(m).as_ptr())
            .ok_or_else(|| exceptions::system_error(py, format_args!("bad argument to internal function")))
    }

    /// C: `PyObject *PyModule_GetNameObject(PyObject *)`.
    fn PyModule_GetNameObject(py, m: Option<&PyObject>) -> PyResult<Owned> {
        text_of(py, as_module(py, m)?, name!("__name__"), "nameless module")
    }

    /// C: `const char *PyModule_GetName(PyObject *)`.
    fn PyModule_GetName(py, m: Option<&PyObject>) -> PyResult<*mut c_char> {
        let r = as_module(py, m).and_then(|m| text_of(py, m, name!("__name__"), "nameless module"));
        r.and_then(|n| utf8(py, &n))
    }

    /// C: `PyObject *PyModule_GetFilenameObject(PyObject *)`.
    fn PyModule_GetFilenameObject(py, m: Option<&PyObject>) -> PyResult<Owned> {
        text_of(py, as_module(py, m)?, name!("__file__"), "module filename missing")
    }

    /// C: `const char *PyModule_GetFilename(PyObject *)`.
    fn PyModule_GetFilename(py, m: Option<&PyObject>) -> PyResult<*mut c_char> {
        let r = as_module(py, m).and_then(|m| text_of(py, m, name!("__file__"), "module filename missing"));
        r.and_then(|n| utf8(py, &n))
    }

    /// C: `PyModuleDef *PyModule_GetDef(PyObject *)`.
    fn PyModule_GetDef(py, m: Option<&PyObject>) -> PyResult<*mut PyModuleDef> {
        as_module(py, m).map(|m| m.md_def.get())
    }

    /// C: `void *PyModule_GetState(PyObject *)`.
    fn PyModule_GetState(py, m: Option<&PyObject>) -> PyResult<*mut c_void> {
        as_module(py, m).map(|m| m.md_state.get())
    }

    /// C: `PyObject *PyState_FindModule(PyModuleDef *)`: borrowed; NULL without an error where there is none.
    fn PyState_FindModule(_, def: &PyModuleDef) -> *mut PyObject {
        dynamic::find(def)
    }

    /// C: `int PyState_AddModule(PyObject *, PyModuleDef *)`.
    fn PyState_AddModule(py, m: &PyObject, def: Option<&'static PyModuleDef>) -> PyResult<()> {
        add_state(py, m, def)
    }

    /// C: `int _PyState_AddModule(PyThreadState *, PyObject *, PyModuleDef *)`.
    fn _PyState_AddModule(py, _state: *mut PyThreadState, m: &PyObject, def: Option<&'static PyModuleDef>) -> PyResult<()> {
        add_state(py, m, def)
    }

    /// C: `PyObject *_PyModule_CreateInitialized(PyModuleDef *, int)`.
    fn _PyModule_CreateInitialized(py, def: &'static PyModuleDef, version: c_int) -> PyResult<Owned<PyModuleObject>> {
        dynamic::prepare(def);
        create(py, def, version)
    }

    /// C: `void _PyModule_Clear(PyObject *)`: all its names become None.
    fn _PyModule_Clear(py, m: &PyObject) -> () {
        if let Some(m) = module::as_module(m) {
            module::clear_dict(py, module::dict_of(m));
        }
    }

    /// C: `void _PyModule_ClearDict(PyObject *)`.
    fn _PyModule_ClearDict(py, d: &PyObject) -> () {
        if let Some(d) = dict::check(d) {
            module::clear_dict(py, d);
        }
    }

    /// C: `int PyState_RemoveModule(PyModuleDef *)`.
    fn PyState_RemoveModule(py, def: &'static PyModuleDef) -> PyResult<()> {
        if !def.m_slots.get().is_null() {
            return Err(exceptions::system_error(
                py,
                format_args!("PyState_RemoveModule called on module with slots"),
            ));
        }
        dynamic::forget(def);
        Ok(())
    }
}

/// `_PyState_AddModule`.
fn add_state(py: Py<'_>, m: &PyObject, def: Option<&'static PyModuleDef>) -> PyResult<()> {
    let def = def.ok_or_else(|| fatal(py))?;
    if !def.m_slots.get().is_null() {
        return Err(exceptions::system_error(
            py,
            format_args!("PyState_AddModule called on module with slots"),
        ));
    }
    dynamic::prepare(def);
    dynamic::remember(def, m);
    Ok(())
}

fn fatal(py: Py<'_>) -> PyErr {
    exceptions::system_error(py, format_args!("module definition is NULL"))
}
