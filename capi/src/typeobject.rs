//! The functions of object.h and cpython/object.h on types.

use crate::util::api;
use core::ffi::{c_int, c_uint, c_void};
use dxpy_core::abi::constants::*;
use dxpy_core::abi::*;
use dxpy_core::ptr::Object;
use dxpy_core::types::{self, attrs, create, lookup, ready, spec};
use dxpy_core::{Owned, PyResult, exceptions, module, tuple};

/// The state of a module object, NULL for none.
fn state_of(m: *mut PyObject) -> *mut c_void {
    // SAFETY: LIVE: a type holds its module.
    unsafe { m.as_ref() }.and_then(module::as_module).map_or(core::ptr::null_mut(), |m| m.md_state.get())
}

api! {
    /// C: `int PyType_Ready(PyTypeObject *)`.
    fn PyType_Ready(py, ty: &PyTypeObject) -> PyResult<()> {
        ready::ready_as_given(py, ty)
    }

    /// C: `PyObject *PyType_FromMetaclass(PyTypeObject *, PyObject *, PyType_Spec *, PyObject *)`.
    fn PyType_FromMetaclass(py, meta: Option<&PyTypeObject>, module: Option<&PyObject>, of: &PyType_Spec, bases: Option<&PyObject>) -> PyResult<Owned<PyTypeObject>> {
        // SAFETY: the function's contract.
        unsafe { spec::from_spec(py, meta, module, of, bases, false) }
    }

    /// C: `PyObject *PyType_FromModuleAndSpec(PyObject *, PyType_Spec *, PyObject *)`.
    fn PyType_FromModuleAndSpec(py, module: Option<&PyObject>, of: &PyType_Spec, bases: Option<&PyObject>) -> PyResult<Owned<PyTypeObject>> {
        // SAFETY: the function's contract.
        unsafe { spec::from_spec(py, None, module, of, bases, true) }
    }

    /// C: `PyObject *PyType_FromSpecWithBases(PyType_Spec *, PyObject *)`.
    fn PyType_FromSpecWithBases(py, of: &PyType_Spec, bases: Option<&PyObject>) -> PyResult<Owned<PyTypeObject>> {
        // SAFETY: the function's contract.
        unsafe { spec::from_spec(py, None, None, of, bases, true) }
    }

    /// C: `PyObject *PyType_FromSpec(PyType_Spec *)`.
    fn PyType_FromSpec(py, of: &PyType_Spec) -> PyResult<Owned<PyTypeObject>> {
        // SAFETY: the function's contract.
        unsafe { spec::from_spec(py, None, None, of, None, true) }
    }

    /// C: `void *PyType_GetSlot(PyTypeObject *, int)`.
    fn PyType_GetSlot(py, ty: &PyTypeObject, id: c_int) -> PyResult<*mut c_void> {
        spec::get_slot(ty, id).ok_or_else(|| {
            exceptions::system_error(py, format_args!("bad argument to internal function"))
        })
    }

    /// C: `PyObject *PyType_GetModule(PyTypeObject *)`: borrowed.
    fn PyType_GetModule(py, ty: &PyTypeObject) -> PyResult<*mut PyObject> {
        spec::module(py, ty)
    }

    /// C: `void *PyType_GetModuleState(PyTypeObject *)`.
    fn PyType_GetModuleState(py, ty: &PyTypeObject) -> PyResult<*mut c_void> {
        spec::module(py, ty).map(state_of)
    }

    /// C: `PyObject *PyType_GetModuleByDef(PyTypeObject *, PyModuleDef *)`: borrowed.
    fn PyType_GetModuleByDef(py, ty: &PyTypeObject, def: *const PyModuleDef) -> PyResult<*mut PyObject> {
        spec::module_by_def(py, ty, def)
    }

    /// C: `PyObject *PyType_GetName(PyTypeObject *)`: `__name__`.
    fn PyType_GetName(py, ty: &PyTypeObject) -> PyResult<Owned> {
        dxpy_core::attr::get_name(py, ty.as_object(), dxpy_core::name!("__name__"))
    }

    /// C: `PyObject *PyType_GetQualName(PyTypeObject *)`.
    fn PyType_GetQualName(py, ty: &PyTypeObject) -> PyResult<Owned<PyUnicodeObject>> {
        attrs::qualname_of(py, ty)
    }

    /// C: `PyObject *PyType_GetDict(PyTypeObject *)`.
    fn PyType_GetDict(_, ty: &PyTypeObject) -> Option<Owned<PyDictObject>> {
        Some(ready::dict_of(ty).to_owned())
    }

    /// C: `unsigned long PyType_GetFlags(PyTypeObject *)`.
    fn PyType_GetFlags(_, ty: &PyTypeObject) -> u64 {
        ty.tp_flags.get()
    }

    /// C: `int PyType_SUPPORTS_WEAKREFS(PyTypeObject *)`.
    fn PyType_SUPPORTS_WEAKREFS(_, ty: &PyTypeObject) -> bool {
        ty.tp_weaklistoffset.get() != 0
    }

    /// C: `void PyType_Modified(PyTypeObject *)`.
    fn PyType_Modified(py, ty: &PyTypeObject) -> () {
        lookup::modified(py, ty);
    }

    /// C: `PyObject *_PyType_Lookup(PyTypeObject *, PyObject *)`: borrowed from the type; never an error.
    fn _PyType_Lookup(py, ty: &PyTypeObject, name: &PyUnicodeObject) -> *mut PyObject {
        // The type (or a base) goes on holding what was found.
        lookup::find(py, ty, name).map_or(core::ptr::null_mut(), |o| o.as_ptr())
    }

    /// C: `PyTypeObject *_PyType_CalculateMetaclass(PyTypeObject *, PyObject *)`: borrowed.
    fn _PyType_CalculateMetaclass(py, meta: &PyTypeObject, bases: &PyTupleObject) -> PyResult<*mut PyTypeObject> {
        create::calculate_metaclass(py, meta, tuple::items(bases)).map(|ty| ty.as_ptr().cast())
    }

    /// C: `Py_ssize_t PyType_GetTypeDataSize(PyTypeObject *)` (PEP 697).
    fn PyType_GetTypeDataSize(_, ty: &PyTypeObject) -> isize {
        (ty.tp_basicsize.get() - spec::added_at(ty)).max(0)
    }

    /// C: `void *PyObject_GetTypeData(PyObject *, PyTypeObject *)` (PEP 697).
    fn PyObject_GetTypeData(_, o: &PyObject, ty: &PyTypeObject) -> *mut c_void {
        // SAFETY: LAYOUT: the object is an instance of the type, whose data begins there.
        unsafe { o.as_ptr().byte_offset(spec::added_at(ty)).cast() }
    }

    /// C: `void *PyObject_GetItemData(PyObject *)` (PEP 697).
    fn PyObject_GetItemData(py, o: &PyObject) -> PyResult<*mut c_void> {
        let ty = o.ty();
        if ty.tp_flags.get() & Py_TPFLAGS_ITEMS_AT_END == 0 {
            return Err(exceptions::type_error(
                py,
                format_args!("type '{}' does not have Py_TPFLAGS_ITEMS_AT_END", dxpy_core::call::type_name(ty)),
            ));
        }
        // SAFETY: LAYOUT: the flag says that items follow the basic size.
        Ok(unsafe { o.as_ptr().byte_offset(ty.tp_basicsize.get()).cast() })
    }

    /// C: `PyObject *_PyType_Name(PyTypeObject *)`'s text: the part of `tp_name` after its last dot.
    fn _PyType_Name(_, ty: &PyTypeObject) -> *const core::ffi::c_char {
        // SAFETY: STATIC: a C string; a pointer into it stays in it.
        unsafe {
            let text = core::ffi::CStr::from_ptr(ty.tp_name.get());
            let at = text.to_bytes().iter().rposition(|b| *b == b'.').map_or(0, |i| i + 1);
            text.as_ptr().add(at)
        }
    }
}

/// C: `unsigned int PyType_ClearCache(void)`: the version tag that was current. The caches here are by version and need
/// no clearing.
#[unsafe(no_mangle)]
pub extern "C" fn PyType_ClearCache() -> c_uint {
    0
}

api! {
    /// C: `PyObject *PyStaticMethod_New(PyObject *)`.
    fn PyStaticMethod_New(py, f: &PyObject) -> PyResult<Owned> {
        types::staticmethod(py, f)
    }

    /// C: `PyObject *PyClassMethod_New(PyObject *)`.
    fn PyClassMethod_New(py, f: &PyObject) -> PyResult<Owned> {
        types::classmethod(py, f)
    }
}
