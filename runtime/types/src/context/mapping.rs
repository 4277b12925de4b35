//! What programs can do with a `hamt`, which only CPython's own tests get hold of (`_testcapi.hamt`).

use super::{hamt, iter};
use dxpy_core::abi::constants::*;
use dxpy_core::abi::*;
use dxpy_core::ptr::Object;
use dxpy_core::statics::StaticTable;
use dxpy_core::{Owned, Py, PyResult, boolean, exceptions, glue, methods, object};

pub static SEQUENCE: StaticTable<PySequenceMethods> =
    StaticTable::<PySequenceMethods>::empty().contains(glue::contains(contains));
pub static MAPPING: StaticTable<PyMappingMethods> = StaticTable::<PyMappingMethods>::empty()
    .length(glue::len(|_: Py<'_>, h: &PyHamtObject| Ok(hamt::len(h))))
    .subscript(glue::binary(item));

methods! { pub static METHODS: for PyHamtObject [
    "set" = hamt::set [2], "!($self, key, value, /)", "The mapping with this pair too.";
    "get" = get [2], "!($self, key, default=None, /)", "The value of a key, or the default.";
    "delete" = delete [1], "?($self, key, /)", "The mapping without this key; itself if it has no such key.";
    "items" = items [0], "?($self, /)", "An iterator over the pairs.";
    "keys" = keys [0], "?($self, /)", "An iterator over the keys.";
    "values" = values [0], "?($self, /)", "An iterator over the values.";
] }

/// `hamt_tp_richcompare`.
pub fn compare(py: Py<'_>, a: &PyHamtObject, b: &PyObject, op: core::ffi::c_int) -> PyResult {
    if !b.ty().is(&hamt::_PyHamt_Type.0) || (op != Py_EQ && op != Py_NE) {
        return Ok(object::not_implemented());
    }
    // SAFETY: LAYOUT: just checked.
    let b = unsafe { &*(b as *const PyObject as *const PyHamtObject) };
    Ok(boolean::new(hamt::equals(py, a, b)? == (op == Py_EQ)).upcast())
}

fn contains(py: Py<'_>, h: &PyHamtObject, key: &PyObject) -> PyResult<bool> {
    Ok(hamt::get(py, h, key)?.is_some())
}

fn item(py: Py<'_>, h: &PyHamtObject, key: &PyObject) -> PyResult {
    hamt::get(py, h, key)?.ok_or_else(|| exceptions::key_error(py, key))
}

fn get(py: Py<'_>, h: &PyHamtObject, key: &PyObject, default: Option<&PyObject>) -> PyResult {
    Ok(hamt::get(py, h, key)?.unwrap_or_else(|| default.map_or_else(object::none, Object::to_owned)))
}

fn delete(py: Py<'_>, h: &PyHamtObject, key: &PyObject) -> PyResult<Owned<PyHamtObject>> {
    Ok(hamt::delete(py, h, key)?.unwrap_or_else(|| h.to_owned()))
}

fn items(py: Py<'_>, h: &PyHamtObject) -> PyResult {
    iter::new(py, &iter::ITEMS, Some(h))
}

pub fn keys(py: Py<'_>, h: &PyHamtObject) -> PyResult {
    iter::new(py, &iter::KEYS, Some(h))
}

fn values(py: Py<'_>, h: &PyHamtObject) -> PyResult {
    iter::new(py, &iter::VALUES, Some(h))
}
