//! `mappingproxy`: slots and methods, each asking the mapping behind the proxy (`Objects/descrobject.c`).

use crate::{Part, no_hooks};
use dxpy_core::abi::*;
use dxpy_core::mappingproxy::{self, PyDictProxy_Type, mapping};
use dxpy_core::ptr::Object;
use dxpy_core::statics::{StaticTable, StaticType};
use dxpy_core::unicode::Name;
use dxpy_core::{
    Owned, Py, PyResult, args, attr, call, dict, exceptions, glue, methods, name, number, object, protocol,
    sequence, signature, types, unicode,
};

/// What this module brings.
pub static PART: Part = Part { adopt: &[(&PyDictProxy_Type, &PROXY)], types: &[], hooks: no_hooks };

static PROXY: StaticType = StaticType::new::<mappingproxyobject>(c"mappingproxy")
    .create(glue::create(new))
    .getattro(attr::generic_get_slot)
    .repr(glue::unary(repr))
    .str(glue::unary(|py: Py<'_>, p: &mappingproxyobject| protocol::str(py, mapping(p))))
    .hash(glue::hash(|py: Py<'_>, p: &mappingproxyobject| protocol::hash(py, mapping(p))))
    .richcompare(glue::richcompare(richcompare))
    .iter(glue::unary(|py: Py<'_>, p: &mappingproxyobject| protocol::iter(py, mapping(p))))
    .number(&NUMBER)
    .sequence(&SEQUENCE)
    .mapping(&MAPPING)
    .methods(&METHODS);

static NUMBER: StaticTable<PyNumberMethods> =
    StaticTable::<PyNumberMethods>::empty().or(glue::binary(or)).inplace_or(glue::binary(inplace_or));

static SEQUENCE: StaticTable<PySequenceMethods> =
    StaticTable::<PySequenceMethods>::empty().contains(glue::contains(contains));

static MAPPING: StaticTable<PyMappingMethods> = StaticTable::<PyMappingMethods>::empty()
    .length(glue::len(|py: Py<'_>, p: &mappingproxyobject| protocol::len(py, mapping(p))))
    .subscript(glue::binary(|py: Py<'_>, p: &mappingproxyobject, key: &PyObject| {
        sequence::get_item(py, mapping(p), key)
    }));

methods! { static METHODS: for mappingproxyobject [
    "get" = get [2], "?($self, key, default=None, /)", "D.get(k[,d]) -> D[k] if k in D, else d.  d defaults to None.";
    "keys" = keys [0], "!($self, /)", "D.keys() -> the keys of D";
    "values" = values [0], "!($self, /)", "D.values() -> the values of D";
    "items" = items [0], "!($self, /)", "D.items() -> the pairs of D";
    "copy" = copy [0], "!($self, /)", "D.copy() -> what the mapping's copy() gives";
    "__class_getitem__" = class_getitem [1], "?($type, item, /)", "See PEP 585", class;
    "__reversed__" = reversed [0], "!($self, /)", "D.__reversed__() -> an iterator over the keys, last first";
] }

/// `mappingproxy_new`.
fn new(py: Py<'_>, _: &PyTypeObject, a: &PyTupleObject, kw: Option<&PyDictObject>) -> PyResult {
    args::bind_call(py, signature!("mappingproxy", "(mapping)"), a, kw, |b| {
        mappingproxy::checked(py, b.arg(py, 0)?)
    })
}

fn repr(py: Py<'_>, p: &mappingproxyobject) -> PyResult<Owned<PyUnicodeObject>> {
    let inner = protocol::repr(py, mapping(p))?;
    let text = |s| unicode::from_str(py, s);
    unicode::join_all(py, &[&*text("mappingproxy(")?, &*inner, &*text(")")?])
}

fn richcompare(py: Py<'_>, p: &mappingproxyobject, other: &PyObject, op: core::ffi::c_int) -> PyResult {
    protocol::rich_compare(py, mapping(p), other, op)
}

/// What an operand stands for.
fn behind(o: &PyObject) -> &PyObject {
    if o.ty().is(&PyDictProxy_Type.0) {
        // SAFETY: LAYOUT: just checked.
        mapping(unsafe { &*(o as *const PyObject as *const mappingproxyobject) })
    } else {
        o
    }
}

fn or(py: Py<'_>, a: &PyObject, b: &PyObject) -> PyResult {
    number::or(py, behind(a), behind(b))
}

fn inplace_or(py: Py<'_>, p: &PyObject, _: &PyObject) -> PyResult {
    Err(exceptions::type_error(
        py,
        format_args!("'|=' is not supported by {}; use '|' instead", call::type_name(p.ty())),
    ))
}

fn contains(py: Py<'_>, p: &mappingproxyobject, key: &PyObject) -> PyResult<bool> {
    match dict::check_exact(mapping(p)) {
        Some(d) => dict::contains(py, d, key),
        None => sequence::contains(py, mapping(p), key),
    }
}

fn get(py: Py<'_>, p: &mappingproxyobject, key: &PyObject, default: Option<&PyObject>) -> PyResult {
    let default = default.unwrap_or(&object::_Py_NoneStruct);
    call::method(py, mapping(p), name!("get"), [key, default])
}

fn ask(py: Py<'_>, p: &mappingproxyobject, method: &Name) -> PyResult {
    call::method(py, mapping(p), method, [])
}

fn keys(py: Py<'_>, p: &mappingproxyobject) -> PyResult {
    ask(py, p, name!("keys"))
}

fn values(py: Py<'_>, p: &mappingproxyobject) -> PyResult {
    ask(py, p, name!("values"))
}

fn items(py: Py<'_>, p: &mappingproxyobject) -> PyResult {
    ask(py, p, name!("items"))
}

fn copy(py: Py<'_>, p: &mappingproxyobject) -> PyResult {
    ask(py, p, name!("copy"))
}

fn reversed(py: Py<'_>, p: &mappingproxyobject) -> PyResult {
    ask(py, p, name!("__reversed__"))
}

fn class_getitem(py: Py<'_>, cls: &mappingproxyobject, item: &PyObject) -> PyResult {
    types::generic_alias(py, cls.as_object(), item)
}
