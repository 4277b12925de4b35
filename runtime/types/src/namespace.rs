//! `types.SimpleNamespace` (`Objects/namespaceobject.c`).

use crate::{Part, no_hooks};
use core::ffi::c_int;
use core::mem::offset_of;
use dxpy_core::abi::constants::*;
use dxpy_core::abi::*;
use dxpy_core::call::short_name;
use dxpy_core::ptr::Object;
use dxpy_core::statics::StaticType;
use dxpy_core::{
    Owned, Py, PyResult, attr, dict, exceptions, gc, glue, members, methods, object, protocol, tuple, types,
    unicode,
};

/// What this module brings.
pub static PART: Part = Part { adopt: &[], types: &[&_PyNamespace_Type], hooks: no_hooks };

/// `types.SimpleNamespace`.
#[unsafe(no_mangle)]
pub static _PyNamespace_Type: StaticType = StaticType::new::<_PyNamespaceObject>(c"types.SimpleNamespace")
    .doc(c"A simple attribute-based namespace.\n\nSimpleNamespace(**kwargs)")
    .flags(Py_TPFLAGS_BASETYPE)
    .dict(offset_of!(_PyNamespaceObject, ns_dict))
    .create(glue::create(create))
    .init(glue::init(init))
    .repr(glue::unary(repr))
    .richcompare(glue::richcompare(richcompare))
    .getattro(attr::generic_get_slot)
    .setattro(attr::generic_set_slot)
    .methods(&METHODS)
    .members(&MEMBERS)
    .traverse(glue::traverse(|n: &_PyNamespaceObject, v: &glue::Visitor| v.visit(&n.ns_dict)))
    .clear(glue::clear(|_: Py<'_>, n: &_PyNamespaceObject| object::clear_field(&n.ns_dict)))
    .dealloc(glue::dealloc(dealloc));

methods! { static METHODS: for _PyNamespaceObject [
    "__reduce__" = reduce [0], "?($self, /)", "Return state information for pickling";
] }
members! { static MEMBERS [
    "__dict__" = _Py_T_OBJECT, offset_of!(_PyNamespaceObject, ns_dict), Py_READONLY, "";
] }

fn create(py: Py<'_>, ty: &PyTypeObject, _: &PyTupleObject, _: Option<&PyDictObject>) -> PyResult {
    let o = object::generic_alloc(py, ty, 0)?;
    // SAFETY: LAYOUT: instances of the type and its subtypes begin so.
    unsafe { &*(o.as_ptr() as *const _PyNamespaceObject) }.ns_dict.set(dict::new(py)?.into_ptr());
    Ok(o)
}

/// `_PyNamespace_New`.
pub fn new(py: Py<'_>, attributes: &PyDictObject) -> PyResult {
    let o = create(py, &_PyNamespace_Type, &tuple::empty(), None)?;
    // SAFETY: LAYOUT: just made.
    dict::update(py, dict_of(unsafe { &*(o.as_ptr() as *const _PyNamespaceObject) }), attributes, true)?;
    Ok(o)
}

fn dict_of(n: &_PyNamespaceObject) -> &PyDictObject {
    // SAFETY: LIVE, LAYOUT: a namespace holds its dict.
    unsafe { &*(n.ns_dict.get() as *const PyDictObject) }
}

fn init(py: Py<'_>, n: &_PyNamespaceObject, a: &PyTupleObject, kw: Option<&PyDictObject>) -> PyResult<()> {
    if tuple::len(a) != 0 {
        return Err(exceptions::type_error(py, format_args!("no positional arguments expected")));
    }
    match kw {
        None => Ok(()),
        Some(kw) => {
            if dict::items(kw).iter().any(|(k, _)| unicode::check(k).is_none()) {
                return Err(exceptions::type_error(py, format_args!("keywords must be strings")));
            }
            dict::update(py, dict_of(n), kw, true)
        }
    }
}

/// `namespace_repr`.
fn repr(py: Py<'_>, n: &_PyNamespaceObject) -> PyResult<Owned<PyUnicodeObject>> {
    let ty = n.as_object().ty();
    let name = if ty.is(&_PyNamespace_Type.0) { "namespace".to_owned() } else { short_name(ty) };
    let Some(_entered) = protocol::ReprGuard::enter(py, n.as_object())? else {
        return unicode::from_str(py, &format!("{name}(...)"));
    };
    let mut parts = Vec::new();
    for (k, v) in dict::items(dict_of(n)) {
        if unicode::check(&k).is_some_and(|k| unicode::len(k) > 0) {
            let v = protocol::repr(py, &v)?;
            parts.push(format!("{}={}", unicode::display(&k), unicode::display(v.as_object())));
        }
    }
    unicode::from_str(py, &format!("{name}({})", parts.join(", ")))
}

fn richcompare(py: Py<'_>, a: &_PyNamespaceObject, b: &PyObject, op: c_int) -> PyResult {
    if !types::is_subtype(b.ty(), &_PyNamespace_Type) {
        return Ok(object::not_implemented());
    }
    // SAFETY: LAYOUT: just checked.
    let b = unsafe { &*(b as *const PyObject as *const _PyNamespaceObject) };
    protocol::rich_compare(py, dict_of(a).as_object(), dict_of(b).as_object(), op)
}

fn reduce(py: Py<'_>, n: &_PyNamespaceObject) -> PyResult {
    let class = n.as_object().ty().as_object().to_owned();
    let d = dict_of(n).as_object().to_owned();
    tuple::from_iter(py, [class, tuple::empty().upcast(), d]).map(Owned::upcast)
}

fn dealloc(_: Py<'_>, n: &_PyNamespaceObject) {
    // SAFETY: the object has a collector header; its field is released once and its memory last.
    unsafe {
        gc::untrack(n.as_object());
        object::clear_field(&n.ns_dict);
        object::tp_free(n.as_object());
    }
}
