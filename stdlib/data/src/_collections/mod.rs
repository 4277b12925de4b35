//! `_collections`: `deque`, `defaultdict`, the getters of named tuples and the counting loop of `Counter`
//! (`Modules/_collectionsmodule.c`).

mod blocks;
mod defaultdict;
mod deque;
mod deque_iter;
mod tuplegetter;

use dxpy_core::abi::*;
use dxpy_core::module::{self, StaticModule, exec};
use dxpy_core::ptr::Object;
use dxpy_core::statics::Gil;
use dxpy_core::types::lookup;
use dxpy_core::{
    Owned, Py, PyResult, attr, call, dict, long, methods, name, number, protocol, sequence, types,
};

/// `_collections`.
pub static MODULE: StaticModule = StaticModule::new(c"_collections")
    .doc(c"Containers for the collections module.\n- deque: a list that is quick at both ends\n- defaultdict: a dict that makes missing values")
    .methods(&METHODS)
    .slots(&SLOTS);

static SLOTS: Gil<[PyModuleDef_Slot; 2]> = exec(fill);

methods! { static METHODS: for PyModuleObject [
    "_count_elements" = count_elements [2], "($module, mapping, iterable, /)", "Counts the items of the iterable in the mapping.";
] }

fn fill(py: Py<'_>, m: &PyModuleObject) -> PyResult<()> {
    let types = [
        ("deque", &deque::DEQUE),
        ("defaultdict", &defaultdict::DEFAULTDICT),
        ("OrderedDict", &dxpy_types::odict::PyODict_Type),
        ("_deque_iterator", &deque_iter::FORWARD),
        ("_deque_reverse_iterator", &deque_iter::BACKWARD),
        ("_tuplegetter", &tuplegetter::TUPLEGETTER),
    ];
    for (name, ty) in types {
        types::ready::ready(py, ty)?;
        module::add(py, m, name, ty.as_object())?;
    }
    Ok(())
}

/// `_collections__count_elements_impl`. A dict that gets and sets as `dict` does is counted in directly.
fn count_elements(py: Py<'_>, _: &PyModuleObject, mapping: &PyObject, iterable: &PyObject) -> PyResult<()> {
    let it = protocol::iter(py, iterable)?;
    let one: Owned = long::from_i64(py, 1)?.upcast();
    if let Some(d) = dict::check(mapping).filter(|d| counts_as_dict(py, d)) {
        while let Some(key) = protocol::next(py, &it)? {
            let hash = dict::hash_of(py, &key)?;
            match dict::get_known_hash(py, d, &key, hash)? {
                None => dict::set_known_hash(py, d, &key, &one, hash)?,
                Some(old) => dict::set_known_hash(py, d, &key, &*number::add(py, &old, &one)?, hash)?,
            }
        }
        return Ok(());
    }
    let get = attr::get_name(py, mapping, name!("get"))?;
    let zero: Owned = long::from_i64(py, 0)?.upcast();
    while let Some(key) = protocol::next(py, &it)? {
        let old = call::call(py, &get, [&key, &zero])?;
        let new = number::add(py, &old, &one)?;
        sequence::set_item(py, mapping, &key, Some(&new))?;
    }
    Ok(())
}

fn counts_as_dict(py: Py<'_>, d: &PyDictObject) -> bool {
    [name!("get"), name!("__setitem__")].iter().all(|n| {
        let own = lookup::find(py, &dict::PyDict_Type, n.get(py));
        match (lookup::find(py, d.ty(), n.get(py)), own) {
            (Some(a), Some(b)) => a.is(&*b),
            _ => false,
        }
    })
}
