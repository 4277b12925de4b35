//! cpython/classobject.h and descrobject.h: methods and descriptors; the parts of dictobject.h, object.h and pycore_call.h
//! that take identifiers, watch types or name a thread state.

use crate::util::{api, bad_call, objects};
use core::ffi::{c_int, c_void};
use dxpy_core::abi::*;
use dxpy_core::call::type_name;
use dxpy_core::ptr::Object;
use dxpy_core::{Owned, Py, PyResult, attr, descr, dict, exceptions, member, method, sequence, tuple, watch};

/// A method's parts.
fn bound<'a>(py: Py<'_>, o: Option<&'a PyObject>) -> PyResult<&'a PyMethodObject> {
    let o = o.filter(|o| o.ty().is(&method::PyMethod_Type.0)).ok_or_else(|| bad_call(py))?;
    // SAFETY: LAYOUT: just checked.
    Ok(unsafe { &*(&raw const *o).cast() })
}

api! {
    /// C: `PyObject *PyMethod_Function(PyObject *)`: borrowed.
    fn PyMethod_Function(py, m: Option<&PyObject>) -> PyResult<*mut PyObject> {
        bound(py, m).map(|m| m.im_func.get())
    }
    /// C: `PyObject *PyMethod_Self(PyObject *)`: borrowed.
    fn PyMethod_Self(py, m: Option<&PyObject>) -> PyResult<*mut PyObject> {
        bound(py, m).map(|m| m.im_self.get())
    }

    /// C: `PyObject *PyDescr_NewMethod(PyTypeObject *, PyMethodDef *)`.
    fn PyDescr_NewMethod(py, ty: &PyTypeObject, def: &'static PyMethodDef) -> PyResult<Owned> {
        descr::new_method(py, ty, def, false)
    }
    /// C: `PyObject *PyDescr_NewClassMethod(PyTypeObject *, PyMethodDef *)`.
    fn PyDescr_NewClassMethod(py, ty: &PyTypeObject, def: &'static PyMethodDef) -> PyResult<Owned> {
        descr::new_method(py, ty, def, true)
    }
    /// C: `PyObject *PyDescr_NewMember(PyTypeObject *, PyMemberDef *)`.
    fn PyDescr_NewMember(py, ty: &PyTypeObject, def: &'static PyMemberDef) -> PyResult<Owned> {
        descr::new_member(py, ty, def)
    }
    /// C: `PyObject *PyDescr_NewGetSet(PyTypeObject *, PyGetSetDef *)`.
    fn PyDescr_NewGetSet(py, ty: &PyTypeObject, def: &'static PyGetSetDef) -> PyResult<Owned> {
        descr::new_getset(py, ty, def)
    }
    /// C: `PyObject *PyDescr_NewWrapper(PyTypeObject *, struct wrapperbase *, void *)`.
    fn PyDescr_NewWrapper(py, ty: &PyTypeObject, base: &'static wrapperbase, f: *mut c_void) -> PyResult<Owned> {
        descr::new_wrapper(py, ty, base, f)
    }
    /// C: `PyObject *PyWrapper_New(PyObject *descriptor, PyObject *)`.
    fn PyWrapper_New(py, d: &PyWrapperDescrObject, o: &PyObject) -> PyResult<Owned> {
        descr::new_bound_wrapper(py, d, o)
    }
    /// C: `int PyDescr_IsData(PyObject *)`.
    fn PyDescr_IsData(_, d: &PyObject) -> bool {
        attr::is_data_descriptor(d)
    }
    /// C: `PyObject *PyMember_GetOne(const char *object, PyMemberDef *)`.
    fn PyMember_GetOne(py, o: &PyObject, def: &PyMemberDef) -> PyResult<Owned> {
        // SAFETY: the C API's contract: the definition is of the object's structure.
        unsafe { member::get(py, o, def) }
    }
    /// C: `int PyMember_SetOne(char *object, PyMemberDef *, PyObject *)`.
    fn PyMember_SetOne(py, o: &PyObject, def: &PyMemberDef, value: Option<&PyObject>) -> PyResult<()> {
        // SAFETY: as above.
        unsafe { member::set(py, o, def, value) }
    }
    /// C: `PyObject *PyCFunction_New(PyMethodDef *, PyObject *self)`.
    fn PyCFunction_New(py, def: &'static PyMethodDef, this: Option<&PyObject>) -> PyResult<Owned> {
        dxpy_core::cfunction::new(py, def, this, None, None)
    }

    /// C: `PyObject *_PyStack_AsDict(PyObject *const *values, PyObject *names)`.
    fn _PyStack_AsDict(py, values: *const *mut PyObject, names: Option<&PyTupleObject>) -> PyResult<Owned<PyDictObject>> {
        let names = names.map_or(&[][..], tuple::items);
        let d = dict::presized(py, names.len())?;
        for (k, v) in names.iter().zip(objects(values, names.len())) {
            dict::set(py, &d, k, v)?;
        }
        Ok(d)
    }

    /// C: `PyObject *_PyDictView_New(PyObject *, PyTypeObject *)`.
    fn _PyDictView_New(py, d: Option<&PyObject>, ty: &PyTypeObject) -> PyResult<Owned> {
        use dxpy_types::dict::views;
        let o = d.ok_or_else(|| bad_call(py))?;
        let Some(d) = dict::check(o) else {
            let (view, shown) = (type_name(ty), type_name(o.ty()));
            return Err(exceptions::type_error(py, format_args!("{view}() requires a dict argument, not '{shown}'")));
        };
        match type_name(ty).as_str() {
            "dict_keys" => views::keys(py, d),
            "dict_values" => views::values(py, d),
            "dict_items" => views::items(py, d),
            _ => Err(bad_call(py)),
        }
    }
    /// C: `PyObject *_PyDictView_Intersect(PyObject *, PyObject *)`.
    fn _PyDictView_Intersect(py, a: &PyObject, b: &PyObject) -> PyResult<Owned> {
        dxpy_core::call::method(py, a, dxpy_core::name!("__and__"), [b])
    }
    /// C: `int _PyDict_MergeEx(PyObject *, PyObject *, int override)`: 2 is an error for a key that is there already.
    fn _PyDict_MergeEx(py, d: &PyDictObject, from: &PyObject, replace: c_int) -> PyResult<()> {
        if replace == 2 {
            let keys = dxpy_core::call::method(py, from, dxpy_core::name!("keys"), [])?;
            for k in dxpy_core::protocol::collect(py, &keys)? {
                if dict::contains(py, d, &k)? {
                    return Err(exceptions::key_error(py, &k));
                }
                dict::set(py, d, &k, &*sequence::get_item(py, from, &k)?)?;
            }
            return Ok(());
        }
        dict::merge(py, d, from, replace != 0)
    }
    /// C: `PyObject *_PyDict_GetItemIdWithError(PyObject *, _Py_Identifier *)`: borrowed.
    fn _PyDict_GetItemIdWithError(py, d: &PyDictObject, id: &_Py_Identifier) -> PyResult<*mut PyObject> {
        let found = dict::get(py, d, crate::util::identifier(py, id)?.as_object())?;
        Ok(found.map_or(core::ptr::null_mut(), |o| o.as_ptr()))
    }
    /// C: `int _PyDict_SetItemId(PyObject *, _Py_Identifier *, PyObject *)`.
    fn _PyDict_SetItemId(py, d: &PyDictObject, id: &_Py_Identifier, value: &PyObject) -> PyResult<()> {
        dict::set(py, d, crate::util::identifier(py, id)?.as_object(), value)
    }
    /// C: `int _PyDict_DelItemId(PyObject *, _Py_Identifier *)`.
    fn _PyDict_DelItemId(py, d: &PyDictObject, id: &_Py_Identifier) -> PyResult<()> {
        dict::remove(py, d, crate::util::identifier(py, id)?.as_object())
    }
    /// C: `int _PyDict_ContainsId(PyObject *, _Py_Identifier *)`.
    fn _PyDict_ContainsId(py, d: &PyDictObject, id: &_Py_Identifier) -> PyResult<bool> {
        dict::contains(py, d, crate::util::identifier(py, id)?.as_object())
    }
    /// C: `int _PyDict_DelItemIf(PyObject *, PyObject *key, int (*predicate)(PyObject *value))`.
    fn _PyDict_DelItemIf(py, d: &PyDictObject, key: &PyObject, wanted: unsafe extern "C" fn(*mut PyObject) -> c_int) -> PyResult<()> {
        let v = dict::get(py, d, key)?.ok_or_else(|| exceptions::key_error(py, key))?;
        // SAFETY: the caller's function.
        match unsafe { wanted(v.as_ptr()) } {
            0 => Ok(()),
            n if n < 0 => Err(dxpy_core::PyErr::fetch(py)),
            _ => dict::remove(py, d, key),
        }
    }
    /// C: `void _PyDict_MaybeUntrack(PyObject *)`: the collector finds out by itself.
    fn _PyDict_MaybeUntrack(_, _d: *mut PyObject) -> () {}
    /// C: `void _PyDict_DebugMallocStats(FILE *)`: this runtime keeps no free lists of dicts to report on.
    fn _PyDict_DebugMallocStats(_, _out: *mut c_void) -> () {}
    /// C: `void _PyList_DebugMallocStats(FILE *)`: nor of lists.
    fn _PyList_DebugMallocStats(_, _out: *mut c_void) -> () {}
    /// C: `void _PyFloat_DebugMallocStats(FILE *)`: nor of floats.
    fn _PyFloat_DebugMallocStats(_, _out: *mut c_void) -> () {}

    /// C: `PyObject *_PyObject_Call(PyThreadState *, PyObject *, PyObject *args, PyObject *kwargs)`.
    fn _PyObject_Call(py, _state: *mut PyThreadState, f: &PyObject, args: &PyTupleObject, kw: Option<&PyDictObject>) -> PyResult<Owned> {
        dxpy_core::call::call_tuple(py, f, args, kw)
    }
    /// C: `PyObject *_PyObject_Call_Prepend(PyThreadState *, PyObject *, PyObject *first, PyObject *args, PyObject *kwargs)`.
    fn _PyObject_Call_Prepend(py, _state: *mut PyThreadState, f: &PyObject, first: &PyObject, args: &PyTupleObject, kw: Option<&PyDictObject>) -> PyResult<Owned> {
        dxpy_core::call::call_prepended(py, f, first, args, kw)
    }

    /// C: `int PyType_AddWatcher(PyType_WatchCallback)`: the number, or -1 where all are taken.
    fn PyType_AddWatcher(py, f: watch::TypeWatcher) -> PyResult<c_int> {
        watch::TYPES.add(py, f)
    }
    /// C: `int PyType_ClearWatcher(int)`.
    fn PyType_ClearWatcher(py, id: c_int) -> PyResult<()> {
        watch::TYPES.remove(py, id)
    }
    /// C: `int PyType_Watch(int, PyObject *)`.
    fn PyType_Watch(py, id: c_int, ty: &PyObject) -> PyResult<()> {
        let ty = dxpy_core::types::check(ty)
            .ok_or_else(|| exceptions::value_error(py, format_args!("Cannot watch non-type")))?;
        let i = watch::TYPES.check(py, id)?;
        dxpy_core::types::lookup::assign_version(ty);
        ty.tp_watched.set(ty.tp_watched.get() | 1 << i);
        Ok(())
    }
    /// C: `int PyType_Unwatch(int, PyObject *)`.
    fn PyType_Unwatch(py, id: c_int, ty: &PyObject) -> PyResult<()> {
        let ty = dxpy_core::types::check(ty)
            .ok_or_else(|| exceptions::value_error(py, format_args!("Cannot watch non-type")))?;
        let i = watch::TYPES.check(py, id)?;
        ty.tp_watched.set(ty.tp_watched.get() & !(1 << i));
        Ok(())
    }
}
